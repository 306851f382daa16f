//! The voice compiler: one self-contained SynthDef for each kind of voice.
//!
//! In: a [`VoiceKey`] (source, per-event effects, sends). Out: its [`SynthDef`]. Pure. Compiled on
//! the slow side and sent ahead; the player only computes the key and its name.
//!
//! A voice is: source, modifiers in the order of [`Modifier`], edges (fade in, fade out, cut), pan
//! and level, then one `OffsetOut` for each destination. What an event does not use is not in the
//! graph at all. No bus is shared between the parts, so voices of all orbits may run in parallel.
//!
//! # The controls of a voice
//!
//! | name | default | meaning |
//! |---|---|---|
//! | `out`, `delayOut`, `roomOut` | 0 | first bus of two: dry, the orbit's delay, its reverb |
//! | `amp` | 0.4 | final level, linear |
//! | `pan` | 0.5 | 0 left, 1 right; mono by equal power, two channels balanced by the same gains |
//! | `sustain` | natural or 1 | seconds until the voice frees itself, fades included |
//! | `fadeTime` | 0.001 | seconds of the fade at the end and of a cut; at most 0.19 of `sustain` at the end |
//! | `fadeIn` | 0 | seconds of the fade at the start, at most 0.19 of `sustain` |
//! | `cutGate` | 1 | set to 0, the voice fades over `fadeTime` and frees itself |
//! | `freq` | 440 | pitched instruments: Hz |
//! | `rate` | 1 | drums: factor on their natural pitch |
//! | `accelerate` | 0 | instruments: by how much of itself the pitch moves over `sustain` |
//! | `own.NAME` | | an instrument's own control NAME, see [`super::instruments`] |
//! | `bufnum`, `speed`, `endSpeed`, `begin`, `end` | | samples: see below |
//! | `delay`, `room` | 0 | levels of the sends, where there are any |
//!
//! A sample plays from `begin` (a part of its length, 0..1) at `speed` times its own rate, which
//! moves in a straight line to `endSpeed` over `sustain`; below 0 it plays backwards, and `begin`
//! is then the later end: the caller has swapped the two. `end` alone never stops a voice, `sustain`
//! does; with `loop`, playback goes around between `begin` and `end`. With `timescale` (and
//! `timescalewin`) it is stretched by grains: so many times as long at the same pitch.
//!
//! All but `cutGate` are read once, when the voice starts.

use super::graph::{MAX_NAME, Signal, SynthDef};
use super::instruments::{InstrumentId, Own};
use super::modifiers::{self, param};
use super::sampler;
use super::ugens::{Env, FREE, line, offset_out};
use crate::control::{ControlId, id};
use std::f32::consts::FRAC_PI_2;
use std::fmt::Write;

pub use super::modifiers::Modifier;

/// What makes the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// One of our own instruments.
    Instrument(InstrumentId),
    /// A buffer.
    Sample {
        /// 1, or 2 for anything above.
        channels: u16,
    },
}

/// How a source is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    Plain,
    /// A sample, around and around.
    Looped,
    /// A sample, stretched by grains.
    Stretched {
        /// Around and around as well.
        looped: bool,
    },
    /// An instrument whose pitch moves.
    Gliding,
}

/// A kind of voice: events with equal keys share a SynthDef.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VoiceKey {
    source: Source,
    /// One bit for each [`Modifier`].
    modifiers: u32,
    way: Way,
    delay: bool,
    room: bool,
}

/// The kind of voice for an event that carries the controls for which `has` is true.
pub fn voice_key(source: Source, has: impl Fn(ControlId) -> bool) -> VoiceKey {
    let (source, way) = match source {
        Source::Sample { channels } => {
            let way = match (has(id::LOOP), has(id::TIMESCALE)) {
                (false, false) => Way::Plain,
                (true, false) => Way::Looped,
                (looped, true) => Way::Stretched { looped },
            };
            (Source::Sample { channels: channels.clamp(1, 2) }, way)
        }
        instrument @ Source::Instrument(_) => {
            (instrument, if has(id::ACCELERATE) { Way::Gliding } else { Way::Plain })
        }
    };
    let modifiers = modifiers::called_by(&has);
    VoiceKey { source, modifiers, way, delay: has(id::DELAY), room: has(id::ROOM) }
}

impl VoiceKey {
    /// What makes the sound.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The per-event effects in the order in which the sound passes them.
    pub fn modifiers(&self) -> impl Iterator<Item = Modifier> {
        let bits = self.modifiers;
        Modifier::ALL.iter().copied().filter(move |m| bits & m.bit() != 0)
    }

    /// True when it sends to its orbit's delay.
    pub fn sends_delay(&self) -> bool {
        self.delay
    }

    /// True when it sends to its orbit's reverb.
    pub fn sends_room(&self) -> bool {
        self.room
    }

    /// The SynthDef's name: the same for the same key in every run, at most 127 bytes. `oi.` keeps
    /// it apart from a user's SynthDefs: `oi.bd.lpf.shape.room`, `oi.s2` (a stereo sample). Where so
    /// many effects come together that their names do not fit, their bits stand for them.
    pub fn def_name(&self) -> String {
        let mut name = match self.source {
            Source::Instrument(id) => format!("oi.{}", id.get().name),
            Source::Sample { channels } => format!("oi.s{channels}"),
        };
        let length = name.len();
        let flags = [
            (matches!(self.way, Way::Looped | Way::Stretched { looped: true }), "loop"),
            (matches!(self.way, Way::Stretched { .. }), "ts"),
            (self.way == Way::Gliding, "glide"),
            (self.delay, "delay"),
            (self.room, "room"),
        ];
        let tags = self.modifiers().map(Modifier::tag);
        for tag in tags.chain(flags.iter().filter(|f| f.0).map(|f| f.1)) {
            // Writing to a String cannot fail.
            let _ = write!(name, ".{tag}");
        }
        if name.len() > MAX_NAME {
            name.truncate(length);
            let flags = flags.iter().fold(0, |bits, flag| bits * 2 + u8::from(flag.0));
            let _ = write!(name, ".{:x}.{flags:x}", self.modifiers);
        }
        name
    }
}

/// What a source may read of its voice.
pub(super) struct Voice {
    /// Seconds until the voice is over.
    pub sustain: Signal,
    glide: bool,
    own: &'static [Own],
}

/// Where a pitch that glides ends: oscillators divide by it, and those whose phase moves by more than a
/// period each sample never find back.
const PITCHES_HZ: [f32; 2] = [5.0, 20_000.0];

impl Voice {
    /// The pitch in Hz.
    pub fn freq(&self) -> Signal {
        self.moving("freq", PITCHES_HZ)
    }

    /// A drum's factor on its natural pitch.
    pub fn rate(&self) -> Signal {
        self.moving("rate", [0.01, 100.0])
    }

    fn moving(&self, name: &'static str, [lowest, highest]: [f32; 2]) -> Signal {
        let start = param(name);
        if !self.glide {
            return start;
        }
        let end = (param("accelerate") + 1.0) * &start;
        line(start, end.max(lowest).min(highest), &self.sustain)
    }

    /// The instrument's own control of that name, which its row of the table declares.
    pub fn own(&self, name: &str) -> Signal {
        let own = self.own.iter().find(|own| own.name() == name);
        debug_assert!(own.is_some(), "{name} is not in the instrument's row");
        own.map_or_else(|| 0.0.into(), |own| Signal::scalar(own.control, own.default))
    }
}

/// The SynthDef of a kind of voice.
pub fn compile(key: &VoiceKey) -> SynthDef {
    let (sustain, own): (f32, &[Own]) = match key.source {
        Source::Instrument(id) => (id.get().default_sustain_s(), id.get().own),
        Source::Sample { .. } => (1.0, &[]),
    };
    let voice = Voice { sustain: Signal::scalar("sustain", sustain), glide: key.way == Way::Gliding, own };
    let mut channels = match key.source {
        Source::Instrument(id) => id.get().build(&voice),
        Source::Sample { channels } => {
            let way = match key.way {
                Way::Stretched { looped } => sampler::Way { looped, stretched: true },
                way => sampler::Way { looped: way == Way::Looped, stretched: false },
            };
            sampler::sampler(usize::from(channels), way, &voice)
        }
    };
    for modifier in key.modifiers() {
        channels = modifier.apply(channels, &voice);
    }
    let [left, right] = placed(&channels, &edges(&voice));
    let mut sinks = vec![offset_out(&param("out"), vec![left.clone(), right.clone()])];
    for (sent, bus, level) in [(key.delay, "delayOut", "delay"), (key.room, "roomOut", "room")] {
        if sent {
            let level = param(level);
            sinks.push(offset_out(&param(bus), vec![&left * &level, &right * &level]));
        }
    }
    SynthDef::new(&key.def_name(), &sinks)
}

/// The envelope that every voice has: it opens, stays, closes at `sustain` and frees the synth;
/// a cut closes it earlier.
fn edges(voice: &Voice) -> Signal {
    let longest = &voice.sustain * 0.19;
    let (fade_in, fade_out) = (param("fadeIn").min(&longest), param("fadeTime").min(&longest));
    let hold = &voice.sustain - &fade_in - &fade_out;
    let whole = Env::from(0.0).to(1.0, fade_in).to(1.0, hold).to(0.0, fade_out).ar(1.0, FREE);
    let gate = Signal::control("cutGate", 1.0);
    let cut = Env::from(1.0).to(1.0, 0.0).held().to(0.0, param("fadeTime")).ar(gate, FREE);
    whole * cut
}

/// Two channels at their level. Equal power: the gains are the cosine and the sine of a quarter
/// turn, so the middle is 3 dB below a side, for one channel and for two.
fn placed(channels: &[Signal], edges: &Signal) -> [Signal; 2] {
    let angle = param("pan") * FRAC_PI_2;
    let gains = [angle.cos() * param("amp"), angle.sin() * param("amp")];
    let silence = Signal::from(0.0);
    let first = channels.first().unwrap_or(&silence) * edges;
    let second = channels.get(1).map_or_else(|| first.clone(), |channel| channel * edges);
    let [left, right] = gains;
    [first * left, second * right]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::inspect::{Def, Input, inspect};
    use crate::synth::{effects, instruments, range, snapshots};
    use std::collections::{BTreeMap, HashSet};

    fn bd() -> Source {
        Source::Instrument(instruments::find("bd").unwrap())
    }

    fn sources() -> Vec<Source> {
        let instruments = InstrumentId::all().map(Source::Instrument);
        instruments.chain([1, 2].map(|channels| Source::Sample { channels })).collect()
    }

    /// What an event may carry: nothing, everything at once, a pitch that moves; for a drum, a pitched
    /// instrument and samples also each modifier and each send alone.
    fn keys() -> Vec<VoiceKey> {
        let mut alone: Vec<Vec<&str>> = Modifier::ALL.iter().map(|m| vec![m.called_by()[0].name()]).collect();
        alone.extend([vec!["delay"], vec!["room"], vec!["loop"], vec!["timescale"]]);
        let always = [vec![], vec!["accelerate"], alone.concat()];
        let lead = Source::Instrument(instruments::find("lead").unwrap());
        let each = |source| matches!(source, Source::Sample { .. }) || [bd(), lead].contains(&source);
        let key = |source, names: &Vec<&str>| voice_key(source, |id| names.contains(&id.name()));
        sources()
            .into_iter()
            .flat_map(|source| {
                let alone = alone.iter().filter(move |_| each(source));
                always.iter().chain(alone).map(move |names| key(source, names)).collect::<Vec<_>>()
            })
            .collect()
    }

    fn inspected(def: &SynthDef) -> Def {
        let defs = inspect(&def.bytes).unwrap();
        assert_eq!(defs.len(), 1);
        defs.into_iter().next().unwrap()
    }

    /// Units that read their first input (or all but a bus or buffer number) sample by sample:
    /// anything slower there is read beyond its end by the engines.
    fn audio_inputs(name: &str, count: usize) -> std::ops::Range<usize> {
        match name {
            "LPF" | "HPF" | "BPF" | "RLPF" | "RHPF" | "OnePole" | "HPZ1" | "LeakDC" | "Sanitize"
            | "Limiter" | "LagUD" | "Peak" | "Sweep" | "Timer" | "DelayN" | "DelayC" | "AllpassN"
            | "Latch" | "PitchShift" | "BAllPass" | "Pluck" => 0..1,
            "OffsetOut" | "Out" | "ReplaceOut" | "DiskOut" => 1..count,
            "LocalOut" => 0..count,
            _ => 0..0,
        }
    }

    fn sound(def: &SynthDef) {
        let facts = inspected(def);
        assert_eq!(facts.name, *def.name);
        assert!(def.name.len() <= MAX_NAME, "{}", def.name);
        let controls: Vec<_> = def.controls.iter().map(|(name, value)| (name.to_string(), *value)).collect();
        assert_eq!(facts.controls, controls);
        for unit in facts.units.iter().filter(|u| u.rate == 2) {
            for at in audio_inputs(&unit.name, unit.inputs.len()) {
                let audio = matches!(unit.inputs[at], Input::Unit(from, _) if facts.units[from].rate == 2);
                assert!(audio, "{}: input {at} of {} is not audio", def.name, unit.name);
            }
        }
        for name in ["Saw", "Pulse", "Decay2", "AllpassC"] {
            assert!(facts.units.iter().all(|u| u.name != name), "{}: {name} differs on plyphon", def.name);
        }
        let outputs: HashSet<_> = def.controls.iter().map(|c| &c.0).collect();
        assert_eq!(outputs.len(), def.controls.len(), "{}: a control twice", def.name);
    }

    #[test]
    fn every_voice_and_effect_is_a_sound_file_with_controls_of_the_table() {
        for key in keys() {
            let def = compile(&key);
            sound(&def);
            for (name, default) in &def.controls {
                let own = match key.source() {
                    Source::Instrument(id) => id.get().own(name).map(|own| (own.min, own.max)),
                    Source::Sample { .. } => None,
                };
                let range = own.or_else(|| range(name).map(|r| (r.min, r.max)));
                let (min, max) = range.unwrap_or_else(|| panic!("{name} has no range"));
                assert!((min..=max).contains(default), "{name}");
            }
        }
        effects::all().iter().for_each(sound);
    }

    #[test]
    fn names_say_what_is_in_a_voice_and_differ() {
        let has = ["cutoff", "shape", "room", "resonance"];
        let key = voice_key(bd(), |id| has.contains(&id.name()));
        assert_eq!(key.def_name(), "oi.bd.shape.lpf.room");
        let mut seen = BTreeMap::new();
        for key in keys() {
            if let Some(other) = seen.insert(key.def_name(), key) {
                assert_eq!(other, key);
            }
        }
    }

    #[test]
    fn what_an_event_does_not_use_is_not_there() {
        let def = inspected(&compile(&voice_key(bd(), |_| false)));
        assert!(def.units.iter().all(|u| u.name != "RLPF"));
        assert_eq!(def.units.iter().filter(|u| u.name == "OffsetOut").count(), 1);
        assert!(def.controls.iter().all(|c| c.0 != "delayOut" && c.0 != "cutoff"));
    }

    #[test]
    fn the_bytes_of_a_voice_are_these() {
        let def = compile(&voice_key(Source::Sample { channels: 1 }, |id| id.name() == "room"));
        let facts = inspected(&def);
        let mut text = String::new();
        for (name, value) in &facts.controls {
            writeln!(text, "{name} = {value}").unwrap();
        }
        for (n, unit) in facts.units.iter().enumerate() {
            let inputs: Vec<String> = unit
                .inputs
                .iter()
                .map(|input| match input {
                    Input::Constant(_) => "#".to_owned(),
                    Input::Unit(unit, output) => format!("{unit}:{output}"),
                })
                .collect();
            writeln!(text, "{n} {} {} {} [{}]", unit.name, unit.rate, unit.special, inputs.join(" "))
                .unwrap();
        }
        snapshots().bind(|| insta::assert_snapshot!("voice_s1_room", text));
        let probe = effects::probe();
        let mut hex = String::new();
        for line in probe.bytes.chunks(16) {
            for byte in line {
                write!(hex, "{byte:02x}").unwrap();
            }
            hex.push('\n');
        }
        snapshots().bind(|| insta::assert_snapshot!("probe_bytes", hex));
    }
}
