//! An engine made ready: SynthDefs of the effects, groups, an effect of each kind for each orbit.
//!
//! In: a way to ask the engine. Out: a bank that holds its SynthDefs. Runs once for each engine that
//! is started by hand; one that is started again gets all of it from the server's holdings.

use crate::bank::{Bank, Def, Layout, OrbitId};
use crate::osc::{NodeId, Setting};
use crate::server::{Effect, Handle, ServerError, Setup};
use crate::synth::{SynthDef, effects};
use std::sync::Arc;

/// Loads the effects and makes the stages.
///
/// # Errors
/// When the engine does not take them.
pub async fn prepare(handle: &Handle) -> Result<Bank, ServerError> {
    let mut bank = Bank::empty(handle.layout());
    for def in effects::all() {
        handle.load_def(&def.name, &def.bytes).await?;
        bank.defs.insert(def.name, Def { controls: def.controls.into() });
    }
    handle.setup(stages(handle.layout())).await?;
    Ok(bank)
}

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
