//! Values that are settled only when their event is played: counters and lists that are taken from.
//!
//! In: a value of an event, and the registers that live as long as a set plays. Out: the value that
//! is sent. Pure; whoever plays owns the registers and settles each event once, in order of time.

use super::{ControlMap, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// What the counters stand at, by name.
pub type Registers = HashMap<Arc<str>, f64>;

/// A value that depends on what was played before (Tidal's `nTake`, `nCount`, `nCountTo`).
#[derive(Clone, Debug)]
pub struct Stateful {
    /// The counter's name: the same name on several tracks is the same counter.
    pub register: Arc<str>,
    /// What each event does.
    pub step: Step,
}

/// What an event does with a counter.
#[derive(Clone, Debug)]
pub enum Step {
    /// Takes the next value of a list, over and over.
    Take(Arc<[Value]>),
    /// Counts from 0 up.
    Count,
    /// Counts from 0 up to below a number, over and over.
    CountTo(f64),
}

impl Stateful {
    /// The value of the event that is played now.
    pub fn settle(&self, registers: &mut Registers) -> Option<Value> {
        let before = registers.get(&self.register).copied();
        let at = before.map_or(0.0, |x| x + 1.0);
        let at = match &self.step {
            Step::Take(list) => at % list.len() as f64,
            Step::CountTo(n) => at - n * (at / n).floor(),
            Step::Count => at,
        };
        if !at.is_finite() {
            return None;
        }
        registers.insert(self.register.clone(), at);
        match &self.step {
            Step::Take(list) => list.get(at as usize).cloned(),
            Step::Count | Step::CountTo(_) => Some(Value::Num(at)),
        }
    }

    /// The value as one of an event.
    pub fn value(self) -> Value {
        Value::Opaque(Arc::new(self))
    }

    /// What a value is, if it is one of these.
    pub fn of(v: &Value) -> Option<&Self> {
        match v {
            Value::Opaque(any) => any.downcast_ref(),
            _ => None,
        }
    }
}

/// The controls that are sent: what has to be settled is; what cannot be is left out.
pub fn settled(map: &ControlMap, registers: &mut Registers) -> ControlMap {
    if map.iter().all(|(_, v)| Stateful::of(v).is_none()) {
        return map.clone();
    }
    map.iter()
        .filter_map(|(k, v)| match Stateful::of(v) {
            Some(s) => Some((k.clone(), s.settle(registers)?)),
            None => Some((k.clone(), v.clone())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::id;

    #[test]
    fn counters_go_on_and_lists_start_over() {
        let mut registers = Registers::new();
        let mut play = |step: Step, times: usize| -> Vec<f64> {
            let value = Stateful { register: "r".into(), step }.value();
            let map = ControlMap::one(id::N, value);
            (0..times).filter_map(|_| settled(&map, &mut registers).number(id::N)).collect()
        };
        let list: Arc<[Value]> = [0.0, 3.0, 7.0].map(Value::Num).into();
        assert_eq!(play(Step::Take(list), 4), [0.0, 3.0, 7.0, 0.0]);
        assert_eq!(play(Step::Count, 3), [1.0, 2.0, 3.0]);
        assert_eq!(play(Step::CountTo(5.0), 3), [4.0, 0.0, 1.0]);
        assert!(play(Step::CountTo(0.0), 1).is_empty());
        assert!(play(Step::Take([].into()), 1).is_empty());
    }
}
