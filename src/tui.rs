//! The screen: what plays, how exact it is, what is loaded, how the engine is, what is wrong.
//!
//! In: `&State`, and the terminal's events. Out: cells of the terminal, and [`Action`]s. The app's
//! terminal thread draws and hands keys over; one more thread waits for them. It never changes the
//! state, and nothing in it can delay a note: a slow terminal holds up the screen alone.
//!
//! [`view`] is pure: the same [`State`] and [`Ui`] give the same cells, whatever their size, down to
//! 1x1. The colours are the terminal's own sixteen, so the performer's theme is kept.

mod complete;
mod help;
mod keys;
mod terminal;
mod text;
mod ui;

pub use keys::{Input, Keys, keys};
pub use terminal::{Screen, restore};
pub use ui::Ui;

use crate::session::State;
use ratatui::Frame;

/// What a key asks of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A line for the REPL: `session::Event::Typed`.
    Typed(String),
    /// Silence: `session::Event::HushKey`.
    Hush,
    /// The program is to end.
    Quit,
    /// The screen is to be drawn whole.
    Redraw,
}

/// Draws everything.
pub fn view(state: &State, ui: &Ui, frame: &mut Frame) {
    let _ = (state, ui, frame);
}

#[cfg(test)]
mod tests;
