//! Keys with strings or tines: piano, electric piano.
//!
//! In: `freq` in Hz, the voice's length, their own controls. Out: two channels. Pure.

use super::parts::{HIGHEST_HZ, audible, decay, mix, struck, sum};
use crate::synth::graph::Signal;
use crate::synth::ugens::{Env, lpf, operator, sin_osc};
use crate::synth::voice::Voice;

/// Partials of the piano that fade together: the first and the last of each group, and the seconds
/// to silence at middle C.
const GROUPS: [(u16, u16, f32); 5] = [(1, 1, 5.0), (2, 3, 3.8), (4, 6, 2.4), (7, 10, 1.3), (11, 15, 0.6)];

/// How stiff the strings are: each partial is sharper than the one before.
const STIFFNESS: f32 = 0.0004;

pub(super) fn piano(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let velocity = voice.own("velocity");
    // High strings are short of breath: about two thirds for an octave.
    let breath = ((&freq / 261.6).log() * -0.55).exp().min(2.5);
    // Felt: a soft stroke and a muffled one lose the high partials.
    let dull = (1.0 - &velocity) * 0.3 + (voice.own("muffle") - 1.0) * 0.25;
    // Fast at first, then long: two strings agree, then do not.
    let fading: Vec<Signal> = GROUPS
        .iter()
        .map(|(_, _, decay_s)| {
            let time = &breath * *decay_s;
            decay(&time, -7.0) * 0.75 + decay(time * 0.4, -5.0) * 0.25
        })
        .collect();
    let strings = |sharp: &Signal, groups: std::ops::Range<usize>| {
        let freq = &freq * sharp;
        let chosen = GROUPS.iter().zip(&fading).skip(groups.start).take(groups.len());
        sum(chosen.map(|((first, last, _), fade)| {
            let tones = (*first..=*last).map(|n| {
                let n = f32::from(n);
                let ratio = n * (1.0 + STIFFNESS * n * n).sqrt();
                // The hammer strikes at an eighth of the string: the eighth partial is missing.
                let level = (std::f32::consts::PI * n / 8.0).sin().abs().max(0.06) * 2.4 / n.powf(1.25);
                let heard = audible(&freq, ratio) * ((&dull * -(n - 1.0)).exp() * level);
                sin_osc((&freq * ratio).min(HIGHEST_HZ), 0.0) * heard
            });
            sum(tones) * fade
        }))
    };
    // High up, one string stands for both.
    let apart = voice.own("detune") * 0.004;
    let (one, other) = (strings(&(1.0 - &apart), 0..3), strings(&(1.0 + apart), 0..3));
    let high = strings(&1.0.into(), 3..GROUPS.len());
    let wide = voice.own("stereo").min(1.0) * 0.5 + 0.5;
    let hammer = sin_osc(freq.min(400.0) * 0.5 + 60.0, 0.0) * decay(0.05, -5.0) * 0.35
        + operator(1700.0, sin_osc(2333.0, 0.0) * 3.0) * decay(0.012, -4.0) * 0.06;
    let edges = struck(voice) * (velocity * 0.7 + 0.3);
    let both = high + hammer;
    let left = mix(&other, &one, &wide) + &both;
    let right = mix(one, other, &wide) + both;
    vec![left * &edges * 0.5, right * edges * 0.5]
}

pub(super) fn epiano(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let velocity = voice.own("velocity");
    let breath = ((&freq / 261.6).log() * -0.4).exp().min(2.0);
    // The bark: the body's own pitch bends it, more when it is hit harder.
    let bark = decay(&breath * 2.2, -4.0) * (velocity.squared() * 1.5 + 0.35);
    let body =
        operator(&freq, sin_osc(&freq, 0.0) * bark) * Env::perc(0.0015, &breath * 4.5, -5.0).free_running();
    // The tine: fourteen times as high, gone in a moment.
    let tine_hz = (&freq * 14.0).min(HIGHEST_HZ * 0.7);
    let ting = sin_osc(tine_hz, 0.0) * decay(0.22, -5.0) * &velocity * 0.55;
    let tine = operator(&freq, ting) * decay(breath * 1.8, -5.0);
    let tone = lpf(body * 0.65 + tine * 0.45, 8500.0);
    // The suitcase's tremolo goes from side to side.
    let sway = sin_osc(voice.own("rate"), 0.0) * voice.own("lfo") * 0.5;
    let edges = struck(voice) * (velocity * 0.65 + 0.35);
    let tone = tone * edges;
    vec![&tone * (&sway + 1.0), tone * (1.0 - sway)]
}
