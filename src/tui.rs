//! The screen: what plays, how exact it is, what is loaded, how the engine is, what is wrong.
//!
//! In: `&State`, and the terminal's events. Out: cells of the terminal, and [`Action`]s. The app's
//! terminal thread draws and hands keys over; one more thread waits for them. It never changes the
//! state, and nothing in it can delay a note: a slow terminal holds up the screen alone.
//!
//! [`view`] is pure: the same [`State`] and [`Ui`] give the same cells, whatever their size, down to
//! 1x1. The colours are the terminal's own sixteen, so the performer's theme is kept.

mod buffers;
mod complete;
mod help;
mod keys;
mod lanes;
mod look;
mod messages;
mod meters;
mod out;
mod panes;
mod prompt;
mod server;
mod status;
mod terminal;
mod text;
mod timing;
mod ui;

pub use keys::{Input, Keys, keys};
pub use terminal::{Screen, restore};
pub use ui::Ui;

use crate::bank::OrbitId;
use crate::plan::Sounding;
use crate::session::State;
use panes::{Needs, Panes};
use ratatui::Frame;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

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
    let area = frame.area();
    let surface = frame.buffer_mut();
    let (rows, layers) = lanes::needs(state);
    let text = u16::try_from(state.set.text.lines().count()).unwrap_or(u16::MAX);
    let panes = panes::panes(area, Needs { lanes: rows, layers, text });
    if let Some(a) = panes.status {
        status::line(state, usize::from(a.width)).render(a, surface);
    }
    match (ui.help, panes.body) {
        (Some(top), Some(body)) => help::draw(top, body, surface),
        _ => body(state, ui, &panes, surface),
    }
    if let Some(a) = panes.messages {
        messages::draw(state, ui, a, surface);
    }
    let Some(line) = panes.line else { return };
    let above = Rect { y: line.y.saturating_sub(1), ..line };
    if above.y < line.y {
        prompt::above(state, ui, above, surface);
    }
    if let Some(cursor) = prompt::draw(ui, line, surface) {
        frame.set_cursor_position(cursor);
    }
}

fn body(state: &State, ui: &Ui, panes: &Panes, surface: &mut Surface) {
    if let Some(a) = panes.lanes {
        lanes::draw(state, a, surface);
    }
    if let Some(a) = panes.text {
        text::draw(state, ui, a, surface);
    }
    if let Some(a) = panes.timing {
        timing::draw(state, a, surface);
    }
    if let Some(a) = panes.server {
        server::draw(state, a, surface);
    }
    if let Some(a) = panes.buffers {
        buffers::draw(state, a, surface);
    }
    if let Some(a) = panes.figures {
        let buffers = Span::raw(format!("buffers {}", state.sounds.loaded.len()));
        let parts = timing::short(state).into_iter().chain(server::short(state)).chain([buffers]);
        let line: Line = parts.flat_map(|s| [Span::raw(" "), s, Span::raw(" ")]).collect();
        line.render(a, surface);
    }
}

/// What sounds shorter than this stays lit so long: less is not seen.
const LIT_S: f64 = 0.06;

/// The events that are heard now.
fn sounding(state: &State) -> impl Iterator<Item = &Sounding> {
    let latency_s = state.report.as_ref().map_or(0.0, |r| r.latency_s);
    let heard = state.now.plus_s(-latency_s);
    state.sounding.iter().filter(move |s| s.at <= heard && s.at.plus_s(s.duration_s.max(LIT_S)) > heard)
}

/// The orbit on which a track was planned last, else its own.
fn orbit_of(state: &State, track: &str) -> OrbitId {
    let planned = state.sounding.iter().rev().find(|s| &*s.track == track).map(|s| s.orbit);
    let own =
        || state.score.tracks().iter().find(|t| &*t.name == track).map_or(0, crate::score::Track::orbit);
    planned.unwrap_or_else(|| OrbitId::wrapped(own()))
}

#[cfg(test)]
mod tests;
