//! The first five pitched instruments: bass, pluck, pad, lead, keys.
//!
//! In: `freq` in Hz and the voice's length. Out: one channel, or two for what is wide. Pure.
//! A release lies inside the length, so that a voice never outlasts its event.

use super::parts::{HIGHEST_HZ, adsr};
use crate::synth::graph::{Rate, Signal};
use crate::synth::modifiers::param;
use crate::synth::ugens::{Env, lpf, pulse, rlpf, saw, sin_osc};
use crate::synth::voice::Voice;
use std::f32::consts::FRAC_PI_2;

pub(super) fn bass(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let source = saw(&freq, 0.0) * 0.5 + pulse(&freq * 1.003, 0.5) * 0.2 + sin_osc(&freq, 0.0) * 0.45;
    let sweep = Env::perc(0.004, 0.32, -4.0).free_running();
    let cutoff = sweep * (&freq * 8.0 + 1400.0) + (&freq * 2.5 + 60.0);
    let filtered = rlpf(source, cutoff.min(HIGHEST_HZ), 0.4);
    vec![(filtered * 1.3).tanh() * adsr(voice, 0.004, 0.4, 0.75, 0.03) * 0.66]
}

pub(super) fn pluck(voice: &Voice) -> Vec<Signal> {
    // The string's length is set when it is plucked: it does not glide.
    let freq = param("freq");
    // A string (Karplus and Strong) that is set off by one period of a saw: the same each time.
    let period = 1.0 / &freq;
    let inputs = vec![saw(&freq, 0.0), 1.0.into(), 0.11.into(), period, 3.5.into(), 0.45.into()];
    let string = Signal::unit("Pluck", Rate::Audio, inputs);
    vec![string * adsr(voice, 0.001, 0.01, 1.0, 0.04) * 0.75]
}

pub(super) fn pad(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let side = |cents: [f32; 3], sway_hz: f32| {
        let voices = cents.iter().enumerate().map(|(n, c)| {
            // Phases apart, so that the onset is no stack of equal waves.
            saw(&freq * 2_f32.powf(c / 1200.0), 0.45 * n as f32)
        });
        let saws = voices.reduce(|sum, voice| sum + voice).unwrap_or_else(|| 0.0.into());
        let body = saws * 0.2 + sin_osc(&freq * 0.5, 0.0) * 0.11;
        let sway = sin_osc(sway_hz, 0.0) * 0.25 + 1.0;
        let cutoff = sway * (&freq * 3.0 + 500.0).min(6000.0);
        rlpf(body, cutoff, 0.8) * adsr(voice, 0.25, 0.1, 0.95, 0.4)
    };
    vec![side([-9.0, 2.0, 11.0], 0.31), side([-12.0, -3.0, 8.0], 0.27)]
}

pub(super) fn lead(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let depth = Env::from(0.0).to(0.0, 0.15).to(0.005, 0.35).free_running();
    let pitch = (sin_osc(5.4, 0.0) * depth + 1.0) * &freq;
    let source = saw(&pitch * 1.002, 0.0) * 0.4 + saw(&pitch * 0.998, 0.7) * 0.35 + pulse(&pitch, 0.4) * 0.2;
    let sweep = Env::perc(0.01, 0.5, -3.0).free_running();
    let cutoff = sweep * (&freq * 4.0 + 1500.0) + (&freq * 3.0 + 400.0);
    let filtered = rlpf(source, cutoff.min(HIGHEST_HZ), 0.6);
    vec![filtered * adsr(voice, 0.01, 0.3, 0.8, 0.08) * 0.65]
}

pub(super) fn keys(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    // Two pairs of sines: the body, and the tine that only the attack has.
    let bend = sin_osc(&freq, FRAC_PI_2) * Env::perc(0.001, 1.4, -5.0).free_running() * 1.5;
    let body = sin_osc((bend + 1.0) * &freq, 0.0);
    let tine =
        sin_osc((&freq * 7.0).min(HIGHEST_HZ), 0.0) * Env::perc(0.001, 0.25, -5.0).free_running() * 0.25;
    let fading = Env::perc(0.002, 3.99, -5.0).free_running();
    vec![lpf(body + tine, 9000.0) * fading * adsr(voice, 0.001, 0.01, 1.0, 0.06) * 0.55]
}
