//! How fast patterns are parsed and queried: `cargo bench --bench patterns -- FILE.tsv [SAMPLES]`.
//!
//! A row of the table is name, kind (`mini` for bare mini-notation of sounds, `code` for an expression)
//! and text. For each row it prints `name<TAB>parse_us<TAB>query_us_per_cycle<TAB>events_per_cycle`:
//! medians of samples, each a mean over enough repeats to last some milliseconds. "Parse" is text to a
//! pattern that can be queried; "query" is one cycle, the cycles running on so that no answer is used
//! again, every event's positions and value read. Without a table: `benches/patterns.tsv`.

use oiduna::language::{Done, Language, Scope};
use oiduna::notation::{self, Kind};
use oiduna::pattern::{Env, Hap, Pattern, Value};
use oiduna::source::BlockId;
use oiduna::time::TimeSpan;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Cycles that are queried in one go.
const CYCLES: i64 = 16;

fn main() {
    // cargo adds `--bench` of its own accord.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/patterns.tsv");
    let file = arguments.first().map_or(own, String::as_str);
    let samples = arguments.get(1).and_then(|n| n.parse().ok()).unwrap_or(31);
    let table = match std::fs::read_to_string(file) {
        Ok(t) => t,
        Err(e) => {
            eprintln!("{file} cannot be read: {e}");
            std::process::exit(2);
        }
    };
    let language = Language::new();
    for row in table.lines().filter(|l| !l.trim().is_empty()) {
        let mut parts = row.splitn(3, '\t');
        let (Some(name), Some(kind), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
            eprintln!("{file}: a row has a name, a kind and a text: {row}");
            std::process::exit(2);
        };
        let make = || match kind {
            "mini" => mini(text),
            _ => code(&language, text),
        };
        let Some(pattern) = make() else {
            eprintln!("{name}: this is no pattern: {text}");
            std::process::exit(1);
        };
        let parse = median(samples, || usize::from(black_box(make()).is_some()));
        let mut cycle = 0;
        let mut haps = Vec::new();
        let query = median(samples, || {
            cycle += CYCLES;
            query(&pattern, cycle - CYCLES, &mut haps).0
        });
        let (_, events) = query_once(&pattern);
        println!("{name}\t{parse:.2}\t{:.2}\t{events:.1}", query / CYCLES as f64);
    }
}

fn mini(text: &str) -> Option<Pattern> {
    notation::parse(text, Kind::Sound).ok().map(|ast| notation::pattern(&ast, BlockId(0), 0))
}

fn code(language: &Language, text: &str) -> Option<Pattern> {
    match language.evaluate(text, BlockId(0), &Scope::default()).done.pop() {
        Some(Done::Pattern(p)) => Some(p),
        _ => None,
    }
}

/// Reads all of some cycles; a number that depends on every event, and how many there were.
fn query(pattern: &Pattern, from: i64, haps: &mut Vec<Hap>) -> (usize, usize) {
    let (mut sum, mut events) = (0, 0);
    for c in from..from + CYCLES {
        haps.clear();
        if pattern.query(TimeSpan::cycle(c), &Env::default(), haps).is_err() {
            return (0, 0);
        }
        events += haps.len();
        sum += haps.iter().map(read).sum::<usize>();
    }
    (black_box(sum), events)
}

fn query_once(pattern: &Pattern) -> (usize, f64) {
    let (sum, events) = query(pattern, 0, &mut Vec::new());
    (sum, events as f64 / CYCLES as f64)
}

fn read(hap: &Hap) -> usize {
    let whole = hap.whole.map_or(0, |w| w.begin.num() ^ w.end.den());
    let value = match &hap.value {
        Value::Controls(c) => {
            c.iter().map(|(k, v)| k.as_str().len() + usize::from(v.as_f64().is_some())).sum()
        }
        v => usize::from(v.as_text().is_some()),
    };
    (whole ^ hap.part.begin.num() ^ hap.part.end.den()) as usize % 7 + value
}

/// The median over samples of the mean time of one call, in microseconds.
fn median(samples: usize, mut call: impl FnMut() -> usize) -> f64 {
    let warm = Instant::now();
    while warm.elapsed() < Duration::from_millis(100) {
        black_box(call());
    }
    let begun = Instant::now();
    black_box(call());
    let once = begun.elapsed().max(Duration::from_nanos(100));
    let repeats = (4e-3 / once.as_secs_f64()).clamp(1.0, 20_000.0) as u32;
    let mut times: Vec<f64> = (0..samples.max(1))
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..repeats {
                black_box(call());
            }
            begun.elapsed().as_secs_f64() * 1e6 / f64::from(repeats)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
