//! Questions to the engine and their answers.
//!
//! In: commands from requests, packets from the socket. Out: each answer to the one who waits for it;
//! what nobody waits for goes back to the caller. Runs on the async side, never on the player's
//! thread. Waiting is bounded three ways: every answer has a deadline, a waiter that is dropped takes
//! itself off the list, and the requests above it are limited in number.

use super::ServerError;
use crate::osc::codec;
use crate::osc::{Command, NodeId, Reply, Timetag};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::oneshot;

/// An answer that somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `/synced` with this number.
    Synced(i32),
    /// `/done` of this command, of this buffer where the command is about one. (`/done /notify`
    /// carries a number too, which is a client's.)
    Done(&'static str, Option<i32>),
    /// `/b_info` of this buffer.
    Info(i32),
    /// `/n_go` of this node.
    Started(NodeId),
    /// `/version.reply`
    Version,
    /// `/status.reply`
    Status,
}

impl Wanted {
    /// Good news and bad news: a `/fail` that carries no number goes to the first who waits for that
    /// command.
    fn is_answered_by(self, reply: &Reply) -> bool {
        match (self, reply) {
            (Self::Synced(id), Reply::Synced(n)) => id == *n,
            (Self::Done(address, buffer), Reply::Done { command, buffer: done }) => {
                address == command && (buffer.is_none() || buffer == *done)
            }
            (Self::Done(address, buffer), Reply::Fail { command, number, .. }) => {
                address == command && (number.is_none() || buffer.is_none() || buffer == *number)
            }
            (Self::Info(num), Reply::BufferInfo { num: n, .. }) => num == *n,
            (Self::Started(id), Reply::NodeStarted(n)) => id == *n,
            (Self::Version, Reply::Version(_)) | (Self::Status, Reply::Status(_)) => true,
            _ => false,
        }
    }
}

/// Why an answer did not come.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Missed {
    /// The deadline passed.
    Late(Duration),
    /// `/fail`, in the engine's words.
    Fail(String),
    /// The engine died.
    Gone,
}

impl Missed {
    /// As an error; `what` was asked.
    pub(super) fn error(self, what: &str) -> ServerError {
        match self {
            Self::Late(time) => ServerError::NoAnswer { what: what.to_owned(), seconds: time.as_secs_f64() },
            Self::Fail(text) => ServerError::Setup(format!("{what}: {text}")),
            Self::Gone => ServerError::Gone,
        }
    }
}

#[derive(Debug)]
struct Entry {
    wanted: Wanted,
    token: u64,
    answer: oneshot::Sender<Reply>,
}

#[derive(Debug, Default)]
struct List {
    entries: Vec<Entry>,
    next_token: u64,
}

/// The socket and those who wait.
#[derive(Debug)]
pub(super) struct Exchange {
    socket: UdpSocket,
    list: Mutex<List>,
    next_sync: AtomicI32,
}

/// A place on the list, to be waited on.
#[derive(Debug)]
pub(super) struct Waiter<'a> {
    exchange: &'a Exchange,
    token: u64,
    answer: oneshot::Receiver<Reply>,
}

impl Waiter<'_> {
    /// The answer, if it comes in time.
    pub(super) async fn within(mut self, time: Duration) -> Result<Reply, Missed> {
        match tokio::time::timeout(time, &mut self.answer).await {
            Err(_) => Err(Missed::Late(time)),
            Ok(Err(_)) => Err(Missed::Gone),
            Ok(Ok(Reply::Fail { text, .. })) => Err(Missed::Fail(text)),
            Ok(Ok(reply)) => Ok(reply),
        }
    }

    /// True when the answer is there already.
    pub(super) fn is_answered(&mut self) -> bool {
        self.answer.try_recv().is_ok()
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.exchange.list().entries.retain(|e| e.token != self.token);
    }
}

impl Exchange {
    /// Around a socket that is non-blocking; it is connected later.
    pub(super) fn new(socket: std::net::UdpSocket) -> Result<Self, ServerError> {
        let socket = UdpSocket::from_std(socket)?;
        Ok(Self { socket, list: Mutex::default(), next_sync: AtomicI32::new(1) })
    }

    fn list(&self) -> MutexGuard<'_, List> {
        // Nothing in here can leave the list half changed, so a panic elsewhere does not spoil it.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on all senders reach `peer`, and only `peer` reaches us.
    pub(super) async fn connect(&self, peer: SocketAddr) -> Result<(), ServerError> {
        Ok(self.socket.connect(peer).await?)
    }

    /// Where our packets come from.
    #[cfg(feature = "embedded")]
    pub(super) fn local_address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Waits for the answer from now on; call it before the question is sent.
    pub(super) fn expect(&self, wanted: Wanted) -> Waiter<'_> {
        let (answer, receiver) = oneshot::channel();
        let mut list = self.list();
        let token = list.next_token;
        list.next_token += 1;
        list.entries.push(Entry { wanted, token, answer });
        Waiter { exchange: self, token, answer: receiver }
    }

    /// True while somebody waits for something like this.
    pub(super) fn expects(&self, like: impl Fn(Wanted) -> bool) -> bool {
        self.list().entries.iter().any(|e| like(e.wanted))
    }

    /// Gives a reply to the one who waits for it, else back.
    pub(super) fn give(&self, reply: Reply) -> Option<Reply> {
        let mut list = self.list();
        let Some(place) = list.entries.iter().position(|e| e.wanted.is_answered_by(&reply)) else {
            return Some(reply);
        };
        let entry = list.entries.remove(place);
        // One who has just gone away does not need it; nobody else does either.
        let _ = entry.answer.send(reply);
        None
    }

    /// The engine is gone: so are all answers.
    pub(super) fn fail_all(&self) {
        self.list().entries.clear();
    }

    /// How many wait.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.list().entries.len()
    }

    /// Sends one command.
    pub(super) async fn send(&self, command: &Command) -> Result<(), ServerError> {
        self.send_bytes(&codec::encode(command)?).await
    }

    /// Sends commands that take hold together, at once.
    pub(super) async fn send_bundle(&self, commands: &[Command]) -> Result<(), ServerError> {
        self.send_bytes(&codec::bundle(Timetag::NOW, commands)?).await
    }

    async fn send_bytes(&self, packet: &[u8]) -> Result<(), ServerError> {
        match self.socket.send(packet).await {
            Ok(_) => Ok(()),
            // Reported for an earlier packet; this one was not sent.
            Err(e) if e.kind() == std::io::ErrorKind::ConnectionRefused => {
                self.socket.send(packet).await.map(|_| ()).map_err(|_| ServerError::Gone)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// A question: sends the command and waits for its answer.
    pub(super) async fn ask(
        &self,
        command: &Command,
        wanted: Wanted,
        time: Duration,
        what: &str,
    ) -> Result<Reply, ServerError> {
        let waiter = self.expect(wanted);
        self.send(command).await?;
        waiter.within(time).await.map_err(|missed| missed.error(what))
    }

    /// Waits until the engine has done everything that was sent before.
    pub(super) async fn sync(&self, time: Duration) -> Result<(), ServerError> {
        let id = self.sync_id();
        self.ask(&Command::Sync(id), Wanted::Synced(id), time, "/sync").await.map(|_| ())
    }

    /// A number for `/sync` that is not in use; never negative.
    pub(super) fn sync_id(&self) -> i32 {
        self.next_sync.fetch_add(1, Ordering::Relaxed) & i32::MAX
    }

    /// The replies in the next packet. An error is not the end: it says that nobody listens there.
    pub(super) async fn receive(&self, buffer: &mut [u8]) -> std::io::Result<Vec<Reply>> {
        let length = self.socket.recv(buffer).await?;
        Ok(codec::decode(buffer.get(..length).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::osc::Status;

    async fn exchange() -> (Exchange, UdpSocket) {
        let engine = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let peer = engine.local_addr().unwrap();
        let exchange = Exchange::new(super::super::link::socket_for(peer).unwrap()).unwrap();
        exchange.connect(peer).await.unwrap();
        (exchange, engine)
    }

    fn done(command: &str, buffer: Option<i32>) -> Reply {
        Reply::Done { command: command.into(), buffer }
    }

    fn fail(command: &str, number: Option<i32>) -> Reply {
        Reply::Fail { command: command.into(), text: "no".into(), number }
    }

    #[test]
    fn which_reply_answers_what() {
        let load = Wanted::Done("/b_allocRead", Some(3));
        let cases = [
            (load, done("/b_allocRead", Some(3)), true),
            (load, done("/b_allocRead", Some(4)), false),
            (load, done("/b_free", Some(3)), false),
            (load, fail("/b_allocRead", Some(3)), true),
            (load, fail("/b_allocRead", Some(4)), false),
            (load, fail("/b_allocRead", None), true),
            (load, fail("/s_new", None), false),
            (Wanted::Done("/notify", None), done("/notify", Some(0)), true),
            (Wanted::Done("/notify", None), fail("/notify", Some(0)), true),
            (Wanted::Synced(1), Reply::Synced(1), true),
            (Wanted::Synced(1), Reply::Synced(2), false),
            (Wanted::Started(NodeId(5)), Reply::NodeStarted(NodeId(5)), true),
            (Wanted::Started(NodeId(5)), Reply::NodeEnded(NodeId(5)), false),
            (Wanted::Status, Reply::Status(Status::default()), true),
            (Wanted::Version, Reply::Version(String::new()), true),
        ];
        for (wanted, reply, expected) in cases {
            assert_eq!(wanted.is_answered_by(&reply), expected, "{wanted:?} {reply:?}");
        }
    }

    #[tokio::test]
    async fn answers_go_to_those_who_wait_in_order() {
        let (exchange, _engine) = exchange().await;
        let (first, second) = (exchange.expect(Wanted::Status), exchange.expect(Wanted::Status));
        let status = |synths| Reply::Status(Status { synths, ..Status::default() });
        assert_eq!(exchange.give(status(1)), None);
        assert_eq!(exchange.give(status(2)), None);
        assert_eq!(exchange.give(status(3)), Some(status(3)));
        assert_eq!(second.within(Duration::from_secs(5)).await, Ok(status(2)));
        assert_eq!(first.within(Duration::from_secs(5)).await, Ok(status(1)));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let (exchange, _engine) = exchange().await;
        let short = Duration::from_millis(10);
        assert_eq!(exchange.expect(Wanted::Version).within(short).await, Err(Missed::Late(short)));
        drop(exchange.expect(Wanted::Version));
        assert_eq!(exchange.waiting(), 0, "a waiter that is gone is off the list");
        let waiter = exchange.expect(Wanted::Synced(1));
        exchange.fail_all();
        assert_eq!(waiter.within(Duration::from_secs(5)).await, Err(Missed::Gone));
        let waiter = exchange.expect(Wanted::Done("/b_free", Some(1)));
        exchange.give(fail("/b_free", Some(1)));
        assert_eq!(waiter.within(Duration::from_secs(5)).await, Err(Missed::Fail("no".into())));
    }

    #[tokio::test]
    async fn a_question_is_sent_and_answered() {
        let (exchange, engine) = exchange().await;
        let serve = async {
            let mut buffer = [0; 512];
            let (length, from) = engine.recv_from(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..length], &codec::encode(&Command::Sync(1)).unwrap()[..]);
            let answer = rosc::OscMessage { addr: "/synced".into(), args: vec![rosc::OscType::Int(1)] };
            let bytes = rosc::encoder::encode(&rosc::OscPacket::Message(answer)).unwrap();
            engine.send_to(&bytes, from).await.unwrap();
            for reply in exchange.receive(&mut buffer).await.unwrap() {
                assert_eq!(exchange.give(reply), None);
            }
        };
        let (answer, ()) = tokio::join!(exchange.sync(Duration::from_secs(5)), serve);
        answer.unwrap();
    }
}
