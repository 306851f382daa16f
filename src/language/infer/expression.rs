//! Every kind of expression but calls: literals, lists, choices, functions without a name, blocks.

use super::{Infer, Inferred};
use crate::language::ast::{Binding, Expr, ExprKind, Param, Statement};
use crate::language::core::{Circle, Core};
use crate::language::types::{Class, Con, Type};
use crate::pattern::Value;
use std::sync::Arc;

impl Infer<'_> {
    /// An expression of which only the type is asked to fit `ty` in the end.
    pub(in crate::language) fn expression(&mut self, e: &Expr) -> Inferred<(Type, Core)> {
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
            ExprKind::Lambda(params, body) => self.lambda(params, &[], body),
            ExprKind::Case(of, ways) => self.case(of, ways, e),
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
            ExprKind::Draw(p, from, rest) => self.draw(p, from, rest, e.range),
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

    /// A function without a name; `lets` are known in its body.
    pub(super) fn lambda(
        &mut self,
        params: &[Param],
        lets: &[Binding],
        body: &Expr,
    ) -> Inferred<(Type, Core)> {
        let mark = self.locals.len();
        let (mut types, mut binders) = (Vec::new(), Vec::new());
        for p in params {
            let (t, b) = self.bind(p)?;
            types.push(t);
            binders.push(b);
        }
        let lets = self.let_bindings(lets)?;
        let (result, mut core) = self.expression(body)?;
        self.locals.truncate(mark);
        if !lets.is_empty() {
            core = Core::Let(lets, Box::new(core));
        }
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
        let mut open: Vec<(usize, Vec<Arc<Circle>>)> = Vec::new();
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
}
