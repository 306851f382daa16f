//! The walker: one pass down the tree for each query.
//!
//! It carries a time map (see `map`) from the node's own time to the query's. Nodes that must see whole
//! events in their own time (joins, random choices) walk their children with the identity map and
//! place the events afterwards. What a node does with its child is here, and in full in its own file where
//! that takes more than a few lines: `steps` (time), `join`, `apply` (two sides), `rhythm` (euclid).
//!
//! In: a tree, a span, what it may use. Out: events at the end of a list, or why there is no answer.
//! Pure; the player runs it, and whoever looks ahead. It never calls itself deeper than a thread's stack
//! bears, and never works longer than its budget.

mod apply;
mod env;
mod join;
mod map;
mod rhythm;
mod steps;

pub use env::{DEFAULT_BUDGET, Env, Most, QueryError};

use super::{Hap, Join, Node, Pattern, Value, fold, random};
use crate::source::Positions;
use crate::time::{Rational, TimeSpan};
use env::{MOST_WALKED, weight};
use map::Map;

/// Steps that functions called by one query may cost by folding what they build.
const FOLDS: u32 = 20_000;

struct Walker<'q> {
    env: &'q Env,
    out: &'q mut Vec<Hap>,
}

/// See [`Pattern::query`].
pub(super) fn query(p: &Pattern, span: TimeSpan, env: &Env, out: &mut Vec<Hap>) -> Result<(), QueryError> {
    if !span.is_defined() {
        return Err(QueryError::Overflow);
    }
    let walked = fold::bounded(FOLDS, || Walker { env, out }.walk(p, span, &Map::IDENTITY));
    if env.is_exhausted() {
        Err(env.refusal().or(walked.err()).unwrap_or(QueryError::OverBudget))
    } else {
        walked
    }
}

impl Walker<'_> {
    fn emit(
        &mut self,
        whole: Option<TimeSpan>,
        part: TimeSpan,
        value: Value,
        positions: Positions,
        map: &Map<'_>,
    ) -> Result<(), QueryError> {
        self.env.spend(1)?;
        let mapped = map.span(part);
        let whole = whole.map(|w| map.whole(w, part, mapped));
        if !mapped.is_defined() || whole.is_some_and(|w| !w.is_defined()) {
            return Err(QueryError::Overflow);
        }
        self.out.push(Hap { whole, part: mapped, value, positions });
        Ok(())
    }

    /// The child's events in its own time, from `out[mark]` on.
    fn local(&mut self, p: &Pattern, span: TimeSpan) -> Result<usize, QueryError> {
        let mark = self.out.len();
        self.walk(p, span, &Map::IDENTITY)?;
        Ok(mark)
    }

    /// Takes the events from `mark` on out of the answer.
    fn take(&mut self, p: &Pattern, span: TimeSpan) -> Result<Vec<Hap>, QueryError> {
        let mark = self.local(p, span)?;
        Ok(self.out.split_off(mark))
    }

    /// Brings the events from `mark` on from local time to the query's.
    fn place(&mut self, mark: usize, map: &Map<'_>) -> Result<(), QueryError> {
        if map.is_identity() {
            return Ok(());
        }
        for hap in self.out.iter_mut().skip(mark) {
            let part = map.span(hap.part);
            hap.whole = hap.whole.map(|w| map.whole(w, hap.part, part));
            hap.part = part;
            if !part.is_defined() || hap.whole.is_some_and(|w| !w.is_defined()) {
                return Err(QueryError::Overflow);
            }
        }
        Ok(())
    }

    fn append_positions(&mut self, mark: usize, positions: &Positions) {
        if !positions.as_slice().is_empty() {
            self.out.iter_mut().skip(mark).for_each(|h| h.positions.extend(positions));
        }
    }

    /// Keeps the events from `mark` on for which `f` says so.
    fn retain(&mut self, mark: usize, mut f: impl FnMut(&mut Hap) -> bool) {
        let mut keep = mark;
        for i in mark..self.out.len() {
            let stays = self.out.get_mut(i).is_some_and(&mut f);
            if stays {
                if keep < i {
                    self.out.swap(keep, i);
                }
                keep += 1;
            }
        }
        self.out.truncate(keep);
    }

    fn walk(&mut self, p: &Pattern, span: TimeSpan, map: &Map<'_>) -> Result<(), QueryError> {
        self.env.spend(1)?;
        if !span.is_defined() {
            return Err(QueryError::Overflow);
        }
        let level = env::walked();
        if level >= MOST_WALKED {
            return Err(QueryError::TooDeep);
        }
        env::set_walked(level + weight(p.node()));
        let out = self.node(p, span, map);
        env::set_walked(level);
        out
    }

    #[expect(clippy::too_many_lines, reason = "a flat match, one arm a node")]
    fn node(&mut self, p: &Pattern, span: TimeSpan, map: &Map<'_>) -> Result<(), QueryError> {
        match p.node() {
            Node::Silence => Ok(()),
            Node::TooDeep => Err(QueryError::TooDeep),
            Node::Pure(value, positions) => {
                for piece in span.cycles() {
                    let cycle = TimeSpan::cycle(piece.begin.floor());
                    self.emit(Some(cycle), piece, value.clone(), *positions, map)?;
                }
                Ok(())
            }
            Node::Signal(signal) => {
                let value = signal.at(span.middle());
                self.emit(None, span, value, Positions::NONE, map)
            }
            Node::State(name, otherwise) => match self.env.state(name).cloned() {
                Some(p) => self.walk(&p, span, map),
                None => self.walk(otherwise, span, map),
            },
            Node::Query(query, _) => {
                let mark = self.out.len();
                let found = query(span, self.env)?;
                self.env.spend(found.len() as u32)?;
                self.out.extend(found);
                self.place(mark, map)
            }
            Node::Stack(ps) => ps.iter().try_for_each(|p| self.walk(p, span, map)),
            Node::Sequence(steps) => span.cycles().try_for_each(|piece| self.sequence(steps, piece, map)),
            Node::Cat(ps) => span.cycles().try_for_each(|piece| {
                let n = ps.len() as i64;
                let cycle = piece.begin.floor();
                let i = cycle.rem_euclid(n.max(1));
                let Some(p) = ps.get(i as usize) else { return Ok(()) };
                // In cycle c, pattern c mod n plays its own cycle c div n.
                let offset = Rational::int(cycle) - Rational::int(cycle.div_euclid(n));
                self.walk(p, shifted(piece, -offset), &map.affine(Rational::ONE, offset))
            }),
            Node::Fast(factor, p) => self.fast(*factor, p, span, map),
            Node::FastBy(factors, p) => {
                for hap in self.take(factors, span)? {
                    let mark = self.out.len();
                    match hap.value.as_ratio() {
                        Some(f) => self.fast(f, p, hap.part, map)?,
                        None => continue,
                    }
                    self.append_positions(mark, &hap.positions);
                }
                Ok(())
            }
            Node::Early(by, p) => self.walk(p, shifted(span, *by), &map.affine(Rational::ONE, -*by)),
            Node::ShiftBy { amount, late, pattern } => {
                for hap in self.take(amount, span)? {
                    let mark = self.out.len();
                    let Some(by) = hap.value.as_ratio() else { continue };
                    let by = if *late { -by } else { by };
                    self.walk(pattern, shifted(hap.part, by), &map.affine(Rational::ONE, -by))?;
                    self.append_positions(mark, &hap.positions);
                }
                Ok(())
            }
            Node::SplitCycles(p) => span.cycles().try_for_each(|piece| self.walk(p, piece, map)),
            Node::Rev(p) => span.cycles().try_for_each(|piece| {
                let mirror = piece.begin.cycle() + piece.begin.next_cycle();
                let flipped = TimeSpan::new(mirror - piece.end, mirror - piece.begin);
                self.walk(p, flipped, &map.affine(-Rational::ONE, mirror))
            }),
            Node::Zoom(begin, end, p) => span.cycles().try_for_each(|piece| {
                // Inside a cycle: inner = (t - cycle) * length + cycle + begin.
                let (cycle, length) = (piece.begin.cycle(), *end - *begin);
                let inner = |t: Rational| (t - cycle) * length + cycle + *begin;
                let back = Rational::ONE / length;
                let map = map.zoom(cycle, *begin, back);
                self.walk(p, TimeSpan::new(inner(piece.begin), inner(piece.end)), &map)
            }),
            Node::Compress(begin, end, p) => {
                span.cycles().try_for_each(|piece| self.step(*begin, *end, p, piece, map))
            }
            Node::Map(f, p) => {
                let mark = self.out.len();
                self.walk(p, span, map)?;
                let env = self.env;
                self.retain(mark, |hap| match f(&hap.value, env) {
                    Some(v) => {
                        hap.value = v;
                        true
                    }
                    None => false,
                });
                Ok(())
            }
            Node::Haps(f, p) => {
                let mark = self.local(p, span)?;
                self.retain(mark, |hap| f(hap));
                self.place(mark, map)
            }
            Node::Apply { structure, f, left, right } => {
                let mark = self.out.len();
                self.apply(*structure, f, left, right, span)?;
                self.place(mark, map)
            }
            Node::Join { join, outer, make, .. } => {
                let mark = self.out.len();
                for hap in self.take(outer, span)? {
                    if let Some(inner) = make(&hap.value, self.env) {
                        self.join(*join, &hap, &inner)?;
                    }
                }
                self.place(mark, map)
            }
            Node::Degrade { amount, seed, inverted, pattern } => {
                let mark = self.local(pattern, span)?;
                self.retain(mark, |hap| {
                    // A squeezed fragment whose whole Tidal puts into an earlier cycle meets no
                    // random number there, and falls out.
                    let whole = hap.whole_or_part();
                    let drawn = random::rand(whole.middle() + *seed);
                    (drawn > *amount) != *inverted && whole.intersection(hap.part).is_some()
                });
                self.place(mark, map)
            }
            Node::CycleChoose { seed, patterns } => {
                let mark = self.out.len();
                for piece in span.cycles() {
                    let cycle = TimeSpan::cycle(piece.begin.floor());
                    let drawn = random::rand(cycle.middle() + *seed);
                    let Some(p) = patterns.get((drawn * patterns.len() as f64) as usize) else { continue };
                    let outer = Hap {
                        whole: Some(cycle),
                        part: piece,
                        value: Value::Bool(true),
                        positions: Positions::NONE,
                    };
                    self.join(Join::Both, &outer, p)?;
                }
                self.place(mark, map)
            }
            Node::WhenCycle { test, yes, no } => span.cycles().try_for_each(|piece| {
                self.walk(if test(piece.begin.floor()) { yes } else { no }, piece, map)
            }),
            Node::PerCycle(make, _) => span
                .cycles()
                .try_for_each(|piece| self.walk(&make(piece.begin.floor(), self.env), piece, map)),
            Node::Euclid { hits, steps, rotation, inverted, pattern } => {
                self.euclid([hits, steps, rotation], *inverted, pattern, span, map)
            }
            Node::At(positions, p) => {
                let mark = self.out.len();
                self.walk(p, span, map)?;
                self.append_positions(mark, positions);
                Ok(())
            }
        }
    }
}

fn shifted(s: TimeSpan, by: Rational) -> TimeSpan {
    TimeSpan::new(s.begin + by, s.end + by)
}
