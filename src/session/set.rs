//! The set: its blocks, and what opening and saving it put into force.
//!
//! Blocks are known by their text. Saving compares the new blocks with the old ones: what is the same
//! is left alone wherever it stands now, what is new or changed is evaluated in order, and what is
//! gone stops the tracks that it plays unless another block names them. A block with an error keeps the
//! tracks and the definitions of the blocks it stands in for. A set is a worksheet: many blocks name the
//! same track, and only the one that plays it has a say in what becomes of it.
//!
//! What sounds and controls a block uses is looked at once, and again when the sounds have changed: a few
//! blocks at a time, so that a large set never holds up a key.

mod look;
mod save;

use super::{Effect, State, blocks};
use crate::language::{Definition, Done, Language, Outcome, Scope};
use crate::score::{Edit, Transition};
use crate::source::{BlockId, Diagnostic, Severity, frame};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A block of the set.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its number, for as long as its text stays.
    pub id: BlockId,
    /// Its text.
    pub text: String,
    /// Where it begins: bytes of the whole text.
    pub start: usize,
    /// Its first line, from 1.
    pub line: usize,
    /// The tracks it names; of a block with an error, also those of the blocks it took the place of.
    pub tracks: Vec<Arc<str>>,
    /// What is to be said of it; ranges are of its text.
    pub diagnostics: Vec<Diagnostic>,
    outcome: Arc<Outcome>,
    /// Of a block with an error: what the blocks defined that it took the place of.
    held: Vec<Arc<Definition>>,
    /// Its sounds and controls were looked at.
    looked_at: bool,
}

impl Block {
    /// True when a part of it was left out.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// What it asked for when it was last evaluated.
    pub fn edits(&self) -> Vec<Edit> {
        self.outcome.edits()
    }

    fn definitions(&self) -> impl Iterator<Item = &[Arc<Definition>]> {
        self.outcome.done.iter().filter_map(|d| match d {
            Done::Defined(d) => Some(d.as_slice()),
            _ => None,
        })
    }

    /// What it held, then what it defines.
    fn define(&self, scope: &mut Scope) {
        scope.define(&self.held);
        self.definitions().for_each(|d| scope.define(d));
    }

    /// Of a block with an error: the tracks and the definitions of that one are kept.
    fn stand_in_for(&mut self, old: &Block) {
        for t in &old.tracks {
            if !self.tracks.contains(t) {
                self.tracks.push(t.clone());
            }
        }
        self.held.extend(old.held.iter().chain(old.definitions().flatten()).cloned());
    }

    fn evaluated(id: BlockId, text: &str, outcome: Outcome) -> Self {
        let mut tracks = Vec::new();
        for e in outcome.edits() {
            if let Edit::Track { name, .. } = e
                && !tracks.contains(&name)
            {
                tracks.push(name);
            }
        }
        let diagnostics = outcome.diagnostics.clone();
        Self {
            id,
            text: text.to_owned(),
            start: 0,
            line: 1,
            tracks,
            diagnostics,
            outcome: Arc::new(outcome),
            held: Vec::new(),
            looked_at: false,
        }
    }
}

/// The set as it was last read.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// Its whole text.
    pub text: String,
    /// For each track, the block that plays it; none after a hush.
    playing: HashMap<Arc<str>, Playing>,
    next: u32,
}

/// Who plays a track.
#[derive(Clone, Copy, Debug)]
struct Playing {
    block: BlockId,
    /// Something typed plays in its place, until the block changes.
    typed_over: bool,
}

impl Set {
    fn new_id(&mut self) -> BlockId {
        self.next = self.next.wrapping_add(1);
        BlockId(self.next)
    }

    /// The block of that number.
    pub fn block(&self, id: BlockId) -> Option<&Block> {
        self.blocks.iter().find(|b| b.id == id)
    }

    /// The last block that names a track, and the pattern it plays there.
    fn last_naming(&self, track: &str) -> Option<(BlockId, Edit)> {
        self.blocks.iter().rev().find_map(|b| {
            let names = |e: &Edit| matches!(e, Edit::Track { name, .. } if &**name == track);
            b.edits().into_iter().rev().find(names).map(|e| (b.id, e))
        })
    }

    /// Edits of a block are put into force; of none: they were typed.
    pub(super) fn plays(&mut self, edits: &[Edit], by: Option<BlockId>) {
        for edit in edits {
            match (edit, by) {
                (Edit::Track { name, .. }, Some(block)) => {
                    self.playing.insert(name.clone(), Playing { block, typed_over: false });
                }
                (Edit::Track { name, .. }, None) => {
                    self.playing.get_mut(name).into_iter().for_each(|p| p.typed_over = true);
                }
                (Edit::Hush, _) => self.playing.clear(),
                _ => {}
            }
        }
    }
}

/// An edit, and the block whose track it is.
type Origin = (Option<BlockId>, Edit);

/// The edits that a worksheet puts into force when it is opened, those of tracks with their blocks; and
/// what is passed over.
fn opening(blocks: &[Block]) -> (Vec<Origin>, Vec<String>) {
    let mut tracks: Vec<(Arc<str>, Origin)> = Vec::new();
    let (mut kept, mut passed) = (Vec::new(), Vec::new());
    for b in blocks {
        for edit in b.edits() {
            match edit {
                Edit::Track { name, pattern, transition: _ } => {
                    tracks.retain(|(n, _)| *n != name);
                    let plain = Edit::Track { name: name.clone(), pattern, transition: Transition::Plain };
                    tracks.push((name, (Some(b.id), plain)));
                }
                Edit::Cps(_) | Edit::Set { .. } | Edit::All(_) | Edit::NudgeAll(_) => kept.push(edit),
                // Its first tempo is kept.
                Edit::Ask(_) | Edit::Tempi(_) => {}
                other => passed.push(format!("{} (line {})", command_name(&other), b.line)),
            }
        }
    }
    // Only the last tempo counts.
    let last = kept.iter().rposition(|e| matches!(e, Edit::Cps(_)));
    let mut i = 0;
    kept.retain(|e| {
        i += 1;
        !matches!(e, Edit::Cps(_)) || Some(i - 1) == last
    });
    let edits = kept.into_iter().map(|e| (None, e)).chain(tracks.into_iter().map(|(_, e)| e));
    (edits.collect(), passed)
}

fn command_name(edit: &Edit) -> String {
    match edit {
        Edit::Once(_) => "once".into(),
        Edit::Hush => "hush".into(),
        Edit::Panic => "panic".into(),
        Edit::ResetCycles => "resetCycles".into(),
        Edit::Mute(n) => format!("mute {n}"),
        Edit::Unmute(n) => format!("unmute {n}"),
        Edit::Solo(n) => format!("solo {n}"),
        Edit::Unsolo(n) => format!("unsolo {n}"),
        Edit::UnmuteAll => "unmuteAll".into(),
        Edit::UnsoloAll => "unsoloAll".into(),
        other => format!("{other:?}").split_whitespace().next().unwrap_or("a command").to_lowercase(),
    }
}

/// Evaluates texts in order; those with an error once more when all definitions are known.
fn evaluate_all(language: &Language, texts: &[(BlockId, &str)], scope: &mut Scope) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(texts.len());
    let evaluate = |id: BlockId, text: &str, scope: &mut Scope| {
        let b = Block::evaluated(id, text, language.evaluate(text, id, scope));
        b.define(scope);
        b
    };
    for (id, text) in texts {
        out.push(evaluate(*id, text, scope));
    }
    for b in &mut out {
        if b.has_errors() {
            *b = evaluate(b.id, &b.text, scope);
        }
    }
    out
}

/// The blocks of a text by itself: what `check` says of it is what playing it says.
pub fn blocks_of(language: &Language, text: &str) -> Vec<Block> {
    let ranges = blocks::split(text);
    let texts: Vec<(BlockId, &str)> =
        (1..).zip(&ranges).map(|(n, range)| (BlockId(n), range.of(text))).collect();
    let mut out = evaluate_all(language, &texts, &mut Scope::default());
    out.iter_mut().zip(&ranges).for_each(|(block, range)| block.start = range.start());
    out
}

impl State {
    pub(super) fn open(&mut self, text: &str) -> Vec<Effect> {
        let ranges = blocks::split(text);
        let texts: Vec<(BlockId, &str)> = ranges.iter().map(|r| (self.set.new_id(), r.of(text))).collect();
        let mut scope = Scope::default();
        scope.define(&self.def_scope);
        self.set.blocks = evaluate_all(&self.language, &texts, &mut scope);
        self.scope = scope;
        self.placed(text, &ranges);
        let (edits, passed) = opening(&self.set.blocks);
        let effects = self.apply_opening(edits);
        self.look_at_blocks();
        if !passed.is_empty() {
            let text = format!(
                "passed over on opening: {}; save its block changed, or type it, to run it",
                passed.join(", ")
            );
            self.say(Severity::Hint, text);
        }
        // Before all is read that was given at the start, a SynthDef may yet bring a name along.
        if self.settled {
            self.tell_errors(&BTreeSet::new());
        }
        effects
    }

    fn apply_opening(&mut self, edits: Vec<Origin>) -> Vec<Effect> {
        for (block, edit) in &edits {
            self.set.plays(std::slice::from_ref(edit), *block);
        }
        let edits: Vec<Edit> = edits.into_iter().map(|(_, edit)| edit).collect();
        self.apply(&edits)
    }

    /// `:play`: what opening the file would put into force, or one track of it.
    pub(super) fn play(&mut self, track: &str) -> Vec<Effect> {
        let (mut edits, _) = opening(&self.set.blocks);
        if !track.is_empty() {
            edits.retain(|(_, e)| matches!(e, Edit::Track { name, .. } if &**name == track));
        }
        let tracks = edits.iter().filter(|(block, _)| block.is_some()).count();
        match (tracks, track) {
            (0, "") => self.say(Severity::Error, "no block of the set plays a track"),
            (0, track) => self.say(Severity::Error, format!("no block of the set plays {track}")),
            (1, _) => self.say(Severity::Hint, "1 track plays as the file has it"),
            (n, _) => self.say(Severity::Hint, format!("{n} tracks play as the file has them")),
        }
        self.apply_opening(edits)
    }

    /// Where each block stands now.
    fn placed(&mut self, text: &str, ranges: &[crate::source::TextRange]) {
        for (b, r) in self.set.blocks.iter_mut().zip(ranges) {
            b.start = r.start();
            b.line = frame::line_column(text, r.start()).line;
        }
        text.clone_into(&mut self.set.text);
        self.saves += 1;
    }
}
