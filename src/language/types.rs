//! Types of expressions: what they are, how they are written, how they are named to people.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// A type variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct VarId(pub u32);

/// Type constructors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Con {
    /// `a -> b`, of two.
    Function,
    /// `Pattern a`, of one.
    Pattern,
    /// `[a]`, of one; a string is a list of characters.
    List,
    /// Tuples, of as many; the empty one is `()`.
    Tuple(u8),
    /// `Maybe a`, of one.
    Maybe,
    /// A statement's outcome, of one.
    Action,
    Double,
    Int,
    /// `Rational`, `Time`: exact cycle time.
    Rational,
    Note,
    Bool,
    Char,
    /// `Event a`, of one: what a pattern answers a query with.
    Event,
    /// Controls of a sound: `ControlPattern` is `Pattern Controls`.
    Controls,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Var(VarId),
    Con(Con),
    App(Arc<(Type, Type)>),
}

impl Type {
    pub fn app(f: Self, x: Self) -> Self {
        Self::App(Arc::new((f, x)))
    }

    pub fn function(from: Self, to: Self) -> Self {
        Self::app(Self::app(Self::Con(Con::Function), from), to)
    }

    pub fn pattern(of: Self) -> Self {
        Self::app(Self::Con(Con::Pattern), of)
    }

    pub fn list(of: Self) -> Self {
        Self::app(Self::Con(Con::List), of)
    }

    pub fn text() -> Self {
        Self::list(Self::Con(Con::Char))
    }

    pub fn action() -> Self {
        Self::app(Self::Con(Con::Action), Self::Con(Con::Tuple(0)))
    }

    pub fn controls() -> Self {
        Self::pattern(Self::Con(Con::Controls))
    }

    pub fn tuple(parts: Vec<Self>) -> Self {
        let con = Self::Con(Con::Tuple(u8::try_from(parts.len()).unwrap_or(u8::MAX)));
        parts.into_iter().fold(con, Self::app)
    }

    /// The constructor and its arguments; none for a variable in front.
    pub fn head(&self) -> Option<(Con, Vec<&Self>)> {
        let mut arguments = Vec::new();
        let mut t = self;
        loop {
            match t {
                Self::Con(c) => {
                    arguments.reverse();
                    return Some((*c, arguments));
                }
                Self::App(pair) => {
                    arguments.push(&pair.1);
                    t = &pair.0;
                }
                Self::Var(_) => return None,
            }
        }
    }

    /// True where controls are somewhere inside.
    pub fn holds_controls(&self) -> bool {
        match self {
            Self::Con(c) => *c == Con::Controls,
            Self::App(pair) => pair.0.holds_controls() || pair.1.holds_controls(),
            Self::Var(_) => false,
        }
    }

    /// What is left once all arguments are given.
    pub fn result(&self) -> &Self {
        let mut t = self;
        while let Some((_, to)) = t.as_function() {
            t = to;
        }
        t
    }

    /// `a -> b` taken apart.
    pub fn as_function(&self) -> Option<(&Self, &Self)> {
        match self.head()? {
            (Con::Function, parts) => match parts.as_slice() {
                [a, b] => Some((a, b)),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a `Pattern` holds.
    pub fn as_pattern(&self) -> Option<&Self> {
        match self.head()? {
            (Con::Pattern, parts) => parts.first().copied(),
            _ => None,
        }
    }

    /// How many arguments a function takes.
    #[cfg(test)]
    pub fn arity(&self) -> usize {
        let mut n = 0;
        let mut t = self;
        while let Some((_, to)) = t.as_function() {
            n += 1;
            t = to;
        }
        n
    }

    /// Replaces variables.
    pub fn replace(&self, with: &impl Fn(VarId) -> Option<Self>) -> Self {
        match self {
            Self::Var(v) => with(*v).unwrap_or_else(|| self.clone()),
            Self::Con(_) => self.clone(),
            Self::App(pair) => Self::app(pair.0.replace(with), pair.1.replace(with)),
        }
    }

    /// Adds the variables to a list, each once.
    pub fn variables(&self, out: &mut Vec<VarId>) {
        match self {
            Self::Var(v) if !out.contains(v) => out.push(*v),
            Self::App(pair) => {
                pair.0.variables(out);
                pair.1.variables(out);
            }
            _ => {}
        }
    }
}

/// What a type must be able to do (Haskell's classes, those that Tidal's signatures need).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Class {
    /// A whole number was written here.
    IntLiteral,
    /// A decimal was written here.
    DecimalLiteral,
    /// A string was written here.
    TextLiteral,
    /// What a pattern string can hold.
    Parseable,
    Num,
    Fractional,
    Floating,
    Integral,
    Real,
    RealFrac,
    Enum,
    Eq,
    Ord,
    Show,
    Semigroup,
    Monoid,
    Functor,
    Applicative,
    Monad,
    Foldable,
    /// Has no members of its own to check (Unionable, Moddable, Enumerable, Random ...).
    Any,
}

impl Class {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Num" => Self::Num,
            "Fractional" => Self::Fractional,
            "Floating" => Self::Floating,
            "Integral" => Self::Integral,
            "Real" => Self::Real,
            "RealFrac" => Self::RealFrac,
            "Enum" => Self::Enum,
            "Eq" => Self::Eq,
            "Ord" => Self::Ord,
            "Show" => Self::Show,
            "Semigroup" => Self::Semigroup,
            "Monoid" => Self::Monoid,
            "Functor" => Self::Functor,
            "Applicative" => Self::Applicative,
            "Monad" => Self::Monad,
            "Foldable" | "Traversable" => Self::Foldable,
            "Parseable" => Self::Parseable,
            "Unionable" | "Moddable" | "Enumerable" | "Random" | "Valuable" => Self::Any,
            _ => return None,
        })
    }
}

/// A type as written, before its names are bound to variables: numbered from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Annotation {
    pub ty: Type,
    pub constraints: Vec<(Class, Type)>,
    /// How many variables.
    pub variables: u32,
}

/// Reads a type from its words (`Pattern`, `a`, `->`, `(` ...).
pub(super) fn annotation(words: &[String]) -> Result<Annotation, String> {
    let mut reader = Reader { words, at: 0, names: HashMap::new(), depth: 0 };
    let mut constraints = Vec::new();
    if let Some(arrow) = words.iter().position(|w| w == "=>") {
        constraints = reader.context(arrow)?;
        reader.at = arrow + 1;
    }
    let ty = reader.function()?;
    if let Some(word) = words.get(reader.at) {
        return Err(format!("{word} was not expected in a type"));
    }
    Ok(Annotation { ty, constraints, variables: reader.names.len() as u32 })
}

/// Reads a type of the library's table. Only tests may meet an error.
pub(super) fn signature(text: &str) -> Result<Annotation, String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            ' ' => 1,
            '(' | ')' | '[' | ']' | ',' => {
                words.push(c.to_string());
                1
            }
            '-' | '=' => {
                words.push(rest.get(..2).unwrap_or("").to_owned());
                2
            }
            _ => {
                let end = rest.find(|c: char| " ()[],".contains(c)).unwrap_or(rest.len());
                words.push(rest.get(..end).unwrap_or("").to_owned());
                end
            }
        };
        rest = rest.get(length..).unwrap_or("");
    }
    annotation(&words)
}

struct Reader<'w> {
    words: &'w [String],
    at: usize,
    names: HashMap<&'w str, u32>,
    depth: usize,
}

impl<'w> Reader<'w> {
    fn peek(&self) -> &'w str {
        self.words.get(self.at).map_or("", String::as_str)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn context(&mut self, end: usize) -> Result<Vec<(Class, Type)>, String> {
        let mut out = Vec::new();
        while self.at < end {
            let word = self.peek();
            self.at += 1;
            if matches!(word, "(" | ")" | ",") {
                continue;
            }
            let class = Class::named(word).ok_or_else(|| format!("{word} is no class that is known here"))?;
            out.push((class, self.atom()?));
        }
        Ok(out)
    }

    fn function(&mut self) -> Result<Type, String> {
        self.depth += 1;
        if self.depth > 100 {
            return Err("this type is nested too deeply".into());
        }
        let from = self.application()?;
        let out = if self.eat("->") { Type::function(from, self.function()?) } else { from };
        self.depth -= 1;
        Ok(out)
    }

    fn application(&mut self) -> Result<Type, String> {
        let mut t = self.atom()?;
        while !matches!(self.peek(), "" | "->" | "=>" | ")" | "]" | ",") {
            t = Type::app(t, self.atom()?);
        }
        Ok(t)
    }

    fn atom(&mut self) -> Result<Type, String> {
        let word = self.peek();
        self.at += 1;
        match word {
            "" => Err("a type is missing".into()),
            "[" => {
                let of = self.function()?;
                if self.eat("]") { Ok(Type::list(of)) } else { Err("a ] is missing in this type".into()) }
            }
            "(" => {
                if self.eat(")") {
                    return Ok(Type::Con(Con::Tuple(0)));
                }
                let mut parts = vec![self.function()?];
                while self.eat(",") {
                    parts.push(self.function()?);
                }
                if !self.eat(")") {
                    return Err("a ) is missing in this type".into());
                }
                Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Type::tuple(parts) })
            }
            w if w.starts_with(|c: char| c.is_lowercase() || c == '_') => {
                let next = self.names.len() as u32;
                Ok(Type::Var(VarId(*self.names.entry(w).or_insert(next))))
            }
            w => named(w).ok_or_else(|| format!("there is no type {w}")),
        }
    }
}

fn named(word: &str) -> Option<Type> {
    Some(match word {
        "Pattern" => Type::Con(Con::Pattern),
        "ControlPattern" | "ParamPattern" => Type::controls(),
        "ValueMap" | "ControlMap" | "ParamMap" => Type::Con(Con::Controls),
        "Double" | "Float" => Type::Con(Con::Double),
        "Int" | "Integer" => Type::Con(Con::Int),
        "Rational" | "Time" => Type::Con(Con::Rational),
        "Note" => Type::Con(Con::Note),
        "Bool" => Type::Con(Con::Bool),
        "Char" => Type::Con(Con::Char),
        "String" => Type::text(),
        "Event" => Type::Con(Con::Event),
        "Maybe" => Type::Con(Con::Maybe),
        "IO" => Type::Con(Con::Action),
        _ => return None,
    })
}

/// How a person would call a value of this type.
pub(super) fn describe(t: &Type) -> String {
    match t.head() {
        None => match t {
            Type::App(_) => "a container".into(),
            _ => "any value".into(),
        },
        Some((con, parts)) => match (con, parts.as_slice()) {
            (Con::Function, [a, b]) => describe_function(a, b),
            (Con::Pattern, [of]) if of.head().is_none() => "a pattern".into(),
            (Con::Pattern, [of]) => format!("a pattern of {}", plural(of)),
            (Con::List, [Type::Con(Con::Char)]) => "a text".into(),
            (Con::List, [of]) => format!("a list of {}", plural(of)),
            (Con::Tuple(0), _) => "nothing".into(),
            (Con::Tuple(2), _) => "a pair in brackets, (a, b)".into(),
            (Con::Tuple(_), _) => "a tuple".into(),
            (Con::Maybe, _) => "a value or nothing".into(),
            (Con::Event, _) => "an event".into(),
            (Con::Action, _) => "a statement".into(),
            (Con::Double, _) => "a number".into(),
            (Con::Int, _) => "a whole number".into(),
            (Con::Rational, _) => "a time in cycles".into(),
            (Con::Note, _) => "a note".into(),
            (Con::Bool, _) => "true or false".into(),
            (Con::Char, _) => "a character".into(),
            (Con::Controls, _) => "a set of controls".into(),
            _ => "a function".into(),
        },
    }
}

fn describe_function(from: &Type, to: &Type) -> String {
    match (from.as_pattern(), to.as_pattern()) {
        (Some(_), Some(_)) => "a function from pattern to pattern, such as rev or (fast 2)".into(),
        _ => {
            let mut out = format!("a function from {}", describe(from));
            let _ = write!(out, " to {}", describe(to));
            out
        }
    }
}

fn plural(of: &Type) -> String {
    match of.head() {
        None => "values".into(),
        Some((Con::Double, _)) => "numbers".into(),
        Some((Con::Int, _)) => "whole numbers".into(),
        Some((Con::Rational, _)) => "ratios (2, 0.25)".into(),
        Some((Con::Note, _)) => "notes".into(),
        Some((Con::Bool, _)) => "truths (t and f)".into(),
        Some((Con::Controls, _)) => "controls (sound, n, ...)".into(),
        Some((Con::List, parts)) if parts.first() == Some(&&Type::Con(Con::Char)) => "words".into(),
        Some((Con::Pattern, _)) => "patterns".into(),
        Some((Con::Function, _)) => "functions".into(),
        Some((Con::List, _)) => "lists".into(),
        Some((Con::Char, _)) => "characters".into(),
        Some((Con::Tuple(_), _)) => "pairs".into(),
        Some(_) => "values".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_read_as_written() {
        let every = signature("Pattern Int -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a").unwrap();
        assert_eq!((every.ty.arity(), every.variables), (3, 1));
        let range = signature("(Num a, Ord b) => Pattern a -> [(b, String)] -> f a").unwrap();
        assert_eq!(range.constraints.len(), 2);
        assert!(
            signature("Pattern -> (").is_err()
                && signature("Foo a => a").is_err()
                && signature("Blub").is_err()
        );
    }

    #[test]
    fn types_are_named_in_words() {
        let name = |s: &str| describe(&signature(s).unwrap().ty);
        assert_eq!(name("ControlPattern"), "a pattern of controls (sound, n, ...)");
        assert_eq!(name("Pattern String"), "a pattern of words");
        assert_eq!(
            name("Pattern a -> Pattern a"),
            "a function from pattern to pattern, such as rev or (fast 2)"
        );
    }
}
