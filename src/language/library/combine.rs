//! Several patterns into one: at once, one after the other, chosen.

use super::{Entry, as_list, entry, pat};
use crate::pattern::{Join, Pattern, Value};
use crate::time::Rational;

pub(super) const TABLE: &[Entry] = &[
    entry("silence", "Pattern a", "nothing", "d1 $ silence", |_| pat(Pattern::silence())),
    entry(
        "stack",
        "[Pattern a] -> Pattern a",
        "plays patterns at once",
        "d1 $ stack [s \"bd*2\", s \"hh*4\"]",
        |a| pat(Pattern::stack(a.patterns(0)?)),
    ),
    entry(
        "overlay",
        "Pattern a -> Pattern a -> Pattern a",
        "plays two patterns at once",
        "d1 $ overlay (s \"bd\") (s \"hh*4\")",
        |a| pat(Pattern::stack(vec![a.pattern(0)?, a.pattern(1)?])),
    ),
    entry(
        "cat",
        "[Pattern a] -> Pattern a",
        "plays patterns in turn, a cycle each",
        "d1 $ cat [s \"bd*2\", s \"sn\"]",
        |a| pat(Pattern::cat(a.patterns(0)?)),
    ),
    entry(
        "slowcat",
        "[Pattern a] -> Pattern a",
        "plays patterns in turn, a cycle each",
        "d1 $ slowcat [s \"bd*2\", s \"sn\"]",
        |a| pat(Pattern::cat(a.patterns(0)?)),
    ),
    entry(
        "fastcat",
        "[Pattern a] -> Pattern a",
        "plays patterns in turn, all in one cycle",
        "d1 $ fastcat [s \"bd*2\", s \"sn\"]",
        |a| pat(Pattern::fastcat(a.patterns(0)?)),
    ),
    entry(
        "append",
        "Pattern a -> Pattern a -> Pattern a",
        "two patterns in turn, a cycle each",
        "d1 $ append (s \"bd\") (s \"sn\")",
        |a| pat(Pattern::cat(vec![a.pattern(0)?, a.pattern(1)?])),
    ),
    entry(
        "slowAppend",
        "Pattern a -> Pattern a -> Pattern a",
        "two patterns in turn, a cycle each",
        "d1 $ slowAppend (s \"bd\") (s \"sn\")",
        |a| pat(Pattern::cat(vec![a.pattern(0)?, a.pattern(1)?])),
    ),
    entry(
        "fastAppend",
        "Pattern a -> Pattern a -> Pattern a",
        "two patterns in turn, both in one cycle",
        "d1 $ fastAppend (s \"bd\") (s \"sn\")",
        |a| pat(Pattern::fastcat(vec![a.pattern(0)?, a.pattern(1)?])),
    ),
    entry(
        "timecat",
        "[(Time, Pattern a)] -> Pattern a",
        "patterns in one cycle, with weights",
        "d1 $ timecat [(3, s \"bd*3\"), (1, s \"sn\")]",
        timecat,
    ),
    entry(
        "timeCat",
        "[(Time, Pattern a)] -> Pattern a",
        "patterns in one cycle, with weights",
        "d1 $ timeCat [(3, s \"bd*3\"), (1, s \"sn\")]",
        timecat,
    ),
    entry(
        "superimpose",
        "(Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "the pattern and what a function makes of it, at once",
        "d1 $ superimpose (fast 2) $ s \"bd sn\"",
        |a| {
            let p = a.pattern(1)?;
            let q = a.transform(0)?.on(&p, a.env)?;
            pat(Pattern::stack(vec![p, q]))
        },
    ),
    entry(
        "layer",
        "[a -> Pattern b] -> a -> Pattern b",
        "what several functions make of a pattern, at once",
        "d1 $ layer [rev, fast 2] $ s \"bd sn\"",
        |a| {
            let x = a.value(1)?;
            let mut out = Vec::new();
            for f in a.list(0)?.iter() {
                match f {
                    Value::Function(f) => out.push(super::as_pattern(&super::call(f, x, a.env)?)?),
                    _ => return None,
                }
            }
            pat(Pattern::stack(out))
        },
    ),
    entry(
        "off",
        "Pattern Time -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "lays a changed copy over the pattern, later",
        "d1 $ off 0.125 (# speed 2) $ s \"bd sn\"",
        |a| {
            let f = a.transform(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |t, p, env| {
                Some(Pattern::stack(vec![p.clone(), f.on(&p.late(t.as_ratio()?), env)?]))
            }))
        },
    ),
    entry(
        "listToPat",
        "[a] -> Pattern a",
        "the values of a list as steps of a cycle",
        "d1 $ n (listToPat [0, 3, 7]) # s \"pluck\"",
        from_list,
    ),
    entry(
        "fastFromList",
        "[a] -> Pattern a",
        "the values of a list as steps of a cycle",
        "d1 $ n (fastFromList [0, 3, 7]) # s \"pluck\"",
        from_list,
    ),
    entry(
        "fromList",
        "[a] -> Pattern a",
        "the values of a list, a cycle each",
        "d1 $ n (fromList [0, 3, 7]) # s \"pluck\"",
        |a| pat(Pattern::cat(a.list(0)?.iter().map(|v| Pattern::pure(v.clone())).collect())),
    ),
    entry(
        "pick",
        "String -> Int -> String",
        "the name of a sample by its number",
        "d1 $ s \"drum:1\"",
        |a| Some(Value::text(&format!("{}:{}", a.text(0)?, a.int(1)?))),
    ),
    entry(
        "unwrap",
        "Pattern (Pattern a) -> Pattern a",
        "a pattern of patterns, events where both meet",
        "d1 $ unwrap $ fmap (\\n -> s \"bd\") \"1 2\"",
        |a| pat(a.pattern(0)?.flatten(Join::Both)),
    ),
    entry(
        "innerJoin",
        "Pattern (Pattern a) -> Pattern a",
        "a pattern of patterns, the inner ones' events",
        "d1 $ innerJoin $ fmap (\\n -> s \"bd*2\") \"1 2\"",
        |a| pat(a.pattern(0)?.flatten(Join::Inner)),
    ),
    entry(
        "squeezeJoin",
        "Pattern (Pattern a) -> Pattern a",
        "a pattern of patterns, squeezed into the outer events",
        "d1 $ squeezeJoin $ fmap (\\n -> s \"bd sn\") \"1 2\"",
        |a| pat(a.pattern(0)?.flatten(Join::Squeeze)),
    ),
];

fn from_list(a: &super::Args) -> Option<Value> {
    pat(Pattern::from_list(a.list(0)?.iter().cloned()))
}

fn timecat(a: &super::Args) -> Option<Value> {
    let mut steps: Vec<(Rational, Pattern)> = Vec::new();
    for pair in a.list(0)?.iter() {
        let pair = as_list(pair)?;
        steps.push((pair.first()?.as_ratio()?, super::as_pattern(pair.get(1)?)?));
    }
    pat(Pattern::timecat(&steps))
}
