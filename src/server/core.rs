//! What the tasks around one engine share, and the operations on the engine itself.
//!
//! In: operations from requests and from the replay, replies from the receiver. Out: answers, notices,
//! health. Runs on the async side, in several tasks at once; its locks are held for a few instructions
//! and never across a wait. The player never comes here. At most [`OUTSTANDING`] operations are under
//! way; the others wait their turn, so bulk loads are paced by the engine's answers.

use super::ServerError;
use super::exchange::{Exchange, Missed, Wanted};
use super::holdings::{Content, Holdings, Numbers, Setup};
use super::link::Sent;
use super::notice::{Notice, Notices};
use super::trouble::{self, Heard, Repeats};
use super::vitals::Vitals;
use crate::bank::{Buffer, Layout};
use crate::osc::{AddAction, BufNum, Command, NodeId, Reply};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore, watch};

/// Operations under way at most. (200 pipelined loads fill an idle client's socket: engine facts 8.)
pub(super) const OUTSTANDING: usize = 100;
/// Node ids for probes: so many just below the layout's first. More than operations under way.
const PROBES: i32 = 500;
/// For answers that take no work.
pub(super) const QUICK: Duration = Duration::from_secs(5);
/// For loading a file: 10 minutes of stereo take 0.14 s, a cold disk or a long queue more.
const LOADING: Duration = Duration::from_secs(30);
/// After these pauses a SynthDef is probed again, milliseconds: supernova takes a def in some time
/// after `/d_recv` (20 ms were always enough on an idle machine).
const PROBE_PAUSES_MS: [u64; 6] = [0, 5, 20, 60, 200, 400];
/// How long `/n_go` may come after the `/synced` that follows it.
const PROBE_GRACE: Duration = Duration::from_millis(30);

/// Longer SynthDefs are handed over as files, bytes: a UDP packet holds 65,507.
const LONGEST_RECEIVED: usize = 60_000;

/// A SynthDef as a file, for `/d_load`; removed with the value.
struct DefFile(PathBuf);

impl DefFile {
    fn write(bytes: &[u8]) -> std::io::Result<Self> {
        use std::io::Write;
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("oiduna-{}-{number}.scsyndef", std::process::id());
        let file = Self(std::env::temp_dir().join(name));
        // One that is there already is not ours.
        std::fs::OpenOptions::new().write(true).create_new(true).open(&file.0)?.write_all(bytes)?;
        Ok(file)
    }
}

impl Drop for DefFile {
    fn drop(&mut self) {
        // What stays behind in the folder for temporary files does no harm.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Whether there is an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Starting, or dead and being started again.
    Away,
    /// Up and holding what it should; the number grows with each engine process.
    Ready(u32),
    /// Left for good.
    Ended,
}

/// Shared by the supervisor, the receiver and all handles.
#[derive(Debug)]
pub(super) struct Core {
    pub exchange: Exchange,
    pub notices: Notices,
    pub sent: Arc<Sent>,
    pub lines_dropped: Arc<AtomicU64>,
    /// Told when the socket says that nobody listens.
    pub refused: Notify,
    pub life: watch::Sender<Life>,
    pub layout: Layout,
    pub buffers: u16,
    holdings: Mutex<Holdings>,
    numbers: Mutex<Numbers>,
    vitals: Mutex<Vitals>,
    repeats: Mutex<Repeats>,
    last_trouble: Mutex<Option<(Instant, String)>>,
    pids: Mutex<Vec<i32>>,
    permits: Semaphore,
    next_probe: AtomicI32,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change under these locks is a single assignment or insertion: a panic leaves none half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub(super) fn new(
        exchange: Exchange,
        notices: Notices,
        sent: Arc<Sent>,
        layout: Layout,
        buffers: u16,
    ) -> Self {
        Self {
            exchange,
            notices,
            sent,
            lines_dropped: Arc::default(),
            refused: Notify::new(),
            life: watch::Sender::new(Life::Away),
            layout,
            buffers,
            holdings: Mutex::default(),
            numbers: Mutex::new(Numbers::new(buffers, layout == Layout::SHARED)),
            vitals: Mutex::default(),
            repeats: Mutex::default(),
            last_trouble: Mutex::default(),
            pids: Mutex::default(),
            permits: Semaphore::new(OUTSTANDING),
            next_probe: AtomicI32::new(0),
        }
    }

    pub(super) fn holdings(&self) -> MutexGuard<'_, Holdings> {
        lock(&self.holdings)
    }

    pub(super) fn numbers(&self) -> MutexGuard<'_, Numbers> {
        lock(&self.numbers)
    }

    pub(super) fn vitals(&self) -> MutexGuard<'_, Vitals> {
        lock(&self.vitals)
    }

    /// The child processes of the engine in use.
    pub(super) fn pids(&self) -> Vec<i32> {
        lock(&self.pids).clone()
    }

    pub(super) fn set_pids(&self, pids: Vec<i32>) {
        *lock(&self.pids) = pids;
    }

    /// Everything that was lost because a queue was full.
    pub(super) fn dropped(&self) -> u64 {
        self.notices.dropped()
            + self.sent.failed.load(Ordering::Relaxed)
            + self.lines_dropped.load(Ordering::Relaxed)
    }

    /// Reports trouble, unless the same was reported just now.
    pub(super) fn trouble(&self, text: String) {
        let now = Instant::now();
        *lock(&self.last_trouble) = Some((now, text.clone()));
        if lock(&self.repeats).passes(&text, now) {
            self.notices.tell(Notice::Trouble(text));
        }
    }

    /// A line that the engine or jackd printed.
    pub(super) fn line(&self, line: String) {
        match trouble::read(&line) {
            Heard::Xrun => *self.vitals().xruns.get_or_insert(0) += 1,
            Heard::Late => self.vitals().late += 1,
            Heard::Trouble if self.is_probing() && line.contains("/s_new") => {}
            Heard::Trouble => self.trouble(line),
            Heard::Nothing => {}
        }
    }

    fn is_probing(&self) -> bool {
        self.exchange.expects(|w| matches!(w, Wanted::Started(_)))
    }

    /// Replies from the socket: to those who wait, else to the program.
    pub(super) fn reply(&self, reply: Reply) {
        let now = Instant::now();
        self.vitals().heard(now);
        match &reply {
            Reply::Status(status) => self.vitals().answered(now, *status),
            Reply::Version(version) => self.vitals().version = Some(version.clone()),
            _ => {}
        }
        match self.exchange.give(reply) {
            Some(Reply::NodeEnded(id)) if !self.is_probe(id) => self.notices.tell(Notice::NodeEnded(id)),
            Some(Reply::Fail { command, text, .. })
                if self.is_news(&command) && !trouble::voice_is_gone(&text, self.layout) =>
            {
                self.trouble(format!("{command}: {text}"));
            }
            Some(Reply::Other { address, values }) if !is_chatter(&address) => {
                self.notices.tell(Notice::Message { address, values });
            }
            _ => {}
        }
    }

    /// False for failures that are part of the game: freeing what has ended, probing what is not
    /// there yet.
    fn is_news(&self, command: &str) -> bool {
        match command {
            "/n_free" | "/notify" => false,
            "/s_new" => !self.is_probing(),
            _ => true,
        }
    }

    fn is_probe(&self, id: NodeId) -> bool {
        (self.layout.first_node - PROBES..self.layout.first_node).contains(&id.0)
    }

    fn probe_id(&self) -> NodeId {
        let n = self.next_probe.fetch_add(1, Ordering::Relaxed).rem_euclid(PROBES);
        NodeId(self.layout.first_node - PROBES + n)
    }

    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, ServerError> {
        self.permits.acquire().await.map_err(|_| ServerError::Gone)
    }

    /// Sends a SynthDef and waits until the engine has been seen to make a synth of it.
    pub(super) async fn prove_def(&self, name: &Arc<str>, bytes: &Arc<[u8]>) -> Result<(), ServerError> {
        let _permit = self.permit().await?;
        let begun = Instant::now();
        let refused = |reason: String| ServerError::Def { name: name.to_string(), reason };
        if !bytes.starts_with(b"SCgf") {
            return Err(refused("its bytes are no SynthDef file".into()));
        }
        // Kept until the engine has read it.
        let mut _file = None;
        if bytes.len() <= LONGEST_RECEIVED {
            self.exchange.send(&Command::DefRecv(bytes.clone())).await?;
        } else {
            let file =
                DefFile::write(bytes).map_err(|e| refused(format!("it cannot be handed over: {e}")))?;
            let path = file
                .0
                .to_str()
                .ok_or_else(|| refused("the folder for temporary files is not UTF-8".into()))?;
            self.exchange.send(&Command::DefLoad(path.into())).await?;
            _file = Some(file);
        }
        self.exchange.sync(QUICK).await?;
        for pause in PROBE_PAUSES_MS {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if self.probe(name).await? {
                return Ok(());
            }
        }
        let said = lock(&self.last_trouble).clone().filter(|(at, _)| *at >= begun).map(|(_, text)| text);
        Err(refused(said.unwrap_or_else(|| {
            "no synth of it came to life (an unknown unit generator, or broken bytes)".into()
        })))
    }

    /// True when the engine makes a synth of that name: it is freed in the same bundle, unheard.
    async fn probe(&self, name: &Arc<str>) -> Result<bool, ServerError> {
        let id = self.probe_id();
        let mut started = self.exchange.expect(Wanted::Started(id));
        let make = Command::SynthNew {
            def: name.clone(),
            id,
            action: AddAction::Head,
            target: NodeId(0),
            settings: Vec::new(),
        };
        self.exchange.send_bundle(&[make, Command::NodeFree(id)]).await?;
        self.exchange.sync(QUICK).await?;
        if started.is_answered() {
            return Ok(true);
        }
        match started.within(PROBE_GRACE).await {
            Ok(_) => Ok(true),
            Err(Missed::Gone) => Err(ServerError::Gone),
            Err(_) => Ok(false),
        }
    }

    /// Loads a file into a buffer and asks what is in it. Of more than two channels the first two are
    /// loaded: no voice plays more.
    pub(super) async fn read_buffer(&self, num: BufNum, path: &Arc<str>) -> Result<Buffer, ServerError> {
        let _permit = self.permit().await?;
        let whole = Command::BufferAllocRead { num, path: path.clone() };
        let (mut frames, mut channels, mut rate) = self.read(num, path, &whole, "/b_allocRead").await?;
        if channels > 2 {
            let two = Command::BufferAllocReadTwo { num, path: path.clone() };
            (frames, channels, rate) = self.read(num, path, &two, "/b_allocReadChannel").await?;
        }
        if let (Ok(frames @ 1..), Ok(channels @ 1..=2)) = (u32::try_from(frames), u16::try_from(channels)) {
            return Ok(Buffer { num, frames, channels, rate: f64::from(rate) });
        }
        self.empty_buffer(num).await?;
        let reason = match channels {
            3.. => format!("it has {channels} channels, and the engine did not take the first two alone"),
            _ => "the engine found no sound in it".into(),
        };
        Err(ServerError::File { path: PathBuf::from(&**path), reason })
    }

    /// Frames, channels and rate of a buffer after `command`, called `name`, has read a file into it.
    async fn read(
        &self,
        num: BufNum,
        path: &Arc<str>,
        command: &Command,
        name: &'static str,
    ) -> Result<(i32, i32, f32), ServerError> {
        let number = i32::from(num.0);
        let waiter = self.exchange.expect(Wanted::Done(name, Some(number)));
        self.exchange.send(command).await?;
        match waiter.within(LOADING).await {
            Ok(_) => {}
            Err(Missed::Fail(text)) => {
                let reason = words_on(&text, path);
                return Err(ServerError::File { path: PathBuf::from(&**path), reason });
            }
            Err(missed) => return Err(missed.error(&format!("{name} {path}"))),
        }
        let facts =
            self.exchange.ask(&Command::BufferQuery(num), Wanted::Info(number), QUICK, "/b_query").await?;
        let Reply::BufferInfo { frames, channels, rate, .. } = facts else { return Err(ServerError::Gone) };
        Ok((frames, channels, rate))
    }

    /// Makes a silent buffer.
    pub(super) async fn make_buffer(
        &self,
        num: BufNum,
        frames: u32,
        channels: u32,
    ) -> Result<(), ServerError> {
        let _permit = self.permit().await?;
        let wanted = Wanted::Done("/b_alloc", Some(i32::from(num.0)));
        let command = Command::BufferAlloc { num, frames, channels };
        self.exchange.ask(&command, wanted, QUICK, "/b_alloc").await.map(|_| ())
    }

    /// Frees a buffer's memory; its number stays taken.
    pub(super) async fn empty_buffer(&self, num: BufNum) -> Result<(), ServerError> {
        let wanted = Wanted::Done("/b_free", Some(i32::from(num.0)));
        self.exchange.ask(&Command::BufferFree(num), wanted, QUICK, "/b_free").await.map(|_| ())
    }

    /// As [`Core::empty_buffer`], as one of the counted operations.
    pub(super) async fn free_buffer(&self, num: BufNum) -> Result<(), ServerError> {
        let _permit = self.permit().await?;
        self.empty_buffer(num).await
    }

    /// Makes groups and effects; what was there under the root group is freed. A `fresh` engine of ours
    /// holds nothing yet.
    pub(super) async fn make_setup(&self, setup: &Setup, fresh: bool) -> Result<(), ServerError> {
        let _permit = self.permit().await?;
        // On an engine that others use, a crashed set of ours may have left its groups behind; a fresh
        // engine of ours would only complain that there are none.
        if (!fresh && self.holdings().setup.is_some()) || self.layout == Layout::SHARED {
            self.exchange.send(&Command::NodeFree(setup.layout.root())).await?;
        }
        self.exchange.sync(QUICK).await?;
        let mut waiters = Vec::new();
        for (id, command) in setup.commands() {
            waiters.push((self.exchange.expect(Wanted::Started(id)), describe(&command)));
            self.exchange.send(&command).await?;
        }
        let mut missing = Vec::new();
        let deadline = Instant::now() + QUICK;
        for (waiter, what) in waiters {
            // The first that fails uses up the time; the others have answered by then, or never do.
            match waiter.within(deadline.saturating_duration_since(Instant::now())).await {
                Ok(_) => {}
                Err(Missed::Gone) => return Err(ServerError::Gone),
                Err(_) => missing.push(what),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        // There may be forty; the first ones say enough.
        let more = missing.len().saturating_sub(3);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        missing.truncate(3);
        Err(ServerError::Setup(missing.join(", ") + &rest))
    }

    /// Brings a new engine to where the old one was. What it does not take is reported, and stays in the
    /// holdings: the next engine may take it, and what is held is freed as usual.
    pub(super) async fn replay(self: &Arc<Self>) -> Result<(), ServerError> {
        let held = self.holdings().clone();
        let mut tasks = tokio::task::JoinSet::new();
        for (name, bytes) in held.defs {
            let core = self.clone();
            // A def may be refused because the engine was busy, and the planner still counts on it.
            tasks.spawn(async move { (None, core.prove_def(&name, &bytes).await) });
        }
        self.collect(&mut tasks).await?;
        if let Some(setup) = held.setup {
            self.or_trouble(self.make_setup(&setup, true).await)?;
        }
        for (num, content) in held.buffers {
            let (core, num) = (self.clone(), BufNum(num));
            tasks.spawn(async move { (Some(num), core.fill(num, content).await) });
        }
        let lost = self.collect(&mut tasks).await?;
        if !lost.is_empty() {
            self.notices.tell(Notice::BuffersLost(lost));
        }
        Ok(())
    }

    async fn fill(&self, num: BufNum, content: Content) -> Result<(), ServerError> {
        match content {
            Content::File(path) => self.read_buffer(num, &path).await.map(|_| ()),
            Content::Empty { frames, channels } => self.make_buffer(num, frames, channels).await,
        }
    }

    /// The buffers that the engine did not fill.
    async fn collect(
        &self,
        tasks: &mut tokio::task::JoinSet<(Option<BufNum>, Result<(), ServerError>)>,
    ) -> Result<Vec<BufNum>, ServerError> {
        let mut lost = Vec::new();
        while let Some(done) = tasks.join_next().await {
            let Ok((buffer, outcome)) = done else { continue };
            lost.extend(buffer.filter(|_| outcome.is_err()));
            self.or_trouble(outcome)?;
        }
        Ok(lost)
    }

    /// A dead engine ends the replay; anything else is reported.
    fn or_trouble(&self, outcome: Result<(), ServerError>) -> Result<(), ServerError> {
        match outcome {
            Err(ServerError::Gone) => Err(ServerError::Gone),
            Err(error) => {
                self.trouble(error.to_string());
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

/// Messages about nodes that nobody asked for.
fn is_chatter(address: &str) -> bool {
    matches!(
        address,
        "/n_off" | "/n_on" | "/n_move" | "/n_info" | "/n_set" | "/d_removed" | "/g_queryTree.reply"
    )
}

fn describe(command: &Command) -> String {
    match command {
        Command::GroupNew { id, .. } => format!("group {}", id.0),
        Command::SynthNew { def, id, .. } => format!("the synth {} of {def:?}", id.0),
        _ => String::from("a node"),
    }
}

/// The engine's words on a file, or ours when it is plain why.
fn words_on(said: &str, path: &str) -> String {
    if Path::new(path).exists() { said.trim().to_owned() } else { "there is no such file".into() }
}
