//! How loud each orbit and the output are.
//!
//! In: the meters' messages as they come, several times a second; the newest wins. Out: decibels for the
//! screen. Pure.

use crate::bank::{ORBITS, OrbitId};
use crate::osc::Timetag;

/// Values of a message: one for each orbit, and the output's.
const VALUES: usize = ORBITS + 1;
/// Levels older than this are of an engine that is away.
const OLD_S: f64 = 1.0;

/// A level in decibels below full scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The peak since the message before.
    pub peak_db: f32,
    /// The mean (RMS) of about a third of a second.
    pub mean_db: f32,
}

/// The levels that came last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    peaks: [f32; VALUES],
    squares: [f32; VALUES],
    at: Option<Timetag>,
}

impl Levels {
    /// Takes a message of the meters in: the node, which of the two it is, the values. What is not one
    /// is passed over.
    pub(super) fn heard(&mut self, message: &[f32], now: Timetag) {
        let [_, which, values @ ..] = message else { return };
        let Ok(values) = <[f32; VALUES]>::try_from(values) else { return };
        if *which > 0.5 {
            self.squares = values;
        } else {
            self.peaks = values;
        }
        self.at = Some(now);
    }

    /// An orbit's level; none while nothing has come lately.
    pub fn orbit(&self, orbit: OrbitId, now: Timetag) -> Option<Level> {
        self.level(orbit.index(), now)
    }

    /// The output's level; none while nothing has come lately.
    pub fn output(&self, now: Timetag) -> Option<Level> {
        self.level(ORBITS, now)
    }

    fn level(&self, place: usize, now: Timetag) -> Option<Level> {
        self.at.filter(|at| now.since_s(*at) < OLD_S)?;
        let (peak, square) = (self.peaks.get(place)?, self.squares.get(place)?);
        Some(Level { peak_db: 20.0 * sound(*peak).log10(), mean_db: 10.0 * sound(*square).log10() })
    }
}

/// Above nothing, so that it has a logarithm; what is no number is nothing.
fn sound(value: f32) -> f32 {
    if value.is_finite() { value.clamp(1e-12, 1e12) } else { 1e-12 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_message_counts_for_a_second() {
        let (mut levels, now) = (Levels::default(), Timetag(1 << 40));
        assert_eq!(levels.output(now), None);
        let message = |which: f32, value: f32| [vec![1006.0, which], vec![value; VALUES]].concat();
        for wrong in [vec![], vec![1.0, 0.0, 3.0], vec![0.5; VALUES + 3]] {
            levels.heard(&wrong, now);
            assert_eq!(levels.output(now), None);
        }
        levels.heard(&message(0.0, 1.0), now);
        levels.heard(&message(0.0, 0.1), now);
        levels.heard(&message(1.0, 0.0001), now);
        let level = levels.orbit(OrbitId::wrapped(3), now).unwrap();
        assert!((level.peak_db + 20.0).abs() < 1e-3 && (level.mean_db + 40.0).abs() < 1e-3);
        levels.heard(&message(0.0, f32::NAN), now);
        assert!(levels.output(now).unwrap().peak_db < -200.0);
        assert_eq!(levels.output(now.plus_s(1.5)), None);
    }
}
