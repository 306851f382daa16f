//! The screen in a terminal of its own: taken, drawn on, given back, whatever happens.
//!
//! Each test runs this very program once more inside a pseudo-terminal, as the test `child`, and
//! looks at what a terminal would show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use oiduna::bank::Layout;
use oiduna::session::{Event, State};
use oiduna::source::Severity;
use oiduna::tui::{self, Action, Screen};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Where the child says that it is through, for when the terminal cannot.
const NOTE: &str = "OIDUNA_TEST_NOTE";
/// Until something must have happened, on the slowest machine.
const SOON: Duration = Duration::from_secs(30);

#[test]
#[ignore = "the other tests run it, inside a terminal"]
fn child() {
    let mut state = State::new("child.tidal", Layout::OWN);
    let mut screen = Screen::open().unwrap();
    let (to, from) = mpsc::channel();
    let keys = tui::keys(move |input| drop(to.send(input))).unwrap();
    loop {
        screen.draw(&state).unwrap();
        // What was left out while the terminal was busy is drawn a little later.
        let Ok(input) = from.recv_timeout(Duration::from_millis(20)) else { continue };
        match screen.key(&input, &state) {
            Some(Action::Quit) => break,
            Some(Action::Hush) => state.say(Severity::Hint, "hushed"),
            Some(Action::Typed(line)) if line == "panic" => panic!("on purpose"),
            Some(Action::Typed(line)) if line == "panic elsewhere" => {
                let other = std::thread::spawn(|| panic!("on purpose, elsewhere"));
                assert!(other.join().is_err());
                state.say(Severity::Hint, "still here");
            }
            Some(Action::Typed(line)) if line == "flood" => {
                for n in 0..2000 {
                    state.update(Event::SetLost(format!("{n} {}", "flood ".repeat(50))));
                    screen.draw(&state).unwrap();
                }
                fs::write(std::env::var(NOTE).unwrap(), "through").unwrap();
            }
            Some(Action::Typed(line)) => state.say(Severity::Hint, format!("typed <{line}>")),
            Some(Action::Redraw) | None => {}
        }
    }
    drop(keys);
    drop(screen);
    println!("the end");
}

/// The child in its terminal.
struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    shown: Arc<Mutex<vt100::Parser>>,
    /// While set, the terminal takes nothing.
    stalled: Arc<AtomicBool>,
    modes: String,
    note: PathBuf,
    _folder: tempfile::TempDir,
}

fn open() -> Terminal {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("note");
    let pty =
        native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    let modes = modes(&*pty.master);
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--nocapture"]);
    command.env(NOTE, &note);
    command.env("TERM", "xterm-256color");
    // A backtrace would push the message off the screen.
    command.env("RUST_BACKTRACE", "0");
    let child = pty.slave.spawn_command(command).unwrap();
    let shown = Arc::new(Mutex::new(vt100::Parser::new(24, 80, 0)));
    let stalled = Arc::new(AtomicBool::new(false));
    let (mut reader, keys) = (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
    let (to, wait) = (shown.clone(), stalled.clone());
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        loop {
            while wait.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
            match reader.read(&mut bytes) {
                Ok(n) if n > 0 => to.lock().unwrap().process(&bytes[..n]),
                _ => return,
            }
        }
    });
    Terminal { master: pty.master, child, keys, shown, stalled, modes, note, _folder: folder }
}

/// The terminal's settings: echo, line editing, signals.
fn modes(master: &dyn MasterPty) -> String {
    let t = master.get_termios().unwrap();
    format!("{:?} {:?} {:?}", t.input_flags, t.output_flags, t.local_flags)
}

fn wait(what: &str, mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + SOON;
    while Instant::now() < end {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    eprintln!("waited in vain for {what}");
    false
}

impl Terminal {
    fn shows(&self, text: &str) {
        let seen = wait(text, || self.shown.lock().unwrap().screen().contents().contains(text));
        assert!(seen, "{text:?} is not on:\n{}", self.shown.lock().unwrap().screen().contents());
    }

    fn is_ours(&self) -> bool {
        self.shown.lock().unwrap().screen().alternate_screen()
    }

    fn press(&mut self, bytes: &str) {
        self.keys.write_all(bytes.as_bytes()).unwrap();
    }

    /// Writes until the terminal, which takes nothing, has no room left for the child.
    fn fill(&self) {
        let tty = self.master.tty_name().unwrap();
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        let mut tty = fs::OpenOptions::new().write(true).custom_flags(flags).open(tty).unwrap();
        // The reader may be about to take one more piece.
        let mut refused = 0;
        assert!(wait("a full terminal", || {
            refused = if tty.write(&[b' '; 512]).is_ok() { 0 } else { refused + 1 };
            refused > 10
        }));
    }

    /// The child is gone, and the terminal as it was before it came.
    fn is_given_back(&mut self, well: bool) {
        assert!(wait("the end", || self.child.try_wait().unwrap().is_some()));
        assert_eq!(self.child.wait().unwrap().success(), well);
        assert!(wait("the normal screen", || !self.is_ours()));
        let shown = self.shown.lock().unwrap();
        let screen = shown.screen();
        assert!(!screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(modes(&*self.master), self.modes);
    }
}

#[test]
fn it_is_drawn_typed_into_resized_and_left() {
    let mut t = open();
    t.shows("0.5625 cps  135 bpm");
    assert!(t.is_ours() && t.shown.lock().unwrap().screen().bracketed_paste());
    assert_ne!(modes(&*t.master), t.modes);
    t.press("d1 $ s \"bd\"\r");
    t.shows("typed <d1 $ s \"bd\">");
    t.press("\x0f");
    t.shows("hushed");
    // The same key as terminals with the kitty protocol send it.
    t.press("x\x1b[46;5u\x15");
    // Alt with a digit, and a paste of two lines.
    t.press("\x1b1\x1b[200~a\nb\x1b[201~\r");
    t.shows("typed <mute 1>");
    t.shows("typed <a");
    let size = PtySize { rows: 10, cols: 34, pixel_width: 0, pixel_height: 0 };
    t.shown.lock().unwrap().screen_mut().set_size(10, 34);
    t.master.resize(size).unwrap();
    let narrow = || {
        let shown = t.shown.lock().unwrap();
        let rows: Vec<String> = shown.screen().rows(0, 34).collect();
        rows[0].starts_with(" 135 bpm") && rows[9].starts_with("›")
    };
    assert!(wait("the narrow screen", narrow), "{}", t.shown.lock().unwrap().screen().contents());
    t.press("\x03");
    t.is_given_back(true);
    t.shows("the end");
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_read_there() {
    let mut t = open();
    t.shows("135 bpm");
    t.press("panic\r");
    t.is_given_back(false);
    t.shows("on purpose");
}

#[test]
fn a_panic_elsewhere_does_not_end_the_screen() {
    let mut t = open();
    t.shows("135 bpm");
    t.press("panic elsewhere\r");
    t.shows("still here");
    t.shows("135 bpm");
    assert!(t.is_ours());
    t.press("\x03");
    t.is_given_back(true);
    t.shows("on purpose, elsewhere");
}

#[test]
fn a_stalled_terminal_holds_nobody_up() {
    let mut t = open();
    t.shows("135 bpm");
    t.stalled.store(true, Ordering::SeqCst);
    t.press("flood\r");
    assert!(wait("the flood", || t.note.exists()));
    t.stalled.store(false, Ordering::SeqCst);
    t.shows("1999 flood");
    t.press("\x03");
    t.is_given_back(true);
}

/// A paused multiplexer, a dead line: the end must not wait for it, and what was drawn is not missed.
#[test]
fn a_stalled_terminal_can_be_left() {
    for (key, well) in [("\x03", true), ("panic\r", false)] {
        let mut t = open();
        t.shows("135 bpm");
        t.stalled.store(true, Ordering::SeqCst);
        t.fill();
        t.press("flood\r");
        assert!(wait("the flood", || t.note.exists()));
        t.press(key);
        assert!(wait("the end", || t.child.try_wait().unwrap().is_some()));
        t.stalled.store(false, Ordering::SeqCst);
        t.is_given_back(well);
    }
}
