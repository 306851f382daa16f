//! Two types become one, or do not; and what is known of a type.

use super::{Infer, Inferred};
use crate::language::advice;
use crate::language::types::{Type, VarId, describe};
use crate::source::{Diagnostic, TextRange};

/// Constructors of the largest type. Those of music have a dozen; a pair of a pair of a pair ... has
/// more than there is memory.
const MAX_TYPE: usize = 20_000;

impl Infer<'_> {
    pub(super) fn fresh(&mut self) -> Type {
        self.found.push(None);
        Type::Var(VarId((self.found.len() - 1) as u32))
    }

    /// The type with all that is known filled in.
    pub(in crate::language) fn known(&self, t: &Type) -> Type {
        self.known_within(t, &mut { MAX_TYPE })
    }

    fn known_within(&self, t: &Type, left: &mut usize) -> Type {
        match t {
            Type::Var(v) => match self.found.get(v.0 as usize) {
                Some(Some(t)) => self.known_within(t, left),
                _ => t.clone(),
            },
            Type::Con(_) => t.clone(),
            Type::App(_) if !self.spend(left) => t.clone(),
            Type::App(pair) => Type::app(self.known_within(&pair.0, left), self.known_within(&pair.1, left)),
        }
    }

    /// One more constructor: false when there were too many.
    fn spend(&self, left: &mut usize) -> bool {
        match left.checked_sub(1) {
            Some(less) => *left = less,
            None => self.too_large.set(true),
        }
        !self.too_large.get()
    }

    pub(super) fn no_type_too_large(&self, range: TextRange) -> Inferred<()> {
        if !self.too_large.get() {
            return Ok(());
        }
        let d = Diagnostic::error(range, "what this is has grown too large to be understood");
        Err(Box::new(d.help("give back fewer things at once: a pair of pairs doubles each time")))
    }

    /// Known as far as its outermost constructor.
    pub(super) fn shallow(&self, t: &Type) -> Type {
        let mut t = t;
        while let Type::Var(v) = t {
            match self.found.get(v.0 as usize) {
                Some(Some(next)) => t = next,
                _ => break,
            }
        }
        t.clone()
    }

    pub(super) fn unify(&mut self, a: &Type, b: &Type) -> bool {
        self.unify_within(a, b, &mut { MAX_TYPE })
    }

    fn unify_within(&mut self, a: &Type, b: &Type, left: &mut usize) -> bool {
        match (self.shallow(a), self.shallow(b)) {
            (Type::Var(x), Type::Var(y)) if x == y => true,
            (Type::Var(v), t) | (t, Type::Var(v)) => {
                let t = self.known(&t);
                let mut inside = Vec::new();
                t.variables(&mut inside);
                if inside.contains(&v) {
                    return false;
                }
                if let Some(slot) = self.found.get_mut(v.0 as usize) {
                    *slot = Some(t);
                }
                true
            }
            (Type::Con(x), Type::Con(y)) => x == y,
            (Type::App(_), Type::App(_)) if !self.spend(left) => false,
            (Type::App(x), Type::App(y)) => {
                self.unify_within(&x.0, &y.0, left) && self.unify_within(&x.1, &y.1, left)
            }
            _ => false,
        }
    }

    pub(super) fn must_be(
        &mut self,
        wanted: &Type,
        met: &Type,
        range: TextRange,
        message: impl FnOnce(&str, &str) -> String,
    ) -> Inferred<()> {
        if self.unify(wanted, met) {
            return Ok(());
        }
        self.no_type_too_large(range)?;
        let (wanted, met) = (self.known(wanted), self.known(met));
        let d = Diagnostic::error(range, message(&describe(&wanted), &describe(&met)));
        Err(Box::new(match advice::usual(&wanted, &met) {
            Some(help) => d.help(help),
            None => d.help("is something missing beside it: a $, a #, quotes, brackets?"),
        }))
    }
}
