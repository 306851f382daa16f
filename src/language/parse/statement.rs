//! Statements and definitions: `d1 $ ...`, `let`, `name x = ... where ...`.

use super::layout::defines;
use super::{Parsed, Parser};
use crate::language::ast::{Binding, Expr, ExprKind, Statement};

impl Parser<'_> {
    /// statement = "let" bindings | binding | expression
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        if self.is_keyword("let") {
            let mark = self.at;
            self.at += 1;
            let at_margin = self.layout.len() == 1;
            let bindings = if at_margin { self.bindings_apart() } else { self.bindings() };
            if !self.is_keyword("in") {
                return bindings.map(Statement::Define);
            }
            // One expression: what is wrong in a part is wrong with all of it.
            self.trouble.clear();
            self.at = mark;
        } else if self.at_param() && defines(self.tokens.get(self.at..).unwrap_or(&[])) {
            return Ok(Statement::Define(self.binding_group()?));
        }
        let mut e = self.expression()?;
        if self.is_keyword("where") {
            self.at += 1;
            let bindings = self.bindings()?;
            let range = e.range.cover(self.last_range());
            e = Expr { kind: ExprKind::Let(bindings, Box::new(e)), range };
        }
        Ok(Statement::Run(e))
    }

    /// One definition without `let`. What is said of a name goes with the definition below.
    fn binding_group(&mut self) -> Parsed<Vec<Binding>> {
        let (mut out, mut annotations) = (Vec::new(), Vec::new());
        self.binding(&mut out, &mut annotations)?;
        self.said = annotations;
        Ok(out)
    }
}
