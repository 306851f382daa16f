//! What makes a voice rough: shapers, fewer bits and samples, parts of the wave lost or repeated,
//! octaves, ring modulation.
//!
//! In: one channel. Out: one. Pure; the formulas are SuperDirt's unless a function says otherwise.

use super::param;
use crate::synth::graph::Signal;
use crate::synth::ugens::{
    delay_n, hpf, hpz1, impulse, latch, leak_dc, lpf, rlpf, sample_rate, sin_osc, sweep, timer, toggle,
    white, xline,
};
use crate::synth::voice::Voice;
use std::f32::consts::FRAC_PI_2;

/// y = (1 + k) x / (1 + k |x|), k = 2 s / (1 - s).
pub(super) fn shape(input: &Signal, _: &Voice) -> Signal {
    let s = param("shape");
    let k = &s * 2.0 / (1.0 - &s);
    let below = input.abs() * &k + 1.0;
    input * (k + 1.0) / below
}

pub(super) fn crush(input: &Signal, _: &Voice) -> Signal {
    // 0.5 ^ (crush - 1)
    input.round(((param("crush") - 1.0) * 0.5_f32.ln()).exp())
}

pub(super) fn coarse(input: &Signal, _: &Voice) -> Signal {
    let coarse = param("coarse");
    // A trigger needs a sample of silence before it: one in two is the most, and 1 means untouched.
    let held = latch(input, impulse(sample_rate() / coarse.max(2.0)));
    let on = coarse.above(1.0);
    held * &on + input * (1.0 - on)
}

/// Above 0 for a sample at each rise through 0.
fn waves(input: &Signal) -> Signal {
    hpz1(input.above(0.0)).max(0.0)
}

/// Each wave, from one rise through 0 to the next, is heard or left out by chance: so many in a
/// hundred are left out.
pub(super) fn waveloss(input: &Signal, _: &Voice) -> Signal {
    let chance = latch(white(), waves(input));
    // Noise is between -1 and 1. Until the first rise the latch holds 0: heard up to one half.
    input * chance.above(param("waveloss") * 0.02 - 1.0)
}

/// The longest wave that is repeated, seconds: a tone of 20 Hz.
const LONGEST_WAVE_S: f32 = 0.05;

/// The wave before the present one, played so many times as fast, again and again while the present
/// one lasts. 1 plays it as it was.
pub(super) fn squiz(input: &Signal, _: &Voice) -> Signal {
    let rise = waves(input);
    let since = sweep(rise.clone()).min(LONGEST_WAVE_S);
    let length = timer(rise).min(LONGEST_WAVE_S).max(1e-4);
    let inside = (&since * param("squiz")).modulo(&length);
    // Where the head stands in the last wave, as a distance back from now.
    delay_n(input.clone(), 2.0 * LONGEST_WAVE_S, since + length - inside)
}

pub(super) fn triode(input: &Signal, _: &Voice) -> Signal {
    let drive = param("triode") * 10.0 + 1e-3;
    leak_dc(input.max(0.0) + (input.min(0.0) * &drive).tanh() / drive)
}

/// From `dry` (amount 0) to `wet` (1) at equal power.
fn crossfade(dry: &Signal, wet: Signal, amount: &Signal) -> Signal {
    let angle = amount.min(1.0) * FRAC_PI_2;
    dry * angle.cos() + wet * angle.sin()
}

pub(super) fn krush(input: &Signal, _: &Voice) -> Signal {
    let (amount, square) = (param("krush"), input.squared());
    let crushed = (&square + input * &amount) / (square + input.abs() * (&amount - 1.0) + 1.0);
    let cutoff = param("kcutoff");
    // 0 stands for 4 kHz.
    let open = 1.0 - cutoff.above(0.0);
    let filtered = rlpf(crushed, (cutoff + open * 4000.0).max(20.0).min(10_000.0), 1.0);
    crossfade(input, filtered, &(amount * 2.0))
}

pub(super) fn octer(input: &Signal, _: &Voice) -> Signal {
    let amount = param("octer");
    let above = leak_dc(input.abs()) * 2.0 * &amount;
    let low = lpf(input, 440.0);
    let below = toggle(low.clone());
    let further = toggle(below.clone());
    crossfade(input, above, &amount) + &low * below * param("octersub") + low * further * param("octersubsub")
}

pub(super) fn ring(input: &Signal, _: &Voice) -> Signal {
    let hz = |signal: Signal| signal.max(20.0).min(20_000.0);
    let sweep = xline(hz(param("ringf")), hz(param("ringf") + param("ringdf")), 1.0);
    input * (sin_osc(sweep, 0.0) * param("ring") + 1.0)
}

pub(super) fn distort(input: &Signal, _: &Voice) -> Signal {
    let amount = param("distort");
    let hard = (hpf(input, 30.0) * ((&amount * 18_f32.ln()).exp())).tanh() * 0.8;
    crossfade(input, hard, &amount)
}
