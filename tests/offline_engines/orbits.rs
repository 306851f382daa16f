//! Whole orbits: delay, reverb, inserts and the master, on every engine that is here.

use super::engine::{Engine, Score, Sound};
use super::{instrument, on_all, voice};
use oiduna::bank::{Layout, OrbitId};
use oiduna::synth::SynthDef;
use oiduna::synth::effects::{self, CEILING, MASTER_LATENCY_S};

/// The whole way of one orbit: voices, delay, reverb, master.
struct Desk {
    score: Score,
    layout: Layout,
    orbit: OrbitId,
}

impl Desk {
    fn new(orbit: i64, delay: &[(&str, f32)], reverb: &[(&str, f32)]) -> Self {
        let (layout, orbit) = (Layout { first_bus: 16, ..Layout::OWN }, OrbitId::wrapped(orbit));
        let mut score = Score::default();
        for def in effects::all() {
            score.def(&def);
        }
        let group = |id: i32| vec![id.into(), 1.into(), 0.into()];
        let stages = [
            layout.voices(),
            layout.leslies(),
            layout.delays(),
            layout.reverbs(),
            layout.dj_filters(),
            layout.compressors(),
            layout.master_group(),
        ];
        for id in stages {
            score.at(0.0, "/g_new", group(id.0));
        }
        let mut effect =
            |def: SynthDef, id: i32, target: i32, own: [(&str, i32); 2], settings: &[(&str, f32)]| {
                let mut args = vec![(&*def.name).into(), id.into(), 1.into(), target.into()];
                for (name, value) in own.map(|(n, v)| (n, v as f32)).iter().chain(settings) {
                    args.extend([(*name).into(), (*value).into()]);
                }
                score.at(0.01, "/s_new", args);
            };
        let dry = layout.dry_bus(orbit);
        let ways = [("in", layout.delay_bus(orbit)), ("out", dry)];
        effect(effects::delay(), layout.delay(orbit).0, layout.delays().0, ways, delay);
        let ways = [("in", layout.reverb_bus(orbit)), ("out", dry)];
        effect(effects::reverb(), layout.reverb(orbit).0, layout.reverbs().0, ways, reverb);
        let ways = [("in", layout.first_bus), ("out", layout.out)];
        effect(effects::master(), layout.master().0, layout.master_group().0, ways, &[]);
        Self { score, layout, orbit }
    }

    /// An insert of the orbit, as the planner makes it.
    fn insert(&mut self, def: &SynthDef, settings: &[(&str, f32)]) {
        let (layout, orbit) = (self.layout, self.orbit);
        let (id, group) = match &*def.name {
            "oi.fx.leslie" => (layout.leslie(orbit), layout.leslies()),
            _ => (layout.compressor(orbit), layout.compressors()),
        };
        let mut args = vec![(&*def.name).into(), id.0.into(), 1.into(), group.0.into()];
        for (name, value) in [("in", layout.dry_bus(orbit) as f32)].iter().chain(settings) {
            args.extend([(*name).into(), (*value).into()]);
        }
        self.score.at(0.02, "/s_new", args);
    }

    fn play(&mut self, time_s: f64, id: i32, def: &SynthDef, settings: &[(&str, f32)]) {
        self.score.def(def);
        let (layout, orbit) = (self.layout, self.orbit);
        let buses = [
            ("out", layout.dry_bus(orbit) as f32),
            ("delayOut", layout.delay_bus(orbit) as f32),
            ("roomOut", layout.reverb_bus(orbit) as f32),
        ];
        let mut args = vec![(&*def.name).into(), id.into(), 1.into(), layout.voices().0.into()];
        for (name, value) in buses.iter().chain(settings) {
            if def.controls.iter().any(|c| &*c.0 == *name) {
                args.extend([(*name).into(), (*value).into()]);
            }
        }
        self.score.at(time_s, "/s_new", args);
    }
}

#[test]
fn a_delay_time_changes_while_it_runs() {
    let mut desk = Desk::new(0, &[("delaytime", 0.25), ("delayfeedback", 0.5)], &[]);
    let rim = voice(instrument("rim"), &["delay"]);
    let delay = desk.layout.delay(desk.orbit).0;
    desk.play(0.5, 2000, &rim, &[("delay", 0.8)]);
    desk.score.at(0.9, "/n_set", vec![delay.into(), "delaytime".into(), 0.4_f32.into()]);
    desk.play(1.9, 2001, &rim, &[("delay", 0.8)]);
    for (engine, sound) in on_all(&desk.score, 2.8) {
        let start = 1.9 + f64::from(MASTER_LATENCY_S);
        let hit = |after: f64| sound.between(start + after - 0.001, start + after + 0.08).rms_db();
        let (dry, old, new) = (hit(0.0), hit(0.25), hit(0.4));
        println!("{engine:?}: {dry:.1} dB, {old:.1} dB at the old time, {new:.1} dB at the new one");
        assert!((dry - new - 1.94).abs() < 0.2 && old < -50.0, "{engine:?}");
    }
}

/// The largest: smaller ones, echoes and sends are measured in `tests/truth`.
#[test]
fn a_hall_decays_by_its_size() {
    let mut desk = Desk::new(0, &[], &[("size", 1.0)]);
    desk.play(0.5, 2000, &voice(instrument("sn"), &["room"]), &[("room", 0.5)]);
    for (engine, sound) in on_all(&desk.score, 4.0) {
        let dry = sound.between(0.5, 0.85).rms_db();
        // From 0.5 s after the hit, over two of the ten seconds.
        let (early, late) = (sound.between(1.0, 1.1).rms_db(), sound.between(3.0, 3.1).rms_db());
        let measured = 60.0 * 2.0 / (early - late);
        println!("{engine:?}: hit {dry:.1} dB, then {early:.1} dB, {late:.1} dB: {measured:.2} s to -60 dB");
        assert!(sound.is_finite() && sound.peak() <= CEILING);
        // High frequencies die sooner than the formula, so the whole is somewhat shorter.
        assert!((3.5..13.0).contains(&measured), "{engine:?}: {measured:.2} s");
    }
}

#[test]
fn the_master_holds_its_ceiling() {
    let mut desk = Desk::new(15, &[], &[]);
    for n in 0..20 {
        desk.play(0.2, 2000 + n, &voice(instrument("bd"), &[]), &[("amp", 2.0)]);
    }
    for (engine, sound) in on_all(&desk.score, 1.5) {
        println!("{engine:?}: peak {:.4}", sound.peak());
        assert!((0.5..=CEILING).contains(&sound.peak()), "{engine:?} {}", sound.peak());
    }
}

#[test]
fn a_voice_that_blows_up_does_not_silence_the_rest() {
    let mut desk = Desk::new(2, &[("delayfeedback", 0.9)], &[("size", 0.9)]);
    let filtered = voice(instrument("lead"), &["cutoff", "delay", "room"]);
    // The planner would never send this: clamp() stops it.
    let wild = [("cutoff", -1e30), ("sustain", 0.2), ("delay", 1.0), ("room", 1.0)];
    desk.play(0.3, 2000, &filtered, &wild);
    desk.play(1.0, 2001, &voice(instrument("bd"), &[]), &[]);
    for (engine, sound) in on_all(&desk.score, 2.0) {
        let (blown, after) = (sound.between(0.3, 0.5), sound.between(1.0, 1.6));
        println!("{engine:?}: {:.1} dB, then {:.1} dB", blown.rms_db(), after.rms_db());
        assert!(sound.is_finite() && sound.peak() <= CEILING, "{engine:?}");
        assert!(after.rms_db() > -30.0, "{engine:?}");
    }
}

#[test]
fn the_limiter_has_three_types_that_are_late_alike() {
    for (kind, highest, lowest) in [(0.0_f32, f32::INFINITY, 1.5), (1.0, CEILING, 0.5), (2.0, CEILING, 0.9)] {
        let mut desk = Desk::new(15, &[], &[]);
        let master = desk.layout.master().0;
        desk.score.at(0.05, "/n_set", vec![master.into(), "limitertype".into(), kind.into()]);
        for n in 0..20 {
            desk.play(0.2, 2000 + n, &voice(instrument("bd"), &[]), &[("amp", 2.0)]);
        }
        for (engine, sound) in on_all(&desk.score, 1.0) {
            let peak = sound.peak();
            let before = sound.between(0.1, 0.2 + f64::from(MASTER_LATENCY_S) - 0.001).peak();
            let start = sound.between(0.2 + f64::from(MASTER_LATENCY_S), 0.22).peak();
            println!("{engine:?} type {kind}: peak {peak:.3}, before {before:.5}, start {start:.3}");
            assert!(peak <= highest && peak >= lowest, "{engine:?} type {kind}: peak {peak}");
            assert!(before == 0.0 && start > 0.01, "{engine:?} type {kind}: {before}, {start}");
        }
    }
}

/// Levels of the left channel in steps of 20 ms.
fn steps(sound: &Sound, from_s: f64, to_s: f64) -> Vec<f64> {
    let count = ((to_s - from_s) / 0.02) as usize;
    let left = Sound { left: sound.left.clone(), right: sound.left.clone() };
    (0..count)
        .map(|n| left.between(from_s + n as f64 * 0.02, from_s + (n + 1) as f64 * 0.02).rms_db())
        .collect()
}

#[test]
fn a_leslie_turns_and_leaves_the_rest() {
    let lead = voice(instrument("lead"), &[]);
    let heard = |mix: Option<f32>| {
        let mut desk = Desk::new(1, &[], &[]);
        if let Some(mix) = mix {
            desk.insert(&effects::leslie(), &[("leslie", mix), ("lrate", 4.0), ("lsize", 0.3)]);
        }
        desk.play(0.3, 2000, &lead, &[("freq", 330.0), ("sustain", 2.0)]);
        on_all(&desk.score, 2.4)
    };
    let (without, off, on) = (heard(None), heard(Some(0.0)), heard(Some(1.0)));
    for ((engine, plain), ((_, off), (_, on))) in without.iter().zip(off.iter().zip(&on)) {
        let spread = |sound: &Sound| {
            let levels = steps(sound, 0.8, 1.8);
            let highest = levels.iter().copied().fold(f64::MIN, f64::max);
            highest - levels.iter().copied().fold(f64::MAX, f64::min)
        };
        let level = |sound: &Sound| sound.between(0.8, 1.8).rms_db();
        let (still, turning) = (spread(plain), spread(on));
        println!(
            "{engine:?}: {still:.1} dB, turning {turning:.1} dB; {:.1} {:.1} {:.1}",
            level(plain),
            level(off),
            level(on)
        );
        assert!((level(plain) - level(off)).abs() < 0.1, "{engine:?}: a leslie at 0 changes nothing");
        assert!((level(plain) - level(on)).abs() < 4.0, "{engine:?}: it keeps the level");
        assert!(turning > still + 1.5, "{engine:?}: it turns");
        let sides = on.left.iter().zip(&on.right).filter(|(l, r)| (*l - *r).abs() > 1e-6).count();
        assert!(sides > on.left.len() / 3, "{engine:?}: the sides differ");
    }
}

#[test]
fn a_compressor_brings_loud_and_soft_together() {
    let lead = voice(instrument("lead"), &[]);
    let apart = |settings: Option<&[(&str, f32)]>| -> Vec<(Engine, f64)> {
        let mut desk = Desk::new(4, &[], &[]);
        if let Some(settings) = settings {
            desk.insert(&effects::compressor(), settings);
        }
        for (time, id, amp) in [(0.3, 2000, 0.05), (1.3, 2001, 0.5)] {
            desk.play(time, id, &lead, &[("freq", 220.0), ("sustain", 0.8), ("amp", amp)]);
        }
        let level = |sound: &Sound, at| sound.between(at, at + 0.4).rms_db();
        let heard = on_all(&desk.score, 2.3);
        heard.iter().map(|(engine, sound)| (*engine, level(sound, 1.6) - level(sound, 0.6))).collect()
    };
    let (plain, off) = (apart(None), apart(Some(&[])));
    let on = apart(Some(&[("compressor", -30.0), ("compressorRatio", 10.0)]));
    for ((engine, plain), ((_, off), (_, on))) in plain.iter().zip(off.iter().zip(&on)) {
        println!("{engine:?}: {plain:.1} dB apart, off {off:.1}, on {on:.1}");
        assert!((plain - 20.0).abs() < 0.5 && (off - plain).abs() < 0.1, "{engine:?}");
        assert!(on < &10.0, "{engine:?}");
    }
}
