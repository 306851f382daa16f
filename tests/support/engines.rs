//! The engines themselves, each under a jackd of its own: no device, no fixed port, no name in common
//! with anything else on the machine. An engine that is not installed is passed over, with a word.

#![allow(dead_code, reason = "each of the tests uses a part of it")]

use oiduna::server::{AudioChoice, EngineChoice, Notice, Options};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;

/// Nothing that is waited for may take longer, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// True when the program is there; says so when not.
pub fn installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|d| d.join(name).is_file());
    if !found {
        eprintln!("{name} is not installed: passed over");
    }
    found
}

/// An engine of the test's own.
pub fn options(engine: EngineChoice) -> Options {
    Options {
        engine,
        audio: AudioChoice::Dummy,
        buffers: 512,
        port: Some(0),
        watcher: Some(env!("CARGO_BIN_EXE_oiduna").into()),
        ..Options::default()
    }
}

/// Waits until it is so.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The next notice that is wanted; those before it are passed over.
pub async fn next(notices: &mut Receiver<Notice>, wanted: impl Fn(&Notice) -> bool) -> Notice {
    let search = async {
        loop {
            let notice = notices.recv().await.expect("the server has gone");
            if wanted(&notice) {
                return notice;
            }
        }
    };
    tokio::time::timeout(PATIENCE, search).await.expect("the notice did not come")
}
