//! Type inference: what every literal and name of an expression is (Hindley and Milner's way, with
//! the classes that Tidal's signatures need).
//!
//! In: a tree, the names in scope. Out: a [`Core`] whose literals know their types, or one
//! diagnostic in the words of music: sounds, numbers, notes, functions, and the argument's place.
//! Pure; who evaluates a block calls it. It never runs what it reads: every answer comes in a number of
//! steps that the text bounds.
//!
//! Here are the state and the way in and out; types meet in `unify`, the classes they must fit are
//! settled in `prove`, names are found in `name`, and trees are read in `expression`, `call` and `define`.

mod call;
mod define;
mod expression;
mod name;
mod order;
mod prove;
mod unify;

pub(super) use order::names_in;
pub(super) use prove::Wanted;

use super::Scope;
use super::advice::{self, Refusal};
use super::ast::Expr;
use super::core::Core;
use super::library::Library;
use super::types::{Annotation, Class, Type, VarId};
use crate::source::{Diagnostic, TextRange};
use std::cell::Cell;
use std::sync::Arc;

pub(super) type Inferred<T> = Result<T, Box<Diagnostic>>;

/// A type for every use: `variables` stand for anything that `constraints` allow.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scheme {
    pub variables: Vec<VarId>,
    pub constraints: Vec<(Class, Type)>,
    pub ty: Type,
}

impl Scheme {
    fn mono(ty: Type) -> Self {
        Self { variables: Vec::new(), constraints: Vec::new(), ty }
    }
}

pub(super) struct Infer<'s> {
    scope: &'s Scope,
    library: &'s Library,
    /// What each variable has been found to be.
    found: Vec<Option<Type>>,
    wanted: Vec<Wanted>,
    locals: Vec<(Arc<str>, Scheme)>,
    /// The class that could not be proved, once an error says so.
    refusal: Option<Refusal>,
    /// What works and may not be meant.
    pub hints: Vec<Diagnostic>,
    /// A type was larger than [`MAX_TYPE`]: nothing said of it is true.
    too_large: Cell<bool>,
}

impl<'s> Infer<'s> {
    pub fn new(scope: &'s Scope, library: &'s Library) -> Self {
        // Numbers below this belong to definitions of the scope, which keep theirs.
        Self {
            scope,
            library,
            found: Vec::new(),
            wanted: Vec::new(),
            locals: Vec::new(),
            refusal: None,
            hints: Vec::new(),
            too_large: Cell::new(false),
        }
    }
}

impl Infer<'_> {
    /// A scheme at fresh variables; and what its own variables became.
    fn instantiate(&mut self, s: &Scheme, range: TextRange) -> (Type, Vec<(VarId, Type)>) {
        if s.variables.is_empty() {
            return (s.ty.clone(), Vec::new());
        }
        let types: Vec<(VarId, Type)> = s.variables.iter().map(|v| (*v, self.fresh())).collect();
        let with = |v: VarId| types.iter().find(|(w, _)| *w == v).map(|(_, t)| t.clone());
        for (class, t) in &s.constraints {
            self.want(*class, t.replace(&with), range);
        }
        (s.ty.replace(&with), types)
    }

    fn annotated(&mut self, a: &Annotation, range: TextRange) -> Type {
        let fresh: Vec<Type> = (0..a.variables).map(|_| self.fresh()).collect();
        let with = |v: VarId| fresh.get(v.0 as usize).cloned();
        for (class, t) in &a.constraints {
            self.want(*class, t.replace(&with), range);
        }
        a.ty.replace(&with)
    }

    /// An error in the words of the statement that it is in.
    pub fn explained(&self, d: Box<Diagnostic>, statement: &Expr) -> Box<Diagnostic> {
        match &self.refusal {
            Some(refusal) => advice::explained(d, refusal, statement, self.library),
            None => d,
        }
    }

    /// Settles everything; to be called once a whole statement has been read.
    pub fn finish(&mut self, core: &mut Core, range: TextRange) -> Inferred<()> {
        let wanted = std::mem::take(&mut self.wanted);
        self.default_all(wanted)?;
        core.settle(&|t| self.known(t));
        self.no_type_too_large(range)
    }
}
