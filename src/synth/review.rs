//! What to know of a SynthDef of the user before an engine sees it.
//!
//! In: a [`Def`] that was read. Out: a [`Review`]: how its voices end, where they play, and what a
//! performer should hear about it. Pure.

use super::inspect::{Def, Input, Unit};
use std::collections::BTreeSet;

/// The unit generators that come with SuperCollider 3.13 (classes below `UGen` in its library).
const CORE: &str = include_str!("core_units.txt");

/// The controls that say where it plays; the first that is there is set.
pub const OUTPUTS: [&str; 3] = ["out", "out_bus", "outBus"];

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The control that is set to the orbit's bus.
    pub output: Option<&'static str>,
    /// It can end by itself: some unit has a done action that frees it.
    pub frees: bool,
    /// It waits for `gate` 0 and then ends.
    pub gate: bool,
    /// Controls that say which bus is read or written: a negative number there hangs supernova.
    pub buses: BTreeSet<String>,
    /// Units that are no part of SuperCollider itself.
    pub foreign: BTreeSet<String>,
}

/// Looks a SynthDef over.
pub fn review(def: &Def) -> Review {
    let has = |name: &str| def.controls.iter().any(|(n, _)| n == name);
    let core: BTreeSet<&str> = CORE.split_whitespace().collect();
    Review {
        output: OUTPUTS.into_iter().find(|name| has(name)),
        frees: def.units.iter().any(|unit| frees(def, unit)),
        gate: has("gate"),
        buses: buses(def),
        foreign: def.units.iter().map(|u| &u.name).filter(|n| !core.contains(n.as_str())).cloned().collect(),
    }
}

impl Review {
    /// What a performer should know, each with its way out.
    pub fn findings(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.output.is_none() {
            said.push(
                "it has none of the controls out, out_bus, outBus: it plays past the master, where the \
                 SynthDef itself says; give it an argument out and write Out.ar(out, ...)"
                    .to_owned(),
            );
        }
        if !self.frees {
            said.push(
                "nothing in it frees it when it is done: it is freed at the end of each event, which may \
                 click; give its envelope doneAction: 2"
                    .to_owned(),
            );
        }
        if !self.foreign.is_empty() {
            let names: Vec<&str> = self.foreign.iter().map(String::as_str).collect();
            said.push(format!(
                "{} {} not part of SuperCollider itself: the engine needs the plugins that bring {} \
                 (sc3-plugins, built for supernova too)",
                names.join(", "),
                if names.len() == 1 { "is" } else { "are" },
                if names.len() == 1 { "it" } else { "them" },
            ));
        }
        said
    }
}

/// Which input of a unit is its done action (UGen reference of SuperCollider).
fn done_action(unit: &Unit) -> Option<usize> {
    match unit.name.as_str() {
        "EnvGen" | "Linen" => Some(4),
        "Line" | "XLine" | "DetectSilence" => Some(3),
        "PlayBuf" => Some(5),
        "RecordBuf" => Some(7),
        "DemandEnvGen" => Some(9),
        "Duty" | "TDuty" => Some(2),
        _ => None,
    }
}

/// The controls that reach the bus of a unit, as they are or through arithmetic.
fn buses(def: &Def) -> BTreeSet<String> {
    let mut reach: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut found = BTreeSet::new();
    for (place, unit) in def.units.iter().enumerate().rev() {
        let taken = match unit.name.as_str() {
            "Out" | "OffsetOut" | "ReplaceOut" | "XOut" | "In" | "InFeedback" | "InTrig" | "LagIn" => 1,
            "BinaryOpUGen" | "UnaryOpUGen" | "MulAdd" | "Sum3" | "Sum4" if reach.contains(&(place, 0)) => {
                unit.inputs.len()
            }
            "Control" | "TrigControl" | "LagControl" | "AudioControl" => {
                let first = usize::try_from(unit.special).unwrap_or(0);
                let values = reach.range((place, 0)..(place + 1, 0)).map(|(_, output)| first + output);
                let control = |value| def.places.iter().position(|p| *p == value);
                let names = values.filter_map(control).filter_map(|n| def.controls.get(n));
                found.extend(names.map(|(name, _)| name.clone()));
                0
            }
            _ => 0,
        };
        reach.extend(unit.inputs.iter().take(taken).filter_map(|input| match input {
            Input::Unit(unit, output) => Some((*unit, *output)),
            Input::Constant(_) => None,
        }));
    }
    found
}

/// True for a unit that can end its synth. A done action that is computed may do anything.
fn frees(def: &Def, unit: &Unit) -> bool {
    if matches!(unit.name.as_str(), "FreeSelf" | "FreeSelfWhenDone") {
        return true;
    }
    match done_action(unit).and_then(|place| unit.inputs.get(place)) {
        // 0 does nothing, 1 pauses; all others free something, if not always this synth.
        Some(Input::Constant(place)) => def.constants.get(*place).is_some_and(|action| *action >= 2.0),
        Some(Input::Unit(..)) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::graph::{Signal, SynthDef};
    use crate::synth::inspect::inspect;
    use crate::synth::ugens::{Env, FREE, out, sin_osc};
    use crate::synth::{effects, instruments};

    fn reviewed(def: &SynthDef) -> Review {
        review(&inspect(&def.bytes).unwrap()[0])
    }

    #[test]
    fn effects_stay_and_voices_end() {
        let delay = reviewed(&effects::delay());
        assert!(!delay.frees && delay.output == Some("out") && delay.foreign.is_empty());
        for id in instruments::InstrumentId::all() {
            let key = crate::synth::voice_key(crate::synth::Source::Instrument(id), |_| false);
            let review = reviewed(&crate::synth::compile(&key));
            assert!(review.frees && review.output == Some("out"), "{}", id.get().name);
            assert_eq!(review.findings(), Vec::<String>::new());
        }
    }

    #[test]
    fn what_says_a_bus_is_found_whatever_its_name() {
        let control = |name| Signal::control(name, 20.0);
        let tone = || sin_osc(control("note"), 0.0) * control("amp");
        let sinks = [
            out(control("out"), vec![tone()]),
            out(control("fx"), vec![tone()]),
            out(control("pair") + 1.0, vec![tone()]),
        ];
        let review = reviewed(&SynthDef::new("sends", &sinks));
        assert_eq!(review.buses.iter().collect::<Vec<_>>(), ["fx", "out", "pair"]);
    }

    #[test]
    fn what_is_missing_is_said() {
        let free = Env::from(1.0).to(0.0, 1.0).ar(Signal::from(1.0), FREE);
        let tone = || sin_osc(Signal::control("note", 60.0), 0.0);
        let def = SynthDef::new("lost", &[out(Signal::from(0.0), vec![tone() * free])]);
        let review = reviewed(&def);
        assert!(review.frees && review.output.is_none());
        assert!(review.findings()[0].contains("past the master"), "{:?}", review.findings());
        let held = SynthDef::new("held", &[out(Signal::control("outBus", 0.0), vec![tone()])]);
        let review = reviewed(&held);
        assert!(!review.frees && review.output == Some("outBus"));
        assert!(review.buses.contains("outBus"));
        assert!(review.findings()[0].contains("doneAction: 2"), "{:?}", review.findings());
    }
}
