//! How much a function makes at most: copies, pieces, steps.
//!
//! A number beyond it would hold up the music, and cutting it down would play something else than what
//! was written. So it is refused, in words: where the number stands, as the text is evaluated (`eval`), or
//! by the query that meets it, where only the music knows the number.

use super::MAX_LIST;
use crate::pattern::{Env, Pattern, QueryError, Value};
use crate::source::{Diagnostic, TextRange};
use std::sync::Arc;

/// The answer instead of a list with more parts than any has.
pub(super) fn too_long(env: &Env) -> Option<Value> {
    let d = Diagnostic::error(TextRange::default(), format!("a list has at most {MAX_LIST} parts"));
    env.complain(Box::new(d.help("write a shorter one")));
    None
}

/// The limit of one argument of a function.
#[derive(Clone, Copy, Debug)]
pub(in crate::language) struct Limit {
    /// Which argument it is, from 0.
    pub at: usize,
    /// The largest number that is taken.
    pub most: i64,
    /// What there may be so many of, such as `pieces`.
    pub of: &'static str,
    /// The function.
    pub function: &'static str,
}

impl Limit {
    /// What a query says that meets a larger number.
    pub fn error(&self) -> QueryError {
        QueryError::TooMany { function: self.function, most: self.most, of: self.of }
    }

    /// A value that is larger than what is taken.
    pub fn passed_by(&self, v: &Value) -> Option<f64> {
        v.as_f64().filter(|x| *x > self.most as f64)
    }

    /// The argument as the function is to see it: a larger number ends the query, or the call.
    pub fn guarded(self, argument: &Value, env: &Env) -> Option<Value> {
        let keep = move |v: &Value, env: &Env| {
            if self.passed_by(v).is_some() {
                env.refuse(self.error());
                return None;
            }
            Some(v.clone())
        };
        match argument {
            Value::Pattern(p) => Some(Value::Pattern(Pattern::map_with(p, &(Arc::new(keep) as _)))),
            v => keep(v, env),
        }
    }
}
