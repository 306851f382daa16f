//! SuperDirt, which somebody else started: events go there, nothing else.
//!
//! In: its address. Out: a [`Sender`] for the player, and [`Notice`]s: that it answered, that nobody
//! listens, that somebody does again. A task of its own asks now and then; the music never waits for it,
//! and goes on being sent, so that a SuperDirt that is started later is heard at once.

use super::link::{self, Sender, Sent};
use super::notice::{Notice, Notices};
use super::{ServerError, Task};
use crate::osc::{Command, codec};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// How often it is asked whether it is there.
const PERIOD: Duration = Duration::from_secs(1);

/// A SuperDirt that events are sent to. Its drop ends the asking.
#[derive(Debug)]
pub struct Dirt {
    _asking: Task,
}

/// Begins to send there: at once, whether somebody listens or not. To be called on a tokio runtime.
///
/// # Errors
/// When the system gives no socket.
pub fn reach(address: SocketAddr) -> Result<(Dirt, Sender, mpsc::Receiver<Notice>), ServerError> {
    let socket = link::socket_for(address)?;
    socket.connect(address)?;
    let sent = Arc::<Sent>::default();
    let asking = UdpSocket::from_std(socket.try_clone()?)?;
    let (notices, from) = Notices::new();
    let task = Task(tokio::spawn(ask(asking, sent.clone(), notices, address)));
    Ok((Dirt { _asking: task }, Sender::new(socket, sent), from))
}

/// What is known of the other side.
#[derive(Clone, Copy, PartialEq)]
enum There {
    Unknown,
    /// It answered.
    Answering,
    /// The system said that nobody listens.
    Nobody,
}

/// Says how it is, whenever that changes.
async fn ask(socket: UdpSocket, sent: Arc<Sent>, notices: Notices, address: SocketAddr) {
    let (engine, audio) = ("superdirt".to_owned(), format!("at {address}"));
    notices.tell(Notice::Ready { engine, version: None, audio });
    let Ok(question) = codec::encode(&Command::DirtHandshake) else { return };
    let (mut there, mut buffer) = (There::Unknown, vec![0; 2048]);
    loop {
        let asked = socket.send(&question).await;
        let heard = match asked {
            Err(_) => There::Nobody,
            Ok(_) => match tokio::time::timeout(PERIOD, socket.recv(&mut buffer)).await {
                Ok(Ok(_)) => There::Answering,
                Ok(Err(_)) => There::Nobody,
                // Older ones know no handshake; they may well play.
                Err(_) => There::Unknown,
            },
        };
        let refused = sent.refused.swap(false, Ordering::Relaxed);
        let heard = if refused && heard == There::Unknown { There::Nobody } else { heard };
        if heard != there && heard != There::Unknown {
            notices.tell(Notice::Trouble(match heard {
                There::Answering => format!("SuperDirt answers at {address}"),
                _ => format!(
                    "nobody listens at {address}: start SuperDirt (SuperDirt.start in SuperCollider); \
                     the set plays on and is heard once it is there"
                ),
            }));
            there = heard;
        }
        if heard != There::Unknown {
            tokio::time::sleep(PERIOD).await;
        }
    }
}
