//! A set's text over time: what opening it asks for, and what each save asks for.
//!
//! In: texts. Out: [`Change`]s: edits for the score, and what is to be said. Pure.
//!
//! Opening takes definitions, tempo and, for each track, the last block that names it; commands are
//! passed over, because sets are worksheets with many `d1` and a trailing `hush`. Saving evaluates new
//! and changed blocks in order, commands included; a block whose text has only moved has not changed.

use crate::language::{Done, Language, Scope};
use crate::score::{Edit, Transition};
use crate::session::blocks;
use crate::source::{BlockId, Diagnostic, TextRange};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A block of the set as it stands.
#[derive(Clone, Debug)]
struct Block {
    id: BlockId,
    text: String,
    /// What it does to tracks, in order.
    tracks: Vec<Edit>,
}

/// What a text asks for.
#[derive(Debug, Default)]
pub struct Change {
    /// For the score, in order.
    pub edits: Vec<Edit>,
    /// What is wrong or worth knowing; ranges in the whole text.
    pub diagnostics: Vec<Diagnostic>,
}

/// A set.
#[derive(Debug, Default)]
pub struct Set {
    blocks: Vec<Block>,
    scope: Scope,
    next_id: u32,
}

fn track_of(edit: &Edit) -> Option<&Arc<str>> {
    match edit {
        Edit::Track { name, .. } => Some(name),
        _ => None,
    }
}

impl Set {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The set is opened with this text.
    pub fn open(&mut self, text: &str, language: &Language) -> Change {
        let mut change = Change::default();
        let mut passed_over: Vec<TextRange> = Vec::new();
        for range in blocks::split(text) {
            let edits = self.evaluate(range, text, language, &mut change.diagnostics);
            let mut commands = false;
            for edit in edits {
                match edit {
                    Edit::Track { name, pattern, .. } => {
                        change.edits.retain(|e| track_of(e) != Some(&name));
                        change.edits.push(Edit::Track { name, pattern, transition: Transition::Plain });
                    }
                    Edit::Cps(_) | Edit::Set { .. } => change.edits.push(edit),
                    _ => commands = true,
                }
            }
            passed_over.extend(commands.then_some(range));
        }
        if let Some(first) = passed_over.first() {
            let n = passed_over.len();
            let blocks =
                if n == 1 { "a command is".into() } else { format!("the commands of {n} blocks are") };
            let hint = Diagnostic::hint(*first, format!("{blocks} passed over when a set is opened"));
            change.diagnostics.push(hint.help("save the block again, changed, to run it"));
        }
        change
    }

    /// The set was saved with this text.
    pub fn save(&mut self, text: &str, language: &Language) -> Change {
        let mut change = Change::default();
        let mut before = std::mem::take(&mut self.blocks);
        let mut broken = false;
        for range in blocks::split(text) {
            if let Some(i) = before.iter().position(|b| b.text == range.of(text)) {
                self.blocks.push(before.remove(i));
                continue;
            }
            let errors = change.diagnostics.iter().filter(|d| d.is_error()).count();
            let edits = self.evaluate(range, text, language, &mut change.diagnostics);
            broken |= change.diagnostics.iter().filter(|d| d.is_error()).count() > errors;
            change.edits.extend(edits);
        }
        let named: BTreeSet<Arc<str>> = change.edits.iter().filter_map(track_of).cloned().collect();
        let left: BTreeSet<Arc<str>> =
            before.iter().flat_map(|b| &b.tracks).filter_map(track_of).cloned().collect();
        if broken {
            // What was there may be what is broken now: it keeps playing, and belongs to the text still.
            let kept = before.into_iter().filter(|b| !b.tracks.is_empty());
            let ghosts: Vec<Block> = kept.map(|b| Block { text: String::new(), ..b }).collect();
            self.blocks.splice(0..0, ghosts);
            return change;
        }
        for name in left.difference(&named) {
            let mut others = self.blocks.iter().flat_map(|b| &b.tracks);
            let takes_over = others.rfind(|e| track_of(e) == Some(name));
            change.edits.push(takes_over.cloned().unwrap_or_else(|| Edit::Stop(name.clone())));
        }
        change
    }

    /// Evaluates a block and keeps it.
    fn evaluate(
        &mut self,
        range: TextRange,
        text: &str,
        language: &Language,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Edit> {
        let id = BlockId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let outcome = language.evaluate(range.of(text), id, &self.scope);
        for done in &outcome.done {
            if let Done::Defined(definitions) = done {
                self.scope.define(definitions);
            }
        }
        let edits = outcome.edits();
        let tracks = edits.iter().filter(|e| track_of(e).is_some()).cloned().collect();
        self.blocks.push(Block { id, text: range.of(text).to_owned(), tracks });
        diagnostics.extend(outcome.diagnostics.into_iter().map(|d| d.shifted(range.start())));
        edits
    }

    /// The block of that number as it stands.
    pub fn block(&self, id: BlockId) -> Option<&str> {
        self.blocks.iter().find(|b| b.id == id).map(|b| &*b.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edits as words: `d1`, `stop d1`, `cps`, `hush`.
    fn words(change: &Change) -> String {
        let word = |e: &Edit| match e {
            Edit::Track { name, .. } => name.to_string(),
            Edit::Stop(name) => format!("stop {name}"),
            Edit::Cps(cps) => format!("cps {cps}"),
            Edit::Hush => "hush".into(),
            other => format!("{other:?}"),
        };
        change.edits.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    #[track_caller]
    fn check(before: &str, text: &str, want: &str) {
        let language = Language::new();
        let mut set = Set::new();
        set.open(before, &language);
        let change = set.save(text, &language);
        assert_eq!(words(&change), want);
    }

    const TWO: &str = "d1 $ s \"bd\"\n\nd2 $ s \"hh*4\"";

    #[test]
    fn opening_takes_the_last_block_of_each_track_and_no_commands() {
        let language = Language::new();
        let text = "setcps 0.7\n\nd1 $ s \"bd\"\n\nd2 $ s \"hh\"\n\nd1 $ s \"cp\"\n\nhush\n\nonce $ s \"cr\"";
        let change = Set::new().open(text, &language);
        assert_eq!(words(&change), "cps 0.7, d2, d1");
        assert_eq!(change.diagnostics.len(), 1);
        assert!(change.diagnostics[0].message.contains("2 blocks"));
    }

    #[test]
    fn a_save_evaluates_what_has_changed() {
        check(TWO, TWO, "");
        check(TWO, "-- new above\n\nd1 $ s \"bd\"\n\nd2 $ s \"hh*4\"", "");
        check(TWO, "d1 $ s \"bd*2\"\n\nd2 $ s \"hh*4\"", "d1");
        check(TWO, "d1 $ s \"bd\"\n\nd2 $ s \"hh*4\"\n\nhush", "hush");
    }

    #[test]
    fn a_block_taken_out_stops_its_track_unless_another_names_it() {
        check(TWO, "d1 $ s \"bd\"", "stop d2");
        check(TWO, "d1 $ s \"bd\"\n\n-- d2 $ s \"hh*4\"", "stop d2");
        check("d1 $ s \"bd\"\n\nd1 $ s \"cp\"", "d1 $ s \"bd\"", "d1");
    }

    #[test]
    fn an_error_stops_nothing_and_is_forgotten_when_mended() {
        let language = Language::new();
        let mut set = Set::new();
        set.open(TWO, &language);
        let broken = set.save("d1 $ s \"bd\"\n\nd2 $ s \"hh*4", &language);
        assert!(broken.edits.is_empty() && broken.diagnostics.iter().any(Diagnostic::is_error));
        assert_eq!(words(&set.save("d1 $ s \"bd\"\n\nd2 $ s \"hh*8\"", &language)), "d2");
        assert_eq!(words(&set.save("d1 $ s \"bd\"", &language)), "stop d2");
        // Broken, then taken out.
        set.save("d1 $ s \"bd", &language);
        assert_eq!(words(&set.save("-- nothing", &language)), "stop d1");
    }
}
