//! `oiduna query`: the events of an expression, a statement or a piece of mini-notation.

use super::Failure;
use crate::language::{Done, Language, Scope};
use crate::notation::{self, Kind};
use crate::pattern::stateful::Stateful;
use crate::pattern::{Env, Hap, Pattern, QueryError, Value};
use crate::score::{Edit, Transition};
use crate::source::{BlockId, Diagnostic, TextRange, frame};
use crate::time::TimeSpan;
use serde::Deserialize;
use serde_json::{Map, json};
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::Arc;

/// What names stand for that patterns read.
type State = HashMap<Arc<str>, Pattern>;

/// Arguments of `query`.
#[derive(Debug, clap::Args)]
pub(super) struct Query {
    /// An expression or statement; with --as, bare mini-notation
    #[arg(required_unless_present = "batch", allow_hyphen_values = true)]
    expression: Option<String>,
    /// Read the text as mini-notation of this kind: sound, note, number, int, rational or bool
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<Kind>,
    /// How many cycles
    #[arg(long, default_value_t = 1, value_name = "N")]
    cycles: u32,
    /// The first cycle
    #[arg(long, default_value_t = 0, value_name = "K", allow_hyphen_values = true)]
    from: i32,
    /// One JSON object an event
    #[arg(long)]
    json: bool,
    /// Read a request a line from standard input, answer one line each
    #[arg(long, conflicts_with_all = ["expression", "kind", "json"])]
    batch: bool,
}

/// More cycles than this in one request is a mistake.
const MOST_CYCLES: u32 = 100_000;

impl Query {
    pub fn run(&self) -> Result<(), Failure> {
        let language = Language::new();
        if self.batch {
            batch(&language);
            return Ok(());
        }
        if self.cycles > MOST_CYCLES {
            super::complain(format_args!("error: --cycles {} is more than {MOST_CYCLES}", self.cycles));
            return Err(Failure::Usage);
        }
        let text = self.expression.as_deref().unwrap_or("");
        let (first, last) = (i64::from(self.from), i64::from(self.from) + i64::from(self.cycles));
        let mut state = State::default();
        let found = match self.kind {
            Some(kind) => mini(text, kind).map(|p| vec![(String::new(), p)]),
            None => outputs(&language, text, &[], &mut state),
        };
        let outputs = found.map_err(|d| {
            super::complain(format_args!("{}", frame::render("query", text, &d).trim_end()));
            Failure::Input
        })?;
        let many = outputs.len() > 1;
        for (to, pattern) in outputs {
            let haps = events(&pattern, first..last, &state).map_err(|e| {
                super::complain(format_args!("error: {e}"));
                Failure::Input
            })?;
            if many && !self.json {
                super::say(format_args!("{to}:"));
            }
            for hap in &haps {
                if self.json {
                    super::say(format_args!("{}", hap_json(hap)));
                } else {
                    super::say(format_args!("{hap:?}"));
                }
            }
        }
        Ok(())
    }
}

fn mini(text: &str, kind: Kind) -> Result<Pattern, Diagnostic> {
    match notation::parse(text, kind) {
        Ok(ast) => Ok(notation::pattern(&ast, BlockId(0), 0)),
        Err(list) => Err(list
            .into_iter()
            .next()
            .unwrap_or_else(|| Diagnostic::error(TextRange::default(), "this cannot be read"))),
    }
}

/// The patterns that a text hands out, and to whom.
/// What `setF` and its kin set goes into `state`.
fn outputs(
    language: &Language,
    text: &str,
    before: &[String],
    state: &mut State,
) -> Result<Vec<(String, Pattern)>, Diagnostic> {
    let mut scope = Scope::default();
    for text in before {
        let outcome = language.evaluate(text, BlockId(0), &scope);
        if let Some(d) = outcome.diagnostics.into_iter().find(Diagnostic::is_error) {
            return Err(d);
        }
        for done in outcome.done {
            if let Done::Defined(d) = done {
                scope.define(&d);
            }
        }
    }
    let outcome = language.evaluate(text, BlockId(0), &scope);
    if let Some(d) = outcome.diagnostics.into_iter().find(Diagnostic::is_error) {
        return Err(d);
    }
    let mut out = Vec::new();
    for done in outcome.done {
        match done {
            Done::Pattern(p) => out.push((String::new(), p)),
            Done::Edits(edits) => {
                for edit in edits.iter() {
                    if let Edit::Set { name, pattern } = edit {
                        state.insert(name.clone(), pattern.clone());
                    }
                }
                out.extend(edits.iter().filter_map(handed_out));
            }
            Done::Defined(_) => {}
            Done::Shown(text) => {
                return Err(Diagnostic::error(
                    TextRange::new(0, 0),
                    format!("this is {text}, not a pattern"),
                ));
            }
        }
    }
    Ok(out)
}

fn handed_out(edit: &Edit) -> Option<(String, Pattern)> {
    match edit {
        Edit::Track { name, pattern, transition: Transition::Plain } => {
            Some((name.to_string(), pattern.clone()))
        }
        // The new pattern alone, under the transition's name and the track as the set says it.
        Edit::Track { name, pattern, transition } => {
            let number = name.strip_prefix('d').filter(|d| d.chars().all(|c| c.is_ascii_digit()));
            Some((format!("{} {}", transition.name(), number.unwrap_or(name)), pattern.clone()))
        }
        Edit::Once(pattern) => Some(("once".to_owned(), pattern.clone())),
        Edit::First(pattern) => Some(("first".to_owned(), pattern.clone())),
        _ => None,
    }
}

/// The events of each cycle by itself, sorted by part, then whole, then value.
fn events(pattern: &Pattern, cycles: std::ops::Range<i64>, state: &State) -> Result<Vec<Hap>, QueryError> {
    let mut out = Vec::new();
    let state = Arc::new(state.clone());
    for cycle in cycles {
        let from = out.len();
        pattern.query(TimeSpan::cycle(cycle), &Env::default().with_state(state.clone()), &mut out)?;
        if let Some(new) = out.get_mut(from..) {
            new.sort_by_cached_key(|h| (h.part, h.whole, value_json(&h.value).to_string()));
        }
    }
    Ok(out)
}

fn hap_json(hap: &Hap) -> serde_json::Value {
    let span = |s: TimeSpan| json!([s.begin.to_string(), s.end.to_string()]);
    json!({ "whole": hap.whole.map(span), "part": span(hap.part), "value": value_json(&hap.value) })
}

fn value_json(v: &Value) -> serde_json::Value {
    match v {
        Value::Num(x) if x.is_finite() => json!(x),
        Value::Num(x) if x.is_nan() => json!("NaN"),
        Value::Num(x) => json!(if *x > 0.0 { "Infinity" } else { "-Infinity" }),
        Value::Int(n) => json!(n),
        Value::Ratio(r) => json!(r.to_string()),
        Value::Bool(b) => json!(b),
        Value::Text(t) => json!(&**t),
        Value::Controls(c) => {
            let mut out = Map::new();
            for (k, v) in c.iter() {
                out.insert(k.as_str().to_owned(), value_json(v));
            }
            serde_json::Value::Object(out)
        }
        Value::List(l) => l.iter().map(value_json).collect(),
        // What the events before decide has no value yet.
        v if Stateful::of(v).is_some() => json!({ "state": true }),
        Value::Function(_) | Value::Pattern(_) | Value::Opaque(_) => json!(format!("{v:?}")),
    }
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    id: serde_json::Value,
    pattern: Option<String>,
    #[serde(rename = "as")]
    kind: Option<String>,
    code: Option<String>,
    #[serde(default)]
    pre: Vec<String>,
    #[serde(default = "one")]
    cycles: u32,
}

fn one() -> u32 {
    1
}

/// A request a line in, an answer a line out, whatever the input.
fn batch(language: &Language) {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let answer = answer(language, &line);
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            // Nobody listens any more.
            break;
        }
    }
}

/// The way out, where a line is none.
const A_REQUEST: &str = "a line is a JSON object, {\"id\": 1, \"pattern\": \"bd*2\"} or {\"id\": 1, \"code\": \"d1 $ s \\\"bd\\\"\"}";

fn answer(language: &Language, line: &[u8]) -> serde_json::Value {
    // In two steps: a request that is JSON has an id to answer with, whatever else is wrong with it.
    let refused = |id, e: serde_json::Error| refusal(id, &format!("no request: {e}; {A_REQUEST}"), None);
    let object: serde_json::Value = match serde_json::from_slice(line) {
        Ok(o) => o,
        Err(e) => return refused(&serde_json::Value::Null, e),
    };
    let id = object.get("id").cloned().unwrap_or_default();
    let request: Request = match serde_json::from_value(object) {
        Ok(r) => r,
        Err(e) => return refused(&id, e),
    };
    if request.cycles > MOST_CYCLES {
        return refusal(&request.id, &format!("{} cycles are more than {MOST_CYCLES}", request.cycles), None);
    }
    let cycles = 0..i64::from(request.cycles);
    let mut state = State::default();
    let list = |p: &Pattern, state: &State| -> Result<serde_json::Value, QueryError> {
        Ok(events(p, cycles.clone(), state)?.iter().map(hap_json).collect())
    };
    let kind: Kind = match request.kind.as_deref().unwrap_or("sound").parse() {
        Ok(kind) => kind,
        Err(e) => return refusal(&request.id, &format!("no request: {e}"), None),
    };
    match (&request.pattern, &request.code) {
        (Some(text), _) => match mini(text, kind) {
            Ok(p) => match list(&p, &state) {
                Ok(events) => json!({ "id": request.id, "ok": true, "events": events }),
                Err(e) => refusal(&request.id, &e.to_string(), None),
            },
            Err(d) => refusal(&request.id, &d.message.clone(), Some((text, &d))),
        },
        (None, Some(text)) => match outputs(language, text, &request.pre, &mut state) {
            Ok(outputs) => {
                let all: Result<Vec<_>, _> = outputs
                    .iter()
                    .map(|(to, p)| Ok(json!({ "to": to, "events": list(p, &state)? })))
                    .collect();
                match all {
                    Ok(all) => json!({ "id": request.id, "ok": true, "outputs": all }),
                    Err(e) => {
                        let e: QueryError = e;
                        refusal(&request.id, &e.to_string(), None)
                    }
                }
            }
            Err(d) => refusal(&request.id, &d.message.clone(), Some((text, &d))),
        },
        (None, None) => refusal(&request.id, &format!("no request: {A_REQUEST}"), None),
    }
}

fn refusal(id: &serde_json::Value, message: &str, place: Option<(&str, &Diagnostic)>) -> serde_json::Value {
    let at = place.map(|(text, d)| frame::line_column(text, d.range.start()));
    let help: Vec<&String> = place.map(|(_, d)| d.help.iter().collect()).unwrap_or_default();
    let help = help.into_iter().cloned().collect::<Vec<_>>().join("; ");
    json!({ "id": id, "ok": false, "error": {
        "message": message, "line": at.map(|a| a.line), "column": at.map(|a| a.column), "help": help,
    } })
}
