//! What moves a voice: envelopes, tremolo, phaser, shifts of pitch and frequency.
//!
//! In: one channel. Out: one. Pure; the formulas are SuperDirt's unless a function says otherwise.

use super::param;
use crate::synth::graph::{Rate, Signal};
use crate::synth::ugens::{Env, delay_c, sin_osc};
use crate::synth::voice::Voice;
use std::f32::consts::FRAC_PI_2;

pub(super) fn pitch_shift(input: &Signal, voice: &Voice) -> Signal {
    // The window must be long for low sounds and no longer than the voice is.
    let window = voice.sustain.min(0.1).max(0.01);
    Signal::unit(
        "PitchShift",
        Rate::Audio,
        vec![input.clone(), window, param("psrate"), param("psdisp"), 0.0.into()],
    )
}

pub(super) fn envelope(input: &Signal, _: &Voice) -> Signal {
    let curve = param("curve");
    let env = Env::from(0.0).bent(1.0, param("attack"), &curve).to(1.0, param("hold"));
    input * env.bent(0.0, param("release"), curve).free_running()
}

/// Rises, stays and falls within the voice's length: `plat` is the part that stays, `tilt` how the rest
/// is shared between the rise and the fall.
pub(super) fn grain(input: &Signal, voice: &Voice) -> Signal {
    let (tilt, moving) = (param("tilt"), 1.0 - param("plat"));
    let part = |part: Signal| part * &voice.sustain;
    let env = Env::from(0.0)
        .bent(1.0, part(&moving * &tilt), param("curve"))
        .to(1.0, part(param("plat")))
        .bent(0.0, part(&moving * (1.0 - &tilt)), param("curve"));
    input * env.free_running()
}

pub(super) fn tremolo(input: &Signal, _: &Voice) -> Signal {
    // It begins at full level, so that an onset keeps its weight.
    let below = 1.0 - sin_osc(param("tremolorate"), FRAC_PI_2);
    input * (1.0 - below * param("tremolodepth") * 0.5)
}

pub(super) fn phaser(input: &Signal, _: &Voice) -> Signal {
    let wander = sin_osc(param("phaserrate"), 0.0) * 0.0006 + 0.0094;
    input + delay_c(input, 0.0105, wander) * param("phaserdepth")
}

pub(super) fn frequency_shift(input: &Signal, _: &Voice) -> Signal {
    let hz = param("freq") * param("fshiftnote") + param("fshift");
    // supernova takes no notice of a phase that is not at audio rate.
    let phase = Signal::unit("K2A", Rate::Audio, vec![param("fshiftphase")]);
    Signal::unit("FreqShift", Rate::Audio, vec![input.clone(), hz, phase])
}
