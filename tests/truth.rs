//! What each control does, measured: the sound of a set, rendered, against numbers computed from the
//! definition of the control. The rows are in `tests/truth/`, grouped as a musician would look for them.
//!
//! All cases play in one run of the fastest engine that is here, a slot each; the core ones on the others
//! too. `OIDUNA_KEEP_WAV` keeps the sound.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "truth/case.rs"]
mod case;
#[path = "truth/filters.rs"]
mod filters;
#[path = "truth/grit.rs"]
mod grit;
#[path = "truth/level.rs"]
mod level;
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

const ALL: &[&[Case]] = &[
    level::CASES,
    playing::CASES,
    filters::CASES,
    grit::CASES,
    motion::CASES,
    orbits::CASES,
    moments::CASES,
    moments::LAST,
];

fn cases() -> impl Iterator<Item = &'static Case> {
    ALL.iter().copied().flatten()
}

#[test]
fn every_control_does_what_its_definition_says() {
    let samples = signals::folder();
    let all: Vec<&Case> = cases().collect();
    let wrong = play(&all, samples.path(), render::engines()[0]);
    assert!(wrong.is_empty(), "{} readings are off:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_core_is_the_same_on_every_engine() {
    let samples = signals::folder();
    let core: Vec<&Case> = cases().filter(|c| c.core).collect();
    let others = render::engines().into_iter().skip(1);
    let wrong: Vec<String> = others.flat_map(|engine| play(&core, samples.path(), engine)).collect();
    assert!(wrong.is_empty(), "{} readings are off:\n{}", wrong.len(), wrong.join("\n"));
}
