//! Filters of a voice: formants, resonant low-, high- and band-pass, brick walls, a comb, the DJ's.
//!
//! In: one channel. Out: one. Pure; the formulas are SuperDirt's unless a function says otherwise.

use super::param;
use crate::synth::graph::{Rate, Signal};
use crate::synth::ugens::{bpf, delay_n, hpf as gentle_hpf, lpf as gentle_lpf, rhpf, rlpf, sample_rate};
use crate::synth::voice::Voice;

/// SuperDirt's resonance: 0 to 1 is a bandwidth (rq) from 1 down to 0.001, exponentially.
fn rq(resonance: &'static str) -> Signal {
    (param(resonance) * 0.001_f32.ln()).exp()
}

/// Frequencies (Hz), levels (dB) and bandwidths (Hz) of five vowels of a counter-tenor (the table
/// of formants in the Csound manual).
const FORMANTS: [[[f32; 3]; 5]; 5] = [
    [
        [660.0, 0.0, 80.0],
        [1120.0, -6.0, 90.0],
        [2750.0, -23.0, 120.0],
        [3000.0, -24.0, 130.0],
        [3350.0, -38.0, 140.0],
    ],
    [
        [440.0, 0.0, 70.0],
        [1800.0, -14.0, 80.0],
        [2700.0, -18.0, 100.0],
        [3000.0, -20.0, 120.0],
        [3300.0, -20.0, 120.0],
    ],
    [
        [270.0, 0.0, 40.0],
        [1850.0, -24.0, 90.0],
        [2900.0, -24.0, 100.0],
        [3350.0, -36.0, 120.0],
        [3590.0, -36.0, 120.0],
    ],
    [
        [430.0, 0.0, 40.0],
        [820.0, -10.0, 80.0],
        [2700.0, -26.0, 100.0],
        [3000.0, -22.0, 120.0],
        [3300.0, -34.0, 120.0],
    ],
    [
        [370.0, 0.0, 40.0],
        [630.0, -20.0, 60.0],
        [2750.0, -23.0, 100.0],
        [3000.0, -30.0, 120.0],
        [3400.0, -34.0, 120.0],
    ],
];

/// The bands are six times as wide as a singer's at resonance 0 and 0.6 times at 1: SuperDirt's span.
const VOWEL_WIDEST: f32 = 6.0;
const VOWEL_NARROWING: f32 = 0.9;

/// Narrow bands lose much of the sound: the level rises with the resonance, as in SuperDirt, and is
/// about that of before in the middle.
const VOWEL_GAIN: f32 = 0.5;
const VOWEL_GAIN_RISE: f32 = 3.0;

pub(super) fn vowel(input: &Signal, _: &Voice) -> Signal {
    shaped(input, &param("vowel"), &param("vowelres"))
}

/// What a mouth makes of a sound, at a resonance in the middle: `which` is 0 to 4 for a e i o u, read
/// once a block.
pub(in crate::synth) fn formants(input: &Signal, which: &Signal) -> Signal {
    shaped(input, which, &0.5.into())
}

/// The same at a `resonance` of 0 to 1.
fn shaped(input: &Signal, which: &Signal, resonance: &Signal) -> Signal {
    let spread = (1.0 - resonance * VOWEL_NARROWING) * VOWEL_WIDEST;
    let select = |values: [f32; 5]| {
        let inputs = std::iter::once(which.clone()).chain(values.map(Signal::from));
        Signal::unit("Select", Rate::Control, inputs.collect())
    };
    let column =
        |n: usize, of: fn([f32; 3]) -> f32| FORMANTS.map(|vowel| vowel.get(n).copied().map_or(0.0, of));
    (0..5)
        .map(|n| {
            let freq = select(column(n, |[freq, _, _]| freq));
            let width = select(column(n, |[freq, _, width]| width / freq)) * &spread;
            let level = select(column(n, |[_, db, _]| 10_f32.powf(db / 20.0)));
            bpf(input, freq, width) * level
        })
        .reduce(|sum, formant| sum + formant)
        .unwrap_or_else(|| input.clone())
        * (resonance * VOWEL_GAIN_RISE + VOWEL_GAIN)
}

pub(super) fn high_pass(input: &Signal, _: &Voice) -> Signal {
    rhpf(input, param("hcutoff"), rq("hresonance"))
}

pub(super) fn band_pass(input: &Signal, _: &Voice) -> Signal {
    let q = param("bandq");
    bpf(input, param("bandf"), 1.0 / &q) * q.max(1.0)
}

pub(super) fn low_pass(input: &Signal, _: &Voice) -> Signal {
    rlpf(input, param("cutoff"), rq("resonance"))
}

pub(super) fn djf(input: &Signal, _: &Voice) -> Signal {
    dj_filter(input, &param("djf"))
}

/// The one knob of a DJ's mixer, at 0 to 1: up to 0.5 the low-pass opens from 20 Hz to 10 kHz, then the
/// high-pass climbs as far.
pub(in crate::synth) fn dj_filter(input: &Signal, knob: &Signal) -> Signal {
    let x = knob * 2.0;
    let climb = |part: Signal| (part * 500_f32.ln()).exp() * 20.0;
    let low = rlpf(input, climb(x.min(1.0)), 1.0);
    rhpf(low, climb((x - 1.0).max(0.0)), 1.0)
}

/// Four filters of 12 dB an octave, at the frequency given. SuperDirt removes bins of a Fourier
/// transform, which sounds alike and needs one.
fn wall(input: &Signal, filter: fn(Signal, Signal) -> Signal, freq: &Signal) -> Signal {
    (0..4).fold(input.clone(), |signal, _| filter(signal, freq.clone()))
}

/// The part of the spectrum below half the sample rate that a brick wall leaves, in Hz: never so near
/// its ends that the filters are unstable.
fn within(part: Signal) -> Signal {
    let nyquist = sample_rate() * 0.5;
    (part * &nyquist).max(20.0).min(nyquist * 0.9)
}

/// SuperDirt's scale: at 1 the lowest six tenths of the spectrum are gone.
pub(super) fn hbrick(input: &Signal, _: &Voice) -> Signal {
    wall(input, gentle_hpf, &within(param("hbrick") * 0.6))
}

/// At 1 nothing is left but the lowest.
pub(super) fn lbrick(input: &Signal, _: &Voice) -> Signal {
    wall(input, gentle_lpf, &within(1.0 - param("lbrick")))
}

/// Teeth of a comb between 0 Hz and half the sample rate at 1: SuperDirt's.
const TEETH: f32 = 256.0;

/// The spectrum cut into as many equal stripes, every second one weakened: the sound and the sound a
/// moment later, added. (SuperDirt's stripes have sharp edges and grow narrower with the number.)
pub(super) fn comb(input: &Signal, _: &Voice) -> Signal {
    let samples = (param("comb") * (TEETH * 2.0)).max(1.0);
    // The longest line is for the lowest rate that engines run at.
    (input + delay_n(input.clone(), 0.07, samples / sample_rate())) * 0.5
}
