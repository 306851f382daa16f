//! The tree of a mini-notation string.
//!
//! In: what the grammar read. Out: plain data that is lowered, printed and checked. Every node has
//! the bytes it was read from. The tree is never deeper than [`super::MAX_DEPTH`] brackets (the
//! modifiers of a step are a list, not a nest), so that walking and dropping it are safe.

use crate::source::TextRange;
use crate::time::Rational;
use std::fmt;

/// A piece of notation and the bytes it was read from, relative to the string's own start.
///
/// Nodes are equal when they say the same, wherever they stand.
#[derive(Clone)]
pub struct Node {
    /// Where it stands, without blanks around it.
    pub range: TextRange,
    /// What it is.
    pub shape: Shape,
}

impl Node {
    /// A node.
    pub fn new(range: TextRange, shape: Shape) -> Self {
        Self { range, shape }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ", self.range)?;
        self.shape.fmt(f)
    }
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// `~` or `-`: nothing sounds.
    Rest,
    /// `bd:3`: a word; inside a chord, its name.
    Word(Box<str>),
    /// A number or a note in semitones above c5.
    Number(f64),
    /// A whole number.
    Int(i64),
    /// An exact ratio.
    Ratio(Rational),
    /// `t` or `f`.
    Truth(bool),
    /// `^name`: what setF and its kin have set.
    Variable(Box<str>),
    /// `5ii`, `o`, `d1`: the modifiers between two `'` of a chord.
    Modifiers(Vec<Modifier>),
    /// `c'maj'ii`.
    Chord(Box<Chord>),
    /// A part with modifiers, count or weight.
    Step(Box<Step>),
    /// `a b . c d`: the steps of each group; one group where no dot divides them. Empty for nothing.
    Sequence(Vec<Vec<Node>>),
    /// `a, b`: sequences at once.
    Stack(Vec<Node>),
    /// `a | b`: one of the sequences in each cycle, by chance.
    Choice(Vec<Node>),
    /// `[a b]`: a sequence, stack or choice in brackets.
    Group(Box<Node>),
    /// `<a b, c>`: one step of each layer in each cycle.
    Alternation(Vec<Node>),
    /// `{a b, c d e}%4`: layers of steps of one length.
    Polymeter(Vec<Node>, Steps),
    /// `0 .. 3`.
    Range(Box<(Node, Node)>),
}

/// How many steps a cycle of a polymeter has.
#[derive(Clone, Debug, PartialEq)]
pub enum Steps {
    /// As many as the first layer has.
    OfFirstLayer,
    /// `%` with nothing after it: silence, as in Tidal.
    Missing,
    /// `%4`, `%<4 8>`.
    Given(Box<Node>),
}

/// A part of a sequence with all that was hung on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is played.
    pub part: Node,
    /// What is done to it, in order.
    pub ops: Vec<Op>,
    /// How many times it is played in a row (`!`).
    pub count: u32,
    /// The room of all these together, in steps (`@`, `_`).
    pub weight: Rational,
}

impl Step {
    /// A part with nothing hung on it.
    pub fn plain(part: Node) -> Self {
        Self { part, ops: Vec::new(), count: 1, weight: Rational::ONE }
    }

    /// True while nothing is hung on it: then the part stands for itself.
    pub fn is_plain(&self) -> bool {
        self.ops.is_empty() && self.count == 1 && self.weight == Rational::ONE
    }
}

/// What is done to a part.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// `*2`
    Fast(Node),
    /// `/2`
    Slow(Node),
    /// `?0.5`: events fall out by this chance.
    Degrade(f64),
    /// `(3,8,2)`
    Euclid(Box<Euclid>),
}

/// The arguments of a euclidean rhythm.
#[derive(Clone, Debug, PartialEq)]
pub struct Euclid {
    /// How many hits; negative for the rhythm of the gaps.
    pub hits: Node,
    /// In how many steps.
    pub steps: Node,
    /// Steps to the left.
    pub rotation: Option<Node>,
}

/// A chord.
#[derive(Clone, Debug, PartialEq)]
pub struct Chord {
    /// The note it stands on; c5 where there is none.
    pub root: Option<Node>,
    /// Its name, or a bracket of names.
    pub name: Node,
    /// What is done to it, in order: modifiers, or brackets of such.
    pub modifiers: Vec<Node>,
}

/// What is done to the notes of a chord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifier {
    /// `5ii`: so many notes, going on in higher octaves, beginning with the note number `from`.
    Notes {
        /// How many.
        count: u32,
        /// How many of the lowest are left out.
        from: u32,
    },
    /// `ii` or `i2`: the lowest note up an octave, so many times.
    Invert(u32),
    /// `o`: the first and third note an octave down.
    Open,
    /// `d1`: this note, counted from the top, an octave down.
    Drop(u32),
}
