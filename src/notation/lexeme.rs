//! The productions for what a step is spelt with: words, numbers, notes, truths and chords.
//!
//! In: text. Out: nodes. Pure. The same letters mean different things to different kinds (`e` is a
//! note, an eighth or a word), so [`Grammar::atom`] goes by the kind that is wanted.

use super::Kind;
use super::ast::{Chord, Modifier, Node, Shape};
use super::grammar::{Grammar, Parsed};
use super::trouble::{Failure, Why};
use crate::time::Rational;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::{char, digit1, multispace0, one_of, satisfy};
use nom::combinator::{map, not, opt, peek, recognize, value};
use nom::multi::many0;
use nom::sequence::{pair, preceded, terminated};

/// How many notes a chord may be stretched to.
pub(super) const MAX_CHORD: u32 = 128;

/// Letters, digits and `: . - _`.
pub(super) fn goes_on_in_a_word(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit() || matches!(c, ':' | '.' | '-' | '_')
}

/// A number as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantity {
    /// Undefined where it does not fit.
    pub(super) exact: Rational,
    float: f64,
}

#[expect(clippy::unused_self, reason = "every production is a method, so that one table can list them")]
impl<'a> Grammar<'a> {
    /// A step of the kind that is wanted.
    pub(super) fn atom(&self, input: &'a str) -> Parsed<'a, Node> {
        match self.kind {
            Kind::Sound => self.word(input),
            Kind::Bool => self.truth(input),
            Kind::ChordName => self.chord_name(input),
            Kind::ChordModifier => self.chord_modifier(input),
            Kind::Note | Kind::Number | Kind::Int | Kind::Rational => self.quantity(input),
        }
    }

    /// A word: a letter or digit, then also `: . - _`.
    pub(super) fn word(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let first = satisfy(|c| c.is_alphabetic() || c.is_ascii_digit());
        let (rest, word) =
            preceded(multispace0, recognize(pair(first, take_while(goes_on_in_a_word)))).parse(input)?;
        Ok((rest, self.node(start, rest, Shape::Word(word.into()))))
    }

    /// `t` and `f`, `1` and `0`, one character each; also written out.
    pub(super) fn truth(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let alone = |word| terminated(nom::bytes::complete::tag(word), not(satisfy(char::is_alphanumeric)));
        let yes = value(true, alt((alone("true"), recognize(one_of("t1")))));
        let no = value(false, alt((alone("false"), recognize(one_of("f0")))));
        let (rest, truth) = preceded(multispace0, alt((yes, no))).parse(input)?;
        Ok((rest, self.node(start, rest, Shape::Truth(truth))))
    }

    /// A number, a note or a letter for a ratio, with a sign; which of these, and in which order, is
    /// the kind's matter.
    pub(super) fn quantity(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (unsigned, sign) = preceded(multispace0, opt(one_of("+-"))).parse(input)?;
        let (rest, found) = match self.kind {
            Kind::Rational => alt((|i| self.number(i), |i| self.ratio_letter(i))).parse(unsigned)?,
            Kind::Int => alt((|i| self.number(i), |i| self.note(i))).parse(unsigned)?,
            Kind::Note => {
                alt((|i| self.number(i), |i| self.note(i), |i| self.ratio_letter(i))).parse(unsigned)?
            }
            _ => alt((|i| self.number(i), |i| self.ratio_letter(i), |i| self.note(i))).parse(unsigned)?,
        };
        let found =
            if sign == Some('-') { Quantity { exact: -found.exact, float: -found.float } } else { found };
        let len = start.len() - rest.len();
        let shape = match self.kind {
            Kind::Int if !found.exact.is_defined() => Err(Why::OutOfRange { len }),
            Kind::Int if !found.exact.is_integer() => Err(Why::NotWhole { len }),
            Kind::Int => Ok(Shape::Int(found.exact.num())),
            Kind::Rational if found.exact.is_defined() => Ok(Shape::Ratio(found.exact)),
            Kind::Rational => Err(Why::OutOfRange { len }),
            _ if found.float.is_finite() => Ok(Shape::Number(found.float)),
            _ => Err(Why::OutOfRange { len }),
        };
        match shape {
            Ok(shape) => Ok((rest, self.node(start, rest, shape))),
            Err(why) => Err(Failure::hard(start, why)),
        }
    }

    /// `2`, `1.5`, `1e3`, `3%4`, `1q`: digits, then decimals and an exponent, or a ratio; a letter
    /// for a part of a cycle may follow.
    pub(super) fn number(&self, input: &'a str) -> Parsed<'a, Quantity> {
        let (after_digits, whole) = digit1(input)?;
        let exponent = |i| recognize((char('e'), opt(one_of("+-")), digit1)).parse(i);
        let (after_decimals, decimals) = opt(preceded(char('.'), digit1)).parse(after_digits)?;
        let (after_exponent, power) = opt(exponent).parse(after_decimals)?;
        // Tidal reads `1.5e` as `1 . 5e`: a decimal never takes the letter e.
        let torn = decimals.is_some() && power.is_none() && after_decimals.starts_with('e');
        let rest = if torn { after_digits } else { after_exponent };
        let plain = torn || (decimals.is_none() && power.is_none());
        let written: &str = input.get(..input.len() - rest.len()).unwrap_or(whole);
        let (rest, over) = if plain { opt(preceded(char('%'), digit1)).parse(rest)? } else { (rest, None) };
        let exact = Rational::from_decimal(written);
        let found = match over {
            None => Quantity { exact, float: written.parse().unwrap_or(f64::INFINITY) },
            Some(over) => ratio(exact / Rational::from_decimal(over)),
        };
        // In whole numbers and in notes `e` and `f` are notes of their own.
        let (after, letter) = match self.kind {
            Kind::Int => (rest, None),
            Kind::Note if rest.starts_with(['e', 'f']) => (rest, None),
            _ => opt(|i| self.ratio_letter(i)).parse(rest)?,
        };
        let times = letter.unwrap_or(Quantity { exact: Rational::ONE, float: 1.0 });
        Ok((after, Quantity { exact: found.exact * times.exact, float: found.float * times.float }))
    }

    /// `w h q e s t f x`: parts of a cycle, where no letter follows.
    pub(super) fn ratio_letter(&self, input: &'a str) -> Parsed<'a, Quantity> {
        let (rest, letter) =
            terminated(one_of("whqestfx"), not(satisfy(char::is_alphabetic))).parse(input)?;
        let over = match letter {
            'w' => 1,
            'h' => 2,
            't' => 3,
            'q' => 4,
            'f' => 5,
            'x' => 6,
            'e' => 8,
            _ => 16,
        };
        Ok((rest, ratio(Rational::new(1, over))))
    }

    /// `c`, `ef`, `fs4`: semitones above c5.
    pub(super) fn note(&self, input: &'a str) -> Parsed<'a, Quantity> {
        let (rest, letter) = one_of("cdefgab").parse(input)?;
        let (rest, signs) = take_while(|c| matches!(c, 's' | 'f' | 'n')).parse(rest)?;
        let (rest, octave) = opt(digit1).parse(rest)?;
        let base = match letter {
            'c' => 0,
            'd' => 2,
            'e' => 4,
            'f' => 5,
            'g' => 7,
            'a' => 9,
            _ => 11,
        };
        let shift: i64 = signs.chars().map(|c| i64::from(c == 's') - i64::from(c == 'f')).sum();
        let octave = octave.map_or(Rational::int(5), Rational::from_decimal);
        let exact = (octave - Rational::int(5)) * Rational::int(12) + Rational::int(base + shift);
        if exact.is_defined() {
            Ok((rest, ratio(exact)))
        } else {
            Err(Failure::hard(input, Why::OutOfRange { len: input.len() - rest.len() }))
        }
    }

    /// `'maj'ii` after a root, or without one.
    pub(super) fn chord(&self, input: &'a str, root: Option<Node>) -> Parsed<'a, Node> {
        let start = root.as_ref().map_or(self.at(input), |r| r.range.start());
        let (rest, _) = char('\'').parse(input)?;
        let (rest, name) = self.chord_slot(Kind::ChordName, rest)?;
        let (rest, modifiers) =
            many0(preceded(char('\''), |i| self.chord_slot(Kind::ChordModifier, i))).parse(rest)?;
        if modifiers.len() > MAX_CHORD as usize {
            return Err(Failure::hard(input, Why::TooMany { limit: MAX_CHORD as usize }));
        }
        // Tidal lets a lone `'` close a chord, not two and not before a blank.
        let closed = (char('\''), not(satisfy(|c| c == '\'' || c.is_whitespace())));
        let (rest, _) = opt(closed).parse(rest)?;
        if rest.starts_with('\'') {
            return Err(Failure::hard(rest.get(1..).unwrap_or(rest), Why::ChordModifier));
        }
        let start = self.text.get(start..).unwrap_or(input);
        Ok((rest, self.node(start, rest, Shape::Chord(Box::new(Chord { root, name, modifiers })))))
    }

    /// A name or a modifier directly after `'`, or a bracket of such.
    fn chord_slot(&self, kind: Kind, input: &'a str) -> Parsed<'a, Node> {
        let inner = Self { kind, ..*self };
        match input.chars().next() {
            Some('[' | '<' | '{') => inner.bracket(input),
            Some(c) if !c.is_whitespace() => match inner.atom(input) {
                Err(nom::Err::Error(_)) if kind == Kind::ChordName => {
                    Err(Failure::hard(input, Why::ChordName))
                }
                other => other,
            },
            _ if kind == Kind::ChordName => Err(Failure::hard(input, Why::ChordName)),
            _ => Err(Failure::soft(input, Why::ChordModifier)),
        }
    }

    /// Letters and digits.
    pub(super) fn chord_name(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let letters = take_while1(|c: char| c.is_alphabetic() || c.is_ascii_digit());
        let (rest, name) = preceded(multispace0, letters).parse(input)?;
        Ok((rest, self.node(start, rest, Shape::Word(name.into()))))
    }

    /// `5`, `ii`, `5ii`, `i2`, `o`, `5iio`, `d1`.
    pub(super) fn chord_modifier(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let small = |digits: &str| digits.parse::<u32>().unwrap_or(u32::MAX);
        let drop = map(preceded(char('d'), digit1), |d| vec![Modifier::Drop(small(d))]);
        let numbered = map(preceded(char('i'), digit1), |d| match small(d) {
            0 => Vec::new(),
            n => vec![Modifier::Invert(n)],
        });
        let letters = |c: char| take_while(move |x| x == c);
        let classic = (opt(digit1::<&str, Failure>), letters('i'), letters('o'));
        let classic = map((peek(one_of("0123456789io")), classic), |(_, (count, i, o))| {
            let mut list = Vec::new();
            let inversions = i.len() as u32;
            match count {
                Some(count) => list.push(Modifier::Notes { count: small(count), from: inversions }),
                None if inversions > 0 => list.push(Modifier::Invert(inversions)),
                None => {}
            }
            if !o.is_empty() {
                list.push(Modifier::Open);
            }
            list
        });
        let (rest, list) = preceded(multispace0, alt((drop, numbered, classic))).parse(input)?;
        let most = list.iter().map(|m| match *m {
            Modifier::Notes { count, from } => count.max(from),
            Modifier::Invert(n) | Modifier::Drop(n) => n,
            Modifier::Open => 0,
        });
        if most.max().unwrap_or(0) > MAX_CHORD {
            return Err(Failure::hard(start, Why::TooMany { limit: MAX_CHORD as usize }));
        }
        Ok((rest, self.node(start, rest, Shape::Modifiers(list))))
    }
}

fn ratio(exact: Rational) -> Quantity {
    Quantity { exact, float: if exact.is_defined() { exact.to_f64() } else { f64::INFINITY } }
}
