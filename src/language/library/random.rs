//! Chance, and patterns that are continuous.

use super::arithmetic::{Op, between, op};
use super::{Entry, MAX_COPIES, MAX_LIST, entry, pat};
use crate::pattern::{Env, Join, Pattern, Signal, Structure, Value};
use crate::time::Rational;
use std::sync::Arc;

/// Events dropped by chance, the chance patterned.
pub(super) fn degrade_by(p: &Pattern, amount: &Pattern, inverted: bool) -> Pattern {
    p.by(amount, move |x, p, _| Some(p.degrade(x.as_f64()?, Rational::ZERO, inverted)))
}

/// `from + (to - from) * x`, events where all three meet; what is continuous is asked about in the
/// order values, from, to.
fn range(from: &Pattern, to: &Pattern, p: &Pattern) -> Pattern {
    let pair = |x: Value, from: Value, _: &Env| Some(Value::List([x, from].into()));
    let place = |pair: Value, to: Value, _: &Env| match pair {
        Value::List(l) => {
            let (x, from) = (l.first()?.clone(), l.get(1)?.clone());
            op(Op::Add, from.clone(), op(Op::Mul, op(Op::Sub, to, from)?, x)?)
        }
        _ => None,
    };
    // As in Tidal, the events are those of `p`; where the ends change they are cut.
    p.apply(Structure::Left, from, Arc::new(pair)).apply(Structure::Left, to, Arc::new(place))
}

/// The values of a list at the places that a pattern of 0 up to 1 points to.
fn choose_by(places: &Pattern, list: Arc<[Value]>) -> Pattern {
    if list.is_empty() {
        return Pattern::silence();
    }
    let from_0_to = |n: usize| range(&Pattern::pure(0.0), &Pattern::pure(n as f64), places);
    from_0_to(list.len()).map(move |x| {
        let i = x.as_f64()?.floor() as i64;
        list.get(i.rem_euclid(list.len() as i64) as usize).cloned()
    })
}

/// A random value of a list at every moment.
pub(super) fn choose(list: &Arc<[Value]>) -> Pattern {
    choose_by(&one(Signal::Rand), list.clone())
}

/// Random whole numbers below `n`.
pub(super) fn below(n: i64) -> Pattern {
    one(Signal::Rand).map(move |x| Some(Value::Int((x.as_f64()? * n as f64).floor() as i64)))
}

/// More than can be counted: the query says that it asks for too much.
fn uncounted() -> Pattern {
    Pattern::per_cycle(|_, env| {
        let _ = env.spend(u32::MAX);
        Pattern::silence()
    })
}

/// How many numbers there are from 0 to one less: of decimals, to half a step beyond, as Haskell counts.
fn count(n: &Value) -> Option<i64> {
    match n {
        Value::Int(n) => Some(*n),
        n => Some((n.as_f64()? + 0.5).floor() as i64),
    }
}

fn numbers(n: i64) -> Pattern {
    Pattern::from_list((0..n.max(0)).map(|i| Value::Num(i as f64)))
}

macro_rules! signal {
    ($name:literal, $signal:expr, $meaning:literal) => {
        entry($name, "Fractional a => Pattern a", $meaning, concat!("d1 $ s \"hh*8\" # pan ", $name), |_| {
            pat($signal)
        })
    };
}

fn one(s: Signal) -> Pattern {
    Pattern::signal(s)
}

/// A signal from -1 to 1.
fn bipolar(s: Signal) -> Pattern {
    one(s).map(|x| Some(Value::Num(x.as_f64()? * 2.0 - 1.0)))
}

pub(super) fn triangle() -> Pattern {
    Pattern::fastcat(vec![one(Signal::Saw), one(Signal::ISaw)])
}

pub(super) const TABLE: &[Entry] = &[
    signal!("sine", one(Signal::Sine), "a sine wave, 0 to 1, one a cycle"),
    signal!("cosine", one(Signal::Cosine), "a cosine wave, 0 to 1, one a cycle"),
    signal!("saw", one(Signal::Saw), "rises from 0 to 1, once a cycle"),
    signal!("isaw", one(Signal::ISaw), "falls from 1 to 0, once a cycle"),
    signal!("tri", triangle(), "rises and falls, once a cycle"),
    signal!("square", one(Signal::Square), "0, then 1, once a cycle"),
    signal!("envL", one(Signal::EnvL), "rises from 0 to 1 over cycle 0, then stays at 1"),
    entry(
        "rand",
        "Fractional a => Pattern a",
        "random numbers from 0 to 1",
        "d1 $ s \"hh*8\" # pan rand",
        |_| pat(one(Signal::Rand)),
    ),
    entry(
        "perlin",
        "Fractional a => Pattern a",
        "random numbers that change smoothly, a new one each cycle",
        "d1 $ s \"hh*8\" # pan perlin",
        |_| pat(one(Signal::Perlin)),
    ),
    signal!("sine1", one(Signal::Sine), "the old name of sine").was("sine"),
    signal!("saw1", one(Signal::Saw), "the old name of saw").was("saw"),
    signal!("tri1", triangle(), "the old name of tri").was("tri"),
    signal!("square1", one(Signal::Square), "the old name of square").was("square"),
    signal!("sinewave1", one(Signal::Sine), "the old name of sine").was("sine"),
    signal!("sinewave", bipolar(Signal::Sine), "a sine wave from -1 to 1").was("sine2"),
    entry(
        "irand",
        "Num a => Pattern Int -> Pattern a",
        "random whole numbers below n",
        "d1 $ n (segment 4 $ irand 8) # s \"pluck\"",
        |a| {
            pat(a.pattern(0)?.join(Join::Inner, |n| {
                let n = n.as_f64()?;
                Some(Pattern::signal(Signal::Rand).map(move |x| Some(Value::Num((x.as_f64()? * n).floor()))))
            }))
        },
    ),
    entry(
        "range",
        "Num a => Pattern a -> Pattern a -> Pattern a -> Pattern a",
        "scales 0 to 1 to another range",
        "d1 $ s \"hh*8\" # pan (range 0.2 0.8 sine)",
        |a| pat(range(&a.pattern(0)?, &a.pattern(1)?, &a.pattern(2)?)),
    ),
    entry(
        "run",
        "(Enum a, Num a) => Pattern a -> Pattern a",
        "counts from 0 up to n - 1 within the cycle",
        "d1 $ n (run 4) # s \"pluck\"",
        |a| {
            pat(a.pattern(0)?.join(Join::Both, |n| {
                let n = count(n)?;
                Some(if n > MAX_LIST as i64 { uncounted() } else { numbers(n) })
            }))
        },
    )
    .at_most(0, MAX_LIST as i64, "numbers"),
    entry(
        "scan",
        "(Enum a, Num a) => Pattern a -> Pattern a",
        "counts further every cycle, up to n",
        "d1 $ n (scan 4) # s \"pluck\"",
        |a| {
            pat(a.pattern(0)?.join(Join::Both, |n| {
                let n = count(n)?.min(MAX_COPIES);
                // A cycle is made when it is asked for: all of them together are millions of numbers.
                Some(Pattern::per_cycle(move |cycle, env| match cycle.checked_rem_euclid(n) {
                    Some(before) if n > 0 && env.spend(before as u32 + 1).is_ok() => numbers(before + 1),
                    _ => Pattern::silence(),
                }))
            }))
        },
    )
    .at_most(0, MAX_COPIES, "numbers"),
    entry(
        "degradeBy",
        "Pattern Double -> Pattern a -> Pattern a",
        "drops events by chance",
        "d1 $ degradeBy 0.3 $ s \"hh*16\"",
        |a| pat(degrade_by(&a.pattern(1)?, &a.pattern(0)?, false)),
    ),
    entry(
        "unDegradeBy",
        "Pattern Double -> Pattern a -> Pattern a",
        "keeps just those events that degradeBy drops",
        "d1 $ unDegradeBy 0.3 $ s \"hh*16\"",
        |a| pat(degrade_by(&a.pattern(1)?, &a.pattern(0)?, true)),
    ),
    entry(
        "degrade",
        "Pattern a -> Pattern a",
        "drops about half the events",
        "d1 $ degrade $ s \"hh*16\"",
        |a| pat(a.pattern(0)?.degrade(0.5, Rational::ZERO, false)),
    ),
    entry(
        "choose",
        "[a] -> Pattern a",
        "a random value of a list, at every moment",
        "d1 $ s \"hh*8\" # n (choose [0, 2, 5])",
        |a| pat(choose_by(&one(Signal::Rand), a.list(0)?)),
    ),
    entry(
        "chooseBy",
        "Pattern Double -> [a] -> Pattern a",
        "the value of a list at the place a pattern points to",
        "d1 $ s \"hh*8\" # n (chooseBy sine [0, 2, 5])",
        |a| pat(choose_by(&a.pattern(0)?, a.list(1)?)),
    ),
    entry(
        "cycleChoose",
        "[a] -> Pattern a",
        "a random value of a list, each cycle",
        "d1 $ s \"hh*8\" # n (cycleChoose [0, 2, 5])",
        |a| {
            let steps = Pattern::pure(true);
            pat(between(Op::KeepRight, Structure::Left, &steps, &choose_by(&one(Signal::Rand), a.list(0)?)))
        },
    ),
    entry(
        "randcat",
        "[Pattern a] -> Pattern a",
        "a random pattern of a list, each cycle",
        "d1 $ randcat [s \"bd*2\", s \"sn\"]",
        |a| {
            let ps = a.patterns(0)?;
            let n = ps.len() as f64;
            // Tidal: a random number of whole cycles into the patterns one after the other.
            let turns = Pattern::pure(true).apply(
                Structure::Left,
                &one(Signal::Rand),
                Arc::new(move |_, x, _: &Env| Some(Value::Ratio(Rational::int((x.as_f64()? * n) as i64)))),
            );
            let all = Pattern::cat(ps);
            pat(all.by(&turns, |by, all, _| Some(all.early(by.as_ratio()?))))
        },
    ),
];
