//! Functions on controls: samples in pieces, copies in the stereo field, echoes, speed.

use super::arithmetic::{Op, between};
use super::pieces::MOST_ECHOES;
use super::{Args, Entry, MAX_COPIES, entry, pat};
use crate::control::{ControlId, ControlName, id};
use crate::pattern::{ControlMap, Env, Join, Pattern, Structure, Value};
use crate::time::Rational;

/// Each event's begin and end narrowed to the `i`-th of `n` parts of what they were.
fn piece(map: &ControlMap, i: i64, n: i64) -> ControlMap {
    let begin = map.number(id::BEGIN).unwrap_or(0.0);
    let end = map.number(id::END).unwrap_or(1.0);
    let length = end - begin;
    let mut out = map.clone();
    out.set(id::BEGIN, Value::Num(begin + length * (i as f64 / n as f64)));
    out.set(id::END, Value::Num(begin + length * ((i + 1) as f64 / n as f64)));
    out
}

fn pieces(v: &Value, n: i64) -> Option<Vec<Pattern>> {
    let map = v.as_controls()?;
    (1..=MAX_COPIES)
        .contains(&n)
        .then(|| (0..n).map(|i| Pattern::pure(Value::Controls(piece(map, i, n)))).collect())
}

pub(super) fn chop(p: &Pattern, n: i64) -> Pattern {
    p.join(Join::Squeeze, move |v| pieces(v, n).map(Pattern::sequence))
}

pub(super) fn striate(p: &Pattern, n: i64) -> Pattern {
    if !(1..=MAX_COPIES).contains(&n) {
        return Pattern::silence();
    }
    let part = |i: i64| p.map(move |v| Some(Value::Controls(piece(v.as_controls()?, i, n))));
    Pattern::fastcat((0..n).map(part).collect())
}

/// One control.
pub(super) fn one_control(key: ControlId, value: Value) -> Value {
    Value::Controls(ControlMap::one(key, value))
}

/// One control, always the same.
pub(super) fn control(key: ControlId, value: Value) -> Pattern {
    Pattern::pure(one_control(key, value))
}

/// The pattern with one control set, keeping its structure.
pub(super) fn with(p: &Pattern, key: ControlId, value: Value) -> Pattern {
    between(Op::KeepRight, Structure::Left, p, &control(key, value))
}

/// The pattern with a control multiplied where it is there, set where it is not.
pub(super) fn times(p: &Pattern, key: ControlId, factor: f64) -> Pattern {
    between(Op::Mul, Structure::Left, p, &control(key, Value::Num(factor)))
}

/// The pattern at the left and what a function makes of it at the right, so far apart: added to its pan,
/// which is in the middle where there is none.
fn jux_by(width: &Pattern, f: &super::Transform, p: &Pattern, env: &Env) -> Option<Value> {
    let side = |sign: f64| {
        let place = move |n: &Value| Some(one_control(id::PAN, Value::Num(0.5 + sign * n.as_f64()? / 2.0)));
        between(Op::Add, Structure::Left, p, &width.map(place))
    };
    pat(Pattern::stack(vec![side(-1.0), f.on(&side(1.0), env)?]))
}

/// The `i`-th of `n` parts of a sample.
fn slice(i: &Value, n: &Value) -> Option<ControlMap> {
    let (i, n) = (i.as_i64()?, n.as_i64()?);
    let begin = i.checked_rem_euclid(n)? as f64 / n as f64;
    let mut map = ControlMap::one(id::BEGIN, Value::Num(begin));
    map.set(id::END, Value::Num(begin + 1.0 / n as f64));
    Some(map)
}

/// Parts of samples by number; the numbers give the structure.
pub(super) fn sliced(n: &Pattern, numbers: &Pattern, p: &Pattern) -> Pattern {
    let part = |i: Value, n: Value, _: &Env| slice(&i, &n).map(Value::Controls);
    let places = numbers.apply(Structure::Left, n, std::sync::Arc::new(part));
    between(Op::KeepRight, Structure::Left, &places, p)
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "chop",
        "Pattern Int -> ControlPattern -> ControlPattern",
        "cuts each sample into n pieces, played in turn",
        "d1 $ chop 4 $ s \"loop_amen\"",
        |a| a.by(|n, p| Some(chop(p, n.as_i64()?))),
    )
    .at_most(0, MAX_COPIES, "pieces"),
    entry(
        "striate",
        "Pattern Int -> ControlPattern -> ControlPattern",
        "plays the first n-th of every sample, then the second ...",
        "d1 $ striate 4 $ s \"bd sn\"",
        |a| a.by(|n, p| Some(striate(p, n.as_i64()?))),
    )
    .at_most(0, MAX_COPIES, "pieces"),
    entry(
        "jux",
        "(ControlPattern -> ControlPattern) -> ControlPattern -> ControlPattern",
        "the pattern on the left, what a function makes of it on the right",
        "d1 $ jux rev $ s \"bd sn cp\"",
        |a| jux_by(&Pattern::pure(1.0), &a.transform(0)?, &a.pattern(1)?, a.env),
    ),
    entry(
        "juxBy",
        "Pattern Double -> (ControlPattern -> ControlPattern) -> ControlPattern -> ControlPattern",
        "jux with less width",
        "d1 $ juxBy 0.5 rev $ s \"bd sn cp\"",
        |a| jux_by(&a.pattern(0)?, &a.transform(1)?, &a.pattern(2)?, a.env),
    ),
    entry(
        "hurry",
        "Pattern Rational -> ControlPattern -> ControlPattern",
        "faster, the samples' speed too",
        "d1 $ hurry 2 $ s \"bd sn\"",
        |a| {
            let faster = a.pattern(0)?;
            let speed = faster.map(|r| Some(one_control(id::SPEED, Value::Num(r.as_f64()?))));
            let p = a.pattern(1)?.fast_by(&faster);
            pat(between(Op::Mul, Structure::Left, &p, &speed))
        },
    ),
    entry(
        "loopAt",
        "Pattern Time -> ControlPattern -> ControlPattern",
        "stretches a sample over n cycles",
        "d1 $ loopAt 2 $ s \"loop_amen\"",
        |a| {
            let (factor, p) = (a.pattern(0)?, a.pattern(1)?);
            let speed = factor.map(|n| {
                let n = n.as_f64()?;
                Some(Value::Controls(ControlMap::one(id::SPEED, Value::Num(1.0 / n))))
            });
            let slow = between(Op::Mul, Structure::Left, &p.slow_by(&factor), &speed);
            pat(with(&slow, id::UNIT, Value::text("c")))
        },
    ),
    entry(
        "stut",
        "Pattern Int -> Pattern Double -> Pattern Rational -> ControlPattern -> ControlPattern",
        "echoes that get quieter",
        "d1 $ stut 3 0.5 0.125 $ s \"bd sn\"",
        |a| {
            let (feedback, time) = (a.pattern(1)?, a.pattern(2)?);
            pat(a.pattern(3)?.by(&a.pattern(0)?, move |n, p, _| {
                let (n, time) = (n.as_i64()?, time.clone());
                Some(p.by(&feedback, move |f, p, _| {
                    let f = f.as_f64()?;
                    Some(p.by(&time, move |t, p, _| {
                        let t = t.as_ratio()?;
                        let gain = |i: i64| (1.0 - f) * ((n - i) as f64 / n as f64) + f;
                        let echo = |i: i64| times(p, id::GAIN, gain(i)).late(t * Rational::int(i));
                        if n > MAX_COPIES {
                            return None;
                        }
                        Some(Pattern::stack(std::iter::once(p.clone()).chain((1..n).map(echo)).collect()))
                    }))
                }))
            }))
        },
    )
    .at_most(0, MAX_COPIES, "echoes")
    .was("echo"),
    entry(
        "stutWith",
        "Pattern Int -> Pattern Time -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "echoes, the function applied once more to each",
        "d1 $ stutWith 3 0.125 (# speed 2) $ s \"bd sn\"",
        super::pieces::echo_with,
    )
    .at_most(0, MOST_ECHOES, "echoes"),
    entry(
        "slice",
        "Pattern Int -> Pattern Int -> ControlPattern -> ControlPattern",
        "plays pieces of a sample by number",
        "d1 $ slice 8 \"0 2 5 3\" $ s \"loop_amen\"",
        |a| pat(sliced(&a.pattern(0)?, &a.pattern(1)?, &a.pattern(2)?)),
    ),
    entry(
        "pF",
        "String -> Pattern Double -> ControlPattern",
        "a control of any name, with numbers",
        "d1 $ s \"bd\" # pF \"wobble\" 3",
        own,
    ),
    entry(
        "pI",
        "String -> Pattern Int -> ControlPattern",
        "a control of any name, with whole numbers",
        "d1 $ s \"bd\" # pI \"wobble\" 3",
        own,
    ),
    entry(
        "pN",
        "String -> Pattern Note -> ControlPattern",
        "a control of any name, with notes",
        "d1 $ s \"bd\" # pN \"wobble\" \"c e\"",
        own,
    ),
    entry(
        "pS",
        "String -> Pattern String -> ControlPattern",
        "a control of any name, with words",
        "d1 $ s \"bd\" # pS \"mood\" \"calm\"",
        own,
    ),
    entry(
        "midinote",
        "Pattern Note -> ControlPattern",
        "a note by its MIDI number",
        "d1 $ s \"pluck\" # midinote \"60 67\"",
        |a| {
            pat(a
                .pattern(0)?
                .map(|v| Some(Value::Controls(ControlMap::one(id::NOTE, Value::Num(v.as_f64()? - 60.0))))))
        },
    ),
];

fn own(a: &Args) -> Option<Value> {
    let key = ControlName::new(&a.text(0)?);
    pat(a.pattern(1)?.map(move |v| Some(Value::Controls(ControlMap::one(key.clone(), v.clone())))))
}
