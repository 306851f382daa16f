//! What a statement of a set asks for.

use crate::pattern::{Pattern, Value};
use crate::time::Rational;
use std::sync::Arc;

/// How a track gets from its old pattern to its new one. Times are in cycles, counted from the
/// moment at which the edit is obeyed (the frontier).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Transition {
    /// The new pattern from the next cycle boundary on.
    #[default]
    Plain,
    /// Fades the old one out and the new one in, by their gain (`xfade`, `xfadeIn`).
    Xfade(Rational),
    /// As many of the latest patterns at once, panned from left to right (`histpan`).
    Histpan(i64),
    /// Silence for some cycles, then the new one from a cycle boundary on (`wait`).
    Wait(Rational),
    /// The old one for some cycles, then the new one (`jump`, `jumpIn`).
    Jump(i64),
    /// The same from the next cycle boundary on (`jumpIn'`).
    JumpAligned(i64),
    /// The new one from the next cycle on whose number is a multiple of the first, plus the second
    /// (`jumpMod`, `jumpMod'`).
    JumpMod(i64, i64),
    /// The new one, which loses more and more events: after so many cycles, over so many (`mortal`).
    Mortal(Rational, Rational),
    /// The numbers of the old one glide into those of the new one (`interpolate`, `interpolateIn`).
    Interpolate(Rational),
    /// The old one loses events while the new one gains them (`clutch`, `clutchIn`).
    Clutch(Rational),
    /// The old one with closer and closer echoes, then the new one (`anticipate`, `anticipateIn`).
    Anticipate(Rational),
    /// The new one over the old one for some cycles, then the old one alone (`forId`).
    Overlay(Rational),
}

impl Transition {
    /// What a set calls it; nothing for a plain change.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Xfade(t) if t == Rational::int(4) => "xfade",
            Self::Xfade(_) => "xfadeIn",
            Self::Histpan(_) => "histpan",
            Self::Wait(_) => "wait",
            Self::Jump(0) => "jump",
            Self::Jump(_) => "jumpIn",
            Self::JumpAligned(_) => "jumpIn'",
            Self::JumpMod(_, 0) => "jumpMod",
            Self::JumpMod(..) => "jumpMod'",
            Self::Mortal(..) => "mortal",
            Self::Interpolate(t) if t == Rational::int(4) => "interpolate",
            Self::Interpolate(_) => "interpolateIn",
            Self::Clutch(t) if t == Rational::int(2) => "clutch",
            Self::Clutch(_) => "clutchIn",
            Self::Anticipate(t) if t == Rational::int(8) => "anticipate",
            Self::Anticipate(_) => "anticipateIn",
            Self::Overlay(_) => "forId",
        }
    }
}

/// One thing that a statement asks for. `language` makes them, [`super::Score::apply`] obeys them.
///
/// A track's name is what the set says: `d1` for `d1 $ ...` and `p 1`, the text for `p "drums"`.
#[derive(Clone, Debug)]
pub enum Edit {
    /// The track plays this pattern of controls, from the next cycle boundary on.
    Track {
        /// Which track.
        name: Arc<str>,
        /// What it plays from then on.
        pattern: Pattern,
        /// How it gets there.
        transition: Transition,
    },
    /// The track ends at the next cycle boundary: its block was taken out of the set.
    Stop(Arc<str>),
    /// One cycle of the pattern, from the frontier on (`once`, `asap`).
    Once(Pattern),
    /// Cycle 0 of the pattern, from the frontier on (`first`).
    First(Pattern),
    /// All tracks end at once, sounding voices are released.
    Hush,
    /// All that sounds and waits in the engine is freed at once; tracks stay.
    Panic,
    /// Cycles per second from the frontier on; what is not finite or not above 0 changes nothing.
    Cps(f64),
    /// One cycle of tempi, from the frontier on: of a `setcps` with several.
    Tempi(Pattern),
    /// Patterns start over with cycle 0, at the frontier.
    ResetCycles,
    /// Patterns go on with this cycle, at the frontier (`setCycle`).
    SetCycle(Rational),
    /// A function of the language on every track's pattern, from the frontier on, until another one
    /// replaces it (`all`).
    All(Value),
    /// All events later by some seconds, or earlier (`nudgeAll`).
    NudgeAll(f64),
    /// The track is not heard until it is unmuted.
    Mute(Arc<str>),
    /// Takes a mute back.
    Unmute(Arc<str>),
    /// Only soloed tracks are heard, muted or not, as in Tidal.
    Solo(Arc<str>),
    /// Takes a solo back.
    Unsolo(Arc<str>),
    /// Mutes all tracks there are.
    MuteAll,
    /// Takes all mutes back.
    UnmuteAll,
    /// Takes all solos back.
    UnsoloAll,
    /// What `^name` reads from now on (`setF`, `setS` and their kin).
    Set {
        /// The name after `^`.
        name: Arc<str>,
        /// Its values.
        pattern: Pattern,
    },
    /// Changes nothing: the performer wants to know.
    Ask(Question),
}

/// What a statement may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The tempo (`getcps`).
    Tempo,
    /// The cycle that is heard (`getnow`).
    Cycle,
    /// Which tracks there are (`list`).
    Tracks,
    /// Whether other machines share the tempo (`enableLink`, `disableLink`).
    Link,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Score;
    use crate::time::TimeSpan;
    use std::sync::Arc;

    fn r(n: i64, d: i64) -> Rational {
        Rational::new(n, d)
    }

    fn words(list: &[&str]) -> Pattern {
        Pattern::cat(list.iter().map(|w| Pattern::pure(*w)).collect())
    }

    fn track(name: &str, pattern: Pattern, transition: Transition) -> Edit {
        Edit::Track { name: name.into(), pattern, transition }
    }

    /// What begins in a span: `d1:a@1/2`.
    fn heard(score: &Score, begin: Rational, end: Rational) -> String {
        let mut out = Vec::new();
        score.track_haps(TimeSpan::new(begin, end), &mut Vec::new(), |t| {
            for hap in t.haps.unwrap() {
                out.push((hap.part.begin, format!("{}:{:?}@{:?}", t.track, hap.value, hap.part.begin)));
            }
        });
        out.sort();
        out.into_iter().map(|(_, w)| w).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_transition_begins_at_the_frontier_with_what_played() {
        let score = Score::new().apply(&[track("d1", words(&["a"]), Transition::Plain)], r(0, 1));
        let score = score.apply(&[track("d1", words(&["b"]), Transition::Jump(2))], r(3, 2));
        assert_eq!(heard(&score, r(1, 1), r(6, 1)), "d1:a@1 d1:a@2 d1:a@3 d1:b@4 d1:b@5");
        // The next one comes from the pattern that was handed over, not from the change under way.
        let score = score.apply(&[track("d1", words(&["c"]), Transition::JumpAligned(0))], r(9, 2));
        assert_eq!(heard(&score, r(4, 1), r(7, 1)), "d1:b@4 d1:c@5 d1:c@6");
    }

    #[test]
    fn a_function_over_all_tracks_holds_for_later_ones_too() {
        let faster = |n: i64| {
            let f: crate::pattern::ValueFn = Arc::new(move |v, _| match v {
                Value::Pattern(p) => Some(Value::Pattern(p.fast(Rational::int(n)))),
                _ => None,
            });
            Edit::All(Value::Function(f))
        };
        let score = Score::new().apply(&[track("d1", words(&["a"]), Transition::Plain)], r(0, 1));
        let score = score.apply(&[faster(2), track("d2", words(&["b"]), Transition::Plain)], r(1, 1));
        assert_eq!(heard(&score, r(1, 1), r(2, 1)), "d1:a@1 d2:b@1 d1:a@3/2 d2:b@3/2");
        // Another one replaces the first; it is not laid over it.
        let score = score.apply(&[faster(1)], r(2, 1));
        assert_eq!(heard(&score, r(2, 1), r(3, 1)), "d1:a@2 d2:b@2");
    }

    #[test]
    fn cycles_are_set_and_single_ones_played() {
        let score =
            Score::new().apply(&[track("d1", words(&["a", "b", "c", "d"]), Transition::Plain)], r(0, 1));
        let set = score.apply(&[Edit::SetCycle(r(2, 1))], r(1, 1));
        assert_eq!(heard(&set, r(1, 1), r(3, 1)), "d1:c@1 d1:d@2");
        let first = Score::new().apply(&[Edit::First(words(&["a", "b"]))], r(3, 1));
        assert_eq!(heard(&first, r(3, 1), r(5, 1)), "once:a@3");
        let once = Score::new().apply(&[Edit::Once(words(&["a", "b"]))], r(3, 1));
        assert_eq!(heard(&once, r(3, 1), r(5, 1)), "once:b@3");
    }

    #[test]
    fn the_rest_is_kept_for_whoever_plays() {
        let score = Score::new().apply(&[track("d1", words(&["a"]), Transition::Plain)], r(5, 2));
        let moment = score.state().get("_t_d1").unwrap();
        assert_eq!(moment.haps(TimeSpan::cycle(0)).unwrap()[0].value, Value::Ratio(r(5, 2)));
        let score = score.apply(&[Edit::Cps(0.5), Edit::NudgeAll(0.02), Edit::MuteAll], r(3, 1));
        assert_eq!(
            score.state().get("_cps").unwrap().haps(TimeSpan::cycle(0)).unwrap()[0].value,
            Value::Num(0.5)
        );
        assert!((score.nudge_s() - 0.02).abs() < 1e-9 && score.is_muted("d1"));
        let score = score.apply(&[Edit::NudgeAll(f64::NAN), Edit::UnmuteAll], r(3, 1));
        assert!(score.nudge_s() == 0.0 && !score.is_muted("d1"));
    }
}
