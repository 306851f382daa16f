//! What ends the way of the sound: the master, and the meters beside it.
//!
//! In: the orbits' dry buses. Out: the hardware's outputs; messages with levels. Pure.

use super::{BUSES_PER_ORBIT, live, total};
use crate::bank::ORBITS;
use crate::synth::graph::{Rate, Signal, SynthDef};
use crate::synth::ugens::{
    delay_n, in_ar, lag, leak_dc, limiter, one_pole, out, peak, safe, select, send_reply,
};

/// The master never writes more than this: -0.3 dBFS.
pub const CEILING: f32 = 0.966;

/// Half of the master's lateness: long enough for the limiter to bend gently, too short to hear.
const LOOKAHEAD_S: f32 = 0.0025;

/// Seconds by which the master is late, always the same.
pub const MASTER_LATENCY_S: f32 = 2.0 * LOOKAHEAD_S;

/// The address of the meters' messages: node, which ([`meters`]), then a value for each orbit and one
/// for the sum.
pub const METERS: &str = "/oi.meters";

/// So many times in a second they come.
pub const METERS_A_SECOND: f32 = 10.0;

/// The two channels of each orbit, by the bus of the first.
fn orbits(first: &Signal) -> Vec<Vec<Signal>> {
    (0..ORBITS).map(|orbit| in_ar(first + (orbit * BUSES_PER_ORBIT) as f32, 2)).collect()
}

/// The sum of all orbits' dry buses, made safe, to the hardware. Controls: `in` (the first orbit's
/// dry bus), `out` (the first hardware output), `amp` (1), `limitertype` (0 none, 1 a limiter, 2 soft
/// clipping). Late by [`MASTER_LATENCY_S`], whatever the type, so that a change of it is no jump.
pub fn master() -> SynthDef {
    let orbits = orbits(&Signal::scalar("in", 16.0));
    let amp = lag(&Signal::control("amp", 1.0), 0.02);
    let kind = live("limitertype");
    let side = |n: usize| {
        // Each orbit is made safe by itself: one that has blown up does not silence the others.
        let safe: Vec<Signal> = orbits.iter().filter_map(|orbit| orbit.get(n).cloned()).map(safe).collect();
        let sum = leak_dc(total(&safe) * &amp);
        let late = delay_n(sum.clone(), MASTER_LATENCY_S, MASTER_LATENCY_S);
        // The limiter overshoots by a rounding error; the clip makes the ceiling a promise. Without
        // either the hardware clips.
        let limited = limiter(sum, CEILING, LOOKAHEAD_S).clip2(CEILING);
        select(&kind, [late.clone(), limited, late.softclip().clip2(CEILING)])
    };
    SynthDef::new("oi.master", &[out(Signal::scalar("out", 0.0), vec![side(0), side(1)])])
}

/// Levels of all orbits and of the output, [`METERS_A_SECOND`] times a second: a message with the peaks
/// since the last one (its id is 0), and one with the mean squares of about a third of a second (1); the
/// louder channel counts for a peak, both for a mean. Controls: `in` (the first orbit's dry bus), `out`
/// (the first hardware output). Stands after the master.
pub fn meters() -> SynthDef {
    let mut pairs = orbits(&Signal::scalar("in", 16.0));
    pairs.push(in_ar(Signal::scalar("out", 0.0), 2));
    let tick = Signal::unit("Impulse", Rate::Control, vec![METERS_A_SECOND.into(), 0.0.into()]);
    let (mut peaks, mut squares) = (Vec::new(), Vec::new());
    for pair in &pairs {
        let loudest = pair.iter().map(Signal::abs).reduce(|a, b| a.max(b));
        peaks.extend(loudest.map(|signal| peak(signal, tick.clone())));
        let power: Vec<Signal> = pair.iter().map(Signal::squared).collect();
        squares.push(one_pole(total(&power) * 0.5, MEAN));
    }
    let tell = |id, values| send_reply(tick.clone(), METERS, id, values);
    SynthDef::new("oi.meters", &[tell(0.0, peaks), tell(1.0, squares)])
}

/// The coefficient of a mean over a third of a second at 48 kHz.
const MEAN: f32 = 0.999_94;

/// An orbit's dry bus as the master takes it in, without its level and its limiter: the stems add up to
/// what the limiter gets. Controls: `in` (the orbit's dry bus), `out` (the first of two hardware outputs).
pub fn stem() -> SynthDef {
    let sides = in_ar(Signal::scalar("in", 0.0), 2).into_iter().map(|side| leak_dc(safe(side))).collect();
    SynthDef::new("oi.stem", &[out(Signal::scalar("out", 0.0), sides)])
}

/// How many frames the master is late: the limiter looks ahead by two of its buffers.
pub fn master_late_frames(rate: u32) -> u64 {
    2 * (f64::from(LOOKAHEAD_S) * f64::from(rate)).ceil() as u64
}
