//! Who shows the state: lines on standard error, or the screen.

use crate::session::{Message, State};
use crate::source::Severity;
use crate::source::frame::visible;
use crate::tui::{Action, Input, Screen};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// The screen is drawn at most this often: 60 times a second.
const DRAW_EVERY: Duration = Duration::from_micros(16_600);

/// The way to the performer.
pub(super) trait Front {
    /// Something may have changed.
    ///
    /// # Errors
    /// When nobody can be shown anything any more.
    fn show(&mut self, state: &State) -> io::Result<()>;

    /// A key, a paste, a new size.
    fn input(&mut self, input: &Input, state: &State) -> Option<Action>;
}

/// Messages as lines on standard error.
#[derive(Default)]
pub(super) struct Lines {
    shown: u64,
}

impl Front for Lines {
    fn show(&mut self, state: &State) -> io::Result<()> {
        let new = state.said.saturating_sub(self.shown) as usize;
        for m in state.messages.iter().skip(state.messages.len().saturating_sub(new)) {
            // Whoever read it may have gone; the music plays on.
            let _ = writeln!(io::stderr(), "{}", message_line(m));
        }
        self.shown = state.said;
        Ok(())
    }

    fn input(&mut self, _: &Input, _: &State) -> Option<Action> {
        None
    }
}

/// A message as a line for standard error.
pub fn message_line(m: &Message) -> String {
    let word = match m.severity {
        Severity::Error => "error: ",
        Severity::Warning => "warning: ",
        Severity::Hint => "",
    };
    format!("{word}{}", visible(&m.text))
}

/// The terminal.
pub(super) struct OnScreen {
    pub screen: Screen,
    drawn: Option<Instant>,
}

impl OnScreen {
    pub fn new(screen: Screen) -> Self {
        Self { screen, drawn: None }
    }
}

impl Front for OnScreen {
    fn show(&mut self, state: &State) -> io::Result<()> {
        // What changes between two draws is seen at the next: the clock ticks twice as often.
        if self.drawn.is_some_and(|d| d.elapsed() < DRAW_EVERY) {
            return Ok(());
        }
        self.drawn = Some(Instant::now());
        self.screen.draw(state)
    }

    fn input(&mut self, input: &Input, state: &State) -> Option<Action> {
        // A key is answered at once.
        self.drawn = None;
        self.screen.key(input, state)
    }
}
