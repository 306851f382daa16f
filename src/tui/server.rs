//! The engine: what it is, what it carries, how it answers.

use super::look::{BAD, GOOD, QUIET, STRONG, WARN, fit, inside, rows, rule};
use super::meters;
use super::status::number;
use crate::session::{Level, State};
use crate::stats::Health;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// CPU of audio, in percent, from which on it is tight, and from which on it will break up.
const TIGHT: f32 = 60.0;
const FULL: f32 = 85.0;
/// A reply older than this is a sign that the engine hangs: it is asked several times a second.
const OLD_MS: f64 = 2000.0;

/// Columns of the output's bar, and of the title before it.
const BAR: usize = 10;
const TITLE: usize = 10;

/// Draws the pane.
pub(super) fn draw(state: &State, area: Rect, surface: &mut Surface) {
    let h = &state.health;
    let body = rule(surface, area, "server", "");
    let columns = usize::from(body.width).saturating_sub(1);
    if h.engine.is_empty() {
        let lines = ["not there yet:", "it is being started"];
        rows(surface, inside(body, 1), lines.map(|l| Line::styled(fit(l, columns), QUIET)));
        return;
    }
    let stolen = state.report.as_ref().map_or(0, |r| r.stolen);
    rows(surface, inside(body, 1), lines(h, stolen, columns));
    if let Some(level) = state.levels.output(state.now) {
        output(level, area, surface);
    }
}

/// What goes out, at the end of the title's line.
fn output(level: Level, area: Rect, surface: &mut Surface) {
    let mut spans = vec![Span::raw(" out ")];
    spans.extend(meters::row(level, BAR));
    spans.push(Span::raw(" "));
    let line = Line::from(spans);
    let from = usize::from(area.width).saturating_sub(line.width() + 1);
    // The title keeps its place.
    if from >= TITLE {
        line.render(Rect { height: area.height.min(1), ..inside(area, from) }, surface);
    }
}

/// The figures in one row, for where there is no pane.
pub(super) fn short(state: &State) -> Vec<Span<'static>> {
    let h = &state.health;
    if h.engine.is_empty() {
        return Vec::new();
    }
    let mut spans = vec![Span::styled(format!("CPU {:.0}%", h.average_cpu), load(h.average_cpu))];
    if let Some(x) = h.xruns {
        spans.push(Span::styled(format!("xruns {x}"), count(x)));
    }
    spans
}

fn lines(h: &Health, stolen: u64, columns: usize) -> Vec<Line<'static>> {
    let version = h.version.as_deref().unwrap_or("");
    // Engines tell their version with their name, or without.
    let named = version.starts_with(&h.engine);
    let name = if named { version.to_owned() } else { format!("{} {version}", h.engine) };
    let state = if h.alive { Span::styled("● ", GOOD) } else { Span::styled("away ", BAD) };
    let mut first = vec![state, Span::styled(fit(name.trim_end(), columns.saturating_sub(5)), STRONG)];
    // What is rare is named only when it has happened.
    for (word, n) in [
        ("restarts", u64::from(h.restarts)),
        ("late", h.engine_late),
        ("dropped", h.dropped),
        ("cut voices", stolen),
    ] {
        if n > 0 {
            first.push(Span::styled(format!("  {word} {n}"), WARN));
        }
    }
    let xruns = match h.xruns {
        Some(x) => Span::styled(format!("  xruns {x}"), count(x)),
        None => Span::styled("  xruns ?", QUIET),
    };
    let rate = if h.sample_rate > 0.0 { format!("{} Hz  ", number(h.sample_rate)) } else { String::new() };
    let old = h.last_reply_ms.is_some_and(|ms| ms > OLD_MS);
    vec![
        Line::from(first),
        Line::from(vec![
            "CPU ".into(),
            Span::styled(format!("{:.1}", h.average_cpu), load(h.average_cpu)),
            " peak ".into(),
            Span::styled(format!("{:.1}", h.peak_cpu), load(h.peak_cpu)),
            " %".into(),
            xruns,
        ]),
        Line::from(format!("synths {} groups {} defs {}", h.synths, h.groups, h.defs)),
        Line::from(fit(&format!("{rate}{}", h.audio), columns)),
        Line::from(vec![
            Span::raw(format!("answers in {}", milliseconds(h.round_trip_ms))),
            Span::raw(", last "),
            Span::styled(milliseconds(h.last_reply_ms), if old { BAD } else { Style::new() }),
        ]),
    ]
}

fn load(percent: f32) -> Style {
    match percent {
        p if p >= FULL => BAD,
        p if p >= TIGHT => WARN,
        _ => GOOD,
    }
}

fn count(n: u64) -> Style {
    if n == 0 { GOOD } else { WARN }
}

fn milliseconds(ms: Option<f64>) -> String {
    match ms {
        None => "-".into(),
        Some(ms) if ms < 10.0 => format!("{ms:.1} ms"),
        Some(ms) if ms < 1000.0 => format!("{ms:.0} ms"),
        Some(ms) => format!("{:.1} s", ms / 1000.0),
    }
}
