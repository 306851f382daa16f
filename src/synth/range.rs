//! The range of every number that the planner may send to a SynthDef of ours.
//!
//! In: a control's name and any number. Out: a number that the engines survive. Pure. Beyond
//! these limits filters blow up, supernova hangs (a negative bus) or a voice never ends.

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

/// The longest segment of an envelope in seconds. SuperCollider counts its samples in 32 bits with a
/// sign; at 192 kHz 11,000 s overflow, and the segment is over at once.
const LONGEST_S: f32 = 10_000.0;

/// Sorted by name. Levels and rates allow what a set may do on purpose (overdriven sends, samples
/// at many times their speed), not more.
#[rustfmt::skip]
const RANGES: &[Range] = &[
    // Down to nothing, or six octaves up.
    r("accelerate", -1.0, 63.0, 0.0),
    r("amp", 0.0, 16.0, 0.4),
    r("attack", 0.0, LONGEST_S, 0.0),
    r("bandf", 20.0, 20_000.0, 440.0),
    r("bandq", 1.0, 200.0, 10.0),
    r("begin", 0.0, 1.0, 0.0),
    r("bufnum", 0.0, 65_535.0, 0.0),
    r("coarse", 1.0, 4096.0, 1.0),
    r("crush", 1.0, 32.0, 4.0),
    r("curve", -30.0, 30.0, -3.0),
    r("cutGate", 0.0, 1.0, 1.0),
    r("cutoff", 20.0, 20_000.0, 440.0),
    r("delay", 0.0, 4.0, 0.0),
    // A pair of buses must fit below the 1024 of an engine's default.
    r("delayOut", 0.0, 1022.0, 0.0),
    r("delayfeedback", 0.0, 0.99, 0.5),
    r("delaytime", 0.0, 4.0, 0.25),
    r("distort", 0.0, 1.0, 0.0),
    r("djf", 0.0, 1.0, 0.5),
    r("end", 0.0, 1.0, 1.0),
    r("endSpeed", -128.0, 128.0, 1.0),
    r("fadeIn", 0.0, 60.0, 0.0),
    r("fadeTime", 0.0, 60.0, 0.001),
    r("freq", 10.0, 20_000.0, 440.0),
    r("fshift", -20_000.0, 20_000.0, 0.0),
    r("fshiftnote", -100.0, 100.0, 0.0),
    r("fshiftphase", -10.0, 10.0, 0.0),
    r("hcutoff", 20.0, 20_000.0, 440.0),
    r("hold", 0.0, LONGEST_S, 0.0),
    r("hresonance", 0.0, 1.0, 0.0),
    r("kcutoff", 0.0, 10_000.0, 0.0),
    r("krush", 0.0, 8.0, 0.0),
    r("octer", 0.0, 1.0, 0.0),
    r("octersub", 0.0, 4.0, 0.0),
    r("octersubsub", 0.0, 4.0, 0.0),
    r("out", 0.0, 1022.0, 0.0),
    r("pan", 0.0, 1.0, 0.5),
    r("phaserdepth", 0.0, 1.0, 0.5),
    r("phaserrate", 0.0, 100.0, 1.0),
    r("psdisp", 0.0, 1.0, 0.0),
    r("psrate", 0.0, 4.0, 1.0),
    r("rate", 0.01, 100.0, 1.0),
    // A release without end: only `attack` was given, the level then stays.
    r("release", 0.0, LONGEST_S, LONGEST_S),
    r("resonance", 0.0, 1.0, 0.0),
    r("ring", 0.0, 1.0, 0.0),
    r("ringdf", -20_000.0, 20_000.0, 0.0),
    r("ringf", 0.0, 20_000.0, 0.0),
    r("room", 0.0, 4.0, 0.0),
    r("roomOut", 0.0, 1022.0, 0.0),
    r("shape", 0.0, 0.999, 0.0),
    r("size", 0.0, 1.0, 0.1),
    r("speed", -128.0, 128.0, 1.0),
    // The lower end is a few samples.
    r("sustain", 0.0001, LONGEST_S, 1.0),
    r("tremolodepth", 0.0, 1.0, 0.5),
    r("tremolorate", 0.0, 1000.0, 1.0),
    r("triode", 0.0, 1.0, 0.0),
    r("vowel", 0.0, 4.0, 0.0),
];

/// The range of one of our controls; none for a control of a user's own SynthDef.
pub fn range(name: &str) -> Option<&'static Range> {
    RANGES.binary_search_by(|r| r.name.cmp(name)).ok().and_then(|i| RANGES.get(i))
}

/// `value` as it may be sent: inside the range, its default for NaN. A control that is not ours
/// is only made finite.
pub fn clamp(name: &str, value: f32) -> f32 {
    let range = range(name).copied().unwrap_or(r("", f32::MIN, f32::MAX, 0.0));
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

    #[test]
    fn the_table_is_sorted_and_holds_its_defaults() {
        assert!(RANGES.is_sorted_by_key(|r| r.name));
        for r in RANGES {
            assert!(r.min <= r.default && r.default <= r.max, "{}", r.name);
        }
    }

    #[test]
    fn no_number_leaves_its_range() {
        for r in RANGES {
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
