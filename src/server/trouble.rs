//! What the engine's lines mean.
//!
//! In: lines of standard output. Out: [`Heard`]. Pure. The engines report almost no trouble over OSC
//! (supernova none), so this is where xruns, late bundles and errors are learned of. The texts are
//! those of supernova and scsynth 3.13 and jackd2.

use crate::bank::Layout;
use std::time::{Duration, Instant};

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The sound had a gap.
    Xrun,
    /// A bundle came after its time.
    Late,
    /// Something went wrong: worth a notice.
    Trouble,
    /// Nothing of interest.
    Nothing,
}

/// Lines that look like trouble and are none.
const HARMLESS: [&str; 7] = [
    // jackd about a client that was too slow: the engine itself counts that as an xrun.
    "process error",
    "cannot raise thread priority",
    "cannot use real-time scheduling",
    "cannot set the memory",
    "cannot lock down",
    "exporting",
    "failed to acquire rtkit",
];

/// Words that mean trouble.
const WORDS: [&str; 9] =
    ["could not", "cannot", "error", "exception", "fail", "not found", "not handled", "shut down", "killed"];

/// What the line says.
pub(super) fn read(line: &str) -> Heard {
    let line = line.to_lowercase();
    if line.contains("xrun") {
        return Heard::Xrun;
    }
    if line.starts_with("late:") || line.starts_with("late ") {
        return Heard::Late;
    }
    if HARMLESS.iter().any(|h| line.contains(h)) {
        return Heard::Nothing;
    }
    if probe(&line) || voice_is_gone(&line, Layout::OWN) {
        return Heard::Nothing;
    }
    if WORDS.iter().any(|w| line.contains(w)) { Heard::Trouble } else { Heard::Nothing }
}

/// The number that follows these words.
fn number(line: &str, after: &str) -> Option<i32> {
    let digits = line.split_once(after)?.1.trim_start();
    digits.get(..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()))?.parse().ok()
}

/// True for a complaint about a node of ours that only proves a SynthDef: whoever asked for the proof
/// is told that it failed.
fn probe(line: &str) -> bool {
    let node = number(line, "node not found:").or_else(|| number(line, "node id:"));
    node.is_some_and(|id| id < Layout::OWN.first_node)
}

/// True for a complaint that a voice of ours is not there: it has ended by itself a moment before it
/// was to be ended.
pub(super) fn voice_is_gone(line: &str, layout: Layout) -> bool {
    let line = line.to_lowercase();
    let node = number(&line, "node not found:")
        .or_else(|| number(&line, "node ").filter(|_| line.trim_end().ends_with("not found")));
    node.is_some_and(|id| id >= layout.first_voice())
}

/// Keeps a text that comes again and again from filling the screen: it passes once in [`Self::SPAN`].
#[derive(Debug, Default)]
pub(super) struct Repeats {
    recent: Vec<(String, Instant)>,
}

impl Repeats {
    /// How long a text is held back after it has passed.
    const SPAN: Duration = Duration::from_secs(5);
    /// More different texts than this are not told apart.
    const KEPT: usize = 32;

    /// True when the text should pass. Numbers in it do not make it another one.
    pub(super) fn passes(&mut self, text: &str, now: Instant) -> bool {
        let key: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
        self.recent.retain(|(_, at)| now.saturating_duration_since(*at) < Self::SPAN);
        if self.recent.len() >= Self::KEPT || self.recent.iter().any(|(k, _)| *k == key) {
            return false;
        }
        self.recent.push((key, now));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_engines() {
        let cases = [
            ("node not found: 537", Heard::Nothing),
            ("Cannot create synth (synthdef: x, node id: 12)", Heard::Nothing),
            ("node not found: 1003", Heard::Trouble),
            ("node not found: 1837", Heard::Nothing),
            ("FAILURE IN SERVER /n_set Node 1837 not found", Heard::Nothing),
            ("FAILURE IN SERVER /n_set Node 1003 not found", Heard::Trouble),
            ("FAILURE IN SERVER /s_new Group 1837 not found", Heard::Trouble),
            ("Jack: xrun detected - resyncing clock", Heard::Xrun),
            ("late: 0.002826", Heard::Late),
            ("late 0.012345678", Heard::Late),
            ("Supernova booting", Heard::Nothing),
            ("Warning: cannot raise thread priority", Heard::Nothing),
            ("JackDriver: max output latency 10.7 ms", Heard::Nothing),
            ("SuperCollider 3 server ready.", Heard::Nothing),
            ("could not start audio backend: Unable to connect to JACK server", Heard::Trouble),
            ("FAILURE IN SERVER /s_new SynthDef not found", Heard::Trouble),
            ("exception in OSC handler: buffer already allocated", Heard::Trouble),
            ("OSC message not handled", Heard::Trouble),
            ("Jack server was shut down, exiting ...", Heard::Trouble),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn a_text_passes_once_in_a_while() {
        let mut repeats = Repeats::default();
        let start = Instant::now();
        assert!(repeats.passes("node 8 not found", start));
        assert!(!repeats.passes("node 9 not found", start + Duration::from_secs(4)));
        assert!(repeats.passes("another", start + Duration::from_secs(4)));
        assert!(repeats.passes("node 8 not found", start + Duration::from_secs(6)));
        for n in 0..100 {
            repeats.passes(&"x".repeat(n), start + Duration::from_secs(6));
        }
        assert!(repeats.recent.len() <= Repeats::KEPT);
    }
}
