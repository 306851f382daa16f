//! The tree that is evaluated: every name resolved, every literal with its type.
//!
//! Types are kept where the meaning depends on them (literals, and names whose result is decided by
//! what is wanted). A polymorphic definition keeps variables; each use says what they stand for.

use super::library::Entry;
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
    Let(Vec<Arc<LetBinding>>, Box<Core>),
    List(Vec<Core>),
    If(Box<Core>, Box<Core>, Box<Core>),
    /// Actions, one after the other.
    Do(Vec<Core>),
}

/// What a lambda's argument is called.
#[derive(Clone, Debug)]
pub(super) enum Binder {
    Name(Arc<str>),
    Ignore,
    Tuple(Vec<Binder>),
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
            Self::Lambda(_, body) => {
                if let Some(body) = Arc::get_mut(body) {
                    body.settle(found);
                }
            }
            Self::Let(bindings, body) => {
                for b in bindings {
                    if let Some(body) = Arc::get_mut(b).and_then(|b| Arc::get_mut(&mut b.body)) {
                        body.settle(found);
                    }
                }
                body.settle(found);
            }
            Self::List(xs) | Self::Do(xs) => xs.iter_mut().for_each(|x| x.settle(found)),
            Self::If(a, b, c) => [a, b, c].into_iter().for_each(|x| x.settle(found)),
        }
    }
}
