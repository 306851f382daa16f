//! What can go wrong with an engine, each with what was tried, on what, and the way out.

use crate::osc::BufNum;
use crate::osc::codec::CodecError;
use std::io;
use std::path::PathBuf;

/// Trouble with an engine, or with a request to it.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// An `--engine` that does not exist.
    #[error(
        "there is no engine {0:?}: say auto, supernova, scsynth, embedded, osc:HOST:PORT or dirt[:HOST[:PORT]]"
    )]
    Choice(String),
    /// The engine's program is not on PATH.
    #[error("{engine} is not installed (no such program on PATH). {help}")]
    NotInstalled {
        /// Its name.
        engine: String,
        /// The way out.
        help: String,
    },
    /// sclang found no SynthDef in a file.
    #[error("{} was not compiled: {reason}", file.display())]
    Sclang {
        /// The file.
        file: PathBuf,
        /// Its words.
        reason: String,
    },
    /// This program was built without the embedded engine.
    #[error(
        "this oiduna was built without the embedded engine: build it with `--features embedded`, or \
         install supernova or scsynth (Debian: apt install supercollider-supernova supercollider-server)"
    )]
    NoEmbedded,
    /// None of the engines that `auto` tries could be had.
    #[error("no engine could be started:\n{0}")]
    NoEngine(String),
    /// A program could not be run at all.
    #[error("could not run {command}: {source}")]
    Spawn {
        /// The command line.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// The engine's process did not come up.
    #[error("{engine} did not start: {reason}\n  command: {command}\n{lines}  way out: {help}")]
    Boot {
        /// Its name.
        engine: String,
        /// How it ended.
        reason: String,
        /// The command line.
        command: String,
        /// The last lines it printed, each ended by a newline and indented.
        lines: String,
        /// The way out.
        help: String,
    },
    /// There is no JACK and none could be started.
    #[error(
        "{engine} needs JACK to make sound and there is none: {reason}\n  way out: install jackd2 or \
         pipewire-jack, or play on the embedded engine (--engine embedded)"
    )]
    NoJack {
        /// The engine.
        engine: String,
        /// What was tried.
        reason: String,
    },
    /// The embedded engine's threads or socket could not be made.
    #[error("the embedded engine did not start: {0}")]
    Embedded(String),
    /// Nothing answers there.
    #[error(
        "no engine answers at {0}: start it there first (in SuperCollider: s.boot), or leave out --engine"
    )]
    Unreachable(std::net::SocketAddr),
    /// A socket of ours.
    #[error("the UDP socket to the engine: {0}")]
    Socket(#[from] io::Error),
    /// A command that is never sent.
    #[error("refused to send: {0}")]
    Codec(#[from] CodecError),
    /// A SynthDef that the engine did not take.
    #[error("the engine refused the SynthDef {name:?}: {reason}")]
    Def {
        /// Its name.
        name: String,
        /// The engine's words, or what was seen.
        reason: String,
    },
    /// A sound file that the engine did not load.
    #[error("could not load {}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The engine's words, or what was seen.
        reason: String,
    },
    /// A file that cannot be recorded to.
    #[error("could not record to {}: {reason}", path.display())]
    Take {
        /// The file.
        path: PathBuf,
        /// What the system or the engine said.
        reason: String,
    },
    /// All buffers are in use.
    #[error("all {0} buffers are in use: close other sets, or raise --buffers")]
    Full(u16),
    /// A buffer that was not allocated here.
    #[error("buffer {} is not one of ours", .0.0)]
    NoBuffer(BufNum),
    /// Groups or effects that did not come up.
    #[error("the engine did not make {0}")]
    Setup(String),
    /// An engine that others started has a clock of its own.
    #[error("{0} plays in real time and cannot render: say auto, supernova, scsynth or embedded")]
    NotOffline(String),
    /// The engine did not render a score to its end.
    #[error("{engine} did not render: {reason}\n  command: {command}\n{lines}  way out: {help}")]
    Render {
        /// Its name.
        engine: &'static str,
        /// How far it came, or how it ended.
        reason: String,
        /// The command line.
        command: String,
        /// The last lines it printed, each ended by a newline and indented.
        lines: String,
        /// The way out.
        help: &'static str,
    },
    /// A score that supernova would die of.
    #[error(
        "supernova cannot render {0} voices at once: without real time it dies after some 4,000. Take \
         --engine scsynth, which sounds the same, or fewer cycles"
    )]
    TooManyVoices(u64),
    /// The render was asked to stop.
    #[error("stopped")]
    Stopped,
    /// The engine was asked and did not answer.
    #[error("the engine did not answer {what} within {seconds} s")]
    NoAnswer {
        /// What it was asked.
        what: String,
        /// How long was waited.
        seconds: f64,
    },
    /// The engine died under a recording.
    #[error("the engine died: what was heard until then is in it; :record FILE begins another")]
    CutShort,
    /// The engine died meanwhile, or has been left.
    #[error("the engine is gone")]
    Gone,
}

impl ServerError {
    /// True when there was no engine, or none that answered: what was asked may be asked again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Gone | Self::NoAnswer { .. })
    }
}
