//! Layers of controls: copies over the stereo field, woven patterns, functions for matching events.

use super::arithmetic::{Op, between};
use super::sample::{chop, control, striate, with};
use super::{Args, Entry, MAX_COPIES, Transform, call, call2, entry, pat};
use crate::control::id;
use crate::pattern::{Env, Hap, Join, Pattern, Structure, Value};
use crate::time::{Rational, TimeSpan};

fn add(p: &Pattern, key: crate::control::ControlId, x: Value) -> Pattern {
    between(Op::Add, Structure::Left, p, &control(key, x))
}

/// What each function of a list makes of a pattern, panned from left to right.
fn jux_list(a: &Args, cut: bool) -> Option<Value> {
    let functions = a.list(0)?;
    let n = functions.len();
    let mut out = Vec::new();
    for (i, f) in functions.iter().enumerate() {
        let Value::Function(f) = f else { return None };
        let mut p = super::as_pattern(&call(f, a.value(1)?, a.env)?)?;
        let pan = Value::Num(i as f64 / n as f64);
        if cut {
            p = with(&add(&p, id::CUT, Value::Int(1 - i as i64)), id::PAN, pan);
        } else {
            p = add(&p, id::PAN, pan);
        }
        out.push(p);
    }
    pat(Pattern::stack(out))
}

/// Turns of a cycle, a copy for each.
fn spin(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_i64()?;
    if !(1..=MAX_COPIES).contains(&n) {
        return Some(Pattern::silence());
    }
    let copy = |i: i64| with(&p.early(Rational::new(i, n)), id::PAN, Value::Num(i as f64 / n as f64));
    Some(Pattern::stack((0..n).map(copy).collect()))
}

/// A pattern over `t` cycles, through functions that each meet it a bit later (Tidal's `weaveWith`).
fn woven(t: Rational, p: &Pattern, functions: &[impl Fn(&Pattern) -> Option<Pattern>]) -> Option<Pattern> {
    let n = functions.len() as i64;
    let slow = p.slow(t);
    let mut out = Vec::new();
    for (i, f) in functions.iter().enumerate() {
        out.push(f(&slow)?.fast(t).early(Rational::new(i as i64, n)));
    }
    Some(Pattern::stack(out).slow(t))
}

fn weave(t: Rational, p: &Pattern, patterns: &[Pattern]) -> Option<Value> {
    let under: Vec<_> = patterns
        .iter()
        .map(|q| move |p: &Pattern| Some(between(Op::KeepRight, Structure::Left, q, p)))
        .collect();
    pat(woven(t, p, &under)?)
}

fn weave_with(a: &Args) -> Option<Value> {
    let mut functions = Vec::new();
    for f in a.list(2)?.iter() {
        let Value::Function(f) = f else { return None };
        let f = Transform(f.clone());
        functions.push(move |p: &Pattern| f.on(p, a.env));
    }
    pat(woven(a.ratio(0)?, &a.pattern(1)?, &functions)?)
}

/// A function of a value and a pattern, over a list of values.
fn spread(a: &Args, all: fn(Vec<Pattern>) -> Pattern) -> Option<Value> {
    let (f, x) = (a.function(0)?, a.value(2)?);
    let one = |v: &Value| super::as_pattern(&call2(&f, v, x, a.env)?);
    pat(all(a.list(1)?.iter().map(one).collect::<Option<_>>()?))
}

/// A function of a value and a pattern, the values from a pattern (or a list).
fn spread_by(a: &Args, values: &Pattern) -> Option<Value> {
    let (f, x) = (a.function(0)?, a.value(2)?.clone());
    let depth = super::as_pattern(&x).map_or(0, |p| p.depth());
    let make = move |v: &Value, env: &Env| super::as_pattern(&call2(&f, v, &x, env)?);
    pat(values.join_deep(Join::Both, depth, std::sync::Arc::new(make)))
}

fn spread_choose(a: &Args) -> Option<Value> {
    let drawn = super::random::choose(&a.list(1)?);
    spread_by(a, &super::time::segmented(Rational::ONE, &drawn))
}

/// Events that carry all the controls of an event of `wanted` that plays at their start; or the rest.
fn matching(wanted: &Pattern, p: &Pattern, matched: bool) -> Pattern {
    let (wanted, p) = (wanted.clone(), p.clone());
    let depth = wanted.depth().max(p.depth());
    Pattern::from_query(depth, move |span, env| {
        let mut out = Vec::new();
        for hap in p.listed(span, env)? {
            let begin = hap.whole_or_part().begin;
            let there = wanted.listed(TimeSpan::new(begin, begin), env)?;
            if there.iter().any(|w| carries(&hap, w)) == matched {
                out.push(hap);
            }
        }
        Ok(out)
    })
}

fn carries(hap: &Hap, wanted: &Hap) -> bool {
    match (&hap.value, &wanted.value) {
        (Value::Controls(has), Value::Controls(wants)) => wants.iter().all(|(k, v)| has.get(k) == Some(v)),
        _ => false,
    }
}

fn contrast(a: &Args, yes: Option<Transform>, no: Option<Transform>, at: usize) -> Option<Value> {
    let (wanted, p) = (a.pattern(at)?, a.pattern(at + 1)?);
    let side = |f: Option<Transform>, matched| {
        let p = matching(&wanted, &p, matched);
        f.map_or(Some(p.clone()), |f| f.on(&p, a.env))
    };
    pat(Pattern::stack(vec![side(yes, true)?, side(no, false)?]))
}

/// Ghost notes: quieter copies later by 2.5 and 1.5 times a time.
fn ghost(t: Rational, p: &Pattern, f: impl Fn(&Pattern) -> Option<Pattern>) -> Option<Pattern> {
    let copy = |p: &Pattern, by: Rational| Some(Pattern::stack(vec![p.clone(), f(p)?.late(t * by)]));
    copy(&copy(p, Rational::new(3, 2))?, Rational::new(5, 2))
}

fn ghostly(t: Rational, p: &Pattern) -> Option<Pattern> {
    ghost(t, p, |p| {
        let faster = between(Op::Mul, Structure::Both, p, &control(id::SPEED, Value::Num(1.25)));
        let shorter = with(&faster, id::END, Value::Num(0.2));
        Some(between(Op::Mul, Structure::Both, &shorter, &control(id::GAIN, Value::Num(0.7))))
    })
}

fn smash(a: &Args, p: &Pattern) -> Option<Value> {
    pat(Pattern::cat(a.patterns(1)?.iter().map(|x| p.slow_by(x)).collect()))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "juxcut",
        "(ControlPattern -> ControlPattern) -> ControlPattern -> ControlPattern",
        "jux whose two sides cut off their own sounds",
        "d1 $ juxcut rev $ s \"bd sn\"",
        |a| {
            let p = a.pattern(1)?;
            let side =
                |pan: f64, cut: i64| with(&with(&p, id::PAN, Value::Num(pan)), id::CUT, Value::Int(cut));
            pat(Pattern::stack(vec![side(0.0, -1), a.transform(0)?.on(&side(1.0, -2), a.env)?]))
        },
    ),
    entry(
        "juxcut'",
        "[a -> ControlPattern] -> a -> ControlPattern",
        "functions of a list from left to right, each with a cut group of its own",
        "d1 $ juxcut' [rev, id] $ s \"bd sn\"",
        |a| jux_list(a, true),
    ),
    entry(
        "jux'",
        "[a -> ControlPattern] -> a -> ControlPattern",
        "what functions of a list make of a pattern, from left to right",
        "d1 $ jux' [rev, fast 2, id] $ s \"bd sn\"",
        |a| jux_list(a, false),
    ),
    entry(
        "jux4",
        "(ControlPattern -> ControlPattern) -> ControlPattern -> ControlPattern",
        "jux for four speakers",
        "d1 $ jux4 rev $ s \"bd sn\"",
        |a| {
            let p = a.pattern(1)?;
            let right = a.transform(0)?.on(&with(&p, id::PAN, Value::Num(0.125)), a.env)?;
            pat(Pattern::stack(vec![with(&p, id::PAN, Value::Num(0.625)), right]))
        },
    ),
    entry(
        "spin",
        "Pattern Int -> ControlPattern -> ControlPattern",
        "n copies around the circle, each earlier by an n-th of a cycle",
        "d1 $ spin 4 $ s \"bd sn\"",
        |a| a.by(spin),
    )
    .at_most(0, MAX_COPIES, "copies"),
    entry(
        "weave",
        "Time -> ControlPattern -> [ControlPattern] -> ControlPattern",
        "patterns over n cycles, controls passing through them one after the other",
        "d1 $ weave 4 (pan sine) [s \"bd sn\", s \"hh*4\"]",
        |a| weave(a.ratio(0)?, &a.pattern(1)?, &a.patterns(2)?),
    ),
    entry(
        "weave'",
        "Time -> Pattern a -> [Pattern a -> Pattern a] -> Pattern a",
        "the old name of weaveWith",
        "d1 $ weave' 4 (s \"bd sn\") [fast 2, (# speed 0.5)]",
        weave_with,
    )
    .was("weaveWith"),
    entry(
        "weaveWith",
        "Time -> Pattern a -> [Pattern a -> Pattern a] -> Pattern a",
        "a pattern over n cycles, passing through functions one after the other",
        "d1 $ weaveWith 4 (s \"bd sn\") [fast 2, (# speed 0.5)]",
        weave_with,
    ),
    entry(
        "interlace",
        "ControlPattern -> ControlPattern -> ControlPattern",
        "two patterns with distortion wandering between them",
        "d1 $ interlace (s \"bd sn\") (s \"hh*4\")",
        |a| {
            let wave = Pattern::signal(crate::pattern::Signal::Sine);
            let shape =
                wave.map(|x| Some(super::sample::one_control(id::SHAPE, Value::Num(x.as_f64()? * 0.9))));
            weave(Rational::int(16), &shape, &[a.pattern(0)?, a.pattern(1)?])
        },
    ),
    entry(
        "stackwith",
        "Unionable a => Pattern a -> [Pattern a] -> Pattern a",
        "patterns at once, each with the first one's values from further on",
        "d1 $ stackwith (pan saw) [s \"bd\", s \"hh*4\"]",
        |a| {
            let (p, list) = (a.pattern(0)?, a.patterns(1)?);
            let n = list.len() as i64;
            let one = |(i, q): (usize, &Pattern)| {
                between(Op::KeepRight, Structure::Left, q, &p.early(Rational::new(i as i64, n)))
            };
            pat(Pattern::stack(list.iter().enumerate().map(one).collect()))
        },
    ),
    entry(
        "spread",
        "(a -> t -> Pattern b) -> [a] -> t -> Pattern b",
        "a function with values of a list, a cycle each",
        "d1 $ spread fast [1, 2] $ s \"bd sn\"",
        |a| spread(a, Pattern::cat),
    ),
    entry(
        "slowspread",
        "(a -> t -> Pattern b) -> [a] -> t -> Pattern b",
        "a function with values of a list, a cycle each",
        "d1 $ slowspread fast [1, 2] $ s \"bd sn\"",
        |a| spread(a, Pattern::cat),
    )
    .was("spread"),
    entry(
        "fastspread",
        "(a -> t -> Pattern b) -> [a] -> t -> Pattern b",
        "a function with values of a list, all in one cycle",
        "d1 $ fastspread fast [1, 2] $ s \"bd sn\"",
        |a| spread(a, Pattern::fastcat),
    ),
    entry(
        "spread'",
        "(a -> t -> Pattern b) -> Pattern a -> t -> Pattern b",
        "a function with values of a pattern",
        "d1 $ spread' fast \"1 2\" $ s \"bd sn\"",
        |a| spread_by(a, &a.pattern(1)?),
    ),
    entry(
        "spreadChoose",
        "(a -> t -> Pattern b) -> [a] -> t -> Pattern b",
        "a function with a value of a list drawn each cycle",
        "d1 $ spreadChoose fast [1, 2] $ s \"bd sn\"",
        spread_choose,
    ),
    entry(
        "spreadr",
        "(a -> t -> Pattern b) -> [a] -> t -> Pattern b",
        "a function with a value of a list drawn each cycle",
        "d1 $ spreadr fast [1, 2] $ s \"bd sn\"",
        spread_choose,
    ),
    entry(
        "spreadf",
        "[a -> Pattern b] -> a -> Pattern b",
        "functions of a list, a cycle each",
        "d1 $ spreadf [rev, fast 2] $ s \"bd sn\"",
        |a| {
            let x = a.value(1)?;
            let one = |f: &Value| match f {
                Value::Function(f) => super::as_pattern(&call(f, x, a.env)?),
                _ => None,
            };
            pat(Pattern::cat(a.list(0)?.iter().map(one).collect::<Option<_>>()?))
        },
    ),
    entry(
        "select",
        "Pattern Double -> [Pattern a] -> Pattern a",
        "a pattern of a list, chosen by a number from 0 to 1",
        "d1 $ select (slow 2 saw) [s \"bd\", s \"sn*2\"]",
        |a| {
            let list = a.patterns(1)?;
            pat(super::sequence::chosen(&a.pattern(0)?, Join::Inner, list, |list, x| {
                let last = list.len().checked_sub(1)?;
                list.get((x.as_f64()?.clamp(0.0, 1.0) * last as f64).floor() as usize)
            }))
        },
    ),
    entry(
        "selectF",
        "Pattern Double -> [Pattern a -> Pattern a] -> Pattern a -> Pattern a",
        "a function of a list, chosen by a number from 0 to 1",
        "d1 $ selectF \"0 0.9\" [rev, fast 2] $ s \"bd sn\"",
        |a| {
            let list = a.list(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |x, p, env| {
                let i = (x.as_f64()?.clamp(0.0, 0.999_999) * list.len() as f64).floor() as usize;
                match list.get(i)? {
                    Value::Function(f) => Transform(f.clone()).on(p, env),
                    _ => None,
                }
            }))
        },
    ),
    entry(
        "pickF",
        "Pattern Int -> [Pattern a -> Pattern a] -> Pattern a -> Pattern a",
        "a function of a list, chosen by its number",
        "d1 $ pickF \"<0 1>\" [rev, fast 2] $ s \"bd sn\"",
        |a| {
            let list = a.list(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |i, p, env| {
                match super::sequence::nth(&list, i.as_i64()?)? {
                    Value::Function(f) => Transform(f.clone()).on(p, env),
                    _ => None,
                }
            }))
        },
    ),
    entry(
        "contrast",
        "(ControlPattern -> ControlPattern) -> (ControlPattern -> ControlPattern) -> ControlPattern -> ControlPattern -> ControlPattern",
        "one function for events with given controls, another for the rest",
        "d1 $ contrast (# crush 4) (# speed 2) (n 1) $ n \"0 1\" # s \"bd\"",
        |a| contrast(a, a.transform(0), a.transform(1), 2),
    ),
    entry(
        "fix",
        "(ControlPattern -> ControlPattern) -> ControlPattern -> ControlPattern -> ControlPattern",
        "a function for events with given controls",
        "d1 $ fix (# crush 4) (n 1) $ n \"0 1\" # s \"bd\"",
        |a| contrast(a, a.transform(0), None, 1),
    ),
    entry(
        "unfix",
        "(ControlPattern -> ControlPattern) -> ControlPattern -> ControlPattern -> ControlPattern",
        "a function for events without given controls",
        "d1 $ unfix (# crush 4) (n 1) $ n \"0 1\" # s \"bd\"",
        |a| contrast(a, None, a.transform(0), 1),
    ),
    entry(
        "ghost",
        "ControlPattern -> ControlPattern",
        "quiet, short copies after each event",
        "d1 $ ghost $ s \"~ sn\"",
        |a| pat(ghostly(Rational::new(1, 8), &a.pattern(0)?)?),
    ),
    entry(
        "ghost'",
        "Time -> ControlPattern -> ControlPattern",
        "quiet, short copies after each event, as far as 2.5 times a time",
        "d1 $ ghost' 0.125 $ s \"~ sn\"",
        |a| pat(ghostly(a.ratio(0)?, &a.pattern(1)?)?),
    ),
    entry(
        "ghost''",
        "Time -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "changed copies after each event, as far as 2.5 times a time",
        "d1 $ ghost'' 0.125 (# gain 0.7) $ s \"~ sn\"",
        |a| {
            let f = a.transform(1)?;
            pat(ghost(a.ratio(0)?, &a.pattern(2)?, |p| f.on(p, a.env))?)
        },
    ),
    entry(
        "ghostWith",
        "Time -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "changed copies after each event, as far as 2.5 times a time",
        "d1 $ ghostWith 0.125 (# gain 0.7) $ s \"~ sn\"",
        |a| {
            let f = a.transform(1)?;
            pat(ghost(a.ratio(0)?, &a.pattern(2)?, |p| f.on(p, a.env))?)
        },
    ),
    entry(
        "smash",
        "Pattern Int -> [Pattern Time] -> ControlPattern -> ControlPattern",
        "striate, slowed down by times of a list, a cycle each",
        "d1 $ smash 3 [2, 3] $ s \"bd sn\"",
        |a| {
            let cut = a.pattern(2)?.by(&a.pattern(0)?, |n, p, _| Some(striate(p, n.as_i64()?)));
            smash(a, &cut)
        },
    ),
    entry(
        "smash'",
        "Int -> [Pattern Time] -> ControlPattern -> ControlPattern",
        "chop, slowed down by times of a list, a cycle each",
        "d1 $ smash' 3 [2, 3] $ s \"bd sn\"",
        |a| smash(a, &chop(&a.pattern(2)?, a.int(0)?)),
    ),
];
