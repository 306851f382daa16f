//! Which sound an event asks for, and what plays it.
//!
//! In: the controls `s`, `n`, `bank`; the bank. Out: a target: a kind of voice, or a user's
//! SynthDef. Pure. A sample folder comes first, as SuperDirt has it, then a SynthDef of the user,
//! then an instrument that ships.

use super::Absent;
use crate::bank::{Bank, Buffer, Lookup, UserDef};
use crate::control::id;
use crate::pattern::ControlMap;
use crate::synth::instruments::{self, Instrument};
use crate::synth::{Source, VoiceKey, voice_key};
use std::borrow::Cow;
use std::sync::Arc;

/// Cut groups from here on are the kits' own: beyond what a set writes.
pub(super) const CHOKE: i64 = 1 << 40;

/// What an event asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sound<'a> {
    /// The name, with its bank.
    pub name: Cow<'a, str>,
    /// `n`: a file's number for samples, a note for others.
    pub n: f64,
    /// The name as the event has it.
    text: &'a Arc<str>,
}

impl Sound<'_> {
    /// What to call it on screen: no new text on the player's thread.
    pub fn label(&self) -> Arc<str> {
        self.text.clone()
    }

    /// The number of the file.
    pub fn place(&self) -> i64 {
        self.n.floor() as i64
    }
}

/// The sound of an event; none when it names none.
pub(super) fn asked(controls: &ControlMap) -> Option<Sound<'_>> {
    let text = controls.text(id::S)?;
    let n = controls.number(id::N).filter(|n| n.is_finite());
    // The language has split "bd:3" already, unless the name came from elsewhere.
    let (name, n) = match text.rsplit_once(':').map(|(name, n)| (name, n.parse::<f64>())) {
        Some((name, Ok(number))) if number.is_finite() => (name, n.unwrap_or(number)),
        _ => (&**text, n.unwrap_or(0.0)),
    };
    let name = match controls.text(id::BANK).filter(|b| !b.is_empty() && !name.is_empty()) {
        Some(bank) => Cow::Owned(format!("{bank}{name}")),
        None => Cow::Borrowed(name),
    };
    Some(Sound { name, n, text })
}

/// What plays an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// A voice of ours.
    Voice {
        /// Which kind.
        key: VoiceKey,
        /// What it plays.
        source: Playing,
    },
    /// A SynthDef of the user.
    Def(UserDef),
}

/// The source of a voice of ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Playing {
    Sample(Buffer),
    Instrument(&'static Instrument),
}

impl PartialEq for Instrument {
    fn eq(&self, o: &Self) -> bool {
        self.name == o.name
    }
}

impl Target {
    /// The cut group of an event that names none: hats of a kit end each other.
    pub fn cut(&self) -> i64 {
        match self {
            Self::Voice { source: Playing::Instrument(instrument), .. } => {
                instrument.choke.map_or(0, |kit| CHOKE + i64::from(kit))
            }
            _ => 0,
        }
    }

    /// What a cut with a negative number compares: the file, or the name.
    pub fn identity(&self, sound: &Sound<'_>) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Voice { source: Playing::Sample(buffer), .. } => buffer.num.hash(&mut hasher),
            _ => sound.name.hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// What plays the sound.
pub(super) fn find(sound: &Sound<'_>, controls: &ControlMap, bank: &Bank) -> Result<Target, Absent> {
    let key = |source| voice_key(source, |id| controls.value(id).is_some());
    let name = &*sound.name;
    match bank.sample(name, sound.place()) {
        Lookup::Ready(buffer) => {
            let key = key(Source::Sample { channels: buffer.channels });
            return Ok(Target::Voice { key, source: Playing::Sample(*buffer) });
        }
        Lookup::Absent(place) => return Err(Absent::Sample { folder: name.into(), place }),
        Lookup::Unknown => {}
    }
    // The user's own before ours, which have many names that others use too.
    if let Some(def) = bank.users.get(name) {
        return Ok(Target::Def(def.clone()));
    }
    let instrument = instruments::find(name).ok_or_else(|| Absent::Sound(name.into()))?;
    let source = Playing::Instrument(instrument.get());
    Ok(Target::Voice { key: key(Source::Instrument(instrument)), source })
}
