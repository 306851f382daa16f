//! The engines themselves, each under a jackd of its own: no device, no fixed port, no name in common
//! with anything else on the machine. An engine that is not installed is passed over, with a word.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "support/engines.rs"]
mod engines;

use engines::{installed, next, options, until};
use oiduna::bank::Layout;
use oiduna::osc::codec;
use oiduna::osc::{AddAction, Command, NodeId};
use oiduna::server::{
    Effect, EngineChoice, Handle, Notice, Sender, Server, ServerError, Setup, Tap, ntp_now,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::time::Instant;
use tokio::sync::mpsc::Receiver;

/// True while the process runs; a zombie does not.
fn runs(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|s| s.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z')))
}

/// A SynthDef file (version 2) by hand: a sine of the control `freq` to output 0. With a unit
/// generator that does not exist, no engine can make it.
fn def(name: &str, generator: &str) -> Vec<u8> {
    def_of(name, generator, 1)
}

/// The same with so many of them, all but the first at control rate.
fn def_of(name: &str, generator: &str, times: i32) -> Vec<u8> {
    let mut b = b"SCgf".to_vec();
    let long = |b: &mut Vec<u8>, n: i32| b.extend_from_slice(&n.to_be_bytes());
    let text = |b: &mut Vec<u8>, s: &str| {
        b.push(s.len() as u8);
        b.extend_from_slice(s.as_bytes());
    };
    let unit = |b: &mut Vec<u8>, class: &str, rate: u8, inputs: &[(i32, i32)], outputs: &[u8]| {
        text(b, class);
        b.push(rate);
        long(b, inputs.len() as i32);
        long(b, outputs.len() as i32);
        b.extend_from_slice(&0i16.to_be_bytes());
        for (from, index) in inputs {
            long(b, *from);
            long(b, *index);
        }
        b.extend_from_slice(outputs);
    };
    long(&mut b, 2);
    b.extend_from_slice(&1i16.to_be_bytes());
    text(&mut b, name);
    long(&mut b, 1);
    b.extend_from_slice(&0f32.to_be_bytes());
    long(&mut b, 1);
    b.extend_from_slice(&440f32.to_be_bytes());
    long(&mut b, 1);
    text(&mut b, "freq");
    long(&mut b, 0);
    long(&mut b, 2 + times);
    unit(&mut b, "Control", 1, &[], &[1]);
    unit(&mut b, generator, 2, &[(0, 0), (-1, 0)], &[2]);
    for _ in 1..times {
        unit(&mut b, generator, 1, &[(0, 0), (-1, 0)], &[1]);
    }
    unit(&mut b, "Out", 2, &[(-1, 0), (1, 0)], &[]);
    b.extend_from_slice(&0i16.to_be_bytes());
    b
}

/// A wav file of a ramp.
fn wav(path: &Path, frames: u32, channels: u16, rate: u32) {
    let bytes = frames * u32::from(channels) * 2;
    let mut f = std::fs::File::create(path).unwrap();
    f.write_all(b"RIFF").unwrap();
    f.write_all(&(36 + bytes).to_le_bytes()).unwrap();
    f.write_all(b"WAVEfmt ").unwrap();
    f.write_all(&16u32.to_le_bytes()).unwrap();
    f.write_all(&1u16.to_le_bytes()).unwrap();
    f.write_all(&channels.to_le_bytes()).unwrap();
    f.write_all(&rate.to_le_bytes()).unwrap();
    f.write_all(&(rate * u32::from(channels) * 2).to_le_bytes()).unwrap();
    f.write_all(&(channels * 2).to_le_bytes()).unwrap();
    f.write_all(&16u16.to_le_bytes()).unwrap();
    f.write_all(b"data").unwrap();
    f.write_all(&bytes.to_le_bytes()).unwrap();
    for n in 0..frames * u32::from(channels) {
        f.write_all(&((n % 1000) as i16).to_le_bytes()).unwrap();
    }
}

struct Files {
    dir: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        wav(&dir.path().join("mono.wav"), 1000, 1, 44_100);
        wav(&dir.path().join("ä stereo.wav"), 500, 2, 48_000);
        wav(&dir.path().join("six.wav"), 100, 6, 48_000);
        std::fs::write(dir.path().join("text.wav"), "this is no sound").unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// Groups, and one synth of `def` as the master.
fn setup(layout: Layout, def: &str) -> Setup {
    let master = Effect {
        def: def.into(),
        id: layout.master(),
        group: layout.master_group(),
        settings: vec![("freq".into(), 100.0)],
    };
    Setup { layout, effects: vec![master] }
}

/// What every engine must do.
async fn defs_and_buffers(handle: &Handle) {
    handle.load_def("oiduna-sine", &def("oiduna-sine", "SinOsc")).await.unwrap();
    let broken = handle.load_def("oiduna-broken", &def("oiduna-broken", "NoSuchUGen")).await.unwrap_err();
    assert!(matches!(&broken, ServerError::Def { name, .. } if name == "oiduna-broken"), "{broken}");
    // Longer than any packet: handed over as a file.
    let long = def_of("oiduna-long", "SinOsc", 2000);
    assert!(long.len() > 66_000, "{}", long.len());
    handle.load_def("oiduna-long", &long).await.unwrap();
    let rubbish = handle.load_def("rubbish", b"no def at all").await.unwrap_err();
    assert!(matches!(rubbish, ServerError::Def { .. }), "{rubbish}");

    let files = Files::new();
    let mono = handle.alloc_read(&files.path("mono.wav")).await.unwrap();
    assert_eq!((mono.frames, mono.channels, mono.rate as u32), (1000, 1, 44_100));
    let stereo = handle.alloc_read(&files.path("ä stereo.wav")).await.unwrap();
    assert_eq!((stereo.frames, stereo.channels, stereo.rate as u32), (500, 2, 48_000));
    assert_ne!(mono.num, stereo.num);
    // Every engine keeps the first two channels.
    let six = handle.alloc_read(&files.path("six.wav")).await.unwrap();
    assert_eq!((six.frames, six.channels), (100, 2));
    for (name, words) in [("missing.wav", ""), ("text.wav", "")] {
        let error = handle.alloc_read(&files.path(name)).await.unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(words), "{error}");
    }
    handle.free_buffer(mono.num).await.unwrap();
    assert!(matches!(handle.free_buffer(mono.num).await, Err(ServerError::NoBuffer(_))));
    handle.alloc(48_000, 2).await.unwrap();

    // Many at once: paced by the answers.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let (handle, path) = (handle.clone(), files.path("mono.wav"));
        tasks.spawn(async move { handle.alloc_read(&path).await });
    }
    let mut nums = std::collections::HashSet::new();
    while let Some(buffer) = tasks.join_next().await {
        assert!(nums.insert(buffer.unwrap().unwrap().num));
    }
    assert_eq!(nums.len(), 300);
}

/// A voice by a timed bundle through the player's sender: it starts, and ends when it is freed.
async fn a_voice(layout: Layout, sender: &Sender, notices: &mut Receiver<Notice>, id: i32) {
    let id = NodeId(id);
    let settings = vec![("freq".into(), 220.0), ("unknown".into(), 1.0)];
    let start = Command::SynthNew {
        def: "oiduna-sine".into(),
        id,
        action: AddAction::Tail,
        target: layout.voices(),
        settings,
    };
    let tag = ntp_now().plus_s(0.1);
    assert!(sender.send(&codec::bundle(tag, &[start]).unwrap(), tag));
    let end = tag.plus_s(0.1);
    assert!(sender.send(&codec::bundle(end, &[Command::NodeFree(id)]).unwrap(), end));
    next(notices, |n| *n == Notice::NodeEnded(id)).await;
    assert!(ntp_now().since_s(end) > -0.05, "it ended before its time");
}

async fn health(notices: &mut Receiver<Notice>, wanted: impl Fn(&oiduna::stats::Health) -> bool) {
    next(notices, |n| matches!(n, Notice::Health(h) if wanted(h))).await;
}

async fn a_life(engine: EngineChoice) {
    if !matches!(engine, EngineChoice::Embedded) && !installed(&engine.to_string()) {
        return;
    }
    let begun = Instant::now();
    let (server, sender, mut notices) = Server::start(options(engine)).await.unwrap();
    eprintln!("{engine}: up after {:?}", begun.elapsed());
    let ready = next(&mut notices, |n| matches!(n, Notice::Ready { .. })).await;
    let Notice::Ready { engine: name, version, audio } = ready else { unreachable!() };
    eprintln!("{name}, {version:?}, {audio}");
    assert_eq!(name, engine.to_string());
    assert!(version.is_some_and(|v| v.contains('.')));
    assert!(audio.contains("no audio device"), "{audio}");
    let processes = server.processes();
    assert!(processes.iter().all(|p| runs(*p)));

    let handle = server.handle();
    defs_and_buffers(&handle).await;
    let layout = handle.layout();
    handle.setup(setup(layout, "oiduna-sine")).await.unwrap();
    let missing = handle.setup(setup(layout, "oiduna-not-there")).await.unwrap_err();
    assert!(missing.to_string().contains("oiduna-not-there"), "{missing}");
    handle.setup(setup(layout, "oiduna-sine")).await.unwrap();
    a_voice(layout, &sender, &mut notices, layout.first_voice()).await;
    health(&mut notices, |h| {
        h.alive
            && h.synths >= 1
            && h.groups >= 6
            && h.peak_cpu > 0.0
            && h.round_trip_ms.is_some_and(|ms| ms < 400.0)
    })
    .await;

    // What was queued does not happen any more.
    let late = ntp_now().plus_s(1.5);
    let start = Command::NodeFree(layout.master());
    assert!(sender.send(&codec::bundle(late, &[start]).unwrap(), late));
    let set = Command::NodeSet { id: layout.master(), settings: vec![("freq".into(), 50.0)] };
    handle.send_now(vec![Command::ClearSched, set]).await.unwrap();
    until("the tag of the cleared bundle", || ntp_now().since_s(late) > 0.1).await;
    health(&mut notices, |h| h.synths >= 1).await;

    // The engines speak of late bundles on their output only.
    let late = ntp_now().plus_s(-0.5);
    let set = Command::NodeSet { id: layout.master(), settings: vec![("freq".into(), 60.0)] };
    assert!(sender.send(&codec::bundle(late, &[set]).unwrap(), late));
    health(&mut notices, |h| h.engine_late >= 1).await;

    let begun = Instant::now();
    server.shutdown().await;
    eprintln!("{engine}: left after {:?}", begun.elapsed());
    assert!(processes.iter().all(|p| !runs(*p)), "something was left running");
    assert!(handle.send_now(Vec::new()).await.is_err(), "a server that has been left does nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_of_supernova() {
    a_life(EngineChoice::Supernova).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_of_scsynth() {
    a_life(EngineChoice::Scsynth).await;
}

#[cfg(feature = "embedded")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_of_the_embedded_engine() {
    a_life(EngineChoice::Embedded).await;
}

/// No restart is left: the embedded engine takes over, with the same sender.
#[cfg(feature = "embedded")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_engine_takes_over() {
    if !installed("scsynth") {
        return;
    }
    let options = oiduna::server::Options { restarts: 0, ..options(EngineChoice::Scsynth) };
    let (server, sender, mut notices) = Server::start(options).await.unwrap();
    let handle = server.handle();
    let layout = handle.layout();
    handle.load_def("oiduna-sine", &def("oiduna-sine", "SinOsc")).await.unwrap();
    handle.setup(setup(layout, "oiduna-sine")).await.unwrap();
    let files = Files::new();
    let buffer = handle.alloc_read(&files.path("mono.wav")).await.unwrap();
    let old = server.processes();
    assert!(Program::new("kill").args(["-9", &old[0].to_string()]).status().unwrap().success());
    next(&mut notices, |n| matches!(n, Notice::FellBack(_))).await;
    assert!(old.iter().all(|p| !runs(*p)), "something was left running");
    a_voice(layout, &sender, &mut notices, layout.first_voice()).await;
    health(&mut notices, |h| h.alive && h.engine == "embedded" && h.synths >= 1).await;
    handle.free_buffer(buffer.num).await.unwrap();
    server.shutdown().await;
}

/// The engine is killed: it is back with everything it held, and the player's socket still reaches it.
async fn a_death(engine: EngineChoice) {
    if !installed(&engine.to_string()) {
        return;
    }
    let (server, sender, mut notices) = Server::start(options(engine)).await.unwrap();
    let handle = server.handle();
    let layout = handle.layout();
    handle.load_def("oiduna-sine", &def("oiduna-sine", "SinOsc")).await.unwrap();
    handle.setup(setup(layout, "oiduna-sine")).await.unwrap();
    let files = Files::new();
    let buffer = handle.alloc_read(&files.path("mono.wav")).await.unwrap();
    let gone = handle.alloc_read(&files.path("ä stereo.wav")).await.unwrap().num;
    std::fs::remove_file(files.path("ä stereo.wav")).unwrap();
    let take = files.path("take.wav");
    let recording = handle.record(&[Tap { bus: 0, path: take.clone() }]).await.unwrap();
    until("a recording", || std::fs::metadata(&take).unwrap().len() > 300_000).await;
    let old = server.processes();
    assert!(Program::new("kill").args(["-9", &old[0].to_string()]).status().unwrap().success());
    next(&mut notices, |n| matches!(n, Notice::Died(_))).await;
    let begun = Instant::now();
    next(&mut notices, |n| *n == Notice::BuffersLost(vec![gone])).await;
    next(&mut notices, |n| matches!(n, Notice::Restarted { restarts: 1 })).await;
    eprintln!("{engine}: back after {:?}", begun.elapsed());
    let new = server.processes();
    assert!(new[0] != old[0] && new[1] == old[1], "a new engine on the same jackd: {old:?} {new:?}");
    // What was heard until then can be read.
    let cut = recording.stop().await.unwrap_err();
    assert!(matches!(cut, ServerError::CutShort), "{cut}");
    let frames = hound::WavReader::open(&take).unwrap().duration();
    assert!(frames > 30_000, "{frames} frames");
    a_voice(layout, &sender, &mut notices, layout.first_voice() + 1).await;
    health(&mut notices, |h| h.alive && h.synths >= 1 && h.restarts == 1).await;
    handle.free_buffer(buffer.num).await.unwrap();
    handle.free_buffer(gone).await.unwrap();
    server.shutdown().await;
    assert!(old.iter().chain(&new).all(|p| !runs(*p)), "something was left running");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn supernova_comes_back() {
    a_death(EngineChoice::Supernova).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scsynth_comes_back() {
    a_death(EngineChoice::Scsynth).await;
}

/// What stops an engine without ending it, or ends the jackd below it.
async fn a_misfortune(engine: EngineChoice, signal: &str, whom: usize) {
    if !installed(&engine.to_string()) {
        return;
    }
    let (server, sender, mut notices) = Server::start(options(engine)).await.unwrap();
    let handle = server.handle();
    let layout = handle.layout();
    handle.load_def("oiduna-sine", &def("oiduna-sine", "SinOsc")).await.unwrap();
    handle.setup(setup(layout, "oiduna-sine")).await.unwrap();
    let old = server.processes();
    let begun = Instant::now();
    assert!(Program::new("kill").args([signal, &old[whom].to_string()]).status().unwrap().success());
    let died = next(&mut notices, |n| matches!(n, Notice::Died(_))).await;
    eprintln!("{engine}, {signal}: {died:?} after {:?}", begun.elapsed());
    next(&mut notices, |n| matches!(n, Notice::Restarted { .. })).await;
    eprintln!("{engine}, {signal}: back after {:?}", begun.elapsed());
    a_voice(layout, &sender, &mut notices, layout.first_voice()).await;
    let new = server.processes();
    server.shutdown().await;
    assert!(old.iter().chain(&new).all(|p| !runs(*p)), "something was left running");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_supernova_is_replaced() {
    a_misfortune(EngineChoice::Supernova, "-STOP", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_scsynth_is_replaced() {
    a_misfortune(EngineChoice::Scsynth, "-STOP", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_jack_is_survived() {
    a_misfortune(EngineChoice::Supernova, "-TERM", 1).await;
    a_misfortune(EngineChoice::Scsynth, "-TERM", 1).await;
}

/// An engine of others is not quit, and what is ours on it is freed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_of_others_is_left_as_it_was() {
    if !installed("scsynth") {
        return;
    }
    let (owner, _sender, mut owner_notices) = Server::start(options(EngineChoice::Scsynth)).await.unwrap();
    let port = {
        let pid = owner.processes()[0];
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
        let mut words = line.split('\0').skip_while(|w| *w != "-u");
        words.nth(1).unwrap().parse::<u16>().unwrap()
    };
    let guest = EngineChoice::Osc(([127, 0, 0, 1], port).into());
    let (server, sender, mut notices) = Server::start(options(guest)).await.unwrap();
    let handle = server.handle();
    let layout = handle.layout();
    assert_eq!(layout, Layout::SHARED);
    handle.load_def("oiduna-sine", &def("oiduna-sine", "SinOsc")).await.unwrap();
    handle.setup(setup(layout, "oiduna-sine")).await.unwrap();
    let files = Files::new();
    assert_eq!(handle.alloc_read(&files.path("mono.wav")).await.unwrap().num.0, 511, "from the top down");
    a_voice(layout, &sender, &mut notices, layout.first_voice()).await;
    health(&mut owner_notices, |h| h.synths == 1 && h.groups == 9).await;
    server.shutdown().await;
    assert!(runs(owner.processes()[0]));
    health(&mut owner_notices, |h| h.alive && h.synths == 0 && h.groups == 1).await;
    owner.shutdown().await;
}

#[tokio::test]
async fn nobody_there_is_an_error_with_a_way_out() {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = Server::start(options(EngineChoice::Osc(free))).await.unwrap_err().to_string();
    assert!(error.contains(&free.to_string()) && error.contains("start it"), "{error}");
}

/// The watcher ends what it was told of when its pipe closes, in a session of its own.
#[test]
fn the_watcher_ends_what_is_left() {
    let sleep = || Program::new("sleep").arg("300").spawn().unwrap();
    let (mut engine, mut jack, mut other) = (sleep(), sleep(), sleep());
    let mut watcher =
        Program::new(env!("CARGO_BIN_EXE_oiduna")).arg("__watch").stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = watcher.stdin.take().unwrap();
    write!(pipe, "engine {}\njack {}\nengine {}\ngone {}\n", engine.id(), jack.id(), other.id(), other.id())
        .unwrap();
    assert!(runs(engine.id() as i32) && runs(jack.id() as i32));
    drop(pipe);
    assert!(watcher.wait().unwrap().success());
    assert!(!runs(engine.id() as i32) && !runs(jack.id() as i32) && runs(other.id() as i32));
    other.kill().unwrap();
    for child in [&mut engine, &mut jack, &mut other] {
        child.wait().unwrap();
    }
}
