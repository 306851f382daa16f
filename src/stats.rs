//! Figures of timing, and the messages that carry figures between threads.
//!
//! In: single measurements. Out: histograms and the words of the report contract. Pure.
//!
//! The words, defined once: *onset* is the instant an event falls by the clock; *latency* is what
//! is added to the onset to make the timetag; *due* is the onset, when the bundle should be handed
//! to the socket; *lateness* is sent minus due; *jitter* is the spread of lateness; *lead* is
//! timetag minus sent, so latency minus lateness; *late* is a lead smaller than the engine needs;
//! *lookahead* is how far before due the planning is done.

mod recent;
mod timing;

pub use recent::{Bucket, Figures, Recent};
pub use timing::{LatenessMs, LeadMs, Timing, TimingReport};

/// What the engine's owner knows of it, at most a few times a second.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Health {
    /// `supernova`, `scsynth`, `embedded`, `osc:HOST:PORT`.
    pub engine: String,
    /// The engine's version, once it has said it.
    pub version: Option<String>,
    /// How it reaches the speakers: `JACK`, `PipeWire`, `ALSA hw:0`, `no audio device (dummy)` ...
    pub audio: String,
    /// False while it is away: starting, dead, frozen.
    pub alive: bool,
    /// Average CPU of audio, percent.
    pub average_cpu: f32,
    /// Peak CPU of audio, percent.
    pub peak_cpu: f32,
    /// Unit generators running.
    pub ugens: i32,
    /// Synths running.
    pub synths: i32,
    /// Groups.
    pub groups: i32,
    /// SynthDefs held.
    pub defs: i32,
    /// Nominal sample rate, Hz.
    pub sample_rate: f64,
    /// Xruns the engine spoke of since it started; none when it cannot tell.
    pub xruns: Option<u64>,
    /// Bundles the engine called late since it started.
    pub engine_late: u64,
    /// From `/status` to `/status.reply`, milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Age of the last reply, milliseconds.
    pub last_reply_ms: Option<f64>,
    /// Messages dropped because a queue was full.
    pub dropped: u64,
    /// How often the engine was started again.
    pub restarts: u32,
}
