//! Patterns of patterns: one outer event's share of a join.
//!
//! The inner pattern plays in its own time, the identity map; whoever asked for the join places its
//! events afterwards, all of them at once.

use super::env::QueryError;
use super::map::Map;
use super::{Walker, shifted};
use crate::pattern::{Hap, Join, Pattern};
use crate::time::{Rational, TimeSpan};

impl Walker<'_> {
    /// Appends one outer event's share of a join, in local time.
    pub(super) fn join(&mut self, join: Join, outer: &Hap, inner: &Pattern) -> Result<(), QueryError> {
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
}
