//! Tokens into trees: one function for each rule of `grammar/language.ebnf`.
//!
//! Layout: `do`, `let`, `where` open a block at the column of their first token; a token that is
//! first on its line at that column starts the next item, further left it ends the block. Brackets
//! suspend layout, so that code which returns to the left margin inside them is still read. At the
//! top of a block, a line at column 1 goes on with the statement above unless it starts one.

use super::ast::{Binding, Expr, ExprKind, Operator, Param, Statement};
use super::operators;
use super::token::{Tok, Token};
use super::types::{Annotation, annotation};
use crate::source::{Diagnostic, TextRange};
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
) -> (Vec<Statement>, Vec<Diagnostic>) {
    let (mut statements, mut trouble) = (Vec::new(), Vec::new());
    let pieces = cut(tokens, starts);
    let start = |piece: &[Token]| piece.first().map_or(usize::MAX, |t| t.range.start());
    for (i, piece) in pieces.iter().enumerate() {
        // What stands before the first statement belongs to it.
        let from = if i == 0 { 0 } else { start(piece) };
        let to = pieces.get(i + 1).map_or(usize::MAX, |next| start(next));
        if unreadable.iter().any(|d| (from..to).contains(&d.range.start())) {
            continue;
        }
        let mut p = Parser { tokens: piece, at: 0, layout: vec![0], item_start: 0, depth: 0 };
        if matches!(p.peek(), Tok::End) {
            continue;
        }
        if piece.len() > MAX_TOKENS {
            let d = Diagnostic::error(p.range(), "this statement is too long to be read");
            trouble.push(d.help("make several of it, with a blank line between them"));
            continue;
        }
        match p.statement().and_then(|s| p.finished().map(|()| s)) {
            Ok(s) if height(&s) > MAX_DEPTH => {
                let first = piece.first().map_or(TextRange::default(), |t| t.range);
                trouble.push(too_deep(first));
            }
            Ok(s) => statements.push(s),
            Err(d) => trouble.push(*d),
        }
    }
    (statements, trouble)
}

fn too_deep(range: TextRange) -> Diagnostic {
    Diagnostic::error(range, "this is nested too deeply").help("give parts of it names with let")
}

/// How deep the tree of a statement is. It must not call itself: that is what the answer is for.
fn height(s: &Statement) -> usize {
    let mut most = 0;
    let mut open: Vec<(&Expr, usize)> = Vec::new();
    inside(s, 1, &mut open);
    while let Some((e, depth)) = open.pop() {
        most = most.max(depth);
        let depth = depth + 1;
        match &e.kind {
            ExprKind::Name(_)
            | ExprKind::Int(_)
            | ExprKind::Decimal(_)
            | ExprKind::Text(_)
            | ExprKind::Char(_) => {}
            ExprKind::List(parts) | ExprKind::Tuple(parts) => open.extend(parts.iter().map(|p| (p, depth))),
            ExprKind::Range { from, then, to } => {
                open.extend(
                    [Some(from), then.as_ref(), Some(to)].into_iter().flatten().map(|p| (&**p, depth)),
                );
            }
            ExprKind::Apply(f, args) => {
                open.push((f, depth));
                open.extend(args.iter().map(|a| (a, depth)));
            }
            ExprKind::Binary { left, right, .. } => open.extend([(&**left, depth), (&**right, depth)]),
            ExprKind::LeftSection { left: x, .. }
            | ExprKind::RightSection { right: x, .. }
            | ExprKind::Negate(x)
            | ExprKind::Lambda(_, x)
            | ExprKind::Annotated(x, _) => open.push((x, depth)),
            ExprKind::Let(bindings, body) => {
                open.extend(bindings.iter().map(|b| (&b.body, depth)));
                open.push((body, depth));
            }
            ExprKind::If(a, b, c) => open.extend([(&**a, depth), (&**b, depth), (&**c, depth)]),
            ExprKind::Do(statements) => statements.iter().for_each(|s| inside(s, depth, &mut open)),
        }
    }
    most
}

fn inside<'e>(s: &'e Statement, depth: usize, open: &mut Vec<(&'e Expr, usize)>) {
    match s {
        Statement::Define(bindings) => open.extend(bindings.iter().map(|b| (&b.body, depth))),
        Statement::Run(e) => open.push((e, depth)),
    }
}

/// Cuts a block where a new statement starts at the left margin.
fn cut<'t>(tokens: &'t [Token], starts: &dyn Fn(&str) -> bool) -> Vec<&'t [Token]> {
    let begins = |i: usize| {
        let Some(t) = tokens.get(i) else { return false };
        let before = i.checked_sub(1).and_then(|j| tokens.get(j));
        if !t.first || t.column > 1 || before.is_none() {
            return false;
        }
        if before.is_some_and(|b| {
            matches!(&b.tok, Tok::Op(o) if o != "!")
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
            Tok::Name(n) => starts(n) || defines(tokens.get(i..).unwrap_or(&[])),
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

/// True when `name params =` stands here.
fn defines(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .enumerate()
        .take_while(|(i, t)| *i == 0 || !t.first)
        .find(|(_, t)| !matches!(t.tok, Tok::Name(_) | Tok::Mark('(' | ')' | ',')))
        .is_some_and(|(_, t)| matches!(&t.tok, Tok::Op(o) if o == "=" || o == "::"))
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    /// Columns of the open blocks; 0 inside brackets.
    layout: Vec<usize>,
    /// The token that starts the item under way.
    item_start: usize,
    depth: usize,
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
            Some(_) if self.tokens.get(self.at).is_some_and(|t| t.first) => self.error(
                "this line begins further left than the lines above it",
                "begin it at the same column as they do; a tab counts up to the next multiple of 8",
            ),
            Some(_) => self.error("this was not expected here", "a new statement starts at the left margin"),
        }
    }

    /// statement = "let" bindings | binding | expression
    fn statement(&mut self) -> Parsed<Statement> {
        if self.is_keyword("let") {
            let mark = self.at;
            self.at += 1;
            let bindings = self.bindings()?;
            if !self.is_keyword("in") {
                return Ok(Statement::Define(bindings));
            }
            self.at = mark;
        } else if matches!(self.peek(), Tok::Name(_)) && defines(self.tokens.get(self.at..).unwrap_or(&[])) {
            return Ok(Statement::Define(self.binding_group()?));
        }
        let mut e = self.expression()?;
        if self.is_keyword("where") {
            self.at += 1;
            let bindings = self.bindings()?;
            let range = e.range.cover(self.last_range());
            e = Expr { kind: ExprKind::Let(bindings, Box::new(e)), range };
        }
        Ok(Statement::Run(e))
    }

    /// bindings = a block of binding
    fn bindings(&mut self) -> Parsed<Vec<Binding>> {
        let mut out: Vec<Binding> = Vec::new();
        let mut annotations: Vec<(Arc<str>, Annotation)> = Vec::new();
        self.items(|p| p.binding(&mut out, &mut annotations))?;
        for b in &mut out {
            b.annotation = annotations.iter().find(|(n, _)| *n == b.name).map(|(_, a)| a.clone());
        }
        if out.is_empty() {
            return self.error("let is followed by no definition", "write: let name = ...");
        }
        Ok(out)
    }

    /// One definition without `let`.
    fn binding_group(&mut self) -> Parsed<Vec<Binding>> {
        let (mut out, mut annotations) = (Vec::new(), Vec::new());
        self.binding(&mut out, &mut annotations)?;
        Ok(out)
    }

    /// binding = name "::" type | name { param } "=" expression [ "where" bindings ]
    fn binding(
        &mut self,
        out: &mut Vec<Binding>,
        annotations: &mut Vec<(Arc<str>, Annotation)>,
    ) -> Parsed<()> {
        let (tok, name_range) = self.take();
        let Tok::Name(name) = tok else {
            return Err(Box::new(
                Diagnostic::error(name_range, "a definition starts with a name")
                    .help("write: let name = ..."),
            ));
        };
        let name: Arc<str> = name.into();
        if self.is_op("::") {
            self.at += 1;
            annotations.push((name, self.type_annotation()?));
            return Ok(());
        }
        let mut params = Vec::new();
        while !self.is_op("=") {
            if !matches!(self.peek(), Tok::Name(_) | Tok::Mark('(')) {
                let d = Diagnostic::error(
                    name_range,
                    format!("{name} is given no value: there is no = behind it"),
                );
                return Err(Box::new(d.help(format!("write: let {name} = s \"bd\""))));
            }
            self.room_for(params.len())?;
            params.push(self.param()?);
        }
        self.at += 1;
        let mut body = self.expression()?;
        if self.is_keyword("where") {
            self.at += 1;
            let inner = self.bindings()?;
            let range = body.range;
            body = Expr { kind: ExprKind::Let(inner, Box::new(body)), range };
        }
        out.push(Binding { name, name_range, params, body, annotation: None });
        Ok(())
    }

    /// param = name | "_" | "(" param { "," param } ")"
    fn param(&mut self) -> Parsed<Param> {
        self.nested(|p| match p.take() {
            (Tok::Name(n), _) if n == "_" => Ok(Param::Ignore),
            (Tok::Name(n), _) => Ok(Param::Name(n.into())),
            (Tok::Mark('('), _) => {
                let mut parts = vec![p.param()?];
                while p.eat(&Tok::Mark(',')) {
                    p.room_for(parts.len())?;
                    parts.push(p.param()?);
                }
                if !p.eat(&Tok::Mark(')')) {
                    return p.error("a ) is missing here", "close the bracket");
                }
                Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Param::Tuple(parts) })
            }
            (_, range) => Err(Box::new(
                Diagnostic::error(range, "a parameter is a name here")
                    .help("write: let f x y = ... or \\x -> ..."),
            )),
        })
    }

    /// The items of a layout block: `{ a; b }`, or lines at one column.
    fn items(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
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

    /// expression = operators [ "::" type ]
    fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|p| {
            let e = p.operators()?;
            if p.is_op("::") {
                p.at += 1;
                let a = p.type_annotation()?;
                let range = e.range.cover(p.last_range());
                return Ok(Expr { kind: ExprKind::Annotated(Box::new(e), a), range });
            }
            Ok(e)
        })
    }

    /// type = the tokens up to where a type cannot go on
    fn type_annotation(&mut self) -> Parsed<Annotation> {
        let start = self.range();
        let mut words = Vec::new();
        let mut open = 0usize;
        loop {
            match self.peek() {
                Tok::Name(n) | Tok::Upper(n) => words.push(n.clone()),
                Tok::Op(o) if matches!(o.as_str(), "->" | "=>" | "." | "~") => words.push(o.clone()),
                Tok::Mark(c @ ('(' | '[')) => {
                    open += 1;
                    words.push(c.to_string());
                }
                Tok::Mark(c @ (')' | ']')) if open > 0 => {
                    open -= 1;
                    words.push(c.to_string());
                }
                Tok::Mark(',') if open > 0 => words.push(",".into()),
                _ => break,
            }
            self.at += 1;
        }
        annotation(&words).map_err(|why| {
            Box::new(
                Diagnostic::error(start.cover(self.last_range()), why)
                    .help("types look like this: Pattern Double, Pattern Note -> ControlPattern"),
            )
        })
    }

    /// operators = operand { operator operand }, by precedence
    fn operators(&mut self) -> Parsed<Expr> {
        let mut operands = vec![self.operand()?];
        let mut ops: Vec<Operator> = Vec::new();
        let mut length = 0;
        while let Some(op) = self.peek_operator() {
            length += 1;
            if length > MAX_DEPTH {
                return Err(Box::new(too_deep(op.range)));
            }
            let mark = self.at;
            self.take_operator(&op);
            if self.section_ends() {
                // `(left op)`: the bracket's rule takes the operator.
                self.at = mark;
                break;
            }
            let operand = self.operand_after(&op)?;
            while ops.last().is_some_and(|last| operators::binds_tighter(&last.name, &op.name)) {
                reduce(&mut operands, &mut ops);
            }
            ops.push(op);
            operands.push(operand);
        }
        while !ops.is_empty() {
            reduce(&mut operands, &mut ops);
        }
        match operands.pop() {
            Some(e) => Ok(e),
            None => self.error("an expression is missing here", "write a pattern: sound \"bd\""),
        }
    }

    fn section_ends(&self) -> bool {
        self.is_mark(')')
    }

    fn operand_after(&mut self, op: &Operator) -> Parsed<Expr> {
        if matches!(self.peek(), Tok::End | Tok::Mark(']' | '}' | ',')) {
            return Err(Box::new(
                Diagnostic::error(op.range, format!("there is nothing after {}", op.name))
                    .help(format!("take the {} out, or write what belongs behind it", op.name)),
            ));
        }
        if let Some(second) = self.peek_operator()
            && &*second.name != "-"
        {
            let d = Diagnostic::error(second.range, format!("{} cannot follow {}", second.name, op.name));
            let both = (&*op.name, &*second.name);
            return Err(Box::new(if both.0 == "$" || both.1 == "$" {
                d.help(format!("leave one of the two out: {} needs something between", op.name))
            } else {
                d.help("leave one of the two out, or put an expression between them")
            }));
        }
        self.operand()
    }

    /// The operator that stands here, a name in backticks too.
    fn peek_operator(&self) -> Option<Operator> {
        match self.peek() {
            Tok::Op(o) if !matches!(o.as_str(), "=" | "::" | "->" | "\\" | "=>" | ".." | "@" | "|") => {
                Some(Operator { name: o.as_str().into(), range: self.range() })
            }
            Tok::Mark('`') => match (self.tokens.get(self.at + 1), self.tokens.get(self.at + 2)) {
                (Some(Token { tok: Tok::Name(n), range, .. }), Some(Token { tok: Tok::Mark('`'), .. })) => {
                    Some(Operator { name: n.as_str().into(), range: *range })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn take_operator(&mut self, op: &Operator) {
        self.at += if self.is_mark('`') { 3 } else { 1 };
        debug_assert!(!op.name.is_empty());
    }

    /// operand = "-" operand | lambda | let | if | do | application
    fn operand(&mut self) -> Parsed<Expr> {
        self.nested(|p| {
            let start = p.range();
            match p.peek() {
                Tok::Op(o) if o == "-" => {
                    p.at += 1;
                    // `- 2 * x` is -(2 * x); between equals it makes no difference.
                    let e = p.operand()?;
                    let range = start.cover(e.range);
                    Ok(Expr { kind: ExprKind::Negate(Box::new(e)), range })
                }
                Tok::Op(o) if o == "\\" => p.lambda(),
                Tok::Keyword("let") => p.let_in(),
                Tok::Keyword("if") => p.if_then_else(),
                Tok::Keyword("do") => p.do_block(),
                Tok::Keyword(k @ ("case" | "of")) => {
                    let k = *k;
                    p.error(format!("{k} is not understood"), "use if ... then ... else")
                }
                _ => p.application(),
            }
        })
    }

    /// lambda = "\" { param } "->" expression
    fn lambda(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let mut params = Vec::new();
        while !self.is_op("->") {
            self.room_for(params.len())?;
            params.push(self.param()?);
        }
        self.at += 1;
        let body = self.expression()?;
        let range = start.cover(body.range);
        Ok(Expr { kind: ExprKind::Lambda(params, Box::new(body)), range })
    }

    /// let = "let" bindings "in" expression
    fn let_in(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let bindings = self.bindings()?;
        if !self.eat(&Tok::Keyword("in")) {
            return self
                .error("let needs in before the expression that uses it", "write: let x = ... in ...");
        }
        let body = self.expression()?;
        let range = start.cover(body.range);
        Ok(Expr { kind: ExprKind::Let(bindings, Box::new(body)), range })
    }

    /// if = "if" expression "then" expression "else" expression
    fn if_then_else(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let test = self.expression()?;
        let mut part = |word: &'static str| {
            if !self.eat(&Tok::Keyword(word)) {
                return self.error(format!("if needs {word} here"), "write: if ... then ... else ...");
            }
            self.expression()
        };
        let yes = part("then")?;
        let no = part("else")?;
        let range = start.cover(no.range);
        Ok(Expr { kind: ExprKind::If(Box::new(test), Box::new(yes), Box::new(no)), range })
    }

    /// do = "do" a block of statement
    fn do_block(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let mut statements = Vec::new();
        self.items(|p| {
            statements.push(p.statement()?);
            Ok(())
        })?;
        if statements.is_empty() {
            return self.error("do is followed by no statement", "write statements below it, further in");
        }
        Ok(Expr { kind: ExprKind::Do(statements), range: start.cover(self.last_range()) })
    }

    /// application = atom { atom }
    fn application(&mut self) -> Parsed<Expr> {
        let function = self.atom()?;
        let mut arguments = Vec::new();
        loop {
            self.room_for(arguments.len())?;
            match self.peek() {
                Tok::Name(_)
                | Tok::Int(_)
                | Tok::Decimal(_)
                | Tok::Text(_)
                | Tok::Char(_)
                | Tok::Mark('(' | '[') => {
                    arguments.push(self.atom()?);
                }
                Tok::Upper(n) if is_constructor(n) => arguments.push(self.atom()?),
                // A block as the last argument.
                Tok::Keyword("do") => arguments.push(self.do_block()?),
                Tok::Op(o) if o == "\\" => arguments.push(self.lambda()?),
                _ => break,
            }
        }
        Ok(match arguments.last() {
            None => function,
            Some(last) => {
                let range = function.range.cover(last.range);
                Expr { kind: ExprKind::Apply(Box::new(function), arguments), range }
            }
        })
    }

    /// `atom = name | number | string | "(" ... ")" | "[" ... "]"`
    fn atom(&mut self) -> Parsed<Expr> {
        let (tok, range) = self.take();
        let kind = match tok {
            Tok::Name(n) => ExprKind::Name(n.into()),
            Tok::Int(n) => ExprKind::Int(n),
            Tok::Decimal(n) => ExprKind::Decimal(n),
            Tok::Text(t) => ExprKind::Text(t.into()),
            Tok::Char(c) => ExprKind::Char(c),
            Tok::Mark('(') => return self.bracketed(range, Self::round),
            Tok::Mark('[') => return self.bracketed(range, Self::list),
            Tok::Upper(n) if is_constructor(&n) => ExprKind::Name(n.into()),
            Tok::Upper(n) => return Err(Box::new(Self::capital(&n, range))),
            Tok::Mark(c @ (')' | ']')) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("an expression is missing before this {c}"))
                        .help("take it out, or write what belongs in front of it"),
                ));
            }
            Tok::End => {
                return Err(Box::new(
                    Diagnostic::error(self.last_range(), "the statement ends where something should follow")
                        .help("is the rest of it indented or on the next line?"),
                ));
            }
            Tok::Op(o) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("{o} needs an expression in front of it"))
                        .help(format!("write something before {o}, or put the operator in brackets: ({o})")),
                ));
            }
            Tok::Keyword(k) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("{k} was not expected here")).help("take it out"),
                ));
            }
            Tok::Mark(c) => {
                return Err(Box::new(
                    Diagnostic::error(range, format!("{c} was not expected here")).help("take it out"),
                ));
            }
        };
        Ok(Expr { kind, range })
    }

    fn capital(name: &str, range: TextRange) -> Diagnostic {
        let lower: String =
            name.chars().enumerate().map(|(i, c)| if i == 0 { c.to_ascii_lowercase() } else { c }).collect();
        Diagnostic::error(
            range,
            format!("{name} starts with a capital; names of functions and controls do not"),
        )
        .help(format!("did you mean {lower}?"))
    }

    /// Brackets suspend layout.
    fn bracketed(
        &mut self,
        start: TextRange,
        rule: fn(&mut Self, TextRange) -> Parsed<ExprKind>,
    ) -> Parsed<Expr> {
        self.nested(|p| {
            p.layout.push(0);
            let kind = rule(p, start);
            p.layout.pop();
            Ok(Expr { kind: kind?, range: start.cover(p.last_range()) })
        })
    }

    fn close(&mut self, close: char, open_range: TextRange) -> Parsed<()> {
        if self.eat(&Tok::Mark(close)) {
            return Ok(());
        }
        let open = if close == ')' { '(' } else { '[' };
        Err(Box::new(if matches!(self.peek(), Tok::End) {
            Diagnostic::error(open_range, format!("this {open} is never closed"))
                .help(format!("add a {close}"))
        } else {
            Diagnostic::error(self.range(), format!("a {close} was expected here"))
                .help(format!("close the {open} first"))
        }))
    }

    /// round = "(" ")" | "(" operator ")" | "(" operator expression ")" | "(" expression operator ")"
    ///       | "(" expression { "," expression } ")"
    fn round(&mut self, start: TextRange) -> Parsed<ExprKind> {
        if self.eat(&Tok::Mark(')')) {
            return Ok(ExprKind::Tuple(Vec::new()));
        }
        if self.is_mark(',') {
            let mut n = 1;
            while self.eat(&Tok::Mark(',')) {
                self.room_for(n)?;
                n += 1;
            }
            self.close(')', start)?;
            return Ok(ExprKind::Name(format!("({})", ",".repeat(n - 1)).into()));
        }
        if let Some(op) = self.peek_operator() {
            let mark = self.at;
            self.take_operator(&op);
            if self.eat(&Tok::Mark(')')) {
                return Ok(ExprKind::Name(op.name));
            }
            if &*op.name != "-" {
                let right = Box::new(self.expression()?);
                self.close(')', start)?;
                return Ok(ExprKind::RightSection { op, right });
            }
            self.at = mark;
        }
        let first = self.expression()?;
        if let Some(op) = self.peek_operator() {
            self.take_operator(&op);
            self.close(')', start)?;
            return Ok(ExprKind::LeftSection { left: Box::new(first), op });
        }
        if !self.is_mark(',') {
            self.close(')', start)?;
            // The range of the inner expression stays: errors underline what was written.
            return Ok(first.kind);
        }
        let mut parts = vec![first];
        while self.eat(&Tok::Mark(',')) {
            self.room_for(parts.len())?;
            parts.push(self.expression()?);
        }
        self.close(')', start)?;
        Ok(ExprKind::Tuple(parts))
    }

    /// comprehension = expression "|" step { "," step } "]"; step = param "<-" expression | expression
    fn comprehension(&mut self, part: Expr, start: TextRange) -> Parsed<ExprKind> {
        self.at += 1;
        let mut steps = Vec::new();
        loop {
            let mark = self.at;
            let drawn = match self.param() {
                Ok(p) if self.is_op("<-") => Some(p),
                _ => None,
            };
            if let Some(p) = drawn {
                self.at += 1;
                steps.push(Step::Draw(p, self.expression()?));
            } else {
                self.at = mark;
                steps.push(Step::Ask(self.expression()?));
            }
            if !self.eat(&Tok::Mark(',')) {
                break;
            }
        }
        self.close(']', start)?;
        let range = part.range;
        let list = |parts| Expr { kind: ExprKind::List(parts), range };
        // From the inside out: each list is gone through, each question answered by a list or none.
        let all = steps.into_iter().rev().fold(list(vec![part]), |inner, step| {
            let kind = match step {
                Step::Draw(p, from) => {
                    let f = Expr { kind: ExprKind::Lambda(vec![p], Box::new(inner)), range };
                    let name = Expr { kind: ExprKind::Name("concatMap".into()), range };
                    ExprKind::Apply(Box::new(name), vec![f, from])
                }
                Step::Ask(test) => ExprKind::If(Box::new(test), Box::new(inner), Box::new(list(Vec::new()))),
            };
            Expr { kind, range }
        });
        Ok(all.kind)
    }

    /// list = "[" [ expression { "," expression } [ ".." expression ] ] "]"
    fn list(&mut self, start: TextRange) -> Parsed<ExprKind> {
        let mut parts = Vec::new();
        if self.eat(&Tok::Mark(']')) {
            return Ok(ExprKind::List(parts));
        }
        loop {
            parts.push(self.expression()?);
            if parts.len() == 1 && self.is_op("|") {
                return self.comprehension(parts.remove(0), start);
            }
            if self.is_op("..") {
                self.at += 1;
                if self.is_mark(']') && parts.len() == 1 {
                    self.close(']', start)?;
                    let all = Expr { kind: ExprKind::Name("enumFrom".into()), range: start };
                    return Ok(ExprKind::Apply(Box::new(all), parts));
                }
                if self.is_mark(']') {
                    return self
                        .error("a list that never ends is not understood", "say where it ends: [0, 2 .. 8]");
                }
                let to = Box::new(self.expression()?);
                self.close(']', start)?;
                let mut parts = parts.into_iter();
                return match (parts.next(), parts.next(), parts.next()) {
                    (Some(from), then, None) => {
                        Ok(ExprKind::Range { from: Box::new(from), then: then.map(Box::new), to })
                    }
                    _ => self
                        .error("a range has one or two numbers before ..", "write [0 .. 7] or [0, 2 .. 8]"),
                };
            }
            if !self.eat(&Tok::Mark(',')) {
                break;
            }
        }
        self.close(']', start)?;
        Ok(ExprKind::List(parts))
    }
}

/// A step of a list comprehension.
enum Step {
    /// `name <- list`
    Draw(Param, Expr),
    /// A question: only where it is true.
    Ask(Expr),
}

/// Values whose names start with a capital.
fn is_constructor(name: &str) -> bool {
    matches!(name, "True" | "False" | "Just" | "Nothing" | "Arc")
}

fn reduce(operands: &mut Vec<Expr>, ops: &mut Vec<Operator>) {
    let (Some(op), Some(right), Some(left)) = (ops.pop(), operands.pop(), operands.pop()) else { return };
    let range = left.range.cover(right.range);
    // `f $ x` is application: errors then speak of f's argument.
    let kind = match (&*op.name, left) {
        ("$", left) => match left.kind {
            ExprKind::Apply(f, mut args) => {
                args.push(right);
                ExprKind::Apply(f, args)
            }
            _ => ExprKind::Apply(Box::new(left), vec![right]),
        },
        (_, left) => ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) },
    };
    operands.push(Expr { kind, range });
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    type Rule = fn(&mut Parser<'_>) -> Parsed<()>;

    /// The rules of the grammar by name.
    const RULES: &[(&str, Rule)] = &[
        ("statement", |p| p.statement().map(drop)),
        ("bindings", |p| p.bindings().map(drop)),
        ("binding", |p| p.binding(&mut Vec::new(), &mut Vec::new())),
        ("param", |p| p.param().map(drop)),
        ("expression", |p| p.expression().map(drop)),
        ("type_annotation", |p| p.type_annotation().map(drop)),
        ("operators", |p| p.operators().map(drop)),
        ("operand", |p| p.operand().map(drop)),
        ("lambda", |p| p.lambda().map(drop)),
        ("let_in", |p| p.let_in().map(drop)),
        ("if_then_else", |p| p.if_then_else().map(drop)),
        ("do_block", |p| p.do_block().map(drop)),
        ("application", |p| p.application().map(drop)),
        ("atom", |p| p.atom().map(drop)),
        ("round", |p| p.bracketed(TextRange::default(), Parser::round).map(drop)),
        ("list", |p| p.bracketed(TextRange::default(), Parser::list).map(drop)),
    ];

    fn takes(rule: Rule, name: &str, text: &str) -> bool {
        let (tokens, trouble) = tokens(text);
        // The two rules inside brackets begin behind the bracket that led to them.
        let at = usize::from(["round", "list"].contains(&name));
        let mut p = Parser { tokens: &tokens, at, layout: vec![0], item_start: 0, depth: 0 };
        trouble.is_empty() && rule(&mut p).is_ok() && p.finished().is_ok()
    }

    #[test]
    fn grammar_and_code_say_the_same() {
        let mut named = Vec::new();
        let mut tried = std::collections::BTreeMap::<&str, [usize; 2]>::new();
        for line in include_str!("../../grammar/language.ebnf").lines() {
            if let Some((name, _)) = line.split_once('=')
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                named.push(name.trim());
                continue;
            }
            let example = line.strip_prefix("(* ").and_then(|l| l.strip_suffix(" *)"));
            let Some((want, text)) = example.and_then(|l| l.split_once(' ')) else { continue };
            if !["ok", "no"].contains(&want) {
                continue;
            }
            let rule = *named.last().expect("an example stands under a rule");
            let (_, run) = RULES
                .iter()
                .find(|(name, _)| *name == rule)
                .unwrap_or_else(|| panic!("no function is called {rule}"));
            assert_eq!(takes(*run, rule, text), want == "ok", "{rule}: {text}");
            tried.entry(rule).or_default()[usize::from(want == "ok")] += 1;
        }
        for (name, _) in RULES {
            assert!(named.contains(name), "{name} is not in the grammar");
            assert!(tried.get(name).is_some_and(|[no, ok]| *no > 0 && *ok > 0), "{name} lacks an example");
        }
        assert_eq!(named.len(), RULES.len());
    }
}
