//! Single numbers: Haskell's functions on them, applied inside patterns too.

use super::arithmetic::{Op, divided, numeric, rounded, values};
use super::{Args, Entry, entry};
use crate::pattern::Value;
use crate::time::Rational;

/// A whole number that the result's type may want as a fraction.
fn stays(a: &Args) -> Option<Value> {
    a.value(0).cloned()
}

fn add(a: &Args, by: i64) -> Option<Value> {
    match a.value(0)? {
        Value::Int(n) => Some(Value::Int(n.checked_add(by)?)),
        Value::Ratio(r) => Some(Value::Ratio(*r + Rational::int(by))),
        v => numeric(v, if by > 0 { |x| x + 1.0 } else { |x| x - 1.0 }),
    }
}

fn total(a: &Args, o: Op, start: Value) -> Option<Value> {
    let mut list = a.list(0)?.iter().cloned().collect::<Vec<_>>().into_iter();
    let first = list.next().unwrap_or(start);
    list.try_fold(first, |all, x| super::arithmetic::op(o, all, x))
}

fn divisor(mut a: i64, mut b: i64) -> Option<i64> {
    while b != 0 {
        (a, b) = (b, a.checked_rem(b)?);
    }
    a.checked_abs()
}

macro_rules! of_one {
    ($name:literal, $class:literal, $meaning:literal, $example:literal, $f:expr) => {
        entry($name, concat!($class, " a => a -> a"), $meaning, $example, |a| numeric(a.value(0)?, $f))
    };
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "subtract",
        "Num a => a -> a -> a",
        "takes the first number away from the second",
        "d1 $ n (subtract 12 <$> \"12 15\") # s \"pluck\"",
        |a| super::arithmetic::op(Op::Sub, a.value(1)?.clone(), a.value(0)?.clone()),
    ),
    entry("succ", "Enum a => a -> a", "one more", "d1 $ n (succ <$> \"0 3\") # s \"pluck\"", |a| add(a, 1)),
    entry("pred", "Enum a => a -> a", "one less", "d1 $ n (pred <$> \"1 3\") # s \"pluck\"", |a| add(a, -1)),
    entry(
        "rem",
        "Integral a => a -> a -> a",
        "the remainder of whole division, with the sign of the first number",
        "d1 $ n (fmap (\\x -> fromIntegral $ rem x 4) (\"7\" :: Pattern Int)) # s \"pluck\"",
        |a| divided(a.value(0)?, a.value(1)?, i64::checked_rem),
    ),
    entry(
        "quot",
        "Integral a => a -> a -> a",
        "whole division, towards zero",
        "d1 $ n (fmap (\\x -> fromIntegral $ quot x 2) (\"7\" :: Pattern Int)) # s \"pluck\"",
        |a| divided(a.value(0)?, a.value(1)?, i64::checked_div),
    ),
    entry(
        "gcd",
        "Integral a => a -> a -> a",
        "the greatest common divisor",
        "d1 $ fast (fromIntegral $ gcd 8 12) $ s \"bd\"",
        |a| divided(a.value(0)?, a.value(1)?, divisor),
    ),
    entry(
        "lcm",
        "Integral a => a -> a -> a",
        "the least common multiple",
        "d1 $ slow (fromIntegral $ lcm 2 3) $ s \"bd sn\"",
        |a| {
            divided(a.value(0)?, a.value(1)?, |x, y| {
                let d = divisor(x, y)?;
                if d == 0 { Some(0) } else { (x / d).checked_mul(y)?.checked_abs() }
            })
        },
    ),
    entry(
        "mod'",
        "Real a => a -> a -> a",
        "the remainder of division",
        "d1 $ s \"bd*4\" # pan (fmap (\\x -> mod' x 1) \"0.5 1.25\")",
        |a| values(a, Op::Mod),
    ),
    of_one!("signum", "Num", "-1, 0 or 1: the sign", "d1 $ s \"bd*4\" # speed (signum \"-2 3\")", |x| if x
        == 0.0
    {
        0.0
    } else {
        x.signum()
    }),
    of_one!(
        "exp",
        "Floating",
        "e to the power of a number",
        "d1 $ s \"bd*4\" # pan (exp \"-1 0\")",
        f64::exp
    ),
    of_one!("log", "Floating", "the natural logarithm", "d1 $ s \"bd*4\" # pan (log \"1 2\")", f64::ln),
    of_one!(
        "tan",
        "Floating",
        "the tangent of an angle in radians",
        "d1 $ s \"bd*4\" # pan (tan \"0 0.5\")",
        f64::tan
    ),
    of_one!("asin", "Floating", "the angle of a sine", "d1 $ s \"bd*4\" # pan (asin \"0 0.5\")", f64::asin),
    of_one!("acos", "Floating", "the angle of a cosine", "d1 $ s \"bd*4\" # pan (acos \"1 0.5\")", f64::acos),
    of_one!(
        "atan",
        "Floating",
        "the angle of a tangent",
        "d1 $ s \"bd*4\" # pan (atan \"0 0.5\")",
        f64::atan
    ),
    of_one!("sinh", "Floating", "the hyperbolic sine", "d1 $ s \"bd*4\" # pan (sinh \"0 0.5\")", f64::sinh),
    of_one!("cosh", "Floating", "the hyperbolic cosine", "d1 $ s \"bd*4\" # pan (cosh \"0 0.5\")", f64::cosh),
    of_one!(
        "tanh",
        "Floating",
        "the hyperbolic tangent",
        "d1 $ s \"bd*4\" # pan (tanh \"0 0.5\")",
        f64::tanh
    ),
    of_one!(
        "recip",
        "Fractional",
        "one divided by a number",
        "d1 $ s \"bd*4\" # speed (recip \"1 2\")",
        |x| 1.0 / x
    ),
    entry(
        "logBase",
        "Floating a => a -> a -> a",
        "the logarithm to a base",
        "d1 $ s \"bd\" # pan (pure $ logBase 2 1.5)",
        |a| Some(Value::Num(a.number(1)?.log(a.number(0)?))),
    ),
    entry(
        "ceiling",
        "(RealFrac a, Integral b) => a -> b",
        "rounds up",
        "d1 $ n (fmap (fromIntegral . ceiling) \"1.5 2.5\") # s \"pluck\"",
        |a| rounded(a.value(0)?, f64::ceil),
    ),
    entry(
        "truncate",
        "(RealFrac a, Integral b) => a -> b",
        "rounds towards zero",
        "d1 $ n (fmap (fromIntegral . truncate) \"1.5 -2.5\") # s \"pluck\"",
        |a| rounded(a.value(0)?, f64::trunc),
    ),
    entry(
        "realToFrac",
        "(Real a, Fractional b) => a -> b",
        "a number as any number with a fraction",
        "d1 $ s \"bd*4\" # pan (fmap realToFrac (\"0.5\" :: Pattern Rational))",
        stays,
    ),
    entry(
        "fromRational",
        "Fractional a => Rational -> a",
        "an exact ratio as any number with a fraction",
        "d1 $ s \"bd*4\" # pan (fmap fromRational (\"1%3\" :: Pattern Rational))",
        stays,
    ),
    entry(
        "toTime",
        "Real a => a -> Rational",
        "a number as a time",
        "d1 $ rotL (toTime 0.25) $ s \"bd sn\"",
        |a| a.ratio(0).map(Value::Ratio),
    ),
    entry(
        "fromTime",
        "Fractional a => Time -> a",
        "a time as any number with a fraction",
        "d1 $ s \"bd\" # pan (pure $ fromTime 0.25)",
        stays,
    ),
    entry(
        "fromEnum",
        "Enum a => a -> Int",
        "a value as its number in the order of its kind",
        "d1 $ n (fmap (fromIntegral . fromEnum) (\"t f\" :: Pattern Bool)) # s \"pluck\"",
        |a| match a.value(0)? {
            Value::Bool(b) => Some(Value::Int(i64::from(*b))),
            Value::Text(t) => Some(Value::Int(i64::from(u32::from(t.chars().next()?)))),
            v => Some(Value::Int(v.as_f64()?.trunc() as i64)),
        },
    ),
    entry(
        "toEnum",
        "Enum a => Int -> a",
        "a number as the value of that place in its kind",
        "d1 $ n (toEnum <$> (\"0 3\" :: Pattern Int)) # s \"pluck\"",
        stays,
    ),
    entry(
        "numerator",
        "Rational -> Int",
        "what stands above the line of a ratio",
        "d1 $ n (pure $ fromIntegral $ numerator 0.75) # s \"pluck\"",
        |a| Some(Value::Int(a.ratio(0)?.num())),
    ),
    entry(
        "denominator",
        "Rational -> Int",
        "what stands below the line of a ratio",
        "d1 $ n (pure $ fromIntegral $ denominator 0.75) # s \"pluck\"",
        |a| Some(Value::Int(a.ratio(0)?.den())),
    ),
    entry(
        "sum",
        "Num a => [a] -> a",
        "all numbers of a list together",
        "d1 $ n (pure $ sum [3, 4]) # s \"pluck\"",
        |a| total(a, Op::Add, Value::Int(0)),
    ),
    entry(
        "product",
        "Num a => [a] -> a",
        "all numbers of a list multiplied",
        "d1 $ n (pure $ product [3, 4]) # s \"pluck\"",
        |a| total(a, Op::Mul, Value::Int(1)),
    ),
    entry(
        "digitToInt",
        "Char -> Int",
        "a digit as a number",
        "d1 $ n (pure $ fromIntegral $ digitToInt '7') # s \"pluck\"",
        |a| Some(Value::Int(i64::from(a.text(0)?.chars().next()?.to_digit(16)?))),
    ),
    entry(
        "ord",
        "Char -> Int",
        "a character's number",
        "d1 $ n (pure $ fromIntegral $ ord 'c') # s \"pluck\"",
        |a| Some(Value::Int(i64::from(u32::from(a.text(0)?.chars().next()?)))),
    ),
    entry("sam", "Time -> Time", "the start of a time's cycle", "d1 $ rotL (sam 2.5) $ s \"bd sn\"", |a| {
        Some(Value::Ratio(a.ratio(0)?.cycle()))
    }),
    entry(
        "nextSam",
        "Time -> Time",
        "the end of a time's cycle",
        "d1 $ rotL (nextSam 2.5) $ s \"bd sn\"",
        |a| Some(Value::Ratio(a.ratio(0)?.next_cycle())),
    ),
    entry(
        "cyclePos",
        "Time -> Time",
        "the place of a time in its cycle",
        "d1 $ rotL (cyclePos 2.25) $ s \"bd sn\"",
        |a| Some(Value::Ratio(a.ratio(0)?.cycle_pos())),
    ),
    entry(
        "fromInteger",
        "Num a => Int -> a",
        "a whole number as any number",
        "d1 $ n (fromInteger <$> (\"0 1\" :: Pattern Int)) # s \"pluck\"",
        stays,
    ),
    entry(
        "toInteger",
        "Integral a => a -> Int",
        "a number as a whole number",
        "d1 $ n (fromIntegral . toInteger <$> (\"0 1\" :: Pattern Int)) # s \"pluck\"",
        |a| a.int(0).map(Value::Int),
    ),
    entry(
        "isInt",
        "RealFrac a => a -> Bool",
        "true for a number without a fraction",
        "d1 $ n (filterValues isInt \"0 1.5\") # s \"pluck\"",
        |a| Some(Value::Bool(a.number(0)?.fract() == 0.0)),
    ),
];
