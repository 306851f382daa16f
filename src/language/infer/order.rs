//! Which definition must be read before which: each after those whose names it uses, and those that use
//! each other together.

use super::Inferred;
use crate::language::ast::{Binding, Clause, Expr, ExprKind, Guard, Param, Statement};
use crate::source::Diagnostic;
use std::collections::HashMap;
use std::sync::Arc;

/// Definitions by their indices, and whether they use themselves.
pub(super) type Together = (Vec<usize>, bool);

/// The definitions in an order in which each uses only those before it, or those of its circle (Tarjan's
/// way). A circle of values, in which nothing waits for an argument, is an error.
pub(super) fn circles(bindings: &[Binding]) -> Inferred<Vec<Together>> {
    let index: HashMap<&str, usize> = bindings.iter().enumerate().map(|(i, b)| (&*b.name, i)).collect();
    let uses: Vec<Vec<usize>> = bindings
        .iter()
        .map(|b| {
            let mut free = Free::default();
            b.clauses.iter().for_each(|c| free.clause(c));
            free.out.iter().filter_map(|n| index.get(n).copied()).collect()
        })
        .collect();
    let mut search = Search { uses: &uses, low: vec![None; bindings.len()], ..Search::default() };
    (0..bindings.len()).for_each(|i| search.visit(i));
    for (together, _) in search.out.iter().filter(|(_, recursive)| *recursive) {
        let all: Vec<&Binding> = together.iter().filter_map(|i| bindings.get(*i)).collect();
        if !all.iter().any(|b| waits(b))
            && let Some(b) = all.first()
        {
            return Err(Box::new(
                Diagnostic::error(b.name_range, format!("{} is defined by itself, which never ends", b.name))
                    .help("use another name on one of the two sides"),
            ));
        }
    }
    Ok(search.out)
}

/// True for a function: what it uses is used when it is called.
fn waits(b: &Binding) -> bool {
    let lambda = |c: &Clause| matches!(c.plain(), Some(Expr { kind: ExprKind::Lambda(..), .. }));
    b.arity() > 0 || b.clauses.iter().any(lambda)
}

#[derive(Default)]
struct Search<'u> {
    uses: &'u [Vec<usize>],
    /// The earliest that each reaches; none before it was seen.
    low: Vec<Option<usize>>,
    open: Vec<usize>,
    seen: usize,
    out: Vec<Together>,
}

impl Search<'_> {
    fn visit(&mut self, i: usize) {
        if self.low.get(i) != Some(&None) {
            return;
        }
        let mine = self.seen;
        self.seen += 1;
        self.reach(i, mine);
        self.open.push(i);
        let uses = self.uses;
        for j in uses.get(i).into_iter().flatten() {
            self.visit(*j);
            if let Some(Some(low)) = self.low.get(*j).copied() {
                self.reach(i, low);
            }
        }
        if self.low.get(i) == Some(&Some(mine)) {
            let from = self.open.iter().position(|j| *j == i).unwrap_or_default();
            let mut together = self.open.split_off(from);
            together.sort_unstable();
            // What is done is out of reach.
            for j in &together {
                self.low.get_mut(*j).into_iter().for_each(|low| *low = Some(usize::MAX));
            }
            let itself = uses.get(i).is_some_and(|u| u.contains(&i));
            self.out.push((together.clone(), itself || together.len() > 1));
        }
    }

    fn reach(&mut self, i: usize, to: usize) {
        if let Some(low) = self.low.get_mut(i) {
            *low = Some(low.map_or(to, |l| l.min(to)));
        }
    }
}

/// The names that an expression uses and does not give itself.
#[derive(Default)]
struct Free<'e> {
    given: Vec<&'e str>,
    out: Vec<&'e str>,
}

impl<'e> Free<'e> {
    fn uses(&mut self, name: &'e str) {
        if !self.given.contains(&name) && !self.out.contains(&name) {
            self.out.push(name);
        }
    }

    fn gives(&mut self, p: &'e Param) {
        let mut names = Vec::new();
        p.names(&mut names);
        self.given.extend(names.into_iter().map(|n| &**n));
    }

    fn bindings(&mut self, bindings: &'e [Binding]) {
        self.given.extend(bindings.iter().map(|b| &*b.name));
        bindings.iter().flat_map(|b| &b.clauses).for_each(|c| self.clause(c));
    }

    fn clause(&mut self, c: &'e Clause) {
        let mark = self.given.len();
        c.params.iter().for_each(|p| self.gives(p));
        self.bindings(&c.lets);
        for way in &c.ways {
            let mark = self.given.len();
            for g in &way.guards {
                self.expression(g.expression());
                if let Guard::Draw(p, _) = g {
                    self.gives(p);
                }
            }
            self.expression(&way.body);
            self.given.truncate(mark);
        }
        self.given.truncate(mark);
    }

    fn expression(&mut self, e: &'e Expr) {
        let mark = self.given.len();
        match &e.kind {
            ExprKind::Name(n) => self.uses(n),
            ExprKind::Lambda(params, body) => {
                params.iter().for_each(|p| self.gives(p));
                self.expression(body);
            }
            ExprKind::Case(of, ways) => {
                self.expression(of);
                ways.iter().for_each(|w| self.clause(w));
            }
            ExprKind::Draw(p, from, rest) => {
                self.expression(from);
                self.gives(p);
                self.expression(rest);
            }
            ExprKind::Let(bindings, body) => {
                self.bindings(bindings);
                self.expression(body);
            }
            ExprKind::Do(statements) => {
                for s in statements {
                    match s {
                        Statement::Define(bindings) => self.bindings(bindings),
                        Statement::Run(e) => self.expression(e),
                    }
                }
            }
            kind => {
                if let ExprKind::Binary { op, .. }
                | ExprKind::LeftSection { op, .. }
                | ExprKind::RightSection { op, .. } = kind
                {
                    self.uses(&op.name);
                }
                e.children().into_iter().for_each(|c| self.expression(c));
            }
        }
        self.given.truncate(mark);
    }
}

/// All names that an expression mentions.
pub(in crate::language) fn names_in<'e>(e: &'e Expr, out: &mut Vec<&'e Arc<str>>) {
    match &e.kind {
        ExprKind::Name(n) => out.push(n),
        ExprKind::Binary { op, .. }
        | ExprKind::LeftSection { op, .. }
        | ExprKind::RightSection { op, .. } => {
            out.push(&op.name);
        }
        _ => {}
    }
    e.children().into_iter().for_each(|c| names_in(c, out));
}
