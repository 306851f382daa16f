//! The numbers of a voice: SuperDirt's rules, then our ranges.
//!
//! In: a note and what plays it. Out: the settings of its synth, each finite and within the range
//! that the engines survive. Pure.

use super::Note;
use super::sound::{Playing, Sound, Target};
use crate::bank::{Buffer, Layout, OrbitId};
use crate::control::{ControlId, ControlName, id};
use crate::osc::Setting;
use crate::osc::codec::names_a_bus;
use crate::pattern::ControlMap;
use crate::synth::review::OUTPUTS;
use crate::synth::{Instrument, clamp, range, vowel};
use std::sync::Arc;

/// SuperDirt's base level.
const AMP: f64 = 0.4;
/// SuperDirt clips `gain` here; `overgain` is added afterwards.
const LOUDEST_GAIN: f64 = 2.0;
/// SuperDirt drops what is shorter than 8 samples (at 48 kHz).
const SHORTEST_S: f64 = 8.0 / 48_000.0;
/// Channels of the output: SuperDirt's `channel` divides by them.
const CHANNELS: f64 = 2.0;
/// The octave of a note that names none.
const OCTAVE: f64 = 5.0;
/// The note at which a sample has its own speed: C of octave 5.
const MIDDLE_C: f64 = 60.0;
/// From here on the default of a SynthDef's `note` is taken for a MIDI number.
const LEAST_MIDI_DEFAULT: f64 = 20.0;
/// A length without end (`speed 0`) stops here.
const LONGEST_S: f64 = 3600.0;

/// Everything that is computed, once for each note.
#[derive(Debug)]
pub(super) struct Values<'a> {
    controls: &'a ControlMap,
    own: bool,
    /// What else says a bus in a SynthDef of the user.
    buses: &'a [Arc<str>],
    instrument: Option<&'static Instrument>,
    orbit: OrbitId,
    layout: Layout,
    midinote: f64,
    bufnum: f64,
    speed: f64,
    end_speed: f64,
    begin: f64,
    end: f64,
    sustain_s: f64,
}

/// How a sample is played.
struct Played {
    speed: f64,
    end_speed: f64,
    begin: f64,
    end: f64,
    natural_s: f64,
}

impl<'a> Values<'a> {
    /// None when the sound is too short to be heard.
    pub fn new(
        note: &'a Note,
        sound: &Sound<'_>,
        target: &'a Target,
        orbit: OrbitId,
        layout: Layout,
    ) -> Option<Self> {
        let controls = &note.controls;
        let sample = matches!(target, Target::Voice { source: Playing::Sample(_), .. });
        let midinote = midinote(controls, if sample { 0.0 } else { sound.n });
        let factor = (2f64).powf((midinote - MIDDLE_C) / 12.0);
        let asked = asked_s(note);
        let slot = note.delta_s * number(controls, id::LOOP).unwrap_or(1.0).abs();
        let mut values = Self {
            controls,
            own: matches!(target, Target::Voice { .. }),
            buses: match target {
                Target::Def(user) => &user.buses,
                Target::Voice { .. } => &[],
            },
            instrument: None,
            orbit,
            layout,
            midinote,
            bufnum: 0.0,
            speed: factor * number(controls, id::SPEED).unwrap_or(1.0).abs(),
            end_speed: 1.0,
            begin: 0.0,
            end: 1.0,
            sustain_s: 0.0,
        };
        values.sustain_s = match target {
            Target::Def(_) => asked.unwrap_or(slot),
            Target::Voice { source: Playing::Instrument(instrument), .. } => {
                values.instrument = Some(instrument);
                let decay = number(controls, id::DECAY).map(|d| d as f32);
                f64::from(instrument.length_s(slot as f32, asked.map(|s| s as f32), decay))
            }
            Target::Voice { source: Playing::Sample(buffer), .. } => {
                let played = played(note, buffer, factor);
                let times = number(controls, id::LOOP).map_or(1.0, f64::abs);
                let longest = played.natural_s * times;
                values.bufnum = f64::from(buffer.num.0);
                (values.speed, values.end_speed) = (played.speed, played.end_speed);
                (values.begin, values.end) = (played.begin, played.end);
                let stretch =
                    number(controls, id::TIMESCALE).map_or(1.0, |t| f64::from(clamp("timescale", t as f32)));
                asked.unwrap_or(longest).min(longest) * stretch
            }
        };
        if !values.sustain_s.is_finite() {
            values.sustain_s = LONGEST_S;
        }
        (values.sustain_s >= SHORTEST_S).then_some(values)
    }

    /// How long the voice lives, seconds.
    pub fn sustain_s(&self) -> f64 {
        self.sustain_s
    }

    /// The settings for the controls that the SynthDef declares.
    pub fn settings(&self, declared: &[(Arc<str>, f32)]) -> Vec<Setting> {
        let setting = |(name, default): &(Arc<str>, f32)| {
            let value = if self.own {
                self.own_value(name)
            } else {
                self.users_value(name, f64::from(*default), declared)
            }? as f32;
            let value = if value.is_nan() { *default } else { value };
            Some((name.clone(), self.limited(name, value)))
        };
        declared.iter().filter_map(setting).collect()
    }

    /// Inside the range of the control that the SynthDef calls `name`.
    fn limited(&self, name: &str, value: f32) -> f32 {
        let bus = || names_a_bus(name) || self.buses.iter().any(|b| &**b == name);
        match self.instrument.and_then(|i| i.own(name)) {
            Some(own) => own.clamp(value),
            None if bus() => clamp("out", value),
            None if self.own => clamp(name, value),
            None => finite(value),
        }
    }

    fn own_value(&self, name: &str) -> Option<f64> {
        if let Some(own) = self.instrument.and_then(|i| i.own(name)) {
            return self.other(own.name());
        }
        let fade = number(self.controls, id::FADE_TIME);
        match name {
            "out" => Some(f64::from(self.layout.dry_bus(self.orbit))),
            "delayOut" => Some(f64::from(self.layout.delay_bus(self.orbit))),
            "roomOut" => Some(f64::from(self.layout.reverb_bus(self.orbit))),
            "amp" => Some(level(self.controls)),
            "pan" => self.pan(),
            "sustain" => Some(self.sustain_s),
            "fadeTime" => fade,
            // A sample that begins at its beginning keeps its attack.
            "fadeIn" => {
                let asked = number(self.controls, id::FADE_IN_TIME);
                let needed = (self.begin > 0.0).then(|| fade.unwrap_or(0.001));
                asked.or(needed)
            }
            "cutGate" => None,
            "freq" => Some(self.freq()),
            "rate" | "speed" => Some(self.speed),
            "bufnum" => Some(self.bufnum),
            "endSpeed" => Some(self.end_speed),
            "begin" => Some(self.begin),
            "end" => Some(self.end),
            "vowel" => self.controls.text(id::VOWEL).and_then(|t| vowel(t)).map(f64::from),
            "vowelres" => number(self.controls, id::RESONANCE),
            _ => self.other(name),
        }
    }

    /// As SynthDefs are written by convention; of several controls that name the output, the first in
    /// the order of [`OUTPUTS`] is set.
    fn users_value(&self, name: &str, default: f64, declared: &[(Arc<str>, f32)]) -> Option<f64> {
        let has = |name: &str| declared.iter().any(|(n, _)| &**n == name);
        match name {
            _ if OUTPUTS.contains(&name) => {
                let first = OUTPUTS.into_iter().find(|output| has(output));
                (first == Some(name)).then(|| f64::from(self.layout.dry_bus(self.orbit)))
            }
            "freq" => Some(self.freq()),
            "midinote" => Some(self.midinote),
            // A default such as 52 tells that `note` is a MIDI number there, not one from middle C.
            "note" if default >= LEAST_MIDI_DEFAULT && !has("freq") => Some(self.midinote),
            "note" => Some(self.midinote - MIDDLE_C),
            "amp" => Some(level(self.controls)),
            // SuperCollider's own panners go from -1 to 1.
            "pan" => self.pan().map(|p| p * 2.0 - 1.0),
            "sustain" | "dur" => Some(self.sustain_s),
            // It is released by a bundle of its own.
            "gate" => None,
            _ => self.other(name),
        }
    }

    fn other(&self, name: &str) -> Option<f64> {
        let value = self.controls.get(&ControlName::new(name))?;
        value.as_f64().or_else(|| value.as_bool().map(|b| f64::from(u8::from(b))))
    }

    /// From 0 to 1; none where the event says nothing. A channel is a step of one side.
    fn pan(&self) -> Option<f64> {
        let channel = number(self.controls, id::CHANNEL).map(|c| c / CHANNELS);
        let pan = number(self.controls, id::PAN);
        (pan.is_some() || channel.is_some()).then(|| folded(pan.unwrap_or(0.5) + channel.unwrap_or(0.0)))
    }

    fn freq(&self) -> f64 {
        let tuned = 440.0 * 2f64.powf((self.midinote - 69.0) / 12.0);
        number(self.controls, id::FREQ).unwrap_or(tuned)
    }
}

/// Inside `f32`, without NaN.
fn finite(value: f32) -> f32 {
    debug_assert!(range("").is_none());
    clamp("", value)
}

fn number(controls: &ControlMap, id: ControlId) -> Option<f64> {
    controls.number(id).filter(|x| x.is_finite())
}

/// A number brought into the range of its row.
fn in_range(controls: &ControlMap, id: ControlId) -> Option<f64> {
    let value = number(controls, id)?;
    Some(id.fact().numbers.map_or(value, |n| value.clamp(f64::from(n.min), f64::from(n.max))))
}

/// amp * (min(gain, 2) + overgain) ^ 4
fn level(controls: &ControlMap) -> f64 {
    let amp = in_range(controls, id::AMP).unwrap_or(AMP);
    let gain = number(controls, id::GAIN).unwrap_or(1.0).min(LOUDEST_GAIN);
    let gain = (gain + in_range(controls, id::OVERGAIN).unwrap_or(0.0)).max(0.0);
    amp * gain.powi(4)
}

/// Into 0 to 1, reflected at the edges.
fn folded(pan: f64) -> f64 {
    let around = pan.rem_euclid(2.0);
    if around > 1.0 { 2.0 - around } else { around }
}

/// `freq` is left to [`Values::freq`], except for what is played by its factor alone.
fn midinote(controls: &ControlMap, note: f64) -> f64 {
    if let Some(freq) = number(controls, id::FREQ).filter(|f| *f > 0.0) {
        return 69.0 + 12.0 * (freq / 440.0).log2();
    }
    number(controls, id::MIDINOTE).unwrap_or_else(|| {
        let note = number(controls, id::NOTE).unwrap_or(note);
        note + 12.0 * number(controls, id::OCTAVE).unwrap_or(OCTAVE)
    })
}

/// The length that the event asks for.
fn asked_s(note: &Note) -> Option<f64> {
    let legato = || number(&note.controls, id::LEGATO).map(|l| l * note.delta_s);
    number(&note.controls, id::SUSTAIN).or_else(legato).map(|s| s.max(0.0))
}

fn played(note: &Note, buffer: &Buffer, factor: f64) -> Played {
    let controls = &note.controls;
    let part = |id, default| number(controls, id).unwrap_or(default).clamp(0.0, 1.0);
    let (mut begin, mut end) = (part(id::BEGIN, 0.0), part(id::END, 1.0));
    let length = (end - begin).abs();
    let unit = controls.text(id::UNIT).and_then(|u| u.chars().next()).unwrap_or('r');
    let mut speed = number(controls, id::SPEED).unwrap_or(1.0) * factor;
    if unit == 'c' {
        speed *= note.cps * buffer.seconds();
    }
    if speed < 0.0 {
        (begin, end) = (end, begin);
    }
    let end_speed = speed * (1.0 + number(controls, id::ACCELERATE).unwrap_or(0.0));
    let mean = f64::midpoint(speed.abs(), end_speed.abs());
    let natural_s = if unit == 's' { length } else { buffer.seconds() * length / mean };
    Played { speed, end_speed, begin, end, natural_s }
}
