//! The help page: keys, commands, what the marks mean.

use super::look::{QUIET, STRONG, below, fit, inside, left, rows, rule};
use crate::session::COMMANDS;
use ratatui::buffer::Buffer as Surface;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

/// Keys, and what they do. The first of a row is the one to learn; the others are for terminals
/// that cannot send it.
const KEYS: &[(&str, &str)] = &[
    ("Ctrl-.  Ctrl-O  F12", "hush: silence at once"),
    ("F5  :play", "plays the set as the file has it, after a hush"),
    ("Ctrl-C  :quit", "ends the program"),
    ("Enter", "plays the line, or runs the command"),
    ("Tab  Shift-Tab", "completes a name; in quotes, a sound's"),
    ("Up  Down", "lines typed before"),
    ("Alt-1 ... Alt-9", "mutes d1 ... d9, or takes it back"),
    ("Alt-0", "unmutes all"),
    ("PageUp  PageDown", "older messages; scrolls this page"),
    ("Alt-Up  Alt-Down", "scrolls the set; Esc follows it again"),
    ("Ctrl-A E U K W Y", "start, end, cut before, cut behind, cut word, put back"),
    ("Esc", "closes this page; clears the line"),
    ("Ctrl-L", "draws the screen anew"),
    ("F1  :help", "this page"),
];

/// What is seen, and what it means.
const SIGNS: &[(&str, &str)] = &[
    ("●", "the track sounds, the engine is alive"),
    ("M  S  !", "muted, soloed, its block has an error: the last good one plays"),
    ("late", "bundles sent too late for their time: raise --latency"),
    ("lateness", "how long after it was due a bundle was sent"),
    ("xruns", "gaps in the sound card's audio"),
];

/// Columns of keys and commands.
const FIRST: usize = 22;

fn page() -> Vec<(String, &'static str)> {
    let mut out: Vec<(String, &'static str)> = Vec::new();
    out.push((String::new(), "Any line of Tidal is played when it is entered:  d1 $ sound \"bd*4\""));
    out.push((String::new(), "Save the set in your editor, and it is heard at the next cycle."));
    out.push((String::new(), ""));
    out.extend(KEYS.iter().map(|(k, m)| ((*k).to_owned(), *m)));
    out.push((String::new(), ""));
    out.extend(COMMANDS.iter().map(|c| (format!(":{} {}", c.name, c.argument), c.meaning)));
    out.push((String::new(), ""));
    out.extend(SIGNS.iter().map(|(k, m)| ((*k).to_owned(), *m)));
    out
}

/// Lines of the page.
pub(super) fn length() -> usize {
    KEYS.len() + COMMANDS.len() + SIGNS.len() + 5
}

/// Draws the page over what is there, from a line on.
pub(super) fn draw(top: usize, area: Rect, surface: &mut Surface) {
    Clear.render(area, surface);
    let room = usize::from(area.height.saturating_sub(1));
    let top = top.min(length().saturating_sub(room));
    let note = if length() > room { "PageDown: more   Esc: close" } else { "Esc: close" };
    let body = if area.height > 1 { rule(surface, area, "help", note) } else { below(area, 0) };
    let columns = usize::from(body.width).saturating_sub(2);
    let first = FIRST.min(columns / 2);
    let lines = page().into_iter().skip(top).map(|(key, meaning)| {
        if key.is_empty() {
            return Line::styled(fit(meaning, columns), QUIET);
        }
        Line::from(vec![
            Span::styled(left(&key, first), STRONG),
            Span::raw("  "),
            Span::raw(fit(meaning, columns.saturating_sub(first + 2))),
        ])
    });
    rows(surface, inside(body, 1), lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_that_of_the_page() {
        assert_eq!(length(), page().len());
    }
}
