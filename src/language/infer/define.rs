//! Definitions: each is made as general as it can be, then used at any type that fits.

use super::order::dependency_order;
use super::{Infer, Inferred, Scheme};
use crate::language::ast::Binding;
use crate::language::core::{Core, Definition, LetBinding};
use std::sync::{Arc, OnceLock};

/// A definition group, ready to be kept in a scope.
pub(super) struct Defined {
    pub name: Arc<str>,
    pub scheme: Scheme,
    pub body: Core,
}

impl Infer<'_> {
    /// Definitions of one `let`, those that others use first.
    pub(super) fn let_bindings(&mut self, bindings: &[Binding]) -> Inferred<Vec<Arc<LetBinding>>> {
        let mut out = Vec::new();
        for d in self.group(bindings)? {
            out.push(Arc::new(LetBinding {
                name: d.name.clone(),
                variables: d.scheme.variables.clone(),
                body: Arc::new(d.body),
            }));
            self.locals.push((d.name, d.scheme));
        }
        Ok(out)
    }

    /// Infers the definitions of one group, in an order in which each uses only those before it.
    fn group(&mut self, bindings: &[Binding]) -> Inferred<Vec<Defined>> {
        let mut out: Vec<Defined> = Vec::new();
        let mark = self.locals.len();
        for i in dependency_order(bindings)? {
            let Some(b) = bindings.get(i) else { continue };
            let defined = self.definition(b)?;
            self.locals.push((defined.name.clone(), defined.scheme.clone()));
            out.push(defined);
        }
        self.locals.truncate(mark);
        Ok(out)
    }

    fn definition(&mut self, b: &Binding) -> Inferred<Defined> {
        let from = self.wanted.len();
        let (t, mut body) = self.lambda(&b.params, &b.body)?;
        if let Some(a) = &b.annotation {
            let wanted = self.annotated(a, b.name_range);
            self.must_be(&wanted, &t, b.name_range, |wanted, met| {
                format!("{} is said to be {wanted}, but it is {met}", b.name)
            })?;
        }
        let own = self.wanted.split_off(from);
        let own = self.solve(own)?;
        let ty = self.known(&t);
        let mut variables = Vec::new();
        ty.variables(&mut variables);
        let mut outside = Vec::new();
        for (_, s) in &self.locals {
            self.known(&s.ty).variables(&mut outside);
        }
        variables.retain(|v| !outside.contains(v));
        let (mut constraints, mut ambiguous) = (Vec::new(), Vec::new());
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
        body.settle(&|t| self.known(t));
        self.no_type_too_large(b.name_range)?;
        Ok(Defined { name: b.name.clone(), scheme: Scheme { variables, constraints, ty }, body })
    }

    /// Definitions at the top of a set.
    pub(in crate::language) fn definitions(
        &mut self,
        bindings: &[Binding],
    ) -> Inferred<Vec<Arc<Definition>>> {
        let mut out: Vec<Arc<Definition>> = Vec::new();
        let lets = self.group(bindings)?;
        let wanted = std::mem::take(&mut self.wanted);
        self.default_all(wanted)?;
        // Each definition carries those of its group that it uses as lets around it.
        let mut before: Vec<Arc<LetBinding>> = Vec::new();
        for mut d in lets {
            d.body.settle(&|t| self.known(t));
            let binding = Arc::new(LetBinding {
                name: d.name.clone(),
                variables: d.scheme.variables.clone(),
                body: Arc::new(d.body.clone()),
            });
            let body = if before.is_empty() { d.body } else { Core::Let(before.clone(), Box::new(d.body)) };
            before.push(binding);
            out.push(Arc::new(Definition { name: d.name, scheme: d.scheme, body, value: OnceLock::new() }));
        }
        Ok(out)
    }
}
