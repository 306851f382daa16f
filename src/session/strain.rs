//! An engine that cannot keep up: found by its own meters, and relieved.
//!
//! In: meters as they come, ten times a second of the engine's own time, and health twice a second of
//! ours. Out: how many voices there may be from now on. Pure.
//!
//! An engine with more voices than it can compute answers `/status` as ever, while its audio goes on in
//! jerks or hardly at all (JACK leaves its cycles out); voices then begin and do not end, so that it
//! never comes back by itself, until its memory is full and it dies. Its meters tell: they are made in
//! its audio. When they come at less than half their pace for two seconds, all voices are ended and
//! fewer are allowed, until there is another engine. With hardly any voices it is not they: then its audio
//! stands still (JACK or the sound card): that is said, and no fewer are allowed.

use super::{Effect, State};
use crate::plan::MOST_VOICES;
use crate::source::Severity;

/// Meters' messages between two reports of health: two, ten times a second, in half a second.
const PACE: u32 = 10;
/// Reports of health in a row with less than half the pace before something is done: two seconds.
const PATIENCE: u32 = 4;
/// Of the voices that were there, so many are allowed afterwards.
const KEPT: f64 = 0.7;
/// But never fewer; and so few are never too many.
const FEWEST: usize = 16;

/// What the meters say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// There were too many voices: from now on so many.
    TooMany(usize),
    /// Its audio hardly goes on, and not because of voices.
    StandsStill,
}

/// What was heard of the engine's own time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Strain {
    /// Since the last report of health.
    meters: u32,
    /// The engine's meters have come at their pace: their want means something.
    known: bool,
    /// Reports in a row with too few.
    slow: u32,
    /// That it stands still was told, and it has not come back since.
    told: bool,
}

impl Strain {
    /// A message of the meters has come.
    pub fn metered(&mut self) {
        self.meters += 1;
    }

    /// A report of health has come, and there are so many voices.
    pub fn checked(&mut self, alive: bool, voices: usize) -> Option<Finding> {
        let meters = std::mem::take(&mut self.meters);
        if !alive {
            *self = Self::default();
            return None;
        }
        self.known |= meters >= PACE * 4 / 5;
        if !self.known || meters >= PACE / 2 {
            (self.slow, self.told) = (0, false);
            return None;
        }
        self.slow += 1;
        if self.slow < PATIENCE {
            return None;
        }
        // The next look is at what comes of it.
        self.slow = 0;
        if voices > FEWEST {
            return Some(Finding::TooMany(((voices as f64 * KEPT) as usize).max(FEWEST)));
        }
        (!std::mem::replace(&mut self.told, true)).then_some(Finding::StandsStill)
    }
}

impl State {
    /// Ends all voices of an engine that cannot keep up, and allows it fewer.
    pub(super) fn relieve(&mut self) -> Vec<Effect> {
        let voices = self.report.as_ref().map_or(0, |r| r.voices);
        match self.strain.checked(self.health.alive, voices) {
            None => Vec::new(),
            Some(Finding::StandsStill) => {
                self.say(
                    Severity::Error,
                    "the engine answers, but its sound stands still: what sounded is ended; if it does not come \
                     back, look after JACK or the sound card and start again",
                );
                // A SynthDef of the user may have been too much, or rings longer than is known.
                vec![Effect::EndVoices { from_now_on: MOST_VOICES }]
            }
            Some(Finding::TooMany(fewer)) => {
                self.say(
                    Severity::Error,
                    format!(
                        "the engine cannot keep up with {voices} voices: they are ended, and only {fewer} may \
                         sound at once until it is started again; shorter or fewer sounds help (legato, fewer \
                         tracks)"
                    ),
                );
                vec![Effect::EndVoices { from_now_on: fewer }]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found after each report, for so many meters before it.
    fn found(meters: &[u32], voices: usize) -> Vec<Option<Finding>> {
        let mut strain = Strain::default();
        let check = |n: &u32| {
            (0..*n).for_each(|_| strain.metered());
            strain.checked(true, voices)
        };
        meters.iter().map(check).collect()
    }

    /// How many of 300 voices are left after each report.
    fn said(meters: &[u32]) -> Vec<Option<usize>> {
        let number = |finding| match finding {
            Finding::TooMany(n) => n,
            Finding::StandsStill => 0,
        };
        found(meters, 300).into_iter().map(|f| f.map(number)).collect()
    }

    #[test]
    fn a_few_voices_are_not_why_it_stands_still_which_is_said_once() {
        let still = Some(Finding::StandsStill);
        let all = found(&[10, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0], 3);
        let mut want = [None; 14];
        (want[4], want[13]) = (still, still);
        assert_eq!(all, want);
        assert_eq!(found(&[10, 0, 0, 0, 0], 17)[4], Some(Finding::TooMany(16)));
    }

    #[test]
    fn two_seconds_below_half_the_pace_are_too_much() {
        assert_eq!(said(&[10, 4, 3, 0, 1, 2])[..5], [None, None, None, None, Some(210)]);
        assert_eq!(said(&[10, 4, 3, 0, 9, 2, 2, 2]), [None; 8], "it came back");
        assert_eq!(said(&[10, 0, 0, 0, 0, 0, 0, 0, 0])[4..], [Some(210), None, None, None, Some(210)]);
    }

    #[test]
    fn what_was_never_heard_is_not_missed() {
        assert_eq!(said(&[0; 12]), [None; 12]);
        assert_eq!(said(&[3; 12]), [None; 12]);
    }

    #[test]
    fn an_engine_that_is_away_begins_anew() {
        let mut strain = Strain { known: true, slow: 3, ..Strain::default() };
        assert_eq!(strain.checked(false, 300), None);
        assert_eq!(strain.checked(true, 300), None);
        assert!(!strain.known);
    }
}
