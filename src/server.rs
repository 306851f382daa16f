//! Engine processes and links: everything between our values and a running engine.
//!
//! In: which engine to use, requests (load this, make that), finished packets from the player. Out: an
//! engine that plays them, facts about what it holds, [`Notice`]s about how it is. The owner of the
//! engine and the receiver of its replies are tasks on tokio; requests run in the tasks that make
//! them; the player's thread only touches [`Sender`]. Here alone live sockets and child processes.
//!
//! It never plans, and knows SynthDefs only as names and bytes. It never leaves a process behind: see
//! [`Server::shutdown`] for the good way, [`watcher`] for all others.
//!
//! Queues: notices hold 1,024 and the engine's lines 256, the newest is dropped and counted when they
//! are full; at most 100 requests are under way, the others wait.

mod audio;
mod boot;
mod core;
pub mod dirt;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod exchange;
mod handle;
mod holdings;
mod link;
mod notice;
mod offline;
mod options;
mod process;
mod program;
mod record;
pub mod sclang;
mod signal;
mod stages;
mod supervise;
mod trouble;
mod vitals;
pub mod watcher;

pub use error::ServerError;
pub use handle::Handle;
pub use holdings::{Effect, Setup};
pub use link::{Sender, ntp_now};
pub use notice::Notice;
pub use offline::{Offline, Run};
pub use options::{AudioChoice, EngineChoice, Options};
pub use record::{Recording, Tap};
pub use stages::stages;

use boot::{Engine, Ground, Kind};
use core::{Core, Life};
use exchange::Exchange;
use process::Lines;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use supervise::Supervisor;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Lines of the engine that wait to be read for trouble, at most.
const LINES: usize = 256;

/// An engine, owned. [`Server::shutdown`] leaves it well. A drop leaves it in haste: the supervisor's
/// state goes, which sends SIGTERM to its processes and closes the watcher's pipe; the watcher waits
/// for them and sees to the rest.
#[derive(Debug)]
pub struct Server {
    core: Arc<Core>,
    stop: oneshot::Sender<()>,
    supervisor: Task,
    /// Kept for its drop.
    _receiver: Task,
}

impl Server {
    /// Starts or reaches an engine. Returns once it answers; groups and SynthDefs are then requested.
    /// To be called on a tokio runtime with time and IO.
    ///
    /// # Errors
    /// What was tried and the way out; nothing is left running then.
    pub async fn start(options: Options) -> Result<(Self, Sender, mpsc::Receiver<Notice>), ServerError> {
        let peer = match options.engine {
            EngineChoice::Osc(address) | EngineChoice::Dirt(address) => address,
            _ => SocketAddr::from((Ipv4Addr::LOCALHOST, 9)),
        };
        let socket = link::socket_for(peer)?;
        let sent = Arc::<link::Sent>::default();
        let sender = Sender::new(socket.try_clone()?, sent.clone());
        let (notices, from) = notice::Notices::new();
        let exchange = Exchange::new(socket)?;
        let core = Arc::new(Core::new(exchange, notices, sent, options.layout(), options.buffers));
        let receiver = Task(tokio::spawn(supervise::receive(core.clone())));
        let (to, lines) = mpsc::channel(LINES);
        let lines_to = Lines { to, dropped: core.lines_dropped.clone() };
        let watcher = start_watcher(&options, &core);
        let ground = Ground { core: core.clone(), options, watcher, lines: lines_to };
        let engine = first_engine(&ground).await?;
        core.life.send_replace(Life::Ready(0));
        core.notices.tell(Notice::Ready {
            engine: engine.kind.name(),
            version: core.vitals().version.clone(),
            audio: engine.audio(),
        });
        let (stop, stopped) = oneshot::channel();
        let supervisor = Supervisor { ground, engine, lines, stop: stopped, generation: 0 };
        let supervisor = Task(tokio::spawn(supervisor.run()));
        let server = Self { core, stop, supervisor, _receiver: receiver };
        Ok((server, sender, from))
    }

    /// The way to ask the engine; any number of them, for any task.
    pub fn handle(&self) -> Handle {
        Handle::new(self.core.clone())
    }

    /// The child processes of the engine in use: its own id, then that of a jackd of ours.
    pub fn processes(&self) -> Vec<i32> {
        self.core.pids()
    }

    /// Leaves the engine: ours is quit (then SIGTERM, then SIGKILL, each after a deadline), a jackd of
    /// ours is ended and waited for; on another's engine our groups and buffers are freed. Takes up to
    /// 20 s when all of them are stubborn, usually a tenth of one.
    pub async fn shutdown(mut self) {
        // The supervisor may have ended already, with its engine.
        let _ = self.stop.send(());
        let _ = (&mut self.supervisor.0).await;
    }
}

/// A task that ends with its owner.
#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Without a watcher everything works, but `kill -9` of this program leaves the engine running.
fn start_watcher(options: &Options, core: &Core) -> process::SharedWatcher {
    let started = options.watcher.as_deref().map(watcher::Watcher::start);
    let watcher = match started {
        Some(Err(error)) => {
            core.trouble(format!(
                "the watcher could not be started ({error}): if this program is killed, its engine stays"
            ));
            None
        }
        Some(Ok(watcher)) => Some(watcher),
        None => None,
    };
    Arc::new(Mutex::new(watcher))
}

/// The first of the candidates that starts. What did not is told, if it was installed at all.
async fn first_engine(ground: &Ground) -> Result<Engine, ServerError> {
    let candidates = supervise::candidates(&ground.options);
    let only = candidates.len() == 1;
    let mut failed = Vec::new();
    for kind in candidates {
        match ground.boot(kind, None).await {
            Ok(engine) => return Ok(engine),
            Err(error) if only => return Err(error),
            Err(error) => {
                let missing = matches!(error, ServerError::NotInstalled { .. });
                if !missing && kind != Kind::Embedded {
                    ground.core.trouble(format!("{error}\nTrying the next engine."));
                }
                failed.push(error.to_string());
            }
        }
    }
    Err(ServerError::NoEngine(failed.join("\n")))
}
