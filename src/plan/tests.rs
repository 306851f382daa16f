//! Planning on a clock that is driven by hand: scenarios, snapshots of commands, and the law that no
//! number does harm.

mod orbits;
mod voices;

use super::*;
use crate::bank::{Buffer, Def, UserDef};
use crate::control::ControlName;
use crate::osc::BufNum;
use crate::pattern::{ControlMap, Pattern, QueryError, Value};
use crate::score::Edit;
use crate::synth::{compile, range};
use crate::time::Rational;
use proptest::prelude::*;

const START: Timetag = Timetag(3_950_000_000 << 32);

/// A set of one or more tracks at 1 cycle a second, with everything it needs in the bank.
struct Stage {
    score: Score,
    bank: Bank,
    clock: Clock,
    planner: Planner,
    at: Rational,
}

/// `bd` and `long` are samples (1 s mono; 4 s stereo), `wob` a SynthDef of the user.
fn bank() -> Bank {
    let mut bank = Bank::empty(Layout::OWN);
    let buffer = |num, seconds: u32, channels| Buffer {
        num: BufNum(num),
        frames: 48_000 * seconds,
        channels,
        rate: 48_000.0,
    };
    bank.sounds.insert("drum".into(), vec![Some(buffer(7, 1, 1)), Some(buffer(8, 1, 1)), None]);
    bank.sounds.insert("long".into(), vec![Some(buffer(9, 4, 2))]);
    bank.sounds.insert("TR808bd".into(), vec![Some(buffer(10, 1, 1))]);
    let controls = [("out", 0.0), ("note", 52.0), ("amp", 0.0), ("pan", 0.0), ("gate", 0.0), ("wobble", 0.0)];
    let buses = [("bus", 20.0), ("fx", 20.0)];
    user(&mut bank, "wob", true, &[&controls[..], &buses].concat());
    bank
}

/// A SynthDef of the user, loaded for the second time.
fn user(bank: &mut Bank, name: &str, ends: bool, controls: &[(&str, f32)]) {
    let def: Arc<str> = format!("{name}~2").into();
    bank.defs
        .insert(def.clone(), Def { controls: controls.iter().map(|(n, v)| ((*n).into(), *v)).collect() });
    bank.users.insert(name.into(), UserDef { def, ends, buses: ["fx".into()].into() });
}

fn known(bank: &Bank, name: &str, n: i64) -> Known {
    match bank.sample(name, n) {
        crate::bank::Lookup::Ready(b) => Known::Sample { place: 0, channels: Some(b.channels) },
        crate::bank::Lookup::Absent(place) => Known::Sample { place, channels: None },
        crate::bank::Lookup::Unknown if bank.users.contains_key(name) => Known::Def,
        crate::bank::Lookup::Unknown => Known::Nothing,
    }
}

fn make_ready(bank: &mut Bank, pattern: &Pattern) {
    let span = TimeSpan::new(Rational::ZERO, Rational::int(4));
    for key in wants(&pattern.haps(span).unwrap(), |s, n| known(bank, s, n)).voices {
        let def = compile(&key);
        bank.defs.insert(def.name.clone(), Def { controls: def.controls.into() });
    }
}

impl Stage {
    fn new(tracks: &[(&str, Pattern)]) -> Self {
        let mut bank = bank();
        let edits: Vec<Edit> = tracks
            .iter()
            .map(|(name, pattern)| {
                make_ready(&mut bank, pattern);
                Edit::Track {
                    name: (*name).into(),
                    pattern: pattern.clone(),
                    transition: crate::score::Transition::Plain,
                }
            })
            .collect();
        let score = Score::new().apply(&edits, Rational::ZERO);
        Self {
            score,
            bank,
            clock: Clock::new(START, 1.0),
            planner: Planner::new(Layout::OWN),
            at: Rational::ZERO,
        }
    }

    /// Plans up to `cycle`, in windows of a 32nd.
    fn run(&mut self, cycle: i64) -> Plan {
        let mut plan = Plan::default();
        while self.at < Rational::int(cycle) {
            let end = self.at + Rational::new(1, 32);
            let window = TimeSpan::new(self.at, end);
            self.planner.plan(&self.score, &self.bank, &mut self.clock, window, &mut plan);
            self.at = end;
        }
        plan
    }
}

/// Events with `controls`, `times` a cycle.
fn sound(times: i64, controls: &[(&str, Value)]) -> Pattern {
    let map: ControlMap = controls.iter().map(|(k, v)| (ControlName::new(k), v.clone())).collect();
    Pattern::pure(Value::Controls(map)).fast(Rational::int(times))
}

fn s(name: &str) -> (&'static str, Value) {
    ("s", Value::text(name))
}

fn num(name: &'static str, x: f64) -> (&'static str, Value) {
    (name, Value::Num(x))
}

/// A line for each bundle and command; moments in ms after the start.
fn shown(plan: &Plan) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for b in &plan.bundles {
        let ms = |t: Timetag| (t.since_s(START) * 1e3 * 1000.0).round() / 1000.0;
        write!(out, "{} ms", ms(b.at)).unwrap();
        if b.due != b.at {
            write!(out, " (due {})", ms(b.due)).unwrap();
        }
        writeln!(out).unwrap();
        for c in &b.commands {
            let settings = |list: &[(Arc<str>, f32)]| {
                list.iter().fold(String::new(), |all, (n, v)| all + &format!(" {n}={v}"))
            };
            match c {
                Command::SynthNew { def, id, settings: set, .. } => {
                    writeln!(out, "  {} {def}{}", id.0, settings(set))
                }
                Command::NodeSet { id, settings: set } => writeln!(out, "  set {}{}", id.0, settings(set)),
                other => writeln!(out, "  {other:?}"),
            }
            .unwrap();
        }
    }
    for absent in &plan.absent {
        writeln!(out, "absent {absent:?}").unwrap();
    }
    out
}

fn snapshot(name: &str, text: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
    insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("plan_{name}"), text);
    });
}

fn check(name: &str, tracks: &[(&str, Pattern)], cycles: i64) {
    snapshot(name, &shown(&Stage::new(tracks).run(cycles)));
}

/// The settings of the only synth of a pattern, by name.
fn settings(controls: &[(&str, Value)]) -> HashMap<String, f32> {
    let plan = Stage::new(&[("d1", sound(1, controls))]).run(1);
    let synths: Vec<_> = plan
        .bundles
        .iter()
        .flat_map(|b| &b.commands)
        .filter_map(|c| match c {
            Command::SynthNew { settings, .. } => Some(settings),
            _ => None,
        })
        .collect();
    assert_eq!(synths.len(), 1, "{}", shown(&plan));
    synths[0].iter().map(|(n, v)| (n.to_string(), *v)).collect()
}

#[test]
fn a_kick_four_times_a_cycle() {
    check("kicks", &[("d1", sound(4, &[s("bd")]))], 1);
}

#[test]
fn a_sample_with_everything() {
    let all = [
        s("long"),
        num("speed", -2.0),
        num("begin", 0.25),
        num("cutoff", 800.0),
        num("room", 0.3),
        num("delay", 0.2),
        num("delaytime", 0.25),
        num("size", 0.8),
        num("pan", 1.25),
        ("vowel", Value::text("e")),
    ];
    check("everything", &[("d3", sound(1, &all))], 2);
}

#[test]
fn chords_share_a_bundle_and_tracks_have_their_lanes() {
    let chord = Pattern::stack(vec![
        sound(1, &[s("pluck"), num("note", 0.0)]),
        sound(1, &[s("pluck"), num("note", 7.0)]),
    ]);
    check("chord", &[("d1", chord), ("d2", sound(1, &[s("pad"), num("orbit", 17.0)]))], 1);
}

#[test]
fn cuts_end_what_sounds() {
    let cut =
        Pattern::cat(vec![sound(2, &[s("long"), num("cut", 1.0)]), sound(1, &[s("drum"), num("cut", 1.0)])]);
    check("cut", &[("d1", cut), ("d2", sound(1, &[s("long")]))], 2);
}

/// Which of the synths of a pattern (counted from 0) a cut ends, in order.
fn ended(pattern: Pattern) -> Vec<i32> {
    let plan = Stage::new(&[("d1", pattern)]).run(1);
    let ended = plan.bundles.iter().flat_map(|b| &b.commands).filter_map(|c| match c {
        Command::NodeSet { id, settings } if &*settings[0].0 == "cutGate" => Some(id.0),
        _ => None,
    });
    ended.map(|id| id - Layout::OWN.first_voice()).collect()
}

#[test]
fn a_closed_hat_ends_the_open_one_of_its_kit_unless_a_cut_is_said() {
    let after = |open: &[(&str, Value)], closed: &[(&str, Value)]| {
        ended(Pattern::sequence(vec![
            sound(1, open),
            sound(1, closed),
            sound(1, &[s("bd")]),
            Pattern::silence(),
        ]))
    };
    let none: [i32; 0] = [];
    assert_eq!(after(&[s("oh")], &[s("hh")]), [0]);
    assert_eq!(after(&[s("808oh")], &[s("808hh")]), [0]);
    assert_eq!(after(&[s("oh")], &[s("808ch")]), none);
    assert_eq!(after(&[s("oh")], &[s("hh"), num("orbit", 3.0)]), none);
    assert_eq!(after(&[s("oh"), num("cut", 0.0)], &[s("hh")]), none);
    assert_eq!(after(&[s("oh")], &[s("hh"), num("cut", 2.0)]), none);
    // Struck at once, both are heard; the next hat ends both.
    let both = || Pattern::stack(vec![sound(1, &[s("oh")]), sound(1, &[s("hh"), num("decay", 8.0)])]);
    let next = sound(1, &[s("hh")]);
    assert_eq!(ended(Pattern::sequence(vec![both(), next, Pattern::silence()])), [0, 1]);
}

#[test]
fn an_instruments_own_controls_arrive_within_their_range() {
    let sent = settings(&[s("acid"), num("resonance", 7.0), num("cutoff", 900.0), num("slide", f64::NAN)]);
    assert_eq!(sent["own.resonance"].to_bits(), 1_f32.to_bits());
    // The same control is the filter's, too.
    assert_eq!(sent["resonance"].to_bits(), 1_f32.to_bits());
    assert_eq!(sent["own.slide"].to_bits(), 0_f32.to_bits());
    assert!(!sent.contains_key("own.velocity"), "what is not said has its default");
    assert!(settings(&[s("bd"), num("resonance", 0.5)]).keys().all(|k| !k.starts_with("own.")));
}

#[test]
fn a_synthdef_of_the_user_comes_before_an_instrument_of_its_name() {
    let mut stage = Stage::new(&[("d1", sound(1, &[s("acid")]))]);
    user(&mut stage.bank, "acid", true, &[("out", 0.0)]);
    let plan = stage.run(1);
    let played = plan.bundles.iter().flat_map(|b| &b.commands);
    assert!(played.into_iter().any(|c| matches!(c, Command::SynthNew { def, .. } if &**def == "acid~2")));
}

#[test]
fn decay_lengthens_a_drum_and_accelerate_moves_a_pitch() {
    let long = settings(&[s("808bd"), num("decay", 2.0)]);
    assert!((long["sustain"] - 2.8).abs() < 1e-3, "{long:?}");
    let gliding = settings(&[s("supersaw"), num("accelerate", -9.0)]);
    assert_eq!(gliding["accelerate"].to_bits(), (-1_f32).to_bits());
}

#[test]
fn a_negative_cut_ends_only_its_own_sample() {
    let cut = Pattern::sequence(vec![
        sound(1, &[s("long"), num("cut", -1.0)]),
        sound(1, &[s("drum"), num("cut", -1.0)]),
        sound(1, &[s("long"), num("cut", -1.0)]),
    ]);
    check("cut_negative", &[("d1", cut)], 1);
}

#[test]
fn a_synthdef_of_the_user_is_released() {
    check(
        "gate",
        &[("d1", sound(2, &[s("wob"), num("note", 3.0), num("wobble", 5.0), num("legato", 0.5)]))],
        1,
    );
}

#[test]
fn an_events_tempo_moves_what_follows() {
    let faster =
        Pattern::cat(vec![sound(2, &[s("hh"), num("cps", 1.0)]), sound(2, &[s("hh"), num("cps", 2.0)])]);
    check("cps", &[("d1", faster)], 4);
}

#[test]
fn nudges_move_the_moment_and_never_the_handing_over_before_the_onset() {
    let both = Pattern::sequence(vec![
        sound(1, &[s("hh"), num("nudge", 0.02)]),
        sound(1, &[s("hh"), num("nudge", -0.02)]),
    ]);
    check("nudge", &[("d1", both)], 1);
}

#[test]
fn a_track_that_runs_wild_is_named_and_the_others_sound() {
    let mut stage = Stage::new(&[("d1", sound(4, &[s("drum")])), ("d3", sound(2, &[s("wob")]))]);
    let alone = stage.run(1);
    let wild = Edit::Track {
        name: "d2".into(),
        pattern: sound(1_000_000_000, &[s("drum")]),
        transition: crate::score::Transition::Plain,
    };
    stage.score = stage.score.apply(&[wild], Rational::ONE);
    let beside = stage.run(2);
    let named: Vec<(&str, &QueryError)> = beside.errors.iter().map(|e| (&*e.track, &e.error)).collect();
    // Each window of the cycle lacks this track, and no other.
    assert_eq!(named, [("d2", &QueryError::OverBudget); 32]);
    assert!(alone.errors.is_empty() && alone.sounding.len() == 6, "{:?}", alone.sounding.len());
    assert_eq!(beside.sounding.len(), 6, "the others play on");
}

#[test]
fn what_is_absent_is_said_once_and_skipped() {
    let mut stage = Stage::new(&[
        ("d1", sound(4, &[s("bdd")])),
        ("d2", sound(2, &[s("drum"), num("n", 2.0)])),
        ("d3", sound(1, &[num("n", 2.0)])),
        ("d4", sound(1, &[s("~")])),
        ("d5", sound(1, &[s("oi.fx.delay")])),
    ]);
    stage.bank.defs.remove("oi.bd");
    let plan = stage.run(2);
    snapshot("absent", &shown(&plan));
    assert_eq!(plan.skipped, 2 * (4 + 2 + 1 + 1));
    assert!(stage.run(4).absent.is_empty());
    stage.planner.report_again();
    assert_eq!(stage.run(5).absent.len(), 4);
}

#[test]
fn a_def_that_is_not_proven_is_skipped() {
    let mut stage = Stage::new(&[("d1", sound(1, &[s("bd")]))]);
    stage.bank.defs.remove("oi.bd");
    assert_eq!(stage.run(1).absent, [Absent::Def("oi.bd".into())]);
}

#[test]
fn superdirts_rules() {
    let near = |controls: &[(&str, Value)], name: &str, want: f32| {
        let got = settings(controls).get(name).copied();
        assert!(got.is_some_and(|g| (g - want).abs() < 1e-3), "{controls:?}: {name} is {got:?}, not {want}");
    };
    let drum = s("drum");
    // gain is amp * (min(gain, 2) + overgain) ^ 4
    near(std::slice::from_ref(&drum), "amp", 0.4);
    near(&[drum.clone(), num("gain", 0.5)], "amp", 0.025);
    near(&[drum.clone(), num("gain", 5.0)], "amp", 6.4);
    near(&[drum.clone(), num("gain", 1.0), num("overgain", 0.5), num("amp", 0.1)], "amp", 0.506_25);
    // Time span.
    near(std::slice::from_ref(&drum), "sustain", 1.0);
    near(&[drum.clone(), num("speed", 2.0)], "sustain", 0.5);
    near(&[drum.clone(), num("begin", 0.25), num("end", 0.75)], "sustain", 0.5);
    near(&[drum.clone(), num("begin", 0.25)], "fadeIn", 0.001);
    near(&[drum.clone(), num("legato", 0.25)], "sustain", 0.25);
    near(&[drum.clone(), num("sustain", 9.0)], "sustain", 1.0);
    near(&[drum.clone(), num("sustain", 0.1), num("legato", 0.5)], "sustain", 0.1);
    near(&[drum.clone(), num("speed", 1.0), num("accelerate", 1.0)], "endSpeed", 2.0);
    near(&[drum.clone(), num("speed", 1.0), num("accelerate", 1.0)], "sustain", 1.0 / 1.5);
    near(&[drum.clone(), num("loop", 2.0)], "sustain", 2.0);
    near(&[s("long"), num("speed", 0.5), ("unit", Value::text("c"))], "speed", 2.0);
    near(&[s("long"), num("speed", 0.5), ("unit", Value::text("c"))], "sustain", 2.0);
    near(&[s("long"), ("unit", Value::text("s")), num("end", 0.5)], "sustain", 0.5);
    // Backwards, begin and end change places.
    near(&[drum.clone(), num("speed", -1.0), num("begin", 0.25)], "begin", 1.0);
    near(&[drum.clone(), num("speed", -1.0), num("begin", 0.25), num("loop", 1.0)], "end", 0.25);
    // Pitch.
    near(&[drum.clone(), num("note", 12.0)], "speed", 2.0);
    near(&[drum.clone(), num("n", 1.0)], "bufnum", 8.0);
    near(&[drum, num("octave", 4.0)], "speed", 0.5);
    near(&[s("lead"), num("n", 9.0)], "freq", 440.0);
    near(&[s("lead"), num("note", 9.0), num("octave", 6.0)], "freq", 880.0);
    near(&[s("lead"), num("freq", 100.0)], "freq", 100.0);
    near(&[s("lead")], "sustain", 1.0);
    near(&[s("bd"), num("note", 12.0)], "rate", 2.0);
    near(&[s("bd")], "sustain", 0.6);
    // Names.
    near(&[s("drum:1")], "bufnum", 8.0);
    near(&[s("bd"), ("bank", Value::text("TR808"))], "bufnum", 10.0);
    // Where and how long.
    near(&[s("drum"), num("channel", 1.0)], "pan", 1.0);
    near(&[s("drum"), num("pan", 0.25), num("channel", 1.0)], "pan", 0.75);
    near(&[s("lead"), num("dur", 0.25)], "sustain", 0.25);
    near(&[s("lead"), num("delta", 0.5), num("legato", 0.5)], "sustain", 0.25);
    near(&[s("drum"), num("timescale", 2.0)], "sustain", 2.0);
    near(&[s("drum"), num("freq", 523.251)], "speed", 2.0);
    near(&[s("drum"), num("midinote", 48.0)], "speed", 0.5);
    near(&[s("drum"), ("vowel", Value::text("a")), num("resonance", 0.8)], "vowelres", 0.8);
    // Pan folds at its edges.
    near(&[s("bd"), num("pan", 1.25)], "pan", 0.75);
    near(&[s("bd"), num("pan", -0.25)], "pan", 0.25);
}

#[test]
fn lags_and_offsets_shift_events_and_never_beyond_a_second() {
    let at = |controls: &[(&str, Value)]| {
        let all = [&[s("hh")], controls].concat();
        Stage::new(&[("d1", sound(1, &all))]).run(1).bundles[0].at.since_s(START)
    };
    for (controls, want) in [
        (vec![num("lag", 0.1)], 0.1),
        (vec![num("lagogo", 0.1), num("nudge", -0.05)], 0.05),
        (vec![num("offset", 0.1), num("speed", -2.0)], 0.2),
        (vec![num("lag", 1e9)], 1.0),
        (vec![num("offset", f64::NAN)], 0.0),
    ] {
        assert!((at(&controls) - want).abs() < 1e-6, "{controls:?}");
    }
}

#[test]
fn a_bundle_never_grows_too_long() {
    let crowd = Pattern::stack((0..300).map(|_| sound(1, &[s("bd")])).collect());
    let plan = Stage::new(&[("d1", crowd)]).run(1);
    assert_eq!(plan.bundles.iter().map(|b| b.events).sum::<u32>(), 300);
    for b in &plan.bundles {
        assert!(b.commands.len() <= COMMANDS + 1);
    }
}

#[test]
fn many_events_with_many_controls_at_once_are_all_sent() {
    let wide: Vec<(String, f32)> = (0..40).map(|n| (format!("a_long_name_{n}"), 0.0)).collect();
    let declared: Vec<(&str, f32)> = wide.iter().map(|(name, x)| (name.as_str(), *x)).collect();
    let said: Vec<(&str, Value)> =
        declared.iter().map(|(name, x)| (*name, Value::Num(f64::from(*x)))).collect();
    let event = sound(1, &[&[s("wide")], &said[..]].concat());
    let mut stage = Stage::new(&[("d1", Pattern::stack(vec![event; 200]))]);
    user(&mut stage.bank, "wide", true, &declared);
    let plan = stage.run(1);
    assert_eq!(plan.bundles.iter().map(|b| b.events).sum::<u32>(), 200);
    for b in &plan.bundles {
        let packet = codec::bundle(b.at, &b.commands).unwrap();
        let most = 16 + b.commands.iter().map(bytes).sum::<usize>();
        assert!(packet.len() <= most && most < packet.len() * 2, "{} of {most}", packet.len());
    }
}

#[test]
fn windows_of_any_size_plan_the_same() {
    let tracks = [("d1", sound(3, &[s("bd")])), ("d2", sound(5, &[s("drum"), num("cut", 1.0)]))];
    let mut fine = Stage::new(&tracks);
    let mut coarse = Stage::new(&tracks);
    let mut plan = Plan::default();
    let whole = TimeSpan::new(Rational::ZERO, Rational::int(3));
    coarse.planner.plan(&coarse.score, &coarse.bank, &mut coarse.clock, whole, &mut plan);
    assert_eq!(fine.run(3).bundles, plan.bundles);
}

/// A hostile number.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -10.0..10.0f64, Just(f64::NAN), Just(f64::INFINITY), Just(0.0), Just(-0.0)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_command_is_in_range(
        name in prop::sample::select(vec!["bd", "drum", "long", "acid", "808bd", "supersaw", "pad", "wob", "drum:-7", ":", "x:1e400"]),
        keys in proptest::collection::vec((0usize..400, any_number()), 0..12),
    ) {
        let names: Vec<&str> = crate::control::functions().iter().map(|f| f.sends).collect();
        let mut controls = vec![s(name), ("unit", Value::text("c"))];
        controls.extend(keys.iter().map(|(i, x)| (names[i % names.len()], Value::Num(*x))));
        let bus = keys.first().map_or(0.0, |(_, x)| *x);
        controls.extend([num("bus", bus), num("fx", -bus)]);
        let mut stage = Stage::new(&[("d1", sound(2, &controls))]);
        for def in crate::synth::effects::all() {
            stage.bank.defs.insert(def.name, Def { controls: def.controls.into() });
        }
        let plan = stage.run(1);
        let layout = Layout::OWN;
        // What the codec refuses is lost, other events with it.
        for bundle in &plan.bundles {
            let written = crate::osc::codec::bundle(bundle.at, &bundle.commands);
            prop_assert!(written.is_ok(), "{written:?}");
        }
        for command in plan.bundles.iter().flat_map(|b| &b.commands) {
            let (id, settings) = match command {
                Command::SynthNew { def, id, settings, target, .. } => {
                    prop_assert!(def.len() <= crate::synth::graph::MAX_NAME, "{}", def);
                    let insert = def.starts_with("oi.fx.");
                    prop_assert!(insert || *target == layout.voices());
                    prop_assert!(insert || id.0 >= layout.first_voice());
                    (*id, settings)
                }
                Command::NodeSet { id, settings } => (*id, settings),
                Command::NodeFree(_) => continue,
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            prop_assert!(id.0 > layout.first_node);
            for (name, value) in settings {
                prop_assert!(value.is_finite(), "{name} {value}");
                if let Some(r) = range(name).filter(|_| !matches!(command, Command::SynthNew { def, .. } if &**def == "wob~2")) {
                    prop_assert!((r.min..=r.max).contains(value), "{name} {value}");
                }
                match &**name {
                    "bus" | "fx" => prop_assert!((0.0..1024.0).contains(value), "{name} {value}"),
                    "bufnum" => prop_assert!([7.0, 8.0, 9.0, 10.0].contains(value)),
                    "out" | "delayOut" | "roomOut" => prop_assert!(*value >= layout.first_bus as f32 && *value < (layout.first_bus + 96) as f32),
                    _ => {}
                }
            }
        }
        for sounding in &plan.sounding {
            prop_assert!(sounding.duration_s.is_finite() && sounding.duration_s > 0.0);
        }
    }
}

#[test]
fn counters_move_on_with_each_event_in_order_of_time() {
    use crate::pattern::stateful::{Stateful, Step};
    let take =
        Stateful { register: "speeds".into(), step: Step::Take([1.0, 2.0, 3.0].map(Value::Num).into()) };
    let speeds = ("speed", take.value());
    let plan = Stage::new(&[("d1", sound(4, &[s("long"), speeds]))]).run(2);
    let sent: Vec<f32> = plan
        .bundles
        .iter()
        .flat_map(|b| &b.commands)
        .filter_map(|c| match c {
            Command::SynthNew { settings, .. } => {
                settings.iter().find(|(k, _)| &**k == "speed").map(|(_, v)| *v)
            }
            _ => None,
        })
        .collect();
    assert_eq!(sent, [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0]);
}

#[test]
fn a_nudge_of_the_whole_score_moves_every_event() {
    let mut stage = Stage::new(&[("d1", sound(1, &[s("bd")]))]);
    let before = stage.run(1).bundles.first().map(|b| b.at).expect("a bundle");
    let mut late = Stage::new(&[("d1", sound(1, &[s("bd")]))]);
    late.score = late.score.apply(&[Edit::NudgeAll(0.25)], Rational::ZERO);
    let after = late.run(1).bundles.first().map(|b| b.at).expect("a bundle");
    assert!((after.since_s(before) - 0.25).abs() < 1e-6);
}

#[test]
fn a_synthdef_gets_its_pitch_as_its_controls_say() {
    let pitch = |controls: &[(&str, f32)]| {
        let mut stage = Stage::new(&[("d1", sound(1, &[s("own"), num("note", 4.0)]))]);
        user(&mut stage.bank, "own", true, controls);
        let plan = stage.run(1);
        let Command::SynthNew { settings, .. } = &plan.bundles[0].commands[0] else { panic!("{plan:?}") };
        settings.iter().map(|(name, value)| format!("{name} {value:.2}")).collect::<Vec<_>>()
    };
    assert_eq!(pitch(&[("note", 52.0)]), ["note 64.00"], "a MIDI number");
    assert_eq!(pitch(&[("note", 0.0)]), ["note 4.00"], "from middle C");
    assert_eq!(pitch(&[("note", 52.0), ("freq", 440.0)]), ["note 4.00", "freq 329.63"]);
    assert_eq!(pitch(&[("midinote", 60.0)]), ["midinote 64.00"]);
    let first_bus = Layout::OWN.dry_bus(OrbitId::wrapped(0));
    assert_eq!(pitch(&[("outBus", 0.0), ("out_bus", 0.0)]), [format!("out_bus {first_bus}.00")]);
    assert_eq!(pitch(&[("dur", 0.0), ("sustain", 9.0)]), ["dur 1.00", "sustain 1.00"], "seconds");
}
