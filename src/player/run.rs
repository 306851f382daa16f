//! The player's loop.
//!
//! At every wake-up: look at the clocks, take messages, plan if the frontier has come close, send
//! what is due, report, sleep until something is due again.

use super::time::{self, Priority};
use super::{Message, Outcome, Send, Start, Tell};
use crate::bank::Bank;
use crate::clock::{Clock, GRID, Reading};
use crate::osc::{Command, Timetag, codec};
use crate::plan::{Bundle, Plan, Planner, Report};
use crate::score::Score;
use crate::stats::Timing;
use crate::time::{Rational, TimeSpan};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How far before due planning is done. Twice the window: a wake-up may be a window late.
const LOOKAHEAD_S: f64 = 0.04;
/// Planning is done when less than this is planned.
const WINDOW_S: f64 = 0.02;
/// The longest sleep: how long a message may wait.
const PATIENCE: Duration = Duration::from_millis(5);
/// A bundle that is handed over later than the latency and this is dropped: a program that stood still
/// goes on where the clock is, and does not play what was missed in one burst.
const TOO_LATE_S: f64 = 0.05;
/// What ends voices and was not taken by the system is handed over again after this long.
const AGAIN_S: f64 = 0.1;
/// The shortest sleep when only planning is due: a thread of this priority must never spin.
const PAUSE_S: f64 = 0.001;
/// Reports leave at most this often.
const REPORT_EVERY: Duration = Duration::from_millis(30);
/// Cycle 0 begins this long after the start: the first window must be planned.
const LEAD_IN_S: f64 = 0.05;

/// What is dropped on another thread.
pub(super) enum Old {
    Score(#[expect(dead_code, reason = "held to be dropped elsewhere")] Arc<Score>),
    Bank(#[expect(dead_code, reason = "held to be dropped elsewhere")] Arc<Bank>),
}

pub(super) struct Player {
    inbox: mpsc::Receiver<Message>,
    litter: mpsc::Sender<Old>,
    send: Send,
    tell: Tell,
    shown_frontier: Arc<AtomicI64>,

    began: Instant,
    clock: Clock,
    score: Arc<Score>,
    bank: Arc<Bank>,
    planner: Planner,
    frontier: Rational,
    /// Sorted by due.
    queue: VecDeque<Bundle>,
    plan: Plan,
    packet: Vec<u8>,
    latency_s: f64,

    timing: Timing,
    news: News,
    reported: Instant,
}

/// What the next report will say beyond the state.
#[derive(Default)]
struct News {
    lateness_s: Vec<f32>,
    clock_step_s: Option<f64>,
    trouble: Option<String>,
    skipped: u64,
    failed: u64,
    banks: u64,
    lost_cycles: f64,
    dropped_reports: u64,
}

impl Player {
    pub fn new(
        start: Start,
        inbox: mpsc::Receiver<Message>,
        litter: mpsc::Sender<Old>,
        shown_frontier: Arc<AtomicI64>,
    ) -> Self {
        let began = Instant::now();
        let now = time::reading(began);
        let mut clock = Clock::new(now.ntp.plus_s(LEAD_IN_S), start.score.cps());
        clock.observe(now);
        Self {
            inbox,
            litter,
            send: start.send,
            tell: start.tell,
            shown_frontier,
            began,
            clock,
            planner: Planner::new(start.bank.layout),
            score: start.score,
            bank: start.bank,
            frontier: Rational::ZERO,
            queue: VecDeque::new(),
            plan: Plan::default(),
            packet: Vec::with_capacity(codec::MAX_PACKET),
            latency_s: latency(start.latency_s),
            timing: Timing::new(start.needed_s),
            news: News { banks: 1, ..News::default() },
            reported: began,
        }
    }

    pub fn run(mut self) -> Outcome {
        let priority = time::raise();
        match priority {
            Priority::RealTime => tracing::info!("the player runs with real-time priority"),
            Priority::Nice => tracing::info!("the player runs with a raised priority (no real-time allowed)"),
            Priority::Ordinary => {
                tracing::info!("the player runs with ordinary priority: none higher is allowed");
            }
        }
        loop {
            let now = time::reading(self.began);
            if let Some(step) = self.clock.observe(now) {
                self.stepped(step);
            }
            if !self.take_messages(now) {
                break;
            }
            // Sending comes first: planning may take a millisecond, and what is due is due now.
            self.send_due(now);
            if self.plan_ahead(now) {
                self.send_due(time::reading(self.began));
            }
            self.report();
            time::sleep_until(self.next_wake());
        }
        Outcome { timing: self.timing, cycles: self.frontier.to_f64() }
    }

    /// The system clock has jumped, and the origin with it: so does what is queued.
    fn stepped(&mut self, step_s: f64) {
        for bundle in &mut self.queue {
            bundle.due = bundle.due.plus_s(step_s);
            bundle.at = bundle.at.plus_s(step_s);
        }
        self.planner.clock_stepped(step_s);
        self.news.clock_step_s = Some(self.news.clock_step_s.unwrap_or(0.0) + step_s);
    }

    /// False when it is time to stop.
    fn take_messages(&mut self, now: Reading) -> bool {
        loop {
            match self.inbox.try_recv() {
                Ok(Message::Score(score)) => self.take_score(&score, now),
                Ok(Message::Bank(bank)) => {
                    let old = std::mem::replace(&mut self.bank, bank);
                    self.discard(Old::Bank(old));
                    self.news.banks += 1;
                }
                Ok(Message::Latency(seconds)) => self.latency_s = latency(seconds),
                Ok(Message::Polyphony(voices)) => self.planner.set_polyphony(voices),
                Ok(Message::EndVoices(from_now_on)) => {
                    let heard = now.ntp.plus_s(-self.latency_s);
                    let commands = self.planner.end_begun(heard, from_now_on);
                    self.insist(Timetag::NOW, commands, now.ntp);
                }
                Ok(Message::VoiceEnded(id)) => self.planner.voice_ended(id),
                Ok(Message::EngineRestarted) => {
                    let heard = now.ntp.plus_s(-self.latency_s);
                    let owed = self.drop_queue();
                    let bundles = self.planner.restarted(heard);
                    self.end_voices(bundles, owed, now);
                }
                Err(mpsc::TryRecvError::Empty) => return true,
                Ok(Message::Stop) | Err(mpsc::TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn take_score(&mut self, score: &Arc<Score>, now: Reading) {
        let (hushed, panicked) =
            (score.hushes() != self.score.hushes(), score.panics() != self.score.panics());
        let taken = score.taken(&self.score, self.frontier);
        if let Some(cps) = taken.cps_since(self.score.version()) {
            self.clock.set_cps(self.frontier, cps);
        }
        let old = std::mem::replace(&mut self.score, Arc::new(taken));
        self.discard(Old::Score(old));
        self.discard(Old::Score(score.clone()));
        self.planner.report_again();
        if panicked {
            self.drop_queue();
            let commands = self.planner.panic();
            self.insist(Timetag::NOW, commands, now.ntp);
        } else if hushed {
            let owed = self.drop_queue();
            let bundles = self.planner.hush(now.ntp.plus_s(-self.latency_s));
            self.end_voices(bundles, owed, now);
        }
    }

    /// What was planned is not sent, but for what comes back: it ends voices that were.
    fn drop_queue(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.queue).iter().flat_map(|b| self.planner.unsent(b)).collect()
    }

    /// Hands over what ends voices: `bundles` of the planner, whose moments count from what is heard now,
    /// and what waited in the queue.
    fn end_voices(&mut self, bundles: Vec<Bundle>, owed: Vec<Command>, now: Reading) {
        let heard = now.ntp.plus_s(-self.latency_s);
        for bundle in bundles {
            let tag = if bundle.at > heard { self.tag(&bundle) } else { Timetag::NOW };
            self.insist(tag, bundle.commands, now.ntp);
        }
        self.owe(owed, now.ntp);
    }

    /// Hands over what ends voices, now or a moment later.
    fn insist(&mut self, tag: Timetag, commands: Vec<Command>, now: Timetag) {
        if !self.hand_over(tag, &commands) {
            self.owe(commands, now.plus_s(AGAIN_S));
        }
    }

    /// Queues what ends voices for `due`: it takes hold after all that was sent by then. There is never more
    /// of it than voices that were sent.
    fn owe(&mut self, commands: Vec<Command>, due: Timetag) {
        if !commands.is_empty() {
            self.queue.push_back(Bundle { due, at: due, commands, events: 0 });
            self.sort_queue();
        }
    }

    fn sort_queue(&mut self) {
        self.queue.make_contiguous().sort_by_key(|b| (b.due, b.at));
    }

    fn discard(&self, old: Old) {
        // Should the other thread have ended, it is dropped here: rather late than leaking.
        let _ = self.litter.send(old);
    }

    /// True when a window was planned.
    fn plan_ahead(&mut self, now: Reading) -> bool {
        let planned = self.clock.time_of(self.frontier);
        if planned > now.ntp.plus_s(WINDOW_S) {
            return false;
        }
        if planned.plus_s(self.latency_s + TOO_LATE_S) < now.ntp {
            // The program stood still. What was missed could only sound too late.
            let resumed = self.clock.grid_at(now.ntp);
            self.news.lost_cycles += (resumed - self.frontier).to_f64();
            self.frontier = resumed;
        }
        let end = self.clock.grid_at(now.ntp.plus_s(LOOKAHEAD_S));
        if end <= self.frontier {
            return false;
        }
        let window = TimeSpan::new(self.frontier, end);
        // A fault of ours in planning costs a window, not the set.
        let planned = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            self.planner.plan(&self.score, &self.bank, &mut self.clock, window, &mut self.plan);
        }));
        if planned.is_err() {
            self.plan.clear();
            self.lost("planning failed: a fault of the program, please report it".to_owned());
        }
        self.news.skipped += u64::from(std::mem::take(&mut self.plan.skipped));
        self.queue.extend(self.plan.bundles.drain(..));
        // Nudged events may fall behind those of the next window.
        self.sort_queue();
        self.frontier = end;
        let steps = end * Rational::int(GRID);
        self.shown_frontier.store(steps.floor(), Ordering::Release);
        true
    }

    fn send_due(&mut self, now: Reading) {
        let mut now = now.ntp;
        while self.queue.front().is_some_and(|b| b.due <= now) {
            let Some(bundle) = self.queue.pop_front() else { return };
            let tag = self.tag(&bundle);
            now = time::reading(self.began).ntp;
            let (lateness_s, lead_s) = (now.since_s(bundle.due), tag.since_s(now));
            // By its lateness: an event that is nudged far forward has no lead, and plays at once.
            let too_late = lateness_s > self.latency_s + TOO_LATE_S;
            if too_late || !self.hand_over(tag, &bundle.commands) {
                let owed = self.planner.unsent(&bundle);
                if too_late && owed.len() < bundle.commands.len() {
                    self.lost("bundles were too late to be of use".to_owned());
                }
                self.owe(owed, if too_late { now } else { now.plus_s(AGAIN_S) });
            } else if bundle.events > 0 {
                self.timing.sent(bundle.events, lateness_s, lead_s);
                self.news.lateness_s.push(lateness_s as f32);
            }
        }
    }

    fn tag(&self, bundle: &Bundle) -> Timetag {
        bundle.at.plus_s(self.latency_s)
    }

    fn hand_over(&mut self, tag: Timetag, commands: &[Command]) -> bool {
        if let Err(error) = codec::bundle_into(&mut self.packet, tag, commands) {
            self.lost(error.to_string());
            return false;
        }
        let taken = (self.send)(&self.packet, tag);
        if !taken {
            self.lost("the system did not take a packet for the engine".to_owned());
        }
        taken
    }

    fn lost(&mut self, why: String) {
        self.news.failed += 1;
        self.news.trouble = Some(why);
    }

    fn report(&mut self) {
        if self.reported.elapsed() < REPORT_EVERY {
            return;
        }
        self.reported = Instant::now();
        let now = time::reading(self.began).ntp;
        let report = Report {
            frontier: self.frontier,
            origin: self.score.origin(),
            version: self.score.version(),
            clock: self.clock.clone(),
            latency_s: self.latency_s,
            sounding: std::mem::take(&mut self.plan.sounding),
            absent: std::mem::take(&mut self.plan.absent),
            errors: std::mem::take(&mut self.plan.errors),
            lateness_s: std::mem::take(&mut self.news.lateness_s),
            voices: self.planner.sounding(now.plus_s(-self.latency_s)),
            stolen: self.planner.stolen(),
            voices_until: self.planner.last_end().map(|end| end.plus_s(self.latency_s)),
            banks: self.news.banks,
            events: self.timing.events(),
            bundles: self.timing.bundles(),
            late: self.timing.late(),
            skipped: self.news.skipped,
            failed: self.news.failed,
            trouble: self.news.trouble.take(),
            clock_step_s: self.news.clock_step_s.take(),
            lost_cycles: self.news.lost_cycles,
            dropped_reports: self.news.dropped_reports,
        };
        if !(self.tell)(report) {
            self.news.dropped_reports += 1;
            self.timing.report_dropped();
            // What the lost report said is absent must be said again.
            self.planner.report_again();
        }
    }

    /// When something is due again, at most [`PATIENCE`] away.
    fn next_wake(&self) -> Instant {
        let now = time::reading(self.began);
        // Planning that is due has just been done, as far as there was anything to plan.
        let planning = self.clock.time_of(self.frontier).plus_s(-WINDOW_S).max(now.ntp.plus_s(PAUSE_S));
        let due = self.queue.front().map_or(planning, |b| b.due.min(planning));
        let rest = Duration::try_from_secs_f64(due.since_s(now.ntp)).unwrap_or_default();
        self.began + now.monotonic + rest.min(PATIENCE)
    }
}

/// A latency that makes sense, seconds.
fn latency(seconds: f64) -> f64 {
    if seconds.is_finite() { seconds.clamp(0.0, 10.0) } else { super::LATENCY_S }
}
