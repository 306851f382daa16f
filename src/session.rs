//! The state of a performance: `update(Event) -> Effects`.
//!
//! In: one enum of everything that happens: text that was opened, saved or typed, reports of the
//! player, facts from the engine and the disk, the passing of time. Out: a changed [`State`], which the
//! screen shows, and the [`Effect`]s that the app is to carry out. Pure: no files, sockets, threads or
//! clock reads; it never waits, and it never draws.

mod ahead;
pub mod blocks;
mod command;
mod defs;
mod event;
mod folders;
mod lanes;
mod late;
mod levels;
mod memory;
mod report;
mod retire;
mod set;
mod sounds;
mod strain;
mod typed;
mod unheard;

pub use ahead::{Asked, Complaints, complaints};
pub use command::{COMMANDS, Command, expanded};
pub use defs::{OWN_PREFIX, Sendable, sendable};
pub use event::{Effect, Event, Message, UserSynthDef};
pub use lanes::{Lane, Mark};
pub use levels::{Level, Levels};
pub use memory::{FirstHit, Limits, MEMORY, size};
pub use set::{Block, Set, blocks_of};
pub use sounds::{Loaded, LoadedSample, Loading, Request, Sounds};

use crate::bank::Layout;
use crate::language::{Language, Scope};
use crate::osc::Timetag;
use crate::plan::{Report, Sounding};
use crate::score::{Edit, Score};
use crate::source::{Diagnostic, Severity, frame};
use crate::stats::{Health, Recent};
use crate::time::Rational;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Messages that are kept.
const MESSAGES: usize = 200;
/// Lines of the REPL that are kept.
const HISTORY: usize = 500;
/// Seconds that the live histogram looks back.
pub const RECENT_S: usize = 60;
/// Sounding events that are kept to be shown: a dense set has a few hundred.
const SOUNDING: usize = 4096;

/// Everything the screen shows.
#[derive(Debug)]
pub struct State {
    language: Language,
    /// The set's name, as opened.
    pub name: String,
    /// The user's home: `~` in a command.
    pub home: Option<PathBuf>,
    /// The set.
    pub set: Set,
    /// Definitions in force.
    scope: Scope,
    /// Definitions that were typed, each in force until the set's own one of its name changes.
    typed_scope: Vec<Arc<crate::language::Definition>>,
    /// Controls of the user's SynthDefs that no function has the name of.
    def_scope: Vec<Arc<crate::language::Definition>>,
    /// What plays.
    pub score: Arc<Score>,
    /// Samples, SynthDefs, and what is being loaded.
    pub sounds: Sounds,
    /// The player's last report.
    pub report: Option<Box<Report>>,
    /// Lateness of the last [`RECENT_S`] seconds.
    pub recent: Recent,
    /// Events that sound or will.
    pub sounding: VecDeque<Sounding>,
    /// The tracks, as steps of this cycle.
    pub lanes: Vec<Lane>,
    /// The engine's health, once known.
    pub health: Health,
    /// How loud the orbits and the output are.
    pub levels: Levels,
    /// Whether the engine keeps up.
    strain: strain::Strain,
    /// How many messages there have been.
    pub said: u64,
    /// Messages, newest last.
    pub messages: VecDeque<Message>,
    /// Lines of the REPL, newest last.
    pub history: VecDeque<String>,
    /// The last reading of the clock.
    pub now: Timetag,
    /// Where cycle 0 of the patterns lies, as the player has it.
    origin: lanes::Origin,
    /// What is heard is being written to this file.
    pub recording: Option<PathBuf>,
    /// Texts accepted since the start: each save that was read counts.
    pub saves: u64,
    /// False while folders given at the start are being read: what is unknown may yet come.
    settled: bool,
    /// The cycle up to which load-ahead has looked.
    looked_to: i64,
    /// Sample folders that changed while they were read for the first time.
    changed_early: HashSet<PathBuf>,
    /// SynthDefs that are let go of.
    retired: retire::Retired,
    /// First hits whose samples are on their way.
    late: late::LateHits,
    /// Errors that have been told, so that each is told once until the text changes.
    told: HashSet<String>,
}

impl State {
    /// Nothing open yet. `name` is the set's, for messages.
    pub fn new(name: &str, layout: Layout) -> Self {
        Self {
            language: Language::new(),
            name: name.to_owned(),
            home: None,
            set: Set::default(),
            scope: Scope::default(),
            typed_scope: Vec::new(),
            def_scope: Vec::new(),
            score: Arc::new(Score::new()),
            sounds: Sounds::new(layout),
            report: None,
            recent: Recent::new(RECENT_S),
            sounding: VecDeque::new(),
            lanes: Vec::new(),
            health: Health::default(),
            levels: Levels::default(),
            strain: strain::Strain::default(),
            said: 0,
            messages: VecDeque::new(),
            history: VecDeque::new(),
            now: Timetag(0),
            origin: lanes::Origin::START,
            recording: None,
            saves: 0,
            settled: false,
            looked_to: 0,
            changed_early: HashSet::new(),
            retired: retire::Retired::default(),
            late: late::LateHits::default(),
            told: HashSet::new(),
        }
    }

    /// The function library, for help and completion.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// The cycle that is heard at the last reading of the clock, as the patterns count: a latency behind
    /// what falls now. None before the player has said how its clock stands.
    pub fn heard_cycle(&self) -> Option<f64> {
        let heard = self.heard_on_timeline()?;
        Some(heard - self.origin.at(heard).to_f64())
    }

    /// The same on the timeline, which `resetCycles` does not touch.
    fn heard_on_timeline(&self) -> Option<f64> {
        let r = self.report.as_ref()?;
        Some(r.clock.cycle_at(self.now.plus_s(-r.latency_s)))
    }

    /// The tempo that is played, cycles per second.
    pub fn cps(&self) -> f64 {
        self.report.as_ref().map_or(self.score.cps(), |r| r.clock.cps())
    }

    fn frontier(&self) -> Rational {
        self.report.as_ref().map_or(Rational::ZERO, |r| r.frontier)
    }

    /// What is wrong with the set, in its order.
    pub fn diagnostics(&self) -> impl Iterator<Item = (&Block, &Diagnostic)> {
        self.set.blocks.iter().flat_map(|b| b.diagnostics.iter().map(move |d| (b, d)))
    }

    /// Adds a line for the performer.
    pub fn say(&mut self, severity: Severity, text: impl Into<String>) {
        let text = text.into();
        if self.messages.len() >= MESSAGES {
            self.messages.pop_front();
        }
        self.said += 1;
        self.messages.push_back(Message { severity, text, at: self.now });
    }

    /// What an engine did not answer about is asked for with the next look ahead.
    fn asked_again(&mut self, what: &str, reason: &str) -> Vec<Effect> {
        self.say_once(
            Severity::Warning,
            format!("{what} is not loaded yet: {reason}; it is asked for again"),
        );
        self.tell_notes();
        Vec::new()
    }

    fn say_once(&mut self, severity: Severity, text: String) {
        if self.told.insert(text.clone()) {
            self.say(severity, text);
        }
    }

    /// Takes an event in; what comes back is to be carried out in order.
    #[expect(clippy::too_many_lines, reason = "a flat match, one arm an event")]
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Opened(text) => self.open(&text),
            Event::Saved(text) => self.save(&text),
            Event::SetLost(why) => {
                self.say(Severity::Error, why);
                Vec::new()
            }
            Event::Typed(line) => self.typed(&line),
            Event::HushKey => {
                self.say(Severity::Hint, "hush; :play or F5 plays the set again");
                self.typed_edits(&[Edit::Hush])
            }
            Event::Player(report) => self.reported(report),
            Event::EngineReady { engine, audio } => {
                self.health.engine = engine;
                self.health.alive = true;
                self.reaches(audio);
                Vec::new()
            }
            Event::Health(health) => {
                // Another engine may have another way to the speakers, or none.
                self.reaches(health.audio.clone());
                self.health = *health;
                self.relieve()
            }
            Event::Meters(values) => {
                self.levels.heard(&values, self.now);
                self.strain.metered();
                Vec::new()
            }
            Event::EngineRestarted(text) => {
                self.say(Severity::Warning, text);
                let mut effects = vec![Effect::EngineRestarted];
                effects.extend(self.recording_is_over());
                // What could not be had while there was no engine is asked for now.
                effects.extend(self.look_ahead());
                effects
            }
            Event::EngineEnded(text) => {
                self.health.alive = false;
                self.say(Severity::Error, text);
                self.recording_is_over().into_iter().collect()
            }
            Event::Trouble(text) => {
                self.say(Severity::Warning, text);
                Vec::new()
            }
            Event::Scanned { place, root, troubles } => self.scanned(place, root, &troubles),
            Event::FolderChanged(root) => self.folder_changed(root),
            Event::SampleLoaded { path, buffer, .. } => {
                self.sounds.loaded(&path, buffer);
                let mut effects = vec![Effect::SetBank];
                effects.extend(self.play_late());
                self.tell_notes();
                effects
            }
            Event::SampleFailed { folder, place, path, reason } => {
                self.sounds.failed(&folder, place, &path);
                self.say_once(Severity::Error, format!("{folder}:{place} cannot be played: {reason}"));
                self.tell_notes();
                Vec::new()
            }
            Event::SampleUnanswered { path, reason } => {
                self.sounds.unanswered(&path);
                self.asked_again(&path.display().to_string(), &reason)
            }
            Event::VoiceUnanswered { key, reason } => {
                self.sounds.voice_unanswered(&key);
                self.asked_again(&key.def_name(), &reason)
            }
            Event::BuffersLost(lost) => {
                lost.into_iter().for_each(|num| self.sounds.lost(num));
                self.with_bank(Vec::new())
            }
            Event::BankPublished(banks) => {
                self.sounds.leaving.published(banks);
                Vec::new()
            }
            Event::DefReady { name, controls } => {
                self.sounds.def_ready(name, controls);
                let mut effects = vec![Effect::SetBank];
                effects.extend(self.play_late());
                effects
            }
            Event::SynthDefs { file, defs, troubles } => self.synthdefs(&file, defs, troubles),
            Event::DefFailed { name, reason } => {
                self.sounds.def_failed(&name);
                self.say_once(Severity::Error, format!("SynthDef {name}: {reason}"));
                Vec::new()
            }
            Event::Settled => {
                self.settled = true;
                self.tell_errors(&BTreeSet::new());
                let names: Vec<_> = self.sounds.user_defs.keys().cloned().collect();
                match names.as_slice() {
                    [] => {}
                    [one] => self.say(Severity::Hint, format!("SynthDef {one} is ready: d1 $ s \"{one}\"")),
                    many => self.say(Severity::Hint, format!("{} SynthDefs are ready", many.len())),
                }
                self.look_on();
                Vec::new()
            }
            Event::RecordingBegan(paths) => {
                let more = beside(paths.len());
                self.recording = paths.first().cloned();
                let name = self.recording.as_deref().unwrap_or(Path::new("")).display();
                self.say(Severity::Hint, format!("recording to {name}{more}; :record ends it"));
                Vec::new()
            }
            Event::RecordingEnded(outcome) => {
                self.recording = None;
                match outcome {
                    Ok(text) => self.say(Severity::Hint, text),
                    Err(text) => self.say(Severity::Error, text),
                }
                Vec::new()
            }
            Event::Tick(now) => {
                self.now = now;
                self.refresh_lanes();
                self.look_on();
                let voices = self.retired.due(now).into_iter().map(Effect::FreeVoice);
                voices.chain(self.sounds.free(now).into_iter().map(Effect::FreeBuffer)).collect()
            }
        }
    }

    /// Takes the engine's way to the speakers; says so when it is another and there is none.
    fn reaches(&mut self, audio: String) {
        if audio != self.health.audio && audio.contains("no audio device") {
            let text = format!("{audio}: nothing will be heard; connect one and start again");
            self.say(Severity::Warning, text);
        }
        self.health.audio = audio;
    }

    /// Puts edits into force that are not the file's.
    fn typed_edits(&mut self, edits: &[Edit]) -> Vec<Effect> {
        self.set.plays(edits, None);
        self.apply(edits)
    }

    /// Puts edits into force and makes ready what they need.
    fn apply(&mut self, edits: &[Edit]) -> Vec<Effect> {
        if edits.is_empty() {
            return Vec::new();
        }
        for edit in edits {
            match edit {
                Edit::Ask(question) => self.answer(*question),
                Edit::Mute(name) | Edit::Solo(name) => self.tell_absent(name, edits),
                _ => {}
            }
        }
        self.score = Arc::new(self.score.apply(edits, self.frontier()));
        let mut effects = vec![Effect::SetScore(self.score.clone())];
        effects.extend(self.look_ahead());
        self.refresh_lanes();
        effects
    }

    /// Load-ahead: what plays in the cycles to come, made ready now.
    fn look_ahead(&mut self) -> Vec<Effect> {
        let from = self.frontier().floor();
        self.looked_to = from.saturating_add(ahead::AHEAD);
        let wants = self.sounds.wants_of(&self.score, from);
        let effects = self.sounds.make_ready(&wants);
        let latency_s = self.report.as_ref().map_or(0.0, |r| r.latency_s);
        for key in self.retired.looked(&wants, self.now, latency_s) {
            self.sounds.voice_left(&key);
        }
        self.with_bank(effects)
    }

    /// The effects, and the bank if room was made in it; what is to be told is told.
    fn with_bank(&mut self, mut effects: Vec<Effect>) -> Vec<Effect> {
        self.tell_notes();
        if self.sounds.take_changed() {
            effects.push(Effect::SetBank);
        }
        effects
    }

    fn tell_notes(&mut self) {
        for (severity, text) in self.sounds.take_notes() {
            self.say_once(severity, text);
        }
    }
}

/// Of how many files a recording has besides its first.
pub fn beside(files: usize) -> String {
    match files {
        0 | 1 => String::new(),
        2 => " and an orbit beside it".into(),
        n => format!(" and {} orbits beside it", n - 1),
    }
}

/// A diagnostic in one line: place, message, the first way out.
pub fn one_line(name: &str, text: &str, d: &Diagnostic) -> String {
    let at = frame::line_column(text, d.range.start());
    let help = d.help.first().map(|h| format!(" ({h})")).unwrap_or_default();
    format!("{name}:{}:{}: {}{help}", at.line, at.column, d.message)
}

#[cfg(test)]
mod tests;
