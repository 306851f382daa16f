//! The productions of `grammar/mini.ebnf` that give notation its shape, one function each.
//!
//! In: text. Out: nodes, or one [`Failure`]. Pure. Words and numbers are read by `lexeme`. A
//! function gets the text that is left and returns what it leaves; blanks are skipped before a
//! token, never after it, so that ranges end where words end. After an opening bracket every
//! failure is final (`cut`): nothing else can have been meant.

use super::Kind;
use super::ast::{Euclid, Node, Op, Shape, Step, Steps};
use super::trouble::{Failure, Why, partner};
use crate::source::TextRange;
use crate::time::Rational;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while};
use nom::character::complete::{char, digit1, multispace0, satisfy};
use nom::combinator::{cut, map, map_opt, not, opt, peek, recognize, verify};
use nom::multi::{many0, many1};
use nom::sequence::{pair, preceded, terminated};
use nom::{IResult, Parser};
use std::cell::RefCell;

/// What a production returns: the text that is left, and what it read.
pub(super) type Parsed<'a, T> = IResult<&'a str, T, Failure>;

/// How many modifiers one step may carry: far more than anyone writes.
const MAX_MODIFIERS: usize = 64;

/// The text as a whole, and how its words are read.
#[derive(Clone, Copy)]
pub(super) struct Grammar<'a> {
    pub(super) text: &'a str,
    pub(super) kind: Kind,
    /// Words that look like steps and were read as part of a number.
    pub(super) eaten: &'a RefCell<Vec<TextRange>>,
}

impl<'a> Grammar<'a> {
    /// The same text, its words read as another kind.
    fn with(self, kind: Kind) -> Self {
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
        let (rest, items) = many0(alt((step, foot))).parse(input)?;
        if items.is_empty() {
            return self.nothing(input);
        }
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
        if let (Some(dot), 0 | 1) = (last_dot, groups.len()) {
            return Err(Failure::hard(dot, Why::LoneDot));
        }
        Ok((rest, self.node(start, rest, Shape::Sequence(groups))))
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
        preceded(multispace0, map((rest_of_text, char('.')), |(dot, _)| dot)).parse(input)
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
        let mut rest = rest;
        // Beyond a first `!` or `@` newer forms let operators follow (`bd@3?`); never after a range.
        while let (next, Some(sizing)) = opt(|i| self.sizing(i, !ranged)).parse(rest)? {
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
    fn wrap(&self, start: &'a str, end: Option<&'a str>, step: Step) -> Node {
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
        let (rest, ops) = many0(|i| self.op(i)).parse(rest)?;
        if ops.len() > MAX_MODIFIERS {
            return Err(Failure::hard(input.trim_start(), Why::TooMany { limit: MAX_MODIFIERS }));
        }
        Ok((rest, Step { ops, ..Step::plain(term) }))
    }

    /// An operator on what stands before it.
    pub(super) fn op(&self, input: &'a str) -> Parsed<'a, Op> {
        alt((|i| self.fast(i), |i| self.slow(i), |i| self.euclid(i), |i| self.degrade(i))).parse(input)
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
        let (rest, inside) = self.enclosed('[', input, |g, i| g.content(i))?;
        Ok((rest, self.node(start, rest, Shape::Group(Box::new(inside)))))
    }

    /// `<a b>`
    pub(super) fn alternation(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, layers) = self.enclosed('<', input, |g, i| g.layers(i))?;
        self.no_empty_layer('<', start, rest, &layers)?;
        Ok((rest, self.node(start, rest, Shape::Alternation(layers))))
    }

    /// `{a b, c}%4`
    pub(super) fn polymeter(&self, input: &'a str) -> Parsed<'a, Node> {
        let start = input.trim_start();
        let (rest, layers) = self.enclosed('{', input, |g, i| g.layers(i))?;
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
    fn enclosed<T>(
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
            return Ok(self.with_letter(rest, number));
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
        let (rest, mut arguments) = whole.enclosed('(', input, |g, i| g.layers(i))?;
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
            // A number behind a blank is the next step.
            _ if rest.starts_with(char::is_whitespace) => (rest, None),
            _ => opt(|i| rational.quantity(i)).parse(rest)?,
        };
        let (rest, Some(number)) = number else { return Ok((rest, Rational::int(2))) };
        match self.with_letter(rest, number) {
            (rest, Node { shape: Shape::Ratio(weight), .. }) => Ok((rest, weight)),
            (rest, _) => Ok((rest, Rational::int(2))),
        }
    }

    /// The numbers of Tidal 1.7 eat a blank, and among words a `_` then eats a step that could be a
    /// number: `bd _ 808` is `bd@808`. Newer versions do not, and in patterns of numbers, where it
    /// would strike `0 _ 7`, it is not done here either; a hint says so when it happens.
    fn eaten_number(&self, input: &'a str) -> Parsed<'a, Node> {
        let (start, _) = verify(char(' '), |_| self.kind == Kind::Sound).parse(input)?;
        let ratio = self.with(Kind::Rational);
        let digits = terminated(|i| ratio.quantity(i), not(satisfy(super::lexeme::goes_on_in_a_word)));
        let (rest, number) = preceded(peek(digit1), digits).parse(start)?;
        self.eaten.borrow_mut().push(TextRange::new(self.at(start), self.at(rest)));
        Ok((rest, number))
    }

    /// The same with a letter for a part of a cycle: `bd@4 x1` is `bd@4x 1` among words.
    fn with_letter(&self, rest: &'a str, number: Node) -> (&'a str, Node) {
        let letter = preceded(char(' '), terminated(|i| self.ratio_letter(i), peek(digit1)));
        let bare = number.range.of(self.text).ends_with(|c: char| c.is_ascii_digit());
        let letter = opt(verify(letter, |_| bare && self.kind == Kind::Sound)).parse(rest);
        let (Ok((after, Some(letter))), Shape::Ratio(r)) = (letter, &number.shape) else {
            return (rest, number);
        };
        let start = rest.trim_start();
        self.eaten.borrow_mut().push(TextRange::new(self.at(start), self.at(after)));
        let range = TextRange::new(number.range.start(), self.at(after));
        (after, Node::new(range, Shape::Ratio(*r * letter.exact)))
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

/// The text from here on, without reading it.
fn rest_of_text(input: &str) -> Parsed<'_, &str> {
    Ok((input, input))
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
