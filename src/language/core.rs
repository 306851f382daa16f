//! The tree that is evaluated: every name resolved, every literal with its type.
//!
//! Types are kept where the meaning depends on them (literals, and names whose result is decided by
//! what is wanted). A polymorphic definition keeps variables; each use says what they stand for.

use super::library::Entry;
use super::operators::Fixity;
use super::types::{Type, VarId};
use crate::pattern::Value;
use crate::source::TextRange;
use std::sync::{Arc, OnceLock};

#[derive(Clone, Debug)]
pub(super) enum Core {
    Constant(Value),
    /// A whole number or a decimal as written, to become what `ty` says.
    Number {
        text: Arc<str>,
        ty: Type,
        range: TextRange,
    },
    /// The inside of a string, to become what `ty` says.
    Text {
        text: Arc<str>,
        ty: Type,
        range: TextRange,
    },
    /// A function of the library at one type.
    Global {
        entry: &'static Entry,
        ty: Type,
        range: TextRange,
    },
    /// A control of the table, as a function from pattern to controls.
    Control(&'static crate::control::Function),
    /// A name of a lambda or let.
    Local {
        name: Arc<str>,
        types: Vec<(VarId, Type)>,
        range: TextRange,
    },
    /// A definition of the set.
    Defined {
        definition: Arc<Definition>,
        types: Vec<(VarId, Type)>,
        range: TextRange,
    },
    Apply(Box<Core>, Vec<Core>, TextRange),
    Lambda(Arc<[Binder]>, Arc<Core>),
    Let(Vec<Arc<Circle>>, Box<Core>),
    /// A function by equations; a value where they take nothing.
    Match(Arc<Match>),
    List(Vec<Core>),
    If(Box<Core>, Box<Core>, Box<Core>),
    /// Actions, one after the other.
    Do(Vec<Core>),
}

/// What an argument is called, and what it must be.
#[derive(Clone, Debug)]
pub(super) enum Binder {
    Name(Arc<str>),
    Ignore,
    Tuple(Vec<Binder>),
    /// Equal to this.
    Literal(Core),
    Truth(bool),
    /// A list of so many. A value that may be missing is a list of one or none.
    List(Vec<Binder>),
    Cons(Box<Binder>, Box<Binder>),
    As(Arc<str>, Box<Binder>),
}

/// The first of the clauses that fits is taken.
#[derive(Debug)]
pub(super) struct Match {
    /// The function's name; a `case` has none.
    pub name: Option<Arc<str>>,
    pub arity: usize,
    pub clauses: Vec<Clause>,
}

/// An equation of a function, a way of a `case`.
#[derive(Debug)]
pub(super) struct Clause {
    pub binders: Vec<Binder>,
    pub lets: Vec<Arc<Circle>>,
    /// The first whose guards all hold.
    pub ways: Vec<Way>,
}

#[derive(Debug)]
pub(super) struct Way {
    pub guards: Vec<Guard>,
    pub body: Core,
}

#[derive(Debug)]
pub(super) enum Guard {
    Ask(Core),
    Draw(Binder, Core),
}

/// Definitions that use each other; often one alone.
#[derive(Debug)]
pub(super) struct Circle {
    pub bindings: Vec<LetBinding>,
    /// They use themselves.
    pub recursive: bool,
}

/// A definition inside an expression.
#[derive(Debug)]
pub(super) struct LetBinding {
    pub name: Arc<str>,
    /// Variables that each use fills in.
    pub variables: Vec<VarId>,
    pub body: Arc<Core>,
}

/// A definition of the set: its type, and its value once somebody asked for it.
#[derive(Debug)]
pub struct Definition {
    /// As the set calls it.
    pub name: Arc<str>,
    pub(super) scheme: super::infer::Scheme,
    pub(super) body: Core,
    /// The value of a definition without type variables.
    pub(super) value: OnceLock<Value>,
    /// How an operator binds.
    pub(super) fixity: Option<Fixity>,
}

impl Core {
    /// Replaces the types in the tree by what inference found out.
    pub fn settle(&mut self, found: &impl Fn(&Type) -> Type) {
        match self {
            Self::Constant(_) | Self::Control(_) => {}
            Self::Number { ty, .. } | Self::Text { ty, .. } | Self::Global { ty, .. } => *ty = found(ty),
            Self::Local { types, .. } | Self::Defined { types, .. } => {
                types.iter_mut().for_each(|(_, t)| *t = found(t));
            }
            Self::Apply(f, xs, _) => {
                f.settle(found);
                xs.iter_mut().for_each(|x| x.settle(found));
            }
            Self::Match(m) => {
                if let Some(m) = Arc::get_mut(m) {
                    m.clauses.iter_mut().for_each(|c| c.settle(found));
                }
            }
            Self::Lambda(_, body) => {
                if let Some(body) = Arc::get_mut(body) {
                    body.settle(found);
                }
            }
            Self::Let(bindings, body) => {
                bindings.iter_mut().for_each(|c| Circle::settle(c, found));
                body.settle(found);
            }
            Self::List(xs) | Self::Do(xs) => xs.iter_mut().for_each(|x| x.settle(found)),
            Self::If(a, b, c) => [a, b, c].into_iter().for_each(|x| x.settle(found)),
        }
    }
}

impl Circle {
    fn settle(this: &mut Arc<Self>, found: &impl Fn(&Type) -> Type) {
        for b in Arc::get_mut(this).into_iter().flat_map(|c| &mut c.bindings) {
            if let Some(body) = Arc::get_mut(&mut b.body) {
                body.settle(found);
            }
        }
    }
}

impl Clause {
    fn settle(&mut self, found: &impl Fn(&Type) -> Type) {
        self.binders.iter_mut().for_each(|b| b.settle(found));
        self.lets.iter_mut().for_each(|c| Circle::settle(c, found));
        for way in &mut self.ways {
            for g in &mut way.guards {
                let (Guard::Ask(core) | Guard::Draw(_, core)) = g;
                core.settle(found);
                if let Guard::Draw(b, _) = g {
                    b.settle(found);
                }
            }
            way.body.settle(found);
        }
    }
}

impl Binder {
    fn settle(&mut self, found: &impl Fn(&Type) -> Type) {
        match self {
            Self::Name(_) | Self::Ignore | Self::Truth(_) => {}
            Self::Literal(core) => core.settle(found),
            Self::Tuple(parts) | Self::List(parts) => parts.iter_mut().for_each(|p| p.settle(found)),
            Self::Cons(first, rest) => [first, rest].into_iter().for_each(|p| p.settle(found)),
            Self::As(_, inner) => inner.settle(found),
        }
    }
}
