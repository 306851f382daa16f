//! Functions applied now and then: by the cycle, by a part of the cycle, by chance.

use super::{Args, Entry, MAX_COPIES, entry, pat};
use crate::pattern::{Join, Pattern, Value, random, value::Function};
use crate::time::Rational;

/// `f p` in the cycles that pass a test whose number may be patterned.
fn by_cycle(a: &Args, test: fn(i64, i64) -> bool) -> Option<Value> {
    let p = a.pattern(2)?;
    let q = a.transform(1)?.on(&p, a.env)?;
    pat(p.by_pair(&a.pattern(0)?, &q, move |n, p, q| {
        let n = n.as_i64()?;
        if n <= 0 {
            return Some(p.clone());
        }
        Some(Pattern::when_cycle(move |c| test(c, n), q.clone(), p.clone()))
    }))
}

/// `changed` where events begin between `begin` and `end` of the cycle, `p` elsewhere.
pub(super) fn within(begin: Rational, end: Rational, p: &Pattern, changed: &Pattern) -> Pattern {
    let inside = move |t: Rational| {
        let at = t.cycle_pos();
        at >= begin && at < end
    };
    let begins = |h: &crate::pattern::Hap| h.whole_or_part().begin;
    Pattern::stack(vec![
        changed.with_haps(move |h| inside(begins(h))),
        p.with_haps(move |h| !inside(begins(h))),
    ])
}

/// One pattern in the cycles that pass a test of the language, another in the others.
pub(super) fn when_cycle(test: &Function, yes: &Pattern, no: &Pattern) -> Pattern {
    let (test, no, depth) = (test.clone(), no.clone(), no.depth());
    let pick = yes.each_cycle(
        move |c, yes, env| {
            if super::asks(&test, &Value::Int(c), env) { yes.clone() } else { no.clone() }
        },
    );
    pick.at_depth(depth)
}

/// Some events as they are, the others through a function.
fn sometimes_by(a: &Args, amount: &Pattern, f: usize) -> Option<Value> {
    let (p, f) = (a.pattern(f + 1)?, a.transform(f)?);
    let kept = super::random::degrade_by(&p, amount, false);
    let others = f.on(&super::random::degrade_by(&p, amount, true), a.env)?;
    pat(Pattern::stack(vec![kept, others]))
}

/// As Tidal's primed forms: the chance is drawn before the function is applied to the whole pattern.
fn sometimes_late(a: &Args, amount: &Pattern, f: usize) -> Option<Value> {
    let (p, f) = (a.pattern(f + 1)?, a.transform(f)?);
    let kept = super::random::degrade_by(&p, amount, false);
    let others = super::random::degrade_by(&f.on(&p, a.env)?, amount, true);
    pat(Pattern::stack(vec![kept, others]))
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table answers so")]
fn chunk(n: i64, p: &Pattern, q: &Pattern) -> Option<Pattern> {
    if n <= 0 || n > MAX_COPIES {
        return Some(Pattern::silence());
    }
    Some(Pattern::cat((0..n).map(|i| within(Rational::new(i, n), Rational::new(i + 1, n), p, q)).collect()))
}

/// In cycle c the part n - 1 - (c mod n), of the pattern's own cycle c.
#[expect(clippy::unnecessary_wraps, reason = "every function of the table answers so")]
fn chunk_back(n: i64, p: &Pattern, q: &Pattern) -> Option<Pattern> {
    if n <= 0 || n > MAX_COPIES {
        return Some(Pattern::silence());
    }
    let q = q.clone();
    Some(p.each_cycle(move |c, p, _| {
        let i = n - 1 - c.rem_euclid(n);
        within(Rational::new(i, n), Rational::new(i + 1, n), p, &q)
    }))
}

fn sometimes(a: &Args, amount: f64) -> Option<Value> {
    sometimes_by(a, &Pattern::pure(amount), 0)
}

fn some_cycles(a: &Args, amount: &Pattern, f: usize) -> Option<Value> {
    let p = a.pattern(f + 1)?;
    let q = a.transform(f)?.on(&p, a.env)?;
    pat(p.by_pair(amount, &q, move |x, p, q| {
        let x = x.as_f64()?;
        Some(Pattern::when_cycle(move |c| random::unit(random::seed(c as f64)) < x, q.clone(), p.clone()))
    }))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "every",
        "Pattern Int -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function every n cycles",
        "d1 $ every 3 rev $ s \"bd sn cp\"",
        |a| by_cycle(a, |c, n| c.rem_euclid(n) == 0),
    ),
    entry(
        "every'",
        "Pattern Int -> Pattern Int -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function every n cycles, starting with cycle o",
        "d1 $ every' 3 1 rev $ s \"bd sn cp\"",
        |a| {
            let p = a.pattern(3)?;
            let q = a.transform(2)?.on(&p, a.env)?;
            let offsets = a.pattern(1)?;
            // Tidal binds the two numbers where their events meet: wholes are cut to cycles.
            pat(p.by_join(Join::Both, &a.pattern(0)?, move |n, p, _| {
                let (n, q) = (n.as_i64()?, q.clone());
                Some(p.by_join(Join::Both, &offsets, move |o, p, _| {
                    let o = o.as_i64()?;
                    let here =
                        move |c| n != 0 && Rational::int(c).modulo(Rational::int(n)) == Rational::int(o);
                    Some(Pattern::when_cycle(here, q.clone(), p.clone()))
                }))
            }))
        },
    ),
    entry(
        "whenmod",
        "Pattern Time -> Pattern Time -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function when the cycle modulo a is at least b",
        "d1 $ whenmod 4 2 (fast 2) $ s \"bd sn\"",
        |a| {
            let p = a.pattern(3)?;
            let q = a.transform(2)?.on(&p, a.env)?;
            let least = a.pattern(1)?;
            pat(p.by_pair(&a.pattern(0)?, &q, move |n, p, q| {
                let n = n.as_ratio()?;
                Some(p.by_pair(&least, q, move |b, p, q| {
                    let b = b.as_ratio()?;
                    if n == Rational::ZERO {
                        return Some(p.clone());
                    }
                    Some(Pattern::when_cycle(move |c| Rational::int(c).modulo(n) >= b, q.clone(), p.clone()))
                }))
            }))
        },
    ),
    entry(
        "within",
        "(Time, Time) -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to a part of each cycle",
        "d1 $ within (0, 0.5) (fast 2) $ s \"bd sn cp hh\"",
        |a| {
            let span = a.list(0)?;
            let p = a.pattern(2)?;
            let q = a.transform(1)?.on(&p, a.env)?;
            pat(within(span.first()?.as_ratio()?, span.get(1)?.as_ratio()?, &p, &q))
        },
    ),
    entry(
        "chunk",
        "Pattern Int -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to one n-th of the cycle after the other",
        "d1 $ chunk 4 (# speed 2) $ s \"bd sn cp hh\"",
        |a| {
            let p = a.pattern(2)?;
            let q = a.transform(1)?.on(&p, a.env)?;
            pat(p.by_pair(&a.pattern(0)?, &q, |n, p, q| chunk(n.as_i64()?, p, q)))
        },
    )
    .at_most(0, MAX_COPIES, "parts"),
    entry(
        "sometimesBy",
        "Pattern Double -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to events by chance",
        "d1 $ sometimesBy 0.3 (# speed 2) $ s \"bd*8\"",
        |a| sometimes_by(a, &a.pattern(0)?, 1),
    ),
    entry(
        "sometimes",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to about half the events",
        "d1 $ sometimes (# speed 2) $ s \"bd*8\"",
        |a| sometimes(a, 0.5),
    ),
    entry(
        "often",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to about 75 % of the events",
        "d1 $ often (# speed 2) $ s \"bd*8\"",
        |a| sometimes(a, 0.75),
    ),
    entry(
        "rarely",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to about 25 % of the events",
        "d1 $ rarely (# speed 2) $ s \"bd*8\"",
        |a| sometimes(a, 0.25),
    ),
    entry(
        "almostNever",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to about 10 % of the events",
        "d1 $ almostNever (# speed 2) $ s \"bd*8\"",
        |a| sometimes(a, 0.1),
    ),
    entry(
        "almostAlways",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to about 90 % of the events",
        "d1 $ almostAlways (# speed 2) $ s \"bd*8\"",
        |a| sometimes(a, 0.9),
    ),
    entry(
        "never",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "never applies the function",
        "d1 $ never (# speed 2) $ s \"bd*8\"",
        |a| pat(a.pattern(1)?),
    ),
    entry(
        "always",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "always applies the function",
        "d1 $ always (# speed 2) $ s \"bd*8\"",
        |a| pat(a.transform(0)?.on(&a.pattern(1)?, a.env)?),
    ),
    entry(
        "someCyclesBy",
        "Pattern Double -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to whole cycles by chance",
        "d1 $ someCyclesBy 0.3 rev $ s \"bd sn\"",
        |a| some_cycles(a, &a.pattern(0)?, 1),
    ),
    entry(
        "somecyclesBy",
        "Pattern Double -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to whole cycles by chance",
        "d1 $ somecyclesBy 0.3 rev $ s \"bd sn\"",
        |a| some_cycles(a, &a.pattern(0)?, 1),
    ),
    entry(
        "someCycles",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to about half the cycles",
        "d1 $ someCycles rev $ s \"bd sn\"",
        |a| some_cycles(a, &Pattern::pure(0.5), 0),
    ),
    entry(
        "somecycles",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to about half the cycles",
        "d1 $ somecycles rev $ s \"bd sn\"",
        |a| some_cycles(a, &Pattern::pure(0.5), 0),
    ),
    entry(
        "foldEvery",
        "[Int] -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function every n cycles, for each n of a list",
        "d1 $ foldEvery [3, 4] (fast 2) $ s \"bd sn\"",
        |a| {
            let f = a.transform(1)?;
            let mut p = a.pattern(2)?;
            for n in a.list(0)?.iter().rev() {
                let n = n.as_i64()?;
                if n != 0 {
                    p = Pattern::when_cycle(move |c| c.checked_rem_euclid(n) == Some(0), f.on(&p, a.env)?, p);
                }
            }
            pat(p)
        },
    ),
    entry(
        "sometimesBy'",
        "Pattern Double -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "some events as they are, and by chance some of the changed ones",
        "d1 $ sometimesBy' 0.3 (# speed 2) $ s \"bd*8\"",
        |a| sometimes_late(a, &a.pattern(0)?, 1),
    ),
    entry(
        "sometimes'",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "sometimesBy' with about half the events",
        "d1 $ sometimes' (# speed 2) $ s \"bd*8\"",
        |a| sometimes_late(a, &Pattern::pure(0.5), 0),
    ),
    entry(
        "often'",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "sometimesBy' with about 75 % of the events",
        "d1 $ often' (# speed 2) $ s \"bd*8\"",
        |a| sometimes_late(a, &Pattern::pure(0.75), 0),
    ),
    entry(
        "rarely'",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "sometimesBy' with about 25 % of the events",
        "d1 $ rarely' (# speed 2) $ s \"bd*8\"",
        |a| sometimes_late(a, &Pattern::pure(0.25), 0),
    ),
    entry(
        "almostNever'",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "sometimesBy' with about 10 % of the events",
        "d1 $ almostNever' (# speed 2) $ s \"bd*8\"",
        |a| sometimes_late(a, &Pattern::pure(0.1), 0),
    ),
    entry(
        "almostAlways'",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "sometimesBy' with about 90 % of the events",
        "d1 $ almostAlways' (# speed 2) $ s \"bd*8\"",
        |a| sometimes_late(a, &Pattern::pure(0.9), 0),
    ),
    entry(
        "chunk'",
        "Pattern Int -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to one n-th of the cycle after the other, from the last to the first",
        "d1 $ chunk' 4 (# speed 2) $ s \"bd sn cp hh\"",
        |a| {
            let p = a.pattern(2)?;
            let q = a.transform(1)?.on(&p, a.env)?;
            pat(p.by_pair(&a.pattern(0)?, &q, |n, p, q| chunk_back(n.as_i64()?, p, q)))
        },
    )
    .at_most(0, MAX_COPIES, "parts"),
    entry(
        "runWith",
        "Int -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "the old name of chunk",
        "d1 $ runWith 4 (# speed 2) $ s \"bd sn cp hh\"",
        |a| {
            let p = a.pattern(2)?;
            pat(chunk(a.int(0)?, &p, &a.transform(1)?.on(&p, a.env)?)?)
        },
    )
    .was("chunk"),
];
