//! Patterns one after the other, in slots, and chosen from lists.

use super::conditional::{when_cycle, within};
use super::structure::{mask, structured};
use super::{Args, Entry, MAX_COPIES, MAX_LIST, as_list, as_pattern, as_text, asks, entry, pat};
use crate::pattern::build::portions;
use crate::pattern::{Join, Pattern, Value};
use crate::time::{Rational, TimeSpan};

/// The part of a pattern that begins between two cycles (Tidal's `playFor`).
pub(super) fn play_for(from: Rational, to: Rational, p: &Pattern) -> Pattern {
    p.with_haps(move |h| {
        let Some(part) = h.part.intersection(TimeSpan::new(from, to)) else { return false };
        h.part = part;
        h.whole_or_part().begin >= from
    })
}

/// What a list of `(from, to, pattern)` says.
fn sections(a: &Args) -> Option<Vec<(Rational, Rational, Pattern)>> {
    let one = |v: &Value| {
        let l = as_list(v)?;
        Some((l.first()?.as_ratio()?, l.get(1)?.as_ratio()?, as_pattern(l.get(2)?)?))
    };
    a.list(0)?.iter().map(one).collect()
}

fn seq_p(sections: &[(Rational, Rational, Pattern)]) -> Pattern {
    Pattern::stack(sections.iter().map(|(s, e, p)| play_for(*s, *e, &p.late(s.cycle()))).collect())
}

/// Every cycle plays cycle 0 (Tidal's `loopFirst`).
fn loop_first(p: &Pattern) -> Pattern {
    p.each_cycle(|cycle, p, _| p.late(Rational::int(cycle)))
}

/// A function on a pattern that is `n` times faster, then slowed down again.
fn outside(n: Rational, p: &Pattern, f: fn(&Pattern) -> Pattern) -> Pattern {
    let back = Rational::ONE / n;
    if !back.is_defined() {
        return Pattern::silence();
    }
    f(&p.fast(n)).fast(back)
}

/// The `i`-th of a list, wrapped around.
pub(super) fn nth<T>(list: &[T], i: i64) -> Option<&T> {
    let n = i64::try_from(list.len()).ok()?;
    list.get(usize::try_from(i.checked_rem_euclid(n)?).ok()?)
}

fn repeat_cycles(n: &Value, p: &Pattern) -> Option<Pattern> {
    let n = n.as_i64()?;
    if n <= 0 {
        return Some(Pattern::silence());
    }
    // In cycle c the pattern's cycle c div n.
    Some(p.each_cycle(move |c, p, _| p.late(Rational::int(c - c.div_euclid(n)))))
}

fn wedge(t: &Value, p: &Pattern, q: &Pattern) -> Option<Pattern> {
    let t = t.as_ratio()?;
    Some(if t <= Rational::ZERO {
        q.clone()
    } else if t >= Rational::ONE {
        p.clone()
    } else {
        Pattern::stack(vec![p.compress(Rational::ZERO, t), q.compress(t, Rational::ONE)])
    })
}

/// The pattern, and what a function makes of the outcome before, `n` of them in turn.
fn wandering(
    a: &Args,
    n: i64,
    f: usize,
    mut next: impl FnMut(Pattern, Pattern) -> Option<Pattern>,
) -> Option<Value> {
    let (f, start) = (a.transform(f)?, a.pattern(f + 1)?);
    if n > MAX_COPIES {
        return None;
    }
    let (mut out, mut changed, mut state) = (Vec::new(), start.clone(), start);
    for i in 0..n.max(0) {
        out.push(state.clone());
        if i + 1 < n {
            changed = f.on(&changed, a.env)?;
            state = next(state, changed.clone())?;
        }
    }
    pat(Pattern::cat(out))
}

/// Durations laid out one after the other, then slowed down to what they are.
fn space_out(a: &Args) -> Option<Value> {
    let (times, p) = (a.list(0)?, a.pattern(1)?);
    let times: Vec<Rational> = times.iter().map(Value::as_ratio).collect::<Option<_>>()?;
    let (total, places) = portions(times.iter().copied());
    if total <= Rational::ZERO {
        return pat(Pattern::silence());
    }
    let placed = places.into_iter().map(|place| p.compress(place.begin, place.end));
    pat(Pattern::stack(placed.collect()).slow(total))
}

/// Patterns of a list, as a pattern of values says.
pub(super) fn chosen(
    by: &Pattern,
    join: Join,
    list: Vec<Pattern>,
    which: for<'l> fn(&'l [Pattern], &Value) -> Option<&'l Pattern>,
) -> Pattern {
    let depth = list.iter().map(Pattern::depth).max().unwrap_or(0);
    by.join_deep(
        join,
        depth,
        std::sync::Arc::new(move |v: &Value, _: &crate::pattern::Env| which(&list, v).cloned()),
    )
}

/// The depth of the deepest pattern in a list of pairs.
fn deepest(pairs: &[Value]) -> u32 {
    let second = |pair: &Value| Some(as_pattern(as_list(pair)?.get(1)?)?.depth());
    pairs.iter().filter_map(second).max().unwrap_or(0)
}

/// The pattern of a name in a list of pairs.
pub(super) fn lookup(pairs: &[Value], name: &str) -> Option<Value> {
    pairs.iter().find_map(|pair| {
        let pair = as_list(pair)?;
        (*as_text(pair.first()?)? == *name).then(|| pair.get(1).cloned())?
    })
}

/// Tidal's `ur`: named patterns over a long cycle, with named functions after a colon.
fn ur(a: &Args) -> Option<Value> {
    let (t, outline) = (a.ratio(0)?, a.pattern(1)?);
    let (patterns, functions) = (a.list(2)?, a.list(3)?);
    let depth = deepest(&patterns);
    // Each event with its whole, as a pattern of what plays in it.
    let slots = outline.discrete().with_haps(move |hap| {
        let Some(whole) = hap.whole else { return false };
        let Some(word) = as_text(&hap.value) else { return false };
        hap.value =
            Value::List([Value::Text(word), Value::Ratio(whole.begin), Value::Ratio(whole.end)].into());
        true
    });
    let make: crate::pattern::MakePattern = std::sync::Arc::new(move |v, env| {
        let slot = as_list(v)?;
        let (word, from, to) = (as_text(slot.first()?)?, slot.get(1)?.as_ratio()?, slot.get(2)?.as_ratio()?);
        let mut pieces = word.split(':').filter(|w| !w.is_empty());
        let named = pieces.next().and_then(|name| lookup(&patterns, name));
        let p = named.as_ref().and_then(as_pattern).unwrap_or_else(Pattern::silence).fast(t);
        let Some(function) = pieces.next() else { return Some(p) };
        let Some(Value::Function(f)) = lookup(&functions, function) else { return Some(p.late(from)) };
        let length = to - from;
        let changed = super::Transform(f).on(&p.fast(length), env)?;
        Some(changed.slow(length).late(from))
    });
    pat(slots.join_deep(Join::Both, depth, make).slow(t))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "slowappend",
        "Pattern a -> Pattern a -> Pattern a",
        "two patterns in turn, a cycle each",
        "d1 $ slowappend (s \"bd\") (s \"sn\")",
        |a| pat(Pattern::cat(vec![a.pattern(0)?, a.pattern(1)?])),
    ),
    entry(
        "fastappend",
        "Pattern a -> Pattern a -> Pattern a",
        "two patterns in turn, both in one cycle",
        "d1 $ fastappend (s \"bd\") (s \"sn\")",
        |a| pat(Pattern::fastcat(vec![a.pattern(0)?, a.pattern(1)?])),
    ),
    entry(
        "slowCat",
        "[Pattern a] -> Pattern a",
        "plays patterns in turn, a cycle each",
        "d1 $ slowCat [s \"bd*2\", s \"sn\"]",
        |a| pat(Pattern::cat(a.patterns(0)?)),
    ),
    entry(
        "fastCat",
        "[Pattern a] -> Pattern a",
        "plays patterns in turn, all in one cycle",
        "d1 $ fastCat [s \"bd*2\", s \"sn\"]",
        |a| pat(Pattern::fastcat(a.patterns(0)?)),
    ),
    entry(
        "fromMaybes",
        "[Maybe a] -> Pattern a",
        "the values of a list as steps of a cycle, Nothing is a rest",
        "d1 $ n (fromMaybes [Just 0, Nothing, Just 7]) # s \"pluck\"",
        |a| {
            let step = |v: &Value| {
                Some(as_list(v)?.first().map_or_else(Pattern::silence, |x| Pattern::pure(x.clone())))
            };
            pat(Pattern::fastcat(a.list(0)?.iter().map(step).collect::<Option<_>>()?))
        },
    ),
    entry(
        "flatpat",
        "Pattern [a] -> Pattern a",
        "each part of the lists in a pattern as an event of its own",
        "d1 $ n (flatpat $ fmap (\\x -> [x, x + 7]) \"0 3\") # s \"pluck\"",
        |a| {
            pat(a.pattern(0)?.with_list(|haps, _| {
                let parts = |h: crate::pattern::Hap| {
                    let list = as_list(&h.value).unwrap_or_default();
                    list.iter()
                        .map(|v| crate::pattern::Hap { value: v.clone(), ..h.clone() })
                        .collect::<Vec<_>>()
                };
                haps.into_iter().flat_map(parts).take(MAX_LIST).collect()
            }))
        },
    ),
    entry(
        "wedge",
        "Pattern Time -> Pattern a -> Pattern a -> Pattern a",
        "one pattern in the first part of each cycle, another in the rest",
        "d1 $ wedge 0.25 (s \"bd*2\") (s \"hh*3\")",
        |a| {
            let q = a.pattern(2)?;
            pat(a.pattern(1)?.by(&a.pattern(0)?, move |t, p, _| wedge(t, p, &q)))
        },
    ),
    entry(
        "squeeze",
        "Pattern Int -> [Pattern a] -> Pattern a",
        "patterns of a list by number, squeezed into the numbers' events",
        "d1 $ squeeze \"0 1\" [s \"bd*2\", s \"sn\"]",
        |a| {
            let list = a.patterns(1)?;
            pat(chosen(&a.pattern(0)?, Join::Squeeze, list, |list, i| nth(list, i.as_i64()?)))
        },
    ),
    entry(
        "outerJoin",
        "Pattern (Pattern a) -> Pattern a",
        "a pattern of patterns, the outer events with the inner values at their start",
        "d1 $ outerJoin $ fmap (\\n -> s \"bd sn\") \"1 2\"",
        |a| pat(a.pattern(0)?.flatten(Join::Outer)),
    ),
    entry(
        "inhabit",
        "[(String, Pattern a)] -> Pattern String -> Pattern a",
        "patterns of a list by name, squeezed into the names' events",
        "d1 $ inhabit [(\"a\", s \"bd*2\"), (\"b\", s \"sn\")] \"a b\"",
        |a| {
            let list = a.list(0)?;
            let depth = deepest(&list);
            let make =
                move |name: &Value, _: &crate::pattern::Env| as_pattern(&lookup(&list, name.as_text()?)?);
            pat(a.pattern(1)?.join_deep(Join::Squeeze, depth, std::sync::Arc::new(make)))
        },
    ),
    entry(
        "repeatCycles",
        "Pattern Int -> Pattern a -> Pattern a",
        "plays each cycle n times",
        "d1 $ repeatCycles 2 $ s \"<bd sn>\"",
        |a| a.by(repeat_cycles),
    ),
    entry(
        "fastRepeatCycles",
        "Int -> Pattern a -> Pattern a",
        "plays each cycle n times",
        "d1 $ fastRepeatCycles 2 $ s \"<bd sn>\"",
        |a| pat(repeat_cycles(a.value(0)?, &a.pattern(1)?)?),
    ),
    entry(
        "loopFirst",
        "Pattern a -> Pattern a",
        "plays the first cycle over and over",
        "d1 $ loopFirst $ s \"<bd sn>\"",
        |a| pat(loop_first(&a.pattern(0)?)),
    ),
    entry(
        "timeLoop",
        "Pattern Time -> Pattern a -> Pattern a",
        "plays the first n cycles over and over",
        "d1 $ timeLoop 2 $ s \"<bd sn cp>\"",
        |a| a.by(|n, p| Some(outside(n.as_ratio()?, p, loop_first))),
    ),
    entry(
        "playFor",
        "Time -> Time -> Pattern a -> Pattern a",
        "plays from one cycle up to another, and is silent else",
        "d1 $ playFor 0 4 $ s \"bd*4\"",
        |a| pat(play_for(a.ratio(0)?, a.ratio(1)?, &a.pattern(2)?)),
    ),
    entry(
        "seqP",
        "[(Time, Time, Pattern a)] -> Pattern a",
        "patterns from one cycle to another",
        "d1 $ seqP [(0, 4, s \"bd*4\"), (2, 4, s \"hh*8\")]",
        |a| pat(seq_p(&sections(a)?)),
    ),
    entry(
        "seqPLoop",
        "[(Time, Time, Pattern a)] -> Pattern a",
        "patterns from one cycle to another, from the start again at the end",
        "d1 $ seqPLoop [(0, 4, s \"bd*4\"), (2, 4, s \"hh*8\")]",
        |a| {
            let sections = sections(a)?;
            let first = sections.iter().map(|s| s.0).reduce(Rational::min)?;
            let last = sections.iter().map(|s| s.1).reduce(Rational::max)?;
            pat(outside(last - first, &seq_p(&sections).early(first), loop_first))
        },
    ),
    entry(
        "ur",
        "Time -> Pattern String -> [(String, Pattern a)] -> [(String, Pattern a -> Pattern a)] -> Pattern a",
        "named patterns over many cycles, with named functions after a colon",
        "d1 $ ur 4 \"a b:quick\" [(\"a\", s \"bd*2\"), (\"b\", s \"hh*4\")] [(\"quick\", fast 2)]",
        ur,
    ),
    entry(
        "spaceOut",
        "[Time] -> Pattern a -> Pattern a",
        "repeats the pattern with durations from a list, in cycles",
        "d1 $ spaceOut [1, 0.5, 2] $ s \"bd*4\"",
        space_out,
    ),
    entry(
        "snowball",
        "Int -> (Pattern a -> Pattern a -> Pattern a) -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "a function again and again, each outcome combined with those before, a cycle each",
        "d1 $ snowball 3 overlay (hurry 1.5) $ s \"bd sn\"",
        |a| {
            let combine = a.function(1)?;
            wandering(a, a.int(0)?, 2, |state, changed| {
                as_pattern(&super::call2(&combine, &Value::Pattern(state), &Value::Pattern(changed), a.env)?)
            })
        },
    )
    .at_most(0, MAX_COPIES, "rounds"),
    entry(
        "soak",
        "Int -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "a function once more in every cycle, up to n cycles",
        "d1 $ soak 3 (# speed 2) $ s \"bd sn\"",
        |a| {
            let f = a.transform(1)?;
            wandering(a, a.int(0)?, 1, |state, _| f.on(&state, a.env))
        },
    )
    .at_most(0, MAX_COPIES, "rounds"),
    entry(
        "while",
        "Pattern Bool -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function where it is true",
        "d1 $ while \"t f\" (fast 2) $ s \"bd sn\"",
        |a| {
            let (t, p) = (a.pattern(0)?, a.pattern(2)?);
            let changed = a.transform(1)?.on(&p, a.env)?;
            pat(Pattern::stack(vec![mask(&t, &changed, true), mask(&t, &p, false)]))
        },
    ),
    entry(
        "stitch",
        "Pattern Bool -> Pattern a -> Pattern a -> Pattern a",
        "events from the truths, values of one pattern where true, of another where false",
        "d1 $ stitch \"t f t t\" (s \"bd\") (s \"sn\")",
        |a| {
            let t = a.pattern(0)?;
            pat(Pattern::stack(vec![
                structured(&t, &a.pattern(1)?, true),
                structured(&t, &a.pattern(2)?, false),
            ]))
        },
    ),
    entry(
        "when",
        "(Int -> Bool) -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function in cycles that pass a test",
        "d1 $ when ((== 0) . (flip mod 2)) (fast 2) $ s \"bd sn\"",
        |a| {
            let p = a.pattern(2)?;
            pat(when_cycle(&a.function(0)?, &a.transform(1)?.on(&p, a.env)?, &p))
        },
    ),
    entry(
        "whenT",
        "(Time -> Bool) -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function where the time passes a test",
        "d1 $ whenT (< 4) (fast 2) $ s \"bd sn\"",
        |a| {
            let (test, p) = (a.function(0)?, a.pattern(2)?);
            let q = a.transform(1)?.on(&p, a.env)?;
            let depth = p.depth().max(q.depth());
            pat(Pattern::from_query(depth, move |span, env| {
                let mut out = Vec::new();
                for piece in span.cycles() {
                    let which = if asks(&test, &Value::Ratio(piece.begin), env) { &q } else { &p };
                    which.query(piece, env, &mut out)?;
                }
                Ok(out)
            }))
        },
    ),
    entry(
        "ifp",
        "(Int -> Bool) -> (Pattern a -> Pattern a) -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "one function in cycles that pass a test, another in the others",
        "d1 $ ifp ((== 0) . (flip mod 2)) (fast 2) rev $ s \"bd sn\"",
        |a| {
            let p = a.pattern(3)?;
            let (yes, no) = (a.transform(1)?.on(&p, a.env)?, a.transform(2)?.on(&p, a.env)?);
            pat(when_cycle(&a.function(0)?, &yes, &no))
        },
    ),
    entry(
        "within'",
        "(Time, Time) -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to a part of each cycle, cut out first",
        "d1 $ within' (0, 0.5) (fast 2) $ s \"bd sn cp hh\"",
        |a| {
            let span = a.list(0)?;
            let (b, e, p) = (span.first()?.as_ratio()?, span.get(1)?.as_ratio()?, a.pattern(2)?);
            let changed = a.transform(1)?.on(&p.zoom(b, e), a.env)?.compress(b, e);
            pat(within(b, e, &p, &changed))
        },
    ),
    entry(
        "withinArc",
        "(Time, Time) -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "applies the function to a part of each cycle",
        "d1 $ withinArc (0, 0.5) (fast 2) $ s \"bd sn cp hh\"",
        |a| {
            let (span, p) = (a.list(0)?, a.pattern(2)?);
            let q = a.transform(1)?.on(&p, a.env)?;
            pat(within(span.first()?.as_ratio()?, span.get(1)?.as_ratio()?, &p, &q))
        },
    ),
    entry(
        "revArc",
        "(Time, Time) -> Pattern a -> Pattern a",
        "plays a part of each cycle backwards",
        "d1 $ revArc (0, 0.5) $ s \"bd sn cp hh\"",
        |a| {
            let (span, p) = (a.list(0)?, a.pattern(1)?);
            pat(within(span.first()?.as_ratio()?, span.get(1)?.as_ratio()?, &p, &p.rev()))
        },
    ),
];
