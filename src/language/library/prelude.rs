//! Functions on functions, lists and single values: what a set borrows from Haskell.

use super::arithmetic::{Op, op};
use super::limits::{joined_texts, spend, spend_all, too_long};
use super::{Args, Entry, MAX_LIST, as_list, call, call2, entry, pat};
use crate::language::types::Con;
use crate::pattern::{Env, Structure, Value, ValueFn};
use std::sync::Arc;

/// A function over a container: each value of a pattern or list, or after a function.
fn fmap(a: &Args) -> Option<Value> {
    let f = a.function(0)?;
    match a.value(1)? {
        Value::Pattern(p) => {
            let f: ValueFn = Arc::new(move |v, env| call(&f, v, env));
            pat(p.map_with(&f))
        }
        Value::Function(g) => {
            let g = g.clone();
            Some(Value::Function(Arc::new(move |x, env| call(&f, &call(&g, x, env)?, env))))
        }
        list => mapped(&f, &as_list(list)?, a.env),
    }
}

fn mapped(f: &crate::pattern::value::Function, list: &[Value], env: &Env) -> Option<Value> {
    let out: Option<Vec<Value>> = list.iter().map(|x| call(f, x, env)).collect();
    Some(Value::List(out?.into()))
}

/// A pattern of functions applied to a pattern of values.
pub(super) fn applied(a: &Args, structure: Structure) -> Option<Value> {
    let f = |f: Value, x: Value, env: &Env| match f {
        Value::Function(f) => call(&f, &x, env),
        _ => None,
    };
    pat(a.pattern(0)?.apply(structure, &a.pattern(1)?, Arc::new(f)))
}

fn compose(a: &Args) -> Option<Value> {
    let (f, g) = (a.function(0)?, a.function(1)?);
    call(&f, &call(&g, a.value(2)?, a.env)?, a.env)
}

pub(super) fn counted(from: f64, step: f64, to: f64, like: &Value, env: &Env) -> Option<Value> {
    // As Haskell counts: what is no whole number goes on to half a step behind the end.
    let beyond = if matches!(like, Value::Int(_)) { 1e-9 } else { 0.5 };
    let n = ((to - from) / step + beyond).floor();
    if !n.is_finite() || n >= MAX_LIST as f64 {
        return too_long(env);
    }
    spend(env, n.max(0.0) as usize)?;
    let one = |i: i64| {
        let x = from + step * i as f64;
        match like {
            Value::Int(_) => Value::Int(x.round() as i64),
            Value::Ratio(_) => Value::Ratio(crate::time::Rational::from_f64(x)),
            _ => Value::Num(x),
        }
    };
    Some(Value::List((0..=(n as i64)).map(one).collect()))
}

/// Functions inside each other that a fold may make: more could not be called (see `MOST_CALLS` of
/// `Env`), and would exhaust the stack when they are dropped.
const MOST_NESTED: usize = 256;

/// True for what may hold a function that holds a function, and so on.
pub(super) fn nests(v: &Value) -> bool {
    /// Values that are looked at; of more it is taken for granted.
    const MOST: u32 = 512;
    fn look(v: &Value, looks: &mut u32) -> bool {
        *looks += 1;
        *looks > MOST
            || match v {
                Value::Function(_) => true,
                // Tuples differ from part to part, lists do not.
                Value::List(l) => l.iter().take(8).any(|v| look(v, looks)),
                Value::Pattern(p) => p.as_pure().is_some_and(|(v, _)| look(v, looks)),
                _ => false,
            }
    }
    look(v, &mut 0)
}

/// A value through a function of two with every part of a list.
pub(super) fn folded(
    start: Value,
    parts: impl Iterator<Item = Value>,
    f: impl Fn(&Value, &Value) -> Option<Value>,
) -> Option<Value> {
    let mut out = start;
    for (i, x) in parts.enumerate() {
        out = f(&out, &x)?;
        if i >= MOST_NESTED && nests(&out) {
            return None;
        }
    }
    Some(out)
}

fn fold(a: &Args, right: bool) -> Option<Value> {
    let (f, list, start) = (a.function(0)?, a.list(2)?, a.value(1)?.clone());
    if right {
        folded(start, list.iter().rev().cloned(), |out, x| call2(&f, x, out, a.env))
    } else {
        folded(start, list.iter().cloned(), |out, x| call2(&f, out, x, a.env))
    }
}

/// A value alone in a container of the wanted type.
fn pure(a: &Args) -> Option<Value> {
    let x = a.value(0)?.clone();
    Some(match a.result().head() {
        Some((Con::List, _)) => Value::List([x].into()),
        Some((Con::Function, _)) => Value::Function(Arc::new(move |_, _| Some(x.clone()))),
        _ => Value::Pattern(crate::pattern::Pattern::pure(x)),
    })
}

fn append(a: &Args) -> Option<Value> {
    if let (Value::Text(x), Value::Text(y)) = (a.value(0)?, a.value(1)?) {
        return joined_texts(a.env, [&**x, &**y].into_iter());
    }
    joined_lists(a.env, &a.list(0)?, &a.list(1)?)
}

fn joined_lists(env: &Env, x: &[Value], y: &[Value]) -> Option<Value> {
    if x.len() + y.len() > MAX_LIST {
        return too_long(env);
    }
    spend(env, x.len() + y.len())?;
    Some(Value::List(x.iter().chain(y).cloned().collect()))
}

/// `<>`: patterns are laid over each other, lists joined, functions' results joined.
fn join(x: &Value, y: &Value, env: &Env) -> Option<Value> {
    match (x, y) {
        (Value::Pattern(p), Value::Pattern(q)) => {
            pat(crate::pattern::Pattern::stack(vec![p.clone(), q.clone()]))
        }
        (Value::Controls(_), Value::Controls(_)) => op(Op::KeepLeft, x.clone(), y.clone()),
        (Value::Function(f), Value::Function(g)) => {
            let (f, g) = (f.clone(), g.clone());
            Some(Value::Function(Arc::new(move |v, env| join(&call(&f, v, env)?, &call(&g, v, env)?, env))))
        }
        (Value::Text(x), Value::Text(y)) => joined_texts(env, [&**x, &**y].into_iter()),
        _ => {
            let (x, y) = (as_list(x)?, as_list(y)?);
            joined_lists(env, &x, &y)
        }
    }
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "$",
        "(a -> b) -> a -> b",
        "applies what is on its left to all that is on its right",
        "d1 $ fast 2 $ s \"bd\"",
        |a| call(&a.function(0)?, a.value(1)?, a.env),
    ),
    entry(
        ".",
        "(b -> c) -> (a -> b) -> a -> c",
        "one function after another",
        "d1 $ every 2 (rev . fast 2) $ s \"bd sn\"",
        compose,
    ),
    entry("id", "a -> a", "changes nothing", "d1 $ every 2 id $ s \"bd\"", |a| a.value(0).cloned()),
    entry(
        "const",
        "a -> b -> a",
        "always the first of two",
        "d1 $ every 4 (const $ s \"cp*4\") $ s \"bd*4\"",
        |a| a.value(0).cloned(),
    ),
    entry(
        "flip",
        "(a -> b -> c) -> b -> a -> c",
        "a function with its two arguments the other way round",
        "d1 $ flip fast (s \"bd\") 2",
        |a| call2(&a.function(0)?, a.value(2)?, a.value(1)?, a.env),
    ),
    entry(
        "fmap",
        "Functor f => (a -> b) -> f a -> f b",
        "a function on every value",
        "d1 $ n (fmap (+ 1) \"0 2\") # s \"pluck\"",
        fmap,
    ),
    entry(
        "<$>",
        "Functor f => (a -> b) -> f a -> f b",
        "a function on every value",
        "d1 $ n ((+ 1) <$> \"0 2\") # s \"pluck\"",
        fmap,
    ),
    entry(
        "<*>",
        "Pattern (a -> b) -> Pattern a -> Pattern b",
        "functions on values, where both meet",
        "d1 $ n ((+) <$> \"0 2\" <*> \"1 2 3\") # s \"pluck\"",
        |a| applied(a, Structure::Both),
    ),
    entry(
        "<*",
        "Pattern (a -> b) -> Pattern a -> Pattern b",
        "functions on values, the left side's events",
        "d1 $ n ((+) <$> \"0 2\" <* \"1 2 3\") # s \"pluck\"",
        |a| applied(a, Structure::Left),
    ),
    entry(
        "*>",
        "Pattern (a -> b) -> Pattern a -> Pattern b",
        "functions on values, the right side's events",
        "d1 $ n ((+) <$> \"0 2\" *> \"1 2 3\") # s \"pluck\"",
        |a| applied(a, Structure::Right),
    ),
    entry("pure", "Applicative f => a -> f a", "one value a cycle", "d1 $ s (pure \"bd\")", pure),
    entry("return", "Applicative f => a -> f a", "one value a cycle", "d1 $ s (return \"bd\")", pure),
    entry(
        "map",
        "(a -> b) -> [a] -> [b]",
        "a function on every part of a list",
        "d1 $ stack $ map (\\x -> s \"hh*4\" # n x) [0, 1]",
        |a| mapped(&a.function(0)?, &a.list(1)?, a.env),
    ),
    entry(
        "foldr",
        "(a -> b -> b) -> b -> [a] -> b",
        "a list folded from the right",
        "d1 $ foldr ($) (s \"bd sn\") [rev, fast 2]",
        |a| fold(a, true),
    ),
    entry(
        "foldl",
        "(b -> a -> b) -> b -> [a] -> b",
        "a list folded from the left",
        "d1 $ n (foldl (+) 0 [\"1\", \"2\"]) # s \"pluck\"",
        |a| fold(a, false),
    ),
    entry(
        "++",
        "[a] -> [a] -> [a]",
        "joins lists and texts",
        "d1 $ stack ([s \"bd\"] ++ [s \"hh*4\"])",
        append,
    ),
    entry(
        "<>",
        "Semigroup a => a -> a -> a",
        "patterns laid over each other, lists joined",
        "d1 $ s \"bd\" <> s \"hh*4\"",
        |a| join(a.value(0)?, a.value(1)?, a.env),
    ),
    entry(
        "enumFromTo",
        "Enum a => a -> a -> [a]",
        "the numbers from one to another: [a .. b]",
        "d1 $ n (listToPat [0 .. 7]) # s \"pluck\"",
        |a| counted(a.number(0)?, 1.0, a.number(1)?, a.value(0)?, a.env),
    ),
    entry(
        "enumFromThen",
        "Enum a => a -> a -> [a]",
        "the numbers from one on by steps: [a, b ..]",
        "d1 $ n (listToPat $ take 4 [0, 2 ..]) # s \"pluck\"",
        |a| {
            let (from, step) = (a.number(0)?, a.number(1)? - a.number(0)?);
            counted(from, step, from + step * super::lists::ENDLESS as f64, a.value(0)?, a.env)
        },
    ),
    entry(
        "enumFromThenTo",
        "Enum a => a -> a -> a -> [a]",
        "the numbers from one to another by steps: [a, b .. c]",
        "d1 $ n (listToPat [0, 2 .. 8]) # s \"pluck\"",
        |a| {
            let (from, then) = (a.number(0)?, a.number(1)?);
            counted(from, then - from, a.number(2)?, a.value(0)?, a.env)
        },
    ),
    entry(
        "fromIntegral",
        "(Integral a, Num b) => a -> b",
        "a whole number as any number",
        "d1 $ n (fromIntegral <$> \"0 1\") # s \"pluck\"",
        |a| a.value(0).cloned(),
    ),
    entry(
        "toRational",
        "Real a => a -> Rational",
        "a number as an exact ratio",
        "d1 $ rotL (toRational 0.25) $ s \"bd\"",
        |a| a.ratio(0).map(Value::Ratio),
    ),
    entry("show", "Show a => a -> String", "a value as text", "p (show 3) $ s \"bd\"", |a| {
        spend_all(a.env, a.value(0)?)?;
        Some(Value::text(&match a.value(0)? {
            Value::Text(t) => format!("{t:?}"),
            Value::Num(x) if x.fract() == 0.0 => format!("{x:.1}"),
            v => format!("{v:?}"),
        }))
    }),
    entry(
        "take",
        "Int -> [a] -> [a]",
        "the first parts of a list",
        "d1 $ stack $ take 2 [s \"bd\", s \"sn\", s \"cp\"]",
        |a| {
            let n = usize::try_from(a.int(0)?.max(0)).ok()?;
            Some(Value::List(a.list(1)?.iter().take(n).cloned().collect()))
        },
    ),
    entry(
        "drop",
        "Int -> [a] -> [a]",
        "a list without its first parts",
        "d1 $ stack $ drop 1 [s \"bd\", s \"sn\"]",
        |a| {
            let n = usize::try_from(a.int(0)?.max(0)).ok()?;
            Some(Value::List(a.list(1)?.iter().skip(n).cloned().collect()))
        },
    ),
    entry("head", "[a] -> a", "the first part of a list", "d1 $ head [s \"bd\", s \"sn\"]", |a| {
        a.list(0)?.first().cloned()
    }),
    entry(
        "length",
        "[a] -> Int",
        "how many parts a list has",
        "d1 $ segment (fromIntegral $ length [1, 2]) $ s \"bd\"",
        |a| Some(Value::Int(a.list(0)?.len() as i64)),
    ),
    entry(
        "replicate",
        "Int -> a -> [a]",
        "a list of n times the same",
        "d1 $ stack $ replicate 2 $ s \"bd\"",
        |a| {
            let n = usize::try_from(a.int(0)?.max(0)).ok().filter(|n| *n <= MAX_LIST)?;
            Some(Value::List(vec![a.value(1)?.clone(); n].into()))
        },
    )
    .at_most(0, MAX_LIST as i64, "parts"),
    entry(
        "zipWith",
        "(a -> b -> c) -> [a] -> [b] -> [c]",
        "a function on two lists, part by part",
        "d1 $ stack $ zipWith (\\x y -> s x # n y) [\"bd\", \"sn\"] [0, 1]",
        |a| {
            let (f, x, y) = (a.function(0)?, a.list(1)?, a.list(2)?);
            let out: Option<Vec<Value>> =
                x.iter().zip(y.iter()).map(|(x, y)| call2(&f, x, y, a.env)).collect();
            Some(Value::List(out?.into()))
        },
    ),
    entry("fst", "(a, b) -> a", "the first of a pair", "d1 $ fst (s \"bd\", s \"sn\")", |a| {
        a.list(0)?.first().cloned()
    }),
    entry("snd", "(a, b) -> b", "the second of a pair", "d1 $ snd (s \"bd\", s \"sn\")", |a| {
        a.list(0)?.get(1).cloned()
    }),
    entry("pi", "Floating a => a", "the number pi", "d1 $ s \"bd\" # pan (sin pi)", |_| {
        Some(Value::Num(std::f64::consts::PI))
    }),
];
