//! What an engine runs all the time: the effects of all orbits and the master, on their groups.
//!
//! In: the nodes and buses. Out: the [`Setup`] of every engine that plays our voices, live or offline.
//! Pure.

use super::{Effect, Setup};
use crate::bank::{Layout, OrbitId};
use crate::osc::{NodeId, Setting};
use crate::synth::{SynthDef, effects};
use std::sync::Arc;

/// The effects of all orbits and the master, on the groups of the layout.
pub fn stages(layout: Layout) -> Setup {
    let (delay, reverb, master) = (effects::delay(), effects::reverb(), effects::master());
    let mut made = Vec::new();
    for orbit in OrbitId::all() {
        let out = layout.dry_bus(orbit);
        made.push(effect(&delay, layout.delay(orbit), layout.delays(), layout.delay_bus(orbit), out));
        made.push(effect(&reverb, layout.reverb(orbit), layout.reverbs(), layout.reverb_bus(orbit), out));
    }
    let first = layout.dry_bus(OrbitId::wrapped(0));
    made.push(effect(&master, layout.master(), layout.master_group(), first, layout.out));
    made.push(effect(&effects::meters(), layout.meters(), layout.master_group(), first, layout.out));
    Setup { layout, effects: made }
}

fn effect(def: &SynthDef, id: NodeId, group: NodeId, input: i32, output: i32) -> Effect {
    let bus = |name: &str, bus: i32| -> Setting { (Arc::from(name), bus as f32) };
    Effect { def: def.name.clone(), id, group, settings: vec![bus("in", input), bus("out", output)] }
}
