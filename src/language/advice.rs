//! What to say when the parts of an expression do not fit: the mistake that is behind it most often,
//! and the form that works, in the performer's own words.
//!
//! In: the expression, what was wanted and what was met. Out: a [`Diagnostic`]. Pure. It guesses, so it
//! never decides whether something is wrong: that is settled before it is asked.

mod literal;

pub(super) use literal::{Refusal, explained};

use super::ast::{Expr, ExprKind, Operator};
use super::library::Entry;
use super::types::{Con, Type, describe};
use crate::control;
use crate::source::{Diagnostic, TextRange};
use std::sync::Arc;

/// The function's name, if what is called is one.
pub(super) fn called(f: &Expr) -> Option<Arc<str>> {
    match &f.kind {
        ExprKind::Name(n) => Some(n.clone()),
        ExprKind::Apply(f, _) => called(f),
        _ => None,
    }
}

/// An expression as it was written, if it is short.
fn written(e: &Expr) -> Option<String> {
    let text = match &e.kind {
        ExprKind::Name(n) => n.to_string(),
        ExprKind::Int(n) | ExprKind::Decimal(n) => n.clone(),
        ExprKind::Text(t) => format!("\"{t}\""),
        ExprKind::Apply(f, args) => all_written(std::iter::once(&**f).chain(args))?,
        ExprKind::List(parts) => {
            let parts: Option<Vec<String>> = parts.iter().map(written).collect();
            format!("[{}]", parts?.join(", "))
        }
        ExprKind::Negate(x) => format!("-{}", written_argument(x)?),
        ExprKind::RightSection { op, right } => format!("{} {}", op.name, written(right)?),
        ExprKind::Binary { op, left, right } => format!("{} {} {}", written(left)?, op.name, written(right)?),
        _ => return None,
    };
    (text.chars().count() <= 40 && !text.chars().any(char::is_control)).then_some(text)
}

/// The same where it is an argument: brackets around what has parts.
fn written_argument(e: &Expr) -> Option<String> {
    let text = written(e)?;
    let parts = matches!(
        e.kind,
        ExprKind::Apply(..) | ExprKind::Binary { .. } | ExprKind::Negate(_) | ExprKind::RightSection { .. }
    );
    Some(if parts { format!("({text})") } else { text })
}

/// A function, or an argument of one, and what follows it.
fn all_written<'e>(parts: impl IntoIterator<Item = &'e Expr>) -> Option<String> {
    let mut parts = parts.into_iter();
    let mut out = match parts.next() {
        None => String::new(),
        Some(f @ Expr { kind: ExprKind::Apply(..), .. }) => written(f)?,
        Some(f) => written_argument(f)?,
    };
    for x in parts {
        out = format!("{out} {}", written_argument(x)?);
    }
    Some(out)
}

/// What usually helps when one thing is wanted and another met.
pub(super) fn usual(wanted: &Type, met: &Type) -> Option<String> {
    let controls = Type::Con(Con::Controls);
    let holds = |t: &Type| t.as_pattern().cloned();
    if holds(wanted) == Some(controls.clone()) && holds(met).is_some() {
        return Some("say which control it is: sound \"...\", n \"...\", note \"...\"".into());
    }
    if holds(met) == Some(controls) && holds(wanted).is_some() {
        return Some("take the control's name away: the pattern itself is wanted here".into());
    }
    let is = |t: Option<Type>, con: &[Con]| con.iter().any(|c| t == Some(Type::Con(*c)));
    if is(holds(met), &[Con::Int]) && is(holds(wanted), &[Con::Note, Con::Double, Con::Rational]) {
        return Some("make them any numbers: fromIntegral <$> in front of them".into());
    }
    if wanted.as_function().is_none() && met.as_function().is_some() {
        return Some("give the function the arguments it still lacks".into());
    }
    if wanted.as_function().is_some() && holds(met).is_some() {
        return Some("is a $ missing, or are brackets missing around a function?".into());
    }
    None
}

/// A call of which one argument does not fit.
pub(super) struct Call<'e> {
    pub called: Option<&'e str>,
    /// A statement that works, if the library has the function.
    pub example: Option<&'static str>,
    pub function: &'e Expr,
    pub args: &'e [&'e Expr],
    /// Which argument it is.
    pub at: usize,
}

impl Call<'_> {
    fn arg(&self) -> Option<&Expr> {
        self.args.get(self.at).copied()
    }

    fn is_operator(&self) -> bool {
        self.called.is_some_and(|n| !n.starts_with(|c: char| c.is_alphabetic() || c == '_'))
    }

    /// A name that nothing has, where words, notes or truths in quotes are wanted.
    pub fn unknown(&self, d: Box<Diagnostic>, wanted: &Type) -> Box<Diagnostic> {
        let (Some(arg), Some(f)) = (self.arg(), self.called) else { return d };
        let ExprKind::Name(n) = &arg.kind else { return d };
        let quoted = match wanted.as_pattern() {
            Some(of) if *of == Type::text() => true,
            Some(Type::Con(Con::Bool)) => matches!(&**n, "t" | "f" | "true" | "false"),
            Some(Type::Con(Con::Note)) => is_note(n),
            _ => false,
        };
        if !quoted || arg.range != d.range {
            return d;
        }
        // `struct t f t`: the names that follow belong to it.
        let behind = self.args.iter().skip(self.at).map_while(|a| match &a.kind {
            ExprKind::Name(n) => Some(&**n),
            _ => None,
        });
        let all: Vec<&str> = if *wanted == Type::pattern(Type::text()) { vec![n] } else { behind.collect() };
        let d = Diagnostic::error(arg.range, format!("{n} is no function; what {f} takes stands in quotes"));
        Box::new(d.help(format!("write {f} \"{}\"", all.join(" "))))
    }

    /// What is said of an argument that does not fit. `to` is what the function gives back for it.
    pub fn refused(&self, wanted: &Type, met: &Type, to: &Type) -> Box<Diagnostic> {
        let range = self.arg().map_or(TextRange::default(), |a| a.range);
        if let (Some(name), true) = (self.arg().and_then(called), *outcome(met) == Type::action()) {
            let d = Diagnostic::error(range, format!("{name} starts a statement, it is no pattern"));
            return Box::new(
                d.help("a pattern is wanted here: s \"bd\", or a name that let has given to one"),
            );
        }
        let place = ordinal(self.at, self.args.len());
        let want = match self.called {
            Some(name) if self.is_operator() => {
                format!("{} {name} stands {}", ["in front of", "behind"][self.at.min(1)], describe(wanted))
            }
            Some(name) => format!("{name} wants {} {place}", describe(wanted)),
            None => format!("{} is wanted here", describe(wanted)),
        };
        let what = match (self.arg().and_then(written), met.as_function()) {
            (Some(words), Some((lacks, _))) if !self.arg().is_some_and(is_section) => {
                format!("{words} still lacks {}", describe(lacks))
            }
            _ => format!("this is {}", describe(met)),
        };
        let d = Diagnostic::error(range, format!("{want}; {what}"));
        Box::new(match self.help(wanted, met, to) {
            Some(help) => d.help(help),
            None => d.help("look the function up with :help and its name"),
        })
    }

    fn help(&self, wanted: &Type, met: &Type, to: &Type) -> Option<String> {
        let example = self.example.map(|e| format!("for example: {e}"));
        let arg = self.arg()?;
        if self.is_operator() {
            return if self.at == 0 { self.left(met) } else { self.right(met) }
                .or_else(|| usual(wanted, met));
        }
        let (front, behind) = (self.args.get(..self.at)?, self.args.get(self.at + 1..)?);
        let given = all_written(std::iter::once(self.function).chain(front.iter().copied()));
        let rest = all_written(std::iter::once(arg).chain(behind.iter().copied()));
        match (wanted.as_function(), met.as_function()) {
            // off 0.25 s "bd", stack s "bd" s "sn"
            _ if is_control(arg) && (wanted.as_function().is_some() || wanted.as_pattern().is_none()) => {
                example
            }
            // n run 4
            (None, Some(_)) if is_control(self.function) && !behind.is_empty() => {
                given.zip(rest).map(|(f, x)| format!("put brackets around its argument: {f} ({x})"))
            }
            // every 2 fast 2
            (Some(_), Some(_)) if behind.first().is_some_and(|x| is_plain(x)) => {
                let first = all_written([arg, *behind.first()?]);
                given
                    .zip(first)
                    .map(|(f, x)| format!("put it in brackets with its argument: {f} ({x})"))
                    .or(example)
            }
            // every 2 fast $ ...
            (Some(_), Some((from, _))) if from.as_pattern().is_some() => given
                .zip(written(arg))
                .map(|(f, w)| format!("put it in brackets with what it lacks: {f} ({w} {})", sample(from)))
                .or(example),
            (Some(_), Some(_)) => example.or_else(|| usual(wanted, met)),
            // d1 sound "bd"
            (None, Some(_)) if to.as_function().is_none() && !behind.is_empty() => {
                given.zip(rest).map(|(f, x)| format!("put a $ between them: {f} $ {x}")).or(example)
            }
            (None, Some((from, _))) if to.as_function().is_none() && from.as_pattern().is_some() => {
                let numbers = wanted
                    .as_pattern()
                    .is_some_and(|of| matches!(of.head(), Some((Con::Double | Con::Note, _))));
                let lacking = if numbers && from.as_pattern().is_some_and(|of| of.head().is_none()) {
                    "\"0 3\""
                } else {
                    sample(from)
                };
                written(arg).map(|w| format!("give it what it lacks: {w} {lacking}")).or(example)
            }
            // An argument was forgotten in front of this one.
            (None, _) if to.as_function().is_some() => example.or_else(|| usual(wanted, met)),
            // jux (rev $ s "bd")
            (Some(_), None) if matches!(arg.kind, ExprKind::Apply(..)) => given
                .zip(taken_apart(arg))
                .map(|(f, (change, pattern))| {
                    format!("only the change stands in the brackets: {f} {change} $ {pattern}")
                })
                .or_else(|| usual(wanted, met)),
            _ => usual(wanted, met).or(example),
        }
    }

    /// A function stands in front of an operator that joins patterns.
    fn left(&self, met: &Type) -> Option<String> {
        let (left, right) = (self.args.first()?, self.args.get(1)?);
        // s "bd" <~ 0.25
        if let (Some(op @ ("<~" | "~>")), ExprKind::Int(x) | ExprKind::Decimal(x)) =
            (self.called, &right.kind)
        {
            return Some(format!("the time stands in front: {x} {op} {}", written(left)?));
        }
        let (from, to) = met.as_function()?;
        let (l, op) = (written(left)?, self.called?);
        let r = written(right).unwrap_or_else(|| "...".into());
        let sounds = matches!(called(right).as_deref(), Some("s" | "sound" | "n" | "note"));
        Some(if from.as_function().is_some() {
            format!("put brackets around the change: {l} ({op} {r})")
        } else if sounds {
            format!("write $ instead of {op}: {l} $ {r}")
        } else if *to == Type::action() {
            format!("what sounds comes first: {l} $ s \"bd\" {op} {r}")
        } else {
            format!("put a $ and a pattern behind {l}: {l} $ s \"bd\" {op} {r}")
        })
    }

    /// A function stands behind an operator that joins patterns.
    fn right(&self, met: &Type) -> Option<String> {
        let (left, right) = (self.args.first()?, self.args.get(1)?);
        let (from, to) = met.as_function()?;
        let r = written(right)?;
        Some(match written(left) {
            // s "bd" # rev
            Some(l) if !is_control(right) && from.as_pattern().is_some() && to.as_pattern().is_some() => {
                format!("functions stand in front: {r} $ {l}")
            }
            _ => format!("give it what it lacks: {r} {}", sample(from)),
        })
    }
}

/// `c`, `ef`, `gs5`
fn is_note(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| ('a'..='g').contains(&c))
        && name.len() <= 3
        && letters.all(|c| matches!(c, 's' | 'f' | 'n') || c.is_ascii_digit())
}

fn is_section(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::RightSection { .. } | ExprKind::LeftSection { .. })
}

/// True for a control, which is a function too, but changes no pattern.
fn is_control(e: &Expr) -> bool {
    called(e).as_deref().and_then(control::function).is_some()
}

/// What is given back once all arguments are there.
fn outcome(t: &Type) -> &Type {
    t.as_function().map_or(t, |(_, to)| outcome(to))
}

/// A literal or a name, which may well be the argument of what stands before it.
fn is_plain(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Name(_) | ExprKind::Int(_) | ExprKind::Decimal(_) | ExprKind::Text(_))
}

/// A function with all but its last argument, in brackets if it needs them; and that argument.
fn taken_apart(e: &Expr) -> Option<(String, String)> {
    let ExprKind::Apply(f, args) = &e.kind else { return None };
    let (last, before) = args.split_last()?;
    let change = all_written(std::iter::once(&**f).chain(before))?;
    let change = if change.contains(' ') { format!("({change})") } else { change };
    Some((change, written(last)?))
}

/// Something of a type, to be shown behind a function.
fn sample(of: &Type) -> &'static str {
    match of.as_pattern().and_then(Type::head) {
        Some((Con::Double | Con::Int | Con::Rational | Con::Note, _)) => "2",
        Some((Con::List, _)) => "\"bd sn\"",
        _ => "$ s \"bd\"",
    }
}

/// `# speed -1`, `range -1 1 sine`: a minus behind a function that still lacks arguments.
pub(super) fn minus(
    op: &Operator,
    left: &Expr,
    right: &Expr,
    lacks: impl Fn(&str, usize) -> bool,
) -> Option<Box<Diagnostic>> {
    if &*op.name != "-" {
        return None;
    }
    let last = match &left.kind {
        ExprKind::Binary { right, .. } => right,
        _ => left,
    };
    let given = match &last.kind {
        ExprKind::Apply(_, args) => args.len(),
        _ => 0,
    };
    let (number, behind) = match &right.kind {
        ExprKind::Apply(number, behind) => (&**number, behind.as_slice()),
        _ => (right, [].as_slice()),
    };
    let literal = matches!(number.kind, ExprKind::Int(_) | ExprKind::Decimal(_));
    if !lacks(&called(last)?, given) || !(literal || behind.is_empty()) {
        return None;
    }
    let (f, x) = (written(last)?, written(number)?);
    let mut form = format!("{f} (-{x})");
    if let Some(rest) = all_written(behind).filter(|r| !r.is_empty()) {
        form = format!("{form} {rest}");
    }
    let range = last.range.cover(number.range);
    let d = Diagnostic::error(range, format!("this takes {x} away from {f}"));
    Some(Box::new(d.help(format!("a negative number stands in brackets or quotes: {form}"))))
}

/// What an argument is that a function has no place for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    Statement,
    Control,
    Function { example: &'static str },
    Other,
}

/// An argument more than a function takes.
/// `example` is of the function, if the library has it.
pub(super) fn one_too_many(
    f: &Expr,
    given: usize,
    ty: &Type,
    arg: &Expr,
    what: Extra,
    example: Option<&str>,
) -> Diagnostic {
    let (function, extra) = (called(f), written(arg));
    let message = match (&function, given) {
        (Some(name), 0) => format!("{name} is {}, not a function: it takes no argument", describe(ty)),
        (Some(name), 1) => format!("{name} takes one argument; this is one too many"),
        (Some(name), n) => format!("{name} takes {n} arguments; this is one too many"),
        (None, _) => format!("what stands before this is {}, not a function", describe(ty)),
    };
    let head = called(arg);
    let name = head.as_deref().unwrap_or("it");
    let values = matches!(arg.kind, ExprKind::Int(_) | ExprKind::Decimal(_) | ExprKind::Text(_));
    match (what, function) {
        (Extra::Statement, Some(f)) if matches!(arg.kind, ExprKind::Name(_)) && *ty == Type::action() => {
            Diagnostic::error(arg.range, format!("{f} stands alone: it takes no argument"))
                .help("one track alone is stopped by d1 silence")
        }
        (Extra::Statement, _) => {
            Diagnostic::error(arg.range, format!("{name} starts a statement, and here another is under way"))
                .help("begin it at the left margin, or in a do at the same column as the line above")
                .help("a tab counts up to the next multiple of 8: blanks are safer")
        }
        (Extra::Control | Extra::Other, Some(_)) if example.is_some() && given > 1 => {
            let d = Diagnostic::error(arg.range, message);
            example.into_iter().fold(d, |d, e| d.help(format!("for example: {e}")))
        }
        (Extra::Control, None) if ty.head().is_some_and(|(con, _)| matches!(con, Con::Tuple(_))) => {
            Diagnostic::error(arg.range, message).help("one function after the other: (fast 2 . rev) $ ...")
        }
        (Extra::Control, _) => Diagnostic::error(arg.range, message)
            .help(format!("put a # in front of {name} to add it, or a comma if it is the next of a list")),
        (Extra::Function { example }, _) => {
            let whole = extra.filter(|_| matches!(arg.kind, ExprKind::Apply(..)));
            let form = whole.map_or_else(|| example.into(), |w| format!("{w} $ s \"bd\""));
            Diagnostic::error(arg.range, message).help(format!("functions stand in front: {form}"))
        }
        (Extra::Other, Some(f)) if values && given == 1 => Diagnostic::error(arg.range, message)
            .help(format!("several values share one pair of quotes: {f} \"1 2\"")),
        (Extra::Other, _) => Diagnostic::error(arg.range, message)
            .help("is an operator missing in front of it, such as # or $?"),
    }
}

/// `d1 = ...`, where `d1 $ ...` is meant.
pub(super) fn plays(name: &str, range: TextRange) -> Box<Diagnostic> {
    let d =
        Diagnostic::error(range, format!("{name} is what plays; = would give its name to something else"));
    Box::new(d.help(format!("write {name} $ instead of {name} =, or choose another name")))
}

/// A statement that is a function still.
pub(super) fn unfinished(e: &Expr, ty: &Type, entry: Option<&Entry>) -> Box<Diagnostic> {
    let lacks = match ty.as_function() {
        Some((from, _)) if *from != Type::Con(Con::Tuple(0)) => describe(from),
        _ => "an argument".into(),
    };
    let words = written(e).unwrap_or_else(|| "this".into());
    let d = Diagnostic::error(e.range, format!("{words} still lacks {lacks}: nothing plays it"));
    Box::new(match entry {
        Some(entry) if entry.is_statement() => d.help(format!("for example: {}", entry.example)),
        _ => d.help("a statement starts with d1 $, p \"name\" $, once $ and the like"),
    })
}

fn ordinal(i: usize, of: usize) -> &'static str {
    match (i, of) {
        (0, 1) => "as its argument",
        (0, _) => "as its first argument",
        (1, _) => "as its second argument",
        (2, _) => "as its third argument",
        (3, _) => "as its fourth argument",
        _ => "as its argument here",
    }
}
