//! The odd ones of SuperDirt's family: what performers know by name and no other family has.
//!
//! In: `freq` in Hz, the voice's length, their own controls. Out: one channel, or two. Pure. Written
//! after what those names mean to a performer, not after their code.

use super::parts::{HIGHEST_PITCH_HZ, adsr, cents, fall, ladder, mix, partial, sum};
use crate::synth::graph::Signal;
use crate::synth::ugens::{Env, bpf, lf_tri, lpf, moving_pulse, one_pole, pulse, rlpf, saw, sin_osc, white};
use crate::synth::voice::Voice;

pub(super) fn comparator(voice: &Voice) -> Vec<Signal> {
    // Two slow-beating waves are compared: which is higher decides, so widths and edges wander.
    let freq = voice.freq();
    let side = |ratio: f32, phase: f32| {
        let other = freq.clone() * ((voice.own("voice") * ratio) + 1.0);
        let against = lf_tri(other, phase) * 0.9;
        let edge = ((sin_osc(&freq, 0.0) - against) * 6.0).tanh();
        let sway = sin_osc(&freq * voice.own("speed") * (1.0 / 64.0), 0.0) * 0.5 + 0.5;
        let cutoff = (sway * voice.own("lfo") + 1.0) * (voice.freq() * 6.0 * voice.own("pitch1"));
        ladder(edge * 0.5, cutoff, &(voice.own("resonance") * 0.7)).tanh()
    };
    let envelope = adsr(voice, 0.02, 0.25, 1.0 - voice.own("decay"), 0.06);
    vec![side(0.013, 0.0) * &envelope, side(0.021, 0.5) * envelope]
}

pub(super) fn noise(voice: &Voice) -> Vec<Signal> {
    // White at `voice` 0, brown at 1, through a band that follows the note.
    let bend = fall(&voice.sustain, 0.0);
    let glide = mix(1.0 + voice.own("slide"), 1.0, &bend).max(0.02);
    let center = (glide * voice.freq() * voice.own("pitch1")).max(30.0).min(16_000.0);
    let rq = (voice.own("resonance") * 0.01_f32.ln()).exp();
    let hiss = white();
    let brown = one_pole(hiss.clone(), 0.97) * 5.0;
    let source = mix(hiss, brown, &voice.own("voice"));
    // A narrow band holds less of the noise.
    let gain = (1.0 / &rq).pow(0.5);
    vec![bpf(source, center, rq) * gain * adsr(voice, 0.004, 0.1, 0.9, 0.03)]
}

pub(super) fn hoover(voice: &Voice) -> Vec<Signal> {
    // Pulses whose widths move, octaves below, a chorus; the pitch lands on the note.
    let bend = fall(0.18, -3.0) * voice.own("slide");
    let freq = ((bend * 0.3 + 1.0).max(0.1) * voice.freq()).min(HIGHEST_PITCH_HZ);
    let deep = pulse(&freq * 0.25, 0.25) * 0.15;
    let side = |at: f32, phase: f32| {
        let drift = sin_osc(4.6, phase) * 0.004 + 1.0;
        let pitch = (&freq * drift) * cents(at);
        let width = sin_osc(2.3, phase) * 0.35 + 0.5;
        let voices = moving_pulse(&pitch, &width) * 0.3
            + saw(&pitch * cents(9.0), 0.3) * 0.35
            + moving_pulse(pitch * 0.5, width) * 0.35
            + &deep;
        lpf(voices * 1.2, 9000.0).tanh()
    };
    let envelope = adsr(voice, 0.03, 0.4, 1.0 - voice.own("decay"), 0.08);
    vec![side(-8.0, 0.0) * &envelope, side(8.0, 2.0) * envelope]
}

pub(super) fn zow(voice: &Voice) -> Vec<Signal> {
    // A saw and its copies a little later and earlier: a comb that sweeps as they drift apart.
    let freq = voice.freq();
    let side = |at: [f32; 3]| {
        let drift = voice.own("slide") * 0.0015;
        let copies = sum(at.iter().enumerate().map(|(n, apart)| {
            let ratio = &drift * (*apart * 3.0) + 1.0;
            let off = (voice.own("detune") * cents(*apart * 4.0).ln()).exp();
            saw((&freq * ratio) * off, 0.02 * n as f32)
        }));
        let sweep = Env::perc(0.005, 0.6, -3.0).free_running() * 4000.0;
        rlpf(copies * 0.4, (sweep + &freq * 4.0 + 400.0).min(13_000.0), 0.35).tanh()
    };
    let envelope = adsr(voice, 0.01, 0.4, 1.0 - voice.own("decay"), 0.06);
    vec![side([-1.0, 0.0, 0.7]) * &envelope, side([-0.6, 0.1, 1.1]) * envelope]
}

pub(super) fn tron(voice: &Voice) -> Vec<Signal> {
    // Pulses whose width is moved by a pulse of the same pitch: feedback's sound without its loop.
    let freq = voice.freq();
    let amount = voice.own("voice") * 0.3 + 0.12;
    let side = |at: f32| {
        let pitch = &freq * (voice.own("detune") * cents(at).ln()).exp();
        let slow = lf_tri(0.31, 0.0) * 0.2 + 0.5;
        let own = lpf(moving_pulse(&pitch, &slow), &freq * 2.0) * &amount;
        let wide = (slow + own).max(0.03).min(0.97);
        lpf(moving_pulse(pitch, wide) * 0.6, 10_000.0).tanh()
    };
    let envelope = adsr(voice, 0.01, 0.3, 0.85, 0.06);
    vec![side(-6.0) * &envelope, side(6.0) * envelope]
}

pub(super) fn siren(voice: &Voice) -> Vec<Signal> {
    // Up, and wailing for as long as it is held, then down.
    let rise = Env::from(0.35).bent(1.0, &voice.sustain * 0.3, 2.0).to(1.0, &voice.sustain * 0.4);
    let rise = rise.bent(0.35, &voice.sustain * 0.3, -2.0).free_running();
    let wail = sin_osc(1.7, 0.0) * 0.06 + 1.0;
    let pitch = ((rise * wail) * (voice.freq() * 2.5)).min(HIGHEST_PITCH_HZ);
    let horn = (saw(&pitch, 0.0) * 0.4 + pulse(pitch * 0.5, 0.3) * 0.3) * 1.4;
    vec![bpf(horn.tanh(), 1400.0, 1.6) * 1.4 * adsr(voice, 0.1, 0.1, 0.95, 0.2)]
}

pub(super) fn primes(voice: &Voice) -> Vec<Signal> {
    // Overtones of prime numbers alone: they share no measure but the root. `voice` brings out the high.
    let freq = voice.freq();
    let bright = voice.own("voice");
    let total = sum([1_u8, 2, 3, 5, 7, 11, 13, 17, 19].iter().map(|n| {
        let n = f32::from(*n);
        let level = (&bright * (n.ln() * 0.9) - n.ln() * 1.3).exp() * 0.4;
        partial(&freq, n) * level
    }));
    vec![total.tanh() * adsr(voice, 0.01, 0.3, 1.0 - voice.own("decay"), 0.08)]
}
