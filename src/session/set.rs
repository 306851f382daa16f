//! The set: its blocks, and what opening and saving it put into force.
//!
//! Blocks are known by their text. Saving compares the new blocks with the old ones: what is the same
//! is left alone wherever it stands now, what is new or changed is evaluated in order, and what is
//! gone stops its tracks unless another block names them. A block with an error keeps the tracks and
//! the definitions of the blocks it stands in for.
//!
//! What sounds and controls a block uses is looked at once, and again when the sounds have changed: a few
//! blocks at a time, so that a large set never holds up a key.

use super::ahead::complaints;
use super::{Effect, State, blocks, one_line};
use crate::language::{Definition, Done, Language, Outcome, Scope};
use crate::score::{Edit, Transition};
use crate::source::{BlockId, Diagnostic, Severity, frame};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// After so many events of blocks that are looked at for unknown names, other things come first.
const EVENTS_AT_ONCE: usize = 10_000;

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
    next: u32,
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
    fn last_naming(&self, track: &str) -> Option<Edit> {
        self.blocks.iter().rev().find_map(|b| {
            b.edits().into_iter().rev().find(|e| matches!(e, Edit::Track { name, .. } if &**name == track))
        })
    }
}

/// The edits that a worksheet puts into force when it is opened, and what is passed over.
fn opening(blocks: &[Block]) -> (Vec<Edit>, Vec<String>) {
    let mut tracks: Vec<(Arc<str>, Edit)> = Vec::new();
    let (mut kept, mut passed) = (Vec::new(), Vec::new());
    for b in blocks {
        for edit in b.edits() {
            match edit {
                Edit::Track { name, pattern, transition: _ } => {
                    tracks.retain(|(n, _)| *n != name);
                    let plain = Edit::Track { name: name.clone(), pattern, transition: Transition::Plain };
                    tracks.push((name, plain));
                }
                Edit::Cps(_) | Edit::Set { .. } | Edit::All(_) | Edit::NudgeAll(_) => kept.push(edit),
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
    kept.extend(tracks.into_iter().map(|(_, e)| e));
    (kept, passed)
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

/// For each new block, the old one of the same text; each old one is used once, first come.
fn same_texts(old: &[Block], new: &[&str]) -> Vec<Option<usize>> {
    let mut free: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, b) in old.iter().enumerate().rev() {
        free.entry(b.text.as_str()).or_default().push(i);
    }
    new.iter().map(|t| free.get_mut(t).and_then(Vec::pop)).collect()
}

impl State {
    pub(super) fn open(&mut self, text: &str) -> Vec<Effect> {
        let ranges = blocks::split(text);
        let texts: Vec<(BlockId, &str)> = ranges.iter().map(|r| (self.set.new_id(), r.of(text))).collect();
        let mut scope = Scope::default();
        self.set.blocks = evaluate_all(&self.language, &texts, &mut scope);
        self.scope = scope;
        self.placed(text, &ranges);
        let (edits, passed) = opening(&self.set.blocks);
        let effects = self.apply(&edits);
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

    /// Where each block stands now.
    fn placed(&mut self, text: &str, ranges: &[crate::source::TextRange]) {
        for (b, r) in self.set.blocks.iter_mut().zip(ranges) {
            b.start = r.start();
            b.line = frame::line_column(text, r.start()).line;
        }
        text.clone_into(&mut self.set.text);
        self.saves += 1;
    }

    pub(super) fn save(&mut self, text: &str) -> Vec<Effect> {
        let ranges = blocks::split(text);
        let texts: Vec<&str> = ranges.iter().map(|r| r.of(text)).collect();
        let old = std::mem::take(&mut self.set.blocks);
        let same = same_texts(&old, &texts);
        let before: BTreeSet<String> =
            old.iter().flat_map(|b| b.diagnostics.iter().map(|d| d.message.clone())).collect();

        let changed: Vec<(BlockId, &str)> = same
            .iter()
            .zip(&texts)
            .filter(|(s, _)| s.is_none())
            .map(|(_, t)| (self.set.new_id(), *t))
            .collect();
        let mut scope = self.staying(&old, &same, &[]);
        let mut fresh = evaluate_all(&self.language, &changed, &mut scope);
        inherit(&old, &same, &mut fresh);
        let held: Vec<_> = fresh.iter().flat_map(|b| b.held.iter().cloned()).collect();
        if !held.is_empty() {
            // What a block with an error used to define is there for the others.
            scope = self.staying(&old, &same, &held);
            fresh = evaluate_all(&self.language, &changed, &mut scope);
            inherit(&old, &same, &mut fresh);
        }

        let mut edits: Vec<Edit> = fresh.iter().flat_map(Block::edits).collect();
        let defined: HashSet<Arc<str>> = fresh
            .iter()
            .flat_map(|b| b.definitions().flatten().map(|d| d.name.clone()).collect::<Vec<_>>())
            .collect();
        let fresh_ids = fresh.iter().map(|b| b.id).collect();
        let mut fresh_blocks = fresh.into_iter();
        self.set.blocks = same
            .iter()
            .filter_map(|s| match s {
                Some(i) => old.get(*i).cloned(),
                None => fresh_blocks.next(),
            })
            .collect();
        self.scope = scope;
        self.placed(text, &ranges);
        edits.extend(self.re_evaluate(defined, fresh_ids));
        edits.extend(self.gone(&old, &same, &edits));
        let effects = self.apply(&edits);
        self.look_at_blocks();
        self.told.clear();
        self.tell_errors(&before);
        effects
    }

    /// Definitions that stay, in the order of the file; below them the held ones, and the typed ones at the
    /// bottom.
    fn staying(&self, old: &[Block], same: &[Option<usize>], held: &[Arc<Definition>]) -> Scope {
        let mut scope = Scope::default();
        scope.define(&self.def_scope);
        scope.define(&self.typed_scope);
        scope.define(held);
        same.iter().flatten().filter_map(|i| old.get(*i)).for_each(|b| b.define(&mut scope));
        scope
    }

    /// Tracks of blocks that are gone: another block takes over, or they stop.
    fn gone(&self, old: &[Block], same: &[Option<usize>], edits: &[Edit]) -> Vec<Edit> {
        let kept: HashSet<usize> = same.iter().flatten().copied().collect();
        let mut out: Vec<Edit> = Vec::new();
        let mut seen: HashSet<Arc<str>> = edits
            .iter()
            .filter_map(|e| match e {
                Edit::Track { name, .. } => Some(name.clone()),
                _ => None,
            })
            .collect();
        for (_, b) in old.iter().enumerate().filter(|(i, _)| !kept.contains(i)) {
            for track in &b.tracks {
                if !seen.insert(track.clone()) {
                    continue;
                }
                // A block with an error holds the tracks of what it took the place of.
                let held = self.set.blocks.iter().any(|b| b.has_errors() && b.tracks.contains(track));
                match self.set.last_naming(track) {
                    Some(edit) => out.push(edit),
                    None if held => {}
                    None => out.push(Edit::Stop(track.clone())),
                }
            }
        }
        out
    }

    /// Evaluates again the blocks that mention a name that was redefined, and those that mention what
    /// these define. Their tracks change; their commands are not run again.
    /// `done` are blocks that know the new definitions already.
    pub(super) fn re_evaluate(
        &mut self,
        mut names: HashSet<Arc<str>>,
        mut done: HashSet<BlockId>,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        if names.is_empty() {
            return edits;
        }
        loop {
            let next =
                self.set.blocks.iter().position(|b| {
                    !done.contains(&b.id) && b.outcome.mentions.iter().any(|m| names.contains(m))
                });
            let Some(i) = next else { return edits };
            let Some((id, text)) = self.set.blocks.get(i).map(|b| (b.id, b.text.clone())) else {
                return edits;
            };
            done.insert(id);
            let new = Block::evaluated(id, &text, self.language.evaluate(&text, id, &self.scope));
            for d in new.definitions() {
                self.scope.define(d);
                names.extend(d.iter().map(|d| d.name.clone()));
            }
            edits.extend(new.edits().into_iter().filter(|e| matches!(e, Edit::Track { .. })));
            if let Some(b) = self.set.blocks.get_mut(i) {
                let tracks = if new.has_errors() { b.tracks.clone() } else { new.tracks.clone() };
                let held = if new.has_errors() { std::mem::take(&mut b.held) } else { Vec::new() };
                *b = Block { start: b.start, line: b.line, tracks, held, ..new };
            }
        }
    }

    /// After a definition was typed.
    pub(super) fn redefined(&mut self, outcome: &Outcome) -> Vec<Effect> {
        let names: HashSet<Arc<str>> = outcome
            .done
            .iter()
            .filter_map(|d| match d {
                Done::Defined(d) => Some(d.iter().map(|d| d.name.clone())),
                _ => None,
            })
            .flatten()
            .collect();
        let edits = self.re_evaluate(names, HashSet::new());
        self.apply(&edits)
    }

    /// Names mean something else now: every block will be looked at again.
    pub(super) fn sounds_changed(&mut self) {
        self.set.blocks.iter_mut().for_each(|b| b.looked_at = false);
        self.look_on();
    }

    /// Looks for unknown sounds and idle controls in blocks that were not looked at, once all is read that
    /// was given at the start: as many blocks as [`EVENTS_AT_ONCE`] allow, the others with the next ticks.
    /// Which were looked at.
    pub(super) fn look_at_blocks(&mut self) -> BTreeSet<BlockId> {
        let mut looked = BTreeSet::new();
        if !self.settled {
            return looked;
        }
        let from = self.frontier().floor();
        let mut events = 0;
        for b in self.set.blocks.iter_mut().filter(|b| !b.looked_at) {
            let found = complaints(&self.sounds, &b.edits(), b.id, from);
            b.diagnostics = [b.outcome.diagnostics.as_slice(), &found.diagnostics].concat();
            b.looked_at = true;
            looked.insert(b.id);
            events += found.events;
            if events >= EVENTS_AT_ONCE {
                break;
            }
        }
        looked
    }

    /// Looks at the blocks that are left, and says what is unknown there.
    pub(super) fn look_on(&mut self) {
        let looked = self.look_at_blocks();
        if looked.is_empty() {
            return;
        }
        let lines: Vec<(Severity, String)> = self
            .diagnostics()
            .filter(|(b, d)| looked.contains(&b.id) && d.severity == Severity::Warning)
            .map(|(b, d)| (d.severity, one_line(&self.name, &self.set.text, &d.clone().shifted(b.start))))
            .collect();
        for (severity, line) in lines {
            self.say_once(severity, line);
        }
    }

    /// Says what is wrong and was not said before; or that all is well again.
    pub(super) fn tell_errors(&mut self, before: &BTreeSet<String>) {
        let name = self.name.clone();
        let text = self.set.text.clone();
        let mut lines: Vec<(Severity, String)> = Vec::new();
        let mut any = false;
        for b in &self.set.blocks {
            for d in &b.diagnostics {
                any |= d.severity == Severity::Error;
                let line = one_line(&name, &text, &d.clone().shifted(b.start));
                self.told.insert(line.clone());
                if d.severity == Severity::Error || !before.contains(&d.message) {
                    lines.push((d.severity, line));
                }
            }
        }
        // The worst comes last, where it is seen.
        lines.sort_by_key(|(s, _)| *s);
        if !any && self.saves > 1 {
            self.say(Severity::Hint, format!("{name}: taken over"));
        }
        for (severity, line) in lines {
            self.say(severity, line);
        }
    }
}

/// A fresh block with an error takes over the tracks and the definitions of the old blocks in its place:
/// those between the nearest unchanged blocks above and below.
fn inherit(old: &[Block], same: &[Option<usize>], fresh: &mut [Block]) {
    let kept: HashSet<usize> = same.iter().flatten().copied().collect();
    let mut next_fresh = 0;
    for (i, s) in same.iter().enumerate() {
        if s.is_some() {
            continue;
        }
        let Some(block) = fresh.get_mut(next_fresh) else { return };
        next_fresh += 1;
        if !block.has_errors() {
            continue;
        }
        let above = same.get(..i).unwrap_or(&[]).iter().rev().find_map(|s| *s);
        let below = same.get(i..).unwrap_or(&[]).iter().find_map(|s| *s);
        let from = above.map_or(0, |a| a + 1);
        let to = below.filter(|b| *b >= from).unwrap_or(old.len());
        for (_, b) in old.iter().enumerate().filter(|(j, _)| (from..to).contains(j) && !kept.contains(j)) {
            for t in &b.tracks {
                if !block.tracks.contains(t) {
                    block.tracks.push(t.clone());
                }
            }
            block.held.extend(b.held.iter().chain(b.definitions().flatten()).cloned());
        }
    }
}
