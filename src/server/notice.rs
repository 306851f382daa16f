//! What the program is told of the engine.
//!
//! In: events of the owner. Out: [`Notice`]s on a queue of [`CAPACITY`]. A full queue drops the newest
//! and counts it (shown as `Health.dropped`); the next [`Notice::Health`] carries what matters.

use crate::osc::NodeId;
use crate::stats::Health;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Notices that wait at most: half a second of 2,000 voices ending each second.
pub(super) const CAPACITY: usize = 1024;

/// Something about the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// An engine is up and holds what it should.
    Ready {
        /// `supernova`, `scsynth`, `embedded`, `osc:HOST:PORT`.
        engine: String,
        /// Its version, once it has said it.
        version: Option<String>,
        /// The way to the speakers.
        audio: String,
    },
    /// How it is, twice a second.
    Health(Health),
    /// Something went wrong and the engine plays on. Repeated texts come at most every 5 s.
    Trouble(String),
    /// The engine is dead; another one is being started.
    Died(String),
    /// It is up again and holds what it held.
    Restarted {
        /// How often by now.
        restarts: u32,
    },
    /// The embedded engine has taken over, because of this.
    FellBack(String),
    /// There is no engine and there will be none; requests fail from here on.
    Ended(String),
    /// A node has ended.
    NodeEnded(NodeId),
    /// A message of no known kind: a meter's `SendReply`.
    Message {
        /// Its address.
        address: String,
        /// Its numbers.
        values: Vec<f32>,
    },
}

/// The sending end.
#[derive(Debug)]
pub(super) struct Notices {
    to: mpsc::Sender<Notice>,
    dropped: AtomicU64,
}

impl Notices {
    pub(super) fn new() -> (Self, mpsc::Receiver<Notice>) {
        let (to, from) = mpsc::channel(CAPACITY);
        (Self { to, dropped: AtomicU64::new(0) }, from)
    }

    /// Never waits.
    pub(super) fn tell(&self, notice: Notice) {
        match &notice {
            Notice::Trouble(text) | Notice::Died(text) | Notice::FellBack(text) | Notice::Ended(text) => {
                tracing::warn!(target: "engine", "{text}");
            }
            _ => {}
        }
        if self.to.try_send(notice).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notices lost so far.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
