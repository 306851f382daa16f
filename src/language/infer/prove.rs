//! Classes: what a type must still prove, and what it becomes where nothing decides.

use super::{Infer, Inferred};
use crate::language::advice::Refusal;
use crate::language::classes;
use crate::language::types::{Class, Type};
use crate::source::{Diagnostic, TextRange};

/// Something a type must still prove.
#[derive(Clone, Debug)]
pub(in crate::language) struct Wanted {
    pub class: Class,
    pub ty: Type,
    /// The type that this came from: what a message speaks of.
    pub whole: Type,
    pub range: TextRange,
}

impl Infer<'_> {
    pub(super) fn want(&mut self, class: Class, ty: Type, range: TextRange) {
        if class != Class::Any {
            self.wanted.push(Wanted { class, whole: ty.clone(), ty, range });
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
                    let part = |(class, ty)| Wanted { class, ty, whole: w.whole.clone(), range: w.range };
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
        let d = Box::new(classes::refused(w, &ty));
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
