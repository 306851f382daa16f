//! A literal of the wrong kind, seen from what stands around it: the call whose argument it is, or the
//! arithmetic that took more than it was meant to.
//!
//! In: what was said of the literal by itself, its class, the type that was wanted, the statement. Out:
//! better words, or the same. Pure.

use super::{called, ordinal, written, written_argument};
use crate::control;
use crate::language::ast::{Expr, ExprKind};
use crate::language::library::{Entry, Library};
use crate::language::types::{Class, Con, Type, describe};
use crate::source::{Diagnostic, TextRange};

/// What inference could not prove: of which class a type was to be.
#[derive(Clone, Debug)]
pub(in crate::language) struct Refusal {
    pub class: Class,
    pub ty: Type,
}

/// The statement's own words for `d`, which is about something inside of it.
pub(in crate::language) fn explained(
    d: Box<Diagnostic>,
    refusal: &Refusal,
    statement: &Expr,
    library: &Library,
) -> Box<Diagnostic> {
    better(&d, refusal, statement, library).map_or(d, Box::new)
}

fn better(d: &Diagnostic, refusal: &Refusal, statement: &Expr, library: &Library) -> Option<Diagnostic> {
    let mut path = Vec::new();
    if !way(statement, d.range, &mut path) {
        return None;
    }
    let around = path.iter().rev().nth(1);
    match (refusal.class, around.map(|e| &e.kind)) {
        (Class::Show, Some(ExprKind::Apply(f, args))) => track_name(f, args, library),
        (Class::IntLiteral | Class::DecimalLiteral | Class::TextLiteral | Class::Parseable, Some(around)) => {
            arithmetic(&path, refusal.class).or_else(|| match around {
                ExprKind::Apply(f, args) => argument(d, refusal, f, args, library),
                _ => None,
            })
        }
        _ => None,
    }
}

/// The expressions from the statement down to the one at `range`.
fn way<'e>(e: &'e Expr, range: TextRange, path: &mut Vec<&'e Expr>) -> bool {
    path.push(e);
    let leaf = !matches!(e.kind, ExprKind::Apply(..) | ExprKind::Binary { .. });
    if (e.range == range && leaf) || e.children().into_iter().any(|c| way(c, range, path)) {
        return true;
    }
    path.pop();
    false
}

const ARITHMETIC: [&str; 5] = ["+", "-", "*", "/", "%"];

/// `setcps 120/60/4`: the operator works on what the function gives back, not on its argument.
fn arithmetic(path: &[&Expr], class: Class) -> Option<Diagnostic> {
    if matches!(class, Class::TextLiteral | Class::Parseable) {
        return None;
    }
    let is = |e: &Expr| matches!(&e.kind, ExprKind::Binary { op, .. } if ARITHMETIC.contains(&&*op.name));
    let chain = path.iter().position(|e| is(e))?;
    let (whole, literal) = (path.get(chain)?, path.last()?);
    // Nothing else may stand between the first operator and the number.
    let (between, _) = path.get(chain..)?.split_last().map(|(last, rest)| (rest, last))?;
    if !between.iter().all(|e| is(e)) {
        return None;
    }
    let mut base = *whole;
    let mut rest = Vec::new();
    while let ExprKind::Binary { op, left, right } = &base.kind
        && is(base)
    {
        rest.push((op.name.clone(), right));
        base = left;
    }
    let ExprKind::Apply(f, args) = &base.kind else { return None };
    let (last, front) = args.split_last()?;
    if let Some(c) = called(f).as_deref().and_then(control::function)
        && c.kind == control::Kind::Text
    {
        return None;
    }
    let mut inner = written(last)?;
    for (op, right) in rest.iter().rev() {
        inner = format!("{inner} {op} {}", written_argument(right)?);
    }
    let mut outer = written(f)?;
    for x in front {
        outer = format!("{outer} {}", written_argument(x)?);
    }
    let (op, _) = rest.last()?;
    let taken = written(base)?;
    Some(
        Diagnostic::error(
            literal.range,
            format!("{op} works on all of {taken} here: functions take their arguments first"),
        )
        .help(format!("put the arithmetic in brackets: {outer} ({inner})")),
    )
}

/// `solo d1`: a track is named by its number.
fn track_name(f: &Expr, args: &[Expr], library: &Library) -> Option<Diagnostic> {
    let name = called(f)?;
    let (at, arg) = args.iter().enumerate().find(
        |(_, a)| matches!(&a.kind, ExprKind::Name(n) if library.get(n).is_some_and(Entry::is_statement)),
    )?;
    let track = called(arg)?;
    let number = track.strip_prefix('d').filter(|n| !n.is_empty())?;
    let place = ordinal(at, args.len());
    Some(
        Diagnostic::error(
            arg.range,
            format!("{name} wants the name of a track {place}; {track} starts a statement"),
        )
        .help(format!("write {name} {number}")),
    )
}

/// An argument of a function with a name.
fn argument(
    d: &Diagnostic,
    refusal: &Refusal,
    f: &Expr,
    args: &[Expr],
    library: &Library,
) -> Option<Diagnostic> {
    if let (ExprKind::Text(first), Some(ExprKind::Text(second))) = (&f.kind, args.first().map(|a| &a.kind)) {
        let d = Diagnostic::error(d.range, "a string is no function: nothing joins it to the one behind it");
        return Some(d.help(format!("several values share one pair of quotes: \"{first} {second}\"")));
    }
    let name = called(f)?;
    let entry = library.get(&name);
    let example = match (entry, control::function(&name)) {
        (Some(entry), _) => format!("for example: {}", entry.example),
        (None, Some(c)) if c.kind == control::Kind::Text => format!("words stand in quotes: {name} \"a\""),
        _ => return None,
    };
    let (at, arg) = args.iter().enumerate().find(|(_, a)| a.range == d.range)?;
    let met = match refusal.class {
        Class::TextLiteral | Class::Parseable => "a string",
        Class::DecimalLiteral => "a decimal",
        _ => "a number",
    };
    let ty = &refusal.ty;
    let place = ordinal(at, args.len());
    let d = Diagnostic::error(arg.range, format!("{name} wants {} {place}; this is {met}", describe(ty)));
    Some(match (ty.head(), refusal.class) {
        (Some((Con::Function, _)), Class::TextLiteral | Class::Parseable) => {
            d.help("functions look like this: rev, (fast 2), (# speed 2), (\"<0 0.25>\" <~)").help(example)
        }
        (Some((Con::Int, _)), Class::DecimalLiteral) => d.help("write a whole number"),
        (Some((Con::Pattern, parts)), Class::DecimalLiteral)
            if parts.first() == Some(&&Type::Con(Con::Int)) =>
        {
            d.help("write a whole number")
        }
        _ => d.help(example),
    })
}
