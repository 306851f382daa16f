//! The engine's pulse: what it said of itself, how fast, how long ago.
//!
//! In: moments and replies. Out: [`Health`], and whether it must be taken for dead. A plain value; the
//! owner gives it the time.

use crate::osc::Status;
use crate::stats::Health;
use std::time::{Duration, Instant};

/// How often `/status` is asked.
pub(super) const PERIOD: Duration = Duration::from_millis(500);
/// So many unanswered questions in a row (2 s) mean dead: the process can live on with its audio
/// thread hung. Counting questions, not time, because a machine that slept asked none.
const UNANSWERED: u32 = 4;

/// What is known of the engine.
#[derive(Clone, Debug, Default)]
pub(super) struct Vitals {
    pub engine: String,
    pub audio: String,
    pub version: Option<String>,
    pub alive: bool,
    /// None where the engine does not speak of them.
    pub xruns: Option<u64>,
    pub late: u64,
    pub restarts: u32,
    status: Option<Status>,
    round_trip: Option<Duration>,
    asked: Option<Instant>,
    unanswered: u32,
    last_reply: Option<Instant>,
}

impl Vitals {
    /// A new engine process: what the old one said of itself is void.
    pub(super) fn reborn(&mut self, engine: String, audio: String, counts_xruns: bool) {
        *self = Self {
            engine,
            audio,
            xruns: counts_xruns.then_some(0),
            restarts: self.restarts,
            ..Self::default()
        };
    }

    /// `/status` goes out.
    pub(super) fn ask(&mut self, now: Instant) {
        self.unanswered += 1;
        // The oldest unanswered one counts: replies carry no number.
        self.asked.get_or_insert(now);
    }

    /// Any packet came.
    pub(super) fn heard(&mut self, now: Instant) {
        self.last_reply = Some(now);
    }

    /// `/status.reply` came.
    pub(super) fn answered(&mut self, now: Instant, status: Status) {
        self.round_trip = self.asked.take().map(|at| now.saturating_duration_since(at)).or(self.round_trip);
        self.unanswered = 0;
        self.status = Some(status);
    }

    /// True when it has been asked in vain for too long.
    pub(super) fn is_silent(&self) -> bool {
        self.unanswered >= UNANSWERED
    }

    /// For the screen.
    pub(super) fn health(&self, now: Instant, dropped: u64) -> Health {
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        let status = self.status.unwrap_or_default();
        Health {
            engine: self.engine.clone(),
            version: self.version.clone(),
            audio: self.audio.clone(),
            alive: self.alive,
            average_cpu: status.average_cpu,
            peak_cpu: status.peak_cpu,
            ugens: status.ugens,
            synths: status.synths,
            groups: status.groups,
            defs: status.defs,
            sample_rate: status.nominal_rate,
            xruns: self.xruns,
            engine_late: self.late,
            round_trip_ms: self.round_trip.map(ms),
            last_reply_ms: self.last_reply.map(|at| ms(now.saturating_duration_since(at))),
            dropped,
            restarts: self.restarts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_counted_in_questions() {
        let mut vitals = Vitals::default();
        let now = Instant::now();
        // A machine that slept for an hour has asked once.
        vitals.ask(now);
        vitals.ask(now + Duration::from_secs(3600));
        assert!(!vitals.is_silent());
        vitals.answered(now + Duration::from_secs(3600), Status::default());
        for n in 0..3 {
            vitals.ask(now + PERIOD * n);
        }
        assert!(!vitals.is_silent());
        vitals.ask(now + PERIOD * 3);
        assert!(vitals.is_silent());
    }

    #[test]
    fn the_round_trip_is_that_of_the_oldest_question() {
        let mut vitals = Vitals::default();
        let now = Instant::now();
        vitals.ask(now);
        vitals.ask(now + PERIOD);
        let later = now + PERIOD + Duration::from_millis(4);
        vitals.heard(later);
        vitals.answered(later, Status { synths: 3, ..Status::default() });
        let health = vitals.health(later + Duration::from_millis(10), 7);
        assert_eq!((health.round_trip_ms, health.last_reply_ms), (Some(504.0), Some(10.0)));
        assert_eq!((health.synths, health.dropped), (3, 7));
    }

    #[test]
    fn a_new_process_starts_from_nothing() {
        let mut vitals = Vitals { late: 5, restarts: 2, version: Some("x".into()), ..Vitals::default() };
        vitals.reborn("scsynth".into(), "JACK".into(), false);
        assert_eq!((vitals.late, vitals.restarts, vitals.version, vitals.xruns), (0, 2, None, None));
    }
}
