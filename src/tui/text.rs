//! The set's text, with the words that sound now, and marks where something is wrong.

use super::Ui;
use super::look::{ALARM, QUIET, WARN, clean, pieces, rows, rule};
use crate::session::State;
use crate::source::Severity;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use std::ops::Range;

/// Lines that stay in sight above what is followed.
const ABOVE: usize = 2;
/// What is to be marked, in bytes of the whole text.
struct Marks {
    lit: Vec<Range<usize>>,
    wrong: Vec<(Range<usize>, Severity)>,
}

/// The first line that is shown while nobody scrolls: a little above the first error, or else above
/// the first block that plays.
pub(super) fn anchor(state: &State) -> usize {
    let plays =
        |b: &&crate::session::Block| b.tracks.iter().any(|t| state.lanes.iter().any(|l| l.name == *t));
    let blocks = &state.set.blocks;
    let block = blocks.iter().find(|b| b.has_errors()).or_else(|| blocks.iter().find(plays));
    block.map_or(0, |b| b.line.saturating_sub(1 + ABOVE))
}

/// Draws the pane.
pub(super) fn draw(state: &State, ui: &Ui, area: Rect, surface: &mut Surface) {
    let count = state.set.text.lines().count();
    let room = usize::from(area.height).saturating_sub(1);
    // A text that fits is shown from its beginning, wherever it plays.
    let followed = if count <= room { 0 } else { anchor(state).min(count.saturating_sub(room)) };
    let top = ui.text_top.unwrap_or(followed).min(count.saturating_sub(1));
    let note = if count > room { format!("{}/{count}  Alt-↑↓", top + 1) } else { String::new() };
    let body = rule(surface, area, &state.name, &note);
    let marks = marks(state);
    let digits = count.to_string().len();
    let columns = usize::from(body.width).saturating_sub(digits + 2);
    let mut out: Vec<Line> = Vec::new();
    let mut start = 0;
    for (number, line) in state.set.text.split_inclusive('\n').enumerate() {
        if number >= top {
            let text = line.trim_end_matches(['\n', '\r']);
            out.extend(set_line(text, start, number + 1, digits, columns, room, &marks));
            if out.len() >= room {
                break;
            }
        }
        start += line.len();
    }
    rows(surface, body, out);
}

fn marks(state: &State) -> Marks {
    let words = super::sounding(state).flat_map(|s| s.positions.as_slice());
    let lit = words
        .filter_map(|p| state.set.block(p.block).map(|b| (b.start, p.range)))
        .map(|(start, range)| start + range.start()..start + range.end())
        .collect();
    let wrong = state
        .diagnostics()
        .filter(|(_, d)| d.severity > Severity::Hint)
        .map(|(b, d)| {
            (b.start + d.range.start()..b.start + d.range.end().max(d.range.start() + 1), d.severity)
        })
        .collect();
    Marks { lit, wrong }
}

/// A line of the set, in as many rows as it takes, `most` at most.
fn set_line(
    text: &str,
    start: usize,
    number: usize,
    digits: usize,
    columns: usize,
    most: usize,
    marks: &Marks,
) -> Vec<Line<'static>> {
    let end = start + text.len();
    // The end of the line counts as a place: errors stand there.
    let touches = |r: &&Range<usize>| r.start <= end && r.end > start;
    let lit: Vec<&Range<usize>> = marks.lit.iter().filter(touches).collect();
    let wrong: Vec<_> = marks.wrong.iter().filter(|(r, _)| touches(&r)).collect();
    let worst = wrong.iter().filter(|(r, _)| r.start >= start).map(|(_, s)| *s).max();
    let gutter = match worst {
        Some(Severity::Error) => Span::styled("!", ALARM),
        Some(_) => Span::styled("!", WARN),
        None => Span::raw(" "),
    };
    let base = if text.trim_start().starts_with("--") { QUIET } else { Style::new() };
    let style_at = |at: usize| {
        let mut style = base;
        if wrong.iter().any(|(r, _)| r.contains(&at)) {
            style = style.fg(Color::Red).add_modifier(Modifier::UNDERLINED);
        }
        if lit.iter().any(|r| r.contains(&at)) {
            style = style.add_modifier(Modifier::REVERSED | Modifier::BOLD);
        }
        style
    };
    let mut first = vec![gutter, Span::styled(format!("{number:>digits$} "), QUIET)];
    let mut out = Vec::new();
    let (mut at, mut used) = (start, 0);
    let mut run = (String::new(), base);
    // What cannot be shown is not looked at.
    let shown: String = text.chars().take(columns.saturating_mul(most).saturating_add(1)).collect();
    for (piece, _) in pieces_of(&shown) {
        let style = style_at(at);
        at += piece.len();
        let piece = clean(piece);
        let w = super::look::width(&piece);
        if used + w > columns && used > 0 {
            first.push(Span::styled(std::mem::take(&mut run.0), run.1));
            out.push(Line::from(std::mem::take(&mut first)));
            if out.len() >= most {
                return out;
            }
            first.push(Span::raw(" ".repeat(digits + 2)));
            used = 0;
        }
        if style != run.1 {
            first.push(Span::styled(std::mem::take(&mut run.0), run.1));
            run.1 = style;
        }
        run.0.push_str(&piece);
        used += w;
    }
    first.push(Span::styled(run.0, run.1));
    out.push(Line::from(first));
    out
}

/// The pieces of a text of the user: characters that a terminal acts on stand alone.
fn pieces_of(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.split_inclusive(char::is_control).flat_map(|part| {
        let body = part.trim_end_matches(char::is_control);
        let tail = part.get(body.len()..).filter(|t| !t.is_empty()).map(|t| (t, 1));
        pieces(body).collect::<Vec<_>>().into_iter().chain(tail)
    })
}
