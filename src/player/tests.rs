//! The player against a recording sink, in real time but without an engine.

use super::*;
use crate::bank::{Def, Layout, UserDef};
use crate::control::ControlName;
use crate::pattern::{ControlMap, Pattern, Value};
use crate::score::{Edit, Transition};
use rosc::{OscPacket, OscType};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A message of a recorded bundle.
#[derive(Clone, Debug)]
struct Sent {
    tag: Timetag,
    address: String,
    args: Vec<OscType>,
}

impl Sent {
    fn node(&self) -> i32 {
        self.args.iter().find_map(|a| a.clone().int()).unwrap()
    }
}

type Tape = Arc<Mutex<Vec<Sent>>>;

fn recorder(tape: &Tape) -> Send {
    let tape = tape.clone();
    Box::new(move |packet, tag| {
        let Ok((_, OscPacket::Bundle(bundle))) = rosc::decoder::decode_udp(packet) else {
            panic!("no bundle")
        };
        let mut tape = tape.lock().unwrap();
        for content in bundle.content {
            let OscPacket::Message(m) = content else { panic!("nested") };
            tape.push(Sent { tag, address: m.addr, args: m.args });
        }
        true
    })
}

/// A SynthDef `x` that wants a number, one `held` that waits for its gate; the leslie.
fn bank() -> Arc<Bank> {
    let mut bank = Bank::empty(Layout::OWN);
    bank.defs.insert("held".into(), Def { controls: [("out".into(), 0.0), ("gate".into(), 1.0)].into() });
    bank.users.insert("held".into(), UserDef { def: "held".into(), ends: true, buses: [].into() });
    let leslie = crate::synth::effects::leslie();
    bank.defs.insert(leslie.name, Def { controls: leslie.controls.into() });
    bank.defs.insert("x".into(), Def { controls: [("out".into(), 0.0), ("number".into(), 0.0)].into() });
    bank.users.insert("x".into(), UserDef { def: "x".into(), ends: true, buses: [].into() });
    Arc::new(bank)
}

/// `times` events a cycle that carry `number`.
fn track(name: &str, times: i64, number: i64) -> Edit {
    sounds(name, times, &[("s", Value::text("x")), ("number", Value::Int(number))])
}

/// `times` events a cycle with these controls.
fn sounds(name: &str, times: i64, controls: &[(&str, Value)]) -> Edit {
    let map: ControlMap = controls.iter().map(|(k, v)| (ControlName::new(k), v.clone())).collect();
    let pattern = Pattern::pure(Value::Controls(map)).fast(Rational::int(times));
    Edit::Track { name: name.into(), pattern, transition: Transition::Plain }
}

fn play(score: &Score, tape: &Tape, tell: Tell) -> PlayerHandle {
    play_to(score, recorder(tape), tell)
}

fn play_to(score: &Score, send: Send, tell: Tell) -> PlayerHandle {
    let start =
        Start { score: Arc::new(score.clone()), bank: bank(), send, tell, latency_s: 0.1, needed_s: 0.0 };
    super::start(start).unwrap()
}

/// Looks every few milliseconds until `done`; too slow a machine fails the test, not the moment.
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn starts(tape: &Tape) -> Vec<Sent> {
    tape.lock().unwrap().iter().filter(|m| m.address == "/s_new").cloned().collect()
}

#[test]
fn nothing_is_lost_or_doubled_while_scores_are_swapped() {
    let tape = Tape::default();
    // 64 events a second; a cycle is a quarter of a second, so that saves meet many boundaries.
    let mut score = Score::new().apply(&[Edit::Cps(4.0), track("d1", 16, 0)], Rational::ZERO);
    let lost = Arc::new(Mutex::new(0.0));
    let seen = lost.clone();
    let player = play(
        &score,
        &tape,
        Box::new(move |r| {
            *seen.lock().unwrap() = r.lost_cycles;
            true
        }),
    );
    let mut number = 0;
    wait_until("8 cycles have passed", || {
        number += 1;
        score = score.apply(&[track("d1", 16, number), Edit::Mute("d5".into())], player.frontier());
        player.set_score(Arc::new(score.clone()));
        player.frontier() > Rational::int(8)
    });
    let outcome = player.stop().unwrap();
    let starts = starts(&tape);
    assert!(starts.len() >= 120, "{}", starts.len());
    assert_eq!(outcome.timing.events(), starts.len() as u64);
    if *lost.lock().unwrap() > 0.0 {
        eprintln!("the machine stood still for longer than the latency: gaps are right");
        return;
    }
    for (n, pair) in starts.windows(2).enumerate() {
        let gap_s = pair[1].tag.since_s(pair[0].tag);
        assert!((gap_s - 1.0 / 64.0).abs() < 1e-6, "event {n} is followed after {gap_s} s");
        assert_eq!(pair[1].node(), pair[0].node() + 1);
    }
    assert!(number > 5);
}

#[test]
fn a_tempo_change_leaves_no_gap_and_doubles_nothing() {
    let tape = Tape::default();
    let mut score = Score::new().apply(&[Edit::Cps(2.0), track("d1", 16, 0)], Rational::ZERO);
    let player = play(&score, &tape, Box::new(|_| true));
    let tempi = [2.0, 5.0, 1.5, 8.0, 3.0];
    for (n, cps) in tempi.iter().enumerate() {
        wait_until("a cycle has passed", || player.frontier() > Rational::int(n as i64 + 1));
        score = score.apply(&[Edit::Cps(*cps)], player.frontier());
        player.set_score(Arc::new(score.clone()));
    }
    wait_until("the last tempo was heard", || player.frontier() > Rational::int(7));
    player.stop().unwrap();
    let starts = starts(&tape);
    // Each step takes the time of a tempo, or lies across a change: between the extremes.
    for pair in starts.windows(2) {
        let gap_s = pair[1].tag.since_s(pair[0].tag);
        assert!((1.0 / 128.0 - 1e-6..1.0 / 24.0 + 1e-6).contains(&gap_s), "{gap_s}");
    }
    // Up to what was planned and not sent when it stopped.
    assert!(starts.len() >= 7 * 16 - 8, "{}", starts.len());
}

#[test]
fn hush_drops_what_waits_and_releases_what_sounds() {
    let tape = Tape::default();
    let score = Score::new().apply(&[Edit::Cps(2.0), track("d1", 16, 0)], Rational::ZERO);
    let player = play(&score, &tape, Box::new(|_| true));
    wait_until("some events were sent", || starts(&tape).len() > 12);
    let hushed = score.apply(&[Edit::Hush], player.frontier());
    player.set_score(Arc::new(hushed.clone()));
    wait_until("voices were freed", || tape.lock().unwrap().iter().any(|m| m.address == "/n_free"));
    let frontier = player.frontier();
    wait_until("two cycles have passed", || player.frontier() > frontier + Rational::int(2));
    player.stop().unwrap();
    let tape = tape.lock().unwrap();
    let first_free = tape.iter().position(|m| m.address == "/n_free").unwrap();
    // Nothing begins any more, and every voice that had not begun is freed as it begins.
    assert!(tape[first_free..].iter().all(|m| m.address == "/n_free"));
    let freed: Vec<&Sent> = tape[first_free..].iter().collect();
    for free in freed.iter().filter(|f| f.tag != Timetag::NOW) {
        let start = tape.iter().find(|m| m.address == "/s_new" && m.node() == free.node()).unwrap();
        // Those that the engine may just be beginning a moment later: all of them together.
        let after_s = free.tag.since_s(start.tag);
        assert!(free.tag.0 == start.tag.0 + 1 || (0.0..=0.1).contains(&after_s), "{after_s} s");
    }
    let last = tape[..first_free].iter().rfind(|m| m.address == "/s_new").unwrap();
    assert!(freed.iter().any(|f| f.node() == last.node()));
}

#[test]
fn panic_clears_the_engine_and_the_tracks_play_on() {
    let tape = Tape::default();
    let score = Score::new().apply(&[Edit::Cps(4.0), track("d1", 8, 0)], Rational::ZERO);
    let player = play(&score, &tape, Box::new(|_| true));
    wait_until("an event was sent", || !starts(&tape).is_empty());
    player.set_score(Arc::new(score.apply(&[Edit::Panic], player.frontier())));
    let cleared = || tape.lock().unwrap().iter().position(|m| m.address == "/clearSched");
    wait_until("the engine was cleared", || cleared().is_some());
    let at = cleared().unwrap();
    wait_until("more was sent", || starts(&tape).len() > at + 4);
    player.stop().unwrap();
    let tape = tape.lock().unwrap();
    assert_eq!((tape[at + 1].address.as_str(), tape[at + 1].node()), ("/g_freeAll", Layout::OWN.voices().0));
    assert!(tape[at].tag == Timetag::NOW && tape[at + 1].tag == Timetag::NOW);
}

#[test]
fn a_screen_that_takes_no_reports_delays_nothing_and_is_counted() {
    let tape = Tape::default();
    let score = Score::new().apply(&[Edit::Cps(4.0), track("d1", 8, 0)], Rational::ZERO);
    let player = play(&score, &tape, Box::new(|_| false));
    wait_until("2 cycles have passed", || player.frontier() > Rational::int(2));
    let outcome = player.stop().unwrap();
    assert!(outcome.timing.report(outcome.cycles, "", None).dropped_reports > 5);
    assert!(outcome.timing.events() >= 14);
}

#[test]
fn a_program_that_stood_still_plays_no_burst() {
    let tape = Tape::default();
    let mut inner = recorder(&tape);
    let score = Score::new().apply(&[Edit::Cps(4.0), track("d1", 16, 0)], Rational::ZERO);
    let report = Arc::new(Mutex::new(None));
    let seen = report.clone();
    let mut calls = 0;
    let send: Send = Box::new(move |packet, tag| {
        calls += 1;
        if calls == 20 {
            std::thread::sleep(Duration::from_millis(700));
        }
        inner(packet, tag)
    });
    let tell: Tell = Box::new(move |r| {
        *seen.lock().unwrap() = Some(r);
        true
    });
    let player = play_to(&score, send, tell);
    wait_until("5 cycles have passed", || player.frontier() > Rational::int(5));
    player.stop().unwrap();
    let report = report.lock().unwrap().take().unwrap();
    // 0.7 s less what the latency forgives, at 4 cycles a second.
    assert!((1.0..3.5).contains(&report.lost_cycles), "{}", report.lost_cycles);
    let starts = starts(&tape);
    let widest = starts.windows(2).map(|p| p[1].tag.since_s(p[0].tag)).fold(0.0, f64::max);
    assert!((0.4..0.8).contains(&widest), "{widest}");
    assert!(starts.windows(2).all(|p| p[1].tag > p[0].tag));
}

/// The voices that were begun and not ended, by what the tape says.
fn held(tape: &Tape) -> Vec<i32> {
    let tape = tape.lock().unwrap();
    let nodes = |address: &str| -> Vec<i32> {
        tape.iter().filter(|m| m.address == address).map(Sent::node).collect()
    };
    let (begun, released, freed) = (nodes("/s_new"), nodes("/n_set"), nodes("/n_free"));
    begun.into_iter().filter(|id| !released.contains(id) && !freed.contains(id)).collect()
}

/// Events with a gate, which last 80 ms.
fn gated() -> Score {
    let held = sounds("d1", 16, &[("s", Value::text("held")), ("sustain", Value::Num(0.08))]);
    Score::new().apply(&[Edit::Cps(2.0), held], Rational::ZERO)
}

#[test]
fn a_program_that_stood_still_lets_go_of_what_it_began() {
    let tape = Tape::default();
    let (mut inner, mut calls) = (recorder(&tape), 0);
    let send: Send = Box::new(move |packet, tag| {
        calls += 1;
        // Twice, at different moments of the voices' lives.
        if [20, 33].contains(&calls) {
            std::thread::sleep(Duration::from_millis(400));
        }
        inner(packet, tag)
    });
    let score = gated();
    let player = play_to(&score, send, Box::new(|_| true));
    wait_until("events came after the stalls", || starts(&tape).len() > 40);
    player.set_score(Arc::new(score.apply(&[Edit::Stop("d1".into())], player.frontier())));
    wait_until("all voices were let go", || held(&tape).is_empty());
    player.stop().unwrap();
    let tape = tape.lock().unwrap();
    let tag = |address: &str, id| tape.iter().find(|m| m.address == address && m.node() == id).unwrap().tag;
    for start in tape.iter().filter(|m| m.address == "/s_new") {
        assert!(tag("/n_set", start.node()) > start.tag, "a voice ends after it begins");
    }
}

#[test]
fn what_the_system_does_not_take_is_made_and_let_go_all_the_same() {
    let tape = Tape::default();
    let (mut inner, mut calls, mut refused) = (recorder(&tape), 0, false);
    // The first packet that makes a leslie is refused, and every fourth: releases too.
    let send: Send = Box::new(move |packet, tag| {
        calls += 1;
        let leslie = packet.windows(12).any(|w| w == b"oi.fx.leslie");
        let refuse = calls % 4 == 3 || (leslie && !refused);
        refused |= leslie;
        !refuse && inner(packet, tag)
    });
    let leslie = |x: f64| {
        let all = [("s", Value::text("held")), ("sustain", Value::Num(0.05)), ("leslie", Value::Num(x))];
        sounds("d1", 8, &all)
    };
    let score = Score::new().apply(&[Edit::Cps(2.0), leslie(0.0)], Rational::ZERO);
    let player = play_to(&score, send, Box::new(|_| true));
    let node = Layout::OWN.leslie(crate::bank::OrbitId::wrapped(0)).0;
    let made = || tape.lock().unwrap().iter().filter(|m| m.address == "/s_new" && m.node() == node).count();
    wait_until("some were sent", || starts(&tape).len() > 3);
    let score = score.apply(&[leslie(0.5)], player.frontier());
    player.set_score(Arc::new(score.clone()));
    wait_until("the leslie was made", || made() > 0);
    wait_until("more were sent", || starts(&tape).len() > 40);
    player.set_score(Arc::new(score.apply(&[Edit::Stop("d1".into())], player.frontier())));
    let voices = || held(&tape).into_iter().filter(|id| *id != node).count();
    wait_until("all voices were let go", || voices() == 0);
    player.stop().unwrap();
    assert_eq!(made(), 1);
}

#[test]
fn a_new_engine_keeps_no_voice_of_the_time_before_it_was_known() {
    let tape = Tape::default();
    let score = gated();
    let player = play(&score, &tape, Box::new(|_| true));
    wait_until("some events were sent", || starts(&tape).len() > 8);
    player.engine_restarted();
    let cleared = || tape.lock().unwrap().iter().position(|m| m.address == "/g_freeAll");
    wait_until("the voices were freed", || cleared().is_some());
    let at = cleared().unwrap();
    wait_until("more events were sent", || starts(&tape).len() > at + 8);
    player.set_score(Arc::new(score.apply(&[Edit::Stop("d1".into())], player.frontier())));
    let left = || {
        let held = held(&tape);
        let tape = tape.lock().unwrap();
        // What had begun is gone with its group.
        let freed: Vec<i32> = tape[..at].iter().filter(|m| m.address == "/s_new").map(Sent::node).collect();
        let last = freed.last().copied();
        (held.iter().filter(|id| !freed.contains(id)).count(), held.contains(&last.unwrap()))
    };
    // The last one before it had not begun in the engine.
    wait_until("all voices were let go", || left() == (0, false));
    player.stop().unwrap();
}

#[test]
fn an_event_that_is_nudged_beyond_the_latency_plays_as_early_as_it_can() {
    let tape = Tape::default();
    let early = sounds("d1", 8, &[("s", Value::text("x")), ("nudge", Value::Num(-0.4))]);
    let score = Score::new().apply(&[Edit::Cps(2.0), early], Rational::ZERO);
    let player = play(&score, &tape, Box::new(|_| true));
    wait_until("2 cycles have passed", || player.frontier() > Rational::int(2));
    let outcome = player.stop().unwrap();
    assert!(outcome.timing.events() >= 14, "{}", outcome.timing.events());
}

#[test]
fn the_slowest_tempo_is_planned_in_time() {
    let tape = Tape::default();
    // 32 events a second.
    let score = Score::new().apply(&[Edit::Cps(0.001), track("d1", 32_000, 0)], Rational::ZERO);
    let reports = Arc::new(Mutex::new((0, 0.0)));
    let seen = reports.clone();
    let tell: Tell = Box::new(move |r| {
        *seen.lock().unwrap() = (r.failed, r.lost_cycles);
        true
    });
    let player = play(&score, &tape, tell);
    wait_until("2 s have passed", || player.frontier() > Rational::new(2, 1000));
    let outcome = player.stop().unwrap();
    let (failed, lost) = *reports.lock().unwrap();
    let events = outcome.timing.events();
    assert!(lost > 0.0 || (events >= 60 && failed == 0), "{events} events, {failed} lost");
    let lateness = outcome.timing.report(outcome.cycles, "", None).lateness_ms;
    assert!(lateness.p50 < 20.0, "{} ms", lateness.p50);
}

#[test]
fn what_is_reported_is_what_was_asked_for() {
    let tape = Tape::default();
    let score = Score::new().apply(&[Edit::Cps(4.0), track("d3", 8, 0)], Rational::ZERO);
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = reports.clone();
    let player = play(
        &score,
        &tape,
        Box::new(move |r| {
            seen.lock().unwrap().push(r);
            true
        }),
    );
    let mut without = (*bank()).clone();
    without.defs.clear();
    wait_until("a cycle has passed", || player.frontier() > Rational::ONE);
    player.set_bank(Arc::new(without));
    wait_until("the def is missed", || reports.lock().unwrap().iter().any(|r| !r.absent.is_empty()));
    player.stop().unwrap();
    let reports = reports.lock().unwrap();
    let last = reports.last().unwrap();
    assert!(last.banks == 2 && last.skipped > 0 && last.failed == 0);
    assert_eq!(reports.iter().map(|r| r.absent.len()).sum::<usize>(), 1);
    let sounding = reports.iter().flat_map(|r| &r.sounding).count();
    assert_eq!(sounding, starts(&tape).len());
    let first = reports.iter().flat_map(|r| &r.sounding).next().unwrap();
    assert_eq!((&*first.track, first.orbit.index(), &*first.label), ("d3", 2, "x"));
    assert!((reports[0].clock.cycle_at(first.at)).abs() < 1e-6);
}
