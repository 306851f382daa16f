//! A folder of samples: what is in it, and the facts about every file.
//!
//! In: the folder. Out: a [`Scan`]. Runs on a blocking thread and on one thread for each core
//! while it lasts, because a pack has thousands of files and each header is a read of its own. It
//! never follows a folder deeper than the layouts it knows, so that a wrong folder (`/`) costs
//! little and a loop of links ends.

use super::cache::{Cache, stamp};
use super::{MediaError, facts};
use crate::samples::{Facts, File, Folder, Format, Root, Stamp};
use std::ffi::OsStr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, thread};

/// How deep sounds lie below a root: `NAME.wav`, `NAME/x.wav`, `PACK/NAME/x.wav`.
const DEEPEST: usize = 2;

/// Files of one folder at most: ten times the largest pack we know.
pub const MOST_FILES: usize = 50_000;

/// What a scan found.
#[derive(Debug)]
pub struct Scan {
    /// The sounds, sorted; files that cannot be read are among them and say why.
    pub root: Root,
    /// Folders inside that could not be listed, or that there was no sound at all.
    pub troubles: Vec<MediaError>,
    visited: Vec<PathBuf>,
    taken: usize,
}

impl Scan {
    /// How many sound files there are, broken ones included.
    pub fn files(&self) -> usize {
        self.root.folders.iter().map(|f| f.files.len()).sum()
    }
}

/// Scans `root`: sounds are `NAME/*.wav`, `PACK/NAME/*.wav` and `NAME.wav` (and the other formats);
/// hidden files and folders are passed over. Paths come out absolute, because an engine process
/// has a working folder of its own.
///
/// # Errors
/// When `root` is missing, not a folder, or cannot be listed. Trouble further inside is part of
/// the scan.
pub fn scan(root: &Path) -> Result<Scan, MediaError> {
    scan_with(root, None, |_, _| {})
}

/// The same, with what an earlier scan kept in the folder `cache`: a file that has the same size and
/// time is not opened. A cache that cannot be read or written costs time only. `listed` is told the root
/// and the folders in which a new sound would appear, before any file is opened: the headers of a large
/// pack take seconds, and what comes meanwhile must not be missed.
///
/// # Errors
/// As [`scan`].
pub fn scan_with(
    root: &Path,
    cache: Option<&Path>,
    listed: impl FnOnce(&Path, Vec<PathBuf>),
) -> Result<Scan, MediaError> {
    let path =
        std::path::absolute(root).map_err(|source| MediaError::Folder { path: root.to_owned(), source })?;
    match fs::metadata(&path) {
        Ok(facts) if facts.is_dir() => {}
        Ok(_) => return Err(MediaError::NotAFolder { path }),
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Err(MediaError::Missing { nearest: nearest_existing(&path), path });
        }
        Err(source) => return Err(MediaError::Folder { path, source }),
    }
    let mut scan = Scan {
        root: Root { path: path.clone(), folders: Vec::new() },
        troubles: Vec::new(),
        visited: Vec::new(),
        taken: 0,
    };
    walk(&path, 0, &mut scan)?;
    listed(&path, std::mem::take(&mut scan.visited));
    if scan.taken > MOST_FILES {
        scan.troubles.push(MediaError::TooMany { path: path.clone(), most: MOST_FILES });
    }
    scan.root.folders.sort_by(|a, b| (&a.name, &a.source).cmp(&(&b.name, &b.source)));
    if scan.root.folders.is_empty() {
        scan.troubles.push(MediaError::NoSounds { path: path.clone() });
    }
    let known = cache.map(|folder| Cache::read(folder, &path)).unwrap_or_default();
    look_at_all(&mut scan.root.folders, &known);
    if let Some(folder) = cache {
        known.renew(folder, &scan.root);
    }
    Ok(scan)
}

/// The nearest parent of `path` that exists.
fn nearest_existing(path: &Path) -> PathBuf {
    path.ancestors().find(|p| p.exists()).unwrap_or(Path::new("/")).to_owned()
}

/// Adds the sounds of `folder`, `depth` below the root.
fn walk(folder: &Path, depth: usize, scan: &mut Scan) -> Result<(), MediaError> {
    let failed = |source| MediaError::Folder { path: folder.to_owned(), source };
    let mut files = Vec::new();
    let mut inner = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if is_hidden(&entry.file_name()) {
            continue;
        }
        let path = entry.path();
        // Links are followed: packs are often linked into place.
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => path.is_dir(),
            Ok(kind) => kind.is_dir(),
            Err(_) => false,
        };
        if is_folder {
            inner.push(path);
        } else if Format::of(&path).is_some() {
            scan.taken += 1;
            if scan.taken > MOST_FILES {
                break;
            }
            files.push(path);
        }
    }
    scan.visited.push(folder.to_owned());
    files.sort();
    if depth == 0 {
        scan.root.folders.extend(files.into_iter().map(|path| Folder {
            name: lossy(path.file_stem()),
            files: vec![File::new(&path)],
            source: path,
        }));
    } else if !files.is_empty() {
        scan.root.folders.push(Folder {
            name: lossy(folder.file_name()),
            files: files.into_iter().map(File::new).collect(),
            source: folder.to_owned(),
        });
    }
    if depth < DEEPEST && scan.taken <= MOST_FILES {
        inner.sort();
        for path in inner {
            if let Err(trouble) = walk(&path, depth + 1, scan) {
                scan.troubles.push(trouble);
            }
        }
    }
    Ok(())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn lossy(name: Option<&OsStr>) -> String {
    name.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What became of looking at a file.
type Looked = (Option<Stamp>, Result<Facts, MediaError>);

fn look_at(path: &Path, known: &Cache) -> Looked {
    let stamp = stamp(path);
    match stamp.and_then(|s| known.facts(path, s)) {
        Some(facts) => (stamp, Ok(facts)),
        None => (stamp, facts(path)),
    }
}

/// Reads the header of every file that is not known, on all cores.
fn look_at_all(folders: &mut [Folder], known: &Cache) {
    let files: Vec<&mut File> = folders.iter_mut().flat_map(|f| &mut f.files).collect();
    let paths: Vec<&Path> = files.iter().map(|f| f.path.as_path()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(n) else { return found };
            found.push((n, look_at(path, known)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(paths.len());
    let found: Vec<_> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A thread ends by returning: `facts` catches what its decoder throws.
        handles.into_iter().filter_map(|h| h.join().ok()).flatten().collect()
    });
    let mut files = files;
    for (n, (stamp, outcome)) in found {
        if let Some(file) = files.get_mut(n) {
            file.stamp = stamp;
            match outcome {
                Ok(facts) => file.facts = Some(facts),
                Err(error) => file.trouble = Some(error.to_string()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::tests::{tone, wav_header};
    use super::*;

    /// A folder with empty-headed wav files at `paths`.
    fn folder_with(paths: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for path in paths {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(tone("wav"), path).unwrap();
        }
        dir
    }

    /// `name:files` of every sound.
    fn sounds(scan: &Scan) -> String {
        let one = |f: &Folder| format!("{}:{}", f.name, f.files.len());
        scan.root.folders.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_known_layouts_are_found() {
        let dir = folder_with(&[
            "bd/a.wav",
            "bd/B.WAV",
            "bd/.hidden.wav",
            "pack/sn/a.wav",
            "pack/sn/b.wav",
            "pack/both.wav",
            "loose.wav",
            ".git/x/a.wav",
            "pack/sn/deeper/too.wav",
        ]);
        fs::write(dir.path().join("bd/readme.txt"), "words").unwrap();
        fs::create_dir(dir.path().join("empty")).unwrap();
        let scan = scan(dir.path()).unwrap();
        assert_eq!(sounds(&scan), "bd:2 loose:1 pack:1 sn:2");
        assert!(scan.troubles.is_empty());
        assert!(scan.root.folders.iter().flat_map(|f| &f.files).all(|f| f.facts.is_some()));
    }

    #[test]
    fn a_broken_file_keeps_its_number_and_says_why() {
        let dir = folder_with(&["bd/a.wav", "bd/c.wav"]);
        fs::write(dir.path().join("bd/b.wav"), "no sound").unwrap();
        fs::write(dir.path().join("bd/d.wav"), wav_header(0)).unwrap();
        let scan = scan(dir.path()).unwrap();
        let troubled: Vec<bool> = scan.root.folders[0].files.iter().map(|f| f.trouble.is_some()).collect();
        assert_eq!(troubled, [false, true, false, true]);
        assert!(scan.root.folders[0].files[1].trouble.as_ref().unwrap().contains("bd/b.wav"));
        assert_eq!(scan.files(), 4);
    }

    #[test]
    fn wrong_folders_are_named() {
        let dir = folder_with(&["bd/a.wav"]);
        let check = |path: &str, word: &str| {
            let message = scan(&dir.path().join(path)).unwrap_err().to_string();
            assert!(message.contains(path) && message.contains(word), "{message}");
        };
        check("nowhere/at/all", &format!("what exists of it is {}:", dir.path().display()));
        check("bd/a.wav", "is a file");
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(scan(empty.path()).unwrap().troubles[..], [MediaError::NoSounds { .. }]));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_end() {
        let pack = folder_with(&["bd/a.wav"]);
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(pack.path().join("bd"), dir.path().join("kick")).unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        std::os::unix::fs::symlink("/nowhere", dir.path().join("gone.wav")).unwrap();
        let scan = scan(dir.path()).unwrap();
        // The loop is walked as deep as any folder: `kick` is found again, `loop` holds the broken link.
        assert_eq!(sounds(&scan), "gone:1 kick:1 kick:1 loop:1 loop:1");
        assert!(scan.root.folders[0].files[0].trouble.as_ref().unwrap().contains("gone.wav"));
    }

    /// Facts come from the cache while size and time are the same, and from the file as soon as they
    /// are not.
    #[test]
    fn what_has_not_changed_is_not_read_again() {
        let (dir, cache) = (folder_with(&["bd/a.wav", "bd/b.flac"]), tempfile::tempdir().unwrap());
        let (a, b) = (dir.path().join("bd/a.wav"), dir.path().join("bd/b.flac"));
        let scan =
            || scan_with(dir.path(), Some(&cache.path().join("made/by/it")), |_, _| {}).unwrap().root.folders;
        let cold = scan();
        assert_eq!(cold, scan_with(dir.path(), None, |_, _| {}).unwrap().root.folders);
        // Other bytes of the same size and time: only a cache can still know them for sound.
        let time = fs::metadata(&a).unwrap().modified().unwrap();
        fs::write(&a, vec![0; fs::metadata(&a).unwrap().len() as usize]).unwrap();
        fs::File::options().write(true).open(&a).unwrap().set_modified(time).unwrap();
        assert_eq!(scan(), cold);
        fs::copy(tone("opus"), &b).unwrap();
        let changed = scan();
        assert_eq!(
            (&changed[0].files[0], changed[0].files[1].facts.unwrap().frames),
            (&cold[0].files[0], 4800)
        );
        fs::write(&a, vec![0; 10]).unwrap();
        assert!(scan()[0].files[0].trouble.is_some());
        // A damaged cache is none.
        for file in fs::read_dir(cache.path().join("made/by/it")).unwrap().flatten() {
            fs::write(file.path(), "{\"version\":1,\"files\":[[").unwrap();
        }
        assert!(scan()[0].files[0].trouble.is_some());
    }

    #[test]
    fn folders_are_told_before_their_files_are_read() {
        let dir = folder_with(&["bd/a.wav", "pack/sn/a.wav"]);
        let mut told = Vec::new();
        let scan = scan_with(dir.path(), None, |_, folders| {
            told = folders;
            fs::write(dir.path().join("bd/a.wav"), "no sound").unwrap();
        });
        assert_eq!(told, ["", "bd", "pack", "pack/sn"].map(|f| dir.path().join(f)));
        let scan = scan.unwrap();
        assert!(scan.root.folders[0].files[0].trouble.is_some(), "it was read before");
    }

    /// A pipe named like a sound must not hold the scan up for ever.
    #[cfg(unix)]
    #[test]
    fn a_pipe_is_passed_over() {
        let dir = folder_with(&["bd/a.wav"]);
        let made = std::process::Command::new("mkfifo").arg(dir.path().join("bd/pipe.wav")).status();
        assert!(made.is_ok_and(|s| s.success()));
        let scan = scan(dir.path()).unwrap();
        assert!(scan.root.folders[0].files[1].trouble.as_ref().unwrap().contains("not a regular file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_listed_does_not_hide_the_others() {
        use std::os::unix::fs::PermissionsExt;
        let dir = folder_with(&["bd/a.wav", "locked/a.wav"]);
        let locked = dir.path().join("locked");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        let scan = scan(dir.path()).unwrap();
        // Root may list anything, so there the folder is simply found.
        if fs::read_dir(&locked).is_ok() {
            assert_eq!(sounds(&scan), "bd:1 locked:1");
        } else {
            assert_eq!(sounds(&scan), "bd:1");
            assert!(scan.troubles[0].to_string().contains("locked"));
        }
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    }
}
