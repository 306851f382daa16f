//! A set cut into blocks, at blank lines, as Tidal's editors cut it.

use crate::source::TextRange;

/// The blocks of a text: ranges without the blank lines around them. A line of blanks separates,
/// unless it is inside a comment; a line that holds only a comment does not.
pub fn split(text: &str) -> Vec<TextRange> {
    let mut out = Vec::new();
    let (mut start, mut end) = (None, 0);
    let mut at = 0;
    let mut comments = comments(text).into_iter().peekable();
    for line in text.split_inclusive('\n') {
        while comments.next_if(|c| c.end() <= at).is_some() {}
        if line.trim().is_empty() && comments.peek().is_none_or(|c| c.start() > at) {
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

/// The comments `{- ... -}` of a text. From one that is never closed on there are none: it is an error
/// of its own block, and the blocks behind it play.
fn comments(text: &str) -> Vec<TextRange> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let line = || rest.find('\n').unwrap_or(rest.len());
        at += if rest.starts_with("{-") {
            let Some(length) = comment(rest) else { return out };
            out.push(TextRange::new(at, at + length));
            length
        } else if rest.starts_with("--") {
            line()
        } else if let Some(inside) = rest.strip_prefix('"') {
            string(inside).map_or_else(line, |length| length + 1).max(1)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
    }
    out
}

/// The length of the comment that begins here, nested ones included.
fn comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0);
    loop {
        match bytes.get(at..at + 2)? {
            b"{-" => (at, depth) = (at + 2, depth + 1),
            b"-}" => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The length of a string behind its first quote, up to its last; none when its line ends before.
fn string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => return None,
            '"' if !escaped => return Some(at + 1),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
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

    #[test]
    fn a_blank_line_inside_a_comment_does_not() {
        let check = |text: &str, expected: &[&str]| {
            let blocks: Vec<&str> = split(text).into_iter().map(|r| r.of(text)).collect();
            assert_eq!(blocks, expected, "{text}");
        };
        check("{- a set\n\nby me -}\n\nhush", &["{- a set\n\nby me -}", "hush"]);
        check("{- a {- b\n\n-} c\n\n-}\n\nd", &["{- a {- b\n\n-} c\n\n-}", "d"]);
        check("d1 $ n \"{-1 2}%4\"\n\nd2", &["d1 $ n \"{-1 2}%4\"", "d2"]);
        check("-- {-\n\na\n\n-- -}", &["-- {-", "a", "-- -}"]);
        check("\"{-\n\n-}\"", &["\"{-", "-}\""]);
        check("'\"' {- a\n\n-}", &["'\"' {- a\n\n-}"]);
        // Being typed: its own block is wrong, the others are not.
        check("d1\n\n{- d2\n\nd3", &["d1", "{- d2", "d3"]);
        check("{-", &["{-"]);
        check("\"", &["\""]);
        check("é {-é\n\né-} é\n\né", &["é {-é\n\né-} é", "é"]);
        assert!(split(&"{-".repeat(1_000_000)).len() == 1);
    }
}
