//! The samples in the engine's memory, the newest first.

use super::look::{QUIET, fit, inside, left, right, rows, rule};
use crate::session::State;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Columns of frames, channels, rate and seconds, with the spaces before them.
const FIGURES: usize = 9 + 3 + 5 + 5;
/// The widest name.
const NAME: usize = 24;

/// Draws the pane.
pub(super) fn draw(state: &State, area: Rect, surface: &mut Surface) {
    let all = state.sounds.loaded.len();
    let loading = state.sounds.loading();
    let some = |word: &str, n: usize| if n > 0 { format!("{word} {n} ") } else { String::new() };
    let progress = match loading.samples.len() {
        0 => String::new(),
        _ => format!("loading {} of {} ", loading.done(), loading.asked),
    };
    let note = progress + &some("failed", loading.failed.len());
    let body = inside(rule(surface, area, &format!("buffers {all}"), note.trim_end()), 1);
    let columns = usize::from(body.width);
    if all == 0 {
        let hint = Line::styled(fit("none yet; :samples DIR adds some", columns), QUIET);
        rows(surface, body, [hint]);
        return;
    }
    let names = columns.saturating_sub(FIGURES).min(NAME);
    let row = |name: &str, frames: &str, channels: &str, rate: &str, seconds: &str| {
        left(name, names) + &right(frames, 9) + &right(channels, 3) + &right(rate, 5) + &right(seconds, 5)
    };
    let mut lines = Vec::new();
    if body.height > 2 {
        lines.push(Line::styled(row("name:n", "frames", "ch", "kHz", "s"), QUIET));
    }
    let room = usize::from(body.height).saturating_sub(lines.len());
    let shown = if all > room { room.saturating_sub(1) } else { room };
    for sample in state.sounds.loaded.iter().rev().take(shown) {
        let b = &sample.buffer;
        let place = format!(":{}", sample.place);
        let name = fit(&sample.folder, names.saturating_sub(place.len())) + &place;
        let (frames, channels) = (b.frames.to_string(), b.channels.to_string());
        lines.push(Line::from(row(&name, &frames, &channels, &khz(b.rate), &seconds(b.seconds()))));
    }
    if all > shown {
        lines.push(Line::styled(format!("and {} more", all - shown), QUIET));
    }
    rows(surface, body, lines);
}

fn khz(rate: f64) -> String {
    if rate < 1e6 { format!("{:.1}", rate / 1000.0) } else { format!("{:.0}", rate / 1000.0) }
}

fn seconds(s: f64) -> String {
    match s {
        s if s < 10.0 => format!("{s:.2}"),
        s if s < 100.0 => format!("{s:.1}"),
        s => format!("{s:.0}"),
    }
}
