//! The log: a file under the state folder, never the screen.

use crate::config::places;
use std::path::{Path, PathBuf};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Where the log goes unless asked otherwise: `$XDG_STATE_HOME/oiduna/oiduna.log`, or below
/// `~/.local/state`; none without a home.
pub fn default_file() -> Option<PathBuf> {
    Some(places::own("XDG_STATE_HOME", ".local/state")?.join("oiduna.log"))
}

/// Starts logging to `file`. Lines are written by a thread of their own; what does not fit its queue
/// is dropped. Logging lasts as long as the guard.
///
/// # Errors
/// When the folder cannot be made or the file not be opened.
pub fn start(file: &Path) -> std::io::Result<WorkerGuard> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let out = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
    let (writer, guard) = tracing_appender::non_blocking(out);
    let filter = EnvFilter::try_from_env("OIDUNA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::fmt().with_writer(writer).with_env_filter(filter).with_ansi(false).try_init();
    Ok(guard)
}
