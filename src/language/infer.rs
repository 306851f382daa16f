//! Type inference: what every literal and name of an expression is (Hindley and Milner's way, with
//! the classes that Tidal's signatures need).
//!
//! In: a tree, the names in scope. Out: a [`Core`] whose literals know their types, or one
//! diagnostic in the words of music: sounds, numbers, notes, functions, and the argument's place.

use super::Scope;
use super::advice::{self, called};
use super::ast::{Binding, Expr, ExprKind, Operator, Param, Statement};
use super::classes;
use super::core::{Binder, Core, Definition, LetBinding};
use super::library::{Entry, Library, families};
use super::types::{Annotation, Class, Con, Type, VarId, describe};
use crate::control;
use crate::pattern::Value;
use crate::source::{Diagnostic, TextRange, nearest};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

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

/// Something a type must still prove.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub class: Class,
    pub ty: Type,
    /// The type that this came from: what a message speaks of.
    pub whole: Type,
    pub range: TextRange,
}

pub(super) struct Infer<'s> {
    scope: &'s Scope,
    library: &'s Library,
    /// What each variable has been found to be.
    found: Vec<Option<Type>>,
    wanted: Vec<Wanted>,
    locals: Vec<(Arc<str>, Scheme)>,
    /// A type was larger than [`MAX_TYPE`]: nothing said of it is true.
    too_large: Cell<bool>,
}

/// Constructors of the largest type. Those of music have a dozen; a pair of a pair of a pair ... has
/// more than there is memory.
const MAX_TYPE: usize = 20_000;

/// A definition group, ready to be kept in a scope.
pub(super) struct Defined {
    pub name: Arc<str>,
    pub scheme: Scheme,
    pub body: Core,
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
            too_large: Cell::new(false),
        }
    }

    fn fresh(&mut self) -> Type {
        self.found.push(None);
        Type::Var(VarId((self.found.len() - 1) as u32))
    }

    /// The type with all that is known filled in.
    pub fn known(&self, t: &Type) -> Type {
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

    fn no_type_too_large(&self, range: TextRange) -> Inferred<()> {
        if !self.too_large.get() {
            return Ok(());
        }
        let d = Diagnostic::error(range, "what this is has grown too large to be understood");
        Err(Box::new(d.help("give back fewer things at once: a pair of pairs doubles each time")))
    }

    /// Known as far as its outermost constructor.
    fn shallow(&self, t: &Type) -> Type {
        let mut t = t;
        while let Type::Var(v) = t {
            match self.found.get(v.0 as usize) {
                Some(Some(next)) => t = next,
                _ => break,
            }
        }
        t.clone()
    }

    fn unify(&mut self, a: &Type, b: &Type) -> bool {
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

    fn want(&mut self, class: Class, ty: Type, range: TextRange) {
        if class != Class::Any {
            self.wanted.push(Wanted { class, whole: ty.clone(), ty, range });
        }
    }

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

    /// An expression of which only the type is asked to fit `ty` in the end.
    pub fn expression(&mut self, e: &Expr) -> Inferred<(Type, Core)> {
        match &e.kind {
            ExprKind::Name(name) => self.name(name, e.range),
            ExprKind::Int(text) => {
                let ty = self.fresh();
                self.want(Class::IntLiteral, ty.clone(), e.range);
                Ok((ty.clone(), Core::Number { text: text.as_str().into(), ty, range: e.range }))
            }
            ExprKind::Decimal(text) => {
                let ty = self.fresh();
                self.want(Class::DecimalLiteral, ty.clone(), e.range);
                Ok((ty.clone(), Core::Number { text: text.as_str().into(), ty, range: e.range }))
            }
            ExprKind::Text(text) => {
                let ty = self.fresh();
                self.want(Class::TextLiteral, ty.clone(), e.range);
                Ok((ty.clone(), Core::Text { text: text.clone(), ty, range: e.range }))
            }
            ExprKind::Char(c) => Ok((Type::Con(Con::Char), Core::Constant(Value::text(&c.to_string())))),
            ExprKind::List(parts) => {
                let of = self.fresh();
                let mut out = Vec::with_capacity(parts.len());
                for p in parts {
                    let (t, core) = self.expression(p)?;
                    self.must_be(&of, &t, p.range, |wanted, met| {
                        format!("all parts of a list are of one kind: the first is {wanted}, this is {met}")
                    })?;
                    out.push(core);
                }
                Ok((Type::list(of), Core::List(out)))
            }
            ExprKind::Tuple(parts) => {
                let (mut types, mut out) = (Vec::new(), Vec::new());
                for p in parts {
                    let (t, core) = self.expression(p)?;
                    types.push(t);
                    out.push(core);
                }
                Ok((Type::tuple(types), Core::List(out)))
            }
            ExprKind::Range { from, then, to } => self.range_list(from, then.as_deref(), to, e.range),
            ExprKind::Apply(f, args) => self.apply(f, &args.iter().collect::<Vec<_>>(), e.range),
            ExprKind::Binary { op, left, right } => self.binary(op, left, right, e.range),
            ExprKind::LeftSection { left, op } => {
                let f = Expr { kind: ExprKind::Name(op.name.clone()), range: op.range };
                self.apply(&f, &[left], e.range)
            }
            ExprKind::RightSection { op, right } => self.right_section(op, right, e.range),
            ExprKind::Negate(of) => {
                let f = Expr { kind: ExprKind::Name("negate".into()), range: e.range };
                self.apply(&f, &[of], e.range)
            }
            ExprKind::Lambda(params, body) => self.lambda(params, body),
            ExprKind::Let(bindings, body) => {
                let mark = self.locals.len();
                let lets = self.let_bindings(bindings)?;
                let (t, body) = self.expression(body)?;
                self.locals.truncate(mark);
                Ok((t, Core::Let(lets, Box::new(body))))
            }
            ExprKind::If(test, yes, no) => {
                let (t, test_core) = self.expression(test)?;
                self.must_be(&Type::Con(Con::Bool), &t, test.range, |_, met| {
                    format!("if asks a question that is true or false; this is {met}")
                })?;
                let (ty, yes_core) = self.expression(yes)?;
                let (other, no_core) = self.expression(no)?;
                self.must_be(&ty, &other, no.range, |wanted, met| {
                    format!("both ways of an if are of one kind: then is {wanted}, else is {met}")
                })?;
                Ok((ty, Core::If(Box::new(test_core), Box::new(yes_core), Box::new(no_core))))
            }
            ExprKind::Do(statements) => self.do_block(statements),
            ExprKind::Annotated(of, a) => {
                let (t, core) = self.expression(of)?;
                let wanted = self.annotated(a, e.range);
                self.must_be(&wanted, &t, of.range, |wanted, met| {
                    format!("this is said to be {wanted}, but it is {met}")
                })?;
                Ok((t, core))
            }
        }
    }

    fn must_be(
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

    fn name(&mut self, name: &Arc<str>, range: TextRange) -> Inferred<(Type, Core)> {
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

    /// A function and its arguments, one after the other, so that an error names the argument.
    fn apply(&mut self, f: &Expr, args: &[&Expr], range: TextRange) -> Inferred<(Type, Core)> {
        let (mut ty, f_core) = match &f.kind {
            // Newer versions of Tidal gave a name another meaning; the number of arguments tells.
            ExprKind::Name(n) if &**n == "echo" && args.len() > 2 => self.name(&"echo'".into(), f.range)?,
            _ => self.expression(f)?,
        };
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
                return Err(here.refused(&self.known(&from), &self.known(&met), &self.known(&to)));
            }
            cores.push(core);
            ty = to;
        }
        Ok((ty, Core::Apply(Box::new(f_core), cores, range)))
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
        advice::one_too_many(f, given, &self.known(ty), arg, what)
    }

    fn binary(
        &mut self,
        op: &Operator,
        left: &Expr,
        right: &Expr,
        range: TextRange,
    ) -> Inferred<(Type, Core)> {
        let f = Expr { kind: ExprKind::Name(op.name.clone()), range: op.range };
        self.apply(&f, &[left, right], range).map_err(|d| advice::minus(d, op, left, right))
    }

    /// `(op right)` is `\left -> left op right`.
    fn right_section(&mut self, op: &Operator, right: &Expr, range: TextRange) -> Inferred<(Type, Core)> {
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

    fn range_list(
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

    fn bind(&mut self, p: &Param) -> (Type, Binder) {
        match p {
            Param::Ignore => (self.fresh(), Binder::Ignore),
            Param::Name(n) => {
                let t = self.fresh();
                self.locals.push((n.clone(), Scheme::mono(t.clone())));
                (t, Binder::Name(n.clone()))
            }
            Param::Tuple(parts) => {
                let (types, binders) = parts.iter().map(|p| self.bind(p)).unzip();
                (Type::tuple(types), Binder::Tuple(binders))
            }
        }
    }

    fn lambda(&mut self, params: &[Param], body: &Expr) -> Inferred<(Type, Core)> {
        let mark = self.locals.len();
        let (types, binders): (Vec<Type>, Vec<Binder>) = params.iter().map(|p| self.bind(p)).unzip();
        let (result, core) = self.expression(body)?;
        self.locals.truncate(mark);
        let ty = types.into_iter().rev().fold(result, |to, from| Type::function(from, to));
        Ok((ty, if binders.is_empty() { core } else { Core::Lambda(binders.into(), Arc::new(core)) }))
    }

    fn do_block(&mut self, statements: &[Statement]) -> Inferred<(Type, Core)> {
        let mark = self.locals.len();
        let mut parts: Vec<Core> = Vec::new();
        if let Some((Statement::Run(only), before)) = statements.split_last()
            && before.iter().all(|s| matches!(s, Statement::Define(_)))
        {
            // One line alone is that line, whatever it is: `d1 $ do` with a pattern below it.
            let mut lets = Vec::new();
            for s in before {
                if let Statement::Define(bindings) = s {
                    lets.extend(self.let_bindings(bindings)?);
                }
            }
            let (t, core) = self.expression(only)?;
            self.locals.truncate(mark);
            return Ok((t, if lets.is_empty() { core } else { Core::Let(lets, Box::new(core)) }));
        }
        // Definitions wrap what follows them.
        let mut open: Vec<(usize, Vec<Arc<LetBinding>>)> = Vec::new();
        for s in statements {
            match s {
                Statement::Define(bindings) => {
                    let lets = self.let_bindings(bindings)?;
                    open.push((parts.len(), lets));
                }
                Statement::Run(e) => {
                    let (t, core) = self.expression(e)?;
                    self.must_be(&Type::action(), &t, e.range, |_, met| {
                        format!("every line of a do is a statement, such as d1 $ ...; this is {met}")
                    })?;
                    parts.push(core);
                }
            }
        }
        self.locals.truncate(mark);
        for (at, lets) in open.into_iter().rev() {
            let rest = parts.split_off(at);
            parts.push(Core::Let(lets, Box::new(Core::Do(rest))));
        }
        Ok((Type::action(), Core::Do(parts)))
    }

    /// Definitions of one `let`, those that others use first.
    fn let_bindings(&mut self, bindings: &[Binding]) -> Inferred<Vec<Arc<LetBinding>>> {
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

    /// Proves what can be proved; the rest waits for its variables.
    fn solve(&mut self, mut wanted: Vec<Wanted>) -> Inferred<Vec<Wanted>> {
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
                    let part = |(class, ty)| Wanted { class, ty, whole: w.whole.clone(), range: w.range };
                    wanted.extend(more.into_iter().map(part));
                }
                classes::Proof::Is(a, b) => {
                    if !self.unify(&a, &b) {
                        return Err(Box::new(classes::refused(&w, &self.known(&w.whole))));
                    }
                }
                classes::Proof::Later => waiting.push(w),
                classes::Proof::Never => return Err(Box::new(classes::refused(&w, &self.known(&w.whole)))),
            }
        }
        waiting.reverse();
        Ok(waiting)
    }

    /// Decides variables that nothing else decides, as Haskell defaults them.
    fn default_all(&mut self, mut wanted: Vec<Wanted>) -> Inferred<()> {
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

    /// Settles everything; to be called once a whole statement has been read.
    pub fn finish(&mut self, core: &mut Core, range: TextRange) -> Inferred<()> {
        let wanted = std::mem::take(&mut self.wanted);
        self.default_all(wanted)?;
        core.settle(&|t| self.known(t));
        self.no_type_too_large(range)
    }

    /// Definitions at the top of a set.
    pub fn definitions(&mut self, bindings: &[Binding]) -> Inferred<Vec<Arc<Definition>>> {
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

/// Indices of the bindings, each after those it uses; a circle is an error.
fn dependency_order(bindings: &[Binding]) -> Inferred<Vec<usize>> {
    let index: HashMap<&str, usize> = bindings.iter().enumerate().map(|(i, b)| (&*b.name, i)).collect();
    let uses: Vec<Vec<usize>> = bindings
        .iter()
        .map(|b| {
            let mut names = Vec::new();
            names_in(&b.body, &mut names);
            names
                .iter()
                .filter(|n| !bound_by(&b.params, n))
                .filter_map(|n| index.get(&***n).copied())
                .collect()
        })
        .collect();
    let mut order = Vec::new();
    let mut state = vec![0u8; bindings.len()];
    for i in 0..bindings.len() {
        visit(i, bindings, &uses, &mut state, &mut order)?;
    }
    Ok(order)
}

fn visit(
    i: usize,
    bindings: &[Binding],
    uses: &[Vec<usize>],
    state: &mut [u8],
    order: &mut Vec<usize>,
) -> Inferred<()> {
    match state.get(i) {
        Some(0) => {}
        Some(1) => {
            let Some(b) = bindings.get(i) else { return Ok(()) };
            return Err(Box::new(
                Diagnostic::error(b.name_range, format!("{} is defined by itself, which never ends", b.name))
                    .help("use another name on one of the two sides"),
            ));
        }
        _ => return Ok(()),
    }
    if let Some(s) = state.get_mut(i) {
        *s = 1;
    }
    for j in uses.get(i).into_iter().flatten() {
        visit(*j, bindings, uses, state, order)?;
    }
    if let Some(s) = state.get_mut(i) {
        *s = 2;
    }
    order.push(i);
    Ok(())
}

fn bound_by(params: &[Param], name: &str) -> bool {
    params.iter().any(|p| match p {
        Param::Name(n) => &**n == name,
        Param::Ignore => false,
        Param::Tuple(parts) => bound_by(parts, name),
    })
}

/// All names that an expression mentions.
pub(super) fn names_in<'e>(e: &'e Expr, out: &mut Vec<&'e Arc<str>>) {
    match &e.kind {
        ExprKind::Name(n) => out.push(n),
        ExprKind::Int(_) | ExprKind::Decimal(_) | ExprKind::Text(_) | ExprKind::Char(_) => {}
        ExprKind::List(parts) | ExprKind::Tuple(parts) => parts.iter().for_each(|p| names_in(p, out)),
        ExprKind::Range { from, then, to } => {
            std::iter::once(from).chain(then).chain(std::iter::once(to)).for_each(|p| names_in(p, out));
        }
        ExprKind::Apply(f, args) => {
            names_in(f, out);
            args.iter().for_each(|p| names_in(p, out));
        }
        ExprKind::Binary { op, left, right } => {
            out.push(&op.name);
            names_in(left, out);
            names_in(right, out);
        }
        ExprKind::LeftSection { left: x, op } | ExprKind::RightSection { op, right: x } => {
            out.push(&op.name);
            names_in(x, out);
        }
        ExprKind::Negate(x) | ExprKind::Lambda(_, x) | ExprKind::Annotated(x, _) => names_in(x, out),
        ExprKind::Let(bindings, body) => {
            bindings.iter().for_each(|b| names_in(&b.body, out));
            names_in(body, out);
        }
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|x| names_in(x, out)),
        ExprKind::Do(statements) => statements.iter().for_each(|s| match s {
            Statement::Run(e) => names_in(e, out),
            Statement::Define(bindings) => bindings.iter().for_each(|b| names_in(&b.body, out)),
        }),
    }
}
