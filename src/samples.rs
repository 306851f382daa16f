//! The index of sounds: which name is which files, in which order, and what is known about them.
//!
//! In: the roots (folders of samples) that `media` has scanned, each in its place. Out: an
//! [`Index`], an immutable value that answers by name and number, searches, and says what it
//! passed over. Pure, called from any thread. It never touches a file: whether one can be read is
//! a fact that `media` brings along, so that asking for a sound can never wait for a disk.

pub mod index;
pub mod search;

pub use index::Index;
pub use search::Match;

use std::path::{Path, PathBuf};

/// A kind of sound file, known by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `.wav`
    Wav,
    /// `.flac`
    Flac,
    /// `.aiff`, `.aif`, `.aifc`
    Aiff,
    /// `.ogg`
    Ogg,
    /// `.mp3`
    Mp3,
    /// `.opus`: supernova and scsynth play it, the embedded engine cannot decode it.
    Opus,
    /// `.caf`
    Caf,
}

impl Format {
    /// By the path's extension, in any case; none for what is not a sound file.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "wav" => Self::Wav,
            "flac" => Self::Flac,
            "aiff" | "aif" | "aifc" => Self::Aiff,
            "ogg" => Self::Ogg,
            "mp3" => Self::Mp3,
            "opus" => Self::Opus,
            "caf" => Self::Caf,
            _ => return None,
        })
    }

    /// The word for it, which is also its usual extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Aiff => "aiff",
            Self::Ogg => "ogg",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Caf => "caf",
        }
    }
}

/// What the header of a sound file says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// Frames, above 0.
    pub frames: u64,
    /// Channels of the file, above 0; engines play the first two.
    pub channels: u16,
    /// Frames per second, above 0.
    pub rate: u32,
    /// Length at its own rate.
    pub seconds: f64,
    /// The kind of file.
    pub format: Format,
}

/// What tells a file from the one that was there before, without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its size.
    pub bytes: u64,
    /// When it was written: nanoseconds since 1970, 0 where the system does not say.
    pub modified_ns: u64,
}

/// One sound file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Which file it was when it was looked at; none until then.
    pub stamp: Option<Stamp>,
    /// What is known about it; none until it was looked at, or when it is in trouble.
    pub facts: Option<Facts>,
    /// Why it cannot be read, one sentence that names the file and the way out. Such a file keeps
    /// its number, so that mending it moves no other sound.
    pub trouble: Option<String>,
}

impl File {
    /// A file of which nothing is known yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), stamp: None, facts: None, trouble: None }
    }

    /// What it takes of an engine's memory: 32-bit samples of at most two channels. None while nothing
    /// is known of it.
    pub fn memory(&self) -> Option<u64> {
        self.facts.map(|f| f.frames.saturating_mul(u64::from(f.channels.clamp(1, 2)) * 4))
    }

    /// The file's name without folder and extension; what is not UTF-8 in it is replaced.
    pub fn stem(&self) -> String {
        self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// A sound: a name and the files that its numbers choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    /// As written in a pattern: the folder's name, or the stem of a file that lies directly in a root.
    pub name: String,
    /// Sorted by path, never empty in an index.
    pub files: Vec<File>,
    /// The folder, or that one file.
    pub source: PathBuf,
}

impl Folder {
    /// Its tags: the names of the folders that it lies in, from `root` on down to its own, without the
    /// sound's name.
    pub fn tags(&self, root: &Path) -> Vec<String> {
        let inside = self.source.strip_prefix(root).unwrap_or(Path::new(""));
        let above =
            inside.parent().into_iter().flat_map(Path::components).map(std::path::Component::as_os_str);
        root.file_name().into_iter().chain(above).map(|t| t.to_string_lossy().into_owned()).collect()
    }

    /// The position of number `n`: numbers wrap around, negative ones too. None without files.
    pub fn position(&self, n: i64) -> Option<usize> {
        let len = i64::try_from(self.files.len()).ok()?;
        usize::try_from(n.checked_rem_euclid(len)?).ok()
    }

    /// The file of number `n`, wrapped around.
    pub fn file(&self, n: i64) -> Option<&File> {
        self.files.get(self.position(n)?)
    }
}

/// One folder of samples as it was scanned: the sounds found in it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Root {
    /// The folder that was scanned.
    pub path: PathBuf,
    /// What was found, in any order; [`Index::with_root`] sorts.
    pub folders: Vec<Folder>,
}

/// Something to tell about the samples, that is no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Two sources have the same name; the first is the one that plays.
    Hidden {
        /// The name.
        name: String,
        /// Not reachable.
        hidden: PathBuf,
        /// What plays under the name.
        by: PathBuf,
    },
    /// No pattern can spell the name.
    Unspeakable {
        /// The name.
        name: String,
        /// Where it is.
        source: PathBuf,
    },
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hidden { name, hidden, by } => write!(
                f,
                "the sound {name} plays {}; {} has the same name and is not heard: rename one to hear both",
                by.display(),
                hidden.display()
            ),
            Self::Unspeakable { name, source } => write!(
                f,
                "no pattern can name the sound {name:?} ({}): rename it, using letters, digits and _ only",
                source.display()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap_around() {
        let files = ["a", "b", "c"].map(File::new).to_vec();
        let folder = Folder { name: "x".into(), files, source: "x".into() };
        let check = |n, expected| assert_eq!(folder.position(n), Some(expected), "{n}");
        for (n, expected) in [(0, 0), (2, 2), (3, 0), (-1, 2), (-3, 0), (-4, 2), (i64::MIN, 1)] {
            check(n, expected);
        }
        let empty = Folder { name: "x".into(), files: vec![], source: "x".into() };
        assert_eq!(empty.file(0), None);
    }

    #[test]
    fn extensions_in_any_case() {
        for (path, expected) in [
            ("a/b.wav", Some(Format::Wav)),
            ("b.WAV", Some(Format::Wav)),
            ("b.Aif", Some(Format::Aiff)),
            ("b.txt", None),
            ("wav", None),
            ("", None),
        ] {
            assert_eq!(Format::of(Path::new(path)), expected, "{path}");
        }
    }
}
