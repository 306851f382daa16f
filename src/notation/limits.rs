//! What keeps a string within bounds, and what is odd in one that is.
//!
//! In: text or a tree. Out: diagnostics. Pure. Brackets are counted before anything recurses, and
//! steps are counted before anything is expanded, so that neither `[[[[...` nor `bd!1000000` costs
//! more than the reading.

use super::ast::{Node, Op, Shape, Step, Steps};
use super::chords;
use super::lower::MAX_RANGE;
use crate::source::{Diagnostic, TextRange, nearest};
use crate::time::Rational;

/// How deep brackets, and the operators on what they hold, may be nested.
pub const MAX_DEPTH: usize = 256;

/// How many steps a string may have when its repeats and ranges are written out.
pub const MAX_STEPS: u64 = 65_536;

/// Refuses text whose brackets are nested deeper than [`MAX_DEPTH`].
pub(super) fn nesting(text: &str) -> Result<(), Vec<Diagnostic>> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '<' | '{' | '(' => depth += 1,
            ']' | '>' | '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(vec![too_deep(TextRange::new(at, at + 1))]);
        }
    }
    Ok(())
}

fn too_deep(range: TextRange) -> Diagnostic {
    Diagnostic::error(range, format!("more than {MAX_DEPTH} levels of brackets and operators are too many"))
        .help("write part of it as a pattern of its own")
}

/// Refuses a tree that is too deep with its operators counted, or too long when written out.
pub(super) fn size(root: &Node) -> Result<(), Vec<Diagnostic>> {
    if let Some(range) = deepest(root, MAX_DEPTH) {
        return Err(vec![too_deep(range)]);
    }
    if let Some((range, count)) = too_far(root) {
        let message = format!("a range counts at most {MAX_RANGE} steps, this one {count}");
        return Err(vec![Diagnostic::error(range, message).help("write a nearer end")]);
    }
    let steps = leaves(root);
    if steps > MAX_STEPS {
        let message =
            format!("{steps} steps are too many when all repeats are written out (at most {MAX_STEPS})");
        return Err(vec![
            Diagnostic::error(root.range, message).help("bd*1000 repeats in less room than bd!1000"),
        ]);
    }
    Ok(())
}

/// The children of a node with the depth that each adds.
fn children(node: &Node, mut each: impl FnMut(&Node)) {
    match &node.shape {
        Shape::Rest
        | Shape::Word(_)
        | Shape::Number(_)
        | Shape::Int(_)
        | Shape::Ratio(_)
        | Shape::Truth(_)
        | Shape::Variable(_)
        | Shape::Modifiers(_) => {}
        Shape::Chord(c) => c.root.iter().chain([&c.name]).chain(&c.modifiers).for_each(each),
        Shape::Step(step) => {
            each(&step.part);
            for op in &step.ops {
                match op {
                    Op::Fast(n) | Op::Slow(n) => each(n),
                    Op::Degrade(_) => {}
                    Op::Euclid(e) => [Some(&e.hits), Some(&e.steps), e.rotation.as_ref()]
                        .into_iter()
                        .flatten()
                        .for_each(&mut each),
                }
            }
        }
        Shape::Sequence(groups) => groups.iter().flatten().for_each(each),
        Shape::Stack(list) | Shape::Choice(list) | Shape::Alternation(list) => list.iter().for_each(each),
        Shape::Group(inside) => each(inside),
        Shape::Polymeter(layers, steps) => {
            layers.iter().for_each(&mut each);
            if let Steps::Given(n) = steps {
                each(n);
            }
        }
        Shape::Range(ends) => [&ends.0, &ends.1].into_iter().for_each(each),
    }
}

/// Where the tree goes deeper than `left` brackets and operators, if it does.
fn deepest(node: &Node, left: usize) -> Option<TextRange> {
    let own = match &node.shape {
        Shape::Group(_) | Shape::Alternation(_) | Shape::Polymeter(..) => 1,
        Shape::Step(step) => step.ops.len(),
        Shape::Chord(chord) => chord.modifiers.len(),
        _ => 0,
    };
    let Some(left) = left.checked_sub(own) else { return Some(node.range) };
    let mut found = None;
    children(node, |child| found = found.or_else(|| deepest(child, left)));
    found
}

/// A range between plain numbers that counts further than any may, and how far.
fn too_far(node: &Node) -> Option<(TextRange, f64)> {
    if let Shape::Range(ends) = &node.shape
        && let (Some(a), Some(b)) = (span(&ends.0), span(&ends.1))
        && (b - a).abs() > MAX_RANGE as f64
    {
        return Some((node.range, (b - a).abs().floor()));
    }
    let mut found = None;
    children(node, |child| found = found.or_else(|| too_far(child)));
    found
}

/// How many steps there are when repeats and ranges between plain numbers are written out.
fn leaves(node: &Node) -> u64 {
    let mut sum = 0u64;
    children(node, |child| sum = sum.saturating_add(leaves(child)));
    match &node.shape {
        // What is repeated 0 times is written out before it is left out.
        Shape::Step(step) => sum.max(1).saturating_mul(u64::from(step.count.max(1))),
        Shape::Range(ends) => {
            sum.max(span(&ends.0).zip(span(&ends.1)).map_or(2, |(a, b)| (b - a).abs() as u64))
        }
        _ => sum.max(1),
    }
}

fn span(node: &Node) -> Option<f64> {
    match &node.shape {
        Shape::Number(x) => Some(*x),
        Shape::Int(n) => Some(*n as f64),
        Shape::Ratio(r) => Some(r.to_f64()),
        Shape::Step(step) => span(&step.part),
        _ => None,
    }
}

/// What works but is hardly meant.
pub(super) fn hints(root: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    look(root, &mut found);
    found
}

fn look(node: &Node, found: &mut Vec<Diagnostic>) {
    match &node.shape {
        Shape::Chord(chord) => chord_names(&chord.name, found),
        Shape::Polymeter(_, Steps::Missing) => {
            let range = TextRange::new(node.range.end().saturating_sub(1), node.range.end());
            found.push(
                Diagnostic::warning(range, "there is no number after %, so nothing sounds").help("{bd sn}%4"),
            );
        }
        Shape::Step(step) => never_heard(step, node.range, found),
        _ => {}
    }
    children(node, |child| look(child, found));
}

fn never_heard(step: &Step, range: TextRange, found: &mut Vec<Diagnostic>) {
    if step.count == 0 {
        found.push(Diagnostic::hint(range, "a step that is repeated 0 times is left out"));
    } else if step.weight <= Rational::ZERO {
        found.push(Diagnostic::hint(range, "a step without room is left out"));
    }
}

fn chord_names(name: &Node, found: &mut Vec<Diagnostic>) {
    if let Shape::Word(word) = &name.shape
        && chords::semitones(word).is_none()
    {
        let mut hint =
            Diagnostic::warning(name.range, format!("there is no chord {word}: only its root sounds"));
        for near in nearest(word, chords::names(), 3) {
            hint = hint.help(format!("did you mean {near}?"));
        }
        found.push(hint);
    }
    children(name, |child| chord_names(child, found));
}
