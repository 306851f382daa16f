//! Editors at work: what is saved arrives, each time, once, in order.

use super::*;
use std::fs;
use std::sync::mpsc::{Receiver, channel};

/// Far longer than any of it takes; only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);

struct Set {
    path: PathBuf,
    told: Receiver<Changed>,
    _watcher: Watcher,
    dir: tempfile::TempDir,
}

impl Set {
    /// A watched set that reads `one`.
    fn new() -> Self {
        Self::named("s.tidal", |path| fs::write(path, "one").unwrap())
    }

    fn named(name: &str, make: impl Fn(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        make(&path);
        let known = read_set(&path).unwrap_or_default();
        let (tell, told) = channel();
        let watcher = Watcher::new(&path, known, move |c| drop(tell.send(c))).unwrap();
        Self { path, told, _watcher: watcher, dir }
    }

    fn other(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn save(&self, text: &str) {
        fs::write(&self.path, text).unwrap();
    }

    #[track_caller]
    fn expect(&self, expected: &Changed) {
        assert_eq!(self.told.recv_timeout(DEADLINE).as_ref(), Ok(expected));
    }

    #[track_caller]
    fn expect_text(&self, expected: &str) {
        self.expect(&Changed::Text(expected.into()));
    }

    /// A save that began then and took its time is told as a whole. False, where a busy machine took longer
    /// than the watcher waits: then parts of it may have been told, and nothing was tried.
    #[track_caller]
    fn expect_whole(&self, text: &str, began: Instant) -> bool {
        let in_time = began.elapsed() < settle::PATIENCE;
        let whole = Changed::Text(text.into());
        if in_time {
            self.expect(&whole);
        } else {
            while self.told.recv_timeout(DEADLINE).unwrap() != whole {}
        }
        in_time
    }

    /// Nothing was told in between: the next thing told is the text of one more save.
    #[track_caller]
    fn expect_nothing_else(&self) {
        self.save("the end");
        self.expect_text("the end");
    }
}

#[test]
fn saved_in_place() {
    let set = Set::new();
    for n in 0..5 {
        set.save(&format!("text {n}"));
        set.expect_text(&format!("text {n}"));
    }
}

#[test]
fn saved_by_rename() {
    let set = Set::new();
    for n in 0..5 {
        fs::write(set.other(".s.tidal.tmp"), format!("text {n}")).unwrap();
        fs::rename(set.other(".s.tidal.tmp"), &set.path).unwrap();
        set.expect_text(&format!("text {n}"));
    }
    set.expect_nothing_else();
}

#[test]
fn saved_as_vim_does() {
    let set = Set::new();
    for n in 0..5 {
        fs::write(set.other("4913"), "").unwrap(); // vim's own test for write permission
        fs::remove_file(set.other("4913")).unwrap();
        fs::rename(&set.path, set.other("s.tidal~")).unwrap();
        set.save(&format!("text {n}"));
        fs::remove_file(set.other("s.tidal~")).unwrap();
        set.expect_text(&format!("text {n}"));
    }
    set.expect_nothing_else();
}

#[test]
fn deleted_and_made_again() {
    let set = Set::new();
    fs::remove_file(&set.path).unwrap();
    set.expect(&Changed::Missing);
    set.save("back");
    set.expect_text("back");
    // The very text from before the deletion is news too.
    fs::remove_file(&set.path).unwrap();
    set.expect(&Changed::Missing);
    set.save("back");
    set.expect_text("back");
}

#[test]
fn the_same_text_again_is_nothing() {
    let set = Set::new();
    set.save("one");
    fs::write(set.other("other.tidal"), "another file").unwrap();
    set.save("one");
    set.expect_nothing_else();
}

#[test]
fn half_written_is_survived() {
    use std::io::Write;
    let set = Set::new();
    for n in 0..5 {
        // Truncated as `write` does, with time in between for the watcher to read the empty file:
        // the other file's events and its own reading are all it has to do.
        let mut file = fs::File::create(&set.path).unwrap();
        let began = Instant::now();
        for m in 0..50 {
            fs::write(set.other("noise"), m.to_string()).unwrap();
        }
        file.write_all(format!("text {n}").as_bytes()).unwrap();
        drop(file);
        set.expect_whole(&format!("text {n}"), began);
    }
    set.expect_nothing_else();
}

/// A slow disk: longer between two parts of a save than any debounce.
#[test]
fn written_in_parts_is_one_save() {
    use std::io::Write;
    if !tells_closing() {
        return;
    }
    let set = Set::new();
    for n in 0..20 {
        let mut file = fs::File::create(&set.path).unwrap();
        let began = Instant::now();
        write!(file, "first {n}").unwrap();
        // This is the slow disk, not a wait for anything.
        std::thread::sleep(2 * settle::LONGEST);
        write!(file, ", second").unwrap();
        drop(file);
        if set.expect_whole(&format!("first {n}, second"), began) {
            set.expect_nothing_else();
            return;
        }
    }
    panic!("the machine is too busy to write a file in a quarter of a second");
}

#[test]
fn emptied_for_good_is_told() {
    let set = Set::new();
    set.save("");
    set.expect_text("");
    set.expect_nothing_else();
}

#[test]
fn not_utf_8_is_told_and_mended() {
    let set = Set::new();
    fs::write(&set.path, b"d1 $ s \"bd\"  -- \xe9 rest").unwrap();
    match set.told.recv_timeout(DEADLINE).unwrap() {
        Changed::Unreadable { reason } => assert!(reason.contains("not UTF-8 at byte 16"), "{reason}"),
        other => panic!("{other:?}"),
    }
    set.save("one");
    set.expect_text("one");
}

#[test]
fn a_set_that_does_not_exist_yet() {
    let set = Set::named("new.tidal", |_| ());
    set.expect(&Changed::Missing);
    set.save("first");
    set.expect_text("first");
}

#[test]
fn what_was_saved_before_watching_began_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.tidal");
    fs::write(&path, "saved meanwhile").unwrap();
    let (tell, told) = channel();
    let _watcher = Watcher::new(&path, "as it was read", move |c| drop(tell.send(c))).unwrap();
    assert_eq!(told.recv_timeout(DEADLINE), Ok(Changed::Text("saved meanwhile".into())));
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_into_its_folder() {
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("real.tidal");
    fs::write(&target, "one").unwrap();
    let set = Set::named("s.tidal", |path| std::os::unix::fs::symlink(&target, path).unwrap());
    fs::write(&target, "two").unwrap();
    set.expect_text("two");
    fs::write(elsewhere.path().join("tmp"), "three").unwrap();
    fs::rename(elsewhere.path().join("tmp"), &target).unwrap();
    set.expect_text("three");
}

/// A branch is checked out: the folder goes and comes back.
#[test]
fn the_folder_goes_and_comes_back() {
    let set = Set::named("sub/s.tidal", |path| fs::write(path, "one").unwrap());
    fs::remove_dir_all(set.path.parent().unwrap()).unwrap();
    set.expect(&Changed::Missing);
    fs::create_dir(set.path.parent().unwrap()).unwrap();
    set.save("two");
    set.expect_text("two");
    set.save("three");
    set.expect_text("three");
}

#[test]
fn a_missing_folder_is_an_error_with_a_way_out() {
    let error = Watcher::new(Path::new("/nowhere/at/all/s.tidal"), "", |_| ()).unwrap_err().to_string();
    assert!(error.contains("/nowhere/at/all") && error.contains("create the folder"), "{error}");
}

/// Our own reading must not wake us: an idle watcher tells nothing and reads only once a second.
#[test]
fn reading_is_no_change() {
    use notify::event::{AccessKind, AccessMode, DataChange, Event, EventKind, ModifyKind};
    let names = ["s.tidal".into()];
    let wakes = |kind, path: &str| {
        let event = Event::new(kind).add_path(path.into());
        sort_out(Ok(event), &names, &["/d".into()]).is_some()
    };
    let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    assert!(!wakes(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/d/s.tidal"));
    assert!(!wakes(EventKind::Access(AccessKind::Close(AccessMode::Read)), "/d/s.tidal"));
    assert!(wakes(EventKind::Access(AccessKind::Close(AccessMode::Write)), "/d/s.tidal"));
    assert!(wakes(data, "/d/s.tidal"));
    assert!(!wakes(data, "/d/other.tidal"));
    assert!(sort_out(Err(notify::Error::generic("lost")), &names, &[]).is_some());
}

#[test]
fn dropping_ends_the_thread() {
    let set = Set::new();
    let Set { told, _watcher: watcher, .. } = set;
    drop(watcher);
    // The thread held the only sender.
    assert!(matches!(told.recv_timeout(DEADLINE), Err(RecvTimeoutError::Disconnected)));
}
