//! Events for SuperDirt.
//!
//! In: a note. Out: its `/dirt/play`: every control under the name that Tidal sends, sorted, with what
//! Tidal's own clients add: `cps`, `cycle`, `delta` and `orbit`. Pure. Ratios go as floats, truths as 0
//! and 1; what is no number and no word (a function, a list) stays here.

use super::Note;
use crate::control::{ControlName, id};
use crate::osc::{Argument, Command};
use crate::pattern::Value;
use std::sync::Arc;

/// The message that plays it.
pub(super) fn command(note: &Note) -> Command {
    let added = [
        (id::CPS, Argument::Float(note.cps as f32)),
        (id::CYCLE, Argument::Float(note.cycle.to_f64() as f32)),
        (id::DELTA, Argument::Float(note.delta_s as f32)),
        (id::ORBIT, Argument::Int(note.orbit.clamp(0, i64::from(i32::MAX)) as i32)),
    ];
    let mut event: Vec<(Arc<str>, Argument)> = note
        .controls
        .iter()
        .filter_map(|(name, value)| {
            // The number of bd:3 is a whole one here and a float there.
            let value = match value {
                Value::Int(n) if *name == ControlName::Known(id::N) => Argument::Float(*n as f32),
                value => argument(value)?,
            };
            Some((Arc::from(name.as_str()), value))
        })
        .collect();
    for (control, value) in added {
        // What the event says itself is worth more.
        if note.controls.get(&ControlName::Known(control)).is_none() {
            event.push((control.name().into(), value));
        }
    }
    event.sort_by(|(a, _), (b, _)| a.cmp(b));
    Command::DirtPlay(event)
}

/// Frees every voice there is, as Tidal's `panic` does.
pub(super) fn panic() -> Command {
    Command::DirtPlay(vec![(Arc::from("s"), Argument::Text("superpanic".into()))])
}

fn argument(value: &Value) -> Option<Argument> {
    match value {
        Value::Int(n) => Some(Argument::Int((*n).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)),
        Value::Bool(b) => Some(Argument::Int(i32::from(*b))),
        Value::Text(word) => Some(Argument::Text(word.clone())),
        other => other.as_f64().map(|x| x as f32).filter(|x| x.is_finite()).map(Argument::Float),
    }
}
