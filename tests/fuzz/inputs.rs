//! Inputs made from numbers: the same number is the same input, on every machine.

use flate2::read::GzDecoder;
use oiduna::notation::Kind;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Numbers that look random (SplitMix64, public domain, Sebastiano Vigna).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 when there is nothing below.
    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// What an input is read as.
#[derive(Debug)]
pub enum What {
    Notation(Kind),
    Statements,
}

/// One input.
#[derive(Debug)]
pub struct Input {
    pub what: What,
    pub text: String,
}

const KINDS: [Kind; 8] = [
    Kind::Sound,
    Kind::Note,
    Kind::Number,
    Kind::Int,
    Kind::Rational,
    Kind::Bool,
    Kind::ChordName,
    Kind::ChordModifier,
];

/// Numbers at the ends of their ranges, and past them.
const EXTREMES: [&str; 22] = [
    "0",
    "-1",
    "-0.0",
    "1e9",
    "1e308",
    "1e-308",
    "1e400",
    "-1e18",
    "1000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "0.0000000001",
    "0x7fffffff",
    "4294967296",
    "2147483647",
    "1%0",
    "9007199254740993%9007199254740992",
    "(1/0)",
    "(0/0)",
    "99999999999999999999999999",
];

/// Pieces of mini-notation.
const NOTATION: [&str; 52] = [
    "bd",
    "sn",
    "hh:3",
    "~",
    "-",
    "[",
    "]",
    "<",
    ">",
    "{",
    "}",
    "(",
    ")",
    ",",
    "|",
    ".",
    "..",
    "*",
    "/",
    "!",
    "@",
    "?",
    "%",
    "'",
    "^x",
    "_",
    ":",
    ";",
    " ",
    "  ",
    "0",
    "1",
    "-2",
    "3.5",
    "1e3",
    "1%8",
    "e",
    "q",
    "c4",
    "cs5",
    "'maj",
    "'min'ii",
    "'major'5'o",
    "(3,8)",
    "(<3 5>,8,<0 2>)",
    "(-3,8)",
    "*2",
    "/3",
    "!3",
    "@1.5",
    "?0.3",
    "%4",
];

/// Pieces of the language that are no names of the corpus, or seldom.
const LANGUAGE: [&str; 66] = [
    "d1",
    "d2",
    "$",
    "#",
    "|+|",
    "|<",
    "+",
    "-",
    "*",
    "/",
    ".",
    "<>",
    "<~",
    "~>",
    "=",
    "->",
    "\\x",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "`",
    "\"",
    "'",
    "let",
    "in",
    "where",
    "do",
    "if",
    "then",
    "else",
    "case",
    "of",
    "<-",
    "|",
    "@",
    ":",
    "Just",
    "infixr 3",
    "f",
    "::",
    "..",
    "Pattern",
    "x",
    "_",
    "hush",
    "once",
    "\n",
    "\n  ",
    "\t",
    "\r\n",
    "-- x\n",
    "{-",
    "-}",
    "\"bd*2\"",
    "\"<0 .. 7>\"",
    "\u{201c}",
    "\u{e9}",
    "\u{1f941}",
    "'a'",
    "\0",
];

/// What real performers and Tidal's own tests wrote.
pub struct Corpus {
    strings: Vec<String>,
    statements: Vec<String>,
    /// The statements' tokens, each once.
    words: Vec<String>,
}

fn rows(name: &str) -> impl Iterator<Item = serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(name);
    let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
    lines.map(|l| serde_json::from_str(&l.unwrap()).unwrap())
}

/// Words, numbers, runs of blanks, and every other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 0,
        _ if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match class(first) {
            2 => first.len_utf8(),
            same => rest.find(|c| class(c) != same).unwrap_or(rest.len()),
        };
        out.push(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

impl Corpus {
    pub fn read() -> Self {
        let field = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
        let strings: Vec<String> = rows("mini.jsonl.gz").map(|r| field(&r, "pattern")).collect();
        let mut statements: Vec<String> = rows("code.jsonl.gz").map(|r| field(&r, "code")).collect();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let mut sets: Vec<_> = std::fs::read_dir(examples).unwrap().map(|e| e.unwrap().path()).collect();
        sets.sort();
        for set in sets.iter().filter(|s| s.extension().is_some_and(|e| e == "tidal")) {
            let text = std::fs::read_to_string(set).unwrap();
            statements.extend(text.split("\n\n").map(str::to_owned));
        }
        let definitions = include_str!("definitions.tidal").split("\n\n");
        // Some dozens among more than a thousand: several times each.
        statements.extend(definitions.cycle().take(300).map(str::to_owned));
        let all: std::collections::BTreeSet<&str> = statements.iter().flat_map(|s| tokens(s)).collect();
        let words = all.into_iter().map(str::to_owned).collect();
        Self { strings, statements, words }
    }

    /// The input of a number.
    pub fn input(&self, number: u64) -> Input {
        let mut d = Dice(number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let notation = What::Notation(*d.one(&KINDS));
        let (what, text) = match d.below(20) {
            0 => (notation, bytes(&mut d)),
            1 => (What::Statements, bytes(&mut d)),
            2..5 => (notation, self.soup(&mut d, &NOTATION)),
            5..7 => (What::Statements, self.soup(&mut d, &LANGUAGE)),
            7..14 => {
                let text = d.one(&self.strings).clone();
                (notation, self.damaged(&mut d, text, &NOTATION))
            }
            _ => {
                let text = d.one(&self.statements).clone();
                (What::Statements, self.damaged(&mut d, text, &LANGUAGE))
            }
        };
        Input { what, text }
    }

    /// A piece to put somewhere.
    fn piece<'a>(&'a self, d: &mut Dice, own: &[&'static str]) -> &'a str {
        match d.below(10) {
            0 => d.one::<&str>(&EXTREMES),
            1..5 => d.one::<String>(&self.words),
            _ => d.one::<&str>(own),
        }
    }

    fn soup(&self, d: &mut Dice, own: &[&'static str]) -> String {
        let blank = *d.one(&["", " ", " ", "\n"]);
        let parts: Vec<&str> = (0..d.below(16)).map(|_| self.piece(d, own)).collect();
        parts.join(blank)
    }

    fn damaged(&self, d: &mut Dice, text: String, own: &[&'static str]) -> String {
        let mut text = text;
        for _ in 0..=d.below(4) {
            let by_character = d.below(4) == 0;
            let parts: Vec<&str> = if by_character { text.split("").collect() } else { tokens(&text) };
            let (mut out, at, other) = (parts.clone(), d.below(parts.len()), d.below(parts.len()));
            if out.is_empty() {
                return self.piece(d, own).to_owned();
            }
            let piece = self.piece(d, own);
            match d.below(7) {
                0 => drop(out.remove(at)),
                1 => out.insert(at, parts[at]),
                2 => out.swap(at, other),
                3 => out.insert(at, piece),
                4 => out[at] = piece,
                // A number where there was one.
                5 => {
                    let numbers: Vec<usize> = (0..out.len())
                        .filter(|i| out[*i].starts_with(|c: char| c.is_ascii_digit()))
                        .collect();
                    if let Some(i) = numbers.get(d.below(numbers.len())) {
                        out[*i] = d.one::<&str>(&EXTREMES);
                    }
                }
                // A stretch of it many times over.
                _ => {
                    let (from, to) = (at.min(other), at.max(other));
                    let stretch = parts[from..to].to_vec();
                    for _ in 0..d.below(4) {
                        out.splice(from..from, stretch.iter().copied());
                    }
                }
            }
            text = out.concat();
        }
        text
    }
}

/// Bytes as a broken file would have them.
fn bytes(d: &mut Dice) -> String {
    let printable = d.below(2) == 0;
    let bytes: Vec<u8> =
        (0..d.below(60)).map(|_| if printable { 32 + d.below(95) as u8 } else { d.roll() as u8 }).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
