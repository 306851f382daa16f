//! The terminal: taken over, drawn on, and given back whatever happens.
//!
//! In: `&State` at each draw. Out: bytes to the terminal. The thread that owns [`Screen`] draws; any
//! thread may call [`restore`]. The terminal is the process's and there is one, so what became of it
//! is a global: a panic hook and a signal's thread must reach it without the screen.

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
use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

/// Ours is not on it, for good.
const CLOSED: u8 = 0;
/// Ours.
const OPEN: u8 = 1;
/// Left in a hurry by a panic: the next draw takes it back, if there is a next one.
const LEFT: u8 = 2;

static PLACE: AtomicU8 = AtomicU8::new(CLOSED);
static HOOK: Once = Once::new();

/// Bytes gathered before they go out: a whole redraw of a wide screen, so that none tears.
const OUT: usize = 1 << 16;

/// The terminal in raw mode, and what only the screen knows. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
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
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                give_back(LEFT);
                before(info);
            }));
        });
        enter()?;
        match Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(OUT, stdout()))) {
            Ok(terminal) => Ok(Self { terminal, ui: Ui::new() }),
            Err(e) => {
                restore();
                Err(e)
            }
        }
    }

    /// Draws the state; what has not changed since the last draw is not sent. Costs well under a
    /// millisecond of computing, and as long as the terminal takes to read a few kilobytes: call it
    /// when something has changed, at most 60 times a second, and never on a thread that plays.
    /// The size of the terminal is read at each draw. After [`restore`] it does nothing.
    ///
    /// # Errors
    /// When the terminal does not take the bytes: it is gone.
    pub fn draw(&mut self, state: &State) -> io::Result<()> {
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
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
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
    // Each step is tried whatever became of the one before it.
    let mut out = stdout();
    let _ = execute!(out, EndSynchronizedUpdate);
    let _ = execute!(out, PopKeyboardEnhancementFlags);
    let _ = execute!(out, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = terminal::disable_raw_mode();
    let _ = out.flush();
}
