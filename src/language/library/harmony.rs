//! Scales: steps into semitones.

use super::scales::SCALES;
use super::sequence::nth;
use super::{Args, Entry, as_list, as_text, entry, pat};
use crate::pattern::{Env, Pattern, Structure, Value};
use std::sync::Arc;

/// The note of a step; `octave` semitones further with every turn of the scale.
fn note(scale: &[f64], octave: f64, step: &Value) -> Option<Value> {
    let n = scale.len() as f64;
    // Steps between two of the scale lie between their notes.
    let (at, rest) = match step {
        Value::Int(i) => (*i, 0.0),
        v => {
            let x = v.as_f64()?;
            (x.floor() as i64, x - x.floor())
        }
    };
    let one = |i: i64| Some(nth(scale, i)? + octave * (i as f64 / n).floor());
    let (low, high) = (one(at)?, one(at.saturating_add(1))?);
    Some(Value::Num(if rest == 0.0 { low } else { low + (high - low) * rest }))
}

fn numbers(list: &Value) -> Option<Vec<f64>> {
    as_list(list)?.iter().map(Value::as_f64).collect()
}

/// Steps and the names of scales, where they meet; an unknown name is the root alone.
fn scaled(a: &Args, table: Vec<(String, Vec<f64>)>, names: usize) -> Option<Value> {
    let f = move |step: Value, name: Value, _: &Env| {
        let name = name.as_text()?;
        let scale = table.iter().find(|(n, _)| *n == **name).map_or(&[0.0][..], |(_, s)| s);
        note(scale, 12.0, &step)
    };
    let p = a.pattern(names + 1)?;
    pat(p.apply(Structure::Left, &a.pattern(names)?, Arc::new(f)))
}

/// The names of all scales.
pub(in crate::language) fn scale_names() -> Vec<&'static str> {
    SCALES.iter().map(|(name, _)| *name).collect()
}

fn known() -> Vec<(String, Vec<f64>)> {
    SCALES.iter().map(|(n, s)| ((*n).to_owned(), s.to_vec())).collect()
}

fn to_scale(octave: f64, scale: &Value, p: &Pattern) -> Option<Value> {
    let scale = numbers(scale)?;
    if scale.is_empty() {
        return pat(Pattern::silence());
    }
    pat(p.map(move |step| note(&scale, octave, step)))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "scale",
        "(Fractional a, Real a) => Pattern String -> Pattern a -> Pattern a",
        "steps of a scale as notes",
        "d1 $ n (scale \"major\" \"0 .. 7\") # s \"pluck\"",
        |a| scaled(a, known(), 0),
    ),
    entry(
        "getScale",
        "Fractional a => [(String, [a])] -> Pattern String -> Pattern Int -> Pattern a",
        "steps of a scale of a table of one's own as notes",
        "d1 $ n (getScale (scaleTable ++ [(\"mine\", [0, 3, 7])]) \"mine\" \"0 .. 3\") # s \"pluck\"",
        |a| {
            let mut table = Vec::new();
            for pair in a.list(0)?.iter() {
                let pair = as_list(pair)?;
                table.push((as_text(pair.first()?)?.to_string(), numbers(pair.get(1)?)?));
            }
            scaled(a, table, 1)
        },
    ),
    entry(
        "scaleTable",
        "Fractional a => [(String, [a])]",
        "the scales: names and semitones",
        "d1 $ n (getScale scaleTable \"minor\" \"0 .. 7\") # s \"pluck\"",
        |_| {
            let row = |(name, notes): &(&str, &[f64])| {
                let notes = notes.iter().map(|x| Value::Num(*x)).collect();
                Value::List([Value::text(name), Value::List(notes)].into())
            };
            Some(Value::List(SCALES.iter().map(row).collect()))
        },
    ),
    entry("scaleList", "String", "the names of the scales", "scaleList", |_| {
        let names: Vec<&str> = SCALES.iter().map(|(n, _)| *n).collect();
        Some(Value::text(&names.join(" ")))
    }),
    entry(
        "toScale",
        "Num a => [a] -> Pattern Int -> Pattern a",
        "steps of a list of notes, an octave higher with every turn",
        "d1 $ n (toScale [0, 2, 7] \"0 1 2 3\") # s \"pluck\"",
        |a| to_scale(12.0, a.value(0)?, &a.pattern(1)?),
    ),
    entry(
        "toScale'",
        "Num a => Int -> [a] -> Pattern Int -> Pattern a",
        "steps of a list of notes, so many semitones higher with every turn",
        "d1 $ n (toScale' 24 [0, 7, 14] \"0 .. 4\") # s \"pluck\"",
        |a| to_scale(a.number(0)?, a.value(1)?, &a.pattern(2)?),
    ),
    entry(
        "fromNote",
        "Num a => Pattern String -> Pattern a",
        "words that are names of notes as numbers",
        "d1 $ n (fromNote \"c e g\") # s \"pluck\"",
        |a| pat(a.pattern(0)?.map(|v| note_number(v.as_text()?).map(Value::Num))),
    ),
];

/// `cs5` is 1: a letter, sharps (s), flats (f) and naturals (n), and an octave (5 where there is none).
fn note_number(word: &str) -> Option<f64> {
    let mut chars = word.chars().peekable();
    let root = match chars.next()? {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let mut bend = 0;
    while let Some(c) = chars.next_if(|c| matches!(c, 's' | 'f' | 'n')) {
        bend += match c {
            's' => 1,
            'f' => -1,
            _ => 0,
        };
    }
    let rest: String = chars.collect();
    let octave: i64 = if rest.is_empty() { 5 } else { rest.parse().ok()? };
    Some(f64::from(root + bend) + (octave - 5) as f64 * 12.0)
}
