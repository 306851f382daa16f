//! A set as a sound file, faster than it plays.
//!
//! In: the text of a set, how many of its cycles, an engine. Out: a WAV file of the master, one for each
//! orbit that sounds where stems are wanted, and what is to be said about the set. It is the way of a
//! performance without its clock: `session` opens the set, the same `Planner` plans it, the same SynthDefs
//! sound, and the engine is given all of it as one score. The orbits' channels leave the engine beside the
//! master, in the same pass: random unit generators differ from run to run, and stems must add up.
//!
//! It runs on the thread that calls, for as long as it takes, and holds no sound in memory: the score, the
//! engine's output and what is cut from it are files in a folder of their own beside the result, gone with
//! the render. The result appears whole or not at all.

mod cut;
mod open;
mod score;
mod wav;

pub use wav::Bits;

use crate::bank::{Layout, OrbitId};
use crate::server::{EngineChoice, Offline, Run, ServerError};
use crate::session::{Message, State};
use crate::synth::effects::CEILING;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Our buses lie above as many outputs as all orbits beside the master need.
const LAYOUT: Layout = Layout { first_bus: 64, ..Layout::OWN };
/// Buffers of the engine: as many as live.
const BUFFERS: u16 = 4096;
/// The longest render, seconds: about what a WAV file of floats holds.
pub const LONGEST_S: f64 = 3.0 * 3600.0;

/// So long at most may it sound after its last cycle, seconds: a large hall takes 10.
pub const TAIL_S: f64 = 30.0;

/// What to render, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The set's name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Cycles, from 0 on.
    pub cycles: u32,
    /// How long at most it is let ring after them, seconds, up to [`TAIL_S`].
    pub tail_s: f64,
    /// The file to make.
    pub out: PathBuf,
    /// A folder for a file of each orbit that sounds.
    pub stems: Option<PathBuf>,
    /// Frames per second, 8000 to 192000.
    pub rate: u32,
    /// What a sample is.
    pub bits: Bits,
    /// The engine.
    pub engine: EngineChoice,
    /// Folders of samples; the first wins.
    pub samples: Vec<PathBuf>,
    /// SynthDef files.
    pub synthdefs: Vec<PathBuf>,
    /// The program that watches over a child (see `server::watcher`); none: nobody does.
    pub watcher: Option<PathBuf>,
}

/// How far a render is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The set is open: what it had to say.
    Opened(Vec<Message>),
    /// The engine has rendered this part of it, 0 to 1.
    Rendered(f64),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The engine that was used.
    pub engine: &'static str,
    /// Seconds of sound.
    pub seconds: f64,
    /// Events that were played.
    pub events: u64,
    /// The largest sample of the master.
    pub peak: f32,
    /// True when the limiter had something to do: then stems add up to more than the master.
    pub limited: bool,
    /// True when the set has errors: what is good was rendered.
    pub has_errors: bool,
    /// The files of the orbits.
    pub stems: Vec<PathBuf>,
    /// What was left out, and why.
    pub troubles: Vec<String>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// No engine, or it failed.
    #[error(transparent)]
    Engine(#[from] ServerError),
    /// The result has no place.
    #[error("{} cannot be written: {source}; is the folder there, and may you write in it?", path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the render itself.
    #[error("{what} in {}: {source}; is there room on the disk?", path.display())]
    Work {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// More than a file holds.
    #[error(
        "{cycles} cycles would be more than {} hours: render fewer of them", LONGEST_S / 3600.0
    )]
    TooLong {
        /// What was asked for.
        cycles: u32,
    },
    /// More samples than this file holds.
    #[error(
        "{seconds:.0} s are more than a WAV file of this rate holds: take --bits 16, a lower --rate or fewer cycles"
    )]
    TooLarge {
        /// The length.
        seconds: f64,
    },
}

/// Renders. `stop` ends it early and leaves nothing behind.
///
/// # Errors
/// What [`RenderError`] lists. Errors of the set are none: what is good sounds, and
/// [`Rendered::has_errors`] tells.
pub fn render(
    options: &Options,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Rendered, RenderError> {
    let engine = Offline::choose(options.engine)?;
    let work = writable(options)?;
    let opened = open::open(options, stop)?;
    let has_errors = opened.state.diagnostics().any(|(_, d)| d.is_error());
    progress(Progress::Opened(opened.state.messages.iter().cloned().collect()));

    let failed = |what| move |source| RenderError::Work { what, path: work_place(options), source };
    let planned = score::plan(options, &opened, work.path(), stop)?;
    let engine = able(engine, options.engine, planned.synths)?;
    let layout = cut::Cut::of(&engine, options, &planned);
    if layout.bytes() > u64::from(u32::MAX - 4096) {
        return Err(RenderError::TooLarge { seconds: planned.end_s });
    }
    let raw = work.path().join("raw");
    let total = layout.frames();
    let run = Run {
        score: &planned.score,
        out: &raw,
        channels: layout.channels(),
        rate: options.rate,
        frames: total,
        buffers: BUFFERS,
        watcher: options.watcher.as_deref(),
        stop,
    };
    let told = engine.run(&run, &mut |frames| {
        progress(Progress::Rendered(frames as f64 / total.max(1) as f64));
    })?;
    let mut troubles = planned.troubles.clone();
    troubles.extend(told);
    let done = layout.cut(&raw, work.path(), stop).map_err(failed("cutting the sound"))?;
    if stop.load(Ordering::Relaxed) {
        return Err(ServerError::Stopped.into());
    }
    if done.faded {
        let tail_s = planned.tail_s;
        troubles.push(format!("it still sounded {tail_s:.1} s after its last cycle: faded out there"));
    }
    let stems = publish(options, &done)?;
    Ok(Rendered {
        engine: engine.name(),
        seconds: done.frames as f64 / f64::from(options.rate),
        events: planned.events,
        peak: done.peak,
        limited: done.peak >= CEILING - 1e-3,
        has_errors,
        stems,
        troubles,
    })
}

/// The engine, or where the choice is ours another one, when it would die of so many synths.
fn able(engine: Offline, choice: EngineChoice, synths: u64) -> Result<Offline, ServerError> {
    match choice {
        _ if engine.takes(synths) => Ok(engine),
        EngineChoice::Auto => Offline::choose(EngineChoice::Embedded),
        _ => Err(ServerError::TooManyVoices(synths)),
    }
}

/// The folder that the result lies in.
fn work_place(options: &Options) -> PathBuf {
    match options.out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A folder for the work, beside the result: on the same disk, so that moving the result is nothing. An
/// output that cannot be written is found out here, before anything is rendered.
fn writable(options: &Options) -> Result<tempfile::TempDir, RenderError> {
    let no = |path: &Path| {
        let path = path.to_owned();
        move |source| RenderError::Unwritable { path, source }
    };
    if options.out.exists() {
        // Neither a folder nor a file that is protected. It stays as it is until the new one is whole.
        std::fs::OpenOptions::new().append(true).open(&options.out).map_err(no(&options.out))?;
    }
    if let Some(stems) = &options.stems {
        std::fs::create_dir_all(stems).map_err(no(stems))?;
        tempfile::tempfile_in(stems).map_err(no(stems))?;
    }
    tempfile::Builder::new()
        .prefix(".oiduna-render-")
        .tempdir_in(work_place(options))
        .map_err(no(&options.out))
}

/// Moves the finished files to their places.
fn publish(options: &Options, done: &cut::Done) -> Result<Vec<PathBuf>, RenderError> {
    let put = |from: &Path, to: &Path| {
        // Stems may be wanted on another disk, where a file cannot be moved to.
        std::fs::rename(from, to)
            .or_else(|_| std::fs::copy(from, to).map(|_| ()))
            .map_err(|source| RenderError::Unwritable { path: to.to_owned(), source })
    };
    put(&done.master, &options.out)?;
    let mut stems = Vec::new();
    if let Some(folder) = &options.stems {
        for (name, file) in &done.stems {
            let to = folder.join(name);
            put(file, &to)?;
            stems.push(to);
        }
    }
    Ok(stems)
}

/// What a set needs, opened.
struct Opened {
    state: State,
    /// SynthDefs and files for the engine.
    loads: open::Loads,
}

/// An orbit that sounds, and the tracks on it.
#[derive(Clone, Debug, PartialEq)]
struct Lane {
    orbit: OrbitId,
    tracks: Vec<String>,
}
