//! What an engine tells of its nodes.

use oiduna::bank::Layout;
use oiduna::osc::NodeId;
use rosc::{OscMessage, OscPacket, OscType};
use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Somebody else who has asked the engine to be told of nodes.
pub struct Listener {
    socket: Arc<UdpSocket>,
    started: Arc<Mutex<BTreeSet<i32>>>,
    thread: Option<JoinHandle<()>>,
    over: Arc<Mutex<bool>>,
}

impl Listener {
    pub fn on(port: &str) -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
        socket.connect(format!("127.0.0.1:{port}")).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let notify = OscMessage { addr: "/notify".into(), args: vec![OscType::Int(1)] };
        socket.send(&rosc::encoder::encode(&OscPacket::Message(notify)).unwrap()).unwrap();
        let (started, over) = (Arc::<Mutex<BTreeSet<i32>>>::default(), Arc::<Mutex<bool>>::default());
        let (from, to, stop) = (socket.clone(), started.clone(), over.clone());
        let thread = std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while !*stop.lock().unwrap() {
                let Ok(length) = from.recv(&mut buffer) else { continue };
                let Ok((_, OscPacket::Message(m))) = rosc::decoder::decode_udp(&buffer[..length]) else {
                    continue;
                };
                if let ("/n_go", Some(OscType::Int(id))) = (m.addr.as_str(), m.args.first()) {
                    to.lock().unwrap().insert(*id);
                }
            }
        });
        Self { socket, started, thread: Some(thread), over }
    }

    pub fn has(&self, node: NodeId) -> bool {
        self.started.lock().unwrap().contains(&node.0)
    }

    /// Voices of a program with these nodes.
    pub fn voices(&self, layout: Layout) -> usize {
        self.started.lock().unwrap().iter().filter(|id| **id >= layout.first_voice()).count()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        *self.over.lock().unwrap() = true;
        let leave = OscMessage { addr: "/notify".into(), args: vec![OscType::Int(0)] };
        let _ = self.socket.send(&rosc::encoder::encode(&OscPacket::Message(leave)).unwrap());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
