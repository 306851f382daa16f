//! Precedence and associativity, as Tidal and Haskell declare them, and as a set declares its own.

use super::token::{Tok, Token};
use std::collections::HashMap;
use std::sync::Arc;

/// To which side equals are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// How tightly an operator binds, 0 to 9, and to which side.
pub(super) type Fixity = (u8, Side);

/// How an operator binds that nothing is said of.
pub(super) const USUAL: Fixity = (9, Side::Left);

/// True where somebody says how an operator binds, well or not.
pub(super) fn declares(tokens: &[Token]) -> bool {
    let word =
        |t: &Token| matches!(&t.tok, Tok::Name(w) if matches!(w.as_str(), "infixl" | "infixr" | "infix"));
    let begins = |t: &Token| match &t.tok {
        Tok::Int(_) | Tok::Mark('`') => true,
        Tok::Op(o) => !matches!(o.as_str(), "=" | "::" | "|" | "$" | "."),
        _ => false,
    };
    tokens.first().is_some_and(word) && tokens.get(1).is_some_and(begins)
}

/// A declaration that stands here, `infixr 5 <+>, +++`: how many tokens it takes, and what it says.
pub(super) fn declaration(tokens: &[Token]) -> Option<(usize, Fixity, Vec<Arc<str>>)> {
    let tok = |i: usize| tokens.get(i).map(|t| &t.tok);
    let side = match tok(0)? {
        Tok::Name(word) if word == "infixl" || word == "infix" => Side::Left,
        Tok::Name(word) if word == "infixr" => Side::Right,
        _ => return None,
    };
    let (mut at, mut level) = (1, USUAL.0);
    if let Some(Tok::Int(n)) = tok(at) {
        (at, level) = (at + 1, n.parse().ok().filter(|n| *n <= USUAL.0)?);
    }
    let mut names = Vec::new();
    loop {
        match (tok(at)?, tok(at + 1), tok(at + 2)) {
            (Tok::Op(o), ..) => (names.push(o.as_str().into()), at += 1),
            (Tok::Mark('`'), Some(Tok::Name(n)), Some(Tok::Mark('`'))) => {
                (names.push(n.as_str().into()), at += 3)
            }
            _ => return None,
        };
        if tok(at) != Some(&Tok::Mark(',')) {
            return Some((at, (level, side), names));
        }
        at += 1;
    }
}

/// How the operators of a set bind; the others as in [`fixity`].
#[derive(Clone, Debug, Default)]
pub(super) struct Fixities(HashMap<Arc<str>, Fixity>);

impl Fixities {
    pub fn set(&mut self, op: Arc<str>, fixity: Fixity) {
        self.0.insert(op, fixity);
    }

    /// What a set declares of an operator.
    pub fn get(&self, op: &str) -> Option<Fixity> {
        self.0.get(op).copied()
    }

    /// Adds what a block declares. It holds wherever it stands in it.
    pub fn read(&mut self, tokens: &[Token]) {
        for i in 0..tokens.len() {
            if let Some((_, fixity, names)) = tokens.get(i..).and_then(declaration) {
                names.into_iter().for_each(|n| self.set(n, fixity));
            }
        }
    }

    /// True when `left`, standing before `right`, takes the operand between them.
    pub fn binds_tighter(&self, left: &str, right: &str) -> bool {
        let of = |op| self.get(op).unwrap_or_else(|| fixity(op));
        let ((a, side), (b, _)) = (of(left), of(right));
        a > b || (a == b && side == Side::Left)
    }
}

/// What binds how: higher is tighter; all that is not listed is infixl 9, as most of Tidal's are.
fn fixity(op: &str) -> Fixity {
    match op {
        "$" | "$!" => (0, Side::Right),
        ">>=" | ">>" => (1, Side::Left),
        "=<<" => (1, Side::Right),
        "||" => (2, Side::Right),
        "&&" => (3, Side::Right),
        "==" | "/=" | "<=" | ">=" => (4, Side::Left),
        "<$>" | "<*>" | "<*" | "*>" | "<$" | "elem" => (4, Side::Left),
        "++" | ":" => (5, Side::Right),
        "<>" => (6, Side::Right),
        "+" | "-" => (6, Side::Left),
        "*" | "/" | "%" | "div" | "mod" | "rem" | "quot" => (7, Side::Left),
        "^" | "^^" | "**" => (8, Side::Right),
        "." => (9, Side::Right),
        "!!" | "!!!" => (9, Side::Left),
        // < and > compare in Haskell; in Tidal |< and |> take values.
        "<" | ">" => (4, Side::Left),
        _ => (9, Side::Left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binds_tighter(left: &str, right: &str) -> bool {
        Fixities::default().binds_tighter(left, right)
    }

    #[test]
    fn a_set_declares_its_own() {
        let (tokens, _) = crate::language::token::tokens("infixr 5 <+>, `over`\ninfixl 12 +++");
        let mut all = Fixities::default();
        all.read(&tokens);
        assert_eq!(all.get("<+>"), Some((5, Side::Right)));
        assert_eq!(all.get("over"), Some((5, Side::Right)));
        assert_eq!(all.get("+++"), None);
        assert!(all.binds_tighter("#", "<+>") && all.binds_tighter("<+>", "$"));
    }

    #[test]
    fn tidals_operators_bind_tighter_than_arithmetic() {
        assert!(binds_tighter("#", "+") && binds_tighter("<~", "$") && !binds_tighter("+", "#"));
        assert!(binds_tighter("#", "|+|") && !binds_tighter("$", "$") && !binds_tighter(".", "."));
    }
}
