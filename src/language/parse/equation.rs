//! Definitions: `name x = ...`, by one equation or several, with guards and `where`; of operators; of the
//! parts of a tuple; and the ways of a `case`, which look alike.

use super::{Parsed, Parser};
use crate::language::ast::{Binding, Clause, Expr, ExprKind, Guard, Param, Way};
use crate::language::operators;
use crate::language::token::{Tok, Token};
use crate::language::types::Annotation;
use crate::source::{Diagnostic, TextRange};
use std::sync::Arc;

/// What stands in front of `=`.
enum Head {
    Function(Arc<str>, TextRange, Vec<Param>),
    /// `(a, b) = ...`
    Parts(Param, TextRange),
    /// `name ::`
    Said(Vec<Arc<str>>),
}

impl Parser<'_> {
    /// bindings = a block of binding
    pub(super) fn bindings(&mut self) -> Parsed<Vec<Binding>> {
        let mut out: Vec<Binding> = Vec::new();
        let mut annotations: Vec<(Arc<str>, Annotation)> = Vec::new();
        self.block(|p| p.binding(&mut out, &mut annotations))?;
        annotate(&mut out, &annotations);
        if out.is_empty() {
            return self.error("let is followed by no definition", "write: let name = ...");
        }
        Ok(out)
    }

    /// The same at the margin: an item that cannot be read is left out.
    pub(super) fn bindings_apart(&mut self) -> Parsed<Vec<Binding>> {
        let mut out: Vec<Binding> = Vec::new();
        let mut annotations: Vec<(Arc<str>, Annotation)> = Vec::new();
        let read = self.block(|p| {
            let (from, layout, depth, before) = (p.at, p.layout.len(), p.depth, out.len());
            let mut read = p.binding(&mut out, &mut annotations);
            if !matches!(p.peek(), Tok::End | Tok::Mark(';' | '}') | Tok::Keyword("in")) {
                read = read.and_then(|()| p.finished());
            }
            let Err(d) = read else { return Ok(()) };
            out.truncate(before);
            p.trouble.push(*d);
            p.layout.truncate(layout);
            (p.depth, p.at) = (depth, p.next_item(from));
            Ok(())
        });
        annotate(&mut out, &annotations);
        match self.trouble.pop() {
            Some(only) if out.is_empty() => Err(Box::new(only)),
            Some(last) => {
                self.trouble.push(last);
                Ok(out)
            }
            None if out.is_empty() => {
                read?;
                self.error("let is followed by no definition", "write: let name = ...")
            }
            None => read.map(|()| out),
        }
    }

    /// The first token behind `from` that stands no further in than the block, or the end.
    fn next_item(&self, from: usize) -> usize {
        let column = self.layout.last().copied().unwrap_or(0);
        let behind = self.tokens.iter().enumerate().skip(from + 1);
        let mut items = behind.filter(|(_, t)| t.tok == Tok::End || t.first && t.column <= column);
        items.next().map_or(self.tokens.len().saturating_sub(1), |(i, _)| i)
    }

    /// Items of a layout block. What walks them goes through more steps than for an expression, so that they
    /// count as two levels.
    fn block(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.nested(|p| p.nested(|p| p.items(&mut item)))
    }

    /// binding = names "::" type | name { param } clause | param operator param clause | pattern clause
    ///         | fixity
    pub(super) fn binding(
        &mut self,
        out: &mut Vec<Binding>,
        annotations: &mut Vec<(Arc<str>, Annotation)>,
    ) -> Parsed<()> {
        if self.fixity()? {
            return Ok(());
        }
        let start = self.range();
        match self.head()? {
            Head::Said(names) => {
                self.at += 1;
                let a = self.type_annotation()?;
                annotations.extend(names.into_iter().map(|n| (n, a.clone())));
                Ok(())
            }
            Head::Function(name, name_range, _) if &*name == "$" => {
                let d = Diagnostic::error(
                    name_range,
                    "$ means the same in every set: what follows is the argument",
                );
                Err(Box::new(d.help("a definition looks like this: let name = ..., or let a <+> b = ...")))
            }
            Head::Function(name, name_range, params) => {
                if !self.is_op("=") && !self.is_op("|") {
                    let d = Diagnostic::error(
                        name_range,
                        format!("{name} is given no value: there is no = behind it"),
                    );
                    return Err(Box::new(d.help(format!("write: let {name} = s \"bd\""))));
                }
                let clause = self.clause(params, "=", start)?;
                let fixity = self.fixities.get(&name).or_else(|| {
                    let operator = !name.starts_with(|c: char| c.is_alphabetic() || c == '_');
                    operator.then_some(operators::USUAL)
                });
                add(out, Binding { name, name_range, clauses: vec![clause], annotation: None, fixity })
            }
            Head::Parts(param, range) => {
                let clause = self.clause(Vec::new(), "=", start)?;
                parts(out, &param, range, clause);
                Ok(())
            }
        }
    }

    /// fixity = ( "infixl" | "infixr" | "infix" ) [ number ] operator { "," operator }
    pub(super) fn fixity(&mut self) -> Parsed<bool> {
        let Some(rest) = self.tokens.get(self.at..) else { return Ok(false) };
        if !operators::declares(rest) {
            return Ok(false);
        }
        match operators::declaration(rest) {
            // What it says was read before the block was: it holds for all of it.
            Some((many, ..)) => self.at += many,
            None => {
                return self.error(
                    "this does not say how an operator binds",
                    "write: infixl 6 <+>, with a number from 0 to 9",
                );
            }
        }
        Ok(true)
    }

    fn head(&mut self) -> Parsed<Head> {
        let start = self.at;
        let range = self.range();
        if let (Tok::Mark('('), Some(op), Some(Tok::Mark(')'))) = (
            self.peek(),
            self.tokens.get(self.at + 1).and_then(operator),
            self.tokens.get(self.at + 2).map(|t| &t.tok),
        ) {
            self.at += 3;
            return self.function(op, range.cover(self.last_range()));
        }
        if let Tok::Name(name) = self.peek().clone()
            && name != "_"
        {
            self.at += 1;
            let infix = (self.infix().is_some() && !self.at_bang()) || self.is_op(":") || self.is_op("@");
            if self.is_mark(',') || !infix {
                return self.function(name.into(), range);
            }
            self.at = start;
        }
        if !self.at_param() {
            return Err(Box::new(no_head(range)));
        }
        let just = matches!(self.peek(), Tok::Upper(n) if n == "Just");
        let left = if just { Param::Ignore } else { self.param()? };
        if let (false, Some((op, op_range, long))) = (just, self.infix()) {
            self.at += long;
            let right = self.param()?;
            return Ok(Head::Function(op, op_range, vec![left, right]));
        }
        self.at = start;
        let whole = self.pattern()?;
        let mut names = Vec::new();
        whole.names(&mut names);
        if names.is_empty() || !self.is_op("=") && !self.is_op("|") {
            return Err(Box::new(no_head(range)));
        }
        Ok(Head::Parts(whole, range.cover(self.last_range())))
    }

    /// The parameters of a function, or the names that a type is said of.
    fn function(&mut self, name: Arc<str>, range: TextRange) -> Parsed<Head> {
        let mut names = vec![name.clone()];
        while self.eat(&Tok::Mark(',')) {
            match self.take().0 {
                Tok::Name(n) => names.push(n.into()),
                _ => return Err(Box::new(no_head(range))),
            }
        }
        if self.is_op("::") {
            return Ok(Head::Said(names));
        }
        let mut params = Vec::new();
        loop {
            // What is said of when it is evaluated is so already.
            self.at += usize::from(self.at_bang());
            if !self.at_param() {
                return Ok(Head::Function(name, range, params));
            }
            self.room_for(params.len())?;
            params.push(self.param()?);
        }
    }

    /// `f !x`, which is no operator.
    fn at_bang(&self) -> bool {
        let place = |at: Option<usize>| at.and_then(|i| self.tokens.get(i)).map(|t| t.range);
        self.is_op("!")
            && place(self.at.checked_sub(1)).is_some_and(|r| r.end() < self.range().start())
            && place(Some(self.at + 1)).is_some_and(|r| r.start() == self.range().end())
    }

    /// The operator between two parameters: its name, its place, its tokens.
    fn infix(&self) -> Option<(Arc<str>, TextRange, usize)> {
        let op = self.peek_operator()?;
        let long = if self.is_mark('`') { 3 } else { 1 };
        (!matches!(&*op.name, ":" | "<-")).then_some((op.name, op.range, long))
    }

    /// clause = ( sign expression | guarded { guarded } ) [ "where" bindings ]
    pub(super) fn clause(
        &mut self,
        params: Vec<Param>,
        sign: &'static str,
        start: TextRange,
    ) -> Parsed<Clause> {
        let mut ways = Vec::new();
        if self.is_op("|") {
            while self.is_op("|") {
                ways.push(self.guarded(sign)?);
            }
        } else {
            self.sign(sign)?;
            ways.push(Way { guards: Vec::new(), body: self.expression()? });
        }
        let range = start.cover(self.last_range());
        let mut lets = Vec::new();
        if self.is_keyword("where") {
            self.at += 1;
            lets = self.bindings()?;
        }
        Ok(Clause { params, ways, lets, range })
    }

    fn sign(&mut self, sign: &'static str) -> Parsed<()> {
        if self.is_op(sign) {
            self.at += 1;
            return Ok(());
        }
        self.error(format!("a {sign} is missing here"), format!("write what it comes to behind {sign}"))
    }

    /// guarded = "|" guard { "," guard } sign expression
    pub(super) fn guarded(&mut self, sign: &'static str) -> Parsed<Way> {
        self.at += 1;
        let mut guards = vec![self.guard()?];
        while self.eat(&Tok::Mark(',')) {
            guards.push(self.guard()?);
        }
        self.sign(sign)?;
        Ok(Way { guards, body: self.expression()? })
    }

    /// guard = expression | pattern "<-" expression
    pub(super) fn guard(&mut self) -> Parsed<Guard> {
        let mark = self.at;
        if let Ok(p) = self.pattern()
            && self.is_op("<-")
        {
            self.at += 1;
            return Ok(Guard::Draw(p, self.expression()?));
        }
        self.at = mark;
        Ok(Guard::Ask(self.expression()?))
    }

    /// case_of = "case" expression "of" a block of case_way
    pub(super) fn case_of(&mut self) -> Parsed<Expr> {
        let start = self.range();
        self.at += 1;
        let of = self.expression()?;
        if !self.eat(&Tok::Keyword("of")) {
            return self.error("case needs of here", "write: case x of { 0 -> ...; _ -> ... }");
        }
        let mut ways = Vec::new();
        self.block(|p| p.case_way().map(|way| ways.push(way)))?;
        if ways.is_empty() {
            return self.error("of is followed by nothing", "write a way below it, further in: 0 -> ...");
        }
        let range = start.cover(self.last_range());
        Ok(Expr { kind: ExprKind::Case(Box::new(of), ways), range })
    }

    /// case_way = pattern clause, with "->" for a sign
    pub(super) fn case_way(&mut self) -> Parsed<Clause> {
        let start = self.range();
        let param = self.pattern()?;
        self.clause(vec![param], "->", start)
    }
}

/// An operator that may be defined.
fn operator(t: &Token) -> Option<Arc<str>> {
    match &t.tok {
        Tok::Op(o)
            if !matches!(
                o.as_str(),
                "=" | "::" | "->" | "<-" | "\\" | "=>" | ".." | "@" | "|" | ":" | "~"
            ) =>
        {
            Some(o.as_str().into())
        }
        _ => None,
    }
}

fn no_head(range: TextRange) -> Diagnostic {
    Diagnostic::error(range, "a definition starts with a name")
        .help("write: let name = ..., let f x y = ..., let a <+> b = ... or let (a, b) = ...")
}

/// What is said of names belongs to their definitions.
pub(super) fn annotate(bindings: &mut [Binding], annotations: &[(Arc<str>, Annotation)]) {
    for b in bindings {
        if let Some((_, a)) = annotations.iter().find(|(n, _)| *n == b.name) {
            b.annotation = Some(a.clone());
        }
    }
}

/// One more equation: of the function above, or of another.
pub(super) fn add(out: &mut Vec<Binding>, b: Binding) -> Parsed<()> {
    let many = b.arity();
    if let Some(above) = out.last_mut()
        && above.name == b.name
        && (many > 0 || above.arity() > 0)
    {
        if above.arity() != many {
            let message = format!(
                "this equation of {} has {} in front of its =, the one above has {}",
                b.name,
                arguments(many),
                arguments(above.arity())
            );
            let d = Diagnostic::error(b.name_range, message);
            return Err(Box::new(d.help("all equations of a function take as many arguments")));
        }
        above.clauses.extend(b.clauses);
        return Ok(());
    }
    if many > 0 && out.iter().any(|o| o.name == b.name && o.arity() > 0) {
        let d = Diagnostic::error(b.name_range, format!("{} is defined further up already", b.name));
        return Err(Box::new(
            d.help("the equations of a function stand together; another needs another name"),
        ));
    }
    out.push(b);
    Ok(())
}

fn arguments(many: usize) -> String {
    match many {
        0 => "no argument".into(),
        1 => "1 argument".into(),
        n => format!("{n} arguments"),
    }
}

/// `(a, b) = e` is a definition that nobody can name, and one of each part.
fn parts(out: &mut Vec<Binding>, param: &Param, range: TextRange, clause: Clause) {
    let plain = |name: Arc<str>, clause| Binding {
        name,
        name_range: range,
        clauses: vec![clause],
        annotation: None,
        fixity: None,
    };
    let whole: Arc<str> = Binding::unnamed(range);
    let mut names = Vec::new();
    param.names(&mut names);
    let name = |n: &Arc<str>| Expr { kind: ExprKind::Name(n.clone()), range };
    let found = names.iter().map(|n| {
        let way = |params, body| Clause {
            params,
            ways: vec![Way { guards: Vec::new(), body }],
            lets: Vec::new(),
            range,
        };
        let case = ExprKind::Case(Box::new(name(&whole)), vec![way(vec![param.clone()], name(n))]);
        plain((*n).clone(), way(Vec::new(), Expr { kind: case, range }))
    });
    let found: Vec<Binding> = found.collect();
    out.push(plain(whole.clone(), clause));
    out.extend(found);
}
