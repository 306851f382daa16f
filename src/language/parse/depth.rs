//! How deep the tree of a statement is: what walks it later calls itself as deep as that.

use crate::language::ast::{Expr, Statement};
use crate::source::{Diagnostic, TextRange};

pub(super) fn too_deep(range: TextRange) -> Diagnostic {
    Diagnostic::error(range, "this is nested too deeply").help("give parts of it names with let")
}

/// How deep the tree of a statement is. It must not call itself: that is what the answer is for.
pub(super) fn height(s: &Statement) -> usize {
    let mut most = 0;
    let mut open: Vec<(&Expr, usize)> = s.children().into_iter().map(|e| (e, 1)).collect();
    while let Some((e, depth)) = open.pop() {
        most = most.max(depth);
        open.extend(e.children().into_iter().map(|c| (c, depth + 1)));
    }
    most
}
