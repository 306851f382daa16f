//! What stands in brackets: tuples, sections, lists, ranges, comprehensions.

use super::{Parsed, Parser};
use crate::language::ast::{Expr, ExprKind, Param};
use crate::language::token::Tok;
use crate::source::{Diagnostic, TextRange};

impl Parser<'_> {
    /// Brackets suspend layout.
    pub(super) fn bracketed(
        &mut self,
        start: TextRange,
        rule: fn(&mut Self, TextRange) -> Parsed<ExprKind>,
    ) -> Parsed<Expr> {
        self.nested(|p| {
            p.layout.push(0);
            let kind = rule(p, start);
            p.layout.pop();
            Ok(Expr { kind: kind?, range: start.cover(p.last_range()) })
        })
    }

    fn close(&mut self, close: char, open_range: TextRange) -> Parsed<()> {
        if self.eat(&Tok::Mark(close)) {
            return Ok(());
        }
        let open = if close == ')' { '(' } else { '[' };
        Err(Box::new(if matches!(self.peek(), Tok::End) {
            Diagnostic::error(open_range, format!("this {open} is never closed"))
                .help(format!("add a {close}"))
        } else {
            Diagnostic::error(self.range(), format!("a {close} was expected here"))
                .help(format!("close the {open} first"))
        }))
    }

    /// round = "(" ")" | "(" operator ")" | "(" operator expression ")" | "(" expression operator ")"
    ///       | "(" expression { "," expression } ")"
    pub(super) fn round(&mut self, start: TextRange) -> Parsed<ExprKind> {
        if self.eat(&Tok::Mark(')')) {
            return Ok(ExprKind::Tuple(Vec::new()));
        }
        if self.is_mark(',') {
            let mut n = 1;
            while self.eat(&Tok::Mark(',')) {
                self.room_for(n)?;
                n += 1;
            }
            self.close(')', start)?;
            return Ok(ExprKind::Name(format!("({})", ",".repeat(n - 1)).into()));
        }
        if let Some(op) = self.peek_operator() {
            let mark = self.at;
            self.take_operator(&op);
            if self.eat(&Tok::Mark(')')) {
                return Ok(ExprKind::Name(op.name));
            }
            if &*op.name != "-" {
                let right = Box::new(self.expression()?);
                self.close(')', start)?;
                return Ok(ExprKind::RightSection { op, right });
            }
            self.at = mark;
        }
        let first = self.expression()?;
        if let Some(op) = self.peek_operator() {
            self.take_operator(&op);
            self.close(')', start)?;
            return Ok(ExprKind::LeftSection { left: Box::new(first), op });
        }
        if !self.is_mark(',') {
            self.close(')', start)?;
            // The range of the inner expression stays: errors underline what was written.
            return Ok(first.kind);
        }
        let mut parts = vec![first];
        while self.eat(&Tok::Mark(',')) {
            self.room_for(parts.len())?;
            parts.push(self.expression()?);
        }
        self.close(')', start)?;
        Ok(ExprKind::Tuple(parts))
    }

    /// comprehension = expression "|" step { "," step } "]"; step = param "<-" expression | expression
    fn comprehension(&mut self, part: Expr, start: TextRange) -> Parsed<ExprKind> {
        self.at += 1;
        let mut steps = Vec::new();
        loop {
            let mark = self.at;
            let drawn = match self.param() {
                Ok(p) if self.is_op("<-") => Some(p),
                _ => None,
            };
            if let Some(p) = drawn {
                self.at += 1;
                steps.push(Step::Draw(p, self.expression()?));
            } else {
                self.at = mark;
                steps.push(Step::Ask(self.expression()?));
            }
            if !self.eat(&Tok::Mark(',')) {
                break;
            }
        }
        self.close(']', start)?;
        let range = part.range;
        let list = |parts| Expr { kind: ExprKind::List(parts), range };
        // From the inside out: each list is gone through, each question answered by a list or none.
        let all = steps.into_iter().rev().fold(list(vec![part]), |inner, step| {
            let kind = match step {
                Step::Draw(p, from) => {
                    let f = Expr { kind: ExprKind::Lambda(vec![p], Box::new(inner)), range };
                    let name = Expr { kind: ExprKind::Name("concatMap".into()), range };
                    ExprKind::Apply(Box::new(name), vec![f, from])
                }
                Step::Ask(test) => ExprKind::If(Box::new(test), Box::new(inner), Box::new(list(Vec::new()))),
            };
            Expr { kind, range }
        });
        Ok(all.kind)
    }

    /// list = "[" [ expression { "," expression } [ ".." expression ] ] "]"
    pub(super) fn list(&mut self, start: TextRange) -> Parsed<ExprKind> {
        let mut parts = Vec::new();
        if self.eat(&Tok::Mark(']')) {
            return Ok(ExprKind::List(parts));
        }
        loop {
            parts.push(self.expression()?);
            if parts.len() == 1 && self.is_op("|") {
                return self.comprehension(parts.remove(0), start);
            }
            if self.is_op("..") {
                self.at += 1;
                if self.is_mark(']')
                    && let Some(name) =
                        [None, Some("enumFrom"), Some("enumFromThen")].get(parts.len()).copied().flatten()
                {
                    self.close(']', start)?;
                    let all = Expr { kind: ExprKind::Name(name.into()), range: start };
                    return Ok(ExprKind::Apply(Box::new(all), parts));
                }
                let to = Box::new(self.expression()?);
                self.close(']', start)?;
                let mut parts = parts.into_iter();
                return match (parts.next(), parts.next(), parts.next()) {
                    (Some(from), then, None) => {
                        Ok(ExprKind::Range { from: Box::new(from), then: then.map(Box::new), to })
                    }
                    _ => self
                        .error("a range has one or two numbers before ..", "write [0 .. 7] or [0, 2 .. 8]"),
                };
            }
            if !self.eat(&Tok::Mark(',')) {
                break;
            }
        }
        self.close(']', start)?;
        Ok(ExprKind::List(parts))
    }
}

/// A step of a list comprehension.
enum Step {
    /// `name <- list`
    Draw(Param, Expr),
    /// A question: only where it is true.
    Ask(Expr),
}
