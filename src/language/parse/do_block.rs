//! `do`: statements below each other, or what is drawn from patterns.

use super::{Parsed, Parser};
use crate::language::ast::{Expr, ExprKind, Param, Statement};
use crate::source::{Diagnostic, TextRange};

/// A line of a `do`.
pub(super) enum Line {
    /// `param <- expression`
    Draw(Param, Expr),
    Statement(Statement),
}

impl Parser<'_> {
    /// do_block = "do" a block of line
    pub(super) fn do_block(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let mut lines = Vec::new();
        self.items(|p| p.line().map(|line| lines.push(line)))?;
        if lines.is_empty() {
            return self.error("do is followed by no statement", "write statements below it, further in");
        }
        let range = start.cover(self.last_range());
        if lines.iter().any(|l| matches!(l, Line::Draw(..))) {
            return drawn(lines, range);
        }
        let statements = lines.into_iter().filter_map(|l| match l {
            Line::Statement(s) => Some(s),
            Line::Draw(..) => None,
        });
        Ok(Expr { kind: ExprKind::Do(statements.collect()), range })
    }

    /// line = pattern "<-" expression | statement
    pub(super) fn line(&mut self) -> Parsed<Line> {
        let mark = self.at;
        if self.at_param()
            && let Ok(p) = self.pattern()
            && self.is_op("<-")
        {
            self.at += 1;
            return Ok(Line::Draw(p, self.expression()?));
        }
        self.at = mark;
        self.statement().map(Line::Statement)
    }
}

/// Each line around those below it.
fn drawn(lines: Vec<Line>, range: TextRange) -> Parsed<Expr> {
    let mut lines = lines.into_iter().rev();
    let Some(Line::Statement(Statement::Run(last))) = lines.next() else {
        let d = Diagnostic::error(range, "the last line of a do is what it comes to");
        return Err(Box::new(d.help("write below it, for example: return x")));
    };
    Ok(lines.fold(last, |rest, line| {
        let kind = match line {
            Line::Draw(p, from) => ExprKind::Draw(Box::new(p), Box::new(from), Box::new(rest)),
            Line::Statement(Statement::Run(e)) => {
                ExprKind::Draw(Box::new(Param::Ignore), Box::new(e), Box::new(rest))
            }
            Line::Statement(Statement::Define(bindings)) => ExprKind::Let(bindings, Box::new(rest)),
        };
        Expr { kind, range }
    }))
}
