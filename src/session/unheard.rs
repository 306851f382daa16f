//! Controls that change nothing, and orbits that there are not: said at their place, once for a block.
//!
//! In: the events to come. Out: diagnostics. Pure.

use super::sounds::{Sounds, owners};
use crate::bank::{ORBITS, OrbitId};
use crate::control::{self, ControlName, Home, id};
use crate::pattern::{Hap, Value};
use crate::plan::{Player, listens, player};
use crate::score::{Edit, orbit_of};
use crate::source::{BlockId, Diagnostic, TextRange, nearest};
use crate::synth::{Source, VoiceKey, compile};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Kinds of voices that are looked into at most: each is compiled once.
const KINDS: usize = 256;

/// Controls of samples alone. Functions such as `chop` write them for whatever sounds, so that they are
/// only worth a hint.
const OF_SAMPLES: [&str; 8] =
    ["begin", "end", "unit", "loop", "speed", "accelerate", "timescale", "timescalewin"];

/// What a kind of voice declares.
type Declared = HashMap<VoiceKey, HashSet<Arc<str>>>;

/// What is to be said of the controls of `haps`, which `edit` will play. `said` remembers what has been.
pub(super) fn unheard(
    sounds: &Sounds,
    edit: &Edit,
    haps: &[Hap],
    block: BlockId,
    said: &mut BTreeSet<String>,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut declared = Declared::new();
    for hap in haps {
        let Some(controls) = hap.value.as_controls() else { continue };
        // What was written last made the value.
        let own = hap.positions.as_slice().iter().rfind(|p| p.block == block);
        let place = own.map_or(TextRange::default(), |p| p.range);
        let player = player(controls, |name, n| sounds.known(name, n));
        let lane = match edit {
            Edit::Track { name, .. } => orbit_of(name),
            _ => 0,
        };
        let n = controls.value(id::ORBIT).and_then(Value::as_i64).unwrap_or(lane);
        if !(0..ORBITS as i64).contains(&n) && said.insert(format!("orbit {n}")) {
            let text = format!("there is no orbit {n}: this plays on orbit {}", OrbitId::wrapped(n).index());
            out.push(Diagnostic::warning(place, text).help("orbits are numbered from 0 to 15"));
        }
        for (control, _) in controls.iter() {
            if !is_heard(control, player.as_ref(), sounds, &mut declared)
                && said.insert(format!("control {}", control.as_str()))
            {
                out.push(complaint(control, player.as_ref(), place));
            }
        }
    }
    out
}

fn is_heard(
    control: &ControlName,
    player: Option<&Player>,
    sounds: &Sounds,
    declared: &mut Declared,
) -> bool {
    match player {
        Some(Player::Def(def)) => listens(control, |name| sounds.is_declared(def, name), false),
        Some(Player::Voice(key)) => {
            if !declared.contains_key(key) && declared.len() < KINDS {
                let controls = compile(key).controls;
                declared.insert(*key, controls.into_iter().map(|(name, _)| name).collect());
            }
            declared.get(key).is_none_or(|names| listens(control, |name| names.contains(name), true))
        }
        // Nothing plays it, which is said of the sound. Only what nobody ever hears is worth a word.
        None => match control {
            ControlName::Known(id) => !matches!(id.fact().home, Home::Own | Home::Missing),
            ControlName::Other(_) => false,
        },
    }
}

fn complaint(control: &ControlName, player: Option<&Player>, place: TextRange) -> Diagnostic {
    let name = control.as_str();
    let fact = match control {
        ControlName::Known(id) => Some(id.fact()),
        ControlName::Other(_) => None,
    };
    if let Some(fact) = fact.filter(|f| f.home == Home::Missing) {
        return Diagnostic::warning(place, format!("{name} is not there yet")).help(fact.meaning);
    }
    let text = format!("the control {name} changes nothing here");
    if let Some(Player::Voice(key)) = player
        && let Source::Instrument(instrument) = key.source()
        && OF_SAMPLES.contains(&name)
    {
        let why = format!("it is for samples, and {} is synthesised", instrument.get().name);
        return Diagnostic::hint(place, text).help(why);
    }
    let d = Diagnostic::warning(place, text);
    let listener = match player {
        Some(Player::Def(def)) => format!("the SynthDef {def} does not declare it"),
        _ => "no voice, effect or SynthDef of this sound has it".to_owned(),
    };
    let owners = owners(name);
    match fact.filter(|f| f.home != Home::Own) {
        _ if !owners.is_empty() => d.help(format!("it is a control of {owners}")),
        Some(fact) => d.help(format!("{listener} ({name}: {})", fact.meaning)),
        None => {
            let near = nearest(name, control::functions().iter().map(|f| f.name).filter(|n| *n != name), 2);
            match near.as_slice() {
                [] => d.help(listener),
                names => d.help(format!("did you mean {}?", names.join(" or "))),
            }
        }
    }
}
