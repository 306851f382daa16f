//! Tracks as lanes: the events of the cycle under way, as steps.

use super::State;
use crate::clock::GRID;
use crate::control::id;
use crate::pattern::{Env, Value};
use crate::time::{Rational, TimeSpan};
use std::fmt::Write;
use std::sync::Arc;

/// An event of a lane, its place in the cycle from 0 up to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where it begins; below 0 when it lasts from an earlier cycle.
    pub begin: f64,
    /// Where it ends; more than 1 when it reaches beyond the cycle.
    pub end: f64,
    /// The sound's name and number, or its note.
    pub label: String,
    /// Louder than 0.
    pub gain: f64,
}

/// A track, as the screen shows it.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own on the screen")]
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// The track's name.
    pub name: Arc<str>,
    /// The cycle that the marks are of, of the track's own count.
    pub cycle: i64,
    /// The events that begin in it, and those that last into it, in order.
    pub marks: Vec<Mark>,
    /// Muted.
    pub muted: bool,
    /// Soloed.
    pub soloed: bool,
    /// Heard: not muted, and soloed if any track is.
    pub heard: bool,
    /// The block it comes from has an error: the last good pattern plays.
    pub error: bool,
    version: u64,
}

/// Where on the timeline cycle 0 of the patterns lies. The player is ahead of what is heard: another
/// origin holds only from where it was planned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    before: Rational,
    now: Rational,
    from: Rational,
}

impl Origin {
    /// That of a beginning.
    pub(super) const START: Self = Self { before: Rational::ZERO, now: Rational::ZERO, from: Rational::ZERO };

    /// The player's origin now; another one came into force within what was planned since the last report.
    pub(super) fn reported(&mut self, origin: Rational, planned: TimeSpan) {
        if origin != self.now {
            // `resetCycles` makes the moment the origin; of `setCycle` it is known as well as need be.
            let from = if origin <= planned.end { origin.max(planned.begin) } else { planned.begin };
            *self = Self { before: self.now, now: origin, from };
        }
    }

    /// The origin of what is heard at a moment of the timeline.
    pub(super) fn at(&self, heard: f64) -> Rational {
        if heard < self.from.to_f64() { self.before } else { self.now }
    }
}

/// Work for one lane: a dense cycle, never a runaway one.
const BUDGET: u32 = 20_000;
/// Marks that a lane keeps.
const MARKS: usize = 512;

impl State {
    /// Makes the lanes of the cycle under way, where they are not of it already.
    pub(super) fn refresh_lanes(&mut self) {
        let heard = self.heard_on_timeline().unwrap_or(0.0);
        // Which pattern plays is asked for this moment: a hush ends it within the cycle.
        let now = Rational::new((heard * GRID as f64) as i64, GRID);
        let own = (heard - self.origin.at(heard).to_f64()).floor() as i64;
        let version = self.score.version();
        let mut old = std::mem::take(&mut self.lanes);
        let broken: Vec<Arc<str>> = self
            .set
            .blocks
            .iter()
            .filter(|b| b.has_errors())
            .flat_map(|b| b.tracks.iter().cloned())
            .collect();
        let mut lanes = Vec::new();
        for track in self.score.tracks() {
            let Some(change) = track.at(now).or(track.newest()) else { continue };
            if change.pattern.is_silence() {
                continue;
            }
            let same =
                old.iter().position(|l| l.name == track.name && l.cycle == own && l.version == version);
            let marks = match same {
                Some(i) => old.swap_remove(i).marks,
                None => marks(&change.pattern, own, &self.score),
            };
            let error = broken.contains(&track.name);
            lanes.push(Lane {
                name: track.name.clone(),
                cycle: own,
                marks,
                muted: self.score.is_muted(&track.name),
                soloed: self.score.is_soloed(&track.name),
                heard: self.score.is_heard(&track.name),
                error,
                version,
            });
        }
        lanes.sort_by_key(|l| natural(&l.name));
        self.lanes = lanes;
    }
}

/// `d2` before `d10`.
fn natural(name: &str) -> (String, u64) {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.get(letters.len()..).and_then(|n| n.parse().ok()).unwrap_or(0);
    (letters.to_owned(), number)
}

fn marks(pattern: &crate::pattern::Pattern, cycle: i64, score: &crate::score::Score) -> Vec<Mark> {
    let mut haps = Vec::new();
    let env = Env::with_budget(BUDGET).with_state(score.state().clone());
    if pattern.query(TimeSpan::cycle(cycle), &env, &mut haps).is_err() {
        return Vec::new();
    }
    let start = Rational::int(cycle);
    let mut out: Vec<Mark> = haps
        .iter()
        // What began in an earlier cycle and still lasts is seen at the left edge.
        .filter(|h| h.has_onset() || (h.whole.is_some() && h.part.begin == start))
        .take(MARKS)
        .map(|h| {
            let whole = h.whole_or_part();
            let gain = h.value.as_controls().and_then(|c| c.number(id::GAIN)).unwrap_or(1.0);
            Mark {
                begin: (whole.begin - start).to_f64(),
                end: (whole.end - start).to_f64(),
                label: label(&h.value),
                gain,
            }
        })
        .collect();
    out.sort_by(|a, b| a.begin.total_cmp(&b.begin).then_with(|| a.label.cmp(&b.label)));
    out
}

fn label(value: &Value) -> String {
    let Some(controls) = value.as_controls() else { return format!("{value:?}") };
    let mut text = controls.text(id::S).map(ToString::to_string).unwrap_or_default();
    for key in [id::NOTE, id::N] {
        if let Some(n) = controls.number(key) {
            // Writing to a string does not fail.
            let _ = write!(text, ":{n}");
        }
    }
    text
}
