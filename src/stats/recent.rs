//! The lateness of the last seconds, in the buckets that the screen draws.
//!
//! In: single measurements and the second they belong to. Out: counts by bucket. Pure.

use std::collections::VecDeque;

/// Upper edges of the buckets, in milliseconds, each about twice the one before: the interesting
/// range reaches over three orders of magnitude. What is above goes into one bucket more.
const EDGES_MS: [f64; 11] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];

type Counts = [u32; EDGES_MS.len() + 1];

/// How many measurements fell into a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The range's upper edge in milliseconds; infinite for the last.
    pub below_ms: f64,
    /// How many.
    pub count: u32,
}

/// Figures of the window, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Half of the measurements were not above this.
    pub p50_ms: f64,
    /// 99 of 100 were not above this.
    pub p99_ms: f64,
    /// The greatest.
    pub max_ms: f64,
}

/// Measurements that are kept as they are, for the figures: a minute of some 270 bundles a second.
/// In a denser one the oldest go first.
const KEPT: usize = 16_384;

/// A window of the last seconds.
#[derive(Clone, Debug)]
pub struct Recent {
    length_s: usize,
    /// Oldest first: the second and its counts.
    seconds: VecDeque<(u64, Counts)>,
    /// Oldest first: the second and the measurement, in milliseconds.
    values: VecDeque<(u64, f64)>,
}

impl Recent {
    /// A window of `length_s` seconds, at least 1.
    pub fn new(length_s: usize) -> Self {
        Self { length_s: length_s.max(1), seconds: VecDeque::new(), values: VecDeque::new() }
    }

    /// Adds measurements (in seconds) of the second `now` (counted from anywhere, never back).
    pub fn add(&mut self, now: u64, lateness_s: &[f32]) {
        let keep = self.length_s as u64;
        self.seconds.retain(|(second, _)| second.saturating_add(keep) > now);
        while self.values.front().is_some_and(|(second, _)| second.saturating_add(keep) <= now) {
            self.values.pop_front();
        }
        if self.seconds.back().is_none_or(|(second, _)| *second < now) {
            self.seconds.push_back((now, Counts::default()));
        }
        let Some((_, counts)) = self.seconds.back_mut() else { return };
        for &s in lateness_s {
            let ms = f64::from(s) * 1000.0;
            if ms.is_finite() {
                if self.values.len() >= KEPT {
                    self.values.pop_front();
                }
                self.values.push_back((now, ms));
            }
            let place = EDGES_MS.iter().position(|edge| ms < *edge).unwrap_or(EDGES_MS.len());
            if let Some(count) = counts.get_mut(place) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// The figures of the window; none while it is empty.
    pub fn figures(&self) -> Option<Figures> {
        let mut all: Vec<f64> = self.values.iter().map(|(_, ms)| *ms).collect();
        all.sort_unstable_by(f64::total_cmp);
        let at = |part: f64| all.get(((all.len() as f64 * part).ceil() as usize).saturating_sub(1)).copied();
        Some(Figures { p50_ms: at(0.5)?, p99_ms: at(0.99)?, max_ms: at(1.0)? })
    }

    /// The counts of the window, from the smallest lateness up.
    pub fn buckets(&self) -> Vec<Bucket> {
        let edges = EDGES_MS.iter().copied().chain([f64::INFINITY]);
        edges
            .enumerate()
            .map(|(i, below_ms)| {
                let counts = self.seconds.iter().filter_map(|(_, c)| c.get(i));
                Bucket { below_ms, count: counts.fold(0, |sum, n| sum.saturating_add(*n)) }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_measurements() {
        let mut recent = Recent::new(2);
        assert_eq!(recent.figures(), None);
        recent.add(1, &[9.0]);
        let hundred: Vec<f32> = (1..=100).map(|n| n as f32 / 1000.0).collect();
        recent.add(3, &hundred);
        let f = recent.figures().unwrap();
        assert_eq!([f.p50_ms, f.p99_ms, f.max_ms].map(|x| x.round() as i64), [50, 99, 100]);
    }

    #[test]
    fn old_seconds_leave_the_window() {
        let mut recent = Recent::new(2);
        let total = |r: &Recent| r.buckets().iter().map(|b| b.count).sum::<u32>();
        recent.add(10, &[0.000_01, 0.000_3]);
        recent.add(11, &[0.1, f32::NAN]);
        assert_eq!(total(&recent), 4);
        assert_eq!(recent.buckets().first().map(|b| b.count), Some(1));
        assert_eq!(recent.buckets().last().map(|b| b.count), Some(2));
        recent.add(12, &[]);
        assert_eq!(total(&recent), 2);
        recent.add(100, &[]);
        assert_eq!(total(&recent), 0);
    }
}
