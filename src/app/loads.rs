//! What takes time: folders that are read.
//!
//! In: paths. Out: the events they come to. Run as tasks beside the loop; whatever goes wrong is an
//! event too.

use crate::media;
use crate::session::Event;
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
