//! Code frames: the line a diagnostic is about, its words underlined, and the way out.

use super::{Diagnostic, Severity, TextRange};
use std::fmt::Write;

/// A place for people: line and column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// The line and column of a byte of `text`; past the end is the end.
pub fn line_column(text: &str, byte: usize) -> LineColumn {
    let mut end = byte.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = text.get(..end).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    LineColumn {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or("").chars().count() + 1,
    }
}

/// Renders `diagnostic` about `text`, named `name`, as lines for a terminal without colours.
///
/// ```text
/// error: there is no sound pattern here
///   --> first.tidal:3:12
///    3 | d1 $ sound
///      |      ^^^^^
///    = help: write the pattern in quotes: sound "bd sn"
/// ```
pub fn render(name: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    };
    let at = line_column(text, diagnostic.range.start());
    let mut out = format!("{word}: {}\n  --> {name}:{}:{}\n", diagnostic.message, at.line, at.column);
    if let Some(line) = text.lines().nth(at.line - 1) {
        let shown = line.replace('\t', " ");
        let width = underline(text, diagnostic.range, line, at.column);
        let _ = writeln!(out, "{:>5} | {shown}", at.line);
        let _ = writeln!(out, "      | {}{}", " ".repeat(at.column - 1), "^".repeat(width));
    }
    for help in &diagnostic.help {
        let _ = writeln!(out, "    = help: {help}");
    }
    out
}

/// How many characters of `line` to underline: the range's own, at least one, never past the line.
fn underline(text: &str, range: TextRange, line: &str, column: usize) -> usize {
    let words = range.of(text).lines().next().map_or(0, |l| l.chars().count());
    let room = (line.chars().count() + 1).saturating_sub(column - 1);
    words.clamp(1, room.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_underlines_the_words() {
        let text = "d1 $ s \"bd\"\nd2 $ snd \"é sn\"\n";
        let at = text.find("snd").unwrap();
        let d = Diagnostic::error(TextRange::new(at, at + 3), "there is no function snd")
            .help("did you mean sound?");
        assert_eq!(
            render("set.tidal", text, &d),
            "error: there is no function snd\n  --> set.tidal:2:6\n    2 | d2 $ snd \"é sn\"\n      |      ^^^\n    = help: did you mean sound?\n"
        );
    }

    #[test]
    fn any_range_on_any_text_renders() {
        for text in ["", "é", "a\nb\n", "\t\t"] {
            for start in 0..8 {
                for end in 0..8 {
                    let frame = render("x", text, &Diagnostic::warning(TextRange::new(start, end), "m"));
                    assert!(frame.contains("warning: m"));
                }
            }
        }
    }
}
