//! The line being typed, and above it what completes it.

use super::Ui;
use super::look::{QUIET, STRONG, WARN, clean, fit, inside, pieces, width};
use crate::session::State;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

/// Draws the line; where the cursor is comes back.
pub(super) fn draw(ui: &Ui, area: Rect, surface: &mut Surface) -> Option<Position> {
    let sign = if area.width >= 8 { "› " } else { "" };
    Span::styled(sign, STRONG.fg(Color::Cyan)).render(area, surface);
    let room = inside(area, width(sign));
    if room.width == 0 {
        return None;
    }
    let columns = usize::from(room.width);
    let value = ui.line();
    if value.is_empty() {
        let hint = "type Tidal or :help    F1 keys    Ctrl-O hush    Ctrl-C quit";
        Span::styled(fit(hint, columns.saturating_sub(1)), QUIET).render(inside(room, 1), surface);
        return Some(room.as_position());
    }
    let before: String = value.chars().take(ui.line.cursor()).collect();
    let cursor = width(&clean(&before));
    // The cursor's own column stays in sight.
    let from = (cursor + 1).saturating_sub(columns);
    let (mut shown, mut at) = (String::new(), 0);
    for (piece, w) in pieces(&clean(value)) {
        if at >= from && at + w <= from + columns {
            shown.push_str(piece);
        } else if at < from && at + w > from {
            // Half of a wide character: its other column stays empty.
            shown.push_str(&" ".repeat(at + w - from));
        }
        at += w;
    }
    Span::raw(shown).render(room, surface);
    let x = u16::try_from(cursor - from.min(cursor)).unwrap_or(u16::MAX).min(room.width - 1);
    Some(Position { x: room.x + x, y: room.y })
}

/// Draws candidates, or the note on the last key, over the row above the line.
pub(super) fn above(state: &State, ui: &Ui, row: Rect, surface: &mut Surface) {
    let columns = usize::from(row.width);
    if let Some(note) = &ui.note {
        Clear.render(row, surface);
        Span::styled(fit(note, columns), WARN).render(row, surface);
        return;
    }
    let Some(completion) = &ui.completion else { return };
    Clear.render(row, surface);
    let chosen = completion.chosen.unwrap_or(0);
    // From the first candidate from which on the chosen one still fits.
    let widths: Vec<usize> = completion.candidates.iter().map(|c| width(&clean(c)) + 2).collect();
    let sum = |from: usize| widths.get(from..=chosen).map_or(0, |w| w.iter().sum::<usize>());
    let first = (0..=chosen).find(|from| sum(*from) <= columns).unwrap_or(chosen);
    let mut spans: Vec<Span> = Vec::new();
    for (place, name) in completion.candidates.iter().enumerate().skip(first) {
        let style = if completion.chosen == Some(place) {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            QUIET
        };
        spans.push(Span::styled(clean(name).into_owned(), style));
        spans.push(Span::raw("  "));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    if let Some(entry) = completion.word().and_then(|w| state.language().library().get(w))
        && used + 10 < columns
    {
        spans.push(Span::styled(fit(&format!(":: {}", entry.signature), columns - used), STRONG));
    }
    Line::from(spans).render(row, surface);
}
