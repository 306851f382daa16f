//! The fixed place for what went wrong and what was answered: the newest at the bottom.

use super::Ui;
use super::look::{BAD, QUIET, STRONG, WARN, clean, rows, rule, wrap};
use crate::session::{Message, State};
use crate::source::Severity;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Rows that one message takes at most.
const ROWS: usize = 6;
/// Seconds for which a message stands out.
const NEW_S: f64 = 5.0;

/// Draws the area: with a title where there is room for one.
pub(super) fn draw(state: &State, ui: &Ui, area: Rect, surface: &mut Surface) {
    let back = ui.messages_behind(state);
    let body = if area.height >= 2 {
        let note = if back > 0 { format!("{back} newer; PageDown") } else { String::new() };
        rule(surface, area, "messages", &note)
    } else {
        area
    };
    let room = usize::from(body.height);
    let mut lines: Vec<Line> = Vec::new();
    for message in state.messages.iter().rev().skip(back) {
        let mut of_it = message_lines(message, state, usize::from(body.width), room.clamp(1, ROWS));
        of_it.extend(lines);
        lines = of_it;
        if lines.len() >= room {
            break;
        }
    }
    let surplus = lines.len().saturating_sub(room);
    rows(surface, body, lines.into_iter().skip(surplus));
}

/// The message in rows: never more than `most`.
fn message_lines(message: &Message, state: &State, columns: usize, most: usize) -> Vec<Line<'static>> {
    let (sign, style) = match message.severity {
        Severity::Error => ("✗ ", BAD),
        Severity::Warning => ("! ", WARN),
        Severity::Hint => ("  ", QUIET),
    };
    let new = state.now.since_s(message.at) < NEW_S;
    let text_style = match message.severity {
        _ if new => STRONG,
        Severity::Error | Severity::Warning => Style::new(),
        Severity::Hint => QUIET,
    };
    let columns = columns.saturating_sub(2).max(1);
    // What cannot be shown is not looked at: a message may be very long.
    let head: String = message.text.chars().take(columns.saturating_mul(most + 1)).collect();
    let mut texts = wrap(&clean(head.trim()), columns);
    if texts.len() > most || head.len() < message.text.trim_end().len() {
        texts.truncate(most);
        if let Some(last) = texts.last_mut() {
            *last = super::look::fit(&format!("{last} …"), columns);
        }
    }
    let signs = std::iter::once(sign).chain(std::iter::repeat("  "));
    signs
        .zip(texts)
        .map(|(sign, text)| Line::from(vec![Span::styled(sign, style), Span::styled(text, text_style)]))
        .collect()
}
