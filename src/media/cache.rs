//! What was learnt of the files of a folder, kept on disk.
//!
//! In: the folder of caches, the folder that was scanned. Out: facts of files that have not changed.
//! One file for each folder scanned, read whole before a scan and put in place whole after it. Runs
//! where the scan does. It is a help and never a need: whatever is wrong with it is the same as if it
//! were not there.

use crate::samples::{Facts, Format, Root, Stamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Raised whenever the meaning of a field or the way of looking at files changes.
const VERSION: u32 = 1;

/// More than the largest folder that is scanned comes to; a longer file is not ours.
const MOST_BYTES: u64 = 64 << 20;

/// Facts by path.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Cache(HashMap<String, Entry>);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    bytes: u64,
    modified_ns: u64,
    frames: u64,
    channels: u16,
    rate: u32,
    format: Format,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    files: HashMap<String, Entry>,
}

/// What tells the file at `path` from another; none when the system does not say.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let facts = fs::metadata(path).ok()?;
    let time = facts.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
    let modified_ns = time.map_or(0, |t| u64::try_from(t.as_nanos()).unwrap_or(u64::MAX));
    Some(Stamp { bytes: facts.len(), modified_ns })
}

impl Cache {
    /// What is known of the files of `root`.
    pub(super) fn read(folder: &Path, root: &Path) -> Self {
        let file = file_of(folder, root);
        if fs::metadata(&file).is_ok_and(|f| f.len() > MOST_BYTES) {
            return Self::default();
        }
        let stored = fs::read(&file).ok().and_then(|b| serde_json::from_slice::<Stored>(&b).ok());
        Self(stored.filter(|s| s.version == VERSION).map(|s| s.files).unwrap_or_default())
    }

    /// The facts of a file that still is what it was.
    pub(super) fn facts(&self, path: &Path, stamp: Stamp) -> Option<Facts> {
        let e = self.0.get(path.to_str()?)?;
        let same = (e.bytes, e.modified_ns) == (stamp.bytes, stamp.modified_ns);
        (same && e.frames > 0 && e.channels > 0 && e.rate > 0).then(|| Facts {
            frames: e.frames,
            channels: e.channels,
            rate: e.rate,
            seconds: e.frames as f64 / f64::from(e.rate),
            format: e.format,
        })
    }

    /// Keeps what is known of `root` now, if it is something else. Files in trouble are looked at anew
    /// each time, names that are not UTF-8 too.
    pub(super) fn renew(&self, folder: &Path, root: &Root) {
        let mut files = HashMap::new();
        for file in root.folders.iter().flat_map(|f| &f.files) {
            let (Some(path), Some(stamp), Some(facts)) = (file.path.to_str(), file.stamp, file.facts) else {
                continue;
            };
            let Stamp { bytes, modified_ns } = stamp;
            let Facts { frames, channels, rate, format, .. } = facts;
            files.insert(path.to_owned(), Entry { bytes, modified_ns, frames, channels, rate, format });
        }
        if files == self.0 {
            return;
        }
        let file = file_of(folder, &root.path);
        if let Err(e) = put(&file, &Stored { version: VERSION, files }) {
            tracing::warn!("{}: {e}; the next scan of {} takes as long", file.display(), root.path.display());
        }
    }
}

/// Beside first, then in place: another run that reads at this moment meets the old one or the new.
fn put(file: &Path, stored: &Stored) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    fs::write(&beside, serde_json::to_vec(stored)?)?;
    fs::rename(&beside, file)
}

fn file_of(folder: &Path, root: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    folder.join(format!("samples-{:016x}.json", hasher.finish()))
}
