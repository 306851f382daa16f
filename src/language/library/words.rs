//! Controls whose values are made from words: several in one string, drums by name, names of one's own.

use super::{Args, Entry, as_text, call, entry, pat, read_number};
use crate::control::{ControlName, id};
use crate::pattern::{ControlMap, Pattern, Value};

/// The pieces of each word between colons, each under a control of its own.
fn grouped(p: &Pattern, controls: &'static [(&'static str, bool)]) -> Pattern {
    p.map(move |word| {
        let word = word.as_text()?;
        let pieces = word.split(':').filter(|w| !w.is_empty());
        let one = |(piece, (name, whole)): (&str, &(&str, bool))| {
            let x = read_number(piece)?;
            let x = if *whole { Value::Int((x.fract() == 0.0).then_some(x as i64)?) } else { Value::Num(x) };
            Some((ControlName::new(name), x))
        };
        Some(Value::Controls(pieces.zip(controls).filter_map(one).collect()))
    })
}

/// The numbers of General MIDI's drums by Tidal's short names; others are 0.
const DRUMS: &[(&str, i64)] = &[
    ("hq", 27),
    ("sl", 28),
    ("ps", 29),
    ("pl", 30),
    ("st", 31),
    ("sq", 32),
    ("ml", 33),
    ("mb", 34),
    ("ab", 35),
    ("bd", 36),
    ("rm", 37),
    ("sn", 38),
    ("cp", 39),
    ("es", 40),
    ("lf", 41),
    ("ch", 42),
    ("lt", 43),
    ("hh", 44),
    ("ft", 45),
    ("oh", 46),
    ("mt", 47),
    ("hm", 48),
    ("cr", 49),
    ("ht", 50),
    ("ri", 51),
    ("cy", 52),
    ("be", 53),
    ("ta", 54),
    ("sc", 55),
    ("cb", 56),
    ("cs", 57),
    ("vi", 58),
    ("rc", 59),
    ("hb", 60),
    ("lb", 61),
    ("mh", 62),
    ("lc", 64),
    ("he", 65),
    ("le", 66),
    ("ag", 67),
    ("la", 68),
    ("ca", 69),
    ("ma", 70),
    ("sw", 71),
    ("lw", 72),
    ("sg", 73),
    ("lg", 74),
    ("cl", 75),
    ("hi", 76),
    ("li", 77),
    ("mc", 78),
    ("oc", 79),
    ("tr", 80),
    ("ot", 81),
    ("sh", 82),
    ("jb", 83),
    ("bt", 84),
    ("ct", 85),
    ("ms", 86),
    ("os", 87),
];

fn drum(name: &str) -> i64 {
    DRUMS.iter().find(|(n, _)| *n == name).map_or(0, |(_, x)| *x)
}

/// A control of a name of one's own, from one piece of text.
fn named(a: &Args, of: fn(&str) -> Option<Value>) -> Option<Value> {
    let key = ControlName::new(&a.text(0)?);
    let map = of(&a.text(1)?).map_or_else(ControlMap::new, |v| ControlMap::one(key, v));
    Some(Value::Controls(map))
}

fn own(a: &Args) -> Option<Value> {
    let key = ControlName::new(&a.text(0)?);
    pat(a.pattern(1)?.map(move |v| Some(Value::Controls(ControlMap::one(key.clone(), v.clone())))))
}

/// Words taken apart at colons, each piece through a function of a list, their controls together.
fn grp(a: &Args) -> Option<Value> {
    let functions = a.list(0)?;
    let make: crate::pattern::ValueFn = std::sync::Arc::new(move |word, env| {
        let word = as_text(word)?;
        let mut out = ControlMap::new();
        for (piece, f) in word.split(':').filter(|w| !w.is_empty()).zip(functions.iter()) {
            let Value::Function(f) = f else { return None };
            let Value::Controls(map) = call(f, &Value::text(piece), env)? else { return None };
            out = out.union_with(map, |first, _| Some(first.clone()));
        }
        Some(Value::Controls(out))
    });
    pat(a.pattern(1)?.map_with(&make))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "cc",
        "Pattern String -> ControlPattern",
        "a MIDI controller's number and value, with a colon between",
        "d1 $ cc \"20:64\" # s \"midi\"",
        |a| pat(grouped(&a.pattern(0)?, &[("ccn", false), ("ccv", false)])),
    ),
    entry(
        "nrpn",
        "Pattern String -> ControlPattern",
        "a MIDI parameter's number and value, with a colon between",
        "d1 $ nrpn \"1:64\" # s \"midi\"",
        |a| pat(grouped(&a.pattern(0)?, &[("nrpn", true), ("val", true)])),
    ),
    entry(
        "grain'",
        "Pattern String -> ControlPattern",
        "where a sample begins and ends, with a colon between",
        "d1 $ s \"loop_amen\" # grain' \"0.2:0.3\"",
        |a| pat(grouped(&a.pattern(0)?, &[("begin", false), ("end", false)])),
    ),
    entry(
        "drum",
        "Pattern String -> ControlPattern",
        "General MIDI's drums by short names",
        "d1 $ drum \"bd sn\" # s \"midi\"",
        |a| {
            pat(a.pattern(0)?.map(|w| {
                Some(Value::Controls(ControlMap::one(id::N, Value::Num((drum(w.as_text()?) - 60) as f64))))
            }))
        },
    ),
    entry(
        "drumN",
        "Num a => String -> a",
        "the number of a drum of General MIDI",
        "d1 $ n (fmap drumN \"bd sn\") # s \"midi\"",
        |a| Some(Value::Num(drum(&a.text(0)?) as f64)),
    ),
    entry(
        "grp",
        "[String -> ControlMap] -> Pattern String -> ControlPattern",
        "words taken apart at colons, a control for each piece",
        "d1 $ grp [mS \"s\", mF \"n\"] \"bd:3\"",
        grp,
    ),
    entry(
        "mF",
        "String -> String -> ControlMap",
        "a control of any name from a number in a text",
        "d1 $ grp [mS \"s\", mF \"n\"] \"bd:3\"",
        |a| named(a, |t| read_number(t).map(Value::Num)),
    ),
    entry(
        "mI",
        "String -> String -> ControlMap",
        "a control of any name from a whole number in a text",
        "d1 $ grp [mS \"s\", mI \"cut\"] \"bd:1\"",
        |a| named(a, |t| t.trim().parse().ok().map(Value::Int)),
    ),
    entry(
        "mS",
        "String -> String -> ControlMap",
        "a control of any name from a text",
        "d1 $ grp [mS \"s\", mS \"vowel\"] \"bd:a\"",
        |a| named(a, |t| Some(Value::text(t))),
    ),
    entry(
        "pB",
        "String -> Pattern Bool -> ControlPattern",
        "a control of any name, with truths",
        "d1 $ s \"bd\" # pB \"on\" \"t f\"",
        own,
    ),
    entry(
        "pR",
        "String -> Pattern Rational -> ControlPattern",
        "a control of any name, with exact ratios",
        "d1 $ s \"bd\" # pR \"ratio\" \"1%3\"",
        own,
    ),
];
