//! The real-time thread: wake, plan, send, report.
//!
//! In: [`Score`]s, [`Bank`]s and a few settings, as messages. Out: OSC packets, each handed over when
//! it is due, and [`Report`]s. It runs on an OS thread of its own, raised in priority where the
//! system allows.
//!
//! What it never does: wait for another thread, read a file, log, or drop a large value. A message
//! is looked for at every wake-up, a report that finds no room is dropped and counted, and scores
//! and banks that were replaced go to a thread that drops them. What fails is recorded, and it plays
//! on.
//!
//! The queue holds what has been planned, 20 to 40 ms of it; the newest score is taken before the
//! next window is planned, so an edit is never further away than that.

mod run;
mod time;

pub use time::Priority;

use crate::bank::Bank;
use crate::clock::GRID;
use crate::osc::{NodeId, Timetag};
use crate::plan::Report;
use crate::score::Score;
use crate::stats::Timing;
use crate::time::Rational;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// What is added to an onset to make the timetag, unless asked otherwise: comfortable for every
/// engine (engine facts, rule 6).
pub const LATENCY_S: f64 = 0.1;

/// The smallest lead that an engine needs: one period of JACK (256 frames) and about 3 ms (engine
/// facts, section 3).
pub const NEEDED_S: f64 = 0.008;

/// Hands a packet with its timetag to the engine; never waits. False when it was not taken.
pub type Send = Box<dyn FnMut(&[u8], Timetag) -> bool + std::marker::Send>;

/// Takes a report if there is room; never waits. False when there is none.
pub type Tell = Box<dyn FnMut(Report) -> bool + std::marker::Send>;

/// Everything to begin with.
pub struct Start {
    /// What plays. A set that is complete here plays from its cycle 0 on.
    pub score: Arc<Score>,
    /// What it may name.
    pub bank: Arc<Bank>,
    /// The way to the engine.
    pub send: Send,
    /// The way of reports.
    pub tell: Tell,
    /// Added to every onset, seconds.
    pub latency_s: f64,
    /// A lead below this is late, seconds.
    pub needed_s: f64,
}

enum Message {
    Score(Arc<Score>),
    Bank(Arc<Bank>),
    Latency(f64),
    Polyphony(usize),
    EndVoices(usize),
    VoiceEnded(NodeId),
    EngineRestarted,
    Stop,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Its figures.
    pub timing: Timing,
    /// Cycles planned.
    pub cycles: f64,
}

/// The player could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no thread for the player: {0}; end other programs and try again")]
pub struct PlayerError(#[from] std::io::Error);

/// The other end of a running player.
#[derive(Debug)]
pub struct PlayerHandle {
    messages: mpsc::Sender<Message>,
    frontier: Arc<AtomicI64>,
    thread: Option<JoinHandle<Outcome>>,
}

/// Starts the player: cycle 0 begins at once.
///
/// # Errors
/// When the system gives no thread.
pub fn start(start: Start) -> Result<PlayerHandle, PlayerError> {
    let (messages, inbox) = mpsc::channel();
    let (litter, old) = mpsc::channel::<run::Old>();
    std::thread::Builder::new().name("oiduna-drop".into()).spawn(move || old.into_iter().for_each(drop))?;
    let frontier = Arc::new(AtomicI64::new(0));
    let shown = frontier.clone();
    let thread = std::thread::Builder::new()
        .name("oiduna-player".into())
        .stack_size(crate::pattern::STACK)
        .spawn(move || run::Player::new(start, inbox, litter, shown).run())?;
    Ok(PlayerHandle { messages, frontier, thread: Some(thread) })
}

impl PlayerHandle {
    /// From the next window on, this plays.
    pub fn set_score(&self, score: Arc<Score>) {
        self.tell(Message::Score(score));
    }

    /// From the next window on, events may name what this holds.
    pub fn set_bank(&self, bank: Arc<Bank>) {
        self.tell(Message::Bank(bank));
    }

    /// From the next bundle on, this is added to onsets, seconds.
    pub fn set_latency(&self, seconds: f64) {
        self.tell(Message::Latency(seconds));
    }

    /// From the next window on, so many voices may sound at once.
    pub fn set_polyphony(&self, voices: usize) {
        self.tell(Message::Polyphony(voices));
    }

    /// Every voice that sounds ends at once, and so many may sound until there is another engine.
    pub fn end_voices(&self, from_now_on: usize) {
        self.tell(Message::EndVoices(from_now_on));
    }

    /// The engine says that this voice has ended: how long a user's SynthDef rings is known to it alone.
    pub fn voice_ended(&self, id: NodeId) {
        self.tell(Message::VoiceEnded(id));
    }

    /// The engine is a new one: nothing sounds there, and its effects are as they were made.
    pub fn engine_restarted(&self) {
        self.tell(Message::EngineRestarted);
    }

    /// The cycle up to which bundles have been planned. It never moves back.
    pub fn frontier(&self) -> Rational {
        Rational::new(self.frontier.load(Ordering::Acquire), GRID)
    }

    /// Ends the thread and gives its figures: none if it had ended by itself, which it never does.
    pub fn stop(mut self) -> Option<Outcome> {
        self.tell(Message::Stop);
        self.thread.take().and_then(|t| t.join().ok())
    }

    fn tell(&self, message: Message) {
        // It fails only after the thread has ended; then there is nobody to tell.
        let _ = self.messages.send(message);
    }
}

impl Drop for PlayerHandle {
    fn drop(&mut self) {
        self.tell(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
