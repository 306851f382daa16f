//! Statements that take a track from its old pattern to a new one over time.

use super::statements::name;
use super::{Args, Entry, entry};
use crate::language::action;
use crate::pattern::Value;
use crate::score::{Edit, Transition};
use crate::time::Rational;

/// The last argument on the track that the first one names.
fn change(a: &Args, last: usize, transition: Option<Transition>) -> Option<Value> {
    Some(action(vec![Edit::Track {
        name: name(a.value(0)?)?,
        pattern: a.pattern(last)?,
        transition: transition?,
    }]))
}

/// With one number between the track and the pattern.
fn timed(a: &Args, of: fn(Rational) -> Transition) -> Option<Value> {
    change(a, 2, a.ratio(1).map(of))
}

fn counted(a: &Args, of: fn(i64) -> Transition) -> Option<Value> {
    change(a, 2, a.int(1).map(of))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "xfade",
        "Show a => a -> ControlPattern -> IO ()",
        "fades to the new pattern over 4 cycles",
        "xfade 1 $ s \"bd*4\"",
        |a| change(a, 1, Some(Transition::Xfade(Rational::int(4)))),
    ),
    entry(
        "xfadeIn",
        "Show a => a -> Time -> ControlPattern -> IO ()",
        "fades to the new pattern over some cycles",
        "xfadeIn 1 8 $ s \"bd*4\"",
        |a| timed(a, Transition::Xfade),
    ),
    entry(
        "clutch",
        "Show a => a -> ControlPattern -> IO ()",
        "loses the old events and gains the new ones over 2 cycles",
        "clutch 1 $ s \"bd*4\"",
        |a| change(a, 1, Some(Transition::Clutch(Rational::int(2)))),
    ),
    entry(
        "clutchIn",
        "Show a => a -> Time -> ControlPattern -> IO ()",
        "loses the old events and gains the new ones over some cycles",
        "clutchIn 1 8 $ s \"bd*4\"",
        |a| timed(a, Transition::Clutch),
    ),
    entry(
        "anticipate",
        "Show a => a -> ControlPattern -> IO ()",
        "closer and closer echoes for 8 cycles, then the new pattern",
        "anticipate 1 $ s \"bd*4\"",
        |a| change(a, 1, Some(Transition::Anticipate(Rational::int(8)))),
    ),
    entry(
        "anticipateIn",
        "Show a => a -> Time -> ControlPattern -> IO ()",
        "closer and closer echoes for some cycles, then the new pattern",
        "anticipateIn 1 4 $ s \"bd*4\"",
        |a| timed(a, Transition::Anticipate),
    ),
    entry(
        "interpolate",
        "Show a => a -> ControlPattern -> IO ()",
        "numbers glide to the new pattern's over 4 cycles",
        "interpolate 1 $ s \"bd*4\" # pan 1",
        |a| change(a, 1, Some(Transition::Interpolate(Rational::int(4)))),
    ),
    entry(
        "interpolateIn",
        "Show a => a -> Time -> ControlPattern -> IO ()",
        "numbers glide to the new pattern's over some cycles",
        "interpolateIn 1 8 $ s \"bd*4\" # pan 1",
        |a| timed(a, Transition::Interpolate),
    ),
    entry(
        "wait",
        "Show a => a -> Time -> ControlPattern -> IO ()",
        "silence for some cycles, then the new pattern",
        "wait 1 4 $ s \"bd*4\"",
        |a| timed(a, Transition::Wait),
    ),
    entry(
        "jump",
        "Show a => a -> ControlPattern -> IO ()",
        "the new pattern at once",
        "jump 1 $ s \"bd*4\"",
        |a| change(a, 1, Some(Transition::Jump(0))),
    ),
    entry(
        "jumpIn",
        "Show a => a -> Int -> ControlPattern -> IO ()",
        "the new pattern after some cycles",
        "jumpIn 1 4 $ s \"bd*4\"",
        |a| counted(a, Transition::Jump),
    ),
    entry(
        "jumpIn'",
        "Show a => a -> Int -> ControlPattern -> IO ()",
        "the new pattern after some cycles, at a cycle's start",
        "jumpIn' 1 4 $ s \"bd*4\"",
        |a| counted(a, Transition::JumpAligned),
    ),
    entry(
        "jumpMod",
        "Show a => a -> Int -> ControlPattern -> IO ()",
        "the new pattern at the next multiple of so many cycles",
        "jumpMod 1 4 $ s \"bd*4\"",
        |a| change(a, 2, a.int(1).map(|n| Transition::JumpMod(n, 0))),
    ),
    entry(
        "jumpMod'",
        "Show a => a -> Int -> Int -> ControlPattern -> IO ()",
        "the new pattern at the next multiple of so many cycles, and some more",
        "jumpMod' 1 4 2 $ s \"bd*4\"",
        |a| change(a, 3, Some(Transition::JumpMod(a.int(1)?, a.int(2)?))),
    ),
    entry(
        "mortal",
        "Show a => a -> Time -> Time -> ControlPattern -> IO ()",
        "the new pattern for some cycles, then it loses its events over some",
        "mortal 1 4 2 $ s \"bd*4\"",
        |a| change(a, 3, Some(Transition::Mortal(a.ratio(1)?, a.ratio(2)?))),
    ),
    entry(
        "histpan",
        "Show a => a -> Int -> ControlPattern -> IO ()",
        "so many of the latest patterns at once, from left to right",
        "histpan 1 4 $ s \"bd*4\"",
        |a| counted(a, Transition::Histpan),
    ),
    entry(
        "forId",
        "Show a => a -> Time -> ControlPattern -> IO ()",
        "the new pattern over the old one for some cycles",
        "forId 1 4 $ s \"bd*4\"",
        |a| timed(a, Transition::Overlay),
    ),
];
