//! Lists, and values that may be missing: what a set borrows from Haskell.
//!
//! Lists that never end in Haskell (`iterate`, `cycle`, `repeat`) end here: after 64 parts where a
//! function makes them, after 1,024 else. Sets take a few of them.

use super::limits::{joined_texts, too_long};
use super::prelude::{folded, nests};
use super::{Args, Entry, MAX_LIST, as_list, as_text, asks, call, call2, entry};
use crate::pattern::{Env, Value};
use std::sync::Arc;

/// How long a list is that never ends in Haskell.
pub(super) const ENDLESS: usize = 1_024;
/// The same where each part costs a call.
const ITERATIONS: usize = 64;

#[expect(clippy::unnecessary_wraps, reason = "every function of the table answers so")]
fn list(parts: impl IntoIterator<Item = Value>) -> Option<Value> {
    Some(Value::List(parts.into_iter().collect()))
}

fn pair(a: Value, b: Value) -> Value {
    Value::List([a, b].into())
}

/// Lists in a list, one after the other; texts become one text.
fn joined(lists: &[Value], env: &Env) -> Option<Value> {
    if !lists.is_empty() && lists.iter().all(|l| matches!(l, Value::Text(_))) {
        let texts: Vec<Arc<str>> = lists.iter().map(as_text).collect::<Option<_>>()?;
        return joined_texts(env, texts.iter().map(|t| &**t));
    }
    let mut out = Vec::new();
    for l in lists {
        out.extend(as_list(l)?.iter().cloned());
        if out.len() > MAX_LIST {
            return too_long(env);
        }
    }
    list(out)
}

fn mapped(a: &Args) -> Option<Vec<Value>> {
    let f = a.function(0)?;
    a.list(1)?.iter().map(|x| call(&f, x, a.env)).collect()
}

/// How many parts at the start pass a test.
fn prefix(a: &Args, wanted: bool) -> Option<(usize, Arc<[Value]>)> {
    let (f, l) = (a.function(0)?, a.list(1)?);
    let n = l.iter().take_while(|x| asks(&f, x, a.env) == wanted).count();
    Some((n, l))
}

fn split(n: usize, l: &[Value]) -> Option<Value> {
    let n = n.min(l.len());
    Some(pair(list(l.get(..n)?.iter().cloned())?, list(l.get(n..)?.iter().cloned())?))
}

/// A list of what a fold passes through.
fn scan(a: &Args, start: Option<Value>, over: &[Value]) -> Option<Value> {
    let f = a.function(0)?;
    let mut rest = over.iter();
    let Some(mut state) = start.or_else(|| rest.next().cloned()) else { return list([]) };
    let mut out = vec![state.clone()];
    for x in rest {
        state = call2(&f, &state, x, a.env)?;
        if out.len() > ENDLESS && nests(&state) {
            return None;
        }
        out.push(state.clone());
    }
    list(out)
}

/// Values of a list under an operation of two, from the left.
fn reduced(a: &Args, f: usize, right: bool) -> Option<Value> {
    let (f, l) = (a.function(f)?, a.list(f + 1)?);
    if right {
        let (last, rest) = l.split_last()?;
        return folded(last.clone(), rest.iter().rev().cloned(), |out, x| call2(&f, x, out, a.env));
    }
    let (first, rest) = l.split_first()?;
    folded(first.clone(), rest.iter().cloned(), |out, x| call2(&f, out, x, a.env))
}

fn words(text: &str) -> Option<Value> {
    list(text.split_whitespace().map(Value::text))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "Just",
        "a -> Maybe a",
        "a value that is there",
        "d1 $ n (fromMaybes [Just 0, Nothing]) # s \"pluck\"",
        |a| list([a.value(0)?.clone()]),
    ),
    entry("Nothing", "Maybe a", "no value", "d1 $ n (fromMaybes [Just 0, Nothing]) # s \"pluck\"", |_| {
        list([])
    }),
    entry(
        "maybe",
        "b -> (a -> b) -> Maybe a -> b",
        "a function on a value that may be missing, and what else",
        "d1 $ maybe (s \"bd\") (\\x -> s x) (Just \"sn\")",
        |a| match a.list(2)?.first() {
            Some(x) => call(&a.function(1)?, x, a.env),
            None => a.value(0).cloned(),
        },
    ),
    entry(
        "fromMaybe",
        "a -> Maybe a -> a",
        "a value that may be missing, or what else",
        "d1 $ s (fromMaybe \"bd\" Nothing)",
        |a| a.list(1)?.first().or(a.value(0)).cloned(),
    ),
    entry("fromJust", "Maybe a -> a", "a value that is there", "d1 $ s (fromJust (Just \"bd\"))", |a| {
        a.list(0)?.first().cloned()
    }),
    entry(
        "isJust",
        "Maybe a -> Bool",
        "true when a value is there",
        "d1 $ if isJust (Just 1) then s \"bd\" else s \"sn\"",
        |a| Some(Value::Bool(!a.list(0)?.is_empty())),
    ),
    entry(
        "isNothing",
        "Maybe a -> Bool",
        "true when a value is missing",
        "d1 $ if isNothing (Just 1) then s \"bd\" else s \"sn\"",
        |a| Some(Value::Bool(a.list(0)?.is_empty())),
    ),
    entry(
        "catMaybes",
        "[Maybe a] -> [a]",
        "the values of a list that are there",
        "d1 $ n (listToPat $ catMaybes [Just 0, Nothing, Just 7]) # s \"pluck\"",
        |a| joined(&a.list(0)?, a.env),
    ),
    entry(
        "lookup",
        "Eq a => a -> [(a, b)] -> Maybe b",
        "the partner of a value in a list of pairs",
        "d1 $ s (fromMaybe \"bd\" $ lookup 2 [(1, \"sn\"), (2, \"cp\")])",
        |a| {
            let key = a.value(0)?;
            let found = a.list(1)?.iter().find_map(|p| {
                let p = as_list(p)?;
                (p.first()? == key).then(|| p.get(1).cloned())?
            });
            list(found)
        },
    ),
    entry(
        ":",
        "a -> [a] -> [a]",
        "a list with one more part in front",
        "d1 $ stack (s \"bd\" : [s \"hh*4\"])",
        |a| {
            let l = a.list(1)?;
            (l.len() < MAX_LIST)
                .then(|| list(std::iter::once(a.value(0)?.clone()).chain(l.iter().cloned())))?
        },
    ),
    entry(
        "!!",
        "[a] -> Int -> a",
        "the part of a list by its number, from 0",
        "d1 $ [s \"bd\", s \"sn\"] !! 1",
        |a| a.list(0)?.get(usize::try_from(a.int(1)?).ok()?).cloned(),
    ),
    entry(
        "!!!",
        "[a] -> Int -> a",
        "the part of a list by its number, wrapped around",
        "d1 $ [s \"bd\", s \"sn\"] !!! 3",
        |a| super::sequence::nth(&a.list(0)?, a.int(1)?).cloned(),
    ),
    entry(
        "tail",
        "[a] -> [a]",
        "a list without its first part",
        "d1 $ stack $ tail [s \"bd\", s \"sn\"]",
        |a| list(a.list(0)?.split_first()?.1.iter().cloned()),
    ),
    entry(
        "init",
        "[a] -> [a]",
        "a list without its last part",
        "d1 $ stack $ init [s \"bd\", s \"sn\"]",
        |a| list(a.list(0)?.split_last()?.1.iter().cloned()),
    ),
    entry("last", "[a] -> a", "the last part of a list", "d1 $ last [s \"bd\", s \"sn\"]", |a| {
        a.list(0)?.last().cloned()
    }),
    entry(
        "reverse",
        "[a] -> [a]",
        "a list backwards",
        "d1 $ n (listToPat $ reverse [0, 3, 7]) # s \"pluck\"",
        |a| list(a.list(0)?.iter().rev().cloned()),
    ),
    entry(
        "filter",
        "(a -> Bool) -> [a] -> [a]",
        "the parts of a list that pass a test",
        "d1 $ n (listToPat $ filter (> 2) [0, 3, 7]) # s \"pluck\"",
        |a| {
            let f = a.function(0)?;
            list(a.list(1)?.iter().filter(|x| asks(&f, x, a.env)).cloned())
        },
    ),
    entry(
        "concat",
        "[[a]] -> [a]",
        "lists in a list, one after the other",
        "d1 $ n (listToPat $ concat [[0, 3], [7]]) # s \"pluck\"",
        |a| joined(&a.list(0)?, a.env),
    ),
    entry(
        "concatMap",
        "(a -> [b]) -> [a] -> [b]",
        "the lists that a function makes of a list's parts, one after the other",
        "d1 $ n (listToPat $ concatMap (\\x -> [x, x + 7]) [0, 3]) # s \"pluck\"",
        |a| joined(&mapped(a)?, a.env),
    ),
    entry(
        "zip",
        "[a] -> [b] -> [(a, b)]",
        "two lists as a list of pairs",
        "d1 $ timecat $ zip [1, 2] [s \"bd\", s \"hh*4\"]",
        |a| list(a.list(0)?.iter().zip(a.list(1)?.iter()).map(|(x, y)| pair(x.clone(), y.clone()))),
    ),
    entry(
        "zip3",
        "[a] -> [b] -> [c] -> [(a, b, c)]",
        "three lists as a list of triples",
        "d1 $ seqP $ zip3 [0, 2] [2, 4] [s \"bd\", s \"sn\"]",
        |a| {
            let (x, y, z) = (a.list(0)?, a.list(1)?, a.list(2)?);
            list(
                x.iter()
                    .zip(y.iter())
                    .zip(z.iter())
                    .map(|((x, y), z)| Value::List([x.clone(), y.clone(), z.clone()].into())),
            )
        },
    ),
    entry(
        "unzip",
        "[(a, b)] -> ([a], [b])",
        "a list of pairs as two lists",
        "d1 $ stack $ snd $ unzip [(1, s \"bd\"), (2, s \"sn\")]",
        |a| {
            let pairs: Vec<Arc<[Value]>> = a.list(0)?.iter().map(as_list).collect::<Option<_>>()?;
            let side = |i: usize| pairs.iter().map(|p| p.get(i).cloned()).collect::<Option<Vec<_>>>();
            Some(pair(list(side(0)?)?, list(side(1)?)?))
        },
    ),
    entry(
        "splitAt",
        "Int -> [a] -> ([a], [a])",
        "the first n parts of a list, and the rest",
        "d1 $ stack $ fst $ splitAt 1 [s \"bd\", s \"sn\"]",
        |a| split(usize::try_from(a.int(0)?.max(0)).ok()?, &a.list(1)?),
    ),
    entry(
        "span",
        "(a -> Bool) -> [a] -> ([a], [a])",
        "the parts of a list that pass a test, up to the first that does not, and the rest",
        "d1 $ n (listToPat $ fst $ span (< 5) [0, 3, 7]) # s \"pluck\"",
        |a| {
            let (n, l) = prefix(a, true)?;
            split(n, &l)
        },
    ),
    entry(
        "break",
        "(a -> Bool) -> [a] -> ([a], [a])",
        "the parts of a list up to the first that passes a test, and the rest",
        "d1 $ n (listToPat $ fst $ break (> 5) [0, 3, 7]) # s \"pluck\"",
        |a| {
            let (n, l) = prefix(a, false)?;
            split(n, &l)
        },
    ),
    entry(
        "takeWhile",
        "(a -> Bool) -> [a] -> [a]",
        "the parts of a list up to the first that fails a test",
        "d1 $ n (listToPat $ takeWhile (< 5) [0, 3, 7]) # s \"pluck\"",
        |a| {
            let (n, l) = prefix(a, true)?;
            list(l.iter().take(n).cloned())
        },
    ),
    entry(
        "dropWhile",
        "(a -> Bool) -> [a] -> [a]",
        "the parts of a list from the first that fails a test on",
        "d1 $ n (listToPat $ dropWhile (< 2) [0, 3, 7]) # s \"pluck\"",
        |a| {
            let (n, l) = prefix(a, true)?;
            list(l.iter().skip(n).cloned())
        },
    ),
    entry(
        "iterate",
        "(a -> a) -> a -> [a]",
        "a value, a function of it, the function of that ...",
        "d1 $ stack $ take 3 $ iterate (fast 2) $ s \"bd\"",
        |a| {
            let f = a.function(0)?;
            let mut out = vec![a.value(1)?.clone()];
            while out.len() < ITERATIONS {
                // Haskell makes only what is asked for: what cannot be made may never be.
                match out.last().and_then(|x| call(&f, x, a.env)) {
                    Some(x) => out.push(x),
                    None => break,
                }
            }
            list(out)
        },
    ),
    entry(
        "cycle",
        "[a] -> [a]",
        "a list over and over",
        "d1 $ n (listToPat $ take 8 $ cycle [0, 3, 7]) # s \"pluck\"",
        |a| list(a.list(0)?.iter().cycle().take(ENDLESS).cloned()),
    ),
    entry(
        "repeat",
        "a -> [a]",
        "the same over and over",
        "d1 $ n (listToPat $ take 4 $ repeat 7) # s \"pluck\"",
        |a| list(std::iter::repeat_n(a.value(0)?.clone(), ENDLESS)),
    ),
    entry(
        "enumFrom",
        "Enum a => a -> [a]",
        "the numbers from one on: [a ..]",
        "d1 $ n (listToPat $ take 8 $ enumFrom 0) # s \"pluck\"",
        |a| {
            let from = a.value(0)?;
            let to = match from {
                Value::Int(i) => i.saturating_add(ENDLESS as i64) as f64,
                v => v.as_f64()? + ENDLESS as f64,
            };
            super::prelude::counted(from.as_f64()?, 1.0, to, from, a.env)
        },
    ),
    entry(
        "scanl",
        "(b -> a -> b) -> b -> [a] -> [b]",
        "all that a fold from the left passes through",
        "d1 $ n (listToPat $ scanl (+) 0 [3, 4, 5]) # s \"pluck\"",
        |a| scan(a, Some(a.value(1)?.clone()), &a.list(2)?),
    ),
    entry(
        "scanl1",
        "(a -> a -> a) -> [a] -> [a]",
        "all that a fold from the left passes through, starting with the first part",
        "d1 $ n (listToPat $ scanl1 (+) [3, 4, 5]) # s \"pluck\"",
        |a| scan(a, None, &a.list(1)?),
    ),
    entry(
        "foldl1",
        "(a -> a -> a) -> [a] -> a",
        "a list folded from the left, starting with the first part",
        "d1 $ foldl1 overlay [s \"bd\", s \"sn\"]",
        |a| reduced(a, 0, false),
    ),
    entry(
        "foldr1",
        "(a -> a -> a) -> [a] -> a",
        "a list folded from the right, starting with the last part",
        "d1 $ foldr1 overlay [s \"bd\", s \"sn\"]",
        |a| reduced(a, 0, true),
    ),
    entry(
        "mconcat",
        "[Pattern a] -> Pattern a",
        "patterns laid over each other",
        "d1 $ mconcat [s \"bd\", s \"sn\"]",
        |a| super::pat(crate::pattern::Pattern::stack(a.patterns(0)?)),
    ),
    entry(
        "words",
        "String -> [String]",
        "the words of a text",
        "d1 $ s (listToPat $ words \"bd sn\")",
        |a| words(&a.text(0)?),
    ),
    entry("unwords", "[String] -> String", "words as a text", "p (unwords [\"a\", \"b\"]) $ s \"bd\"", |a| {
        let all: Vec<Arc<str>> = a.list(0)?.iter().map(as_text).collect::<Option<_>>()?;
        let spaced = all.iter().enumerate().flat_map(|(i, word)| [if i == 0 { "" } else { " " }, &**word]);
        joined_texts(a.env, spaced)
    }),
    entry("lines", "String -> [String]", "the lines of a text", "d1 $ s (listToPat $ lines \"bd\")", |a| {
        list(a.text(0)?.lines().map(Value::text))
    }),
    entry(
        "curry",
        "((a, b) -> c) -> a -> b -> c",
        "a function of a pair as a function of two",
        "d1 $ n (pure $ curry fst 1 2) # s \"pluck\"",
        |a| call(&a.function(0)?, &pair(a.value(1)?.clone(), a.value(2)?.clone()), a.env),
    ),
    entry(
        "uncurry",
        "(a -> b -> c) -> (a, b) -> c",
        "a function of two as a function of a pair",
        "d1 $ stack $ map (uncurry fast) [(1, s \"bd\"), (2, s \"sn\")]",
        |a| {
            let l = a.list(1)?;
            call2(&a.function(0)?, l.first()?, l.get(1)?, a.env)
        },
    ),
    entry(
        "sequence",
        "Monad m => [m a] -> m [a]",
        "patterns of values as a pattern of lists",
        "d1 $ n (flatpat $ sequence [\"0 3\", \"7\"]) # s \"pluck\"",
        |a| {
            let l = a.list(0)?;
            if l.iter().all(|v| matches!(v, Value::Pattern(_))) {
                return super::pat(super::rhythm::gathered(&a.patterns(0)?));
            }
            let edits =
                l.iter().flat_map(|v| crate::language::edits_of(v).iter().cloned().collect::<Vec<_>>());
            Some(crate::language::action(edits.collect()))
        },
    ),
];
