//! The one table of controls: what an event can carry, under which name, with which kind of value.
//!
//! In: names. Out: small ids and facts. Pure, no globals: the table is constant, and a name that
//! is not in it (a control of a user's own SynthDef) is carried as text.

mod facts;
mod table;

pub use facts::{Fact, Home, Numbers};

use facts::{FACTS, OWN};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;
use table::{FUNCTIONS, NAMES};

/// The kind of value a control takes: it decides how a string is read in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A number.
    Float,
    /// A whole number.
    Int,
    /// A number of semitones; note names are understood.
    Note,
    /// A word.
    Text,
}

/// A function of the language that makes a control pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// As written in a set: `lpf`.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The control that the event then carries: `cutoff`.
    pub sends: &'static str,
}

/// All functions that make controls, sorted by name.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// The function of that name, if there is one.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|f| f.name.cmp(name)).ok().and_then(|i| FUNCTIONS.get(i))
}

/// A control of the table: an index into its sorted names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ControlId(u16);

impl ControlId {
    /// The name that is sent.
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or("")
    }

    /// What it means, and to whom.
    pub fn fact(self) -> Fact {
        fact(self.name()).copied().unwrap_or(Fact { name: self.name(), ..OWN })
    }
}

impl fmt::Debug for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The control that is sent under `name`.
pub fn id(name: &str) -> Option<ControlId> {
    NAMES.binary_search(&name).ok().map(|i| ControlId(i as u16))
}

/// The row of a control that something listens to, or should.
pub fn fact(name: &str) -> Option<&'static Fact> {
    FACTS.binary_search_by(|f| f.name.cmp(name)).ok().and_then(|i| FACTS.get(i))
}

/// The key of a control in an event: from the table, or a name of the user's own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum ControlName {
    /// In the table.
    Known(ControlId),
    /// Not in the table: a control of a user's SynthDef, say.
    Other(Arc<str>),
}

impl ControlName {
    /// The key for `name`.
    pub fn new(name: &str) -> Self {
        id(name).map_or_else(|| Self::Other(name.into()), Self::Known)
    }

    /// The name that is sent.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(id) => id.name(),
            Self::Other(name) => name,
        }
    }
}

impl From<ControlId> for ControlName {
    fn from(id: ControlId) -> Self {
        Self::Known(id)
    }
}

impl Ord for ControlName {
    fn cmp(&self, o: &Self) -> Ordering {
        match (self, o) {
            (Self::Known(a), Self::Known(b)) => a.cmp(b),
            (Self::Known(_), Self::Other(_)) => Ordering::Less,
            (Self::Other(_), Self::Known(_)) => Ordering::Greater,
            (Self::Other(a), Self::Other(b)) => a.cmp(b),
        }
    }
}

impl PartialOrd for ControlName {
    fn partial_cmp(&self, o: &Self) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}

impl fmt::Debug for ControlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The index of a name that is in the table; a name that is not stops the build.
const fn known(name: &str) -> ControlId {
    let mut i = 0;
    while i < NAMES.len() {
        if same(NAMES[i].as_bytes(), name.as_bytes()) {
            return ControlId(i as u16);
        }
        i += 1;
    }
    #[expect(clippy::panic, reason = "evaluated by the compiler alone")]
    {
        panic!("this control is not in the table");
    }
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Controls that the program itself reads or writes.
pub mod id {
    use super::{ControlId, known};
    macro_rules! ids {
        ($($(#[$doc:meta])* $id:ident = $name:literal;)*) => {
            $(#[doc = concat!("`", $name, "`")] pub const $id: ControlId = known($name);)*
        };
    }
    ids! {
        ACCELERATE = "accelerate"; AMP = "amp"; ATTACK = "attack"; BANDF = "bandf"; BANDQ = "bandq";
        BANK = "bank"; BEGIN = "begin"; CHANNEL = "channel"; COARSE = "coarse"; COMB = "comb";
        COMPRESSOR = "compressor"; COMPRESSOR_ATTACK = "compressorAttack";
        COMPRESSOR_RATIO = "compressorRatio"; COMPRESSOR_RELEASE = "compressorRelease"; CPS = "cps";
        CRUSH = "crush"; CUT = "cut"; CUTOFF = "cutoff"; CUT_ALL = "cutAll"; CYCLE = "cycle"; DECAY = "decay";
        DELAY = "delay"; DELAYFEEDBACK = "delayfeedback"; DELAYTIME = "delaytime"; DELTA = "delta";
        DISTORT = "distort"; DJF = "djf"; DRY = "dry"; DUR = "dur"; END = "end"; FADE_IN_TIME = "fadeInTime";
        FADE_TIME = "fadeTime"; FREQ = "freq"; FSHIFT = "fshift"; GAIN = "gain"; HBRICK = "hbrick";
        HCUTOFF = "hcutoff"; HRESONANCE = "hresonance"; KRUSH = "krush"; LAG = "lag"; LAGOGO = "lagogo";
        LBRICK = "lbrick"; LEGATO = "legato"; LESLIE = "leslie"; LIMITERTYPE = "limitertype"; LOCK = "lock";
        LOOP = "loop"; LRATE = "lrate"; LSIZE = "lsize"; MIDINOTE = "midinote"; N = "n"; NOTE = "note";
        NUDGE = "nudge"; OCTAVE = "octave"; OCTER = "octer"; OCTERSUB = "octersub";
        OCTERSUBSUB = "octersubsub"; OFFSET = "offset"; ORBIT = "orbit"; ORBITDJF = "orbitdjf";
        OVERGAIN = "overgain"; PAN = "pan"; PHASERRATE = "phaserrate"; PLAT = "plat"; PSRATE = "psrate";
        RELEASE = "release"; RESONANCE = "resonance"; RING = "ring"; ROOM = "room"; S = "s"; SHAPE = "shape";
        SIZE = "size"; SPEED = "speed"; SQUIZ = "squiz"; SUSTAIN = "sustain"; TILT = "tilt";
        TIMESCALE = "timescale"; TREMOLORATE = "tremolorate"; TRIODE = "triode"; UNIT = "unit";
        VOWEL = "vowel"; WAVELOSS = "waveloss";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_every_function_sends_a_known_name() {
        assert!(NAMES.is_sorted() && FUNCTIONS.is_sorted_by_key(|f| f.name));
        for f in functions() {
            assert!(id(f.sends).is_some(), "{}", f.name);
            assert_eq!(function(f.name), Some(f));
        }
        assert_eq!(id::CUTOFF.name(), function("lpf").unwrap().sends);
    }

    #[test]
    fn the_facts_are_sorted_in_the_table_and_hold_their_defaults() {
        assert!(FACTS.is_sorted_by_key(|f| f.name));
        for f in FACTS {
            assert_eq!(id(f.name).map(ControlId::fact), Some(*f));
            if let Some(n) = f.numbers {
                assert!(n.min <= n.max && n.default.is_none_or(|d| n.min <= d && d <= n.max), "{}", f.name);
            }
        }
        assert_eq!(id("ccn").unwrap().fact().home, Home::Own);
    }

    #[test]
    fn a_name_of_ones_own_is_kept() {
        assert_eq!(ControlName::new("wobble").as_str(), "wobble");
        assert_eq!(ControlName::new("s"), ControlName::Known(id::S));
    }
}
