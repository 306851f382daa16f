//! Two patterns joined by a function of their values: `#`, `|+|` and whatever takes its structure from one
//! side or from both.
//!
//! The side that gives the structure is asked first, the other one for each of its events; a constant is
//! not asked at all where it can be seen to be one, which most sides are.

use super::Walker;
use super::env::QueryError;
use crate::pattern::{Hap, Pattern, Structure, Value, ValueFn2};
use crate::time::TimeSpan;

impl Walker<'_> {
    /// Events of one side against what is continuous of the other: as in Tidal, one value for the whole
    /// of the query, not one for each event.
    fn meet_continuous(
        &mut self,
        f: &ValueFn2,
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

    pub(super) fn apply(
        &mut self,
        structure: Structure,
        f: &ValueFn2,
        left: &Pattern,
        right: &Pattern,
        span: TimeSpan,
    ) -> Result<(), QueryError> {
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
