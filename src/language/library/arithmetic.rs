//! Operators and numbers: on single values, on controls, and between patterns.

use super::{Args, Entry, as_pattern, as_text, entry, pat};
use crate::control::{ControlName, id};
use crate::pattern::{ControlMap, Env, Pattern, Structure, Value, ValueFn2};
use crate::time::Rational;
use std::sync::Arc;

/// The longest text that an operator makes.
const MAX_NAME: usize = 1024;

/// What an operator does to two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    /// The left one's values win.
    KeepLeft,
    /// The right one's values win.
    KeepRight,
    /// Words one after the other.
    Concat,
}

/// Two values under an operator.
pub(super) fn op(o: Op, a: Value, b: Value) -> Option<Value> {
    match (o, a, b) {
        (_, Value::Pattern(a), Value::Pattern(b)) => pat(between(o, Structure::Both, &a, &b)),
        (o, Value::Controls(a), Value::Controls(b)) => Some(Value::Controls(controls(o, a, b))),
        (Op::KeepLeft, a, _) => Some(a),
        (Op::KeepRight, _, b) => Some(b),
        (Op::Concat, a, b) => {
            let (a, b) = (as_text(&a)?, as_text(&b)?);
            // No sound has so long a name: what doubles itself again and again comes to an end.
            Some(Value::Text(if a.len() + b.len() > MAX_NAME { a } else { format!("{a}{b}").into() }))
        }
        (o, Value::Int(a), Value::Int(b)) => ints(o, a, b),
        (o, Value::Ratio(a), Value::Ratio(b)) => ratios(o, a, b),
        (o, a, b) => floats(o, a.as_f64()?, b.as_f64()?).map(Value::Num),
    }
}

fn ints(o: Op, a: i64, b: i64) -> Option<Value> {
    Some(Value::Int(match o {
        Op::Add => a.checked_add(b)?,
        Op::Sub => a.checked_sub(b)?,
        Op::Mul => a.checked_mul(b)?,
        Op::Mod => {
            let r = a.checked_rem(b)?;
            if r != 0 && (r < 0) != (b < 0) { r + b } else { r }
        }
        Op::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
        _ => return floats(o, a as f64, b as f64).map(Value::Num),
    }))
}

fn ratios(o: Op, a: Rational, b: Rational) -> Option<Value> {
    let r = match o {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        Op::Mod => a.modulo(b),
        _ => return floats(o, a.to_f64(), b.to_f64()).map(Value::Num),
    };
    r.is_defined().then_some(Value::Ratio(r))
}

fn floats(o: Op, a: f64, b: f64) -> Option<f64> {
    Some(match o {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        Op::Mod => a - b * (a / b).floor(),
        Op::Pow => a.powf(b),
        _ => return None,
    })
}

/// Maps of controls: keys of one side alone are kept; of a subtraction or division, as Tidal has it,
/// the right side's alone negated or inverted.
fn controls(o: Op, a: ControlMap, b: ControlMap) -> ControlMap {
    let b = if o == Op::KeepRight { b } else { met_by(&a, b) };
    let one = |o: Op, x: &Value, y: &Value| match (x, y) {
        // As in Tidal, arithmetic leaves the left side's words as they are.
        (x, Value::Text(_)) | (x @ Value::Text(_), _) if o != Op::KeepRight => Some(x.clone()),
        _ => op(o, x.clone(), y.clone()).or_else(|| Some(x.clone())),
    };
    match o {
        Op::Sub => a.union_with(negated(&b, |x| -x), |x, y| one(Op::Add, x, y)),
        Op::Div => a.union_with(negated(&b, |x| 1.0 / x), |x, y| one(Op::Mul, x, y)),
        _ => a.union_with(b, |x, y| one(o, x, y)),
    }
}

/// What of `b` arithmetic with `a` works on: a whole number alone (`|+ 7`, an exact ratio) is an n of
/// another kind than the notes of `n "0 3"`, and Tidal leaves the left one as it is.
fn met_by(a: &ControlMap, mut b: ControlMap) -> ControlMap {
    if let (Some(Value::Ratio(_)), Some(Value::Num(_))) | (Some(Value::Num(_)), Some(Value::Ratio(_))) =
        (b.value(id::N), a.value(id::N))
    {
        b.remove(&ControlName::Known(id::N));
    }
    b
}

fn negated(map: &ControlMap, f: impl Fn(f64) -> f64) -> ControlMap {
    map.iter()
        .map(|(k, v)| {
            let v = match v {
                Value::Int(n) if f(1.0) < 0.0 => Value::Int(n.saturating_neg()),
                v => v.as_f64().map_or_else(|| v.clone(), |x| Value::Num(f(x))),
            };
            (k.clone(), v)
        })
        .collect()
}

fn function(o: Op) -> ValueFn2 {
    Arc::new(move |a, b, _: &Env| op(o, a, b))
}

/// Two patterns under an operator.
pub(super) fn between(o: Op, structure: Structure, a: &Pattern, b: &Pattern) -> Pattern {
    a.apply(structure, b, function(o))
}

fn patterns(a: &Args, o: Op, structure: Structure) -> Option<Value> {
    pat(between(o, structure, &a.pattern(0)?, &a.pattern(1)?))
}

pub(super) fn values(a: &Args, o: Op) -> Option<Value> {
    op(o, a.value(0)?.clone(), a.value(1)?.clone())
}

/// A whole power, of patterns too.
fn power(x: &Value, n: &Value) -> Option<Value> {
    match (x, n) {
        (Value::Pattern(p), Value::Pattern(_)) => pat(between(Op::Pow, Structure::Both, p, &as_pattern(n)?)),
        (Value::Pattern(p), n) => {
            let n = n.clone();
            pat(p.map(move |x| power(x, &n)))
        }
        (Value::Ratio(r), n) => {
            let n = n.as_i64()?;
            let by = if n < 0 { Rational::ONE / *r } else { *r };
            // More turns than this overflow, or stay at 0 or 1.
            let out = (0..n.unsigned_abs().min(64)).fold(Rational::ONE, |out, _| out * by);
            out.is_defined().then_some(Value::Ratio(out))
        }
        (x, n) => op(Op::Pow, x.clone(), n.clone()),
    }
}

/// A function on numbers, applied inside patterns too.
pub(super) fn numeric(v: &Value, f: fn(f64) -> f64) -> Option<Value> {
    match v {
        Value::Pattern(p) => pat(p.map(move |v| numeric(v, f))),
        Value::Controls(c) => Some(Value::Controls(
            c.iter().map(|(k, v)| (k.clone(), numeric(v, f).unwrap_or_else(|| v.clone()))).collect(),
        )),
        v => v.as_f64().map(|x| Value::Num(f(x))),
    }
}

fn negate(v: &Value) -> Option<Value> {
    Some(match v {
        Value::Int(n) => Value::Int(n.checked_neg()?),
        Value::Ratio(r) => Value::Ratio(-*r),
        Value::Pattern(p) => Value::Pattern(p.map(negate)),
        Value::Controls(c) => Value::Controls(negated(c, |x| -x)),
        v => Value::Num(-v.as_f64()?),
    })
}

pub(super) fn rounded(v: &Value, f: fn(f64) -> f64) -> Option<Value> {
    match v {
        Value::Pattern(p) => pat(p.map(move |v| rounded(v, f))),
        // Exact where a double would not be: what rounds both halves down is floor.
        Value::Ratio(r) if f(0.5) < 0.5 && f(-0.5) < -0.5 => Some(Value::Int(r.floor())),
        v => Some(Value::Int(f(v.as_f64()?) as i64)),
    }
}

/// Haskell's `div`, of patterns too.
pub(super) fn divided(a: &Value, b: &Value, o: fn(i64, i64) -> Option<i64>) -> Option<Value> {
    match (a, b) {
        (Value::Pattern(p), Value::Pattern(q)) => {
            pat(p.apply(Structure::Both, q, Arc::new(move |a, b, _: &Env| divided(&a, &b, o))))
        }
        (a, b) => o(a.as_i64()?, b.as_i64()?).map(Value::Int),
    }
}

macro_rules! family {
    ($both:literal, $left:literal, $right:literal, $class:literal, $op:expr, $what:literal) => {
        [
            entry(
                $both,
                concat!($class, " => Pattern a -> Pattern a -> Pattern a"),
                concat!($what, "; events where both meet"),
                concat!("d1 $ n \"0 2\" ", $both, " n \"1 2 3\" # s \"pluck\""),
                |a| patterns(a, $op, Structure::Both),
            ),
            entry(
                $left,
                concat!($class, " => Pattern a -> Pattern a -> Pattern a"),
                concat!($what, "; the left side's events"),
                concat!("d1 $ n \"0 2\" ", $left, " n \"1 2 3\" # s \"pluck\""),
                |a| patterns(a, $op, Structure::Left),
            ),
            entry(
                $right,
                concat!($class, " => Pattern a -> Pattern a -> Pattern a"),
                concat!($what, "; the right side's events"),
                concat!("d1 $ n \"0 2\" ", $right, " n \"1 2 3\" # s \"pluck\""),
                |a| patterns(a, $op, Structure::Right),
            ),
        ]
    };
}

const ADD: [Entry; 3] = family!("|+|", "|+", "+|", "Num a", Op::Add, "adds values (words stay as they are)");
const SUB: [Entry; 3] = family!("|-|", "|-", "-|", "Num a", Op::Sub, "subtracts values");
const MUL: [Entry; 3] = family!("|*|", "|*", "*|", "Num a", Op::Mul, "multiplies values");
const DIV: [Entry; 3] = family!("|/|", "|/", "/|", "Fractional a", Op::Div, "divides values");
const MOD: [Entry; 3] = family!("|%|", "|%", "%|", "Moddable a", Op::Mod, "takes the remainder of values");
const POW: [Entry; 3] = family!("|**|", "|**", "**|", "Floating a", Op::Pow, "raises values to a power");
const TAKE_RIGHT: [Entry; 3] =
    family!("|>|", "|>", ">|", "Unionable a", Op::KeepRight, "takes the right side's values");
const TAKE_LEFT: [Entry; 3] =
    family!("|<|", "|<", "<|", "Unionable a", Op::KeepLeft, "takes the left side's values");

#[expect(clippy::too_many_lines, reason = "a table, put together because arrays do not add up")]
const fn joined() -> [Entry; 45] {
    // The families, then the rest; a const table is put together here because arrays do not add up.
    let [a0, a1, a2] = ADD;
    let [s0, s1, s2] = SUB;
    let [m0, m1, m2] = MUL;
    let [d0, d1, d2] = DIV;
    let [r0, r1, r2] = MOD;
    let [p0, p1, p2] = POW;
    let [t0, t1, t2] = TAKE_RIGHT;
    let [l0, l1, l2] = TAKE_LEFT;
    [
        a0,
        a1,
        a2,
        s0,
        s1,
        s2,
        m0,
        m1,
        m2,
        d0,
        d1,
        d2,
        r0,
        r1,
        r2,
        p0,
        p1,
        p2,
        t0,
        t1,
        t2,
        l0,
        l1,
        l2,
        entry(
            "|++|",
            "Pattern String -> Pattern String -> Pattern String",
            "joins words; events where both meet",
            "d1 $ s (\"drum:\" |++| \"1 2\")",
            |a| patterns(a, Op::Concat, Structure::Both),
        ),
        entry(
            "|++",
            "Pattern String -> Pattern String -> Pattern String",
            "joins words; the left side's events",
            "d1 $ s (\"drum:*2\" |++ \"1\")",
            |a| patterns(a, Op::Concat, Structure::Left),
        ),
        entry(
            "++|",
            "Pattern String -> Pattern String -> Pattern String",
            "joins words; the right side's events",
            "d1 $ s (\"drum:\" ++| \"1 2\")",
            |a| patterns(a, Op::Concat, Structure::Right),
        ),
        entry(
            "#",
            "Unionable a => Pattern a -> Pattern a -> Pattern a",
            "adds controls: the left side's events, the right side's values",
            "d1 $ s \"bd*4\" # speed \"1 2\"",
            |a| patterns(a, Op::KeepRight, Structure::Left),
        ),
        entry(
            "|=|",
            "Unionable a => Pattern a -> Pattern a -> Pattern a",
            "the old name of |<|",
            "d1 $ s \"bd\" |=| n \"1\"",
            |a| patterns(a, Op::KeepLeft, Structure::Both),
        )
        .was("|<|"),
        entry(
            "+",
            "Num a => a -> a -> a",
            "adds; patterns where both meet",
            "d1 $ n (\"0 3\" + \"12\") # s \"pluck\"",
            |a| values(a, Op::Add),
        ),
        entry(
            "-",
            "Num a => a -> a -> a",
            "subtracts; patterns where both meet",
            "d1 $ n (\"12 15\" - \"12\") # s \"pluck\"",
            |a| values(a, Op::Sub),
        ),
        entry(
            "*",
            "Num a => a -> a -> a",
            "multiplies; patterns where both meet",
            "d1 $ s \"hh*4\" # gain (\"0.8\" * \"1 0.9\")",
            |a| values(a, Op::Mul),
        ),
        entry(
            "/",
            "Fractional a => a -> a -> a",
            "divides; patterns where both meet",
            "d1 $ (1/8) ~> s \"bd\"",
            |a| values(a, Op::Div),
        ),
        entry("**", "Floating a => a -> a -> a", "a power", "d1 $ s \"bd\" # speed (2 ** 0.5)", |a| {
            values(a, Op::Pow)
        }),
        entry(
            "^",
            "(Num a, Integral b) => a -> b -> a",
            "a whole power",
            "d1 $ fast (2 ^ 2) $ s \"bd\"",
            |a| power(a.value(0)?, a.value(1)?),
        ),
        entry(
            "%",
            "(Integral a, Fractional b) => a -> a -> b",
            "a ratio of two whole numbers",
            "d1 $ (1 % 8) ~> s \"bd\"",
            |a| {
                let r = Rational::new(a.int(0)?, a.int(1)?);
                // Where Haskell wants `pure`, a set may leave it out.
                r.is_defined().then_some(Value::Ratio(r))
            },
        ),
        entry(
            "negate",
            "Num a => a -> a",
            "changes the sign",
            "d1 $ n (negate \"1 2\") # s \"pluck\"",
            |a| negate(a.value(0)?),
        ),
        entry(
            "div",
            "Integral a => a -> a -> a",
            "whole division, rounding down",
            "d1 $ n (div \"7\" \"2\") # s \"pluck\"",
            |a| {
                divided(a.value(0)?, a.value(1)?, |x, y| {
                    Some(x.checked_div(y)? - i64::from(x.checked_rem(y)? != 0 && (x < 0) != (y < 0)))
                })
            },
        ),
        entry(
            "mod",
            "Integral a => a -> a -> a",
            "the remainder of whole division",
            "d1 $ n (mod \"7\" \"4\") # s \"pluck\"",
            |a| values(a, Op::Mod),
        ),
        entry(
            "abs",
            "Num a => a -> a",
            "the size without the sign",
            "d1 $ s \"bd*4\" # pan (abs sine)",
            |a| numeric(a.value(0)?, f64::abs),
        ),
        entry(
            "sin",
            "Floating a => a -> a",
            "the sine of an angle in radians",
            "d1 $ s \"bd*4\" # pan (sin \"0 1\")",
            |a| numeric(a.value(0)?, f64::sin),
        ),
        entry(
            "cos",
            "Floating a => a -> a",
            "the cosine of an angle in radians",
            "d1 $ s \"bd*4\" # pan (cos \"0 1\")",
            |a| numeric(a.value(0)?, f64::cos),
        ),
        entry(
            "sqrt",
            "Floating a => a -> a",
            "the square root",
            "d1 $ s \"bd*4\" # gain (sqrt \"0.5 1\")",
            |a| numeric(a.value(0)?, f64::sqrt),
        ),
        entry(
            "floor",
            "(RealFrac a, Integral b) => a -> b",
            "rounds down",
            "d1 $ n (fmap (fromIntegral . floor) \"1.5 2.5\") # s \"pluck\"",
            |a| rounded(a.value(0)?, f64::floor),
        ),
        entry(
            "round",
            "(RealFrac a, Integral b) => a -> b",
            "rounds to the nearest whole number",
            "d1 $ n (fmap (fromIntegral . round) \"1.4 2.6\") # s \"pluck\"",
            |a| rounded(a.value(0)?, f64::round_ties_even),
        ),
    ]
}

pub(super) const TABLE: &[Entry] = &joined();
