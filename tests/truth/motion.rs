//! What moves in a sound: envelopes, tremolo, phaser, pitch and frequency.

use super::case::{Case, Heard, case};
use super::measure::{correlation, frequency, partial, phase, rms};
use super::signals::LEVEL;
use std::f64::consts::{FRAC_PI_2, TAU};

fn values(heard: &mut Heard, expected: &[(f64, f64)]) {
    for (at, value) in expected {
        heard.near(&format!("level at {at} s"), heard.at(*at) / LEVEL, *value, 0.01);
    }
}

/// How far a bent segment has come at a part of its time.
fn bent(part: f64, curve: f64) -> f64 {
    if curve == 0.0 { part } else { (1.0 - (part * curve).exp()) / (1.0 - curve.exp()) }
}

/// The echo of each click, as the phaser has it: where, and how loud.
fn phaser(heard: &mut Heard, rate: f64, depth: f64) {
    for click in (1..16).map(|n| 0.0125 + 0.025 * f64::from(n)) {
        let from = click + 0.0075;
        let echo = heard.span(from, click + 0.0115);
        let level: f64 = echo.iter().sum();
        let moment: f64 = echo.iter().enumerate().map(|(n, x)| n as f64 / 48_000.0 * x).sum();
        let delay = |at: f64| 0.0094 + 0.0006 * (TAU * rate * at).sin();
        let measured = from + moment / level - click;
        heard.near("echo", level, depth, 0.03);
        // In milliseconds; a sample is 0.02 of them.
        heard.near("its delay", measured * 1e3, delay(click + delay(click)) * 1e3, 0.025);
    }
}

pub const CASES: &[Case] = &[
    case(
        "attack, hold, release",
        &["attack", "hold", "release", "curve"],
        r#"s "level" # attack 0.1 # hold 0.05 # release 0.1"#,
        |h| {
            // The curve is -3.
            let rise = |part| bent(part, -3.0);
            values(h, &[(0.025, rise(0.25)), (0.05, rise(0.5)), (0.1, 1.0), (0.14, 1.0)]);
            values(h, &[(0.175, 1.0 - rise(0.25)), (0.2, 1.0 - rise(0.5)), (0.255, 0.0)]);
        },
    ),
    case("curve", &["curve"], r#"s "level" # attack 0.1 # hold 0.05 # release 0.1 # pF "curve" 0"#, |h| {
        values(h, &[(0.025, 0.25), (0.05, 0.5), (0.12, 1.0), (0.175, 0.75), (0.2, 0.5), (0.255, 0.0)]);
    }),
    case(
        "a curve the other way",
        &["curve"],
        r#"s "level" # attack 0.2 # release 0.1 # pF "curve" 4"#,
        |h| {
            values(h, &[(0.1, bent(0.5, 4.0)), (0.15, bent(0.75, 4.0)), (0.25, 1.0 - bent(0.5, 4.0))]);
        },
    ),
    case("attack alone", &["attack", "release"], r#"s "level" # attack 0.1"#, |h| {
        values(h, &[(0.05, bent(0.5, -3.0)), (0.2, 1.0), (0.44, 1.0)]);
    }),
    case("release alone", &["release", "attack"], r#"s "level" # release 0.2"#, |h| {
        values(h, &[(0.05, 1.0 - bent(0.25, -3.0)), (0.1, 1.0 - bent(0.5, -3.0)), (0.21, 0.0)]);
    }),
    case("tilt and plat", &["tilt", "plat"], r#"s "level" # tilt 0.25 # plat 0.2 # sustain 0.4"#, |h| {
        // 0.08 s up, 0.08 s above, 0.24 s down.
        values(h, &[(0.04, bent(0.5, -3.0)), (0.09, 1.0), (0.155, 1.0), (0.28, 1.0 - bent(0.5, -3.0))]);
    }),
    case("tilt alone", &["tilt"], r#"s "level" # tilt 0 # sustain 0.4"#, |h| {
        values(h, &[(0.1, 1.0 - bent(0.25, -3.0)), (0.2, 1.0 - bent(0.5, -3.0))]);
    }),
    case("plat alone", &["plat", "tilt"], r#"s "level" # plat 0.5 # sustain 0.4"#, |h| {
        values(h, &[(0.05, bent(0.5, -3.0)), (0.11, 1.0), (0.29, 1.0), (0.35, 1.0 - bent(0.5, -3.0))]);
    }),
    case(
        "tremolo",
        &["tremolorate", "tremolodepth"],
        r#"s "level" # tremolorate 10 # tremolodepth 0.8"#,
        |h| {
            let level = |at: f64| 1.0 - 0.4 * (1.0 - (TAU * 10.0 * at).cos());
            values(h, &[0.001, 0.025, 0.05, 0.1, 0.14, 0.3, 0.35].map(|at| (at, level(at))));
        },
    ),
    case("half a tremolo", &["tremolorate", "tremolodepth"], r#"s "level" # tremolorate 4"#, |h| {
        values(h, &[(0.125, 0.5), (0.25, 1.0), (0.375, 0.5)]);
    }),
    case("phaser", &["phaserrate", "phaserdepth"], r#"s "clicks" # phaserrate 4 # phaserdepth 0.7"#, |h| {
        phaser(h, 4.0, 0.7);
    }),
    case("a slower phaser", &["phaserrate", "phaserdepth"], r#"s "clicks" # phaserrate 2"#, |h| {
        phaser(h, 2.0, 0.5);
    }),
    // Grains begin every 25 ms: they are in step where whole periods of both pitches fit.
    case("psrate", &["psrate"], r#"s "tone" # psrate 1.6"#, |h| {
        let sound = h.span(0.2, 0.44);
        h.part_of("frequency", frequency(&sound), 1600.0, 0.002);
        h.part_of("level", partial(&sound, 1600.0), LEVEL, 0.1);
        h.below("what is left of the tone", partial(&sound, 1000.0), 0.01);
    }),
    case("psrate, down", &["psrate"], r#"s "tone" # psrate 0.6"#, |h| {
        h.part_of("frequency", frequency(&h.span(0.2, 0.44)), 600.0, 0.002);
    }),
    case("without psdisp", &["psdisp"], r#"s "tone" # psrate 1 # psdisp 0"#, |h| {
        let sound = h.span(0.2, 0.44);
        h.near("part of the energy in the tone", pure(&sound, 1000.0), 1.0, 0.01);
    }),
    case("psdisp", &["psdisp"], r#"s "tone" # psrate 1 # psdisp 0.05"#, |h| {
        // Grains from anywhere within 50 ms: their phases have nothing to do with each other.
        h.below("part of the energy in the tone", pure(&h.span(0.2, 0.44), 1000.0), 0.9);
    }),
    case("fshift", &["fshift"], r#"s "tone" # fshift 250"#, |h| {
        let sound = h.span(0.1, 0.4);
        h.part_of("partial 1250", partial(&sound, 1250.0), LEVEL, 0.03);
        h.below("partial 1000", partial(&sound, 1000.0), 0.01);
        h.below("partial 750", partial(&sound, 750.0), 0.01);
    }),
    case("fshift down", &["fshift"], r#"s "tone" # fshift "-300""#, |h| {
        let sound = h.span(0.1, 0.4);
        h.part_of("partial 700", partial(&sound, 700.0), LEVEL, 0.03);
        h.below("partial 1300", partial(&sound, 1300.0), 0.01);
    }),
    case("fshiftnote", &["fshiftnote"], r#"s "tone" # freq 440 # fshift 0 # fshiftnote 2"#, |h| {
        // A sample at 440 Hz plays 9 semitones up, and two of them are added.
        let hz = 1000.0 * 2_f64.powf(9.0 / 12.0) + 880.0;
        h.part_of("frequency", frequency(&h.span(0.05, 0.2)), hz, 0.002);
    }),
    case(
        "fshiftphase",
        &["fshiftphase"],
        r#"s "tone*2" # fshift 0 # fshiftphase "0 1.5707963" # legato 0.95"#,
        |h| {
            let (plain, turned) = (h.span(0.1, 0.2), h.span(0.35, 0.45));
            let turn = (phase(&turned, 1000.0) - phase(&plain, 1000.0)).rem_euclid(TAU);
            h.near("turned by", turn, FRAC_PI_2, 0.02);
            h.near("likeness", correlation(&plain, &turned), 0.0, 0.02);
        },
    ),
];

/// What part of a sound's energy is one sine.
fn pure(sound: &[f64], hz: f64) -> f64 {
    (partial(sound, hz).powi(2) / 2.0) / rms(sound).powi(2)
}
