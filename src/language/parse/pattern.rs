//! Patterns of parameters: what an argument is called, and what it must be for an equation to be taken.

use super::{Parsed, Parser};
use crate::language::ast::{Expr, ExprKind, Param};
use crate::language::token::Tok;
use crate::source::{Diagnostic, TextRange};

impl Parser<'_> {
    /// True where a parameter may begin.
    pub(super) fn at_param(&self) -> bool {
        matches!(
            self.peek(),
            Tok::Name(_)
                | Tok::Upper(_)
                | Tok::Int(_)
                | Tok::Decimal(_)
                | Tok::Text(_)
                | Tok::Char(_)
                | Tok::Mark('(' | '[')
        )
    }

    /// pattern = ( "Just" param | "-" number | param ) [ ":" pattern ]
    pub(super) fn pattern(&mut self) -> Parsed<Param> {
        self.nested(|p| {
            let first = match p.peek() {
                Tok::Upper(n) if n == "Just" => {
                    p.at += 1;
                    Param::Maybe(Some(Box::new(p.param()?)))
                }
                Tok::Op(o) if o == "-" => p.negative()?,
                _ => p.param()?,
            };
            if !p.is_op(":") {
                return Ok(first);
            }
            p.at += 1;
            Ok(Param::Cons(Box::new(first), Box::new(p.pattern()?)))
        })
    }

    fn negative(&mut self) -> Parsed<Param> {
        let (_, minus) = self.take();
        let (tok, range) = self.take();
        let kind = match tok {
            Tok::Int(n) => ExprKind::Int(format!("-{n}")),
            Tok::Decimal(n) => ExprKind::Decimal(format!("-{n}")),
            _ => return Err(Box::new(no_pattern(range))),
        };
        Ok(Param::Literal(Expr { kind, range: minus.cover(range) }))
    }

    /// param = name [ "@" param ] | "_" | number | string | character | "True" | "False" | "Nothing"
    ///       | "(" [ patterns ] ")" | "[" [ patterns ] "]"
    pub(super) fn param(&mut self) -> Parsed<Param> {
        self.nested(|p| {
            let (tok, range) = p.take();
            let kind = match tok {
                Tok::Name(n) if n == "_" => return Ok(Param::Ignore),
                Tok::Name(n) if p.is_op("@") => {
                    p.at += 1;
                    return Ok(Param::As(n.into(), Box::new(p.param()?)));
                }
                Tok::Name(n) => return Ok(Param::Name(n.into())),
                Tok::Upper(n) if n == "True" || n == "False" => return Ok(Param::Truth(n == "True")),
                Tok::Upper(n) if n == "Nothing" => return Ok(Param::Maybe(None)),
                Tok::Mark('(') => {
                    let mut parts = p.patterns_until(')')?;
                    return Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Param::Tuple(parts) });
                }
                Tok::Mark('[') => return p.patterns_until(']').map(Param::List),
                Tok::Int(n) => ExprKind::Int(n),
                Tok::Decimal(n) => ExprKind::Decimal(n),
                Tok::Text(t) => ExprKind::Text(t.into()),
                Tok::Char(c) => ExprKind::Char(c),
                _ => return Err(Box::new(no_pattern(range))),
            };
            Ok(Param::Literal(Expr { kind, range }))
        })
    }

    /// patterns = pattern { "," pattern }
    pub(super) fn patterns(&mut self) -> Parsed<Vec<Param>> {
        let mut parts = Vec::new();
        loop {
            self.room_for(parts.len())?;
            parts.push(self.pattern()?);
            if !self.eat(&Tok::Mark(',')) {
                return Ok(parts);
            }
        }
    }

    /// Patterns as far as the bracket that ends them.
    fn patterns_until(&mut self, close: char) -> Parsed<Vec<Param>> {
        if self.eat(&Tok::Mark(close)) {
            return Ok(Vec::new());
        }
        let parts = self.patterns()?;
        if !self.eat(&Tok::Mark(close)) {
            return self.error(format!("a {close} is missing here"), "close the bracket");
        }
        Ok(parts)
    }
}

fn no_pattern(range: TextRange) -> Diagnostic {
    Diagnostic::error(range, "a name, or what the argument must be, belongs here").help(
        "write a name, _ for whatever it is, a number, a string, (a, b), [a, b], (x:xs), True, (Just x) or Nothing",
    )
}
