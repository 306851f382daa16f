//! Haps become notes: events with their moments.
//!
//! In: a score and a window. Out: [`Note`]s, sorted by the moment they are meant for. Pure.

use super::TrackError;
use crate::clock::Clock;
use crate::control::id;
use crate::osc::Timetag;
use crate::pattern::{ControlMap, Hap};
use crate::score::Score;
use crate::source::Positions;
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// The furthest that `nudge`, `lag` and `offset` shift an event, seconds either way: more would reach out
/// of the queue.
const FURTHEST_S: f64 = 1.0;

/// An event and everything that its sound depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where it begins, in cycles of the timeline.
    pub cycle: Rational,
    /// The instant it falls by the clock.
    pub onset: Timetag,
    /// The instant it is meant for: the onset, nudged.
    pub at: Timetag,
    /// When it should be handed over: `at`, but not before the onset, which is when it is planned to.
    pub due: Timetag,
    /// Length of its slot, seconds: its whole's, unless it carries `delta` or `dur`.
    pub delta_s: f64,
    /// The tempo at its onset, cycles per second.
    pub cps: f64,
    /// What it carries.
    pub controls: ControlMap,
    /// The track it belongs to.
    pub track: Arc<str>,
    /// The track's lane, for events that name none; not limited.
    pub orbit: i64,
    /// The words that made it.
    pub positions: Positions,
    /// Its whole's length, cycles.
    length: Rational,
}

/// Appends the notes that begin in `window`, without their times.
pub(super) fn collect(
    score: &Score,
    window: TimeSpan,
    scratch: &mut Vec<Hap>,
    notes: &mut Vec<Note>,
    errors: &mut Vec<TrackError>,
) {
    score.track_haps(window, scratch, |track| {
        let haps = match track.haps {
            Ok(haps) => haps,
            Err(error) => {
                errors.push(TrackError { track: track.track.clone(), error });
                return;
            }
        };
        notes.extend(haps.iter().filter_map(|hap| {
            let (whole, controls) = (hap.whole?, hap.value.as_controls()?);
            Some(Note {
                cycle: whole.begin,
                onset: Timetag::NOW,
                at: Timetag::NOW,
                due: Timetag::NOW,
                delta_s: 0.0,
                cps: 0.0,
                controls: controls.clone(),
                track: track.track.clone(),
                orbit: track.orbit,
                positions: hap.positions,
                length: whole.duration(),
            })
        }));
    });
}

/// Gives notes their moments, and the clock the tempi that they carry. Sorts by moment; notes of the
/// same moment keep the order of tracks. All of them are later by `nudge_s`. What plays elsewhere
/// (SuperDirt) understands more of an event by itself.
pub(super) fn time(notes: &mut [Note], clock: &mut Clock, nudge_s: f64, elsewhere: bool) {
    notes.sort_by_key(|n| n.cycle);
    for note in notes.iter_mut() {
        if let Some(cps) = note.controls.number(id::CPS).filter(|c| c.is_finite() && *c > 0.0) {
            clock.set_cps(note.cycle, cps);
        }
        note.cps = clock.cps_at(note.cycle);
        note.onset = clock.time_of(note.cycle);
        let number = |id| note.controls.number(id).filter(|x| x.is_finite());
        let here = |id| number(id).filter(|_| !elsewhere);
        let slot = here(id::DELTA).or_else(|| here(id::DUR)).filter(|s| *s >= 0.0);
        note.delta_s = slot.unwrap_or(note.length.to_f64() / note.cps);
        // Tidal's `lag` sends `lagogo`. An offset is a place in the sample: it comes as fast as it plays.
        let late = [id::LAG, id::LAGOGO].into_iter().filter_map(here).sum::<f64>();
        let late = late + number(id::NUDGE).unwrap_or(0.0);
        let offset = here(id::OFFSET).map_or(0.0, |o| o * number(id::SPEED).unwrap_or(1.0).abs());
        note.at = note.onset.plus_s((late + offset + nudge_s).clamp(-FURTHEST_S, FURTHEST_S));
        note.due = note.at.max(note.onset);
    }
    notes.sort_by_key(|n| n.at);
}
