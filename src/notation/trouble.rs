//! From a failed parse to words that help.
//!
//! In: where the grammar stopped and why. Out: one [`Diagnostic`] that names what was met, what
//! was expected and a form that would work. Pure. nom's own error type ends here.

use super::Kind;
use crate::source::{Diagnostic, TextRange};
use nom::error::{ErrorKind, ParseError};

/// Why the grammar stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Something that cannot stand here.
    Unexpected,
    /// The bracket at `from` is not closed by its partner.
    Unclosed { open: char, from: usize, kind: Kind },
    /// The operator at `from` lacks what it works with.
    NothingAfter { op: char, from: usize },
    /// `..` without an end.
    RangeWithoutEnd,
    /// `,` and `|` in one bracket.
    Mixed,
    /// `<>`, `{a,}`: a layer without steps has no speed.
    EmptyLayer { open: char, from: usize },
    /// `bd .`
    LoneDot,
    /// `bd(3)`
    TooFewArguments { from: usize },
    /// `bd(3,8,2,1)`
    TooManyArguments,
    /// `bd(3,8)(5,8)`
    TwoRhythms,
    /// `c'` without a chord's name.
    ChordName,
    /// `c'maj''`
    ChordModifier,
    /// `1.5` where a whole number is wanted; `len` bytes of it.
    NotWhole { len: usize },
    /// A number beyond what can be counted, or a ratio over zero.
    OutOfRange { len: usize },
    /// `[a b]_5`
    NumberAfterUnderscore,
    /// More modifiers, repeats or notes than the limit.
    TooMany { limit: usize },
}

/// A failure: how many bytes of the text were left, and why.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    left: usize,
    why: Why,
}

impl Failure {
    /// A failure with `rest` left to read.
    pub(super) fn new(rest: &str, why: Why) -> Self {
        Self { left: rest.len(), why }
    }

    /// Backtracking may try something else.
    pub(super) fn soft(rest: &str, why: Why) -> nom::Err<Self> {
        nom::Err::Error(Self::new(rest, why))
    }

    /// Nothing else can be meant.
    pub(super) fn hard(rest: &str, why: Why) -> nom::Err<Self> {
        nom::Err::Failure(Self::new(rest, why))
    }

    /// The words for it. `kind` is what the string as a whole is lexed as.
    pub(super) fn describe(&self, text: &str, kind: Kind) -> Diagnostic {
        let at = text.len().saturating_sub(self.left);
        let here = TextRange::new(at, at + met(text, at).len());
        let one = |from: usize, c: char| TextRange::new(from, from + c.len_utf8());
        match self.why {
            Why::Unexpected => unexpected(text, at, kind),
            Why::Unclosed { open, from, kind } => unclosed(text, at, open, from, kind),
            Why::NothingAfter { op, from } => nothing_after(text, at, op, from),
            Why::RangeWithoutEnd => Diagnostic::error(TextRange::new(at, at + 2), "there is no end after ..")
                .help("write where the range ends: 0 .. 3"),
            Why::Mixed => Diagnostic::error(here, ", and | stand in one bracket")
                .help("put one of them into a bracket of its own: [a, [b|c]]"),
            Why::EmptyLayer { open, from } => {
                let range = TextRange::new(from, (at + 1).min(text.len()));
                Diagnostic::error(range, format!("there are no steps in this part of {open}{}", partner(open)))
                    .help("write at least one step, ~ for a rest: <~>")
            }
            Why::LoneDot => Diagnostic::error(one(at, '.'), "a dot divides groups, and there is only one group")
                .help("write a second group, or remove the dot: bd sn . hh hh"),
            Why::TooFewArguments { from } => Diagnostic::error(
                TextRange::new(from, (at + 1).min(text.len())),
                "a euclidean rhythm needs hits and steps",
            )
            .help("two numbers, or three with a rotation: bd(3,8) or bd(3,8,2)"),
            Why::TooManyArguments => {
                Diagnostic::error(here, "a euclidean rhythm has hits, steps and a rotation, no more")
                    .help("bd(3,8,2)")
            }
            Why::TwoRhythms => {
                let closing = TextRange::new(at.saturating_sub(1), at);
                Diagnostic::error(closing, "two euclidean rhythms stand on one step")
                    .help("put the inner one into brackets: [bd(3,8)](5,8)")
            }
            Why::ChordName => Diagnostic::error(here, "the name of a chord is wanted after '")
                .help("write it without a blank: c'maj or e'min7"),
            Why::ChordModifier => Diagnostic::error(here, "a modifier of the chord is wanted after the second '")
                .help("a number of notes, i (inversion), o (open) or d1 (drop), without a blank: c'maj'5, c'maj'ii, c'maj'o"),
            Why::NotWhole { len } => {
                let range = TextRange::new(at, at + len);
                Diagnostic::error(range, format!("a whole number is wanted here, {} is not one", range.of(text)))
                    .help("3, -2 or a note such as e5")
            }
            Why::OutOfRange { len } => {
                let range = TextRange::new(at, at + len);
                Diagnostic::error(range, format!("{} is too large, or a ratio over zero", range.of(text)))
                    .help("use a number that can be counted")
            }
            Why::NumberAfterUnderscore => Diagnostic::error(here, "a number cannot follow _ directly")
                .help("@3 gives a step three times the room; _ 3 makes the step longer and then plays 3"),
            Why::TooMany { limit } => {
                Diagnostic::error(here, format!("more than {limit} of these are too many")).help("use fewer")
            }
        }
    }
}

impl ParseError<&str> for Failure {
    fn from_error_kind(rest: &str, _: ErrorKind) -> Self {
        Self::new(rest, Why::Unexpected)
    }

    fn append(_: &str, _: ErrorKind, other: Self) -> Self {
        other
    }

    /// Of two, the one that came further.
    fn or(self, other: Self) -> Self {
        if other.left < self.left { other } else { self }
    }
}

/// What to say of a step that the number before it has eaten.
pub(super) fn eaten(range: TextRange, text: &str) -> Diagnostic {
    let (part, word) = (range.of(text), met(text, range.start()));
    Diagnostic::warning(range, format!("{part} is taken as part of the number before it, as Tidal 1.7 does"))
        .help(format!("for a step of its own put it into brackets: [{word}]"))
}

/// The bracket that closes `open`.
pub(super) fn partner(open: char) -> char {
    match open {
        '[' => ']',
        '<' => '>',
        '{' => '}',
        _ => ')',
    }
}

/// The word, or the one character, that stands at `at`; empty at the end.
fn met(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or("");
    let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let len = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
    rest.get(..len).unwrap_or("")
}

fn unclosed(text: &str, at: usize, open: char, from: usize, kind: Kind) -> Diagnostic {
    let close = partner(open);
    let opened = TextRange::new(from, from + 1);
    match met(text, at) {
        "" => {
            Diagnostic::error(opened, format!("this {open} is never closed")).help(format!("add a {close}"))
        }
        found @ ("]" | ">" | "}" | ")") => {
            Diagnostic::error(TextRange::new(at, at + 1), format!("{open} is closed by {found}"))
                .help(format!("close it with {close}, and inner brackets before it"))
        }
        "|" if open == '<' || open == '{' => {
            Diagnostic::error(TextRange::new(at, at + 1), format!("a choice | cannot stand in {open}{close}"))
                .help("a choice stands in square brackets: [a|b]")
        }
        _ => unexpected(text, at, kind),
    }
}

fn nothing_after(text: &str, at: usize, op: char, from: usize) -> Diagnostic {
    let help = match op {
        '/' => "write how many cycles it takes: bd/2, bd/<2 3>",
        _ => "write how many times: bd*2, bd*1.5, bd*<2 3>",
    };
    let found = met(text, at);
    if found.is_empty() {
        Diagnostic::error(TextRange::new(from, from + op.len_utf8()), format!("there is nothing after {op}"))
    } else {
        let range = TextRange::new(at, at + found.len());
        Diagnostic::error(range, format!("a number is wanted after {op}, {found} is not one"))
    }
    .help(help)
}

fn unexpected(text: &str, at: usize, kind: Kind) -> Diagnostic {
    let found = met(text, at);
    let error = |message: String| Diagnostic::error(TextRange::new(at, at + found.len()), message);
    let needs =
        |form: &str| error(format!("there is nothing before {found} that it could change")).help(form);
    match found {
        "" => error("the notation ends too early".into())
            .help("write what belongs behind it, or take the end away"),
        "]" | ">" | "}" | ")" => {
            let open = match found {
                "]" => '[',
                ">" => '<',
                "}" => '{',
                _ => '(',
            };
            error(format!("{found} without {open}")).help(format!("remove it, or add {open} before it"))
        }
        "(" => needs("a euclidean rhythm follows a step: bd(3,8); for grouping use [ ]"),
        "*" => needs("bd*2"),
        "/" => needs("bd/2"),
        "!" => needs("bd!3, or bd ! to repeat"),
        "@" => needs("bd@3"),
        "?" => needs("bd? or bd?0.3"),
        "_" => needs("bd _ makes bd longer"),
        "%" => error("% belongs to a polymeter or between two numbers".into())
            .help("{bd sn hh}%4, or 3%4 for a ratio"),
        ":" => needs("bd:3, without blanks"),
        "'" if kind == Kind::Sound => {
            error("' cannot stand in a word".into()).help("chords belong to notes: n \"c'maj\"")
        }
        "\"" => error("a quotation mark cannot stand inside mini-notation".into())
            .help("close the string before it"),
        "$" | "#" | "+" | "=" | "&" | ";" | "\\" | "`" => error(format!("{found} is not mini-notation"))
            .help("functions and operators stand outside the quotation marks"),
        "," | "|" => {
            error(format!("{found} cannot stand here")).help("put it inside brackets: [a, b] or [a|b]")
        }
        _ if found.starts_with(char::is_alphanumeric) => match wanted(kind) {
            Some((what, forms)) => {
                error(format!("{what} is wanted here, {found} is not one")).help(format!("write {forms}"))
            }
            None => error(format!("{found} cannot stand here"))
                .help("put a step in front of it, or take out what stands there"),
        },
        _ => error(format!("{} has no meaning in mini-notation", found.escape_debug()))
            .help("words are made of letters, digits and : . - _"),
    }
}

/// What a step of this kind is called, with examples.
fn wanted(kind: Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        Kind::Sound => None,
        Kind::Note => Some(("a note", "c4, e, fs, 7 or c'maj; in lower case, s for sharp, f for flat")),
        Kind::Number => Some(("a number", "3, -0.5, 1%4, q or a note such as e5")),
        Kind::Int => Some(("a whole number", "3, -2 or a note such as e5")),
        Kind::Rational => Some(("a number", "2, 1.5, 3%4, or w h q e s t f x for parts of a cycle")),
        Kind::Bool => Some(("a truth", "t or f, also 1 or 0")),
        Kind::ChordName => Some(("the name of a chord", "maj, min7, sus4")),
        Kind::ChordModifier => {
            Some(("a modifier of the chord", "5 (notes), i (inversion), o (open), d1 (drop)"))
        }
    }
}
