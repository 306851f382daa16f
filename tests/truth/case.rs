//! A measurement: an event or more in a slot, and what must be heard of it.
//!
//! In: cases. Out: one set with a slot for each, rendered in one run; the readings of all. Beside what a
//! case plays nothing sounds in its slots, and the level of a sample of 1 in the middle at gain 1 is 1:
//! the definitions of the other controls then hold as they are.
//!
//! The master stands without its limiter (`limitertype 0`), and what its guard against direct current
//! took is put back, so that an envelope or a position can be read off as it is.

use super::measure;
use super::render::{RATE, render_changed};
use oiduna::server::EngineChoice;
use std::path::Path;

/// Seconds of a slot: a cycle at this tempo.
pub const SLOT_S: f64 = 0.5;
pub const CPS: f64 = 2.0;
const SLOT: usize = (RATE / 2) as usize;

/// What a sample of 1 is at amp 0.4 in the middle between two loudspeakers.
pub const UNIT: f64 = 0.4 * std::f64::consts::FRAC_1_SQRT_2;

/// One measurement.
pub struct Case {
    pub name: &'static str,
    /// What it measures, as the controls are sent.
    pub controls: &'static [&'static str],
    /// What is played in its first cycle.
    pub play: &'static str,
    /// How many slots it sounds for.
    pub slots: usize,
    pub check: fn(&mut Heard),
}

pub const fn case(
    name: &'static str,
    controls: &'static [&'static str],
    play: &'static str,
    check: fn(&mut Heard),
) -> Case {
    Case { name, controls, play, slots: 1, check }
}

impl Case {
    /// With so many slots for it to end in.
    pub const fn slots(self, slots: usize) -> Self {
        Self { slots, ..self }
    }
}

/// What is heard in the slots of a case.
pub struct Heard {
    pub left: Vec<f64>,
    pub right: Vec<f64>,
    engine: EngineChoice,
    case: &'static str,
    wrong: Vec<String>,
}

impl Heard {
    /// The left channel from one moment of the slot to another.
    pub fn span(&self, from_s: f64, to_s: f64) -> Vec<f64> {
        measure::span(&self.left, from_s, to_s).to_vec()
    }

    /// The middle of the n-th of so many equal parts of the slot, edges left out: whole periods of 1 kHz.
    pub fn part(&self, n: usize, of: usize) -> Vec<f64> {
        let width = SLOT_S / of as f64;
        let from = (n as f64 * width + 0.15 * width).mul_add(1000.0, 0.0).ceil() / 1000.0;
        let to = ((n as f64 + 0.75) * width * 1000.0).floor() / 1000.0;
        self.span(from, to)
    }

    /// The value at a moment of the slot.
    pub fn at(&self, seconds: f64) -> f64 {
        self.left.get(measure::frames(seconds)).copied().unwrap_or(f64::NAN)
    }

    /// Seconds that a moment may be off on this engine: the embedded one moves what is not a sound in
    /// steps of a block of 64 samples.
    pub fn grid_s(&self) -> f64 {
        if self.engine == EngineChoice::Embedded { 64.0 / 48_000.0 } else { 0.0 }
    }

    /// A reading that may be off by so much.
    pub fn near(&mut self, what: &str, measured: f64, expected: f64, within: f64) {
        let line = format!(
            "{} on {}: {what} is {measured:.4} for {expected:.4} (+-{within})",
            self.case, self.engine
        );
        println!("{line}");
        let off = (measured - expected).abs();
        if off.is_nan() || off > within {
            self.wrong.push(line);
        }
    }

    /// A reading as a part of what is expected.
    pub fn part_of(&mut self, what: &str, measured: f64, expected: f64, part: f64) {
        self.near(what, measured, expected, expected.abs() * part);
    }

    /// Two amplitudes, compared in dB.
    pub fn db(&mut self, what: &str, measured: f64, expected: f64, within_db: f64) {
        self.near(what, measure::db(measured), measure::db(expected), within_db);
    }

    /// A reading that must lie below a limit.
    pub fn below(&mut self, what: &str, measured: f64, limit: f64) {
        let line = format!("{} on {}: {what} is {measured:.6}, below {limit}", self.case, self.engine);
        println!("{line}");
        if measured.is_nan() || measured >= limit {
            self.wrong.push(line);
        }
    }
}

/// The set that plays the cases one after the other, and its cycles.
fn set_of(cases: &[&Case]) -> (String, u32) {
    let first = "s \"tone\" # gain 0 # limitertype 0";
    let played: Vec<String> =
        cases.iter().map(|case| case.play.to_owned() + &", silence".repeat(case.slots - 1)).collect();
    let cycles = 1 + cases.iter().map(|case| case.slots as u32).sum::<u32>();
    (format!("setcps {CPS}\n\nd1 $ cat [{first},\n  {}]\n", played.join(",\n  ")), cycles)
}

/// Puts back what LeakDC took: y = x - x' + 0.9995 y'.
fn whole_again(sound: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut x, mut before) = (0.0, 0.0);
    sound
        .map(|y| {
            x += y - 0.9995 * before;
            before = y;
            x / UNIT
        })
        .collect()
}

/// Plays the cases on an engine and returns what is wrong. What the master's guard against direct current
/// took is put back where `whole`.
pub fn play(cases: &[&Case], samples: &Path, engine: EngineChoice, whole: bool) -> Vec<String> {
    let (text, cycles) = set_of(cases);
    let began = std::time::Instant::now();
    let sound = render_changed(&text, cycles, engine, |options| {
        options.samples = vec![samples.to_owned()];
        options.stems = None;
        // Longer than the guard against direct current swings, so that nothing is faded out.
        options.tail_s = 1.5;
    });
    println!("{engine}: {cycles} cycles in {:?}", began.elapsed());
    let mut wrong = sound.rendered.troubles.clone();
    if sound.rendered.has_errors {
        wrong.push(format!("the set has errors:\n{text}"));
    }
    let side = |n: usize| {
        let side = sound.master.iter().map(|f| f64::from(f[n]));
        if whole { whole_again(side) } else { side.map(|x| x / UNIT).collect() }
    };
    let (left, right) = (side(0), side(1));
    let mut slot = 1;
    for case in cases {
        let window = slot * SLOT..(slot + case.slots) * SLOT;
        // The last one may bring the end nearer.
        let cut = |side: &[f64]| side[window.start.min(side.len())..window.end.min(side.len())].to_vec();
        let (left, right) = (cut(&left), cut(&right));
        let mut heard = Heard { left, right, engine, case: case.name, wrong: Vec::new() };
        (case.check)(&mut heard);
        wrong.append(&mut heard.wrong);
        slot += case.slots;
    }
    wrong
}
