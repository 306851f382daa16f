//! Samples in pieces, echoes, and the simple names for changes of a sound.

use super::arithmetic::{Op, between};
use super::sample::{chop, times, with};
use super::slices::piece;
use super::{Args, Entry, MAX_COPIES, Transform, entry, pat};
use crate::control::{ControlId, id};
use crate::pattern::{Env, Join, Pattern, Structure, Value};
use crate::time::Rational;

/// As striate, with parts of a length of their own.
fn striate_by(n: &Value, f: &Value, p: &Pattern) -> Option<Pattern> {
    let (n, f) = (n.as_i64()?, f.as_f64()?);
    if !(1..=MAX_COPIES).contains(&n) {
        return Some(Pattern::silence());
    }
    let step = (1.0 - f) / n as f64;
    let part = |i: i64| {
        let begin = step * i as f64;
        with(&with(p, id::BEGIN, Value::Num(begin)), id::END, Value::Num(begin + f))
    };
    Some(Pattern::fastcat((0..n).map(part).collect()))
}

fn gap(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_i64()?;
    // Tidal's truth here is the number 1, which among controls is the first sample.
    let one = super::sample::control(id::N, Value::Int(1));
    let open = Pattern::cat(vec![one, Pattern::silence()]).fast(Rational::int(n));
    Some(between(Op::KeepRight, Structure::Both, &open, &chop(p, n)))
}

/// The speed at which an `n`-th of a sample fills each event.
fn splice(n: i64, numbers: &Pattern, p: &Pattern) -> Pattern {
    let cut = super::sample::sliced(&Pattern::pure(n), numbers, p);
    let fitted = cut.with_haps(move |hap| {
        let length = hap.whole_or_part().duration().to_f64();
        let Value::Controls(map) = &mut hap.value else { return false };
        let own = map.number(id::SPEED).unwrap_or(1.0);
        map.set(id::SPEED, Value::Num(own / (n as f64 * length)));
        true
    });
    with(&fitted, id::UNIT, Value::text("c"))
}

/// A pattern of control patterns squeezed into the outer events, their speed with them.
fn squeeze_up(outer: &Pattern, factor: f64) -> Pattern {
    let slots = outer.discrete().with_haps(|hap| {
        let length = hap.whole_or_part().duration();
        hap.value = Value::List([hap.value.clone(), Value::Ratio(length)].into());
        true
    });
    slots.join(Join::Squeeze, move |slot| {
        let slot = super::as_list(slot)?;
        let length = slot.get(1)?.as_f64()?;
        Some(times(&super::as_pattern(slot.first()?)?, id::SPEED, 1.0 / length / factor))
    })
}

fn chew(a: &Args) -> Option<Value> {
    let numbers = a.pattern(1)?;
    pat(a.pattern(2)?.by(&a.pattern(0)?, move |n, p, _| {
        let (n, p) = (n.as_i64()?, p.clone());
        let pieces = numbers.map(move |i| Some(Value::Pattern(piece(i.as_i64()?, n, &p))));
        Some(squeeze_up(&pieces, n as f64))
    }))
}

/// Echoes that a function makes of each other: each contains the one before.
pub(super) const MOST_ECHOES: i64 = 128;

/// Copies, each later and through the function once more than the one before.
pub(super) fn echoes(count: i64, step: Rational, f: &Transform, p: &Pattern, env: &Env) -> Option<Pattern> {
    if count > MOST_ECHOES {
        return None;
    }
    let mut out = p.clone();
    for _ in 1..count.max(1) {
        out = Pattern::stack(vec![f.on(&out.late(step), env)?, p.clone()]);
    }
    Some(out)
}

pub(super) fn echo_with(a: &Args) -> Option<Value> {
    let (time, f) = (a.pattern(1)?, a.transform(2)?);
    pat(a.pattern(3)?.by(&a.pattern(0)?, move |n, p, _| {
        let (n, f) = (n.as_i64()?, f.clone());
        Some(p.by(&time, move |t, p, env| echoes(n, t.as_ratio()?, &f, p, env)))
    }))
}

/// `n` echoes, each by the feedback quieter than the one before.
fn quieter_echoes(a: &Args) -> Option<Value> {
    let (time, feedback) = (a.pattern(1)?, a.pattern(2)?);
    pat(a.pattern(3)?.by(&a.pattern(0)?, move |n, p, _| {
        let (n, feedback) = (n.as_i64()?.min(MAX_COPIES), feedback.clone());
        Some(p.by(&time, move |t, p, _| {
            let t = t.as_ratio()?;
            Some(p.by(&feedback, move |f, p, _| {
                let f = f.as_f64()?;
                let echo = |i: i64| times(p, id::GAIN, f.powf(i as f64)).late(t * Rational::int(i));
                Some(Pattern::stack(std::iter::once(p.clone()).chain((1..n).map(echo)).collect()))
            }))
        }))
    }))
}

/// Some copies, each later by a time.
fn copies(a: &Args, n: i64) -> Option<Value> {
    let (t, p) = (a.ratio(0)?, a.pattern(1)?);
    pat(Pattern::stack((0..n).map(|i| p.late(t * Rational::int(i))).collect()))
}

fn always(a: &Args, key: ControlId, x: f64) -> Option<Value> {
    pat(with(&a.pattern(0)?, key, Value::Num(x)))
}

fn factor(a: &Args, key: ControlId, x: f64) -> Option<Value> {
    pat(times(&a.pattern(0)?, key, x))
}

fn hurried(a: &Args, by: Rational) -> Option<Value> {
    pat(times(&a.pattern(0)?.fast(by), id::SPEED, by.to_f64()))
}

macro_rules! simple {
    ($name:literal, $meaning:literal, $run:expr) => {
        entry(
            $name,
            "ControlPattern -> ControlPattern",
            $meaning,
            concat!("d1 $ ", $name, " $ s \"bd sn\""),
            $run,
        )
    };
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "striateBy",
        "Pattern Int -> Pattern Double -> ControlPattern -> ControlPattern",
        "striate with parts of a length of their own",
        "d1 $ striateBy 4 0.5 $ s \"loop_amen\"",
        |a| a.by2(striate_by),
    )
    .at_most(0, MAX_COPIES, "pieces"),
    entry(
        "striate'",
        "Pattern Int -> Pattern Double -> ControlPattern -> ControlPattern",
        "the old name of striateBy",
        "d1 $ striate' 4 0.5 $ s \"loop_amen\"",
        |a| a.by2(striate_by),
    )
    .at_most(0, MAX_COPIES, "pieces")
    .was("striateBy"),
    entry(
        "gap",
        "Pattern Int -> ControlPattern -> ControlPattern",
        "chop with every second piece silent",
        "d1 $ gap 8 $ s \"loop_amen\"",
        |a| a.by(gap),
    )
    .at_most(0, MAX_COPIES, "pieces"),
    entry(
        "splice",
        "Pattern Int -> Pattern Int -> ControlPattern -> ControlPattern",
        "pieces of a sample by number, each as fast as its event is long",
        "d1 $ splice 8 \"0 2 5 3\" $ s \"loop_amen\"",
        |a| {
            let numbers = a.pattern(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |n, p, _| Some(splice(n.as_i64()?, &numbers, p))))
        },
    ),
    entry(
        "randslice",
        "Pattern Int -> ControlPattern -> ControlPattern",
        "a random n-th of the sample, drawn each cycle",
        "d1 $ randslice 8 $ s \"loop_amen\"",
        |a| {
            a.by(|n, p| {
                let n = n.as_i64().filter(|n| *n > 0)?;
                Some(p.by(&super::random::below(n), move |i, p, _| {
                    let begin = i.as_f64()? / n as f64;
                    let cut = with(p, id::BEGIN, Value::Num(begin));
                    Some(with(&cut, id::END, Value::Num(begin + 1.0 / n as f64)))
                }))
            })
        },
    ),
    entry(
        "chew",
        "Pattern Int -> Pattern Int -> ControlPattern -> ControlPattern",
        "bite that changes the speed of sounds too",
        "d1 $ chew 4 \"0 1 [2 3]\" $ s \"bd sn cp hh\"",
        chew,
    ),
    entry(
        "squeezeJoinUp",
        "Pattern ControlPattern -> ControlPattern",
        "a pattern of patterns, squeezed into the outer events, their speed with them",
        "d1 $ squeezeJoinUp $ fmap (\\n -> s \"bd sn\") \"1 2\"",
        |a| pat(squeeze_up(&a.pattern(0)?, 1.0)),
    ),
    entry(
        "splat",
        "Pattern Int -> ControlPattern -> ControlPattern -> ControlPattern",
        "chop with the first cycle of another pattern squeezed into each event",
        "d1 $ splat 4 (speed \"1 2\") $ s \"bd sn\"",
        |a| {
            let inside = a.pattern(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |n, p, _| {
                let values = inside.by_join(Join::Squeeze, p, |_, inside, _| Some(piece(0, 1, inside)));
                Some(between(Op::KeepRight, Structure::Left, &chop(p, n.as_i64()?), &values))
            }))
        },
    ),
    entry(
        "stut'",
        "Pattern Int -> Pattern Time -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "the old name of stutWith",
        "d1 $ stut' 3 0.125 (# speed 2) $ s \"bd sn\"",
        echo_with,
    )
    .at_most(0, MOST_ECHOES, "echoes")
    .was("stutWith"),
    entry(
        "echoWith",
        "Pattern Int -> Pattern Time -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "echoes, the function applied once more to each",
        "d1 $ echoWith 3 0.125 (# speed 2) $ s \"bd sn\"",
        echo_with,
    )
    .at_most(0, MOST_ECHOES, "echoes"),
    entry(
        "echo",
        "Time -> Pattern a -> Pattern a",
        "the pattern twice, the second time later; with three numbers before the pattern, echo' is meant",
        "d1 $ echo 0.25 $ s \"bd\"",
        |a| copies(a, 2),
    )
    .at_most(0, MAX_COPIES, "echoes"),
    entry(
        "echo'",
        "Pattern Int -> Pattern Time -> Pattern Double -> ControlPattern -> ControlPattern",
        "echoes that get quieter: how many, how far apart, how loud",
        "d1 $ echo' 4 0.2 0.5 $ s \"bd\"",
        quieter_echoes,
    )
    .at_most(0, MAX_COPIES, "echoes"),
    entry(
        "double",
        "Time -> Pattern a -> Pattern a",
        "the pattern twice, the second time later",
        "d1 $ double 0.25 $ s \"bd\"",
        |a| copies(a, 2),
    ),
    entry(
        "triple",
        "Time -> Pattern a -> Pattern a",
        "the pattern three times, each later by a time",
        "d1 $ triple 0.125 $ s \"bd\"",
        |a| copies(a, 3),
    ),
    entry(
        "quad",
        "Time -> Pattern a -> Pattern a",
        "the pattern four times, each later by a time",
        "d1 $ quad 0.125 $ s \"bd\"",
        |a| copies(a, 4),
    ),
    simple!("crunch", "crushes to 3 bits", |a| always(a, id::CRUSH, 3.0)),
    simple!("scratch", "in 32 pieces, backwards", |a| pat(chop(&a.pattern(0)?, 32).rev())),
    simple!("louder", "louder by a fifth", |a| factor(a, id::GAIN, 1.2)),
    simple!("quieter", "quieter by a fifth", |a| factor(a, id::GAIN, 0.8)),
    simple!("silent", "nothing at all", |_| pat(Pattern::silence())),
    simple!("skip", "earlier by a quarter of a cycle", |a| pat(a.pattern(0)?.early(Rational::new(1, 4)))),
    simple!("left", "all on the left", |a| always(a, id::PAN, 0.0)),
    simple!("right", "all on the right", |a| always(a, id::PAN, 1.0)),
    simple!("higher", "samples half as fast again", |a| factor(a, id::SPEED, 1.5)),
    simple!("lower", "samples slower by a quarter", |a| factor(a, id::SPEED, 0.75)),
    simple!("faster", "twice as fast, samples too", |a| hurried(a, Rational::int(2))),
    simple!("slower", "half as fast, samples too", |a| hurried(a, Rational::new(1, 2))),
    entry(
        "grain",
        "Pattern Double -> Pattern Double -> ControlPattern",
        "where a sample begins, and how long it is",
        "d1 $ s \"loop_amen\" # grain 0.2 0.1",
        |a| {
            let (begin, length) = (a.pattern(0)?, a.pattern(1)?);
            let end = between(Op::Add, Structure::Both, &begin, &length);
            let one = |key: ControlId, p: &Pattern| {
                p.map(move |v| Some(super::sample::one_control(key, v.clone())))
            };
            pat(between(Op::KeepRight, Structure::Left, &one(id::BEGIN, &begin), &one(id::END, &end)))
        },
    ),
];
