//! A row of sounds in one score, heard on every engine and compared.

use super::engine::{Engine, Score, Sound};
use oiduna::synth::SynthDef;
use oiduna::synth::inspect::inspect;
use std::fmt::Write;

/// True when each run of it is another.
pub fn is_noisy(def: &SynthDef) -> bool {
    inspect(&def.bytes)
        .expect("our own bytes")
        .iter()
        .any(|d| d.units.iter().any(|u| u.name.ends_with("Noise")))
}

/// A stretch of the score.
struct Slot {
    name: String,
    start_s: f64,
    /// When its first voice has ended, and when the last.
    first_s: f64,
    end_s: f64,
    /// What supernova and scsynth may differ by, in dB.
    tolerance: f64,
    /// The highest peak.
    highest: f32,
}

/// The first voice of a stretch, on one of the engines: they are alike.
pub struct Heard {
    pub name: String,
    pub sound: Sound,
}

/// The stretches, one after the other.
#[derive(Default)]
pub struct Parade {
    score: Score,
    slots: Vec<Slot>,
    now_s: f64,
    next_id: i32,
}

/// Silence after each slot.
const REST_S: f64 = 0.2;

impl Parade {
    /// `hits` voices of `def`, one after the other, that stay below `highest`.
    pub fn slot(
        &mut self,
        name: &str,
        def: &SynthDef,
        hits: usize,
        length_s: f32,
        settings: &[(&str, f32)],
        highest: f32,
    ) {
        let voices: Vec<_> = (0..hits).map(|hit| (hit as f32 * length_s, settings.to_vec())).collect();
        self.voices(name, def, length_s, &voices, highest);
    }

    /// Voices of `def`, each with its start in seconds and its settings.
    pub fn voices(
        &mut self,
        name: &str,
        def: &SynthDef,
        length_s: f32,
        voices: &[(f32, Vec<(&str, f32)>)],
        highest: f32,
    ) {
        // Each run has other noise, so its level is only alike on average.
        let tolerance = if is_noisy(def) { 1.5 } else { 0.5 };
        let start_s = self.now_s + 0.1;
        self.score.def(def);
        let (first_s, mut end_s) = (start_s + f64::from(length_s), start_s);
        for (after_s, settings) in voices {
            let settings = [&[("sustain", length_s)], settings.as_slice()].concat();
            self.next_id += 1;
            let at_s = start_s + f64::from(*after_s);
            self.score.synth(at_s, def, 1000 + self.next_id, &settings);
            end_s = at_s + f64::from(length_s);
        }
        self.slots.push(Slot { name: name.to_owned(), start_s, first_s, end_s, tolerance, highest });
        self.now_s = end_s + REST_S;
    }

    /// Plays it everywhere; every slot must sound, stay below its peak, end and be alike.
    pub fn judge(&self) -> Vec<Heard> {
        let sounds = super::on_all(&self.score, self.now_s);
        let (mut wrong, mut all) = (vec![], vec![]);
        for slot in &self.slots {
            let mut line = format!("{:18} {:8.3} s", slot.name, slot.start_s);
            let mut levels: Vec<(Engine, f64)> = vec![];
            for (engine, sound) in &sounds {
                let heard = sound.between(slot.start_s, slot.end_s + 0.01);
                let after = sound.between(slot.end_s + 0.01, slot.end_s + REST_S);
                let (rms, peak, rest) = (heard.rms_db(), heard.peak(), after.rms_db());
                write!(line, " {engine:?} {rms:6.1} dB, peak {peak:.3};").expect("a String grows");
                if !(heard.is_finite() && rms > -45.0 && peak <= slot.highest && rest < -120.0) {
                    wrong.push(format!(
                        "{} on {engine:?}: {rms:.1} dB, peak {peak:.3}, then {rest:.1} dB",
                        slot.name
                    ));
                }
                for (other, level) in &levels {
                    let embedded = !matches!((engine, other), (Engine::Scsynth, Engine::Supernova));
                    let allowed = if embedded { 3.0 } else { slot.tolerance };
                    if (rms - level).abs() > allowed {
                        wrong.push(format!(
                            "{}: {rms:.1} dB on {engine:?}, {level:.1} dB on {other:?}",
                            slot.name
                        ));
                    }
                }
                levels.push((*engine, rms));
            }
            if let Some((_, sound)) = sounds.first() {
                let sound = sound.between(slot.start_s, slot.first_s);
                all.push(Heard { name: slot.name.clone(), sound });
            }
            println!("{line}");
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        all
    }
}
