//! How much a function makes at most: copies, pieces, steps.
//!
//! A number beyond it would hold up the music, and cutting it down would play something else than what
//! was written. So it is refused, in words: where the number stands, as the text is evaluated (`eval`), or
//! by the query that meets it, where only the music knows the number.

use super::MAX_LIST;
use crate::pattern::{Env, Most, Pattern, QueryError, Value};
use crate::source::{Diagnostic, TextRange};
use std::sync::Arc;

/// The answer instead of a list with more parts than any has.
pub(super) fn too_long(env: &Env) -> Option<Value> {
    let d = Diagnostic::error(TextRange::default(), format!("a list has at most {MAX_LIST} parts"));
    env.complain(Box::new(d.help("write a shorter one")));
    None
}

/// Parts of a list that are looked at for one unit of a budget.
pub(in crate::language) const PARTS: usize = 16;

/// Work on so many parts of a list, or letters of a text.
pub(in crate::language) fn spend(env: &Env, parts: usize) -> Option<()> {
    env.spend(u32::try_from(parts / PARTS).unwrap_or(u32::MAX)).ok()
}

/// Work on all of a value: a list in a list may hold far more than was ever made.
pub(super) fn spend_all(env: &Env, v: &Value) -> Option<()> {
    match v {
        Value::List(l) => {
            spend(env, l.len())?;
            let nested = l.iter().filter(|v| matches!(v, Value::List(_) | Value::Text(_)));
            nested.into_iter().try_for_each(|v| env.spend(1).ok().and_then(|()| spend_all(env, v)))
        }
        Value::Text(t) => spend(env, t.len()),
        _ => Some(()),
    }
}

/// Texts one after the other, as long as a list may be.
pub(super) fn joined_texts<'t>(env: &Env, texts: impl Iterator<Item = &'t str>) -> Option<Value> {
    let mut out = String::new();
    for text in texts {
        if out.len() + text.len() > MAX_LIST {
            return too_long(env);
        }
        out.push_str(text);
    }
    spend(env, out.len())?;
    Some(Value::text(&out))
}

/// The limit of one argument of a function.
#[derive(Debug)]
pub(in crate::language) struct Limit {
    /// Which argument it is, from 0.
    pub at: usize,
    /// How many of what the function makes.
    pub most: Most,
}

impl Limit {
    /// What a query says that meets a larger number.
    pub fn error(&'static self) -> QueryError {
        QueryError::TooMany(&self.most)
    }

    /// A value that is larger than what is taken.
    pub fn passed_by(&self, v: &Value) -> Option<f64> {
        v.as_f64().filter(|x| *x > self.most.most as f64)
    }

    /// The argument as the function is to see it: a larger number ends the query, or the call.
    pub fn guarded(&'static self, argument: &Value, env: &Env) -> Option<Value> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Done, Language, Scope};
    use crate::source::BlockId;
    use crate::time::TimeSpan;

    fn pattern(text: &str) -> Pattern {
        let out = Language::new().evaluate(text, BlockId(0), &Scope::default());
        assert!(out.diagnostics.is_empty(), "{text}: {:?}", out.diagnostics);
        match out.done.into_iter().next() {
            Some(Done::Pattern(p)) => p,
            other => panic!("{text}: {other:?}"),
        }
    }

    /// What the text cannot know, the query says, and only for the cycles that meet it.
    #[test]
    fn a_query_refuses_what_the_music_decides() {
        for (text, function) in [
            ("chop (fmap (* 600) \"<1 20>\") $ s \"bd\"", "chop"),
            ("striate (\"<1 9999>\" + 0) $ s \"bd\"", "striate"),
            ("sometimesBy 1 (ply (\"<1 99999>\" * 1)) $ s \"bd\"", "ply"),
        ] {
            let p = pattern(text);
            let refused = |c| match p.haps(TimeSpan::cycle(c)) {
                Err(QueryError::TooMany(most)) => Some(most.function),
                _ => None,
            };
            assert_eq!(refused(0), None, "{text}");
            assert_eq!(refused(1), Some(function), "{text}");
        }
    }

    #[test]
    fn the_limit_itself_is_taken() {
        assert_eq!(pattern("chop 4096 $ s \"bd\"").haps(TimeSpan::cycle(0)).map(|h| h.len()), Ok(4096));
    }
}
