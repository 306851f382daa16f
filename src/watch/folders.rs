//! Folders of samples: told when something in one of them has changed.
//!
//! In: the folders that a scan went through, and what the file system says of them. Out: the root in
//! which something changed, once it has been quiet for a moment, or at the latest every few seconds.
//! Runs on a thread of its own, which owns the watches; whoever scans hands them over without waiting.
//! It never looks into a folder: what the change means is for the next scan. A folder that cannot be
//! watched is told once, and then read again when somebody asks for it.

use super::way_out;
use notify::event::{CreateKind, ModifyKind};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// A change is told when nothing happened for so long: a pack is copied file by file.
const QUIET: Duration = Duration::from_millis(400);
/// ... and at the latest after this, while somebody records into the folder.
const PATIENCE: Duration = Duration::from_secs(5);
/// Folders watched at most: systems give a few thousand watches to a user.
const MOST: usize = 4096;
/// What waits for the thread at most; who has more to say waits.
const QUEUE: usize = 1024;

/// What is told of the folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderNews {
    /// Something changed in this root.
    Changed(PathBuf),
    /// Not all is watched: why, and what to do.
    Unwatched(String),
}

/// Watch these from now on.
#[derive(Debug)]
struct Follow {
    root: PathBuf,
    folders: Vec<PathBuf>,
}

/// The way to the watching thread, which ends when the last of these is dropped.
#[derive(Clone, Debug)]
pub struct Follower(SyncSender<Follow>);

impl Follower {
    /// Starts the thread. `tell` is called on it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(tell: impl Fn(FolderNews) + Send + 'static) -> std::io::Result<Self> {
        let (to, from) = sync_channel(QUEUE);
        std::thread::Builder::new().name("watch-folders".into()).spawn(move || run(&from, &tell))?;
        Ok(Self(to))
    }

    /// Watches these folders, in place of those that were given for the same root.
    pub fn follow(&self, root: PathBuf, folders: Vec<PathBuf>) {
        // It fails only when the thread has ended.
        let _ = self.0.send(Follow { root, folders });
    }
}

fn run(from: &Receiver<Follow>, tell: &impl Fn(FolderNews)) {
    let (happened, events) = sync_channel(QUEUE);
    let lost = Arc::<AtomicBool>::default();
    let missed = lost.clone();
    // The system's events must not wait for us: we wait for the same thread when we add a watch.
    let made = notify::recommended_watcher(move |event| {
        if happened.try_send(event).is_err() {
            missed.store(true, Ordering::Relaxed);
        }
    });
    let mut task = match made {
        Ok(watcher) => Task { watcher, roots: HashMap::new(), changed: BTreeSet::new(), since: None },
        Err(e) => return tell(unwatched("folders of samples", &e)),
    };
    loop {
        match from.recv_timeout(QUIET / 4) {
            Ok(Follow { root, folders }) => task.follow(&root, folders).into_iter().for_each(tell),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Ok(event) = events.try_recv() {
            task.happened(event, Instant::now());
        }
        if lost.swap(false, Ordering::Relaxed) {
            task.lost(Instant::now());
        }
        task.due(Instant::now()).into_iter().map(FolderNews::Changed).for_each(tell);
    }
}

fn unwatched(what: &str, e: &notify::Error) -> FolderNews {
    let text = format!("{what}: changes are not seen ({e}; {}): :samples reload reads it again", way_out(e));
    FolderNews::Unwatched(text)
}

/// What the thread owns.
struct Task {
    watcher: notify::RecommendedWatcher,
    /// The roots of every folder that is watched: one may lie in another.
    roots: HashMap<PathBuf, BTreeSet<PathBuf>>,
    /// Roots to be told of.
    changed: BTreeSet<PathBuf>,
    /// The first and the last event of what is to be told.
    since: Option<(Instant, Instant)>,
}

impl Task {
    fn follow(&mut self, root: &Path, mut folders: Vec<PathBuf>) -> Option<FolderNews> {
        let most = MOST.saturating_sub(self.roots.values().filter(|r| !r.contains(root)).count());
        let mut news = (folders.len() > most).then(|| {
            let what = root.display();
            FolderNews::Unwatched(format!(
                "{what}: too many folders; changes are not seen in all of them: :samples reload reads it again"
            ))
        });
        folders.truncate(most);
        let wanted: BTreeSet<&PathBuf> = folders.iter().collect();
        self.roots.retain(|folder, roots| {
            if !wanted.contains(folder) && roots.remove(root) && roots.is_empty() {
                let _ = self.watcher.unwatch(folder); // it may be gone, and its watch with it
            }
            !roots.is_empty()
        });
        for folder in folders {
            // Also where it was watched before: a folder that was made again is another.
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.roots.entry(folder).or_default().insert(root.to_owned())),
                Err(e) => {
                    news.get_or_insert_with(|| unwatched(&folder.display().to_string(), &e));
                }
            }
        }
        news
    }

    fn happened(&mut self, event: notify::Result<Event>, now: Instant) {
        let paths = match event {
            Ok(e) if e.need_rescan() => return self.lost(now),
            // Reading is no change, and our own scans read; times and rights change no sound.
            Ok(Event { kind: EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)), .. }) => {
                return;
            }
            Ok(e) => {
                if e.kind == EventKind::Create(CreateKind::Folder) {
                    self.created(&e.paths);
                }
                e.paths
            }
            Err(_) => return self.lost(now),
        };
        for path in &paths {
            let folders = [Some(path.as_path()), path.parent()];
            let roots = folders.into_iter().flatten().filter_map(|f| self.roots.get(f));
            self.changed.extend(roots.flatten().cloned());
        }
        self.touched(now);
    }

    /// Events were lost: anything may have changed.
    fn lost(&mut self, now: Instant) {
        self.changed.extend(self.roots.values().flatten().cloned());
        self.touched(now);
    }

    fn touched(&mut self, now: Instant) {
        if !self.changed.is_empty() {
            self.since = Some((self.since.map_or(now, |(first, _)| first), now));
        }
    }

    /// New folders are watched at once: what is copied into them may come after the next scan.
    fn created(&mut self, folders: &[PathBuf]) {
        for folder in folders {
            let Some(roots) = folder.parent().and_then(|p| self.roots.get(p)).cloned() else { continue };
            if self.roots.len() < MOST && self.watcher.watch(folder, RecursiveMode::NonRecursive).is_ok() {
                self.roots.insert(folder.clone(), roots);
            }
        }
    }

    /// The roots to be told of now.
    fn due(&mut self, now: Instant) -> BTreeSet<PathBuf> {
        let quiet = |(first, last): &(Instant, Instant)| {
            now.saturating_duration_since(*last) >= QUIET || now.saturating_duration_since(*first) >= PATIENCE
        };
        if self.since.take_if(|s| quiet(s)).is_some() {
            return std::mem::take(&mut self.changed);
        }
        BTreeSet::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// What is told next, at most 20 s from now.
    fn next(news: &std::sync::mpsc::Receiver<FolderNews>) -> FolderNews {
        news.recv_timeout(Duration::from_secs(20)).expect("nothing was told")
    }

    #[test]
    fn changes_are_told_once_they_are_over() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, sound) = (dir.path().to_owned(), dir.path().join("bd"));
        fs::create_dir(&sound).unwrap();
        let (to, news) = std::sync::mpsc::channel();
        let follower = Follower::start(move |n| drop(to.send(n))).unwrap();
        // A folder that is not there tells that it is watched: the answer comes after the others.
        let ready = |follower: &Follower| {
            follower.follow("/not/there".into(), vec!["/not/there".into()]);
            assert!(matches!(next(&news), FolderNews::Unwatched(text) if text.starts_with("/not/there: ")));
        };
        follower.follow(root.clone(), vec![root.clone(), sound.clone()]);
        ready(&follower);
        let changed = FolderNews::Changed(root.clone());
        for n in 0..50 {
            fs::write(sound.join(format!("{n}.wav")), "x").unwrap();
        }
        assert_eq!(next(&news), changed);
        // A folder that is made now, and what comes into it.
        fs::create_dir(root.join("sn")).unwrap();
        assert_eq!(next(&news), changed);
        fs::write(root.join("sn/a.wav"), "x").unwrap();
        assert_eq!(next(&news), changed);
        fs::rename(root.join("sn"), other.path().join("sn")).unwrap();
        assert_eq!(next(&news), changed);
        // Reading tells nothing, and what is not followed any more neither: the next is another root.
        fs::read(sound.join("1.wav")).unwrap();
        follower.follow(root.clone(), Vec::new());
        follower.follow(other.path().to_owned(), vec![other.path().to_owned()]);
        ready(&follower);
        fs::write(sound.join("more.wav"), "x").unwrap();
        fs::write(other.path().join("a.wav"), "x").unwrap();
        assert_eq!(next(&news), FolderNews::Changed(other.path().to_owned()));
    }
}
