//! How loud, and where between the loudspeakers.

use super::case::{Case, Heard, UNIT, case};
use super::measure::{partial, peak, rms};
use super::signals::LEVEL;
use oiduna::synth::effects::CEILING;
use std::f64::consts::{FRAC_PI_2, SQRT_2};

/// Levels of the quarters of a slot of `tone`, as parts of its own.
fn quarters(heard: &mut Heard, expected: [f64; 4]) {
    for (n, expected) in expected.into_iter().enumerate() {
        let level = partial(&heard.part(n, 4), 1000.0) / LEVEL;
        heard.db(&format!("level {n}"), level, expected, 0.05);
    }
}

/// amp times the fourth power of gain, which ends at 2, with overgain.
pub const CASES: &[Case] = &[
    case("gain", &["gain"], r#"s "tone*4" # gain "0.5 1 1.5 2" # legato 0.9"#, |h| {
        quarters(h, [0.0625, 1.0, 5.0625, 16.0]);
    }),
    case("gain beyond 2", &["gain"], r#"s "tone*4" # gain "0.25 2.5 3 0.8" # legato 0.9"#, |h| {
        quarters(h, [0.003_906_25, 16.0, 16.0, 0.4096]);
    }),
    case(
        "overgain",
        &["overgain"],
        r#"s "tone*4" # gain "1 2 3 1" # overgain "0.2 0.2 0.8 -0.5" # legato 0.9"#,
        |h| {
            quarters(h, [2.0736, 23.4256, 61.4656, 0.0625]);
        },
    ),
    case("amp", &["amp"], r#"s "tone*4" # amp "0.1 0.4 0.8 1" # legato 0.9"#, |h| {
        quarters(h, [0.25, 1.0, 2.0, 2.5]);
    }),
    case("pan of one channel", &["pan"], r#"s "tone*5" # pan "0 0.25 0.5 0.75 1" # legato 0.9"#, |h| {
        for n in 0..5 {
            let angle = n as f64 / 4.0 * FRAC_PI_2;
            let right = super::measure::span(&h.right, n as f64 * 0.1 + 0.02, n as f64 * 0.1 + 0.07).to_vec();
            let left = h.span(n as f64 * 0.1 + 0.02, n as f64 * 0.1 + 0.07);
            let (left, right) = (partial(&left, 1000.0) / LEVEL, partial(&right, 1000.0) / LEVEL);
            // The middle counts as 1.
            h.near(&format!("left {n}"), left, SQRT_2 * angle.cos(), 0.005);
            h.near(&format!("right {n}"), right, SQRT_2 * angle.sin(), 0.005);
        }
    }),
    case("balance of two channels", &["pan"], r#"s "pair*5" # pan "0 0.25 0.5 0.75 1" # legato 0.9"#, |h| {
        for n in 0..5 {
            let angle = n as f64 / 4.0 * FRAC_PI_2;
            let right = super::measure::span(&h.right, n as f64 * 0.1 + 0.02, n as f64 * 0.1 + 0.07).to_vec();
            let left = h.span(n as f64 * 0.1 + 0.02, n as f64 * 0.1 + 0.07);
            h.near(&format!("left {n}"), partial(&left, 1000.0) / LEVEL, SQRT_2 * angle.cos(), 0.005);
            h.near(&format!("right {n}"), partial(&right, 1500.0) / LEVEL, SQRT_2 * angle.sin(), 0.005);
            // Nothing crosses over.
            h.below("the left in the right", partial(&right, 1000.0), 1e-4);
            h.below("the right in the left", partial(&left, 1500.0), 1e-4);
        }
    }),
    case("channel", &["channel"], r#"s "tone*2" # pan "0 0.25" # channel 1 # legato 0.9"#, |h| {
        // Of two channels one is half a turn: from the left to the middle, from 0.25 to 0.75.
        for (n, angle) in [0.5, 0.75].map(|pan| pan * FRAC_PI_2).into_iter().enumerate() {
            let span = |side: &[f64]| {
                super::measure::span(side, n as f64 * 0.25 + 0.05, n as f64 * 0.25 + 0.2).to_vec()
            };
            let (left, right) = (rms(&span(&h.left)), rms(&span(&h.right)));
            h.near(&format!("right to left {n}"), right / left, angle.tan(), 0.01);
        }
    }),
];

/// Of the master. What the others say of it is 0.
pub const LIMITER: &[Case] = &[
    case("no limiter", &["limitertype"], r#"s "tone" # gain 2"#, |h| {
        h.part_of("peak", peak(&h.left), LEVEL * 16.0, 0.005);
    }),
    case("a limiter", &["limitertype"], r#"s "tone" # gain 2 # limitertype 1"#, |h| {
        let ceiling = f64::from(CEILING) / UNIT;
        h.part_of("peak", peak(&h.span(0.05, 0.4)), ceiling, 0.01);
        h.below("peak", peak(&h.left), ceiling * 1.000_01);
        // It turns down and does not clip: a sine stays one.
        let sound = h.span(0.1, 0.4);
        h.below("distortion", partial(&sound, 3000.0) / partial(&sound, 1000.0), 0.005);
    }),
    case("it leaves what is below", &["limitertype"], r#"s "tone" # gain 1"#, |h| {
        h.part_of("level", partial(&h.span(0.1, 0.4), 1000.0), LEVEL, 0.005);
    }),
    case("soft clipping", &["limitertype"], r#"s "tone" # gain 1.5 # limitertype 2"#, |h| {
        // Above a half, (x - 1/4) / x.
        let loud = LEVEL * 1.5_f64.powi(4) * UNIT;
        h.part_of("peak", peak(&h.span(0.05, 0.4)) * UNIT, (loud - 0.25) / loud, 0.005);
    }),
    case("beyond its ceiling", &["limitertype"], r#"s "tone" # gain 2 # overgain 1"#, |h| {
        h.part_of("peak", peak(&h.span(0.05, 0.4)) * UNIT, f64::from(CEILING), 0.005);
    }),
    case("none again", &["limitertype"], r#"s "tone" # gain 2 # limitertype 0"#, |h| {
        h.part_of("peak", peak(&h.span(0.05, 0.4)), LEVEL * 16.0, 0.005);
    }),
];
