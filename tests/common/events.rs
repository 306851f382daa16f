//! Events as conformance rows write them, and when two of them are equal.
//!
//! Positions are cycles; they count as equal within 2e-7, numbers within 1e-6 of their size. A value
//! is a number, a text, or a map of them by name.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What an event carries.
#[derive(Clone, Debug)]
pub enum Carried {
    /// A number, or a ratio such as `1/3`.
    Number(f64),
    /// A word, or a truth as `true` and `false`.
    Text(String),
    /// Controls by name.
    Map(BTreeMap<String, Carried>),
}

impl Carried {
    /// Reads a value as rows and `query --json` write it.
    pub fn of(v: &Json) -> Self {
        match v {
            Json::Number(n) => Self::Number(n.as_f64().unwrap_or(f64::NAN)),
            Json::String(s) => match fraction(s) {
                Some(x) if s.contains('/') => Self::Number(x),
                _ => Self::Text(s.clone()),
            },
            // What depends on the events before has no value yet.
            Json::Object(o) if o.len() == 1 && o.contains_key("state") => Self::Text("state".into()),
            Json::Object(o) => Self::Map(o.iter().map(|(k, v)| (k.clone(), Self::of(v))).collect()),
            other => Self::Text(other.to_string()),
        }
    }

    /// A key for sorting that does not depend on the last digits of numbers.
    fn key(&self) -> String {
        match self {
            Self::Number(x) => format!("{:.4}", x + 0.0),
            Self::Text(t) => t.clone(),
            Self::Map(m) => {
                let parts: Vec<String> = m.iter().map(|(k, v)| format!("{k}={}", v.key())).collect();
                parts.join(";")
            }
        }
    }

    fn is(&self, o: &Self) -> bool {
        match (self, o) {
            (Self::Number(a), Self::Number(b)) => (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((k, x), (l, y))| k == l && x.is(y))
            }
            _ => false,
        }
    }
}

/// One event: where its part begins and ends, where its whole does, and what it carries.
#[derive(Clone, Debug)]
pub struct Event {
    part: [f64; 2],
    whole: Option<[f64; 2]>,
    value: Carried,
}

impl Event {
    pub fn new(part: [f64; 2], whole: Option<[f64; 2]>, value: Carried) -> Self {
        Self { part, whole, value }
    }

    fn key(&self) -> (Vec<i64>, String) {
        let ends = self.part.iter().chain(self.whole.iter().flatten());
        (ends.map(|x| (x * 1e7).round() as i64).collect(), self.value.key())
    }

    fn is(&self, o: &Self) -> bool {
        let near = |a: &[f64; 2], b: &[f64; 2]| a.iter().zip(b).all(|(x, y)| (x - y).abs() <= 2e-7);
        let wholes = match (&self.whole, &o.whole) {
            (Some(a), Some(b)) => near(a, b),
            (None, None) => true,
            _ => false,
        };
        near(&self.part, &o.part) && wholes && self.value.is(&o.value)
    }
}

/// The first event that differs, wanted and got; none when the lists are equal but for their order.
pub fn difference(mut want: Vec<Event>, mut got: Vec<Event>) -> Option<String> {
    for list in [&mut want, &mut got] {
        list.sort_by_key(Event::key);
    }
    let at = want.iter().zip(&got).position(|(a, b)| !a.is(b));
    let at = at.or((want.len() != got.len()).then_some(want.len().min(got.len())))?;
    Some(format!("event {at}: wanted {:?}, got {:?}", want.get(at), got.get(at)))
}

/// `3/4` or `3` as a number.
pub fn fraction(text: &str) -> Option<f64> {
    match text.split_once('/') {
        Some((a, b)) => Some(a.parse::<f64>().ok()? / b.parse::<f64>().ok()?),
        None => text.parse().ok(),
    }
}
