//! Lines for GHCi, the shell that Tidal runs in: what is around the patterns in many sets.
//!
//! In: a block's text. Out: the same text with such lines blanked, as long as before, so that every place
//! stays; and a hint for each that did something there. Pure.

use crate::source::{Diagnostic, TextRange};
use std::borrow::Cow;

/// What is said of such a line, if it is one; nothing of the brackets of a statement of several lines.
fn what(line: &str) -> Option<&'static str> {
    let line = line.trim_end();
    match line.strip_prefix(':') {
        Some("{" | "}") => Some(""),
        Some(command) if command.starts_with(|c: char| c.is_ascii_lowercase()) => {
            Some("a command of GHCi is passed over: :help NAME says what a function does and its type")
        }
        _ if line.starts_with("import ") => {
            Some("an import is passed over: Tidal's functions, chords and scales are all there")
        }
        _ => None,
    }
}

/// The text without the lines that only GHCi reads.
pub(super) fn blanked<'t>(text: &'t str, hints: &mut Vec<Diagnostic>) -> Cow<'t, str> {
    if !text.split_inclusive('\n').any(|line| what(line).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let Some(said) = what(line) else {
            out.push_str(line);
            continue;
        };
        let (at, length) = (out.len(), line.trim_end().len());
        if !said.is_empty() {
            hints.push(Diagnostic::hint(TextRange::new(at, at + length), said));
        }
        out.extend(std::iter::repeat_n(' ', length));
        out.push_str(line.get(length..).unwrap_or(""));
    }
    Cow::Owned(out)
}
