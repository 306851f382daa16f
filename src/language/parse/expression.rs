//! Expressions: operators by precedence, and what may stand between two of them.

use super::depth::too_deep;
use super::{MAX_DEPTH, Parsed, Parser};
use crate::language::ast::{Expr, ExprKind, Operator};
use crate::language::token::{Tok, Token};
use crate::language::types::{Annotation, annotation};
use crate::source::Diagnostic;

impl Parser<'_> {
    /// expression = operators [ "::" type ]
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|p| {
            let e = p.operators()?;
            if p.is_op("::") {
                p.at += 1;
                let a = p.type_annotation()?;
                let range = e.range.cover(p.last_range());
                return Ok(Expr { kind: ExprKind::Annotated(Box::new(e), a), range });
            }
            Ok(e)
        })
    }

    /// type = the tokens up to where a type cannot go on
    pub(super) fn type_annotation(&mut self) -> Parsed<Annotation> {
        let start = self.range();
        let mut words = Vec::new();
        let mut open = 0usize;
        loop {
            match self.peek() {
                Tok::Name(n) | Tok::Upper(n) => words.push(n.clone()),
                Tok::Op(o) if matches!(o.as_str(), "->" | "=>" | "." | "~") => words.push(o.clone()),
                Tok::Mark(c @ ('(' | '[')) => {
                    open += 1;
                    words.push(c.to_string());
                }
                Tok::Mark(c @ (')' | ']')) if open > 0 => {
                    open -= 1;
                    words.push(c.to_string());
                }
                Tok::Mark(',') if open > 0 => words.push(",".into()),
                _ => break,
            }
            self.at += 1;
        }
        annotation(&words).map_err(|why| {
            Box::new(
                Diagnostic::error(start.cover(self.last_range()), why)
                    .help("types look like this: Pattern Double, Pattern Note -> ControlPattern"),
            )
        })
    }

    /// operators = operand { operator operand }, by precedence
    pub(super) fn operators(&mut self) -> Parsed<Expr> {
        let mut operands = vec![self.operand()?];
        let mut ops: Vec<Operator> = Vec::new();
        let mut length = 0;
        while let Some(op) = self.peek_operator() {
            length += 1;
            if length > MAX_DEPTH {
                return Err(Box::new(too_deep(op.range)));
            }
            let mark = self.at;
            self.take_operator(&op);
            if self.section_ends() {
                // `(left op)`: the bracket's rule takes the operator.
                self.at = mark;
                break;
            }
            let operand = self.operand_after(&op)?;
            while ops.last().is_some_and(|last| self.fixities.binds_tighter(&last.name, &op.name)) {
                reduce(&mut operands, &mut ops);
            }
            ops.push(op);
            operands.push(operand);
        }
        while !ops.is_empty() {
            reduce(&mut operands, &mut ops);
        }
        match operands.pop() {
            Some(e) => Ok(e),
            None => self.error("an expression is missing here", "write a pattern: sound \"bd\""),
        }
    }

    fn section_ends(&self) -> bool {
        self.is_mark(')')
    }

    fn operand_after(&mut self, op: &Operator) -> Parsed<Expr> {
        if matches!(self.peek(), Tok::End | Tok::Mark(']' | '}' | ',')) {
            return Err(Box::new(
                Diagnostic::error(op.range, format!("there is nothing after {}", op.name))
                    .help(format!("take the {} out, or write what belongs behind it", op.name)),
            ));
        }
        if let Some(second) = self.peek_operator()
            && &*second.name != "-"
        {
            let d = Diagnostic::error(second.range, format!("{} cannot follow {}", second.name, op.name));
            let both = (&*op.name, &*second.name);
            return Err(Box::new(if both.0 == "$" || both.1 == "$" {
                d.help(format!("leave one of the two out: {} needs something between", op.name))
            } else {
                d.help("leave one of the two out, or put an expression between them")
            }));
        }
        self.operand()
    }

    /// The operator that stands here, a name in backticks too.
    pub(super) fn peek_operator(&self) -> Option<Operator> {
        match self.peek() {
            Tok::Op(o) if !matches!(o.as_str(), "=" | "::" | "->" | "\\" | "=>" | ".." | "@" | "|") => {
                Some(Operator { name: o.as_str().into(), range: self.range() })
            }
            Tok::Mark('`') => match (self.tokens.get(self.at + 1), self.tokens.get(self.at + 2)) {
                (Some(Token { tok: Tok::Name(n), range, .. }), Some(Token { tok: Tok::Mark('`'), .. })) => {
                    Some(Operator { name: n.as_str().into(), range: *range })
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn take_operator(&mut self, op: &Operator) {
        self.at += if self.is_mark('`') { 3 } else { 1 };
        debug_assert!(!op.name.is_empty());
    }

    /// operand = "-" operand | lambda | let | if | case | do | application
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        self.nested(|p| {
            let start = p.range();
            match p.peek() {
                Tok::Op(o) if o == "-" => {
                    p.at += 1;
                    // `- 2 * x` is -(2 * x); between equals it makes no difference.
                    let e = p.operand()?;
                    let range = start.cover(e.range);
                    Ok(Expr { kind: ExprKind::Negate(Box::new(e)), range })
                }
                Tok::Op(o) if o == "\\" => p.lambda(),
                Tok::Keyword("let") => p.let_in(),
                Tok::Keyword("if") => p.if_then_else(),
                Tok::Keyword("do") => p.do_block(),
                Tok::Keyword("case") => p.case_of(),
                _ => p.application(),
            }
        })
    }

    /// lambda = "\" { param } "->" expression
    pub(super) fn lambda(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let mut params = Vec::new();
        while !self.is_op("->") {
            self.room_for(params.len())?;
            params.push(self.param()?);
        }
        self.at += 1;
        let body = self.expression()?;
        let range = start.cover(body.range);
        Ok(Expr { kind: ExprKind::Lambda(params, Box::new(body)), range })
    }

    /// let = "let" bindings "in" expression
    pub(super) fn let_in(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let bindings = self.bindings()?;
        if !self.eat(&Tok::Keyword("in")) {
            return self
                .error("let needs in before the expression that uses it", "write: let x = ... in ...");
        }
        let body = self.expression()?;
        let range = start.cover(body.range);
        Ok(Expr { kind: ExprKind::Let(bindings, Box::new(body)), range })
    }

    /// if = "if" expression "then" expression "else" expression
    pub(super) fn if_then_else(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let test = self.expression()?;
        let mut part = |word: &'static str| {
            if !self.eat(&Tok::Keyword(word)) {
                return self.error(format!("if needs {word} here"), "write: if ... then ... else ...");
            }
            self.expression()
        };
        let yes = part("then")?;
        let no = part("else")?;
        let range = start.cover(no.range);
        Ok(Expr { kind: ExprKind::If(Box::new(test), Box::new(yes), Box::new(no)), range })
    }
}

fn reduce(operands: &mut Vec<Expr>, ops: &mut Vec<Operator>) {
    let (Some(op), Some(right), Some(left)) = (ops.pop(), operands.pop(), operands.pop()) else { return };
    let range = left.range.cover(right.range);
    // `f $ x` is application: errors then speak of f's argument.
    let kind = match (&*op.name, left) {
        ("$", left) => match left.kind {
            ExprKind::Apply(f, mut args) => {
                args.push(right);
                ExprKind::Apply(f, args)
            }
            _ => ExprKind::Apply(Box::new(left), vec![right]),
        },
        (_, left) => ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) },
    };
    operands.push(Expr { kind, range });
}
