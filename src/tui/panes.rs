//! What goes where.
//!
//! In: the size of the terminal, and how much there is to show. Out: an area for each part. Pure.
//! What a performer needs first has room at any size: the status row, then the line being typed,
//! then messages, then tracks. 80x24 has everything but, with many tracks, the set's text.

use ratatui::layout::Rect;

/// Where each part is; none where there is no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Panes {
    pub(super) status: Option<Rect>,
    /// Between the status row and the messages: what help covers.
    pub(super) body: Option<Rect>,
    pub(super) lanes: Option<Rect>,
    pub(super) text: Option<Rect>,
    pub(super) timing: Option<Rect>,
    pub(super) server: Option<Rect>,
    pub(super) buffers: Option<Rect>,
    /// One row in place of the three above.
    pub(super) figures: Option<Rect>,
    pub(super) messages: Option<Rect>,
    pub(super) line: Option<Rect>,
}

/// From this width on, figures have a column of their own.
const SIDE_FROM: u16 = 72;
/// Rows of the server's pane: a title and five lines.
const SERVER: u16 = 6;
/// Rows of the timing pane beside the bars: title, axis, two lines of figures.
const TIMING: u16 = 4;
/// Rows of the buffers' pane that are worth having: a title, a head, three lines.
const BUFFERS: u16 = 5;
/// The set's text is not shown in fewer rows.
const TEXT_FROM: u16 = 4;

/// How much there is to show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    /// Rows for a row each track.
    pub(super) lanes: u16,
    /// Rows for all that sounds at the same time, in rows of its own.
    pub(super) layers: u16,
    /// Lines of the set.
    pub(super) text: u16,
}

fn part(rect: Rect) -> Option<Rect> {
    (!rect.is_empty()).then_some(rect)
}

/// Cuts rows off the top; the rest stays in `area`.
fn take(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    let top = Rect { height: rows, ..*area };
    *area = Rect { y: area.y + rows, height: area.height - rows, ..*area };
    top
}

/// Cuts rows off the bottom; the rest stays in `area`.
fn take_last(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    area.height -= rows;
    Rect { y: area.y + area.height, height: rows, ..*area }
}

/// The parts in an area.
pub(super) fn panes(area: Rect, needs: Needs) -> Panes {
    let mut rest = area;
    let mut out = Panes { status: part(take(&mut rest, 1)), ..Panes::default() };
    out.line = part(take_last(&mut rest, 1));
    let messages = match area.height {
        0..=2 => 0,
        3..=7 => 1,
        8..=13 => 3,
        14..=19 => 4,
        20..=31 => 5,
        h => (h / 6).min(10),
    };
    out.messages = part(take_last(&mut rest, messages));
    out.body = part(rest);
    if area.width >= SIDE_FROM && rest.height >= 8 {
        let width = (area.width / 8 * 3).clamp(32, 46);
        let side = Rect { x: rest.right() - width, width, ..rest };
        // A column between them, empty: calmer than a line.
        rest.width -= width + 1;
        side_panes(side, &mut out);
    } else if rest.height >= 28 {
        out.server = part(take_last(&mut rest, SERVER));
        out.timing = part(take_last(&mut rest, TIMING + 3));
    } else if rest.height >= 4 {
        out.figures = part(take_last(&mut rest, 1));
    }
    let whole = needs.lanes.max(2).saturating_add(1);
    if needs.text > 0 && rest.height >= whole.saturating_add(TEXT_FROM) {
        let free = rest.height - whole;
        let layers = needs.layers.saturating_sub(needs.lanes);
        let extra = free.saturating_sub(needs.text.saturating_add(1).max(TEXT_FROM)).min(layers);
        out.lanes = part(take(&mut rest, whole + extra));
        out.text = part(rest);
    } else {
        out.lanes = part(rest);
    }
    out
}

fn side_panes(mut side: Rect, out: &mut Panes) {
    let bars = side.height.saturating_sub(TIMING + SERVER + BUFFERS).clamp(2, 8);
    out.timing = part(take(&mut side, TIMING + bars));
    out.server = part(take(&mut side, SERVER));
    out.buffers = part(side).filter(|b| b.height >= 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_inside_and_apart_at_any_size() {
        for (width, height) in (0..=200).flat_map(|w| (0..=60).map(move |h| (w, h))) {
            let area = Rect::new(0, 0, width, height);
            for lanes in [0, 3, 16, u16::MAX] {
                let p = panes(area, Needs { lanes, layers: lanes.saturating_mul(2), text: lanes });
                let parts =
                    [p.status, p.lanes, p.text, p.timing, p.server, p.buffers, p.figures, p.messages, p.line];
                let parts: Vec<Rect> = parts.into_iter().flatten().collect();
                for (i, a) in parts.iter().enumerate() {
                    assert_eq!(a.intersection(area), *a, "{width}x{height} {p:?}");
                    assert!(parts.iter().skip(i + 1).all(|b| !a.intersects(*b)), "{width}x{height} {p:?}");
                }
            }
        }
    }
}
