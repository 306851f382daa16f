//! The voices that sound: cuts, the limit of voices, releases.
//!
//! In: new voices in the order of their moments. Out: the commands that end others for them. A
//! voice stays known for a while after its end, because what ends it may not have been sent yet
//! when everything must be hushed.

use super::Bundle;
use super::sound::CHOKE;
use crate::bank::OrbitId;
use crate::osc::{Command, NodeId, Timetag};

/// Voices that may sound at once, where nothing else is asked for. supernova takes no limit seriously and dies when its memory ends
/// (engine facts, section 1); 256 voices of two channels stay far below.
pub const POLYPHONY: usize = 256;

/// More cannot be asked for: supernova's memory as we start it holds a few times as many.
pub const MOST_VOICES: usize = 4096;

/// How long an ended voice stays known: longer than planning is ahead of sending.
const MEMORY_S: f64 = 2.0;

/// A voice of a user's SynthDef that ends by itself does so at a moment of its own. It is taken to sound
/// until the engine says that it has ended, or for so long after its event.
const RINGS_S: f64 = 60.0;

/// The `gate` that makes an envelope of SuperCollider fade within [`NEAR_S`], whether it has been released
/// or not (`EnvGen`: below -1 it is the time, negative, and 1 less). plyphon's does not listen: what fades
/// so is freed afterwards.
const FADE: f32 = -1.05;

/// An engine begins a voice before or after the moment of its tag by a period of its audio and what its
/// clock is off: 21 ms at 1024 frames and 4 ms (engine facts, section 3). What ends it at once may come
/// before it, and would be lost.
const NEAR_S: f64 = 0.05;

/// How a voice is ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// One of ours: `cutGate` to 0, it fades and frees itself.
    CutGate,
    /// A user's, which waits for `gate` 0: then it is released by a bundle of its own in any case.
    Gate,
    /// A user's that knows its end, or never ends: there is only freeing it.
    Free,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Voice {
    pub id: NodeId,
    pub orbit: OrbitId,
    /// When its bundle is handed over: `start`, or later where the event is nudged before its onset.
    pub due: Timetag,
    /// The instant it begins, without latency.
    pub start: Timetag,
    /// The instant it has ended, as far as that is known.
    pub end: Timetag,
    /// It may sound on after that.
    rings: bool,
    /// When it must be ended by a bundle of its own; none once that is planned.
    pub release: Option<Timetag>,
    pub cut: i64,
    /// It cuts on all orbits.
    pub cut_all: bool,
    /// What it plays, for negative cuts.
    pub sound: u64,
    pub ending: Ending,
}

impl Voice {
    pub fn new(id: NodeId, orbit: OrbitId, (due, start): (Timetag, Timetag), sustain_s: f64) -> Self {
        let end = start.plus_s(sustain_s);
        Self {
            id,
            orbit,
            due,
            start,
            end,
            rings: false,
            release: None,
            cut: 0,
            cut_all: false,
            sound: 0,
            ending: Ending::CutGate,
        }
    }

    /// It is ended in this way when its time has come, and sounds on for about so long.
    pub fn let_go(&mut self, ending: Ending, seconds: f64) {
        self.ending = ending;
        self.release = Some(self.end);
        self.end = self.end.plus_s(seconds);
    }

    /// When it ends is its own affair.
    pub fn rings(&mut self) {
        self.rings = true;
    }

    /// The instant from which on it surely does not sound.
    fn silent_from(&self) -> Timetag {
        if self.rings { self.end.plus_s(RINGS_S) } else { self.end }
    }

    fn sounds_at(&self, at: Timetag) -> bool {
        self.start <= at && at < self.silent_from()
    }

    /// It was let go, and may ring on.
    fn is_let_go(&self) -> bool {
        self.ending == Ending::Gate && self.release.is_none()
    }

    /// Ends it at a moment, which the command is for. One that is only let go by that may ring on.
    fn end_at(&mut self, at: Timetag) -> Command {
        let command = self.end_command();
        self.end = at;
        if self.is_let_go() {
            self.ending = Ending::Free;
            self.release = Some(at.plus_s(NEAR_S));
            self.rings = false;
        } else {
            self.release = None;
            self.rings &= self.ending == Ending::Gate;
        }
        command
    }

    /// The command that ends it, in the engine's terms.
    fn end_command(&self) -> Command {
        match self.ending {
            Ending::CutGate => set(self.id, "cutGate", 0.0),
            // One that was let go already fades as slowly as it likes.
            Ending::Gate => set(self.id, "gate", if self.is_let_go() { FADE } else { 0.0 }),
            Ending::Free => Command::NodeFree(self.id),
        }
    }
}

fn set(id: NodeId, name: &str, value: f32) -> Command {
    Command::NodeSet { id, settings: vec![(name.into(), value)] }
}

#[derive(Debug)]
pub(super) struct Voices {
    known: Vec<Voice>,
    /// How many the performer allows.
    asked: usize,
    /// How many may sound: fewer for an engine that could not keep up.
    limit: usize,
    stolen: u64,
    /// The engine tells of ends: what rings on is known to sound.
    told: bool,
}

impl Default for Voices {
    fn default() -> Self {
        Self { known: Vec::new(), asked: POLYPHONY, limit: POLYPHONY, stolen: 0, told: false }
    }
}

impl Voices {
    /// How many were ended because too many sounded, in the whole run.
    pub fn stolen(&self) -> u64 {
        self.stolen
    }

    /// From the next voice on there is room for so many.
    pub fn set_limit(&mut self, limit: usize) {
        self.asked = limit.clamp(1, MOST_VOICES);
        self.limit = self.asked;
    }

    /// This engine has room for so many, if that is fewer.
    pub fn relieve(&mut self, limit: usize) {
        self.limit = limit.clamp(1, self.limit);
    }

    /// Another engine has room for as many as were asked for.
    pub fn recover(&mut self) {
        self.limit = self.asked;
    }

    /// None sounds any more.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    pub fn sounding(&self, at: Timetag) -> usize {
        self.known.iter().filter(|v| self.counts(v, at)).count()
    }

    /// True for a voice that sounds and takes room. Of one that rings on nobody knows, where no engine tells
    /// of ends (in a render): most will have ended soon.
    fn counts(&self, voice: &Voice, at: Timetag) -> bool {
        voice.sounds_at(at) && (self.told || at < voice.end)
    }

    /// The latest end of all that is known.
    pub fn last_end(&self) -> Option<Timetag> {
        self.known.iter().map(|v| v.end).max()
    }

    pub fn add(&mut self, voice: Voice) {
        self.known.push(voice);
    }

    pub fn shift(&mut self, seconds: f64) {
        for voice in &mut self.known {
            voice.due = voice.due.plus_s(seconds);
            voice.start = voice.start.plus_s(seconds);
            voice.end = voice.end.plus_s(seconds);
            voice.release = voice.release.map(|at| at.plus_s(seconds));
        }
    }

    /// Those that have begun are gone.
    pub fn forget_begun(&mut self, at: Timetag) {
        self.known.retain(|v| v.start > at);
    }

    /// True for one that sounds, will, or did a moment ago.
    pub fn knows(&self, id: NodeId) -> bool {
        self.known.iter().any(|v| v.id == id)
    }

    /// The engine says that this one has ended.
    pub fn heard_end(&mut self, id: NodeId) {
        self.told = true;
        self.forget(id);
    }

    pub fn forget(&mut self, id: NodeId) {
        self.known.retain(|v| v.id != id);
    }

    /// Ends what `new` cuts, and the oldest of the busiest orbit where too many would sound.
    pub fn make_room(&mut self, new: &Voice, out: &mut Vec<Command>) {
        let at = new.start;
        self.known.retain(|v| v.silent_from().plus_s(MEMORY_S) > at || v.release.is_some());
        if self.known.len() > MOST_VOICES {
            // Where no engine tells of ends, too many that may still ring.
            self.known.retain(|v| v.end.plus_s(MEMORY_S) > at || v.release.is_some());
        }
        if new.cut != 0 {
            // SuperDirt: the sign of the voice that sounds decides; below 0, only its own sound cuts it.
            let cuts = |v: &Voice| {
                // Hats that are struck at once are both heard, whichever is written first.
                let together = new.cut >= CHOKE && v.start == at;
                (v.orbit == new.orbit || new.cut_all)
                    && !together
                    && v.cut.unsigned_abs() == new.cut.unsigned_abs()
                    && (v.cut > 0 || v.sound == new.sound)
            };
            for voice in self.known.iter_mut().filter(|v| v.sounds_at(at) && cuts(v)) {
                out.push(voice.end_at(at));
            }
        }
        while self.sounding(at) >= self.limit {
            let Some(voice) = self.least_missed(at) else { return };
            // Letting go of it would make no room while it rings.
            voice.release = None;
            out.push(voice.end_at(at));
            self.stolen += 1;
        }
    }

    /// What rings on longest after its event, else the oldest of the busiest orbit.
    fn least_missed(&mut self, at: Timetag) -> Option<&mut Voice> {
        let ringing = self.known.iter().filter(|v| v.end <= at && self.counts(v, at));
        let longest = ringing.min_by_key(|v| (v.end, v.id)).map(|v| v.id);
        let id = longest.or_else(|| self.oldest_of_busiest(at))?;
        self.known.iter_mut().find(|v| v.id == id)
    }

    fn oldest_of_busiest(&self, at: Timetag) -> Option<NodeId> {
        let mut count = [0usize; crate::bank::ORBITS];
        for voice in self.known.iter().filter(|v| self.counts(v, at)) {
            if let Some(n) = count.get_mut(voice.orbit.index()) {
                *n += 1;
            }
        }
        let busiest = OrbitId::all().max_by_key(|o| count.get(o.index()).copied().unwrap_or(0))?;
        let there = self.known.iter().filter(|v| v.orbit == busiest && self.counts(v, at));
        there.min_by_key(|v| (v.start, v.id)).map(|v| v.id)
    }

    /// The releases of moments before `end`, each given once: when it is due (never before its voice is),
    /// its moment and the command.
    pub fn releases_until(&mut self, end: Timetag) -> Vec<(Timetag, Timetag, Command)> {
        let due = |v: &mut Voice| {
            let at = v.release.filter(|at| *at < end)?;
            let command = v.end_command();
            v.release = None;
            Some((at.max(v.due), at, command))
        };
        self.known.iter_mut().filter_map(due).collect()
    }

    /// See [`super::Planner::hush`].
    pub fn end_all(&mut self, at: Timetag) -> Vec<Bundle> {
        let bundle = |at, commands| Bundle { due: at, at, commands, events: 0 };
        let soon = at.plus_s(NEAR_S);
        let (mut begun, mut near, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for voice in self.known.drain(..).filter(|v| v.silent_from() > at) {
            if voice.start > soon {
                // It is freed right after it begins, in the same block of audio.
                waiting.push(bundle(Timetag(voice.start.0 + 1), vec![Command::NodeFree(voice.id)]));
            } else if voice.start.plus_s(NEAR_S) > at {
                near.push(voice.end_command());
            } else {
                begun.push(voice.end_command());
                if voice.is_let_go() {
                    near.push(Command::NodeFree(voice.id));
                }
            }
        }
        let all = [(at, begun), (soon, near)];
        let chunks =
            all.iter().flat_map(|(at, c)| c.chunks(super::COMMANDS).map(|c| bundle(*at, c.to_vec())));
        chunks.chain(waiting).collect()
    }
}
