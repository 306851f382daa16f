//! What plays: tracks, tempo, mute and solo, as one immutable value.
//!
//! In: [`Edit`]s of statements, and the frontier (the cycle up to which bundles have been planned).
//! Out: a new [`Score`], and the haps of each track for a window. Pure; `session` makes scores, the
//! player's thread takes them and queries them, and neither ever waits for the other.
//!
//! The moments of change lie inside the value: a track is a short history of (cycle, pattern). A
//! score takes a moment to reach the player, which plans on meanwhile. So each change carries the
//! version of the score that brought it, and [`Score::taken`] moves those whose moment has been
//! passed on the way: nothing is lost or played twice, and no lock is needed.
//!
//! All cycles here are of the timeline, which never goes back; [`Score::origin`] says where on it
//! cycle 0 of the patterns lies (`resetCycles` moves it).

mod edit;
mod query;
mod transition;

pub use edit::{Edit, Question, Transition};
pub use query::{BUDGET, TrackHaps};

use crate::pattern::{Env, Pattern, Value};
use crate::time::Rational;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The cycle up to which bundles have been planned. It never moves back.
pub type Frontier = Rational;

/// Cycles per second of a set that says nothing: 135 beats a minute, four to the cycle, as Tidal's
/// documentation has it.
pub const DEFAULT_CPS: f64 = 0.5625;

/// Slowest and fastest tempo, in cycles per second: beyond them one cycle is longer than a quarter
/// of an hour or shorter than a block of audio.
pub const CPS_RANGE: std::ops::RangeInclusive<f64> = 0.001..=200.0;

/// The name under which patterns read the tempo.
const CPS_NAME: &str = "_cps";

/// Work that the function of `all` may cost for one track.
const ALL_BUDGET: u32 = 100_000;

/// Changes that a track remembers: transitions look back at the pattern before.
const HISTORY: usize = 8;

/// A pattern that plays from a cycle on.
#[derive(Clone, Debug)]
pub struct Change {
    /// The timeline's cycle.
    pub from: Rational,
    /// What plays from there on.
    pub pattern: Pattern,
    /// The same without the function that `all` lays over every track.
    bare: Pattern,
    /// The pattern as it was handed over: what later transitions come from.
    plain: Pattern,
    /// The version of the score that brought it.
    stamp: u64,
    /// True where it need not wait for a cycle boundary.
    at_once: bool,
}

/// A track: what it plays from when on.
#[derive(Clone, Debug)]
pub struct Track {
    /// Its name: `d1`, `drums`.
    pub name: Arc<str>,
    /// Oldest first.
    history: Vec<Change>,
}

/// The first whole number of cycles after `origin` that is not before `at`.
fn boundary(origin: Rational, at: Rational) -> Rational {
    origin + Rational::int((at - origin).ceil())
}

/// One cycle of a pattern, played at some moment.
#[derive(Clone, Debug)]
struct OneShot {
    from: Rational,
    pattern: Pattern,
    /// True where cycle 0 plays, false where the one under way does.
    first: bool,
    stamp: u64,
}

/// A value and the version of the score that brought it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stamped<T> {
    value: T,
    stamp: u64,
}

/// What plays. Cheap enough to be made anew for every edit; patterns are shared.
#[derive(Clone, Debug)]
pub struct Score {
    version: u64,
    tracks: Vec<Track>,
    once: Vec<OneShot>,
    cps: Stamped<f64>,
    origin: Stamped<Rational>,
    /// The frontier when the origin was asked for.
    restarted: Rational,
    muted: BTreeSet<Arc<str>>,
    soloed: BTreeSet<Arc<str>>,
    hushed: u64,
    panicked: u64,
    all: Option<Value>,
    nudge_s: f64,
    state: Arc<HashMap<Arc<str>, Pattern>>,
}

impl Default for Score {
    fn default() -> Self {
        Self {
            version: 0,
            tracks: Vec::new(),
            once: Vec::new(),
            cps: Stamped { value: DEFAULT_CPS, stamp: 0 },
            origin: Stamped { value: Rational::ZERO, stamp: 0 },
            restarted: Rational::ZERO,
            muted: BTreeSet::new(),
            soloed: BTreeSet::new(),
            hushed: 0,
            panicked: 0,
            all: None,
            nudge_s: 0.0,
            state: Arc::new(HashMap::from([(CPS_NAME.into(), Pattern::pure(DEFAULT_CPS))])),
        }
    }
}

impl Track {
    /// What plays at a cycle of the timeline.
    pub fn at(&self, cycle: Rational) -> Option<&Change> {
        self.history.iter().rev().find(|c| c.from <= cycle)
    }

    /// What plays in the end, once the last change has taken hold.
    pub fn newest(&self) -> Option<&Change> {
        self.history.last()
    }

    /// All changes that are remembered, oldest first.
    pub fn history(&self) -> &[Change] {
        &self.history
    }

    /// The lane of the track where its events name none: `d3` (or `3`) plays on orbit 2, other names
    /// on orbit 0. Not limited: whoever has orbits wraps it.
    pub fn orbit(&self) -> i64 {
        orbit_of(&self.name)
    }

    fn number(&self) -> Option<i64> {
        number(&self.name)
    }

    /// Everything from the change's moment on gives way to it.
    fn change(&mut self, change: Change) {
        self.history.retain(|c| c.from < change.from);
        self.history.push(change);
        let surplus = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..surplus);
    }

    /// Numbered tracks by number, then the others by name.
    fn order(&self) -> (i64, &str) {
        (self.number().unwrap_or(i64::MAX), &self.name)
    }
}

fn number(track: &str) -> Option<i64> {
    track.strip_prefix('d').unwrap_or(track).parse().ok()
}

/// The lane of a track of that name: see [`Track::orbit`].
pub fn orbit_of(track: &str) -> i64 {
    number(track).map_or(0, |n| n.saturating_sub(1).max(0))
}

impl Score {
    /// Nothing plays.
    pub fn new() -> Self {
        Self::default()
    }

    /// Which edit this is the outcome of: later scores have higher versions.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Tracks, numbered ones first.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// The track of that name.
    pub fn track(&self, name: &str) -> Option<&Track> {
        self.tracks.iter().find(|t| &*t.name == name)
    }

    /// The tempo that was asked for last, in cycles per second, within [`CPS_RANGE`].
    pub fn cps(&self) -> f64 {
        self.cps.value
    }

    /// The tempo, when it was asked for after `version`.
    pub fn cps_since(&self, version: u64) -> Option<f64> {
        (self.cps.stamp > version).then_some(self.cps.value)
    }

    /// Where on the timeline cycle 0 of the patterns lies.
    pub fn origin(&self) -> Rational {
        self.origin.value
    }

    /// How often hush was asked for: when it differs from the score before, all is released.
    pub fn hushes(&self) -> u64 {
        self.hushed
    }

    /// How often panic was asked for.
    pub fn panics(&self) -> u64 {
        self.panicked
    }

    /// By how many seconds all events are later (negative: earlier).
    pub fn nudge_s(&self) -> f64 {
        self.nudge_s
    }

    /// What `^name` reads.
    pub fn state(&self) -> &Arc<HashMap<Arc<str>, Pattern>> {
        &self.state
    }

    /// True when the track was muted.
    pub fn is_muted(&self, name: &str) -> bool {
        self.muted.contains(name)
    }

    /// True when the track was soloed.
    pub fn is_soloed(&self, name: &str) -> bool {
        self.soloed.contains(name)
    }

    /// True when the track is heard: soloed where any track is, else not muted.
    pub fn is_heard(&self, name: &str) -> bool {
        // A solo of a name that no track has would silence the set for no visible reason.
        let any_solo = self.tracks.iter().any(|t| self.is_soloed(&t.name));
        if any_solo { self.is_soloed(name) } else { !self.is_muted(name) }
    }

    /// The first cycle boundary at or after `at`.
    pub fn boundary(&self, at: Frontier) -> Rational {
        boundary(self.origin(), at)
    }

    /// The score after `edits`, in order, made when the frontier was `at`.
    pub fn apply(&self, edits: &[Edit], at: Frontier) -> Self {
        let mut next = self.clone();
        next.version += 1;
        next.once.retain(|o| o.from + Rational::int(2) > at);
        for edit in edits {
            next.obey(edit, at);
        }
        next.tracks.sort_by(|a, b| a.order().cmp(&b.order()));
        next
    }

    fn obey(&mut self, edit: &Edit, at: Frontier) {
        let stamp = self.version;
        match edit {
            Edit::Track { name, pattern, transition: Transition::Plain } => {
                self.handed_over(name, at);
                self.change(name, self.boundary(at), [pattern, pattern], false);
            }
            Edit::Track { name, pattern, transition } => {
                self.handed_over(name, at);
                let before = self.track(name).map_or(&[][..], Track::history);
                let history: Vec<Pattern> = [pattern.clone()]
                    .into_iter()
                    .chain(before.iter().rev().map(|c| c.plain.clone()))
                    .collect();
                let blend = transition::blend(*transition, &history, at - self.origin());
                self.change(name, at, [&blend, pattern], true);
            }
            Edit::Stop(name) => {
                let silence = Pattern::silence();
                self.change(name, self.boundary(at), [&silence, &silence], false);
            }
            Edit::Once(pattern) | Edit::Tempi(pattern) => {
                self.once.push(OneShot { from: at, pattern: pattern.clone(), first: false, stamp });
            }
            Edit::First(pattern) => {
                self.once.push(OneShot { from: at, pattern: pattern.clone(), first: true, stamp });
            }
            Edit::Hush => {
                self.hushed += 1;
                self.once.clear();
                for track in &mut self.tracks {
                    let [pattern, bare, plain] = std::array::from_fn(|_| Pattern::silence());
                    track.change(Change { from: at, pattern, bare, plain, stamp, at_once: true });
                }
            }
            Edit::Panic => self.panicked += 1,
            Edit::Cps(cps) if cps.is_finite() && *cps > 0.0 => {
                self.cps = Stamped { value: cps.clamp(*CPS_RANGE.start(), *CPS_RANGE.end()), stamp };
                Arc::make_mut(&mut self.state).insert(CPS_NAME.into(), Pattern::pure(self.cps.value));
            }
            Edit::ResetCycles => self.restart(at, at),
            Edit::SetCycle(cycle) if (at - *cycle).is_defined() => self.restart(at - *cycle, at),
            // What is no number, or beyond them, changes nothing.
            Edit::Cps(_) | Edit::SetCycle(_) | Edit::Ask(_) => {}
            Edit::All(f) => {
                self.all = Some(f.clone());
                let names: Vec<Arc<str>> = self.tracks.iter().map(|t| t.name.clone()).collect();
                for name in names {
                    let Some(now) = self.track(&name).and_then(Track::newest) else { continue };
                    let (from, bare, plain) = (now.from.max(at), now.bare.clone(), now.plain.clone());
                    self.change(&name, from, [&bare, &plain], true);
                }
            }
            Edit::NudgeAll(seconds) => {
                // A day is more than anybody means, and still a number.
                self.nudge_s = if seconds.is_finite() { seconds.clamp(-86_400.0, 86_400.0) } else { 0.0 };
            }
            Edit::MuteAll => self.muted.extend(self.tracks.iter().map(|t| t.name.clone())),
            Edit::Mute(name) => {
                self.muted.insert(name.clone());
            }
            Edit::Unmute(name) => {
                self.muted.remove(name);
            }
            Edit::Solo(name) => {
                self.soloed.insert(name.clone());
            }
            Edit::Unsolo(name) => {
                self.soloed.remove(name);
            }
            Edit::UnmuteAll => self.muted.clear(),
            Edit::UnsoloAll => self.soloed.clear(),
            Edit::Set { name, pattern } => {
                Arc::make_mut(&mut self.state).insert(name.clone(), pattern.clone());
            }
        }
    }

    /// Patterns go on with their cycle 0 at `origin`.
    fn restart(&mut self, origin: Rational, at: Frontier) {
        self.origin = Stamped { value: origin, stamp: self.version };
        self.restarted = at;
        // What waited for a boundary has one here.
        for change in self.tracks.iter_mut().flat_map(|t| &mut t.history) {
            change.from = change.from.min(at);
        }
    }

    /// Keeps the moment for patterns that start when they are handed over (`trigger` and its kin).
    fn handed_over(&mut self, name: &str, at: Frontier) {
        let moment = Pattern::pure(at - self.origin());
        Arc::make_mut(&mut self.state).insert(format!("_t_{name}").into(), moment);
    }

    fn change(&mut self, name: &Arc<str>, from: Rational, [bare, plain]: [&Pattern; 2], at_once: bool) {
        let pattern = self.everywhere(bare);
        let (bare, plain) = (bare.clone(), plain.clone());
        let change = Change { from, pattern, bare, plain, stamp: self.version, at_once };
        if let Some(track) = self.tracks.iter_mut().find(|t| t.name == *name) {
            track.change(change);
        } else {
            self.tracks.push(Track { name: name.clone(), history: vec![change] });
        }
    }

    /// A track's pattern through the function of `all`; as it is where that function fails.
    fn everywhere(&self, p: &Pattern) -> Pattern {
        let Some(Value::Function(f)) = &self.all else { return p.clone() };
        if p.is_silence() {
            return p.clone();
        }
        match f(&Value::Pattern(p.clone()), &Env::with_budget(ALL_BUDGET)) {
            Some(Value::Pattern(changed)) => changed,
            _ => p.clone(),
        }
    }

    /// This score as the player takes it in place of `before`, with all up to `at` planned already.
    ///
    /// Changes that `before` had keep the moment they were given there. New ones whose moment was
    /// passed on the way here move: saves to the next boundary, the rest to `at`.
    pub fn taken(&self, before: &Self, at: Frontier) -> Self {
        let mut next = self.clone();
        let reset = self.origin.stamp > before.version;
        if reset {
            // The cycle that was asked for begins as much later as it is taken later.
            let moved = self.origin() + (at - self.restarted).max(Rational::ZERO);
            next.origin.value = if moved.is_defined() { moved } else { at };
        } else {
            next.origin = before.origin;
        }
        let origin = next.origin();
        for track in &mut next.tracks {
            // What is known is as `before` has it: this score may have replaced what is playing by
            // something that has not begun.
            let known = before.track(&track.name).map(|t| t.history.clone()).unwrap_or_default();
            let fresh = std::mem::replace(&mut track.history, known);
            if reset {
                track.history.iter_mut().for_each(|c| c.from = c.from.min(at));
            }
            for mut change in fresh.into_iter().filter(|c| c.stamp > before.version) {
                let from = change.from.max(at);
                change.from = if change.at_once { from } else { boundary(origin, from) };
                track.change(change);
            }
        }
        for shot in &mut next.once {
            match before.once.iter().find(|o| o.stamp == shot.stamp) {
                Some(old) => shot.from = old.from,
                None if shot.stamp > before.version => shot.from = shot.from.max(at),
                None => {}
            }
        }
        next
    }
}

#[cfg(test)]
mod tests;
