//! Rhythm: which events there are, and what becomes of their slots.

use super::{Args, Entry, MAX_COPIES, MAX_LIST, entry, pat};
use crate::pattern::{Env, Join, Pattern, Structure, Value};
use crate::time::Rational;
use std::sync::Arc;

fn euclid(a: &Args, inverted: bool) -> Option<Value> {
    let zero = Pattern::pure(0i64);
    pat(a.pattern(2)?.euclid(&a.pattern(0)?, &a.pattern(1)?, &zero, inverted))
}

/// Each event `n` times in its own slot.
fn ply(p: &Pattern, n: Rational) -> Pattern {
    p.join(Join::Squeeze, move |v| Some(Pattern::pure(v.clone()).fast(n)))
}

/// The events of `p` where the truth is the wanted one.
pub(super) fn mask(truth: &Pattern, p: &Pattern, wanted: bool) -> Pattern {
    let open = truth.filter_values(move |v| v.as_bool() == Some(wanted));
    p.apply(Structure::Left, &open, Arc::new(|v, _, _: &Env| Some(v)))
}

/// The events of `truth` that are the wanted one, with the values of `p`.
pub(super) fn structured(truth: &Pattern, p: &Pattern, wanted: bool) -> Pattern {
    let pick = move |t: Value, v: Value, _: &Env| (t.as_bool() == Some(wanted)).then_some(v);
    truth.apply(Structure::Left, p, Arc::new(pick))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "ply",
        "Pattern Rational -> Pattern a -> Pattern a",
        "repeats each event n times in its slot",
        "d1 $ ply 2 $ s \"bd sn\"",
        |a| a.by(|n, p| Some(ply(p, n.as_ratio()?))),
    )
    .at_most(0, MAX_LIST as i64, "copies of an event"),
    entry(
        "euclid",
        "Pattern Int -> Pattern Int -> Pattern a -> Pattern a",
        "a euclidean rhythm: k hits over n steps",
        "d1 $ euclid 3 8 $ s \"bd\"",
        |a| euclid(a, false),
    )
    .at_most(1, MAX_LIST as i64, "steps"),
    entry(
        "euclidInv",
        "Pattern Int -> Pattern Int -> Pattern a -> Pattern a",
        "the rests of a euclidean rhythm",
        "d1 $ euclidInv 3 8 $ s \"bd\"",
        |a| euclid(a, true),
    )
    .at_most(1, MAX_LIST as i64, "steps"),
    entry(
        "euclidOff",
        "Pattern Int -> Pattern Int -> Pattern Int -> Pattern a -> Pattern a",
        "a euclidean rhythm, turned left by some steps",
        "d1 $ euclidOff 3 8 2 $ s \"bd\"",
        |a| pat(a.pattern(3)?.euclid(&a.pattern(0)?, &a.pattern(1)?, &a.pattern(2)?, false)),
    )
    .at_most(1, MAX_LIST as i64, "steps"),
    entry(
        "euclidFull",
        "Pattern Int -> Pattern Int -> Pattern a -> Pattern a -> Pattern a",
        "one pattern on the hits, another on the rests",
        "d1 $ euclidFull 3 8 (s \"bd\") (s \"hh\")",
        |a| {
            let (k, n, zero) = (a.pattern(0)?, a.pattern(1)?, Pattern::pure(0i64));
            pat(Pattern::stack(vec![
                a.pattern(2)?.euclid(&k, &n, &zero, false),
                a.pattern(3)?.euclid(&k, &n, &zero, true),
            ]))
        },
    )
    .at_most(1, MAX_LIST as i64, "steps"),
    entry(
        "struct",
        "Pattern Bool -> Pattern a -> Pattern a",
        "gives the pattern the rhythm of truths",
        "d1 $ struct \"t f t t\" $ s \"bd\"",
        |a| pat(structured(&a.pattern(0)?, &a.pattern(1)?, true)),
    ),
    entry(
        "mask",
        "Pattern Bool -> Pattern a -> Pattern a",
        "lets events through where it is true",
        "d1 $ mask \"t f\" $ s \"hh*8\"",
        |a| pat(mask(&a.pattern(0)?, &a.pattern(1)?, true)),
    ),
    entry(
        "brak",
        "Pattern a -> Pattern a",
        "every other cycle squeezed and off the beat, a breakbeat feel",
        "d1 $ brak $ s \"bd sn\"",
        |a| {
            let p = a.pattern(0)?;
            let off = Pattern::fastcat(vec![p.clone(), Pattern::silence()]).late(Rational::new(1, 4));
            pat(Pattern::when_cycle(|c| c.rem_euclid(2) == 1, off, p))
        },
    ),
    entry(
        "inv",
        "Functor f => f Bool -> f Bool",
        "true becomes false",
        "d1 $ struct (inv \"t f\") $ s \"bd*2\"",
        |a| pat(a.pattern(0)?.map(|v| Some(Value::Bool(!v.as_bool()?)))),
    ),
    entry(
        "euclidBool",
        "Pattern Int -> Pattern Int -> Pattern Bool",
        "a euclidean rhythm as truths",
        "d1 $ struct (euclidBool 3 8) $ s \"bd\"",
        |a| {
            let (k, n, zero) = (a.pattern(0)?, a.pattern(1)?, Pattern::pure(0i64));
            let (yes, no) = (Pattern::pure(true), Pattern::pure(false));
            pat(Pattern::stack(vec![yes.euclid(&k, &n, &zero, false), no.euclid(&k, &n, &zero, true)]))
        },
    ),
    entry(
        "sew",
        "Pattern Bool -> Pattern a -> Pattern a -> Pattern a",
        "one pattern where it is true, another where it is false",
        "d1 $ sew \"t f\" (s \"bd*4\") (s \"hh*8\")",
        |a| {
            let (t, p, q) = (a.pattern(0)?, a.pattern(1)?, a.pattern(2)?);
            pat(Pattern::stack(vec![mask(&t, &p, true), mask(&t, &q, false)]))
        },
    ),
    entry(
        "stutter",
        "Integral i => i -> Time -> Pattern a -> Pattern a",
        "n copies, each later by a time",
        "d1 $ stutter 4 (1/16) $ s \"bd\"",
        |a| {
            let (n, t, p) = (a.int(0)?, a.ratio(1)?, a.pattern(2)?);
            (n <= MAX_COPIES).then(|| {
                Value::Pattern(Pattern::stack((0..n).map(|i| p.late(t * Rational::int(i))).collect()))
            })
        },
    )
    .at_most(0, MAX_COPIES, "copies"),
];
