//! The drawbar organ.
//!
//! In: `freq` in Hz, the voice's length, its own controls. Out: two channels. Pure.

use super::parts::{adsr, audible, decay, sum};
use crate::synth::graph::{Rate, Signal};
use crate::synth::ugens::sin_osc;
use crate::synth::voice::Voice;

/// The pitches of the nine drawbars.
const PIPES: [f32; 9] = [0.5, 1.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0];

/// How far they are drawn, 0 to 8, for `voice` 0 to 4: jazz, gospel, full, whistle, flutes.
const DRAWN: [[f32; 9]; 5] = [
    [8.0, 8.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [8.0, 8.0, 8.0, 8.0, 0.0, 0.0, 0.0, 0.0, 8.0],
    [8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0],
    [8.0, 0.0, 6.0, 0.0, 0.0, 0.0, 0.0, 4.0, 8.0],
    [0.0, 0.0, 8.0, 8.0, 0.0, 4.0, 0.0, 0.0, 0.0],
];

/// A step of a drawbar is 3 dB.
fn drawn(steps: f32) -> f32 {
    if steps > 0.0 { 10_f32.powf((steps - 8.0) * 3.0 / 20.0) } else { 0.0 }
}

fn select(which: &Signal, values: impl Iterator<Item = f32>) -> Signal {
    let inputs = std::iter::once(which.clone()).chain(values.map(Signal::from));
    Signal::unit("Select", Rate::Control, inputs.collect())
}

pub(super) fn organ(voice: &Voice) -> Vec<Signal> {
    let preset = voice.own("voice");
    // The rotor: it comes nearer and goes, so pitch, level and side move together.
    let rotor = sin_osc(voice.own("vrate"), 0.0);
    let vibrato = voice.own("vibrato") * 0.0022 + 0.0004;
    let freq = (&rotor * vibrato + 1.0) * voice.freq();
    let total = |row: &[f32; 9]| row.iter().map(|s| drawn(*s).powi(2)).sum::<f32>().sqrt();
    let even = select(&preset, DRAWN.iter().map(|row| 0.42 / total(row)));
    let pipes = sum(PIPES.iter().enumerate().map(|(n, ratio)| {
        let steps = DRAWN.iter().map(|row| drawn(row.get(n).copied().unwrap_or(0.0)));
        sin_osc(&freq * *ratio, 0.0) * (select(&preset, steps) * audible(&voice.freq(), *ratio))
    })) * even;
    // 1 is slow, 2 is fast; on the second harmonic or on the third.
    let perc = voice.own("perc");
    let fast = perc.above(1.5);
    let ping = decay(1.1 - fast * 0.75, -4.0) * perc.min(1.0) * 0.4;
    let third = voice.own("percf").above(2.5);
    let struck = sin_osc(voice.freq() * (third + 2.0), 0.0) * ping;
    let tone = (pipes + struck) * adsr(voice, 0.006, 0.05, 1.0, 0.03);
    vec![&tone * (&rotor * 0.12 + 1.0), tone * (1.0 - rotor * 0.12)]
}
