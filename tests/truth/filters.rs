//! Filters: what a single sample of 1 becomes, as a spectrum, against the filter that the numbers name.

use super::case::{Case, Heard, case};
use super::measure::{db, response};
use super::signals::CLICK_S;
use std::f64::consts::PI;

/// SuperDirt's resonance: the bandwidth from 1 down to 0.001, exponentially.
fn rq(resonance: f64) -> f64 {
    0.001_f64.powf(resonance)
}

/// A resonant low-pass of 12 dB an octave.
pub fn low_pass(hz: f64, cutoff: f64, rq: f64) -> f64 {
    let r = hz / cutoff;
    1.0 / (1.0 - r * r).hypot(rq * r)
}

fn high_pass(hz: f64, cutoff: f64, rq: f64) -> f64 {
    low_pass(cutoff, hz, rq)
}

/// A band-pass as a complex number: 1 in its middle.
fn band(hz: f64, middle: f64, rq: f64) -> (f64, f64) {
    let r = hz / middle;
    let (re, im) = (1.0 - r * r, rq * r);
    let size = re * re + im * im;
    // j im / (re + j im)
    (im * im / size, im * re / size)
}

/// The spectrum of the slot, at frequencies between the steep parts and half the sample rate.
fn spectrum(heard: &mut Heard, at: &[f64], expected: impl Fn(f64) -> f64, within_db: f64) {
    for hz in at {
        let measured = response(&heard.left, *hz);
        heard.db(&format!("at {hz:.0} Hz"), measured, expected(*hz), within_db);
    }
}

/// From half of a frequency to twice as much.
fn around(hz: f64) -> [f64; 5] {
    [0.5, 0.8, 1.0, 1.25, 2.0].map(|part| part * hz)
}

/// Four of Butterworth's filters at the corner: the scale of frequencies bends as digital ones do.
fn brick(hz: f64, corner: f64, above: bool) -> f64 {
    let bent = |hz: f64| (PI * hz / 48_000.0).tan();
    let ratio = if above { bent(corner) / bent(hz) } else { bent(hz) / bent(corner) };
    (1.0 + ratio.powi(4)).powf(-2.0)
}

/// Frequencies, levels (dB) and bandwidths (Hz) of a counter-tenor's vowels (Csound manual, formants).
const COUNTER_TENOR: [[[f64; 3]; 5]; 5] = [
    [[660., 0., 80.], [1120., -6., 90.], [2750., -23., 120.], [3000., -24., 130.], [3350., -38., 140.]],
    [[440., 0., 70.], [1800., -14., 80.], [2700., -18., 100.], [3000., -20., 120.], [3300., -20., 120.]],
    [[270., 0., 40.], [1850., -24., 90.], [2900., -24., 100.], [3350., -36., 120.], [3590., -36., 120.]],
    [[430., 0., 40.], [820., -10., 80.], [2700., -26., 100.], [3000., -22., 120.], [3300., -34., 120.]],
    [[370., 0., 40.], [630., -20., 60.], [2750., -23., 100.], [3000., -30., 120.], [3400., -34., 120.]],
];

/// Five band-passes side by side, as wide and as loud as the resonance has them.
fn mouth(vowel: usize, resonance: f64) -> impl Fn(f64) -> f64 {
    move |hz| {
        let spread = 6.0 * (1.0 - 0.9 * resonance);
        let sum = COUNTER_TENOR[vowel].iter().fold((0.0, 0.0), |(re, im), [middle, level, width]| {
            let (a, b) = band(hz, *middle, width / middle * spread);
            let level = 10_f64.powf(level / 20.0);
            (re + a * level, im + b * level)
        });
        sum.0.hypot(sum.1) * (0.5 + 3.0 * resonance)
    }
}

/// The first formants stand where the table has them, and the whole spectrum is that of the five.
fn vowel(heard: &mut Heard, vowel: usize, resonance: f64) {
    let middles = COUNTER_TENOR[vowel].map(|formant| formant[0]);
    let at: Vec<f64> = middles.iter().copied().chain([200.0, 1500.0, 2200.0]).collect();
    spectrum(heard, &at, mouth(vowel, resonance), 0.7);
    let strongest = (100..1400).step_by(10).map(f64::from);
    let ringing = heard.span(0.0, 0.1);
    let level = |hz: &f64| response(&ringing, *hz);
    let first = strongest.max_by(|a, b| level(a).total_cmp(&level(b))).unwrap();
    heard.part_of("the strongest formant", first, middles[0], 0.05);
}

pub const CASES: &[Case] = &[
    case("nothing", &[], r#"s "click""#, |h| spectrum(h, &[100.0, 1000.0, 10_000.0], |_| 1.0, 0.02)),
    case("cutoff", &["cutoff"], r#"s "click" # cutoff 1000"#, |h| {
        spectrum(h, &around(1000.0), |hz| low_pass(hz, 1000.0, 1.0), 0.4);
        spectrum(h, &[50.0, 4000.0], |hz| low_pass(hz, 1000.0, 1.0), 1.0);
    }),
    case("resonance", &["resonance"], r#"s "click" # lpf 2000 # resonance 0.3"#, |h| {
        spectrum(h, &around(2000.0), |hz| low_pass(hz, 2000.0, rq(0.3)), 0.5);
    }),
    case("hcutoff", &["hcutoff"], r#"s "click" # hcutoff 1000"#, |h| {
        spectrum(h, &around(1000.0), |hz| high_pass(hz, 1000.0, 1.0), 0.4);
        spectrum(h, &[250.0, 8000.0], |hz| high_pass(hz, 1000.0, 1.0), 0.6);
    }),
    case("hresonance", &["hresonance"], r#"s "click" # hpf 500 # hresonance 0.2"#, |h| {
        spectrum(h, &around(500.0), |hz| high_pass(hz, 500.0, rq(0.2)), 0.4);
    }),
    case("bandf and bandq", &["bandf", "bandq"], r#"s "click" # bandf 1500 # bandq 8"#, |h| {
        // As loud in its middle as it is narrow.
        spectrum(h, &around(1500.0), |hz| 8.0 * band_level(hz, 1500.0, 1.0 / 8.0), 0.4);
    }),
    case("bandf alone", &["bandf"], r#"s "click" # bpf 600"#, |h| {
        spectrum(h, &around(600.0), |hz| 10.0 * band_level(hz, 600.0, 0.1), 0.4);
    }),
    case("djf below", &["djf"], r#"s "click" # djf 0.25"#, |h| {
        // Half the way from 20 Hz to 10 kHz.
        let corner = (20.0 * 10_000.0_f64).sqrt();
        spectrum(h, &around(corner), |hz| low_pass(hz, corner, 1.0), 0.4);
    }),
    case("djf above", &["djf"], r#"s "click" # djf 0.75"#, |h| {
        let corner = (20.0 * 10_000.0_f64).sqrt();
        spectrum(h, &around(corner), |hz| high_pass(hz, corner, 1.0), 0.4);
    }),
    case("djf in the middle", &["djf"], r#"s "click" # djf 0.5"#, |h| {
        spectrum(h, &[100.0, 300.0, 1000.0, 2000.0], |_| 1.0, 0.4);
    }),
    case("hbrick", &["hbrick"], r#"s "click" # hbrick 0.1"#, |h| {
        // 0.6 of half the sample rate at 1.
        spectrum(h, &[720.0, 1152.0, 1440.0, 2000.0, 5000.0], |hz| brick(hz, 1440.0, true), 0.4);
    }),
    case("lbrick", &["lbrick"], r#"s "click" # lbrick 0.9"#, |h| {
        spectrum(h, &[500.0, 1500.0, 2400.0, 3000.0, 4800.0], |hz| brick(hz, 2400.0, false), 0.4);
    }),
    case("comb", &["comb"], r#"s "click" # comb 0.25"#, |h| {
        // A stripe is as wide as the spectrum's 64th part: the sound, and the sound 128 samples later.
        let tooth = 48_000.0 / 128.0;
        let stripes = |hz: f64| (PI * hz / tooth).cos().abs();
        spectrum(h, &[tooth, 2.25 * tooth, 3.0 * tooth, 10.33 * tooth], stripes, 0.2);
        let notch = response(&h.left, 4.5 * tooth);
        h.below("a notch in dB", db(notch), -40.0);
        h.near("the second click", h.at(CLICK_S + 128.0 / 48_000.0), 0.5, 0.01);
    }),
    case("vowel a", &["vowel"], r#"s "click" # vowel "a""#, |h| vowel(h, 0, 0.5)),
    case("vowel e", &["vowel"], r#"s "click" # vowel "e""#, |h| vowel(h, 1, 0.5)),
    case("vowel i", &["vowel"], r#"s "click" # vowel "i""#, |h| vowel(h, 2, 0.5)),
    case("vowel o", &["vowel"], r#"s "click" # vowel "o""#, |h| vowel(h, 3, 0.5)),
    case("vowel u", &["vowel"], r#"s "click" # vowel "u""#, |h| vowel(h, 4, 0.5)),
    case("a narrow vowel", &["vowel", "resonance"], r#"s "click" # vowel "a" # resonance 0.9"#, |h| {
        vowel(h, 0, 0.9);
    }),
];

fn band_level(hz: f64, middle: f64, rq: f64) -> f64 {
    let (re, im) = band(hz, middle, rq);
    re.hypot(im)
}
