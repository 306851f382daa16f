//! Functions and operators meet their arguments, one after the other, so that an error names the place.

use super::{Infer, Inferred, Wanted};
use crate::control;
use crate::language::advice::{self, called};
use crate::language::ast::{Expr, ExprKind, Operator};
use crate::language::core::{Binder, Core};
use crate::language::forms::{self, Form};
use crate::language::library::Entry;
use crate::language::types::Type;
use crate::source::{Diagnostic, TextRange};
use std::sync::Arc;

impl Infer<'_> {
    /// A function and its arguments, one after the other, so that an error names the argument.
    pub(super) fn apply(&mut self, f: &Expr, args: &[&Expr], range: TextRange) -> Inferred<(Type, Core)> {
        if let Some(form) = forms::today(f, args, self.library, |name| self.is_own(name)) {
            return self.apply_form(*form, range);
        }
        let (mut ty, f_core) = self.expression(f)?;
        let mut cores = Vec::with_capacity(args.len());
        let called = called(f);
        for (i, arg) in args.iter().enumerate() {
            let known = self.shallow(&ty);
            let (from, to) = match self.known(&known).as_function() {
                Some((a, b)) => (a.clone(), b.clone()),
                None => {
                    let (a, b) = (self.fresh(), self.fresh());
                    if !self.unify(&ty, &Type::function(a.clone(), b.clone())) {
                        return Err(Box::new(self.not_a_function(f, i, &ty, arg)));
                    }
                    (a, b)
                }
            };
            let here = advice::Call {
                called: called.as_deref(),
                example: called.as_deref().and_then(|n| self.library.get(n)).map(|e| e.example),
                function: f,
                args,
                at: i,
            };
            let (met, core) = self.expression(arg).map_err(|d| here.unknown(d, &self.known(&from)))?;
            if !self.unify(&from, &met) {
                self.no_type_too_large(arg.range)?;
                self.earlier_fit(args.get(..i).unwrap_or(&[]))?;
                return Err(here.refused(&self.known(&from), &self.known(&met), &self.known(&to)));
            }
            cores.push(core);
            ty = to;
        }
        Ok((ty, Core::Apply(Box::new(f_core), cores, range)))
    }

    /// A function of its own: calls inside calls pay for what stands in [`Self::apply`].
    #[inline(never)]
    fn apply_form(&mut self, form: Form, range: TextRange) -> Inferred<(Type, Core)> {
        self.hints.extend(form.hint);
        if form.arguments.is_empty() {
            return self.expression(&form.function);
        }
        self.apply(&form.function, &form.arguments.iter().collect::<Vec<_>>(), range)
    }

    /// Where a literal in front does not fit, that is the mistake to speak of.
    fn earlier_fit(&mut self, front: &[&Expr]) -> Inferred<()> {
        let theirs = |w: &&Wanted| front.iter().any(|a| a.range == w.range);
        let wanted: Vec<Wanted> = self.wanted.iter().filter(theirs).cloned().collect();
        self.solve(wanted).map(drop)
    }

    fn not_a_function(&self, f: &Expr, given: usize, ty: &Type, arg: &Expr) -> Diagnostic {
        let head = called(arg);
        let entry = head.as_deref().and_then(|n| self.library.get(n));
        let what = match head.as_deref() {
            Some(_) if entry.is_some_and(Entry::is_statement) => advice::Extra::Statement,
            Some(n) if control::function(n).is_some() => advice::Extra::Control,
            _ => match entry {
                Some(e) if e.arity() > 0 => advice::Extra::Function { example: e.example },
                _ => advice::Extra::Other,
            },
        };
        let example = called(f).and_then(|n| self.library.get(&n)).map(|e| e.example);
        advice::one_too_many(f, given, &self.known(ty), arg, what, example)
    }

    pub(super) fn binary(
        &mut self,
        op: &Operator,
        left: &Expr,
        right: &Expr,
        range: TextRange,
    ) -> Inferred<(Type, Core)> {
        let lacks = |name: &str, given: usize| match self.library.get(name) {
            _ if self.is_own(name) => false,
            Some(entry) => entry.arity() > given,
            None => given == 0 && control::function(name).is_some(),
        };
        if let Some(d) = advice::minus(op, left, right, lacks) {
            return Err(d);
        }
        let f = Expr { kind: ExprKind::Name(op.name.clone()), range: op.range };
        self.apply(&f, &[left, right], range)
    }

    /// `(op right)` is `\left -> left op right`.
    pub(super) fn right_section(
        &mut self,
        op: &Operator,
        right: &Expr,
        range: TextRange,
    ) -> Inferred<(Type, Core)> {
        let (ty, f) = self.name(&op.name, op.range)?;
        let (left, wanted, to) = (self.fresh(), self.fresh(), self.fresh());
        let shape = Type::function(left.clone(), Type::function(wanted.clone(), to.clone()));
        if !self.unify(&ty, &shape) {
            return Err(Box::new(
                Diagnostic::error(op.range, format!("{} does not stand between two expressions", op.name))
                    .help("an operator belongs here, such as # or |+|"),
            ));
        }
        let (met, right_core) = self.expression(right)?;
        self.must_be(&wanted, &met, right.range, |wanted, met| {
            format!("{} wants {wanted} on its right; this is {met}", op.name)
        })?;
        let (l, r): (Arc<str>, Arc<str>) = ("left of the section".into(), "right of the section".into());
        let local = |name: &Arc<str>| Core::Local { name: name.clone(), types: Vec::new(), range };
        // The right side is evaluated once, when the section is made.
        let inner = Core::Lambda(
            [Binder::Name(l.clone())].into(),
            Arc::new(Core::Apply(Box::new(f), vec![local(&l), local(&r)], range)),
        );
        let outer = Core::Lambda([Binder::Name(r)].into(), Arc::new(inner));
        Ok((Type::function(left, to), Core::Apply(Box::new(outer), vec![right_core], range)))
    }

    pub(super) fn range_list(
        &mut self,
        from: &Expr,
        then: Option<&Expr>,
        to: &Expr,
        range: TextRange,
    ) -> Inferred<(Type, Core)> {
        let name = if then.is_some() { "enumFromThenTo" } else { "enumFromTo" };
        let f = Expr { kind: ExprKind::Name(name.into()), range };
        let args: Vec<&Expr> = std::iter::once(from).chain(then).chain(std::iter::once(to)).collect();
        self.apply(&f, &args, range)
    }
}
