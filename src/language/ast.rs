//! The tree of an expression: what was written, with the range of every node.

use super::operators::Fixity;
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
    /// `case of` with its ways; each has one parameter.
    Case(Box<Expr>, Vec<Clause>),
    Let(Vec<Binding>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Do(Vec<Statement>),
    /// `do { param <- from; rest }`: the rest for each value of a pattern.
    Draw(Box<Param>, Box<Expr>, Box<Expr>),
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
                bindings.iter().flat_map(Binding::children).chain(std::iter::once(&**body)).collect()
            }
            ExprKind::Case(of, ways) => {
                std::iter::once(&**of).chain(ways.iter().flat_map(Clause::children)).collect()
            }
            ExprKind::Draw(_, from, rest) => vec![from, rest],
            ExprKind::If(a, b, c) => vec![a, b, c],
            ExprKind::Do(statements) => statements.iter().flat_map(Statement::children).collect(),
        }
    }
}

impl Statement {
    /// The expressions right inside of it.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Define(bindings) => bindings.iter().flat_map(Binding::children).collect(),
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

/// A parameter of a function, or what a way of a `case` is for: Haskell's pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Param {
    Name(Arc<str>),
    Ignore,
    Tuple(Vec<Param>),
    /// A number, a string or a character: only what is equal to it.
    Literal(Expr),
    /// Only this truth.
    Truth(bool),
    /// `[a, b]`: only a list of so many.
    List(Vec<Param>),
    /// `x : xs`: only a list that is not empty.
    Cons(Box<Param>, Box<Param>),
    /// `Just x`, `Nothing`
    Maybe(Option<Box<Param>>),
    /// `all@(x:xs)`
    As(Arc<str>, Box<Param>),
}

impl Param {
    /// True where some value may not fit.
    pub fn asks(&self) -> bool {
        match self {
            Self::Name(_) | Self::Ignore => false,
            Self::Tuple(parts) => parts.iter().any(Self::asks),
            Self::As(_, inner) => inner.asks(),
            Self::Literal(_) | Self::Truth(_) | Self::List(_) | Self::Cons(..) | Self::Maybe(_) => true,
        }
    }

    /// Adds the names that it gives.
    pub fn names<'p>(&'p self, out: &mut Vec<&'p Arc<str>>) {
        match self {
            Self::Name(n) => out.push(n),
            Self::As(n, inner) => {
                out.push(n);
                inner.names(out);
            }
            Self::Tuple(parts) | Self::List(parts) => parts.iter().for_each(|p| p.names(out)),
            Self::Cons(first, rest) => [first, rest].into_iter().for_each(|p| p.names(out)),
            Self::Maybe(inner) => inner.iter().for_each(|p| p.names(out)),
            Self::Ignore | Self::Literal(_) | Self::Truth(_) => {}
        }
    }
}

/// One equation of a function, or one way of a `case`: `params | guards = body where lets`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    pub params: Vec<Param>,
    /// The first whose guards all hold; without guards there is one.
    pub ways: Vec<Way>,
    /// What stands behind `where`.
    pub lets: Vec<Binding>,
    pub range: TextRange,
}

/// `| guards = body`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    pub guards: Vec<Guard>,
    pub body: Expr,
}

/// What must hold for a way to be taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Guard {
    /// This is true.
    Ask(Expr),
    /// `param <- expression`: this fits.
    Draw(Param, Expr),
}

impl Clause {
    /// The expressions right inside of it.
    fn children(&self) -> impl Iterator<Item = &Expr> {
        let ways = self.ways.iter().flat_map(|w| w.guards.iter().map(Guard::expression).chain([&w.body]));
        let lets: Vec<&Expr> = self.lets.iter().flat_map(Binding::children).collect();
        ways.chain(lets)
    }

    /// The body, where nothing is asked of the arguments.
    pub fn plain(&self) -> Option<&Expr> {
        match self.ways.as_slice() {
            [way] if way.guards.is_empty() && !self.params.iter().any(Param::asks) => Some(&way.body),
            _ => None,
        }
    }
}

impl Guard {
    pub fn expression(&self) -> &Expr {
        match self {
            Self::Ask(e) | Self::Draw(_, e) => e,
        }
    }
}

/// A definition: `name params = body`, by one equation or several.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binding {
    pub name: Arc<str>,
    pub name_range: TextRange,
    /// All have as many parameters.
    pub clauses: Vec<Clause>,
    pub annotation: Option<Annotation>,
    /// How an operator binds.
    pub fixity: Option<Fixity>,
}

impl Binding {
    /// The name of what only its parts have names for: none that can be written.
    pub fn unnamed(range: TextRange) -> Arc<str> {
        format!("what is at {}", range.start()).into()
    }

    /// False for [`Self::unnamed`].
    pub fn is_named(name: &str) -> bool {
        !name.contains(' ')
    }

    /// How many arguments it takes.
    pub fn arity(&self) -> usize {
        self.clauses.first().map_or(0, |c| c.params.len())
    }

    /// The expressions right inside of it.
    fn children(&self) -> impl Iterator<Item = &Expr> {
        self.clauses.iter().flat_map(Clause::children)
    }
}

/// A statement of a block or of a `do`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    /// `let a = ...`, or `a = ...`
    Define(Vec<Binding>),
    /// An expression: `d1 $ ...`
    Run(Expr),
}
