//! Definitions: each is made as general as it can be, then used at any type that fits. Those that use
//! each other are made general together.

use super::order::circles;
use super::{Infer, Inferred, Scheme, Wanted};
use crate::language::ast::Binding;
use crate::language::core::{Circle, Core, Definition, LetBinding};
use crate::language::operators::Fixity;
use crate::language::types::{Class, Type};
use crate::source::TextRange;
use std::sync::{Arc, OnceLock};

/// A definition, ready to be kept in a scope.
pub(super) struct Defined {
    name: Arc<str>,
    name_range: TextRange,
    scheme: Scheme,
    body: Core,
    fixity: Option<Fixity>,
}

impl Infer<'_> {
    /// Definitions of one `let`, those that others use first.
    pub(super) fn let_bindings(&mut self, bindings: &[Binding]) -> Inferred<Vec<Arc<Circle>>> {
        if bindings.is_empty() {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        for (circle, recursive) in self.group(bindings)? {
            for d in &circle {
                self.locals.push((d.name.clone(), d.scheme.clone()));
            }
            out.push(kept(circle, recursive));
        }
        Ok(out)
    }

    /// Infers the definitions of one group, in an order in which each uses only those before it.
    fn group(&mut self, bindings: &[Binding]) -> Inferred<Vec<(Vec<Defined>, bool)>> {
        let mut out = Vec::new();
        let mark = self.locals.len();
        for (together, recursive) in circles(bindings)? {
            let members: Vec<&Binding> = together.iter().filter_map(|i| bindings.get(*i)).collect();
            let defined = self.circle(&members, recursive)?;
            for d in &defined {
                self.locals.push((d.name.clone(), d.scheme.clone()));
            }
            out.push((defined, recursive));
        }
        self.locals.truncate(mark);
        Ok(out)
    }

    fn circle(&mut self, members: &[&Binding], recursive: bool) -> Inferred<Vec<Defined>> {
        let (from, mark) = (self.wanted.len(), self.locals.len());
        let mut types = Vec::new();
        for b in members {
            let t = match &b.annotation {
                Some(a) => self.annotated(a, b.name_range),
                None => self.fresh(),
            };
            if recursive {
                // Inside of itself it is of one kind.
                self.locals.push((b.name.clone(), Scheme::mono(t.clone())));
            }
            types.push(t);
        }
        let mut bodies = Vec::new();
        for (b, wanted) in members.iter().zip(&types) {
            let (t, body) = self.function(&b.name, &b.clauses)?;
            let said = b.annotation.is_some();
            self.must_be(wanted, &t, b.name_range, |wanted, met| {
                let word = if said { "said to be" } else { "used as" };
                format!("{} is {word} {wanted}, but it is {met}", b.name)
            })?;
            bodies.push(body);
        }
        self.locals.truncate(mark);
        let own = self.wanted.split_off(from);
        let schemes = self.general(&types, own)?;
        let mut out = Vec::new();
        for ((b, scheme), mut body) in members.iter().zip(schemes).zip(bodies) {
            body.settle(&|t| self.known(t));
            self.no_type_too_large(b.name_range)?;
            let (name, name_range) = (b.name.clone(), b.name_range);
            out.push(Defined { name, name_range, scheme, body, fixity: b.fixity });
        }
        Ok(out)
    }

    /// These types with variables that stand for anything, and what those must be able to do.
    fn general(&mut self, types: &[Type], own: Vec<Wanted>) -> Inferred<Vec<Scheme>> {
        let own = self.solve(own)?;
        let mut variables = Vec::new();
        types.iter().for_each(|t| self.known(t).variables(&mut variables));
        let mut outside = Vec::new();
        for (_, s) in &self.locals {
            self.known(&s.ty).variables(&mut outside);
        }
        variables.retain(|v| !outside.contains(v));
        let (mut constraints, mut ambiguous): (Vec<(Class, Type)>, _) = (Vec::new(), Vec::new());
        for w in own {
            let mut inside = Vec::new();
            self.known(&w.ty).variables(&mut inside);
            if !inside.is_empty() && inside.iter().all(|v| variables.contains(v)) {
                constraints.push((w.class, self.known(&w.ty)));
            } else if inside.iter().any(|v| outside.contains(v)) {
                self.wanted.push(w);
            } else {
                ambiguous.push(w);
            }
        }
        self.default_all(ambiguous)?;
        let scheme =
            |t| Scheme { variables: variables.clone(), constraints: constraints.clone(), ty: self.known(t) };
        Ok(types.iter().map(scheme).collect())
    }

    /// Definitions at the top of a set.
    pub(in crate::language) fn definitions(
        &mut self,
        bindings: &[Binding],
    ) -> Inferred<Vec<Arc<Definition>>> {
        let mut out: Vec<Arc<Definition>> = Vec::new();
        let groups = self.group(bindings)?;
        let wanted = std::mem::take(&mut self.wanted);
        self.default_all(wanted)?;
        // Each definition carries those of its group that it uses as lets around it.
        let mut before: Vec<Arc<Circle>> = Vec::new();
        for (mut circle, recursive) in groups {
            circle.iter_mut().for_each(|d| d.body.settle(&|t| self.known(t)));
            let mut heads: Vec<Definition> = Vec::new();
            for d in circle.iter().filter(|d| Binding::is_named(&d.name)) {
                let (name, scheme, fixity) = (d.name.clone(), d.scheme.clone(), d.fixity);
                let local = || Core::Local { name: name.clone(), types: Vec::new(), range: d.name_range };
                let body = if recursive { local() } else { d.body.clone() };
                heads.push(Definition { name, scheme, body, fixity, value: OnceLock::new() });
            }
            let around = before.clone();
            before.push(kept(circle, recursive));
            let around = if recursive { &before } else { &around };
            for mut d in heads {
                if !around.is_empty() {
                    d.body = Core::Let(around.clone(), Box::new(d.body));
                }
                out.push(Arc::new(d));
            }
        }
        Ok(out)
    }
}

fn kept(circle: Vec<Defined>, recursive: bool) -> Arc<Circle> {
    let binding =
        |d: Defined| LetBinding { name: d.name, variables: d.scheme.variables, body: Arc::new(d.body) };
    Arc::new(Circle { bindings: circle.into_iter().map(binding).collect(), recursive })
}
