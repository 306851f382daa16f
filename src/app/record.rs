//! Recordings: begun and ended beside the loop.
//!
//! In: what to record. Out: the recording, and the events it comes to. A set goes on whatever becomes of
//! them.

use crate::bank::OrbitId;
use crate::server::{Handle, Recording, ServerError, Tap};
use crate::session::{self, Event};
use std::path::{Path, PathBuf};

/// Begins one: of what the hardware gets, and of the orbits before the master.
pub(super) async fn begin(
    handle: Handle,
    path: PathBuf,
    orbits: Vec<OrbitId>,
) -> Result<Recording, ServerError> {
    let layout = handle.layout();
    let mut taps = vec![Tap { bus: layout.out, path: path.clone() }];
    taps.extend(orbits.into_iter().map(|o| Tap { bus: layout.dry_bus(o), path: beside(&path, o) }));
    handle.record(&taps).await
}

/// `take.wav` becomes `take-orbit-0.wav`.
fn beside(path: &Path, orbit: OrbitId) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-orbit-{}.wav", orbit.index()))
}

/// Ends one.
pub(super) async fn end(recording: Recording) -> Event {
    let first = recording.paths().next().map(|p| p.display().to_string()).unwrap_or_default();
    Event::RecordingEnded(match recording.stop().await {
        Ok(paths) => Ok(format!("recorded {first}{}", session::beside(paths.len()))),
        Err(e) => Err(format!("the recording {first} was not ended well: {e}")),
    })
}
