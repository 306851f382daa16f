//! Truths: comparing, and combining what was found.

use super::slices::order;
use super::{Args, Entry, entry, pat};
use crate::pattern::{Env, Structure, Value};
use std::cmp::Ordering;
use std::sync::Arc;

fn compared(a: &Args, f: fn(Ordering) -> bool) -> Option<Value> {
    let (x, y) = (a.value(0)?, a.value(1)?);
    // Whether two patterns are equal cannot be known.
    if matches!((x, y), (Value::Pattern(_), _) | (_, Value::Pattern(_))) {
        return None;
    }
    super::limits::spend_all(a.env, x)?;
    super::limits::spend_all(a.env, y)?;
    // Not a number is in no order.
    let numbers = [x.as_f64(), y.as_f64()];
    if numbers.iter().any(|n| n.is_some_and(f64::is_nan)) {
        return Some(Value::Bool(false));
    }
    Some(Value::Bool(f(order(x, y))))
}

/// Two truths, of patterns where they meet.
fn truths(a: &Args, f: fn(bool, bool) -> bool) -> Option<Value> {
    let both = move |x: &Value, y: &Value| Some(Value::Bool(f(x.as_bool()?, y.as_bool()?)));
    match (a.value(0)?, a.value(1)?) {
        (Value::Pattern(p), Value::Pattern(q)) => {
            pat(p.apply(Structure::Both, q, Arc::new(move |x, y, _: &Env| both(&x, &y))))
        }
        (x, y) => both(x, y),
    }
}

/// The smaller or larger of two values, of patterns where they meet.
fn picked(x: &Value, y: &Value, wanted: Ordering) -> Option<Value> {
    match (x, y) {
        (Value::Pattern(p), Value::Pattern(q)) => {
            pat(p.apply(Structure::Both, q, Arc::new(move |x, y, _: &Env| picked(&x, &y, wanted))))
        }
        (x, y) => Some(if order(x, y) == wanted { x.clone() } else { y.clone() }),
    }
}

fn folded(a: &Args, start: bool, f: fn(bool, bool) -> bool) -> Option<Value> {
    let out = a.list(0)?.iter().try_fold(start, |all, v| Some(f(all, v.as_bool()?)))?;
    Some(Value::Bool(out))
}

fn asked(a: &Args) -> Option<Vec<bool>> {
    let f = a.function(0)?;
    a.list(1)?.iter().map(|x| super::call(&f, x, a.env)?.as_bool()).collect()
}

macro_rules! comparison {
    ($name:literal, $class:literal, $meaning:literal, $f:expr) => {
        entry(
            $name,
            concat!($class, " a => a -> a -> Bool"),
            $meaning,
            concat!("d1 $ when (", $name, " 3) (fast 2) $ s \"bd sn\""),
            |a| compared(a, $f),
        )
    };
}

pub(super) const TABLE: &[Entry] = &[
    comparison!("==", "Eq", "true when two values are equal", Ordering::is_eq),
    comparison!("/=", "Eq", "true when two values differ", Ordering::is_ne),
    comparison!("<", "Ord", "true when the left value is smaller", Ordering::is_lt),
    comparison!(">", "Ord", "true when the left value is larger", Ordering::is_gt),
    comparison!("<=", "Ord", "true when the left value is not larger", Ordering::is_le),
    comparison!(">=", "Ord", "true when the left value is not smaller", Ordering::is_ge),
    entry(
        "&&",
        "Bool -> Bool -> Bool",
        "true when both are",
        "d1 $ when (\\c -> c > 2 && c < 5) rev $ s \"bd sn\"",
        |a| truths(a, |x, y| x && y),
    ),
    entry(
        "||",
        "Bool -> Bool -> Bool",
        "true when one of them is",
        "d1 $ when (\\c -> c < 2 || c > 5) rev $ s \"bd sn\"",
        |a| truths(a, |x, y| x || y),
    ),
    entry("not", "Bool -> Bool", "true becomes false", "d1 $ when (not . even) rev $ s \"bd sn\"", |a| {
        Some(Value::Bool(!a.value(0)?.as_bool()?))
    }),
    entry("True", "Bool", "true", "d1 $ struct (pure True) $ s \"bd\"", |_| Some(Value::Bool(true))),
    entry(
        "False",
        "Bool",
        "false",
        "d1 $ struct (fmap (\\x -> if x then False else True) \"t f\") $ s \"bd\"",
        |_| Some(Value::Bool(false)),
    ),
    entry(
        "otherwise",
        "Bool",
        "true: the last way of several",
        "d1 $ if otherwise then s \"bd\" else s \"sn\"",
        |_| Some(Value::Bool(true)),
    ),
    entry(
        "and",
        "[Bool] -> Bool",
        "true when all of a list are",
        "d1 $ when (\\c -> and [c > 2, even c]) rev $ s \"bd sn\"",
        |a| folded(a, true, |x, y| x && y),
    ),
    entry(
        "or",
        "[Bool] -> Bool",
        "true when one of a list is",
        "d1 $ when (\\c -> or [c == 2, c == 5]) rev $ s \"bd sn\"",
        |a| folded(a, false, |x, y| x || y),
    ),
    entry(
        "any",
        "(a -> Bool) -> [a] -> Bool",
        "true when one part of a list passes a test",
        "d1 $ when (\\c -> any (== c) [2, 5]) rev $ s \"bd sn\"",
        |a| Some(Value::Bool(asked(a)?.into_iter().any(|x| x))),
    ),
    entry(
        "elem",
        "Eq a => a -> [a] -> Bool",
        "true when a list has the value",
        "d1 $ when (\\c -> elem (mod c 8) [2, 5]) rev $ s \"bd sn\"",
        |a| {
            let x = a.value(0)?;
            Some(Value::Bool(a.list(1)?.iter().any(|y| order(x, y).is_eq() && x == y)))
        },
    ),
    entry(
        "notElem",
        "Eq a => a -> [a] -> Bool",
        "true when a list does not have the value",
        "d1 $ when (\\c -> notElem (mod c 8) [2, 5]) rev $ s \"bd sn\"",
        |a| {
            let x = a.value(0)?;
            Some(Value::Bool(!a.list(1)?.iter().any(|y| x == y)))
        },
    ),
    entry(
        "even",
        "Integral a => a -> Bool",
        "true for even numbers",
        "d1 $ when even rev $ s \"bd sn\"",
        |a| Some(Value::Bool(a.int(0)?.rem_euclid(2) == 0)),
    ),
    entry("odd", "Integral a => a -> Bool", "true for odd numbers", "d1 $ when odd rev $ s \"bd sn\"", |a| {
        Some(Value::Bool(a.int(0)?.rem_euclid(2) == 1))
    }),
    entry(
        "min",
        "Ord a => a -> a -> a",
        "the smaller of two values",
        "d1 $ s \"bd*4\" # gain (min \"0.9\" \"1 0.8\")",
        |a| picked(a.value(0)?, a.value(1)?, Ordering::Less),
    ),
    entry(
        "max",
        "Ord a => a -> a -> a",
        "the larger of two values",
        "d1 $ s \"bd*4\" # gain (max \"0.9\" \"1 0.8\")",
        |a| picked(a.value(0)?, a.value(1)?, Ordering::Greater),
    ),
    entry(
        "minimum",
        "Ord a => [a] -> a",
        "the smallest of a list",
        "d1 $ n (pure $ minimum [3, 5]) # s \"pluck\"",
        |a| a.list(0)?.iter().min_by(|x, y| order(x, y)).cloned(),
    ),
    entry(
        "maximum",
        "Ord a => [a] -> a",
        "the largest of a list",
        "d1 $ n (pure $ maximum [3, 5]) # s \"pluck\"",
        |a| a.list(0)?.iter().max_by(|x, y| order(x, y)).cloned(),
    ),
    entry(
        "sort",
        "Ord a => [a] -> [a]",
        "a list from the smallest to the largest",
        "d1 $ n (listToPat $ sort [7, 0, 3]) # s \"pluck\"",
        |a| {
            let mut list = a.list(0)?.to_vec();
            list.sort_by(order);
            Some(Value::List(list.into()))
        },
    ),
    entry(
        "sortOn",
        "Ord b => (a -> b) -> [a] -> [a]",
        "a list in the order of what a function says of its parts",
        "d1 $ n (listToPat $ sortOn negate [7, 0, 3]) # s \"pluck\"",
        |a| {
            let f = a.function(0)?;
            let keyed = |x: &Value| Some((super::call(&f, x, a.env)?, x.clone()));
            let mut list: Vec<(Value, Value)> = a.list(1)?.iter().map(keyed).collect::<Option<_>>()?;
            list.sort_by(|x, y| order(&x.0, &y.0));
            Some(Value::List(list.into_iter().map(|(_, x)| x).collect()))
        },
    ),
    entry(
        "null",
        "[a] -> Bool",
        "true for an empty list",
        "d1 $ if null [1] then s \"bd\" else s \"sn\"",
        |a| Some(Value::Bool(a.list(0)?.is_empty())),
    ),
    entry(
        "bool",
        "a -> a -> Bool -> a",
        "the first value where false, the second where true",
        "d1 $ n (fmap (bool 0 7) \"t f\") # s \"pluck\"",
        |a| a.value(usize::from(a.value(2)?.as_bool()?)).cloned(),
    ),
];
