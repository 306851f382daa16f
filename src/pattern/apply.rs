//! Two patterns into one: by a function of their values, where they meet; and the joins.

use super::fold::folded;
use super::{Env, Join, MakePattern, Node, Pattern, Value};
use std::sync::Arc;

/// Whose events give the structure of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Structure {
    /// Where both meet: `+`, `|+|`, `<*>`.
    Both,
    /// The left one's: `|+`, `#`, `<*`.
    Left,
    /// The right one's: `+|`, `*>`.
    Right,
}

/// A function of two values; `None` drops the event.
pub type ValueFn2 = Arc<dyn Fn(Value, Value, &Env) -> Option<Value> + Send + Sync>;

impl Pattern {
    /// Events changed or dropped (false) by a look at the whole of them, in this pattern's time.
    pub fn with_haps(&self, f: impl Fn(&mut super::Hap) -> bool + Send + Sync + 'static) -> Self {
        Self::new(Node::Haps(Arc::new(f), self.clone()))
    }

    /// Only the events whose value passes.
    pub fn filter_values(&self, f: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        self.map(move |v| f(v).then(|| v.clone()))
    }

    /// Two patterns combined by a function of their values.
    pub fn apply(&self, structure: Structure, other: &Self, f: ValueFn2) -> Self {
        if self.is_silence() || other.is_silence() {
            return Self::silence();
        }
        if let Some(folded) = self.with_constant(structure, other, &f) {
            return folded;
        }
        Self::new(Node::Apply { structure, f, left: self.clone(), right: other.clone() })
    }

    /// The pattern that `make` gives for each value, joined (Tidal's `join $ make <$> self`). For a
    /// constant, `make` runs once, now.
    pub fn join(&self, join: Join, make: impl Fn(&Value) -> Option<Self> + Send + Sync + 'static) -> Self {
        self.join_with(join, Arc::new(move |v: &Value, _: &Env| make(v)))
    }

    /// The same with a function that calls functions of the language.
    pub fn join_with(&self, join: Join, make: MakePattern) -> Self {
        self.join_deep(join, 0, make)
    }

    /// The same where `make` closes over patterns that are `depth` deep.
    pub(crate) fn join_deep(&self, join: Join, depth: u32, make: MakePattern) -> Self {
        if let (Join::Inner, Node::Pure(v, at)) = (join, self.node())
            && let Ok(made) = folded(|env| make(v, env))
        {
            return made.map_or_else(Self::silence, |p| p.split_cycles().at(*at));
        }
        if self.is_silence() {
            return Self::silence();
        }
        Self::new(Node::Join { join, outer: self.clone(), make, depth })
    }

    /// A pattern whose values are patterns, joined.
    pub fn flatten(&self, join: Join) -> Self {
        self.join(join, |v| match v {
            Value::Pattern(p) => Some(p.clone()),
            _ => None,
        })
    }

    /// A function on this pattern with a patterned argument (Tidal's `tParam`): the argument's parts
    /// cut the events.
    pub fn by(
        &self,
        argument: &Self,
        make: impl Fn(&Value, &Self, &Env) -> Option<Self> + Send + Sync + 'static,
    ) -> Self {
        self.by_join(Join::Inner, argument, make)
    }

    /// The same with a second pattern for `make`, such as what a function has made of this one.
    pub fn by_pair(
        &self,
        argument: &Self,
        other: &Self,
        make: impl Fn(&Value, &Self, &Self) -> Option<Self> + Send + Sync + 'static,
    ) -> Self {
        let (p, q, depth) = (self.clone(), other.clone(), self.depth().max(other.depth()));
        argument.join_deep(Join::Inner, depth, Arc::new(move |v: &Value, _: &Env| make(v, &p, &q)))
    }

    /// The same with another join.
    pub fn by_join(
        &self,
        join: Join,
        argument: &Self,
        make: impl Fn(&Value, &Self, &Env) -> Option<Self> + Send + Sync + 'static,
    ) -> Self {
        let (p, depth) = (self.clone(), self.depth());
        argument.join_deep(join, depth, Arc::new(move |v: &Value, env: &Env| make(v, &p, env)))
    }
}
