//! What stands at the left of a set: tracks, silence, tempo, mute and solo.

use super::{Args, Entry, as_text, entry};
use crate::control::id;
use crate::language::{action, edits_of};
use crate::pattern::{ControlMap, Value};
use crate::score::{CPS_RANGE, Edit, Question, Transition};
use crate::source::{Diagnostic, TextRange};
use crate::time::TimeSpan;
use std::sync::Arc;

fn track(a: &Args, name: &str, i: usize) -> Option<Value> {
    Some(action(vec![Edit::Track {
        name: name.into(),
        pattern: a.pattern(i)?,
        transition: Transition::Plain,
    }]))
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table answers so")]
fn one(edit: Edit) -> Option<Value> {
    Some(action(vec![edit]))
}

/// A track's name: a text, or a number, which is the `d` of that number.
pub(super) fn name(v: &Value) -> Option<Arc<str>> {
    match v {
        Value::Int(n) => Some(format!("d{n}").into()),
        Value::Num(n) => Some(format!("d{n}").into()),
        v => as_text(v).map(|t| {
            if t.chars().all(|c| c.is_ascii_digit()) && !t.is_empty() { format!("d{t}").into() } else { t }
        }),
    }
}

macro_rules! tracks {
    ($($name:literal)*) => {
        [$(entry($name, "ControlPattern -> IO ()", "plays the pattern on this track, from the next cycle on",
            concat!($name, " $ s \"bd*4\""), |a| track(a, $name, 0))),*]
    };
}

#[expect(clippy::too_many_lines, reason = "a table, put together because arrays do not add up")]
const fn joined() -> [Entry; 50] {
    let [d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11, d12, d13, d14, d15, d16] =
        tracks!("d1" "d2" "d3" "d4" "d5" "d6" "d7" "d8" "d9" "d10" "d11" "d12" "d13" "d14" "d15" "d16");
    [
        d1,
        d2,
        d3,
        d4,
        d5,
        d6,
        d7,
        d8,
        d9,
        d10,
        d11,
        d12,
        d13,
        d14,
        d15,
        d16,
        entry(
            "p",
            "Show a => a -> ControlPattern -> IO ()",
            "plays the pattern on the track of that name",
            "p \"drums\" $ s \"bd*4\"",
            |a| track(a, &name(a.value(0)?)?, 1),
        ),
        entry("hush", "IO ()", "silence on all tracks, at once", "hush", |_| one(Edit::Hush)),
        entry(
            "panic",
            "IO ()",
            "ends all tracks, frees every voice and everything that waits in the engine",
            "panic",
            |_| Some(action(vec![Edit::Hush, Edit::Panic])),
        ),
        entry(
            "once",
            "ControlPattern -> IO ()",
            "plays one cycle of the pattern, at once",
            "once $ s \"cp\"",
            |a| one(Edit::Once(a.pattern(0)?)),
        ),
        entry(
            "asap",
            "ControlPattern -> IO ()",
            "plays one cycle of the pattern, at once",
            "asap $ s \"cp\"",
            |a| one(Edit::Once(a.pattern(0)?)),
        ),
        entry("setcps", "Pattern Double -> IO ()", "the tempo in cycles a second", "setcps 0.6", |a| {
            tempo(a, 1.0)
        }),
        entry(
            "bps",
            "Pattern Double -> IO ()",
            "the tempo in beats a second, two to a cycle",
            "bps 1.2",
            |a| tempo(a, 0.5),
        )
        .was("setcps (bps/2)"),
        entry(
            "setbpm",
            "Pattern Double -> IO ()",
            "the tempo in beats a minute, four to a cycle",
            "setbpm 136",
            |a| tempo(a, 1.0 / 240.0),
        ),
        entry("setcpm", "Pattern Double -> IO ()", "the tempo in cycles a minute", "setcpm 34", |a| {
            tempo(a, 1.0 / 60.0)
        }),
        entry("resetCycles", "IO ()", "patterns start over with cycle 0", "resetCycles", |_| {
            one(Edit::ResetCycles)
        }),
        entry("mute", "Show a => a -> IO ()", "the track is not heard until unmute", "mute 1", |a| {
            one(Edit::Mute(name(a.value(0)?)?))
        }),
        entry("unmute", "Show a => a -> IO ()", "takes back a mute", "unmute 1", |a| {
            one(Edit::Unmute(name(a.value(0)?)?))
        }),
        entry("solo", "Show a => a -> IO ()", "only soloed tracks are heard", "solo 1", |a| {
            one(Edit::Solo(name(a.value(0)?)?))
        }),
        entry("unsolo", "Show a => a -> IO ()", "takes back a solo", "unsolo 1", |a| {
            one(Edit::Unsolo(name(a.value(0)?)?))
        }),
        entry("unmuteAll", "IO ()", "takes back all mutes", "unmuteAll", |_| one(Edit::UnmuteAll)),
        entry("unsoloAll", "IO ()", "takes back all solos", "unsoloAll", |_| one(Edit::UnsoloAll)),
        entry(
            "first",
            "ControlPattern -> IO ()",
            "plays cycle 0 of the pattern, at once",
            "first $ s \"cp\"",
            |a| one(Edit::First(a.pattern(0)?)),
        ),
        entry("setCycle", "Time -> IO ()", "patterns go on with this cycle", "setCycle 8", |a| {
            one(Edit::SetCycle(a.ratio(0)?))
        }),
        entry(
            "all",
            "(ControlPattern -> ControlPattern) -> IO ()",
            "a function on every track, until another one; all id takes it away",
            "all (# room 0.2)",
            |a| one(Edit::All(a.value(0)?.clone())),
        ),
        entry("nudgeAll", "Double -> IO ()", "all events later by some seconds", "nudgeAll 0.02", |a| {
            let seconds = a.number(0)?;
            if !seconds.is_finite() {
                let d = Diagnostic::error(TextRange::default(), format!("{seconds} is no number of seconds"));
                a.env.complain(Box::new(d.help("nudgeAll 0.02 is 20 ms later")));
                return None;
            }
            one(Edit::NudgeAll(seconds))
        }),
        entry("muteAll", "IO ()", "mutes all tracks there are", "muteAll", |_| one(Edit::MuteAll)),
        entry(
            "setF",
            "String -> Pattern Double -> IO ()",
            "sets a name that cF and ^ read, numbers",
            "setF \"depth\" \"0.1 0.4\"",
            set,
        ),
        entry(
            "setI",
            "String -> Pattern Int -> IO ()",
            "sets a name that cI and ^ read, whole numbers",
            "setI \"group\" \"1 2\"",
            set,
        ),
        entry(
            "setS",
            "String -> Pattern String -> IO ()",
            "sets a name that cS and ^ read, words",
            "setS \"sound\" \"bd sn\"",
            set,
        ),
        entry(
            "setR",
            "String -> Pattern Rational -> IO ()",
            "sets a name that cR and ^ read, exact ratios",
            "setR \"speed\" \"1%3\"",
            set,
        ),
        entry(
            "setB",
            "String -> Pattern Bool -> IO ()",
            "sets a name that cB and ^ read, truths",
            "setB \"on\" \"t f\"",
            set,
        ),
        entry("getcps", "IO ()", "says the tempo", "getcps", |_| one(Edit::Ask(Question::Tempo))),
        entry("getnow", "IO ()", "says the cycle that is heard", "getnow", |_| {
            one(Edit::Ask(Question::Cycle))
        }),
        entry("list", "IO ()", "says which tracks there are", "list", |_| one(Edit::Ask(Question::Tracks))),
        entry("enableLink", "IO ()", "not there yet: the tempo of other machines", "enableLink", |_| {
            one(Edit::Ask(Question::Link))
        }),
        entry("disableLink", "IO ()", "not there yet: the tempo is the set's own", "disableLink", |_| {
            one(Edit::Ask(Question::Link))
        }),
        entry(">>", "IO () -> IO () -> IO ()", "a statement, then another", "mute 1 >> solo 2", |a| {
            let both = [a.value(0)?, a.value(1)?].map(edits_of);
            Some(action(both.iter().flat_map(|edits| edits.iter().cloned()).collect()))
        }),
        entry(
            "sequence_",
            "[IO ()] -> IO ()",
            "statements, one after the other",
            "sequence_ [d1 $ s \"bd\", d2 $ s \"sn\"]",
            |a| {
                Some(action(
                    a.list(0)?.iter().flat_map(|v| edits_of(v).iter().cloned().collect::<Vec<_>>()).collect(),
                ))
            },
        ),
        entry(
            "mapM_",
            "(a -> IO ()) -> [a] -> IO ()",
            "a statement for each part of a list",
            "mapM_ unmute [1, 2]",
            |a| {
                let f = a.function(0)?;
                let mut edits = Vec::new();
                for x in a.list(1)?.iter() {
                    edits.extend(edits_of(&super::call(&f, x, a.env)?).iter().cloned());
                }
                Some(action(edits))
            },
        ),
    ]
}

/// What a name stands for from now on.
fn set(a: &Args) -> Option<Value> {
    one(Edit::Set { name: a.text(0)?, pattern: a.pattern(1)? })
}

/// A tempo: numbers times a factor. More than one number are played for one cycle, as in Tidal.
fn tempo(a: &Args, factor: f64) -> Option<Value> {
    let p = a.pattern(0)?.map(move |v| Some(Value::Num(v.as_f64()? * factor)));
    let cycle = |n| p.haps(TimeSpan::cycle(n)).ok();
    let (first, second) = (cycle(0)?, cycle(1)?);
    let values = || first.iter().chain(&second).filter_map(|h| h.value.as_f64());
    if let Some(x) = values().find(|x| !CPS_RANGE.contains(x)) {
        let (low, high) = (CPS_RANGE.start() / factor, CPS_RANGE.end() / factor);
        let d = Diagnostic::error(TextRange::default(), format!("a tempo of {} is none", x / factor));
        a.env.complain(Box::new(d.help(format!("it may be {low} to {high}; hush is silence"))));
        return None;
    }
    let now = Edit::Cps(first.first()?.value.as_f64()?);
    if values().all(|x| Some(x) == first.first().and_then(|h| h.value.as_f64())) {
        return one(now);
    }
    let tempi = p.map(|v| Some(Value::Controls(ControlMap::one(id::CPS, v.clone()))));
    Some(action(vec![now, Edit::Tempi(tempi)]))
}

pub(super) const TABLE: &[Entry] = &joined();
