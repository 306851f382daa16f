//! What each control does, measured: the sound of a set, rendered, against numbers computed from the
//! definition of the control. The rows are in `tests/truth/`, grouped as a musician would look for them.
//!
//! The cases play in a few runs of the fastest engine that is here, a slot each; the core ones on the
//! others too. `-- --nocapture` prints every reading, `OIDUNA_KEEP_WAV` keeps the sound.

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

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} readings are off:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_control_of_an_event_and_its_voice_does_what_its_definition_says() {
    let samples = signals::folder();
    none(&play(&cases(VOICES), samples.path(), render::engines()[0], true));
}

#[test]
fn every_control_of_an_orbit_and_the_master_does_what_its_definition_says() {
    let samples = signals::folder();
    let engine = render::engines()[0];
    none(&play(&cases(&[orbits::CASES]), samples.path(), engine, true));
    // A limiter bends what the guard before it has changed: that is not put back.
    none(&play(&cases(&[level::LIMITER]), samples.path(), engine, false));
}

#[test]
fn the_core_is_the_same_on_every_engine() {
    let samples = signals::folder();
    let core: Vec<&Case> =
        cases(VOICES).into_iter().chain(cases(&[orbits::CASES])).filter(|c| c.core).collect();
    let others = render::engines().into_iter().skip(1);
    none(&others.flat_map(|engine| play(&core, samples.path(), engine, true)).collect::<Vec<_>>());
}

#[test]
fn no_control_is_without_a_measurement() {
    let all = [cases(VOICES), cases(&[orbits::CASES, level::LIMITER])].concat();
    list::all_are_in(&all.iter().flat_map(|c| c.controls).copied().collect());
}
