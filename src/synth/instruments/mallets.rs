//! What is struck or picked and rings: bells, gong, vibraphone, tuning fork, mandolin, membrane.
//!
//! In: `freq` in Hz, the voice's length, their own controls. Out: one channel, or two. Pure.

use super::parts::{HIGHEST_HZ, audible, decay, partial, struck, sum};
use crate::synth::graph::{Rate, Signal};
use crate::synth::modifiers::param;
use crate::synth::ugens::{Env, lpf, operator, saw, sin_osc};
use crate::synth::voice::Voice;

/// Modes of (ratio, level, seconds to silence).
fn modes(freq: &Signal, longer: &Signal, modes: &[(f32, f32, f32)]) -> Signal {
    sum(modes
        .iter()
        .map(|(ratio, level, decay_s)| partial(freq, *ratio) * decay(longer * *decay_s, -5.0) * *level))
}

pub(super) fn bell(voice: &Voice) -> Vec<Signal> {
    // Chowning's bell: 1 to 1.4, an index that dies with the sound; the sides beat slowly.
    let (longer, index) = (voice.own("decay"), voice.own("voice"));
    let ring = decay(&longer * 4.9, -5.0);
    let bright = decay(longer * 3.4, -5.0) * (index * 9.0);
    let side = |apart: f32| {
        let freq = voice.freq() * apart;
        let modulator = sin_osc((&freq * 1.4).min(HIGHEST_HZ), 0.0) * &bright;
        operator(&freq, modulator) * 0.7 + partial(&freq, 2.756) * 0.15
    };
    let edges = ring * struck(voice);
    vec![side(0.9993) * &edges, side(1.0007) * edges]
}

/// The lowest modes of a clamped round plate.
const PLATE: [f32; 16] = [
    1.0, 2.081, 3.414, 3.893, 4.995, 5.954, 6.819, 8.28, 8.722, 8.882, 10.868, 11.18, 11.754, 13.71, 15.057,
    16.469,
];

pub(super) fn gong(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let (longer, strike) = (voice.own("decay"), voice.own("voice"));
    let total = sum(PLATE.iter().enumerate().map(|(n, ratio)| {
        // Hit softly, the low modes sound; `voice` moves the weight upwards.
        let height = n as f32 / 16.0;
        let level = (&strike * (height * 2.2) - height * 2.6).exp() * 0.3;
        // High modes come a little later and go sooner: the plate takes its time.
        let env = Env::perc(0.001 + 0.02 * height, &longer * (7.8 / (1.0 + height * 2.5)), -6.0);
        partial(&freq, *ratio) * env.free_running() * level
    }));
    vec![total * struck(voice)]
}

pub(super) fn vibe(voice: &Voice) -> Vec<Signal> {
    let velocity = voice.own("velocity");
    // A slow fan over each bar; the sides are a little apart.
    let side = |ratio: f32| {
        let freq = (&voice.freq() * 1.0) * ((voice.own("detune") * (ratio - 1.0)) + 1.0);
        let longer = voice.own("decay");
        let bar = partial(&freq, 1.0) * decay(&longer * 3.9, -4.0);
        let upper = partial(&freq, 3.98) * decay(&longer * 1.1, -5.0) * (&velocity * 0.4);
        let click = partial(&freq, 9.94) * decay(longer * 0.15, -5.0) * (&velocity * 0.2);
        bar + upper + click
    };
    let fan = 1.0 - (sin_osc(voice.own("modfreq"), 0.0) + 1.0) * (voice.own("modamp") * 0.16);
    let edges = fan * struck(voice) * (&velocity * 0.5 + 0.3);
    vec![side(0.997) * &edges, side(1.003) * edges]
}

pub(super) fn fork(voice: &Voice) -> Vec<Signal> {
    // Almost a sine: only the stroke has the clang tones.
    let freq = voice.freq();
    let longer = Signal::from(1.0);
    vec![
        modes(&freq, &longer, &[(1.0, 0.8, 5.9), (2.0, 0.06, 2.0), (6.27, 0.2, 0.5), (17.5, 0.05, 0.08)])
            * struck(voice),
    ]
}

pub(super) fn mandolin(voice: &Voice) -> Vec<Signal> {
    // A course of two strings (Karplus and Strong), each set off by one period of a saw.
    let apart = voice.own("detune") * 0.01;
    let string = |ratio: Signal| {
        let freq = param("freq") * ratio;
        let period = 1.0 / &freq;
        let inputs = vec![saw(&freq, 0.0), 1.0.into(), 0.11.into(), period, 1.8.into(), 0.25.into()];
        Signal::unit("Pluck", Rate::Audio, inputs)
    };
    let (one, other) = (string(1.0 - &apart), string(1.0 + apart));
    let edges = struck(voice) * 0.5;
    vec![(&one + &other * 0.55) * &edges, (other + one * 0.55) * edges]
}

pub(super) fn membrane(voice: &Voice) -> Vec<Signal> {
    // The modes of a skin; it is tighter while it swings widely.
    let longer = voice.own("decay");
    let bend = Env::fall(0.12, -4.0).free_running() * 0.06 + 1.0;
    let freq = bend * voice.freq();
    let skin: &[(f32, f32, f32)] = &[
        (1.0, 0.7, 1.4),
        (1.594, 0.5, 0.9),
        (2.136, 0.4, 0.7),
        (2.296, 0.35, 0.6),
        (2.653, 0.3, 0.5),
        (2.918, 0.25, 0.4),
        (3.5, 0.2, 0.3),
        (4.06, 0.15, 0.2),
    ];
    let total = sum(skin.iter().map(|(ratio, level, decay_s)| {
        let level = audible(&voice.freq(), *ratio) * *level;
        sin_osc(&freq * *ratio, 0.0) * (decay(&longer * *decay_s, -5.0) * level)
    }));
    vec![lpf(total, 9000.0) * struck(voice)]
}
