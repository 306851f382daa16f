//! Every set in `examples/` opens and plays as a performer finds it on a bare machine: no error, no
//! warning, no control that changes nothing, no sound that is not there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

use oiduna::bank::Layout;
use oiduna::control::id;
use oiduna::pattern::{Env, Hap};
use oiduna::plan::{Known, wants};
use oiduna::session::{Event, State};
use oiduna::source::Severity;
use oiduna::time::TimeSpan;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Long enough for the longest form among them.
const CYCLES: i64 = 64;
/// Steps of work that a cycle of one track may cost: what the screen's lanes give it, the smallest
/// budget of all.
const BUDGET: u32 = 20_000;

/// Names in a set that are samples to be brought, as its header says.
fn samples(set: &str) -> &'static [&'static str] {
    match set {
        "breaks.tidal" => &["loop_amen", "loop_breakbeat", "loop_compus"],
        _ => &[],
    }
}

fn sets() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "tidal"))
        .collect();
    found.sort();
    found
}

/// A set, opened as the app does.
struct Opened {
    name: String,
    text: String,
    state: State,
}

impl Opened {
    fn all() -> Vec<Self> {
        let open = |path: PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut state = State::new(&name, Layout::OWN);
            state.update(Event::Opened(text.clone()));
            state.update(Event::Settled);
            Self { name, text, state }
        };
        sets().into_iter().map(open).collect()
    }

    /// What its tracks play in a cycle, by the track's name.
    fn haps(&self, cycle: i64) -> Vec<(String, Vec<Hap>)> {
        let tracks = self.state.score.tracks().iter();
        tracks
            .filter_map(|t| Some((t, t.newest()?)))
            .map(|(t, change)| {
                let mut haps = Vec::new();
                let env = Env::with_budget(BUDGET);
                if let Err(e) = change.pattern.query(TimeSpan::cycle(cycle), &env, &mut haps) {
                    panic!("{}: {} in cycle {cycle}: {e}", self.name, t.name);
                }
                (t.name.to_string(), haps)
            })
            .collect()
    }
}

#[test]
fn there_are_sets_in_many_styles() {
    assert!(sets().len() >= 11, "{:?}", sets());
}

#[test]
fn sets_open_without_an_error_or_a_warning() {
    for set in Opened::all() {
        let excused = |text: &str| samples(&set.name).iter().any(|s| text.contains(s));
        for message in &set.state.messages {
            let fine = message.severity == Severity::Hint || excused(&message.text);
            assert!(fine, "{}: {}", set.name, message.text);
        }
        for (block, d) in set.state.diagnostics() {
            let fine = d.severity == Severity::Hint || excused(&d.message);
            assert!(fine, "{}:{}: {}", set.name, block.line, d.message);
        }
    }
}

#[test]
fn only_the_old_set_speaks_of_old_names() {
    for set in Opened::all() {
        let hints = set.state.diagnostics().filter(|(_, d)| d.severity == Severity::Hint).count();
        assert_eq!(hints > 0, set.name == "old-school.tidal", "{}: {hints} hints", set.name);
    }
}

#[test]
fn every_cycle_is_within_budget_and_every_sound_is_there() {
    for set in Opened::all() {
        for cycle in 0..CYCLES {
            for (track, haps) in set.haps(cycle) {
                let unknown = wants(&haps, |_, _| Known::Nothing).unknown;
                let strange = unknown.iter().find(|name| !samples(&set.name).contains(&&***name));
                assert_eq!(strange, None, "{}: {track} in cycle {cycle}", set.name);
                let mute = haps
                    .iter()
                    .find(|h| h.has_onset() && h.value.as_controls().is_none_or(|c| c.text(id::S).is_none()));
                assert_eq!(mute, None, "{}: {track} in cycle {cycle} names no sound", set.name);
            }
        }
    }
}

#[test]
fn every_track_plays_and_no_cycle_is_empty() {
    for set in Opened::all() {
        let mut playing = BTreeSet::new();
        for cycle in 0..CYCLES {
            // What is held from an earlier cycle sounds too.
            let haps = set.haps(cycle);
            assert!(haps.iter().any(|(_, haps)| !haps.is_empty()), "{}: cycle {cycle}", set.name);
            playing.extend(haps.into_iter().filter(|(_, h)| !h.is_empty()).map(|(track, _)| track));
        }
        assert_eq!(playing.len(), set.state.score.tracks().len(), "{}: {playing:?}", set.name);
    }
}

#[test]
fn the_samples_of_a_set_are_those_that_its_text_names() {
    for set in Opened::all() {
        let header: String = set.text.lines().take_while(|l| l.starts_with("--")).collect();
        for name in samples(&set.name) {
            assert!(header.contains(name), "{}: the header does not say how to get {name}", set.name);
        }
    }
}
