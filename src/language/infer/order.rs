//! Which definition must be read before which: each after those whose names it mentions.

use super::Inferred;
use crate::language::ast::{Binding, Expr, ExprKind, Param};
use crate::source::Diagnostic;
use std::collections::HashMap;
use std::sync::Arc;

/// Indices of the bindings, each after those it uses; a circle is an error.
pub(super) fn dependency_order(bindings: &[Binding]) -> Inferred<Vec<usize>> {
    let index: HashMap<&str, usize> = bindings.iter().enumerate().map(|(i, b)| (&*b.name, i)).collect();
    let uses: Vec<Vec<usize>> = bindings
        .iter()
        .map(|b| {
            let mut names = Vec::new();
            names_in(&b.body, &mut names);
            names
                .iter()
                .filter(|n| !bound_by(&b.params, n))
                .filter_map(|n| index.get(&***n).copied())
                .collect()
        })
        .collect();
    let mut order = Vec::new();
    let mut state = vec![0u8; bindings.len()];
    for i in 0..bindings.len() {
        visit(i, bindings, &uses, &mut state, &mut order)?;
    }
    Ok(order)
}

fn visit(
    i: usize,
    bindings: &[Binding],
    uses: &[Vec<usize>],
    state: &mut [u8],
    order: &mut Vec<usize>,
) -> Inferred<()> {
    match state.get(i) {
        Some(0) => {}
        Some(1) => {
            let Some(b) = bindings.get(i) else { return Ok(()) };
            return Err(Box::new(
                Diagnostic::error(b.name_range, format!("{} is defined by itself, which never ends", b.name))
                    .help("use another name on one of the two sides"),
            ));
        }
        _ => return Ok(()),
    }
    if let Some(s) = state.get_mut(i) {
        *s = 1;
    }
    for j in uses.get(i).into_iter().flatten() {
        visit(*j, bindings, uses, state, order)?;
    }
    if let Some(s) = state.get_mut(i) {
        *s = 2;
    }
    order.push(i);
    Ok(())
}

fn bound_by(params: &[Param], name: &str) -> bool {
    params.iter().any(|p| match p {
        Param::Name(n) => &**n == name,
        Param::Ignore => false,
        Param::Tuple(parts) => bound_by(parts, name),
    })
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
