//! Cycles in pieces, put together anew: by number, by chance, by rotation.

use super::sequence::nth;
use super::{Args, Entry, MAX_COPIES, as_list, entry, pat};
use crate::pattern::custom::defragmented;
use crate::pattern::{Env, Hap, Join, Pattern, QueryError, Value, random};
use crate::time::{Rational, TimeSpan};
use std::cmp::Ordering;

/// The `i`-th of `n` parts of each cycle, as a whole cycle.
pub(super) fn piece(i: i64, n: i64, p: &Pattern) -> Pattern {
    match i.checked_rem_euclid(n) {
        Some(i) if n > 0 => p.zoom(Rational::new(i, n), Rational::new(i + 1, n)),
        _ => Pattern::silence(),
    }
}

/// Pieces of each cycle by a pattern of their numbers, each in its step's place.
fn rearranged(numbers: &Pattern, n: i64, p: &Pattern) -> Pattern {
    p.by(numbers, move |i, p, _| {
        let piece = piece(i.as_i64()?, n, p);
        // Every n-th of the cycle plays the piece of the cycle under way.
        let same = piece.each_cycle(move |c, piece, _| piece.late(Rational::int(c - c.div_euclid(n))));
        Some(same.fast(Rational::int(n)))
    })
}

/// A random order of 0 up to n - 1 in each cycle (Tidal's `randrun`).
pub(super) fn random_order(n: i64) -> Pattern {
    if !(1..=MAX_COPIES).contains(&n) {
        return Pattern::silence();
    }
    Pattern::per_cycle(move |c, _| {
        let drawn = random::rands(c as f64, n as usize);
        let mut order: Vec<(f64, i64)> = drawn.into_iter().zip(0..n).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        Pattern::from_list(order.into_iter().map(|(_, i)| Value::Int(i)))
    })
}

fn shuffle(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_i64()?;
    Some(rearranged(&random_order(n), n, p))
}

fn scramble(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_i64()?;
    if n <= 0 {
        return Some(Pattern::silence());
    }
    Some(rearranged(&super::time::segmented(Rational::int(n), &super::random::below(n)), n, p))
}

/// Values in the order that Haskell sorts them.
pub(super) fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Ratio(a), Value::Ratio(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => a
            .iter()
            .zip(b.iter())
            .map(|(a, b)| order(a, b))
            .find(|o| o.is_ne())
            .unwrap_or(a.len().cmp(&b.len())),
        (Value::Controls(a), Value::Controls(b)) => {
            let by_name = |c: &crate::pattern::ControlMap| {
                let mut list: Vec<(String, Value)> =
                    c.iter().map(|(k, v)| (k.as_str().to_owned(), v.clone())).collect();
                list.sort_by(|a, b| a.0.cmp(&b.0));
                list
            };
            let (a, b) = (by_name(a), by_name(b));
            a.iter()
                .zip(&b)
                .map(|(a, b)| a.0.cmp(&b.0).then_with(|| order(&a.1, &b.1)))
                .find(|o| o.is_ne())
                .unwrap_or(a.len().cmp(&b.len()))
        }
        (Value::Text(_), _) => Ordering::Less,
        (_, Value::Text(_)) => Ordering::Greater,
        (a, b) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => Ordering::Equal,
        },
    }
}

/// Events as Tidal sorts them: first by the place in the text that made them, then by time.
fn in_order(a: &Hap, b: &Hap) -> Ordering {
    let places = |h: &Hap| -> Vec<(usize, usize)> {
        h.positions.as_slice().iter().map(|p| (p.range.start(), p.range.end())).collect()
    };
    places(a)
        .cmp(&places(b))
        .then_with(|| (a.whole, a.part).cmp(&(b.whole, b.part)))
        .then_with(|| order(&a.value, &b.value))
}

/// The values of each cycle's events moved on by `n` events; the rhythm stays.
fn rot(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_i64()?;
    Some(p.with_cycle(move |haps, _, _| {
        let mut haps: Vec<Hap> = defragmented(haps).into_iter().filter(|h| h.whole.is_some()).collect();
        haps.sort_by(in_order);
        let values: Vec<Value> = haps.iter().map(|h| h.value.clone()).collect();
        for (i, hap) in haps.iter_mut().enumerate() {
            if let Some(v) = nth(&values, (i as i64).wrapping_add(n)) {
                hap.value = v.clone();
            }
        }
        haps
    }))
}

/// A list's values by number, `per_cycle` further on every cycle.
fn fit(per_cycle: i64, list: &[Value], numbers: &Pattern) -> Pattern {
    let list: std::sync::Arc<[Value]> = list.into();
    numbers.with_haps(move |hap| {
        let Some(i) = hap.value.as_i64() else { return false };
        let at = hap.whole_or_part().begin.floor().wrapping_mul(per_cycle);
        let Some(v) = nth(&list, i.wrapping_add(at)) else { return false };
        hap.value = v.clone();
        true
    })
}

/// Each cycle's events stretched so that together they fill it.
fn stretch(p: &Pattern) -> Pattern {
    let p = p.clone();
    Pattern::from_query(p.depth(), move |span, env| {
        let mut out = Vec::new();
        for piece in span.cycles() {
            let cycle = TimeSpan::cycle(piece.begin.floor());
            let spans: Vec<TimeSpan> = p.listed(cycle, env)?.iter().map(Hap::whole_or_part).collect();
            let begin = spans.iter().map(|s| s.begin).reduce(Rational::min);
            let end = spans.iter().map(|s| s.end).reduce(Rational::max);
            if let (Some(b), Some(e)) = (begin, end) {
                p.zoom(b.cycle_pos(), b.cycle_pos() + (e - b)).query(piece, env, &mut out)?;
            }
        }
        Ok(out)
    })
}

/// Tidal's `fit'`: slices of a pattern named by numbers, then played in another order.
fn fit_slices(a: &Args) -> Option<Value> {
    let (cycles, n, from, to, p) = (a.pattern(0)?, a.int(1)?, a.pattern(2)?, a.pattern(3)?, a.pattern(4)?);
    if !(0..=MAX_COPIES).contains(&n) {
        return None;
    }
    let (p, from) = (p.fast_by(&cycles), from.fast_by(&cycles));
    let slice = |i: i64| {
        let open = from.map(move |v| (v.as_i64()? == i).then_some(Value::Bool(true)));
        Value::Pattern(stretch(&super::structure::mask(&open, &p, true)))
    };
    let slices: Vec<Value> = (0..n).map(slice).collect();
    pat(fit(n, &slices, &to).flatten(Join::Squeeze))
}

/// Lengths of `n` random parts of a cycle, as Tidal draws them: each 1, 2 or 3 of the sum.
pub(super) fn random_parts(n: i64, cycle: i64) -> Vec<(Rational, Rational)> {
    // Each draws in the middle of what the ones before it left of the cycle, shifted by its place.
    let weight = |i: i64| {
        let left = Rational::ONE - Rational::new((i - 1).max(0), n);
        let at = Rational::int(cycle) + Rational::new(i, n) + left / Rational::int(2);
        1 + (random::rand(at) * 3.0).floor() as i64
    };
    let weights: Vec<i64> = (0..n).map(weight).collect();
    let total: i64 = weights.iter().sum();
    let mut at = 0;
    weights
        .into_iter()
        .map(|w| {
            let part = (Rational::new(at, total), Rational::new(at + w, total));
            at += w;
            part
        })
        .collect()
}

fn stripe(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_i64()?;
    if !(1..=MAX_COPIES).contains(&n) {
        return Some(Pattern::silence());
    }
    Some(p.each_cycle(move |c, p, _| {
        let parts = random_parts(n, c);
        let one =
            |(i, (b, e)): (usize, (Rational, Rational))| p.late(Rational::int(i as i64 * n)).compress(b, e);
        Pattern::stack(parts.into_iter().enumerate().map(one).collect())
    }))
}

/// Two patterns in threads over and under each other (Tidal's `tabby`).
fn tabby(n: i64, p: &Pattern, q: &Pattern) -> Option<Pattern> {
    if !(1..=64).contains(&n) {
        return None;
    }
    let weft: Vec<Vec<i64>> = (0..n / 2).flat_map(|_| [(0..n).collect(), (0..n).rev().collect()]).collect();
    let height = weft.len();
    let warp: Vec<i64> =
        (0..n as usize).flat_map(|x| weft.iter().filter_map(move |row| row.get(x).copied())).collect();
    let weft: Vec<i64> = weft.into_iter().flatten().collect();
    let thread = |order: Vec<i64>, p: &Pattern| {
        let parts: Vec<Pattern> = order.into_iter().map(|i| piece(i, n, p)).collect();
        Pattern::fastcat(parts).slow(Rational::int(n))
    };
    let truth = |first: bool| {
        let steps = if first {
            [Pattern::pure(true), Pattern::silence()]
        } else {
            [Pattern::silence(), Pattern::pure(true)]
        };
        let p = Pattern::fastcat(steps.to_vec()).fast(Rational::new(n, 2));
        Pattern::when_cycle(|c| c.rem_euclid(2) == 0, p.rev(), p)
    };
    if height == 0 {
        return Some(Pattern::silence());
    }
    let over = super::structure::mask(&truth(true), &thread(warp, p), true);
    let under = super::structure::mask(&truth(false), &thread(weft, q), true);
    Some(Pattern::stack(vec![over, under]))
}

/// The events of a query of whole cycles by a pattern that depends on that cycle's events alone.
fn lists_per_step(n: i64, p: &Pattern, env: &Env) -> Result<Vec<Vec<Value>>, QueryError> {
    let sampled = super::time::segmented(Rational::int(n), p);
    (0..n)
        .map(|i| {
            let step = TimeSpan::new(Rational::new(i, n), Rational::new(i + 1, n));
            Ok(sampled.listed(step, env)?.into_iter().map(|h| h.value).collect())
        })
        .collect()
}

/// The words of a cycle as mini-notation of `n` steps.
fn deconstruct(a: &Args) -> Option<Value> {
    let n = a.int(0)?;
    if !(1..=MAX_COPIES).contains(&n) {
        return None;
    }
    let steps = lists_per_step(n, &a.pattern(1)?, a.env).ok()?;
    let word = |v: &Value| v.as_text().map(ToString::to_string).unwrap_or_default();
    let steps: Vec<String> = steps
        .iter()
        .map(|step| match step.as_slice() {
            [] => "~".to_owned(),
            [one] => word(one),
            many => format!("[{}]", many.iter().map(word).collect::<Vec<_>>().join(", ")),
        })
        .collect();
    Some(Value::text(&steps.join(" ")))
}

/// A list's values for steps whose lengths a pattern of 0 to 1 chooses, from even to uneven.
fn permstep(a: &Args) -> Option<Value> {
    let (steps, things) = (a.int(0)?, a.list(1)?);
    let n = things.len();
    if !(1..=24).contains(&steps) || n == 0 || n > 8 {
        return None;
    }
    let mut all: Vec<Vec<i64>> = Vec::new();
    compositions(n, steps, &mut Vec::new(), &mut all);
    let even = steps as f64 / n as f64;
    let uneven = |xs: &Vec<i64>| xs.iter().map(|x| (even - *x as f64).abs()).sum::<f64>();
    all.sort_by(|a, b| uneven(a).total_cmp(&uneven(b)));
    let sampled = super::time::segmented(Rational::ONE, &a.pattern(2)?);
    pat(sampled.join(Join::Both, move |x| {
        let i = (x.as_f64()? * (all.len().saturating_sub(1)) as f64).floor() as i64;
        let lengths = usize::try_from(i).ok().and_then(|i| all.get(i))?;
        let values = lengths.iter().zip(things.iter()).flat_map(|(n, v)| (0..*n).map(move |_| v.clone()));
        Some(Pattern::from_list(values))
    }))
}

/// All ways to write `total` as `n` numbers from 1 up, in Haskell's order.
fn compositions(n: usize, total: i64, begun: &mut Vec<i64>, out: &mut Vec<Vec<i64>>) {
    if n == 1 {
        let mut done = begun.clone();
        done.push(total);
        out.push(done);
        return;
    }
    for x in 1..=total - (n as i64 - 1) {
        begun.push(x);
        compositions(n - 1, total - x, begun, out);
        begun.pop();
    }
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "bite",
        "Pattern Int -> Pattern Int -> Pattern a -> Pattern a",
        "n-ths of the cycle by number, squeezed into the numbers' events",
        "d1 $ bite 4 \"0 2*2\" $ s \"bd sn cp hh\"",
        |a| {
            let (numbers, p) = (a.pattern(1)?, a.pattern(2)?);
            pat(p.by(&a.pattern(0)?, move |n, p, _| {
                let n = n.as_i64()?;
                Some(p.by_join(Join::Squeeze, &numbers, move |i, p, _| Some(piece(i.as_i64()?, n, p))))
            }))
        },
    ),
    entry(
        "shuffle",
        "Pattern Int -> Pattern a -> Pattern a",
        "n-ths of the cycle in a random order, each once",
        "d1 $ shuffle 4 $ s \"bd sn cp hh\"",
        |a| a.by(shuffle),
    )
    .at_most(0, MAX_COPIES, "pieces"),
    entry(
        "scramble",
        "Pattern Int -> Pattern a -> Pattern a",
        "n-ths of the cycle drawn at random",
        "d1 $ scramble 4 $ s \"bd sn cp hh\"",
        |a| a.by(scramble),
    ),
    entry(
        "randrun",
        "Int -> Pattern Int",
        "0 up to n - 1 in a random order, another one each cycle",
        "d1 $ n (fmap fromIntegral $ randrun 8) # s \"pluck\"",
        |a| pat(random_order(a.int(0)?)),
    )
    .at_most(0, MAX_COPIES, "numbers"),
    entry(
        "rot",
        "Ord a => Pattern Int -> Pattern a -> Pattern a",
        "moves the values on by n events, the rhythm stays",
        "d1 $ rot 1 $ n \"0 1 2 3\" # s \"pluck\"",
        |a| a.by(rot),
    ),
    entry(
        "fit",
        "Pattern Int -> [a] -> Pattern Int -> Pattern a",
        "values of a list by number, n further on each cycle",
        "d1 $ s (fit 3 [\"bd\", \"sn\", \"cp\", \"hh\"] \"0 [~ 1] 2 1\")",
        |a| {
            let list = a.list(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |n, p, _| Some(fit(n.as_i64()?, &list, p))))
        },
    ),
    entry(
        "fit'",
        "Pattern Time -> Int -> Pattern Int -> Pattern Int -> Pattern a -> Pattern a",
        "slices of a pattern, numbered by one pattern and put in order by another",
        "d1 $ fit' 1 2 \"0 1\" \"1 0\" $ s \"bd sn\"",
        fit_slices,
    )
    .at_most(1, MAX_COPIES, "slices"),
    entry(
        "stretch",
        "Pattern a -> Pattern a",
        "stretches what plays in a cycle over the whole of it",
        "d1 $ stretch $ s \"~ bd sn ~\"",
        |a| pat(stretch(&a.pattern(0)?)),
    ),
    entry(
        "stripe",
        "Pattern Int -> Pattern a -> Pattern a",
        "the pattern n times a cycle, with random lengths",
        "d1 $ stripe 2 $ s \"bd sn\"",
        |a| a.by(stripe),
    )
    .at_most(0, MAX_COPIES, "parts"),
    entry(
        "slowstripe",
        "Pattern Int -> Pattern a -> Pattern a",
        "stripe, n times slower",
        "d1 $ slowstripe 2 $ s \"bd sn\"",
        |a| {
            let n = a.pattern(0)?;
            pat(a.pattern(1)?.by(&n, |n, p, _| stripe(n, p)).slow_by(&n))
        },
    )
    .at_most(0, MAX_COPIES, "parts"),
    entry(
        "tabby",
        "Int -> Pattern a -> Pattern a -> Pattern a",
        "weaves two patterns, n threads each",
        "d1 $ tabby 4 (s \"bd*4\") (s \"hh*4\")",
        |a| pat(tabby(a.int(0)?, &a.pattern(1)?, &a.pattern(2)?)?),
    )
    .at_most(0, 64, "threads"),
    entry(
        "substruct",
        "Pattern Bool -> Pattern a -> Pattern a",
        "the pattern squeezed into each true event",
        "d1 $ substruct \"t f t t\" $ s \"bd sn\"",
        |a| {
            let (t, p) = (a.pattern(0)?, a.pattern(1)?);
            // What reaches into the next cycle has no room of its own in Tidal.
            let inside = |h: &mut Hap| h.whole_or_part().end <= h.whole_or_part().begin.next_cycle();
            let open = t.filter_values(|v| v.as_bool() == Some(true)).with_haps(inside);
            pat(p.by_join(Join::Squeeze, &open, |_, p, _| Some(p.clone())))
        },
    ),
    entry(
        "index",
        "Double -> Pattern Double -> Pattern a -> Pattern a",
        "a window of a size on the cycle, moved by a pattern of 0 to 1",
        "d1 $ index 0.25 \"0 0.5\" $ s \"bd sn cp hh\"",
        |a| {
            let size = a.ratio(0)?;
            pat(a.pattern(2)?.by_join(Join::Both, &a.pattern(1)?, move |x, p, _| {
                let begin = x.as_ratio()? * (Rational::ONE - size);
                Some(p.zoom(begin, begin + size))
            }))
        },
    ),
    entry(
        "permstep",
        "Int -> [a] -> Pattern Double -> Pattern a",
        "a list over n steps, the steps' lengths chosen from even to uneven",
        "d1 $ s (permstep 8 [\"bd\", \"sn\", \"cp\"] \"0 0.5\")",
        permstep,
    ),
    entry(
        "deconstruct",
        "Int -> Pattern String -> String",
        "the words of the first cycle as n steps of text",
        "deconstruct 4 \"bd sn\"",
        deconstruct,
    )
    .at_most(0, MAX_COPIES, "steps"),
    entry(
        "splitQueries",
        "Pattern a -> Pattern a",
        "cuts events at cycle borders where they are asked about",
        "d1 $ splitQueries $ s \"bd sn\"",
        |a| pat(a.pattern(0)?.split_cycles()),
    ),
    entry(
        "swap",
        "Eq a => [(a, b)] -> Pattern a -> Pattern b",
        "values replaced by a list of pairs, others dropped",
        "d1 $ s (swap [(\"a\", \"bd\"), (\"b\", \"sn\")] \"a b a\")",
        |a| {
            let pairs = a.list(0)?;
            pat(a.pattern(1)?.map(move |v| {
                pairs.iter().find_map(|pair| {
                    let pair = as_list(pair)?;
                    (pair.first()? == v).then(|| pair.get(1).cloned())?
                })
            }))
        },
    ),
];
