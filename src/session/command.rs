//! Commands of the REPL: what starts with a colon.

use super::{Effect, State};
use crate::bank::OrbitId;
use crate::language::library::TABLES;
use crate::source::{Severity, nearest};
use crate::synth::instruments::{self, InstrumentId};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A command: its name, its argument, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Without the colon.
    pub name: &'static str,
    /// What follows it, for people.
    pub argument: &'static str,
    /// A sentence.
    pub meaning: &'static str,
}

/// All commands, in the order in which help lists them.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "help",
        argument: "[NAME]",
        meaning: "commands and keys, or what a function or control does",
    },
    Command {
        name: "samples",
        argument: "[WORD] [DIR]",
        meaning: "lists folders; add, remove, reload DIR; search TEXT",
    },
    Command {
        name: "synthdef",
        argument: "[FILE|FOLDER|unload NAME]",
        meaning: "loads SynthDefs (.scsyndef; .scd where sclang is) and again when they change, or lists yours",
    },
    Command {
        name: "play",
        argument: "[TRACK]",
        meaning: "plays the set as the file has it, or a track of it: after a hush, or over what was typed",
    },
    Command { name: "engine", argument: "", meaning: "which engine plays, and how it reaches the speakers" },
    Command {
        name: "record",
        argument: "[FILE [stems]]",
        meaning: "records to a WAV file what is heard; alone, it ends",
    },
    Command { name: "quit", argument: "", meaning: "ends the program" },
];

/// `~` and `~/...` with the home in its place, where no shell has put it.
pub fn expanded(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

impl State {
    /// A path that was typed.
    pub(super) fn path(&self, typed: &str) -> PathBuf {
        expanded(Path::new(typed), self.home.as_deref())
    }

    /// Runs a command; the colon is off.
    pub(super) fn command(&mut self, text: &str) -> Vec<Effect> {
        let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let argument = argument.trim();
        match name {
            "help" | "h" | "?" => {
                self.help(argument);
                Vec::new()
            }
            "samples" => self.samples_command(argument),
            "synthdef" => self.synthdef_command(argument),
            "play" => self.play(argument),
            "engine" => {
                let h = &self.health;
                let version = h.version.as_deref().unwrap_or("version unknown");
                let alive = if h.alive { "alive" } else { "away" };
                let text = format!(
                    "{} {version}, {}, {alive}, started again {} times",
                    h.engine, h.audio, h.restarts
                );
                self.say(Severity::Hint, text);
                Vec::new()
            }
            "record" => self.record(argument),
            "quit" | "q" => vec![Effect::Quit],
            _ => {
                let near = nearest(name, COMMANDS.iter().map(|c| c.name), 1);
                let help = near
                    .first()
                    .map_or_else(|| ":help lists the commands".to_owned(), |n| format!("did you mean :{n}?"));
                self.say(Severity::Error, format!("there is no command :{name}; {help}"));
                Vec::new()
            }
        }
    }

    /// What an engine that is gone was writing is over.
    pub(super) fn recording_is_over(&self) -> Option<Effect> {
        self.recording.is_some().then_some(Effect::StopRecording)
    }

    /// Begins a recording, or ends the one under way.
    fn record(&mut self, argument: &str) -> Vec<Effect> {
        let (file, stems) = match argument.strip_suffix("stems").filter(|f| f.ends_with(char::is_whitespace))
        {
            Some(file) => (file.trim(), true),
            None => (argument, false),
        };
        match (&self.recording, file) {
            (Some(_), "") => vec![Effect::StopRecording],
            (None, "") => {
                self.say(Severity::Error, "to which file? :record take.wav, or :record take.wav stems");
                Vec::new()
            }
            (Some(path), _) => {
                let text = format!("{} is being recorded: :record ends it", path.display());
                self.say(Severity::Error, text);
                Vec::new()
            }
            (None, file) => {
                let mut path = self.path(file);
                if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("wav")) {
                    path.as_mut_os_string().push(".wav");
                }
                let orbits = if stems { self.orbits() } else { Vec::new() };
                // From now on: a second one would be told that this one is there.
                self.recording = Some(path.clone());
                vec![Effect::Record { path, orbits }]
            }
        }
    }

    /// The orbits that play: those of the tracks, and those that have sounded just now.
    fn orbits(&self) -> Vec<OrbitId> {
        let playing =
            self.score.tracks().iter().filter(|t| t.newest().is_some_and(|c| !c.pattern.is_silence()));
        let lanes = playing.map(|t| OrbitId::wrapped(t.orbit()));
        let orbits: BTreeSet<OrbitId> = lanes.chain(self.sounding.iter().map(|s| s.orbit)).collect();
        orbits.into_iter().collect()
    }

    fn help(&mut self, name: &str) {
        if name.is_empty() {
            let all: Vec<String> = COMMANDS
                .iter()
                .map(|c| format!(":{} {}", c.name, c.argument).trim_end().to_owned())
                .collect();
            self.say(Severity::Hint, format!("{}; F1 shows the keys", all.join("  ")));
            return;
        }
        // A name may be both: `square` is a wave to write with and one to hear.
        let instrument = instruments::find(name).map(|i| i.get().describe());
        let is_sound = instrument.is_some();
        if let Some(line) = instrument {
            self.say(Severity::Hint, line);
        }
        let found = TABLES.iter().flat_map(|(_, t)| t.iter()).find(|e| e.name == name);
        if let Some(e) = found {
            self.say(
                Severity::Hint,
                format!("{} :: {} -- {}; {}", e.name, e.signature, e.meaning, e.example),
            );
            return;
        }
        if let Some(c) = crate::control::function(name) {
            let kind = match c.kind {
                crate::control::Kind::Float => "numbers",
                crate::control::Kind::Int => "whole numbers",
                crate::control::Kind::Note => "notes",
                crate::control::Kind::Text => "words",
            };
            let fact = crate::control::ControlName::new(c.sends);
            let fact = match &fact {
                crate::control::ControlName::Known(id) => id.fact(),
                crate::control::ControlName::Other(_) => return,
            };
            let numbers = match fact.summary() {
                text if text.is_empty() => text,
                text => format!(" ({text})"),
            };
            self.say(
                Severity::Hint,
                format!(
                    "{} is a control, a pattern of {kind}, sent as {}{numbers}: {}",
                    c.name,
                    c.sends,
                    fact.sentence()
                ),
            );
            return;
        }
        if is_sound {
            return;
        }
        let controls = crate::control::functions().iter().map(|f| f.name);
        let sounds = InstrumentId::all().flat_map(|i| i.get().names());
        let names = self.language.library().names().chain(controls).chain(sounds);
        let near = nearest(name, names, 3).join(", ");
        let help = if near.is_empty() { String::new() } else { format!("; near: {near}") };
        self.say(Severity::Error, format!("nothing is called {name}{help}"));
    }
}
