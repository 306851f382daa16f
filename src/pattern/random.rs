//! Tidal's random numbers: a function of time, so that a set sounds the same every time.

use crate::time::Rational;

const RANGE: i64 = 536_870_912; // 2^29

/// The random word of a time: xorshift of its place in a span of 300 cycles.
pub fn seed(time: f64) -> i64 {
    let turns = time / 300.0;
    xorshift(((turns - turns.trunc()) * RANGE as f64) as i64)
}

/// The word after `x`.
pub fn xorshift(x: i64) -> i64 {
    let a = (x << 13) ^ x;
    let b = (a >> 17) ^ a;
    (b << 5) ^ b
}

/// A word as a number from 0 up to 1.
pub fn unit(word: i64) -> f64 {
    word.rem_euclid(RANGE) as f64 / RANGE as f64
}

/// The random number of a time, 0 up to 1.
pub fn rand(time: Rational) -> f64 {
    unit(seed(time.to_f64()))
}

/// `n` random numbers of a time, one after the other.
pub fn rands(time: f64, n: usize) -> Vec<f64> {
    let mut word = seed(time);
    (0..n)
        .map(|_| {
            let x = unit(word);
            word = xorshift(word);
            x
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_eight_are_tidals() {
        let want = [0.157_392, 0.800_250, 0.569_458, 0.696_519, 0.839_792, 0.412_840, 0.754_369, 0.697_160];
        for (i, want) in want.into_iter().enumerate() {
            let got = rand(Rational::new(2 * i as i64 + 1, 16));
            assert!((got - want).abs() < 1e-6, "{i}: {got}");
        }
    }
}
