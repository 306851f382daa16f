//! Drums in the manner of the analogue boxes: sines that fall, filtered noise, clusters of squares.
//!
//! In: `rate`, a factor on the natural pitch (decays stay). Out: one channel. Pure.
//! Every sound has decayed to nothing at its instrument's `natural_s`.

use crate::synth::graph::Signal;
use crate::synth::modifiers::param;
use crate::synth::ugens::{Env, bpf, hpf, lf_pulse, lf_tri, lpf, sin_osc, white};
use crate::synth::voice::Voice;

/// A sine whose pitch falls from `1 + drop` times `freq` to `freq` within `fall_s`.
fn falling_sine(freq: f32, drop: f32, fall_s: f32) -> Signal {
    let bend = Env::fall(fall_s, -6.0).free_running() * drop + 1.0;
    sin_osc(bend * (param("rate") * freq), 0.0)
}

/// Decays along `curve` after an attack too short to hear and long enough not to click.
fn decay(decay_s: f32, curve: f32) -> Signal {
    Env::perc(0.0005, decay_s, curve).free_running()
}

pub(super) fn bd(_: &Voice) -> Vec<Signal> {
    let body = falling_sine(50.0, 4.5, 0.11) * decay(0.59, -3.5);
    let click = lpf(white(), 4500.0) * decay(0.012, -5.0) * 0.35;
    // Saturation gives the 909's weight on small speakers.
    vec![(body * 1.7 + click).tanh() * 0.88]
}

pub(super) fn sn(_: &Voice) -> Vec<Signal> {
    let low = falling_sine(182.0, 0.7, 0.03) * decay(0.16, -4.5);
    let high = falling_sine(332.0, 0.5, 0.03) * decay(0.11, -5.0) * 0.55;
    let noise = hpf(white(), param("rate") * 1400.0);
    let rattle = lpf(noise, 9500.0) * decay(0.34, -5.0) * 1.1;
    vec![((low + high + rattle) * 1.2).tanh() * 0.85]
}

/// Six square waves without a common measure, the metal of the 808 (its oscillators' frequencies).
fn metal(factor: f32) -> Signal {
    let partials = [205.3, 369.6, 304.4, 522.7, 359.4, 800.0];
    let squares = partials.iter().map(|freq| lf_pulse(param("rate") * (freq * factor), 0.0, 0.5) - 0.5);
    squares.reduce(|sum, square| sum + square).unwrap_or_else(|| 0.0.into()) * 0.33
}

fn hat(decay_s: f32, curve: f32) -> Signal {
    let ring = bpf(metal(1.7), 10_000.0, 0.6) * 1.6;
    let air = hpf(white(), 8500.0) * 0.45;
    hpf(ring + air, 7000.0) * decay(decay_s, curve)
}

pub(super) fn hh(_: &Voice) -> Vec<Signal> {
    vec![hat(0.115, -6.0) * 1.1]
}

pub(super) fn oh(_: &Voice) -> Vec<Signal> {
    vec![hat(0.59, -4.0)]
}

pub(super) fn cp(_: &Voice) -> Vec<Signal> {
    // Three hands, ten milliseconds apart, then the room.
    let hand = |env: Env| env.bent(0.15, 0.009, -3.0).to(1.0, 0.001);
    let hands = hand(hand(Env::from(0.0).to(1.0, 0.0005))).bent(0.0, 0.03, -4.0).free_running();
    let tail = Env::from(0.0).to(0.0, 0.02).to(0.5, 0.002).bent(0.0, 0.42, -6.0).free_running();
    let noise = bpf(white(), param("rate") * 1150.0, 0.55) + bpf(white(), param("rate") * 2300.0, 0.7) * 0.6;
    vec![(hpf(noise, 600.0) * (hands + tail) * 3.6).tanh() * 0.7]
}

fn tom(freq: f32, decay_s: f32) -> Vec<Signal> {
    let body = falling_sine(freq, 0.6, 0.09);
    let skin = lpf(white(), 2500.0) * decay(0.03, -5.0) * 0.3;
    vec![((body * 1.3) * decay(decay_s, -4.0) + skin).tanh() * 0.9]
}

pub(super) fn lt(_: &Voice) -> Vec<Signal> {
    tom(82.0, 0.59)
}

pub(super) fn mt(_: &Voice) -> Vec<Signal> {
    tom(123.0, 0.49)
}

pub(super) fn ht(_: &Voice) -> Vec<Signal> {
    tom(178.0, 0.39)
}

pub(super) fn rim(_: &Voice) -> Vec<Signal> {
    let stick = lf_tri(param("rate") * 1667.0, 0.0) + lf_tri(param("rate") * 455.0, 0.0) * 0.8;
    let crack = bpf(white(), 3000.0, 0.8) * decay(0.01, -4.0) * 1.5;
    vec![(hpf(stick, 300.0) * decay(0.09, -9.0) + crack).tanh() * 0.9]
}

pub(super) fn cb(_: &Voice) -> Vec<Signal> {
    let squares = lf_pulse(param("rate") * 540.0, 0.0, 0.5) + lf_pulse(param("rate") * 800.0, 0.0, 0.5) - 1.0;
    let ring = bpf(squares, param("rate") * 900.0, 1.2);
    vec![hpf(ring, 300.0) * (decay(0.03, -3.0) * 0.6 + decay(0.44, -5.0)) * 0.55]
}

pub(super) fn cr(_: &Voice) -> Vec<Signal> {
    let ring = bpf(metal(2.6), 7000.0, 1.2) + bpf(metal(3.9), 11_000.0, 0.8);
    let air = hpf(white(), 5000.0);
    let strike = decay(0.08, -4.0) * 0.5;
    vec![hpf(ring * 0.9 + air * 0.5, 3500.0) * (decay(1.98, -5.0) + strike) * 0.6]
}
