//! Saving: what has changed, what stays, and who plays on.
//!
//! In: the text as it is now. Out: the edits that it puts into force. Pure.

use super::{Block, evaluate_all};
use crate::language::{Definition, Done, Outcome, Scope};
use crate::score::Edit;
use crate::session::{Effect, State, blocks};
use crate::source::BlockId;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// For each new block, the old one of the same text; each old one is used once, first come.
fn same_texts(old: &[Block], new: &[&str]) -> Vec<Option<usize>> {
    let mut free: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, b) in old.iter().enumerate().rev() {
        free.entry(b.text.as_str()).or_default().push(i);
    }
    new.iter().map(|t| free.get_mut(t).and_then(Vec::pop)).collect()
}

impl State {
    pub(in crate::session) fn save(&mut self, text: &str) -> Vec<Effect> {
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

        self.hand_over(&old, &same, &fresh);
        let mut edits = Vec::new();
        for b in &fresh {
            let own = b.edits();
            self.set.plays(&own, Some(b.id));
            edits.extend(own);
        }
        let defined: HashSet<Arc<str>> = fresh
            .iter()
            .flat_map(|b| b.definitions().flatten().map(|d| d.name.clone()).collect::<Vec<_>>())
            .collect();
        self.typed_scope.retain(|d| !defined.contains(&d.name));
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
        edits.extend(self.gone(&old, &same));
        let effects = self.apply(&edits);
        self.look_at_blocks();
        self.told.clear();
        self.tell_errors(&before);
        effects
    }

    /// Definitions that stay, in the order of the file; the held ones are below them, and those that were
    /// typed above: they hold until the file's own ones change.
    fn staying(&self, old: &[Block], same: &[Option<usize>], held: &[Arc<Definition>]) -> Scope {
        let mut scope = Scope::default();
        scope.define(&self.def_scope);
        scope.define(held);
        same.iter().flatten().filter_map(|i| old.get(*i)).for_each(|b| b.define(&mut scope));
        scope.define(&self.typed_scope);
        scope
    }

    /// Blocks with an error play on what the blocks played that they took the place of.
    fn hand_over(&mut self, old: &[Block], same: &[Option<usize>], fresh: &[Block]) {
        let gone: HashSet<BlockId> = gone(old, same).map(|b| b.id).collect();
        for b in fresh.iter().filter(|b| b.has_errors()) {
            for track in &b.tracks {
                if let Some(p) = self.set.playing.get_mut(track).filter(|p| gone.contains(&p.block)) {
                    p.block = b.id;
                }
            }
        }
    }

    /// Tracks of blocks that are gone and played them: another block takes over, or they stop.
    fn gone(&mut self, old: &[Block], same: &[Option<usize>]) -> Vec<Edit> {
        let gone: HashSet<BlockId> = gone(old, same).map(|b| b.id).collect();
        let mut left: Vec<Arc<str>> = Vec::new();
        self.set.playing.retain(|track, p| {
            let stays = !gone.contains(&p.block);
            if !stays {
                left.push(track.clone());
            }
            stays
        });
        left.sort();
        let mut edits = Vec::new();
        for track in left {
            let Some((block, edit)) = self.set.last_naming(&track) else {
                edits.push(Edit::Stop(track));
                continue;
            };
            self.set.plays(std::slice::from_ref(&edit), Some(block));
            edits.push(edit);
        }
        edits
    }

    /// Evaluates again the blocks that mention a name that was redefined, and those that mention what
    /// these define. The tracks that they play change; their commands are not run again.
    /// `done` are blocks that know the new definitions already.
    pub(in crate::session) fn re_evaluate(
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
            let typed: HashSet<Arc<str>> = self.typed_scope.iter().map(|d| d.name.clone()).collect();
            for d in new.definitions().flatten().filter(|d| !typed.contains(&d.name)) {
                self.scope.define(std::slice::from_ref(d));
                names.insert(d.name.clone());
            }
            // A block that had an error until now plays as if the set had just been opened: over those above.
            let mended = self.set.block(id).is_some_and(Block::has_errors) && !new.has_errors();
            let below: HashSet<BlockId> = self.set.blocks.iter().skip(i + 1).map(|b| b.id).collect();
            let mut tracks = new.edits();
            tracks.retain(|e| match e {
                Edit::Track { name, .. } => match self.set.playing.get(name) {
                    Some(p) if p.block == id => !p.typed_over,
                    Some(p) => mended && !below.contains(&p.block),
                    None => mended,
                },
                _ => false,
            });
            self.set.plays(&tracks, Some(id));
            edits.extend(tracks);
            if let Some(b) = self.set.blocks.get_mut(i) {
                let tracks = if new.has_errors() { b.tracks.clone() } else { new.tracks.clone() };
                let mut held = Vec::new();
                if new.has_errors() {
                    held = std::mem::take(&mut b.held);
                    held.extend(b.definitions().flatten().cloned());
                }
                *b = Block { start: b.start, line: b.line, tracks, held, ..new };
            }
        }
    }

    /// After a definition was typed.
    pub(in crate::session) fn redefined(&mut self, outcome: &Outcome) -> Vec<Effect> {
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
}

/// The old blocks that are not among the new ones.
fn gone<'a>(old: &'a [Block], same: &[Option<usize>]) -> impl Iterator<Item = &'a Block> {
    let kept: HashSet<usize> = same.iter().flatten().copied().collect();
    old.iter().enumerate().filter(move |(i, _)| !kept.contains(i)).map(|(_, b)| b)
}

/// A fresh block with an error takes over the tracks and the definitions of the old blocks in its place:
/// those between the nearest unchanged blocks above and below. Where there are none it may have been
/// moved: then those of a block that began with the same words and is nowhere now.
fn inherit(old: &[Block], same: &[Option<usize>], fresh: &mut [Block]) {
    let kept: HashSet<usize> = same.iter().flatten().copied().collect();
    let gone = || old.iter().enumerate().filter(|(j, _)| !kept.contains(j));
    let changed = same.iter().enumerate().filter(|(_, s)| s.is_none()).map(|(i, _)| i);
    let well: HashSet<String> =
        fresh.iter().filter(|b| !b.has_errors()).map(|b| beginning(&b.text).to_owned()).collect();
    let mut taken: HashSet<usize> = HashSet::new();
    let mut moved = Vec::new();
    for (i, block) in changed.zip(fresh).filter(|(_, b)| b.has_errors()) {
        let above = same.get(..i).unwrap_or(&[]).iter().rev().find_map(|s| *s);
        let below = same.get(i..).unwrap_or(&[]).iter().find_map(|s| *s);
        let from = above.map_or(0, |a| a + 1);
        let to = below.filter(|b| *b >= from).unwrap_or(old.len());
        let place: Vec<(usize, &Block)> = gone().filter(|(j, _)| (from..to).contains(j)).collect();
        if place.is_empty() {
            moved.push(block);
            continue;
        }
        for (j, b) in place {
            taken.insert(j);
            block.stand_in_for(b);
        }
    }
    for block in moved {
        let words = beginning(&block.text);
        let before = gone().find(|(j, b)| {
            !taken.contains(j) && !well.contains(words) && !words.is_empty() && beginning(&b.text) == words
        });
        if let Some((j, b)) = before {
            taken.insert(j);
            block.stand_in_for(b);
        }
    }
}

/// What the first statement of a block is about: `d1`, `p "kick"`, `let drums`.
fn beginning(text: &str) -> &str {
    let first = text.lines().find(|l| !l.trim().is_empty() && !l.trim_start().starts_with("--"));
    first.unwrap_or("").split(['$', '=']).next().unwrap_or("").trim()
}
