//! How deep the tree of a statement is: what walks it later calls itself as deep as that.

use crate::language::ast::{Expr, ExprKind, Statement};
use crate::source::{Diagnostic, TextRange};

pub(super) fn too_deep(range: TextRange) -> Diagnostic {
    Diagnostic::error(range, "this is nested too deeply").help("give parts of it names with let")
}

/// How deep the tree of a statement is. It must not call itself: that is what the answer is for.
pub(super) fn height(s: &Statement) -> usize {
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
