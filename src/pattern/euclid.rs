//! Euclidean rhythms (Bjorklund), as Tidal orders them.

/// Steps beyond this make no music, only memory.
const MOST_STEPS: i64 = 65_536;

/// `k` hits spread over `n` steps. Negative `k` is the inverse rhythm; more hits than steps are
/// `k` hits; no steps are no rhythm. `None` when there are too many.
pub fn rhythm(k: i64, n: i64) -> Option<Vec<bool>> {
    if n > MOST_STEPS || !(-MOST_STEPS..=MOST_STEPS).contains(&k) {
        return None;
    }
    if n <= 0 {
        return Some(Vec::new());
    }
    if k < 0 {
        return rhythm(-k, n).map(|r| r.into_iter().map(|hit| !hit).collect());
    }
    if k > n {
        return Some(vec![true; k as usize]);
    }
    let mut a = vec![vec![true]; k as usize];
    let mut b = vec![vec![false]; (n - k) as usize];
    while a.len().min(b.len()) > 1 {
        let pairs = a.len().min(b.len());
        let rest = if a.len() > b.len() { a.split_off(pairs) } else { b.split_off(pairs) };
        for (x, y) in a.iter_mut().zip(b) {
            x.extend(y);
        }
        b = rest;
    }
    Some(a.into_iter().chain(b).flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(k: i64, n: i64, want: &str) {
        let got: String = rhythm(k, n).unwrap().into_iter().map(|h| if h { '1' } else { '0' }).collect();
        assert_eq!(got, want, "({k},{n})");
    }

    #[test]
    fn rhythms_are_tidals() {
        check(3, 8, "10010010");
        check(5, 8, "10110110");
        check(4, 11, "10010010010");
        check(2, 5, "10100");
        check(0, 4, "0000");
        check(4, 4, "1111");
        check(9, 8, "111111111");
        check(-3, 8, "01101101");
        check(3, 0, "");
        assert_eq!(rhythm(100_000, 100_001), None);
    }
}
