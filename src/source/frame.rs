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
        let width = underline(text, diagnostic.range, line, at.column);
        let (shown, indent, width) = excerpt(line, at.column - 1, width);
        let _ = writeln!(out, "{:>5} | {shown}", at.line);
        let _ = writeln!(out, "      | {}{}", " ".repeat(indent), "^".repeat(width));
    }
    for help in &diagnostic.help {
        let _ = writeln!(out, "    = help: {help}");
    }
    visible(&out)
}

/// `text` without control characters, which would change the terminal that shows it; line ends stay.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { CONTROL } else { c }).collect()
}

/// Stands for a control character.
const CONTROL: char = '\u{b7}';

/// Characters of a line that are shown at most. Nobody types longer ones, but files have them.
const WIDEST: usize = 200;

/// What is shown of a line when `width` characters from `column` (from 0) are underlined: itself, or
/// a part of it with dots where it goes on; where to underline that; how far.
fn excerpt(line: &str, column: usize, width: usize) -> (String, usize, usize) {
    let line = line.replace('\t', " ");
    if line.chars().nth(WIDEST).is_none() {
        return (line, column, width);
    }
    // A part of what comes before the place is shown.
    let from = column.saturating_sub(WIDEST / 4);
    let mut rest = line.chars().skip(from);
    let part: String = rest.by_ref().take(WIDEST).collect();
    let (before, after) = (if from > 0 { "..." } else { "" }, if rest.next().is_some() { "..." } else { "" });
    let indent = column - from;
    (format!("{before}{part}{after}"), before.len() + indent, width.clamp(1, WIDEST - indent))
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
    fn a_part_of_a_very_long_line_is_shown() {
        let line = format!("{}wrong{}", "é".repeat(1000), "x".repeat(1000));
        let at = line.find("wrong").unwrap();
        let frame = render("s", &line, &Diagnostic::error(TextRange::new(at, at + 5), "no"));
        let lines: Vec<&str> = frame.lines().collect();
        assert_eq!(lines[1], "  --> s:1:1001");
        assert!(lines[2].starts_with("    1 | ...é") && lines[2].ends_with("x...") && lines[2].len() < 300);
        let column = lines[3].find('^').unwrap();
        assert_eq!(lines[2].chars().skip(column).take(5).collect::<String>(), "wrong");
        assert_eq!(lines[3].matches('^').count(), 5);
        // All of it is wrong.
        let frame = render("s", &line, &Diagnostic::error(TextRange::new(0, line.len()), "no"));
        assert!(frame.len() < 1000, "{frame}");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let frame =
            render("\x1b[2J", "d1 \x1b[2J \0", &Diagnostic::error(TextRange::new(3, 4), "a \u{9b}J b"));
        assert!(frame.chars().all(|c| !c.is_control() || c == '\n'), "{frame:?}");
    }

    #[test]
    fn any_range_on_any_text_renders() {
        let long = "a".repeat(WIDEST + 1);
        for text in ["", "é", "a\nb\n", "\t\t", &long] {
            for start in 0..8 {
                for end in 0..8 {
                    let frame = render("x", text, &Diagnostic::warning(TextRange::new(start, end), "m"));
                    assert!(frame.contains("warning: m"));
                }
            }
        }
    }
}
