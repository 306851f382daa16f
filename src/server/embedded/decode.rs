//! Sound files for the embedded engine, which cannot read them itself.
//!
//! In: paths, on a queue of [`QUEUE`]. Out: samples, or why there are none. A thread of its own, which
//! ends when its queue is dropped. `media` does the reading; whatever is in a file, there is an answer.

use crate::media::decode::{Decoded, decode};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// Files that wait at most; the owner asks for 100 at a time.
const QUEUE: usize = 256;

/// A file to read into a buffer.
#[derive(Debug)]
pub(super) struct Request {
    pub num: i32,
    pub path: String,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Loaded {
    pub num: i32,
    pub sound: Result<Decoded, String>,
}

/// The queue in, and the results out. None when there is no thread to be had.
pub(super) fn start() -> Option<(SyncSender<Request>, Receiver<Loaded>)> {
    let (to, loads) = sync_channel(QUEUE);
    let (results, from) = channel();
    std::thread::Builder::new().name("oiduna-decode".into()).spawn(move || work(&loads, &results)).ok()?;
    Some((to, from))
}

fn work(loads: &Receiver<Request>, results: &Sender<Loaded>) {
    while let Ok(Request { num, path }) = loads.recv() {
        let sound = decode(Path::new(&path)).map_err(|e| e.to_string());
        if results.send(Loaded { num, sound }).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_an_answer_and_the_next_one_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let broken = dir.path().join("x.wav");
        std::fs::write(&broken, b"RIFF").unwrap();
        let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/tone.wav");
        let (to, from) = start().unwrap();
        for (num, path) in [(0, broken.to_str().unwrap()), (1, whole)] {
            to.send(Request { num, path: path.into() }).unwrap();
        }
        let (first, second) = (from.recv().unwrap(), from.recv().unwrap());
        assert!(first.num == 0 && first.sound.is_err());
        assert!(second.num == 1 && second.sound.is_ok_and(|s| s.frames() > 0));
    }
}
