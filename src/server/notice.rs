//! What the program is told of the engine.
//!
//! In: events of the owner. Out: [`Notice`]s on a queue of [`CAPACITY`]. A full queue drops the newest
//! and counts it (shown as `Health.dropped`); the next [`Notice::Health`] carries what matters. A part of
//! the queue is kept for what an engine says of its life: ends of voices and meters, which come by the
//! thousand, never take it.

use crate::osc::{BufNum, NodeId};
use crate::stats::Health;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Notices that wait at most: half a second of 2,000 voices ending each second.
pub(super) const CAPACITY: usize = 1024;

/// Of these, so many places are for what does not come by the thousand.
const KEPT: usize = CAPACITY / 4;

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
    /// The new engine, which is about to be up, did not load these, and said why as trouble: they are
    /// silent. They are to be freed like others.
    BuffersLost(Vec<BufNum>),
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
        let streams = matches!(notice, Notice::NodeEnded(_) | Notice::Message { .. });
        if (streams && self.to.capacity() <= KEPT) || self.to.try_send(notice).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notices lost so far.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_voices_leave_room_for_the_life_of_the_engine() {
        let (notices, mut from) = Notices::new();
        (0..2 * CAPACITY).for_each(|n| notices.tell(Notice::NodeEnded(NodeId(n as i32))));
        assert_eq!(notices.dropped(), (CAPACITY + KEPT) as u64);
        notices.tell(Notice::Restarted { restarts: 1 });
        let told: Vec<Notice> = std::iter::from_fn(|| from.try_recv().ok()).collect();
        assert_eq!(told.last(), Some(&Notice::Restarted { restarts: 1 }));
    }
}
