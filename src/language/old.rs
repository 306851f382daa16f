//! What sets of earlier versions say: old names, and statements that had another form.
//!
//! In: tokens, or the statements read. Out: hints that name today's form; the old one works as it used to.

use super::Scope;
use super::ast::{Expr, ExprKind, Statement};
use super::library::Library;
use super::token::{Tok, Token};
use crate::source::{Diagnostic, TextRange};

fn hint(name: &str, range: TextRange, new: &str) -> Diagnostic {
    Diagnostic::hint(range, format!("{name} is an old name; it works as it used to"))
        .help(format!("today one writes {new}"))
}

/// A hint for each old name of the library, where it stands first.
pub(super) fn names(tokens: &[Token], library: &Library, scope: &Scope) -> Vec<Diagnostic> {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for t in tokens {
        let (Tok::Name(name) | Tok::Op(name)) = &t.tok else { continue };
        let Some(new) = library.get(name).and_then(|e| e.old) else { continue };
        if !seen.contains(&name.as_str()) && scope.get(name).is_none() {
            seen.push(name);
            out.push(hint(name, t.range, new));
        }
    }
    out
}

/// `cps 0.5` as a statement, also as a line of a `do`, set the tempo until 1.0: it becomes `setcps 0.5`.
pub(super) fn tempo(s: &mut Statement, scope: &Scope, hints: &mut Vec<Diagnostic>) {
    let Statement::Run(e) = s else { return };
    match &mut e.kind {
        ExprKind::Apply(f, args) if args.len() == 1 => {
            if let Expr { kind: ExprKind::Name(name), range } = &mut **f
                && &**name == "cps"
                && scope.get(name).is_none()
            {
                hints.push(hint(name, *range, "setcps"));
                *name = "setcps".into();
            }
        }
        ExprKind::Do(lines) => lines.iter_mut().for_each(|s| tempo(s, scope, hints)),
        _ => {}
    }
}
