//! The user's SynthDefs: what is said when a file of them is loaded, listed or let go.
//!
//! In: files that the app has loaded, the words of `:synthdef`. Out: messages, a new bank, what is to be
//! freed. Pure.

use super::{Effect, State, UserSynthDef};
use crate::bank::UserDef;
use crate::language::{Done, Scope};
use crate::source::{BlockId, Severity, nearest};
use crate::synth::inspect;
use crate::synth::review::review;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

/// True for what the language reads as the name of a function.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_lowercase() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !["let", "in", "do", "if", "then", "else", "where", "case", "of", "_"].contains(&text)
}

/// Controls of a SynthDef that a message names.
const LISTED: usize = 8;

/// Names that begin so are the program's own.
pub const OWN_PREFIX: &str = "oi.";

/// A SynthDef of a user's file that can be sent to an engine.
#[derive(Clone, Debug)]
pub struct Sendable {
    /// What it is once the engine has it.
    pub def: UserSynthDef,
    /// It alone, under the name that it has in the engine.
    pub bytes: Vec<u8>,
    /// Why an engine may refuse it: unit generators that are no part of SuperCollider.
    pub doubt: Option<String>,
}

/// What can be sent of the bytes of a file, and what is wrong with the rest. Broken files are found here,
/// because they can kill an engine. `number` sets their names in the engine apart from those of other loads.
pub fn sendable(file: &Path, bytes: &[u8], number: u64) -> (Vec<Sendable>, Vec<String>) {
    let (mut defs, mut troubles) = (Vec::new(), Vec::new());
    let found = match inspect::inspect(bytes) {
        Ok(found) => found,
        Err(e) => {
            troubles.push(format!("{} is no SynthDef file that can be used: {e}", file.display()));
            return (defs, troubles);
        }
    };
    if found.is_empty() {
        troubles.push(format!("{} holds no SynthDef", file.display()));
    }
    for def in found {
        let name = def.name.as_str();
        if name.is_empty() || name.starts_with(OWN_PREFIX) {
            troubles.push(format!(
                "{}: a SynthDef cannot be called {name:?}; names with {OWN_PREFIX} are the program's own",
                file.display()
            ));
            continue;
        }
        let engine_name = format!("{name}~{number}");
        let review = review(&def);
        match inspect::alone(bytes, &def, &engine_name) {
            Ok(bytes) => defs.push(Sendable {
                def: UserSynthDef {
                    name: name.into(),
                    user: UserDef {
                        def: engine_name.into(),
                        ends: review.frees,
                        buses: review.buses.iter().map(|name| name.as_str().into()).collect(),
                    },
                    controls: def.controls.iter().map(|(n, v)| (n.as_str().into(), *v)).collect(),
                    findings: review.findings(),
                },
                bytes,
                doubt: review.findings().pop().filter(|_| !review.foreign.is_empty()),
            }),
            Err(e) => troubles.push(format!("{}: SynthDef {name} cannot be played: {e}", file.display())),
        }
    }
    (defs, troubles)
}

impl State {
    /// A file of SynthDefs has been loaded, as far as it can be.
    pub(super) fn synthdefs(
        &mut self,
        file: &Path,
        defs: Vec<UserSynthDef>,
        troubles: Vec<String>,
    ) -> Vec<Effect> {
        let (mut effects, mut controls) = (Vec::new(), BTreeSet::new());
        for trouble in troubles {
            self.say(Severity::Error, trouble);
        }
        for def in defs {
            let name = def.name.clone();
            controls.extend(def.controls.iter().map(|(control, _)| control.clone()));
            let old = self.sounds.user_def_ready(file, def);
            // Those that were there before the set began are told as one.
            if self.settled {
                let again = if old.is_some() { "is loaded again" } else { "is ready" };
                let text = format!("SynthDef {} {again}: {}", name, self.usage(&name));
                self.say(Severity::Hint, text);
            }
            effects.extend(old.map(Effect::FreeDef));
        }
        effects.insert(0, Effect::SetBank);
        effects.extend(self.name_controls(&controls));
        self.sounds_changed();
        effects
    }

    /// Makes functions of controls that have none: `wobble` is `pF "wobble"`. Blocks that mention one are
    /// evaluated again.
    fn name_controls(&mut self, controls: &BTreeSet<Arc<str>>) -> Vec<Effect> {
        let is_known = |name: &str| {
            crate::control::function(name).is_some()
                || self.language.library().names().any(|n| n == name)
                || self.scope.names().any(|n| n == name)
        };
        let is_new = |name: &&Arc<str>| is_name(name) && !is_known(name);
        let new: Vec<Arc<str>> = controls.iter().filter(is_new).cloned().collect();
        if new.is_empty() {
            return Vec::new();
        }
        for name in &new {
            let text = format!("let {name} = pF \"{name}\"");
            let outcome = self.language.evaluate(&text, BlockId(0), &Scope::default());
            for done in outcome.done {
                if let Done::Defined(definitions) = done {
                    self.scope.define(&definitions);
                    self.def_scope.extend(definitions);
                }
            }
        }
        let edits = self.re_evaluate(new.into_iter().collect(), HashSet::new());
        self.apply(&edits)
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
            _ => vec![Effect::LoadSynthDef(self.path(argument))],
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
        self.sounds_changed();
        vec![Effect::SetBank, Effect::FreeDef(old)]
    }
}
