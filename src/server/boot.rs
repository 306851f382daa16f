//! From a choice of engine to one that answers.
//!
//! In: [`EngineChoice`](super::EngineChoice) and what is installed. Out: an [`Engine`] that has
//! answered `/status`, or an error with its last lines and the way out. Runs on the async side.
//! Ready means an answer, never a time that has passed.

use super::audio::{Audio, Starter};
use super::core::{Core, QUICK};
#[cfg(feature = "embedded")]
use super::embedded::Embedded;
use super::exchange::Wanted;
use super::process::{Lines, Process, SharedWatcher};
use super::watcher::Role;
use super::{Options, ServerError, program};
use crate::osc::{Command, NodeId};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Before an engine that JACK gave no client is started once more.
const NO_CLIENT_PAUSE: Duration = Duration::from_millis(300);
/// The port that SuperCollider's servers are known by.
const USUAL_PORT: u16 = 57110;
/// For the first answer: supernova needs 0.7 s of CPU time on an idle machine.
const BOOT: Duration = Duration::from_secs(20);
/// For an engine that should be there already.
const REACH: Duration = Duration::from_secs(3);
/// Between two questions to an engine that is starting.
const POLL: Duration = Duration::from_millis(30);
/// An engine that has been told to quit has ended within this.
const QUIT: Duration = Duration::from_secs(3);
/// How long an engine may take to obey SIGTERM.
const TERM: Duration = Duration::from_secs(2);
/// At most so much later than now can the last bundle be for which leaving a shared engine waits.
const LAST_BUNDLE: Duration = Duration::from_secs(2);

/// The engines that we can start or reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Supernova,
    Scsynth,
    Embedded,
    Foreign(SocketAddr),
}

impl Kind {
    /// For messages and the screen.
    pub(super) fn name(self) -> String {
        match self {
            Self::Supernova => "supernova".into(),
            Self::Scsynth => "scsynth".into(),
            Self::Embedded => "embedded".into(),
            Self::Foreign(address) => format!("osc:{address}"),
        }
    }

    /// What it prints once it has its port.
    fn ready(self) -> &'static str {
        if self == Self::Scsynth { "server ready" } else { "Supernova ready" }
    }

    /// The name of its ports in JACK.
    fn client(self) -> &'static str {
        if self == Self::Scsynth { "SuperCollider" } else { "supernova" }
    }
}

/// A running engine and what it needs to run.
#[derive(Debug)]
pub(super) struct Engine {
    pub kind: Kind,
    body: Body,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of them")]
enum Body {
    Child {
        process: Process,
        audio: Audio,
    },
    #[cfg(feature = "embedded")]
    Embedded(Embedded),
    Foreign,
}

/// What booting needs.
#[derive(Debug)]
pub(super) struct Ground {
    pub core: Arc<Core>,
    pub options: Options,
    pub watcher: SharedWatcher,
    pub lines: Lines,
}

impl Ground {
    /// Starts or reaches the engine: it answers, tells us of nodes, and has said its version if it
    /// knows one. `old` is the audio of the engine before it.
    pub(super) async fn boot(&self, kind: Kind, old: Option<Audio>) -> Result<Engine, ServerError> {
        let body = match kind {
            Kind::Supernova | Kind::Scsynth => self.start_child(kind, old).await?,
            Kind::Embedded => self.start_embedded().await?,
            Kind::Foreign(address) => {
                self.core.exchange.connect(address).await?;
                self.reborn(kind, format!("that of {address}"));
                if !self.answers(REACH).await? {
                    return Err(ServerError::Unreachable(address));
                }
                Body::Foreign
            }
        };
        let engine = Engine { kind, body };
        self.core.set_pids(engine.pids());
        self.greet().await?;
        Ok(engine)
    }

    fn reborn(&self, kind: Kind, audio: String) {
        // supernova prints its xruns and the embedded engine counts them; scsynth says nothing.
        let counts_xruns = matches!(kind, Kind::Supernova | Kind::Embedded);
        self.core.vitals().reborn(kind.name(), audio, counts_xruns);
    }

    /// Asks until the engine answers: false when the time is over.
    async fn answers(&self, time: Duration) -> Result<bool, ServerError> {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            let waiter = self.core.exchange.expect(Wanted::Status);
            // Refused while it is not listening yet.
            let _ = self.core.exchange.send(&Command::Status).await;
            if waiter.within(POLL).await.is_ok() {
                return Ok(true);
            }
            // A socket that is refused answers at once: the pause keeps this from spinning.
            tokio::time::sleep(POLL / 3).await;
        }
        Ok(false)
    }

    /// `/notify` makes it tell of nodes; `/fail` says that we were registered already.
    pub(super) async fn greet(&self) -> Result<(), ServerError> {
        let exchange = &self.core.exchange;
        let waiter = exchange.expect(Wanted::Done("/notify", None));
        exchange.send(&Command::Notify(true)).await?;
        match waiter.within(QUICK).await {
            Ok(_) | Err(super::exchange::Missed::Fail(_)) => {}
            Err(missed) => return Err(missed.error("/notify")),
        }
        // Engines before 3.10 do not know it: no version is no reason to stop.
        let asked = exchange.ask(&Command::Version, Wanted::Version, Duration::from_millis(500), "/version");
        if let Err(error) = asked.await {
            tracing::info!(target: "engine", "no version: {error}");
        }
        Ok(())
    }

    async fn start_child(&self, kind: Kind, old: Option<Audio>) -> Result<Body, ServerError> {
        let name = kind.name();
        let Some(path) = program::find(&name) else {
            return Err(ServerError::NotInstalled { help: install_help(kind), engine: name });
        };
        let starter = Starter { watcher: &self.watcher, lines: &self.lines };
        let mut audio = Audio::find(self.options.audio, &name, old, &starter).await?;
        if let Some(trouble) = audio.trouble.take() {
            self.core.trouble(trouble);
        }
        // Between our look at a port and the engine's bind, another program can take it.
        let mut wish = self.options.port.unwrap_or(USUAL_PORT);
        for attempt in 0..3 {
            let port = free_port(wish)?;
            match self.start_on(kind, &path, &audio, port).await {
                Ok(process) => return Ok(Body::Child { process, audio }),
                Err(ServerError::Boot { lines, .. }) if lines.contains("in use") => wish = 0,
                // On a busy machine JACK may give no client in time, and supernova dies of that (of a
                // division by its sample rate, 0). The next time it does.
                Err(error @ ServerError::Boot { .. }) if attempt < 2 && has_no_client(&error) => {
                    tracing::warn!(target: "engine", "JACK gave no client; once more: {error}");
                    tokio::time::sleep(NO_CLIENT_PAUSE).await;
                }
                Err(error) => {
                    audio.end().await;
                    return Err(error);
                }
            }
        }
        audio.end().await;
        Err(ServerError::Boot {
            engine: name,
            reason: "every port it was given was taken by another program".into(),
            command: String::new(),
            lines: String::new(),
            help: "try again".into(),
        })
    }

    async fn start_on(
        &self,
        kind: Kind,
        path: &Path,
        audio: &Audio,
        port: u16,
    ) -> Result<Process, ServerError> {
        let mut command = audio.command(path);
        command.args(arguments(kind, port, self.options.buffers));
        let shown = super::process::command_line(command.as_std());
        self.reborn(kind, audio.text.clone());
        self.core.exchange.connect((Ipv4Addr::LOCALHOST, port).into()).await?;
        let mut process = Process::start(command, Role::Engine, &self.watcher, &self.lines)
            .map_err(|source| ServerError::Spawn { command: shown, source })?;
        let ended = |status: std::io::Result<std::process::ExitStatus>| {
            let status = status.map_or_else(|e| e.to_string(), |s| s.to_string());
            format!("it ended at once ({status})")
        };
        let reason = tokio::select! {
            answered = self.answers(BOOT) => match answered? {
                // An engine of another program may have taken the port while ours was starting: then
                // the answer was not of ours, which ends.
                true if process.says(kind.ready()).await => {
                    if let Err(trouble) = audio.link(kind.client()).await {
                        self.core.trouble(trouble);
                    }
                    return Ok(process);
                }
                true => ended(process.exited().await),
                false => format!("it did not answer within {} s", BOOT.as_secs()),
            },
            status = process.exited() => ended(status),
        };
        process.end(Duration::ZERO, TERM).await;
        let lines = process.last_lines().await;
        let help = if lines.to_lowercase().contains("jack") {
            "start a JACK server or PipeWire, or play on the embedded engine (--engine embedded)"
        } else {
            "run the command by itself to see more"
        };
        let command = process.command.clone();
        Err(ServerError::Boot { engine: kind.name(), reason, command, lines, help: help.into() })
    }

    #[cfg(feature = "embedded")]
    async fn start_embedded(&self) -> Result<Body, ServerError> {
        let (choice, buffers) = (self.options.audio, self.options.buffers);
        let (lines, client) = (self.lines.clone(), self.core.exchange.local_address()?);
        // Opening a sound card can take its time.
        let embedded = tokio::task::spawn_blocking(move || Embedded::start(client, choice, buffers, lines))
            .await
            .map_err(|e| ServerError::Embedded(e.to_string()))??;
        self.reborn(Kind::Embedded, embedded.audio.clone());
        self.core.exchange.connect(embedded.address).await?;
        if self.answers(BOOT).await? {
            return Ok(Body::Embedded(embedded));
        }
        Err(ServerError::Embedded(format!("it did not answer within {} s", BOOT.as_secs())))
    }

    #[cfg(not(feature = "embedded"))]
    #[expect(clippy::unused_async, reason = "the same shape with and without the feature")]
    async fn start_embedded(&self) -> Result<Body, ServerError> {
        Err(ServerError::NoEmbedded)
    }
}

/// True when the engine died because JACK gave it no client.
fn has_no_client(error: &ServerError) -> bool {
    matches!(error, ServerError::Boot { lines, .. } if lines.contains("NULL client"))
}

impl Engine {
    /// Owns nothing and lives for ever: stands in while there is no engine.
    pub(super) fn nobody() -> Self {
        Self { kind: Kind::Embedded, body: Body::Foreign }
    }

    /// Child processes: the engine's, then that of a jackd of ours.
    fn pids(&self) -> Vec<i32> {
        let Body::Child { process, audio } = &self.body else { return Vec::new() };
        std::iter::once(process.pid()).chain(audio.jackd_pid()).collect()
    }

    /// The way to the speakers, for the screen.
    pub(super) fn audio(&self) -> String {
        match &self.body {
            Body::Child { audio, .. } => audio.text.clone(),
            #[cfg(feature = "embedded")]
            Body::Embedded(embedded) => embedded.audio.clone(),
            Body::Foreign => "that of the engine's owner".into(),
        }
    }

    /// Waits until it has ended by itself; says how. May be dropped and called again. Never for an
    /// engine that is not ours.
    pub(super) async fn ended(&mut self) -> String {
        match &mut self.body {
            Body::Child { process, .. } => {
                let status = process.exited().await.map_or_else(|e| e.to_string(), |s| s.to_string());
                let lines = process.last_lines().await;
                let last = lines.lines().next_back().unwrap_or_default().trim().to_owned();
                format!("{} ended ({status}): {last}", self.kind.name())
            }
            #[cfg(feature = "embedded")]
            Body::Embedded(embedded) => embedded.ended().await,
            Body::Foreign => std::future::pending().await,
        }
    }

    /// Removes what is left of a dead or hung engine. Its audio is used again.
    pub(super) async fn bury(self) -> Option<Audio> {
        match self.body {
            Body::Child { mut process, audio } => {
                process.end(Duration::ZERO, Duration::from_millis(200)).await;
                Some(audio)
            }
            #[cfg(feature = "embedded")]
            Body::Embedded(embedded) => {
                embedded.stop().await;
                None
            }
            Body::Foreign => None,
        }
    }

    /// Leaves in good order: ours is quit and waited for; on another's, what is ours is freed.
    pub(super) async fn leave(self, core: &Core) {
        match self.body {
            Body::Child { mut process, audio } => {
                let _ = core.exchange.send(&Command::Quit).await;
                process.end(QUIT, TERM).await;
                audio.end().await;
            }
            #[cfg(feature = "embedded")]
            Body::Embedded(embedded) => embedded.stop().await,
            Body::Foreign => {
                if let Err(error) = free_ours(core).await {
                    tracing::warn!(target: "engine", "leaving {}: {error}", self.kind.name());
                }
            }
        }
    }
}

/// On an engine that others use: waits for our last bundle, then frees our groups and buffers.
async fn free_ours(core: &Core) -> Result<(), ServerError> {
    let furthest = crate::osc::Timetag(core.sent.furthest.load(Ordering::Relaxed));
    let left = furthest.since_s(super::ntp_now()).clamp(0.0, LAST_BUNDLE.as_secs_f64());
    tokio::time::sleep(Duration::from_secs_f64(left)).await;
    let held = core.holdings().clone();
    let root: NodeId = core.layout.root();
    if held.setup.is_some() {
        core.exchange.send(&Command::NodeFree(root)).await?;
    }
    for (place, num) in held.buffers.keys().enumerate() {
        core.exchange.send(&Command::BufferFree(crate::osc::BufNum(*num))).await?;
        // The answers of so many fit into the socket.
        if place % 100 == 99 {
            core.exchange.sync(QUICK).await?;
        }
    }
    core.exchange.send(&Command::Notify(false)).await?;
    core.exchange.sync(QUICK).await
}

/// The flags of engine facts 1: stereo out, no input, room for polyphony (supernova dies when its
/// real-time memory is used up), no default folder of SynthDefs, no Zeroconf.
fn arguments(kind: Kind, port: u16, buffers: u16) -> Vec<String> {
    let mut words: Vec<String> =
        ["-o", "2", "-i", "0", "-m", "262144", "-n", "8192", "-D", "0", "-R", "0"].map(String::from).to_vec();
    let mut add = |flag: &str, value: usize| words.extend([flag.to_owned(), value.to_string()]);
    add("-u", usize::from(port));
    add("-b", usize::from(buffers));
    if kind == Kind::Supernova {
        add("-T", std::thread::available_parallelism().map_or(1, usize::from));
    } else {
        // scsynth drops defs beyond -d in silence and refuses those with more wires than -w.
        add("-d", 8192);
        add("-w", 512);
    }
    words
}

/// The wish if it is free, else any free port of this machine.
fn free_port(wish: u16) -> Result<u16, ServerError> {
    let probe = |port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port));
    let socket = probe(wish).or_else(|_| probe(0))?;
    Ok(socket.local_addr()?.port())
}

pub(super) fn install_help(kind: Kind) -> String {
    let package = if kind == Kind::Supernova { "supercollider-supernova" } else { "supercollider-server" };
    format!(
        "Install it (Debian: apt install {package}; Arch: supercollider; macOS: add the folder of \
         SuperCollider.app/Contents/Resources to PATH), or play on the embedded engine (--engine embedded)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_used() {
        let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port).unwrap(), port);
        assert_ne!(free_port(0).unwrap(), 0);
    }

    #[test]
    fn flags_of_the_engines() {
        let line = |kind| arguments(kind, 5000, 64).join(" ");
        for kind in [Kind::Supernova, Kind::Scsynth] {
            assert!(line(kind).contains("-u 5000 -b 64") && line(kind).contains("-m 262144"));
        }
        assert!(line(Kind::Supernova).contains("-T ") && !line(Kind::Supernova).contains("-w"));
        assert!(line(Kind::Scsynth).contains("-d 8192") && !line(Kind::Scsynth).contains("-T"));
    }
}
