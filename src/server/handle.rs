//! Requests to the engine, as futures.
//!
//! In: what the program wants held or done. Out: facts, or errors that say what was tried. Any task may
//! use a [`Handle`]; it is cheap to clone. A request waits while the engine is being started again, and
//! is tried once more when the engine dies under it. What it achieved is kept in the holdings and
//! survives the engine.

use super::ServerError;
use super::core::{Core, Life, QUICK};
use super::holdings::{Content, Holdings, Setup};
use crate::bank::{Buffer, Layout};
use crate::osc::{BufNum, Command};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a request waits for an engine that is being started again.
const AWAY: Duration = Duration::from_secs(30);

/// The program's way to ask the engine.
#[derive(Clone, Debug)]
pub struct Handle {
    core: Arc<Core>,
}

impl Handle {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    /// The nodes and buses that are ours on this engine.
    pub fn layout(&self) -> Layout {
        self.core.layout
    }

    /// Loads a SynthDef and proves that the engine makes synths of it. A changed def needs a new name:
    /// under its old one the proof would see the old def.
    ///
    /// # Errors
    /// [`ServerError::Def`] when no synth of it comes to life, with the engine's words where it said
    /// some; [`ServerError::Gone`] and [`ServerError::NoAnswer`] when there is no engine.
    pub async fn load_def(&self, name: &str, bytes: &[u8]) -> Result<(), ServerError> {
        let (name, bytes): (Arc<str>, Arc<[u8]>) = (name.into(), bytes.into());
        self.twice(
            || self.core.prove_def(&name, &bytes),
            |held, ()| {
                held.defs.insert(name.clone(), bytes.clone());
            },
        )
        .await
    }

    /// Lets a SynthDef go. Synths of it play on.
    ///
    /// # Errors
    /// When there is no engine.
    pub async fn free_def(&self, name: &str) -> Result<(), ServerError> {
        self.core.holdings().defs.remove(name);
        let command = Command::DefFree(name.into());
        self.twice(|| async { self.core.exchange.send(&command).await }, |_, ()| {}).await
    }

    /// Loads a sound file into a buffer that is free; of more than two channels the first two.
    ///
    /// # Errors
    /// [`ServerError::File`] names the file and says why; [`ServerError::Full`] when no buffer is free.
    pub async fn alloc_read(&self, path: &Path) -> Result<Buffer, ServerError> {
        let bad = |reason: &str| ServerError::File { path: PathBuf::from(path), reason: reason.into() };
        // The engine's working directory is another.
        let absolute = std::path::absolute(path).map_err(|e| bad(&e.to_string()))?;
        let text: Arc<str> = absolute.to_str().ok_or_else(|| bad("its name is not UTF-8"))?.into();
        let number = self.number()?;
        let keep = |held: &mut Holdings, buffer: &Buffer| {
            held.buffers.insert(buffer.num.0, Content::File(text.clone()));
        };
        let buffer = self.twice(|| self.core.read_buffer(number.num, &text), keep).await?;
        number.keep();
        Ok(buffer)
    }

    /// Makes a silent buffer, for recording into.
    ///
    /// # Errors
    /// [`ServerError::Codec`] for an impossible size, [`ServerError::Full`] when no buffer is free.
    pub async fn alloc(&self, frames: u32, channels: u32) -> Result<BufNum, ServerError> {
        let number = self.number()?;
        let num = number.num;
        let keep = |held: &mut Holdings, (): &()| {
            held.buffers.insert(num.0, Content::Empty { frames, channels });
        };
        self.twice(|| self.core.make_buffer(num, frames, channels), keep).await?;
        number.keep();
        Ok(num)
    }

    /// Frees a buffer that one of the above made. No synth may read it any more.
    ///
    /// # Errors
    /// [`ServerError::NoBuffer`] for any other number: out of range it would kill the engine.
    pub async fn free_buffer(&self, num: BufNum) -> Result<(), ServerError> {
        if self.core.holdings().buffers.remove(&num.0).is_none() {
            return Err(ServerError::NoBuffer(num));
        }
        let freed = self.twice(|| self.core.free_buffer(num), |_, ()| {}).await;
        self.core.numbers().give_back(num);
        freed
    }

    /// Makes the groups of the layout and the effects; those of an earlier setup are freed.
    ///
    /// # Errors
    /// [`ServerError::Setup`] names the nodes that did not come up.
    pub async fn setup(&self, setup: Setup) -> Result<(), ServerError> {
        self.twice(|| self.core.make_setup(&setup, false), |held, ()| held.setup = Some(setup.clone())).await
    }

    /// Sends commands at once, each as a message, and waits until the engine has done them.
    ///
    /// # Errors
    /// [`ServerError::Codec`], or [`ServerError::NoBuffer`] for a buffer that is not ours, before
    /// anything is sent.
    pub async fn send_now(&self, commands: Vec<Command>) -> Result<(), ServerError> {
        for command in &commands {
            self.check(command)?;
        }
        let send = || async {
            for command in &commands {
                self.core.exchange.send(command).await?;
            }
            self.core.exchange.sync(QUICK).await
        };
        self.twice(send, |_, ()| {}).await
    }

    /// A buffer number out of range kills the engine.
    fn check(&self, command: &Command) -> Result<(), ServerError> {
        let num = match command {
            Command::BufferAlloc { num, .. }
            | Command::BufferAllocRead { num, .. }
            | Command::BufferAllocReadTwo { num, .. }
            | Command::BufferWriteOpen { num, .. }
            | Command::BufferFree(num)
            | Command::BufferQuery(num)
            | Command::BufferClose(num) => *num,
            _ => return crate::osc::codec::encode(command).map(|_| ()).map_err(ServerError::Codec),
        };
        if !self.core.numbers().is_used(num) {
            return Err(ServerError::NoBuffer(num));
        }
        crate::osc::codec::encode(command).map(|_| ()).map_err(ServerError::Codec)
    }

    fn number(&self) -> Result<Number, ServerError> {
        let num = self.core.numbers().take().ok_or(ServerError::Full(self.core.buffers))?;
        Ok(Number { core: self.core.clone(), num, kept: false })
    }

    /// Runs the operation on the engine that is there, and once more if that one dies meanwhile.
    /// `keep` records what it achieved; an engine that died before that may have been replaced by one
    /// that does not know of it, so the operation is done again there.
    async fn twice<T, F>(
        &self,
        operation: impl Fn() -> F,
        keep: impl Fn(&mut Holdings, &T),
    ) -> Result<T, ServerError>
    where
        F: Future<Output = Result<T, ServerError>>,
    {
        let engine = self.ready(None).await?;
        match operation().await {
            Ok(done) => {
                keep(&mut self.core.holdings(), &done);
                if *self.core.life.borrow() == engine {
                    return Ok(done);
                }
            }
            Err(ServerError::Gone) => {}
            Err(error) => return Err(error),
        }
        self.ready(Some(engine)).await?;
        let done = operation().await?;
        keep(&mut self.core.holdings(), &done);
        Ok(done)
    }

    /// Waits for an engine other than `dead`.
    async fn ready(&self, dead: Option<Life>) -> Result<Life, ServerError> {
        let mut life = self.core.life.subscribe();
        let wanted = |l: &Life| *l == Life::Ended || (*l != Life::Away && Some(*l) != dead);
        match tokio::time::timeout(AWAY, life.wait_for(wanted)).await {
            Ok(Ok(life)) if *life != Life::Ended => Ok(*life),
            _ => Err(ServerError::Gone),
        }
    }
}

/// A buffer number that goes back when the request fails or is dropped.
struct Number {
    core: Arc<Core>,
    num: BufNum,
    kept: bool,
}

impl Number {
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        if !self.kept {
            self.core.numbers().give_back(self.num);
        }
    }
}
