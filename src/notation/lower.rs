//! From tree to pattern.
//!
//! In: an [`Ast`] and where its text stands. Out: a [`Pattern`] whose events know the words that
//! made them. Pure. Random numbers are Tidal's: `?` and `|` share one counter in a string, and
//! each takes its number when the parser would have finished it, what is inside before what is
//! around. The walk below visits nodes in just that order and asks `chance` for each.

use super::ast::{Euclid, Node, Op, Shape, Step, Steps};
use super::chance::Chance;
use super::{Ast, Kind, chord};
use crate::pattern::{Join, Pattern, Structure, Value, euclid};
use crate::source::{BlockId, Position, Positions};
use crate::time::Rational;
use std::sync::Arc;

/// How many steps a range may have.
pub(super) const MAX_RANGE: i64 = 4096;

/// The pattern that a string means. Its text begins `offset` bytes into `block`.
pub fn pattern(ast: &Ast, block: BlockId, offset: usize) -> Pattern {
    let newest = matches!(ast.root.shape, Shape::Stack(_) | Shape::Choice(_));
    Lower { block, offset, kind: ast.kind, chance: Chance::new(newest) }.node(&ast.root)
}

pub(super) struct Lower {
    block: BlockId,
    offset: usize,
    kind: Kind,
    chance: Chance,
}

impl Lower {
    /// The words of a node, in the block.
    pub(super) fn position(&self, node: &Node) -> Position {
        Position { block: self.block, range: node.range.shifted(self.offset) }
    }

    /// True where the steps are whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        self.kind == Kind::Int
    }

    /// The pattern of a node.
    pub(super) fn node(&mut self, node: &Node) -> Pattern {
        let atom = |value: Value| Pattern::atom(value, self.position(node));
        match &node.shape {
            Shape::Rest => Pattern::silence(),
            Shape::Modifiers(list) => atom(chord::value(list)),
            Shape::Word(word) => atom(Value::text(word)),
            Shape::Number(x) => atom(Value::Num(*x)),
            Shape::Int(n) => atom(Value::Int(*n)),
            Shape::Ratio(r) => atom(Value::Ratio(*r)),
            Shape::Truth(t) => atom(Value::Bool(*t)),
            Shape::Variable(name) => Pattern::state(name).at(Positions::one(self.position(node))),
            Shape::Chord(it) => chord::pattern(self, node, it),
            Shape::Step(step) => self.step(step),
            Shape::Sequence(_) => self.sized(node).1,
            Shape::Stack(list) => Pattern::stack(self.all(list)),
            Shape::Choice(list) => {
                let patterns = self.all(list);
                self.chance.choose(patterns)
            }
            Shape::Group(inside) => self.node(inside),
            Shape::Alternation(layers) => self.layers(layers, |_| Pattern::pure(Rational::ONE)),
            Shape::Polymeter(layers, steps) => match steps {
                Steps::OfFirstLayer => self.layers(layers, Pattern::pure),
                Steps::Missing => {
                    self.all(layers);
                    Pattern::silence()
                }
                // The number is finished after the layers, and so are its random choices.
                Steps::Given(number) => {
                    let sized: Vec<_> = layers.iter().map(|l| self.sized(l)).collect();
                    let number = self.of_kind(Kind::Rational, number);
                    stepped(sized, &number)
                }
            },
            Shape::Range(ends) => {
                let (from, to) = (self.node(&ends.0), self.node(&ends.1));
                range(&from, &to)
            }
        }
    }

    fn all(&mut self, list: &[Node]) -> Vec<Pattern> {
        list.iter().map(|n| self.node(n)).collect()
    }

    /// A node whose steps are of another kind than the string's.
    pub(super) fn of_kind(&mut self, kind: Kind, node: &Node) -> Pattern {
        let outer = std::mem::replace(&mut self.kind, kind);
        let pattern = self.node(node);
        self.kind = outer;
        pattern
    }

    /// Layers of which each runs at so many of its own steps a cycle.
    fn layers(&mut self, layers: &[Node], steps: impl Fn(Rational) -> Pattern) -> Pattern {
        let sized: Vec<_> = layers.iter().map(|l| self.sized(l)).collect();
        let first = sized.first().map_or(Rational::ZERO, |(size, _)| *size);
        stepped(sized, &steps(first))
    }

    /// A pattern and how many steps it has.
    fn sized(&mut self, node: &Node) -> (Rational, Pattern) {
        match &node.shape {
            Shape::Sequence(groups) => match groups.as_slice() {
                [] => (Rational::ZERO, Pattern::silence()),
                [steps] => self.steps(steps),
                groups => {
                    let patterns = groups.iter().map(|g| self.steps(g).1).collect();
                    (Rational::int(groups.len() as i64), Pattern::sequence(patterns))
                }
            },
            _ => (Rational::ONE, self.node(node)),
        }
    }

    /// Steps in a row, each with its room.
    fn steps(&mut self, steps: &[Node]) -> (Rational, Pattern) {
        let mut rooms = Vec::with_capacity(steps.len());
        for node in steps {
            let pattern = self.node(node);
            let (count, weight) = match &node.shape {
                Shape::Step(step) => (step.count, step.weight),
                _ => (1, Rational::ONE),
            };
            let each = weight / Rational::int(i64::from(count.max(1)));
            rooms.extend((0..count).map(|_| (each, pattern.clone())));
        }
        let total = rooms.iter().fold(Rational::ZERO, |sum, (weight, _)| sum + *weight);
        if rooms.iter().all(|(weight, _)| *weight >= Rational::ZERO) {
            return (total, Pattern::timecat(&rooms));
        }
        (total, overlapping(total, &rooms))
    }

    fn step(&mut self, step: &Step) -> Pattern {
        let part = self.node(&step.part);
        step.ops.iter().fold(part, |p, op| match op {
            Op::Fast(by) => p.fast_by(&self.of_kind(Kind::Rational, by)),
            Op::Slow(by) => p.slow_by(&self.of_kind(Kind::Rational, by)),
            Op::Degrade(amount) => self.chance.degrade(&p, *amount),
            Op::Euclid(e) => self.euclid(&p, e),
        })
    }

    fn euclid(&mut self, part: &Pattern, e: &Euclid) -> Pattern {
        let hits = self.of_kind(Kind::Int, &e.hits);
        let steps = self.of_kind(Kind::Int, &e.steps);
        let rotation = match &e.rotation {
            Some(r) => self.of_kind(Kind::Int, r),
            None => Pattern::pure(0),
        };
        match self.kind {
            Kind::Bool => truths(part, &hits, &steps, &rotation),
            _ => part.euclid(&hits, &steps, &rotation, false),
        }
    }
}

/// Layers sped up until `number` steps of each fill a cycle.
fn stepped(layers: Vec<(Rational, Pattern)>, number: &Pattern) -> Pattern {
    let speed = |(size, pattern): (Rational, Pattern)| {
        if size == Rational::ZERO {
            return Pattern::silence();
        }
        pattern.fast_by(&number.map(move |n| Some(Value::Ratio(n.as_ratio()? / size))))
    };
    Pattern::stack(layers.into_iter().map(speed).collect())
}

/// Steps of which some have less than no room (`bd@-1`): the next begins earlier. What leaves the
/// cycle is not heard, as in Tidal.
fn overlapping(total: Rational, steps: &[(Rational, Pattern)]) -> Pattern {
    let mut at = Rational::ZERO;
    let squeezed = steps.iter().map(|(weight, pattern)| {
        let begin = at / total;
        at = at + *weight;
        pattern.compress(begin, at / total)
    });
    Pattern::stack(squeezed.collect())
}

/// A rhythm in truths: the steps without a hit carry the opposite.
fn truths(part: &Pattern, hits: &Pattern, steps: &Pattern, rotation: &Pattern) -> Pattern {
    let (part, steps, rotation) = (part.clone(), steps.clone(), rotation.clone());
    hits.join(Join::Inner, move |k| {
        let (k, part, rotation) = (k.as_i64()?, part.clone(), rotation.clone());
        Some(steps.join(Join::Inner, move |n| {
            let (n, part) = (n.as_i64()?, part.clone());
            let hits = Pattern::from_list(euclid::rhythm(k, n)?.into_iter().map(Value::Bool));
            let flip = |hit: Value, value: Value| Some(Value::Bool(hit.as_bool()? == value.as_bool()?));
            let rhythm = hits.apply(Structure::Both, &part, Arc::new(move |h, v, _| flip(h, v)));
            Some(rotation.join(Join::Inner, move |r| Some(rhythm.early(Rational::new(r.as_i64()?, n)))))
        }))
    })
}

/// `from .. to`: where both meet, all the steps between.
fn range(from: &Pattern, to: &Pattern) -> Pattern {
    if let (Some((a, at)), Some((b, also))) = (from.as_pure(), to.as_pure()) {
        let mut positions = *at;
        positions.extend(also);
        return Pattern::from_list(between(a, b)).at(positions);
    }
    let to = to.clone();
    from.join(Join::Both, move |a| {
        let a = a.clone();
        Some(to.join(Join::Both, move |b| Some(Pattern::from_list(between(&a, b)))))
    })
}

/// The values from one to the other in steps of 1, downwards too; words and truths have none between.
fn between(a: &Value, b: &Value) -> Vec<Value> {
    let (Some(from), Some(to)) = (a.as_f64(), b.as_f64()) else { return vec![a.clone(), b.clone()] };
    let low = if from > to { b } else { a };
    // Haskell counts on to half a step beyond the end, and not at all beyond it for whole numbers.
    let over = if matches!(low, Value::Int(_)) { 0.0 } else { 0.5 };
    let span = (to - from).abs() + over;
    if !(0.0..=MAX_RANGE as f64).contains(&span) {
        return Vec::new();
    }
    let mut values: Vec<Value> = (0..=span.floor() as i64)
        .map(|n| match low {
            Value::Int(x) => Value::Int(x.saturating_add(n)),
            Value::Ratio(r) => Value::Ratio(*r + Rational::int(n)),
            _ => Value::Num(low.as_f64().unwrap_or(0.0) + n as f64),
        })
        .collect();
    if from > to {
        values.reverse();
    }
    values
}
