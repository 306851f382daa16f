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
