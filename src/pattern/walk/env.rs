//! What a query may use, and why it may have no answer.

use crate::pattern::{MAX_DEPTH, Node, Pattern};
use crate::source::Diagnostic;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

/// Why a query has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Too many events or steps for one query.
    #[error("this makes more events than one query may have")]
    OverBudget,
    /// A function of the language was called with what none of its equations is for.
    #[error("a function here has no equation for one of the values that it meets")]
    Unmatched,
    /// A position does not fit into exact numbers.
    #[error("a time in this pattern is too large or too fine for exact arithmetic")]
    Overflow,
    /// A number asks a function for more than it makes.
    #[error("{} makes at most {} {}", .0.function, .0.most, .0.of)]
    TooMany(&'static Most),
    /// The tree is too deep.
    #[error("this pattern is nested too deeply")]
    TooDeep,
}

/// What a function makes at most. The error points to it, because every step of a query hands an error
/// on, and the stack pays for its size.
#[derive(Debug, PartialEq, Eq)]
pub struct Most {
    /// The function.
    pub function: &'static str,
    /// How many it makes.
    pub most: i64,
    /// Of what.
    pub of: &'static str,
}

/// What a query may use: its budget, and the values set from outside.
#[derive(Clone, Debug)]
pub struct Env {
    budget: Cell<u32>,
    exhausted: Cell<bool>,
    refusal: Cell<Option<QueryError>>,
    trouble: RefCell<Option<Box<Diagnostic>>>,
    state: Arc<HashMap<Arc<str>, Pattern>>,
    track: Option<Arc<str>>,
}

/// Steps of work for one query: a dense bar of music needs a few thousand.
pub const DEFAULT_BUDGET: u32 = 2_000_000;

/// How much of the stack the nodes under way inside each other may take, those that functions put into
/// trees while they are walked included: a plain node counts 1, see `weight`. Measured without
/// optimisation on the two megabytes of a thread.
pub(super) const MOST_WALKED: u32 = MAX_DEPTH;

/// What a node takes of the stack, in plain ones: closures call back into the walker.
pub(super) fn weight(node: &Node) -> u32 {
    match node {
        Node::Query(..) => 4,
        Node::Join { .. } | Node::PerCycle(..) => 3,
        _ => 1,
    }
}

/// Functions of the language that may be under way inside each other.
const MOST_CALLS: u32 = 256;

/// Expressions that may be under way inside each other, in all calls together.
const MOST_NESTED: u32 = 800;

/// What is under way on a thread's stack, whichever [`Env`] it is for: an evaluation may fold constants
/// into a pattern, and a function that is folded may build patterns.
struct UnderWay {
    /// Functions of the language inside each other.
    calls: Cell<u32>,
    /// Expressions of the language inside each other.
    nested: Cell<u32>,
    /// Nodes of patterns inside each other, by their [`weight`].
    walked: Cell<u32>,
}

thread_local! {
    static UNDER_WAY: UnderWay =
        const { UnderWay { calls: Cell::new(0), nested: Cell::new(0), walked: Cell::new(0) } };
}

/// What the nodes that are being walked take of the stack.
pub(super) fn walked() -> u32 {
    UNDER_WAY.with(|stack| stack.walked.get())
}

/// The same from here on.
pub(super) fn set_walked(level: u32) {
    UNDER_WAY.with(|stack| stack.walked.set(level));
}

impl Default for Env {
    fn default() -> Self {
        Self::with_budget(DEFAULT_BUDGET)
    }
}

impl Env {
    /// With so many steps of work (nodes visited and events made).
    pub fn with_budget(steps: u32) -> Self {
        Self {
            budget: Cell::new(steps),
            exhausted: Cell::new(false),
            refusal: Cell::new(None),
            trouble: RefCell::default(),
            state: Arc::default(),
            track: None,
        }
    }

    /// With values that `^name` reads.
    pub fn with_state(mut self, state: Arc<HashMap<Arc<str>, Pattern>>) -> Self {
        self.state = state;
        self
    }

    /// For a pattern that this track plays.
    pub fn with_track(mut self, track: Arc<str>) -> Self {
        self.track = Some(track);
        self
    }

    /// The track that plays; none for what is only looked at.
    pub fn track(&self) -> Option<&Arc<str>> {
        self.track.as_ref()
    }

    /// Takes `steps` off the budget.
    ///
    /// # Errors
    /// When there is not so much left; from then on every query with this value fails.
    pub fn spend(&self, steps: u32) -> Result<(), QueryError> {
        match self.budget.get().checked_sub(steps) {
            Some(left) if !self.exhausted.get() => {
                self.budget.set(left);
                Ok(())
            }
            _ => {
                self.exhausted.set(true);
                Err(QueryError::OverBudget)
            }
        }
    }

    /// Ends the query, or the evaluation, for a reason that is better told than a budget that is spent.
    pub fn refuse(&self, why: QueryError) {
        self.exhausted.set(true);
        if self.refusal.get().is_none() {
            self.refusal.set(Some(why));
        }
    }

    /// Why it was ended, if something did.
    pub fn refusal(&self) -> Option<QueryError> {
        self.refusal.get()
    }

    /// One level further into functions that call functions; [`Self::leave`] comes back.
    ///
    /// # Errors
    /// When there are too many levels; nothing is to be left then.
    pub fn enter(&self) -> Result<(), QueryError> {
        self.deeper(|stack| &stack.calls, MOST_CALLS)
    }

    /// Undoes one [`Self::enter`].
    pub fn leave(&self) {
        UNDER_WAY.with(|stack| stack.calls.set(stack.calls.get().saturating_sub(1)));
    }

    /// One expression further into expressions; [`Self::unnest`] comes back.
    ///
    /// # Errors
    /// When there are too many; the query, or the evaluation, ends then.
    pub fn nest(&self) -> Result<(), QueryError> {
        self.deeper(|stack| &stack.nested, MOST_NESTED)
    }

    /// Undoes one [`Self::nest`].
    pub fn unnest(&self) {
        UNDER_WAY.with(|stack| stack.nested.set(stack.nested.get().saturating_sub(1)));
    }

    fn deeper(&self, level: fn(&UnderWay) -> &Cell<u32>, most: u32) -> Result<(), QueryError> {
        UNDER_WAY.with(|stack| {
            let level = level(stack);
            if level.get() >= most {
                self.exhausted.set(true);
                return Err(QueryError::TooDeep);
            }
            level.set(level.get() + 1);
            Ok(())
        })
    }

    /// Steps that are left.
    pub(in crate::pattern) fn left(&self) -> u32 {
        self.budget.get()
    }

    /// What is set under a name.
    pub fn state(&self, name: &str) -> Option<&Pattern> {
        self.state.get(name)
    }

    /// Keeps the first thing that went wrong in a function, which can itself only answer `None`.
    pub fn complain(&self, what: Box<Diagnostic>) {
        let mut slot = self.trouble.borrow_mut();
        if slot.is_none() {
            *slot = Some(what);
        }
    }

    /// What went wrong first, if anything did.
    pub fn complaint(&self) -> Option<Box<Diagnostic>> {
        self.trouble.borrow_mut().take()
    }

    /// True once the budget was not enough: a function called with this value may have given up.
    pub fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }
}
