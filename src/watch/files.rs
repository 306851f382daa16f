//! Files that are loaded again when they change: SynthDefs, single or a folder of them.
//!
//! In: paths. Out: those that are new or have changed, each once it has been still for a look. Looking
//! reads folders and asks for times and lengths, nothing else; it is done now and then, on a thread that
//! may wait. A file that is gone is forgotten; what was loaded from it stays.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// More files of one folder than anyone has are left out, and that is said.
const MOST_FILES: usize = 4096;

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is new, or has changed.
    File(PathBuf),
    /// What cannot be read, and why; each once.
    Trouble(String),
}

/// When it was written, and its length.
type Stamp = (Option<SystemTime>, u64);

#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    told: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Files {
    endings: &'static [&'static str],
    roots: Vec<PathBuf>,
    seen: HashMap<PathBuf, Seen>,
    troubles: Vec<String>,
}

impl Files {
    /// None yet; of folders, the files with these endings are meant.
    pub fn new(endings: &'static [&'static str]) -> Self {
        Self { endings, roots: Vec::new(), seen: HashMap::new(), troubles: Vec::new() }
    }

    /// A file or a folder more. One that was there before is looked at as if it were new.
    pub fn add(&mut self, path: PathBuf) {
        self.seen.retain(|file, _| !file.starts_with(&path));
        self.troubles.clear();
        if !self.roots.contains(&path) {
            self.roots.push(path);
        }
    }

    /// True when there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// What is new since the last look. Files that are met for the first time are told at once, changed
    /// ones when two looks in a row find them alike: an editor may be writing.
    pub fn look(&mut self) -> Vec<Found> {
        let mut found = Vec::new();
        let mut files = Vec::new();
        for root in &self.roots {
            match list(root, self.endings) {
                Ok(more) => files.extend(more),
                Err(trouble) if self.troubles.contains(&trouble) => {}
                Err(trouble) => {
                    self.troubles.push(trouble.clone());
                    found.push(Found::Trouble(trouble));
                }
            }
        }
        let there: HashSet<&PathBuf> = files.iter().map(|(file, _)| file).collect();
        self.seen.retain(|file, _| there.contains(file));
        for (file, stamp) in files {
            match self.seen.get_mut(&file) {
                None => {
                    self.seen.insert(file.clone(), Seen { stamp, told: true });
                    found.push(Found::File(file));
                }
                Some(seen) if seen.stamp != stamp => *seen = Seen { stamp, told: false },
                Some(seen) if !seen.told => {
                    seen.told = true;
                    found.push(Found::File(file));
                }
                Some(_) => {}
            }
        }
        found
    }
}

/// The files of a path, sorted; of one that is a file, itself.
fn list(root: &Path, endings: &[&str]) -> Result<Vec<(PathBuf, Stamp)>, String> {
    let unreadable =
        |e: std::io::Error| format!("{} cannot be read: {e}; is the path right?", root.display());
    let facts = std::fs::metadata(root).map_err(unreadable)?;
    if !facts.is_dir() {
        return Ok(vec![(root.to_owned(), (facts.modified().ok(), facts.len()))]);
    }
    let mut files: Vec<(PathBuf, Stamp)> = std::fs::read_dir(root)
        .map_err(unreadable)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().and_then(|e| e.to_str()).is_some_and(|e| endings.contains(&e)))
        .filter_map(|path| {
            let facts = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
            Some((path, (facts.modified().ok(), facts.len())))
        })
        .take(MOST_FILES + 1)
        .collect();
    if files.len() > MOST_FILES {
        return Err(format!("{} holds more than {MOST_FILES} files: name a smaller folder", root.display()));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_when_new_and_when_changed_and_still() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a.def"), folder.path().join("b.def"));
        std::fs::write(&a, "1").unwrap();
        std::fs::write(folder.path().join("c.txt"), "1").unwrap();
        let mut files = Files::new(&["def"]);
        files.add(folder.path().to_owned());
        let told = |files: &mut Files| files.look();
        assert_eq!(told(&mut files), [Found::File(a.clone())]);
        assert_eq!(told(&mut files), []);
        std::fs::write(&a, "12").unwrap();
        std::fs::write(&b, "1").unwrap();
        assert_eq!(told(&mut files), [Found::File(b.clone())], "a may still be written");
        std::fs::write(&a, "123").unwrap();
        assert_eq!(told(&mut files), []);
        assert_eq!(told(&mut files), [Found::File(a.clone())]);
        std::fs::remove_file(&a).unwrap();
        assert_eq!(told(&mut files), []);
        std::fs::write(&a, "123").unwrap();
        assert_eq!(told(&mut files), [Found::File(a.clone())], "it is back");
        files.add(a.clone());
        assert_eq!(told(&mut files), [Found::File(a)], "asked for again");
    }

    #[test]
    fn what_is_not_there_is_said_once_and_found_later() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("later.def");
        let mut files = Files::new(&["def"]);
        files.add(file.clone());
        assert!(matches!(&files.look()[..], [Found::Trouble(t)] if t.contains("later.def cannot be read")));
        assert_eq!(files.look(), []);
        std::fs::write(&file, "1").unwrap();
        assert_eq!(files.look(), [Found::File(file)]);
    }
}
