//! What a pattern will need: for making it ready before it plays.
//!
//! In: haps of the cycles to come, and what is known of the sounds. Out: the kinds of voices, the
//! files, and the names that lead nowhere. Pure; `session` calls it off the player's thread.

use super::sound;
use crate::pattern::{ControlMap, Hap};
use crate::synth::instruments;
use crate::synth::{Source, VoiceKey, voice_key};
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

/// What plays an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Player {
    /// A voice of this kind.
    Voice(VoiceKey),
    /// The user's SynthDef of this name.
    Def(Arc<str>),
}

/// What plays an event; none when nothing does. `known` is asked for its name and number.
pub fn player(controls: &ControlMap, known: impl Fn(&str, i64) -> Known) -> Option<Player> {
    let sound = sound::asked(controls).filter(|s| !s.name.is_empty() && s.name != "~")?;
    let key = |source| Player::Voice(voice_key(source, |id| controls.value(id).is_some()));
    match known(&sound.name, sound.place()) {
        Known::Sample { channels, .. } => Some(key(Source::Sample { channels: channels.unwrap_or(1) })),
        other => match (instruments::find(&sound.name), other) {
            (Some(instrument), _) => Some(key(Source::Instrument(instrument))),
            (None, Known::Def) => Some(Player::Def((&*sound.name).into())),
            (None, _) => None,
        },
    }
}
