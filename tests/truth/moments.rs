//! When a sound begins, how long it lasts, and what ends it. `level` shows every fade as it is.

use super::case::{Case, Heard, case};
use super::measure::{db, ending, onset, rms};
use super::signals::{CLICK_S, LEVEL, RAMP_S};

/// Values of the slot at moments, as parts of the level of `level`.
fn values(heard: &mut Heard, expected: &[(f64, f64)]) {
    for (at, value) in expected {
        heard.near(&format!("level at {at} s"), heard.at(*at) / LEVEL, *value, 0.01);
    }
}

fn ends(heard: &mut Heard, expected_s: f64) {
    heard.near("end", ending(&heard.left, 1e-3), expected_s, 0.0005 + heard.grid_s());
}

/// The click is heard so much later.
fn later(heard: &mut Heard, expected_s: f64) {
    heard.near("onset", onset(&heard.left, 0.1) - CLICK_S, expected_s, 0.000_05);
}

/// An open hat 0.3 s after its stroke, in dB: by itself, and after a closed one at 0.125 s.
fn rings(heard: &mut Heard) {
    heard.below("what it lacks of 0 dB", -db(rms(&heard.span(0.3, 0.45))), 50.0);
}

fn choked(heard: &mut Heard) {
    heard.below("the stroke's lack", -db(rms(&heard.span(0.02, 0.12))), 50.0);
    heard.below("what is left in dB", db(rms(&heard.span(0.3, 0.45))), -100.0);
}

pub const CASES: &[Case] = &[
    case("sustain", &["sustain"], r#"s "level" # sustain 0.2"#, |h| {
        values(h, &[(0.001, 1.0), (0.1, 1.0), (0.198, 1.0), (0.201, 0.0)]);
        ends(h, 0.2);
    }),
    case("no longer than the sample", &["sustain"], r#"s "ramp" # sustain 0.4"#, |h| ends(h, RAMP_S)),
    case("sustain before legato", &["sustain", "legato"], r#"s "level" # legato 0.5 # sustain 0.1"#, |h| {
        ends(h, 0.1);
    }),
    case("legato", &["legato"], r#"s "level*2" # legato "0.5 0.25""#, |h| {
        values(h, &[(0.12, 1.0), (0.127, 0.0), (0.251, 1.0), (0.31, 1.0)]);
        ends(h, 0.3125);
    }),
    case("delta", &["delta"], r#"s "level" # pF "delta" 0.2 # legato 0.5"#, |h| ends(h, 0.1)),
    case("dur", &["dur"], r#"s "level" # dur 0.3 # legato 0.5"#, |h| ends(h, 0.15)),
    case("a synth lasts its slot", &["delta"], r#"s "lead*2" # pF "delta" 0.1"#, |h| {
        let (inside, after) = (rms(&h.span(0.02, 0.08)), rms(&h.span(0.15, 0.24)));
        h.below("after it in dB", db(after), db(inside) - 40.0);
    }),
    case("fadeTime", &["fadeTime"], r#"s "level" # sustain 0.2 # fadeTime 0.03"#, |h| {
        // In at once: it begins at its beginning.
        values(h, &[(0.0005, 1.0), (0.165, 1.0), (0.1775, 0.75), (0.185, 0.5), (0.1925, 0.25), (0.201, 0.0)]);
    }),
    case("at most 0.19 of the length", &["fadeTime"], r#"s "level" # sustain 0.2 # fadeTime 1"#, |h| {
        values(h, &[(0.16, 1.0), (0.1715, 0.75), (0.181, 0.5), (0.1905, 0.25)]);
    }),
    case(
        "in, where begin is above 0",
        &["fadeTime"],
        r#"s "level" # begin 0.1 # sustain 0.2 # fadeTime 0.02"#,
        |h| {
            values(h, &[(0.005, 0.25), (0.01, 0.5), (0.015, 0.75), (0.1, 1.0), (0.19, 0.5)]);
        },
    ),
    case("fadeInTime", &["fadeInTime"], r#"s "level" # pF "fadeInTime" 0.04 # sustain 0.4"#, |h| {
        values(h, &[(0.01, 0.25), (0.02, 0.5), (0.03, 0.75), (0.05, 1.0), (0.398, 1.0)]);
    }),
    case("an onset", &["s"], r#"s "click""#, |h| later(h, 0.0)),
    case("lag", &["lagogo"], r#"s "click" # lag 0.05"#, |h| later(h, 0.05)),
    case("lag by its name", &["lag"], r#"s "click" # pF "lag" 0.04"#, |h| later(h, 0.04)),
    case("nudge", &["nudge"], r#"s "click" # nudge 0.03"#, |h| later(h, 0.03)),
    case("offset", &["offset"], r#"s "click" # pF "offset" 0.05"#, |h| later(h, 0.05)),
    case("offset at speed", &["offset"], r#"s "click" # pF "offset" 0.05 # speed 2"#, |h| {
        // Twice as late, and the click comes twice as fast.
        later(h, 0.1 - CLICK_S / 2.0);
    }),
    case("without cut", &["cut"], r#"s "level*2""#, |h| values(h, &[(0.1, 1.0), (0.35, 2.0), (0.449, 2.0)]))
        .slots(2),
    case("cut", &["cut"], r#"s "level*2" # cut 1"#, |h| values(h, &[(0.1, 1.0), (0.26, 1.0), (0.35, 1.0)]))
        .slots(2),
    case("cut of other numbers", &["cut"], r#"s "level*2" # cut "1 2""#, |h| {
        values(h, &[(0.1, 1.0), (0.35, 2.0)]);
    })
    .slots(2),
    case("cut of another sound", &["cut"], r#"s "level ramp" # cut 1"#, |h| {
        values(h, &[(0.1, 1.0), (0.35, 0.8)]);
    })
    .slots(2),
    case("cut below 0", &["cut"], r#"s "level*2" # cut "-1""#, |h| values(h, &[(0.1, 1.0), (0.35, 1.0)]))
        .slots(2),
    case("and another sound", &["cut"], r#"s "level ramp" # cut "-1""#, |h| {
        values(h, &[(0.1, 1.0), (0.35, 1.8)]);
    })
    .slots(2),
    case("cut on another orbit", &["cut"], r#"s "level*2" # cut 1 # orbit "0 9""#, |h| {
        values(h, &[(0.1, 1.0), (0.35, 2.0)]);
    })
    .slots(2),
    case("cutAll", &["cutAll"], r#"s "level*2" # pI "cutAll" 1 # orbit "0 9""#, |h| {
        values(h, &[(0.1, 1.0), (0.35, 1.0)]);
    })
    .slots(2),
    case("a cut takes fadeTime", &["cut", "fadeTime"], r#"s "level*2" # cut 1 # fadeTime 0.04"#, |h| {
        // A cut takes hold at the beginning of a block of 64 samples, a thirtieth of this fade.
        for (at, value) in [(0.245, 1.0), (0.26, 1.75), (0.27, 1.5), (0.28, 1.25), (0.295, 1.0)] {
            h.near(&format!("level at {at} s"), h.at(at) / LEVEL, value, 0.035);
        }
    })
    .slots(2),
    case("an open hat", &["cut"], r#"s "oh ~""#, rings).slots(2),
    case("the house's choke", &["cut"], r#"s "oh hh ~ ~" # sustain "0.6 0.1 ~ ~""#, choked).slots(2),
    case("the 808's open hat", &["cut"], r#"s "808oh ~""#, rings).slots(2),
    case("the 808's choke", &["cut"], r#"s "808oh 808ch ~ ~" # sustain "0.6 0.1 ~ ~""#, choked).slots(2),
    case("the 909's open hat", &["cut"], r#"s "909oh ~""#, rings).slots(2),
    case("the 909's choke", &["cut"], r#"s "909oh 909ch ~ ~" # sustain "0.6 0.1 ~ ~""#, choked).slots(2),
    case("kits apart", &["cut"], r#"s "909oh 808ch ~ ~" # sustain "0.6 0.1 ~ ~""#, rings).slots(2),
];

/// The tempo changes from its event on: nothing comes after it.
pub const LAST: &[Case] = &[case("cps", &["cps"], r#"s "click*4" # cps 4"#, |h| {
    for (n, click) in [0.0, 0.0625, 0.125, 0.1875].into_iter().enumerate() {
        let part = h.span(click, click + 0.05);
        h.near(&format!("click {n}"), onset(&part, 0.1), CLICK_S, 0.000_05);
    }
})];
