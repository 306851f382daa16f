//! What a set costs while it goes on, and how its cost grows: `cargo bench --bench endurance -- WHAT`.
//!
//! `growth` (or nothing): microseconds per cycle, and nanoseconds per event that comes out, of
//! patterns that grow in one direction: layers, depth of nesting, events in a cycle, functions on
//! top of each other. Linear growth shows as a last column that stays.
//!
//! `memory [SET] [CYCLES]`: a set is planned for so many cycles (100,000 when nothing is said), as the
//! player does it, window by window, and the memory of the process is printed on the way: a set that
//! plays all night needs no more of it. Every SynthDef counts as ready, so that every event is planned.

use oiduna::bank::{Bank, Def, Layout};
use oiduna::clock::Clock;
use oiduna::notation::{self, Kind};
use oiduna::osc::Timetag;
use oiduna::pattern::{Env, Pattern};
use oiduna::plan::{Absent, Plan, Planner};
use oiduna::session::{Event, State};
use oiduna::source::BlockId;
use oiduna::time::{Rational, TimeSpan};
use std::hint::black_box;
use std::time::Instant;

/// Windows of a planned cycle: at the usual tempo about 40 ms each.
const WINDOWS: i64 = 48;

fn main() {
    // cargo adds `--bench` of its own accord.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match arguments.first().map(String::as_str) {
        None | Some("growth") => growth(),
        Some("memory") => {
            let own = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/techno.tidal");
            let set = arguments.get(1).map_or(own, String::as_str);
            memory(set, arguments.get(2).and_then(|n| n.parse().ok()).unwrap_or(100_000));
        }
        Some(other) => {
            eprintln!("{other} is not measured here: growth, or memory [SET] [CYCLES]");
            std::process::exit(2);
        }
    }
}

fn growth() {
    println!("what\tsize\tevents\tus_per_cycle\tns_per_event");
    let sizes = [1, 2, 4, 8, 16, 32, 64];
    for n in sizes {
        row("layers", n, &format!("[{}]", vec!["bd*8 sn"; n].join(",")));
    }
    for n in sizes {
        row("depth", n, &format!("{}bd*8{}", "[".repeat(n), " sn]".repeat(n)));
    }
    for n in sizes {
        row("events", n * 4, &format!("bd*{}", n * 4));
    }
    for n in sizes {
        row("steps", n * 4, &vec!["bd"; n * 4].join(" "));
    }
    for n in sizes {
        row("euclids", n, &vec!["bd(3,8,<0 2>)"; n].join(" "));
    }
}

fn row(what: &str, size: usize, text: &str) {
    let Ok(ast) = notation::parse(text, Kind::Sound) else {
        eprintln!("{what} {size}: this is no pattern");
        return;
    };
    let pattern = notation::pattern(&ast, BlockId(0), 0);
    let (mut haps, mut cycle) = (Vec::new(), 0);
    let mut once = |pattern: &Pattern| {
        haps.clear();
        cycle += 1;
        let asked = pattern.query(TimeSpan::cycle(cycle), &Env::default(), &mut haps);
        black_box(asked.map_or(0, |()| haps.len()))
    };
    let events = once(&pattern);
    let mut times: Vec<f64> = (0..31)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..200 {
                once(&pattern);
            }
            begun.elapsed().as_secs_f64() * 1e6 / 200.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let us = times[times.len() / 2];
    println!("{what}\t{size}\t{events}\t{us:.2}\t{:.0}", us * 1e3 / events.max(1) as f64);
}

fn memory(set: &str, cycles: i64) {
    let text = match std::fs::read_to_string(set) {
        Ok(text) => text,
        Err(e) => {
            eprintln!("{set} cannot be read: {e}");
            std::process::exit(2);
        }
    };
    let mut state = State::new(set, Layout::OWN);
    state.update(Event::Opened(text));
    state.update(Event::Settled);
    let (score, mut bank) = (state.score.clone(), Bank::empty(Layout::OWN));
    let mut clock = Clock::new(Timetag(0).plus_s(1.0), score.cps());
    let (mut planner, mut plan) = (Planner::new(Layout::OWN), Plan::default());
    let (mut events, mut skipped, begun) = (0_u64, 0_u64, Instant::now());
    println!("cycles\tevents\tskipped\tresident_kib\tus_per_cycle");
    let mut next = 100;
    for cycle in 0..cycles {
        for window in 0..WINDOWS {
            let at = |i| Rational::new(cycle * WINDOWS + i, WINDOWS);
            plan.clear();
            planner.plan(&score, &bank, &mut clock, TimeSpan::new(at(window), at(window + 1)), &mut plan);
            events += plan.bundles.iter().map(|b| u64::from(b.events)).sum::<u64>();
            skipped += u64::from(plan.skipped);
            for absent in plan.absent.drain(..) {
                if let Absent::Def(name) = absent {
                    bank.defs.insert(name, Def { controls: Vec::new().into() });
                }
            }
        }
        if cycle + 1 == next || cycle + 1 == cycles {
            let us = begun.elapsed().as_secs_f64() * 1e6 / (cycle + 1) as f64;
            println!("{}\t{events}\t{skipped}\t{}\t{us:.0}", cycle + 1, resident_kib());
            next *= 10;
        }
    }
}

/// What the process holds of the machine's memory; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}
