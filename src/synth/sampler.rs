//! Playing a buffer.
//!
//! In: the voice's controls (defined in [`super::voice`]). Out: one or two channels. Pure.

use super::graph::{Rate, Signal};
use super::modifiers::param;
use super::ugens::{hpz1, latch, lf_saw, line, sample_rate};
use super::voice::Voice;
use std::f32::consts::PI;

/// How a buffer is played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub looped: bool,
    pub stretched: bool,
}

/// The channels of the buffer `bufnum`; it must have as many, or the engines play silence.
pub(super) fn sampler(channels: usize, way: Way, voice: &Voice) -> Vec<Signal> {
    let bufnum = param("bufnum");
    let info = |name| Signal::unit(name, Rate::Scalar, vec![bufnum.clone()]);
    let frames = info("BufFrames");
    let rate = line(param("speed"), param("endSpeed"), &voice.sustain) * info("BufRateScale");
    if way.stretched {
        return stretched(channels, &bufnum, &rate, &frames, way.looped);
    }
    if way.looped {
        return around(channels, &bufnum, &rate, &frames);
    }
    // PlayBuf counts in double precision: long samples stay clean. Backwards from 1 begins at the
    // last frame; a buffer of no frames begins at 0.
    let last = (&frames - 1.0).max(0.0);
    let start = (param("begin") * &frames).min(last);
    let inputs = vec![bufnum, rate, 1.0.into(), start, 0.0.into(), 0.0.into()];
    Signal::units("PlayBuf", Rate::Audio, inputs, channels)
}

/// Counts up by `step` a sample, from 0 up to `end` and again.
fn count(step: Signal, end: Signal) -> Signal {
    Signal::unit("Phasor", Rate::Audio, vec![0.0.into(), step, 0.0.into(), end, 0.0.into()])
}

/// Beyond its ends a buffer begins again when it `wraps`, else its last frame stays.
fn read(channels: usize, bufnum: &Signal, position: Signal, wraps: f32) -> Vec<Signal> {
    let inputs = vec![bufnum.clone(), position, wraps.into(), 4.0.into()];
    Signal::units("BufRd", Rate::Audio, inputs, channels)
}

/// Around and around between `begin` and `end`, in either direction.
fn around(channels: usize, bufnum: &Signal, rate: &Signal, frames: &Signal) -> Vec<Signal> {
    let (begin, part) = (param("begin"), param("end") - param("begin"));
    let length = (part.abs() * frames).max(1.0);
    read(channels, bufnum, count(rate.abs(), length) * part.sign() + begin * frames, 1.0)
}

/// The length of a grain in seconds, at `timescalewin` 1: long enough for low sounds, too short for
/// an echo.
const GRAIN_S: f32 = 0.08;

/// A head that moves `timescale` times more slowly than the sound is played: two rows of grains, half a
/// grain apart, begin where it stands. Each fades in while the other fades out, their sum is even.
fn stretched(channels: usize, bufnum: &Signal, rate: &Signal, frames: &Signal, looped: bool) -> Vec<Signal> {
    let begin = param("begin") * frames;
    let part = param("end") - param("begin");
    // Without a loop the head runs on; what is read beyond the end is the last frame.
    let end = if looped { (part.abs() * frames).max(1.0) } else { 1e9.into() };
    let head = count(rate.abs() / param("timescale"), end) * param("speed").sign();
    let grain_s = param("timescalewin") * GRAIN_S;
    let mut sum: Vec<Signal> = Vec::new();
    // The second row is in the middle of a grain when the voice begins, so that it has its attack.
    for phase in [1.0, 0.0] {
        let inside = lf_saw(1.0 / &grain_s, phase) * 0.5;
        let start = latch(head.clone(), hpz1(-inside.clone()).above(0.0));
        let window = (&inside * PI).cos().squared();
        // In its middle a grain plays where the head stood when it began.
        let position = &begin + start + inside * rate * &grain_s * sample_rate();
        // A grain may reach beyond either end.
        let row = read(channels, bufnum, position, 0.0);
        let row: Vec<Signal> = row.into_iter().map(|channel| channel * &window).collect();
        sum = if sum.is_empty() { row } else { sum.into_iter().zip(row).map(|(a, b)| a + b).collect() };
    }
    sum
}
