//! Where things of the user are, by the XDG base directory specification.
//!
//! In: the environment. Out: paths that may not be there. It never looks at a disk, except to leave
//! out sample folders that do not exist.

use crate::session;
use std::path::{Path, PathBuf};

fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from)
}

/// The user's home.
pub fn home() -> Option<PathBuf> {
    set("HOME")
}

/// `oiduna` in the folder that `variable` names, or else `below` the home; none without a home.
pub fn own(variable: &str, below: &str) -> Option<PathBuf> {
    // The specification: a relative path is to be ignored.
    let base = set(variable).filter(|p| p.is_absolute()).or_else(|| home().map(|h| h.join(below)))?;
    Some(base.join("oiduna"))
}

/// `$XDG_CONFIG_HOME/oiduna/config.toml`.
pub fn config_file() -> Option<PathBuf> {
    Some(own("XDG_CONFIG_HOME", ".config")?.join("config.toml"))
}

/// `$XDG_CACHE_HOME/oiduna`.
pub fn cache_folder() -> Option<PathBuf> {
    own("XDG_CACHE_HOME", ".cache")
}

/// Folders of samples that are there without being asked for: the user's `oiduna/samples` in the
/// XDG data folder, then `oiduna/samples` and Sonic Pi's samples where the system's packages put them.
pub fn data_samples() -> Vec<PathBuf> {
    let system = set("XDG_DATA_DIRS").unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    let system: Vec<PathBuf> = std::env::split_paths(&system).filter(|p| p.is_absolute()).collect();
    let user = own("XDG_DATA_HOME", ".local/share").map(|p| p.join("samples"));
    let of = |below: &'static str| system.iter().map(move |p| p.join(below));
    user.into_iter()
        .chain(of("oiduna/samples"))
        .chain(of("sonic-pi/samples"))
        .filter(|p| p.is_dir())
        .collect()
}

/// `~` and `~/...` with the home in its place, where no shell has put it.
pub fn expanded(path: &Path) -> PathBuf {
    session::expanded(path, home().as_deref())
}

/// All folders of samples of a set, each once; the first wins: those `given` on the command line,
/// `samples` beside the set, those of the config file, those of [`data_samples`].
pub fn samples(given: &[PathBuf], set: Option<&Path>, config: &[PathBuf]) -> Vec<PathBuf> {
    let beside = set.map(|s| s.parent().unwrap_or(Path::new(".")).join("samples")).filter(|p| p.is_dir());
    let mut out: Vec<PathBuf> = Vec::new();
    for path in given.iter().cloned().chain(beside).chain(config.iter().cloned()).chain(data_samples()) {
        if !out.contains(&path) {
            out.push(path);
        }
    }
    out
}
