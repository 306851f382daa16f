//! What an engine tells of its nodes, and answers when it is asked.

#![allow(dead_code, reason = "each of the tests and benchmarks uses a part of it")]

use oiduna::bank::Layout;
use oiduna::osc::NodeId;
use rosc::{OscMessage, OscPacket, OscType};
use std::collections::{BTreeMap, BTreeSet};
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// For an answer: an engine that has none by then is not there.
const ANSWER: Duration = Duration::from_secs(2);

/// What `/status` says.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    pub synths: i32,
    pub groups: i32,
    pub defs: i32,
    /// Percent of the time that there is for a block of sound.
    pub average: f32,
}

/// Nodes by number; a synth with its SynthDef's name, a group with none.
pub type Tree = BTreeMap<i32, String>;

#[derive(Default)]
struct Seen {
    started: BTreeSet<i32>,
    status: Option<Status>,
    tree: Option<Tree>,
    /// How many samples each of the buffers has that were asked for.
    buffers: Option<Vec<u64>>,
    over: bool,
}

/// Somebody else who has asked the engine to be told of nodes.
pub struct Listener {
    socket: Arc<UdpSocket>,
    seen: Arc<Mutex<Seen>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub fn on(port: &str) -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
        // Many voices begin at once, and none may be missed.
        let _ = socket2::SockRef::from(&*socket).set_recv_buffer_size(4 << 20);
        socket.connect(format!("127.0.0.1:{port}")).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let (from, to) = (socket.clone(), seen.clone());
        let thread = std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while !to.lock().unwrap().over {
                let Ok(length) = from.recv(&mut buffer) else { continue };
                let Ok((_, OscPacket::Message(m))) = rosc::decoder::decode_udp(&buffer[..length]) else {
                    continue;
                };
                to.lock().unwrap().heard(&m);
            }
        });
        let listener = Self { socket, seen, thread: Some(thread) };
        listener.send("/notify", &[1]);
        listener
    }

    fn send(&self, address: &str, numbers: &[i32]) {
        let args = numbers.iter().map(|n| OscType::Int(*n)).collect();
        let packet = OscPacket::Message(OscMessage { addr: address.into(), args });
        // Refused by an engine that has ended: its answer is then missed.
        let _ = self.socket.send(&rosc::encoder::encode(&packet).unwrap());
    }

    pub fn has(&self, node: NodeId) -> bool {
        self.seen.lock().unwrap().started.contains(&node.0)
    }

    /// Voices of a program with these nodes.
    pub fn voices(&self, layout: Layout) -> usize {
        self.seen.lock().unwrap().started.range(layout.first_voice()..).count()
    }

    pub fn status(&self) -> Option<Status> {
        self.seen.lock().unwrap().status = None;
        self.send("/status", &[]);
        self.answer(|seen| seen.status)
    }

    /// Every node of the engine.
    pub fn tree(&self) -> Option<Tree> {
        self.seen.lock().unwrap().tree = None;
        self.send("/g_queryTree", &[0, 0]);
        self.answer(|seen| seen.tree.clone())
    }

    /// How many of the first `numbers` buffers hold anything, and the bytes of all of them. The engine must
    /// have so many: one that has not dies of the question.
    pub fn buffers(&self, numbers: i32) -> Option<(usize, u64)> {
        let (mut held, mut samples) = (0, 0);
        for first in (0..numbers).step_by(64) {
            self.seen.lock().unwrap().buffers = None;
            self.send("/b_query", &(first..numbers.min(first + 64)).collect::<Vec<_>>());
            let each = self.answer(|seen| seen.buffers.clone())?;
            held += each.iter().filter(|n| **n > 0).count();
            samples += each.iter().sum::<u64>();
        }
        Some((held, samples * 4))
    }

    fn answer<T>(&self, of: impl Fn(&Seen) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + ANSWER;
        while Instant::now() < deadline {
            if let Some(answer) = of(&self.seen.lock().unwrap()) {
                return Some(answer);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        None
    }
}

impl Seen {
    fn heard(&mut self, m: &OscMessage) {
        match (m.addr.as_str(), m.args.as_slice()) {
            ("/n_go", [OscType::Int(id), ..]) => {
                self.started.insert(*id);
            }
            (
                "/status.reply",
                [
                    _,
                    _,
                    OscType::Int(synths),
                    OscType::Int(groups),
                    OscType::Int(defs),
                    OscType::Float(average),
                    ..,
                ],
            ) => {
                self.status =
                    Some(Status { synths: *synths, groups: *groups, defs: *defs, average: *average });
            }
            ("/b_info", all) => {
                let samples = |one: &[OscType]| match one {
                    [_, OscType::Int(frames), OscType::Int(channels), _] => *frames as u64 * *channels as u64,
                    other => panic!("no facts of a buffer: {other:?}"),
                };
                self.buffers = Some(all.chunks(4).map(samples).collect());
            }
            ("/g_queryTree.reply", [_, nodes @ ..]) => self.tree = Some(tree(nodes)),
            _ => {}
        }
    }
}

/// A node is its number and how many it holds; a synth holds -1, and its SynthDef's name follows.
fn tree(mut nodes: &[OscType]) -> Tree {
    let mut found = Tree::new();
    while let [OscType::Int(id), OscType::Int(holds), rest @ ..] = nodes {
        nodes = match rest {
            [OscType::String(def), rest @ ..] if *holds < 0 => {
                found.insert(*id, def.clone());
                rest
            }
            rest => {
                found.insert(*id, String::new());
                rest
            }
        };
    }
    assert!(nodes.is_empty(), "the rest of a tree: {nodes:?}");
    found
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A thread that has panicked has said so.
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner).over = true;
        self.send("/notify", &[0]);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
