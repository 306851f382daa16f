//! The kits of two drum machines, the 808 (all analogue: tuned circuits that ring) and the 909 (harder,
//! with a pitch that is swept), and SuperDirt's drums of one voice each.
//!
//! In: `rate`, a factor on the natural pitch; `decay`, one on the length. Out: one channel. Pure.

use super::drums::{clap_tail, hands};
use super::parts::{decay, fall, falling_sine, metal, mix, sum};
use crate::synth::graph::Signal;
use crate::synth::ugens::{Env, bpf, hpf, lf_tri, lpf, operator, sin_osc, white};
use crate::synth::voice::Voice;

pub(super) fn bd808(voice: &Voice) -> Vec<Signal> {
    // The circuit starts an octave too high for one swing, and sags a little as it rings out.
    let sweep = fall(0.028, -5.0) * voice.own("pitch1") * 1.7 + fall(0.9, -2.0) * 0.12 + 1.0;
    let ring = sin_osc(sweep * voice.rate() * 47.0, 0.0) * decay(voice.own("decay") * 1.38, -3.6);
    let click = sin_osc(voice.rate() * 1100.0, 0.0) * decay(0.005, -4.0) * 0.25;
    let driven = ring * (voice.own("voice") * 3.0 + 1.0) + click;
    vec![driven.tanh() * 1.15]
}

pub(super) fn sd808(voice: &Voice) -> Vec<Signal> {
    let longer = voice.own("decay");
    let low = sin_osc(voice.rate() * 176.0, 0.0) * decay(&longer * 0.17, -5.0);
    let high = sin_osc(voice.rate() * 335.0, 0.0) * decay(&longer * 0.1, -5.0) * 0.8;
    let snappy = lpf(hpf(white(), 2200.0), 9000.0) * decay(longer * 0.24, -4.5) * voice.own("voice") * 1.6;
    vec![(low + high + snappy).tanh() * 0.9]
}

pub(super) fn cp808(voice: &Voice) -> Vec<Signal> {
    let noise = bpf(white(), voice.rate() * 1050.0, 0.45);
    let tail = clap_tail(0.6, voice.own("decay") * 0.28);
    vec![(hpf(noise, 500.0) * (hands() + tail) * 5.0).tanh() * 0.75]
}

pub(super) fn rs808(voice: &Voice) -> Vec<Signal> {
    let low = lf_tri(voice.rate() * 455.0, 0.0) * decay(0.035, -5.0);
    let high = lf_tri(voice.rate() * 1667.0, 0.0) * decay(0.022, -4.0);
    vec![hpf((low * 1.2 + high * 1.4).tanh(), 400.0) * decay(0.06, -2.0) * 1.1]
}

/// A ringing circuit with a breath of noise: a tom; without it, a conga.
fn skin808(voice: &Voice, freq: f32, decay_s: f32, breath: f32) -> Vec<Signal> {
    let longer = voice.own("decay") * decay_s;
    let body = falling_sine(voice, freq, 0.35, 0.12) * decay(&longer, -4.0);
    let air = lpf(white(), 700.0) * decay(longer * 0.8, -4.0) * breath;
    vec![(body + air) * 0.9]
}

pub(super) fn lt808(voice: &Voice) -> Vec<Signal> {
    skin808(voice, 88.0, 0.68, 0.3)
}

pub(super) fn mt808(voice: &Voice) -> Vec<Signal> {
    skin808(voice, 126.0, 0.58, 0.3)
}

pub(super) fn ht808(voice: &Voice) -> Vec<Signal> {
    skin808(voice, 172.0, 0.48, 0.3)
}

pub(super) fn lc808(voice: &Voice) -> Vec<Signal> {
    skin808(voice, 178.0, 0.32, 0.0)
}

pub(super) fn mc808(voice: &Voice) -> Vec<Signal> {
    skin808(voice, 261.0, 0.26, 0.0)
}

pub(super) fn hc808(voice: &Voice) -> Vec<Signal> {
    skin808(voice, 398.0, 0.2, 0.0)
}

/// Six squares through two bands, nothing else: thin and bright.
fn hat808(voice: &Voice, decay_s: f32, curve: f32) -> Vec<Signal> {
    let bands = bpf(metal(voice, 1.0), 7100.0, 0.5) + bpf(metal(voice, 1.0), 10_300.0, 0.35) * 1.4;
    vec![hpf(bands, 6500.0) * decay(voice.own("decay") * decay_s, curve) * 6.0]
}

pub(super) fn ch808(voice: &Voice) -> Vec<Signal> {
    hat808(voice, 0.095, -5.0)
}

pub(super) fn oh808(voice: &Voice) -> Vec<Signal> {
    hat808(voice, 0.54, -3.5)
}

pub(super) fn cy808(voice: &Voice) -> Vec<Signal> {
    // Three bands: the low one rings on, the high one is the strike.
    let longer = voice.own("decay");
    let source = metal(voice, 1.0);
    let low = bpf(source.clone(), 3440.0, 0.4) * decay(&longer * 1.38, -4.0) * 0.6;
    let high = bpf(source.clone(), 7100.0, 0.5) * decay(&longer * 0.9, -4.0);
    let strike = hpf(source, 9000.0) * decay(longer * 0.3, -5.0) * 0.8;
    vec![hpf(low + high + strike, 2200.0) * 4.0]
}

pub(super) fn ma808(voice: &Voice) -> Vec<Signal> {
    let stroke = Env::from(0.0).to(1.0, 0.008).bent(0.0, 0.045, -4.0).free_running();
    vec![hpf(white(), voice.rate() * 5200.0) * stroke * 0.9]
}

pub(super) fn cl808(voice: &Voice) -> Vec<Signal> {
    let ring = sin_osc(voice.rate() * 2480.0, 0.0) + sin_osc(voice.rate() * 2500.0 * 0.737, 0.0) * 0.25;
    vec![ring * decay(0.07, -5.0) * 0.75]
}

pub(super) fn bd909(voice: &Voice) -> Vec<Signal> {
    // A triangle bent into a sine, swept fast; then the beater's click.
    let sweep = fall(0.045, -4.0) * voice.own("pitch1") * 4.2 + fall(0.2, -4.0) * 0.45 + 1.0;
    let body = (lf_tri(sweep * voice.rate() * 51.0, 0.0) * 1.35).tanh();
    let click = lpf(white(), 6000.0) * decay(0.008, -4.0) * 0.3;
    let shaped = body * decay(voice.own("decay") * 0.54, -3.0) * (voice.own("voice") * 2.5 + 1.5) + click;
    vec![shaped.tanh() * 0.95]
}

pub(super) fn sd909(voice: &Voice) -> Vec<Signal> {
    let longer = voice.own("decay");
    let tune = |freq, decay_s: f32| falling_sine(voice, freq, 0.9, 0.025) * decay(&longer * decay_s, -4.5);
    let modes = tune(185.0, 0.15) + tune(330.0, 0.1) * 0.7;
    let hiss = white();
    let low = lpf(hiss.clone(), 4500.0) * decay(&longer * 0.14, -4.0) * 0.5;
    let high = lpf(hpf(hiss, 2400.0), 12_000.0) * decay(longer * 0.29, -4.5);
    vec![((modes * 1.1 + (low + high) * voice.own("voice") * 1.5) * 1.2).tanh() * 0.88]
}

pub(super) fn cp909(voice: &Voice) -> Vec<Signal> {
    let noise = hpf(lpf(white(), voice.rate() * 4200.0), voice.rate() * 750.0);
    let tail = clap_tail(0.4, voice.own("decay") * 0.38);
    vec![(noise * (hands() + tail) * 2.6).tanh() * 0.72]
}

pub(super) fn rs909(voice: &Voice) -> Vec<Signal> {
    // Three circuits struck at once and overdriven.
    let modes = [(217.0, 0.6), (503.0, 0.9), (1005.0, 0.8)];
    let rings = sum(modes.iter().map(|(freq, level)| sin_osc(voice.rate() * *freq, 0.0) * *level));
    vec![hpf((rings * decay(0.05, -4.0) * 4.0).tanh(), 250.0) * decay(0.07, -2.0)]
}

fn tom909(voice: &Voice, freq: f32, decay_s: f32) -> Vec<Signal> {
    let longer = voice.own("decay") * decay_s;
    let tone = |ratio: f32, level: f32, part: f32| {
        falling_sine(voice, freq * ratio, 0.85, 0.07) * decay(&longer * part, -4.0) * level
    };
    let body = tone(1.0, 1.0, 1.0) + tone(1.5, 0.3, 0.5) + tone(1.98, 0.2, 0.3);
    let skin = lpf(white(), 3500.0) * decay(0.025, -4.0) * 0.3;
    vec![(body * 1.3 + skin).tanh() * 0.88]
}

pub(super) fn lt909(voice: &Voice) -> Vec<Signal> {
    tom909(voice, 84.0, 0.58)
}

pub(super) fn mt909(voice: &Voice) -> Vec<Signal> {
    tom909(voice, 122.0, 0.5)
}

pub(super) fn ht909(voice: &Voice) -> Vec<Signal> {
    tom909(voice, 168.0, 0.42)
}

/// A dense cluster of partials, as a cymbal has: operators that move each other's phase widely.
fn cymbal(voice: &Voice, factor: f32) -> Signal {
    let pairs = [(1047.0, 1481.0), (2347.0, 1777.0), (3389.0, 2239.0)];
    sum(pairs.iter().map(|(carrier, modulator)| {
        let moved = sin_osc(voice.rate() * (modulator * factor), 0.0) * 5.0;
        operator(voice.rate() * (carrier * factor), moved)
    })) * 0.4
}

fn hat909(voice: &Voice, decay_s: f32, curve: f32) -> Signal {
    let sizzle = hpf(white(), 9000.0) * 0.6 + bpf(white(), 7800.0, 0.3) * 0.5;
    let ring = hpf(cymbal(voice, 1.9), 7500.0);
    lpf(sizzle + ring * 0.6, 13_500.0) * decay(voice.own("decay") * decay_s, curve)
}

pub(super) fn ch909(voice: &Voice) -> Vec<Signal> {
    vec![hat909(voice, 0.115, -5.0)]
}

pub(super) fn oh909(voice: &Voice) -> Vec<Signal> {
    vec![hat909(voice, 0.58, -3.0)]
}

pub(super) fn rd909(voice: &Voice) -> Vec<Signal> {
    let longer = voice.own("decay");
    let bell = sum([3120.0, 4710.0, 5930.0].iter().map(|f| sin_osc(voice.rate() * *f, 0.0))) * 0.12;
    let ping = bell * decay(&longer * 0.9, -5.0);
    let wash = hpf(cymbal(voice, 1.4), 4200.0) * decay(&longer * 1.58, -4.0) * 0.5;
    let air = hpf(white(), 8500.0) * decay(longer * 0.7, -5.0) * 0.25;
    vec![ping + wash + air]
}

pub(super) fn cr909(voice: &Voice) -> Vec<Signal> {
    let longer = voice.own("decay");
    let body = hpf(cymbal(voice, 1.1) + cymbal(voice, 1.73), 3200.0) * 0.5;
    let air = hpf(white(), 5500.0) * 0.55;
    vec![(body + air) * (decay(longer * 1.98, -4.5) + decay(0.06, -4.0) * 0.5)]
}

pub(super) fn super808(voice: &Voice) -> Vec<Signal> {
    // A chirp; `rate` is how fast it falls, `voice` how much the sine feeds on itself.
    let sweep = fall(0.12 / voice.own("rate"), -7.0) * 24.0 + fall(0.4, -3.0) * 0.5 + 1.0;
    let pitch = sweep * voice.rate() * 40.0;
    let fed = operator(&pitch, sin_osc(&pitch, 0.0) * voice.own("voice") * 2.5);
    vec![lpf(fed, 9000.0) * decay(voice.own("decay") * 0.98, -3.0)]
}

pub(super) fn snare(voice: &Voice) -> Vec<Signal> {
    // `decay` is the length of the noise against the tone.
    let tone =
        (sin_osc(voice.rate() * 238.0, 0.0) + sin_osc(voice.rate() * 330.0, 0.0) * 0.75) * decay(0.12, -5.0);
    let hiss = hpf(white(), 400.0) * 0.5 + bpf(white(), 6900.0, 1.4) * 0.7;
    vec![(tone * 0.7 + hiss * decay(voice.own("decay") * 0.29, -5.0)).tanh()]
}

pub(super) fn clap(voice: &Voice) -> Vec<Signal> {
    let center = voice.rate() * voice.own("pitch1");
    let noise = bpf(white(), &center * 1400.0, 0.6) + bpf(white(), center * 2600.0, 0.6) * 0.5;
    let tail = clap_tail(0.5, 0.36 / voice.own("rate"));
    vec![(hpf(noise, 600.0) * (hands() + tail) * 3.8).tanh() * 0.7]
}

pub(super) fn hat(voice: &Voice) -> Vec<Signal> {
    let ring = hpf(metal(voice, 2.3), 7000.0);
    let noise = hpf(white(), 6500.0);
    let both = mix(noise * 0.6, ring * 0.8, &0.4.into());
    vec![both * decay(voice.own("decay") * 0.19, -5.0)]
}
