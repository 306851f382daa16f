//! Faster, slower, earlier, later, backwards, and parts of cycles.

use super::arithmetic::{Op, between};
use super::{Args, Entry, MAX_COPIES, MAX_LIST, entry, pat};
use crate::pattern::{Pattern, Structure, Value};
use crate::time::Rational;

fn fast(a: &Args) -> Option<Value> {
    pat(a.pattern(1)?.fast_by(&a.pattern(0)?))
}

fn slow(a: &Args) -> Option<Value> {
    pat(a.pattern(1)?.slow_by(&a.pattern(0)?))
}

/// `iter`: each cycle starts one n-th further on.
fn iter(a: &Args, direction: i64) -> Option<Value> {
    pat(a.pattern(1)?.by(&a.pattern(0)?, move |n, p, _| {
        let n = n.as_i64()?;
        if n <= 0 || n > MAX_COPIES {
            return Some(if n == 0 { Pattern::silence() } else { p.clone() });
        }
        Some(Pattern::cat((0..n).map(|i| p.early(Rational::new(direction * i, n))).collect()))
    }))
}

/// A pair of times.
fn span(a: &Args, i: usize) -> Option<(Rational, Rational)> {
    let pair = a.list(i)?;
    Some((pair.first()?.as_ratio()?, pair.get(1)?.as_ratio()?))
}

fn inside(a: &Args, outwards: bool) -> Option<Value> {
    let f = a.transform(1)?;
    pat(a.pattern(2)?.by(&a.pattern(0)?, move |n, p, env| {
        let n = n.as_ratio()?;
        let n = if outwards { Rational::ONE / n } else { n };
        if !n.is_defined() {
            return Some(Pattern::silence());
        }
        Some(f.on(&p.slow(n), env)?.fast(n))
    }))
}

/// Each cycle squeezed into its first n-th.
pub(super) fn fast_gap(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_ratio()?;
    Some(if n <= Rational::ZERO {
        Pattern::silence()
    } else {
        p.compress(Rational::ZERO, Rational::ONE / n.max(Rational::ONE))
    })
}

/// The second half of each n-th of a cycle later, by a part of the n-th.
pub(super) fn swing(by: &Pattern, n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_ratio()?;
    if n == Rational::ZERO {
        return Some(Pattern::silence());
    }
    let slow = p.slow(n);
    let late = slow.shift_by(by, true);
    Some(super::conditional::within(Rational::new(1, 2), Rational::ONE, &slow, &late).fast(n))
}

/// The first `t` of each cycle; beyond the whole of it there is nothing to play.
fn trunc(t: &Value, p: &Pattern) -> Option<Pattern> {
    let t = t.as_ratio()?;
    Some(p.zoom(Rational::ZERO, t).compress(Rational::ZERO, t))
}

/// The first `t` of each cycle (the last, played backwards, where it is negative), over and over.
fn linger(t: &Value, p: &Pattern) -> Option<Pattern> {
    let t = t.as_ratio()?;
    if t == Rational::ZERO {
        return Some(Pattern::silence());
    }
    let (begin, end) =
        if t < Rational::ZERO { (Rational::ONE + t, Rational::ONE) } else { (Rational::ZERO, t) };
    Some(p.zoom(begin, end).fast(Rational::ONE / t))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "fast",
        "Pattern Time -> Pattern a -> Pattern a",
        "plays the pattern faster",
        "d1 $ fast 2 $ s \"bd sn\"",
        fast,
    ),
    entry(
        "density",
        "Pattern Time -> Pattern a -> Pattern a",
        "the old name of fast",
        "d1 $ density 2 $ s \"bd sn\"",
        fast,
    )
    .was("fast"),
    entry(
        "slow",
        "Pattern Time -> Pattern a -> Pattern a",
        "plays the pattern slower",
        "d1 $ slow 2 $ s \"bd sn\"",
        slow,
    ),
    entry(
        "sparsity",
        "Pattern Time -> Pattern a -> Pattern a",
        "the old name of slow",
        "d1 $ sparsity 2 $ s \"bd sn\"",
        slow,
    )
    .was("slow"),
    entry(
        "<~",
        "Pattern Time -> Pattern a -> Pattern a",
        "earlier by so many cycles",
        "d1 $ 0.25 <~ s \"bd sn\"",
        |a| pat(a.pattern(1)?.shift_by(&a.pattern(0)?, false)),
    ),
    entry(
        "~>",
        "Pattern Time -> Pattern a -> Pattern a",
        "later by so many cycles",
        "d1 $ 0.25 ~> s \"bd sn\"",
        |a| pat(a.pattern(1)?.shift_by(&a.pattern(0)?, true)),
    ),
    entry(
        "rotL",
        "Time -> Pattern a -> Pattern a",
        "earlier by so many cycles",
        "d1 $ rotL 0.25 $ s \"bd sn\"",
        |a| pat(a.pattern(1)?.early(a.ratio(0)?)),
    ),
    entry(
        "rotR",
        "Time -> Pattern a -> Pattern a",
        "later by so many cycles",
        "d1 $ rotR 0.25 $ s \"bd sn\"",
        |a| pat(a.pattern(1)?.late(a.ratio(0)?)),
    ),
    entry("rev", "Pattern a -> Pattern a", "plays each cycle backwards", "d1 $ rev $ s \"bd sn cp\"", |a| {
        pat(a.pattern(0)?.rev())
    }),
    entry(
        "palindrome",
        "Pattern a -> Pattern a",
        "forwards, then backwards, cycle by cycle",
        "d1 $ palindrome $ s \"bd sn cp\"",
        |a| {
            let p = a.pattern(0)?;
            pat(Pattern::cat(vec![p.clone(), p.rev()]))
        },
    ),
    entry(
        "iter",
        "Pattern Int -> Pattern a -> Pattern a",
        "starts one n-th of a cycle further on each cycle",
        "d1 $ iter 4 $ s \"bd sn cp hh\"",
        |a| iter(a, 1),
    )
    .at_most(0, MAX_COPIES, "turns"),
    entry(
        "iter'",
        "Pattern Int -> Pattern a -> Pattern a",
        "starts one n-th of a cycle further back each cycle",
        "d1 $ iter' 4 $ s \"bd sn cp hh\"",
        |a| iter(a, -1),
    )
    .at_most(0, MAX_COPIES, "turns"),
    entry(
        "inside",
        "Pattern Time -> (Pattern a -> Pattern b) -> Pattern a -> Pattern b",
        "applies a function as if the pattern were n times slower",
        "d1 $ inside 2 rev $ s \"bd sn cp hh\"",
        |a| inside(a, false),
    ),
    entry(
        "outside",
        "Pattern Time -> (Pattern a -> Pattern b) -> Pattern a -> Pattern b",
        "applies a function as if the pattern were n times faster",
        "d1 $ outside 2 rev $ s \"bd sn\"",
        |a| inside(a, true),
    ),
    entry(
        "zoom",
        "(Time, Time) -> Pattern a -> Pattern a",
        "stretches a part of each cycle to the whole of it",
        "d1 $ zoom (0.25, 0.75) $ s \"bd sn cp hh\"",
        |a| {
            let (b, e) = span(a, 0)?;
            pat(a.pattern(1)?.zoom(b, e))
        },
    ),
    entry(
        "zoomArc",
        "(Time, Time) -> Pattern a -> Pattern a",
        "stretches a part of each cycle to the whole of it",
        "d1 $ zoomArc (0.25, 0.75) $ s \"bd sn cp hh\"",
        |a| {
            let (b, e) = span(a, 0)?;
            pat(a.pattern(1)?.zoom(b, e))
        },
    ),
    entry(
        "compress",
        "(Time, Time) -> Pattern a -> Pattern a",
        "squeezes each cycle into a part of it",
        "d1 $ compress (0.25, 0.75) $ s \"bd sn\"",
        |a| {
            let (b, e) = span(a, 0)?;
            pat(a.pattern(1)?.compress(b, e))
        },
    ),
    entry(
        "fastGap",
        "Pattern Time -> Pattern a -> Pattern a",
        "squeezes each cycle into its first n-th",
        "d1 $ fastGap 2 $ s \"bd sn\"",
        |a| a.by(fast_gap),
    ),
    entry(
        "trunc",
        "Pattern Time -> Pattern a -> Pattern a",
        "cuts each cycle off after a part of it",
        "d1 $ trunc 0.75 $ s \"bd sn cp hh\"",
        |a| a.by(trunc),
    ),
    entry(
        "linger",
        "Pattern Time -> Pattern a -> Pattern a",
        "repeats the first part of each cycle",
        "d1 $ linger 0.25 $ s \"bd sn cp hh\"",
        |a| a.by(linger),
    ),
    entry(
        "swingBy",
        "Pattern Time -> Pattern Time -> Pattern a -> Pattern a",
        "delays the second half of each n-th of a cycle",
        "d1 $ swingBy (1/3) 4 $ s \"hh*8\"",
        |a| {
            let by = a.pattern(0)?;
            pat(a.pattern(2)?.by(&a.pattern(1)?, move |n, p, _| swing(&by, n, p)))
        },
    ),
    entry(
        "segment",
        "Pattern Time -> Pattern a -> Pattern a",
        "samples the pattern n times a cycle",
        "d1 $ s \"hh*8\" # pan (segment 8 saw)",
        segment,
    )
    .at_most(0, MAX_LIST as i64, "events a cycle"),
    entry(
        "discretise",
        "Pattern Time -> Pattern a -> Pattern a",
        "the old name of segment",
        "d1 $ s \"hh*8\" # pan (discretise 8 saw)",
        segment,
    )
    .was("segment"),
];

/// The pattern sampled `n` times a cycle.
pub(super) fn segmented(n: Rational, p: &Pattern) -> Pattern {
    let steps = Pattern::pure(true).fast(n);
    between(Op::KeepRight, Structure::Left, &steps, p)
}

fn segment(a: &Args) -> Option<Value> {
    a.by(|n, p| Some(segmented(n.as_ratio()?, p)))
}
