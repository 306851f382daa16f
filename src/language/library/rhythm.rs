//! Rhythms from numbers and letters: press, necklaces, bits, step sequencers, rewriting systems.

use super::{Args, Entry, MAX_COPIES, MAX_LIST, as_list, as_text, entry, pat};
use crate::pattern::{Env, Join, Pattern, Structure, Value, euclid, random};
use crate::time::Rational;
use std::sync::Arc;

/// Each event in the last part of its slot.
fn press_by(r: &Value, p: &Pattern) -> Option<Pattern> {
    let r = r.as_ratio()?;
    Some(p.join(Join::Squeeze, move |v| Some(Pattern::pure(v.clone()).compress(r, Rational::ONE))))
}

fn truths(list: impl IntoIterator<Item = bool>) -> Pattern {
    Pattern::from_list(list.into_iter().map(Value::Bool))
}

/// The lowest `n` bits, highest first.
fn bits(n: i64, x: i64) -> impl Iterator<Item = bool> {
    (0..n.clamp(0, MAX_COPIES)).rev().map(move |i| if i < 64 { (x >> i) & 1 == 1 } else { x < 0 })
}

fn binary(n: i64, p: &Pattern) -> Pattern {
    p.join(Join::Squeeze, move |x| Some(truths(bits(n, x.as_i64()?))))
}

fn necklace(a: &Args) -> Option<Value> {
    let (per_cycle, list) = (a.ratio(0)?, a.list(1)?);
    let lengths: Vec<i64> = list.iter().map(Value::as_i64).collect::<Option<_>>()?;
    let total: i64 = lengths.iter().try_fold(0i64, |sum, n| sum.checked_add(*n))?;
    if total > MAX_LIST as i64 {
        return None;
    }
    let steps = lengths.iter().flat_map(|n| (0..(*n).max(1)).map(|i| i == 0));
    let slower = Rational::int(total) / per_cycle;
    pat(if slower.is_defined() { truths(steps).slow(slower) } else { Pattern::silence() })
}

/// Hits of the last number of steps, thinned out by the numbers before.
fn distributed(numbers: &[i64]) -> Option<Vec<bool>> {
    let last = *numbers.last()?;
    if !(0..=MAX_LIST as i64).contains(&last) {
        return None;
    }
    let mut out = vec![true; last as usize];
    for pair in numbers.windows(2).rev() {
        let [k, n] = pair else { continue };
        let mut layer = euclid::rhythm(*k, *n)?.into_iter();
        for step in &mut out {
            *step = if *step { layer.next().unwrap_or(false) } else { false };
        }
    }
    Some(out)
}

fn distrib(a: &Args) -> Option<Value> {
    let (numbers, p) = (a.patterns(0)?, a.pattern(1)?);
    let all = gathered(&numbers);
    pat(p.by_join(Join::Both, &all, |list, p, _| {
        let numbers: Vec<i64> = as_list(list)?.iter().map(Value::as_i64).collect::<Option<_>>()?;
        let hits = truths(distributed(&numbers)?).filter_values(|v| v.as_bool() == Some(true));
        Some(hits.apply(Structure::Both, p, Arc::new(|_, v, _: &Env| Some(v))))
    }))
}

/// Patterns of values as a pattern of lists, events where all meet (Haskell's `sequence`).
pub(super) fn gathered(patterns: &[Pattern]) -> Pattern {
    let empty = Pattern::pure(Value::List([].into()));
    patterns.iter().fold(empty, |all, p| {
        all.apply(
            Structure::Both,
            p,
            Arc::new(|list, v, env: &Env| {
                let list = as_list(&list)?;
                env.spend(list.len() as u32).ok()?;
                Some(Value::List(list.iter().cloned().chain([v]).collect()))
            }),
        )
    })
}

/// A step sequencer: `x` and digits are steps, the rest is rests.
fn step(text: &str, of: impl Fn(char) -> Option<Value>) -> Pattern {
    let one = |c: char| of(c).map_or_else(Pattern::silence, Pattern::pure);
    Pattern::fastcat(text.chars().take(MAX_COPIES as usize).map(one).collect())
}

fn named_step(name: &str, text: &str) -> Pattern {
    step(text, |c| match c {
        'x' => Some(Value::text(name)),
        c if c.is_ascii_digit() => Some(Value::text(&format!("{name}:{c}"))),
        _ => None,
    })
}

fn steps(a: &Args) -> Option<Value> {
    let mut out = Vec::new();
    for pair in a.list(0)?.iter() {
        let pair = as_list(pair)?;
        out.push(named_step(&as_text(pair.first()?)?, &as_text(pair.get(1)?)?));
    }
    pat(Pattern::stack(out))
}

/// A text rewritten `n` times by rules such as `a:b,b:ab`.
fn rewritten(n: i64, rules: &str, text: &str) -> Option<String> {
    let rules: Vec<(char, &str)> = rules
        .split(',')
        .filter_map(|rule| {
            let (from, to) = rule.split_once(':')?;
            Some((from.trim().chars().next()?, to))
        })
        .collect();
    let mut text = text.to_owned();
    for _ in 0..n.clamp(0, 64) {
        let mut next = String::new();
        for c in text.chars() {
            match rules.iter().find(|(from, _)| *from == c) {
                Some((_, to)) => next.push_str(to),
                None => next.push(c),
            }
            if next.len() > MAX_LIST {
                return None;
            }
        }
        text = next;
    }
    Some(text)
}

/// A Markov chain of `n` states (Tidal's `runMarkov`).
fn markov(n: i64, table: &[Value], start: i64, seed: f64) -> Option<Vec<i64>> {
    let rows: Vec<Vec<f64>> = table
        .iter()
        .map(|row| as_list(row)?.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>())
        .collect::<Option<_>>()?;
    if !(1..=MAX_COPIES).contains(&n) {
        return None;
    }
    let mut out = vec![start];
    for i in 1..n {
        let row = rows.get(usize::try_from(*out.last()?).ok()?)?;
        let total: f64 = row.iter().sum();
        let drawn = random::unit(random::seed(seed + i as f64 / n as f64));
        let mut sum = 0.0;
        let next = row.iter().position(|x| {
            sum += x / total;
            drawn <= sum
        })?;
        out.push(next as i64);
    }
    Some(out)
}

fn markov_pattern(a: &Args) -> Option<Value> {
    let (start, table) = (a.pattern(1)?, a.list(2)?);
    pat(a.pattern(0)?.join(Join::Inner, move |n| {
        let (n, table) = (n.as_i64()?, table.clone());
        Some(start.join(Join::Inner, move |from| {
            let (from, table) = (from.as_i64()?, table.clone());
            Some(Pattern::per_cycle(move |c, _| {
                let chain = markov(n, &table, from, c as f64).unwrap_or_default();
                Pattern::from_list(chain.into_iter().map(Value::Int))
            }))
        }))
    }))
}

fn euclid_off(a: &Args, inverted: bool) -> Option<Value> {
    pat(a.pattern(3)?.euclid(&a.pattern(0)?, &a.pattern(1)?, &a.pattern(2)?, inverted))
}

/// A euclidean rhythm of truths, each equal to or the opposite of the pattern's truth there.
fn euclid_off_bool(a: &Args) -> Option<Value> {
    let (n, r, p) = (a.pattern(1)?, a.pattern(2)?, a.pattern(3)?);
    pat(p.by(&a.pattern(0)?, move |k, p, _| {
        let (k, r, p) = (k.as_i64()?, r.clone(), p.clone());
        Some(p.by(&n, move |n, p, _| {
            let n = n.as_i64()?;
            let hits = truths(euclid::rhythm(k, n)?);
            let same = |a: Value, b: Value, _: &Env| Some(Value::Bool(a.as_bool()? == b.as_bool()?));
            let truth = hits.apply(Structure::Both, p, Arc::new(same));
            Some(truth.by(&r, move |r, p, _| Some(p.early(Rational::new(r.as_i64()?, n)))))
        }))
    }))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "press",
        "Pattern a -> Pattern a",
        "each event in the second half of its slot",
        "d1 $ press $ s \"bd sn\"",
        |a| pat(press_by(&Value::Ratio(Rational::new(1, 2)), &a.pattern(0)?)?),
    ),
    entry(
        "pressBy",
        "Pattern Time -> Pattern a -> Pattern a",
        "each event in the last part of its slot",
        "d1 $ pressBy 0.25 $ s \"bd sn\"",
        |a| a.by(press_by),
    ),
    entry(
        "eoff",
        "Pattern Int -> Pattern Int -> Pattern Int -> Pattern a -> Pattern a",
        "a euclidean rhythm, turned left by some steps",
        "d1 $ eoff 3 8 2 $ s \"bd\"",
        |a| euclid_off(a, false),
    ),
    entry(
        "euclidOffInv",
        "Pattern Int -> Pattern Int -> Pattern Int -> Pattern a -> Pattern a",
        "the rests of a euclidean rhythm, turned left by some steps",
        "d1 $ euclidOffInv 3 8 2 $ s \"bd\"",
        |a| euclid_off(a, true),
    )
    .at_most(1, MAX_LIST as i64, "steps"),
    entry(
        "euclidOffFull",
        "Pattern Int -> Pattern Int -> Pattern Int -> Pattern a -> Pattern a -> Pattern a",
        "one pattern on the hits of a turned euclidean rhythm, another on the rests",
        "d1 $ euclidOffFull 3 8 2 (s \"bd\") (s \"hh\")",
        |a| {
            let (k, n, r) = (a.pattern(0)?, a.pattern(1)?, a.pattern(2)?);
            pat(Pattern::stack(vec![
                a.pattern(3)?.euclid(&k, &n, &r, false),
                a.pattern(4)?.euclid(&k, &n, &r, true),
            ]))
        },
    )
    .at_most(1, MAX_LIST as i64, "steps"),
    entry(
        "euclidOffBool",
        "Pattern Int -> Pattern Int -> Pattern Int -> Pattern Bool -> Pattern Bool",
        "truths of a euclidean rhythm against truths of a pattern",
        "d1 $ struct (euclidOffBool 3 8 2 \"t\") $ s \"bd\"",
        euclid_off_bool,
    ),
    entry(
        "necklace",
        "Rational -> [Int] -> Pattern Bool",
        "a true step and rests up to each length of a list, so many steps a cycle",
        "d1 $ struct (necklace 8 [3, 3, 2]) $ s \"bd\"",
        necklace,
    ),
    entry(
        "distrib",
        "[Pattern Int] -> Pattern a -> Pattern a",
        "a rhythm of the first number of hits over the second over the third ...",
        "d1 $ distrib [3, 5, 8] $ s \"bd\"",
        distrib,
    ),
    entry(
        "binary",
        "Pattern Int -> Pattern Bool",
        "a number's eight bits as truths",
        "d1 $ struct (binary 146) $ s \"bd\"",
        |a| pat(binary(8, &a.pattern(0)?)),
    ),
    entry(
        "binaryN",
        "Pattern Int -> Pattern Int -> Pattern Bool",
        "a number's bits as truths, so many of them",
        "d1 $ struct (binaryN 4 10) $ s \"bd\"",
        |a| {
            let p = a.pattern(1)?;
            pat(p.by(&a.pattern(0)?, |n, p, _| Some(binary(n.as_i64()?, p))))
        },
    )
    .at_most(0, MAX_COPIES, "bits"),
    entry(
        "ascii",
        "Pattern String -> Pattern Bool",
        "the bits of letters as truths",
        "d1 $ struct (ascii \"a\") $ s \"bd\"",
        |a| {
            pat(a.pattern(0)?.join(Join::Squeeze, |v| {
                let word = as_text(v)?;
                Some(truths(
                    word.chars().take(MAX_COPIES as usize).flat_map(|c| bits(8, i64::from(u32::from(c)))),
                ))
            }))
        },
    ),
    entry(
        "step",
        "String -> String -> Pattern String",
        "a step sequencer: x is a step, a digit a sample's number",
        "d1 $ s (step \"bd\" \"x  x 1 \")",
        |a| pat(named_step(&a.text(0)?, &a.text(1)?)),
    ),
    entry(
        "steps",
        "[(String, String)] -> Pattern String",
        "step sequencers at once",
        "d1 $ s (steps [(\"bd\", \"x   x \"), (\"hh\", \"xxxxxx\")])",
        steps,
    ),
    entry(
        "step'",
        "[String] -> String -> Pattern String",
        "a step sequencer whose digits choose words of a list",
        "d1 $ s (step' [\"bd\", \"sn\"] \"0 1 x\")",
        |a| {
            let names = a.list(0)?;
            pat(step(&a.text(1)?, |c| match c {
                'x' => names.first().cloned(),
                c => names.get(c.to_digit(10)? as usize).cloned(),
            }))
        },
    ),
    entry(
        "lindenmayer",
        "Int -> String -> String -> String",
        "a text rewritten n times by rules",
        "d1 $ s (step \"bd\" (lindenmayer 2 \"x:x ,.:x\" \"x.\"))",
        |a| Some(Value::text(&rewritten(a.int(0)?, &a.text(1)?, &a.text(2)?)?)),
    )
    .at_most(0, 64, "rounds"),
    entry(
        "lindenmayerI",
        "Num b => Int -> String -> String -> [b]",
        "digits rewritten n times by rules, as numbers",
        "d1 $ n (listToPat $ lindenmayerI 3 \"0:1,1:01\" \"1\") # s \"pluck\"",
        |a| {
            let text = rewritten(a.int(0)?, &a.text(1)?, &a.text(2)?)?;
            Some(Value::List(
                text.chars().filter_map(|c| Some(Value::Num(f64::from(c.to_digit(16)?)))).collect(),
            ))
        },
    ),
    entry(
        "runMarkov",
        "Int -> [[Double]] -> Int -> Time -> [Int]",
        "n states of a Markov chain, from a state, with a seed",
        "d1 $ n (fmap fromIntegral $ listToPat $ runMarkov 8 [[2, 3], [1, 3]] 0 0) # s \"pluck\"",
        |a| {
            let chain = markov(a.int(0)?, &a.list(1)?, a.int(2)?, a.number(3)?)?;
            Some(Value::List(chain.into_iter().map(Value::Int).collect()))
        },
    )
    .at_most(0, MAX_COPIES, "steps"),
    entry(
        "markovPat",
        "Pattern Int -> Pattern Int -> [[Double]] -> Pattern Int",
        "a Markov chain of n steps a cycle, from a state",
        "d1 $ n (fmap fromIntegral $ markovPat 8 1 [[3, 5, 2], [4, 4, 2], [0, 1, 0]]) # s \"pluck\"",
        markov_pattern,
    )
    .at_most(0, MAX_COPIES, "steps"),
    entry(
        "randStruct",
        "Int -> Pattern Int",
        "numbers from 0 up over n random lengths",
        "d1 $ n (fmap fromIntegral $ randStruct 4) # s \"pluck\"",
        |a| {
            let n = a.int(0)?;
            if !(1..=MAX_COPIES).contains(&n) {
                return pat(Pattern::silence());
            }
            pat(Pattern::per_cycle(move |c, _| {
                let parts = super::slices::random_parts(n, c);
                let step = |(i, (b, e)): (usize, (Rational, Rational))| (e - b, Pattern::pure(i as i64));
                Pattern::timecat(&parts.into_iter().enumerate().map(step).collect::<Vec<_>>())
            }))
        },
    )
    .at_most(0, MAX_COPIES, "parts"),
];
