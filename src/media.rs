//! Sound files on disk: scanning folders, reading headers, decoding.
//!
//! In: paths. Out: [`Scan`]s for the index of `samples`, [`Facts`](crate::samples::Facts) and
//! [`Decoded`] sound; what was learnt of a file is kept on disk until the file changes. Runs on a blocking thread of whoever calls (a scan starts a thread for each
//! core and ends them before it returns); never on the player or the screen, because a disk may
//! take its time. It never decides which sound a name plays, that is `samples`; it never plays.
//!
//! Files are a stranger's bytes: whatever is in them, the outcome is a value that names the file.

mod cache;
pub mod decode;
pub mod probe;
pub mod scan;

pub use decode::{Decoded, decode};
pub use probe::facts;
pub use scan::{MOST_FILES, Scan, scan, scan_with};

use std::io;
use std::path::PathBuf;

/// What went wrong with a folder or file of sounds, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Not there.
    #[error("there is no {path}; what exists of it is {nearest}: check the spelling")]
    Missing {
        /// As asked for, absolute.
        path: PathBuf,
        /// The nearest parent that exists.
        nearest: PathBuf,
    },
    /// A file where a folder of samples is needed.
    #[error("{path} is a file, not a folder of samples: give the folder that holds it")]
    NotAFolder {
        /// As asked for, absolute.
        path: PathBuf,
    },
    /// A folder that cannot be listed.
    #[error("cannot list the folder {path}: {source}; make it readable (chmod u+rx), or leave it out")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder without a sound.
    #[error(
        "no sound files in {path}: samples are looked for as {path}/NAME/*.wav, {path}/PACK/NAME/*.wav and {path}/NAME.wav (also flac aiff ogg mp3 opus caf)"
    )]
    NoSounds {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that holds more than any pack of samples.
    #[error("{path} holds more than {most} sound files; the rest is left out: give a folder further inside")]
    TooMany {
        /// The folder that was scanned.
        path: PathBuf,
        /// How many are taken.
        most: usize,
    },
    /// A file that cannot be opened or read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not a sound file, or a damaged one.
    #[error(
        "{path} is no sound file that can be read ({reason}): save it again as wav or flac, or take it out"
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// What was met in it.
        reason: String,
    },
    /// A sound file that only SuperCollider's engines can decode.
    #[error(
        "the embedded engine cannot decode {path} ({reason}): save it as wav or flac, or play on supernova"
    )]
    Undecodable {
        /// The file.
        path: PathBuf,
        /// The codec, as far as known.
        reason: String,
    },
    /// A file that would fill the memory.
    #[error("{path} is longer than {most} frames (about {} minutes): cut it", most / 48_000 / 60)]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The most that is decoded.
        most: u64,
    },
}
