//! Patterns made of whole lists of events: what looks at its neighbours.
//!
//! In: a pattern and a function on the events of a query. Out: a pattern. The functions of this
//! file see the events of one query in the pattern's own time; where a result must not depend on
//! how a query is cut, they ask for the whole cycle and cut afterwards.

use super::{Env, Hap, Node, Pattern, QueryError, Value};
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

impl Pattern {
    /// A query of its own. `depth` is that of the deepest pattern it asks.
    pub(crate) fn from_query(
        depth: u32,
        query: impl Fn(TimeSpan, &Env) -> Result<Vec<Hap>, QueryError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Node::Query(Arc::new(query), depth))
    }

    /// The same pattern, whose depth counts as at least `depth`.
    pub(crate) fn at_depth(&self, depth: u32) -> Self {
        if depth < self.depth() {
            return self.clone();
        }
        let p = self.clone();
        Self::from_query(depth, move |span, env| p.listed(span, env))
    }

    /// The events of a span in a list of their own.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn listed(&self, span: TimeSpan, env: &Env) -> Result<Vec<Hap>, QueryError> {
        let mut out = Vec::new();
        self.query(span, env, &mut out)?;
        Ok(out)
    }

    /// The events of every query through a function on all of them (Tidal's `withEvents`).
    pub fn with_list(&self, f: impl Fn(Vec<Hap>, &Env) -> Vec<Hap> + Send + Sync + 'static) -> Self {
        let p = self.clone();
        Self::from_query(self.depth(), move |span, env| Ok(f(p.listed(span, env)?, env)))
    }

    /// The same for the events of each whole cycle; what lies outside of the query is cut off.
    pub fn with_cycle(
        &self,
        f: impl Fn(Vec<Hap>, TimeSpan, &Env) -> Vec<Hap> + Send + Sync + 'static,
    ) -> Self {
        let p = self.clone();
        Self::from_query(self.depth(), move |span, env| {
            let mut out = Vec::new();
            for piece in span.cycles() {
                let cycle = TimeSpan::cycle(piece.begin.floor());
                for mut hap in f(p.listed(cycle, env)?, cycle, env) {
                    if let Some(part) = hap.part.intersection(piece) {
                        hap.part = part;
                        out.push(hap);
                    }
                }
            }
            Ok(out)
        })
    }

    /// A function of time, sampled in the middle of what is asked (Tidal's `sig`).
    pub fn from_time(f: impl Fn(Rational, &Env) -> Option<Value> + Send + Sync + 'static) -> Self {
        let f: super::ValueFn = Arc::new(move |v, env| match v {
            Value::Ratio(t) => f(*t, env),
            _ => None,
        });
        Self::signal(super::Signal::Time).map_with(&f)
    }

    /// Only events that begin where the test of their start says so (Tidal's `filterWhen`).
    pub fn starting(&self, test: impl Fn(Rational) -> bool + Send + Sync + 'static) -> Self {
        self.with_haps(move |h| test(h.whole_or_part().begin))
    }

    /// Only events with a whole (Tidal's `filterDigital`).
    pub fn discrete(&self) -> Self {
        self.with_haps(|h| h.whole.is_some())
    }
}

/// Adjacent parts of the same whole and value as one (Tidal's `defragParts`).
pub fn defragmented(mut haps: Vec<Hap>) -> Vec<Hap> {
    haps.sort_by_key(|h| (h.whole, h.part));
    let mut out: Vec<Hap> = Vec::with_capacity(haps.len());
    for hap in haps {
        let joined =
            out.iter_mut().rev().take_while(|o| o.whole == hap.whole).find(|o| {
                o.value == hap.value && (o.part.end == hap.part.begin || hap.part.end == o.part.begin)
            });
        match joined {
            Some(o) => {
                o.part = TimeSpan::new(o.part.begin.min(hap.part.begin), o.part.end.max(hap.part.end));
            }
            None => out.push(hap),
        }
    }
    out
}
