//! Old names, and functions that sets hardly ever name: most are what others are made of.

use super::{Args, Entry, MAX_COPIES, Transform, as_list, as_pattern, call, call2, entry, pat};
use crate::pattern::{ControlMap, Env, Join, Pattern, Structure, Value};
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// A pair of times.
fn span(a: &Args, i: usize) -> Option<(Rational, Rational)> {
    let pair = a.list(i)?;
    Some((pair.first()?.as_ratio()?, pair.get(1)?.as_ratio()?))
}

/// Names of samples with numbers behind them.
fn picked(a: &Args, structure: Structure, names: usize) -> Option<Value> {
    let pick = move |x: Value, y: Value, _: &Env| {
        let (name, n) = if names == 0 { (x, y) } else { (y, x) };
        Some(Value::text(&format!("{}:{}", name.as_text()?, n.as_i64()?)))
    };
    pat(a.pattern(names)?.apply(structure, &a.pattern(1 - names)?, Arc::new(pick)))
}

/// A function of plain values as one of patterns: the first `n` arguments are patterned.
fn parameters(a: &Args, n: usize, join: Join) -> Option<Value> {
    let f = Value::Function(a.function(0)?);
    let last = a.value(n + 1)?.clone();
    parameter(f, (1..=n).map(|i| a.pattern(i)).collect::<Option<Vec<_>>>()?.into(), 0, last, join)
        .map(Value::Pattern)
}

fn parameter(f: Value, of: Arc<[Pattern]>, at: usize, last: Value, join: Join) -> Option<Pattern> {
    let p = of.get(at)?.clone();
    let depth = of.iter().map(Pattern::depth).chain(as_pattern(&last).map(|p| p.depth())).max().unwrap_or(0);
    Some(p.join_deep(
        join,
        depth,
        Arc::new(move |v: &Value, env: &Env| {
            let Value::Function(f) = &f else { return None };
            let next = call(f, v, env)?;
            if at + 1 < of.len() {
                return parameter(next, of.clone(), at + 1, last.clone(), join);
            }
            match next {
                Value::Function(g) => as_pattern(&call(&g, &last, env)?),
                _ => None,
            }
        }),
    ))
}

fn squeezed(a: &Args, faster: bool) -> Option<Value> {
    let p = a.pattern(1)?;
    pat(p.by_join(Join::Squeeze, &a.pattern(0)?, move |x, p, _| {
        let x = x.as_ratio()?;
        Some(if faster { p.fast(x) } else { p.slow(x) })
    }))
}

/// Only the values of one control.
fn extracted(a: &Args, kind: fn(&Value) -> Option<Value>) -> Option<Value> {
    let key = crate::control::ControlName::new(&a.text(0)?);
    pat(a.pattern(1)?.map(move |v| kind(v.as_controls()?.get(&key)?)))
}

/// Each time of a query, or of what is found, through a function.
fn retimed(a: &Args, query: bool) -> Option<Value> {
    let (f, p) = (a.function(0)?, a.pattern(1)?);
    pat(Pattern::from_query(p.depth(), move |asked, env| {
        let time = |t: Rational| call(&f, &Value::Ratio(t), env).and_then(|v| v.as_ratio()).unwrap_or(t);
        let through = |s: TimeSpan| TimeSpan::new(time(s.begin), time(s.end));
        if query {
            return p.listed(through(asked), env);
        }
        let mut out = p.listed(asked, env)?;
        for hap in &mut out {
            hap.part = through(hap.part);
            hap.whole = hap.whole.map(through);
        }
        Ok(out)
    }))
}

/// Values with whether one of a pattern of others, at their start, fits.
fn matched(a: &Args) -> Option<Value> {
    let (f, others, p) = (a.function(0)?, a.pattern(1)?, a.pattern(2)?);
    pat(Pattern::from_query(others.depth().max(p.depth()), move |asked, env| {
        let mut out = p.listed(asked, env)?;
        for hap in &mut out {
            let at = hap.whole_or_part().begin;
            let there = others.listed(TimeSpan::new(at, at), env)?;
            let fits = |o: &crate::pattern::Hap| {
                call2(&f, &hap.value, &o.value, env).and_then(|v| v.as_bool()) == Some(true)
            };
            let fit = there.iter().any(fits);
            hap.value = Value::List([Value::Bool(fit), hap.value.clone()].into());
        }
        Ok(out)
    }))
}

/// Tidal's `contrastBy`: two functions, for events whose controls fit those of a pattern and for the rest.
fn contrast_by(a: &Args) -> Option<Value> {
    let (f, wanted, p) = (a.function(0)?, a.pattern(3)?, a.pattern(4)?);
    let side = |fits: bool| {
        let (f, wanted, p) = (f.clone(), wanted.clone(), p.clone());
        Pattern::from_query(wanted.depth().max(p.depth()), move |asked, env| {
            let mut out = Vec::new();
            for hap in p.listed(asked, env)? {
                let at = hap.whole_or_part().begin;
                let there = wanted.listed(TimeSpan::new(at, at), env)?;
                if there.iter().any(|w| all_fit(&f, &w.value, &hap.value, env)) == fits {
                    out.push(hap);
                }
            }
            Ok(out)
        })
    };
    let on = |i: usize, p: &Pattern| Transform(a.function(i)?).on(p, a.env);
    pat(Pattern::stack(vec![on(1, &side(true))?, on(2, &side(false))?]))
}

fn all_fit(f: &crate::pattern::value::Function, wanted: &Value, has: &Value, env: &Env) -> bool {
    match (wanted, has) {
        (Value::Controls(wanted), Value::Controls(has)) => wanted.iter().all(|(k, w)| {
            has.get(k).is_some_and(|h| call2(f, w, h, env).and_then(|v| v.as_bool()) == Some(true))
        }),
        _ => false,
    }
}

fn numbers(from: f64, step: f64, to: f64, env: &Env) -> Option<Pattern> {
    let list = super::prelude::counted(from, step, to, &Value::Num(from), env)?;
    Some(Pattern::from_list(as_list(&list)?.iter().cloned()))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "samples",
        "Applicative f => f String -> f Int -> f String",
        "names of samples with numbers",
        "d1 $ s (samples \"drum*4\" \"0 1\")",
        |a| picked(a, Structure::Both, 0),
    )
    .was("s with # n"),
    entry(
        "samples'",
        "Applicative f => f String -> f Int -> f String",
        "names of samples with numbers",
        "d1 $ s (samples' \"drum*4\" \"0 1\")",
        |a| picked(a, Structure::Both, 1),
    )
    .was("s with # n"),
    entry(
        "swing",
        "Pattern Time -> Pattern a -> Pattern a",
        "delays the second half of each n-th of a cycle by a third",
        "d1 $ swing 4 $ s \"hh*8\"",
        |a| a.by(|n, p| super::time::swing(&Pattern::pure(Rational::new(1, 3)), n, p)),
    ),
    entry(
        "fastSqueeze",
        "Pattern Time -> Pattern a -> Pattern a",
        "faster, a cycle squeezed into each of the factor's events",
        "d1 $ fastSqueeze \"2 3\" $ s \"bd sn\"",
        |a| squeezed(a, true),
    ),
    entry(
        "slowSqueeze",
        "Pattern Time -> Pattern a -> Pattern a",
        "slower, a cycle squeezed into each of the factor's events",
        "d1 $ slowSqueeze \"0.5 2\" $ s \"bd sn\"",
        |a| squeezed(a, false),
    ),
    entry(
        "densityGap",
        "Pattern Time -> Pattern a -> Pattern a",
        "the old name of fastGap",
        "d1 $ densityGap 2 $ s \"bd sn\"",
        |a| a.by(super::time::fast_gap),
    )
    .was("fastGap"),
    entry(
        "compressTo",
        "(Time, Time) -> Pattern a -> Pattern a",
        "squeezes each cycle into a part of it, given in cycles from anywhere",
        "d1 $ compressTo (1.25, 1.75) $ s \"bd sn\"",
        |a| {
            let (b, e) = span(a, 0)?;
            pat(a.pattern(1)?.compress(b.cycle_pos(), e - b.cycle()))
        },
    ),
    entry(
        "compressArc",
        "(Time, Time) -> Pattern a -> Pattern a",
        "squeezes each cycle into a part of it",
        "d1 $ compressArc (Arc 0.25 0.75) $ s \"bd sn\"",
        |a| {
            let (b, e) = span(a, 0)?;
            pat(a.pattern(1)?.compress(b, e))
        },
    ),
    entry(
        "compressArcTo",
        "(Time, Time) -> Pattern a -> Pattern a",
        "squeezes each cycle into a part of it, given in cycles from anywhere",
        "d1 $ compressArcTo (Arc 1.25 1.75) $ s \"bd sn\"",
        |a| {
            let (b, e) = span(a, 0)?;
            pat(a.pattern(1)?.compress(b.cycle_pos(), e - b.cycle()))
        },
    ),
    entry(
        "Arc",
        "Time -> Time -> (Time, Time)",
        "a span of time",
        "d1 $ zoomArc (Arc 0.25 0.75) $ s \"bd sn cp hh\"",
        |a| Some(Value::List([a.value(0)?.clone(), a.value(1)?.clone()].into())),
    ),
    entry("empty", "Pattern a", "nothing", "d1 $ empty", |_| pat(Pattern::silence())),
    entry(
        "withValue",
        "(a -> b) -> Pattern a -> Pattern b",
        "a function on every value",
        "d1 $ n (withValue (+ 1) \"0 2\") # s \"pluck\"",
        |a| {
            let f = a.function(0)?;
            let f: crate::pattern::ValueFn = Arc::new(move |v, env| call(&f, v, env));
            pat(a.pattern(1)?.map_with(&f))
        },
    ),
    entry(
        "withQueryTime",
        "(Time -> Time) -> Pattern a -> Pattern a",
        "asks about other times",
        "d1 $ withQueryTime (+ 0.25) $ s \"bd sn\"",
        |a| retimed(a, true),
    ),
    entry(
        "withResultTime",
        "(Time -> Time) -> Pattern a -> Pattern a",
        "moves what is found to other times",
        "d1 $ withResultTime (subtract 0.25) $ withQueryTime (+ 0.25) $ s \"bd sn\"",
        |a| retimed(a, false),
    ),
    entry(
        "tParam",
        "(a -> t -> Pattern b) -> Pattern a -> t -> Pattern b",
        "patterns the first argument of a function",
        "d1 $ tParam rotL \"0 0.25\" $ s \"bd sn\"",
        |a| parameters(a, 1, Join::Inner),
    ),
    entry(
        "tParam2",
        "(a -> b -> t -> Pattern c) -> Pattern a -> Pattern b -> t -> Pattern c",
        "patterns the first two arguments of a function",
        "d1 $ tParam2 (\\x y -> rotL x . rotR y) \"0 0.25\" 0.5 $ s \"bd sn\"",
        |a| parameters(a, 2, Join::Inner),
    ),
    entry(
        "tParam3",
        "(a -> b -> c -> Pattern d -> Pattern e) -> Pattern a -> Pattern b -> Pattern c -> Pattern d -> Pattern e",
        "patterns the first three arguments of a function",
        "d1 $ tParam3 (\\x y z -> rotL x . rotR y . rotL z) 0 0.25 0.5 $ s \"bd sn\"",
        |a| parameters(a, 3, Join::Inner),
    ),
    entry(
        "tParamSqueeze",
        "(a -> Pattern b -> Pattern c) -> Pattern a -> Pattern b -> Pattern c",
        "patterns the first argument of a function, a cycle squeezed into each of its events",
        "d1 $ tParamSqueeze rotL \"0 0.25\" $ s \"bd sn\"",
        |a| parameters(a, 1, Join::Squeeze),
    ),
    entry(
        "applyPatToPatBoth",
        "Pattern (a -> b) -> Pattern a -> Pattern b",
        "functions on values, where both meet",
        "d1 $ n (applyPatToPatBoth (fmap (+) \"0 2\") \"1 2 3\") # s \"pluck\"",
        |a| super::prelude::applied(a, Structure::Both),
    ),
    entry(
        "applyPatToPatLeft",
        "Pattern (a -> b) -> Pattern a -> Pattern b",
        "functions on values, the left side's events",
        "d1 $ n (applyPatToPatLeft (fmap (+) \"0 2\") \"1 2 3\") # s \"pluck\"",
        |a| super::prelude::applied(a, Structure::Left),
    ),
    entry(
        "applyPatToPatRight",
        "Pattern (a -> b) -> Pattern a -> Pattern b",
        "functions on values, the right side's events",
        "d1 $ n (applyPatToPatRight (fmap (+) \"0 2\") \"1 2 3\") # s \"pluck\"",
        |a| super::prelude::applied(a, Structure::Right),
    ),
    entry(
        "enumFromTo'",
        "(Ord a, Enum a, Num a) => a -> a -> Pattern a",
        "the numbers from one to another as steps of a cycle, up or down",
        "d1 $ n (enumFromTo' 0 7) # s \"pluck\"",
        |a| {
            let (from, to) = (a.number(0)?, a.number(1)?);
            // As in Tidal, a falling range runs up all the same.
            pat(numbers(from.min(to), 1.0, from.max(to), a.env)?)
        },
    ),
    entry(
        "enumFromThenTo'",
        "(Ord a, Enum a, Num a) => a -> a -> a -> Pattern a",
        "the numbers from one to another by steps, as steps of a cycle",
        "d1 $ n (enumFromThenTo' 0 2 8) # s \"pluck\"",
        |a| {
            let (from, then, to) = (a.number(0)?, a.number(1)?, a.number(2)?);
            pat(numbers(from, then - from, to, a.env)?)
        },
    ),
    entry(
        "extractF",
        "String -> ControlPattern -> Pattern Double",
        "only the values of one control",
        "d1 $ s \"bd\" # pan (extractF \"gain\" (gain \"0.5 1\"))",
        |a| extracted(a, |v| v.as_f64().map(Value::Num)),
    ),
    entry(
        "extractI",
        "String -> ControlPattern -> Pattern Int",
        "only the values of one control, whole numbers",
        "d1 $ s \"bd\" # cut (extractI \"cut\" (cut \"1 2\"))",
        |a| extracted(a, |v| v.as_i64().map(Value::Int)),
    ),
    entry(
        "extractR",
        "String -> ControlPattern -> Pattern Rational",
        "only the values of one control, as exact ratios",
        "d1 $ fast (extractR \"speed\" (speed 2)) $ s \"bd\"",
        |a| extracted(a, |v| v.as_ratio().map(Value::Ratio)),
    ),
    entry(
        "extractS",
        "String -> ControlPattern -> Pattern String",
        "only the values of one control, words",
        "d1 $ vowel (extractS \"vowel\" (vowel \"a e\")) # s \"bd\"",
        |a| extracted(a, |v| Some(Value::Text(v.as_text()?.clone()))),
    ),
    entry(
        "extractB",
        "String -> ControlPattern -> Pattern Bool",
        "only the values of one control, truths",
        "d1 $ struct (extractB \"on\" (pB \"on\" \"t f\")) $ s \"bd\"",
        |a| extracted(a, |v| v.as_bool().map(Value::Bool)),
    ),
    entry(
        "mergePlayRange",
        "(Double, Double) -> ControlMap -> ControlMap",
        "a part of what a sample's begin and end leave of it",
        "d1 $ fmap (mergePlayRange (0, 0.5)) $ s \"loop_amen\"",
        |a| {
            let (range, map) = (a.list(0)?, a.value(1)?.as_controls()?);
            let (b, e) = (range.first()?.as_f64()?, range.get(1)?.as_f64()?);
            let from = map.number(crate::control::id::BEGIN).unwrap_or(0.0);
            let length = map.number(crate::control::id::END).unwrap_or(1.0) - from;
            let mut out: ControlMap = map.clone();
            out.set(crate::control::id::BEGIN, Value::Num(b * length + from));
            out.set(crate::control::id::END, Value::Num(e * length + from));
            Some(Value::Controls(out))
        },
    ),
    entry(
        "matchManyToOne",
        "(b -> a -> Bool) -> Pattern a -> Pattern b -> Pattern (Bool, b)",
        "values with whether one of the other pattern's at their start passes a test",
        "d1 $ n (fmap snd $ matchManyToOne (==) \"0 3\" \"0 1 3\") # s \"pluck\"",
        matched,
    ),
    entry(
        "contrastBy",
        "(a -> a -> Bool) -> (ControlPattern -> Pattern b) -> (ControlPattern -> Pattern b) -> ControlPattern -> ControlPattern -> Pattern b",
        "one function for events whose controls pass a test with given ones, another for the rest",
        "d1 $ contrastBy (==) (# crush 4) (# speed 2) (n 1) $ n \"0 1\" # s \"bd\"",
        contrast_by,
    ),
    entry(
        "stepcount",
        "Pattern a -> Int",
        "into how many steps of one length a cycle's events fit",
        "d1 $ segment (fromIntegral $ stepcount (s \"bd sn cp\")) $ s \"hh\"",
        |a| {
            let haps = a.pattern(0)?.listed(TimeSpan::cycle(0), a.env).ok()?;
            let ends =
                haps.iter().filter(|h| h.has_onset()).flat_map(|h| [h.part.begin.den(), h.part.end.den()]);
            let common = |a: i64, b: i64| {
                let (mut x, mut y) = (a, b);
                while y != 0 {
                    (x, y) = (y, x % y);
                }
                (a / x.max(1)).checked_mul(b)
            };
            Some(Value::Int(ends.into_iter().try_fold(1i64, |n, d| common(n, d.max(1)))?))
        },
    ),
    entry(
        "substruct'",
        "Pattern Int -> Pattern a -> Pattern a",
        "the pattern squeezed into each event of numbers, later by as many cycles",
        "d1 $ substruct' \"0 1\" $ s \"bd sn\"",
        |a| {
            let p = a.pattern(1)?;
            let numbers = a.pattern(0)?;
            let count = numbers.listed(TimeSpan::cycle(0), a.env).ok()?.len().min(MAX_COPIES as usize) as i64;
            pat(p.by_join(Join::Squeeze, &numbers, move |i, p, _| {
                Some(p.late(Rational::int(i.as_i64()?.checked_mul(count)?)))
            }))
        },
    ),
    entry(
        "reset",
        "Show a => a -> Pattern b -> Pattern b",
        "starts the pattern over in the cycle in which it is handed to the track",
        "d1 $ reset 1 $ s \"<bd sn>\"",
        |a| {
            let name = super::statements::name(a.value(0)?)?;
            let moment = Pattern::state_or(&format!("_t_{name}"), Pattern::pure(Rational::ZERO));
            pat(a
                .pattern(1)?
                .by(&moment, |t, p, _| Some(p.starting(|t| t >= Rational::ZERO).late(t.as_ratio()?.cycle()))))
        },
    ),
    entry(
        "pStateListF",
        "String -> String -> [Double] -> ControlPattern",
        "a control of any name takes the next number of a list with every event played",
        "d1 $ s \"bd*4\" # pStateListF \"n\" \"a\" [0, 3]",
        super::families::take,
    ),
    entry(
        "pStateListS",
        "String -> String -> [String] -> ControlPattern",
        "a control of any name takes the next word of a list with every event played",
        "d1 $ pStateListS \"s\" \"a\" [\"bd\", \"sn\"]",
        super::families::take,
    ),
];
