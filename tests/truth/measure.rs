//! What is measured on a sound: small helpers, each with a test of its own.
//!
//! In: samples of one channel at [`RATE`]. Out: numbers. Pure. Where a window of sound is meant, the
//! caller cuts it.

use super::render::RATE;
use std::f64::consts::TAU;

/// Frames of so many seconds.
pub fn frames(seconds: f64) -> usize {
    (seconds * f64::from(RATE)).round() as usize
}

/// The part between two moments, in seconds; what there is of it.
pub fn span(sound: &[f64], from_s: f64, to_s: f64) -> &[f64] {
    let at = |s: f64| frames(s).min(sound.len());
    &sound[at(from_s)..at(to_s)]
}

/// The root of the mean square.
pub fn rms(sound: &[f64]) -> f64 {
    (sound.iter().map(|x| x * x).sum::<f64>() / sound.len().max(1) as f64).sqrt()
}

/// The largest absolute sample.
pub fn peak(sound: &[f64]) -> f64 {
    sound.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

pub fn mean(sound: &[f64]) -> f64 {
    sound.iter().sum::<f64>() / sound.len().max(1) as f64
}

/// A ratio of amplitudes in dB; of nothing, -200.
pub fn db(ratio: f64) -> f64 {
    20.0 * ratio.abs().max(1e-10).log10()
}

/// The transform of a sound at one frequency, as real and imaginary part: of the answer to a single
/// sample of 1, the response of what it went through.
pub fn transform(sound: &[f64], hz: f64) -> (f64, f64) {
    // A turning pointer: a sine and a cosine for each sample would take most of these tests' time.
    let (sin, cos) = (TAU * hz / f64::from(RATE)).sin_cos();
    let (mut x, mut y) = (1.0, 0.0);
    let (mut re, mut im) = (0.0, 0.0);
    for sample in sound {
        re += sample * x;
        im -= sample * y;
        (x, y) = (x * cos - y * sin, x * sin + y * cos);
    }
    (re, im)
}

/// The size of the [`transform`].
pub fn response(sound: &[f64], hz: f64) -> f64 {
    let (re, im) = transform(sound, hz);
    re.hypot(im)
}

/// The amplitude of a sine of that frequency in the sound; exact where whole periods fit.
pub fn partial(sound: &[f64], hz: f64) -> f64 {
    2.0 * response(sound, hz) / sound.len().max(1) as f64
}

/// The phase of a cosine of that frequency in the sound, radians.
pub fn phase(sound: &[f64], hz: f64) -> f64 {
    let (re, im) = transform(sound, hz);
    im.atan2(re)
}

/// Frequency from the first rise through 0 to the last, each found between two samples.
pub fn frequency(sound: &[f64]) -> f64 {
    let rises: Vec<f64> = (1..sound.len())
        .filter(|n| sound[n - 1] < 0.0 && sound[*n] >= 0.0)
        .map(|n| n as f64 - sound[n] / (sound[n] - sound[n - 1]))
        .collect();
    match (rises.first(), rises.last()) {
        (Some(first), Some(last)) if last > first => {
            (rises.len() - 1) as f64 * f64::from(RATE) / (last - first)
        }
        _ => 0.0,
    }
}

/// The pitch of a sound with many partials, by the shift (of `lowest` Hz and above) at which it is most
/// like itself.
pub fn pitch(sound: &[f64], lowest: f64, highest: f64) -> f64 {
    let like = |shift: usize| {
        let count = sound.len() - frames(1.0 / lowest) - 2;
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (a, b) = (&sound[..count], &sound[shift..shift + count]);
        product(a, b) / (product(a, a) * product(b, b)).sqrt().max(1e-12)
    };
    let shifts = frames(1.0 / highest)..=frames(1.0 / lowest);
    let all: Vec<(usize, f64)> = shifts.map(|s| (s, like(s))).collect();
    let best = all.iter().map(|a| a.1).fold(f64::MIN, f64::max);
    // Two periods are as like as one: the first that is nearly the best.
    let hill = all.windows(3).find(|w| w[1].1 > 0.97 * best && w[1].1 >= w[0].1 && w[1].1 >= w[2].1);
    hill.map_or(0.0, |w| {
        // The top of a parabola through three.
        let bend = w[0].1 - 2.0 * w[1].1 + w[2].1;
        let aside = if bend == 0.0 { 0.0 } else { 0.5 * (w[0].1 - w[2].1) / bend };
        f64::from(RATE) / (w[1].0 as f64 + aside)
    })
}

/// The first frame above `floor`, as seconds.
pub fn onset(sound: &[f64], floor: f64) -> f64 {
    sound.iter().position(|x| x.abs() > floor).map_or(f64::NAN, |n| n as f64 / f64::from(RATE))
}

/// Seconds until the last frame above `floor`.
pub fn ending(sound: &[f64], floor: f64) -> f64 {
    sound.iter().rposition(|x| x.abs() > floor).map_or(f64::NAN, |n| (n + 1) as f64 / f64::from(RATE))
}

/// How many frames each value is held for, those at both ends left out.
pub fn held(sound: &[f64]) -> Vec<usize> {
    let changes: Vec<usize> = (1..sound.len()).filter(|n| (sound[*n] - sound[n - 1]).abs() > 1e-5).collect();
    changes.windows(2).map(|w| w[1] - w[0]).collect()
}

/// What one channel explains of another: 1 where they are alike up to their level.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt().max(1e-12)
}

/// Only what lies below `hz`: twice a filter of 6 dB an octave.
pub fn low(sound: &[f64], hz: f64) -> Vec<f64> {
    let keep = (-TAU * hz / f64::from(RATE)).exp();
    let (mut one, mut two) = (0.0, 0.0);
    let smoothed = sound.iter().map(|x| {
        one = x + keep * (one - x);
        two = one + keep * (two - one);
        two
    });
    smoothed.collect()
}

/// Seconds to -60 dB, from the levels of the tenths of a second that begin at two moments.
pub fn decay(sound: &[f64], early_s: f64, late_s: f64) -> f64 {
    let level = |at_s: f64| db(rms(span(sound, at_s, at_s + 0.1)));
    60.0 * (late_s - early_s) / (level(early_s) - level(late_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(measured: f64, expected: f64, within: f64) {
        assert!((measured - expected).abs() <= within, "{measured} for {expected}");
    }

    fn tone(hz: f64, level: f64, seconds: f64) -> Vec<f64> {
        (0..frames(seconds)).map(|n| level * (TAU * hz * n as f64 / f64::from(RATE)).sin()).collect()
    }

    #[test]
    fn levels_of_a_sine() {
        let sine = tone(1000.0, 0.5, 0.1);
        near(rms(&sine), 0.5 * 0.5_f64.sqrt(), 1e-9);
        near(peak(&sine), 0.5, 1e-9);
        near(mean(&sine), 0.0, 1e-9);
        near(db(0.5), -6.0206, 1e-4);
        near(rms(span(&sine, 0.02, 0.03)), 0.5 * 0.5_f64.sqrt(), 1e-9);
        assert_eq!(span(&sine, 0.09, 2.0).len(), 480);
    }

    #[test]
    fn partials_and_phases_are_found_apart() {
        let both: Vec<f64> =
            tone(1000.0, 0.5, 0.1).iter().zip(tone(1500.0, 0.25, 0.1)).map(|(a, b)| a + b).collect();
        near(partial(&both, 1000.0), 0.5, 1e-9);
        near(partial(&both, 1500.0), 0.25, 1e-9);
        near(partial(&both, 1200.0), 0.0, 1e-9);
        // A sine is a cosine a quarter of a turn late.
        near(phase(&tone(1000.0, 1.0, 0.1), 1000.0), -TAU / 4.0, 1e-6);
        near(response(&[0.0, 0.0, 0.7], 4321.0), 0.7, 1e-12);
    }

    #[test]
    fn frequencies_and_pitches() {
        near(frequency(&tone(1234.5, 0.3, 0.1)), 1234.5, 0.5);
        near(frequency(&[0.0; 100]), 0.0, 0.0);
        let rich: Vec<f64> = (0..9600).map(|n| (n as f64 * 220.0 / 48_000.0).fract() - 0.5).collect();
        near(pitch(&rich, 100.0, 1000.0), 220.0, 0.5);
    }

    #[test]
    fn where_a_sound_begins_and_ends() {
        let sound = [0.0, 0.0, 0.4, 0.0, -0.2, 0.05];
        near(onset(&sound, 0.1) * 48_000.0, 2.0, 1e-9);
        near(ending(&sound, 0.1) * 48_000.0, 5.0, 1e-9);
        assert!(onset(&sound, 0.5).is_nan() && ending(&sound, 0.5).is_nan());
    }

    #[test]
    fn steps_are_counted() {
        assert_eq!(held(&[0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]), [3, 2]);
        assert!(held(&[1.0; 5]).is_empty());
    }

    #[test]
    fn likeness_knows_no_level() {
        let (a, b) = (tone(1000.0, 0.5, 0.1), tone(1000.0, 0.1, 0.1));
        near(correlation(&a, &b), 1.0, 1e-9);
        near(correlation(&a, &tone(1500.0, 1.0, 0.1)), 0.0, 1e-9);
    }

    #[test]
    fn what_is_low_stays_and_a_decay_is_timed() {
        near(rms(&low(&tone(1000.0, 1.0, 0.5), 100.0)) / 0.5_f64.sqrt(), 0.01, 0.002);
        near(rms(&low(&tone(10.0, 1.0, 0.5), 1000.0)) / 0.5_f64.sqrt(), 1.0, 0.01);
        let dying: Vec<f64> = tone(500.0, 1.0, 1.0)
            .iter()
            .enumerate()
            .map(|(n, x)| x * 10_f64.powf(-3.0 * n as f64 / 24_000.0))
            .collect();
        near(decay(&dying, 0.1, 0.4), 0.5, 0.001);
    }
}
