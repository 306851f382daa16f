//! The walker: one pass down the tree for each query.
//!
//! It carries a time map (see `map`) from the node's own time to the query's. Nodes that must see whole
//! events in their own time (joins, random choices) walk their children with the identity map and
//! place the events afterwards.

mod env;
mod map;

pub use env::{DEFAULT_BUDGET, Env, QueryError};

use super::{Hap, Join, Node, Pattern, Step, Value, euclid, random};
use crate::source::Positions;
use crate::time::{Rational, TimeSpan};
use env::{MOST_WALKED, weight};
use map::Map;

struct Walker<'q> {
    env: &'q Env,
    out: &'q mut Vec<Hap>,
}

/// See [`Pattern::query`].
pub(super) fn query(p: &Pattern, span: TimeSpan, env: &Env, out: &mut Vec<Hap>) -> Result<(), QueryError> {
    if !span.is_defined() {
        return Err(QueryError::Overflow);
    }
    Walker { env, out }.walk(p, span, &Map::IDENTITY)?;
    if env.is_exhausted() { Err(QueryError::OverBudget) } else { Ok(()) }
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
        let level = self.env.walked.get();
        if level >= MOST_WALKED {
            return Err(QueryError::TooDeep);
        }
        self.env.walked.set(level + weight(p.node()));
        let out = self.node(p, span, map);
        self.env.walked.set(level);
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

    fn fast(
        &mut self,
        factor: Rational,
        p: &Pattern,
        span: TimeSpan,
        map: &Map<'_>,
    ) -> Result<(), QueryError> {
        if factor == Rational::ZERO {
            return Ok(());
        }
        if factor < Rational::ZERO {
            return span.cycles().try_for_each(|piece| {
                let mirror = piece.begin.cycle() + piece.begin.next_cycle();
                let flipped = TimeSpan::new(mirror - piece.end, mirror - piece.begin);
                self.fast(-factor, p, flipped, &map.affine(-Rational::ONE, mirror))
            });
        }
        let inner = TimeSpan::new(span.begin * factor, span.end * factor);
        self.walk(p, inner, &map.affine(Rational::ONE / factor, Rational::ZERO))
    }

    /// The steps that a piece of one cycle touches.
    fn sequence(&mut self, steps: &[Step], piece: TimeSpan, map: &Map<'_>) -> Result<(), QueryError> {
        let cycle = piece.begin.cycle();
        let from = piece.begin - cycle;
        let first = steps.partition_point(|s| s.end <= from);
        for step in steps.get(first..).unwrap_or(&[]) {
            let begin = cycle + step.begin;
            if begin >= piece.end && begin > piece.begin {
                break;
            }
            self.step(step.begin, step.end, &step.pattern, piece, map)?;
        }
        Ok(())
    }

    /// One cycle of `p` squeezed into `begin..end` of the cycle that `piece` lies in.
    fn step(
        &mut self,
        begin: Rational,
        end: Rational,
        p: &Pattern,
        piece: TimeSpan,
        map: &Map<'_>,
    ) -> Result<(), QueryError> {
        let cycle = piece.begin.cycle();
        let slot = TimeSpan::new(cycle + begin, cycle + end);
        let Some(seen) = slot.intersection(piece) else { return Ok(()) };
        let length = end - begin;
        if begin == Rational::ZERO && end == Rational::ONE {
            return self.walk(p, seen, map);
        }
        let next = cycle + Rational::ONE;
        let inner = |t: Rational| {
            // The step's own borders are cycle borders inside: no arithmetic needed.
            if t == slot.begin {
                cycle
            } else if t == slot.end {
                next
            } else {
                cycle + (t - slot.begin) / length
            }
        };
        self.walk(p, TimeSpan::new(inner(seen.begin), inner(seen.end)), &map.squeeze(cycle, begin, length))
    }

    /// Appends one outer event's share of a join, in local time.
    fn join(&mut self, join: Join, outer: &Hap, inner: &Pattern) -> Result<(), QueryError> {
        let mark = self.out.len();
        let span = outer.whole_or_part();
        match join {
            Join::Inner | Join::Both => self.walk(inner, outer.part, &Map::IDENTITY)?,
            Join::Outer => {
                self.walk(inner, TimeSpan::new(span.begin, span.begin), &Map::IDENTITY)?;
                for hap in self.out.iter_mut().skip(mark) {
                    hap.whole = outer.whole;
                    hap.part = outer.part;
                }
            }
            Join::Squeeze => {
                let length = span.duration();
                if length <= Rational::ZERO {
                    return Ok(());
                }
                let cycle = span.begin.cycle();
                let into = |t: Rational| cycle + (t - span.begin) / length;
                let map = Map::IDENTITY;
                let map = map.affine(length, span.begin - cycle * length);
                self.walk(inner, TimeSpan::new(into(outer.part.begin), into(outer.part.end)), &map)?;
            }
            Join::Trigger => {
                let by = span.begin.cycle_pos();
                let map = Map::IDENTITY;
                self.walk(inner, shifted(outer.part, -by), &map.affine(Rational::ONE, by))?;
            }
        }
        let cut = matches!(join, Join::Both | Join::Squeeze);
        self.retain(mark, |hap| {
            hap.positions.extend(&outer.positions);
            if !cut {
                return true;
            }
            hap.whole = match (hap.whole, outer.whole) {
                (Some(a), Some(b)) => match a.intersection(b) {
                    Some(w) => Some(w),
                    None => return false,
                },
                _ => None,
            };
            hap.part.intersection(outer.part).map(|p| hap.part = p).is_some()
        });
        Ok(())
    }

    fn euclid(
        &mut self,
        [hits, steps, rotation]: [&Pattern; 3],
        inverted: bool,
        p: &Pattern,
        span: TimeSpan,
        map: &Map<'_>,
    ) -> Result<(), QueryError> {
        for r in self.take(rotation, span)? {
            for n in self.take(steps, r.part)? {
                for k in self.take(hits, n.part)? {
                    let (Some(k_), Some(n_), Some(r_)) =
                        (k.value.as_i64(), n.value.as_i64(), r.value.as_i64())
                    else {
                        continue;
                    };
                    let mark = self.out.len();
                    let by = Rational::new(r_, n_.max(1));
                    let turned = shifted(k.part, by);
                    let map = map.affine(Rational::ONE, -by);
                    turned.cycles().try_for_each(|piece| self.hits((k_, n_), inverted, p, piece, &map))?;
                    for outer in [&k, &n, &r] {
                        self.append_positions(mark, &outer.positions);
                    }
                }
            }
        }
        Ok(())
    }

    fn hits(
        &mut self,
        (k, n): (i64, i64),
        inverted: bool,
        p: &Pattern,
        piece: TimeSpan,
        map: &Map<'_>,
    ) -> Result<(), QueryError> {
        let Some(rhythm) = euclid::rhythm(k, n) else { return Err(QueryError::OverBudget) };
        let count = rhythm.len() as i64;
        if count == 0 {
            return Ok(());
        }
        let cycle = piece.begin.cycle();
        let from = ((piece.begin - cycle) * Rational::int(count)).floor();
        let to = ((piece.end - cycle) * Rational::int(count)).ceil().max(from + 1);
        for i in from..to {
            if rhythm.get(i as usize).is_some_and(|hit| *hit != inverted) {
                self.hit(cycle, i, count, p, piece, map)?;
            }
        }
        Ok(())
    }

    /// One step of a rhythm. As in Tidal's `fastcat`, and unlike a step of a sequence, an event that
    /// began before its cycle began before this step, by as much as fits.
    fn hit(
        &mut self,
        cycle: Rational,
        i: i64,
        count: i64,
        p: &Pattern,
        piece: TimeSpan,
        map: &Map<'_>,
    ) -> Result<(), QueryError> {
        let (count, begin) = (Rational::int(count), cycle + Rational::new(i, count));
        let slot = TimeSpan::new(begin, cycle + Rational::new(i + 1, count.num()));
        let Some(seen) = slot.intersection(piece) else { return Ok(()) };
        let inner = |t: Rational| cycle + (t - begin) * count;
        let length = Rational::ONE / count;
        let span = TimeSpan::new(inner(seen.begin), inner(seen.end));
        self.walk(p, span, &map.affine(length, begin - cycle * length))
    }

    /// Events of one side against what is continuous of the other: as in Tidal, one value for the whole
    /// of the query, not one for each event.
    fn meet_continuous(
        &mut self,
        f: &super::ValueFn2,
        leads: &[Hap],
        follow: &Pattern,
        span: TimeSpan,
    ) -> Result<(), QueryError> {
        if follow.as_pure().is_some() || leads.iter().all(|a| a.whole.is_none()) {
            return Ok(());
        }
        for b in self.take(follow, span)?.into_iter().filter(|b| b.whole.is_none()) {
            for a in leads.iter().filter(|a| a.whole.is_some()) {
                let Some(part) = a.part.intersection(b.part) else { continue };
                let Some(value) = f(a.value.clone(), b.value.clone(), self.env) else { continue };
                let mut positions = a.positions;
                positions.extend(&b.positions);
                self.env.spend(1)?;
                self.out.push(Hap { whole: None, part, value, positions });
            }
        }
        Ok(())
    }

    fn apply(
        &mut self,
        structure: super::Structure,
        f: &super::ValueFn2,
        left: &Pattern,
        right: &Pattern,
        span: TimeSpan,
    ) -> Result<(), QueryError> {
        use super::Structure;
        // The side that gives the structure is asked first, the other one for each of its events.
        let (lead, follow) = if structure == Structure::Right { (right, left) } else { (left, right) };
        if let Some((value, positions)) = follow.as_pure()
            && structure != Structure::Both
            && span.end <= span.begin.next_cycle()
        {
            // One value for all of the cycle: the events are changed where they stand.
            let mark = self.local(lead, span)?;
            let env = self.env;
            self.retain(mark, |hap| {
                // A part that the walker before put outside of its whole meets nothing there.
                let Some(part) = hap.part.intersection(hap.whole_or_part()) else { return false };
                let own = std::mem::replace(&mut hap.value, Value::Bool(false));
                let value = match structure {
                    Structure::Right => f(value.clone(), own, env),
                    _ => f(own, value.clone(), env),
                };
                let Some(value) = value else { return false };
                hap.part = part;
                hap.value = value;
                hap.positions.extend(positions);
                true
            });
            return Ok(());
        }
        let mut leads = self.take(lead, span)?;
        if structure == Structure::Both {
            self.meet_continuous(f, &leads, follow, span)?;
        }
        for a in leads.drain(..) {
            let within = a.whole_or_part();
            if let Some((value, positions)) = follow.as_pure() {
                // A constant needs no query where the part lies in one cycle.
                if structure != Structure::Both && a.part.end <= a.part.begin.next_cycle() {
                    // A part that the walker before put outside of its whole meets nothing there.
                    let Some(part) = a.part.intersection(within) else { continue };
                    let mut all = a.positions;
                    all.extend(positions);
                    let value = match structure {
                        Structure::Right => f(value.clone(), a.value, self.env),
                        _ => f(a.value, value.clone(), self.env),
                    };
                    if let Some(value) = value {
                        self.env.spend(1)?;
                        self.out.push(Hap { part, value, positions: all, ..a });
                    }
                    continue;
                }
            }
            let mark = self.local(follow, within)?;
            let whole_of = |b: Option<TimeSpan>| match structure {
                Structure::Both => match (a.whole, b) {
                    (Some(x), Some(y)) => x.intersection(y).map(Some),
                    _ => Some(None),
                },
                _ => Some(a.whole),
            };
            let env = self.env;
            // What is continuous has met the events already, all of the query at once.
            let met = structure == Structure::Both && a.whole.is_some();
            self.retain(mark, |b| {
                if met && b.whole.is_none() {
                    return false;
                }
                let (Some(part), Some(whole)) = (a.part.intersection(b.part), whole_of(b.whole)) else {
                    return false;
                };
                let theirs = std::mem::replace(&mut b.value, Value::Bool(false));
                let value = match structure {
                    Structure::Right => f(theirs, a.value.clone(), env),
                    _ => f(a.value.clone(), theirs, env),
                };
                let Some(value) = value else { return false };
                let mut positions = a.positions;
                positions.extend(&b.positions);
                *b = Hap { whole, part, value, positions };
                true
            });
        }
        Ok(())
    }
}

fn shifted(s: TimeSpan, by: Rational) -> TimeSpan {
    TimeSpan::new(s.begin + by, s.end + by)
}
