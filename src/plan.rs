//! From haps to timed commands.
//!
//! In: a [`Score`], a [`Bank`], a [`Clock`] and a window of cycles. Out: [`Bundle`]s of commands
//! with the moment they belong to, and what is to be said about them. Pure and deterministic, the
//! same for the player, the offline render and the tests; it runs on the player's thread, so it
//! waits for nothing.
//!
//! A [`Planner`] owns what must persist between windows: node ids, sounding voices (for cuts, the
//! limit of voices, releases), the settings of the orbits' effects. A window is planned once. Every
//! number that leaves here has passed the ranges of `synth`: no pattern can harm an engine.

mod dirt;
mod listen;
mod note;
mod orbits;
mod report;
mod sound;
mod value;
mod voices;
mod wants;

pub use listen::listens;
pub use note::Note;
pub use report::{Absent, Report, Sounding, TrackError};
pub use voices::{MOST_VOICES, POLYPHONY};
pub use wants::{Known, Player, Wants, player, wants};

use crate::bank::{Bank, Layout, OrbitId, Protocol};
use crate::clock::Clock;
use crate::control::id;
use crate::osc::{AddAction, Command, NodeId, Timetag, codec};
use crate::pattern::Hap;
use crate::pattern::stateful::{Registers, settled};
use crate::score::Score;
use crate::synth::VoiceKey;
use crate::time::TimeSpan;
use orbits::Orbits;
use sound::Target;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use voices::{Ending, Voice, Voices};

/// Commands of one bundle.
const COMMANDS: usize = 96;

/// Bytes of one bundle, unless a single event has more: half of what a packet may have, since what one
/// event adds (cuts, inserts, a voice with every control there is) is not looked at before it is in.
const BYTES: usize = codec::MAX_PACKET / 2;

/// How many names are remembered as reported: enough for any set, not for a pattern that makes names up.
const REPORTED: usize = 4096;

/// Commands that take hold at the same moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// When it should be handed to the engine: the onset. The player sends it then.
    pub due: Timetag,
    /// The moment it is meant for, without the latency: `due`, or earlier where an event is nudged
    /// forward in time.
    pub at: Timetag,
    /// In the order in which they must happen.
    pub commands: Vec<Command>,
    /// How many events it starts.
    pub events: u32,
}

/// The outcome of planning a window. Kept and used again by whoever plans.
#[derive(Debug, Default)]
pub struct Plan {
    /// Sorted by `due`.
    pub bundles: Vec<Bundle>,
    /// Events that will sound.
    pub sounding: Vec<Sounding>,
    /// What events asked for and is not there; each once.
    pub absent: Vec<Absent>,
    /// Events that were left out because of that.
    pub skipped: u32,
    /// Tracks that have nothing in this window because their query failed.
    pub errors: Vec<TrackError>,
}

impl Plan {
    /// Empty again; memory is kept.
    pub fn clear(&mut self) {
        self.bundles.clear();
        self.sounding.clear();
        self.absent.clear();
        self.skipped = 0;
        self.errors.clear();
    }
}

/// What persists between windows.
#[derive(Debug)]
pub struct Planner {
    layout: Layout,
    next_node: i32,
    voices: Voices,
    orbits: Orbits,
    names: HashMap<VoiceKey, Arc<str>>,
    reported: HashSet<Absent>,
    registers: Registers,
    haps: Vec<Hap>,
    notes: Vec<Note>,
}

impl Planner {
    /// For an engine with these nodes and buses. [`POLYPHONY`] voices may sound at once.
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            next_node: layout.first_voice(),
            voices: Voices::default(),
            orbits: Orbits::default(),
            names: HashMap::new(),
            reported: HashSet::new(),
            registers: Registers::new(),
            haps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Appends what happens in `window` (cycles of the timeline) to `out`. Windows must follow each
    /// other: each is planned once. An event that carries `cps` changes the tempo of `clock` from its
    /// onset on.
    pub fn plan(&mut self, score: &Score, bank: &Bank, clock: &mut Clock, window: TimeSpan, out: &mut Plan) {
        let mut notes = std::mem::take(&mut self.notes);
        note::collect(score, window, &mut self.haps, &mut notes, &mut out.errors);
        note::time(&mut notes, clock, score.nudge_s(), self.layout.speaks == Protocol::Dirt);
        let first = out.bundles.len();
        for mut note in notes.drain(..) {
            // Counters move on with each event, in order of time.
            note.controls = settled(&note.controls, &mut self.registers);
            self.play(note, bank, first, out);
        }
        self.notes = notes;
        for (due, at, release) in self.voices.releases_until(clock.time_of(window.end)) {
            put(out, first, (due, at), 0, [release]);
        }
        let fresh = out.bundles.get_mut(first..).unwrap_or_default();
        fresh.sort_by_key(|b| (b.due, b.at));
    }

    /// How many voices sound at a moment, as far as planned.
    pub fn sounding(&self, at: Timetag) -> usize {
        self.voices.sounding(at)
    }

    /// From now on so many voices may sound at once, 1 to [`MOST_VOICES`].
    pub fn set_polyphony(&mut self, voices: usize) {
        self.voices.set_limit(voices);
    }

    /// How many voices were ended to make room for others, in the whole run.
    pub fn stolen(&self) -> u64 {
        self.voices.stolen()
    }

    /// When the last voice that was planned will have ended; none when none is known.
    pub fn last_end(&self) -> Option<Timetag> {
        self.voices.last_end()
    }

    /// Every voice that was sent ends: those that sound at `at` (latency taken off) fade, those whose
    /// bundles wait in the engine are freed the moment they begin. The moments of the bundles that are
    /// returned are without latency.
    pub fn hush(&mut self, at: Timetag) -> Vec<Bundle> {
        self.voices.end_all(at)
    }

    /// The engine says that this voice has ended.
    pub fn voice_ended(&mut self, id: NodeId) {
        self.voices.heard_end(id);
    }

    /// A bundle was not sent: its voices never begin, and what it told the effects is told again. What
    /// comes back must be sent nevertheless, late as it is: it ends voices that sound.
    #[must_use = "voices that it does not end may sound for ever"]
    pub fn unsent(&mut self, bundle: &Bundle) -> Vec<Command> {
        for command in &bundle.commands {
            self.orbits.unsent(command, self.layout);
            if let Command::SynthNew { id, .. } = command {
                self.voices.forget(*id);
            }
        }
        let ends = |command: &&Command| match command {
            Command::NodeSet { id, .. } | Command::NodeFree(id) => self.voices.knows(*id),
            _ => false,
        };
        bundle.commands.iter().filter(ends).cloned().collect()
    }

    /// What frees every voice at once, ours and those that wait; nothing sounds then. Bundles that waited
    /// may have made inserts and set effects: inserts go too, and all is told again.
    pub fn panic(&mut self) -> Vec<Command> {
        self.voices.clear();
        self.orbits.resend();
        match self.layout.speaks {
            Protocol::Server => std::iter::once(Command::ClearSched).chain(self.free_all()).collect(),
            Protocol::Dirt => vec![dirt::panic()],
        }
    }

    /// What frees every synth that the planner makes: voices and inserts.
    fn free_all(&self) -> [Command; 4] {
        let layout = self.layout;
        [layout.voices(), layout.leslies(), layout.dj_filters(), layout.compressors()]
            .map(Command::GroupFreeAll)
    }

    /// What frees every voice that has begun by `at` (latency taken off), whatever became of it in the
    /// engine. What begins later plays, so many voices at once until there is another engine.
    pub fn end_begun(&mut self, at: Timetag, from_now_on: usize) -> Vec<Command> {
        self.voices.relieve(from_now_on);
        self.voices.forget_begun(at);
        match self.layout.speaks {
            Protocol::Server => vec![Command::GroupFreeAll(self.layout.voices())],
            Protocol::Dirt => Vec::new(),
        }
    }

    /// The system clock has jumped by so many seconds: the voices' moments with it.
    pub fn clock_stepped(&mut self, seconds: f64) {
        self.voices.shift(seconds);
    }

    /// The engine is a new one: the effects of all orbits are as they were made. It was there for a while
    /// before this was known, and what was sent meanwhile plays: what comes back makes it true that there
    /// are no voices and no inserts. (Clearing the engine's queue would reach other programs' bundles.) The
    /// moments of the bundles are as with [`Planner::hush`].
    pub fn restarted(&mut self, at: Timetag) -> Vec<Bundle> {
        self.voices.recover();
        self.orbits.resend();
        let mut bundles = self.voices.end_all(at);
        if self.layout.speaks == Protocol::Server {
            // What has begun goes with its group: most of it is not there at all.
            bundles.retain(|b| b.at > at);
            bundles.insert(0, Bundle { due: at, at, commands: self.free_all().into(), events: 0 });
        }
        bundles
    }

    fn play(&mut self, note: Note, bank: &Bank, first: usize, out: &mut Plan) {
        let Some(sound) = sound::asked(&note.controls) else {
            // A tempo alone is no sound that somebody forgot to name.
            if note.controls.len() == 1 && note.controls.value(id::CPS).is_some() {
                return;
            }
            return self.absent(Absent::NoSound(note.track), out);
        };
        if sound.name.is_empty() || sound.name == "~" {
            return;
        }
        if self.layout.speaks == Protocol::Dirt {
            let label = sound.label();
            return play_there(&note, label, out);
        }
        let target = match sound::find(&sound, &note.controls, bank) {
            Ok(target) => target,
            Err(absent) => return self.absent(absent, out),
        };
        let name = match &target {
            Target::Voice { key, .. } => self.names.entry(*key).or_insert_with(|| key.def_name().into()),
            Target::Def(user) => &*user.def,
        };
        let Some((def, facts)) = bank.defs.get_key_value(name) else {
            let name = name.into();
            return self.absent(Absent::Def(name), out);
        };
        let orbit = note.controls.value(id::ORBIT).and_then(crate::pattern::Value::as_i64);
        let orbit = OrbitId::wrapped(orbit.unwrap_or(note.orbit));
        let values = value::Values::new(&note, &sound, &target, orbit, self.layout);
        let Some(values) = values else { return }; // too short to be heard

        let mut commands = Vec::new();
        let id = NodeId(self.next_node);
        self.next_node = if id.0 >= i32::MAX - 1 { self.layout.first_voice() } else { id.0 + 1 };
        let mut voice = Voice::new(id, orbit, (note.due, note.at), values.sustain_s());
        let whole = |id| note.controls.value(id).and_then(crate::pattern::Value::as_i64);
        let cut_all = whole(id::CUT_ALL).filter(|cut| *cut != 0);
        voice.cut_all = cut_all.is_some();
        voice.cut = cut_all.or_else(|| whole(id::CUT)).unwrap_or_else(|| target.cut());
        voice.sound = target.identity(&sound);
        if let Target::Def(user) = &target {
            let default = |name: &str| facts.controls.iter().find(|(n, _)| &**n == name).map(|(_, v)| *v);
            let (gate, release) = (default("gate").is_some(), default("release").unwrap_or(0.0));
            match (user.ends, gate) {
                (true, true) => voice.let_go(Ending::Gate, f64::from(release.clamp(0.0, 60.0))),
                (true, false) => voice.ending = Ending::Free,
                (false, _) => voice.let_go(Ending::Free, 0.0),
            }
            if user.ends {
                voice.rings();
            }
        }
        self.voices.make_room(&voice, &mut commands);
        self.orbits.change(orbit, &note, bank, &mut commands);
        commands.push(Command::SynthNew {
            def: def.clone(),
            id,
            action: AddAction::Head,
            target: self.layout.voices(),
            settings: values.settings(&facts.controls),
        });
        self.voices.add(voice);
        out.sounding.push(Sounding {
            track: note.track.clone(),
            positions: note.positions,
            at: note.at,
            duration_s: values.sustain_s(),
            orbit,
            label: sound.label(),
        });
        put(out, first, (note.due, note.at), 1, commands);
    }

    fn absent(&mut self, what: Absent, out: &mut Plan) {
        out.skipped += 1;
        if self.reported.len() < REPORTED && self.reported.insert(what.clone()) {
            out.absent.push(what);
        }
    }

    /// What was reported as absent is reported again when it is met again: for a new evaluation.
    pub fn report_again(&mut self) {
        self.reported.clear();
    }
}

/// An event that SuperDirt plays: one bundle each, as Tidal sends them.
fn play_there(note: &Note, label: Arc<str>, out: &mut Plan) {
    let command = dirt::command(note);
    out.sounding.push(Sounding {
        track: note.track.clone(),
        positions: note.positions,
        at: note.at,
        duration_s: note.delta_s,
        orbit: OrbitId::wrapped(note.orbit),
        label,
    });
    out.bundles.push(Bundle { due: note.due, at: note.at, commands: vec![command], events: 1 });
}

/// Appends commands to the bundle of their moment, or to a new one.
fn put(
    out: &mut Plan,
    first: usize,
    (due, at): (Timetag, Timetag),
    events: u32,
    commands: impl IntoIterator<Item = Command>,
) {
    let mut fresh = out.bundles.iter_mut().skip(first).rev();
    let has_room =
        |b: &&mut Bundle| b.commands.len() < COMMANDS && b.commands.iter().map(bytes).sum::<usize>() < BYTES;
    let same = fresh.find(|b| b.due == due && b.at == at).filter(has_room);
    if let Some(bundle) = same {
        bundle.commands.extend(commands);
        bundle.events += events;
    } else {
        out.bundles.push(Bundle { due, at, commands: commands.into_iter().collect(), events });
    }
}

/// At most so many bytes of a bundle: names are padded to whole words, numbers take one.
fn bytes(command: &Command) -> usize {
    const FIXED: usize = 48;
    let (name, settings) = match command {
        Command::SynthNew { def, settings, .. } => (def.len(), &settings[..]),
        Command::NodeSet { settings, .. } => (0, &settings[..]),
        _ => (0, &[][..]),
    };
    FIXED + name + settings.iter().map(|(name, _)| name.len() + 10).sum::<usize>()
}

#[cfg(test)]
mod tests;
