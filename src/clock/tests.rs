//! Laws of the clock, and its steps.

use super::*;
use proptest::prelude::*;

/// Some day of 2025.
const START: Timetag = Timetag(3_950_000_000 << 32);

fn cycles() -> impl Strategy<Value = Rational> {
    (0i64..200_000, 0i64..4096, 1i64..4096).prop_map(|(n, p, d)| Rational::int(n) + Rational::new(p % d, d))
}

fn changes() -> impl Strategy<Value = Vec<(Rational, f64)>> {
    proptest::collection::vec((cycles(), 0.05f64..8.0), 0..7).prop_map(|mut list| {
        list.sort_by_key(|(cycle, _)| *cycle);
        list
    })
}

fn changed(changes: &[(Rational, f64)]) -> Clock {
    let mut clock = Clock::new(START, 0.5625);
    for (cycle, cps) in changes {
        clock.set_cps(*cycle, *cps);
    }
    clock
}

proptest! {
    #[test]
    fn there_and_back_is_the_same_cycle(changes in changes(), cycle in cycles()) {
        let clock = changed(&changes);
        let back = clock.cycle_at(clock.time_of(cycle));
        let off_s = (back - cycle.to_f64()).abs() / clock.cps_at(cycle);
        prop_assert!(off_s < 1e-6, "{cycle:?} came back as {back}: {off_s} s");
    }

    #[test]
    fn time_goes_forward_across_tempo_changes(changes in changes(), a in cycles(), b in cycles()) {
        let clock = changed(&changes);
        prop_assume!(a < b);
        prop_assert!(clock.time_of(a) < clock.time_of(b));
    }

    #[test]
    fn a_tempo_change_leaves_no_gap(changes in changes(), at in cycles(), cps in 0.05f64..8.0) {
        let mut clock = changed(&changes);
        prop_assume!(changes.iter().all(|(c, _)| *c < at));
        let before = clock.time_of(at);
        clock.set_cps(at, cps);
        prop_assert_eq!(clock.time_of(at), before);
        let a_little = Rational::new(1, 1000);
        let after_s = clock.time_of(at + a_little).since_s(before);
        prop_assert!((after_s - 0.001 / cps).abs() < 1e-6);
    }

    #[test]
    fn any_number_is_survived(tag: u64, num: i64, den: i64, cps: f64) {
        let mut clock = Clock::new(Timetag(tag), cps);
        let cycle = Rational::new(num, den);
        clock.set_cps(cycle, cps * 2.0);
        let _ = (clock.time_of(cycle), clock.cycle_at(Timetag(tag)), clock.grid_at(Timetag(!tag)));
    }
}

#[test]
fn nothing_accumulates() {
    // A hundred thousand cycles of 16/9 s, counted exactly.
    let clock = Clock::new(START, 0.5625);
    let exact = START.0 + (((100_000u128 * 16) << 32) / 9) as u64;
    assert!(clock.time_of(Rational::int(100_000)).0.abs_diff(exact) <= 1);
}

#[test]
fn a_step_of_the_system_clock_moves_the_origin_once() {
    let mut clock = Clock::new(START, 1.0);
    let reading = |mono_ms: u64, ntp_s: f64| Reading {
        monotonic: Duration::from_millis(mono_ms),
        ntp: START.plus_s(ntp_s),
    };
    assert_eq!(clock.observe(reading(5000, 0.0)), None);
    // Slewed by 5 ms in 100: followed.
    assert_eq!(clock.observe(reading(5100, 0.105)), None);
    // An hour forward: half a second of music has passed all the same.
    let step = clock.observe(reading(5500, 3600.505)).unwrap();
    assert!((step - 3600.0).abs() < 1e-6);
    assert!((clock.cycle_at(START.plus_s(3600.505)) - 0.505).abs() < 1e-6);
    assert_eq!(clock.observe(reading(5600, 3600.605)), None);
    // And back.
    assert!(clock.observe(reading(5700, 0.705)).is_some());
    assert!((clock.cycle_at(START.plus_s(0.705)) - 0.705).abs() < 1e-6);
}

#[test]
fn windows_end_on_the_grid() {
    let clock = Clock::new(START, 0.5);
    let at = clock.grid_at(START.plus_s(1.0 + 1e-6));
    assert_eq!(at, Rational::new(1, 2));
    assert_eq!(clock.grid_at(START.plus_s(-0.5)), Rational::new(-1, 4));
}

#[test]
fn a_window_has_an_end_at_any_tempo() {
    for cps in [0.001, 0.0049, 0.0122, 0.049, 0.05, 0.5625, 200.0] {
        let clock = Clock::new(START, cps);
        for ms in 0..100 {
            let now = START.plus_s(100.0 + f64::from(ms) / 1000.0);
            let behind_s = now.since_s(clock.time_of(clock.grid_at(now)));
            assert!((-1e-6..0.016).contains(&behind_s), "at {cps} cps: {behind_s} s");
        }
    }
}
