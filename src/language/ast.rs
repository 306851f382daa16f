//! The tree of an expression: what was written, with the range of every node.

use super::types::Annotation;
use crate::source::TextRange;
use std::sync::Arc;

/// A node and its place in the block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub kind: ExprKind,
    pub range: TextRange,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    /// A name or an operator in brackets.
    Name(Arc<str>),
    /// A whole number as written.
    Int(String),
    /// A decimal as written.
    Decimal(String),
    /// A string; its inside starts one byte after the range does.
    Text(Arc<str>),
    /// A character.
    Char(char),
    List(Vec<Expr>),
    /// `[a, b .. c]`
    Range {
        from: Box<Expr>,
        then: Option<Box<Expr>>,
        to: Box<Expr>,
    },
    Tuple(Vec<Expr>),
    Apply(Box<Expr>, Vec<Expr>),
    /// `left op right`
    Binary {
        op: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `(left op)`
    LeftSection {
        left: Box<Expr>,
        op: Operator,
    },
    /// `(op right)`
    RightSection {
        op: Operator,
        right: Box<Expr>,
    },
    Negate(Box<Expr>),
    Lambda(Vec<Param>, Box<Expr>),
    Let(Vec<Binding>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Do(Vec<Statement>),
    Annotated(Box<Expr>, Annotation),
}

impl Expr {
    /// The expressions right inside of it.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Name(_)
            | ExprKind::Int(_)
            | ExprKind::Decimal(_)
            | ExprKind::Text(_)
            | ExprKind::Char(_) => Vec::new(),
            ExprKind::List(parts) | ExprKind::Tuple(parts) => parts.iter().collect(),
            ExprKind::Range { from, then, to } => {
                [Some(from), then.as_ref(), Some(to)].into_iter().flatten().map(|p| &**p).collect()
            }
            ExprKind::Apply(f, args) => std::iter::once(&**f).chain(args).collect(),
            ExprKind::Binary { left, right, .. } => vec![left, right],
            ExprKind::LeftSection { left: x, .. }
            | ExprKind::RightSection { right: x, .. }
            | ExprKind::Negate(x)
            | ExprKind::Lambda(_, x)
            | ExprKind::Annotated(x, _) => vec![x],
            ExprKind::Let(bindings, body) => {
                bindings.iter().map(|b| &b.body).chain(std::iter::once(&**body)).collect()
            }
            ExprKind::If(a, b, c) => vec![a, b, c],
            ExprKind::Do(statements) => statements.iter().flat_map(Statement::children).collect(),
        }
    }
}

impl Statement {
    /// The expressions right inside of it.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Define(bindings) => bindings.iter().map(|b| &b.body).collect(),
            Self::Run(e) => vec![e],
        }
    }
}

/// An operator as it stands between its operands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operator {
    pub name: Arc<str>,
    pub range: TextRange,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Param {
    Name(Arc<str>),
    Ignore,
    Tuple(Vec<Param>),
}

/// `name params = body`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binding {
    pub name: Arc<str>,
    pub name_range: TextRange,
    pub params: Vec<Param>,
    pub body: Expr,
    pub annotation: Option<Annotation>,
}

/// A statement of a block or of a `do`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    /// `let a = ...`, or `a = ...`
    Define(Vec<Binding>),
    /// An expression: `d1 $ ...`
    Run(Expr),
}
