//! What takes time: folders that are read, SynthDef files that are looked at.
//!
//! In: paths. Out: the events they come to. Run as tasks beside the loop; whatever goes wrong is an
//! event too.

use crate::config::places;
use crate::media;
use crate::server::Handle;
use crate::session::Event;
use crate::synth::inspect;
use crate::watch::Follower;
use std::path::PathBuf;
use std::sync::Arc;

/// Reads a folder of samples, and has it watched from then on.
pub(super) async fn scan(place: usize, path: PathBuf, follower: Option<Follower>) -> Event {
    let cache = places::cache_folder();
    let path = places::expanded(&path);
    let read = move || {
        let scan = media::scan_with(&path, cache.as_deref())?;
        if let Some(follower) = follower {
            follower.follow(scan.root.path.clone(), scan.visited.clone());
        }
        Ok::<_, media::MediaError>(scan)
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(scan)) => {
            let files = scan.root.folders.iter().flat_map(|f| &f.files).filter_map(|f| f.trouble.clone());
            let troubles = scan.troubles.iter().map(ToString::to_string).chain(files).collect();
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
    let defs = match inspect::inspect(&bytes) {
        Ok(d) => d,
        Err(e) => {
            return Event::Trouble(format!(
                "{name} is no SynthDef file that can be used: {e}; write it again with .writeDefFile"
            ));
        }
    };
    let Some(def) = defs.first() else { return Event::Trouble(format!("{name} holds no SynthDef")) };
    let controls: Arc<[(Arc<str>, f32)]> =
        def.controls.iter().map(|(n, v)| (Arc::from(n.as_str()), *v)).collect();
    let def_name: Arc<str> = def.name.as_str().into();
    match handle.load_def(&def_name, &bytes).await {
        Ok(()) => Event::DefReady { name: def_name, controls, file: Some(path) },
        Err(e) => Event::DefFailed { name: def_name, reason: e.to_string() },
    }
}
