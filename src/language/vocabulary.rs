//! Words in strings that only some functions know: scales, ways of `arp`, vowels.
//!
//! In: tokens. Out: warnings for words that are none of them, with the nearest. In Tidal such a word is
//! the root alone, another way, or nothing at all, without a sound of warning.

use super::library::{events, harmony};
use super::token::{Tok, Token};
use crate::source::{Diagnostic, TextRange, nearest};

/// The functions whose next string is made of such words: name, what the words are, which there are.
type Vocabulary = (&'static str, &'static str, fn() -> Vec<&'static str>);

const VOCABULARIES: [Vocabulary; 4] = [
    ("scale", "scale", harmony::scale_names),
    ("getScale", "scale", harmony::scale_names),
    ("arp", "way of arp", events::arp_names),
    ("vowel", "vowel", || vec!["a", "e", "i", "o", "u"]),
];

/// Warnings for what none of them knows.
pub(super) fn unknown(tokens: &[Token]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for pair in tokens.windows(2) {
        let [Token { tok: Tok::Name(name), .. }, Token { tok: Tok::Text(text), range, .. }] = pair else {
            continue;
        };
        let Some((_, of, words)) = VOCABULARIES.iter().find(|(n, ..)| n == name) else { continue };
        let known = words();
        for (at, word) in words_of(text) {
            if known.contains(&word) {
                continue;
            }
            let begin = range.start() + 1 + at;
            let place = TextRange::new(begin, (begin + word.len()).min(range.end()));
            let near = nearest(word, known.iter().copied(), 3);
            let help = if near.is_empty() {
                format!("there are {}", known.iter().take(8).copied().collect::<Vec<_>>().join(", "))
            } else {
                format!("did you mean {}?", near.join(" or "))
            };
            out.push(Diagnostic::warning(place, format!("no {of} is called {word}")).help(help));
        }
    }
    out
}

/// The words of mini-notation, with their places: what begins with a letter, behind no operator.
fn words_of(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let (mut at, mut before) = (0, ' ');
    while let Some(rest) = text.get(at..) {
        let Some(c) = rest.chars().next() else { break };
        let len = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()).max(c.len_utf8());
        if c.is_alphabetic() && !"*/%@!?^".contains(before) {
            out.push((at, rest.get(..len).unwrap_or(rest)));
        }
        before = c;
        at += len;
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::language::{Language, Scope};
    use crate::source::BlockId;

    #[test]
    fn words_that_nobody_knows_are_said_where_they_stand() {
        let said = |text: &str| -> Vec<String> {
            let out = Language::new().evaluate(text, BlockId(0), &Scope::default());
            out.diagnostics
                .iter()
                .map(|d| format!("{}: {} ({})", d.range.of(text), d.message, d.help.join("")))
                .collect()
        };
        assert_eq!(
            said("d1 $ n (scale \"<majr minor>*2\" \"0 .. 7\") # s \"pluck\""),
            ["majr: no scale is called majr (did you mean major?)"]
        );
        assert_eq!(
            said("d1 $ arp \"<upp down>/2\" $ n \"c'maj\" # s \"pluck\" # vowel \"a x ~\""),
            [
                "upp: no way of arp is called upp (did you mean up?)",
                "x: no vowel is called x (there are a, e, i, o, u)"
            ]
        );
        assert_eq!(said("d1 $ n (scale \"major*2e hexDorian?\" \"0\") # s \"pluck\""), [""; 0]);
    }
}
