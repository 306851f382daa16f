//! Where text came from, and what is to be said about it.
//!
//! In: texts and ranges. Out: [`Diagnostic`] values and the code frames that show them. Pure.
//! A set is cut into blocks (at blank lines); a position is a block and a byte range relative to
//! that block, so typing above a block moves nothing inside it.

pub mod frame;

use smallvec::SmallVec;

/// A block of a set, numbered by whoever cut the text. Stable as long as the block's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BlockId(pub u32);

/// A range of bytes, `start <= end`. Relative to a block unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TextRange {
    start: u32,
    end: u32,
}

impl TextRange {
    /// From `start` up to `end`; an `end` before `start` is taken as `start`.
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        Self { start, end: u32::try_from(end).unwrap_or(u32::MAX).max(start) }
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// The byte after the last.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// True for a range of no bytes.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest range that holds both.
    pub fn cover(self, o: Self) -> Self {
        Self { start: self.start.min(o.start), end: self.end.max(o.end) }
    }

    /// The same range, `by` bytes further on.
    pub fn shifted(self, by: usize) -> Self {
        Self::new(self.start() + by, self.end() + by)
    }

    /// The words of `text` under the range; empty where the range does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start()..self.end()).unwrap_or("")
    }
}

impl std::fmt::Debug for TextRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Words of a block: what lights up when an event sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The block.
    pub block: BlockId,
    /// The bytes inside it.
    pub range: TextRange,
}

/// How many positions an event carries.
pub const POSITIONS: usize = 4;

/// The positions that made an event, oldest first. A full list drops the oldest.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Positions {
    len: u8,
    list: [Position; POSITIONS],
}

impl Positions {
    /// No position.
    pub const NONE: Self = Self {
        len: 0,
        list: [Position { block: BlockId(0), range: TextRange { start: 0, end: 0 } }; POSITIONS],
    };

    /// One position.
    pub fn one(p: Position) -> Self {
        let mut list = Self::NONE;
        list.push(p);
        list
    }

    /// Appends one; a full list drops its oldest.
    pub fn push(&mut self, p: Position) {
        if self.as_slice().contains(&p) {
            return;
        }
        if usize::from(self.len) == POSITIONS {
            self.list.rotate_left(1);
            self.list[POSITIONS - 1] = p;
        } else if let Some(slot) = self.list.get_mut(usize::from(self.len)) {
            *slot = p;
            self.len += 1;
        }
    }

    /// Appends all of `others`.
    pub fn extend(&mut self, others: &Self) {
        for &p in others.as_slice() {
            self.push(p);
        }
    }

    /// The positions, oldest first.
    pub fn as_slice(&self) -> &[Position] {
        self.list.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

impl std::fmt::Debug for Positions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Works; there is a better way.
    Hint,
    /// Works, but perhaps not as meant.
    Warning,
    /// Does not work; what played before plays on.
    Error,
}

/// One thing to say about a piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// Where: bytes of the text that was read (a block, an expression, a mini-notation string).
    pub range: TextRange,
    /// What was met and what was expected, one sentence without a full stop.
    pub message: String,
    /// The way out, a line each.
    pub help: SmallVec<[String; 1]>,
}

impl Diagnostic {
    /// An error at `range`.
    pub fn error(range: TextRange, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, range, message: readable(message.into()), help: SmallVec::new() }
    }

    /// A warning at `range`.
    pub fn warning(range: TextRange, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(range, message) }
    }

    /// A hint at `range`.
    pub fn hint(range: TextRange, message: impl Into<String>) -> Self {
        Self { severity: Severity::Hint, ..Self::error(range, message) }
    }

    /// Adds a way out.
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(readable(line.into()));
        self
    }

    /// The same, `by` bytes further on: for a text that is part of a larger one.
    pub fn shifted(mut self, by: usize) -> Self {
        self.range = self.range.shifted(by);
        self
    }

    /// True for errors.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Characters of a message that are kept of its beginning, and of its end.
const KEPT: (usize, usize) = (300, 100);

/// A message that repeats the words of a text can be as long as the text: its middle is left out.
fn readable(text: String) -> String {
    let (first, last) = KEPT;
    let length = text.chars().count();
    if length <= first + last + 3 {
        return text;
    }
    let beginning = text.chars().take(first);
    beginning.chain("...".chars()).chain(text.chars().skip(length - last)).collect()
}

/// Up to `most` of `names` that are spelt nearly as `word`, best first: for "did you mean".
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let lower = word.to_lowercase();
    let allowed = match word.chars().count() {
        0..=3 => 1,
        4..=6 => 2,
        _ => 3,
    };
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter(|n| *n != word && n.len().abs_diff(word.len()) <= 3)
        .filter_map(|n| {
            let distance = strsim::damerau_levenshtein(&lower, &n.to_lowercase());
            (distance <= allowed && distance < word.chars().count().max(1)).then_some((distance, n))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(most).map(|(_, n)| n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_never_as_long_as_a_text() {
        let word = "é".repeat(100_000);
        let d = Diagnostic::error(TextRange::default(), format!("there is no {word} here")).help(&word);
        assert!(d.message.starts_with("there is no é") && d.message.ends_with("é here"));
        assert_eq!((d.message.chars().count(), d.help[0].chars().count()), (403, 403));
    }

    #[test]
    fn a_full_list_of_positions_drops_the_oldest() {
        let at = |n| Position { block: BlockId(1), range: TextRange::new(n, n + 1) };
        let mut list = Positions::NONE;
        (0..6).for_each(|n| list.push(at(n)));
        assert_eq!(list.as_slice(), [at(2), at(3), at(4), at(5)]);
        list.push(at(3));
        assert_eq!(list.as_slice().len(), POSITIONS);
    }

    #[test]
    fn the_nearest_names_come_first() {
        assert_eq!(nearest("evry", ["every", "very", "rev", "off"], 3), ["every", "very"]);
        assert_eq!(nearest("Sound", ["sound", "round"], 1), ["sound"]);
        assert!(nearest("x", ["hurry", "chop"], 3).is_empty());
    }

    #[test]
    fn ranges_never_run_backwards() {
        assert!(TextRange::new(5, 2).is_empty());
        assert_eq!(TextRange::new(1, 3).of("abc"), "bc");
        assert_eq!(TextRange::new(1, 9).of("abc"), "");
    }
}
