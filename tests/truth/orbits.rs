//! What whole orbits have: sends, delay, reverb, loudspeaker, DJ filter, compressor. What an event says to them
//! stays, so each case has an orbit of its own, and time to ring.

use super::case::{Case, Heard, UNIT, case};
use super::filters::low_pass;
use super::measure::{db, decay, low, partial, peak, rms, span, transform};
use super::signals::{CLICK_S, LEVEL};
use std::f64::consts::TAU;

/// Echoes of the click, each so many seconds after the last and as loud as said.
fn echoes(heard: &mut Heard, seconds: f64, levels: &[f64]) {
    for (n, level) in levels.iter().enumerate() {
        let at = CLICK_S + n as f64 * seconds;
        heard.near(&format!("click {n}"), heard.at(at), *level, 0.002);
        let before = peak(&heard.span(at - 0.005, at - 0.000_05));
        heard.below("just before it", before, 0.001);
    }
}

/// Seconds to -60 dB of what is below 300 Hz: the reverb's filters take nothing from it.
fn tail(heard: &mut Heard, early_s: f64, late_s: f64, expected_s: f64) {
    let sound = low(&heard.left, 300.0);
    heard.part_of("seconds to -60 dB", decay(&sound, early_s, late_s), expected_s, 0.1);
}

/// The level of the tail of a click that was played at a moment.
fn tail_level(heard: &Heard, from_s: f64) -> f64 {
    rms(&heard.span(from_s + 0.1, from_s + 0.2))
}

/// What the compressor makes of `level` of such a gain once its follower stands at `follower`: above the
/// threshold it grows by the ratio's part only, and half of what 0 dB loses is given back.
fn compressed(follower: f64, threshold_db: f64, ratio: f64) -> f64 {
    let slope = 1.0 / ratio - 1.0;
    let threshold = 10_f64.powf(threshold_db / 20.0);
    (follower / threshold).max(1.0).powf(slope) * threshold.powf(slope / 2.0)
}

/// `level` as the compressor gets it.
const HEARD: f64 = LEVEL * UNIT;
/// What it is at gain 0.5.
const SOFT: f64 = 0.0625;

/// What is heard of a sine of 5 kHz in 5 ms, as parts of what it was.
fn horn(heard: &Heard, at_s: f64) -> f64 {
    partial(&heard.span(at_s, at_s + 0.005), 5000.0) / LEVEL
}

pub const CASES: &[Case] = &[
    case(
        "delay",
        &["delay", "delaytime", "delayfeedback"],
        r#"s "click" # orbit 1 # delay 0.5 # delaytime 0.1 # delayfeedback 0.4"#,
        |h| {
            echoes(h, 0.1, &[1.0, 0.5, 0.2, 0.08, 0.032, 0.0128]);
        },
    )
    .slots(4),
    case("orbit 17 is orbit 1", &["orbit", "delay"], r#"s "click" # orbit 17 # delay 1"#, |h| {
        // It echoes as it was told above.
        echoes(h, 0.1, &[1.0, 1.0, 0.4, 0.16]);
    })
    .slots(4),
    case(
        "orbits are apart",
        &["orbit", "delay"],
        r#"s "click" # orbit 7 # delay 1 # delayfeedback 0"#,
        |h| {
            // An orbit that was told nothing: a quarter of a second.
            echoes(h, 0.25, &[1.0, 1.0]);
        },
    )
    .slots(2),
    case(
        "lock",
        &["lock", "delaytime"],
        r#"s "click" # orbit 2 # delay 1 # delaytime 0.125 # lock 1 # delayfeedback 0.5"#,
        |h| {
            // In cycles of half a second.
            echoes(h, 0.0625, &[1.0, 1.0, 0.5, 0.25]);
        },
    )
    .slots(3),
    case("room and size", &["room", "size"], r#"s "click" # orbit 3 # room 0.5 # size 0"#, |h| {
        tail(h, 0.12, 0.32, 0.4);
    })
    .slots(2),
    case("room", &["room"], r#"s "click*2" # orbit 11 # room "0.25 1" # size 0"#, |h| {
        h.db("a fourth", tail_level(h, 0.0) / tail_level(h, 0.25), 0.25, 0.5);
    })
    .slots(2),
    case("dry", &["dry"], r#"s "click*2" # orbit 12 # room 1 # size 0 # dry "0 0.5""#, |h| {
        h.db("a half", tail_level(h, 0.25) / tail_level(h, 0.0), 0.5, 0.5);
        h.near("the click itself", h.at(0.25 + CLICK_S), 1.0, 0.02);
    })
    .slots(2),
    case("all dry", &["dry"], r#"s "click*2" # orbit 13 # room 1 # size 0 # dry "0 1""#, |h| {
        h.below("what is left in dB", db(tail_level(h, 0.25) / tail_level(h, 0.0)), -50.0);
    })
    .slots(2),
    case("size in the middle", &["size"], r#"s "click" # orbit 4 # room 1 # size 0.5"#, |h| {
        tail(h, 0.3, 1.1, 0.4 * 25_f64.sqrt());
    })
    .slots(6),
    case(
        "leslie stands still",
        &["leslie", "lrate"],
        r#"s "high" # orbit 5 # leslie 1 # lrate 0 # lsize 0.3"#,
        |h| {
            // The left microphone is aside, the right one behind the horn.
            let right = partial(span(&h.right, 0.2, 0.4), 5000.0) / LEVEL;
            h.near("left", partial(&h.span(0.2, 0.4), 5000.0) / LEVEL, 1.5 * 0.7, 0.02);
            h.near("right", right, 1.5 * 0.4, 0.02);
        },
    ),
    case(
        "leslie, in part",
        &["leslie"],
        r#"s "high*4" # orbit 14 # leslie "1 0.5 0 0" # lrate 0 # lsize 0.3 # legato 0.9"#,
        |h| {
            // Half of it goes through: the mean of all and nothing, as waves.
            let wave = |n: f64| transform(&h.span(n * 0.125 + 0.07, n * 0.125 + 0.1), 5000.0);
            let (all, half, none) = (wave(0.0), wave(1.0), wave(2.0));
            let size = none.0.hypot(none.1);
            h.near("cosine", half.0 / size, f64::midpoint(all.0, none.0) / size, 0.01);
            h.near("sine", half.1 / size, f64::midpoint(all.1, none.1) / size, 0.01);
            h.near("none of it", size / 720.0 / LEVEL, 1.0, 0.005);
        },
    ),
    case("lrate", &["lrate"], r#"s "high" # orbit 6 # leslie 1 # lrate 5 # lsize 0"#, |h| {
        for at in [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35] {
            let turned = 1.5 * (1.0 - 0.3 * (1.0 + (TAU * 5.0 * (at + 0.0025)).sin()));
            h.near(&format!("at {at} s"), horn(h, at), turned, 0.03);
        }
    }),
    case("lsize", &["lsize", "lrate"], r#"s "high" # orbit 8 # leslie 1 # lrate 4 # lsize 0.5"#, |h| {
        // Doppler: the mouth moves at most at 2 pi r f.
        let pitches: Vec<f64> = (4..80)
            .map(|n| f64::from(n) * 0.005)
            .map(|at| super::measure::frequency(&h.span(at, at + 0.005)))
            .collect();
        let shift = 5000.0 * TAU * 4.0 * 0.5 / 343.0;
        let highest = pitches.iter().copied().fold(f64::MIN, f64::max);
        let lowest = pitches.iter().copied().fold(f64::MAX, f64::min);
        h.part_of("highest", highest - 5000.0, shift, 0.06);
        h.part_of("lowest", 5000.0 - lowest, shift, 0.06);
    }),
    case(
        "orbitdjf takes the echoes too",
        &["orbitdjf", "delay"],
        r#"s "click*4" # orbit 15 # delay "0 0 1 0" # delaytime 0.1875 # delayfeedback 0 # orbitdjf "0.5 0.5 0.5 0.25""#,
        |h| {
            // The echo of the third click comes in the middle of the fourth, when the filter is closed.
            let corner = (20.0 * 10_000.0_f64).sqrt();
            let above = |at: f64| partial(&h.span(at, at + 0.01), 2.0 * corner);
            let open = above(CLICK_S);
            let (click, echo) = (above(0.375 + CLICK_S), above(0.4375 + CLICK_S));
            for (what, level) in [("a click", click), ("an echo", echo)] {
                h.db(what, level / open, low_pass(2.0, 1.0, 1.0), 0.4);
            }
        },
    )
    .slots(2),
    case(
        "compressor",
        &["compressor", "compressorAttack"],
        r#"s "level*2" # orbit 10 # gain "0.5 1" # legato 1 # compressor "-30" # compressorRatio 4 # compressorAttack 0.05 # compressorRelease 0.1"#,
        |h| {
            // Below the threshold only what is given back.
            h.db("soft", h.at(0.2) / LEVEL / SOFT, compressed(0.0, -30.0, 4.0), 0.1);
            for gone in [0.01, 0.025, 0.05, 0.2] {
                // A tenth of the way is left after the attack's time.
                let follower = HEARD * (1.0 - (1.0 - SOFT) * 0.1_f64.powf(gone / 0.05));
                h.db(
                    &format!("after {gone} s"),
                    h.at(0.25 + gone) / LEVEL,
                    compressed(follower, -30.0, 4.0),
                    0.3,
                );
            }
        },
    ),
    case("compressorRatio", &["compressorRatio"], r#"s "level" # orbit 10 # compressorRatio 2"#, |h| {
        h.db("level", h.at(0.4) / LEVEL, compressed(HEARD, -30.0, 2.0), 0.3);
    }),
    case(
        "compressorRelease",
        &["compressorRelease"],
        r#"s "level*2" # orbit 10 # gain "1 0.5" # legato 1 # compressorRatio 4"#,
        |h| {
            for gone in [0.03, 0.06] {
                let follower = HEARD * (SOFT + (1.0 - SOFT) * 0.1_f64.powf(gone / 0.1));
                let level = h.at(0.25 + gone) / LEVEL / SOFT;
                h.db(&format!("after {gone} s"), level, compressed(follower, -30.0, 4.0), 0.5);
            }
        },
    ),
];
