//! Euclidean rhythms whose hits, steps and rotation are patterns themselves.
//!
//! The three are asked in Tidal's order, each for the part of the one before; only the steps that hit
//! and lie in the span are walked.

use super::env::QueryError;
use super::map::Map;
use super::{Walker, shifted};
use crate::pattern::{Pattern, euclid};
use crate::time::{Rational, TimeSpan};

impl Walker<'_> {
    pub(super) fn euclid(
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
}
