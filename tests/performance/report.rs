//! The figures of a run: names and types are a contract.

use super::fake_engine::FakeEngine;
use super::program::Program;
use super::shared;
use serde_json::{Map, Value};

/// Runs a set for a while; its report.
pub fn report_of(set: &str, engine: &str, seconds: &str) -> Map<String, Value> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let set_file = folder.path().join("set.tidal");
    std::fs::write(&set_file, set).unwrap();
    let (file, set_file) = (file.to_str().unwrap(), set_file.to_str().unwrap());
    let words = ["play", set_file, "--headless", "--seconds", seconds, "--report", file, "--engine", engine];
    Program::start(&words).outcome().is(0, &[]);
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn check(report: &Map<String, Value>) {
    let names: Vec<&str> = report.keys().map(String::as_str).collect();
    let mut expected = [
        "events",
        "bundles",
        "late",
        "lead_ms",
        "lateness_ms",
        "cycles",
        "engine",
        "xruns",
        "dropped_reports",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    for counted in ["events", "bundles", "late", "dropped_reports"] {
        assert!(report[counted].is_u64(), "{counted}: {report:?}");
    }
    assert!(report["engine"].is_string() && report["cycles"].is_f64(), "{report:?}");
    assert!(report["xruns"].is_u64() || report["xruns"].is_null(), "{report:?}");
    for (group, names) in
        [("lead_ms", vec!["max", "min", "p50"]), ("lateness_ms", vec!["max", "p50", "p95", "p99", "p999"])]
    {
        let found = report[group].as_object().unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), names, "{group}");
        assert!(found.values().all(Value::is_f64), "{report:?}");
    }
}

fn number(report: &Map<String, Value>, group: &str, name: &str) -> f64 {
    report[group][name].as_f64().unwrap()
}

#[test]
fn its_fields_are_those_of_the_contract() {
    let _turn = shared();
    let fake = FakeEngine::start();
    let theirs = report_of("setcps 2\n\nd1 $ s \"bd*4\"\n\nd2 $ s \"hh*4\"\n", &fake.word(), "1");
    let ours = report_of("setcps 2\n\nd1 $ s \"bd*4\"\n", "embedded", "1");
    let nothing = report_of("-- silence\n", "embedded", "0.2");
    for report in [&theirs, &ours, &nothing] {
        check(report);
    }
    // Two events sound at once, so they share a bundle.
    let (events, bundles) = (theirs["events"].as_u64().unwrap(), theirs["bundles"].as_u64().unwrap());
    assert_eq!(events, 2 * bundles, "{theirs:?}");
    assert_eq!(events, fake.voices().len() as u64, "what was counted is what was sent");
    assert!((14..=20).contains(&events), "a second of 16 events: {theirs:?}");
    // The tempo is 2: a second is two cycles, and the planning is up to 40 ms ahead.
    assert!((1.8..2.6).contains(&theirs["cycles"].as_f64().unwrap()), "{theirs:?}");
    assert_eq!(theirs["engine"], fake.word());
    assert!(theirs["xruns"].is_null(), "another's engine does not tell: {theirs:?}");
    assert!(ours["engine"] == "embedded" && ours["xruns"].is_u64(), "{ours:?}");
    assert_eq!((&nothing["events"], &nothing["bundles"]), (&0.into(), &0.into()));
    for report in [&theirs, &ours] {
        // Lead is latency minus lateness, and the latency is 100 ms.
        let (lead, lateness) = (number(report, "lead_ms", "min"), number(report, "lateness_ms", "max"));
        assert!((lead + lateness - 100.0).abs() < 1.0, "{report:?}");
        assert!(number(report, "lead_ms", "min") <= number(report, "lead_ms", "p50"), "{report:?}");
        assert!(number(report, "lead_ms", "p50") <= number(report, "lead_ms", "max"), "{report:?}");
    }
}

#[test]
fn a_report_that_cannot_be_written_says_so() {
    let _turn = shared();
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.tidal");
    std::fs::write(&set, "d1 $ s \"bd\"\n").unwrap();
    let words = ["play", set.to_str().unwrap(), "--headless", "--seconds", "0.1", "--engine", "embedded"];
    let nowhere = folder.path().join("no/such/folder.json");
    let words = [&words[..], &["--report", nowhere.to_str().unwrap()]].concat();
    Program::start(&words).outcome().is(1, &["report cannot be written to", "folder.json"]);
}
