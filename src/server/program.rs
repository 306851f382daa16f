//! Which programs are installed.
//!
//! In: a name. Out: its path, from PATH.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// Where a shell would find the program.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_and_other_files_are_not() {
        assert!(find("sh").is_some_and(|p| p.is_absolute()));
        assert_eq!(find("no-such-program-anywhere"), None);
    }
}
