//! Chords: a root, a name and modifiers become notes.
//!
//! In: the nodes of a chord. Out: a pattern of its notes, all at once. Pure. Where root, name or
//! modifiers are patterns, the chord sounds where they meet, as in Tidal 1.9.

use super::Kind;
use super::ast::{Chord, Modifier, Node};
use super::chords;
use super::lexeme::MAX_CHORD;
use super::lower::Lower;
use crate::pattern::{Join, Pattern, Value};
use crate::time::Rational;
use std::sync::Arc;

/// The notes of `chord`, which stands at `node`.
pub(super) fn pattern(lower: &mut Lower, node: &Node, chord: &Chord) -> Pattern {
    let root = chord.root.as_ref().map(|r| lower.node(r));
    let whole = lower.is_whole();
    let root = root.unwrap_or_else(|| Pattern::pure(if whole { Value::Int(0) } else { Value::Num(0.0) }));
    let name = lower.of_kind(Kind::ChordName, &chord.name);
    let modifiers: Vec<Pattern> =
        chord.modifiers.iter().map(|m| lower.of_kind(Kind::ChordModifier, m)).collect();
    let at = lower.position(node);
    let constant = |p: &Pattern| p.as_pure().map(|(v, _)| v.clone());
    if let (Some(root), Some(name)) = (constant(&root), constant(&name))
        && let Some(modifiers) = modifiers.iter().map(constant).collect::<Option<Vec<_>>>()
    {
        let notes = notes(&root, &name, &modifiers);
        return Pattern::stack(notes.into_iter().map(|v| Pattern::atom(v, at)).collect());
    }
    let name = Arc::new((name, modifiers));
    root.join(Join::Both, move |root| {
        let (root, rest) = (root.clone(), name.clone());
        Some(name.0.join(Join::Both, move |name| Some(joined(&root, name, Vec::new(), &rest.1))))
    })
}

/// One modifier after the other is read where all of them meet.
fn joined(root: &Value, name: &Value, known: Vec<Value>, rest: &[Pattern]) -> Pattern {
    match rest.split_first() {
        None => Pattern::stack(notes(root, name, &known).into_iter().map(Pattern::pure).collect()),
        Some((first, rest)) => {
            let (root, name, rest) = (root.clone(), name.clone(), rest.to_vec());
            first.join(Join::Both, move |modifier| {
                let known = known.iter().chain([modifier]).cloned().collect();
                Some(joined(&root, &name, known, &rest))
            })
        }
    }
}

/// A list of modifiers as a value: a pattern of modifiers can carry it.
pub(super) fn value(modifiers: &[Modifier]) -> Value {
    let one = |m: &Modifier| {
        let (what, a, b) = match *m {
            Modifier::Notes { count, from } => (0, count, from),
            Modifier::Invert(n) => (1, n, 0),
            Modifier::Open => (2, 0, 0),
            Modifier::Drop(n) => (3, n, 0),
        };
        Value::List([what, i64::from(a), i64::from(b)].into_iter().map(Value::Int).collect())
    };
    Value::List(modifiers.iter().map(one).collect())
}

/// The notes, in the kind of number that the root is. A name that nobody knows is the root alone.
fn notes(root: &Value, name: &Value, modifiers: &[Value]) -> Vec<Value> {
    let table = name.as_text().and_then(|n| chords::semitones(n)).unwrap_or(&[0]);
    let mut notes: Vec<i64> = table.iter().map(|n| i64::from(*n)).collect();
    for list in modifiers {
        if let Value::List(list) = list {
            for modifier in list.iter() {
                if let Value::List(m) = modifier {
                    let number = |i: usize| m.get(i).and_then(Value::as_i64).unwrap_or(0);
                    notes = modified(notes, number(0), number(1), number(2));
                }
            }
        }
    }
    let above = |n: i64| match root {
        Value::Int(r) => Value::Int(r.saturating_add(n)),
        Value::Ratio(r) => Value::Ratio(*r + Rational::int(n)),
        _ => Value::Num(root.as_f64().unwrap_or(0.0) + n as f64),
    };
    notes.into_iter().map(above).collect()
}

fn modified(mut notes: Vec<i64>, what: i64, a: i64, b: i64) -> Vec<i64> {
    let count = a.clamp(0, i64::from(MAX_CHORD)) as usize;
    if notes.is_empty() {
        return notes;
    }
    match what {
        0 => {
            let octaves = (0..).flat_map(|octave| notes.iter().map(move |n| n + 12 * octave));
            octaves.skip(b.clamp(0, i64::from(MAX_CHORD)) as usize).take(count).collect()
        }
        1 => {
            for _ in 0..count {
                let lowest = notes.remove(0);
                notes.push(lowest + 12);
            }
            notes
        }
        2 => match notes.as_slice() {
            [first, second, third, others @ ..] => {
                [first - 12, third - 12, *second].iter().chain(others).copied().collect()
            }
            _ => notes,
        },
        3 if count > 0 && count <= notes.len() => {
            let dropped = notes.remove(notes.len() - count);
            notes.insert(0, dropped - 12);
            notes
        }
        _ => notes,
    }
}
