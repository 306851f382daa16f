//! What a statement of a set asks for.

use crate::pattern::{Pattern, Value};
use crate::time::Rational;
use std::sync::Arc;

/// How a track gets from its old pattern to its new one. Times are in cycles, counted from the
/// moment at which the edit is obeyed (the frontier).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Transition {
    /// The new pattern from the next cycle boundary on.
    #[default]
    Plain,
    /// Fades the old one out and the new one in, by their gain (`xfade`, `xfadeIn`).
    Xfade(Rational),
    /// As many of the latest patterns at once, panned from left to right (`histpan`).
    Histpan(i64),
    /// Silence for some cycles, then the new one from a cycle boundary on (`wait`).
    Wait(Rational),
    /// The old one for some cycles, then the new one (`jump`, `jumpIn`).
    Jump(i64),
    /// The same from the next cycle boundary on (`jumpIn'`).
    JumpAligned(i64),
    /// The new one from the next cycle on whose number is a multiple of the first, plus the second
    /// (`jumpMod`, `jumpMod'`).
    JumpMod(i64, i64),
    /// The new one, which loses more and more events: after so many cycles, over so many (`mortal`).
    Mortal(Rational, Rational),
    /// The numbers of the old one glide into those of the new one (`interpolate`, `interpolateIn`).
    Interpolate(Rational),
    /// The old one loses events while the new one gains them (`clutch`, `clutchIn`).
    Clutch(Rational),
    /// The old one with closer and closer echoes, then the new one (`anticipate`, `anticipateIn`).
    Anticipate(Rational),
    /// The new one over the old one for some cycles, then the old one alone (`forId`).
    Overlay(Rational),
}

impl Transition {
    /// What a set calls it; nothing for a plain change.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Xfade(t) if t == Rational::int(4) => "xfade",
            Self::Xfade(_) => "xfadeIn",
            Self::Histpan(_) => "histpan",
            Self::Wait(_) => "wait",
            Self::Jump(0) => "jump",
            Self::Jump(_) => "jumpIn",
            Self::JumpAligned(_) => "jumpIn'",
            Self::JumpMod(_, 0) => "jumpMod",
            Self::JumpMod(..) => "jumpMod'",
            Self::Mortal(..) => "mortal",
            Self::Interpolate(t) if t == Rational::int(4) => "interpolate",
            Self::Interpolate(_) => "interpolateIn",
            Self::Clutch(t) if t == Rational::int(2) => "clutch",
            Self::Clutch(_) => "clutchIn",
            Self::Anticipate(t) if t == Rational::int(8) => "anticipate",
            Self::Anticipate(_) => "anticipateIn",
            Self::Overlay(_) => "forId",
        }
    }
}

/// One thing that a statement asks for. `language` makes them, [`super::Score::apply`] obeys them.
///
/// A track's name is what the set says: `d1` for `d1 $ ...` and `p 1`, the text for `p "drums"`.
#[derive(Clone, Debug)]
pub enum Edit {
    /// The track plays this pattern of controls, from the next cycle boundary on.
    Track {
        /// Which track.
        name: Arc<str>,
        /// What it plays from then on.
        pattern: Pattern,
        /// How it gets there.
        transition: Transition,
    },
    /// The track ends at the next cycle boundary: its block was taken out of the set.
    Stop(Arc<str>),
    /// One cycle of the pattern, from the frontier on (`once`, `asap`).
    Once(Pattern),
    /// Cycle 0 of the pattern, from the frontier on (`first`).
    First(Pattern),
    /// All tracks end at once, sounding voices are released.
    Hush,
    /// All that sounds and waits in the engine is freed at once; tracks stay.
    Panic,
    /// Cycles per second from the frontier on; what is not finite or not above 0 changes nothing.
    Cps(f64),
    /// Patterns start over with cycle 0, at the frontier.
    ResetCycles,
    /// Patterns go on with this cycle, at the frontier (`setCycle`).
    SetCycle(Rational),
    /// A function of the language on every track's pattern, from the frontier on, until another one
    /// replaces it (`all`).
    All(Value),
    /// All events later by some seconds, or earlier (`nudgeAll`).
    NudgeAll(f64),
    /// The track is not heard until it is unmuted.
    Mute(Arc<str>),
    /// Takes a mute back.
    Unmute(Arc<str>),
    /// Only soloed tracks are heard, muted or not, as in Tidal.
    Solo(Arc<str>),
    /// Takes a solo back.
    Unsolo(Arc<str>),
    /// Mutes all tracks there are.
    MuteAll,
    /// Takes all mutes back.
    UnmuteAll,
    /// Takes all solos back.
    UnsoloAll,
    /// What `^name` reads from now on (`setF`, `setS` and their kin).
    Set {
        /// The name after `^`.
        name: Arc<str>,
        /// Its values.
        pattern: Pattern,
    },
}
