//! What a statement of a set asks for.

use crate::pattern::Pattern;
use std::sync::Arc;

/// How a track gets from its old pattern to its new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Transition {
    /// The new pattern from the next cycle boundary on.
    #[default]
    Plain,
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
    /// All tracks end at once, sounding voices are released.
    Hush,
    /// All that sounds and waits in the engine is freed at once; tracks stay.
    Panic,
    /// Cycles per second from the frontier on; what is not finite or not above 0 changes nothing.
    Cps(f64),
    /// Patterns start over with cycle 0, at the frontier.
    ResetCycles,
    /// The track is not heard until it is unmuted.
    Mute(Arc<str>),
    /// Takes a mute back.
    Unmute(Arc<str>),
    /// Only soloed tracks are heard, muted or not, as in Tidal.
    Solo(Arc<str>),
    /// Takes a solo back.
    Unsolo(Arc<str>),
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
