//! The function library: one table of name, type, meaning, example and implementation.
//!
//! The reference page, `:help` and completion come from this table. An implementation gets values
//! whose types inference has settled; where they do not fit all the same it answers `None`, and the
//! evaluator says so with the example. Nothing here can panic or run away: lists are limited, and
//! functions of the language are called on the caller's budget.

mod arithmetic;
mod chance;
mod combine;
mod compare;
mod conditional;
pub(super) mod events;
pub mod families;
pub(super) mod harmony;
mod layers;
pub(super) mod limits;
mod lists;
mod maths;
mod pieces;
mod prelude;
mod random;
mod rare;
mod rhythm;
mod sample;
mod scales;
mod sequence;
mod slices;
mod state;
mod statements;
mod structure;
mod time;
mod transitions;
mod washes;
mod words;

use super::types::{Annotation, Type, signature};
use crate::pattern::{Env, Most, Pattern, Value, value::Function};
use crate::time::Rational;
pub(super) use limits::Limit;
use std::collections::HashMap;
use std::sync::Arc;

/// The longest list that a function makes.
pub(super) const MAX_LIST: usize = 65_536;

/// How many copies of a pattern a function lays over each other or in a row.
pub(super) const MAX_COPIES: i64 = 4_096;

/// One function of the library.
pub struct Entry {
    /// As written.
    pub name: &'static str,
    /// Its type, as Tidal writes it.
    pub signature: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// A statement or expression that works.
    pub example: &'static str,
    /// What the name is called today, where it is an old one.
    pub old: Option<&'static str>,
    run: fn(&Args) -> Option<Value>,
    arity: usize,
    limit: Option<Limit>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} :: {}", self.name, self.signature)
    }
}

/// The arrows of a signature that are not inside brackets.
const fn count_arrows(signature: &str) -> usize {
    let text = signature.as_bytes();
    let (mut i, mut depth, mut arrows) = (0, 0usize, 0);
    while i + 1 < text.len() {
        match text[i] {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'-' if depth == 0 && text[i + 1] == b'>' => arrows += 1,
            _ => {}
        }
        i += 1;
    }
    arrows
}

/// A row of the table.
pub(super) const fn entry(
    name: &'static str,
    signature: &'static str,
    meaning: &'static str,
    example: &'static str,
    run: fn(&Args) -> Option<Value>,
) -> Entry {
    Entry { name, signature, meaning, example, old: None, run, arity: count_arrows(signature), limit: None }
}

impl Entry {
    /// The row of an old name; `new` is the name of today.
    pub(super) const fn was(mut self, new: &'static str) -> Self {
        self.old = Some(new);
        self
    }

    /// The argument `at` may be `most`, which is how many of `of` it makes then.
    pub(super) const fn at_most(mut self, at: usize, most: i64, of: &'static str) -> Self {
        self.limit = Some(Limit { at, most: Most { function: self.name, most, of } });
        self
    }

    /// Which argument has a limit.
    pub(super) fn limit(&'static self) -> Option<&'static Limit> {
        self.limit.as_ref()
    }

    /// Its type. A test sees to it that every signature reads.
    pub(super) fn annotation(&self) -> Annotation {
        signature(self.signature).unwrap_or(Annotation {
            ty: Type::action(),
            constraints: Vec::new(),
            variables: 0,
        })
    }

    /// How many arguments it takes.
    pub(super) fn arity(&self) -> usize {
        self.arity
    }

    /// True for what stands at the left of a set: `d1`, `hush`, `once` ...
    pub fn is_statement(&self) -> bool {
        self.signature.ends_with("IO ()")
    }

    /// A function of its own: calls inside calls pay for what stands in [`Self::run`].
    fn run_within(&self, limit: &'static Limit, args: &Args) -> Option<Value> {
        let mut values = args.values.to_vec();
        if let Some(v) = values.get_mut(limit.at) {
            *v = limit.guarded(v, args.env)?;
        }
        (self.run)(&Args { values: &values, ..*args })
    }

    pub(super) fn run(&'static self, args: &Args) -> Option<Value> {
        let value = match &self.limit {
            Some(limit) => self.run_within(limit, args)?,
            None => (self.run)(args)?,
        };
        // Patterns of numbers are numbers too: a number where a pattern is wanted is one of itself.
        match value {
            Value::Num(_) | Value::Int(_) | Value::Ratio(_) if args.result().as_pattern().is_some() => {
                pat(Pattern::pure(value))
            }
            value => Some(value),
        }
    }
}

/// All functions by name.
pub struct Library {
    entries: HashMap<&'static str, &'static Entry>,
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<library of {} functions>", self.entries.len())
    }
}

/// The rows, by subject.
pub const TABLES: [(&str, &[Entry]); 25] = [
    ("Statements", statements::TABLE),
    ("From one pattern to the next", transitions::TABLE),
    ("Patterns together", combine::TABLE),
    ("One after the other, and choices", sequence::TABLE),
    ("Pieces of cycles", slices::TABLE),
    ("Events together", events::TABLE),
    ("Time", time::TABLE),
    ("Structure and rhythm", structure::TABLE),
    ("Rhythms from numbers and letters", rhythm::TABLE),
    ("Scales", harmony::TABLE),
    ("Now and then", conditional::TABLE),
    ("Chance and continuous patterns", random::TABLE),
    ("More chance and continuous patterns", chance::TABLE),
    ("Samples and sound", sample::TABLE),
    ("Layers of controls", layers::TABLE),
    ("Samples in pieces, echoes, simple changes", pieces::TABLE),
    ("Controls from words", words::TABLE),
    ("Arithmetic and operators", arithmetic::TABLE),
    ("Numbers", maths::TABLE),
    ("Truths and comparing", compare::TABLE),
    ("Lists", lists::TABLE),
    ("Set from outside", state::TABLE),
    ("Seldom named", rare::TABLE),
    ("Transitions by hand, random numbers one by one", washes::TABLE),
    ("Functions, lists and values", prelude::TABLE),
];

impl Default for Library {
    fn default() -> Self {
        Self { entries: TABLES.iter().flat_map(|(_, t)| t.iter()).map(|e| (e.name, e)).collect() }
    }
}

impl Library {
    /// The function of that name.
    pub fn get(&self, name: &str) -> Option<&'static Entry> {
        self.entries.get(name).copied()
    }

    /// True for every name that an expression may use: functions, controls, and families of controls.
    pub fn knows(&self, name: &str) -> bool {
        self.get(name).is_some() || crate::control::function(name).is_some() || families::find(name).is_some()
    }

    /// All names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.keys().copied()
    }
}

/// The arguments of a call.
pub(super) struct Args<'a> {
    values: &'a [Value],
    pub env: &'a Env,
    /// The function's type at this call.
    pub ty: &'a Type,
}

impl<'a> Args<'a> {
    pub fn new(values: &'a [Value], env: &'a Env, ty: &'a Type) -> Self {
        Self { values, env, ty }
    }

    pub fn value(&self, i: usize) -> Option<&'a Value> {
        self.values.get(i)
    }

    pub fn pattern(&self, i: usize) -> Option<Pattern> {
        match self.value(i)? {
            Value::Pattern(p) => Some(p.clone()),
            _ => None,
        }
    }

    pub fn function(&self, i: usize) -> Option<Function> {
        match self.value(i)? {
            Value::Function(f) => Some(f.clone()),
            _ => None,
        }
    }

    /// A function from pattern to pattern.
    pub fn transform(&self, i: usize) -> Option<Transform> {
        self.function(i).map(Transform)
    }

    /// The last argument as a pattern, changed by a function whose first argument is patterned
    /// (Tidal's `tParam`).
    pub fn by(&self, f: fn(&Value, &Pattern) -> Option<Pattern>) -> Option<Value> {
        pat(self.pattern(1)?.by(&self.pattern(0)?, move |x, p, _| f(x, p)))
    }

    /// The same with two patterned arguments.
    pub fn by2(&self, f: fn(&Value, &Value, &Pattern) -> Option<Pattern>) -> Option<Value> {
        let second = self.pattern(1)?;
        pat(self.pattern(2)?.by(&self.pattern(0)?, move |x, p, _| {
            let x = x.clone();
            Some(p.by(&second, move |y, p, _| f(&x, y, p)))
        }))
    }

    /// A list; the longer it is, the more of the budget goes.
    pub fn list(&self, i: usize) -> Option<Arc<[Value]>> {
        let list = as_list(self.value(i)?)?;
        limits::spend(self.env, list.len())?;
        Some(list)
    }

    pub fn patterns(&self, i: usize) -> Option<Vec<Pattern>> {
        self.list(i)?.iter().map(as_pattern).collect()
    }

    pub fn ratio(&self, i: usize) -> Option<Rational> {
        self.value(i)?.as_ratio()
    }

    pub fn int(&self, i: usize) -> Option<i64> {
        self.value(i)?.as_i64()
    }

    pub fn number(&self, i: usize) -> Option<f64> {
        self.value(i)?.as_f64()
    }

    /// A text; the longer it is, the more of the budget goes.
    pub fn text(&self, i: usize) -> Option<Arc<str>> {
        let text = as_text(self.value(i)?)?;
        limits::spend(self.env, text.len())?;
        Some(text)
    }

    /// The type of the result, once all arguments are given.
    pub fn result(&self) -> Type {
        self.ty.result().clone()
    }
}

/// A list; a text is a list of its characters.
pub(super) fn as_list(v: &Value) -> Option<Arc<[Value]>> {
    match v {
        Value::List(l) => Some(l.clone()),
        Value::Text(t) => Some(t.chars().map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).collect()),
        _ => None,
    }
}

/// A text, also when it has become a list of characters.
pub(super) fn as_text(v: &Value) -> Option<Arc<str>> {
    match v {
        Value::Text(t) => Some(t.clone()),
        Value::List(l) => {
            let mut out = String::new();
            for c in l.iter() {
                out.push_str(c.as_text()?);
            }
            Some(out.into())
        }
        _ => None,
    }
}

/// A number as Haskell reads one: digits on both sides of a point, no sign but a minus.
pub(super) fn read_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let ends = [digits.chars().next(), digits.chars().next_back()];
    let plain = ends.iter().all(|c| c.is_some_and(|c| c.is_ascii_digit()));
    if plain && !digits.contains(".e") { text.parse().ok() } else { None }
}

pub(super) fn as_pattern(v: &Value) -> Option<Pattern> {
    match v {
        Value::Pattern(p) => Some(p.clone()),
        _ => None,
    }
}

/// A function of the language from pattern to pattern.
#[derive(Clone)]
pub(super) struct Transform(pub Function);

impl Transform {
    /// The transformed pattern; `None` when the function failed or the budget is used up.
    pub fn on(&self, p: &Pattern, env: &Env) -> Option<Pattern> {
        env.enter().ok()?;
        let out = (self.0)(&Value::Pattern(p.clone()), env);
        env.leave();
        as_pattern(&out?)
    }
}

/// Calls a function of one argument.
pub(super) fn call(f: &Function, x: &Value, env: &Env) -> Option<Value> {
    env.enter().ok()?;
    let out = f(x, env);
    env.leave();
    out
}

/// Calls a function of two arguments.
pub(super) fn call2(f: &Function, x: &Value, y: &Value, env: &Env) -> Option<Value> {
    match call(f, x, env)? {
        Value::Function(g) => call(&g, y, env),
        _ => None,
    }
}

/// Calls a function that answers a question.
pub(super) fn asks(f: &Function, x: &Value, env: &Env) -> bool {
    call(f, x, env).and_then(|v| v.as_bool()) == Some(true)
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table answers so")]
pub(super) fn pat(p: Pattern) -> Option<Value> {
    Some(Value::Pattern(p))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod table_tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_reads() {
        let library = Library::default();
        let rows: usize = TABLES.iter().map(|(_, t)| t.len()).sum();
        assert_eq!(rows, library.entries.len(), "a name stands twice in the table");
        let families = families::FAMILIES.iter().map(|f| &f.entry);
        for e in library.entries.values().copied().chain(families) {
            let s = signature(e.signature);
            assert!(s.is_ok(), "{}: {s:?}", e.name);
            assert_eq!(s.map(|s| s.ty.arity()), Ok(e.arity), "{}", e.name);
            assert!(!e.meaning.is_empty() && !e.example.is_empty(), "{}", e.name);
        }
    }

    /// Every example is a statement or expression without an error, and its events can be asked for.
    #[test]
    fn every_example_works() {
        let language = crate::language::Language::new();
        let mut failed = Vec::new();
        let families = families::FAMILIES.iter().map(|f| &f.entry);
        for e in TABLES.iter().flat_map(|(_, t)| t.iter()).chain(families) {
            let out =
                language.evaluate(e.example, crate::source::BlockId(0), &crate::language::Scope::default());
            if out.has_errors() {
                failed.push(format!("{}: {}: {:?}", e.name, e.example, out.diagnostics));
            }
            let patterns = out.done.iter().flat_map(|d| match d {
                crate::language::Done::Pattern(p) => vec![p.clone()],
                crate::language::Done::Edits(edits) => edits
                    .iter()
                    .filter_map(|e| match e {
                        crate::score::Edit::Track { pattern, .. } => Some(pattern.clone()),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            });
            for p in patterns {
                for cycle in 0..4 {
                    if let Err(error) = p.haps(crate::time::TimeSpan::cycle(cycle)) {
                        failed.push(format!("{}: {}: {error}", e.name, e.example));
                    }
                }
            }
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
}
