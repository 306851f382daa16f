//! A set cut into blocks, at blank lines, as Tidal's editors cut it.

use crate::source::TextRange;

/// The blocks of a text: ranges without the blank lines around them. A line of blanks separates; a
/// line that holds only a comment does not.
pub fn split(text: &str) -> Vec<TextRange> {
    let mut out = Vec::new();
    let (mut start, mut end) = (None, 0);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            out.extend(start.take().map(|s| TextRange::new(s, end)));
        } else {
            start.get_or_insert(at);
            end = at + line.trim_end_matches(['\n', '\r']).len();
        }
        at += line.len();
    }
    out.extend(start.map(|s| TextRange::new(s, end)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_separate() {
        let text = "\nd1 $ s \"a\"\n  # n 1\n \t\nhush\r\n\r\n-- end";
        let blocks: Vec<&str> = split(text).into_iter().map(|r| r.of(text)).collect();
        assert_eq!(blocks, ["d1 $ s \"a\"\n  # n 1", "hush", "-- end"]);
        assert!(split(" \n\n").is_empty());
    }
}
