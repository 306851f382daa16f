//! How exact the timing is: lateness of the last minute as bars, its figures, what was late.
//!
//! The figures are those of the single measurements, the bars count them in buckets.

use super::look::{BAD, GOOD, QUIET, STRONG, WARN, fit, inside, rows, rule};
use crate::session::{RECENT_S, State};
use crate::stats::Bucket;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// Eighths of a cell, from the bottom.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Lateness that no one hears, and lateness that eats up small latencies, in milliseconds.
const FINE_MS: f64 = 2.0;
const POOR_MS: f64 = 20.0;

/// Draws the pane.
pub(super) fn draw(state: &State, area: Rect, surface: &mut Surface) {
    let note = format!("lateness, {RECENT_S} s");
    let body = rule(surface, area, "timing", &note);
    let buckets = state.recent.buckets();
    let figures = figures(state);
    if total(&buckets) == 0 {
        rows(surface, inside(body, 1), figures);
        return;
    }
    let columns = (body.width.saturating_sub(2) / (buckets.len() as u16).max(1)).min(4);
    let below = 1 + figures.len() as u16;
    if columns == 0 || body.height <= below {
        rows(surface, inside(body, 1), figures);
        return;
    }
    let height = body.height - below;
    bars(&buckets, columns, Rect { height, ..inside(body, 1) }, surface);
    let foot = Rect { y: body.y + height, height: below, ..inside(body, 1) };
    axis(&buckets, columns, foot, surface);
    rows(surface, Rect { y: foot.y + 1, height: below - 1, ..foot }, figures);
}

/// The figures in one row, for where there is no pane.
pub(super) fn short(state: &State) -> Vec<Span<'static>> {
    state.recent.figures().map(|f| Span::raw(format!("p99 {} ms", ms(f.p99_ms)))).into_iter().collect()
}

fn total(buckets: &[Bucket]) -> u64 {
    buckets.iter().map(|b| u64::from(b.count)).sum()
}

/// Milliseconds in four characters, or a little more when they are many.
fn ms(x: f64) -> String {
    if x.abs() < 10.0 { format!("{x:.2}") } else { format!("{x:.0}") }
}

fn figures(state: &State) -> Vec<Line<'static>> {
    let Some(report) = &state.report else {
        return vec![Line::styled("nothing sent yet", QUIET)];
    };
    let first = match state.recent.figures() {
        None => Line::styled("nothing sent in this minute", QUIET),
        Some(f) => {
            let q = |x| Span::styled(ms(x), STRONG);
            let (p50, p99, max) = (q(f.p50_ms), q(f.p99_ms), q(f.max_ms));
            Line::from(vec!["p50 ".into(), p50, " p99 ".into(), p99, " max ".into(), max, " ms".into()])
        }
    };
    let style = if report.late == 0 { GOOD } else { WARN };
    let mut second = vec![
        Span::styled(format!("late {}", report.late), style),
        Span::raw(format!(" of {}", report.bundles)),
    ];
    // Losses are rare enough to be named only when there are any.
    if report.failed > 0 {
        second.push(Span::styled(format!("  lost {}", report.failed), BAD));
    }
    if report.skipped > 0 {
        second.push(Span::styled(format!("  skipped {}", report.skipped), WARN));
    }
    if report.lost_cycles > 0.0 {
        second.push(Span::styled(format!("  stood still {:.2} cycles", report.lost_cycles), BAD));
    }
    vec![first, Line::from(second)]
}

fn colour(below_ms: f64) -> Style {
    match below_ms {
        ms if ms <= FINE_MS => GOOD,
        ms if ms <= POOR_MS => WARN,
        _ => BAD,
    }
}

/// The bars: the highest fills its room, and what is there at all is seen.
fn bars(buckets: &[Bucket], columns: u16, area: Rect, surface: &mut Surface) {
    let most = buckets.iter().map(|b| b.count).max().unwrap_or(0).max(1);
    let full = u64::from(area.height) * 8;
    for (b, place) in buckets.iter().zip(0u16..) {
        let eighths = (u64::from(b.count) * full).div_ceil(u64::from(most));
        for (row, from_bottom) in area.rows().rev().zip(0u64..) {
            let here = eighths.saturating_sub(from_bottom * 8).min(8) as usize;
            let sign = EIGHTHS.get(here).copied().unwrap_or(" ");
            // Wide bars leave a column between them.
            let thick = if columns > 2 { columns - 1 } else { columns };
            let cell = Rect { width: thick, ..inside(row, usize::from(place * columns)) };
            let cell = cell.intersection(row);
            Span::styled(sign.repeat(usize::from(cell.width)), colour(b.below_ms)).render(cell, surface);
        }
    }
}

/// Powers of ten below the edges where they are.
fn axis(buckets: &[Bucket], columns: u16, area: Rect, surface: &mut Surface) {
    let Some(row) = area.rows().next() else { return };
    for (b, place) in buckets.iter().zip(1u16..) {
        if [0.1, 1.0, 10.0].contains(&b.below_ms) {
            let text = b.below_ms.to_string();
            let from = usize::from(place * columns).saturating_sub(text.len().div_ceil(2));
            let cell = inside(row, from);
            Span::styled(fit(&text, usize::from(cell.width)), QUIET).render(cell, surface);
        }
    }
    let end = inside(row, usize::from(columns) * buckets.len() - 2);
    Span::styled("ms", QUIET).render(end, surface);
}
