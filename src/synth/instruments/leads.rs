//! Leads: supersaw, square, and SuperDirt's family of synthesisers with two oscillators and a filter.
//!
//! In: `freq` in Hz, the voice's length, their own controls. Out: one channel, or two. Pure.
//!
//! The family's controls, after SuperDirt: `voice` colours the source, `semitone` is how far below the
//! second oscillator lies, `pitch1` scales the filter's pitch, `lfo` is how far it moves and `speed`
//! how fast, `resonance` is the filter's, and `decay` takes level away after the attack.

use super::parts::{HIGHEST_PITCH_HZ, adsr, cents, fall, ladder, mix, sum};
use crate::synth::graph::Signal;
use crate::synth::ugens::{Env, lf_tri, moving_pulse, pulse, rlpf, saw, sin_osc};
use crate::synth::voice::Voice;

/// The family's envelope: up in a twentieth of the length, down by `decay`, closed at the end.
fn family_envelope(voice: &Voice) -> Signal {
    let level = 1.0 - voice.own("decay");
    adsr(voice, 0.02, 0.25, level, 0.06)
}

/// The pitch of the second oscillator.
fn lower(voice: &Voice, freq: &Signal) -> Signal {
    let down = voice.own("semitone") * (-2_f32.ln() / 12.0);
    (freq * down.exp()).min(HIGHEST_PITCH_HZ)
}

/// The family's filter. It moves with the pitch: high notes move faster.
fn family_filter(voice: &Voice, input: Signal, freq: &Signal) -> Signal {
    let low = (voice.freq() * 6.0 * voice.own("pitch1")).min(12_000.0);
    let sway = lf_tri(freq * voice.own("speed") * (1.0 / 64.0), 0.0) * 0.5 + 0.5;
    let cutoff = (sway * voice.own("lfo") + 1.0) * low;
    ladder(input, cutoff, &(voice.own("resonance") * 0.8)).tanh()
}

/// Where the seven saws lie, in cents at full spread (measured on the synthesiser that made them
/// famous, after Szabo), and how far to the left or right.
const SEVEN: [(f32, f32); 7] =
    [(-190.0, -0.9), (-108.0, 0.6), (-34.0, -0.3), (0.0, 0.0), (34.0, 0.3), (103.0, -0.6), (186.0, 0.9)];

pub(super) fn supersaw(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let spread = voice.own("voice").squared() * voice.own("detune") * 0.6;
    let saws: Vec<Signal> = SEVEN
        .iter()
        .enumerate()
        .map(|(n, (at, _))| {
            let ratio = (&spread * cents(*at).ln()).exp();
            saw(&freq * ratio, (0.31 * n as f32 + 0.1) % 2.0) * if n == 3 { 0.3 } else { 0.22 }
        })
        .collect();
    let below = saw(lower(voice, &freq), 0.2) * 0.12;
    let side = |sign: f32| {
        let placed = saws.iter().zip(SEVEN).map(|(saw, (_, place))| saw * (1.0 + sign * place));
        family_filter(voice, sum(placed) + &below, &freq)
    };
    let envelope = family_envelope(voice);
    vec![side(-1.0) * &envelope, side(1.0) * envelope]
}

pub(super) fn supersquare(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let width = voice.own("voice");
    let both = moving_pulse(&freq, &width) * 0.5 + moving_pulse(lower(voice, &freq), width) * 0.25;
    vec![family_filter(voice, both, &freq) * family_envelope(voice)]
}

pub(super) fn superpwm(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let rate = voice.own("voice") * 4.0 + 0.1;
    let width = |phase| sin_osc(&rate, phase) * 0.38 + 0.5;
    let upper = moving_pulse(&freq, width(0.0)) + moving_pulse(&freq * cents(5.0), width(2.0));
    let both = upper * 0.35 + moving_pulse(lower(voice, &freq), width(4.0)) * 0.25;
    vec![family_filter(voice, both, &freq) * family_envelope(voice)]
}

pub(super) fn square(voice: &Voice) -> Vec<Signal> {
    let depth = Env::from(0.0).to(0.0, 0.2).to(0.005, 0.3).free_running();
    let freq = (sin_osc(5.6, 0.0) * depth + 1.0) * voice.freq();
    let wave = moving_pulse(&freq, voice.own("voice"));
    let sweep = Env::perc(0.005, 0.3, -4.0).free_running() * 3500.0;
    let bright = rlpf(wave, (sweep + &voice.freq() * 4.0 + 500.0).min(12_000.0), 0.7);
    vec![bright * adsr(voice, 0.006, 0.25, 0.75, 0.05)]
}

pub(super) fn chip(voice: &Voice) -> Vec<Signal> {
    // Three square waves of a chip; `voice` says which of them are loud, in steps, as it does there.
    let vibrato = sin_osc(voice.own("rate") * 6.0, 0.0) * 0.006 + 1.0;
    let bend = fall(0.1, -3.0) * voice.own("slide") + 1.0;
    let freq = (vibrato * bend.max(0.05)) * voice.freq();
    let which = voice.own("voice");
    let tone = |ratio: Signal, level: Signal| {
        let hz = (&freq * ratio).max(10.0).min(16_000.0);
        pulse(hz, 0.5) * level
    };
    let second = mix(0.12, 0.3, &which);
    let third = mix(0.06, 0.25, &(which * 2.0).wrap2(1.0).abs());
    let sound =
        tone(1.0.into(), 0.4.into()) + tone(voice.own("pitch2"), second) + tone(voice.own("pitch3"), third);
    vec![sound * adsr(voice, 0.002, 0.02, 0.9, 0.02)]
}
