//! An engine that makes no sound: it answers what the program asks, as scsynth would, and keeps every
//! message with its timetag. So what was sent, and for when, is known exactly.

use rosc::{OscMessage, OscPacket, OscTime, OscType};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Voices of a program that shares its engine have ids from here on.
const FIRST_VOICE: i32 = 1_000_064;

/// A voice that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Voice {
    /// When it is to begin, seconds of NTP time; exact to a microsecond.
    pub at_s: f64,
    pub id: i32,
    /// Its SynthDef: `oi.bd`, `oi.cp.room`, ...
    pub def: String,
}

/// A message, and the time of its bundle; none for "at once".
type Seen = (Option<f64>, OscMessage);

pub struct FakeEngine {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FakeEngine {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let address = socket.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (all, stop) = (seen.clone(), over.clone());
        let thread = std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while !stop.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
                let (_, packet) = rosc::decoder::decode_udp(&buffer[..length]).expect("it sends only OSC");
                let mut messages = Vec::new();
                flatten(packet, None, &mut messages);
                for (at, message) in messages {
                    if let Some((address, args)) = answer(&message) {
                        let packet = OscPacket::Message(OscMessage { addr: address.into(), args });
                        // Nobody there any more: then nobody needs it.
                        let _ = socket.send_to(&rosc::encoder::encode(&packet).unwrap(), from);
                    }
                    all.lock().unwrap().push((at, message));
                }
            }
        });
        Self { address, seen, over, thread: Some(thread) }
    }

    /// The word of `--engine`.
    pub fn word(&self) -> String {
        format!("osc:{}", self.address)
    }

    /// Voices so far, in the order of their beginning.
    pub fn voices(&self) -> Vec<Voice> {
        let mut found: Vec<Voice> = Vec::new();
        for (at, message) in self.seen.lock().unwrap().iter() {
            let [OscType::String(def), OscType::Int(id), ..] = &message.args[..] else { continue };
            if let (Some(at_s), "/s_new", true) = (*at, message.addr.as_str(), *id >= FIRST_VOICE) {
                found.push(Voice { at_s, id: *id, def: def.clone() });
            }
        }
        found.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        found
    }
}

impl Drop for FakeEngine {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn flatten(packet: OscPacket, at: Option<f64>, out: &mut Vec<Seen>) {
    match packet {
        OscPacket::Message(message) => out.push((at, message)),
        OscPacket::Bundle(bundle) => {
            let at = seconds(bundle.timetag);
            bundle.content.into_iter().for_each(|p| flatten(p, at, out));
        }
    }
}

/// None for "at once".
fn seconds(tag: OscTime) -> Option<f64> {
    (tag.seconds > 0).then(|| f64::from(tag.seconds) + f64::from(tag.fractional) / 4_294_967_296.0)
}

/// True for what begins as a WAV file does and is longer than its header.
fn sounds(path: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"RIFF") && bytes.len() > 44)
}

fn answer(message: &OscMessage) -> Option<(&'static str, Vec<OscType>)> {
    use OscType::{Double, Float, Int, String as Str};
    let int = |n: usize| match message.args.get(n) {
        Some(Int(i)) => *i,
        _ => -1,
    };
    let ints = |numbers: &[i32]| numbers.iter().copied().map(Int).collect::<Vec<_>>();
    Some(match message.addr.as_str() {
        "/status" => {
            let figures = [Float(1.0), Float(2.0), Double(48_000.0), Double(48_000.0)];
            ("/status.reply", ints(&[1, 0, 0, 1, 0]).into_iter().chain(figures).collect())
        }
        "/version" => ("/version.reply", vec![Str("fake".into()), Int(1), Int(2), Str(".3".into())]),
        "/notify" => ("/done", vec![Str("/notify".into()), Int(0)]),
        "/sync" => ("/synced", ints(&[int(0)])),
        "/s_new" => ("/n_go", ints(&[int(1), int(3), -1, -1, 0])),
        "/n_free" => ("/n_end", ints(&[int(0), 1, -1, -1, 0])),
        "/g_new" | "/p_new" => ("/n_go", ints(&[int(0), int(2), -1, -1, 1, -1, -1])),
        "/b_allocRead" if matches!(&message.args[1], Str(path) if !sounds(path)) => {
            ("/fail", vec![Str(message.addr.clone()), Str("Format not recognised.".into()), Int(int(0))])
        }
        "/b_allocRead" | "/b_free" => ("/done", vec![Str(message.addr.clone()), Int(int(0))]),
        "/b_query" => ("/b_info", vec![Int(int(0)), Int(4800), Int(1), Float(48_000.0)]),
        _ => return None,
    })
}
