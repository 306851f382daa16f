//! The way of bytes to the terminal: a thread of its own waits for it.
//!
//! In: what one draw has to say. Out: bytes of standard output. Terminals stall (a paused
//! multiplexer, a slow line); who draws must not, because keys and the engine's notices come to the
//! same thread. So one draw's bytes are handed over whole, and while they are on their way nothing
//! new is drawn: nothing queues up, and nothing is lost, for the next draw knows what was sent.

use std::io::{self, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Gathers the bytes of a draw. (ratatui keeps its writer to itself, so this one is shared; both ends
/// are on the thread that draws, so nobody ever waits for it.)
#[derive(Clone, Debug, Default)]
pub(super) struct Gather(Arc<Mutex<Vec<u8>>>);

impl Write for Gather {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Nothing: ratatui flushes in the middle of a draw, which goes out as a whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hands gathered bytes to the thread that writes them.
#[derive(Debug)]
pub(super) struct Out {
    gathered: Gather,
    to: SyncSender<Vec<u8>>,
    /// Buffers that were written, to be used again; errors of writing.
    back: Receiver<io::Result<Vec<u8>>>,
    busy: Arc<AtomicBool>,
}

impl Out {
    /// Starts the thread. `ours` is asked, with standard output locked, before each write: bytes of a
    /// terminal that has been given back are dropped. The thread ends after this value.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(ours: fn() -> bool) -> io::Result<Self> {
        let (to, from) = sync_channel::<Vec<u8>>(1);
        let (done, back) = sync_channel(1);
        let busy = Arc::new(AtomicBool::new(false));
        let free = busy.clone();
        // Nobody waits for its end: it may be held up by the terminal for good.
        let _detached = thread::Builder::new().name("screen".into()).spawn(move || {
            for mut bytes in from {
                let mut out = stdout().lock();
                let written = if ours() { out.write_all(&bytes).and_then(|()| out.flush()) } else { Ok(()) };
                drop(out);
                bytes.clear();
                if done.send(written.map(|()| bytes)).is_err() {
                    return;
                }
                free.store(false, Ordering::Release);
            }
        })?;
        Ok(Self { gathered: Gather::default(), to, back, busy })
    }

    /// Where a draw's bytes go.
    pub(super) fn gather(&self) -> Gather {
        self.gathered.clone()
    }

    /// True while the last draw's bytes are on their way.
    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// Hands over what was gathered. Only when it is not busy; else the bytes wait for the next time.
    ///
    /// # Errors
    /// When the last bytes were not taken, or the thread is gone.
    pub(super) fn send(&self) -> io::Result<()> {
        if self.is_busy() {
            return Ok(());
        }
        let next = self.back.try_recv().unwrap_or_else(|_| Ok(Vec::new()))?;
        let mut gathered = self.gathered.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = std::mem::replace(&mut *gathered, next);
        drop(gathered);
        self.busy.store(true, Ordering::Release);
        self.to.try_send(bytes).map_err(|e| match e {
            TrySendError::Full(_) => io::Error::from(io::ErrorKind::WouldBlock),
            TrySendError::Disconnected(_) => io::Error::from(io::ErrorKind::BrokenPipe),
        })
    }
}
