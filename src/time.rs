//! Exact time, counted in cycles.
//!
//! In: integers, decimals as text or `f64`. Out: [`Rational`] positions and [`TimeSpan`]s.
//! Pure. Intermediate results are `i128`; what does not fit into `i64` over `i64` becomes
//! [`Rational::UNDEFINED`], which spreads through every operation as NaN does, so that a
//! query can test once, where it writes an event, and never emits a wrong position.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// An exact ratio of two `i64`, reduced, with a positive denominator; or undefined.
///
/// Undefined (the outcome of an overflow or a division by zero) compares greater than
/// everything else and equal to itself, so that sorting stays total.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rational {
    num: i64,
    den: i64, // > 0; 0 only in UNDEFINED
}

/// Greatest common divisor; `gcd(0, n)` is `n`.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    // Nearly all ratios of music fit in 64 bits, where division is several times faster.
    while b != 0 {
        if let (Ok(mut x), Ok(mut y)) = (u64::try_from(a), u64::try_from(b)) {
            while y != 0 {
                (x, y) = (y, x % y);
            }
            return u128::from(x);
        }
        (a, b) = (b, a % b);
    }
    a
}

fn gcd64(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Rational {
    /// 0 cycles.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// 1 cycle.
    pub const ONE: Self = Self { num: 1, den: 1 };
    /// The outcome of an overflow or of a division by zero.
    pub const UNDEFINED: Self = Self { num: 0, den: 0 };

    /// `num / den`, reduced; undefined when `den` is 0.
    pub fn new(num: i64, den: i64) -> Self {
        Self::reduced(i128::from(num), i128::from(den))
    }

    /// A whole number.
    pub const fn int(n: i64) -> Self {
        Self { num: n, den: 1 }
    }

    fn reduced(num: i128, den: i128) -> Self {
        if den == 0 {
            return Self::UNDEFINED;
        }
        let (num, den) = if den < 0 { (-num, -den) } else { (num, den) };
        let g = gcd(num.unsigned_abs(), den.unsigned_abs()).max(1) as i128;
        match (i64::try_from(num / g), i64::try_from(den / g)) {
            (Ok(num), Ok(den)) => Self { num, den },
            _ => Self::UNDEFINED,
        }
    }

    /// False after an overflow or a division by zero.
    pub const fn is_defined(self) -> bool {
        self.den != 0
    }

    /// The numerator; 0 when undefined.
    pub const fn num(self) -> i64 {
        self.num
    }

    /// The denominator; 0 when undefined.
    pub const fn den(self) -> i64 {
        self.den
    }

    /// True for whole numbers.
    pub const fn is_integer(self) -> bool {
        self.den == 1
    }

    /// The greatest whole number that is not above `self`; 0 when undefined.
    pub fn floor(self) -> i64 {
        match self.den {
            0 => 0,
            1 => self.num,
            d => self.num.div_euclid(d),
        }
    }

    /// The smallest whole number that is not below `self`, limited to `i64`; 0 when undefined.
    pub fn ceil(self) -> i64 {
        if self.den == 1 { self.num } else { self.floor().saturating_add(i64::from(self.den != 0)) }
    }

    /// The start of the cycle that `self` is in (Tidal's `sam`).
    pub fn cycle(self) -> Self {
        if self.is_defined() { Self::int(self.floor()) } else { self }
    }

    /// The start of the cycle after (Tidal's `nextSam`).
    pub fn next_cycle(self) -> Self {
        self.cycle() + Self::ONE
    }

    /// The position inside the cycle, 0 up to 1 (Tidal's `cyclePos`).
    pub fn cycle_pos(self) -> Self {
        self - self.cycle()
    }

    /// The nearest `f64`; NaN when undefined.
    pub fn to_f64(self) -> f64 {
        if self.is_defined() { self.num as f64 / self.den as f64 } else { f64::NAN }
    }

    /// The exact ratio of a decimal that a person would have written: 0.1 is 1/10, not the double's
    /// binary value. Undefined for NaN, infinities and what does not fit.
    pub fn from_f64(x: f64) -> Self {
        if !x.is_finite() {
            return Self::UNDEFINED;
        }
        if x.fract() == 0.0 && x.abs() < 9.0e18 {
            return Self::int(x as i64);
        }
        // The shortest decimal that reads back as `x` is what was written.
        let shortest = Self::from_decimal(&format!("{x}"));
        if shortest.is_defined() && shortest.den < 1_000_000_000_000 { shortest } else { Self::nearest(x) }
    }

    /// The best approximation of `x` with a denominator below 10^9, by continued fractions.
    fn nearest(x: f64) -> Self {
        let (mut p0, mut q0, mut p1, mut q1) = (0i128, 1i128, 1i128, 0i128);
        let mut rest = x.abs();
        for _ in 0..40 {
            let a = rest.floor();
            if a > 1e18 {
                break;
            }
            let (p2, q2) = (a as i128 * p1 + p0, a as i128 * q1 + q0);
            if q2 > 1_000_000_000 || p2 > i128::from(i64::MAX) {
                break;
            }
            (p0, q0, p1, q1) = (p1, q1, p2, q2);
            let f = rest - a;
            if f < 1e-15 {
                break;
            }
            rest = 1.0 / f;
        }
        let r = Self::reduced(p1, q1);
        if x < 0.0 { -r } else { r }
    }

    /// Reads `12`, `-0.25`, `1.5e-3`; undefined when the text is no decimal or does not fit.
    pub fn from_decimal(text: &str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((m, e)) => match e.parse::<i32>() {
                Ok(e) => (m, e),
                Err(_) => return Self::UNDEFINED,
            },
            None => (text, 0),
        };
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut num: i128 = 0;
        if whole.is_empty() && decimals.is_empty() {
            return Self::UNDEFINED;
        }
        for c in whole.chars().chain(decimals.chars()) {
            let Some(d) = c.to_digit(10) else { return Self::UNDEFINED };
            num = match num.checked_mul(10).and_then(|n| n.checked_add(i128::from(d))) {
                Some(n) => n,
                None => return Self::UNDEFINED,
            };
        }
        let Some(power) = i32::try_from(decimals.len()).ok().and_then(|n| exponent.checked_sub(n)) else {
            return Self::UNDEFINED;
        };
        if num == 0 {
            return Self::ZERO;
        }
        let Some(scale) = 10i128.checked_pow(power.unsigned_abs()) else { return Self::UNDEFINED };
        let num = if negative { -num } else { num };
        if power < 0 {
            Self::reduced(num, scale)
        } else {
            num.checked_mul(scale).map_or(Self::UNDEFINED, |n| Self::reduced(n, 1))
        }
    }

    /// The smaller of two.
    pub fn min(self, other: Self) -> Self {
        std::cmp::min(self, other)
    }

    /// The greater of two.
    pub fn max(self, other: Self) -> Self {
        std::cmp::max(self, other)
    }

    /// Distance from zero.
    pub fn abs(self) -> Self {
        if self.num < 0 { -self } else { self }
    }

    /// The remainder that has the divisor's sign, as Haskell's `mod`; undefined for a divisor of 0.
    pub fn modulo(self, divisor: Self) -> Self {
        let q = self / divisor;
        self - divisor * q.cycle()
    }
}

impl Add for Rational {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        if self.den == o.den {
            if self.den == 1 {
                return self.num.checked_add(o.num).map_or(Self::UNDEFINED, Self::int);
            }
            return Self::reduced_small(i128::from(self.num) + i128::from(o.num), self.den);
        }
        if self.den == 1 && o.den != 0 {
            return add_int(o, self.num);
        }
        if o.den == 1 && self.den != 0 {
            return add_int(self, o.num);
        }
        // Nearly always all of it fits into 64 bits, which divide many times faster than 128.
        let crossed = self.num.checked_mul(o.den).zip(o.num.checked_mul(self.den));
        let sum = crossed.and_then(|(a, b)| a.checked_add(b));
        if let Some((num, den)) = sum.zip(self.den.checked_mul(o.den)) {
            return Self::reduced_small(i128::from(num), den);
        }
        Self::reduced(
            i128::from(self.num) * i128::from(o.den) + i128::from(o.num) * i128::from(self.den),
            i128::from(self.den) * i128::from(o.den),
        )
    }
}

/// A whole number added to a reduced ratio leaves it reduced.
fn add_int(r: Rational, n: i64) -> Rational {
    n.checked_mul(r.den)
        .and_then(|m| m.checked_add(r.num))
        .map_or(Rational::UNDEFINED, |num| Rational { num, den: r.den })
}

impl Rational {
    fn reduced_small(num: i128, den: i64) -> Self {
        match i64::try_from(num) {
            Ok(num) if den > 0 => {
                let g = gcd64(num.unsigned_abs(), den.unsigned_abs()).max(1) as i64;
                Self { num: num / g, den: den / g }
            }
            _ => Self::reduced(num, i128::from(den)),
        }
    }
}

impl Sub for Rational {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}

impl Mul for Rational {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        if self == Self::ONE {
            return o;
        }
        if o == Self::ONE {
            return self;
        }
        match (self.num.checked_mul(o.num), self.den.checked_mul(o.den)) {
            (Some(num), Some(den)) if den > 0 => Self::reduced_small(i128::from(num), den),
            _ => Self::reduced(
                i128::from(self.num) * i128::from(o.num),
                i128::from(self.den) * i128::from(o.den),
            ),
        }
    }
}

impl Div for Rational {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        if o == Self::ONE {
            return self;
        }
        if o.num > 0 {
            return self * Self { num: o.den, den: o.num };
        }
        Self::reduced(i128::from(self.num) * i128::from(o.den), i128::from(self.den) * i128::from(o.num))
    }
}

impl Neg for Rational {
    type Output = Self;
    fn neg(self) -> Self {
        self.num.checked_neg().map_or(Self::UNDEFINED, |num| Self { num, den: self.den })
    }
}

impl Ord for Rational {
    fn cmp(&self, o: &Self) -> Ordering {
        if self.den == o.den {
            return self.num.cmp(&o.num);
        }
        match (self.is_defined(), o.is_defined()) {
            (true, true) => {
                (i128::from(self.num) * i128::from(o.den)).cmp(&(i128::from(o.num) * i128::from(self.den)))
            }
            (a, b) => b.cmp(&a),
        }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, o: &Self) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}

impl From<i64> for Rational {
    fn from(n: i64) -> Self {
        Self::int(n)
    }
}

impl fmt::Display for Rational {
    /// `num/den`, whole numbers too: the form that `query --json` prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 { write!(f, "{}", self.num) } else { write!(f, "{self}") }
    }
}

/// A span of cycle time, from `begin` up to but not including `end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    /// First position.
    pub begin: Rational,
    /// The position after the last.
    pub end: Rational,
}

impl TimeSpan {
    /// From `begin` to `end`.
    pub const fn new(begin: Rational, end: Rational) -> Self {
        Self { begin, end }
    }

    /// The whole cycle `n`.
    pub fn cycle(n: i64) -> Self {
        Self::new(Rational::int(n), Rational::int(n) + Rational::ONE)
    }

    /// `end - begin`.
    pub fn duration(self) -> Rational {
        self.end - self.begin
    }

    /// The position halfway.
    pub fn middle(self) -> Rational {
        (self.begin + self.end) * Rational { num: 1, den: 2 }
    }

    /// False when an edge overflowed.
    pub fn is_defined(self) -> bool {
        self.begin.is_defined() && self.end.is_defined()
    }

    /// The common part, Tidal's `subArc`: none when the spans are apart or only touch, unless a
    /// zero-length span lies on the other's beginning.
    pub fn intersection(self, o: Self) -> Option<Self> {
        let both = Self::new(self.begin.max(o.begin), self.end.min(o.end));
        if both.begin > both.end {
            return None;
        }
        if both.begin == both.end {
            let at = both.begin;
            let only_end = |s: Self| at == s.end && s.begin < s.end;
            if only_end(self) || only_end(o) {
                return None;
            }
        }
        Some(both)
    }

    /// The pieces of the span in each cycle it touches. A span of no length is one piece.
    pub fn cycles(self) -> impl Iterator<Item = Self> {
        let mut rest = Some(self);
        std::iter::from_fn(move || {
            let now = rest?;
            let next = now.begin.next_cycle();
            if now.end <= next || !next.is_defined() {
                rest = None;
                return Some(now);
            }
            rest = Some(Self::new(next, now.end));
            Some(Self::new(now.begin, next))
        })
    }
}

impl fmt::Debug for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}-{:?}", self.begin, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn r(num: i64, den: i64) -> Rational {
        Rational::new(num, den)
    }

    #[test]
    fn decimals_are_what_was_written() {
        assert_eq!(Rational::from_f64(0.1), r(1, 10));
        assert_eq!(Rational::from_f64(-2.75), r(-11, 4));
        assert_eq!(Rational::from_decimal("1.5e-3"), r(3, 2000));
        assert_eq!(Rational::from_f64(1.0 / 3.0), r(1, 3));
        assert!(!Rational::from_f64(f64::NAN).is_defined());
        assert!(!Rational::from_f64(1e300).is_defined());
        assert!(!Rational::from_decimal("").is_defined());
    }

    #[test]
    fn overflow_spreads_and_never_wraps() {
        let big = Rational::int(i64::MAX);
        for x in [big + Rational::ONE, big * big, -Rational::int(i64::MIN), Rational::ONE / Rational::ZERO] {
            assert!(!x.is_defined());
            assert!(
                !(x + r(1, 3)).is_defined() && !(r(1, 3) + x).is_defined() && !(x * r(2, 3)).is_defined()
            );
            assert!(!(x - x).is_defined() && !(x / big).is_defined());
        }
    }

    #[test]
    fn floor_and_position_of_negative_times() {
        assert_eq!(r(-1, 4).cycle(), Rational::int(-1));
        assert_eq!(r(-1, 4).cycle_pos(), r(3, 4));
        assert_eq!(r(7, 2).modulo(Rational::int(3)), r(1, 2));
        assert_eq!(r(-1, 2).modulo(Rational::int(3)), r(5, 2));
        assert_eq!(r(5, 2).ceil(), 3);
    }

    #[test]
    fn a_span_is_cut_at_cycles() {
        let pieces: Vec<_> = TimeSpan::new(r(1, 2), r(5, 2)).cycles().map(|s| format!("{s:?}")).collect();
        assert_eq!(pieces, ["1/2-1", "1-2", "2-5/2"]);
        assert_eq!(TimeSpan::new(Rational::ONE, Rational::ONE).cycles().count(), 1);
    }

    #[test]
    fn spans_that_only_touch_have_nothing_in_common() {
        let a = TimeSpan::cycle(0);
        assert_eq!(a.intersection(TimeSpan::cycle(1)), None);
        let point = TimeSpan::new(Rational::ONE, Rational::ONE);
        assert_eq!(TimeSpan::cycle(1).intersection(point), Some(point));
        assert_eq!(a.intersection(point), None);
    }

    proptest! {
        #[test]
        fn sums_and_products_undo(a in -10_000i64..10_000, b in 1i64..5_000, c in -10_000i64..10_000, d in 1i64..5_000) {
            let (x, y) = (r(a, b), r(c, d));
            prop_assert_eq!(x + y - y, x);
            prop_assert_eq!(x + y, y + x);
            if c != 0 { prop_assert_eq!(x * y / y, x); }
            prop_assert_eq!(x < y, x.to_f64() < y.to_f64());
        }

        #[test]
        fn any_operation_on_any_number_returns(a: i64, b: i64, c: i64, d: i64) {
            let (x, y) = (r(a, b), r(c, d));
            let _ = (x + y, x - y, x * y, x / y, x.floor(), x.ceil(), x.modulo(y), x.cmp(&y), x.to_f64());
        }
    }
}
