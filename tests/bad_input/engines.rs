//! Engines that are missing, broken, elsewhere, or in the way.

use super::processes::{children, gone, installed, named, option};
use super::program::Program;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

/// SuperCollider's port.
const USUAL_PORT: u16 = 57110;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("set.tidal"), "d1 $ s \"bd*4\" # gain 0\n").unwrap();
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        Self { folder }
    }

    fn set(&self) -> PathBuf {
        self.folder.path().join("set.tidal")
    }

    /// A program of this name that comes first on PATH.
    fn script(&self, name: &str, text: &str) {
        let file = self.folder.path().join("bin").join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Plays with only our own programs on PATH, or with ours before the machine's.
    fn play(&self, more: &[&str], bare: bool) -> Program {
        let ours = self.folder.path().join("bin").display().to_string();
        let path = if bare { ours } else { format!("{ours}:{}", std::env::var("PATH").unwrap()) };
        let set = self.set();
        let words = [&["play", set.to_str().unwrap(), "--headless"], more].concat();
        Program::with(&words, |c| {
            c.env("PATH", path);
        })
    }
}

#[test]
fn nobody_answers_at_an_address() {
    // A port that is ours and stays silent, and one that nobody has.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [silent.local_addr().unwrap(), free] {
        let engine = format!("osc:{address}");
        let outcome = Place::new().play(&["--engine", &engine], false).outcome();
        outcome.is(3, &[&format!("no engine answers at {address}"), "start it there first"]);
    }
}

#[test]
fn an_engine_that_dies_at_start_shows_its_last_lines() {
    if !installed(&["jackd"]) {
        return;
    }
    let place = Place::new();
    place.script("supernova", "echo first; echo 'the plugins are from another version' >&2; exit 1");
    let outcome = place.play(&["--engine", "supernova"], false).outcome();
    outcome.is(3, &["supernova did not start", "exit status: 1", "the plugins are from another version"]);
    outcome.is(3, &["way out:", "-u "]);
}

/// An engine that never answers is given up, and ended.
#[test]
fn auto_goes_on_to_the_next_engine() {
    if !installed(&["jackd", "scsynth"]) {
        return;
    }
    let place = Place::new();
    place.script("supernova", "echo 'no room for the audio' >&2; exit 1");
    let outcome = place.play(&["--seconds", "0.3"], false).outcome();
    outcome.is(0, &["supernova did not start", "no room for the audio", "Trying the next engine"]);
    // Nor the next one: the embedded engine is always there.
    place.script("scsynth", "kill -9 $$");
    let outcome = place.play(&["--seconds", "0.3"], false).outcome();
    outcome.is(0, &["supernova did not start", "scsynth did not start"]);
}

#[test]
fn a_machine_without_any_engine_or_device_still_plays() {
    let place = Place::new();
    place
        .play(&["--seconds", "0.3"], true)
        .outcome()
        .is(0, &["warning: no audio device", "nothing will be heard"]);
    let engines = [("supernova", "supercollider-supernova"), ("scsynth", "supercollider-server")];
    for (engine, package) in engines {
        let outcome = place.play(&["--engine", engine], true).outcome();
        outcome.is(3, &[&format!("{engine} is not installed"), package, "--engine embedded"]);
        // There is an engine, but no JACK for it.
        place.script(engine, "exit 0");
        let outcome = place.play(&["--engine", engine], true).outcome();
        outcome.is(3, &[&format!("{engine} needs JACK"), "install jackd2", "--engine embedded"]);
    }
}

/// Whoever has the usual port keeps it.
#[test]
fn a_port_that_is_taken_is_left_alone() {
    if !installed(&["supernova", "jackd"]) {
        return;
    }
    // When this fails, another program has it: as good.
    let taken = UdpSocket::bind(("127.0.0.1", USUAL_PORT));
    let place = Place::new();
    let log = place.folder.path().join("log");
    let words = ["--engine", "supernova", "--log", log.to_str().unwrap()];
    let mut program = place.play(&words, false);
    program.logs(&log, "playing ");
    let all = children(program.child.id());
    let (_, line) = named(&all, "supernova").unwrap();
    assert_ne!(option(line, "-u"), Some(USUAL_PORT.to_string().as_str()), "{line:?}");
    program.signal(15);
    assert_eq!(program.ends().code(), Some(0), "{}", program.said());
    gone(&all, Duration::from_secs(15), "beside a taken port");
    drop(taken);
}
