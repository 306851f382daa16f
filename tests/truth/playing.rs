//! Which sound, at which pitch, and which way through a sample. `ramp` tells where it is played.

use super::case::{CPS, Case, Heard, case};
use super::measure::{ending, frequency, mean, partial, pitch, span};
use super::signals::{LEVEL, RAMP_S};
use std::f64::consts::PI;

/// Positions of `ramp` at moments of the slot.
fn positions(heard: &mut Heard, expected: &[(f64, f64)]) {
    let within = 0.002 + heard.grid_s() / RAMP_S;
    for (at, position) in expected {
        heard.near(&format!("position at {at} s"), heard.at(*at), *position, within);
    }
}

fn ends(heard: &mut Heard, expected_s: f64) {
    heard.near("end", ending(&heard.left, 1e-3), expected_s, 0.0015 + heard.grid_s());
}

/// Frequencies of the equal parts of the slot, where sines play.
fn tones(heard: &mut Heard, expected: &[f64]) {
    for (n, hz) in expected.iter().enumerate() {
        let part = heard.part(n, expected.len());
        heard.part_of(&format!("tone {n}"), frequency(&part), *hz, 0.002);
    }
}

/// Pitches of the quarters, where an instrument with many partials plays.
fn pitches(heard: &mut Heard, expected: [f64; 4]) {
    for (n, hz) in expected.into_iter().enumerate() {
        let part = heard.part(n, 4);
        heard.part_of(&format!("pitch {n}"), pitch(&part, 100.0, 1000.0), hz, 0.006);
    }
}

/// Semitones as a factor.
fn up(semitones: f64) -> f64 {
    2_f64.powf(semitones / 12.0)
}

/// The ripple of two rows of grains of so many seconds around the straight way of the head, at the
/// frequency with which grains begin: between two of them u - G/2 sin^2(pi u / G) lies off it.
fn ripple(heard: &mut Heard, grain_s: f64) {
    let (from, hz) = (0.1, 2.0 / grain_s);
    let part = heard.span(from, from + 0.32);
    let straight = |n: usize| (from + n as f64 / 48_000.0) / (2.0 * RAMP_S);
    let off: Vec<f64> = part.iter().enumerate().map(|(n, x)| x - straight(n)).collect();
    let level = mean(&off);
    let off: Vec<f64> = off.iter().map(|x| x - level).collect();
    heard.part_of("ripple", partial(&off, hz), grain_s / (6.0 * PI) * 0.5 / RAMP_S, 0.1);
    let slope = (heard.at(0.4) - heard.at(0.08)) / 0.32;
    heard.part_of("speed of the head", slope, 0.5 / RAMP_S, 0.05);
}

pub const CASES: &[Case] = &[
    case("s", &["s"], r#"s "tone high" # legato 0.9"#, |h| tones(h, &[1000.0, 5000.0])),
    case("n", &["n"], r#"s "short*5" # n "0 1 2 4 -1" # legato 0.9"#, |h| {
        // Three files: it goes around, downwards too.
        tones(h, &[1000.0, 1500.0, 2000.0, 1500.0, 2000.0]);
    }),
    case("s with a number", &["s", "n"], r#"s "short:2 short:3""#, |h| {
        for (from, hz) in [(0.01, 2000.0), (0.26, 1000.0)] {
            h.part_of("tone", frequency(&h.span(from, from + 0.08)), hz, 0.002);
        }
    }),
    case("bank", &["bank"], r#"s "short ~" # bank "box""#, |h| {
        h.part_of("tone", frequency(&h.span(0.01, 0.09)), 3000.0, 0.002);
    }),
    case("note", &["note"], r#"s "tone*4" # note "0 7 12 -12" # legato 0.9"#, |h| {
        tones(h, &[1000.0, 1000.0 * up(7.0), 2000.0, 500.0]);
    }),
    case("octave", &["octave"], r#"s "tone*4" # octave "5 6 4 5" # legato 0.9"#, |h| {
        tones(h, &[1000.0, 2000.0, 500.0, 1000.0]);
    }),
    case("midinote", &["midinote"], r#"s "tone*4" # midinote "60 67 48 72" # legato 0.9"#, |h| {
        tones(h, &[1000.0, 1000.0 * up(7.0), 500.0, 2000.0]);
    }),
    case("freq", &["freq"], r#"s "tone*4" # freq "261.6256 523.2511 220 440" # legato 0.9"#, |h| {
        tones(h, &[1000.0, 2000.0, 1000.0 * up(-3.0), 1000.0 * up(9.0)]);
    }),
    case(
        "pitches of an instrument",
        &["n", "note", "freq"],
        r#"s "lead*4" # n "9 -3 0 4" # legato 0.9"#,
        |h| {
            pitches(h, [440.0, 220.0, 261.63, 329.63]);
        },
    ),
    case(
        "more of them",
        &["octave", "midinote"],
        r#"s "lead*4" # midinote "57 60 69 64" # legato 0.9"#,
        |h| {
            pitches(h, [220.0, 261.63, 440.0, 329.63]);
        },
    ),
    case("and in Hz", &["freq"], r#"s "lead*4" # freq "200 300 400 500" # legato 0.9"#, |h| {
        pitches(h, [200.0, 300.0, 400.0, 500.0]);
    }),
    case("speed", &["speed"], r#"s "ramp*2" # speed "2 -1""#, |h| {
        positions(h, &[(0.01, 0.08), (0.05, 0.4), (0.1, 0.8), (0.26, 0.96), (0.35, 0.6), (0.45, 0.2)]);
        h.below("between them", super::measure::peak(&h.span(0.13, 0.249)), 1e-3);
    }),
    case("slow", &["speed"], r#"s "ramp" # speed 0.5"#, |h| {
        positions(h, &[(0.1, 0.2), (0.25, 0.5), (0.4, 0.8)]);
        ends(h, 0.5);
    }),
    case("accelerate", &["accelerate"], r#"s "ramp" # accelerate 1"#, |h| {
        // From 1 to 2: the way is covered at 1.5.
        let length = RAMP_S / 1.5;
        let way = |t: f64| (t + t * t / (2.0 * length)) / RAMP_S;
        positions(h, &[(0.02, way(0.02)), (0.08, way(0.08)), (0.15, way(0.15))]);
        ends(h, length);
    }),
    case("slower and slower", &["accelerate"], r#"s "ramp" # accelerate "-0.5""#, |h| {
        let length = RAMP_S / 0.75;
        let way = |t: f64| (t - t * t / (4.0 * length)) / RAMP_S;
        positions(h, &[(0.1, way(0.1)), (0.2, way(0.2)), (0.3, way(0.3))]);
        ends(h, length);
    }),
    case(
        "backwards and faster",
        &["accelerate", "speed"],
        r#"s "ramp" # accelerate 1 # speed "-0.5""#,
        |h| {
            let length = RAMP_S / 0.75;
            let way = |t: f64| 1.0 - (t / 2.0 + t * t / (4.0 * length)) / RAMP_S;
            positions(h, &[(0.1, way(0.1)), (0.2, way(0.2)), (0.3, way(0.3))]);
        },
    ),
    case("unit c", &["unit", "speed"], r#"s "ramp" # unit "c""#, |h| {
        // Once in a cycle.
        positions(h, &[(0.1, 0.1 * CPS), (0.25, 0.25 * CPS), (0.4, 0.4 * CPS)]);
        ends(h, 0.5);
    }),
    case("unit c, twice", &["unit"], r#"s "ramp" # unit "c" # speed 2"#, |h| {
        positions(h, &[(0.1, 0.4), (0.2, 0.8)]);
        ends(h, 0.25);
    }),
    case("unit s", &["unit"], r#"s "ramp" # unit "s" # begin 0.2 # end 0.4"#, |h| {
        // The part is the length in seconds.
        positions(h, &[(0.1, 0.6), (0.18, 0.92)]);
        ends(h, 0.2);
    }),
    case("begin and end", &["begin", "end"], r#"s "ramp" # begin 0.25 # end 0.75"#, |h| {
        positions(h, &[(0.005, 0.27), (0.05, 0.45), (0.1, 0.65)]);
        ends(h, 0.125);
    }),
    case("begin alone", &["begin"], r#"s "ramp" # begin 0.6"#, |h| {
        positions(h, &[(0.01, 0.64), (0.09, 0.96)]);
        ends(h, 0.1);
    }),
    case("end alone", &["end"], r#"s "ramp" # end 0.4"#, |h| {
        positions(h, &[(0.01, 0.04), (0.09, 0.36)]);
        ends(h, 0.1);
    }),
    case(
        "a part backwards",
        &["begin", "end", "speed"],
        r#"s "ramp" # begin 0.25 # end 0.75 # speed "-1""#,
        |h| {
            positions(h, &[(0.005, 0.73), (0.05, 0.55), (0.1, 0.35)]);
            ends(h, 0.125);
        },
    ),
    case("loop", &["loop"], r#"s "ramp" # loop 3 # begin 0.5 # end 0.75"#, |h| {
        let way = |t: f64| 0.5 + (t % 0.0625) / RAMP_S;
        positions(h, &[(0.03, way(0.03)), (0.1, way(0.1)), (0.15, way(0.15)), (0.18, way(0.18))]);
        ends(h, 0.1875);
    }),
    case("timescale", &["timescale"], r#"s "ramp" # timescale 2"#, |h| {
        ends(h, 0.5);
        ripple(h, 0.08);
    }),
    case("timescalewin", &["timescalewin"], r#"s "ramp" # timescale 2 # timescalewin 0.5"#, |h| {
        ripple(h, 0.04);
    }),
    case("timescale keeps the pitch", &["timescale"], r#"s "tone" # timescale 0.5"#, |h| {
        h.part_of("level", partial(&h.span(0.05, 0.2), 1000.0), LEVEL, 0.05);
        ends(h, 0.225);
    }),
    case("silence", &["s"], r#"s "~""#, |h| {
        h.below("level", super::measure::peak(span(&h.left, 0.0, 0.5)), 1e-3);
    }),
];
