//! Patterns out of values and of other patterns.

use super::{Env, Node, Pattern, Step, Value};
use crate::source::{Position, Positions};
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// Digits (binary) that a length keeps of the longest where exact numbers would be too fine: 1 ns of a
/// second.
const DIGITS: i32 = 30;

/// Parts of a cycle that lengths have in their sum, one after the other, and the sum. Where the exact
/// numbers are too fine (lengths without a common measure), the lengths are rounded.
pub(crate) fn portions(lengths: impl Iterator<Item = Rational> + Clone) -> (Rational, Vec<TimeSpan>) {
    let (total, places) = exact_portions(lengths.clone());
    if total.is_defined() && places.iter().all(|p| p.is_defined()) {
        return (total, places);
    }
    let longest = lengths.clone().map(Rational::to_f64).fold(0.0, f64::max);
    // What is not above 0 has no logarithm; it is left out later.
    let shift = DIGITS - longest.log2().ceil().clamp(f64::from(DIGITS - 62), f64::from(DIGITS + 38)) as i32;
    let counted = lengths.map(|l| Rational::int((l.to_f64() * 2_f64.powi(shift)).round() as i64));
    let (total, places) = exact_portions(counted);
    let unit = Rational::new(1 << (-shift).max(0), 1 << shift.max(0));
    (total * unit, places)
}

fn exact_portions(lengths: impl Iterator<Item = Rational> + Clone) -> (Rational, Vec<TimeSpan>) {
    let total = lengths.clone().fold(Rational::ZERO, |sum, l| sum + l);
    let place = |at: &mut Rational, length| {
        let begin = *at;
        *at = begin + length;
        Some(TimeSpan::new(begin / total, *at / total))
    };
    (total, lengths.scan(Rational::ZERO, place).collect())
}

impl Pattern {
    /// No events.
    pub fn silence() -> Self {
        Self::new(Node::Silence)
    }

    /// One event a cycle.
    pub fn pure(value: impl Into<Value>) -> Self {
        Self::new(Node::Pure(value.into(), Positions::NONE))
    }

    /// One event a cycle, made by the words at `position`.
    pub fn atom(value: impl Into<Value>, position: Position) -> Self {
        Self::new(Node::Pure(value.into(), Positions::one(position)))
    }

    /// The value of a name that is set from outside.
    pub fn state(name: &str) -> Self {
        Self::state_or(name, Self::silence())
    }

    /// The value of a name that is set from outside; where it is not set, `otherwise`.
    pub fn state_or(name: &str, otherwise: Self) -> Self {
        Self::new(Node::State(name.into(), otherwise))
    }

    /// All of them at once.
    pub fn stack(patterns: Vec<Self>) -> Self {
        let mut patterns: Vec<Self> = patterns.into_iter().filter(|p| !p.is_silence()).collect();
        match patterns.len() {
            0 => Self::silence(),
            1 => patterns.swap_remove(0),
            _ => Self::new(Node::Stack(patterns)),
        }
    }

    /// One of them a cycle, each running through its own cycles (Tidal's `cat`, `slowcat`).
    pub fn cat(mut patterns: Vec<Self>) -> Self {
        match patterns.len() {
            0 => Self::silence(),
            1 => patterns.swap_remove(0).split_cycles(),
            _ => Self::new(Node::Cat(patterns)),
        }
    }

    /// All of them, squeezed into one cycle.
    pub fn fastcat(patterns: Vec<Self>) -> Self {
        let n = Rational::int(patterns.len() as i64);
        Self::cat(patterns).fast(n)
    }

    /// Steps of a cycle with weights (Tidal's `timecat`); steps of no weight are left out.
    pub fn timecat(steps: &[(Rational, Self)]) -> Self {
        let weighty = || steps.iter().filter(|(w, _)| *w > Rational::ZERO);
        let (_, places) = portions(weighty().map(|(weight, _)| *weight));
        let steps: Vec<Step> = weighty()
            .zip(places)
            .filter(|(_, place)| place.begin < place.end)
            .map(|((_, pattern), TimeSpan { begin, end })| Step { begin, end, pattern: pattern.clone() })
            .collect();
        match steps.as_slice() {
            [] => Self::silence(),
            [only] => only.pattern.split_cycles(),
            _ => Self::new(Node::Sequence(steps)),
        }
    }

    /// Steps of the same length, filling a cycle.
    pub fn sequence(patterns: Vec<Self>) -> Self {
        let steps: Vec<_> = patterns.into_iter().map(|p| (Rational::ONE, p)).collect();
        Self::timecat(&steps)
    }

    /// The values of a list as steps of a cycle (Tidal's `listToPat`, `fastFromList`).
    pub fn from_list(values: impl IntoIterator<Item = Value>) -> Self {
        Self::sequence(values.into_iter().map(Self::pure).collect())
    }

    /// A pattern drawn for each cycle, with the seed `seed` cycles (mini-notation's `|`).
    pub fn cycle_choose(seed: Rational, patterns: Vec<Self>) -> Self {
        if patterns.is_empty() {
            return Self::silence();
        }
        Self::new(Node::CycleChoose { seed, patterns })
    }

    /// `yes` in the cycles that pass the test, `no` in the others.
    pub fn when_cycle(test: impl Fn(i64) -> bool + Send + Sync + 'static, yes: Self, no: Self) -> Self {
        Self::new(Node::WhenCycle { test: Arc::new(test), yes, no })
    }

    /// In each cycle, what `make` gives for it.
    pub fn per_cycle(make: impl Fn(i64, &Env) -> Self + Send + Sync + 'static) -> Self {
        Self::new(Node::PerCycle(Arc::new(make), 0))
    }

    /// The same with a pattern that `make` is given, and whose depth counts.
    pub fn each_cycle(&self, make: impl Fn(i64, &Self, &Env) -> Self + Send + Sync + 'static) -> Self {
        let (p, depth) = (self.clone(), self.depth());
        Self::new(Node::PerCycle(Arc::new(move |cycle, env| make(cycle, &p, env)), depth))
    }

    /// The same, with positions appended to every event.
    pub fn at(&self, positions: Positions) -> Self {
        if positions.as_slice().is_empty() {
            self.clone()
        } else {
            Self::new(Node::At(positions, self.clone()))
        }
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Num(x)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<Rational> for Value {
    fn from(r: Rational) -> Self {
        Self::Ratio(r)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<&str> for Value {
    fn from(t: &str) -> Self {
        Self::text(t)
    }
}
