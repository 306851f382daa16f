//! The terminal: taken over, drawn on, and given back whatever happens.
//!
//! In: `&State` at each draw. Out: bytes to the terminal. The thread that owns [`Screen`] draws, one
//! more waits for the terminal to take the bytes; any thread may call [`restore`], which waits a second at
//! most: a terminal that takes nothing must not keep the program from its end. The terminal is the
//! process's and there is one, so what became of it is a global: a panic hook and a signal's thread must
//! reach it without the screen.

use super::out::{Gather, Out};
use super::{Action, Input, Ui, view};
use crate::session::State;
use crossterm::event::{
    DisableBracketedPaste, EnableBracketedPaste, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags,
    PushKeyboardEnhancementFlags,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, execute, queue, terminal};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use rustix::termios::{self, QueueSelector, tcflow, tcflush};
use std::io::{self, IsTerminal, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Ours is not on it, for good.
const CLOSED: u8 = 0;
/// Ours.
const OPEN: u8 = 1;
/// Left in a hurry by a panic: the next draw takes it back, if there is a next one.
const LEFT: u8 = 2;

/// A terminal that takes nothing for so long, while it is given back, is stalled.
const STALLED: Duration = Duration::from_millis(150);
/// A stalled terminal's queue is emptied this often, until what is being written has gone through it.
const AGAIN: Duration = Duration::from_millis(5);
/// Giving it back takes this long at most.
const PATIENCE: Duration = Duration::from_secs(1);

static PLACE: AtomicU8 = AtomicU8::new(CLOSED);
static HOOK: Once = Once::new();

/// The terminal in raw mode, and what only the screen knows. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Gather>>,
    out: Out,
    /// The line being typed, the page shown.
    pub ui: Ui,
}

impl Screen {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste, distinct keys where the
    /// terminal knows the kitty keyboard protocol (others ignore the request, so none waits for an
    /// answer). A panic gives the terminal back before its message is printed.
    ///
    /// # Errors
    /// When there is no terminal, or it does not take the settings; it is as before then.
    pub fn open() -> io::Result<Self> {
        if !stdout().is_terminal() {
            let text = "standard output is not a terminal; `oiduna play SET --headless` needs none";
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                give_back(LEFT);
                before(info);
            }));
        });
        enter()?;
        let make = || {
            let out = Out::start(is_open)?;
            let terminal = Terminal::new(CrosstermBackend::new(out.gather()))?;
            Ok(Self { terminal, out, ui: Ui::new() })
        };
        make().inspect_err(|_| restore())
    }

    /// Draws the state; what has not changed since the last draw is not sent. Costs a millisecond of
    /// computing at most and never waits: while the terminal has not taken the last draw yet, this one
    /// is left out. Call it when something has changed, at most 60 times a second; where the screen
    /// may be still for long, once more a little later. The size of the terminal is read at each
    /// draw. After [`restore`] it does nothing.
    ///
    /// # Errors
    /// When the terminal did not take the bytes of an earlier draw: it is gone.
    pub fn draw(&mut self, state: &State) -> io::Result<()> {
        if self.out.is_busy() {
            return Ok(());
        }
        match PLACE.load(Ordering::SeqCst) {
            OPEN => {}
            LEFT => {
                // A thread of ours panicked and the program lives on: its message is on the main
                // screen, to be read after the end.
                enter()?;
                self.forget()?;
            }
            _ => return Ok(()),
        }
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let ui = &self.ui;
        self.terminal.draw(|frame| view(state, ui, frame))?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        self.out.send()
    }

    /// Takes a key, a paste or a resize in. See [`Ui::key`]; [`Action::Redraw`] also forgets what is
    /// on the terminal, so that the next draw sends everything.
    pub fn key(&mut self, input: &Input, state: &State) -> Option<Action> {
        let action = self.ui.key(input, state);
        if action == Some(Action::Redraw) {
            // A terminal that is gone is found out by the next draw.
            let _ = self.forget();
        }
        action
    }

    /// Forgets what is on the terminal. (ratatui's own `clear` asks the terminal where its cursor is,
    /// and the answer would be read by the thread of the keys.)
    fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from(size))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back for good, from any thread (a signal's too, not from inside a handler).
/// Harmless when it is not taken, or given back already.
pub fn restore() {
    give_back(CLOSED);
}

fn is_open() -> bool {
    PLACE.load(Ordering::SeqCst) == OPEN
}

fn enter() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    PLACE.store(OPEN, Ordering::SeqCst);
    let taken = execute!(
        stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        terminal::Clear(terminal::ClearType::All)
    );
    if let Err(e) = taken {
        restore();
        return Err(e);
    }
    // Terminals keep these flags for each screen: pushed on the alternate one, popped before it is left.
    // A terminal that cannot even be asked (old Windows consoles) goes without.
    let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES;
    let _ = execute!(stdout(), PushKeyboardEnhancementFlags(flags));
    Ok(())
}

fn give_back(then: u8) {
    let before = PLACE.swap(then, Ordering::SeqCst);
    if before == CLOSED {
        PLACE.store(CLOSED, Ordering::SeqCst);
    }
    if before != OPEN {
        return;
    }
    // On a thread of its own, because it may wait for a draw that the terminal does not take.
    let (done, over) = sync_channel(1);
    let leave = move || {
        leave();
        let _ = done.send(()); // fails only when nobody waits any more
    };
    // Without a thread there is nothing to wait for: the settings below are given back all the same.
    let _detached = thread::Builder::new().name("give-back".into()).spawn(leave);
    let began = Instant::now();
    let mut wait = STALLED;
    while over.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) && began.elapsed() < PATIENCE {
        unblock();
        wait = AGAIN;
    }
    // Settings need no room in the terminal's queue.
    let _ = terminal::disable_raw_mode();
}

/// Says to the terminal that the screen is over.
fn leave() {
    // Locked, so that no draw's bytes come in between or later. Each step is tried whatever became of
    // the one before it.
    let mut out = stdout().lock();
    let _ = execute!(out, EndSynchronizedUpdate);
    let _ = execute!(out, PopKeyboardEnhancementFlags);
    let _ = execute!(out, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = out.flush();
}

/// Drops what waits for the terminal. Linux does not wake who is writing for that, but it does when
/// the output is stopped and started.
fn unblock() {
    let out = stdout();
    let _ = tcflush(&out, QueueSelector::OFlush);
    let _ = tcflow(&out, termios::Action::OOff);
    let _ = tcflow(&out, termios::Action::OOn);
}
