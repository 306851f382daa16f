//! Names that complete the word before the cursor.
//!
//! In: the line, the cursor, the names that the state knows. Out: the candidates and the line with
//! one of them. Pure.

use crate::control;
use crate::session::{COMMANDS, State};
use crate::synth::instruments::InstrumentId;

/// Candidates for a word, and which of them stands in the line.
#[derive(Debug)]
pub(super) struct Completion {
    before: String,
    after: String,
    /// What the word is completed to while none is chosen: what all candidates begin with.
    common: String,
    pub(super) candidates: Vec<String>,
    pub(super) chosen: Option<usize>,
}

/// Candidates that are offered: more than anyone looks through.
const MOST: usize = 100;

impl Completion {
    /// The candidates for the word before the cursor (a character's number); none when there are none.
    pub(super) fn of(line: &str, cursor: usize, state: &State) -> Option<Self> {
        let at = line.char_indices().nth(cursor).map_or(line.len(), |(i, _)| i);
        let (left, after) = line.split_at_checked(at)?;
        let quoted = left.matches('"').count() % 2 == 1;
        let part = |c: char| c.is_alphanumeric() || c == '_' || (c == '\'' && !quoted);
        let word = left.trim_end_matches(part).len();
        let (before, word) = left.split_at_checked(word)?;
        let command = before == ":";
        if word.is_empty() && !command {
            return None;
        }
        let mut candidates: Vec<String> = if command {
            COMMANDS.iter().map(|c| c.name.to_owned()).collect()
        } else if quoted {
            let folders = state.sounds.index().folders().map(|f| f.name.clone());
            let house = InstrumentId::all().flat_map(|i| i.get().names()).map(str::to_owned);
            folders.chain(house).collect()
        } else {
            let own = state.set.blocks.iter().flat_map(|b| b.tracks.iter().map(ToString::to_string));
            let functions = state.language().library().names().map(str::to_owned);
            functions.chain(control::functions().iter().map(|f| f.name.to_owned())).chain(own).collect()
        };
        candidates.retain(|c| c.starts_with(word));
        candidates.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        candidates.dedup();
        candidates.truncate(MOST);
        let common = common(&candidates)?.to_owned();
        let chosen = (common == word || candidates.len() == 1).then_some(0);
        Some(Self { before: before.to_owned(), after: after.to_owned(), common, candidates, chosen })
    }

    /// Chooses the next candidate, or the one before.
    pub(super) fn turn(&mut self, forward: bool) {
        let count = self.candidates.len().max(1);
        self.chosen = Some(match (self.chosen, forward) {
            // What all begin with may be a name itself: it stands in the line already.
            (None, true) => usize::from(self.candidates.first() == Some(&self.common)) % count,
            (None, false) => count - 1,
            (Some(c), true) => (c + 1) % count,
            (Some(c), false) => (c + count - 1) % count,
        });
    }

    /// The word as it stands in the line.
    pub(super) fn word(&self) -> Option<&str> {
        self.chosen.and_then(|c| self.candidates.get(c)).map(String::as_str)
    }

    /// The line, and the cursor behind the word.
    pub(super) fn apply(&self) -> (String, usize) {
        let word = self.word().unwrap_or(&self.common);
        let left = format!("{}{word}", self.before);
        let cursor = left.chars().count();
        (left + &self.after, cursor)
    }
}

/// What all names begin with.
fn common(names: &[String]) -> Option<&str> {
    let (first, rest) = names.split_first()?;
    let mut length = first.len();
    for name in rest {
        let same = first.char_indices().zip(name.chars()).take_while(|((_, a), b)| a == b);
        length = length.min(same.map(|((i, a), _)| i + a.len_utf8()).last().unwrap_or(0));
    }
    first.get(..length)
}
