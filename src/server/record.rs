//! What is played, written to disk while it plays.
//!
//! In: buses and the files they go to. Out: a [`Recording`], which ends when it is told to. The engine
//! writes, on a thread of its own: a disk that is slow delays no note, and the halves of its buffers are
//! long enough that nothing is lost. All takes of a recording begin and end with the same block. Requests
//! run on the async side; nothing that exists is overwritten. A recording ends with its engine: its files
//! are mended then, because only the engine that writes them knows how long they are.

mod mend;

use super::core::{Life, QUICK};
use super::exchange::Wanted;
use super::{Handle, ServerError};
use crate::osc::{AddAction, BufNum, Command, NodeId};
use crate::synth::effects;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// Frames of a recorder's buffer: the engine writes a half of it at once, 0.7 s at 48 kHz. The disk may
/// be busy for as long.
const FRAMES: u32 = 1 << 16;
/// What is in a buffer when its recorder is freed is lost, so a recording goes on until what was heard
/// when it was ended is on the disk: so long at most.
const FLUSH: Duration = Duration::from_secs(5);
/// A file that has not grown for so long has been written.
const STILL: Duration = Duration::from_millis(250);
/// Between two looks at a file.
const LOOK: Duration = Duration::from_millis(20);

/// What to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    /// The first of two audio buses; the engine's outputs are 0 and 1.
    pub bus: i32,
    /// The file, which must not exist: WAV, floats.
    pub path: PathBuf,
}

/// A recording under way. Dropped, it goes on until the engine ends, and its files have no length.
#[derive(Debug)]
pub struct Recording {
    handle: Handle,
    takes: Vec<Take>,
    /// The engine that writes.
    engine: Life,
}

#[derive(Debug)]
struct Take {
    node: NodeId,
    num: BufNum,
    path: PathBuf,
}

impl Handle {
    /// Begins to record, behind all that sounds.
    ///
    /// # Errors
    /// [`ServerError::Take`] names a file that exists or cannot be made; else what the engine said.
    pub async fn record(&self, taps: &[Tap]) -> Result<Recording, ServerError> {
        let mut recording = Recording { handle: self.clone(), takes: Vec::new(), engine: Life::Away };
        match recording.begin(taps).await {
            Ok(()) => Ok(recording),
            Err(error) => {
                let made: Vec<PathBuf> = recording.paths().map(Path::to_owned).collect();
                recording.close().await;
                // They are ours and hold nothing.
                made.iter().for_each(|path| drop(std::fs::remove_file(path)));
                Err(error)
            }
        }
    }
}

impl Recording {
    /// The files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.takes.iter().map(|t| t.path.as_path())
    }

    async fn begin(&mut self, taps: &[Tap]) -> Result<(), ServerError> {
        let def = effects::recorder();
        self.handle.load_def(&def.name, &def.bytes).await?;
        self.engine = self.life();
        let layout = self.handle.layout();
        let mut recorders = Vec::new();
        for (n, tap) in taps.iter().enumerate() {
            let path = made(&tap.path)?;
            // A file that nothing will be written to would stand in the way of the next try.
            let none = |_: &ServerError| drop(std::fs::remove_file(&path));
            let num = self.handle.alloc(FRAMES, 2).await.inspect_err(none)?;
            let node = layout.tap(n);
            self.takes.push(Take { node, num, path: path.clone() });
            self.open(num, &path).await?;
            recorders.push(Command::SynthNew {
                def: def.name.clone(),
                id: node,
                action: AddAction::Tail,
                target: layout.master_group(),
                settings: vec![("in".into(), tap.bus as f32), ("bufnum".into(), f32::from(num.0))],
            });
        }
        let exchange = &self.handle.core().exchange;
        exchange.send_bundle(&recorders).await?;
        exchange.sync(QUICK).await?;
        if self.is_cut() { Err(ServerError::Gone) } else { Ok(()) }
    }

    fn life(&self) -> Life {
        *self.handle.core().life.borrow()
    }

    /// True when the engine that wrote is no more.
    fn is_cut(&self) -> bool {
        self.life() != self.engine
    }

    async fn open(&self, num: BufNum, path: &Path) -> Result<(), ServerError> {
        let failed = |reason: String| ServerError::Take { path: path.to_owned(), reason };
        let text = path.to_str().ok_or_else(|| failed("its name is not UTF-8".into()))?.into();
        let wanted = Wanted::Done("/b_write", Some(i32::from(num.0)));
        let command = Command::BufferWriteOpen { num, path: text };
        let answer = self.handle.core().exchange.ask(&command, wanted, QUICK, "/b_write").await;
        answer.map(|_| ()).map_err(|e| failed(e.to_string()))
    }

    /// Ends it once all that has been heard by now is on the disk; gives the files. That takes up to the
    /// length of a recorder's buffer, which is in the files too.
    ///
    /// # Errors
    /// [`ServerError::CutShort`] when the engine has died meanwhile: the files end there. What else the
    /// engine, or a file that cannot be mended, had to say.
    pub async fn stop(mut self) -> Result<Vec<PathBuf>, ServerError> {
        let paths: Vec<PathBuf> = self.paths().map(Path::to_owned).collect();
        let ended = self.end().await;
        if !self.is_cut() {
            self.close().await;
            return ended.map(|()| paths);
        }
        // Its buffers may have to wait for the next engine; the performer should not.
        tokio::spawn(async move { self.close().await });
        let mut why = ServerError::CutShort;
        for path in paths {
            if let Err(e) = mend::mend(&path) {
                why = ServerError::Take { path, reason: format!("the engine died, and {e}") };
            }
        }
        Err(why)
    }

    async fn end(&self) -> Result<(), ServerError> {
        let frames = u64::from(FRAMES);
        // Two channels of four bytes; both halves are written after now.
        let enough: Vec<u64> = self.takes.iter().map(|t| length(&t.path) + frames * 8).collect();
        let deadline = Instant::now() + FLUSH;
        while self.takes.iter().zip(&enough).any(|(t, e)| length(&t.path) < *e) && Instant::now() < deadline {
            if self.is_cut() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        let ends: Vec<Command> = self.takes.iter().map(|t| Command::NodeFree(t.node)).collect();
        let exchange = &self.handle.core().exchange;
        exchange.send_bundle(&ends).await?;
        exchange.sync(QUICK).await?;
        self.rest().await;
        Ok(())
    }

    /// A recorder that is freed hands what is left to the engine's disk thread, which must not find its
    /// file closed: waits until the files have been still for a while.
    async fn rest(&self) {
        let lengths = || self.takes.iter().map(|t| length(&t.path)).collect::<Vec<_>>();
        let deadline = Instant::now() + FLUSH;
        let mut before = lengths();
        loop {
            tokio::time::sleep(STILL).await;
            let now = lengths();
            if now == before || Instant::now() > deadline {
                return;
            }
            before = now;
        }
    }

    async fn close(&mut self) {
        for take in std::mem::take(&mut self.takes) {
            let num = Some(i32::from(take.num.0));
            let (command, wanted) = (Command::BufferClose(take.num), Wanted::Done("/b_close", num));
            // An engine that is a new one knows neither.
            let _ = self.handle.core().exchange.ask(&command, wanted, QUICK, "/b_close").await;
            let _ = self.handle.free_buffer(take.num).await;
        }
    }
}

/// The file, made: what exists stays as it is.
fn made(path: &Path) -> Result<PathBuf, ServerError> {
    let failed = |reason: String| ServerError::Take { path: path.to_owned(), reason };
    // The engine's working directory is another.
    let absolute = std::path::absolute(path).map_err(|e| failed(e.to_string()))?;
    match std::fs::File::create_new(&absolute) {
        Ok(_) => Ok(absolute),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(failed("it exists already: give the take another name".into()))
        }
        Err(e) => Err(failed(format!("{e}; is the folder there, and may you write in it?"))),
    }
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |m| m.len())
}
