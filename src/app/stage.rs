//! An engine made ready: SynthDefs of the effects, groups, an effect of each kind for each orbit.
//!
//! In: a way to ask the engine. Out: a bank that holds its SynthDefs. Runs once for each engine that
//! is started by hand; one that is started again gets all of it from the server's holdings.

use crate::bank::{Bank, Def};
use crate::server::{Handle, ServerError, stages};
use crate::synth::effects;

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
