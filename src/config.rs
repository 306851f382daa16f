//! The user's settings: a small TOML file.
//!
//! In: the file's path, or none. Out: a [`Config`] in which every key has a value or is left to the
//! command line's default; one change, a folder of samples that is added. Runs where it is called,
//! before anything plays. It never guesses: an unknown key, a wrong value, a broken line is an error
//! with the file and the line, because a setting that is silently ignored is found out on stage.
//! `toml_edit` stays here.

pub mod places;
mod read;
mod write;

pub use read::{KEYS, Key};
pub use write::{Added, add_samples};

use crate::plan::POLYPHONY;
use crate::server::EngineChoice;
use crate::session::{FirstHit, MEMORY};
use std::io;
use std::path::{Path, PathBuf};

/// What the file says; a key that it leaves out has its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Folders of samples, absolute or from the working folder; the first wins.
    pub samples: Vec<PathBuf>,
    /// Most bytes of samples in the engine.
    pub memory: u64,
    /// What becomes of the first event of a sample that has not arrived.
    pub first_hit: FirstHit,
    /// Voices that may sound at once, 1 to 2,048.
    pub polyphony: usize,
    /// Added to onsets, milliseconds; none: the command line's default.
    pub latency_ms: Option<f64>,
    /// The engine; none: the command line's default.
    pub engine: Option<EngineChoice>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            samples: Vec::new(),
            memory: MEMORY,
            first_hit: FirstHit::default(),
            polyphony: POLYPHONY,
            latency_ms: None,
            engine: None,
        }
    }
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("the config file {path} cannot be read: {source}; check --config, or make it readable")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no TOML.
    #[error("{path}:{line}: {reason}; a line is KEY = VALUE, texts in \"quotes\"")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What was met.
        reason: String,
    },
    /// A key that does not exist.
    #[error("{path}:{line}: there is no key {key}; {help}")]
    Unknown {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// As written.
        key: String,
        /// The nearest name, or all of them.
        help: String,
    },
    /// A value that the key cannot have.
    #[error("{path}:{line}: {key} must be {wanted}")]
    Value {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// The key.
        key: &'static str,
        /// What it can be, with an example.
        wanted: String,
    },
    /// It cannot be written.
    #[error(
        "the config file {path} cannot be written: {source}; is its folder there, and may you write in it?"
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no place for it.
    #[error("there is no place for a config file: set HOME, or say --config F")]
    NoPlace,
}

impl Config {
    /// The file at `path`, which must be there; none: the default one, which may be missing.
    ///
    /// # Errors
    /// Names the file, the line, and the way out.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let (path, must) = match (path, places::config_file()) {
            (Some(path), _) => (path.to_owned(), true),
            (None, Some(path)) => (path, false),
            (None, None) => return Ok(Self::default()),
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => read::read(&path, &text),
            Err(e) if e.kind() == io::ErrorKind::NotFound && !must => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }
}
