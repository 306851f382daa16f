//! The house's drums, in the manner of the analogue boxes: sines that fall, filtered noise, clusters
//! of squares.
//!
//! In: `rate`, a factor on the natural pitch; `decay`, one on the length. Out: one channel. Pure.
//! Every sound has decayed to nothing at its instrument's `natural_s`, times `decay`.

use super::parts::{decay, fall, falling_sine, metal, sum};
use crate::synth::graph::Signal;
use crate::synth::ugens::{Env, bpf, hpf, lf_pulse, lf_tri, lpf, sin_osc, white};
use crate::synth::voice::Voice;

pub(super) fn bd(voice: &Voice) -> Vec<Signal> {
    let body = falling_sine(voice, 50.0, 4.5, 0.11) * decay(voice.own("decay") * 0.59, -3.5);
    let click = lpf(white(), 4500.0) * decay(0.012, -5.0) * 0.35;
    // Saturation gives the 909's weight on small speakers.
    vec![(body * 1.7 + click).tanh() * 0.88]
}

pub(super) fn sn(voice: &Voice) -> Vec<Signal> {
    let longer = voice.own("decay");
    let low = falling_sine(voice, 182.0, 0.7, 0.03) * decay(&longer * 0.16, -4.5);
    let high = falling_sine(voice, 332.0, 0.5, 0.03) * decay(&longer * 0.11, -5.0) * 0.55;
    let noise = hpf(white(), voice.rate() * 1400.0);
    let rattle = lpf(noise, 9500.0) * decay(longer * 0.34, -5.0) * 1.1;
    vec![((low + high + rattle) * 1.2).tanh() * 0.85]
}

fn hat(voice: &Voice, decay_s: f32, curve: f32) -> Signal {
    let ring = bpf(metal(voice, 1.7), 10_000.0, 0.6) * 1.6;
    let air = hpf(white(), 8500.0) * 0.45;
    hpf(ring + air, 7000.0) * decay(voice.own("decay") * decay_s, curve)
}

pub(super) fn hh(voice: &Voice) -> Vec<Signal> {
    vec![hat(voice, 0.115, -6.0) * 1.1]
}

pub(super) fn oh(voice: &Voice) -> Vec<Signal> {
    vec![hat(voice, 0.59, -4.0)]
}

/// Three hands, ten milliseconds apart.
pub(super) fn hands() -> Signal {
    let hand = |env: Env| env.bent(0.15, 0.009, -3.0).to(1.0, 0.001);
    hand(hand(Env::from(0.0).to(1.0, 0.0005))).bent(0.0, 0.03, -4.0).free_running()
}

/// The room that they clap in.
pub(super) fn clap_tail(level: f32, tail_s: impl Into<Signal>) -> Signal {
    Env::from(0.0).to(0.0, 0.02).to(level, 0.002).bent(0.0, tail_s, -6.0).free_running()
}

pub(super) fn cp(voice: &Voice) -> Vec<Signal> {
    let tail = clap_tail(0.5, voice.own("decay") * 0.42);
    let noise = bpf(white(), voice.rate() * 1150.0, 0.55) + bpf(white(), voice.rate() * 2300.0, 0.7) * 0.6;
    vec![(hpf(noise, 600.0) * (hands() + tail) * 3.6).tanh() * 0.7]
}

fn tom(voice: &Voice, freq: f32, decay_s: f32) -> Vec<Signal> {
    let body = falling_sine(voice, freq, 0.6, 0.09);
    let skin = lpf(white(), 2500.0) * decay(0.03, -5.0) * 0.3;
    vec![((body * 1.3) * decay(voice.own("decay") * decay_s, -4.0) + skin).tanh() * 0.9]
}

pub(super) fn lt(voice: &Voice) -> Vec<Signal> {
    tom(voice, 82.0, 0.59)
}

pub(super) fn mt(voice: &Voice) -> Vec<Signal> {
    tom(voice, 123.0, 0.49)
}

pub(super) fn ht(voice: &Voice) -> Vec<Signal> {
    tom(voice, 178.0, 0.39)
}

pub(super) fn rim(voice: &Voice) -> Vec<Signal> {
    let stick = lf_tri(voice.rate() * 1667.0, 0.0) + lf_tri(voice.rate() * 455.0, 0.0) * 0.8;
    let crack = bpf(white(), 3000.0, 0.8) * decay(0.01, -4.0) * 1.5;
    vec![(hpf(stick, 300.0) * decay(0.09, -9.0) + crack).tanh() * 0.9]
}

pub(super) fn cb(voice: &Voice) -> Vec<Signal> {
    let squares = lf_pulse(voice.rate() * 540.0, 0.0, 0.5) + lf_pulse(voice.rate() * 800.0, 0.0, 0.5) - 1.0;
    let ring = bpf(squares, voice.rate() * 900.0, 1.2);
    vec![hpf(ring, 300.0) * (decay(0.03, -3.0) * 0.6 + decay(voice.own("decay") * 0.44, -5.0)) * 0.55]
}

pub(super) fn cr(voice: &Voice) -> Vec<Signal> {
    let ring = bpf(metal(voice, 2.6), 7000.0, 1.2) + bpf(metal(voice, 3.9), 11_000.0, 0.8);
    let air = hpf(white(), 5000.0);
    let strike = decay(0.08, -4.0) * 0.5;
    vec![hpf(ring * 0.9 + air * 0.5, 3500.0) * (decay(voice.own("decay") * 1.98, -5.0) + strike) * 0.6]
}

pub(super) fn rd(voice: &Voice) -> Vec<Signal> {
    // The stick's ping: a few clear modes of the bow; then the wash below it.
    let modes = [(431.0, 0.25), (1187.0, 0.3), (2683.0, 0.35), (4211.0, 0.3), (6337.0, 0.2)];
    let bow = sum(modes.iter().map(|(freq, level)| sin_osc(voice.rate() * *freq, 0.0) * *level));
    let longer = voice.own("decay");
    let ping = bow * (decay(&longer * 1.2, -7.0) * 0.8 + decay(0.03, -4.0));
    let wash = bpf(metal(voice, 3.3), 8000.0, 1.0) + hpf(white(), 7000.0) * 0.25;
    vec![hpf(ping * 0.5 + wash * decay(longer * 1.78, -4.5), 380.0) * 0.7]
}

pub(super) fn sh(voice: &Voice) -> Vec<Signal> {
    // The beads fly for a moment before they hit.
    let stroke = Env::from(0.0).bent(0.35, 0.02, 3.0).to(1.0, 0.006);
    let stroke = stroke.bent(0.0, voice.own("decay") * 0.11, -5.0).free_running();
    let beads = bpf(white(), voice.rate() * 6300.0, 0.7) + bpf(white(), voice.rate() * 9800.0, 0.5) * 0.7;
    vec![hpf(beads, 3000.0) * stroke * 1.5]
}

/// A bass drum as the simplest of drum machines makes it: a chirp that falls, and nothing else.
pub(super) fn kick(voice: &Voice) -> Vec<Signal> {
    let pitch = (fall(0.05, -7.0) * 5.0 + fall(0.25, -3.0) + 1.0) * voice.rate() * voice.own("pitch1") * 44.0;
    let body = sin_osc(pitch, 0.0) * decay(voice.own("decay") * 0.49, -3.0);
    let beater = sin_osc(voice.rate() * 1900.0, 0.0) * decay(0.006, -4.0) * 0.3;
    vec![(body * 1.4 + beater).tanh() * 0.95]
}
