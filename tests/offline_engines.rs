//! What our SynthDefs sound like on real engines: supernova, scsynth and the one in this process.

#[path = "offline_engines/engine.rs"]
mod engine;

use engine::{Engine, Score, Sound};
use oiduna::control::ControlId;
use oiduna::synth::{InstrumentId, Source, compile, voice_key};

const PLAIN: fn(ControlId) -> bool = |_| false;

/// Every instrument by itself, one after the other, each with room to be seen to end.
struct Parade {
    score: Score,
    /// Name, start and end of the voice, end of its slot.
    slots: Vec<(&'static str, f64, f64, f64)>,
    end_s: f64,
}

fn parade() -> Parade {
    let (mut score, mut slots, mut now) = (Score::default(), vec![], 0.2);
    for (n, id) in InstrumentId::all().enumerate() {
        let instrument = id.get();
        let def = compile(&voice_key(Source::Instrument(id), PLAIN));
        score.def(&def);
        let length = instrument.length_s(1.0, None);
        let freq = if instrument.name == "bass" { 65.4 } else { 261.6 };
        score.synth(now, &def, 1000 + n as i32, &[("sustain", length), ("freq", freq), ("out", 0.0)]);
        let end = now + f64::from(length);
        slots.push((instrument.name, now, end, end + 0.4));
        now = end + 0.4;
    }
    Parade { score, slots, end_s: now }
}

#[test]
fn every_instrument_sounds_ends_and_is_alike_on_all_engines() {
    let parade = parade();
    let sounds: Vec<(Engine, Sound)> =
        Engine::ALL.iter().filter_map(|e| Some((*e, e.render(&parade.score, parade.end_s)?))).collect();
    let mut wrong = vec![];
    for (name, start, end, slot_end) in &parade.slots {
        let mut line = format!("{name:6}");
        let mut levels = vec![];
        for (engine, sound) in &sounds {
            let voice = sound.between(*start, end + 0.01);
            let after = sound.between(end + 0.01, *slot_end);
            let (rms, peak, rest) = (voice.rms_db(), voice.peak(), after.rms_db());
            line += &format!("  {engine:?} rms {rms:6.1} peak {peak:.3} after {rest:6.1};");
            levels.push((engine, rms));
            let fine = sound.is_finite() && rms > -45.0 && (0.05..=0.5).contains(&peak) && rest < -90.0;
            if !fine {
                wrong.push(format!("{name} on {engine:?}: rms {rms:.1} peak {peak:.3} after {rest:.1}"));
            }
        }
        println!("{line}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
