//! Layout: where a statement or an item of a block begins and ends.
//!
//! `do`, `let`, `where` open a block at the column of their first token; a token that is first on its line
//! at that column starts the next item, further left it ends the block. Brackets suspend layout, so that
//! code which returns to the left margin inside them is still read. At the top of a block, a line at
//! column 1 goes on with the statement above unless it starts one.

use super::{Parsed, Parser};
use crate::language::operators;
use crate::language::token::{Tok, Token};

/// Cuts a block where a new statement starts at the left margin.
pub(super) fn cut<'t>(tokens: &'t [Token], starts: &dyn Fn(&str) -> bool) -> Vec<&'t [Token]> {
    let begins = |i: usize| {
        let Some(t) = tokens.get(i) else { return false };
        let before = i.checked_sub(1).and_then(|j| tokens.get(j));
        if !t.first || t.column > 1 || before.is_none() {
            return false;
        }
        // `infixl 6 <+>` ends in an operator, and is whole.
        let line = tokens.get(..i).and_then(|all| all.iter().rposition(|t| t.first)).unwrap_or(i);
        let whole = [line, line + 1].iter().any(|j| tokens.get(*j..i).is_some_and(operators::declares));
        if before.is_some_and(|b| {
            matches!(&b.tok, Tok::Op(o) if o != "!" && !whole)
                || matches!(
                    b.tok,
                    Tok::Mark('(' | '[' | ',')
                        | Tok::Keyword("do" | "let" | "where" | "in" | "then" | "else")
                )
        }) {
            return false;
        }
        match &t.tok {
            Tok::Keyword("let" | "do") => true,
            Tok::Name(n) if starts(n) => true,
            Tok::Name(_) | Tok::Mark('(' | '[') => defines(tokens.get(i..).unwrap_or(&[])),
            _ => false,
        }
    };
    // A block that opens with a bare `do` is one statement, even with its items at the margin.
    let whole_do = matches!(tokens.first().map(|t| &t.tok), Some(Tok::Keyword("do")));
    let mut pieces = Vec::new();
    let mut from = 0;
    for i in 1..tokens.len() {
        if !whole_do && begins(i) {
            pieces.extend(tokens.get(from..i));
            from = i;
        }
    }
    pieces.extend(tokens.get(from..));
    pieces
}

/// True when a definition stands here: an equation as far as its `=` or its guards, or what is said of names.
pub(super) fn defines(tokens: &[Token]) -> bool {
    if operators::declares(tokens) {
        return true;
    }
    let (mut open, mut words) = (0usize, true);
    for (i, t) in tokens.iter().enumerate() {
        let here = open == 0 && i > 0;
        match &t.tok {
            Tok::Op(o) if o == "|" => return here,
            _ if i > 0 && t.first => return false,
            Tok::Op(o) if o == "=" => return here,
            Tok::Op(o) if o == "::" => return here && words,
            // An expression, not an operator that is defined without `let`.
            Tok::Op(o) if open == 0 && matches!(o.as_str(), "$" | "." | "#" | "<-" | "->" | "\\") => {
                return false;
            }
            Tok::Mark('(' | '[') => open += 1,
            Tok::Mark(')' | ']') if open > 0 => open -= 1,
            Tok::Name(_) | Tok::Mark(',') => {}
            Tok::Upper(_) | Tok::Int(_) | Tok::Decimal(_) | Tok::Text(_) | Tok::Char(_) | Tok::Mark('`') => {
                words = false;
            }
            Tok::Op(_) => words &= open > 0,
            _ => return false,
        }
    }
    false
}

/// A `let` at the margin without the definitions that stand at these places; none of another statement,
/// or if nothing is left.
pub(super) fn without(piece: &[Token], places: &[usize]) -> Option<Vec<Token>> {
    let [start @ Token { tok: Tok::Keyword("let"), .. }, items @ ..] = piece else { return None };
    let column = items.first()?.column;
    let begins = |(i, t): &(usize, &Token)| *i == 0 || t.first && t.column <= column && t.tok != Tok::End;
    let starts: Vec<usize> = items.iter().enumerate().filter(begins).map(|(i, _)| i).collect();
    let at = |i: usize| items.get(i).map_or(usize::MAX, |t| t.range.start());
    let mut out = vec![start.clone()];
    for (n, from) in starts.iter().enumerate() {
        let to = starts.get(n + 1).copied().unwrap_or(items.len());
        if !places.iter().any(|place| (at(*from)..at(to)).contains(place)) {
            out.extend_from_slice(items.get(*from..to)?);
        }
    }
    (out.len() > 1).then_some(out)
}

impl Parser<'_> {
    /// The items of a layout block: `{ a; b }`, or lines at one column.
    pub(super) fn items(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        let braces = self.eat(&Tok::Mark('{'));
        let column = match self.tokens.get(self.at) {
            Some(t) if t.tok != Tok::End => t.column,
            _ => return Ok(()),
        };
        // Nothing further in than the block around: the block is empty.
        if !braces && matches!(self.peek(), Tok::End) && self.item_start != self.at {
            return Ok(());
        }
        self.layout.push(if braces { 0 } else { column });
        let out = self.items_inside(braces, column, &mut item);
        self.layout.pop();
        out
    }

    fn items_inside(
        &mut self,
        braces: bool,
        column: usize,
        item: &mut impl FnMut(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        loop {
            while self.eat(&Tok::Mark(';')) {}
            if braces && self.eat(&Tok::Mark('}')) {
                return Ok(());
            }
            // The first token of an item stands at the block's column, which would close it.
            let here = self.at;
            self.item_start = here;
            item(self)?;
            if self.at == here {
                return self.error("this was not expected here", "take it out");
            }
            while self.eat(&Tok::Mark(';')) {}
            let goes_on = match self.tokens.get(self.at) {
                _ if braces => !self.is_mark('}') && !matches!(self.peek(), Tok::End),
                Some(t) => t.tok != Tok::End && ((t.first && t.column == column) || self.after_semicolon()),
                None => false,
            };
            if !goes_on && !braces {
                return Ok(());
            }
            if !goes_on && !self.is_mark('}') {
                return self.error("a } is missing here", "close the block");
            }
        }
    }

    fn after_semicolon(&self) -> bool {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).is_some_and(|t| t.tok == Tok::Mark(';'))
    }
}
