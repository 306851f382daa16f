//! Equations, guards and `case`: what each asks of its arguments, and what all of them come to.

use super::{Infer, Inferred, Scheme};
use crate::language::ast::{Binding, Clause, Expr, ExprKind, Guard, Param, Way};
use crate::language::core::{self, Binder, Core};
use crate::language::types::{Con, Type};
use crate::source::{Diagnostic, TextRange};
use std::sync::Arc;

impl Infer<'_> {
    /// A function by its equations.
    pub(super) fn function(&mut self, name: &Arc<str>, clauses: &[Clause]) -> Inferred<(Type, Core)> {
        if let [c] = clauses
            && let Some(body) = c.plain()
        {
            return self.lambda(&c.params, &c.lets, body);
        }
        self.matching(Some(name), clauses)
    }

    /// `case of` and its ways.
    #[inline(never)]
    pub(super) fn case(&mut self, of: &Expr, ways: &[Clause], e: &Expr) -> Inferred<(Type, Core)> {
        let (met, of_core) = self.expression(of)?;
        let (ty, f) = self.matching(None, ways)?;
        let Some((wanted, to)) = ty.as_function().map(|(a, b)| (a.clone(), b.clone())) else {
            return Ok((ty, f));
        };
        let parts = matches!(&of.kind, ExprKind::Name(n) if !Binding::is_named(n));
        self.must_be(&wanted, &met, of.range, |wanted, met| {
            if parts {
                return format!("in front of = stands {wanted}, behind it {met}");
            }
            format!("the ways of this case are for {wanted}; what it looks at is {met}")
        })?;
        Ok((to, Core::Apply(Box::new(f), vec![of_core], e.range)))
    }

    #[inline(never)]
    pub(super) fn matching(&mut self, name: Option<&Arc<str>>, clauses: &[Clause]) -> Inferred<(Type, Core)> {
        literals_agree(name, clauses)?;
        let arity = clauses.first().map_or(0, |c| c.params.len());
        let wanted: Vec<Type> = (0..arity).map(|_| self.fresh()).collect();
        let result = self.fresh();
        let mut out = Vec::with_capacity(clauses.len());
        for c in clauses {
            out.push(self.clause(name, c, &wanted, &result)?);
        }
        let ty = wanted.into_iter().rev().fold(result, |to, from| Type::function(from, to));
        let m = core::Match { name: name.cloned(), arity, clauses: out };
        Ok((ty, Core::Match(Arc::new(m))))
    }

    fn clause(
        &mut self,
        name: Option<&Arc<str>>,
        c: &Clause,
        wanted: &[Type],
        result: &Type,
    ) -> Inferred<core::Clause> {
        let mark = self.locals.len();
        let mut binders = Vec::with_capacity(c.params.len());
        for (p, wanted) in c.params.iter().zip(wanted) {
            let (met, binder) = self.bind(p)?;
            self.must_be(wanted, &met, c.range, |wanted, met| match name {
                Some(name) => {
                    format!("the equations of {name} disagree: above it takes {wanted}, here {met}")
                }
                None => format!("the ways of a case are for one kind: above it is {wanted}, here {met}"),
            })?;
            binders.push(binder);
        }
        let lets = self.let_bindings(&c.lets)?;
        let mut ways = Vec::with_capacity(c.ways.len());
        for way in &c.ways {
            ways.push(self.way(name, way, result)?);
        }
        self.locals.truncate(mark);
        Ok(core::Clause { binders, lets, ways })
    }

    fn way(&mut self, name: Option<&Arc<str>>, way: &Way, result: &Type) -> Inferred<core::Way> {
        let mark = self.locals.len();
        let mut guards = Vec::with_capacity(way.guards.len());
        for g in &way.guards {
            guards.push(self.guard(g)?);
        }
        let (met, body) = self.expression(&way.body)?;
        self.must_be(result, &met, way.body.range, |wanted, met| match name {
            Some(name) => format!("{name} gives back one kind of thing: above it is {wanted}, this is {met}"),
            None => format!("all ways of a case come to one kind: above it is {wanted}, this is {met}"),
        })?;
        self.locals.truncate(mark);
        Ok(core::Way { guards, body })
    }

    fn guard(&mut self, g: &Guard) -> Inferred<core::Guard> {
        match g {
            Guard::Ask(e) => {
                let (t, core) = self.expression(e)?;
                self.must_be(&Type::Con(Con::Bool), &t, e.range, |_, met| {
                    format!("behind | stands a question that is true or false; this is {met}")
                })?;
                Ok(core::Guard::Ask(core))
            }
            Guard::Draw(p, e) => {
                let (met, core) = self.expression(e)?;
                let (wanted, binder) = self.bind(p)?;
                self.must_be(&wanted, &met, e.range, |wanted, met| {
                    format!("in front of <- stands {wanted}; this is {met}")
                })?;
                Ok(core::Guard::Draw(binder, core))
            }
        }
    }

    /// Tidal's monad of patterns: `unwrap (fmap (\\p -> rest) from)`.
    #[inline(never)]
    pub(super) fn draw(
        &mut self,
        p: &Param,
        from: &Expr,
        rest: &Expr,
        range: TextRange,
    ) -> Inferred<(Type, Core)> {
        let (of, to) = (self.fresh(), self.fresh());
        let (met, from_core) = self.expression(from)?;
        self.must_be(&Type::pattern(of.clone()), &met, from.range, |_, met| {
            format!("behind <- stands a pattern; this is {met}")
        })?;
        let (f, f_core) = self.lambda(std::slice::from_ref(p), &[], rest)?;
        let (wanted, back) = f.as_function().map_or((of.clone(), f.clone()), |(a, b)| (a.clone(), b.clone()));
        self.must_be(&of, &wanted, from.range, |of, wanted| {
            format!("in front of <- stands {wanted}; the pattern has {of}")
        })?;
        self.must_be(&Type::pattern(to.clone()), &back, rest.range, |_, met| {
            format!("a do with <- comes to a pattern: return puts a value into one; this is {met}")
        })?;
        let patterns = Type::pattern(Type::pattern(to.clone()));
        let mapping = Type::function(f, Type::function(Type::pattern(of), patterns.clone()));
        let joining = Type::function(patterns, Type::pattern(to.clone()));
        let library = |name: &str, ty, args| match self.library.get(name) {
            Some(entry) => Core::Apply(Box::new(Core::Global { entry, ty, range }), args, range),
            None => Core::List(args),
        };
        let mapped = library("fmap", mapping, vec![f_core, from_core]);
        Ok((Type::pattern(to), library("unwrap", joining, vec![mapped])))
    }

    /// The type of what fits, and how it is looked at; its names are known from here on.
    pub(super) fn bind(&mut self, p: &Param) -> Inferred<(Type, Binder)> {
        Ok(match p {
            Param::Ignore => (self.fresh(), Binder::Ignore),
            Param::Name(n) => {
                let t = self.fresh();
                self.locals.push((n.clone(), Scheme::mono(t.clone())));
                (t, Binder::Name(n.clone()))
            }
            Param::Tuple(parts) => {
                let (mut types, mut binders) = (Vec::new(), Vec::new());
                for p in parts {
                    let (t, b) = self.bind(p)?;
                    types.push(t);
                    binders.push(b);
                }
                (Type::tuple(types), Binder::Tuple(binders))
            }
            Param::Literal(e) => {
                let (t, core) = self.expression(e)?;
                (t, Binder::Literal(core))
            }
            Param::Truth(b) => (Type::Con(Con::Bool), Binder::Truth(*b)),
            Param::Maybe(inner) => {
                let (of, parts) = match inner {
                    Some(p) => {
                        let (t, b) = self.bind(p)?;
                        (t, vec![b])
                    }
                    None => (self.fresh(), Vec::new()),
                };
                (Type::app(Type::Con(Con::Maybe), of), Binder::List(parts))
            }
            Param::List(parts) => self.bind_list(parts)?,
            Param::Cons(first, rest) => {
                let (of, first) = self.bind(first)?;
                let (list, rest_binder) = self.bind(rest)?;
                let all = Type::list(of);
                self.must_be(&all, &list, place(rest), |wanted, met| {
                    format!("behind : stands {wanted}; this is {met}")
                })?;
                (all, Binder::Cons(Box::new(first), Box::new(rest_binder)))
            }
            Param::As(n, inner) => {
                let (t, b) = self.bind(inner)?;
                self.locals.push((n.clone(), Scheme::mono(t.clone())));
                (t, Binder::As(n.clone(), Box::new(b)))
            }
        })
    }

    #[inline(never)]
    fn bind_list(&mut self, parts: &[Param]) -> Inferred<(Type, Binder)> {
        let of = self.fresh();
        let mut binders = Vec::with_capacity(parts.len());
        for p in parts {
            let (t, b) = self.bind(p)?;
            self.must_be(&of, &t, place(p), |wanted, met| {
                format!("all parts of a list are of one kind: the first is {wanted}, this is {met}")
            })?;
            binders.push(b);
        }
        Ok((Type::list(of), Binder::List(binders)))
    }
}

/// A pattern could be read from both a number and a string, so that types alone let them pass; but nothing
/// is equal to both.
fn literals_agree(name: Option<&Arc<str>>, clauses: &[Clause]) -> Inferred<()> {
    let arity = clauses.first().map_or(0, |c| c.params.len());
    for at in 0..arity {
        let mut literals = clauses.iter().filter_map(|c| match c.params.get(at) {
            Some(Param::Literal(e)) => Some((matches!(e.kind, ExprKind::Text(_)), e)),
            _ => None,
        });
        let Some((text, _)) = literals.next() else { continue };
        if let Some((_, e)) = literals.find(|(other, _)| *other != text) {
            let kinds = if text { ("a string", "a number") } else { ("a number", "a string") };
            let what = match name {
                Some(name) => format!("the equations of {name} disagree"),
                None => "the ways of this case disagree".into(),
            };
            let message = format!("{what}: above it is {}, here {}", kinds.0, kinds.1);
            let d = Diagnostic::error(e.range, message);
            return Err(Box::new(d.help("ask for one kind of thing: numbers or strings")));
        }
    }
    Ok(())
}

/// Where a pattern stands, as far as it knows.
fn place(p: &Param) -> TextRange {
    match p {
        Param::Literal(Expr { range, kind: _ }) => *range,
        Param::As(_, p) | Param::Cons(p, _) | Param::Maybe(Some(p)) => place(p),
        Param::Tuple(parts) | Param::List(parts) => parts.first().map(place).unwrap_or_default(),
        _ => TextRange::default(),
    }
}
