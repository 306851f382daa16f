//! The productions for what hangs on a step: operators, repeats and weights.
//!
//! In: text. Out: [`Op`]s, counts and weights, or one [`Failure`]. Pure. What a `*` or `/` lacks is
//! a final failure: nothing else can have been meant.

use super::Kind;
use super::ast::{Euclid, Node, Op, Shape, Step};
use super::grammar::{Grammar, MAX_MODIFIERS, Parsed};
use super::trouble::{Failure, Why};
use crate::source::TextRange;
use crate::time::Rational;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, digit1, multispace0, satisfy};
use nom::combinator::{map, map_opt, not, opt, peek, recognize, verify};
use nom::multi::many0;
use nom::sequence::{pair, preceded, terminated};

#[expect(clippy::unused_self, reason = "every production is a method, so that one table can list them")]
impl<'a> Grammar<'a> {
    /// An operator on what stands before it.
    pub(super) fn op(&self, input: &'a str) -> Parsed<'a, Op> {
        alt((|i| self.fast(i), |i| self.slow(i), |i| self.euclid(i), |i| self.degrade(i))).parse(input)
    }

    /// `*2`
    pub(super) fn fast(&self, input: &'a str) -> Parsed<'a, Op> {
        map(|i| self.scaled('*', i), Op::Fast).parse(input)
    }

    /// `/2`
    pub(super) fn slow(&self, input: &'a str) -> Parsed<'a, Op> {
        map(|i| self.scaled('/', i), Op::Slow).parse(input)
    }

    fn scaled(&self, op: char, input: &'a str) -> Parsed<'a, Node> {
        let from = self.at(input.trim_start());
        let (rest, _) = preceded(multispace0, char(op)).parse(input)?;
        match self.factor(rest) {
            Err(nom::Err::Error(_)) => Err(Failure::hard(rest.trim_start(), Why::NothingAfter { op, from })),
            other => other,
        }
    }

    /// A number, or a bracket of numbers. `*` and `/` after the bracket are the factor's own, as in
    /// Tidal; after a plain number they go on changing the part.
    pub(super) fn factor(&self, input: &'a str) -> Parsed<'a, Node> {
        let ratio = self.with(Kind::Rational);
        if let (rest, Some(number)) = opt(|i| ratio.quantity(i)).parse(input)? {
            return Ok(self.with_letter(rest, number, ""));
        }
        let start = input.trim_start();
        let (rest, bracket) = ratio.bracket(input)?;
        let (rest, ops) = many0(alt((|i| ratio.fast(i), |i| ratio.slow(i)))).parse(rest)?;
        if ops.len() > MAX_MODIFIERS {
            return Err(Failure::hard(start, Why::TooMany { limit: MAX_MODIFIERS }));
        }
        Ok((rest, self.wrap(start, Some(rest), Step { ops, ..Step::plain(bracket) })))
    }

    /// `(3,8,2)`
    pub(super) fn euclid(&self, input: &'a str) -> Parsed<'a, Op> {
        let from = self.at(input.trim_start());
        let whole = self.with(Kind::Int);
        let (rest, mut arguments) = whole.enclosed('(', input, Self::layers)?;
        let closing = self.text.get(self.at(rest).saturating_sub(1)..).unwrap_or(rest);
        let rotation = if arguments.len() == 3 { arguments.pop() } else { None };
        match (arguments.pop(), arguments.pop(), arguments.is_empty()) {
            (Some(steps), Some(hits), true) => {
                Ok((rest, Op::Euclid(Box::new(Euclid { hits, steps, rotation }))))
            }
            (_, Some(_), false) => Err(Failure::hard(closing, Why::TooManyArguments)),
            _ => Err(Failure::hard(closing, Why::TooFewArguments { from })),
        }
    }

    /// `?` or `?0.3`
    pub(super) fn degrade(&self, input: &'a str) -> Parsed<'a, Op> {
        let (rest, _) = preceded(multispace0, char('?')).parse(input)?;
        let (rest, amount) = opt(|i| self.amount(i)).parse(rest)?;
        Ok((rest, Op::Degrade(amount.unwrap_or(0.5))))
    }

    /// The chance after `?`, directly behind it.
    pub(super) fn amount(&self, input: &'a str) -> Parsed<'a, f64> {
        let digits = recognize(pair(digit1, opt(pair(char('.'), digit1))));
        map_opt(digits, |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite())).parse(input)
    }

    /// `!3`, or `!` for one more.
    pub(super) fn repeat(&self, input: &'a str) -> Parsed<'a, u32> {
        let start = input.trim_start();
        let (rest, count) = preceded((multispace0, char('!')), opt(digit1)).parse(input)?;
        match count.map(str::parse::<u32>) {
            None => Ok((rest, 2)),
            Some(Ok(n)) => Ok((rest, n)),
            Some(Err(_)) => Err(Failure::hard(start, Why::OutOfRange { len: start.len() - rest.len() })),
        }
    }

    /// `@3`, or `_` (and `@` alone) for one more.
    pub(super) fn elongate(&self, input: &'a str) -> Parsed<'a, Rational> {
        let (rest, op) = preceded(multispace0, alt((char('@'), char('_')))).parse(input)?;
        let rational = self.with(Kind::Rational);
        let number = match op {
            '_' if rest.starts_with(|c: char| c.is_ascii_digit()) => {
                return Err(Failure::hard(rest, Why::NumberAfterUnderscore));
            }
            '_' => opt(|i| self.eaten_number(i)).parse(rest)?,
            // Behind a blank only a number with nothing hung on it is the weight: `bd @ 3`.
            _ if rest.starts_with(char::is_whitespace) => {
                opt(terminated(preceded(peek((multispace0, digit1)), |i| rational.quantity(i)), |i| {
                    self.ended(i)
                }))
                .parse(rest)?
            }
            _ => opt(|i| rational.quantity(i)).parse(rest)?,
        };
        let (rest, Some(number)) = number else { return Ok((rest, Rational::int(2))) };
        match self.with_letter(rest, number, "?(!") {
            (rest, Node { shape: Shape::Ratio(weight), .. }) => Ok((rest, weight)),
            (rest, _) => Ok((rest, Rational::int(2))),
        }
    }

    /// The numbers of Tidal 1.7 eat the blanks around them, and a `_` so eats a step that could be a
    /// whole number or a ratio: `0 _ 7` is `0@7`, and `0 _ 1.5` is `0@1 . 5`. A warning says so where
    /// it happens. A zero and a step with operators stay steps: Tidal 1.7 refuses them.
    fn eaten_number(&self, input: &'a str) -> Parsed<'a, Node> {
        let (start, _) = char(' ')(input)?;
        let ratio = self.with(Kind::Rational);
        let whole = recognize((digit1, opt((char('%'), digit1)), opt(|i| ratio.ratio_letter(i))));
        let (rest, text) = terminated(whole, |i| self.ended(i)).parse(start)?;
        let number =
            verify(|i| ratio.quantity(i), |n: &Node| n.shape != Shape::Ratio(Rational::ZERO)).parse(text)?.1;
        let range = TextRange::new(self.at(start), self.at(rest));
        self.eaten.borrow_mut().push(range);
        Ok((rest, Node::new(range, number.shape)))
    }

    /// Nothing follows that would hang on a step, nor make it the start of a range.
    fn ended(&self, input: &'a str) -> Parsed<'a, ()> {
        let end = |c: char| c.is_whitespace() || "]>}),|.".contains(c);
        preceded(not(satisfy(move |c| !end(c))), |i| self.no_range(i)).parse(input)
    }

    /// The same with a letter for a part of a cycle, which the blank does not keep away either:
    /// `bd@4 x1` is `bd@4x 1`, and `c*2 e g` is `c*2e g`. `hung` are the operators that Tidal 1.7
    /// refuses behind it, beside `*`, `/` and what goes on in a word: with one of them it is a step.
    fn with_letter(&self, rest: &'a str, number: Node, hung: &str) -> (&'a str, Node) {
        let stays = |c: char| "*/%:-._".contains(c) || hung.contains(c);
        let letter = terminated(|i| self.ratio_letter(i), (not(satisfy(stays)), |i| self.no_range(i)));
        let bare = number.range.of(self.text).ends_with(|c: char| c.is_ascii_digit());
        let letter = opt(verify(preceded(char(' '), letter), |_| bare)).parse(rest);
        let (Ok((after, Some(letter))), Shape::Ratio(r)) = (letter, &number.shape) else {
            return (rest, number);
        };
        let start = rest.trim_start();
        self.eaten.borrow_mut().push(TextRange::new(self.at(start), self.at(after)));
        let range = TextRange::new(number.range.start(), self.at(after));
        (after, Node::new(range, Shape::Ratio(*r * letter.exact)))
    }

    /// No range begins with what was read.
    fn no_range(&self, input: &'a str) -> Parsed<'a, ()> {
        not(preceded(multispace0, tag(".."))).parse(input)
    }
}
