//! Functions on values, done once while a pattern is built instead of at every query.
//!
//! A function on values commutes with everything that only moves events, so it is pushed down to the
//! leaves: `sound "bd sn" # gain 0.9` becomes a sequence whose two leaves hold finished controls.

use super::{Env, Node, Pattern, Step, Structure, Value, ValueFn, ValueFn2};
use crate::time::Rational;
use std::cell::Cell;
use std::sync::Arc;

/// What folding a constant may cost while a pattern is built; beyond it, the query pays.
const FOLD_BUDGET: u32 = 10_000;

thread_local! {
    /// What folding may cost in what this thread is doing; none: as much as it takes.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Runs something in which all folding together costs so many steps at most. Folds inside of folds,
/// and those of functions that a query calls, would else have a budget each.
pub(crate) fn bounded<T>(steps: u32, run: impl FnOnce() -> T) -> T {
    let around = LEFT.get();
    let steps = around.map_or(steps, |left| left.min(steps));
    LEFT.set(Some(steps));
    let out = run();
    let spent = steps - LEFT.get().unwrap_or(0).min(steps);
    LEFT.set(around.map(|left| left.saturating_sub(spent)));
    out
}

/// A function that costs too much to be called while a pattern is built: the query calls it.
pub(super) struct Later;

/// What a function makes of a constant.
pub(super) fn folded<T>(make: impl FnOnce(&Env) -> Option<T>) -> Result<Option<T>, Later> {
    let budget = LEFT.get().map_or(FOLD_BUDGET, |left| left.min(FOLD_BUDGET));
    if budget == 0 {
        return Err(Later);
    }
    let env = Env::with_budget(budget);
    let made = bounded(budget, || make(&env));
    LEFT.set(LEFT.get().map(|left| left.saturating_sub(budget - env.left())));
    if env.is_exhausted() { Err(Later) } else { Ok(made) }
}

/// A tree with more nodes (shared ones counted each time) is not copied for folding.
const FOLD_SIZE: u32 = 4_096;

impl Pattern {
    /// The same events with `f` of their values; `None` drops an event. Constants are folded now.
    pub fn map(&self, f: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static) -> Self {
        self.map_with(&(Arc::new(move |v: &Value, _: &Env| f(v)) as ValueFn))
    }

    /// The same with a function of the language.
    pub fn map_with(&self, f: &ValueFn) -> Self {
        if self.0.size > FOLD_SIZE {
            return Self::new(Node::Map(f.clone(), self.clone()));
        }
        let all = |ps: &[Self]| ps.iter().map(|p| p.map_with(f)).collect();
        Self::new(match self.node() {
            Node::Silence => return self.clone(),
            Node::Pure(v, at) => match folded(|env| f(v, env)) {
                Err(Later) => Node::Map(f.clone(), self.clone()),
                Ok(Some(v)) => Node::Pure(v, *at),
                Ok(None) => Node::Silence,
            },
            Node::Sequence(steps) => Node::Sequence(
                steps
                    .iter()
                    .map(|s| Step { begin: s.begin, end: s.end, pattern: s.pattern.map_with(f) })
                    .collect(),
            ),
            Node::Stack(ps) => Node::Stack(all(ps)),
            Node::Cat(ps) => Node::Cat(all(ps)),
            Node::Fast(r, p) => Node::Fast(*r, p.map_with(f)),
            Node::FastBy(r, p) => Node::FastBy(r.clone(), p.map_with(f)),
            Node::Early(by, p) => Node::Early(*by, p.map_with(f)),
            Node::ShiftBy { amount, late, pattern } => {
                Node::ShiftBy { amount: amount.clone(), late: *late, pattern: pattern.map_with(f) }
            }
            Node::SplitCycles(p) => Node::SplitCycles(p.map_with(f)),
            Node::Rev(p) => Node::Rev(p.map_with(f)),
            Node::Zoom(b, e, p) => Node::Zoom(*b, *e, p.map_with(f)),
            Node::Compress(b, e, p) => Node::Compress(*b, *e, p.map_with(f)),
            Node::At(at, p) => Node::At(*at, p.map_with(f)),
            Node::CycleChoose { seed, patterns } => {
                Node::CycleChoose { seed: *seed, patterns: all(patterns) }
            }
            Node::Degrade { amount, seed, inverted, pattern } => Node::Degrade {
                amount: *amount,
                seed: *seed,
                inverted: *inverted,
                pattern: pattern.map_with(f),
            },
            Node::WhenCycle { test, yes, no } => {
                Node::WhenCycle { test: test.clone(), yes: yes.map_with(f), no: no.map_with(f) }
            }
            Node::Euclid { hits, steps, rotation, inverted, pattern } => Node::Euclid {
                hits: hits.clone(),
                steps: steps.clone(),
                rotation: rotation.clone(),
                inverted: *inverted,
                pattern: pattern.map_with(f),
            },
            _ => Node::Map(f.clone(), self.clone()),
        })
    }

    /// [`Self::apply`] where the side without structure is a constant: a function on the values of the
    /// other. Queries are cut at cycle borders then, as the constant's events would cut them.
    pub(super) fn with_constant(&self, structure: Structure, other: &Self, f: &ValueFn2) -> Option<Self> {
        let (lead, constant) = match structure {
            Structure::Both => return None,
            Structure::Left => (self, other),
            Structure::Right => (other, self),
        };
        let (value, positions) = constant.as_pure()?;
        if lead.0.size > FOLD_SIZE || !lead.is_tame() {
            return None;
        }
        let (f, value) = (f.clone(), value.clone());
        let g: ValueFn = Arc::new(move |v: &Value, env: &Env| match structure {
            Structure::Right => f(value.clone(), v.clone(), env),
            _ => f(v.clone(), value.clone(), env),
        });
        Some(lead.map_with(&g).split_cycles().at(*positions))
    }

    /// True when every fragment lies inside of its whole, which a step that is squeezed does not see to
    /// for events that reach across cycles.
    fn is_tame(&self) -> bool {
        match self.node() {
            Node::Early(_, p)
            | Node::Fast(_, p)
            | Node::FastBy(_, p)
            | Node::ShiftBy { pattern: p, .. }
            | Node::SplitCycles(p)
            | Node::Rev(p)
            | Node::Map(_, p)
            | Node::Degrade { pattern: p, .. }
            | Node::At(_, p) => p.is_tame(),
            Node::Stack(ps) | Node::Cat(ps) => ps.iter().all(Self::is_tame),
            Node::WhenCycle { yes, no, .. } => yes.is_tame() && no.is_tame(),
            _ => self.keeps_to_cycles(),
        }
    }

    /// True when no event reaches across a cycle border.
    fn keeps_to_cycles(&self) -> bool {
        match self.node() {
            Node::Silence | Node::Pure(..) => true,
            Node::Sequence(steps) => steps.iter().all(|s| s.pattern.keeps_to_cycles()),
            Node::Stack(ps) | Node::Cat(ps) | Node::CycleChoose { patterns: ps, .. } => {
                ps.iter().all(Self::keeps_to_cycles)
            }
            Node::Fast(r, p) => r.is_integer() && *r > Rational::ZERO && p.keeps_to_cycles(),
            Node::SplitCycles(p)
            | Node::Rev(p)
            | Node::Map(_, p)
            | Node::Degrade { pattern: p, .. }
            | Node::At(_, p)
            | Node::Compress(_, _, p) => p.keeps_to_cycles(),
            Node::WhenCycle { yes, no, .. } => yes.keeps_to_cycles() && no.keeps_to_cycles(),
            Node::Euclid { rotation, pattern, .. } => {
                let turned = rotation.as_pure().and_then(|(v, _)| v.as_i64());
                turned == Some(0) && pattern.keeps_to_cycles()
            }
            _ => false,
        }
    }
}
