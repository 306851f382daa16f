//! Mini-notation: text -> [`Ast`] -> pattern.
//!
//! In: the text between two quotation marks, and the kind of value that is wanted. Out: a tree with
//! the bytes of every node, or what is wrong with the text and how to mend it. Pure; no text can
//! make it panic, run away or fill the memory: nesting, repeats and chords have limits.
//!
//! The grammar stands in `grammar/mini.ebnf`; each of its rules has a function of its name in
//! `grammar` (shape) or `lexeme` (words and numbers). It is Tidal's notation, 1.7 to 1.9, and
//! what newer versions accept besides. nom stays inside: no type of it leaves this module.

pub mod ast;
mod chance;
mod chord;
mod chords;
mod grammar;
mod lexeme;
mod limits;
mod lower;
mod modifiers;
mod print;
mod trouble;

use crate::source::Diagnostic;
use ast::Node;
use grammar::Grammar;
use std::cell::RefCell;

pub use limits::{MAX_DEPTH, MAX_STEPS};
pub use lower::pattern;

/// What the steps of a string are: the same letters mean different things to different kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Words: names of sounds, and any other text.
    Sound,
    /// Notes and semitones: letters are notes first, then parts of a cycle.
    Note,
    /// Numbers: letters are parts of a cycle first (`e` is 1/8), then notes.
    Number,
    /// Whole numbers and notes.
    Int,
    /// Exact ratios: cycle times.
    Rational,
    /// Truths.
    Bool,
    /// Names of chords, in a bracket after `'`.
    ChordName,
    /// Modifiers of chords, in a bracket after the second `'`.
    ChordModifier,
}

/// No kind of step has the name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind {0:?}: say sound, note, number, int, rational or bool")]
pub struct UnknownKind(String);

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    /// Reads the words of `query --as`.
    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Ok(match name {
            "sound" => Self::Sound,
            "note" => Self::Note,
            "number" => Self::Number,
            "int" => Self::Int,
            "rational" => Self::Rational,
            "bool" => Self::Bool,
            other => return Err(UnknownKind(other.to_owned())),
        })
    }
}

impl Kind {
    /// True where a step may be a chord.
    fn has_chords(self) -> bool {
        matches!(self, Self::Note | Self::Number | Self::Int)
    }
}

/// A string that was understood.
#[derive(Clone, Debug)]
pub struct Ast {
    /// How its words were read.
    pub kind: Kind,
    /// A sequence, stack or choice.
    pub root: Node,
    hints: Vec<Diagnostic>,
}

impl PartialEq for Ast {
    /// Equal when they say the same, wherever it stands and whatever is odd about it.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.root == other.root
    }
}

impl Ast {
    /// What is odd about a string that works all the same: chords that nobody knows, and the like.
    pub fn hints(&self) -> &[Diagnostic] {
        &self.hints
    }
}

/// Reads the text between two quotation marks as values of `kind`. Ranges are relative to `text`.
///
/// # Errors
/// What is wrong with it, where, and a form that would work.
pub fn parse(text: &str, kind: Kind) -> Result<Ast, Vec<Diagnostic>> {
    limits::nesting(text)?;
    let eaten = RefCell::default();
    let grammar = Grammar { text, kind, eaten: &eaten };
    let root = match grammar.notation(text) {
        Ok((_, root)) => root,
        Err(nom::Err::Error(f) | nom::Err::Failure(f)) => return Err(vec![f.describe(text, kind)]),
        // The complete parsers never ask for more; the end of the text is what they lack.
        Err(nom::Err::Incomplete(_)) => {
            return Err(vec![trouble::Failure::new("", trouble::Why::Unexpected).describe(text, kind)]);
        }
    };
    limits::size(&root)?;
    let mut hints = limits::hints(&root);
    hints.extend(eaten.into_inner().into_iter().map(|range| trouble::eaten(range, text)));
    hints.sort_by_key(|h| h.range);
    hints.dedup();
    Ok(Ast { kind, root, hints })
}

#[cfg(test)]
mod tests;
