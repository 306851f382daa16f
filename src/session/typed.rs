//! What is typed: a line of Tidal, or a command; and what is said to it.

use super::{Asked, Effect, HISTORY, State, complaints, one_line};
use crate::language::{Done, Outcome};
use crate::score::{Edit, Question, Track};
use crate::source::{BlockId, Severity};

impl State {
    pub(super) fn answer(&mut self, question: Question) {
        let text = match question {
            Question::Tempo => format!("{} cycles a second, {} bpm", self.cps(), self.cps() * 240.0),
            Question::Cycle => format!("cycle {:.2}", self.heard_cycle().unwrap_or_default()),
            Question::Tracks => {
                let shown = |t: &Track| {
                    let silent = t.newest().is_none_or(|c| c.pattern.is_silence());
                    let state = match (silent, self.score.is_heard(&t.name)) {
                        (true, _) => " (silent)",
                        (_, false) => " (muted)",
                        _ => "",
                    };
                    format!("{}{state}", t.name)
                };
                let all: Vec<String> = self.score.tracks().iter().map(shown).collect();
                if all.is_empty() { "no tracks yet".into() } else { all.join(", ") }
            }
            Question::Link => "Ableton Link is not there yet: the tempo is the set's own (setcps)".into(),
        };
        self.say(Severity::Hint, text);
    }

    /// A name that is muted or soloed and that nothing plays under may be a slip.
    pub(super) fn tell_absent(&mut self, name: &str, edits: &[Edit]) {
        let brought = |e: &Edit| matches!(e, Edit::Track { name: n, .. } if &**n == name);
        let tracks = self.score.tracks();
        if tracks.iter().any(|t| &*t.name == name) || edits.iter().any(brought) {
            return;
        }
        let names: Vec<&str> = tracks.iter().map(|t| &*t.name).collect();
        let list = if names.is_empty() { "none yet".into() } else { names.join(", ") };
        let text = format!("no track is called {name}: it holds for when there is one (there are {list})");
        self.say(Severity::Warning, text);
    }

    pub(super) fn typed(&mut self, line: &str) -> Vec<Effect> {
        let line = line.trim();
        if line.is_empty() {
            return Vec::new();
        }
        if self.history.back().map(String::as_str) != Some(line) {
            if self.history.len() >= HISTORY {
                self.history.pop_front();
            }
            self.history.push_back(line.to_owned());
        }
        match line.strip_prefix(':') {
            Some(command) => self.command(command),
            None => self.evaluate_typed(line),
        }
    }

    fn evaluate_typed(&mut self, line: &str) -> Vec<Effect> {
        let outcome = self.language.evaluate(line, BlockId(u32::MAX), &self.scope);
        for done in &outcome.done {
            if let Done::Defined(d) = done {
                self.scope.define(d);
                self.typed_scope.retain(|t| d.iter().all(|d| d.name != t.name));
                self.typed_scope.extend(d.iter().cloned());
                let names: Vec<&str> = d.iter().map(|d| &*d.name).collect();
                self.say(Severity::Hint, format!("defined {}", names.join(", ")));
            }
        }
        self.say_outcome(line, &outcome);
        let edits = outcome.edits();
        let mut effects = self.typed_edits(&edits);
        let (from, cps) = (self.frontier().floor(), self.cps());
        let asked = Asked { block: BlockId(u32::MAX), text: line, from, cps };
        for d in complaints(&self.sounds, &edits, asked).diagnostics {
            // The player need not say it again.
            self.told.insert(d.message.clone());
            self.say(d.severity, one_line("typed", line, &d));
        }
        // A definition changes what the set's blocks mean.
        if outcome.done.iter().any(|d| matches!(d, Done::Defined(_))) {
            effects.extend(self.redefined(&outcome));
        }
        effects
    }

    fn say_outcome(&mut self, line: &str, outcome: &Outcome) {
        for d in &outcome.diagnostics {
            self.say(d.severity, one_line("typed", line, d));
        }
        for done in &outcome.done {
            match done {
                Done::Pattern(p) => {
                    let text = match p.haps(crate::time::TimeSpan::cycle(0)) {
                        Ok(haps) => {
                            haps.iter().take(8).map(|h| format!("{h:?}")).collect::<Vec<_>>().join("  ")
                        }
                        Err(e) => e.to_string(),
                    };
                    self.say(Severity::Hint, format!("cycle 0: {text}"));
                }
                Done::Shown(text) => self.say(Severity::Hint, text.clone()),
                Done::Defined(_) | Done::Edits(_) => {}
            }
        }
    }
}
