//! Cycles to NTP time and back.
//!
//! In: tempo changes, and readings of the machine's clocks. Out: the [`Timetag`] of a cycle, the
//! cycle of a timetag. Pure: readings are given to it, it never takes them. The player owns the
//! clock that counts; copies of it travel in reports, for the screen.
//!
//! Time is piecewise linear: segments of (cycle, timetag, tempo). A timetag is computed from its
//! segment's beginning in fixed point, never by adding up steps, so nothing accumulates.

use crate::osc::Timetag;
use crate::time::Rational;
use std::time::Duration;

/// A step of the system clock above this moves the origin; what is below is slewing, or the two
/// readings of one observation being apart.
pub const STEP_S: f64 = 0.02;

/// How many past tempi are remembered: what sounds now began at most a few changes ago.
const SEGMENTS: usize = 8;

/// Binary digits of a cycle's length below one unit of NTP time (2^-32 s).
const EXTRA_BITS: u32 = 24;
/// Binary digits of a fraction of a cycle.
const FRACTION_BITS: u32 = 60;

/// Parts of a cycle that windows end on: at the slowest tempo 15 ms, so that windows of 20 ms have an end.
pub const GRID: i64 = 1 << 16;
/// Parts of a cycle that they end on at ordinary tempi: coarser, which leaves patterns more room before
/// their fractions overflow.
const COARSE: i64 = 1 << 12;
/// Below this tempo, cycles per second, the coarse grid has parts of more than 5 ms.
const SLOW_CPS: f64 = 0.05;

/// Slowest and fastest tempo, in cycles per second: beyond them one cycle is longer than a quarter
/// of an hour or shorter than a few blocks of audio. (`score` limits requests to the same.)
pub const CPS_RANGE: std::ops::RangeInclusive<f64> = 0.001..=200.0;

/// A stretch of constant tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Segment {
    /// Where it begins, in cycles of the timeline.
    cycle: Rational,
    /// When that is.
    tag: Timetag,
    /// Cycles per second.
    cps: f64,
    /// Length of a cycle, in units of 2^-(32 + EXTRA_BITS) s.
    period: u128,
}

/// Both clocks of the machine, read at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Time since some start that never steps (`CLOCK_MONOTONIC`).
    pub monotonic: Duration,
    /// The system clock, which the engines follow.
    pub ntp: Timetag,
}

/// Cycle time, anchored in NTP time.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Oldest first; never empty.
    segments: smallvec::SmallVec<[Segment; SEGMENTS]>,
    current: Segment,
    last: Option<Reading>,
}

impl Segment {
    fn new(cycle: Rational, tag: Timetag, cps: f64) -> Self {
        let period = (2f64.powi((32 + EXTRA_BITS) as i32) / cps).round() as u128;
        Self { cycle, tag, cps, period }
    }

    /// Signed distance of a cycle from the beginning, in units of NTP time.
    fn units_to(&self, cycle: Rational) -> i128 {
        let by = cycle - self.cycle;
        if !by.is_defined() {
            return 0;
        }
        let whole = i128::from(by.floor());
        let fraction = by.cycle_pos();
        let fraction = (i128::from(fraction.num()) << FRACTION_BITS) / i128::from(fraction.den().max(1));
        // The tempo's range keeps a period below 2^66, a whole below 2^61 below 2^127 with it.
        let period = self.period as i128;
        let fine = whole.saturating_mul(period).saturating_add((fraction * period) >> FRACTION_BITS);
        (fine + (1 << (EXTRA_BITS - 1))) >> EXTRA_BITS
    }

    fn time_of(&self, cycle: Rational) -> Timetag {
        let at = i128::from(self.tag.0).saturating_add(self.units_to(cycle));
        Timetag(u64::try_from(at.max(0)).unwrap_or(u64::MAX))
    }

    /// Cycles from the beginning to a moment.
    fn cycles_to(&self, tag: Timetag) -> f64 {
        let by = i128::from(tag.0) - i128::from(self.tag.0);
        by as f64 * 2f64.powi(EXTRA_BITS as i32) / self.period as f64
    }
}

impl Clock {
    /// Cycle 0 is at `origin`. The tempo is limited to [`CPS_RANGE`]; one that cannot be played at
    /// all counts as 1.
    pub fn new(origin: Timetag, cps: f64) -> Self {
        let current = Segment::new(Rational::ZERO, origin, playable(cps));
        Self { segments: smallvec::SmallVec::new(), current, last: None }
    }

    /// The tempo now, cycles per second.
    pub fn cps(&self) -> f64 {
        self.current.cps
    }

    /// When a cycle of the timeline is.
    pub fn time_of(&self, cycle: Rational) -> Timetag {
        self.segment_of_cycle(cycle).time_of(cycle)
    }

    /// The tempo at a cycle.
    pub fn cps_at(&self, cycle: Rational) -> f64 {
        self.segment_of_cycle(cycle).cps
    }

    /// The cycle at a moment, exact to about a nanosecond of music.
    pub fn cycle_at(&self, tag: Timetag) -> f64 {
        let segment = self.segment_of_tag(tag);
        segment.cycle.to_f64() + segment.cycles_to(tag)
    }

    /// The last point of the grid (a [`GRID`]th of a cycle, at ordinary tempi several of them) that is not
    /// after a moment: windows end on the grid.
    pub fn grid_at(&self, tag: Timetag) -> Rational {
        let parts = if self.segment_of_tag(tag).cps < SLOW_CPS { GRID } else { COARSE };
        let steps = (self.cycle_at(tag) * parts as f64).floor();
        // A cycle count that would not fit is centuries away.
        Rational::new(steps.clamp(-9e18, 9e18) as i64, parts)
    }

    /// From `cycle` on the tempo is another. Cycles before the last change are taken as that change:
    /// the past is not altered.
    pub fn set_cps(&mut self, cycle: Rational, cps: f64) {
        let cps = playable(cps);
        let cycle = cycle.max(self.current.cycle);
        if !cycle.is_defined() || (cps - self.current.cps).abs() < f64::EPSILON {
            return;
        }
        let next = Segment::new(cycle, self.current.time_of(cycle), cps);
        if cycle > self.current.cycle {
            if self.segments.len() + 1 >= SEGMENTS {
                self.segments.remove(0);
            }
            self.segments.push(self.current);
        }
        self.current = next;
    }

    /// Looks at the machine's clocks. When the system clock has stepped (by more than [`STEP_S`]
    /// against the monotonic one), the origin moves with it, once, and the step in seconds is
    /// returned: what was planned keeps its distance from now.
    pub fn observe(&mut self, now: Reading) -> Option<f64> {
        let last = self.last.replace(now)?;
        let passed = now.monotonic.saturating_sub(last.monotonic).as_secs_f64();
        let step = now.ntp.since_s(last.ntp) - passed;
        (step.abs() > STEP_S).then(|| {
            self.shift(step);
            step
        })
    }

    /// Everything is `seconds` later.
    fn shift(&mut self, seconds: f64) {
        for s in self.segments.iter_mut().chain([&mut self.current]) {
            s.tag = s.tag.plus_s(seconds);
        }
    }

    fn segment_of_cycle(&self, cycle: Rational) -> &Segment {
        if cycle >= self.current.cycle {
            return &self.current;
        }
        self.past(|s| s.cycle <= cycle)
    }

    fn segment_of_tag(&self, tag: Timetag) -> &Segment {
        if tag >= self.current.tag {
            return &self.current;
        }
        self.past(|s| s.tag <= tag)
    }

    /// The newest past segment that began by then, else the oldest.
    fn past(&self, began: impl Fn(&Segment) -> bool) -> &Segment {
        let found = self.segments.iter().rev().find(|s| began(s));
        found.or(self.segments.first()).unwrap_or(&self.current)
    }
}

fn playable(cps: f64) -> f64 {
    if cps.is_finite() && cps > 0.0 { cps.clamp(*CPS_RANGE.start(), *CPS_RANGE.end()) } else { 1.0 }
}

#[cfg(test)]
mod tests;
