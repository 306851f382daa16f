//! What runs for whole orbits: delay and reverb, the inserts ([`leslie`], [`dj_filter`], [`compressor`]), the master
//! and its meters; and the SynthDefs for tests and recordings.
//!
//! In: buses (see [`crate::bank::Layout`]). Out: SynthDefs. Pure. They clear nothing: the engines
//! clear every audio bus at each block, and the order of the stages (voices, leslies, delays, reverbs,
//! DJ filters, compressors, master) makes what was written earlier in a block readable. A delay or reverb adds to
//! the orbit's dry bus, an insert takes the place of what is on it, and the master sums them. NaN and
//! infinities are stopped where they would stay: before each feedback and before the hardware.

mod inserts;
mod output;

pub use inserts::{compressor, dj_filter, leslie};
pub use output::{
    CEILING, MASTER_LATENCY_S, METERS, METERS_A_SECOND, master, master_late_frames, meters, stem,
};

use super::graph::{Rate, Signal, Sink, SynthDef};
use super::modifiers::param;
use super::ugens::{
    Env, FREE, allpass_n, control_dur, delay_c, delay_kr, delay_n, in_ar, lag, local_in, local_out, lpf,
    offset_out, one_pole, out, safe, sin_osc,
};

/// The longest delay time in seconds: SuperDirt's.
pub const LONGEST_DELAY_S: f32 = 4.0;

/// Buses of one orbit: dry, delay and reverb, two channels each ([`crate::bank::Layout`]).
const BUSES_PER_ORBIT: usize = 6;

fn live(name: &'static str) -> Signal {
    Signal::control(name, super::range(name).map_or(0.0, |range| range.default))
}

/// An orbit's echo. Controls: `in` (its bus), `out` (the orbit's dry bus), `delaytime` (s, 0..4),
/// `delayfeedback` (0..0.99). Takes about 2 MiB of the engine's memory (4 s at 48 kHz).
///
/// A change of time dips for 45 ms while the tape is moved, so patterned times do not click and
/// do not glide.
pub fn delay() -> SynthDef {
    let (time, feedback) = (live("delaytime"), lag(&live("delayfeedback"), 0.02));
    // While the time of 30 ms ago is another, the tape is silent; it moves in the middle of that.
    let moves = (delay_kr(&time, 0.03) - &time).abs().above(1e-6);
    let level = Env::from(1.0).to(0.0, 0.015).held().to(1.0, 0.015).ar(moves, 0.0);
    // The loop itself takes a block.
    let moved = (delay_kr(&time, 0.02) - control_dur()).max(0.0);
    let (dry, echoes) = (in_ar(live("in"), 2), local_in(2));
    let taps: Vec<Signal> = dry
        .iter()
        .zip(&echoes)
        .map(|(dry, echo)| delay_n(safe(dry + echo * &feedback), LONGEST_DELAY_S, &moved) * &level)
        .collect();
    // What LocalIn reads is one block old: that is the block taken off above.
    let sinks = [local_out(taps), out(live("out"), echoes)];
    SynthDef::new("oi.fx.delay", &sinks)
}

/// Lengths of the reverb's eight lines in seconds, without a common measure: no echoes coincide.
const LINES_S: [f32; 8] = [0.0311, 0.0347, 0.0389, 0.0427, 0.0469, 0.0513, 0.0559, 0.0607];

/// Lengths of the diffusers before them, left and right.
const DIFFUSERS_S: [[f32; 3]; 2] = [[0.0047, 0.0036, 0.0127], [0.0051, 0.0033, 0.0121]];

/// The decay to -60 dB in seconds: from a small room at `size` 0 to a hall at 1.
const SHORTEST_S: f32 = 0.4;
const LONGEST_S: f32 = 10.0;

/// An orbit's reverb. Controls: `in` (its bus), `out` (the orbit's dry bus), `size` (0..1, decay of
/// 0.4 to 10 s), `dry` (0..1, takes as much of it away). Else the sends set how much there is of it.
///
/// A feedback delay network (Jot): eight lines that feed all of each other through a Householder
/// reflection, which keeps the energy, so the decay is set by one gain for each line.
pub fn reverb() -> SynthDef {
    let size = lag(&live("size"), 0.1);
    let decay_s = (&size * (LONGEST_S / SHORTEST_S).ln()).exp() * SHORTEST_S;
    let inputs: Vec<Signal> = in_ar(live("in"), 2)
        .into_iter()
        .zip(DIFFUSERS_S)
        .map(|(input, times)| diffused(input, times))
        .collect();
    let lines = local_in(LINES_S.len());
    let lost: Vec<Signal> = lines
        .iter()
        .zip(LINES_S)
        .map(|(line, time)| one_pole(line * ((-6.9078 * time) / &decay_s).exp(), 0.3))
        .collect();
    let reflected = total(&lost) * (2.0 / LINES_S.len() as f32);
    let sway = sin_osc(0.37, 0.0) * 0.0004;
    let fed: Vec<Signal> = lost
        .iter()
        .zip(LINES_S)
        .enumerate()
        .map(|(n, (line, time))| {
            let input = inputs.get(n % 2).map_or_else(|| line.clone(), |input| input + line);
            line_of(n, safe(input - &reflected), time, &sway)
        })
        .collect();
    // A long decay piles up energy: the level goes down with it, by a root, so that it still blooms.
    let wet = 1.0 - lag(&live("dry"), 0.05);
    let level = ((decay_s * -0.115).exp() * 0.35 + 0.2) * wet;
    let side = |first: usize| {
        let taps = lines.iter().skip(first).step_by(2).enumerate();
        let signed: Vec<Signal> =
            taps.map(|(n, tap)| if n % 2 == 0 { tap.clone() } else { -tap.clone() }).collect();
        total(&signed) * &level
    };
    SynthDef::new("oi.fx.reverb", &[local_out(fed), out(live("out"), vec![side(0), side(1)])])
}

fn diffused(input: Signal, times: [f32; 3]) -> Signal {
    times.into_iter().fold(lpf(safe(input), 9000.0), |signal, time| allpass_n(signal, time, time * 8.0))
}

/// One line, a block shorter than its time since the loop takes that block. Two of the eight sway
/// a little, which takes the ringing out of long decays.
fn line_of(n: usize, input: Signal, time_s: f32, sway: &Signal) -> Signal {
    let time = time_s - control_dur();
    match n {
        2 => delay_c(input, time_s + 0.001, time + sway),
        5 => delay_c(input, time_s + 0.001, time - sway),
        _ => delay_n(input, time_s, time),
    }
}

fn total(signals: &[Signal]) -> Signal {
    signals.iter().cloned().reduce(|sum, signal| sum + signal).unwrap_or_else(|| 0.0.into())
}

/// A click that starts on the exact sample: 5 ms at `amp` on `out` and its neighbour, then it frees
/// itself. Proves that an engine takes SynthDefs, and measures onsets.
pub fn probe() -> SynthDef {
    let click = Env::from(1.0).to(1.0, 0.005).ar(1.0, FREE) * param("amp");
    SynthDef::new("oi.probe", &[offset_out(&param("out"), vec![click.clone(), click])])
}

/// Writes two buses to the file behind a buffer (`/b_write` with the file left open). Controls: `in`,
/// `bufnum`. Last in the order, it hears what the hardware gets.
pub fn recorder() -> SynthDef {
    let heard = in_ar(Signal::scalar("in", 0.0), 2);
    let inputs = [vec![param("bufnum")], heard].concat();
    SynthDef::new("oi.recorder", &[Sink::new("DiskOut", Rate::Audio, inputs, 1)])
}

/// All of the above.
pub fn all() -> Vec<SynthDef> {
    vec![delay(), reverb(), leslie(), dj_filter(), compressor(), master(), meters(), probe(), recorder()]
}
