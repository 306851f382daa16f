//! The user's SynthDefs: what is said when a file of them is loaded, listed or let go.
//!
//! In: files that the app has loaded, the words of `:synthdef`. Out: messages, a new bank, what is to be
//! freed. Pure.

use super::{Effect, State, UserSynthDef};
use crate::source::{Severity, nearest};
use std::path::{Path, PathBuf};

/// Controls of a SynthDef that a message names.
const LISTED: usize = 8;

impl State {
    /// A file of SynthDefs has been loaded, as far as it can be.
    pub(super) fn synthdefs(
        &mut self,
        file: &Path,
        defs: Vec<UserSynthDef>,
        troubles: Vec<String>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for trouble in troubles {
            self.say(Severity::Error, trouble);
        }
        for def in defs {
            let name = def.name.clone();
            let old = self.sounds.user_def_ready(file, def);
            // Those that were there before the set began are told as one.
            if self.settled {
                let again = if old.is_some() { "is loaded again" } else { "is ready" };
                let text = format!("SynthDef {} {again}: {}", name, self.usage(&name));
                self.say(Severity::Hint, text);
            }
            effects.extend(old.map(Effect::FreeDef));
        }
        if self.settled {
            self.complain_about_all();
        }
        effects.insert(0, Effect::SetBank(self.sounds.bank()));
        effects
    }

    /// How it is played, with the controls that it has.
    fn usage(&self, name: &str) -> String {
        let own: Vec<&str> = self
            .sounds
            .controls_of(name)
            .unwrap_or_default()
            .iter()
            .map(|(control, _)| &**control)
            .filter(|c| !crate::synth::review::OUTPUTS.contains(c) && *c != "gate")
            .collect();
        let more = own.len().saturating_sub(LISTED);
        let listed = own.get(..LISTED).unwrap_or(&own).join(", ");
        let more =
            if more > 0 { format!(" and {more} more (oiduna synthdefs inspect)") } else { String::new() };
        let with = if own.is_empty() { String::new() } else { format!(" with {listed}{more}") };
        format!("d1 $ s \"{name}\"{with}")
    }

    /// `:synthdef`, with what follows it.
    pub(super) fn synthdef_command(&mut self, argument: &str) -> Vec<Effect> {
        let (word, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
        match (word, rest.trim()) {
            ("", _) => {
                let names: Vec<_> = self.sounds.user_defs.keys().cloned().collect();
                if names.is_empty() {
                    self.say(Severity::Hint, "no SynthDef of yours is loaded yet: :synthdef FILE or FOLDER");
                }
                for name in names {
                    let text = self.usage(&name);
                    let file = self.sounds.user_defs.get(&name).map(|l| l.file.display().to_string());
                    self.say(Severity::Hint, format!("{text} ({})", file.unwrap_or_default()));
                }
                Vec::new()
            }
            ("unload", "") => {
                self.say(Severity::Error, "which one? :synthdef unload NAME");
                Vec::new()
            }
            ("unload", name) => self.unload(name),
            _ => vec![Effect::LoadSynthDef(PathBuf::from(argument))],
        }
    }

    fn unload(&mut self, name: &str) -> Vec<Effect> {
        let Some(old) = self.sounds.unload_def(name) else {
            let near = nearest(name, self.sounds.user_defs.keys().map(|k| &**k), 1);
            let help = near
                .first()
                .map_or_else(|| ":synthdef lists yours".to_owned(), |near| format!("did you mean {near}?"));
            self.say(Severity::Error, format!("no SynthDef of yours is called {name}; {help}"));
            return Vec::new();
        };
        self.say(Severity::Hint, format!("SynthDef {name} is unloaded; it comes back when its file changes"));
        self.complain_about_all();
        vec![Effect::SetBank(self.sounds.bank()), Effect::FreeDef(old)]
    }
}
