//! The tracks: a row each, the events of this cycle as steps, what sounds now lit.

use super::look::{ALARM, QUIET, STRONG, WARN, clean, fit, left, pieces, rows, rule, track, width};
use super::meters;
use crate::session::{Lane, Level, Mark, State};
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use std::collections::HashSet;

/// Rows that one track takes at most, for what sounds at the same time.
const LAYERS: usize = 4;
/// The widest name that is shown whole.
const NAME: usize = 10;

/// Where the beats fall in a cycle.
const BEATS: [f64; 4] = [0.0, 0.25, 0.5, 0.75];

/// Rows for one row each track, and rows for all their layers.
pub(super) fn needs(state: &State) -> (u16, u16) {
    let layers: usize = state.lanes.iter().map(|l| layers(&l.marks).1).sum();
    (count(state.lanes.len()), count(layers))
}

fn count(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// Which layer each mark is on, so that those of a layer do not overlap, and how many there are.
fn layers(marks: &[Mark]) -> (Vec<usize>, usize) {
    let mut ends: Vec<f64> = Vec::new();
    let mut places = Vec::with_capacity(marks.len());
    for mark in marks {
        let free = ends.iter().position(|end| *end <= mark.begin + 1e-9);
        let place = match free {
            Some(place) => place,
            None if ends.len() < LAYERS => {
                ends.push(0.0);
                ends.len() - 1
            }
            None => LAYERS - 1,
        };
        if let Some(end) = ends.get_mut(place) {
            *end = mark.end;
        }
        places.push(place);
    }
    (places, ends.len().max(1))
}

/// Draws the tracks.
pub(super) fn draw(state: &State, area: Rect, surface: &mut Surface) {
    let names = state.lanes.iter().map(|l| width(&clean(&l.name))).max().unwrap_or(2).clamp(2, NAME);
    // A space, the name, the sign for mute or solo, the sign for an error, a space.
    let head = (names + 4).min(usize::from(area.width) / 2);
    let bars = super::look::inside(area, head);
    let body = if area.height >= 3 { title(state, area, bars, surface) } else { area };
    if state.lanes.is_empty() {
        rows(surface, body, empty(state, usize::from(area.width)));
        return;
    }
    let mut free = usize::from(body.height).saturating_sub(state.lanes.len());
    let mut lines = body.rows();
    let sounding: HashSet<&str> = super::sounding(state).map(|s| &*s.track).collect();
    let all = state.lanes.len();
    for (place, lane) in state.lanes.iter().enumerate() {
        let Some(row) = lines.next() else { break };
        if row.bottom() == body.bottom() && place + 1 < all {
            let rest: Vec<&str> = state.lanes.iter().skip(place).map(|l| &*l.name).collect();
            let text = format!(" and {} more: {}", rest.len(), rest.join(" "));
            Span::styled(fit(&text, usize::from(row.width)), QUIET).render(row, surface);
            break;
        }
        let (places, layers) = layers(&lane.marks);
        let extra = free.min(layers - 1);
        free -= extra;
        let live = sounding.contains(&&*lane.name);
        let level = state.levels.orbit(super::orbit_of(state, &lane.name), state.now);
        heading(lane, place, (live, level), head, row, surface);
        let mut area = super::look::inside(row, head);
        for layer in 0..=extra {
            if layer > 0 {
                let Some(row) = lines.next() else { break };
                area = super::look::inside(row, head);
            }
            let on = |p: usize| p.min(extra) == layer;
            let marks: Vec<&Mark> =
                lane.marks.iter().zip(&places).filter(|(_, p)| on(**p)).map(|(m, _)| m).collect();
            bar(state, lane, place, &marks, area, surface);
        }
    }
}

/// The title, the beats, and where the cycle stands.
fn title(state: &State, area: Rect, bars: Rect, surface: &mut Surface) -> Rect {
    let body = rule(surface, area, "tracks", "");
    let Some(at) = state.heard_cycle().filter(|_| !state.lanes.is_empty()) else { return body };
    for beat in BEATS {
        let x = bars.x + column(beat, bars.width);
        let taken = area.x + 10;
        if x > taken
            && let Some(cell) = surface.cell_mut((x, area.y))
        {
            cell.set_symbol("┬").set_style(QUIET);
        }
    }
    let x = bars.x + column(at - at.floor(), bars.width);
    if let Some(cell) = surface.cell_mut((x.min(area.right().saturating_sub(1)), area.y)) {
        cell.set_symbol("▼").set_style(Style::reset().add_modifier(Modifier::BOLD));
    }
    body
}

/// The column of a place in the cycle, from 0 up to the width.
fn column(at: f64, columns: u16) -> u16 {
    (at.clamp(0.0, 1.0) * f64::from(columns) + 1e-6).floor() as u16
}

/// The track's name with its signs, and a light while the player says that it sounds: the steps are
/// those that begin in this cycle, a long event may be from before it.
/// After the name stands the level of its orbit.
fn heading(
    lane: &Lane,
    place: usize,
    (live, level): (bool, Option<Level>),
    columns: usize,
    row: Rect,
    surface: &mut Surface,
) {
    let name = columns.saturating_sub(4);
    let style = if lane.heard { track(place).patch(STRONG) } else { QUIET };
    let sign = match (lane.muted, lane.soloed) {
        (true, _) => Span::styled("M", WARN.add_modifier(Modifier::REVERSED)),
        (_, true) => Span::styled("S", track(1).patch(STRONG).add_modifier(Modifier::REVERSED)),
        _ => Span::raw(" "),
    };
    let error = if lane.error { Span::styled("!", ALARM) } else { Span::raw(" ") };
    let line = Line::from(vec![
        Span::styled(if live { "●" } else { " " }, style),
        Span::styled(left(&lane.name, name), style),
        meters::cell(level),
        sign,
        error,
    ]);
    line.render(Rect { width: row.width.min(count(columns)), ..row }, surface);
}

/// One layer of a track: the steps that sound are drawn last, so that they are seen whole. `marks`
/// are in order; one that overlaps the next (there were no more rows) gives way to it.
fn bar(state: &State, lane: &Lane, place: usize, marks: &[&Mark], area: Rect, surface: &mut Surface) {
    for beat in BEATS.into_iter().filter(|_| area.width > 7) {
        if let Some(cell) = surface.cell_mut((area.x + column(beat, area.width), area.y)) {
            cell.set_symbol("·").set_style(QUIET);
        }
    }
    let pos = state.heard_cycle().map(|at| at - at.floor()).filter(|_| lane.heard);
    let base = if lane.heard { track(place) } else { QUIET };
    for lit in [false, true] {
        for (i, mark) in marks.iter().enumerate() {
            if pos.is_some_and(|p| p >= mark.begin && p < mark.end) != lit {
                continue;
            }
            let next = marks.iter().skip(i + 1).map(|m| m.begin).find(|b| *b > mark.begin);
            let end = next.map_or(mark.end, |n| mark.end.min(n));
            let style = match lit {
                true => base.patch(STRONG),
                false if mark.gain > 0.0 => base,
                false => QUIET,
            };
            step(mark, end, style, lit, area, surface);
        }
    }
}

/// A step: its label, and a line as long as it lasts; a full block while it sounds. Its last column
/// stays free, so that neighbours stay apart.
fn step(mark: &Mark, end: f64, style: Style, lit: bool, area: Rect, surface: &mut Surface) {
    let from = column(mark.begin, area.width).min(area.width.saturating_sub(1));
    let to = column(end, area.width).clamp(from + 1, area.width.max(from + 1));
    let columns = usize::from(to - from);
    let shown = columns.saturating_sub(1).max(1);
    let (text, style) = if columns < 2 {
        (if lit { "█" } else { "▌" }.to_owned(), style)
    } else {
        let text = label(&mark.label, shown);
        let rest = shown - width(&text);
        let style = if lit { style.add_modifier(Modifier::REVERSED) } else { style };
        (text + &if lit { " " } else { "─" }.repeat(rest), style)
    };
    let row = Rect { x: area.x + from, width: count(shown).min(area.width - from.min(area.width)), ..area };
    // A beat's dot may have been there: nothing of its style is to stay.
    Span::styled(text, Style::reset().patch(style)).render(row, surface);
}

/// A label in so many columns: whole, or its number alone, which tells steps of one sound apart, or
/// its beginning. Without an ellipsis, which would cost a column.
fn label(whole: &str, columns: usize) -> String {
    let head: String = whole.chars().take(columns.saturating_mul(4).saturating_add(16)).collect();
    let whole = clean(&head);
    let number = whole.rsplit_once(':').map_or("", |(_, n)| n);
    let text = if width(&whole) > columns && !number.is_empty() && width(number) <= columns {
        number
    } else {
        &whole
    };
    let (mut out, mut used) = (String::new(), 0);
    for (piece, w) in pieces(text) {
        if used + w > columns {
            break;
        }
        out.push_str(piece);
        used += w;
    }
    out
}

/// What to do when nothing plays.
fn empty(state: &State, columns: usize) -> Vec<Line<'static>> {
    let blank = state.set.text.trim().is_empty();
    let mut lines = vec![String::new()];
    if blank {
        lines.push(format!("Write into {} with any editor, and save:", fit(&state.name, 60)));
        lines.push("    d1 $ sound \"bd*4\"".into());
        lines.push("Each save is heard at the next cycle.".into());
        lines.push("Or type it in the line below.".into());
    } else {
        lines.push("No track plays.".into());
        lines.push("Save a line such as  d1 $ sound \"bd*4\"  or type it below.".into());
    }
    lines.push("F1 shows keys and commands.".into());
    lines
        .iter()
        .flat_map(|l| super::look::wrap(l, columns.saturating_sub(2)))
        .map(|l| Line::from(format!(" {l}")))
        .collect()
}
