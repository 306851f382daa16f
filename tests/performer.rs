//! A performer's evening: the program on a terminal of its own, keys typed, files saved, and the
//! terminal as it was when it is over.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "support/fake_engine.rs"]
mod fake_engine;
#[path = "support/program.rs"]
mod program;

use fake_engine::FakeEngine;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use program::{PATIENCE, apart, until};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// The program in its terminal, with a set in a folder of its own.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    /// None once it has been closed.
    ends: Option<Ends>,
    shown: Arc<Mutex<vt100::Parser>>,
    /// The reader of what is shown is to leave.
    closing: Arc<AtomicBool>,
    /// The terminal's settings before it came.
    modes: String,
    folder: tempfile::TempDir,
}

struct Ends {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    // What the program leaves behind is read from it after its end.
    _slave: Box<dyn SlavePty + Send>,
}

/// Echo, line editing, signals.
fn modes(master: &dyn MasterPty) -> String {
    let t = master.get_termios().unwrap();
    format!("{:?} {:?} {:?}", t.input_flags, t.output_flags, t.local_flags)
}

impl Terminal {
    fn open(set: &str, engine: &str, (rows, cols): (u16, u16)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if !set.is_empty() {
            std::fs::write(folder.path().join("set.tidal"), set).unwrap();
        }
        let pty = native_pty_system().openpty(size(rows, cols)).unwrap();
        let modes = modes(&*pty.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_oiduna"));
        command.arg(folder.path().join("set.tidal"));
        command.args(["--engine", engine]);
        for (name, value) in apart(folder.path()) {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        let shown = Arc::new(Mutex::new(vt100::Parser::new(rows, cols, 0)));
        let (mut from, keys) = (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
        let closing = Arc::new(AtomicBool::new(false));
        let (to, leave) = (shown.clone(), closing.clone());
        // Ends with the terminal, or after the next thing that is drawn.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let (Ok(n @ 1..), false) = (from.read(&mut bytes), leave.load(Ordering::Relaxed)) {
                to.lock().unwrap().process(&bytes[..n]);
            }
        });
        let ends = Some(Ends { master: pty.master, keys, _slave: pty.slave });
        Self { child, ends, shown, closing, modes, folder }
    }

    fn modes(&self) -> String {
        modes(&*self.ends.as_ref().unwrap().master)
    }

    /// The window is gone, as far as the program can tell.
    fn close(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        self.ends = None;
    }

    fn set(&self) -> PathBuf {
        self.folder.path().join("set.tidal")
    }

    fn save(&self, text: &str) {
        std::fs::write(self.set(), text).unwrap();
    }

    fn press(&mut self, keys: &str) {
        self.ends.as_mut().unwrap().keys.write_all(keys.as_bytes()).unwrap();
    }

    fn signal(&self, signal: i32) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([format!("-{signal}"), pid]).status().unwrap().success());
    }

    fn resize(&self, rows: u16, cols: u16) {
        self.shown.lock().unwrap().screen_mut().set_size(rows, cols);
        self.ends.as_ref().unwrap().master.resize(size(rows, cols)).unwrap();
    }

    fn contents(&self) -> String {
        self.shown.lock().unwrap().screen().contents()
    }

    /// Waits until the terminal shows it.
    fn shows(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.contents().contains(words) {
            assert!(Instant::now() < deadline, "{words:?} is not on:\n{}", self.contents());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Events sent so far, as the screen counts them: `late 0 of 958`.
    fn events(&self) -> u64 {
        until("the count of events", || {
            let contents = self.contents();
            contents.lines().find_map(|line| {
                let (_, count) = line.split_once(" late ")?.1.split_once(" of ")?;
                count.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
            })
        })
    }

    /// It has ended with this status, and the terminal is as it was before it came.
    fn has_left(&mut self, code: u32) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.contents());
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        until("the normal screen", || {
            (!self.shown.lock().unwrap().screen().alternate_screen()).then_some(())
        });
        assert_eq!(status.exit_code(), code, "{}", self.contents());
        let shown = self.shown.lock().unwrap();
        let screen = shown.screen();
        assert!(!screen.hide_cursor() && !screen.bracketed_paste(), "{}", screen.contents());
        assert_eq!(self.modes(), self.modes);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

const SET: &str = "setcps 2\n\nd1 $ s \"bd*4\"\n\nd2 $ s \"hh*8\"\n";

#[test]
fn an_evening() {
    let mut t = Terminal::open(SET, "embedded", (24, 80));
    t.shows("embedded");
    t.shows("d1");
    t.shows("hh");
    t.shows("480 bpm");
    assert_ne!(t.modes(), t.modes, "raw mode is for the keys");
    // It moves: the same screen is hardly seen twice while a cycle goes by.
    let mut seen = BTreeSet::new();
    until("a screen that moves", || {
        seen.insert(t.contents().lines().take(4).collect::<Vec<_>>().join("\n"));
        (seen.len() > 5).then_some(())
    });
    let played = t.events();
    until("events", || (t.events() > played + 12).then_some(()));

    // A save is accepted, and shown.
    t.save(&SET.replace("bd*4", "cp*4"));
    t.shows("set.tidal: taken over");
    t.shows("cp");
    // A broken one is named with its line, while what played plays on.
    t.save(&SET.replace("\"hh*8\"", "\"hh*8"));
    t.shows("set.tidal:5:8");
    t.shows("closing quote");
    let played = t.events();
    until("events", || (t.events() > played + 24).then_some(()));
    // What is typed is evaluated; what cannot be is named.
    t.press("d3 $ s \"rim*2\"\r");
    t.shows("d3");
    t.press("d4 $ sund \"bd\"\r");
    t.shows("typed:1:6");
    t.shows("sound");
    t.press(":quit\r");
    t.has_left(0);
}

/// The old pattern, heard by an engine, while the screen shows what is wrong.
#[test]
fn a_broken_save_is_shown_and_not_heard() {
    let engine = FakeEngine::start();
    let mut t = Terminal::open(SET, &engine.word(), (24, 80));
    let kicks = || engine.voices().iter().filter(|v| v.def == "oi.bd").count();
    until("kicks", || (kicks() > 4).then_some(()));
    t.save(&SET.replace("bd*4", "cp*4 ["));
    t.shows("set.tidal:3:");
    let played = kicks();
    until("more kicks", || (kicks() > played + 8).then_some(()));
    assert!(engine.voices().iter().all(|v| v.def != "oi.cp"));
    // Silence by a key, and it lasts.
    t.press("\x0f");
    let count = || engine.voices().len();
    let mut last = count();
    let mut since = Instant::now();
    until("silence for a second", || {
        if count() != last {
            (last, since) = (count(), Instant::now());
        }
        (since.elapsed().as_secs_f64() > 1.0).then_some(())
    });
    t.press("\x03");
    t.has_left(0);
}

#[test]
fn every_way_out_gives_the_terminal_back() {
    type Leave = fn(&mut Terminal);
    let ways: [(&str, Leave); 4] = [
        ("Ctrl-C", |t| t.press("\x03")),
        (":q", |t| t.press(":q\r")),
        ("SIGTERM", |t| t.signal(15)),
        ("SIGHUP", |t| t.signal(1)),
    ];
    for (way, leave) in ways {
        let mut t = Terminal::open(SET, "embedded", (24, 80));
        t.shows("embedded");
        t.shows("480 bpm");
        assert!(t.shown.lock().unwrap().screen().alternate_screen(), "{way}");
        leave(&mut t);
        t.has_left(0);
        println!("{way}: left");
    }
    // Before there is anything to leave: the engine is not up yet.
    let mut t = Terminal::open(SET, "embedded", (24, 80));
    until("the screen", || t.shown.lock().unwrap().screen().alternate_screen().then_some(()));
    t.press("\x03");
    t.has_left(0);
}

/// The window is closed: nobody is left to play for.
#[test]
fn a_terminal_that_goes_away_ends_it() {
    let mut t = Terminal::open(SET, "embedded", (24, 80));
    t.shows("480 bpm");
    t.close();
    let status = until("the end", || t.child.try_wait().unwrap());
    assert!(status.success(), "{status:?}");
}

#[test]
fn no_size_is_too_small() {
    let engine = FakeEngine::start();
    let mut t = Terminal::open(SET, &engine.word(), (1, 1));
    let count = || engine.voices().len();
    until("events", || (count() > 8).then_some(()));
    t.resize(24, 80);
    t.shows("480 bpm");
    for (rows, cols) in [(1, 1), (2, 200), (200, 2), (1, 80), (24, 1), (5, 20), (60, 200)] {
        t.resize(rows, cols);
        let played = count();
        until("events", || (count() > played + 4).then_some(()));
        assert!(t.child.try_wait().unwrap().is_none(), "{rows}x{cols}");
    }
    t.resize(24, 80);
    // Keys of the very moment of a resize are kept back by crossterm until the next key.
    until("a key to arrive", || {
        t.press("x");
        t.contents().contains("› x").then_some(())
    });
    t.press("\x15:quit\r");
    t.has_left(0);
}

/// A set that is not there is begun from the template, which plays.
#[test]
fn a_new_set_plays_at_once() {
    let mut t = Terminal::open("", "embedded", (24, 80));
    t.shows("135 bpm");
    t.shows("d1");
    until("events", || (t.events() > 8).then_some(()));
    let text = std::fs::read_to_string(t.set()).unwrap();
    assert!(text.contains("d1 $ s \"bd*4\""), "{text}");
    t.press("\x03");
    t.has_left(0);
    assert_eq!(std::fs::read_to_string(t.set()).unwrap(), text);
}

/// What went wrong is read on the normal screen, after the other is gone.
#[test]
fn an_engine_that_cannot_be_had_is_told_on_the_normal_screen() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let mut t = Terminal::open(SET, &format!("osc:{address}"), (24, 80));
    t.has_left(3);
    t.shows("no engine answers at");
}

#[test]
fn without_a_terminal_it_says_what_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.tidal");
    std::fs::write(&set, SET).unwrap();
    let words = [set.to_str().unwrap(), "--engine", "embedded"];
    program::Program::start(&words).outcome().is(2, &["not a terminal", "play SET --headless"]);
}
