//! What a name is: bound nearby, defined in the set, a function, a control, or a near miss.

use super::{Infer, Inferred};
use crate::control;
use crate::language::core::{Binder, Core};
use crate::language::library::{Entry, families};
use crate::language::types::Type;
use crate::pattern::Value;
use crate::source::{Diagnostic, TextRange, nearest};
use std::sync::Arc;

impl Infer<'_> {
    pub(super) fn name(&mut self, name: &Arc<str>, range: TextRange) -> Inferred<(Type, Core)> {
        if let Some((_, scheme)) = self.locals.iter().rev().find(|(n, _)| n == name) {
            let scheme = scheme.clone();
            let (ty, types) = self.instantiate(&scheme, range);
            return Ok((ty, Core::Local { name: name.clone(), types, range }));
        }
        if let Some(definition) = self.scope.get(name) {
            let definition = definition.clone();
            let (ty, types) = self.instantiate(&definition.scheme, range);
            return Ok((ty, Core::Defined { definition, types, range }));
        }
        if let Some(entry) = self.library.get(name) {
            let annotation = entry.annotation();
            let ty = self.annotated(&annotation, range);
            return Ok((ty.clone(), Core::Global { entry, ty, range }));
        }
        if let Some(c) = control::function(name) {
            let of = families::kind_type(c.kind);
            return Ok((Type::function(Type::pattern(of), Type::controls()), Core::Control(c)));
        }
        if let Some((entry, of, word)) = families::find(name) {
            return Ok(Self::member(entry, &of, word, range));
        }
        if let Some(n) = name.strip_prefix('(').and_then(|n| n.strip_suffix(')'))
            && n.chars().all(|c| c == ',')
        {
            return Ok(self.tuple_function(n.len() + 1));
        }
        Err(Box::new(self.unknown(name, range)))
    }

    /// The set or something nearby gave the name its meaning.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.locals.iter().any(|(n, _)| &**n == name) || self.scope.get(name).is_some()
    }

    /// A name of a family: a function of the library whose first argument the name says.
    fn member(entry: &'static Entry, of: &Type, word: &str, range: TextRange) -> (Type, Core) {
        let annotation = entry.annotation();
        let values: Vec<Type> = (0..annotation.variables).map(|_| of.clone()).collect();
        let ty = annotation.ty.replace(&|v| values.get(v.0 as usize).cloned());
        let rest = ty.as_function().map_or_else(|| ty.clone(), |(_, to)| to.clone());
        let word = Core::Constant(Value::text(word));
        (rest, Core::Apply(Box::new(Core::Global { entry, ty, range }), vec![word], range))
    }

    fn tuple_function(&mut self, n: usize) -> (Type, Core) {
        let types: Vec<Type> = (0..n).map(|_| self.fresh()).collect();
        let names: Vec<Arc<str>> = (0..n).map(|i| format!("part {i}").into()).collect();
        let body = Core::List(
            names
                .iter()
                .map(|n| Core::Local { name: n.clone(), types: Vec::new(), range: TextRange::default() })
                .collect(),
        );
        let ty =
            types.iter().rev().fold(Type::tuple(types.clone()), |to, from| Type::function(from.clone(), to));
        (ty, Core::Lambda(names.into_iter().map(Binder::Name).collect(), Arc::new(body)))
    }

    fn unknown(&self, name: &str, range: TextRange) -> Diagnostic {
        let is_operator = !name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let what = if is_operator { "operator" } else { "function or control" };
        let d = Diagnostic::error(range, format!("there is no {what} {name}"));
        let mut names: Vec<&str> = self.library.names().collect();
        names.extend(control::functions().iter().map(|f| f.name));
        names.extend(self.scope.names());
        names.extend(self.locals.iter().map(|(n, _)| &**n));
        if name.starts_with("//") {
            return d.help("a comment begins with --");
        }
        let near = nearest(name, names, 3);
        if near.is_empty() {
            d.help(if is_operator {
                "see the table of operators in the reference"
            } else {
                "a name of your own is defined with let"
            })
        } else {
            d.help(format!("did you mean {}?", near.join(" or ")))
        }
    }
}
