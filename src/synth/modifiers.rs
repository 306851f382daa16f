//! The per-event effects: what a voice's sound passes between its source and its edges.
//!
//! In: one or two channels. Out: as many. Pure. Names, defaults and formulas are SuperDirt's
//! (its `core-synths.scd`, read for its facts), computed at audio rate where they move.

use super::graph::{Rate, Signal};
use super::range::range;
use super::ugens::{Env, bpf, hpf, impulse, latch, line, lpf, rhpf, rlpf, sample_rate, sin_osc};
use super::voice::Voice;
use crate::control::{self, ControlId};
use std::f32::consts::FRAC_PI_2;

/// A per-event effect. The order is the order in which the sound passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Modifier {
    /// `vowel`: five formants.
    Vowel,
    /// `shape`: waveshaping.
    Shape,
    /// `hcutoff`, `hresonance`: resonant high-pass.
    Hpf,
    /// `bandf`, `bandq`: band-pass.
    Bpf,
    /// `crush`: fewer levels.
    Crush,
    /// `coarse`: fewer samples.
    Coarse,
    /// `cutoff`, `resonance`: resonant low-pass.
    Lpf,
    /// `psrate`, `psdisp`: pitch shift by grains.
    PitchShift,
    /// `attack`, `hold`, `release`, `curve`.
    Envelope,
    /// `tremolorate`, `tremolodepth`.
    Tremolo,
    /// `phaserrate`, `phaserdepth`.
    Phaser,
    /// `triode`: saturation of one side.
    Triode,
    /// `ring`, `ringf`, `ringdf`: ring modulation.
    Ring,
    /// `distort`: crunch.
    Distort,
    /// `djf`: low-pass below 0.5, high-pass above.
    Djf,
}

/// One row for each modifier, in order: its part of a SynthDef's name, the controls that call for
/// it, and what it does.
struct Row(Modifier, &'static str, &'static [&'static str], fn(Signal, &Voice) -> Signal);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row(Modifier::Vowel, "vow", &["vowel"], vowel),
    Row(Modifier::Shape, "shape", &["shape"], shape),
    Row(Modifier::Hpf, "hpf", &["hcutoff"], high_pass),
    Row(Modifier::Bpf, "bpf", &["bandf"], band_pass),
    Row(Modifier::Crush, "crush", &["crush"], crush),
    Row(Modifier::Coarse, "coarse", &["coarse"], coarse),
    Row(Modifier::Lpf, "lpf", &["cutoff"], low_pass),
    Row(Modifier::PitchShift, "ps", &["psrate"], pitch_shift),
    Row(Modifier::Envelope, "env", &["attack", "release"], envelope),
    Row(Modifier::Tremolo, "trem", &["tremolorate", "tremolodepth"], tremolo),
    Row(Modifier::Phaser, "phas", &["phaserrate", "phaserdepth"], phaser),
    Row(Modifier::Triode, "tri", &["triode"], triode),
    Row(Modifier::Ring, "ring", &["ring"], ring),
    Row(Modifier::Distort, "dist", &["distort"], distort),
    Row(Modifier::Djf, "djf", &["djf"], djf),
];

impl Modifier {
    /// All, in order.
    pub const ALL: &'static [Self] = &[
        Self::Vowel,
        Self::Shape,
        Self::Hpf,
        Self::Bpf,
        Self::Crush,
        Self::Coarse,
        Self::Lpf,
        Self::PitchShift,
        Self::Envelope,
        Self::Tremolo,
        Self::Phaser,
        Self::Triode,
        Self::Ring,
        Self::Distort,
        Self::Djf,
    ];

    fn row(self) -> Option<&'static Row> {
        ROWS.get(self as usize)
    }

    pub(super) fn bit(self) -> u32 {
        1 << (self as u32)
    }

    /// Its part of a SynthDef's name.
    pub fn tag(self) -> &'static str {
        self.row().map_or("", |row| row.1)
    }

    /// The controls that call for it: one of them is enough.
    pub fn called_by(self) -> &'static [&'static str] {
        self.row().map_or(&[], |row| row.2)
    }

    pub(super) fn apply(self, channels: Vec<Signal>, voice: &Voice) -> Vec<Signal> {
        match self.row() {
            Some(row) => channels.into_iter().map(|channel| row.3(channel, voice)).collect(),
            None => channels,
        }
    }
}

/// The bits of the modifiers that an event calls for.
pub(super) fn called_by(has: &impl Fn(ControlId) -> bool) -> u32 {
    let called = |row: &&Row| row.2.iter().filter_map(|name| control::id(name)).any(has);
    ROWS.iter().filter(called).map(|row| row.0.bit()).sum()
}

/// A control of a voice with the default of the table of ranges, read once at the start.
pub(super) fn param(name: &'static str) -> Signal {
    Signal::scalar(name, range(name).map_or(0.0, |range| range.default))
}

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

/// Narrow bands lose most of the sound: this brings it back to about the level of before.
const VOWEL_GAIN: f32 = 4.0;

fn vowel(input: Signal, _: &Voice) -> Signal {
    let which = param("vowel");
    let select = |values: [f32; 5]| {
        let inputs = std::iter::once(which.clone()).chain(values.map(Signal::from));
        Signal::unit("Select", Rate::Control, inputs.collect())
    };
    let column =
        |n: usize, of: fn([f32; 3]) -> f32| FORMANTS.map(|vowel| vowel.get(n).copied().map_or(0.0, of));
    (0..5)
        .map(|n| {
            let freq = select(column(n, |[freq, _, _]| freq));
            let width = select(column(n, |[freq, _, width]| width / freq));
            let level = select(column(n, |[_, db, _]| 10_f32.powf(db / 20.0)));
            bpf(input.clone(), freq, width) * level
        })
        .reduce(|sum, formant| sum + formant)
        .unwrap_or(input)
        * VOWEL_GAIN
}

/// y = (1 + k) x / (1 + k |x|), k = 2 s / (1 - s).
fn shape(input: Signal, _: &Voice) -> Signal {
    let s = param("shape");
    let k = &s * 2.0 / (1.0 - &s);
    let below = input.abs() * &k + 1.0;
    input * (k + 1.0) / below
}

fn high_pass(input: Signal, _: &Voice) -> Signal {
    rhpf(input, param("hcutoff"), rq("hresonance"))
}

fn band_pass(input: Signal, _: &Voice) -> Signal {
    let q = param("bandq");
    bpf(input, param("bandf"), 1.0 / &q) * q.max(1.0)
}

fn crush(input: Signal, _: &Voice) -> Signal {
    // 0.5 ^ (crush - 1)
    input.round(((param("crush") - 1.0) * 0.5_f32.ln()).exp())
}

fn coarse(input: Signal, _: &Voice) -> Signal {
    latch(input, impulse(sample_rate() / param("coarse")))
}

fn low_pass(input: Signal, _: &Voice) -> Signal {
    rlpf(input, param("cutoff"), rq("resonance"))
}

fn pitch_shift(input: Signal, voice: &Voice) -> Signal {
    // The window must be long for low sounds and no longer than the voice is.
    let window = voice.sustain.min(0.1).max(0.01);
    Signal::unit("PitchShift", Rate::Audio, vec![input, window, param("psrate"), param("psdisp"), 0.0.into()])
}

fn envelope(input: Signal, _: &Voice) -> Signal {
    let curve = param("curve");
    let env = Env::from(0.0).bent(1.0, param("attack"), &curve).to(1.0, param("hold"));
    input * env.bent(0.0, param("release"), curve).free_running()
}

fn tremolo(input: Signal, _: &Voice) -> Signal {
    // It begins at full level, so that an onset keeps its weight.
    let below = 1.0 - sin_osc(param("tremolorate"), FRAC_PI_2);
    input * (1.0 - below * param("tremolodepth") * 0.5)
}

fn phaser(input: Signal, _: &Voice) -> Signal {
    // Four all-pass filters whose corner wanders between 200 Hz and 200 Hz * 20 ^ depth.
    let wander =
        (sin_osc(param("phaserrate"), -FRAC_PI_2) + 1.0) * param("phaserdepth") * (0.5 * 20_f32.ln());
    let corner = wander.exp() * 200.0;
    let passed = (0..4).fold(input.clone(), |signal, _| {
        Signal::unit("BAllPass", Rate::Audio, vec![signal, corner.clone(), 1.0.into()])
    });
    (input + passed) * 0.7
}

fn triode(input: Signal, _: &Voice) -> Signal {
    let drive = param("triode") * 10.0 + 1e-3;
    let (upper, lower) = (input.max(0.0), input.min(0.0));
    (upper * &drive).tanh() / drive.tanh() + lower
}

fn ring(input: Signal, voice: &Voice) -> Signal {
    let freq = line(param("ringf"), param("ringf") + param("ringdf"), &voice.sustain);
    let amount = param("ring");
    &input * (1.0 - &amount) + input * sin_osc(freq, 0.0) * amount
}

fn distort(input: Signal, _: &Voice) -> Signal {
    let amount = param("distort");
    let hard = (hpf(input.clone(), 30.0) * ((&amount * 18_f32.ln()).exp())).tanh() * 0.8;
    &input * (1.0 - &amount) + hard * amount
}

fn djf(input: Signal, _: &Voice) -> Signal {
    // Below 0.5 the low-pass opens from 20 Hz to 10 kHz; above, the high-pass climbs from 20 Hz.
    let x = param("djf");
    let octaves = |part: Signal, lowest: f32, highest: f32| (part * (highest / lowest).ln()).exp() * lowest;
    let low = lpf(input.clone(), octaves((&x * 2.0).min(1.0), 20.0, 10_000.0));
    let high = hpf(input, octaves((&x * 2.0 - 1.0).max(0.0), 20.0, 10_000.0));
    let upper = x.above(0.5);
    low * (1.0 - &upper) + high * upper
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_rows_are_in_order_and_called_by_controls_that_exist() {
        assert_eq!(ROWS.len(), Modifier::ALL.len());
        for (place, row) in ROWS.iter().enumerate() {
            assert_eq!(row.0 as usize, place);
            assert_eq!(Modifier::ALL[place], row.0);
            for name in row.2 {
                assert!(control::id(name).is_some(), "{name}");
                assert!(range(name).is_some(), "{name}");
            }
        }
        assert_eq!(ROWS.iter().map(|r| r.1).collect::<BTreeSet<_>>().len(), ROWS.len());
    }
}
