//! Patterns faster, slower, earlier, backwards, and in pieces.

use super::{Node, Pattern, Value};
use crate::time::Rational;

impl Pattern {
    /// `factor` times as fast (Tidal's `_fast`); 0 is silence, a negative factor plays backwards.
    pub fn fast(&self, factor: Rational) -> Self {
        if factor == Rational::ZERO {
            return Self::silence();
        }
        if factor == Rational::ONE {
            return self.clone();
        }
        Self::new(Node::Fast(factor, self.clone()))
    }

    /// `factor` times as slow; 0 is silence.
    pub fn slow(&self, factor: Rational) -> Self {
        if factor == Rational::ZERO { Self::silence() } else { self.fast(Rational::ONE / factor) }
    }

    /// Faster by a patterned factor.
    pub fn fast_by(&self, factor: &Self) -> Self {
        match factor.as_pure() {
            Some((v, at)) => match v.as_ratio() {
                Some(f) => self.fast(f).split_cycles().at(*at),
                None => Self::silence(),
            },
            None => Self::new(Node::FastBy(factor.clone(), self.clone())),
        }
    }

    /// Slower by a patterned factor.
    pub fn slow_by(&self, factor: &Self) -> Self {
        self.fast_by(&factor.map(|v| {
            let f = v.as_ratio()?;
            Some(Value::Ratio(if f == Rational::ZERO { f } else { Rational::ONE / f }))
        }))
    }

    /// Earlier by `cycles` (Tidal's `rotL`).
    pub fn early(&self, cycles: Rational) -> Self {
        if cycles == Rational::ZERO { self.clone() } else { Self::new(Node::Early(cycles, self.clone())) }
    }

    /// Later by `cycles` (Tidal's `rotR`).
    pub fn late(&self, cycles: Rational) -> Self {
        self.early(-cycles)
    }

    /// Earlier by a patterned amount; `late`: later.
    pub fn shift_by(&self, amount: &Self, late: bool) -> Self {
        match amount.as_pure() {
            Some((v, at)) => match v.as_ratio() {
                Some(by) => self.early(if late { -by } else { by }).split_cycles().at(*at),
                None => Self::silence(),
            },
            None => Self::new(Node::ShiftBy { amount: amount.clone(), late, pattern: self.clone() }),
        }
    }

    /// Each cycle backwards.
    pub fn rev(&self) -> Self {
        Self::new(Node::Rev(self.clone()))
    }

    /// The same events, with queries cut at cycle borders.
    pub fn split_cycles(&self) -> Self {
        match self.node() {
            Node::Silence
            | Node::Pure(..)
            | Node::SplitCycles(_)
            | Node::Sequence(_)
            | Node::Cat(_)
            | Node::Rev(_)
            | Node::Compress(..)
            | Node::Zoom(..)
            | Node::CycleChoose { .. }
            | Node::WhenCycle { .. }
            | Node::PerCycle(..) => self.clone(),
            _ => Self::new(Node::SplitCycles(self.clone())),
        }
    }

    /// Each cycle squeezed into `begin..end` of it (Tidal's `compressArc`); silence unless
    /// `0 <= begin < end <= 1`.
    pub fn compress(&self, begin: Rational, end: Rational) -> Self {
        if begin < Rational::ZERO || end > Rational::ONE || begin >= end {
            return Self::silence();
        }
        Self::new(Node::Compress(begin, end, self.clone()))
    }

    /// The span `begin..end` of each cycle, stretched to the whole of it (Tidal's `zoomArc`).
    pub fn zoom(&self, begin: Rational, end: Rational) -> Self {
        if begin >= end {
            return Self::silence();
        }
        Self::new(Node::Zoom(begin, end, self.clone()))
    }

    /// Events dropped at random: kept when the number drawn is above `amount` (or not above, where
    /// `inverted`). `seed` is in cycles.
    pub fn degrade(&self, amount: f64, seed: Rational, inverted: bool) -> Self {
        Self::new(Node::Degrade { amount, seed, inverted, pattern: self.clone() })
    }

    /// A euclidean rhythm of `hits` over `steps`, turned left by `rotation` steps; each hit is one
    /// cycle of the pattern. `inverted`: on the rests instead.
    pub fn euclid(&self, hits: &Self, steps: &Self, rotation: &Self, inverted: bool) -> Self {
        Self::new(Node::Euclid {
            hits: hits.clone(),
            steps: steps.clone(),
            rotation: rotation.clone(),
            inverted,
            pattern: self.clone(),
        })
    }
}
