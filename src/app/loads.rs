//! What takes time: folders that are read, SynthDef files that are looked at.
//!
//! In: paths. Out: the events they come to. Run as tasks beside the loop; whatever goes wrong is an
//! event too.

use crate::media;
use crate::server::Handle;
use crate::session::Event;
use crate::synth::inspect;
use std::path::PathBuf;

/// Reads a folder of samples.
pub(super) async fn scan(place: usize, path: PathBuf) -> Event {
    match tokio::task::spawn_blocking(move || media::scan(&path)).await {
        Ok(Ok(scan)) => {
            let troubles = scan.troubles.iter().map(ToString::to_string).collect();
            Event::Scanned { place, root: scan.root, troubles }
        }
        Ok(Err(e)) => Event::Trouble(e.to_string()),
        Err(e) => Event::Trouble(format!("reading a folder of samples failed: {e}")),
    }
}

/// Loads a SynthDef file: looked at before the engine sees it, because broken ones can kill it.
pub(super) async fn load_synthdef(path: PathBuf, handle: Handle) -> Event {
    let name = path.display().to_string();
    let file = path.clone();
    let bytes = match tokio::task::spawn_blocking(move || std::fs::read(file)).await {
        Ok(Ok(b)) => b,
        Err(e) => return Event::Trouble(format!("{name} cannot be read: {e}")),
        Ok(Err(e)) => return Event::Trouble(format!("{name} cannot be read: {e}; is the path right?")),
    };
    let def = match inspect::usable(&bytes, &name) {
        Ok(d) => d,
        Err(e) => return Event::Trouble(e),
    };
    match handle.load_def(&def.name, &def.bytes).await {
        Ok(()) => Event::DefReady { name: def.name, controls: def.controls.into(), file: Some(path) },
        Err(e) => Event::DefFailed { name: def.name, reason: e.to_string() },
    }
}
