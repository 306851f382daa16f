//! Engines without real time: a score file in, a file of samples out.
//!
//! In: a score (OSC bundles, each after its length, tags in seconds from 0) and how much of it is
//! wanted. Out: plain 32-bit floats, all channels of a frame side by side, and what the engine had to
//! say. It runs on the thread that calls and takes as long as it takes, so never on one of a
//! performance. The child is on a watcher's list and in a group of its own, like the live engines; one
//! that stands still is ended, since a bad bus can hang supernova for good. Success is proved by the
//! length of what was written: supernova ends a torn score with status 0 (engine facts 4).

use super::boot::{Kind, install_help};
use super::process::{Lines, Process, SharedWatcher};
use super::trouble::{self, Heard};
use super::watcher::{Role, Watcher};
use super::{EngineChoice, ServerError, program};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// An engine that writes nothing for so long hangs: supernova is up after 0.7 s, and loading hundreds
/// of samples from a cold disk takes a few seconds.
const STALLED: Duration = Duration::from_secs(60);
/// Between two looks at the length of the file.
const LOOK: Duration = Duration::from_millis(20);
/// How long an engine that is ended may take.
const TERM: Duration = Duration::from_secs(2);
/// Lines of the engine that wait to be read, at most.
const LINES: usize = 256;
/// What an engine complains of is told so often.
const TROUBLES: usize = 8;

/// supernova never lets go of what it would tell clients of a synth's start and end when there is no real
/// time: the megabyte for that is used up after some 4,110 synths, and it dies (3.13, measured).
const SUPERNOVA_SYNTHS: u64 = 3900;

/// An engine that can render, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offline {
    /// This program.
    Scsynth(PathBuf),
    /// This program.
    Supernova(PathBuf),
    /// plyphon, in this process.
    Embedded,
}

/// What is to be rendered.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The score.
    pub score: &'a Path,
    /// The samples; made or overwritten.
    pub out: &'a Path,
    /// Channels of `out`, 2 to 128.
    pub channels: u16,
    /// Frames per second.
    pub rate: u32,
    /// So many frames at least are written; the score lasts as long.
    pub frames: u64,
    /// Buffers of the engine.
    pub buffers: u16,
    /// The program that is started as the watcher (see [`super::watcher`]); none: no watcher.
    pub watcher: Option<&'a Path>,
    /// Ends the run early.
    pub stop: &'a AtomicBool,
}

impl Offline {
    /// The engine of that name. `Auto` is the fastest that is installed: scsynth (three times as fast
    /// as supernova with the same sound, engine facts 4), supernova, the embedded one.
    ///
    /// # Errors
    /// When it is not there, with the way out.
    pub fn choose(choice: EngineChoice) -> Result<Self, ServerError> {
        let missing =
            |kind: Kind| ServerError::NotInstalled { engine: kind.name(), help: install_help(kind) };
        let scsynth = || program::find("scsynth").map(Self::Scsynth).ok_or(missing(Kind::Scsynth));
        let supernova = || program::find("supernova").map(Self::Supernova).ok_or(missing(Kind::Supernova));
        let embedded =
            || if cfg!(feature = "embedded") { Ok(Self::Embedded) } else { Err(ServerError::NoEmbedded) };
        match choice {
            EngineChoice::Auto => scsynth().or_else(|_| supernova()).or_else(|_| embedded()),
            EngineChoice::Scsynth => scsynth(),
            EngineChoice::Supernova => supernova(),
            EngineChoice::Embedded => embedded(),
            other @ (EngineChoice::Osc(_) | EngineChoice::Dirt(_)) => {
                Err(ServerError::NotOffline(other.to_string()))
            }
        }
    }

    /// Its name, as on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Scsynth(_) => "scsynth",
            Self::Supernova(_) => "supernova",
            Self::Embedded => "embedded",
        }
    }

    /// True for the engine that decodes its samples with `media`.
    pub fn is_embedded(&self) -> bool {
        *self == Self::Embedded
    }

    /// True when it lives through a score that starts so many synths.
    pub fn takes(&self, synths: u64) -> bool {
        !matches!(self, Self::Supernova(_)) || synths <= SUPERNOVA_SYNTHS
    }

    /// How many frames later than its tag something sounds: supernova writes a block of silence first
    /// (engine facts 4).
    pub fn late_frames(&self) -> u64 {
        if matches!(self, Self::Supernova(_)) { 64 } else { 0 }
    }

    /// Renders; `progress` is told the frames so far. Returns what the engine complained of, each once.
    ///
    /// # Errors
    /// When it could not be run, hung, died, or wrote too little; when it was stopped.
    pub fn run(&self, run: &Run<'_>, progress: &mut dyn FnMut(u64)) -> Result<Vec<String>, ServerError> {
        match self {
            Self::Scsynth(path) => child(Kind::Scsynth, path, run, progress),
            Self::Supernova(path) => child(Kind::Supernova, path, run, progress),
            #[cfg(feature = "embedded")]
            Self::Embedded => super::embedded::offline::render(run, progress),
            #[cfg(not(feature = "embedded"))]
            Self::Embedded => Err(ServerError::NoEmbedded),
        }
    }
}

/// What was complained of, without what is part of the game: ending voices that have ended by themselves.
#[derive(Debug, Default)]
pub(super) struct Troubles(Vec<String>);

impl Troubles {
    /// Takes a line or a text of `/fail`.
    pub(super) fn hear(&mut self, line: &str) {
        let line = line.trim();
        let lower = line.to_lowercase();
        let ended = lower.contains("node") && lower.contains("not found");
        if trouble::read(line) == Heard::Trouble
            && !ended
            && self.0.len() < TROUBLES
            && !self.0.iter().any(|t| t == line)
        {
            self.0.push(line.to_owned());
        }
    }

    pub(super) fn told(self) -> Vec<String> {
        self.0
    }
}

/// Runs the engine as a child, on a runtime of its own: whoever renders has none.
fn child(
    kind: Kind,
    path: &Path,
    run: &Run<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<String>, ServerError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let watcher: SharedWatcher = Arc::new(Mutex::new(run.watcher.and_then(|w| Watcher::start(w).ok())));
        let mut command = Command::new(path);
        command.args(arguments(kind, run)?);
        let (to, mut said) = mpsc::channel(LINES);
        let lines = Lines { to, dropped: Arc::default() };
        let shown = super::process::command_line(command.as_std());
        let mut process = Process::start(command, Role::Engine, &watcher, &lines)
            .map_err(|source| ServerError::Spawn { command: shown, source })?;
        drop(lines);
        let mut troubles = Troubles::default();
        let waited = wait(&mut process, run, &mut said, &mut troubles, progress).await;
        let reason = match waited {
            Ok(status) => {
                let frames = written(run);
                // Some end with a signal after all is written: the length is what counts.
                if frames >= run.frames {
                    while let Some(line) = said.recv().await {
                        troubles.hear(&line);
                    }
                    return Ok(troubles.told());
                }
                format!("it ended ({status}) after {frames} of {} frames", run.frames)
            }
            Err(Some(reason)) => {
                process.end(Duration::ZERO, TERM).await;
                reason
            }
            Err(None) => {
                process.end(Duration::ZERO, TERM).await;
                return Err(ServerError::Stopped);
            }
        };
        Err(ServerError::Render {
            engine: if kind == Kind::Scsynth { "scsynth" } else { "supernova" },
            reason,
            command: process.command.clone(),
            lines: process.last_lines().await,
            help: "is the disk full? Run the command by itself to see more, or take another --engine",
        })
    })
}

/// Waits for the engine's end. An error is what it was given up for; none: it was to stop.
async fn wait(
    process: &mut Process,
    run: &Run<'_>,
    said: &mut mpsc::Receiver<String>,
    troubles: &mut Troubles,
    progress: &mut dyn FnMut(u64),
) -> Result<String, Option<String>> {
    let (mut frames, mut grown) = (0, Instant::now());
    loop {
        tokio::select! {
            status = process.exited() => {
                return Ok(status.map_or_else(|e| e.to_string(), |s| s.to_string()));
            }
            () = tokio::time::sleep(LOOK) => {}
        }
        while let Ok(line) = said.try_recv() {
            troubles.hear(&line);
        }
        let now = written(run);
        if now > frames {
            (frames, grown) = (now, Instant::now());
            progress(frames);
        }
        if run.stop.load(Ordering::Relaxed) {
            return Err(None);
        }
        if grown.elapsed() > STALLED {
            return Err(Some(format!("it stood still for {} s at frame {frames}", STALLED.as_secs())));
        }
    }
}

/// Frames in the file.
fn written(run: &Run<'_>) -> u64 {
    let bytes = std::fs::metadata(run.out).map_or(0, |m| m.len());
    bytes / (4 * u64::from(run.channels.max(1)))
}

/// The flags of engine facts 4, and room as the live engines have it. The port only names a shared
/// memory: one that no other engine uses.
fn arguments(kind: Kind, run: &Run<'_>) -> Result<Vec<std::ffi::OsString>, ServerError> {
    let port = std::net::UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut words: Vec<std::ffi::OsString> = vec!["-N".into(), run.score.into(), "_".into(), run.out.into()];
    let mut add = |word: String| words.push(word.into());
    // No header: no limit of its length, and every length is a number of frames.
    [run.rate.to_string(), "RAW".into(), "float".into()].into_iter().for_each(&mut add);
    let fixed = "-i 0 -m 262144 -n 8192 -D 0 -R 0 -V -1";
    fixed.split(' ').map(String::from).for_each(&mut add);
    for (flag, value) in [("-o", run.channels), ("-b", run.buffers), ("-u", port)] {
        add(flag.into());
        add(value.to_string());
    }
    if kind == Kind::Scsynth {
        "-d 8192 -w 512".split(' ').map(String::from).for_each(&mut add);
    }
    Ok(words)
}
