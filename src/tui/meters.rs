//! Levels as small bars.
//!
//! In: decibels. Out: a cell, or a row of them. Pure.

use super::look::{BAD, GOOD, WARN};
use crate::session::Level;
use ratatui::style::Style;
use ratatui::text::Span;

/// The quietest level that is seen, decibels.
const FLOOR_DB: f32 = -48.0;
/// From here on a level is high, and from here on it meets the limiter.
const HIGH_DB: f32 = -6.0;
const FULL_DB: f32 = -0.5;

const STEPS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

fn color(level: Level) -> Style {
    match level.peak_db {
        db if db >= FULL_DB => BAD,
        db if db >= HIGH_DB => WARN,
        _ => GOOD,
    }
}

/// A part of the way from the floor to full scale, 0 to 1.
fn part(db: f32) -> f32 {
    (1.0 - db / FLOOR_DB).clamp(0.0, 1.0)
}

/// A peak in one column; blank where there is nothing to see.
pub(super) fn cell(level: Option<Level>) -> Span<'static> {
    let Some(level) = level.filter(|l| l.peak_db > FLOOR_DB) else { return Span::raw(" ") };
    let step = (part(level.peak_db) * 7.0).round() as usize;
    Span::styled(STEPS.get(step).copied().unwrap_or(" "), color(level))
}

/// A peak in decibels and the mean as a bar of so many columns, the peak's column marked.
pub(super) fn row(level: Level, columns: usize) -> Vec<Span<'static>> {
    let at = |db: f32| (part(db) * columns as f32).round() as usize;
    let (mean, peak) = (at(level.mean_db), at(level.peak_db).saturating_sub(1));
    let mut bar: String = (0..columns)
        .map(|n| {
            if n < mean {
                '■'
            } else if n == peak && level.peak_db > FLOOR_DB {
                '│'
            } else {
                '·'
            }
        })
        .collect();
    bar.push(' ');
    let text = if level.peak_db > FLOOR_DB { format!("{:.0} dB", level.peak_db) } else { "silent".into() };
    vec![Span::styled(bar, color(level)), Span::styled(text, color(level))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(peak_db: f32) -> Level {
        Level { peak_db, mean_db: peak_db - 12.0 }
    }

    #[test]
    fn levels_are_seen_and_silence_is_not() {
        for (db, want) in [(-90.0, " "), (-47.0, "▁"), (-24.0, "▅"), (0.0, "█"), (6.0, "█")] {
            assert_eq!(cell(Some(level(db))).content, want, "{db}");
        }
        assert_eq!(cell(None).content, " ");
        let text = |db| row(level(db), 8).iter().map(|s| s.content.to_string()).collect::<String>();
        assert_eq!(text(-12.0), "■■■■·│·· -12 dB");
        assert_eq!(text(-120.0), "········ silent");
        assert_eq!(cell(Some(level(-0.2))).style, BAD);
    }
}
