//! Tidal's transitions as functions on a list of patterns, and its random numbers one by one.

use super::{Entry, MAX_COPIES, Transform, as_pattern, call2, entry, pat};
use crate::pattern::{Env, Pattern, Value, random};
use crate::time::Rational;
use std::sync::Arc;

/// Tidal's `wash`: the old pattern through one function, the new one through another, over time.
fn washed(patterns: &[Pattern], by: [&Transform; 2], times: [Rational; 4], env: &Env) -> Option<Pattern> {
    let [delay, fading_out, fading_in, now] = times;
    let (new, old) = match patterns {
        [] => return Some(Pattern::silence()),
        [only] => return Some(only.clone()),
        [new, old, ..] => (new, old),
    };
    let out = now + delay;
    let (half, done) = (out + fading_out, out + fading_out + fading_in);
    Some(Pattern::stack(vec![
        old.starting(move |t| t < out),
        by[0].on(old, env)?.starting(move |t| t >= out && t < half),
        by[1].on(new, env)?.starting(move |t| t >= half && t < done),
        new.starting(move |t| t >= done),
    ]))
}

fn mortal_overlay(t: Rational, now: Rational, patterns: &[Pattern]) -> Pattern {
    let Some((new, others)) = patterns.split_first() else { return Pattern::silence() };
    let length = t.floor().max(1);
    let from = Rational::int(now.floor() - now.floor().rem_euclid(length)) + t.cycle();
    let playing = super::sequence::play_for(from, from + t, new);
    Pattern::stack(others.first().cloned().into_iter().chain([playing]).collect())
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "wash",
        "(Pattern a -> Pattern a) -> (Pattern a -> Pattern a) -> Time -> Time -> Time -> Time -> [Pattern a] -> Pattern a",
        "from the second pattern of a list to the first, each through a function on the way",
        "d1 $ wash rev id 1 2 2 0 [s \"bd\", s \"sn\"]",
        |a| {
            let times = [a.ratio(2)?, a.ratio(3)?, a.ratio(4)?, a.ratio(5)?];
            pat(washed(&a.patterns(6)?, [&a.transform(0)?, &a.transform(1)?], times, a.env)?)
        },
    ),
    entry(
        "washIn",
        "(Pattern a -> Pattern a) -> Time -> Time -> [Pattern a] -> Pattern a",
        "from the second pattern of a list, through a function, to the first",
        "d1 $ washIn rev 2 0 [s \"bd\", s \"sn\"]",
        |a| {
            let id = Transform(Arc::new(|v: &Value, _: &Env| Some(v.clone())));
            let times = [Rational::ZERO, a.ratio(1)?, Rational::ZERO, a.ratio(2)?];
            pat(washed(&a.patterns(3)?, [&a.transform(0)?, &id], times, a.env)?)
        },
    ),
    entry(
        "mortalOverlay",
        "Time -> Time -> [Pattern a] -> Pattern a",
        "the first pattern of a list for some cycles over the second",
        "d1 $ mortalOverlay 4 0 [s \"bd\", s \"hh*4\"]",
        |a| pat(mortal_overlay(a.ratio(0)?, a.ratio(1)?, &a.patterns(2)?)),
    ),
    entry(
        "waitT",
        "(Time -> [ControlPattern] -> ControlPattern) -> Time -> Time -> [ControlPattern] -> ControlPattern",
        "silence for some cycles, then a transition between the patterns of a list",
        "d1 $ waitT (washIn rev 2) 4 0 [s \"bd\", s \"sn\"]",
        |a| {
            let (t, now) = (a.ratio(1)?, a.ratio(2)?);
            let changed = call2(&a.function(0)?, &Value::Ratio(now + t), a.value(3)?, a.env)?;
            let from = (now + t - Rational::ONE).next_cycle();
            pat(as_pattern(&changed)?.starting(move |t| t >= from))
        },
    ),
    entry(
        "xorwise",
        "Int -> Int",
        "the number after another in Tidal's row of random numbers",
        "d1 $ s \"bd\" # cut (pure $ mod (xorwise 3) 8)",
        |a| Some(Value::Int(random::xorshift(a.int(0)?))),
    ),
    entry(
        "timeToIntSeed",
        "RealFrac a => a -> Int",
        "the random number of a time, as a whole number",
        "d1 $ s \"bd\" # cut (pure $ mod (timeToIntSeed 0.5) 8)",
        |a| Some(Value::Int(random::seed(a.number(0)?))),
    ),
    entry(
        "intSeedToRand",
        "Fractional a => Int -> a",
        "a whole random number as one from 0 to 1",
        "d1 $ s \"bd\" # pan (pure $ intSeedToRand 12345)",
        |a| Some(Value::Num(random::unit(a.int(0)?))),
    ),
    entry(
        "timeToRands'",
        "Fractional a => Int -> Int -> [a]",
        "random numbers from 0 to 1 after a whole random number",
        "d1 $ s \"bd*4\" # pan (listToPat $ timeToRands' 12345 4)",
        |a| {
            let n = a.int(1)?.clamp(0, MAX_COPIES);
            let list =
                std::iter::successors(Some(a.int(0)?), |x| Some(random::xorshift(*x))).take(n as usize);
            Some(Value::List(list.map(|x| Value::Num(random::unit(x))).collect()))
        },
    )
    .at_most(1, MAX_COPIES, "numbers"),
];
