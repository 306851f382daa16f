//! Text into tokens (nom), with the columns that layout needs.
//!
//! A character that cannot start a token is a diagnostic and is skipped: the rest is still read.

use crate::source::{Diagnostic, TextRange};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1, hex_digit1, one_of, satisfy};
use nom::combinator::{fail, opt, recognize, value, verify};
use nom::multi::many0_count;
use nom::{IResult, Parser};

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tok {
    /// A name that starts in lower case, or `_`.
    Name(String),
    /// A name that starts in upper case (a type).
    Upper(String),
    /// `let`, `in`, `where`, `do`, `if`, `then`, `else`, `case`, `of`
    Keyword(&'static str),
    /// A whole number.
    Int(String),
    /// A number with a point or an exponent.
    Decimal(String),
    /// The inside of a string, escapes resolved.
    Text(String),
    /// A character in single quotes.
    Char(char),
    /// An operator made of symbols.
    Op(String),
    /// One of `( ) [ ] { } , ; \``
    Mark(char),
    /// The end of the text.
    End,
}

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub tok: Tok,
    pub range: TextRange,
    /// From 1, in characters; a tab counts up to the next multiple of eight.
    pub column: usize,
    /// First on its line.
    pub first: bool,
}

const KEYWORDS: [&str; 9] = ["let", "in", "where", "do", "if", "then", "else", "case", "of"];
const SYMBOLS: &str = "!#$%&*+./<=>?@\\^|-~:";

type Out<'a, T> = IResult<&'a str, T>;

fn name(i: &str) -> Out<'_, Tok> {
    let word = recognize((
        satisfy(|c| c.is_alphabetic() || c == '_'),
        take_while(|c: char| c.is_alphanumeric() || c == '_' || c == '\''),
    ));
    // `P.sound`, `Sound.Tidal.Context.every`: the module is not needed, the name is.
    let qualified =
        (many0_count((satisfy(char::is_uppercase), take_while(char::is_alphanumeric), char('.'))), word);
    let (rest, (_, word)) =
        alt((qualified, (nom::combinator::success(0), recognize(satisfy(char::is_alphabetic))))).parse(i)?;
    let keyword = KEYWORDS.iter().find(|k| **k == word);
    let tok = match keyword {
        Some(k) => Tok::Keyword(k),
        None if word.starts_with(char::is_uppercase) => Tok::Upper(word.to_owned()),
        None => Tok::Name(word.to_owned()),
    };
    Ok((rest, tok))
}

fn number(i: &str) -> Out<'_, Tok> {
    let exponent = (one_of("eE"), opt(one_of("+-")), digit1);
    alt((
        recognize((tag("0x"), hex_digit1)).map(|t: &str| Tok::Int(t.to_owned())),
        recognize((digit1, char('.'), digit1, opt(exponent))).map(|t: &str| Tok::Decimal(t.to_owned())),
        recognize((digit1, one_of("eE"), opt(one_of("+-")), digit1))
            .map(|t: &str| Tok::Decimal(t.to_owned())),
        digit1.map(|t: &str| Tok::Int(t.to_owned())),
    ))
    .parse(i)
}

fn escape(i: &str) -> Out<'_, Option<char>> {
    let (i, _) = char('\\').parse(i)?;
    alt((
        value(Some('\n'), char('n')),
        value(Some('\t'), char('t')),
        value(Some('"'), char('"')),
        value(Some('\''), char('\'')),
        value(Some('\\'), char('\\')),
        value(None, char('&')),
        // A gap: backslash, white space, backslash.
        value(None, (take_while1(char::is_whitespace), char('\\'))),
    ))
    .parse(i)
}

fn text(i: &str) -> Out<'_, Tok> {
    let (mut i, _) = char('"').parse(i)?;
    let mut out = String::new();
    loop {
        // As in Haskell, a string ends on its line: a missing quote then concerns that line alone.
        let (rest, plain) = take_while(|c| c != '"' && c != '\\' && c != '\n').parse(i)?;
        out.push_str(plain);
        if let Ok((rest, _)) = char::<_, nom::error::Error<&str>>('"').parse(rest) {
            return Ok((rest, Tok::Text(out)));
        }
        let (after, c) = escape(rest)?;
        // A gap beside a blank is as many blanks: what stands behind it keeps its place in the source.
        let length = rest.len() - after.len();
        if length > 2 && (ends_word(out.chars().next_back()) || ends_word(after.chars().next())) {
            out.extend(std::iter::repeat_n(' ', length));
        }
        out.extend(c);
        i = after;
    }
}

/// A blank there means no more than none.
fn ends_word(c: Option<char>) -> bool {
    c.is_none_or(|c| c.is_whitespace() || "[]{}<>(),|\"".contains(c))
}

fn character(i: &str) -> Out<'_, Tok> {
    let (i, _) = char('\'').parse(i)?;
    let (i, c) = alt((escape, satisfy(|c| c != '\'' && c != '\\').map(Some))).parse(i)?;
    let (i, _) = char('\'').parse(i)?;
    Ok((i, Tok::Char(c.unwrap_or(' '))))
}

fn operator(i: &str) -> Out<'_, Tok> {
    let (rest, op) = take_while1(|c| SYMBOLS.contains(c)).parse(i)?;
    Ok((rest, Tok::Op(op.to_owned())))
}

fn mark(i: &str) -> Out<'_, Tok> {
    one_of("()[]{},;`").map(Tok::Mark).parse(i)
}

fn line_comment(i: &str) -> Out<'_, ()> {
    let dashes =
        verify(take_while1(|c| SYMBOLS.contains(c)), |s: &str| s.len() >= 2 && s.chars().all(|c| c == '-'));
    value((), (dashes, take_while(|c| c != '\n'))).parse(i)
}

/// `{- ... -}`, nested; one that is never closed is none.
fn block_comment(i: &str) -> Out<'_, ()> {
    let (mut rest, _) = tag("{-").parse(i)?;
    let mut depth = 1;
    while depth > 0 {
        if rest.is_empty() {
            return fail().parse(rest);
        }
        let step = if rest.starts_with("{-") {
            depth += 1;
            2
        } else if rest.starts_with("-}") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        rest = rest.get(step..).unwrap_or("");
    }
    Ok((rest, ()))
}

fn gap(i: &str) -> Out<'_, ()> {
    value((), many0_count(alt((value((), take_while1(char::is_whitespace)), line_comment, block_comment))))
        .parse(i)
}

/// What is said of a character that no token has.
const NO_MEANING: &str = "has no meaning here";

/// Unreadable places in one block, after which it is given up: nobody typed it.
const MOST_TROUBLE: usize = 50;

/// All tokens of `text`, closed by [`Tok::End`].
pub(super) fn tokens(source: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let (mut out, mut trouble) = (Vec::new(), Vec::new());
    let at = |rest: &str| source.len() - rest.len();
    let mut rest = source;
    let mut line_of_last = usize::MAX;
    let mut lines = Lines::default();
    loop {
        rest = gap(rest).map_or(rest, |(r, ())| r);
        let start = at(rest);
        let (line, column) = lines.place(source, start);
        let first = line != line_of_last;
        line_of_last = line;
        if rest.is_empty() {
            out.push(Token { tok: Tok::End, range: TextRange::new(start, start), column, first });
            return (out, trouble);
        }
        let found = match rest.strip_prefix("{-") {
            Some(_) => fail().parse(rest),
            None => alt((character, name, number, text, operator, mark)).parse(rest),
        };
        if let Ok((r, tok)) = found {
            let range = TextRange::new(start, at(r));
            (line_of_last, _) = lines.place(source, at(r));
            out.push(Token { tok, range, column, first });
            rest = r;
            continue;
        }
        let (skip, problem) = unreadable(rest, start);
        match trouble.last_mut() {
            // A picture made of letters is one mistake.
            Some(last) if beside(source, last, &problem) => last.range = last.range.cover(problem.range),
            _ => trouble.push(problem),
        }
        rest = rest.get(skip..).unwrap_or("");
        if trouble.len() >= MOST_TROUBLE {
            let left = Diagnostic::error(TextRange::new(at(rest), source.len()), "the rest is not read");
            trouble.push(left.help("this does not look like a set: is it the right file?"));
            rest = "";
        }
    }
}

/// True where one mistake follows another of its kind on the same line, with nothing between them.
fn beside(source: &str, last: &Diagnostic, next: &Diagnostic) -> bool {
    let between = source.get(last.range.end()..next.range.start()).unwrap_or("");
    [last, next].iter().all(|d| d.message.ends_with(NO_MEANING))
        && between.trim().is_empty()
        && !between.contains('\n')
}

/// Line and column of growing positions, without starting over each time.
#[derive(Default)]
struct Lines {
    at: usize,
    line: usize,
    column: usize,
}

impl Lines {
    fn place(&mut self, source: &str, to: usize) -> (usize, usize) {
        for c in source.get(self.at..to).unwrap_or("").chars() {
            match c {
                '\n' => (self.line, self.column) = (self.line + 1, 0),
                '\t' => self.column = (self.column / 8 + 1) * 8,
                _ => self.column += 1,
            }
        }
        self.at = self.at.max(to);
        (self.line, self.column + 1)
    }
}

/// The words of a string that nobody closed, as far as they may belong to it.
fn ends_at(line: &str) -> &str {
    let end = [" #", " $", " |", " )"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
    let words = line.get(..end).unwrap_or(line).trim_end();
    short(words)
}

/// As much of some words as a help shows.
fn short(words: &str) -> &str {
    words.char_indices().nth(40).map_or(words, |(at, _)| words.get(..at).unwrap_or(words))
}

/// What to say about text that starts no token, and how much of it to skip.
fn unreadable(rest: &str, start: usize) -> (usize, Diagnostic) {
    let c = rest.chars().next().unwrap_or(' ');
    if rest.starts_with("{-") {
        let problem = Diagnostic::error(TextRange::new(start, start + 2), "this comment is never closed")
            .help("add -} where it ends");
        return (rest.len(), problem);
    }
    match c {
        '"' => {
            // Without its end, the string would swallow all that follows: take the rest of the line.
            let length = rest.find('\n').unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or("").trim_end();
            let mut problem =
                Diagnostic::error(TextRange::new(start, start + length), "this string has no closing quote")
                    .help(format!("add \" where the pattern ends: {}\"", ends_at(line)));
            if line.ends_with('\\') {
                problem = problem.help("the line behind \\ goes on with \\ as well");
            }
            (length, problem)
        }
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' => {
            let is_quote = |c: char| matches!(c, '\u{2018}'..='\u{201f}');
            let inside = rest.get(c.len_utf8()..).unwrap_or("");
            let end = inside.find(|c| is_quote(c) || c == '\n');
            // Both quotes and what is between them are one mistake.
            let closed = end.and_then(|e| Some((inside.get(..e)?, inside.get(e..)?.chars().next()?)));
            let (words, length) = match closed.filter(|(_, c)| is_quote(*c)) {
                Some((words, close)) => (words, c.len_utf8() + words.len() + close.len_utf8()),
                None => ("bd sn", c.len_utf8()),
            };
            let problem = Diagnostic::error(
                TextRange::new(start, start + length),
                format!("{c} is a typographic quote, as web pages and word processors make them"),
            )
            .help(format!("write straight quotes: \"{}\"", short(words)));
            (length, problem)
        }
        '\'' => {
            let inside = rest.get(1..).unwrap_or("");
            let words = inside.find(['\'', '\n']).and_then(|e| inside.get(..e));
            let words = words.filter(|w| inside.get(w.len()..).is_some_and(|r| r.starts_with('\'')));
            let length = words.map_or(1, |w| w.len() + 2);
            let problem = Diagnostic::error(
                TextRange::new(start, start + length),
                "a pattern stands in double quotes, not in single ones",
            )
            .help(format!("write \"{}\"", short(words.unwrap_or("bd sn"))));
            (length, problem)
        }
        _ => {
            // A run of them is one mistake: a file that is no text has millions.
            let other = |o: char| o != c && (o.is_ascii() || o.is_alphanumeric());
            let length = rest.find(other).unwrap_or(rest.len());
            // Control characters would change the terminal that shows them.
            let shown = if c.is_control() { c.escape_unicode().to_string() } else { c.to_string() };
            let problem = Diagnostic::error(
                TextRange::new(start, start + length),
                format!("the character {shown} {NO_MEANING}"),
            )
            .help("take it out, or put it inside a string");
            (length, problem)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: &str) {
        let (tokens, trouble) = tokens(text);
        let got: Vec<String> = tokens.iter().map(|t| t.range.of(text).to_owned()).collect();
        assert_eq!(got.join(" ").trim_end(), want);
        assert!(trouble.is_empty(), "{trouble:?}");
    }

    #[test]
    fn tokens_of_a_statement() {
        check("d1 $ sound \"bd*2\" # n 1.5e3 -- loud", "d1 $ sound \"bd*2\" # n 1.5e3");
        check("striate' 2 (1/8) (0.25 <~)", "striate' 2 ( 1 / 8 ) ( 0.25 <~ )");
        check("a {- b {- c -} d -} |+| e", "a |+| e");
        check("Sound.Tidal.Context.every 1", "Sound.Tidal.Context.every 1");
        check("f.g", "f . g");
        check("\\x -> x", "\\ -> x".replace("\\ ->", "\\ x -> ").replace("  ", " ").as_str());
    }

    #[test]
    fn a_token_knows_its_column_and_whether_it_is_first() {
        let (tokens, _) = tokens("d1\n  $ s\n\tx");
        let places: Vec<_> = tokens.iter().map(|t| (t.column, t.first)).collect();
        assert_eq!(places, [(1, true), (3, true), (5, false), (9, true), (10, false)]);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_skipped() {
        let (tokens, trouble) = tokens("d1 $ s \u{201c}bd\u{201d}\nd2 $ s \"bd\n§ x");
        assert_eq!(trouble.len(), 3);
        assert!(trouble[0].help[0].contains("\"bd\""), "{:?}", trouble[0].help);
        assert!(trouble[1].message.contains("no closing quote"));
        assert!(tokens.iter().any(|t| t.tok == Tok::Name("x".into())));
        // All that follows would be gone without a word.
        let (_, trouble) = super::tokens("d1 {- {- a -}\n\nd2 $ s \"bd\"");
        assert_eq!(trouble.len(), 1);
        assert_eq!(
            (trouble[0].message.as_str(), trouble[0].range.start()),
            ("this comment is never closed", 3)
        );
    }

    #[test]
    fn what_is_no_text_is_given_up_soon() {
        let (_, trouble) = tokens(&"\0".repeat(1000));
        assert_eq!(trouble.len(), 1);
        assert_eq!(trouble[0].message, "the character \\u{0} has no meaning here");
        let (_, trouble) = tokens(&"\u{1}\u{2}".repeat(1000));
        assert_eq!((trouble.len(), trouble[0].range.end()), (1, 2000));
        let (_, trouble) = tokens(&"\u{1}x".repeat(1000));
        assert_eq!(trouble.len(), MOST_TROUBLE + 1);
        assert_eq!(trouble[MOST_TROUBLE].range.end(), 2000);
    }
}
