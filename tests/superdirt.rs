//! Events for SuperDirt, as a recorder in its place receives them from the program.
//!
//! The recorder is a socket that decodes what comes with rosc and answers the handshake as SuperDirt
//! does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "support/program.rs"]
mod program;

use program::{PATIENCE, Program};
use rosc::{OscMessage, OscPacket, OscType};
use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// Two events at a time, the second of them on a lane of its own.
const SET: &str = r#"
setcps 2

d1 $ n "0 .. 3" # s "superpiano" # room 0.3 # vowel "a" # cut "-1"

d2 $ s "drum:2*2" # speed "1.5" # orbit "<5>"

d3 $ s "bd*4"
"#;

/// An event: its timetag as seconds, and what it carries.
#[derive(Debug)]
struct Played {
    at_s: f64,
    fields: BTreeMap<String, OscType>,
}

impl Played {
    fn float(&self, name: &str) -> f64 {
        match self.fields.get(name) {
            Some(OscType::Float(x)) => f64::from(*x),
            other => panic!("{name} is no float: {other:?} in {self:?}"),
        }
    }

    fn text(&self, name: &str) -> &str {
        match self.fields.get(name) {
            Some(OscType::String(s)) => s,
            other => panic!("{name} is no word: {other:?} in {self:?}"),
        }
    }
}

fn played(message: &OscMessage, at_s: f64) -> Played {
    assert_eq!(message.addr, "/dirt/play");
    assert_eq!(message.args.len() % 2, 0, "names and values: {message:?}");
    let field = |pair: &[OscType]| match pair {
        [OscType::String(name), value] => (name.clone(), value.clone()),
        other => panic!("a name and a value: {other:?}"),
    };
    Played { at_s, fields: message.args.chunks(2).map(field).collect() }
}

/// Answers handshakes and gathers events until there are so many, and one handshake was answered.
fn record(socket: &UdpSocket, wanted: usize) -> Vec<Played> {
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let (mut events, mut buffer, mut shaken) = (Vec::new(), vec![0; 65_536], false);
    while events.len() < wanted || !shaken {
        assert!(Instant::now() < deadline, "only {} events came", events.len());
        let Ok((size, from)) = socket.recv_from(&mut buffer) else { continue };
        match rosc::decoder::decode_udp(&buffer[..size]).unwrap().1 {
            OscPacket::Message(m) => {
                assert_eq!(m.addr, "/dirt/handshake");
                let reply = OscMessage { addr: "/dirt/handshake/reply".into(), args: Vec::new() };
                let bytes = rosc::encoder::encode(&OscPacket::Message(reply)).unwrap();
                socket.send_to(&bytes, from).unwrap();
                shaken = true;
            }
            OscPacket::Bundle(b) => {
                let at_s = f64::from(b.timetag.seconds) + f64::from(b.timetag.fractional) / 4_294_967_296.0;
                assert_eq!(b.content.len(), 1, "one event a bundle, as Tidal sends them");
                let OscPacket::Message(m) = &b.content[0] else { panic!("a nested bundle") };
                events.push(played(m, at_s));
            }
        }
    }
    events
}

#[test]
fn superdirt_gets_what_tidal_would_send_it_and_may_go_and_come() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.tidal");
    std::fs::write(&set, SET).unwrap();
    let engine = format!("dirt:{address}");
    let mut program = Program::start(&["play", set.to_str().unwrap(), "--headless", "--engine", &engine]);
    let events = record(&socket, 60);
    let first = &events[0];
    for event in &events {
        // The time: exact by the tempo, as far as a float of cycles and of NTP seconds tell.
        let cycles = event.float("cycle") - first.float("cycle");
        assert!((event.at_s - first.at_s - cycles / 2.0).abs() < 1e-5, "{event:?} after {first:?}");
        assert!((event.float("cps") - 2.0).abs() < 1e-6);
        match event.text("s") {
            "superpiano" => {
                assert_eq!(event.fields["orbit"], OscType::Int(0));
                assert_eq!((event.float("room") * 10.0).round() as i32, 3);
                assert_eq!(event.text("vowel"), "a");
                assert_eq!(event.fields["cut"], OscType::Int(-1));
                assert!((event.float("delta") - 0.125).abs() < 1e-6);
                assert!((event.float("n") / 4.0 - event.float("cycle").fract()).abs() < 1e-6);
            }
            "drum" => {
                assert_eq!(event.fields["orbit"], OscType::Int(5));
                assert!((event.float("n") - 2.0).abs() < 1e-6 && (event.float("speed") - 1.5).abs() < 1e-6);
                assert!((event.float("delta") - 0.25).abs() < 1e-6);
            }
            "bd" => assert_eq!(event.fields["orbit"], OscType::Int(2), "the third track's own orbit"),
            other => panic!("nobody plays {other}"),
        }
    }
    program.says_again("SuperDirt answers", 0);
    drop(socket);
    program.says_again("nobody listens at", 0);
    let again = UdpSocket::bind(address).unwrap();
    assert!(record(&again, 10).len() >= 10);
    program.says_again("SuperDirt answers", 1);
    // Names are SuperDirt's to find: nothing is called unknown.
    assert!(!program.said().contains("no sound is called"), "{}", program.said());
}
