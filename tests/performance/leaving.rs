//! However the program ends, nothing that it started is left.

use super::processes::{Process, children, gone, installed, named};
use super::program::{Program, until};
use super::shared;
use std::time::Duration;

/// The promise: after `kill -9` nothing is left within this.
pub const PROMISE: Duration = Duration::from_secs(15);

const KILL: i32 = 9;

/// A set that plays on a supernova of its own; with it the processes that belong to it: the engine,
/// a jackd, the watcher. Nothing is heard, should the machine have a sound card after all.
pub fn playing(folder: &std::path::Path) -> (Program, Vec<Process>) {
    let set = folder.join("set.tidal");
    std::fs::write(&set, "d1 $ s \"bd*4\" # gain 0\n").unwrap();
    let (log, report) = (folder.join("log"), folder.join("report.json"));
    let paths = [&set, &log, &report].map(|p| p.to_str().unwrap());
    let [set, log, report] = paths;
    let program = Program::start(&[
        "play",
        set,
        "--headless",
        "--engine",
        "supernova",
        "--log",
        log,
        "--report",
        report,
    ]);
    until("the log to say that it plays", || {
        std::fs::read_to_string(log).ok().filter(|text| text.contains("playing ")).map(|_| ())
    });
    let all = children(program.child.id());
    for name in ["supernova", "jackd", "oiduna"] {
        assert!(named(&all, name).is_some(), "no {name} in {all:?}");
    }
    (program, all)
}

fn ended_by(signal: i32) {
    if !installed(&["supernova", "jackd"]) {
        return;
    }
    let _turn = shared();
    let folder = tempfile::tempdir().unwrap();
    let (mut program, all) = playing(folder.path());
    program.signal(signal);
    let status = program.ends();
    gone(&all, PROMISE, &format!("signal {signal}"));
    let report = folder.path().join("report.json");
    if signal == KILL {
        assert_eq!(status.code(), None);
    } else {
        assert_eq!(status.code(), Some(0), "{}", program.said());
        assert!(report.is_file(), "the figures of a run are written however it was ended");
    }
}

#[test]
fn nothing_is_left_after_kill_9() {
    ended_by(KILL);
}

#[test]
fn ctrl_c_ends_it_well() {
    ended_by(2);
}

#[test]
fn a_closed_terminal_ends_it_well() {
    ended_by(1);
}

#[test]
fn sigterm_ends_it_well() {
    ended_by(15);
}

/// The engine is starting and there is nothing to play on yet.
#[test]
fn it_can_be_ended_while_the_engine_starts() {
    if !installed(&["supernova", "jackd"]) {
        return;
    }
    let _turn = shared();
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.tidal");
    std::fs::write(&set, "d1 $ s \"bd*4\" # gain 0\n").unwrap();
    let mut program = Program::start(&["play", set.to_str().unwrap(), "--headless", "--engine", "supernova"]);
    let all = until("an engine's process", || {
        let all = children(program.child.id());
        (named(&all, "supernova").is_some() && named(&all, "oiduna").is_some()).then_some(all)
    });
    program.signal(15);
    let status = program.ends();
    gone(&all, PROMISE, "while starting");
    assert_eq!(status.code(), Some(0), "{}", program.said());
}
