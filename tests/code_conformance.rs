//! Statements that real TidalCycles computed, run natively.
//!
//! In: `tests/conformance/code.jsonl.gz` (made by `pack_code.py` beside it): statements, definitions
//! before them, and the events of each pattern they hand out, cycle by cycle. All rows have to pass but
//! for a named list, with the reasons.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

#[path = "common/events.rs"]
mod events;

use events::{Carried, Event, difference, fraction};
use flate2::read::GzDecoder;
use oiduna::language::{Done, Language, Scope};
use oiduna::pattern::stateful::Stateful;
use oiduna::pattern::{Env, Hap, Pattern, Value};
use oiduna::score::Edit;
use oiduna::source::{BlockId, Diagnostic};
use oiduna::time::TimeSpan;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::sync::Arc;

/// What `setF` and its kin set.
type State = HashMap<Arc<str>, Pattern>;

/// Rows that stay as they are.
const EXPECTED: [(&str, &str); 14] = [
    (
        "own277",
        "what follows {..}%3 applies to the polymeter here; Tidal's parser makes it part of the number of steps",
    ),
    ("chains-0034", SQUEEZED),
    ("chains-0039", SQUEEZED),
    ("chains-0094", SQUEEZED),
    ("chains-0188", SQUEEZED),
    ("chains-0195", SQUEEZED),
    ("own273", "a negative euclid is the inverse rhythm, as since 1.9; in 1.7 it is silence"),
    ("chains-0123", SQUEEZED),
    ("chains-0158", SQUEEZED),
    ("chains-0194", SQUEEZED),
    ("chains-0208", SQUEEZED),
    ("functions-0356", SQUEEZED),
    ("functions-0779", SQUEEZED),
    ("functions-0838", SQUEEZED),
];

/// Tidal 1.7 loses events that cross a cycle's border when they are squeezed (`ply`, `press`, `bite`);
/// 1.9.3 mended it, and here they are kept.
const SQUEEZED: &str = "events across a cycle's border are kept where they are squeezed";

#[derive(Deserialize)]
struct Row {
    id: String,
    code: String,
    #[serde(default)]
    pre: Vec<String>,
    level: String,
    outputs: Vec<Output>,
}

/// The events of one pattern: the kinds of cycles there are, and which comes when.
#[derive(Deserialize)]
struct Output {
    kinds: Vec<Vec<Json>>,
    order: Vec<usize>,
}

impl Output {
    fn events(&self) -> Vec<Event> {
        let cycles = self.order.iter().enumerate();
        cycles.flat_map(|(c, &kind)| self.kinds[kind].iter().map(move |e| wanted(e, c))).collect()
    }
}

/// Value, whole, and the part where it differs; relative to its cycle.
fn wanted(event: &Json, cycle: usize) -> Event {
    let list = event.as_array().unwrap();
    let place = |i: usize| Some(fraction(list.get(i)?.as_str()?)? + cycle as f64);
    let part = if list.len() > 3 { 3 } else { 1 };
    let whole = place(1).map(|begin| [begin, place(2).unwrap()]);
    Event::new([place(part).unwrap(), place(part + 1).unwrap()], whole, Carried::of(&list[0]))
}

fn got(hap: &Hap) -> Event {
    let ends = |s: TimeSpan| [s.begin.to_f64(), s.end.to_f64()];
    Event::new(ends(hap.part), hap.whole.map(ends), Carried::of(&as_json(&hap.value)))
}

fn as_json(v: &Value) -> Json {
    match v {
        Value::Num(x) if x.is_nan() => json!("NaN"),
        Value::Num(x) if x.is_infinite() => json!(if *x > 0.0 { "Infinity" } else { "-Infinity" }),
        Value::Text(t) => json!(&**t),
        Value::Bool(b) => json!(b),
        Value::Controls(c) => c.iter().map(|(k, v)| (k.as_str().to_owned(), as_json(v))).collect(),
        v if Stateful::of(v).is_some() => json!({ "state": true }),
        v => v.as_f64().map_or_else(|| json!(format!("{v:?}")), |x| json!(x)),
    }
}

/// The patterns that a statement hands out, after the definitions before it.
fn patterns(language: &Language, row: &Row) -> Result<(Vec<Pattern>, State), String> {
    let mut scope = Scope::default();
    let said = |d: &[Diagnostic]| d.iter().find(|d| d.is_error()).map(|d| d.message.clone());
    for text in &row.pre {
        let out = language.evaluate(text, BlockId(0), &scope);
        if let Some(message) = said(&out.diagnostics) {
            return Err(message);
        }
        for done in out.done {
            if let Done::Defined(d) = done {
                scope.define(&d);
            }
        }
    }
    let out = language.evaluate(&row.code, BlockId(0), &scope);
    if let Some(message) = said(&out.diagnostics) {
        return Err(message);
    }
    let (mut patterns, mut state) = (Vec::new(), State::new());
    for done in out.done {
        match done {
            Done::Pattern(p) => patterns.push(p),
            Done::Edits(edits) => {
                for edit in edits.iter().cloned() {
                    match edit {
                        Edit::Track { pattern, .. } | Edit::Once(pattern) => patterns.push(pattern),
                        Edit::Set { name, pattern } => _ = state.insert(name, pattern),
                        _ => {}
                    }
                }
            }
            Done::Defined(_) | Done::Shown(_) => {}
        }
    }
    Ok((patterns, state))
}

fn judge(language: &Language, row: &Row) -> Result<(), String> {
    let (patterns, state) = patterns(language, row)?;
    let state = Arc::new(state);
    if patterns.len() != row.outputs.len() {
        return Err(format!("{} patterns, not {}", patterns.len(), row.outputs.len()));
    }
    for (pattern, output) in patterns.iter().zip(&row.outputs) {
        let mut events = Vec::new();
        for cycle in 0..output.order.len() {
            let env = Env::default().with_state(state.clone());
            let haps = pattern.listed(TimeSpan::cycle(cycle as i64), &env).map_err(|e| e.to_string())?;
            events.extend(haps.iter().map(got));
        }
        if let Some(d) = difference(output.events(), events) {
            return Err(d);
        }
    }
    Ok(())
}

#[test]
fn statements_that_tidal_computed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/code.jsonl.gz");
    let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
    let rows: Vec<Row> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(rows.len() > 1300, "only {} rows were read", rows.len());
    let language = Language::new();
    let mut failed = Vec::new();
    for row in &rows {
        let expected = EXPECTED.iter().any(|(id, _)| *id == row.id);
        match judge(&language, row) {
            Ok(()) if expected => failed.push(format!("{} passes: take it off the list", row.id)),
            Err(why) if !expected => {
                failed.push(format!("{} ({}) {:?}: {why}", row.id, row.level, row.code));
            }
            _ => {}
        }
    }
    assert!(failed.is_empty(), "{} of {} rows:\n{}", failed.len(), rows.len(), failed.join("\n"));
}
