//! What fills a room: strings, choir, drone, riser.
//!
//! In: `freq` in Hz, the voice's length, their own controls. Out: two channels. Pure.

use super::parts::{HIGHEST_HZ, adsr, cents, saws, sum};
use crate::synth::graph::Signal;
use crate::synth::modifiers::formants;
use crate::synth::ugens::{Env, bpf, hpf, lpf, rlpf, saw, sin_osc, white, xline};
use crate::synth::voice::Voice;

pub(super) fn strings(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    // Players that do not agree: each a few cents off, each with a vibrato of its own.
    let depth = Env::from(0.0).to(0.0, 0.3).to(1.0, 0.8).free_running() * 0.0028;
    let desk = |players: [(f32, f32); 4], sway_hz: f32| {
        let section = sum(players.iter().enumerate().map(|(n, (at, hz))| {
            let pitch = (sin_osc(*hz, n as f32 * 1.7) * &depth + 1.0) * (&freq * cents(*at));
            saw(pitch, (0.37 * n as f32 + 0.2) % 2.0)
        }));
        let bow = sin_osc(sway_hz, 0.0) * 0.15 + 1.0;
        let body = hpf(lpf(section * 0.22, bow * (&freq * 3.0 + 2200.0).min(7000.0)), 150.0);
        body * adsr(voice, 0.32, 0.2, 0.9, 0.35)
    };
    vec![
        desk([(-11.0, 4.9), (4.0, 5.5), (9.0, 5.1), (-3.0, 6.0)], 0.41),
        desk([(-7.0, 5.3), (1.0, 4.7), (12.0, 5.8), (-14.0, 5.0)], 0.37),
    ]
}

pub(super) fn choir(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let depth = Env::from(0.0).to(0.2, 0.2).to(1.0, 0.7).free_running() * 0.006;
    let envelope = adsr(voice, 0.28, 0.2, 0.92, 0.4);
    let side = |singers: [(f32, f32); 3]| {
        let voices = sum(singers.iter().enumerate().map(|(n, (at, hz))| {
            let pitch = (sin_osc(*hz, n as f32 * 2.1) * &depth + 1.0) * (&freq * cents(*at));
            saw(pitch, (0.6 * n as f32 + 0.1) % 2.0)
        }));
        // A throat closes softly: less edge than a saw has.
        let throat = lpf(voices * 0.3, 3200.0);
        let mouth = formants(&throat, &voice.own("voice"));
        (mouth * 0.9 + throat * 0.12) * &envelope
    };
    vec![side([(-9.0, 5.2), (2.0, 4.6), (8.0, 5.7)]), side([(-6.0, 4.9), (-1.0, 5.5), (11.0, 5.1)])]
}

pub(super) fn drone(voice: &Voice) -> Vec<Signal> {
    let freq = voice.freq();
    let slow = voice.own("rate");
    let side = |at: [f32; 2], turn: f32| {
        // Root, fifth and octave, each pair beating slowly.
        let root = saws(&freq, &at) * 0.26 + sin_osc(&freq * 0.5, 0.0) * 0.3;
        let fifth = saws(&(&freq * 1.5), &[at[0] * 0.6 + 2.0]) * 0.11;
        let octave = saws(&(&freq * 2.0), &[at[1] * 0.7 - 2.0]) * 0.07;
        let wander = sin_osc(&slow * 0.11, turn) * 0.6 + sin_osc(&slow * 0.047, turn * 2.0) * 0.35 + 1.2;
        let cutoff = wander * (voice.own("voice") * (&freq * 6.0) + &freq * 1.5 + 120.0);
        rlpf(root + fifth + octave, cutoff.max(60.0).min(HIGHEST_HZ * 0.7), 0.5).tanh()
    };
    // As slow as its length lets it be.
    let envelope = adsr(voice, 1.2, 0.1, 1.0, 1.2);
    vec![side([-7.0, 5.0], 0.0) * &envelope, side([-4.0, 9.0], 1.3) * envelope]
}

pub(super) fn riser(voice: &Voice) -> Vec<Signal> {
    // `voice.sustain` decides how long it climbs; `n` where it ends.
    let top = (&voice.freq() * 32.0).min(HIGHEST_HZ * 0.85).max(600.0);
    let climb = xline(&top * 0.02, top, &voice.sustain);
    let rq: Signal = 1.0 - voice.own("resonance") * 0.85;
    let gain = (1.0 / &rq).min(4.0) * 0.9;
    let side = || {
        let wind = bpf(white(), &climb, &rq) + rlpf(white(), climb.min(HIGHEST_HZ), 0.8) * 0.22;
        hpf(wind, 60.0) * &gain
    };
    let tone = saw(&climb * 0.25, 0.0) * voice.own("voice") * 0.3;
    let swell = Env::from(0.0).bent(1.0, &voice.sustain * 0.96, 2.0).to(0.0, &voice.sustain * 0.04);
    let swell = swell.free_running();
    vec![(side() + &tone) * &swell, (side() + tone) * swell]
}
