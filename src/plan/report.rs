//! What the player says about what it plays.
//!
//! In: what planning and sending found out. Out: messages for `session`, small and owned. The
//! channel they travel on is bounded, and a message that finds no room is dropped and counted; so
//! counts here are of the whole run, and nothing is told by differences alone.

use crate::bank::OrbitId;
use crate::clock::Clock;
use crate::osc::Timetag;
use crate::pattern::QueryError;
use crate::source::Positions;
use crate::time::Rational;
use std::sync::Arc;

/// An event that will sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Sounding {
    /// The track it belongs to.
    pub track: Arc<str>,
    /// The words that made it.
    pub positions: Positions,
    /// The instant it is meant for; it is heard a latency later.
    pub at: Timetag,
    /// How long it sounds, seconds.
    pub duration_s: f64,
    /// Its lane.
    pub orbit: OrbitId,
    /// What it plays: the sound's name.
    pub label: Arc<str>,
}

/// What an event asked for and is not there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Absent {
    /// No sample folder, instrument or SynthDef has this name.
    Sound(Arc<str>),
    /// The folder is known, this file of it is not in the engine's memory.
    Sample {
        /// The folder's name.
        folder: Arc<str>,
        /// The file's place in it.
        place: usize,
    },
    /// The engine does not hold this SynthDef (yet).
    Def(Arc<str>),
    /// An event of this track names no sound at all (`s`).
    NoSound(Arc<str>),
}

/// A track that has nothing in a window, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackError {
    /// The track.
    pub track: Arc<str>,
    /// What its query said.
    pub error: QueryError,
}

/// From the player, after a window was planned.
#[derive(Clone, Debug)]
pub struct Report {
    /// Planned up to here: cycles of the timeline.
    pub frontier: Rational,
    /// Where on the timeline cycle 0 of the patterns lies in what is planned from here on.
    pub origin: Rational,
    /// The version of the score that is played.
    pub version: u64,
    /// A copy of the clock: cycles for any moment, tempo.
    pub clock: Clock,
    /// What is added to an onset to make the timetag, seconds.
    pub latency_s: f64,
    /// Events that will sound, new in this window.
    pub sounding: Vec<Sounding>,
    /// What is absent, each once until [`super::Planner::report_again`].
    pub absent: Vec<Absent>,
    /// Tracks without events in this window because of an error.
    pub errors: Vec<TrackError>,
    /// Lateness of the bundles sent since the last report, seconds.
    pub lateness_s: Vec<f32>,
    /// Voices that sound.
    pub voices: usize,
    /// Voices that were ended to make room for others, in the whole run.
    pub stolen: u64,
    /// When the last of them will have ended, latency included.
    pub voices_until: Option<Timetag>,
    /// How many banks the player has taken: one that was replaced is not read any more.
    pub banks: u64,
    /// Events sent, in the whole run.
    pub events: u64,
    /// Bundles sent, in the whole run.
    pub bundles: u64,
    /// Late bundles, in the whole run.
    pub late: u64,
    /// Events left out because something was absent, in the whole run.
    pub skipped: u64,
    /// Bundles that were lost, in the whole run: not to be encoded, not taken by the system, or too
    /// late to be of use.
    pub failed: u64,
    /// Why the last of them was lost.
    pub trouble: Option<String>,
    /// Steps of the system clock since the last report, seconds.
    pub clock_step_s: Option<f64>,
    /// Cycles that were left out because the program stood still, in the whole run.
    pub lost_cycles: f64,
    /// Reports that found no room before this one, in the whole run.
    pub dropped_reports: u64,
}
