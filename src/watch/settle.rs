//! When a change is a change: bursts of events, and reads in the middle of a save.
//!
//! In: the moments of events, and what was read. Out: when to read next, and what to tell. Pure: the
//! clock and the file are the caller's, so that every order of events can be tested by hand.

use super::{Changed, WatchError};
use std::time::{Duration, Instant};

/// Quiet after an event before the file is read. A save in place is two or three events within
/// about a millisecond.
pub(super) const QUIET: Duration = Duration::from_millis(6);

/// The file is read at the latest this long after the first event of a burst.
pub(super) const LONGEST: Duration = Duration::from_millis(30);

/// What looks like the middle of a save is believed after this long. A save in place over a network
/// or on a busy machine can leave the file empty for tens of milliseconds; believing it would stop
/// every track. Nobody waits for a deletion.
pub(super) const PATIENCE: Duration = Duration::from_millis(250);

/// A file that is written to again and again without being closed is believed after this long.
const LONGEST_WRITE: Duration = Duration::from_secs(2);

/// What an event says of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    /// Somebody writes in it, and the system will tell when they close it.
    Writing,
    /// It was closed, or another file stands in its place: there is no writer to wait for.
    Whole,
    /// Anything else.
    Other,
}

/// What was read last and what is going on.
pub(super) struct Settle {
    told: Changed,
    burst: Option<Burst>,
    writes: Option<Writes>,
    /// Since when every read looked like the middle of a save.
    doubt: Option<Instant>,
}

/// A file that was written to and not closed yet.
#[derive(Clone, Copy)]
struct Writes {
    first: Instant,
    last: Instant,
}

impl Writes {
    /// From then on what is there is believed: some programs never close what they write.
    fn end(self) -> Instant {
        (self.last + PATIENCE).min(self.first + LONGEST_WRITE)
    }
}

/// Events that have not been answered by a read that can be believed.
struct Burst {
    first: Instant,
    next_look: Instant,
}

impl Settle {
    /// `known` is the text that has been told.
    pub(super) fn new(known: String) -> Self {
        Self { told: Changed::Text(known), burst: None, writes: None, doubt: None }
    }

    /// An event at `now`.
    pub(super) fn touched(&mut self, touch: Touch, now: Instant) {
        match touch {
            Touch::Writing => {
                let going_on = self.writes.filter(|w| now < w.end());
                self.writes = Some(Writes { first: going_on.map_or(now, |w| w.first), last: now });
            }
            Touch::Whole => self.writes = None,
            Touch::Other => {}
        }
        let burst = self.burst.get_or_insert(Burst { first: now, next_look: now });
        burst.next_look = (now + QUIET).min(burst.first + LONGEST).max(now);
    }

    /// When to read the file; none while nothing happens.
    pub(super) fn look_at(&self) -> Option<Instant> {
        self.burst.as_ref().map(|b| b.next_look).or(self.writes.map(Writes::end))
    }

    /// What to tell after reading the file at `now`: nothing when it is as before, or when it has
    /// to be read again first.
    pub(super) fn read(&mut self, read: Result<String, WatchError>, now: Instant) -> Option<Changed> {
        let doubtful = match &read {
            Ok(text) => text.is_empty(),
            Err(WatchError::Missing { .. } | WatchError::NotUtf8 { cut: true, .. }) => true,
            Err(_) => false,
        };
        let changed = match read {
            Ok(text) => Changed::Text(text),
            Err(WatchError::Missing { .. }) => Changed::Missing,
            Err(error) => Changed::Unreadable { reason: error.to_string() },
        };
        let burst = self.burst.take();
        self.writes = self.writes.filter(|w| now < w.end());
        if changed == self.told {
            self.doubt = None;
            return None;
        }
        if self.writes.is_some() {
            // More of it may come: it is read when it is closed, or has been still for long enough.
            self.doubt = None;
            return None;
        }
        if doubtful {
            let since = *self.doubt.get_or_insert(burst.map_or(now, |b| b.first));
            if now < since + PATIENCE {
                // A burst of its own, so that the writing that follows is waited for as any other.
                self.burst = Some(Burst { first: now, next_look: now + QUIET });
                return None;
            }
        }
        self.doubt = None;
        self.told = changed.clone();
        Some(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn missing() -> Result<String, WatchError> {
        Err(WatchError::Missing { path: "x".into(), nearest: "/".into() })
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands where a read would")]
    fn text(t: &str) -> Result<String, WatchError> {
        Ok(t.to_owned())
    }

    #[test]
    fn a_burst_is_read_once_and_never_later_than_30_ms() {
        let start = Instant::now();
        let mut settle = Settle::new(String::new());
        assert_eq!(settle.look_at(), None);
        for at in 0..25 {
            settle.touched(Touch::Other, start + ms(at));
            assert_eq!(settle.look_at(), Some(start + ms(at) + QUIET));
        }
        // However long the burst goes on: 30 ms after its first event, the file is read.
        for at in 25..30 {
            settle.touched(Touch::Other, start + ms(at));
            assert_eq!(settle.look_at(), Some(start + LONGEST));
        }
        assert_eq!(settle.read(text("a"), start + ms(30)), Some(Changed::Text("a".into())));
        assert_eq!(settle.look_at(), None);
    }

    #[test]
    fn the_same_text_is_told_once() {
        let now = Instant::now();
        let mut settle = Settle::new("a".into());
        for (given, expected) in [("a", None), ("b", Some("b")), ("b", None), ("a", Some("a"))] {
            settle.touched(Touch::Other, now);
            assert_eq!(settle.read(text(given), now), expected.map(|t| Changed::Text(t.into())));
            assert_eq!(settle.look_at(), None);
        }
    }

    /// Truncated, gone, or cut inside a character: read again, and the save is told once.
    #[test]
    fn the_middle_of_a_save_is_not_told() {
        let cut = || Err(WatchError::NotUtf8 { path: "x".into(), byte: 3, cut: true });
        for middle in [&(|| text("")) as &dyn Fn() -> Result<String, WatchError>, &missing, &cut] {
            let start = Instant::now();
            let mut settle = Settle::new("old".into());
            settle.touched(Touch::Other, start);
            assert_eq!(settle.read(middle(), start + ms(6)), None);
            let again = settle.look_at().unwrap();
            assert!(again <= start + LONGEST, "read again within the debounce");
            assert_eq!(settle.read(middle(), again), None);
            // The rest is written, in two pieces: waited for as any other burst.
            let late = start + ms(200);
            assert_eq!(settle.read(middle(), late), None);
            settle.touched(Touch::Other, late + ms(4));
            settle.touched(Touch::Other, late + ms(5));
            assert_eq!(settle.look_at(), Some(late + ms(5) + QUIET));
            assert_eq!(settle.read(text("new"), late + ms(11)), Some(Changed::Text("new".into())));
            assert_eq!(settle.look_at(), None);
            // And the doubt is over: the next one has all its patience.
            assert_eq!(settle.read(middle(), start + ms(400)), None);
        }
    }

    #[test]
    fn what_lasts_is_believed() {
        for (middle, expected) in [
            (&(|| text("")) as &dyn Fn() -> Result<String, WatchError>, Changed::Text(String::new())),
            (&missing, Changed::Missing),
        ] {
            let start = Instant::now();
            let mut settle = Settle::new("old".into());
            settle.touched(Touch::Other, start);
            let mut now = start;
            let told = loop {
                now = settle.look_at().unwrap().max(now);
                if let Some(told) = settle.read(middle(), now) {
                    break told;
                }
            };
            assert_eq!(told, expected);
            assert!(now >= start + PATIENCE && now < start + PATIENCE + ms(20));
            assert_eq!(settle.read(middle(), now), None);
            assert_eq!(settle.look_at(), None);
        }
    }

    #[test]
    fn a_look_without_an_event_is_patient_too() {
        let start = Instant::now();
        let mut settle = Settle::new("old".into());
        assert_eq!(settle.read(text(""), start), None);
        assert_eq!(settle.look_at(), Some(start + QUIET));
        assert_eq!(settle.read(text("old"), start + ms(6)), None);
        assert_eq!(settle.look_at(), None);
    }

    #[test]
    fn an_unreadable_file_is_told_at_once_and_once() {
        let now = Instant::now();
        let bad = || Err(WatchError::NotUtf8 { path: "s.tidal".into(), byte: 17, cut: false });
        let mut settle = Settle::new("old".into());
        settle.touched(Touch::Other, now);
        let reason = "s.tidal is not UTF-8 at byte 17: save the file as UTF-8".to_owned();
        assert_eq!(settle.read(bad(), now), Some(Changed::Unreadable { reason }));
        assert_eq!(settle.read(bad(), now), None);
        assert_eq!(settle.read(text("old"), now), Some(Changed::Text("old".into())));
    }

    /// Part by part, with more than a debounce in between: one save, told soon after it is closed.
    #[test]
    fn what_is_being_written_is_told_when_it_is_closed() {
        let start = Instant::now();
        let mut settle = Settle::new("old".into());
        for (at, part) in [(0, ""), (60, "a"), (120, "ab"), (300, "abc")] {
            settle.touched(Touch::Writing, start + ms(at));
            assert_eq!(settle.look_at(), Some(start + ms(at) + QUIET));
            assert_eq!(settle.read(text(part), start + ms(at) + QUIET), None);
            assert_eq!(settle.look_at(), Some(start + ms(at) + PATIENCE));
        }
        settle.touched(Touch::Whole, start + ms(310));
        assert_eq!(settle.look_at(), Some(start + ms(310) + QUIET));
        assert_eq!(settle.read(text("abc"), start + ms(316)), Some(Changed::Text("abc".into())));
        assert_eq!(settle.look_at(), None);
    }

    #[test]
    fn what_is_never_closed_is_believed_when_it_is_still_or_after_two_seconds() {
        let start = Instant::now();
        let mut settle = Settle::new("old".into());
        settle.touched(Touch::Writing, start);
        assert_eq!(settle.read(text("a"), start + QUIET), None);
        assert_eq!(settle.read(text("a"), settle.look_at().unwrap()), Some(Changed::Text("a".into())));
        assert_eq!(settle.look_at(), None);
        let start = start + ms(1000);
        for n in 0..20 {
            let now = start + ms(n * 100);
            settle.touched(Touch::Writing, now);
            assert_eq!(settle.read(text("b"), now + QUIET), None, "{n}");
        }
        assert_eq!(settle.look_at(), Some(start + LONGEST_WRITE));
        assert_eq!(settle.read(text("c"), start + LONGEST_WRITE), Some(Changed::Text("c".into())));
    }
}
