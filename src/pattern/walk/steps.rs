//! Time that passes faster, and steps of a cycle: the child is asked for another span, and the map takes
//! its events back. Nothing is written twice.

use super::Walker;
use super::env::QueryError;
use super::map::Map;
use crate::pattern::{Pattern, Step};
use crate::time::{Rational, TimeSpan};

impl Walker<'_> {
    pub(super) fn fast(
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
    pub(super) fn sequence(
        &mut self,
        steps: &[Step],
        piece: TimeSpan,
        map: &Map<'_>,
    ) -> Result<(), QueryError> {
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
    pub(super) fn step(
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
}
