//! A set that is saved while it plays: what sounds when, as an engine is told it.

use super::fake_engine::{FakeEngine, Voice};
use super::program::{Program, until};
use super::{Turn, shared};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A timetag has rounding errors of a nanosecond, f64 of half a microsecond.
const EXACT_S: f64 = 1e-5;

/// A set that plays on an engine of the test.
struct Playing {
    // Dropped first: it takes leave of its engine.
    program: Program,
    engine: FakeEngine,
    folder: tempfile::TempDir,
    /// When cycle 0 began, as the engine was told.
    origin_s: f64,
    _turn: Turn,
}

impl Playing {
    /// `text` must begin with an event on cycle 0.
    fn start(text: &str) -> Self {
        let turn = shared();
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join("set.tidal");
        std::fs::write(&set, text).unwrap();
        let engine = FakeEngine::start();
        let set = set.to_str().unwrap();
        let program = Program::start(&["play", set, "--headless", "--engine", &engine.word()]);
        let first = until("a first event", || engine.voices().first().cloned());
        Self { program, engine, folder, origin_s: first.at_s, _turn: turn }
    }

    fn set(&self) -> PathBuf {
        self.folder.path().join("set.tidal")
    }

    fn save(&self, text: &str) {
        std::fs::write(self.set(), text).unwrap();
    }

    /// As most editors do: a new file takes the old one's place.
    fn save_by_rename(&self, text: &str) {
        let new = self.folder.path().join(".set.tidal.new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.set()).unwrap();
    }

    /// As vim does with a backup: the old file is moved away, a new one is written.
    fn save_by_backup(&self, text: &str) {
        std::fs::rename(self.set(), self.folder.path().join("set.tidal~")).unwrap();
        std::fs::write(self.set(), text).unwrap();
    }

    /// Onsets in seconds since cycle 0, with the SynthDefs.
    fn onsets(&self) -> Vec<(f64, String)> {
        let since = |v: Voice| (v.at_s - self.origin_s, v.def);
        self.engine.voices().into_iter().map(since).collect()
    }

    /// Waits until an event was sent for this many seconds after cycle 0 or later.
    fn reaches(&self, seconds: f64) {
        until(&format!("{seconds} s of events"), || {
            self.onsets().last().filter(|(at, _)| *at >= seconds - EXACT_S).map(|_| ())
        });
    }
}

/// Onsets of `def`, exactly `step_s` apart from the first on: none is lost, none comes twice.
fn grid(onsets: &[(f64, String)], def: &str, step_s: f64) -> (f64, f64) {
    let at: Vec<f64> = onsets.iter().filter(|(_, d)| d == def).map(|(at, _)| *at).collect();
    assert!(at.len() > 1, "{def}: {onsets:?}");
    for (n, at_s) in at.iter().enumerate() {
        let expected = at[0] + n as f64 * step_s;
        assert!((at_s - expected).abs() < EXACT_S, "{def} number {n} at {at_s}, not {expected}: {at:?}");
    }
    (at[0], at[at.len() - 1])
}

/// `old` every `old_s` up to a cycle of `cycle_s`, then `new` every `new_s`: where that cycle begins.
fn changes_at_a_boundary(
    onsets: &[(f64, String)],
    (old, old_s): (&str, f64),
    (new, new_s): (&str, f64),
    cycle_s: f64,
) -> f64 {
    let (first, last) = grid(onsets, old, old_s);
    let (changed, _) = grid(onsets, new, new_s);
    assert!(first.abs() < EXACT_S, "{first}");
    assert!(
        (last + old_s - changed).abs() < EXACT_S,
        "the last {old} at {last}, the first {new} at {changed}"
    );
    let cycle = changed / cycle_s;
    assert!((cycle - cycle.round()).abs() < EXACT_S, "changed at cycle {cycle}");
    changed
}

#[test]
fn a_save_is_heard_from_the_next_cycle_on() {
    type Save = fn(&Playing, &str);
    let ways: [(&str, Save); 3] = [
        ("in place", Playing::save),
        ("by rename", Playing::save_by_rename),
        ("with a backup", Playing::save_by_backup),
    ];
    std::thread::scope(|scope| {
        for (way, save) in ways {
            scope.spawn(move || heard_from_the_next_cycle_on(way, save));
        }
    });
}

fn heard_from_the_next_cycle_on(way: &str, save: fn(&Playing, &str)) {
    let playing = Playing::start("setcps 2\n\nd1 $ s \"bd*4\"\n\nd2 $ s \"hh*8\"\n");
    playing.reaches(1.2);
    let before = Instant::now();
    let planned = playing.onsets().last().unwrap().0;
    save(&playing, "setcps 2\n\nd1 $ s \"cp*5\"\n\nd2 $ s \"hh*8\"\n");
    until("the new pattern", || playing.onsets().iter().any(|(_, d)| d == "oi.cp").then_some(()));
    let taken = before.elapsed();
    playing.reaches(planned + 2.0);
    let onsets = playing.onsets();
    let changed = changes_at_a_boundary(&onsets, ("oi.bd", 0.125), ("oi.cp", 0.1), 0.5);
    // The other track does not notice.
    grid(&onsets, "oi.hh", 0.0625);
    // The next boundary: a cycle at most, and what looking at the file takes on a busy machine.
    assert!(changed - planned < 0.5 + taken.as_secs_f64().min(1.0), "{way}: {changed}, saved at {planned}");
    assert!(taken < Duration::from_secs(3), "{way}: {taken:?}");
    println!("{way}: saved at {planned:.3} s, heard from {changed:.3} s on");
}

#[test]
fn a_broken_save_plays_on_and_says_where_it_is_broken() {
    let mut playing = Playing::start("setcps 2\n\nd1 $ s \"bd*4\"\n\nd2 $ s \"hh*8\"\n");
    playing.save("setcps 2\n\nd1 $ s \"cp*4\n\nd2 $ s \"oh*8\"\n");
    playing.program.says("error: set.tidal:3:8:");
    // The whole of the rest of the file is taken over, the broken block keeps its tracks.
    until("the other block", || playing.onsets().iter().any(|(_, d)| d == "oi.oh").then_some(()));
    let mark = playing.onsets().last().unwrap().0;
    playing.reaches(mark + 1.0);
    grid(&playing.onsets(), "oi.bd", 0.125);
    // Mended, it is heard; and that is said.
    playing.save("setcps 2\n\nd1 $ s \"cp*4\"\n\nd2 $ s \"oh*8\"\n");
    playing.program.says("set.tidal: taken over");
    until("the mended block", || playing.onsets().iter().any(|(_, d)| d == "oi.cp").then_some(()));
    let mark = playing.onsets().last().unwrap().0;
    playing.reaches(mark + 0.6);
    changes_at_a_boundary(&playing.onsets(), ("oi.bd", 0.125), ("oi.cp", 0.125), 0.5);
}

#[test]
fn a_set_that_is_removed_plays_on() {
    let mut playing = Playing::start("setcps 2\n\nd1 $ s \"bd*4\"\n");
    std::fs::remove_file(playing.set()).unwrap();
    playing.program.says("is gone; what plays plays on until it is back");
    playing.save_by_rename("setcps 2\n\nd1 $ s \"cp*4\"\n");
    until("the new set", || playing.onsets().iter().any(|(_, d)| d == "oi.cp").then_some(()));
    let mark = playing.onsets().last().unwrap().0;
    playing.reaches(mark + 0.6);
    changes_at_a_boundary(&playing.onsets(), ("oi.bd", 0.125), ("oi.cp", 0.125), 0.5);
}

#[test]
fn a_new_tempo_makes_no_gap_and_no_double() {
    let playing = Playing::start("setcps 1\n\nd1 $ s \"bd*8\"\n");
    playing.reaches(1.0);
    playing.save("setcps 2\n\nd1 $ s \"bd*8\"\n");
    until("the new tempo", || {
        let at: Vec<f64> = playing.onsets().iter().map(|(at, _)| *at).collect();
        let fast = at.windows(2).filter(|p| p[1] - p[0] < 0.07).count();
        (fast > 16).then_some(())
    });
    // In cycles the events stay an eighth apart: up to the change at the old tempo, then at the new.
    let at: Vec<f64> = playing.onsets().iter().map(|(at, _)| *at).collect();
    let steps: Vec<f64> = at.windows(2).map(|p| p[1] - p[0]).collect();
    let is = |step: f64, wanted: f64| (step - wanted).abs() < EXACT_S;
    let slow = steps.iter().take_while(|s| is(**s, 0.125)).count();
    let fast = steps.iter().rev().take_while(|s| is(**s, 0.0625)).count();
    assert!(slow >= 7 && fast >= 16, "{steps:?}");
    // At most the one step in which the tempo changes lies in between.
    assert!(slow + fast + 1 >= steps.len(), "{steps:?}");
    assert!(steps.iter().all(|s| (0.0625 - EXACT_S..0.125 + EXACT_S).contains(s)), "{steps:?}");
}

#[test]
fn what_is_asked_for_once_comes_once() {
    let playing = Playing::start("setcps 2\n\nd1 $ s \"bd*4\"\n");
    playing.save("setcps 2\n\nd1 $ s \"bd*4\"\n\nonce $ s \"cp\"\n");
    until("the clap", || playing.onsets().iter().any(|(_, d)| d == "oi.cp").then_some(()));
    // Another save of the same block does not run it again.
    playing.save("setcps 2\n\nd1 $ s \"oh*4\"\n\nonce $ s \"cp\"\n");
    until("the hats", || playing.onsets().iter().any(|(_, d)| d == "oi.oh").then_some(()));
    let mark = playing.onsets().last().unwrap().0;
    playing.reaches(mark + 1.0);
    assert_eq!(playing.onsets().iter().filter(|(_, d)| d == "oi.cp").count(), 1);
}
