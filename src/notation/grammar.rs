//! The productions of `grammar/mini.ebnf` that give notation its shape, one function each.
//!
//! In: text. Out: nodes, or one [`Failure`]. Pure. Words and numbers are read by `lexeme`. A
//! function gets the text that is left and returns what it leaves; blanks are skipped before a
//! token, never after it, so that ranges end where words end. After an opening bracket every
//! failure is final (`cut`): nothing else can have been meant.

use super::Kind;
use super::ast::{Node, Op, Shape, Step, Steps};
use super::trouble::{Failure, Why, partner};
use crate::source::TextRange;
use crate::time::Rational;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while};
use nom::character::complete::{char, multispace0};
use nom::combinator::{cut, map, opt, peek, verify};
use nom::multi::{many0, many1};
use nom::sequence::preceded;
use nom::{IResult, Parser};
use std::cell::RefCell;

/// What a production returns: the text that is left, and what it read.
pub(super) type Parsed<'a, T> = IResult<&'a str, T, Failure>;

/// How many modifiers one step may carry: far more than anyone writes.
pub(super) const MAX_MODIFIERS: usize = 64;

/// The text as a whole, and how its words are read.
#[derive(Clone, Copy)]
pub(super) struct Grammar<'a> {
    pub(super) text: &'a str,
    pub(super) kind: Kind,
    /// Words that look like steps and were read as part of a number.
    pub(super) eaten: &'a RefCell<Vec<TextRange>>,
}

/// True where an operator of a step is one of the whole sequence: as in Tidal, a `?` at the end, behind `!2`
/// or `@3`, or behind a blank, which numbers and brackets take in and words and rests do not.
fn for_all(op: &Op, step: &Step, sized: bool, [here, behind]: [&str; 2]) -> bool {
    let word = matches!(step.part.shape, Shape::Word(_) | Shape::Rest) && step.ops.is_empty();
    let apart = word && here.starts_with(char::is_whitespace);
    matches!(op, Op::Degrade(_)) && closes(behind) && (sized || apart)
}

/// True where a sequence ends.
fn closes(rest: &str) -> bool {
    rest.trim_start().chars().next().is_none_or(|c| "]>}),|".contains(c))
}

#[expect(clippy::unused_self, reason = "every production is a method, so that one table can list them")]
impl<'a> Grammar<'a> {
    /// The same text, its words read as another kind.
    pub(super) fn with(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Where `rest` begins.
    pub(super) fn at(&self, rest: &str) -> usize {
        self.text.len() - rest.len()
    }

    /// A node that reaches from `start` to `end`.
    pub(super) fn node(&self, start: &str, end: &str, shape: Shape) -> Node {
        Node::new(TextRange::new(self.at(start), self.at(end)), shape)
    }

    /// The whole string.
    pub(super) fn notation(&self, input: &'a str) -> Parsed<'a, Node> {
        let (rest, node) = self.content(input)?;
        let (rest, _) = multispace0(rest)?;
        if rest.is_empty() { Ok((rest, node)) } else { Err(Failure::hard(rest, Why::Unexpected)) }
    }

    /// What stands in brackets, or in the string as a whole.
    pub(super) fn content(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, first) = self.sequence(input)?;
        let more = |c| many1(preceded((multispace0, char(c)), |i| self.sequence(i)));
        let (rest, node) = match opt(preceded(multispace0, alt((char(','), char('|'))))).parse(rest)? {
            (_, None) => return Ok((rest, first)),
            (_, Some(separator)) => {
                let (rest, others) = more(separator).parse(rest)?;
                let all = std::iter::once(first).chain(others).collect();
                let shape = if separator == ',' { Shape::Stack(all) } else { Shape::Choice(all) };
                (rest, self.node(start, rest, shape))
            }
        };
        match peek((multispace0::<_, Failure>, alt((char(','), char('|'))))).parse(rest) {
            Ok(_) => Err(Failure::hard(rest.trim_start(), Why::Mixed)),
            Err(_) => Ok((rest, node)),
        }
    }

    /// Steps, in groups where dots stand between them.
    pub(super) fn sequence(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let step = map(|i| self.step(i), Item::Step);
        let foot = map(|i| self.foot(i), Item::Dot);
        let (end, items) = many0(alt((step, foot))).parse(input)?;
        if items.is_empty() {
            return self.nothing(input);
        }
        let (rest, chances) = many0(|i| self.degrade(i)).parse(end)?;
        let mut groups = vec![Vec::new()];
        let mut last_dot = None;
        for item in items {
            match (item, groups.last_mut()) {
                (Item::Step(node), Some(group)) => group.push(node),
                (Item::Dot(dot), _) => {
                    groups.push(Vec::new());
                    last_dot = Some(dot);
                }
                (Item::Step(_), None) => {}
            }
        }
        if groups.last().is_some_and(Vec::is_empty) {
            groups.pop();
        }
        // Where something stands that cannot, that is the trouble, and the caller says so.
        if let (Some(dot), 0 | 1, true) = (last_dot, groups.len(), closes(rest)) {
            return Err(Failure::hard(dot, Why::LoneDot));
        }
        let all = self.node(start, end, Shape::Sequence(groups));
        if chances.is_empty() {
            return Ok((rest, all));
        }
        // All of it as one step that is left to chance.
        let part = self.node(start, end, Shape::Group(Box::new(all)));
        let step = self.wrap(start, Some(rest), Step { ops: chances, ..Step::plain(part) });
        Ok((rest, self.node(start, rest, Shape::Sequence(vec![vec![step]]))))
    }

    /// No steps at all. Tidal lets a `?` stand there, and it takes its random number.
    fn nothing(&self, input: &'a str) -> Parsed<'a, Node> {
        let (rest, ops) = many0(|i| self.degrade(i)).parse(input)?;
        let empty = self.node(input, input, Shape::Sequence(Vec::new()));
        if ops.is_empty() {
            return Ok((rest, empty));
        }
        let shape = Shape::Step(Box::new(Step { ops, ..Step::plain(empty) }));
        Ok((rest, self.node(input.trim_start(), rest, shape)))
    }

    /// The dot between groups.
    pub(super) fn foot(&self, input: &'a str) -> Parsed<'a, &'a str> {
        let dot = input.trim_start();
        map(char('.'), |_| dot).parse(dot)
    }

    /// One step of a sequence, with all that hangs on it.
    pub(super) fn step(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, first) = self.part(input)?;
        let (rest, until) = opt(|i| self.range(i)).parse(rest)?;
        let ranged = until.is_some();
        let mut step = match until {
            None => first,
            Some(last) => {
                let shape = Shape::Range(Box::new((self.wrap(start, None, first), last)));
                Step::plain(self.node(start, rest, shape))
            }
        };
        let (mut rest, mut sized) = (rest, false);
        // Beyond a first `!` or `@` newer forms let operators follow (`bd@3?`); never after a range.
        while let (next, Some(sizing)) = opt(|i| self.sizing(i, !ranged)).parse(rest)? {
            if matches!(&sizing, Sizing::Op(op) if for_all(op, &step, sized, [rest, next])) {
                break;
            }
            sized |= !matches!(sizing, Sizing::Op(_));
            match sizing {
                Sizing::Repeat(n) => {
                    step.count = step.count.saturating_add(n).saturating_sub(1);
                    step.weight = Rational::int(i64::from(step.count));
                }
                Sizing::Elongate(by) => step.weight = step.weight + by - Rational::ONE,
                Sizing::Op(op) => step.ops.push(op),
            }
            if step.ops.len() > MAX_MODIFIERS {
                return Err(Failure::hard(rest.trim_start(), Why::TooMany { limit: MAX_MODIFIERS }));
            }
            if !step.weight.is_defined() {
                return Err(Failure::hard(
                    rest.trim_start(),
                    Why::OutOfRange { len: self.at(next) - self.at(rest.trim_start()) },
                ));
            }
            rest = next;
        }
        Ok((rest, self.wrap(start, Some(rest), step)))
    }

    /// A step as a node; a part with nothing hung on it stands for itself.
    pub(super) fn wrap(&self, start: &'a str, end: Option<&'a str>, step: Step) -> Node {
        if step.is_plain() {
            return step.part;
        }
        let begin = self.at(start);
        let end = end.map_or(step.part.range.end(), |e| self.at(e));
        Node::new(TextRange::new(begin, end), Shape::Step(Box::new(step)))
    }

    fn sizing(&self, input: &'a str, ops: bool) -> Parsed<'a, Sizing> {
        let op = verify(map(|i| self.op(i), Sizing::Op), |_| ops);
        alt((map(|i| self.repeat(i), Sizing::Repeat), map(|i| self.elongate(i), Sizing::Elongate), op))
            .parse(input)
    }

    /// A term and the operators that bind to it.
    pub(super) fn part(&self, input: &'a str) -> Parsed<'a, Step> {
        let (rest, term) = self.term(input)?;
        let (mut rest, mut step) = (rest, Step::plain(term));
        while let (next, Some(op)) = opt(|i| self.op(i)).parse(rest)? {
            if for_all(&op, &step, false, [rest, next]) {
                break;
            }
            step.ops.push(op);
            rest = next;
        }
        if step.ops.len() > MAX_MODIFIERS {
            return Err(Failure::hard(input.trim_start(), Why::TooMany { limit: MAX_MODIFIERS }));
        }
        if step.ops.windows(2).any(|pair| matches!(pair, [Op::Euclid(_), Op::Euclid(_)])) {
            return Err(Failure::hard(rest, Why::TwoRhythms));
        }
        Ok((rest, step))
    }

    /// What a step is made of.
    pub(super) fn term(&self, input: &'a str) -> Parsed<'a, Node> {
        let input = input.trim_start();
        let (rest, node) = match input.chars().next() {
            Some('[' | '<' | '{') => self.bracket(input)?,
            Some('^') => return self.variable(input),
            Some('~') => return self.rest(input),
            Some('\'') if self.kind.has_chords() => return self.chord(input, None),
            Some('-') => alt((|i| self.atom(i), |i| self.rest(i))).parse(input)?,
            _ => self.atom(input)?,
        };
        if rest.starts_with('\'') && self.kind.has_chords() {
            self.chord(rest, Some(node))
        } else {
            Ok((rest, node))
        }
    }

    /// A group, an alternation or a polymeter.
    pub(super) fn bracket(&self, input: &'a str) -> Parsed<'a, Node> {
        match input.trim_start().chars().next() {
            Some('[') => self.group(input),
            Some('<') => self.alternation(input),
            _ => self.polymeter(input),
        }
    }

    /// `[a b]`
    pub(super) fn group(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, inside) = self.enclosed('[', input, Self::content)?;
        Ok((rest, self.node(start, rest, Shape::Group(Box::new(inside)))))
    }

    /// `<a b>`
    pub(super) fn alternation(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, layers) = self.enclosed('<', input, Self::layers)?;
        self.no_empty_layer('<', start, rest, &layers)?;
        Ok((rest, self.node(start, rest, Shape::Alternation(layers))))
    }

    /// `{a b, c}%4`
    pub(super) fn polymeter(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, layers) = self.enclosed('{', input, Self::layers)?;
        self.no_empty_layer('{', start, rest, &layers)?;
        let (rest, steps) = opt(|i| self.steps(i)).parse(rest)?;
        let shape = Shape::Polymeter(layers, steps.unwrap_or(Steps::OfFirstLayer));
        Ok((rest, self.node(start, rest, shape)))
    }

    /// Sequences with commas between them.
    pub(super) fn layers(&self, input: &'a str) -> Parsed<'a, Vec<Node>> {
        let (rest, first) = self.sequence(input)?;
        let (rest, more) = many0(preceded((multispace0, char(',')), |i| self.sequence(i))).parse(rest)?;
        Ok((rest, std::iter::once(first).chain(more).collect()))
    }

    fn no_empty_layer(
        &self,
        open: char,
        start: &'a str,
        rest: &'a str,
        layers: &[Node],
    ) -> Result<(), nom::Err<Failure>> {
        let empty = layers.iter().any(|l| matches!(&l.shape, Shape::Sequence(groups) if groups.is_empty()));
        let closing = self.text.get(self.at(rest).saturating_sub(1)..).unwrap_or(rest);
        if empty {
            Err(Failure::hard(closing, Why::EmptyLayer { open, from: self.at(start) }))
        } else {
            Ok(())
        }
    }

    /// What a pair of brackets holds; final from the opening one on.
    pub(super) fn enclosed<T>(
        &self,
        open: char,
        input: &'a str,
        inside: impl Fn(&Self, &'a str) -> Parsed<'a, T>,
    ) -> Parsed<'a, T> {
        let from = self.at(input.trim_start());
        let (rest, _) = preceded(multispace0, char(open)).parse(input)?;
        let (rest, content) = cut(|i| inside(self, i)).parse(rest)?;
        let (rest, _) = multispace0(rest)?;
        match rest.strip_prefix(partner(open)) {
            Some(rest) => Ok((rest, content)),
            None => Err(Failure::hard(rest, Why::Unclosed { open, from, kind: self.kind })),
        }
    }

    /// `%4`: how many steps a cycle of the polymeter has. It binds tightly: what follows belongs to
    /// the polymeter (Tidal's own parser lets the number swallow it).
    pub(super) fn steps(&self, input: &'a str) -> Parsed<'a, Steps> {
        let (rest, _) = preceded(multispace0, char('%')).parse(input)?;
        let ratio = self.with(Kind::Rational);
        match opt(alt((|i| ratio.quantity(i), |i| ratio.bracket(i)))).parse(rest)? {
            (rest, Some(n)) => Ok((rest, Steps::Given(Box::new(n)))),
            (rest, None) => Ok((rest, Steps::Missing)),
        }
    }

    /// `..` and what the range ends with.
    pub(super) fn range(&self, input: &'a str) -> Parsed<'a, Node> {
        let (rest, _) = preceded(multispace0, tag("..")).parse(input)?;
        let start = rest.trim_start();
        match self.part(rest) {
            Ok((rest, last)) => Ok((rest, self.wrap(start, Some(rest), last))),
            Err(nom::Err::Error(_)) => {
                let dots = input.trim_start();
                Err(Failure::hard(dots, Why::RangeWithoutEnd))
            }
            Err(e) => Err(e),
        }
    }

    /// `~`, and `-` where it is nobody's sign.
    pub(super) fn rest(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, _) = preceded(multispace0, alt((char('~'), char('-')))).parse(input)?;
        Ok((rest, self.node(start, rest, Shape::Rest)))
    }

    /// `^name`
    pub(super) fn variable(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, _) = preceded(multispace0, char('^')).parse(input)?;
        let (rest, name) = take_while(super::lexeme::goes_on_in_a_word).parse(rest)?;
        Ok((rest, self.node(start, rest, Shape::Variable(name.into()))))
    }
}

/// What a sequence is made of; a dot with the text from it on.
enum Item<'a> {
    Step(Node),
    Dot(&'a str),
}

/// What may follow a part.
enum Sizing {
    Repeat(u32),
    Elongate(Rational),
    Op(Op),
}
