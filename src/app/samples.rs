//! Samples: folders that are read and watched, files that go into the engine's memory and out of it.
//!
//! In: what the session asks for. Out: the events it comes to. Run as tasks beside the loop; whatever
//! goes wrong is an event too, or is logged where nobody waits for it.

use super::Wire;
use crate::config::places;
use crate::media;
use crate::osc::BufNum;
use crate::server::Handle;
use crate::session::Event;
use crate::watch::{FolderNews, Follower};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The thread that watches folders; its news are events. None where the system gives no thread.
pub(super) fn follow(to: mpsc::Sender<Wire>) -> Option<Follower> {
    let tell = move |news| {
        let event = match news {
            FolderNews::Changed(root) => Event::FolderChanged(root),
            FolderNews::Unwatched(text) => Event::Trouble(text),
        };
        // Nobody listens only when the program ends.
        let _ = to.blocking_send(Wire::Event(event));
    };
    Follower::start(tell).inspect_err(|e| tracing::warn!("folders of samples are not watched: {e}")).ok()
}

/// Loads a file into a buffer.
pub(super) async fn load(folder: Arc<str>, place: usize, path: PathBuf, handle: Handle) -> Event {
    match handle.alloc_read(&path).await {
        Ok(buffer) => Event::SampleLoaded { folder, place, path, buffer },
        Err(e) if e.is_passing() => Event::SampleUnanswered { path, reason: e.to_string() },
        Err(e) => Event::SampleFailed { folder, place, path, reason: e.to_string() },
    }
}

/// Frees a buffer that nothing reads. An engine that is gone has none.
pub(super) async fn free(num: BufNum, handle: Handle) {
    if let Err(e) = handle.free_buffer(num).await {
        tracing::warn!("buffer {}: {e}", num.0);
    }
}

/// Reads a folder of samples, and has it watched from the moment its files are known.
pub(super) async fn scan(place: usize, path: PathBuf, follower: Option<Follower>) -> Event {
    let cache = places::cache_folder();
    let read = move || {
        media::scan_with(&path, cache.as_deref(), |root, folders| {
            if let Some(follower) = follower {
                follower.follow(root.to_owned(), folders);
            }
        })
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
