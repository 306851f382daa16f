//! What an event carries: a number, a word, a truth, or a map of controls.

use super::{Env, Pattern};
use crate::control::{ControlId, ControlName};
use crate::time::Rational;
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A function on values, as the language makes them. `None` drops the event; work is spent on the
/// budget of the query (or evaluation) that calls it.
pub type Function = Arc<dyn Fn(&Value, &Env) -> Option<Value> + Send + Sync>;

/// The value of an event. Types are settled by `language` before a pattern exists, so operations
/// here convert between numbers freely and answer `None` where kinds do not fit.
#[derive(Clone)]
pub enum Value {
    /// A number: Tidal's `Double` and `Note`.
    Num(f64),
    /// A whole number.
    Int(i64),
    /// An exact ratio: cycle times.
    Ratio(Rational),
    /// A truth.
    Bool(bool),
    /// A word.
    Text(Arc<str>),
    /// Controls of a sound.
    Controls(ControlMap),
    /// Values in a row: a list or a tuple.
    List(Arc<[Value]>),
    /// A function, in patterns of functions.
    Function(Function),
    /// A pattern, in patterns of patterns.
    Pattern(Pattern),
    /// Something of the language's own that no pattern looks into (an action, say).
    Opaque(Arc<dyn Any + Send + Sync>),
}

impl Value {
    /// A word.
    pub fn text(word: &str) -> Self {
        Self::Text(word.into())
    }

    /// The value as a number; truths and words are none.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Num(x) => Some(*x),
            Self::Int(n) => Some(*n as f64),
            Self::Ratio(r) => Some(r.to_f64()),
            _ => None,
        }
    }

    /// The value as an exact ratio; undefined ratios, truths and words are none.
    pub fn as_ratio(&self) -> Option<Rational> {
        let r = match self {
            Self::Num(x) => Rational::from_f64(*x),
            Self::Int(n) => Rational::int(*n),
            Self::Ratio(r) => *r,
            _ => return None,
        };
        r.is_defined().then_some(r)
    }

    /// The value as a whole number, rounded down and limited to `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Num(x) => Some(x.floor() as i64),
            Self::Int(n) => Some(*n),
            Self::Ratio(r) => r.is_defined().then(|| r.floor()),
            _ => None,
        }
    }

    /// The value as a truth.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The value as a word.
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(t) => Some(t),
            _ => None,
        }
    }

    /// The value as controls.
    pub fn as_controls(&self) -> Option<&ControlMap> {
        match self {
            Self::Controls(c) => Some(c),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    /// Numbers are equal by value, whatever their form; functions never are.
    fn eq(&self, o: &Self) -> bool {
        match (self, o) {
            (Self::Ratio(a), Self::Ratio(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Controls(a), Self::Controls(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            // A text that has become a list of its characters.
            (Self::Text(t), Self::List(l)) | (Self::List(l), Self::Text(t)) => {
                let mut rest = &**t;
                l.iter().all(|c| match c.as_text().and_then(|c| rest.strip_prefix(&**c)) {
                    Some(after) => {
                        rest = after;
                        true
                    }
                    None => false,
                }) && rest.is_empty()
            }
            (Self::Pattern(a), Self::Pattern(b)) => a.is_same(b),
            (a, b) => matches!((a.as_f64(), b.as_f64()), (Some(x), Some(y)) if x == y),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Num(x) => write!(f, "{x}"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Ratio(r) => write!(f, "{r:?}"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Text(t) => f.write_str(t),
            Self::Controls(c) => write!(f, "{c:?}"),
            Self::List(l) => f.debug_list().entries(l.iter()).finish(),
            Self::Function(_) => f.write_str("<function>"),
            Self::Pattern(_) => f.write_str("<pattern>"),
            v if super::stateful::Stateful::of(v).is_some() => f.write_str("<when played>"),
            Self::Opaque(_) => f.write_str("<action>"),
        }
    }
}

type Entries = SmallVec<[(ControlName, Value); 4]>;

fn push(entries: &mut Entries, entry: Option<&(ControlName, Value)>) {
    if let Some(entry) = entry {
        entries.push(entry.clone());
    }
}

/// The controls of one event, sorted by key. Cloning is one reference count; a map that nobody
/// else holds is changed in place.
#[derive(Clone, PartialEq, Default)]
pub struct ControlMap(Arc<Entries>);

impl ControlMap {
    /// No controls.
    pub fn new() -> Self {
        Self::default()
    }

    /// One control.
    pub fn one(key: impl Into<ControlName>, value: Value) -> Self {
        let mut entries = Entries::new();
        entries.push((key.into(), value));
        Self(Arc::new(entries))
    }

    fn find(&self, key: &ControlName) -> Result<usize, usize> {
        // Events carry a handful of controls: a walk beats a search.
        for (i, (k, _)) in self.0.iter().enumerate() {
            match k.cmp(key) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(i),
                std::cmp::Ordering::Greater => return Err(i),
            }
        }
        Err(self.0.len())
    }

    /// The value under a key.
    pub fn get(&self, key: &ControlName) -> Option<&Value> {
        self.find(key).ok().and_then(|i| self.0.get(i)).map(|(_, v)| v)
    }

    /// The value of a control of the table.
    pub fn value(&self, id: ControlId) -> Option<&Value> {
        self.get(&ControlName::Known(id))
    }

    /// The number under a control of the table.
    pub fn number(&self, id: ControlId) -> Option<f64> {
        self.value(id).and_then(Value::as_f64)
    }

    /// The word under a control of the table.
    pub fn text(&self, id: ControlId) -> Option<&Arc<str>> {
        self.value(id).and_then(Value::as_text)
    }

    /// Sets a control, replacing what was there.
    pub fn set(&mut self, key: impl Into<ControlName>, value: Value) {
        let key = key.into();
        let found = self.find(&key);
        let entries = Arc::make_mut(&mut self.0);
        match found {
            Ok(i) => {
                if let Some(entry) = entries.get_mut(i) {
                    entry.1 = value;
                }
            }
            Err(i) => entries.insert(i, (key, value)),
        }
    }

    /// Takes a control out.
    pub fn remove(&mut self, key: &ControlName) -> Option<Value> {
        let i = self.find(key).ok()?;
        Some(Arc::make_mut(&mut self.0).remove(i).1)
    }

    /// Keys and values, sorted by key (controls of the table by name first, then other names).
    pub fn iter(&self) -> impl Iterator<Item = (&ControlName, &Value)> {
        self.0.iter().map(|(k, v)| (k, v))
    }

    /// How many controls.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without controls.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The union: keys of one alone are kept, `both` decides where both have one (`None` drops the
    /// key).
    pub fn union_with(mut self, o: Self, mut both: impl FnMut(&Value, &Value) -> Option<Value>) -> Self {
        if self.is_empty() {
            return o;
        }
        let fits = |ours: &Entries| o.0.iter().all(|(k, _)| ours.iter().any(|(l, _)| l == k));
        if let Some(ours) = Arc::get_mut(&mut self.0).filter(|ours| fits(ours)) {
            // Nobody else holds it and no key is new: changed where it stands.
            ours.retain(|(key, value)| match o.get(key).map(|theirs| both(value, theirs)) {
                Some(Some(merged)) => {
                    *value = merged;
                    true
                }
                Some(None) => false,
                None => true,
            });
            return self;
        }
        let mut out = Entries::with_capacity(self.len().max(o.len()) + 1);
        let (mut ours, mut theirs) = (self.0.iter().peekable(), o.0.iter().peekable());
        loop {
            match (ours.peek(), theirs.peek()) {
                (Some((a, x)), Some((b, y))) => match a.cmp(b) {
                    std::cmp::Ordering::Less => push(&mut out, ours.next()),
                    std::cmp::Ordering::Greater => push(&mut out, theirs.next()),
                    std::cmp::Ordering::Equal => {
                        if let Some(merged) = both(x, y) {
                            out.push((a.clone(), merged));
                        }
                        ours.next();
                        theirs.next();
                    }
                },
                (Some(_), None) => push(&mut out, ours.next()),
                (None, Some(_)) => push(&mut out, theirs.next()),
                (None, None) => return Self(Arc::new(out)),
            }
        }
    }
}

impl fmt::Debug for ControlMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (k, v)) in self.iter().enumerate() {
            write!(f, "{}{k:?}: {v:?}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl FromIterator<(ControlName, Value)> for ControlMap {
    fn from_iter<T: IntoIterator<Item = (ControlName, Value)>>(iter: T) -> Self {
        let mut map = Self::new();
        for (k, v) in iter {
            map.set(k, v);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::id;

    #[test]
    fn a_union_keeps_sides_apart() {
        let a: ControlMap = [
            (id::S.into(), Value::text("bd")),
            (id::GAIN.into(), Value::Num(3.0)),
            (id::PAN.into(), Value::Num(0.0)),
        ]
        .into_iter()
        .collect();
        let b = ControlMap::one(id::GAIN, Value::Num(1.0));
        let minus = |x: &Value, y: &Value| Some(Value::Num(x.as_f64()? - y.as_f64()?));
        assert_eq!(a.clone().union_with(b.clone(), minus).number(id::GAIN), Some(2.0));
        assert_eq!(b.union_with(a.clone(), minus).number(id::GAIN), Some(-2.0));
        assert_eq!(a.text(id::S).map(|t| &**t), Some("bd"));
    }
}
