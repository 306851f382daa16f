//! The range of every number that the planner may send to a SynthDef of ours.
//!
//! In: a control's name and any number. Out: a number that the engines survive. Pure. Beyond
//! these limits filters blow up, supernova hangs (a negative bus) or a voice never ends.

use crate::control::{self, Home};

/// A control's range and the value that stands in for NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The control's name in the SynthDef.
    pub name: &'static str,
    /// The smallest value.
    pub min: f32,
    /// The largest value.
    pub max: f32,
    /// What the SynthDef has when nothing is sent.
    pub default: f32,
}

const fn r(name: &'static str, min: f32, max: f32, default: f32) -> Range {
    Range { name, min, max, default }
}

/// The controls that only our SynthDefs know, sorted by name; the others are in the table of controls.
const RANGES: &[Range] = &[
    // Down to nothing, or six octaves up.
    r("accelerate", -1.0, 63.0, 0.0),
    // What comes of `amp`, `gain` and `overgain` at their highest; the orbits' own guard is behind it.
    r("amp", 0.0, 4096.0, 0.4),
    r("bufnum", 0.0, 65_535.0, 0.0),
    r("cutGate", 0.0, 1.0, 1.0),
    // A pair of buses must fit below the 1024 of an engine's default.
    r("delayOut", 0.0, 1022.0, 0.0),
    r("endSpeed", -128.0, 128.0, 1.0),
    r("fadeIn", 0.0, 60.0, 0.0),
    r("out", 0.0, 1022.0, 0.0),
    r("rate", 0.01, 100.0, 1.0),
    r("roomOut", 0.0, 1022.0, 0.0),
    r("vowel", 0.0, 4.0, 0.0),
    // The resonance of `vowel`, which has another default than the low-pass's.
    r("vowelres", 0.0, 1.0, 0.5),
];

/// The range of one of our controls; none for a control of a user's own SynthDef.
pub fn range(name: &str) -> Option<Range> {
    let own = RANGES.binary_search_by(|r| r.name.cmp(name)).ok().and_then(|i| RANGES.get(i)).copied();
    own.or_else(|| {
        let fact = control::fact(name).filter(|f| matches!(f.home, Home::Voice | Home::Orbit))?;
        let numbers = fact.numbers?;
        let default = numbers.default.unwrap_or(numbers.min);
        Some(Range { name: fact.name, min: numbers.min, max: numbers.max, default })
    })
}

/// `value` as it may be sent: inside the range, its default for NaN. A control that is not ours
/// is only made finite.
pub fn clamp(name: &str, value: f32) -> f32 {
    let range = range(name).unwrap_or(r("", f32::MIN, f32::MAX, 0.0));
    if value.is_nan() { range.default } else { value.clamp(range.min, range.max) }
}

/// The number that the control `vowel` takes for a letter, as the set writes it; none for other text.
pub fn vowel(text: &str) -> Option<f32> {
    let place = ["a", "e", "i", "o", "u"].iter().position(|v| v.eq_ignore_ascii_case(text.trim()))?;
    Some(place as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Range> {
        let names = control::functions().iter().map(|f| f.sends);
        RANGES.iter().map(|r| r.name).chain(names).filter_map(range).collect()
    }

    #[test]
    fn the_table_is_sorted_and_holds_its_defaults() {
        assert!(RANGES.is_sorted_by_key(|r| r.name));
        for r in all() {
            assert!(r.min <= r.default && r.default <= r.max, "{}", r.name);
        }
    }

    #[test]
    fn no_number_leaves_its_range() {
        for r in all() {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -0.0, f32::MIN_POSITIVE] {
                let sent = clamp(r.name, value);
                assert!((r.min..=r.max).contains(&sent), "{} {value}", r.name);
            }
        }
        assert_eq!(clamp("cutoff", f32::NAN).to_bits(), 440_f32.to_bits());
        assert!(clamp("wobble", f32::INFINITY).is_finite());
    }

    #[test]
    fn vowels_are_letters() {
        assert_eq!(vowel("E"), Some(1.0));
        assert_eq!(vowel("x"), None);
    }
}
