//! Continuous patterns: a value for every moment, sampled in the middle of what is asked.

use super::{Node, Pattern, Value, random};
use crate::time::Rational;
use std::f64::consts::{FRAC_PI_2, TAU};

/// The signals, each over one cycle, 0 up to 1 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Signal {
    /// `sine`, from 0.5 upwards.
    Sine,
    /// `cosine`: as Tidal has it, a sine later by a quarter.
    Cosine,
    /// `saw`, rising.
    Saw,
    /// `isaw`, falling.
    ISaw,
    /// `square`, 0 then 1.
    Square,
    /// `rand`.
    Rand,
    /// `perlin`: smooth random.
    Perlin,
    /// `envL`: rises through cycle 0, then stays at 1.
    EnvL,
    /// `envLR`: falls through cycle 0, then stays at 0.
    EnvLR,
    /// `envEq`: from 1 down to 0 through cycle 0, of equal power with [`Self::EnvEqR`].
    EnvEq,
    /// `envEqR`: from 0 up to 1.
    EnvEqR,
    /// The time itself, in cycles.
    Time,
}

impl Signal {
    /// The value at a time.
    pub fn at(self, time: Rational) -> Value {
        let t = time.to_f64();
        let pos = time.cycle_pos().to_f64();
        Value::Num(match self {
            Self::Sine => f64::midpoint((TAU * t).sin(), 1.0),
            Self::Cosine => f64::midpoint((TAU * (t - 0.25)).sin(), 1.0),
            Self::Saw => pos,
            Self::ISaw => 1.0 - pos,
            Self::Square => (pos * 2.0).floor(),
            Self::Rand => random::rand(time),
            Self::Perlin => perlin(t),
            Self::EnvL => t.clamp(0.0, 1.0),
            Self::EnvLR => 1.0 - t.clamp(0.0, 1.0),
            Self::EnvEq => (FRAC_PI_2 * (1.0 - t).clamp(0.0, 1.0)).sin().sqrt(),
            // At its start the cosine of a right angle may be a hair below 0.
            Self::EnvEqR => (FRAC_PI_2 * (1.0 - t).clamp(0.0, 1.0)).cos().max(0.0).sqrt(),
            Self::Time => return Value::Ratio(time),
        })
    }
}

/// Random numbers of whole times, with smooth curves between.
pub fn perlin(t: f64) -> f64 {
    let from = t.floor();
    let s = t - from;
    let curve = 6.0 * s.powi(5) - 15.0 * s.powi(4) + 10.0 * s.powi(3);
    let (a, b) = (random::unit(random::seed(from)), random::unit(random::seed(from + 1.0)));
    a + curve * (b - a)
}

impl Pattern {
    /// A continuous pattern.
    pub fn signal(signal: Signal) -> Self {
        Self::new(Node::Signal(signal))
    }
}
