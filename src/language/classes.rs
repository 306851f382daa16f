//! Which types can do what: the instances of Tidal's classes, and what to say where there is none.

use super::infer::Wanted;
use super::types::{Class, Con, Type, describe};
use crate::source::Diagnostic;

/// What is known of a type and a class.
pub(super) enum Proof {
    /// It holds if these do.
    Needs(Vec<(Class, Type)>),
    /// It holds if these two are one type.
    Is(Type, Type),
    /// The type is not known yet.
    Later,
    /// It does not hold.
    Never,
}

fn all(class: Class, parts: &[&Type]) -> Proof {
    Proof::Needs(parts.iter().map(|t| (class, (*t).clone())).collect())
}

/// Whether `ty` has `class`.
pub(super) fn instance(class: Class, ty: &Type) -> Proof {
    use Con::{Bool, Char, Controls, Double, Int, List, Maybe, Note, Pattern, Rational, Tuple};
    if matches!(class, Class::Functor | Class::Applicative | Class::Monad | Class::Foldable) {
        return container(class, ty);
    }
    let Some((con, parts)) = ty.head() else { return Proof::Later };
    let yes = Proof::Needs(Vec::new());
    match (class, con) {
        (Class::TextLiteral, Pattern) => all(Class::Parseable, &parts),
        (Class::TextLiteral, List) => match parts.first() {
            Some(of) => Proof::Is((*of).clone(), Type::Con(Char)),
            None => Proof::Never,
        },
        // Haskell would want `pure <$>` in front of the string; what is meant is plain.
        (Class::Parseable, Pattern) => all(Class::Parseable, &parts),
        // A string of controls names sounds, a whole number is n, a decimal is speed.
        (Class::Parseable, Double | Int | Rational | Note | Bool | Char | Controls) => yes,
        (Class::Parseable, List) => match parts.first() {
            Some(of) => Proof::Is((*of).clone(), Type::Con(Char)),
            None => Proof::Never,
        },
        (Class::IntLiteral | Class::Num, Double | Int | Rational | Note) => yes,
        (Class::IntLiteral | Class::Num, Controls) => yes,
        (Class::DecimalLiteral | Class::Fractional, Double | Rational | Note) => yes,
        (Class::DecimalLiteral | Class::Fractional | Class::Floating, Controls) => yes,
        (Class::Floating, Double | Note) => yes,
        (
            Class::IntLiteral
            | Class::DecimalLiteral
            | Class::Num
            | Class::Fractional
            | Class::Floating
            | Class::Integral
            | Class::Real
            | Class::RealFrac
            | Class::Enum
            | Class::Eq
            | Class::Ord
            | Class::Monoid
            | Class::Semigroup,
            Pattern,
        ) => match class {
            // Patterns are joined by overlaying; what they hold does not matter.
            Class::Monoid | Class::Semigroup | Class::Eq | Class::Ord => yes,
            _ => all(class, &parts),
        },
        (Class::Integral, Int | Note) => yes,
        (Class::Real, Double | Int | Rational | Note) | (Class::RealFrac, Double | Rational | Note) => yes,
        (Class::Enum, Double | Int | Rational | Note | Char | Bool) => yes,
        (Class::Eq | Class::Ord, Double | Int | Rational | Note | Bool | Char | Controls) => yes,
        (Class::Eq | Class::Ord, List | Tuple(_) | Maybe) => all(class, &parts),
        (Class::Show, Double | Int | Rational | Note | Bool | Char | Controls) => yes,
        (Class::Show, List | Tuple(_) | Maybe | Pattern) => all(class, &parts),
        (Class::Monoid | Class::Semigroup, List) => yes,
        (Class::Monoid | Class::Semigroup, Controls) => yes,
        (Class::Monoid | Class::Semigroup, Con::Function) => match parts.get(1) {
            Some(to) => all(class, &[to]),
            None => Proof::Never,
        },
        _ => Proof::Never,
    }
}

/// Classes of containers: patterns, lists, functions, perhaps.
fn container(class: Class, ty: &Type) -> Proof {
    let Some((con, _)) = ty.head() else { return Proof::Later };
    match (class, con) {
        (
            Class::Functor | Class::Applicative | Class::Monad,
            Con::Pattern | Con::List | Con::Maybe | Con::Function,
        ) => Proof::Needs(Vec::new()),
        (Class::Functor | Class::Applicative | Class::Monad, Con::Action) => Proof::Needs(Vec::new()),
        (Class::Foldable, Con::List | Con::Maybe) => Proof::Needs(Vec::new()),
        _ => Proof::Never,
    }
}

/// The type of a variable that nothing but these classes decides.
pub(super) fn default_for(classes: &[Class]) -> Type {
    let has = |c: &[Class]| classes.iter().any(|x| c.contains(x));
    if has(&[Class::TextLiteral]) {
        return Type::text();
    }
    if has(&[Class::Functor, Class::Applicative, Class::Monad]) {
        return Type::Con(Con::Pattern);
    }
    if has(&[Class::Foldable]) {
        return Type::Con(Con::List);
    }
    if has(&[Class::DecimalLiteral, Class::Fractional, Class::Floating, Class::RealFrac]) {
        return Type::Con(Con::Double);
    }
    if has(&[Class::IntLiteral, Class::Num, Class::Integral, Class::Real, Class::Enum]) {
        return Type::Con(Con::Int);
    }
    if has(&[Class::Parseable]) {
        return Type::text();
    }
    Type::Con(Con::Tuple(0))
}

/// What to say of a number that stands for controls.
pub(super) fn hint(w: &Wanted, ty: &Type) -> Option<Diagnostic> {
    let (text, help) = match w.class {
        _ if *ty != Type::Con(Con::Controls) => return None,
        Class::IntLiteral => {
            ("a whole number alone counts as n", "n 3 says so; name another control: gain 1")
        }
        Class::DecimalLiteral => {
            ("a decimal alone counts as speed", "speed 1.5 says so; name another control: gain 0.9")
        }
        _ => return None,
    };
    Some(Diagnostic::hint(w.range, text).help(help))
}

/// What to say when a type does not have a class.
pub(super) fn refused(w: &Wanted, ty: &Type) -> Diagnostic {
    let what = describe(ty);
    match w.class {
        Class::TextLiteral | Class::Parseable if ty.as_function().is_some() => {
            Diagnostic::error(w.range, "a function is wanted here, and this is a string")
                .help("functions look like this: rev, (fast 2), (# speed 2), (\"<0 0.25>\" <~)")
        }
        Class::TextLiteral | Class::Parseable => {
            Diagnostic::error(w.range, format!("{what} is wanted here, and this is a string"))
                .help("take the quotes away, or see :help and the function's name for what it takes")
        }
        Class::IntLiteral | Class::DecimalLiteral if ty.as_function().is_some() => {
            Diagnostic::error(w.range, "a function is wanted here, and this is a number")
                .help("put a function with an argument in brackets: (fast 2)")
        }
        Class::IntLiteral => {
            let help = match ty.head() {
                Some((Con::List, _)) => "a list stands in square brackets: [1, 2]",
                Some((Con::Tuple(_), _)) => "a pair stands in round brackets, with a comma: (1, 2)",
                _ => "write words in quotes: \"bd\"",
            };
            Diagnostic::error(w.range, format!("{what} is wanted here, and this is a number")).help(help)
        }
        Class::DecimalLiteral => {
            Diagnostic::error(w.range, format!("{what} is wanted here, and this is a decimal"))
                .help("write a whole number")
        }
        Class::Real if ty == &Type::controls() || ty == &Type::Con(Con::Controls) => {
            Diagnostic::error(w.range, "this makes numbers, and a pattern of controls is wanted here")
                .help("say what they are for: # n (scale \"minor\" \"0 .. 7\")")
        }
        Class::Num
        | Class::Fractional
        | Class::Floating
        | Class::Integral
        | Class::Real
        | Class::RealFrac => Diagnostic::error(w.range, format!("there is no calculating with {what}"))
            .help("numbers and patterns of numbers add up: n (\"0 3\" + \"<0 12>\")"),
        Class::Show => Diagnostic::error(w.range, format!("{what} cannot be shown as text"))
            .help("show takes numbers, words and lists of them"),
        Class::Functor | Class::Applicative | Class::Monad => {
            Diagnostic::error(w.range, format!("a pattern or a list is wanted here; this is {what}"))
                .help("a pattern stands in quotes, a list in square brackets: \"0 1\", [0, 1]")
        }
        Class::Foldable => Diagnostic::error(w.range, format!("a list is wanted here; this is {what}"))
            .help("a list stands in square brackets: [0, 1]"),
        Class::Eq | Class::Ord => Diagnostic::error(w.range, format!("{what} cannot be compared"))
            .help("numbers, words and truths can"),
        Class::Enum => Diagnostic::error(w.range, format!("{what} cannot be counted through"))
            .help("numbers can: [0 .. 7]"),
        Class::Semigroup | Class::Monoid | Class::Any => {
            Diagnostic::error(w.range, format!("{what} cannot be joined to another"))
                .help("patterns, lists and texts can; # and + put patterns together")
        }
    }
}
