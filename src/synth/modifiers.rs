//! The per-event effects: what a voice's sound passes between its source and its edges.
//!
//! In: one or two channels. Out: as many. Pure. Names, defaults, order and formulas are SuperDirt's
//! (`core-synths.scd` and `default-effects-extra.scd`, read for their facts), computed at audio rate
//! where they move. Two differ: `vowel` keeps the level, and `distort` is ours, since SuperDirt's
//! needs a unit generator that plain engines do not have.

use super::graph::{Rate, Signal};
use super::range::range;
use super::ugens::{
    Env, bpf, delay_c, hpf, impulse, latch, leak_dc, lpf, rhpf, rlpf, sample_rate, sin_osc, toggle, xline,
};
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
    /// `fshift`, `fshiftnote`, `fshiftphase`: all frequencies moved by as many Hz.
    FrequencyShift,
    /// `triode`: saturation of one side.
    Triode,
    /// `krush`, `kcutoff`: Sonic Pi's distortion.
    Krush,
    /// `octer`, `octersub`, `octersubsub`: octaves above and below.
    Octer,
    /// `ring`, `ringf`, `ringdf`: ring modulation.
    Ring,
    /// `distort`: crunch.
    Distort,
    /// `djf`: low-pass below 0.5, high-pass above.
    Djf,
}

/// One row for each modifier, in order: its part of a SynthDef's name, the controls that call for
/// it, and what it does.
type Change = fn(&Signal, &Voice) -> Signal;
struct Row(Modifier, &'static str, &'static [&'static str], Change);

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
    Row(Modifier::Tremolo, "trem", &["tremolorate"], tremolo),
    Row(Modifier::Phaser, "phas", &["phaserrate"], phaser),
    Row(Modifier::FrequencyShift, "fsh", &["fshift"], frequency_shift),
    Row(Modifier::Triode, "tri", &["triode"], triode),
    Row(Modifier::Krush, "krush", &["krush"], krush),
    Row(Modifier::Octer, "oct", &["octer", "octersub", "octersubsub"], octer),
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
        Self::FrequencyShift,
        Self::Triode,
        Self::Krush,
        Self::Octer,
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
            Some(row) => channels.iter().map(|channel| row.3(channel, voice)).collect(),
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

/// The bands are wider than a singer's, as SuperDirt has them in the middle of its range.
const VOWEL_WIDTH: f32 = 3.3;

/// They lose much of the sound: this brings it back to about the level of before.
const VOWEL_GAIN: f32 = 2.0;

fn vowel(input: &Signal, _: &Voice) -> Signal {
    formants(input, &param("vowel"))
}

/// What a mouth makes of a sound: `which` is 0 to 4 for a e i o u, read once a block.
pub(super) fn formants(input: &Signal, which: &Signal) -> Signal {
    let select = |values: [f32; 5]| {
        let inputs = std::iter::once(which.clone()).chain(values.map(Signal::from));
        Signal::unit("Select", Rate::Control, inputs.collect())
    };
    let column =
        |n: usize, of: fn([f32; 3]) -> f32| FORMANTS.map(|vowel| vowel.get(n).copied().map_or(0.0, of));
    (0..5)
        .map(|n| {
            let freq = select(column(n, |[freq, _, _]| freq));
            let width = select(column(n, |[freq, _, width]| width / freq * VOWEL_WIDTH));
            let level = select(column(n, |[_, db, _]| 10_f32.powf(db / 20.0)));
            bpf(input, freq, width) * level
        })
        .reduce(|sum, formant| sum + formant)
        .unwrap_or_else(|| input.clone())
        * VOWEL_GAIN
}

/// y = (1 + k) x / (1 + k |x|), k = 2 s / (1 - s).
fn shape(input: &Signal, _: &Voice) -> Signal {
    let s = param("shape");
    let k = &s * 2.0 / (1.0 - &s);
    let below = input.abs() * &k + 1.0;
    input * (k + 1.0) / below
}

fn high_pass(input: &Signal, _: &Voice) -> Signal {
    rhpf(input, param("hcutoff"), rq("hresonance"))
}

fn band_pass(input: &Signal, _: &Voice) -> Signal {
    let q = param("bandq");
    bpf(input, param("bandf"), 1.0 / &q) * q.max(1.0)
}

fn crush(input: &Signal, _: &Voice) -> Signal {
    // 0.5 ^ (crush - 1)
    input.round(((param("crush") - 1.0) * 0.5_f32.ln()).exp())
}

fn coarse(input: &Signal, _: &Voice) -> Signal {
    let coarse = param("coarse");
    // A trigger needs a sample of silence before it: one in two is the most, and 1 means untouched.
    let held = latch(input, impulse(sample_rate() / coarse.max(2.0)));
    let on = coarse.above(1.0);
    held * &on + input * (1.0 - on)
}

fn low_pass(input: &Signal, _: &Voice) -> Signal {
    rlpf(input, param("cutoff"), rq("resonance"))
}

fn pitch_shift(input: &Signal, voice: &Voice) -> Signal {
    // The window must be long for low sounds and no longer than the voice is.
    let window = voice.sustain.min(0.1).max(0.01);
    Signal::unit(
        "PitchShift",
        Rate::Audio,
        vec![input.clone(), window, param("psrate"), param("psdisp"), 0.0.into()],
    )
}

fn envelope(input: &Signal, _: &Voice) -> Signal {
    let curve = param("curve");
    let env = Env::from(0.0).bent(1.0, param("attack"), &curve).to(1.0, param("hold"));
    input * env.bent(0.0, param("release"), curve).free_running()
}

fn tremolo(input: &Signal, _: &Voice) -> Signal {
    // It begins at full level, so that an onset keeps its weight.
    let below = 1.0 - sin_osc(param("tremolorate"), FRAC_PI_2);
    input * (1.0 - below * param("tremolodepth") * 0.5)
}

fn phaser(input: &Signal, _: &Voice) -> Signal {
    let wander = sin_osc(param("phaserrate"), 0.0) * 0.0006 + 0.0094;
    input + delay_c(input, 0.0105, wander) * param("phaserdepth")
}

fn frequency_shift(input: &Signal, _: &Voice) -> Signal {
    let hz = param("freq") * param("fshiftnote") + param("fshift");
    Signal::unit("FreqShift", Rate::Audio, vec![input.clone(), hz, param("fshiftphase")])
}

fn triode(input: &Signal, _: &Voice) -> Signal {
    let drive = param("triode") * 10.0 + 1e-3;
    leak_dc(input.max(0.0) + (input.min(0.0) * &drive).tanh() / drive)
}

/// From `dry` (amount 0) to `wet` (1) at equal power.
fn crossfade(dry: &Signal, wet: Signal, amount: &Signal) -> Signal {
    let angle = amount.min(1.0) * FRAC_PI_2;
    dry * angle.cos() + wet * angle.sin()
}

fn krush(input: &Signal, _: &Voice) -> Signal {
    let (amount, square) = (param("krush"), input.squared());
    let crushed = (&square + input * &amount) / (square + input.abs() * (&amount - 1.0) + 1.0);
    let cutoff = param("kcutoff");
    // 0 stands for 4 kHz.
    let open = 1.0 - cutoff.above(0.0);
    let filtered = rlpf(crushed, (cutoff + open * 4000.0).max(20.0).min(10_000.0), 1.0);
    crossfade(input, filtered, &(amount * 2.0))
}

fn octer(input: &Signal, _: &Voice) -> Signal {
    let amount = param("octer");
    let above = leak_dc(input.abs()) * 2.0 * &amount;
    let low = lpf(input, 440.0);
    let below = toggle(low.clone());
    let further = toggle(below.clone());
    crossfade(input, above, &amount) + &low * below * param("octersub") + low * further * param("octersubsub")
}

fn ring(input: &Signal, _: &Voice) -> Signal {
    let hz = |signal: Signal| signal.max(20.0).min(20_000.0);
    let sweep = xline(hz(param("ringf")), hz(param("ringf") + param("ringdf")), 1.0);
    input * (sin_osc(sweep, 0.0) * param("ring") + 1.0)
}

fn distort(input: &Signal, _: &Voice) -> Signal {
    let amount = param("distort");
    let hard = (hpf(input, 30.0) * ((&amount * 18_f32.ln()).exp())).tanh() * 0.8;
    crossfade(input, hard, &amount)
}

fn djf(input: &Signal, _: &Voice) -> Signal {
    // Up to 0.5 the low-pass opens from 20 Hz to 10 kHz, then the high-pass climbs as far.
    let x = param("djf") * 2.0;
    let climb = |part: Signal| (part * 500_f32.ln()).exp() * 20.0;
    let low = rlpf(input, climb(x.min(1.0)), 1.0);
    rhpf(low, climb((x - 1.0).max(0.0)), 1.0)
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
