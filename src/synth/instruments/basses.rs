//! Basses with a character: acid, sub, reese.
//!
//! In: `freq` in Hz, the voice's length, their own controls. Out: one channel, or two. Pure.

use super::parts::{HIGHEST_HZ, HIGHEST_PITCH_HZ, adsr, cents, fall, ladder, mix, sum};
use crate::synth::graph::Signal;
use crate::synth::ugens::{Env, leak_dc, pulse, rlpf, saw, sin_osc};
use crate::synth::voice::Voice;

/// How long a slide takes: the time of the 303.
const SLIDE_S: f32 = 0.06;

pub(super) fn acid(voice: &Voice) -> Vec<Signal> {
    // A slide begins so many semitones away, in equal ratios for equal times.
    let away = fall(SLIDE_S, -3.0) * voice.own("slide") * (2_f32.ln() / 12.0);
    let freq = (away.exp() * voice.freq()).min(HIGHEST_PITCH_HZ);
    let wave = mix(saw(&freq, 0.0), pulse(&freq, 0.5) * 0.75, &voice.own("voice"));
    let accent = voice.own("velocity");
    let resonance = voice.own("resonance");
    let sweep = Env::perc(0.003, voice.own("decay"), -5.0).free_running();
    let depth = voice.own("lfo") * (&accent * 2600.0 + 400.0);
    let cutoff = (sweep * depth + 190.0) * voice.own("pitch1") + voice.freq();
    // What resonance takes from the lows, drive gives back.
    let filtered = ladder(wave, cutoff, &resonance) * (&resonance * 1.2 + 1.4);
    let loud = accent * 0.35 + 0.65;
    // An overdriven saw leans to one side.
    vec![leak_dc(filtered.tanh()) * adsr(voice, 0.003, 0.5, 0.7, 0.02) * loud]
}

pub(super) fn sub(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    // Small speakers have no octave this low: a little of the next ones tells them where it is.
    let more = voice.own("voice");
    let octave = sin_osc(&freq * 2.0, 0.0) * &more * 0.35;
    let drive = more * 2.0 + 1.0;
    let tone = ((sin_osc(freq, 0.0) + octave) * &drive).tanh() / drive.tanh();
    vec![tone * adsr(voice, 0.008, 0.3, 0.9, 0.05)]
}

pub(super) fn reese(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let detune = voice.own("detune");
    // Saws so close that they cancel and meet again within a second or two: the phase moves.
    let side = |apart: [f32; 3], phase: f32, sway_hz: f32| {
        let saws = sum(apart.iter().enumerate().map(|(n, c)| {
            let ratio = (&detune * cents(*c).ln()).exp();
            saw(&freq * ratio, (phase + 0.55 * n as f32) % 2.0)
        }));
        let sway = sin_osc(sway_hz, 0.0) * 0.35 + 1.0;
        let open = voice.own("voice") * 8.0 + 3.0;
        let cutoff = sway * (&freq * open + 150.0).min(HIGHEST_HZ * 0.7);
        rlpf(saws * 0.3, cutoff, 0.5) + sin_osc(&freq, 0.0) * 0.25
    };
    let envelope = adsr(voice, 0.01, 0.1, 0.95, 0.06);
    let (left, right) = (side([-21.0, 3.0, 17.0], 0.3, 0.23), side([-16.0, -4.0, 22.0], 0.7, 0.29));
    vec![left.tanh() * &envelope, right.tanh() * envelope]
}
