//! Application, and what takes no operator: names, numbers, strings, brackets.

use super::{Parsed, Parser};
use crate::language::ast::{Expr, ExprKind};
use crate::language::token::Tok;
use crate::source::{Diagnostic, TextRange};

impl Parser<'_> {
    /// application = atom { atom }
    pub(super) fn application(&mut self) -> Parsed<Expr> {
        let function = self.atom()?;
        let mut arguments = Vec::new();
        loop {
            self.room_for(arguments.len())?;
            match self.peek() {
                Tok::Name(_)
                | Tok::Int(_)
                | Tok::Decimal(_)
                | Tok::Text(_)
                | Tok::Char(_)
                | Tok::Mark('(' | '[') => {
                    arguments.push(self.atom()?);
                }
                Tok::Upper(n) if is_constructor(n) => arguments.push(self.atom()?),
                // A block as the last argument.
                Tok::Keyword("do") => arguments.push(self.do_block()?),
                Tok::Op(o) if o == "\\" => arguments.push(self.lambda()?),
                _ => break,
            }
        }
        Ok(match arguments.last() {
            None => function,
            Some(last) => {
                let range = function.range.cover(last.range);
                Expr { kind: ExprKind::Apply(Box::new(function), arguments), range }
            }
        })
    }

    /// `atom = name | number | string | "(" ... ")" | "[" ... "]"`
    pub(super) fn atom(&mut self) -> Parsed<Expr> {
        let (tok, range) = self.take();
        let kind = match tok {
            Tok::Name(n) => ExprKind::Name(n.into()),
            Tok::Int(n) => ExprKind::Int(n),
            Tok::Decimal(n) => ExprKind::Decimal(n),
            Tok::Text(t) => ExprKind::Text(t.into()),
            Tok::Char(c) => ExprKind::Char(c),
            Tok::Mark('(') => return self.bracketed(range, Self::round),
            Tok::Mark('[') => return self.bracketed(range, Self::list),
            Tok::Upper(n) if is_constructor(&n) => ExprKind::Name(n.into()),
            Tok::Upper(n) => return Err(Box::new(Self::capital(&n, range))),
            Tok::Mark(c @ (')' | ']')) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("an expression is missing before this {c}"))
                        .help("take it out, or write what belongs in front of it"),
                ));
            }
            Tok::End => {
                return Err(Box::new(
                    Diagnostic::error(self.last_range(), "the statement ends where something should follow")
                        .help("is the rest of it indented or on the next line?"),
                ));
            }
            Tok::Op(o) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("{o} needs an expression in front of it"))
                        .help(format!("write something before {o}, or put the operator in brackets: ({o})")),
                ));
            }
            Tok::Keyword(k) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("{k} was not expected here")).help("take it out"),
                ));
            }
            Tok::Mark(c) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("{c} was not expected here")).help("take it out"),
                ));
            }
        };
        Ok(Expr { kind, range })
    }

    fn capital(name: &str, range: TextRange) -> Diagnostic {
        let lower: String =
            name.chars().enumerate().map(|(i, c)| if i == 0 { c.to_ascii_lowercase() } else { c }).collect();
        Diagnostic::error(
            range,
            format!("{name} starts with a capital; names of functions and controls do not"),
        )
        .help(format!("did you mean {lower}?"))
    }
}

/// Values whose names start with a capital.
fn is_constructor(name: &str) -> bool {
    matches!(name, "True" | "False" | "Just" | "Nothing" | "Arc")
}
