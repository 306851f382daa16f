//! Statements and definitions: `d1 $ ...`, `let`, `name x = ... where ...`.

use super::layout::defines;
use super::{Parsed, Parser};
use crate::language::ast::{Binding, Expr, ExprKind, Param, Statement};
use crate::language::token::Tok;
use crate::language::types::Annotation;
use crate::source::Diagnostic;
use std::sync::Arc;

impl Parser<'_> {
    /// statement = "let" bindings | binding | expression
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        if self.is_keyword("let") {
            let mark = self.at;
            self.at += 1;
            let bindings = self.bindings()?;
            if !self.is_keyword("in") {
                return Ok(Statement::Define(bindings));
            }
            self.at = mark;
        } else if matches!(self.peek(), Tok::Name(_)) && defines(self.tokens.get(self.at..).unwrap_or(&[])) {
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

    /// bindings = a block of binding
    pub(super) fn bindings(&mut self) -> Parsed<Vec<Binding>> {
        let mut out: Vec<Binding> = Vec::new();
        let mut annotations: Vec<(Arc<str>, Annotation)> = Vec::new();
        self.items(|p| p.binding(&mut out, &mut annotations))?;
        for b in &mut out {
            b.annotation = annotations.iter().find(|(n, _)| *n == b.name).map(|(_, a)| a.clone());
        }
        if out.is_empty() {
            return self.error("let is followed by no definition", "write: let name = ...");
        }
        Ok(out)
    }

    /// One definition without `let`.
    fn binding_group(&mut self) -> Parsed<Vec<Binding>> {
        let (mut out, mut annotations) = (Vec::new(), Vec::new());
        self.binding(&mut out, &mut annotations)?;
        Ok(out)
    }

    /// binding = name "::" type | name { param } "=" expression [ "where" bindings ]
    pub(super) fn binding(
        &mut self,
        out: &mut Vec<Binding>,
        annotations: &mut Vec<(Arc<str>, Annotation)>,
    ) -> Parsed<()> {
        let (tok, name_range) = self.take();
        let Tok::Name(name) = tok else {
            return Err(Box::new(
                Diagnostic::error(name_range, "a definition starts with a name")
                    .help("write: let name = ..."),
            ));
        };
        let name: Arc<str> = name.into();
        if self.is_op("::") {
            self.at += 1;
            annotations.push((name, self.type_annotation()?));
            return Ok(());
        }
        let mut params = Vec::new();
        while !self.is_op("=") {
            if !matches!(self.peek(), Tok::Name(_) | Tok::Mark('(')) {
                let d = Diagnostic::error(
                    name_range,
                    format!("{name} is given no value: there is no = behind it"),
                );
                return Err(Box::new(d.help(format!("write: let {name} = s \"bd\""))));
            }
            self.room_for(params.len())?;
            params.push(self.param()?);
        }
        self.at += 1;
        let mut body = self.expression()?;
        if self.is_keyword("where") {
            self.at += 1;
            let inner = self.bindings()?;
            let range = body.range;
            body = Expr { kind: ExprKind::Let(inner, Box::new(body)), range };
        }
        out.push(Binding { name, name_range, params, body, annotation: None });
        Ok(())
    }

    /// param = name | "_" | "(" param { "," param } ")"
    pub(super) fn param(&mut self) -> Parsed<Param> {
        self.nested(|p| match p.take() {
            (Tok::Name(n), _) if n == "_" => Ok(Param::Ignore),
            (Tok::Name(n), _) => Ok(Param::Name(n.into())),
            (Tok::Mark('('), _) => {
                let mut parts = vec![p.param()?];
                while p.eat(&Tok::Mark(',')) {
                    p.room_for(parts.len())?;
                    parts.push(p.param()?);
                }
                if !p.eat(&Tok::Mark(')')) {
                    return p.error("a ) is missing here", "close the bracket");
                }
                Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Param::Tuple(parts) })
            }
            (_, range) => Err(Box::new(
                Diagnostic::error(range, "a parameter is a name here")
                    .help("write: let f x y = ... or \\x -> ..."),
            )),
        })
    }
}
