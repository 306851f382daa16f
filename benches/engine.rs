//! The program on the real engine, for as long as a concert: `cargo bench --bench engine -- WHAT`.
//!
//! `parallel [PAIRS]`: what supernova spends on 300 voices of the program with one thread and with two.
//!
//! `churn [MINUTES] [kill]`: the busiest example while somebody works on it without a pause: every second
//! a block is changed, samples are added, a SynthDef is written anew, tracks come and go, all is hushed
//! and begins again; with `kill`, the engine is killed in the middle. Counted: lost voices, stuck nodes,
//! memory. It ends with status 1 when something is not as it should be.
//!
//! Both need supernova and jackd, no sound card: sound goes to a JACK without a device.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot go on ends with the place")]

#[path = "engine/churn.rs"]
mod churn;
#[path = "../tests/support/desk.rs"]
mod desk;
#[path = "../tests/performance/listener.rs"]
mod listener;
#[path = "engine/memory.rs"]
mod memory;
#[path = "engine/parallel.rs"]
mod parallel;
#[path = "../tests/support/processes.rs"]
mod processes;
#[path = "../tests/support/program.rs"]
mod program;

use std::process::ExitCode;

fn main() -> ExitCode {
    // cargo adds `--bench` of its own accord.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let number = arguments.iter().find_map(|a| a.parse().ok());
    if !processes::installed(&["supernova", "jackd"]) {
        return ExitCode::from(2);
    }
    let well = match arguments.first().map(String::as_str) {
        Some("parallel") => parallel::run(number.map_or(3, |n: f64| n as usize)),
        Some("churn") => churn::run(number.unwrap_or(10.0), arguments.iter().any(|a| a == "kill")),
        _ => {
            eprintln!("what is measured here: parallel [PAIRS], churn [MINUTES] [kill]");
            return ExitCode::from(2);
        }
    };
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How busy the machine is beside us, as `uptime` says it.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
