//! Arguments meet equations: the first that fits, whose guards hold, is what a call comes to.

use super::names::Names;
use super::{Evaluated, eval, pay};
use crate::language::core::{Binder, Clause, Core, Guard, Match};
use crate::language::library::as_list;
use crate::language::library::limits::PARTS;
use crate::pattern::{Env, QueryError, Value};
use crate::source::{Diagnostic, TextRange};
use std::fmt::Write;
use std::sync::Arc;

/// Names with those of the binder, or nothing where the value does not fit it.
type Fit = Result<Option<Names>, Box<Diagnostic>>;

/// Characters of the values that a message shows.
const SHOWN: usize = 60;

/// The value of a function by equations: itself, until it has its arguments.
pub(super) fn function(m: &Arc<Match>, names: &Names, env: &Env) -> Evaluated {
    if m.arity == 0 {
        return taken(m, &[], names, env);
    }
    Ok(lacking(m.clone(), Vec::new(), names.clone()))
}

fn lacking(m: Arc<Match>, given: Vec<Value>, names: Names) -> Value {
    Value::Function(Arc::new(move |x, env| {
        let mut args = given.clone();
        args.push(x.clone());
        if args.len() < m.arity {
            return Some(lacking(m.clone(), args, names.clone()));
        }
        super::told(taken(&m, &args, &names, env), &names, env)
    }))
}

/// What the first equation that fits comes to.
#[inline(never)]
pub(super) fn taken(m: &Match, args: &[Value], names: &Names, env: &Env) -> Evaluated {
    for clause in &m.clauses {
        if let Some((body, inner)) = way(clause, args, names, env)? {
            return eval(body, &inner, env);
        }
    }
    Err(nothing_fits(m.name.as_deref(), args, env))
}

/// The body to evaluate, and the names it is written among.
#[inline(never)]
fn way<'c>(
    clause: &'c Clause,
    args: &[Value],
    names: &Names,
    env: &Env,
) -> Result<Option<(&'c Core, Names)>, Box<Diagnostic>> {
    pay(1 + clause.lets.len(), env)?;
    let mut inner = names.clone();
    for (binder, x) in clause.binders.iter().zip(args) {
        match fit(inner, binder, x, names, env)? {
            Some(names) => inner = names,
            None => return Ok(None),
        }
    }
    inner = clause.lets.iter().fold(inner, |names, circle| names.with_circle(circle));
    for way in &clause.ways {
        if let Some(names) = guarded(&way.guards, &inner, env)? {
            return Ok(Some((&way.body, names)));
        }
    }
    Ok(None)
}

fn guarded(guards: &[Guard], names: &Names, env: &Env) -> Fit {
    let mut inner = names.clone();
    for g in guards {
        match g {
            Guard::Ask(question) => {
                if eval(question, &inner, env)?.as_bool() != Some(true) {
                    return Ok(None);
                }
            }
            Guard::Draw(binder, core) => {
                let x = eval(core, &inner, env)?;
                match fit(inner.clone(), binder, &x, &inner, env)? {
                    Some(names) => inner = names,
                    None => return Ok(None),
                }
            }
        }
    }
    Ok(Some(inner))
}

/// Names with those of a function's argument.
pub(super) fn argument(b: &Binder, x: &Value, names: &Names, env: &Env) -> Result<Names, Box<Diagnostic>> {
    fit(names.clone(), b, x, names, env)?.ok_or_else(|| nothing_fits(None, std::slice::from_ref(x), env))
}

/// `inner` with the names of `binder`; its literals are evaluated among `names`.
pub(super) fn fit(inner: Names, binder: &Binder, value: &Value, names: &Names, env: &Env) -> Fit {
    match binder {
        Binder::Ignore => Ok(Some(inner)),
        Binder::Name(n) => Ok(Some(inner.with_name(n, value))),
        Binder::As(n, of) => fit(inner.with_name(n, value), of, value, names, env),
        Binder::Truth(b) => Ok((value.as_bool() == Some(*b)).then_some(inner)),
        Binder::Literal(core) => Ok(same(&eval(core, names, env)?, value)?.then_some(inner)),
        Binder::Tuple(parts) | Binder::List(parts) => match as_list(value) {
            Some(values) if values.len() == parts.len() => {
                let mut inner = inner;
                for (b, v) in parts.iter().zip(values.iter()) {
                    match fit(inner, b, v, names, env)? {
                        Some(names) => inner = names,
                        None => return Ok(None),
                    }
                }
                Ok(Some(inner))
            }
            _ => Ok(None),
        },
        Binder::Cons(first, rest) => {
            let Some((x, others)) = parted(value, rest.is_ignored(), env)? else { return Ok(None) };
            match fit(inner, first, &x, names, env)? {
                Some(inner) => fit(inner, rest, &others, names, env),
                None => Ok(None),
            }
        }
    }
}

impl Binder {
    fn is_ignored(&self) -> bool {
        matches!(self, Self::Ignore)
    }
}

/// The first part of a list and the others; nothing of an empty one.
fn parted(value: &Value, first_alone: bool, env: &Env) -> Result<Option<(Value, Value)>, Box<Diagnostic>> {
    let long = match value {
        Value::List(l) => l.len(),
        Value::Text(t) => t.len(),
        _ => 0,
    };
    pay(if first_alone { 0 } else { long / PARTS }, env)?;
    Ok(match value {
        Value::Text(t) => t.chars().next().map(|c| {
            let rest = t.get(c.len_utf8()..).unwrap_or("");
            (Value::text(c.encode_utf8(&mut [0; 4])), Value::text(rest))
        }),
        Value::List(l) => l.split_first().map(|(x, rest)| {
            let rest = if first_alone { &[] } else { rest };
            (x.clone(), Value::List(rest.into()))
        }),
        _ => None,
    })
}

/// True when a value is what an equation asks for. Of patterns only those of one value can be: what the
/// others are, only the music knows.
fn same(wanted: &Value, value: &Value) -> Result<bool, Box<Diagnostic>> {
    match (wanted, value) {
        (Value::Pattern(w), Value::Pattern(v)) => match (w.as_pure(), v.as_pure()) {
            (Some((w, _)), Some((v, _))) => Ok(w == v),
            _ => {
                let d = Diagnostic::error(
                    TextRange::default(),
                    "an equation asks for one value, and this is a pattern of several",
                );
                Err(Box::new(d.help("map the function over the pattern: f <$> \"<0 1>\"")))
            }
        },
        _ => Ok(wanted == value),
    }
}

/// No place: the call has one. A query that calls has no place for words, and ends.
#[inline(never)]
fn nothing_fits(name: Option<&str>, args: &[Value], env: &Env) -> Box<Diagnostic> {
    env.refuse(QueryError::Unmatched);
    let mut values = Short(String::new());
    for (i, x) in args.iter().enumerate() {
        let blank = if i > 0 { " " } else { "" };
        if values.write_str(blank).and_then(|()| values.value(x, 0)).is_err() {
            values.0.push_str("...");
            break;
        }
    }
    let range = TextRange::default();
    Box::new(match name {
        Some(name) if args.is_empty() => Diagnostic::error(range, format!("no guard of {name} holds"))
            .help("add a way for all that is left: | otherwise = ..."),
        Some(name) => Diagnostic::error(range, format!("{name} has no equation for {}", values.0))
            .help(format!("add one for all that is left: {name} {}= ...", "_ ".repeat(args.len().min(9)))),
        None => Diagnostic::error(range, format!("no way here is for {}", values.0))
            .help("add one for all that is left: _ -> ..."),
    })
}

/// A text that takes no more than [`SHOWN`] characters.
struct Short(String);

impl Write for Short {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        for c in s.chars() {
            if self.0.chars().count() >= SHOWN {
                return Err(std::fmt::Error);
            }
            self.0.extend(c.escape_debug().filter(|e| c.is_control() || *e != '\\'));
        }
        Ok(())
    }
}

impl Short {
    fn value(&mut self, v: &Value, depth: usize) -> std::fmt::Result {
        match v {
            Value::Text(t) => write!(self, "\"{t}\""),
            Value::Bool(b) => self.write_str(if *b { "True" } else { "False" }),
            Value::List(l) if depth < 4 => {
                for (i, x) in l.iter().enumerate() {
                    self.write_str(if i == 0 { "[" } else { ", " })?;
                    self.value(x, depth + 1)?;
                }
                self.write_str(if l.is_empty() { "[]" } else { "]" })
            }
            Value::Pattern(p) => match p.as_pure() {
                Some((v, _)) if depth < 4 => self.value(v, depth + 1),
                _ => self.write_str("a pattern"),
            },
            Value::List(_) => self.write_str("a list"),
            Value::Function(_) => self.write_str("a function"),
            Value::Opaque(_) => self.write_str("a statement"),
            v => write!(self, "{v:?}"),
        }
    }
}
