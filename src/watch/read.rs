//! Reading a set.
//!
//! In: a path. Out: its text, or an error that says what to do. Runs where it is called: at the
//! start, and on the watching thread.

use super::WatchError;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The longest set: far more than anybody types, little enough to be read in an instant.
pub const MOST_BYTES: u64 = 5 * 1024 * 1024;

/// The text of the set at `path`; a byte order mark is stripped.
///
/// # Errors
/// When there is no such file, it is a folder, not a regular file, longer than [`MOST_BYTES`], not
/// UTF-8, or the system does not give it.
pub fn read_set(path: &Path) -> Result<String, WatchError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => WatchError::Missing {
            path: path.to_owned(),
            nearest: path.ancestors().skip(1).find(|p| p.exists()).unwrap_or(Path::new(".")).to_owned(),
        },
        _ => WatchError::Read { path: path.to_owned(), source },
    };
    let facts = fs::metadata(path).map_err(failed)?;
    if facts.is_dir() {
        return Err(WatchError::IsFolder { path: path.to_owned() });
    }
    if !facts.is_file() {
        return Err(WatchError::NotAFile { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    // The length may have grown since it was asked for: the limit is on what is read.
    File::open(path).map_err(failed)?.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(WatchError::TooLarge { path: path.to_owned(), bytes: facts.len().max(MOST_BYTES + 1) });
    }
    let mut text = String::from_utf8(bytes).map_err(|e| WatchError::NotUtf8 {
        path: path.to_owned(),
        byte: e.utf8_error().valid_up_to(),
        cut: e.utf8_error().error_len().is_none(),
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Result<&str, &str>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.tidal");
        fs::write(&path, bytes).unwrap();
        match (read_set(&path), expected) {
            (Ok(text), Ok(expected)) => assert_eq!(text, expected),
            (Err(error), Err(words)) => {
                let message = error.to_string();
                assert!(message.contains("s.tidal") && message.contains(words), "{message}");
            }
            (got, _) => panic!("{bytes:?}: {got:?}"),
        }
    }

    #[test]
    fn text_comes_as_it_is_without_a_mark() {
        check(b"", Ok(""));
        check("d1 $ s \"é\"\n".as_bytes(), Ok("d1 $ s \"é\"\n"));
        check(b"\xef\xbb\xbfd1", Ok("d1"));
        check(b"\xef\xbb\xbf", Ok(""));
    }

    #[test]
    fn what_is_no_text_is_told_with_its_byte() {
        check(b"d1 $ s \"bd\"  -- \xff rest", Err("not UTF-8 at byte 16: save the file as UTF-8"));
        check(b"\xff\xfed\x001\x00", Err("not UTF-8 at byte 0"));
        check(b"d1 \xc3", Err("not UTF-8 at byte 3"));
    }

    #[test]
    fn a_set_of_five_megabytes_and_no_more() {
        let most = vec![b'-'; MOST_BYTES as usize];
        check(&most, Ok(std::str::from_utf8(&most).unwrap()));
        check(&[&most[..], b"-"].concat(), Err("is it the right file"));
    }

    #[test]
    fn what_is_no_file_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(read_set(dir.path()), Err(WatchError::IsFolder { .. })));
        let missing = read_set(&dir.path().join("no/set.tidal")).unwrap_err().to_string();
        assert!(
            missing.contains("no/set.tidal") && missing.contains(&format!("is {}:", dir.path().display()))
        );
    }
}
