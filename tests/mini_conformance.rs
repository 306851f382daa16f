//! The rows of mini-notation that real TidalCycles computed, run natively.
//!
//! In: `tests/conformance/mini.jsonl.gz` (made by `pack.py` beside it). Each row is a string, the
//! kind it is read as, and the events of its cycles, each cycle queried by itself. "must" rows all
//! have to pass; "may" rows are those where versions differ or faults were mended.
//! Positions count as equal within 2e-8 cycles, numbers within 1e-6.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use flate2::read::GzDecoder;
use oiduna::notation::{self, Kind};
use oiduna::pattern::Value;
use oiduna::source::BlockId;
use oiduna::time::{Rational, TimeSpan};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader};

#[derive(Deserialize)]
struct Row {
    id: String,
    pattern: String,
    #[serde(rename = "as")]
    kind: String,
    level: String,
    ok: bool,
    tries: Vec<Try>,
}

/// One accepted outcome.
#[derive(Deserialize)]
struct Try {
    kinds: Vec<Vec<serde_json::Value>>,
    order: Vec<usize>,
}

/// Part, whole, and the value as a number or as text.
#[derive(Clone, Debug)]
struct Event {
    at: [f64; 4],
    number: Option<f64>,
    text: String,
}

impl Event {
    fn new(at: [f64; 4], number: Option<f64>, text: String) -> Self {
        // Seven digits sort alike, however a position was computed.
        Self { at: at.map(|x| (x * 1e7).round() / 1e7), number, text }
    }

    fn key(&self) -> (Vec<i64>, i64, &str) {
        let at = self.at.iter().map(|x| (x * 1e7).round() as i64).collect();
        (at, (self.number.unwrap_or(0.0) * 1e4).round() as i64, &self.text)
    }

    fn is(&self, other: &Self) -> bool {
        let near = |a: &f64, b: &f64| (a - b).abs() <= 2e-7;
        let alike = match (self.number, other.number) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0),
            (None, None) => self.text == other.text,
            _ => false,
        };
        alike && self.at.iter().zip(&other.at).all(|(a, b)| near(a, b))
    }
}

fn fraction(text: &str) -> f64 {
    match text.split_once('/') {
        Some((a, b)) => a.parse::<f64>().unwrap() / b.parse::<f64>().unwrap(),
        None => text.parse().unwrap(),
    }
}

/// What a row says an event is: value, whole, and the part where it differs; relative to its cycle.
fn wanted(event: &serde_json::Value, cycle: usize) -> Event {
    let list = event.as_array().unwrap();
    let place = |i: usize| fraction(list[i].as_str().unwrap()) + cycle as f64;
    let part = if list.len() > 3 { 3 } else { 1 };
    let at = [place(part), place(part + 1), place(1), place(2)];
    match &list[0] {
        serde_json::Value::String(s) if s.contains('/') => Event::new(at, Some(fraction(s)), String::new()),
        serde_json::Value::Number(n) => Event::new(at, n.as_f64(), String::new()),
        serde_json::Value::String(s) => Event::new(at, None, s.clone()),
        other => Event::new(at, None, other.to_string()),
    }
}

/// How many "may" rows fail, and why no reading passes them all. 15 have a negative euclid and random
/// choices: silence in 1.7 and other random numbers in 1.10, while here, as in 1.9, the rhythm is
/// inverted and 1.7's numbers are drawn. 5 are refused by 1.7 and hold only the random numbers of
/// other versions or of Strudel. In 2 an operator behind `{..}%4` belongs to the number in 1.7, here to
/// the polymeter. `a .. c d`, which Tidal refuses, is read here.
const MAY_FAIL: usize = 23;

/// The events of so many cycles, or why there are none.
fn got(row: &Row, cycles: usize) -> Result<Vec<Event>, String> {
    let kind: Kind = row.kind.parse().unwrap();
    let ast = notation::parse(&row.pattern, kind).map_err(|d| d[0].message.clone())?;
    let pattern = notation::pattern(&ast, BlockId(0), 0);
    let mut events = Vec::new();
    for cycle in 0..cycles {
        for hap in pattern.haps(TimeSpan::cycle(cycle as i64)).map_err(|e| e.to_string())? {
            let whole = hap.whole.ok_or("a continuous event")?;
            let ends = [hap.part.begin, hap.part.end, whole.begin, whole.end];
            let text = match &hap.value {
                Value::Text(t) => t.to_string(),
                other => format!("{other:?}"),
            };
            events.push(Event::new(ends.map(Rational::to_f64), hap.value.as_f64(), text));
        }
    }
    Ok(events)
}

/// None when the events are those of the outcome; else the first that differs, wanted and got.
fn difference(outcome: &Try, got: &[Event]) -> Option<String> {
    let cycles = outcome.order.len() as f64;
    let mut want: Vec<Event> = outcome
        .order
        .iter()
        .enumerate()
        .flat_map(|(cycle, &kind)| outcome.kinds[kind].iter().map(move |e| wanted(e, cycle)))
        .collect();
    let mut got: Vec<Event> = got.iter().filter(|e| e.at[0] < cycles).cloned().collect();
    for list in [&mut want, &mut got] {
        list.sort_by(|a, b| a.key().cmp(&b.key()));
    }
    let at = want.iter().zip(&got).position(|(a, b)| !a.is(b));
    let at = at.or((want.len() != got.len()).then_some(want.len().min(got.len())))?;
    Some(format!("event {at}: wanted {:?}, got {:?}", want.get(at), got.get(at)))
}

/// Whether the row passes, and what happened instead.
fn judge(row: &Row) -> Result<(), String> {
    let cycles = row.tries.iter().map(|t| t.order.len()).max().unwrap_or(2);
    match got(row, cycles) {
        Err(_) if !row.ok => Ok(()),
        Err(message) => Err(message),
        // One version refuses it and none plays it: to accept it is as good.
        Ok(_) if !row.ok && row.level == "may" && row.tries.is_empty() => Ok(()),
        Ok(_) if row.tries.is_empty() => Err("accepted".into()),
        Ok(events) => {
            let differences: Option<Vec<String>> = row.tries.iter().map(|t| difference(t, &events)).collect();
            differences.map_or(Ok(()), |d| Err(d.into_iter().next().unwrap_or_default()))
        }
    }
}

#[test]
fn rows_that_tidal_computed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/mini.jsonl.gz");
    let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
    let rows: Vec<Row> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(rows.len() > 1500, "only {} rows were read", rows.len());
    for level in ["must", "may"] {
        let of: Vec<&Row> = rows.iter().filter(|r| r.level == level).collect();
        let fails = |r: &&Row| Some(format!("{} {:?}: {}", r.id, r.pattern, judge(r).err()?));
        let failed: Vec<String> = of.iter().filter_map(fails).collect();
        println!("{level}: {} of {}", of.len() - failed.len(), of.len());
        let list = failed.join("\n");
        match level {
            "must" => assert!(failed.is_empty(), "{} must rows fail:\n{list}", failed.len()),
            _ => assert!(failed.len() <= MAY_FAIL, "{} may rows fail:\n{list}", failed.len()),
        }
        println!("{list}");
    }
}
