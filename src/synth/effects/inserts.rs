//! What changes an orbit as a whole: the rotating loudspeaker, the DJ filter and the compressor.
//!
//! In: the orbit's dry bus. Out: the same bus, its content replaced. Pure. An orbit has none of them
//! until an event asks for one: they would cost CPU for nothing.

use super::{live, total};
use crate::synth::graph::{Signal, SynthDef};
use crate::synth::modifiers;
use crate::synth::ugens::{amplitude, delay_c, hpf, in_ar, lag, lpf, replace_out, safe, sin_osc};
use std::f32::consts::FRAC_PI_2;

/// Metres that sound travels in a second.
const SOUND_M_S: f32 = 343.0;

/// Above it sounds the horn, below it the drum.
const CROSSOVER_HZ: f32 = 800.0;

/// The drum turns a little slower than the horn.
const DRUM: f32 = 0.85;

/// An orbit's rotating loudspeaker. Controls: `in` (the orbit's dry bus), `leslie` (0..1, how much of
/// the sound goes through it), `lrate` (turns a second), `lsize` (metres from the centre to the horn's
/// mouth).
///
/// The mouth comes nearer and goes away: its distance moves the pitch (Doppler), its direction the
/// level and the side. The drum below 800 Hz only moves the level.
pub fn leslie() -> SynthDef {
    let bus = Signal::scalar("in", 16.0);
    let (mix, rate, size) = (lag(&live("leslie"), 0.05), lag(&live("lrate"), 0.5), lag(&live("lsize"), 0.1));
    let dry = in_ar(&bus, 2);
    let turned = safe(total(&dry) * 0.5);
    // Two of each in a row: their sum is level (Linkwitz and Riley).
    let low = lpf(lpf(&turned, CROSSOVER_HZ), CROSSOVER_HZ);
    let high = hpf(hpf(&turned, CROSSOVER_HZ), CROSSOVER_HZ);
    // The farthest that the mouth moves, as a time; a delay cannot be shorter than nothing.
    let reach_s = size / SOUND_M_S;
    let side = |n: usize, phase: f32| {
        let (horn, drum) = (sin_osc(&rate, phase), sin_osc(&rate * DRUM, -phase));
        let distance_s = (&horn + 1.0) * &reach_s + 0.0002;
        let horn = delay_c(&high, 0.05, distance_s) * (1.0 - (horn + 1.0) * 0.3);
        let wet = (horn + &low * (1.0 - (drum + 1.0) * 0.2)) * 1.5;
        let silence = Signal::from(0.0);
        let own = dry.get(n).unwrap_or(&silence);
        own * (1.0 - &mix) + wet * &mix
    };
    // The microphones stand at a right angle.
    let sides = vec![side(0, 0.0), side(1, FRAC_PI_2)];
    SynthDef::new("oi.fx.leslie", &[replace_out(bus, sides)])
}

/// An orbit's DJ filter, behind its echoes and its room. Controls: `in` (the orbit's dry bus), `orbitdjf`
/// (0..1, `djf` for all of the orbit at once; in the middle nothing is taken). It glides to a new value in
/// 50 ms, also under what sounds on.
pub fn dj_filter() -> SynthDef {
    let bus = Signal::scalar("in", 16.0);
    let knob = lag(&live("orbitdjf"), 0.05);
    let dry = in_ar(&bus, 2);
    let filtered = dry.into_iter().map(|channel| modifiers::dj_filter(&safe(channel), &knob)).collect();
    SynthDef::new("oi.fx.djf", &[replace_out(bus, filtered)])
}

/// An orbit's compressor. Controls: `in` (the orbit's dry bus), `compressor` (the threshold in dB; 0 and
/// above: off), `compressorRatio` (1..20), `compressorAttack`, `compressorRelease` (s).
///
/// Both channels follow the louder one, so that the image stays. What is lost is given back in part: the
/// level of a sound at 0 dB falls by half of what it would.
pub fn compressor() -> SynthDef {
    let bus = Signal::scalar("in", 16.0);
    let dry: Vec<Signal> = in_ar(&bus, 2).into_iter().map(safe).collect();
    let loudest = dry.iter().map(Signal::abs).reduce(|a, b| a.max(b)).unwrap_or_else(|| 0.0.into());
    let level = amplitude(&loudest, live("compressorAttack"), live("compressorRelease"));
    let threshold = (lag(&live("compressor").min(0.0), 0.05) * (10_f32.ln() / 20.0)).exp();
    let slope = 1.0 / live("compressorRatio") - 1.0;
    let over = (level / &threshold).max(1.0);
    // A power by way of logarithms: what is above 0 for sure.
    let gain = (over.log() * &slope).exp() * (threshold.log() * slope * 0.5).exp();
    SynthDef::new("oi.fx.comp", &[replace_out(bus, dry.iter().map(|channel| channel * &gain).collect())])
}
