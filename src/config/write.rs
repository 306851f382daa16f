//! The one change that the program makes to the file: a folder of samples that is added.
//!
//! In: the file and the folder. Out: the file, everything else in it as it was, comments too. It is
//! written beside and put in place whole, so that nothing is lost half way.

use super::{ConfigError, read};
use std::io;
use std::path::Path;
use toml_edit::{Array, DocumentMut, Item, Value};

/// What became of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is the last of the folders now.
    Added,
    /// It was there before; the file was not touched.
    There,
}

/// Adds `folder`, which should be absolute, to the key `samples` of the file at `path`, which is made
/// if it is missing.
///
/// # Errors
/// When the file has an error already, or cannot be read or written.
pub fn add_samples(path: &Path, folder: &str) -> Result<Added, ConfigError> {
    let failed = |source| ConfigError::Write { path: path.to_owned(), source };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
    };
    // With its errors told as at the start, and the list known to be one.
    let config = read::read(path, &text)?;
    if config.samples.contains(&read::folder(folder, path)) {
        return Ok(Added::There);
    }
    let mut document: DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| ConfigError::Syntax {
        path: path.to_owned(),
        line: 1,
        reason: e.message().to_owned(),
    })?;
    let list = document.entry("samples").or_insert(Item::Value(Value::Array(Array::new())));
    if let Some(list) = list.as_array_mut() {
        list.push(folder);
    }
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    // A file that is a link into somebody's collection of settings stays one.
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let beside = file.with_extension("toml.new");
    std::fs::write(&beside, document.to_string()).map_err(failed)?;
    std::fs::rename(&beside, &file).map_err(failed)?;
    Ok(Added::Added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_added_once_and_comments_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/config.toml");
        assert_eq!(add_samples(&path, "/a b/ü").unwrap(), Added::Added);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "samples = [\"/a b/ü\"]\n");
        std::fs::write(&path, "# mine\nsamples = [\n  \"/one\", # first\n]\npolyphony = 8 # few\n").unwrap();
        assert_eq!(add_samples(&path, "/two").unwrap(), Added::Added);
        assert_eq!(add_samples(&path, "/two").unwrap(), Added::There);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("# mine") && text.contains("# first") && text.contains("# few"), "{text}");
        let config = super::super::Config::load(Some(&path)).unwrap();
        assert_eq!(config.samples, [Path::new("/one"), Path::new("/two")]);
    }

    #[test]
    fn a_file_with_an_error_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, "sample = 1\n").unwrap();
        assert!(add_samples(&path, "/a").unwrap_err().to_string().contains("config.toml:1"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "sample = 1\n");
    }
}
