//! Tokens into trees: one function for each rule of `grammar/language.ebnf`.
//!
//! In: the tokens of a block. Out: its statements, and what is wrong; a statement with an error is left
//! out, the others stay. Pure. Here are the block and the hand that takes tokens; the rules are in
//! [`statement`], [`equation`], [`pattern`], [`layout`], [`do_block`], [`expression`], [`atom`] and [`bracket`]. Nothing here calls itself deeper
//! than [`MAX_DEPTH`], whatever is typed: [`depth`].

mod atom;
mod bracket;
mod depth;
mod do_block;
mod equation;
mod expression;
mod layout;
mod pattern;
mod statement;
#[cfg(test)]
mod tests;

use super::ast::{Binding, Statement};
use super::operators::Fixities;
use super::token::{Tok, Token};
use super::types::Annotation;
use crate::source::{Diagnostic, TextRange};
use depth::{height, too_deep};
use std::sync::Arc;

/// How deep brackets, applications and blocks may nest, and how many operators or arguments may follow
/// each other: what walks the tree calls itself as deep as the tree is.
pub(super) const MAX_DEPTH: usize = 256;

/// Tokens of the longest statement. A set has a few thousand in all; what is longer was not typed, and
/// would hold up the screen.
const MAX_TOKENS: usize = 8_000;

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Parses the tokens of one block. What has an error is left out, the rest is returned.
/// `starts` says which names start a statement at the left margin; a statement in which a token was
/// `unreadable` is left out too, because that explains whatever else would be said of it.
pub(super) fn block(
    tokens: &[Token],
    unreadable: &[Diagnostic],
    starts: &dyn Fn(&str) -> bool,
    fixities: &Fixities,
) -> (Vec<Statement>, Vec<Diagnostic>) {
    let (mut statements, mut trouble) = (Vec::new(), Vec::new());
    let pieces = layout::cut(tokens, starts);
    // Equations at the margin are read one by one; those of one name are one definition.
    let (mut above, mut said) = (false, Vec::new());
    let start = |piece: &[Token]| piece.first().map_or(usize::MAX, |t| t.range.start());
    for (i, piece) in pieces.iter().enumerate() {
        // What stands before the first statement belongs to it.
        let from = if i == 0 { 0 } else { start(piece) };
        let to = pieces.get(i + 1).map_or(usize::MAX, |next| start(next));
        let broken: Vec<usize> =
            unreadable.iter().map(|d| d.range.start()).filter(|at| (from..to).contains(at)).collect();
        let left =
            if broken.is_empty() { Vec::new() } else { layout::without(piece, &broken).unwrap_or_default() };
        let piece = if broken.is_empty() { *piece } else { left.as_slice() };
        let mut p = Parser::new(piece, fixities);
        let equation = !matches!(p.peek(), Tok::Keyword(_));
        let follows = std::mem::replace(&mut above, equation) && equation;
        if matches!(p.peek(), Tok::End) {
            continue;
        }
        if piece.len() > MAX_TOKENS {
            let d = Diagnostic::error(p.range(), "this statement is too long to be read");
            trouble.push(d.help("make several of it, with a blank line between them"));
            continue;
        }
        let read = p.statement().and_then(|s| p.finished().map(|()| s));
        trouble.append(&mut p.trouble);
        match read {
            Ok(s) if height(&s) > MAX_DEPTH => {
                let first = piece.first().map_or(TextRange::default(), |t| t.range);
                trouble.push(too_deep(first));
            }
            Ok(Statement::Define(mut new)) if equation => {
                said.append(&mut p.said);
                equation::annotate(&mut new, &said);
                // Those that follow each other know each other, in whatever order.
                let again = |old: &[Binding]| {
                    let said_before = |b: &Binding| old.iter().rposition(|o| o.name == b.name);
                    // One more equation of the function above is none.
                    let goes_on = |b: &Binding, i| i + 1 == old.len() && b.arity() > 0;
                    new.iter().any(|b| said_before(b).is_some_and(|i| !goes_on(b, i)))
                };
                let joined = match statements.last_mut() {
                    Some(Statement::Define(old)) if follows && !again(old) => {
                        new.into_iter().try_for_each(|b| equation::add(old, b))
                    }
                    _ => {
                        statements.push(Statement::Define(new));
                        Ok(())
                    }
                };
                trouble.extend(joined.err().map(|d| *d));
            }
            Ok(s) => statements.push(s),
            Err(d) => trouble.push(*d),
        }
    }
    (statements, trouble)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    /// Columns of the open blocks; 0 inside brackets.
    layout: Vec<usize>,
    /// The token that starts the item under way.
    item_start: usize,
    depth: usize,
    fixities: &'t Fixities,
    /// The types that a line says of names, for the definition below it.
    said: Vec<(Arc<str>, Annotation)>,
    /// What is wrong with items of a `let` at the margin: the others are read.
    trouble: Vec<Diagnostic>,
}

impl<'t> Parser<'t> {
    fn new(tokens: &'t [Token], fixities: &'t Fixities) -> Self {
        Self {
            tokens,
            at: 0,
            layout: vec![0],
            item_start: 0,
            depth: 0,
            fixities,
            said: Vec::new(),
            trouble: Vec::new(),
        }
    }
}

impl Parser<'_> {
    /// The next token; the end where layout closes the item.
    fn peek(&self) -> &Tok {
        match self.tokens.get(self.at) {
            Some(t) if !self.closed_by_layout(t) => &t.tok,
            _ => &Tok::End,
        }
    }

    fn closed_by_layout(&self, t: &Token) -> bool {
        // The token that starts an item stands at the column that closes the item before.
        self.at != self.item_start
            && t.first
            && self.layout.last().is_some_and(|column| *column > 0 && t.column <= *column)
    }

    fn range(&self) -> TextRange {
        match self.tokens.get(self.at).or(self.tokens.last()) {
            Some(t) => t.range,
            None => TextRange::default(),
        }
    }

    /// The range of the token before.
    fn last_range(&self) -> TextRange {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(TextRange::default(), |t| t.range)
    }

    fn take(&mut self) -> (Tok, TextRange) {
        let (tok, range) = (self.peek().clone(), self.range());
        if tok != Tok::End {
            self.at += 1;
        }
        (tok, range)
    }

    fn is_mark(&self, c: char) -> bool {
        *self.peek() == Tok::Mark(c)
    }

    fn is_op(&self, op: &str) -> bool {
        matches!(self.peek(), Tok::Op(o) if o == op)
    }

    fn is_keyword(&self, k: &str) -> bool {
        matches!(self.peek(), Tok::Keyword(w) if *w == k)
    }

    fn eat(&mut self, tok: &Tok) -> bool {
        let found = self.peek() == tok;
        if found {
            self.at += 1;
        }
        found
    }

    fn error<T>(&self, message: impl Into<String>, help: impl Into<String>) -> Parsed<T> {
        Err(Box::new(Diagnostic::error(self.range(), message).help(help)))
    }

    fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Box::new(too_deep(self.range())));
        }
        self.depth += 1;
        let out = rule(self);
        self.depth -= 1;
        out
    }

    /// One more argument, parameter or part of a tuple: the type is as deep as there are many.
    fn room_for(&self, many: usize) -> Parsed<()> {
        if many < MAX_DEPTH {
            return Ok(());
        }
        self.error("there are too many of these", "is a $, a # or an operator missing between them?")
    }

    /// Nothing may be left over.
    fn finished(&self) -> Parsed<()> {
        match self.tokens.get(self.at).map(|t| &t.tok) {
            None | Some(Tok::End) => Ok(()),
            Some(Tok::Mark(c @ (')' | ']'))) => {
                let open = if *c == ')' { '(' } else { '[' };
                self.error(format!("this {c} closes nothing"), format!("take it out, or open it with {open}"))
            }
            Some(Tok::Op(o)) if o == "=" => {
                self.error("= defines a name, and there is none in front of it", "write: let name = ...")
            }
            Some(Tok::Mark(',')) => self.error(
                "a comma stands only inside brackets",
                "patterns at once: stack [s \"bd\", s \"sn\"]; a pattern of several values: \"0 3\"",
            ),
            Some(_) if self.tokens.get(self.at).is_some_and(|t| t.first) => self.error(
                "this line begins further left than the lines above it",
                "begin it at the same column as they do; a tab counts up to the next multiple of 8",
            ),
            Some(_) => self.error("this was not expected here", "a new statement starts at the left margin"),
        }
    }
}
