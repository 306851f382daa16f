//! Who listens to a control: for saying which ones change nothing.
//!
//! In: a control's name, and what the SynthDef that plays the event declares. Out: whether it changes
//! anything. Pure; `session` calls it off the player's thread. It mirrors what [`super::value`] and
//! [`super::orbits`] read.

use crate::control::{ControlName, Home};

/// True when an event's control changes what is heard. `declares` knows the controls of the SynthDef
/// that plays it; `own` is true for a voice of the program's.
pub fn listens(control: &ControlName, declares: impl Fn(&str) -> bool, own: bool) -> bool {
    let name = control.as_str();
    // An instrument's own controls are declared under this prefix.
    if declares(name) && !is_internal(name) || own && declares(&format!("own.{name}")) {
        return true;
    }
    let any = |names: &[&str]| names.iter().any(|n| declares(n));
    match name {
        // Which sound, when, for how long, and what it ends.
        "s" | "bank" | "cut" | "cutAll" | "orbit" | "cps" | "delta" | "dur" | "legato" | "sustain"
        | "nudge" | "lag" | "lagogo" | "offset" | "lock" => true,
        "n" if own => true,
        "n" | "note" | "octave" | "midinote" | "freq" => {
            any(&["freq", "note", "midinote"]) || own && any(&["rate", "bufnum"])
        }
        "amp" | "gain" | "overgain" => any(&["amp"]),
        "pan" | "channel" => any(&["pan"]),
        "speed" if own => any(&["rate", "bufnum"]),
        "accelerate" if own => any(&["endSpeed"]),
        "begin" | "end" | "unit" | "loop" if own => any(&["bufnum"]),
        "fadeInTime" if own => any(&["fadeIn"]),
        "resonance" if own => any(&["vowelres"]),
        _ => matches!(control, ControlName::Known(id) if id.fact().home == Home::Orbit),
    }
}

/// Names that a voice declares for what the planner computes, and that mean something else in a set.
fn is_internal(name: &str) -> bool {
    matches!(name, "rate" | "out")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{Source, compile, instruments, voice_key};

    /// Whether a voice that carries all of them listens to each.
    fn check(source: Source, carried: &[(&str, bool)]) {
        let def = compile(&voice_key(source, |id| carried.iter().any(|c| c.0 == id.name())));
        for (name, want) in carried {
            let declares = |n: &str| def.controls.iter().any(|c| &*c.0 == n);
            assert_eq!(listens(&ControlName::new(name), declares, true), *want, "{name} in {}", def.name);
        }
    }

    #[test]
    fn a_voice_listens_to_its_source_and_its_effects() {
        let drum = Source::Instrument(instruments::find("bd").unwrap());
        let tone = Source::Instrument(instruments::find("lead").unwrap());
        let sample = Source::Sample { channels: 2 };
        let everywhere = [
            ("s", true),
            ("gain", true),
            ("pan", true),
            ("channel", true),
            ("legato", true),
            ("cutoff", true),
            ("resonance", true),
            ("room", true),
            ("size", true),
            ("leslie", true),
            ("lag", true),
            ("compressorRatio", true),
            ("limitertype", true),
            ("wobble", false),
            ("rate", false),
            ("out", false),
            ("freeze", false),
            ("ccn", false),
            ("bandq", false),
        ];
        for source in [drum, tone, sample] {
            check(source, &everywhere);
        }
        check(
            sample,
            &[("begin", true), ("unit", true), ("speed", true), ("timescale", true), ("note", true)],
        );
        check(drum, &[("begin", false), ("unit", false), ("speed", true), ("timescale", false), ("n", true)]);
        check(tone, &[("note", true), ("octave", true), ("speed", false)]);
        check(tone, &[("resonance", false), ("hold", false), ("curve", false)]);
        check(tone, &[("vowel", true), ("resonance", true), ("tilt", true), ("curve", true)]);
    }

    #[test]
    fn a_synthdef_of_the_user_listens_to_what_it_declares() {
        let declares = |name: &str| ["out", "note", "amp", "wobble"].contains(&name);
        let cases = [
            ("wobble", true),
            ("n", true),
            ("gain", true),
            ("pan", false),
            ("cutoff", false),
            ("room", false),
            ("legato", true),
            ("size", true),
            ("speed", false),
            ("out", false),
        ];
        for (name, want) in cases {
            assert_eq!(listens(&ControlName::new(name), declares, false), want, "{name}");
        }
    }
}
