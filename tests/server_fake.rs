//! Requests against an engine that is played by the test: it answers, refuses, keeps silent, floods and
//! lies, as no real engine does on demand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "support/engines.rs"]
mod engines;

use engines::{next, until};
use oiduna::osc::NodeId;
use oiduna::server::{Effect, EngineChoice, Notice, Options, Server, ServerError, Setup, Tap};
use rosc::{OscMessage, OscPacket, OscType};
use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;

/// How the engine behaves, and what it has seen.
#[derive(Default)]
struct Mind {
    seen: Vec<OscMessage>,
    /// Answers nothing at all.
    silent: bool,
    /// Does not answer `/sync`.
    forgets_syncs: bool,
    /// Keeps the answers to `/b_allocRead` back until it is told to let one go.
    holds_loads: bool,
    held: VecDeque<i32>,
    /// Synths of these names do not come to life.
    refuses: Vec<&'static str>,
    /// Frames, channels of every buffer.
    facts: (i32, i32),
    client: Option<SocketAddr>,
}

struct Engine {
    socket: UdpSocket,
    mind: Mutex<Mind>,
    over: AtomicBool,
}

impl Engine {
    fn start() -> Arc<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mind = Mutex::new(Mind { facts: (100, 1), ..Mind::default() });
        let engine = Arc::new(Self { socket, mind, over: AtomicBool::new(false) });
        let worker = engine.clone();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while !worker.over.load(Ordering::Relaxed) {
                let Ok((length, from)) = worker.socket.recv_from(&mut buffer) else { continue };
                worker.mind.lock().unwrap().client = Some(from);
                let (_, packet) = rosc::decoder::decode_udp(&buffer[..length]).expect("we only send OSC");
                worker.take(packet);
            }
        });
        engine
    }

    fn options(&self) -> Options {
        let address = self.socket.local_addr().unwrap();
        Options { engine: EngineChoice::Osc(address), buffers: 1000, watcher: None, ..Options::default() }
    }

    fn take(&self, packet: OscPacket) {
        match packet {
            OscPacket::Bundle(bundle) => bundle.content.into_iter().for_each(|p| self.take(p)),
            OscPacket::Message(message) => self.answer(&message),
        }
    }

    fn answer(&self, message: &OscMessage) {
        use OscType::{Double, Float, Int, String as Str};
        let mut mind = self.mind.lock().unwrap();
        mind.seen.push(message.clone());
        if mind.silent {
            return;
        }
        let int = |n: usize| match message.args.get(n) {
            Some(Int(i)) => *i,
            _ => -1,
        };
        let done = |n: Option<i32>| {
            ("/done", std::iter::once(Str(message.addr.clone())).chain(n.map(Int)).collect::<Vec<_>>())
        };
        let reply = match message.addr.as_str() {
            "/status" => {
                let counts = [1, 0, 0, 1, 0].map(Int);
                let figures = [Float(1.0), Float(2.0), Double(48_000.0), Double(48_000.0)];
                Some(("/status.reply", counts.into_iter().chain(figures).collect()))
            }
            "/version" => {
                Some(("/version.reply", vec![Str("fake".into()), Int(1), Int(2), Str(".3".into())]))
            }
            "/notify" => {
                Some(("/fail", vec![Str("/notify".into()), Str("notify: already registered".into())]))
            }
            "/sync" if !mind.forgets_syncs => Some(("/synced", vec![Int(int(0))])),
            "/s_new" if matches!(&message.args[0], Str(name) if mind.refuses.contains(&name.as_str())) => {
                Some(("/fail", vec![Str("/s_new".into()), Str("SynthDef not found".into())]))
            }
            "/s_new" => Some(("/n_go", [int(1), int(3), -1, -1, 0].map(Int).to_vec())),
            "/g_new" | "/p_new" => Some(("/n_go", [int(0), int(2), -1, -1, 1, -1, -1].map(Int).to_vec())),
            "/b_allocRead" if mind.holds_loads => {
                mind.held.push_back(int(0));
                None
            }
            "/b_allocRead" | "/b_allocReadChannel" | "/b_free" | "/b_alloc" | "/b_write" | "/b_close" => {
                Some(done(Some(int(0))))
            }
            "/b_query" => {
                let (frames, channels) = mind.facts;
                Some(("/b_info", vec![Int(int(0)), Int(frames), Int(channels), Float(44_100.0)]))
            }
            _ => None,
        };
        let client = mind.client;
        drop(mind);
        if let (Some((address, args)), Some(client)) = (reply, client) {
            self.say(client, address, args);
        }
    }

    fn say(&self, client: SocketAddr, address: &str, args: Vec<OscType>) {
        let packet = OscPacket::Message(OscMessage { addr: address.into(), args });
        self.socket.send_to(&rosc::encoder::encode(&packet).unwrap(), client).unwrap();
    }

    fn client(&self) -> SocketAddr {
        self.mind.lock().unwrap().client.unwrap()
    }

    fn set(&self, change: impl FnOnce(&mut Mind)) {
        change(&mut self.mind.lock().unwrap());
    }

    fn seen(&self, address: &str) -> usize {
        self.mind.lock().unwrap().seen.iter().filter(|m| m.addr == address).count()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Relaxed);
    }
}

/// Ends the engine's thread with the test.
struct Guard(Arc<Engine>);

async fn start() -> (Arc<Engine>, Guard, Server, Receiver<Notice>) {
    let engine = Engine::start();
    let (server, _sender, notices) = Server::start(engine.options()).await.unwrap();
    (engine.clone(), Guard(engine), server, notices)
}

#[tokio::test]
async fn bulk_loads_are_paced_by_the_answers() {
    let (engine, _guard, server, _notices) = start().await;
    engine.set(|mind| mind.holds_loads = true);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..250 {
        let handle = server.handle();
        tasks.spawn(async move { handle.alloc_read(Path::new(&format!("/tmp/{n}.wav"))).await });
    }
    until("100 loads", || engine.seen("/b_allocRead") == 100).await;
    // The others wait for an answer each; the answers come out of order.
    for answered in 1..=250 {
        until("another load", || !engine.mind.lock().unwrap().held.is_empty()).await;
        let num = {
            let mut mind = engine.mind.lock().unwrap();
            assert!(mind.held.len() <= 100, "more than 100 under way");
            if answered % 2 == 0 { mind.held.pop_back() } else { mind.held.pop_front() }.unwrap()
        };
        engine.say(engine.client(), "/done", vec![OscType::String("/b_allocRead".into()), OscType::Int(num)]);
    }
    let mut nums = std::collections::BTreeSet::new();
    while let Some(loaded) = tasks.join_next().await {
        nums.insert(loaded.unwrap().unwrap().num.0);
    }
    // On an engine of others: from the top down.
    assert_eq!(nums.into_iter().collect::<Vec<_>>(), (750..1000).collect::<Vec<u16>>());
    server.shutdown().await;
}

#[tokio::test]
async fn a_request_that_is_dropped_gives_its_place_and_number_back() {
    let (engine, _guard, server, _notices) = start().await;
    engine.set(|mind| mind.holds_loads = true);
    let handle = server.handle();
    for _ in 0..3 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..400 {
            let handle = handle.clone();
            tasks.spawn(async move { handle.alloc_read(Path::new("/tmp/x.wav")).await });
        }
        let seen = engine.seen("/b_allocRead");
        until("loads", || engine.seen("/b_allocRead") >= seen.max(1)).await;
        tasks.shutdown().await;
    }
    engine.set(|mind| mind.holds_loads = false);
    for _ in 0..1000 {
        handle.alloc_read(Path::new("/tmp/x.wav")).await.unwrap();
    }
    let full = handle.alloc_read(Path::new("/tmp/x.wav")).await.unwrap_err();
    assert!(matches!(full, ServerError::Full(1000)), "{full}");
    server.shutdown().await;
}

#[tokio::test]
async fn what_the_engine_says_no_to_is_an_error() {
    let (engine, _guard, server, mut notices) = start().await;
    let handle = server.handle();
    engine.set(|mind| mind.refuses = vec!["bad"]);
    handle.load_def("good", b"SCgf").await.unwrap();
    let error = handle.load_def("bad", b"SCgf").await.unwrap_err();
    assert!(matches!(&error, ServerError::Def { name, .. } if name == "bad"), "{error}");
    let long = "n".repeat(200);
    assert!(matches!(handle.load_def(&long, b"SCgf").await, Err(ServerError::Codec(_))));

    let root = handle.layout().root();
    let effect =
        |def: &str| Effect { def: def.into(), id: NodeId(root.0 + 5), group: root, settings: vec![] };
    let setup = |def| Setup { layout: handle.layout(), effects: vec![effect(def)] };
    let error = handle.setup(setup("bad")).await.unwrap_err().to_string();
    assert!(error.contains("of \"bad\"") && !error.contains("group"), "{error}");

    for (facts, words) in [((0, 1), "no sound"), ((100, 6), "6 channels"), ((-5, 1), "no sound")] {
        engine.set(|mind| mind.facts = facts);
        let error = handle.alloc_read(Path::new("/tmp/y.wav")).await.unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("y.wav"), "{error}");
    }
    assert_eq!(engine.seen("/b_free"), 3, "a buffer that cannot be used is freed");
    assert_eq!(engine.seen("/b_allocReadChannel"), 1, "of six channels two were asked for");

    // A failure that nobody waits for is told; one that is part of the game is not.
    let fail = |command: &str| [command, "Node 8 not found"].map(|s| OscType::String(s.into())).to_vec();
    engine.say(engine.client(), "/fail", fail("/n_free"));
    engine.say(engine.client(), "/fail", fail("/n_set"));
    let trouble = next(&mut notices, |n| matches!(n, Notice::Trouble(t) if t.contains("Node 8"))).await;
    assert_eq!(trouble, Notice::Trouble("/n_set: Node 8 not found".into()));
    server.shutdown().await;
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let (engine, _guard, server, _notices) = start().await;
    engine.set(|mind| mind.forgets_syncs = true);
    let begun = Instant::now();
    let error = server.handle().send_now(Vec::new()).await.unwrap_err();
    assert!(matches!(error, ServerError::NoAnswer { .. }), "{error}");
    assert!((4..8).contains(&begun.elapsed().as_secs()));
    engine.set(|mind| mind.forgets_syncs = false);
    server.handle().send_now(Vec::new()).await.unwrap();
    server.shutdown().await;
}

#[tokio::test]
async fn a_silent_engine_is_dead_and_gets_everything_when_it_is_back() {
    let (engine, _guard, server, mut notices) = start().await;
    let handle = server.handle();
    handle.load_def("a", b"SCgf").await.unwrap();
    let layout = handle.layout();
    let effects = vec![Effect {
        def: "a".into(),
        id: layout.master(),
        group: layout.master_group(),
        settings: vec![("gain".into(), 0.5)],
    }];
    handle.setup(Setup { layout, effects }).await.unwrap();
    let kept = handle.alloc_read(Path::new("/tmp/kept.wav")).await.unwrap();
    let gone = handle.alloc_read(Path::new("/tmp/gone.wav")).await.unwrap();
    handle.free_buffer(gone.num).await.unwrap();

    let begun = Instant::now();
    engine.set(|mind| mind.silent = true);
    let died = next(&mut notices, |n| matches!(n, Notice::Died(_))).await;
    let silence = begun.elapsed().as_secs_f64();
    assert!((1.5..4.0).contains(&silence), "{died:?} after {silence} s");
    // A request waits for it to be back.
    let waiting = tokio::spawn(async move { handle.send_now(Vec::new()).await });
    engine.set(|mind| {
        mind.seen.clear();
        mind.silent = false;
    });
    next(&mut notices, |n| matches!(n, Notice::Restarted { .. })).await;
    waiting.await.unwrap().unwrap();
    let seen = engine.mind.lock().unwrap().seen.clone();
    let args = |address: &str| {
        let found: Vec<_> = seen.iter().filter(|m| m.addr == address).map(|m| m.args.clone()).collect();
        found
    };
    assert_eq!(args("/d_recv"), [[OscType::Blob(b"SCgf".to_vec())]]);
    let loads = args("/b_allocRead");
    assert_eq!(loads.len(), 1);
    assert_eq!(loads[0][..2], [OscType::Int(i32::from(kept.num.0)), OscType::String("/tmp/kept.wav".into())]);
    let master = args("/s_new").into_iter().find(|a| a[1] == OscType::Int(layout.master().0)).unwrap();
    assert_eq!(master[4..], [OscType::String("gain".into()), OscType::Float(0.5)]);
    server.shutdown().await;
}

/// Neither a recording that cannot begin nor one whose engine dies keeps a file's name or a buffer.
#[tokio::test]
async fn recordings_that_come_to_nothing_leave_nothing() {
    let (engine, _guard, server, mut notices) = start().await;
    let handle = server.handle();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("take.wav");
    let taps = [Tap { bus: 0, path: path.clone() }];
    let mut last = None;
    for _ in 0..1000 {
        last = Some(handle.alloc_read(Path::new("/tmp/x.wav")).await.unwrap());
    }
    let full = handle.record(&taps).await.unwrap_err();
    assert!(matches!(full, ServerError::Full(1000)) && !path.exists(), "{full}");

    handle.free_buffer(last.unwrap().num).await.unwrap();
    let recording = handle.record(&taps).await.unwrap();
    engine.set(|mind| mind.silent = true);
    next(&mut notices, |n| matches!(n, Notice::Died(_))).await;
    let died = recording.stop().await.unwrap_err().to_string();
    assert!(died.contains("take.wav") && died.contains("the engine died"), "{died}");
    engine.set(|mind| mind.silent = false);
    next(&mut notices, |n| matches!(n, Notice::Restarted { .. })).await;
    let deadline = Instant::now() + engines::PATIENCE;
    while let Err(full) = handle.alloc_read(Path::new("/tmp/x.wav")).await {
        assert!(Instant::now() < deadline, "its buffer: {full}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.shutdown().await;
}

#[tokio::test]
async fn rubbish_and_floods_do_no_harm() {
    let (engine, _guard, server, mut notices) = start().await;
    let client = engine.client();
    for n in 0..2000usize {
        let bytes: Vec<u8> = (0..n % 300).map(|i| (i * 31 + n * 7) as u8).collect();
        engine.socket.send_to(&bytes, client).unwrap();
    }
    let mut half = b"#bundle\0".to_vec();
    half.extend_from_slice(&[0xff; 40]);
    engine.socket.send_to(&half, client).unwrap();
    // Nobody reads the notices meanwhile: what does not fit is counted.
    for id in 0..5000 {
        engine.say(client, "/n_end", [1_000_100 + id, 0, -1, -1, 0].map(OscType::Int).to_vec());
        if id % 50 == 0 {
            server.handle().send_now(Vec::new()).await.unwrap();
        }
    }
    let health = next(&mut notices, |n| matches!(n, Notice::Health(h) if h.dropped > 0)).await;
    let Notice::Health(health) = health else { unreachable!() };
    assert!(health.alive && health.dropped >= 3000, "{} dropped", health.dropped);
    server.shutdown().await;
}

#[tokio::test]
async fn leaving_frees_what_is_ours_and_does_not_quit() {
    let (engine, _guard, server, _notices) = start().await;
    let handle = server.handle();
    let layout = handle.layout();
    handle.setup(Setup { layout, effects: vec![] }).await.unwrap();
    let buffer = handle.alloc_read(Path::new("/tmp/z.wav")).await.unwrap();
    engine.set(|mind| mind.seen.clear());
    server.shutdown().await;
    let seen = engine.mind.lock().unwrap().seen.clone();
    let sent =
        |address: &str, n: i32| seen.iter().any(|m| m.addr == address && m.args[..] == [OscType::Int(n)]);
    assert!(
        sent("/n_free", layout.root().0) && sent("/b_free", i32::from(buffer.num.0)) && sent("/notify", 0)
    );
    assert!(seen.iter().all(|m| m.addr != "/quit" && m.addr != "/clearSched"));
}

#[tokio::test]
async fn buffers_of_others_cannot_be_touched() {
    use oiduna::osc::{BufNum, Command};
    let (engine, _guard, server, _notices) = start().await;
    let handle = server.handle();
    for num in [0, 999, 1000, 65_535] {
        assert!(matches!(handle.free_buffer(BufNum(num)).await, Err(ServerError::NoBuffer(_))));
        let sent = handle.send_now(vec![Command::Status, Command::BufferFree(BufNum(num))]).await;
        assert!(matches!(sent, Err(ServerError::NoBuffer(_))));
    }
    assert_eq!(engine.seen("/b_free"), 0);
    server.shutdown().await;
}
