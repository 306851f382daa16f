//! Names that come in families: `gainbus`, `gainrecv`, `nTake`, `nCount`, `nCountTo`, `in12`.
//!
//! Each control of the table has them all. A name is taken apart here; what it does is a function of
//! the name's stem, in one row for the whole family.

use super::arithmetic::{Op, between};
use super::{Args, Entry, entry, pat};
use crate::control::{self, ControlName, Kind};
use crate::language::types::{Con, Type};
use crate::pattern::stateful::{Stateful, Step};
use crate::pattern::{ControlMap, Join, Pattern, Structure, Value};
use std::sync::Arc;

/// A family: what its names end in, and the row that serves it. In the row's type, `a` is what the
/// control takes, and the first argument is the control.
pub struct Family {
    /// What the names end in, after the name of a control.
    pub suffix: &'static str,
    /// What they do.
    pub entry: Entry,
}

/// All families of controls. A longer ending stands before one that it ends in.
pub const FAMILIES: &[Family] = &[
    Family {
        suffix: "CountTo",
        entry: entry(
            "CountTo",
            "String -> String -> Pattern Double -> ControlPattern",
            "the control counts up with every event played, over and over below a number; by a counter with a name",
            "d1 $ s \"bd*4\" # nCountTo \"a\" 3",
            |a| {
                let (control, register) = (a.text(0)?, a.text(1)?);
                pat(a.pattern(2)?.join(Join::Inner, move |n| {
                    Some(stateful(&control, &register, Step::CountTo(n.as_f64()?)))
                }))
            },
        ),
    },
    Family {
        suffix: "Count",
        entry: entry(
            "Count",
            "String -> String -> ControlPattern",
            "the control counts up with every event played; by a counter with a name",
            "d1 $ s \"bd*4\" # nCount \"a\"",
            |a| pat(stateful(&a.text(0)?, &a.text(1)?, Step::Count)),
        ),
    },
    Family {
        suffix: "Take",
        entry: entry(
            "Take",
            "String -> String -> [a] -> ControlPattern",
            "the control takes the next value of a list with every event played; by a counter with a name",
            "d1 $ s \"bd*4\" # nTake \"a\" [0, 3, 7]",
            take,
        ),
    },
    Family {
        suffix: "bus",
        entry: entry(
            "bus",
            "String -> Pattern Int -> Pattern a -> ControlPattern",
            "the control's values on a bus, where they go on changing the sound",
            "d1 $ s \"bd\" # gainbus 1 \"0.5 1\"",
            |a| {
                let values = own(&ControlName::new(&a.text(0)?), &a.pattern(2)?);
                let bus = own(&bus_name(&a.text(0)?), &a.pattern(1)?);
                pat(between(Op::KeepRight, Structure::Left, &values, &bus))
            },
        ),
    },
    Family {
        suffix: "recv",
        entry: entry(
            "recv",
            "String -> Pattern Int -> ControlPattern",
            "the control follows a bus",
            "d1 $ s \"bd\" # gainrecv 1",
            |a| pat(own(&bus_name(&a.text(0)?), &a.pattern(1)?)),
        ),
    },
];

/// `in0` up to `in127`: controllers of MIDI.
const INPUT: &Entry = &entry(
    "in",
    "String -> Pattern Double",
    "the number that a controller stands at",
    "d1 $ s \"bd*4\" # lpf (in12 * 4000)",
    |a| pat(super::state::number(&a.text(0)?, Pattern::pure(0.0))),
);

fn bus_name(control: &str) -> ControlName {
    ControlName::new(&format!("^{control}"))
}

fn own(key: &ControlName, p: &Pattern) -> Pattern {
    let key = key.clone();
    p.map(move |v| Some(Value::Controls(ControlMap::one(key.clone(), v.clone()))))
}

/// A control that takes the next value of a list.
pub(super) fn take(a: &Args) -> Option<Value> {
    pat(stateful(&a.text(0)?, &a.text(1)?, Step::Take(a.list(2)?)))
}

fn stateful(control: &str, register: &Arc<str>, step: Step) -> Pattern {
    let value = Stateful { register: register.clone(), step }.value();
    Pattern::pure(Value::Controls(ControlMap::one(ControlName::new(control), value)))
}

/// The type of a control's values.
pub(in crate::language) fn kind_type(kind: Kind) -> Type {
    match kind {
        Kind::Float => Type::Con(Con::Double),
        Kind::Int => Type::Con(Con::Int),
        Kind::Note => Type::Con(Con::Note),
        Kind::Text => Type::text(),
    }
}

/// The row that serves a name, what its `a` is, and its first argument.
pub(in crate::language) fn find(name: &str) -> Option<(&'static Entry, Type, &str)> {
    if let Some(digits) = name.strip_prefix("in")
        && digits.parse::<u8>().is_ok_and(|n| n < 128 && n.to_string() == digits)
    {
        return Some((INPUT, Type::Con(Con::Double), digits));
    }
    FAMILIES.iter().find_map(|f| {
        let c = control::function(name.strip_suffix(f.suffix)?)?;
        Some((&f.entry, kind_type(c.kind), c.sends))
    })
}
