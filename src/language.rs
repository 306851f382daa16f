//! Tidal's expressions and statements: text -> tree -> typed values -> edits.
//!
//! In: a block of a set, and the definitions in force. Out: [`Outcome`]: what the statements ask for,
//! what was defined, and what is wrong. Pure. A block's error never reaches another block.
//!
//! Types are inferred, because they decide what a string means: `"1 2"` is numbers after `n`, times
//! before `~>`, words after `sound`. The function library is one table ([`library`]); functions are
//! values with partial application; patterns of sounds, notes, numbers and controls go through the
//! same functions.

mod advice;
mod ast;
mod classes;
mod core;
mod eval;
mod forms;
mod ghci;
mod infer;
pub mod library;
mod old;
mod operators;
mod parse;
mod token;
mod types;
mod vocabulary;

pub use core::Definition;

use crate::pattern::{Env, Pattern, Value, fold};
use crate::score::Edit;
use crate::source::{BlockId, Diagnostic};
use ast::{Binding, Statement};
use library::Library;
use std::collections::HashMap;
use std::sync::Arc;

/// Steps of work that evaluating one statement may take.
const STATEMENT_BUDGET: u32 = 500_000;

/// Definitions with an error that are left out of those that stand together.
const MOST_LEFT_OUT: usize = 16;

/// The definitions of a set, by name. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    definitions: HashMap<Arc<str>, Arc<Definition>>,
}

impl Scope {
    fn get(&self, name: &str) -> Option<&Arc<Definition>> {
        self.definitions.get(name)
    }

    /// The names defined.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(|n| &**n)
    }

    /// How the operators among them bind.
    fn fixities(&self) -> operators::Fixities {
        let mut out = operators::Fixities::default();
        for (name, d) in &self.definitions {
            d.fixity.into_iter().for_each(|f| out.set(name.clone(), f));
        }
        out
    }

    /// Adds definitions; those of the same names are replaced.
    pub fn define(&mut self, definitions: &[Arc<Definition>]) {
        for d in definitions {
            self.definitions.insert(d.name.clone(), d.clone());
        }
    }
}

/// One statement of a block, evaluated.
#[derive(Clone, Debug)]
pub enum Done {
    /// Definitions that are in force from here on.
    Defined(Vec<Arc<Definition>>),
    /// What it asks for.
    Edits(Arc<Vec<Edit>>),
    /// An expression that is a pattern, and asks for nothing.
    Pattern(Pattern),
    /// An expression that is something else, as text.
    Shown(String),
}

/// What a block came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Its statements in order; those with an error are left out.
    pub done: Vec<Done>,
    /// Errors and hints; ranges are bytes of the block.
    pub diagnostics: Vec<Diagnostic>,
    /// Names that the block mentions: a redefinition of one of them changes what it means.
    pub mentions: Vec<Arc<str>>,
}

impl Outcome {
    /// True when a statement was left out.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// All edits, in order.
    pub fn edits(&self) -> Vec<Edit> {
        self.done
            .iter()
            .filter_map(|d| match d {
                Done::Edits(e) => Some(e.iter().cloned()),
                _ => None,
            })
            .flatten()
            .collect()
    }
}

/// An action is its edits.
struct Action(Arc<Vec<Edit>>);

fn action(edits: Vec<Edit>) -> Value {
    Value::Opaque(Arc::new(Action(Arc::new(edits))))
}

fn edits_of(v: &Value) -> Arc<Vec<Edit>> {
    match v {
        Value::Opaque(any) => any.downcast_ref::<Action>().map(|a| a.0.clone()).unwrap_or_default(),
        _ => Arc::default(),
    }
}

/// The evaluator: the library, read once.
#[derive(Debug, Default)]
pub struct Language {
    library: Library,
}

impl Language {
    /// With the whole library.
    pub fn new() -> Self {
        Self::default()
    }

    /// The function library, for help and completion.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Evaluates a block's text. Its definitions are seen by its later statements and returned; the
    /// scope given stays as it is.
    pub fn evaluate(&self, text: &str, block: BlockId, scope: &Scope) -> Outcome {
        let mut out = Outcome::default();
        let mut hints = Vec::new();
        let text = ghci::blanked(text, &mut hints);
        let (tokens, mut trouble) = token::tokens(&text);
        let starts = |name: &str| {
            self.library.get(name).is_some_and(library::Entry::is_statement) || forms::begins(name)
        };
        let mut fixities = scope.fixities();
        fixities.read(&tokens);
        let (mut statements, errors) = parse::block(&tokens, &trouble, &starts, &fixities);
        trouble.extend(errors);
        out.diagnostics = trouble;
        out.diagnostics.extend(hints);
        out.diagnostics.extend(old::names(&tokens, &self.library, scope));
        out.diagnostics.extend(vocabulary::unknown(&tokens));
        statements.iter_mut().for_each(|s| old::tempo(s, scope, &mut out.diagnostics));
        let mut scope = scope.clone();
        for s in &statements {
            mention(s, &mut out.mentions);
            match self.statement(s, block, &scope, &mut out.diagnostics) {
                Ok(Done::Defined(d)) => {
                    scope.define(&d);
                    out.done.push(Done::Defined(d));
                }
                Ok(done) => out.done.push(done),
                Err(d) => out.diagnostics.push(*d),
            }
        }
        out
    }

    /// Definitions that stand together. Those with an error are left out, so that the others hold; what is
    /// said of them goes to `trouble`.
    fn define(
        &self,
        bindings: &[Binding],
        scope: &Scope,
        trouble: &mut Vec<Diagnostic>,
    ) -> Result<Done, Box<Diagnostic>> {
        let mut left = bindings.to_vec();
        for _ in 0..MOST_LEFT_OUT {
            let d = match self.definitions(&left, scope) {
                Ok(defined) => return Ok(Done::Defined(defined)),
                Err(d) => d,
            };
            let wrong = left.iter().rposition(|b| b.name_range.start() <= d.range.start());
            match wrong.filter(|_| left.len() > 1) {
                Some(i) => drop(left.remove(i)),
                None if trouble.contains(&d) => return Ok(Done::Defined(Vec::new())),
                None => return Err(d),
            }
            // The names of a pair are as wrong as the pair.
            if !trouble.contains(&d) {
                trouble.push(*d);
            }
        }
        self.definitions(&left, scope).map(Done::Defined)
    }

    fn definitions(
        &self,
        bindings: &[Binding],
        scope: &Scope,
    ) -> Result<Vec<Arc<Definition>>, Box<Diagnostic>> {
        let defined = infer::Infer::new(scope, &self.library).definitions(bindings)?;
        // `d1 = ...` would take the name from every block below, without a word; what starts a statement
        // itself, as start-up files define it, may.
        let takes = |n: &str| {
            n.strip_prefix('d').is_some_and(|n| n.parse::<u8>().is_ok()) && self.library.get(n).is_some()
        };
        let plays = |n: &str| {
            let found = defined.iter().find(|d| &*d.name == n);
            found.is_some_and(|d| d.scheme.ty.result() == &types::Type::action())
        };
        match bindings.iter().find(|b| takes(&b.name) && !plays(&b.name)) {
            Some(b) => Err(advice::plays(&b.name, b.name_range)),
            None => Ok(defined),
        }
    }

    /// One statement; what works and may not be meant goes to `hints`.
    fn statement(
        &self,
        s: &Statement,
        block: BlockId,
        scope: &Scope,
        hints: &mut Vec<Diagnostic>,
    ) -> Result<Done, Box<Diagnostic>> {
        let e = match s {
            Statement::Define(bindings) => return self.define(bindings, scope, hints),
            Statement::Run(e) => e,
        };
        let mut infer = infer::Infer::new(scope, &self.library);
        let (ty, mut core) = infer.expression(e).map_err(|d| infer.explained(d, e))?;
        infer.finish(&mut core, e.range).map_err(|d| infer.explained(d, e))?;
        let ty = infer.known(&ty);
        for hint in infer.hints {
            // An old form is told once.
            if !hints.iter().any(|d| d.message == hint.message) {
                hints.push(hint);
            }
        }
        let env = Env::with_budget(STATEMENT_BUDGET);
        let value = fold::bounded(STATEMENT_BUDGET, || eval::eval(&core, &eval::Names::of(block), &env))?;
        Ok(match value {
            Value::Opaque(_) => Done::Edits(edits_of(&value)),
            Value::Pattern(p) => Done::Pattern(p),
            Value::Function(_) => {
                let entry = advice::called(e).and_then(|n| self.library.get(&n));
                return Err(advice::unfinished(e, &ty, entry));
            }
            other => Done::Shown(format!("{other:?}")),
        })
    }
}

fn mention(s: &Statement, out: &mut Vec<Arc<str>>) {
    let mut names = Vec::new();
    match s {
        Statement::Run(e) => infer::names_in(e, &mut names),
        Statement::Define(_) => s.children().into_iter().for_each(|e| infer::names_in(e, &mut names)),
    }
    for n in names {
        if !out.contains(n) {
            out.push(n.clone());
        }
    }
}

#[cfg(test)]
mod tests;
