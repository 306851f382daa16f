//! What several instruments are made of: envelopes, falling pitches, clusters, partials.
//!
//! In: signals. Out: signals. Pure.

use crate::synth::graph::Signal;
use crate::synth::ugens::{Env, lf_pulse, rlpf, saw, sin_osc};
use crate::synth::voice::Voice;

/// Above this a filter of ours is left open: engines of 44.1 kHz stay below half their rate.
pub(super) const HIGHEST_HZ: f32 = 14_000.0;

/// The highest pitch of an oscillator: far above, its phase runs away.
pub(super) const HIGHEST_PITCH_HZ: f32 = 20_000.0;

/// The sum of all.
pub(super) fn sum(signals: impl IntoIterator<Item = Signal>) -> Signal {
    signals.into_iter().reduce(|sum, signal| sum + signal).unwrap_or_else(|| 0.0.into())
}

/// A factor of so many cents.
pub(super) fn cents(cents: f32) -> f32 {
    2_f32.powf(cents / 1200.0)
}

/// From `from` (at `amount` 0) to `to` (at 1), in a straight line.
pub(super) fn mix(from: impl Into<Signal>, to: impl Into<Signal>, amount: &Signal) -> Signal {
    let from = from.into();
    let way = to.into() - &from;
    from + way * amount
}

/// Rises in `attack_s`, falls to `level` in `decay_s`, and falls to 0 in the last `release_s`;
/// short voices have all three shorter, in proportion.
pub(super) fn adsr(
    voice: &Voice,
    attack_s: f32,
    decay_s: f32,
    level: impl Into<Signal>,
    release_s: f32,
) -> Signal {
    let level = level.into();
    let attack = (&voice.sustain * 0.3).min(attack_s);
    let release = (&voice.sustain * 0.3).min(release_s);
    let decay = (&voice.sustain - &attack - &release).min(decay_s);
    let hold = &voice.sustain - &attack - &decay - &release;
    Env::from(0.0)
        .bent(1.0, attack, -1.0)
        .bent(&level, decay, -3.0)
        .to(level, hold.max(0.0))
        .bent(0.0, release, -2.0)
        .free_running()
}

/// The edges of what decays by itself: no click at either end.
pub(super) fn struck(voice: &Voice) -> Signal {
    adsr(voice, 0.001, 0.01, 1.0, 0.06)
}

/// Decays along `curve` after an attack too short to hear and long enough not to click.
pub(super) fn decay(decay_s: impl Into<Signal>, curve: f32) -> Signal {
    Env::perc(0.0005, decay_s, curve).free_running()
}

/// From 1 to 0.
pub(super) fn fall(decay_s: impl Into<Signal>, curve: f32) -> Signal {
    Env::fall(decay_s, curve).free_running()
}

/// A drum's sine whose pitch falls from `1 + drop` times `freq` to `freq` within `fall_s`.
pub(super) fn falling_sine(
    voice: &Voice,
    freq: f32,
    drop: impl Into<Signal>,
    fall_s: impl Into<Signal>,
) -> Signal {
    let bend = fall(fall_s, -6.0) * drop.into() + 1.0;
    sin_osc(bend * (voice.rate() * freq), 0.0)
}

/// Six square waves without a common measure, the metal of the 808 (its oscillators' frequencies).
pub(super) fn metal(voice: &Voice, factor: f32) -> Signal {
    let partials = [205.3, 369.6, 304.4, 522.7, 359.4, 800.0];
    sum(partials.iter().map(|freq| lf_pulse(voice.rate() * (freq * factor), 0.0, 0.5) - 0.5)) * 0.33
}

/// Saws at these cents, their phases apart, so that the onset is no stack of equal waves.
pub(super) fn saws(freq: &Signal, at_cents: &[f32]) -> Signal {
    sum(at_cents.iter().enumerate().map(|(n, c)| saw(freq * cents(*c), (0.45 * n as f32) % 2.0)))
}

/// A sine at `ratio` times the pitch, silent where that is too high to be heard.
pub(super) fn partial(freq: &Signal, ratio: f32) -> Signal {
    sin_osc((freq * ratio).min(HIGHEST_HZ), 0.0) * audible(freq, ratio)
}

/// 1 where a partial of the pitch is to be heard, else 0.
pub(super) fn audible(freq: &Signal, ratio: f32) -> Signal {
    1.0 - (freq * ratio).above(HIGHEST_HZ)
}

/// A resonant low-pass of 24 dB an octave. `resonance` is 0 to 1, the top just short of howling.
pub(super) fn ladder(input: impl Into<Signal>, cutoff: impl Into<Signal>, resonance: &Signal) -> Signal {
    let cutoff = cutoff.into().max(30.0).min(HIGHEST_HZ);
    let rq = (resonance * 0.06_f32.ln()).exp();
    rlpf(rlpf(input, &cutoff, 1.0), cutoff, rq)
}
