//! Classes: what a type must still prove, and what it becomes where nothing decides.

use super::{Infer, Inferred};
use crate::language::advice::Refusal;
use crate::language::ast::Binding;
use crate::language::classes;
use crate::language::types::{Class, Type, describe};
use crate::source::{Diagnostic, TextRange};
use std::sync::Arc;

/// Something a type must still prove.
#[derive(Clone, Debug)]
pub(in crate::language) struct Wanted {
    pub class: Class,
    pub ty: Type,
    /// The type that this came from: what a message speaks of.
    pub whole: Type,
    pub range: TextRange,
    /// The definition whose use wants it.
    pub of: Option<Arc<str>>,
}

impl Infer<'_> {
    pub(super) fn want(&mut self, class: Class, ty: Type, range: TextRange) {
        if class != Class::Any {
            self.wanted.push(Wanted { class, whole: ty.clone(), ty, range, of: None });
        }
    }

    /// What the type of a definition says of its variables, where it is used.
    pub(super) fn want_of(&mut self, name: &Arc<str>, class: Class, ty: Type, range: TextRange) {
        self.want(class, ty, range);
        if let Some(w) = self.wanted.last_mut().filter(|w| w.range == range) {
            w.of = Some(name.clone());
        }
    }

    /// Proves what can be proved; the rest waits for its variables.
    pub(super) fn solve(&mut self, mut wanted: Vec<Wanted>) -> Inferred<Vec<Wanted>> {
        let mut waiting = Vec::new();
        let mut steps = 0usize;
        while let Some(w) = wanted.pop() {
            steps += 1;
            if steps > 100_000 {
                return Err(Box::new(Diagnostic::error(
                    w.range,
                    "this expression is too large to be understood",
                )));
            }
            let ty = self.known(&w.ty);
            match classes::instance(w.class, &ty) {
                classes::Proof::Needs(more) => {
                    self.hints.extend(classes::hint(&w, &ty));
                    let part = |(class, ty)| Wanted { class, ty, ..w.clone() };
                    wanted.extend(more.into_iter().map(part));
                }
                classes::Proof::Is(a, b) => {
                    if !self.unify(&a, &b) {
                        return Err(self.refuse(&w));
                    }
                }
                classes::Proof::Later => waiting.push(w),
                classes::Proof::Never => return Err(self.refuse(&w)),
            }
        }
        waiting.reverse();
        Ok(waiting)
    }

    fn refuse(&mut self, w: &Wanted) -> Box<Diagnostic> {
        let ty = self.known(&w.whole);
        let d = Box::new(match (&w.of, literal(w.class)) {
            (Some(name), Some(kind)) if Binding::is_named(name) => {
                let what = describe(&ty);
                let message = format!("{name} has {kind} in its definition, where {what} is wanted here");
                Diagnostic::error(w.range, message).help(format!("look at what {name} takes and gives back"))
            }
            _ => classes::refused(w, &ty),
        });
        self.refusal = Some(Refusal { class: w.class, ty });
        d
    }

    /// Decides variables that nothing else decides, as Haskell defaults them.
    pub(super) fn default_all(&mut self, mut wanted: Vec<Wanted>) -> Inferred<()> {
        loop {
            wanted = self.solve(wanted)?;
            let Some(first) = wanted.first() else { return Ok(()) };
            let mut inside = Vec::new();
            self.known(&first.ty).variables(&mut inside);
            let Some(v) = inside.first().copied() else { return Ok(()) };
            let classes: Vec<Class> =
                wanted.iter().filter(|w| self.known(&w.ty) == Type::Var(v)).map(|w| w.class).collect();
            let choice = classes::default_for(&classes);
            self.unify(&Type::Var(v), &choice);
        }
    }
}

/// What was written where these are wanted.
fn literal(class: Class) -> Option<&'static str> {
    match class {
        Class::IntLiteral | Class::DecimalLiteral => Some("a number"),
        Class::TextLiteral => Some("a string"),
        _ => None,
    }
}
