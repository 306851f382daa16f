//! Playing a buffer.
//!
//! In: the voice's controls (defined in [`super::voice`]). Out: one or two channels. Pure.

use super::graph::{Rate, Signal};
use super::modifiers::param;
use super::ugens::line;
use super::voice::Voice;

/// The channels of the buffer `bufnum`; it must have as many, or the engines play silence.
pub(super) fn sampler(channels: usize, looped: bool, voice: &Voice) -> Vec<Signal> {
    let bufnum = param("bufnum");
    let info = |name| Signal::unit(name, Rate::Scalar, vec![bufnum.clone()]);
    let frames = info("BufFrames");
    let rate = line(param("speed"), param("endSpeed"), &voice.sustain) * info("BufRateScale");
    if looped {
        return around(channels, &bufnum, &rate, &frames);
    }
    // PlayBuf counts in double precision: long samples stay clean. Backwards from 1 begins at the
    // last frame; a buffer of no frames begins at 0.
    let last = (&frames - 1.0).max(0.0);
    let start = (param("begin") * &frames).min(last);
    let inputs = vec![bufnum, rate, 1.0.into(), start, 0.0.into(), 0.0.into()];
    Signal::units("PlayBuf", Rate::Audio, inputs, channels)
}

/// Around and around between `begin` and `end`, in either direction.
fn around(channels: usize, bufnum: &Signal, rate: &Signal, frames: &Signal) -> Vec<Signal> {
    let (begin, part) = (param("begin"), param("end") - param("begin"));
    let length = (part.abs() * frames).max(1.0);
    let phasor =
        Signal::unit("Phasor", Rate::Audio, vec![0.0.into(), rate.abs(), 0.0.into(), length, 0.0.into()]);
    let position = phasor * part.sign() + begin * frames;
    Signal::units("BufRd", Rate::Audio, vec![bufnum.clone(), position, 1.0.into(), 4.0.into()], channels)
}
