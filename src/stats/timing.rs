//! Lateness and lead over a whole run, and the report of them.
//!
//! In: one measurement for each bundle sent. Out: [`TimingReport`]. The player's thread records
//! here: recording allocates nothing and takes the same time always.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Measurements above this (a minute) count as this: by then the figure has made its point.
const MOST_US: u64 = 60_000_000;

/// Figures of a run.
#[derive(Clone, Debug)]
pub struct Timing {
    lateness_us: Histogram<u64>,
    /// Leads above 0; the smallest is kept apart, because it may be negative.
    lead_us: Histogram<u64>,
    min_lead_s: f64,
    max_lead_s: f64,
    needed_s: f64,
    events: u64,
    bundles: u64,
    late: u64,
    dropped_reports: u64,
}

/// Lateness in milliseconds, by percentile.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct LatenessMs {
    /// Half of the bundles were at most this late.
    pub p50: f64,
    /// 95 of 100.
    pub p95: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1000.
    pub p999: f64,
    /// All.
    pub max: f64,
}

/// Lead in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct LeadMs {
    /// The smallest; negative when a bundle was sent after its own timetag.
    pub min: f64,
    /// The middle one.
    pub p50: f64,
    /// The greatest.
    pub max: f64,
}

/// What `--report` writes and `timing --json` prints: the names are a contract.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct TimingReport {
    /// Events handed to the engine.
    pub events: u64,
    /// Bundles sent.
    pub bundles: u64,
    /// Bundles whose lead was smaller than the engine needs.
    pub late: u64,
    /// Timetag minus sent.
    pub lead_ms: LeadMs,
    /// Sent minus due.
    pub lateness_ms: LatenessMs,
    /// Cycles planned.
    pub cycles: f64,
    /// Which engine played.
    pub engine: String,
    /// Xruns it spoke of; null when it cannot tell.
    pub xruns: Option<u64>,
    /// Reports of the player that found no room.
    pub dropped_reports: u64,
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, MOST_US, 3).expect("1 is above 0, a minute above 2, 3 digits below 6")
}

impl Timing {
    /// Nothing measured yet. A lead under `needed_s` seconds counts as late.
    pub fn new(needed_s: f64) -> Self {
        Self {
            lateness_us: histogram(),
            lead_us: histogram(),
            min_lead_s: f64::INFINITY,
            max_lead_s: f64::NEG_INFINITY,
            needed_s,
            events: 0,
            bundles: 0,
            late: 0,
            dropped_reports: 0,
        }
    }

    /// A bundle of so many events was sent `lateness_s` after it was due, `lead_s` before its
    /// timetag. True when that was late.
    pub fn sent(&mut self, events: u32, lateness_s: f64, lead_s: f64) -> bool {
        self.events += u64::from(events);
        self.bundles += 1;
        self.lateness_us.saturating_record(micros(lateness_s));
        self.lead_us.saturating_record(micros(lead_s));
        self.min_lead_s = self.min_lead_s.min(lead_s);
        self.max_lead_s = self.max_lead_s.max(lead_s);
        let late = lead_s < self.needed_s;
        self.late += u64::from(late);
        late
    }

    /// A report of the player found no room.
    pub fn report_dropped(&mut self) {
        self.dropped_reports += 1;
    }

    /// Events handed to the engine so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Bundles sent so far.
    pub fn bundles(&self) -> u64 {
        self.bundles
    }

    /// Bundles that were late so far.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// The figures, with what only others know.
    pub fn report(&self, cycles: f64, engine: &str, xruns: Option<u64>) -> TimingReport {
        let lateness = |q| self.lateness_us.value_at_quantile(q) as f64 / 1000.0;
        let any = self.bundles > 0;
        TimingReport {
            events: self.events,
            bundles: self.bundles,
            late: self.late,
            lead_ms: LeadMs {
                min: if any { round_us(self.min_lead_s * 1000.0) } else { 0.0 },
                // A histogram answers with the top of a bucket, which may lie above all that it holds.
                p50: (self.lead_us.value_at_quantile(0.5) as f64 / 1000.0)
                    .min(round_us(self.max_lead_s * 1000.0))
                    .max(0.0),
                max: if any { round_us(self.max_lead_s * 1000.0) } else { 0.0 },
            },
            lateness_ms: LatenessMs {
                p50: lateness(0.5),
                p95: lateness(0.95),
                p99: lateness(0.99),
                p999: lateness(0.999),
                max: lateness(1.0),
            },
            cycles,
            engine: engine.to_owned(),
            xruns,
            dropped_reports: self.dropped_reports,
        }
    }
}

/// Whole microseconds, 0 for what is negative or no number.
fn micros(seconds: f64) -> u64 {
    (seconds * 1e6).round() as u64
}

/// Milliseconds to the microsecond.
fn round_us(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_has_the_names_of_the_contract() {
        let mut timing = Timing::new(0.008);
        for n in 1..=100 {
            assert!(!timing.sent(2, f64::from(n) * 1e-5, 0.1 - f64::from(n) * 1e-5));
        }
        assert!(timing.sent(1, 0.103, -0.003));
        timing.report_dropped();
        let report = timing.report(12.5, "supernova", None);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(
            json,
            r#"{"events":201,"bundles":101,"late":1,"lead_ms":{"min":-3.0,"p50":99.519,"max":99.99},"lateness_ms":{"p50":0.51,"p95":0.96,"p99":1.0,"p999":103.039,"max":103.039},"cycles":12.5,"engine":"supernova","xruns":null,"dropped_reports":1}"#
        );
        assert_eq!(serde_json::from_str::<TimingReport>(&json).unwrap(), report);
    }

    #[test]
    fn nothing_measured_is_all_zero() {
        let report = Timing::new(0.0).report(0.0, "embedded", Some(0));
        assert_eq!(report.lead_ms, LeadMs::default());
        assert_eq!(report.lateness_ms, LatenessMs::default());
    }

    #[test]
    fn any_number_is_taken() {
        let mut timing = Timing::new(0.0);
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300] {
            timing.sent(u32::MAX, x, x);
        }
        let max = timing.report(0.0, "", None).lateness_ms.max;
        assert!((60_000.0..60_100.0).contains(&max), "{max}");
    }
}
