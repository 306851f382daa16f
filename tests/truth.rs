//! What each control does, measured: the sound of a set, rendered, against numbers computed from the
//! definition of the control. The rows are in `tests/truth/`, grouped as a musician would look for them.
//!
//! The cases play in three runs of each engine that is here, a slot each. `-- --nocapture` prints every reading, `OIDUNA_KEEP_WAV` keeps the sound.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "truth/case.rs"]
mod case;
#[path = "truth/filters.rs"]
mod filters;
#[path = "truth/grit.rs"]
mod grit;
#[path = "truth/level.rs"]
mod level;
#[path = "truth/list.rs"]
mod list;
#[path = "truth/measure.rs"]
mod measure;
#[path = "truth/moments.rs"]
mod moments;
#[path = "truth/motion.rs"]
mod motion;
#[path = "truth/orbits.rs"]
mod orbits;
#[path = "truth/playing.rs"]
mod playing;
#[path = "support/render.rs"]
mod render;
#[path = "truth/signals.rs"]
mod signals;

use case::{Case, play};

/// What sounds by itself: one run without any orbit's effects, which would take most of the time.
const VOICES: &[&[Case]] = &[
    level::CASES,
    playing::CASES,
    filters::CASES,
    grit::CASES,
    motion::CASES,
    moments::CASES,
    moments::LAST,
];

fn cases(of: &[&'static [Case]]) -> Vec<&'static Case> {
    of.iter().copied().flatten().collect()
}

/// Plays them on every engine that is here.
fn on_all(cases: &[&Case], whole: bool) {
    let samples = signals::folder();
    let engines = render::engines().into_iter();
    let wrong: Vec<String> = engines.flat_map(|engine| play(cases, samples.path(), engine, whole)).collect();
    assert!(wrong.is_empty(), "{} readings are off:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_control_of_an_event_and_its_voice_does_what_its_definition_says() {
    on_all(&cases(VOICES), true);
}

#[test]
fn every_control_of_an_orbit_does_what_its_definition_says() {
    on_all(&cases(&[orbits::CASES]), true);
}

#[test]
fn every_control_of_the_master_does_what_its_definition_says() {
    // A limiter bends what the guard before it has changed: that is not put back.
    on_all(&cases(&[level::LIMITER]), false);
}

#[test]
fn no_control_is_without_a_measurement() {
    let all = [cases(VOICES), cases(&[orbits::CASES, level::LIMITER])].concat();
    list::all_are_in(&all.iter().flat_map(|c| c.controls).copied().collect());
}
