//! Colours, and text that is cut and cleaned to fit.
//!
//! In: strings of users and engines, whatever is in them. Out: strings of a known width that no
//! terminal can misread. Pure.

use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use std::borrow::Cow;

/// What explains, and may be overlooked. (Dim and not grey: some themes paint grey on itself.)
pub(super) const QUIET: Style = Style::new().add_modifier(Modifier::DIM);
/// What is read from afar.
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
/// All is well.
pub(super) const GOOD: Style = Style::new().fg(Color::Green);
/// To be looked at.
pub(super) const WARN: Style = Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD);
/// Wrong.
pub(super) const BAD: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
/// Wrong, and to be seen from the back of the room.
pub(super) const ALARM: Style = BAD.add_modifier(Modifier::REVERSED);

/// The colours of tracks, in turn: those that stand out on dark and on light.
const TRACKS: [Color; 4] = [Color::Cyan, Color::Green, Color::Magenta, Color::Yellow];

/// The colour of the track in that place.
pub(super) fn track(place: usize) -> Style {
    Style::new().fg(TRACKS.get(place % TRACKS.len()).copied().unwrap_or(Color::Reset))
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// True for what moves the cursor, or turns the direction of writing: a set may hold it, a terminal
/// must not get it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text, one line of it, with a sign for whatever a terminal would act on.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let one = |c| match c {
        '\n' => '↵',
        '\t' => ' ',
        c if is_unsafe(c) => '·',
        c => c,
    };
    Cow::Owned(text.chars().map(one).collect())
}

/// The pieces of a clean text that stand together, each with its columns.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let span = Span::raw(text);
    // Graphemes are slices of the text; ratatui's iterator borrows the span, so they are cut anew.
    let lengths: Vec<usize> = span.styled_graphemes(Style::new()).map(|g| g.symbol.len()).collect();
    let mut at = 0;
    lengths.into_iter().filter_map(move |length| {
        let piece = text.get(at..at + length);
        at += length;
        piece.map(|p| (p, width(p)))
    })
}

/// The text, clean, in at most `columns`; an ellipsis stands for what is cut off.
pub(super) fn fit(text: &str, columns: usize) -> String {
    // More characters than this cannot be shown; what users send may be megabytes.
    let most = columns.saturating_mul(4).saturating_add(16);
    let head: String = text.chars().take(most).collect();
    let whole = clean(&head);
    if width(&whole) <= columns && head.len() == text.len() {
        return whole.into_owned();
    }
    let room = columns.saturating_sub(1);
    let (mut out, mut used) = (String::new(), 0);
    for (piece, w) in pieces(&whole) {
        if used + w > room {
            break;
        }
        out.push_str(piece);
        used += w;
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The text in exactly `columns`, from the left.
pub(super) fn left(text: &str, columns: usize) -> String {
    let mut out = fit(text, columns);
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(&out))));
    out
}

/// The text in exactly `columns`, to the right.
pub(super) fn right(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    " ".repeat(columns.saturating_sub(width(&text))) + &text
}

/// The text in lines of at most `columns`, broken at spaces where there are any.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut out = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        if used > 0 && used + width(word.trim_end()) > columns {
            out.push(std::mem::take(&mut line));
            used = 0;
        }
        for (piece, w) in pieces(word) {
            if used + w > columns {
                if piece == " " {
                    continue;
                }
                out.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(piece);
            used += w;
        }
    }
    if !line.is_empty() || out.is_empty() {
        out.push(line);
    }
    out
}

/// Draws lines from the top of an area; what does not fit is left out.
pub(super) fn rows<'a>(surface: &mut Surface, area: Rect, lines: impl IntoIterator<Item = Line<'a>>) {
    for (row, line) in area.rows().zip(lines) {
        line.render(row, surface);
    }
}

/// A title on a thin line, a note at its end; what is below it comes back.
pub(super) fn rule(surface: &mut Surface, area: Rect, title: &str, note: &str) -> Rect {
    let Some(row) = area.rows().next() else { return area };
    let columns = usize::from(row.width);
    Span::styled("─".repeat(columns), QUIET).render(row, surface);
    let title = format!(" {} ", fit(title, columns.saturating_sub(4)));
    let taken = width(&title) + 1;
    Span::styled(title, STRONG).render(inside(row, 1), surface);
    if !note.is_empty() && columns > taken + width(note) + 4 {
        let note = format!(" {note} ");
        let from = columns.saturating_sub(width(&note) + 1);
        Span::styled(note, QUIET).render(inside(row, from), surface);
    }
    below(area, 1)
}

/// The area without its first columns.
pub(super) fn inside(area: Rect, columns: usize) -> Rect {
    let by = u16::try_from(columns).unwrap_or(u16::MAX).min(area.width);
    Rect { x: area.x + by, width: area.width - by, ..area }
}

/// The area without its first rows.
pub(super) fn below(area: Rect, rows: u16) -> Rect {
    let by = rows.min(area.height);
    Rect { y: area.y + by, height: area.height - by, ..area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit() {
        let cases = [
            ("kick", 6, "kick"),
            ("kick", 4, "kick"),
            ("kick", 3, "ki…"),
            ("kick", 1, "…"),
            ("kick", 0, ""),
            ("太鼓太鼓", 5, "太鼓…"),
            ("太鼓太鼓", 4, "太…"),
            ("a\u{1b}[2Jb", 9, "a·[2Jb"),
            ("a\u{202e}b\nc\td", 9, "a·b↵c d"),
        ];
        for (text, columns, expected) in cases {
            assert_eq!(fit(text, columns), expected, "{text:?} in {columns}");
            assert_eq!(width(&left(text, columns)), columns);
            assert_eq!(width(&right(text, columns)), columns);
        }
    }

    #[test]
    fn words_wrap() {
        assert_eq!(wrap("no sound is called foo", 10), ["no sound ", "is called ", "foo"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh ", "ij"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("太鼓", 1), ["", "太", "鼓"]);
    }
}
