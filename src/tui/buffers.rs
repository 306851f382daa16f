//! The samples in the engine's memory, the newest first.

use super::look::{BAD, QUIET, WARN, fit, inside, left, right, rows, rule};
use super::status::number;
use crate::session::State;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Columns of frames, channels, rate and seconds, with the spaces before them.
const FIGURES: usize = 9 + 3 + 6 + 6;

/// Draws the pane.
pub(super) fn draw(state: &State, area: Rect, surface: &mut Surface) {
    let all = state.sounds.loaded.len();
    let body = rule(surface, area, &format!("buffers {all}"), "");
    let columns = usize::from(body.width).saturating_sub(1);
    let names = columns.saturating_sub(FIGURES).min(24);
    let mut lines = Vec::new();
    let loading = state.sounds.loading();
    let mut news = Vec::new();
    if !loading.samples.is_empty() {
        news.push(Span::styled(format!("loading {}  ", loading.samples.len()), WARN));
    }
    if !loading.failed.is_empty() {
        news.push(Span::styled(format!("failed {}", loading.failed.len()), BAD));
    }
    if !news.is_empty() {
        lines.push(Line::from(news));
    }
    if all == 0 {
        lines.push(Line::styled(fit("none yet; :samples DIR adds a folder", columns), QUIET));
    } else if body.height > 2 {
        let head = format!(
            "{}{}{}{}{}",
            left("name:n", names),
            right("frames", 9),
            right("ch", 3),
            right("Hz", 6),
            right("s", 6)
        );
        lines.push(Line::styled(head, QUIET));
    }
    let room = usize::from(body.height).saturating_sub(lines.len());
    let shown = if all > room { room.saturating_sub(1) } else { room };
    for sample in state.sounds.loaded.iter().rev().take(shown) {
        let b = &sample.buffer;
        let place = format!(":{}", sample.place);
        let name = fit(&sample.folder, names.saturating_sub(place.len())) + &place;
        lines.push(Line::from(format!(
            "{}{}{}{}{}",
            left(&name, names),
            right(&b.frames.to_string(), 9),
            right(&b.channels.to_string(), 3),
            right(&number(b.rate), 6),
            right(&seconds(b.seconds()), 6),
        )));
    }
    if all > shown {
        lines.push(Line::styled(format!("and {} more", all - shown), QUIET));
    }
    rows(surface, inside(body, 1), lines);
}

fn seconds(s: f64) -> String {
    if s < 100.0 { format!("{s:.2}") } else { format!("{s:.0}") }
}
