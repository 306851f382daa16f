//! The text of a set, and every change that an editor saves.
//!
//! In: a path, and what the file system says about its folder. Out: [`Changed`] values with the
//! whole text. Runs on a thread of its own, which is the only one that reads the file; it ends when
//! the [`Watcher`] is dropped. It never looks at what the text means, and never says the same text
//! twice: what a save changes is for `session` to find out.
//!
//! Editors save in three ways: they write the file in place (it is empty for a moment), they write
//! another and rename it over the first, or they rename the first away and write a new one (it is
//! missing for a moment). So the folder is watched rather than the file, a burst of events is one
//! change, and what may be the middle of a save (nothing there, nothing in it, half a character, a file
//! that was written to and not closed) is believed only when it lasts: a set must not fall silent because
//! a disk was slow.

pub mod files;
pub mod folders;
pub mod read;
mod settle;

pub use folders::{FolderNews, Follower};
pub use read::read_set;

use notify::{RecursiveMode, Watcher as _};
use settle::{Settle, Touch};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the file is looked at without an event: file systems over a network send none, and a
/// folder that was removed and made again has to be found.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What became of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Another text; a byte order mark is stripped.
    Text(String),
    /// The file is gone; it is told when it is back.
    Missing,
    /// The file is there and cannot be read.
    Unreadable {
        /// What is wrong and what to do, one line.
        reason: String,
    },
}

/// Why a set could not be opened or watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// There is no such file.
    #[error("there is no file {path}; what exists of it is {nearest}: check the spelling")]
    Missing {
        /// The set.
        path: PathBuf,
        /// The nearest parent that exists.
        nearest: PathBuf,
    },
    /// A folder: whoever asked decides which set in it was meant.
    #[error("{path} is a folder, not a set: name a .tidal file in it")]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A pipe, a device.
    #[error("{path} is not a regular file: save the set as a file")]
    NotAFile {
        /// The set.
        path: PathBuf,
    },
    /// Bytes that are not text.
    #[error("{path} is not UTF-8 at byte {byte}: save the file as UTF-8")]
    NotUtf8 {
        /// The set.
        path: PathBuf,
        /// The first byte that is wrong, from 0.
        byte: usize,
        /// True when the text merely ends inside a character: perhaps it is still being written.
        cut: bool,
    },
    /// Not a set that anybody typed.
    #[error("{path} has {bytes} bytes, a set has at most {}: is it the right file?", read::MOST_BYTES)]
    TooLarge {
        /// The set.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// The system would not give it.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The set.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system would not tell of changes.
    #[error("cannot watch the folder {path}: {source}; {}", way_out(source))]
    Watch {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: notify::Error,
    },
    /// The system would not give a thread.
    #[error("cannot start the thread that watches {path}: {source}; close other programs")]
    Thread {
        /// The set.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

fn way_out(error: &notify::Error) -> &'static str {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "too many files are watched already: close an editor, or raise fs.inotify.max_user_watches"
        }
        notify::ErrorKind::PathNotFound => "create the folder first",
        _ => "programs that watch many files may have used up fs.inotify.max_user_instances: close one",
    }
}

/// What the thread is woken by.
enum Wake {
    /// The file may have changed.
    Touched(Touch),
    /// The folder itself was moved or removed: watch it again.
    FolderGone,
    /// The end.
    Stop,
}

/// Watches one set until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    wake: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Watches the set at `path`, whose text so far is `known` (as [`read_set`] gave it; empty for
    /// a set that does not exist yet). `changed` is called on the watching thread for each change
    /// from `known` on, so that nothing saved between reading and watching is lost. It should only
    /// hand the value on: the next save waits for it.
    ///
    /// # Errors
    /// [`WatchError::Watch`] when the folder is missing or the system does not watch it.
    pub fn new(
        path: &Path,
        known: impl Into<String>,
        changed: impl Fn(Changed) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let path =
            std::path::absolute(path).map_err(|source| WatchError::Read { path: path.to_owned(), source })?;
        let (wake, woken) = channel();
        let folders = Folders::watch(&path, &wake)?;
        let task = Task { settle: Settle::new(known.into()), path: path.clone(), folders, changed };
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || task.run(&woken))
            .map_err(|source| WatchError::Thread { path, source })?;
        Ok(Self { wake, thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.wake.send(Wake::Stop); // fails only when the thread has ended
        if let Some(thread) = self.thread.take() {
            // Dropped from within `changed`, it would wait for itself.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

/// The folders that are watched: the set's, and its target's when the set is a link.
struct Folders {
    watcher: notify::RecommendedWatcher,
    folders: Vec<PathBuf>,
}

impl Folders {
    fn watch(path: &Path, wake: &Sender<Wake>) -> Result<Self, WatchError> {
        let mut places = vec![path.to_owned()];
        places.extend(path.canonicalize().ok().filter(|p| p != path));
        let names: Vec<OsString> =
            places.iter().filter_map(|p| p.file_name()).map(ToOwned::to_owned).collect();
        let mut folders: Vec<PathBuf> =
            places.iter().filter_map(|p| p.parent()).map(ToOwned::to_owned).collect();
        folders.dedup();
        let (told, own) = (wake.clone(), folders.clone());
        let watcher = notify::recommended_watcher(move |event| {
            if let Some(wake) = sort_out(event, &names, &own) {
                let _ = told.send(wake); // fails only when the thread has ended
            }
        })
        .map_err(|source| WatchError::Watch { path: path.to_owned(), source })?;
        let mut all = Self { watcher, folders };
        all.again().map_err(|(path, source)| WatchError::Watch { path, source })?;
        Ok(all)
    }

    /// Watches every folder, from the start.
    fn again(&mut self) -> Result<(), (PathBuf, notify::Error)> {
        for folder in &self.folders {
            let _ = self.watcher.unwatch(folder); // an error says that it was not watched
            self.watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|e| (folder.clone(), e))?;
        }
        Ok(())
    }
}

/// True where the system tells that a file that was written has been closed.
fn tells_closing() -> bool {
    notify::RecommendedWatcher::kind() == notify::WatcherKind::Inotify
}

/// What an event of the system means for a set of these names in these folders; mostly nothing.
fn sort_out(event: notify::Result<notify::Event>, names: &[OsString], folders: &[PathBuf]) -> Option<Wake> {
    use notify::EventKind;
    use notify::event::{AccessKind, AccessMode, ModifyKind};
    let Ok(event) = event else { return Some(Wake::Touched(Touch::Whole)) }; // events were lost: look
    let touch = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Touch::Whole,
        // Reading is no change; our own reading would wake us for ever.
        EventKind::Access(_) => return None,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
            if event.paths.iter().any(|p| folders.contains(p)) =>
        {
            return Some(Wake::FolderGone);
        }
        EventKind::Modify(ModifyKind::Data(_)) if tells_closing() => Touch::Writing,
        // Dates and permissions change while somebody writes, too.
        EventKind::Modify(ModifyKind::Metadata(_)) => Touch::Other,
        _ => Touch::Whole,
    };
    let ours = event.paths.is_empty()
        || event.paths.iter().filter_map(|p| p.file_name()).any(|n| names.iter().any(|name| name == n));
    ours.then_some(Wake::Touched(touch))
}

/// What the thread owns.
struct Task<F> {
    path: PathBuf,
    settle: Settle,
    folders: Folders,
    changed: F,
}

impl<F: Fn(Changed)> Task<F> {
    fn run(mut self, woken: &Receiver<Wake>) {
        let mut watched = true;
        // A save between the caller's reading and our watching has sent no event.
        self.settle.touched(Touch::Other, Instant::now());
        loop {
            let now = Instant::now();
            let until = self.settle.look_at().unwrap_or(now + LOOK_EVERY);
            match woken.recv_timeout(until.saturating_duration_since(now)) {
                Ok(Wake::Touched(touch)) => self.settle.touched(touch, Instant::now()),
                Ok(Wake::FolderGone) => {
                    watched = false;
                    self.settle.touched(Touch::Whole, Instant::now());
                }
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if !watched {
                        watched = self.folders.again().is_ok();
                    }
                    let read = read_set(&self.path);
                    if let Some(changed) = self.settle.read(read, Instant::now()) {
                        (self.changed)(changed);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
