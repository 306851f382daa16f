//! Which file a set is: a path may be a file, a folder, or nothing yet.

use std::path::{Path, PathBuf};

/// What a new set starts with.
const TEMPLATE: &str = include_str!("template.tidal");

/// Why there is no set.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The folder holds no set, and none may be made.
    #[error("{} holds no .tidal file: name one, or open the folder without --headless to get a first one", .0.display())]
    NoSet(PathBuf),
    /// A word that is neither a file nor the name of a set to be made.
    #[error("there is no set {} and no such subcommand: name a file that ends in .tidal to make one (oiduna --help)", .0.display())]
    Unknown(PathBuf),
    /// A set cannot be made here.
    #[error("{} cannot be made: {source}; is the folder there, and may you write in it?", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// The file of the set at `path`: the file itself; of a folder, the newest `.tidal` file in it; and
/// where there is none, one made from the template if `create` allows it (a file that is missing is
/// left to the reader's error otherwise).
///
/// # Errors
/// When there is none and none can be made.
pub fn set_file(path: &Path, create: bool) -> Result<PathBuf, PlaceError> {
    if path.is_dir() {
        if let Some(path) = newest(path) {
            return Ok(path);
        }
        if !create {
            return Err(PlaceError::NoSet(path.to_owned()));
        }
        return make(path.join("set.tidal"));
    }
    if path.exists() || !create {
        return Ok(path.to_owned());
    }
    // `oiduna tming` is a slip, not a new set.
    if path.extension().is_none_or(|e| e != "tidal") {
        return Err(PlaceError::Unknown(path.to_owned()));
    }
    make(path.to_owned())
}

fn make(path: PathBuf) -> Result<PathBuf, PlaceError> {
    let failed = |source| PlaceError::Create { path: path.clone(), source };
    // Never over something that somebody else has just made.
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    std::io::Write::write_all(&mut file, TEMPLATE.as_bytes()).map_err(failed)?;
    Ok(path)
}

fn newest(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten();
    files
        .filter(|f| f.path().extension().is_some_and(|e| e == "tidal"))
        .filter_map(|f| Some((f.metadata().ok()?.modified().ok()?, f.path())))
        .max()
        .map(|(_, p)| p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_found_or_made_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(set_file(folder.path(), false), Err(PlaceError::NoSet(_))));
        let made = set_file(folder.path(), true).unwrap();
        assert!(made.ends_with("set.tidal") && std::fs::read_to_string(&made).unwrap() == TEMPLATE);
        std::fs::write(&made, "mine").unwrap();
        assert_eq!(set_file(folder.path(), true).unwrap(), made);
        assert_eq!(std::fs::read_to_string(&made).unwrap(), "mine");
        assert!(matches!(set_file(Path::new("no-such-word"), true), Err(PlaceError::Unknown(_))));
        let nowhere = folder.path().join("no/such/set.tidal");
        assert!(matches!(set_file(&nowhere, true), Err(PlaceError::Create { .. })));
    }
}
