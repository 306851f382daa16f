//! The unit generators that our graphs use, by the names of SuperCollider's classes.
//!
//! In and out: signals. Pure. Left out on purpose, since plyphon's differ in level: `Saw`, `Pulse`,
//! `Decay2`, `AllpassC` (engine facts 6). What moves is computed at audio rate: control-rate
//! signals are steps on plyphon where SuperCollider interpolates.

use super::graph::{Rate, Signal, Sink};
use std::f32::consts::PI;

fn ar<const N: usize>(name: &'static str, inputs: [Signal; N]) -> Signal {
    Signal::unit(name, Rate::Audio, inputs.into())
}

/// The phase in radians is a number: plyphon does not modulate it at audio rate.
pub(super) fn sin_osc(freq: impl Into<Signal>, phase: f32) -> Signal {
    ar("SinOsc", [freq.into(), phase.into()])
}

/// From -1 to 1, not band-limited; the phase of 0 starts at 0, of 1 at -1.
pub(super) fn lf_saw(freq: impl Into<Signal>, phase: impl Into<Signal>) -> Signal {
    ar("LFSaw", [freq.into(), phase.into()])
}

/// 0 or 1, not band-limited.
pub(super) fn lf_pulse(freq: impl Into<Signal>, phase: f32, width: f32) -> Signal {
    ar("LFPulse", [freq.into(), phase.into(), width.into()])
}

pub(super) fn lf_tri(freq: impl Into<Signal>, phase: f32) -> Signal {
    ar("LFTri", [freq.into(), phase.into()])
}

/// A sawtooth with little aliasing: a parabola, differentiated ("Alias-suppressed oscillators based
/// on differentiated polynomial waveforms", Välimäki et al. 2010). From -1 to 1.
pub(super) fn saw(freq: impl Into<Signal>, phase: f32) -> Signal {
    let freq = freq.into();
    let parabola = lf_saw(&freq, phase).squared();
    // HPZ1 is half the difference of neighbours, and the parabola moves by 4 f / rate a sample.
    hpz1(parabola) * (sample_rate() * 0.5 / freq)
}

/// A pulse of `width` 0..1 with little aliasing: two saws apart. From -1 to 1, without offset.
pub(super) fn pulse(freq: impl Into<Signal>, width: f32) -> Signal {
    let freq = freq.into();
    saw(&freq, 0.0) - saw(&freq, 2.0 * width)
}

/// The same, with a width that moves: both saws come from one phase.
pub(super) fn moving_pulse(freq: impl Into<Signal>, width: impl Into<Signal>) -> Signal {
    let freq = freq.into();
    let phase = lf_saw(&freq, 0.0);
    let other = (&phase + width.into() * 2.0).wrap2(1.0);
    hpz1(phase.squared() - other.squared()) * (sample_rate() * 0.5 / freq)
}

/// A sine whose phase is moved by `modulation`, radians: the operator of FM synthesis. (`SinOsc` of
/// plyphon does not move its phase at audio rate.)
pub(super) fn operator(freq: impl Into<Signal>, modulation: impl Into<Signal>) -> Signal {
    (lf_saw(freq, 0.0) * PI + modulation.into()).sin()
}

pub(super) fn white() -> Signal {
    ar("WhiteNoise", [])
}

pub(super) fn sample_rate() -> Signal {
    Signal::unit("SampleRate", Rate::Scalar, vec![])
}

/// Seconds of a block: the shortest way around a feedback loop.
pub(super) fn control_dur() -> Signal {
    Signal::unit("ControlDur", Rate::Scalar, vec![])
}

/// Half the difference to the sample before.
pub(super) fn hpz1(input: Signal) -> Signal {
    ar("HPZ1", [input])
}

/// The highest frequency of a filter: from half the rate on (22 kHz at 44.1) they blow up.
const HIGHEST_HZ: f32 = 20_000.0;

/// A filter's frequency, where a pitch or an envelope moves it: it may be as high as they like.
fn heard(freq: impl Into<Signal>) -> Signal {
    match freq.into() {
        fixed @ Signal::Constant(_) => fixed,
        moving => moving.min(HIGHEST_HZ),
    }
}

pub(super) fn lpf(input: impl Into<Signal>, freq: impl Into<Signal>) -> Signal {
    ar("LPF", [input.into(), heard(freq)])
}

pub(super) fn hpf(input: impl Into<Signal>, freq: impl Into<Signal>) -> Signal {
    ar("HPF", [input.into(), heard(freq)])
}

pub(super) fn bpf(input: impl Into<Signal>, freq: impl Into<Signal>, rq: impl Into<Signal>) -> Signal {
    ar("BPF", [input.into(), heard(freq), rq.into()])
}

pub(super) fn rlpf(input: impl Into<Signal>, freq: impl Into<Signal>, rq: impl Into<Signal>) -> Signal {
    ar("RLPF", [input.into(), heard(freq), rq.into()])
}

pub(super) fn rhpf(input: impl Into<Signal>, freq: impl Into<Signal>, rq: impl Into<Signal>) -> Signal {
    ar("RHPF", [input.into(), heard(freq), rq.into()])
}

/// y = (1 - |c|) x + c y', a gentle low-pass for c above 0.
pub(super) fn one_pole(input: impl Into<Signal>, c: impl Into<Signal>) -> Signal {
    ar("OnePole", [input.into(), c.into()])
}

pub(super) fn leak_dc(input: impl Into<Signal>) -> Signal {
    // A corner below 4 Hz: the usual 0.995 would take the weight from a bass drum.
    ar("LeakDC", [input.into(), 0.9995.into()])
}

/// `input` without NaN, infinities and denormals, and not beyond what any music needs (+24 dBFS): a
/// limiter, a feedback or a filter after it cannot blow up. All three engines have `Sanitize`.
pub(super) fn safe(input: impl Into<Signal>) -> Signal {
    ar("Sanitize", [input.into(), 0.0.into()]).clip2(16.0)
}

/// Late by twice `duration_s`; never above `level`.
pub(super) fn limiter(input: impl Into<Signal>, level: f32, duration_s: f32) -> Signal {
    ar("Limiter", [input.into(), level.into(), duration_s.into()])
}

/// Without interpolation: for times that do not glide.
pub(super) fn delay_n(input: impl Into<Signal>, longest_s: f32, time_s: impl Into<Signal>) -> Signal {
    ar("DelayN", [input.into(), longest_s.into(), time_s.into()])
}

pub(super) fn delay_c(input: impl Into<Signal>, longest_s: f32, time_s: impl Into<Signal>) -> Signal {
    ar("DelayC", [input.into(), longest_s.into(), time_s.into()])
}

/// A control-rate signal, late by `time_s`.
pub(super) fn delay_kr(input: &Signal, time_s: f32) -> Signal {
    Signal::unit("DelayN", Rate::Control, vec![input.clone(), time_s.into(), time_s.into()])
}

pub(super) fn allpass_n(input: impl Into<Signal>, time_s: f32, decay_s: f32) -> Signal {
    ar("AllpassN", [input.into(), time_s.into(), time_s.into(), decay_s.into()])
}

/// A control-rate signal that moves there in `time_s`.
pub(super) fn lag(input: &Signal, time_s: f32) -> Signal {
    Signal::unit("Lag", Rate::Control, vec![input.clone(), time_s.into()])
}

/// Sample and hold at each trigger.
pub(super) fn latch(input: impl Into<Signal>, trigger: Signal) -> Signal {
    ar("Latch", [input.into(), trigger])
}

/// Seconds since the last trigger.
pub(super) fn sweep(trigger: Signal) -> Signal {
    ar("Sweep", [trigger, 1.0.into()])
}

/// Seconds between the last two triggers; 0 before the second.
pub(super) fn timer(trigger: Signal) -> Signal {
    ar("Timer", [trigger])
}

pub(super) fn impulse(freq: impl Into<Signal>) -> Signal {
    ar("Impulse", [freq.into(), 0.0.into()])
}

pub(super) fn line(start: impl Into<Signal>, end: impl Into<Signal>, time_s: impl Into<Signal>) -> Signal {
    ar("Line", [start.into(), end.into(), time_s.into(), 0.0.into()])
}

/// Exponential, so neither end may be 0.
pub(super) fn xline(start: Signal, end: Signal, time_s: impl Into<Signal>) -> Signal {
    ar("XLine", [start, end, time_s.into(), 0.0.into()])
}

/// Flips between 0 and 1 whenever `input` rises through 0.
pub(super) fn toggle(input: Signal) -> Signal {
    ar("ToggleFF", [input])
}

/// Buses of a private or hardware number.
pub(super) fn in_ar(bus: impl Into<Signal>, channels: usize) -> Vec<Signal> {
    Signal::units("In", Rate::Audio, vec![bus.into()], channels)
}

/// Adds to buses from the exact sample at which the synth was asked to start.
pub(super) fn offset_out(bus: &Signal, channels: Vec<Signal>) -> Sink {
    Sink::new("OffsetOut", Rate::Audio, [vec![bus.clone()], channels].concat(), 0)
}

/// Takes the place of what is on buses: for what changes a whole orbit.
pub(super) fn replace_out(bus: impl Into<Signal>, channels: Vec<Signal>) -> Sink {
    Sink::new("ReplaceOut", Rate::Audio, [vec![bus.into()], channels].concat(), 0)
}

/// The largest absolute value since the last trigger.
pub(super) fn peak(input: Signal, trigger: Signal) -> Signal {
    ar("Peak", [input, trigger])
}

/// A message to whoever asked for notifications, at each trigger: the node, `id`, then the values.
pub(super) fn send_reply(trigger: Signal, address: &str, id: f32, values: Vec<Signal>) -> Sink {
    let name = address.bytes().map(|byte| f32::from(byte).into());
    let head = vec![trigger, id.into(), (address.len() as f32).into()];
    let inputs = head.into_iter().chain(name).chain(values).collect();
    Sink::new("SendReply", Rate::Control, inputs, 0)
}

/// The level of a signal, following it up and down: a tenth of the way is left after these times. It is
/// what `Amplitude` does in SuperCollider; the embedded engine's follows three times as fast, and the lag
/// on which this rests, which counts the way to a thousandth, is the same on all.
pub(super) fn amplitude(input: &Signal, attack_s: impl Into<Signal>, release_s: impl Into<Signal>) -> Signal {
    ar("LagUD", [input.abs(), attack_s.into() * 3.0, release_s.into() * 3.0])
}

/// One of the signals, by its number.
pub(super) fn select(which: &Signal, signals: impl IntoIterator<Item = Signal>) -> Signal {
    let inputs: Vec<Signal> = std::iter::once(which.clone()).chain(signals).collect();
    let rate = inputs.iter().map(Signal::rate).max().unwrap_or(Rate::Control).max(Rate::Control);
    Signal::unit("Select", rate, inputs)
}

/// Adds to buses, whole blocks: for what runs on and on.
pub(super) fn out(bus: impl Into<Signal>, channels: Vec<Signal>) -> Sink {
    Sink::new("Out", Rate::Audio, [vec![bus.into()], channels].concat(), 0)
}

pub(super) fn local_in(channels: usize) -> Vec<Signal> {
    Signal::units("LocalIn", Rate::Audio, vec![0.0.into(); channels], channels)
}

pub(super) fn local_out(channels: Vec<Signal>) -> Sink {
    Sink::new("LocalOut", Rate::Audio, channels, 0)
}

/// How a segment of an envelope moves.
#[derive(Clone)]
pub(super) enum Curve {
    /// A straight line.
    Linear,
    /// SuperCollider's curve number: 0 is straight, below 0 moves fast first.
    Bent(Signal),
}

/// Ends and frees the synth.
pub(super) const FREE: f32 = 2.0;

/// An envelope: a first level, then segments of (level, seconds, curve).
pub(super) struct Env {
    start: Signal,
    segments: Vec<(Signal, Signal, Curve)>,
    /// The segment before which it waits for the gate to close.
    hold_at: Option<usize>,
}

impl Env {
    pub(super) fn from(start: impl Into<Signal>) -> Self {
        Self { start: start.into(), segments: vec![], hold_at: None }
    }

    /// 0 to 1 in `attack_s`, back to 0 in `decay_s`.
    pub(super) fn perc(attack_s: impl Into<Signal>, decay_s: impl Into<Signal>, curve: f32) -> Self {
        Self::from(0.0).to(1.0, attack_s).bent(0.0, decay_s, curve)
    }

    /// From 1 to 0 at once: for what may begin with a jump (a pitch, a noise under an attack).
    pub(super) fn fall(decay_s: impl Into<Signal>, curve: f32) -> Self {
        Self::from(1.0).bent(0.0, decay_s, curve)
    }

    /// A straight segment.
    pub(super) fn to(mut self, level: impl Into<Signal>, time_s: impl Into<Signal>) -> Self {
        self.segments.push((level.into(), time_s.into(), Curve::Linear));
        self
    }

    /// A curved segment.
    pub(super) fn bent(
        mut self,
        level: impl Into<Signal>,
        time_s: impl Into<Signal>,
        curve: impl Into<Signal>,
    ) -> Self {
        self.segments.push((level.into(), time_s.into(), Curve::Bent(curve.into())));
        self
    }

    /// Waits here until the gate closes.
    pub(super) fn held(mut self) -> Self {
        self.hold_at = Some(self.segments.len());
        self
    }

    /// The envelope's signal.
    pub(super) fn ar(self, gate: impl Into<Signal>, done_action: f32) -> Signal {
        let hold_at = self.hold_at.map_or(-99.0, |at| at as f32);
        let mut inputs: Vec<Signal> =
            vec![gate.into(), 1.0.into(), 0.0.into(), 1.0.into(), done_action.into()];
        inputs.extend([self.start, (self.segments.len() as f32).into(), hold_at.into(), (-99.0).into()]);
        for (level, time_s, curve) in self.segments {
            let (shape, bend) = match curve {
                Curve::Linear => (1.0, 0.0.into()),
                Curve::Bent(bend) => (5.0, bend),
            };
            inputs.extend([level, time_s, shape.into(), bend]);
        }
        Signal::unit("EnvGen", Rate::Audio, inputs)
    }

    /// The same, opened at once and freeing nothing.
    pub(super) fn free_running(self) -> Signal {
        self.ar(1.0, 0.0)
    }
}
