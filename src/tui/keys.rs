//! The terminal's events: keys, pastes, resizes.
//!
//! In: bytes of the terminal. Out: [`Input`]s, handed to a function in the order in which they
//! came. Runs on a thread of its own, because reading waits; it knows nothing of the music.

use crossterm::event::{self, Event};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Something that came from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input(pub(super) Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event(Event),
    /// The terminal cannot be read any more.
    Lost,
}

/// How long the thread may take to notice that it is to end: not a delay of keys, which wake it.
const NOTICE: Duration = Duration::from_millis(100);

/// For the thread to end. When the terminal has gone away (its window was closed), crossterm reads its
/// end again and again and never returns: then the thread ends with the program, which must not wait
/// for it.
const PATIENCE: Duration = Duration::from_millis(500);

/// The thread that reads. Dropping it ends the thread and waits for that, half a second at most.
#[derive(Debug)]
pub struct Keys {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Starts reading; `tx` is called on the new thread for each input, and may wait. When the terminal
/// is lost, one last input says so (it becomes [`super::Action::Quit`]), and the thread ends.
///
/// # Errors
/// When the system gives no thread.
pub fn keys(tx: impl Fn(Input) + Send + 'static) -> io::Result<Keys> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    let thread = thread::Builder::new().name("keys".into()).spawn(move || {
        while !told.load(Ordering::Relaxed) {
            match event::poll(NOTICE).and_then(|any| if any { event::read().map(Some) } else { Ok(None) }) {
                Ok(Some(event)) => tx(Input(Kind::Event(event))),
                Ok(None) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    tx(Input(Kind::Lost));
                    return;
                }
            }
        }
    })?;
    Ok(Keys { stop, thread: Some(thread) })
}

impl Drop for Keys {
    /// Usually within a tenth of a second.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else { return };
        let deadline = Instant::now() + PATIENCE;
        while !thread.is_finished() {
            if Instant::now() > deadline {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        // A panic in it has been told by the hook already.
        let _ = thread.join();
    }
}
