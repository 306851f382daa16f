//! The random choices of a string: `?` and `|`.
//!
//! In: patterns, a chance, the number of the choice in its string. Out: patterns. Pure; the same
//! cycle always draws the same.
//!
//! Tidal 1.7 to 1.9 draw in the middle of an event. Strings that only 1.10 can read, those with
//! `,` or `|` outside all brackets, draw at its beginning as 1.10 does: so a set sounds as it did
//! in the version that it was written for.

use crate::pattern::{Join, Pattern, Value, random};
use crate::time::Rational;

/// Whose random numbers a string draws, and how many it has drawn.
pub(super) struct Chance {
    pub(super) newest: bool,
    drawn: i64,
}

impl Chance {
    pub(super) fn new(newest: bool) -> Self {
        Self { newest, drawn: 0 }
    }

    /// How far, in cycles, the next choice stands from the others of its string.
    fn seed(&mut self) -> Rational {
        let seed = Rational::new(self.drawn, 10_000);
        self.drawn += 1;
        seed
    }

    /// `?`: events fall out by a chance of `amount`.
    pub(super) fn degrade(&mut self, pattern: &Pattern, amount: f64) -> Pattern {
        let seed = self.seed();
        if !self.newest {
            return pattern.degrade(amount, seed, false);
        }
        pattern.with_haps(move |hap| at_start(hap.whole_or_part().begin + seed) >= amount)
    }

    /// `|`: one of the patterns in each cycle.
    pub(super) fn choose(&mut self, patterns: Vec<Pattern>) -> Pattern {
        let seed = self.seed();
        if !self.newest {
            return Pattern::cycle_choose(seed, patterns);
        }
        let many = patterns.len() as f64;
        let index = move |cycle: i64| (at_start(Rational::int(cycle) + seed) * many) as i64;
        Pattern::per_cycle(move |cycle, _| Pattern::pure(index(cycle)))
            .join(Join::Both, move |index: &Value| {
                patterns.get(usize::try_from(index.as_i64()?).ok()?).cloned()
            })
    }
}

/// The random number of a time in 1.10, which has a half at the very beginning.
fn at_start(time: Rational) -> f64 {
    if time == Rational::ZERO { 0.5 } else { random::rand(time) }
}
