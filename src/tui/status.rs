//! The status row: what a glance is for.

use super::look::{ALARM, BAD, GOOD, QUIET, STRONG, WARN, fit, width};
use crate::session::State;
use ratatui::text::{Line, Span};

/// A part of the row: the smaller its rank, the longer it stays when the row gets narrow.
struct Part {
    rank: u8,
    spans: Vec<Span<'static>>,
}

impl Part {
    fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }
}

fn one(rank: u8, span: Span<'static>) -> Part {
    Part { rank, spans: vec![span] }
}

/// The row in so many columns.
pub(super) fn line(state: &State, columns: usize) -> Line<'static> {
    let mut parts: Vec<Part> = [
        Some(one(5, Span::raw(format!("{} cps", number(state.cps()))))),
        Some(one(0, Span::styled(format!("{} bpm", bpm(state.cps())), STRONG))),
        Some(beat(state)),
        errors(state),
        recording(state),
        late(state),
        Some(engine(state)),
        latency(state),
    ]
    .into_iter()
    .flatten()
    .collect();
    // A space before the first part, two between parts.
    let total = |parts: &[Part]| 1 + parts.iter().map(|p| p.width() + 2).sum::<usize>();
    while parts.len() > 1 && total(&parts) > columns + 2 {
        let most = parts.iter().map(|p| p.rank).max();
        parts.retain(|p| Some(p.rank) != most);
    }
    let used = total(&parts);
    let mut spans = vec![Span::raw(if columns < 10 { "" } else { " " })];
    for part in parts {
        spans.extend(part.spans);
        spans.push(Span::raw("  "));
    }
    // The set's name fills what is left, at the right.
    let room = columns.saturating_sub(used + 1);
    if room >= 8 {
        let name = fit(&state.name, room);
        spans.push(Span::raw(" ".repeat(room - width(&name))));
        spans.push(Span::styled(name, QUIET));
    }
    Line::from(spans)
}

/// Up to four decimals, none that say nothing.
pub(super) fn number(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Four beats to the cycle, as Tidal's documentation counts.
fn bpm(cps: f64) -> String {
    let text = format!("{:.1}", cps * 240.0);
    text.trim_end_matches(".0").to_owned()
}

/// Cycle and beat as they are heard, and the beat as a light that moves.
fn beat(state: &State) -> Part {
    let Some(at) = state.heard_cycle() else {
        return one(1, Span::styled("-.-", QUIET));
    };
    let beat = ((at - at.floor()) * 4.0).floor().clamp(0.0, 3.0) as usize;
    let mut spans = vec![Span::styled(format!("{}.{}", at.floor(), beat + 1), STRONG), Span::raw(" ")];
    spans
        .extend((0..4).map(|i| if i == beat { Span::styled("●", STRONG) } else { Span::styled("·", QUIET) }));
    Part { rank: 1, spans }
}

/// Errors of the set that stand: they are there until the text is mended.
fn errors(state: &State) -> Option<Part> {
    let count = state.diagnostics().filter(|(_, d)| d.is_error()).count();
    let s = if count == 1 { "" } else { "s" };
    (count > 0).then(|| one(2, Span::styled(format!(" {count} error{s} "), ALARM)))
}

/// A light while a take is being recorded.
fn recording(state: &State) -> Option<Part> {
    state.recording.as_ref().map(|_| one(2, Span::styled("● rec", BAD)))
}

fn late(state: &State) -> Option<Part> {
    let report = state.report.as_ref()?;
    let style = if report.late == 0 { GOOD } else { WARN };
    Some(one(3, Span::styled(format!("late {}", report.late), style)))
}

fn engine(state: &State) -> Part {
    let health = &state.health;
    one(
        4,
        match (health.engine.is_empty(), health.alive) {
            (true, _) => Span::styled("no engine yet", WARN),
            (false, true) => Span::styled(fit(&health.engine, 24), GOOD),
            (false, false) => Span::styled(format!("{} is away", fit(&health.engine, 24)), BAD),
        },
    )
}

fn latency(state: &State) -> Option<Part> {
    let report = state.report.as_ref()?;
    let ms = (report.latency_s * 10_000.0).round() / 10.0;
    Some(one(6, Span::raw(format!("latency {} ms", number(ms)))))
}
