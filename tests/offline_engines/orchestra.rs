//! The instruments that ship: each sounds, ends, is alike on all engines, and is balanced with the
//! others of its role.

use super::engine::Score;
use super::parade::{Parade, is_noisy};
use super::{on_all, voice};
use oiduna::synth::{Instrument, InstrumentId, Source};

/// -6 dBFS for one voice at its default level.
const ONE_VOICE: f32 = 0.5;

/// Eight voices at once, before the limiter.
const FULL_SCALE: f32 = 1.0;

/// One voice with its controls at their limits: louder than it should be, not a danger.
const LOUDEST: f32 = 1.2;

/// Instruments of a role and the pitch at which they are compared.
#[rustfmt::skip]
const ROLES: &[(&str, f32, &[&str])] = &[
    ("kick", 1.0, &["bd", "808bd", "909bd", "super808", "superkick"]),
    ("snare", 1.0, &["sn", "cp", "808sd", "808cp", "909sd", "909cp", "supersnare", "superclap"]),
    ("hat", 1.0, &["hh", "808ch", "909ch", "superhat", "sh"]),
    ("open hat", 1.0, &["oh", "808oh", "909oh"]),
    ("cymbal", 1.0, &["cr", "rd", "808cy", "909rd", "909cr"]),
    ("tom", 1.0, &["lt", "mt", "ht", "808lt", "808mt", "808ht", "808lc", "808mc", "808hc", "909lt", "909mt", "909ht"]),
    ("stick", 1.0, &["rim", "cb", "808rs", "808cl", "909rs"]),
    ("bass", 65.4, &["bass", "acid", "sub", "superreese"]),
    ("keys", 261.6, &["keys", "epiano", "superpiano", "organ", "pluck", "bell", "supervibe", "superfork", "supermandolin", "supergong", "superhex"]),
    ("pad", 261.6, &["pad", "strings", "choir", "drone"]),
    ("lead", 261.6, &["lead", "square", "supersaw", "supersquare", "superpwm", "supercomparator", "superchip", "superhoover", "superzow", "supertron", "superprimes", "supersiren"]),
    ("noise", 261.6, &["supernoise", "riser"]),
];

/// What instruments of a role may be apart, in LU.
const BALANCED: f64 = 6.0;

fn freq(name: &str) -> f32 {
    ROLES.iter().find(|(_, _, names)| names.contains(&name)).map_or(261.6, |(_, freq, _)| *freq)
}

/// A chord of eight: the root, and what two hands reach.
const CHORD: [f32; 8] = [1.0, 1.189, 1.498, 1.782, 2.0, 2.245, 2.997, 3.564];

fn played(parade: &mut Parade, instrument: &'static Instrument, id: InstrumentId) {
    let (name, length_s) = (instrument.name, instrument.length_s(1.0, None, None));
    let def = voice(Source::Instrument(id), &[]);
    let hits = if is_noisy(&def) { (1.5 / length_s).clamp(1.0, 6.0) as usize } else { 1 };
    parade.slot(name, &def, hits, length_s, &[("freq", freq(name))], ONE_VOICE);
    let eight: Vec<_> = CHORD
        .iter()
        .enumerate()
        .map(|(n, ratio)| {
            // Tones as a chord; drums as a roll whose strokes ring into each other.
            let after_s = if instrument.pitched { 0.0 } else { n as f32 * 0.0625 };
            (after_s, vec![("freq", freq(name) * ratio)])
        })
        .collect();
    parade.voices(&format!("{name} x8"), &def, length_s.min(0.6), &eight, FULL_SCALE);
}

#[test]
fn every_instrument_sounds_ends_and_is_alike_on_all_engines() {
    let mut parade = Parade::default();
    for id in InstrumentId::all() {
        played(&mut parade, id.get(), id);
    }
    let heard = parade.judge();
    for (role, _, names) in ROLES {
        let of_role = heard.iter().filter(|h| names.contains(&&*h.name));
        let loud: Vec<(&str, f64)> = of_role.map(|h| (&*h.name, h.sound.loudness())).collect();
        println!("{role}: {}", in_lufs(&loud));
        let lowest = loud.iter().map(|l| l.1).fold(f64::INFINITY, f64::min);
        let highest = loud.iter().map(|l| l.1).fold(f64::NEG_INFINITY, f64::max);
        assert!(highest - lowest <= BALANCED, "{role}: {}", in_lufs(&loud));
    }
}

fn in_lufs(loud: &[(&str, f64)]) -> String {
    loud.iter().map(|(name, lufs)| format!("{name} {lufs:.1}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_instrument_has_a_role() {
    for id in InstrumentId::all() {
        let name = id.get().name;
        let found = ROLES.iter().filter(|(_, _, names)| names.contains(&name)).count();
        assert!(found == 1 || name == "808ma", "{name} has {found} roles");
    }
}

#[test]
fn no_control_of_an_instrument_harms_at_its_limits() {
    const LENGTH_S: f64 = 0.12;
    let mut score = Score::default();
    let mut starts = vec![];
    for id in InstrumentId::all() {
        let def = voice(Source::Instrument(id), &["accelerate"]);
        score.def(&def);
        for (corner, (freq, top)) in
            [(10.0, false), (20_000.0, false), (10.0, true), (20_000.0, true)].iter().enumerate()
        {
            let own = id.get().own.iter().map(|own| (own.control, if *top { own.max } else { own.min }));
            let pitch =
                [("freq", *freq), ("rate", freq / 440.0), ("accelerate", if *top { 8.0 } else { -1.0 })];
            let settings: Vec<_> = own.chain(pitch).chain([("sustain", LENGTH_S as f32)]).collect();
            let start = 0.1 + starts.len() as f64 * LENGTH_S * 1.1;
            score.synth(start, &def, 1000 + starts.len() as i32, &settings);
            starts.push((id.get().name, corner, start));
        }
    }
    let mut wrong = vec![];
    for (engine, sound) in on_all(&score, starts.len() as f64 * LENGTH_S * 1.1 + 0.3) {
        for (name, corner, start) in &starts {
            let heard = sound.between(*start, start + LENGTH_S);
            if !heard.is_finite() || heard.peak() > LOUDEST {
                wrong.push(format!("{name} in corner {corner} on {engine:?}: peak {:.2}", heard.peak()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
