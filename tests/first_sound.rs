//! From a pattern to sound: the player, a real supernova under a JACK of its own, and what is heard,
//! written to a file and measured.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

use oiduna::bank::{Bank, Def, Layout, OrbitId};
use oiduna::control::id;
use oiduna::osc::{AddAction, Command, NodeId};
use oiduna::pattern::{ControlMap, Pattern, Value};
use oiduna::plan::{Known, wants};
use oiduna::player;
use oiduna::score::{Edit, Score, Transition};
use oiduna::server::{AudioChoice, Effect, EngineChoice, Handle, Notice, Options, Server, Setup};
use oiduna::synth::{self, SynthDef, effects};
use oiduna::time::{Rational, TimeSpan};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CYCLES: i64 = 8;
/// Events a cycle, at one cycle a second.
const TIMES: i64 = 4;
const RECORDER: i32 = 8;

fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn kicks() -> Pattern {
    let controls: ControlMap =
        [(id::S.into(), Value::text("bd")), (id::SUSTAIN.into(), Value::Num(0.1))].into_iter().collect();
    Pattern::pure(Value::Controls(controls)).fast(Rational::int(TIMES))
}

async fn load(handle: &Handle, bank: &mut Bank, def: SynthDef) {
    handle.load_def(&def.name, &def.bytes).await.unwrap();
    bank.defs.insert(def.name, Def { controls: def.controls.into() });
}

/// The effects of all orbits and the master, on the groups of the stages.
fn stages(layout: Layout) -> Setup {
    let bus = |name: &str, bus: i32| (Arc::<str>::from(name), bus as f32);
    let mut made = Vec::new();
    for orbit in OrbitId::all() {
        let out = || bus("out", layout.dry_bus(orbit));
        made.push(Effect {
            def: effects::delay().name,
            id: layout.delay(orbit),
            group: layout.delays(),
            settings: vec![bus("in", layout.delay_bus(orbit)), out()],
        });
        made.push(Effect {
            def: effects::reverb().name,
            id: layout.reverb(orbit),
            group: layout.reverbs(),
            settings: vec![bus("in", layout.reverb_bus(orbit)), out()],
        });
    }
    made.push(Effect {
        def: effects::master().name,
        id: layout.master(),
        group: layout.master_group(),
        settings: vec![bus("in", layout.dry_bus(OrbitId::wrapped(0))), bus("out", layout.out)],
    });
    made.push(Effect {
        def: effects::meters().name,
        id: layout.meters(),
        group: layout.master_group(),
        settings: vec![bus("in", layout.dry_bus(OrbitId::wrapped(0))), bus("out", layout.out)],
    });
    Setup { layout, effects: made }
}

/// The samples of a 32-bit float WAV file: the left channel, and its rate.
fn read_wav(path: &Path) -> (Vec<f32>, f64) {
    let bytes = std::fs::read(path).unwrap();
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let (mut at, mut channels, mut rate) = (12, 0, 0.0);
    loop {
        let (name, length) = (&bytes[at..at + 4], u32_at(at + 4) as usize);
        let body = at + 8;
        match name {
            b"fmt " => {
                channels = usize::from(bytes[body + 2]);
                rate = f64::from(u32_at(body + 4));
            }
            b"data" => {
                // A file that was not closed says 0, or too much.
                let end = if length == 0 { bytes.len() } else { (body + length).min(bytes.len()) };
                let frames = bytes[body..end].chunks_exact(4 * channels);
                return (frames.map(|f| f32::from_le_bytes(f[..4].try_into().unwrap())).collect(), rate);
            }
            _ => {}
        }
        at = body + length + length % 2;
    }
}

/// Seconds at which sound follows at least 50 ms of silence.
fn onsets(samples: &[f32], rate: f64) -> Vec<f64> {
    let mut found = Vec::new();
    let mut quiet = usize::MAX;
    for (i, x) in samples.iter().enumerate() {
        if x.abs() < 0.005 {
            quiet = quiet.saturating_add(1);
            continue;
        }
        if quiet as f64 > 0.05 * rate {
            found.push(i as f64 / rate);
        }
        quiet = 0;
    }
    found
}

fn with_engine(test: impl Future<Output = ()>) {
    if !installed("supernova") || !installed("jackd") {
        println!("supernova or jackd is not installed: skipped");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test);
}

#[test]
fn four_kicks_a_cycle_are_heard_on_the_grid() {
    with_engine(play_and_measure());
}

#[test]
fn a_hush_ends_long_voices_and_those_that_wait() {
    with_engine(hush_long_voices());
}

type Booted = (Server, oiduna::server::Sender, tokio::sync::mpsc::Receiver<Notice>, Bank);

/// A supernova with everything that `pattern` needs.
async fn boot(pattern: &Pattern) -> Booted {
    let options = Options {
        engine: EngineChoice::Supernova,
        audio: AudioChoice::Dummy,
        port: Some(0),
        watcher: Some(env!("CARGO_BIN_EXE_oiduna").into()),
        ..Options::default()
    };
    let (server, sender, notices) = Server::start(options).await.unwrap();
    let handle = server.handle();
    let layout = handle.layout();
    let mut bank = Bank::empty(layout);
    for def in effects::all() {
        load(&handle, &mut bank, def).await;
    }
    let haps = pattern.haps(TimeSpan::cycle(0)).unwrap();
    for key in wants(&haps, |_, _| Known::Nothing).voices {
        load(&handle, &mut bank, synth::compile(&key)).await;
    }
    handle.setup(stages(layout)).await.unwrap();
    (server, sender, notices, bank)
}

async fn hush_long_voices() {
    let controls: ControlMap =
        [(id::S.into(), Value::text("pad")), (id::SUSTAIN.into(), Value::Num(3600.0))].into_iter().collect();
    let pads = Pattern::pure(Value::Controls(controls)).fast(Rational::int(16));
    let (server, sender, mut notices, bank) = boot(&pads).await;
    let edits =
        [Edit::Cps(1.0), Edit::Track { name: "d1".into(), pattern: pads, transition: Transition::Plain }];
    let score = Score::new().apply(&edits, Rational::ZERO);
    let player = player::start(player::Start {
        score: Arc::new(score.clone()),
        bank: Arc::new(bank),
        send: Box::new(move |packet, tag| sender.send(packet, tag)),
        tell: Box::new(|_| true),
        // Long enough that many bundles wait in the engine.
        latency_s: 0.5,
        needed_s: player::NEEDED_S,
    })
    .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while player.frontier() < Rational::int(2) {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    player.set_score(Arc::new(score.apply(&[Edit::Hush], player.frontier())));
    let hushed = Instant::now();
    while player.frontier() < Rational::int(3) {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let sent = player.stop().unwrap().timing.events() as usize;
    assert!(sent > 24, "{sent}");
    let mut ended = BTreeSet::new();
    while ended.len() < sent {
        let left = deadline.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, notices.recv()).await {
            Ok(Some(Notice::NodeEnded(node))) => {
                ended.insert(node);
            }
            Ok(Some(Notice::Died(why) | Notice::Ended(why))) => panic!("{why}"),
            Ok(Some(_)) => {}
            _ => panic!("{} of {sent} voices ended", ended.len()),
        }
    }
    println!("all {sent} voices ended {:?} after the hush", hushed.elapsed());
    server.shutdown().await;
}

/// The loudest that the meters said: the first orbit and the output, and nothing else.
fn meters_show_one_orbit(peaks: &[f32], means: &[f32]) {
    println!("peaks {peaks:.3?}, means {means:.5?}");
    for (levels, lowest) in [(peaks, 0.1), (means, 1e-4)] {
        assert!(levels[0] > lowest && levels[16] > lowest, "{levels:?}");
        assert!(levels[1..16].iter().all(|level| *level == 0.0), "{levels:?}");
    }
}

async fn play_and_measure() {
    let (server, sender, mut notices, bank) = boot(&kicks()).await;
    let handle = server.handle();
    let layout = handle.layout();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heard.wav");
    let buffer = handle.alloc(131_072, 2).await.unwrap();
    let recorder = NodeId(layout.first_node + RECORDER);
    let path: Arc<str> = file.to_str().unwrap().into();
    let record = Command::SynthNew {
        def: effects::recorder().name,
        id: recorder,
        action: AddAction::Tail,
        target: layout.master_group(),
        settings: vec![("in".into(), layout.out as f32), ("bufnum".into(), f32::from(buffer.0))],
    };
    handle.send_now(vec![Command::BufferWriteOpen { num: buffer, path }, record]).await.unwrap();

    let edits =
        [Edit::Cps(1.0), Edit::Track { name: "d1".into(), pattern: kicks(), transition: Transition::Plain }];
    let score = Score::new().apply(&edits, Rational::ZERO);
    let sounding = Arc::new(Mutex::new(0));
    let counted = sounding.clone();
    let playing = player::start(player::Start {
        score: Arc::new(score.clone()),
        bank: Arc::new(bank),
        send: Box::new(move |packet, tag| sender.send(packet, tag)),
        tell: Box::new(move |report| {
            *counted.lock().unwrap() += report.sounding.len();
            true
        }),
        latency_s: player::LATENCY_S,
        needed_s: player::NEEDED_S,
    })
    .unwrap();

    // Each voice that began ends by itself, and says so.
    let mut ended = BTreeSet::new();
    let mut xruns = None;
    let (mut peaks, mut means) = (Vec::new(), Vec::new());
    let mut stopped = false;
    let mut outcome = None;
    let mut handle_of_player = Some(playing);
    let mut current = score;
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        assert!(Instant::now() < deadline, "{} voices have ended", ended.len());
        if let Some(p) = &handle_of_player {
            if p.frontier() >= Rational::new(CYCLES * 4 - 1, 4) && !stopped {
                current = current.apply(&[Edit::Stop("d1".into())], p.frontier());
                p.set_score(Arc::new(current.clone()));
                stopped = true;
            }
            if p.frontier() >= Rational::int(CYCLES) + Rational::new(1, 2) {
                outcome = handle_of_player.take().and_then(player::PlayerHandle::stop);
            }
        }
        let sent = outcome.as_ref().map(|o: &player::Outcome| o.timing.events() as usize);
        if sent.is_some_and(|n| n <= ended.len()) {
            break;
        }
        match tokio::time::timeout(Duration::from_millis(20), notices.recv()).await {
            Ok(Some(Notice::NodeEnded(node))) if node.0 >= layout.first_voice() => {
                ended.insert(node);
            }
            Ok(Some(Notice::Health(health))) => xruns = health.xruns,
            Ok(Some(Notice::Message { address, values })) if address == effects::METERS => {
                // The node, which of the two, 16 orbits, the output.
                assert_eq!(values.len(), 19);
                let loudest = if values[1] > 0.5 { &mut means } else { &mut peaks };
                loudest.resize(values.len() - 2, 0.0_f32);
                loudest.iter_mut().zip(&values[2..]).for_each(|(most, value)| *most = most.max(*value));
            }
            Ok(Some(Notice::Died(why) | Notice::Ended(why))) => panic!("{why}"),
            _ => {}
        }
    }
    let outcome = outcome.unwrap();
    meters_show_one_orbit(&peaks, &means);
    let closing = vec![Command::NodeFree(recorder), Command::BufferClose(buffer)];
    handle.send_now(closing).await.unwrap();
    server.shutdown().await;

    let report = outcome.timing.report(outcome.cycles, "supernova", xruns);
    println!("{}", serde_json::to_string(&report).unwrap());
    let events = (CYCLES * TIMES) as usize;
    assert_eq!(outcome.timing.events() as usize, events);
    assert_eq!(ended.len(), events, "voices that ended");

    let (samples, rate) = read_wav(&file);
    let heard = onsets(&samples, rate);
    assert_eq!(heard.len(), events, "onsets in {} s: {heard:?}", samples.len() as f64 / rate);
    // The grid that fits best: the engine's clock wanders by itself (engine facts, section 3).
    let step_s = 1.0 / TIMES as f64;
    let offs: Vec<f64> = heard.iter().enumerate().map(|(n, at)| at - n as f64 * step_s).collect();
    let mut sorted = offs.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted[sorted.len() / 2];
    let worst = offs.iter().map(|o| (o - middle).abs()).fold(0.0, f64::max);
    println!("onsets: {} ms off the grid at most, {xruns:?} xruns", worst * 1e3);
    // A busy machine has xruns, at which the engine sets its clock anew: steps between them count.
    let mut steps: Vec<f64> = heard.windows(2).map(|p| (p[1] - p[0] - step_s).abs()).collect();
    steps.sort_by(f64::total_cmp);
    assert!(steps[steps.len() / 2] < 0.002, "{steps:?}");
    if xruns == Some(0) {
        assert!(worst < 0.002, "{worst} s off the grid");
    }
}
