//! The player's way to the engine: one connected UDP socket, whatever the engine is.
//!
//! In: finished packets. Out: datagrams. [`Sender::send`] runs on the player's thread: it never
//! waits, allocates or locks; what the system does not take is counted and lost. The embedded engine
//! listens on a socket of this machine too, so a restart, a new port or a change of engine only
//! connects the same socket to another address: senders that were handed out go on working.

use crate::osc::Timetag;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds from 1900 (NTP) to 1970 (Unix).
const NTP_OFFSET_S: u64 = 2_208_988_800;
/// What we ask for; the system may give less (Linux: net.core.rmem_max). With the default of 208 KiB,
/// 256 small replies fit (engine facts).
const RECEIVE_BUFFER: usize = 4 << 20;

/// The system's clock as a timetag: the clock that the engines follow.
pub fn ntp_now() -> Timetag {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs().wrapping_add(NTP_OFFSET_S);
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    Timetag((seconds << 32) | fraction)
}

/// What the senders count.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Packets the system did not take.
    pub failed: AtomicU64,
    /// Set when the system said that nobody listens; taken by the owner.
    pub refused: AtomicBool,
    /// The latest timetag of all packets.
    pub furthest: AtomicU64,
}

/// Sends packets to the engine. Cheap to clone; every clone is good for one thread.
#[derive(Clone, Debug)]
pub struct Sender {
    socket: Arc<UdpSocket>,
    sent: Arc<Sent>,
}

impl Sender {
    pub(super) fn new(socket: UdpSocket, sent: Arc<Sent>) -> Self {
        Self { socket: Arc::new(socket), sent }
    }

    /// Hands a packet to the system. `tag` is the bundle's timetag: leaving an engine that others
    /// use waits until the last bundle has sounded. False when the packet was not taken (full
    /// socket, nobody there): it is counted and lost, because late is worse than lost.
    pub fn send(&self, packet: &[u8], tag: Timetag) -> bool {
        self.sent.furthest.fetch_max(tag.0, Ordering::Relaxed);
        let mut outcome = self.socket.send(packet);
        if matches!(&outcome, Err(e) if e.kind() == ErrorKind::ConnectionRefused) {
            // The answer to an earlier packet, reported now; this one has not been sent at all. The
            // engine may be back meanwhile.
            self.sent.refused.store(true, Ordering::Relaxed);
            outcome = self.socket.send(packet);
        }
        let taken = outcome.is_ok();
        if !taken {
            self.sent.failed.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }

    /// How many packets the system did not take, over all clones.
    pub fn failed(&self) -> u64 {
        self.sent.failed.load(Ordering::Relaxed)
    }
}

/// A socket that can reach `peer` and is reached by this machine alone when the peer is on it.
pub(super) fn socket_for(peer: SocketAddr) -> std::io::Result<UdpSocket> {
    let from: SocketAddr = match (peer, peer.ip().is_loopback()) {
        (SocketAddr::V4(_), true) => (Ipv4Addr::LOCALHOST, 0).into(),
        (SocketAddr::V4(_), false) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        (SocketAddr::V6(_), true) => (Ipv6Addr::LOCALHOST, 0).into(),
        (SocketAddr::V6(_), false) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(from)?;
    // A smaller buffer works too, only less well.
    let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER);
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (UdpSocket, Sender) {
        let engine = UdpSocket::bind("127.0.0.1:0").unwrap();
        engine.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
        let socket = socket_for(engine.local_addr().unwrap()).unwrap();
        socket.connect(engine.local_addr().unwrap()).unwrap();
        (engine, Sender::new(socket, Arc::default()))
    }

    #[test]
    fn packets_arrive_and_the_furthest_tag_is_known() {
        let (engine, sender) = pair();
        let other = sender.clone();
        assert!(sender.send(b"one\0", Timetag(50)) && other.send(b"two\0", Timetag(20)));
        let mut buffer = [0; 16];
        assert_eq!(engine.recv(&mut buffer).unwrap(), 4);
        assert_eq!(&buffer[..4], b"one\0");
        assert_eq!(sender.sent.furthest.load(Ordering::Relaxed), 50);
    }

    #[test]
    fn a_full_socket_never_makes_the_sender_wait() {
        let (_engine, sender) = pair();
        let packet = vec![0u8; 60_000];
        for _ in 0..200 {
            sender.send(&packet, Timetag::NOW);
        }
        // Too long for UDP: never taken, and counted.
        assert!(!sender.send(&vec![0; 70_000], Timetag::NOW));
        assert!(sender.failed() >= 1);
    }

    #[test]
    fn nobody_there_is_seen() {
        let (engine, sender) = pair();
        drop(engine);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !sender.sent.refused.load(Ordering::Relaxed) {
            assert!(std::time::Instant::now() < deadline);
            sender.send(b"/x\0\0", Timetag::NOW);
        }
    }

    #[test]
    fn a_new_address_reaches_senders_that_were_handed_out() {
        let (_old, sender) = pair();
        let new = UdpSocket::bind("127.0.0.1:0").unwrap();
        new.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
        let owner = sender.socket.try_clone().unwrap();
        owner.connect(new.local_addr().unwrap()).unwrap();
        assert!(sender.send(b"/y\0\0", Timetag::NOW));
        let mut buffer = [0; 16];
        assert_eq!(new.recv(&mut buffer).unwrap(), 4);
    }

    #[test]
    fn the_clock_is_ntp() {
        let tag = ntp_now();
        // Between 2024 and 2036 (the end of the NTP era).
        assert!((3_913_000_000.0..4_294_967_296.0).contains(&tag.seconds()), "{}", tag.seconds());
    }
}
