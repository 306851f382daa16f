//! The engine dies, the machine stands still: the music goes on where the clock is.

use super::fake_engine::FakeEngine;
use super::leaving::{PROMISE, playing};
use super::listener::Listener;
use super::processes::{Process, children, gone, installed, named, option};
use super::program::{Program, until};
use super::shared;
use oiduna::bank::Layout;
use std::process::Command;
use std::time::{Duration, Instant};

fn kill(pid: u32, signal: i32) {
    assert!(Command::new("kill").args([format!("-{signal}"), pid.to_string()]).status().unwrap().success());
}

/// The program's engine once it is another than the one before.
fn new_engine(program: &Program, old: u32) -> Vec<Process> {
    until("a new engine", || {
        let all = children(program.child.id());
        named(&all, "supernova").is_some_and(|(pid, _)| *pid != old).then_some(all)
    })
}

/// Voices start again on the engine of this port.
fn sounds(all: &[Process]) {
    let (_, line) = named(all, "supernova").unwrap();
    let listener = Listener::on(option(line, "-u").unwrap());
    until("voices on the new engine", || (listener.voices(Layout::OWN) > 8).then_some(()));
}

#[test]
fn an_engine_that_is_killed_is_back_and_plays_on() {
    if !installed(&["supernova", "jackd"]) {
        return;
    }
    let _turn = shared();
    let folder = tempfile::tempdir().unwrap();
    let (mut program, first) = playing(folder.path());
    let pid = |all: &[Process], name: &str| named(all, name).unwrap().0;

    let died = Instant::now();
    kill(pid(&first, "supernova"), 9);
    program.says("the engine is back");
    println!("the engine was back after {:?}", died.elapsed());
    let second = new_engine(&program, pid(&first, "supernova"));
    sounds(&second);
    assert_eq!(pid(&second, "jackd"), pid(&first, "jackd"), "its jackd still runs and is used again");

    // Its JACK dies, and it with it.
    kill(pid(&second, "jackd"), 15);
    program.says_again("the engine is back", 1);
    let third = new_engine(&program, pid(&second, "supernova"));
    sounds(&third);

    // The watcher knows the new ones too.
    program.signal(9);
    program.ends();
    let all: Vec<Process> = [first, second, third].concat();
    gone(&all, PROMISE, "after two new engines and kill -9");
}

/// As when the lid is closed for a moment: what was missed is not played in one burst.
#[test]
fn a_program_that_stood_still_goes_on_where_the_clock_is() {
    let _turn = shared();
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.tidal");
    std::fs::write(&set, "setcps 2\n\nd1 $ s \"bd*4\"\n").unwrap();
    let engine = FakeEngine::start();
    let program = Program::start(&["play", set.to_str().unwrap(), "--headless", "--engine", &engine.word()]);
    until("events", || (engine.voices().len() > 8).then_some(()));
    program.signal(19);
    let still = Instant::now();
    let before = engine.voices().len();
    until("a second of standing still", || (still.elapsed() > Duration::from_secs(1)).then_some(()));
    let meanwhile = engine.voices().len() - before;
    assert!(meanwhile <= 2, "{meanwhile} events of a program that stands still");
    program.signal(18);
    until("events afterwards", || (engine.voices().len() > before + meanwhile + 12).then_some(()));
    let at: Vec<f64> = engine.voices().iter().map(|v| v.at_s).collect();
    let steps: Vec<f64> = at.windows(2).map(|p| (p[1] - p[0]) / 0.125).collect();
    let on_the_grid = |s: &f64| (s - s.round()).abs() < 1e-3 && s.round() >= 1.0;
    assert!(steps.iter().all(on_the_grid), "{steps:?}");
    // One gap, as long as the standing still: nothing of it was caught up.
    let gaps: Vec<&f64> = steps.iter().filter(|s| s.round() > 1.0).collect();
    assert!(gaps.len() == 1 && *gaps[0] >= 6.0, "{steps:?}");
}
