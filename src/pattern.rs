//! Patterns: events as a function of cycle time.
//!
//! In: combinators called by `notation` and `language`, and queries by whoever plays. Out:
//! [`Hap`]s. Pure; user text cannot make it panic, and every query has a budget.
//!
//! A [`Pattern`] is a tree of plain data over one [`Value`] type; types live in `language`. The
//! walker ([`walk`]) carries one composed time map down the tree and writes each hap once, at the
//! leaf. Data rather than closures, because the tree can then be budgeted, compared, inspected,
//! folded while it is built, and dropped without recursion running away; and because a walked tree
//! answers several times faster than nested closures. Closures remain for functions on values and
//! as the escape hatch of the joins. Semantics are TidalCycles' (1.7 to 1.9, with the mended faults
//! of later versions), including its random numbers.

pub mod apply;
pub mod build;
pub mod custom;
pub mod euclid;
pub(crate) mod fold;
pub mod hap;
pub mod random;
pub mod signal;
pub mod stateful;
pub mod time_ops;
pub mod value;
pub mod walk;

pub use apply::{Structure, ValueFn2};
pub use hap::Hap;
pub use signal::Signal;
pub use value::{ControlMap, Value};
pub use walk::{Env, Most, QueryError};

use crate::source::Positions;
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// How deep a tree may be. Deeper ones answer every query with [`QueryError::TooDeep`], so that no
/// text can exhaust a thread's stack, in a query or in a drop.
pub const MAX_DEPTH: u32 = 400;

/// The stack of a thread that queries patterns, bytes: four times what the deepest tree was seen to take
/// without optimisation.
pub const STACK: usize = 8 << 20;

/// A pattern: cheap to clone, immutable, shared between threads.
#[derive(Clone)]
pub struct Pattern(Arc<Inner>);

struct Inner {
    node: Node,
    depth: u32,
    /// Nodes of the tree, shared ones as often as they occur.
    size: u32,
}

/// A function from a value to a pattern, for joins.
pub type MakePattern = Arc<dyn Fn(&Value, &Env) -> Option<Pattern> + Send + Sync>;
/// A function on values; `None` drops the event.
pub type ValueFn = value::Function;
/// A function on a whole event, in the pattern's own time; false drops it.
pub type HapFn = Arc<dyn Fn(&mut Hap) -> bool + Send + Sync>;
/// Chooses cycles.
pub type CycleTest = Arc<dyn Fn(i64) -> bool + Send + Sync>;
/// What a query of one span turns into, for functions that look at single cycles.
pub type PerCycle = Arc<dyn Fn(i64, &Env) -> Pattern + Send + Sync>;
/// A query of its own: the escape hatch for functions that must see all events of a span at once.
pub type QueryFn = Arc<dyn Fn(TimeSpan, &Env) -> Result<Vec<Hap>, QueryError> + Send + Sync>;

/// How a pattern of patterns becomes a pattern (Tidal's joins).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Wholes of the inner events, cut by the outer parts.
    Inner,
    /// Wholes of the outer events, with the value the inner pattern has at their start.
    Outer,
    /// Wholes are where both meet.
    Both,
    /// A cycle of the inner pattern is squeezed into each outer event.
    Squeeze,
    /// The inner pattern starts over at each outer event (Tidal's `triggerJoin`).
    Trigger,
}

/// One step of a sequence.
pub(crate) struct Step {
    /// Where it begins in the cycle, 0 up to 1.
    pub begin: Rational,
    /// Where it ends, above `begin`, at most 1.
    pub end: Rational,
    /// One cycle of this is squeezed into the step.
    pub pattern: Pattern,
}

pub(crate) enum Node {
    /// No events.
    Silence,
    /// One event a cycle.
    Pure(Value, Positions),
    /// A continuous value.
    Signal(Signal),
    /// The value of a name set from outside (`setF` and its kin), read at query time; where it is not
    /// set, the pattern.
    State(Arc<str>, Pattern),
    /// All at once.
    Stack(Vec<Pattern>),
    /// Steps of a cycle, in order, not overlapping.
    Sequence(Vec<Step>),
    /// One pattern a cycle, each running through its own cycles.
    Cat(Vec<Pattern>),
    /// `factor` (not 0) times as fast; a negative factor plays backwards.
    Fast(Rational, Pattern),
    /// The same with a patterned factor.
    FastBy(Pattern, Pattern),
    /// Earlier by some cycles.
    Early(Rational, Pattern),
    /// The same with a patterned amount; later where `late`.
    ShiftBy { amount: Pattern, late: bool, pattern: Pattern },
    /// Queries are cut at cycle borders before they get here.
    SplitCycles(Pattern),
    /// Each cycle reversed.
    Rev(Pattern),
    /// A span of each cycle (in cycles, `begin < end`) becomes the whole cycle.
    Zoom(Rational, Rational, Pattern),
    /// Each cycle squeezed into a span of it, silence around.
    Compress(Rational, Rational, Pattern),
    /// A function on values.
    Map(ValueFn, Pattern),
    /// A function on events in local time.
    Haps(HapFn, Pattern),
    /// Two patterns and a function of two values.
    Apply { structure: Structure, f: ValueFn2, left: Pattern, right: Pattern },
    /// A pattern of patterns. What `make` closes over is `depth` deep.
    Join { join: Join, outer: Pattern, make: MakePattern, depth: u32 },
    /// Events are dropped by a random number drawn at the middle of their wholes, shifted by `seed`
    /// cycles; kept when it is above `amount`, or not above where `inverted`.
    Degrade { amount: f64, seed: Rational, inverted: bool, pattern: Pattern },
    /// One of several, drawn for each cycle.
    CycleChoose { seed: Rational, patterns: Vec<Pattern> },
    /// One of two by the cycle.
    WhenCycle { test: CycleTest, yes: Pattern, no: Pattern },
    /// A pattern made for each cycle, queried in that cycle; what the function closes over is so deep.
    PerCycle(PerCycle, u32),
    /// A query of its own; what it closes over is so deep.
    Query(QueryFn, u32),
    /// The hits of a rhythm of steps (true: the pattern squeezed into the step).
    Euclid { hits: Pattern, steps: Pattern, rotation: Pattern, inverted: bool, pattern: Pattern },
    /// The pattern, with positions appended to all its events.
    At(Positions, Pattern),
    /// Too deep a tree was asked for.
    TooDeep,
}

impl Node {
    /// Calls `f` with every pattern that the node is made of.
    fn each_child(&self, mut f: impl FnMut(&Pattern)) {
        match self {
            Self::Stack(ps) | Self::Cat(ps) | Self::CycleChoose { patterns: ps, .. } => ps.iter().for_each(f),
            Self::Sequence(steps) => steps.iter().for_each(|s| f(&s.pattern)),
            Self::Pure(Value::Pattern(p), _)
            | Self::Fast(_, p)
            | Self::Early(_, p)
            | Self::SplitCycles(p)
            | Self::Rev(p)
            | Self::Zoom(_, _, p)
            | Self::Compress(_, _, p)
            | Self::Map(_, p)
            | Self::Haps(_, p)
            | Self::Degrade { pattern: p, .. }
            | Self::State(_, p)
            | Self::At(_, p)
            | Self::Join { outer: p, .. } => f(p),
            Self::FastBy(a, b)
            | Self::ShiftBy { amount: a, pattern: b, .. }
            | Self::Apply { left: a, right: b, .. }
            | Self::WhenCycle { yes: a, no: b, .. } => {
                f(a);
                f(b);
            }
            Self::Euclid { hits, steps, rotation, pattern, .. } => {
                [hits, steps, rotation, pattern].into_iter().for_each(f);
            }
            Self::Silence
            | Self::Pure(..)
            | Self::Signal(_)
            | Self::PerCycle(..)
            | Self::Query(..)
            | Self::TooDeep => {}
        }
    }

    /// How deep the closures of the node are, which no one can look into.
    fn closure_depth(&self) -> u32 {
        match self {
            Self::Join { depth, .. } | Self::PerCycle(_, depth) | Self::Query(_, depth) => *depth,
            _ => 0,
        }
    }
}

impl Pattern {
    pub(crate) fn new(node: Node) -> Self {
        let (mut depth, mut size) = (node.closure_depth(), 1u32);
        node.each_child(|p| {
            depth = depth.max(p.depth());
            size = size.saturating_add(p.0.size);
        });
        depth = depth.saturating_add(1);
        if depth > MAX_DEPTH {
            return Self(Arc::new(Inner { node: Node::TooDeep, depth: 0, size: 1 }));
        }
        Self(Arc::new(Inner { node, depth, size }))
    }

    pub(crate) fn node(&self) -> &Node {
        &self.0.node
    }

    /// How deep the tree is; what a closure over patterns must pass on.
    pub(crate) fn depth(&self) -> u32 {
        self.0.depth
    }

    /// True when both are the very same tree.
    pub fn is_same(&self, o: &Self) -> bool {
        Arc::ptr_eq(&self.0, &o.0)
    }

    /// True for the pattern that is known to have no events at all.
    pub fn is_silence(&self) -> bool {
        matches!(self.node(), Node::Silence)
    }

    /// The constant and its positions, when the pattern is one value a cycle.
    pub fn as_pure(&self) -> Option<(&Value, &Positions)> {
        match self.node() {
            Node::Pure(v, p) => Some((v, p)),
            _ => None,
        }
    }

    /// Appends the events of `span` to `out`, in no order.
    ///
    /// # Errors
    /// When the budget of `env` is used up, a position overflows, or the tree is too deep; `out` then
    /// holds what had been found, which must not be played.
    pub fn query(&self, span: TimeSpan, env: &Env, out: &mut Vec<Hap>) -> Result<(), QueryError> {
        walk::query(self, span, env, out)
    }

    /// The events of a span, under the default budget: for tests, `query` and load-ahead.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn haps(&self, span: TimeSpan) -> Result<Vec<Hap>, QueryError> {
        let mut out = Vec::new();
        self.query(span, &Env::default(), &mut out)?;
        Ok(out)
    }
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<pattern of depth {}>", self.depth())
    }
}

#[cfg(test)]
mod tests;
