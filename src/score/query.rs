//! The haps of a window, track by track.

use super::{OneShot, Score, Track};
use crate::pattern::{Env, Hap, Pattern, QueryError};
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// Steps of work that one track may cost in one window. The walker does about ten million a second,
/// so that a track that runs wild takes a hundredth of a second from the others, not their time.
pub const BUDGET: u32 = 100_000;

/// What one track (or one `once`) does in a window.
#[derive(Debug)]
pub struct TrackHaps<'a> {
    /// The track's name; `once` for one-shots.
    pub track: &'a Arc<str>,
    /// The lane where events name none.
    pub orbit: i64,
    /// Events that begin in the window, in the timeline's cycles, in no order; or why there are none.
    pub haps: Result<&'a [Hap], QueryError>,
}

impl Score {
    /// Hands each track that is heard to `each`, with the haps that begin in `window` (cycles of the
    /// timeline). `scratch` is overwritten; it is a parameter so that the player can keep it.
    pub fn track_haps(&self, window: TimeSpan, scratch: &mut Vec<Hap>, mut each: impl FnMut(TrackHaps<'_>)) {
        for track in self.tracks.iter().filter(|t| self.is_heard(&t.name)) {
            scratch.clear();
            let result = self.query_track(track, window, scratch);
            if scratch.is_empty() && result.is_ok() {
                continue;
            }
            let haps = result.map(|()| &scratch[..]);
            each(TrackHaps { track: &track.name, orbit: track.orbit(), haps });
        }
        if self.once.is_empty() {
            return;
        }
        let name: Arc<str> = "once".into();
        for shot in &self.once {
            scratch.clear();
            let result = self.query_once(shot, window, scratch);
            each(TrackHaps { track: &name, orbit: 0, haps: result.map(|()| &scratch[..]) });
        }
    }

    fn query_track(&self, track: &Track, window: TimeSpan, out: &mut Vec<Hap>) -> Result<(), QueryError> {
        let env = self.env().with_track(track.name.clone());
        let ends = track.history.iter().skip(1).map(|c| c.from).chain([window.end]);
        for (change, end) in track.history.iter().zip(ends) {
            let span = TimeSpan::new(change.from.max(window.begin), end.min(window.end));
            if span.begin < span.end && !change.pattern.is_silence() {
                begin_in(&change.pattern, span, self.origin(), &env, out)?;
            }
        }
        Ok(())
    }

    fn query_once(&self, shot: &OneShot, window: TimeSpan, out: &mut Vec<Hap>) -> Result<(), QueryError> {
        let span = TimeSpan::new(shot.from.max(window.begin), (shot.from + Rational::ONE).min(window.end));
        if span.begin >= span.end {
            return Ok(());
        }
        // Tidal plays a random cycle; the one under way varies as well, and repeats for a repeat.
        let cycle = if shot.first { Rational::ZERO } else { (shot.from - self.origin()).cycle() };
        begin_in(&shot.pattern, span, shot.from - cycle, &self.env(), out)
    }

    fn env(&self) -> Env {
        Env::with_budget(BUDGET).with_state(self.state.clone())
    }
}

/// Appends the haps that begin in `span` of a pattern whose cycle 0 lies at `origin`.
fn begin_in(
    pattern: &Pattern,
    span: TimeSpan,
    origin: Rational,
    env: &Env,
    out: &mut Vec<Hap>,
) -> Result<(), QueryError> {
    let shifted = |s: TimeSpan, by: Rational| TimeSpan::new(s.begin + by, s.end + by);
    let first = out.len();
    pattern.query(shifted(span, -origin), env, out)?;
    let mut kept = first;
    for i in first..out.len() {
        if out.get(i).is_some_and(Hap::has_onset) {
            out.swap(kept, i);
            kept += 1;
        }
    }
    out.truncate(kept);
    for hap in out.iter_mut().skip(first) {
        hap.part = shifted(hap.part, origin);
        hap.whole = hap.whole.map(|w| shifted(w, origin));
    }
    if out.iter().skip(first).all(|h| h.part.is_defined() && h.whole.is_some_and(TimeSpan::is_defined)) {
        Ok(())
    } else {
        Err(QueryError::Overflow)
    }
}
