//! What a pattern will need: for making it ready before it plays.
//!
//! In: haps of the cycles to come, and what is known of the sounds. Out: the kinds of voices, the
//! files, and the names that lead nowhere. Pure; `session` calls it off the player's thread.

use super::sound;
use crate::control::{ControlId, id};
use crate::pattern::Hap;
use crate::synth::instruments;
use crate::synth::{Source, VoiceKey, range, voice_key};
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::sync::Arc;

/// What is known of the sound under a name and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// A file of a folder.
    Sample {
        /// Its place in the folder.
        place: usize,
        /// 1 or 2; none while nobody has looked into the file.
        channels: Option<u16>,
    },
    /// A SynthDef of the user.
    Def,
    /// No folder and no SynthDef.
    Nothing,
}

/// What will be needed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Wants {
    /// Kinds of voices.
    pub voices: HashSet<VoiceKey>,
    /// Folders and places of files in them.
    pub samples: BTreeSet<(Arc<str>, usize)>,
    /// Names that no folder, instrument or SynthDef has.
    pub unknown: BTreeSet<Arc<str>>,
}

/// What `haps` will need. `known` is asked for every name and number.
pub fn wants<'a>(haps: impl IntoIterator<Item = &'a Hap>, known: impl Fn(&str, i64) -> Known) -> Wants {
    let mut wants = Wants::default();
    for controls in haps.into_iter().filter_map(|h| h.value.as_controls()) {
        let Some(sound) = sound::asked(controls).filter(|s| !s.name.is_empty() && s.name != "~") else {
            continue;
        };
        let key = |source| voice_key(source, |id| controls.value(id).is_some());
        match known(&sound.name, sound.place()) {
            Known::Sample { place, channels } => {
                wants.samples.insert(((&*sound.name).into(), place));
                let either = channels.map_or([1, 2], |c| [c, c]);
                wants.voices.extend(either.map(|channels| key(Source::Sample { channels })));
            }
            other => match instruments::find(&sound.name) {
                Some(instrument) => {
                    wants.voices.insert(key(Source::Instrument(instrument)));
                }
                None if other == Known::Nothing => {
                    wants.unknown.insert((&*sound.name).into());
                }
                None => {}
            },
        }
    }
    wants
}

/// True when the control has an effect on the sounds of the program itself. (A SynthDef of the user
/// may understand others.)
pub fn consumes(control: ControlId) -> bool {
    const READ: &[ControlId] = &[
        id::ACCELERATE,
        id::AMP,
        id::BANK,
        id::BEGIN,
        id::CPS,
        id::CUT,
        id::DELAY,
        id::DELAYFEEDBACK,
        id::DELAYTIME,
        id::END,
        id::FADE_TIME,
        id::FREQ,
        id::GAIN,
        id::LEGATO,
        id::LOCK,
        id::LOOP,
        id::MIDINOTE,
        id::N,
        id::NOTE,
        id::NUDGE,
        id::OCTAVE,
        id::ORBIT,
        id::OVERGAIN,
        id::PAN,
        id::ROOM,
        id::S,
        id::SIZE,
        id::SPEED,
        id::SUSTAIN,
        id::UNIT,
    ];
    // What a voice may declare has a range. `rate` is the drums' own, computed from pitch and speed.
    let name = control.name();
    let declared = (range(name).is_some() && name != "rate") || name == "fadeInTime";
    READ.contains(&control) || declared
}
