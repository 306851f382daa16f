//! Prints a tree as notation that reads back as the same tree.
//!
//! In: an [`Ast`]. Out: text. Pure. Shorthands are written out (`bd ! !` as `bd!3`, `_` as `@2`,
//! notes as semitones), so it is not the text that was typed.

use super::Ast;
use super::ast::{Modifier, Node, Op, Shape, Step, Steps};
use crate::time::Rational;
use std::fmt::{Display, Formatter, Result};

impl Display for Ast {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.root.fmt(f)
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.shape {
            Shape::Rest => f.write_str("~"),
            Shape::Word(w) => f.write_str(w),
            Shape::Number(x) => write!(f, "{x}"),
            Shape::Int(n) => write!(f, "{n}"),
            Shape::Ratio(r) => ratio(f, *r),
            Shape::Truth(t) => f.write_str(if *t { "t" } else { "f" }),
            Shape::Variable(name) => write!(f, "^{name}"),
            Shape::Modifiers(list) if list.is_empty() => f.write_str("i0"),
            Shape::Modifiers(list) => list.iter().try_for_each(|m| modifier(f, *m)),
            Shape::Chord(chord) => {
                if let Some(root) = &chord.root {
                    root.fmt(f)?;
                }
                std::iter::once(&chord.name).chain(&chord.modifiers).try_for_each(|n| write!(f, "'{n}"))
            }
            Shape::Step(s) => step(f, s),
            Shape::Sequence(groups) => sequence(f, groups),
            Shape::Stack(list) => list_of(f, list, ", "),
            Shape::Choice(list) => list_of(f, list, " | "),
            Shape::Group(inside) => write!(f, "[{inside}]"),
            Shape::Alternation(layers) => {
                f.write_str("<")?;
                list_of(f, layers, ", ")?;
                f.write_str(">")
            }
            Shape::Polymeter(layers, steps) => {
                f.write_str("{")?;
                list_of(f, layers, ", ")?;
                f.write_str("}")?;
                match steps {
                    Steps::OfFirstLayer => Ok(()),
                    Steps::Missing => f.write_str("%"),
                    Steps::Given(n) => write!(f, "%{n}"),
                }
            }
            Shape::Range(ends) => write!(f, "{} .. {}", ends.0, ends.1),
        }
    }
}

fn list_of(f: &mut Formatter<'_>, list: &[Node], between: &str) -> Result {
    list.iter().enumerate().try_for_each(|(i, n)| write!(f, "{}{n}", if i == 0 { "" } else { between }))
}

/// Dots end groups; a last group without steps needs one of its own.
fn sequence(f: &mut Formatter<'_>, groups: &[Vec<Node>]) -> Result {
    for (i, group) in groups.iter().enumerate() {
        if i > 0 {
            f.write_str(" . ")?;
        }
        for (j, step) in group.iter().enumerate() {
            if j > 0 {
                // Two blanks where a number would eat one and a letter after it (`bd@4 x1`, `bd*2 e`).
                f.write_str(if could_be_eaten(step) { "  " } else { " " })?;
            }
            step.fmt(f)?;
        }
    }
    if groups.len() > 1 && groups.last().is_some_and(Vec::is_empty) { f.write_str(" .") } else { Ok(()) }
}

/// True for a step that begins with a letter for a ratio and no other letter behind it.
fn could_be_eaten(node: &Node) -> bool {
    match &node.shape {
        Shape::Word(w) => {
            w.starts_with(['w', 'h', 'q', 'e', 's', 't', 'f', 'x'])
                && w.get(1..).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
        }
        Shape::Step(step) => could_be_eaten(&step.part),
        Shape::Range(ends) => could_be_eaten(&ends.0),
        _ => false,
    }
}

fn step(f: &mut Formatter<'_>, step: &Step) -> Result {
    step.part.fmt(f)?;
    for op in &step.ops {
        match op {
            Op::Fast(n) => write!(f, "*{n}"),
            Op::Slow(n) => write!(f, "/{n}"),
            Op::Degrade(0.5) => f.write_str("?"),
            Op::Degrade(by) => write!(f, "?{by}"),
            Op::Euclid(e) => {
                write!(f, "({},{}", e.hits, e.steps)?;
                e.rotation.iter().try_for_each(|r| write!(f, ",{r}"))?;
                f.write_str(")")
            }
        }?;
    }
    if step.count != 1 {
        write!(f, "!{}", step.count)?;
    }
    let room = Rational::int(i64::from(step.count));
    if step.weight != room {
        f.write_str("@")?;
        ratio(f, step.weight - room + Rational::ONE)?;
    }
    Ok(())
}

fn modifier(f: &mut Formatter<'_>, modifier: Modifier) -> Result {
    match modifier {
        Modifier::Notes { count, from } => write!(f, "{count}{}", "i".repeat(from as usize)),
        Modifier::Invert(n) => f.write_str(&"i".repeat(n as usize)),
        Modifier::Open => f.write_str("o"),
        Modifier::Drop(n) => write!(f, "d{n}"),
    }
}

fn ratio(f: &mut Formatter<'_>, r: Rational) -> Result {
    if r.is_integer() { write!(f, "{}", r.num()) } else { write!(f, "{}%{}", r.num(), r.den()) }
}
