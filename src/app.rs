//! Wiring: a set, an engine, the player, the screen, and the channels between them.
//!
//! In: what the command line asks for. Out: a performance, and its figures. The loop owns the
//! [`State`], feeds it every event and carries out the effects it answers; whatever takes time (booting
//! an engine, loading, scanning) runs in tasks that come back as events. It decides nothing itself.
//!
//! Channels: events of tasks and of the watcher (1,024, senders wait), reports of the player (128, the
//! newest is dropped and counted), notices of the engine (its own queue). tokio runs here and in
//! `server` alone.

mod effects;
mod front;
pub mod log;
mod notices;
mod place;
mod record;
mod samples;
mod stage;
mod start;
mod synthdefs;

pub use front::message_line;
pub use place::{PlaceError, set_file};
pub use synthdefs::synthdef_files;

use crate::bank::Bank;
use crate::config::places;
use crate::player::{self, PlayerError, PlayerHandle};
use crate::server::dirt::Dirt;
use crate::server::{self, Handle, Notice, Recording, Server, ServerError, ntp_now};
use crate::session::{Effect, Event, Limits, State};
use crate::stats::TimingReport;
use crate::synth;
use crate::tui::{self, Action, Input, Screen};
use crate::watch::files::{Files, Found};
use crate::watch::{self, Follower, WatchError};
use front::{Front, Lines, OnScreen};
use std::path::PathBuf;
use std::time::Duration;
use synthdefs::{LOOK_EVERY, SynthDefs};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

/// Events that wait at most; who sends one more waits.
const EVENTS: usize = 1024;
/// Reports of the player that wait at most: four seconds of them.
const REPORTS: usize = 128;
/// How long the first sounds may take before the set begins without the rest of them.
const READY_WITHIN: Duration = Duration::from_secs(3);
/// A new bank reaches the player at most this often.
const PUBLISH_EVERY: Duration = Duration::from_millis(20);
/// The clock is read for the screen this often: 30 times a second.
const TICK: Duration = Duration::from_micros(33_200);

/// So long the end waits for work that cannot be broken off: a folder on a disk that does not answer.
const LEFT_ALONE_AFTER: Duration = Duration::from_secs(1);

/// What to play, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The set's file.
    pub set: PathBuf,
    /// The engine.
    pub server: server::Options,
    /// Folders of samples, all of them; the first wins.
    pub samples: Vec<PathBuf>,
    /// What samples may take, and what becomes of a first hit.
    pub limits: Limits,
    /// Voices that may sound at once.
    pub polyphony: usize,
    /// A folder of SynthDef files.
    pub synthdefs: Option<PathBuf>,
    /// Added to every onset, seconds.
    pub latency_s: f64,
    /// Ends by itself after so many seconds of playing.
    pub seconds: Option<f64>,
}

/// Why there is no performance.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The set cannot be read.
    #[error(transparent)]
    Set(#[from] WatchError),
    /// No engine.
    #[error(transparent)]
    Engine(#[from] ServerError),
    /// No thread for the player.
    #[error(transparent)]
    Player(#[from] PlayerError),
    /// There is no terminal to draw on.
    #[error("the screen cannot be opened: {0}")]
    NoTerminal(std::io::Error),
    /// The system gives no threads or signals.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: std::io::Error,
    },
}

fn system(what: &'static str) -> impl FnOnce(std::io::Error) -> AppError {
    move |source| AppError::System { what, source }
}

/// Plays a set without a screen until a signal, or as long as asked for.
///
/// # Errors
/// When it cannot begin. What goes wrong later is said and survived.
pub fn headless(options: Options) -> Result<TimingReport, AppError> {
    run_on(runtime()?, async {
        let mut performance = Performance::new(options)?;
        performance.run(&mut Lines::default()).await
    })
}

/// Plays a set on the screen until it is left.
///
/// # Errors
/// When it cannot begin; the terminal is as it was before.
pub fn screen(options: Options) -> Result<TimingReport, AppError> {
    let runtime = runtime()?;
    // What a set that cannot be read has to say belongs on the normal screen.
    let mut performance = Performance::new(options)?;
    let mut front = OnScreen::new(Screen::open().map_err(AppError::NoTerminal)?);
    run_on(runtime, async move {
        let to = performance.to.clone();
        let keys = tui::keys(move |input| drop(to.blocking_send(Wire::Input(input))));
        let _keys = keys.map_err(system("reading the terminal"))?;
        performance.run(&mut front).await
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, AppError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(crate::pattern::STACK)
        .enable_all()
        .build()
        .map_err(system("starting threads"))
}

/// Runs it to its end, and ends what it left behind.
fn run_on<T>(runtime: tokio::runtime::Runtime, all: impl Future<Output = T>) -> T {
    let outcome = runtime.block_on(all);
    // A drop would wait for every folder that is being read.
    runtime.shutdown_timeout(LEFT_ALONE_AFTER);
    outcome
}

/// Who makes the sound.
enum Engine {
    /// A SuperCollider server (or the embedded one) that holds what we load.
    Server(Server),
    /// SuperDirt, which has sounds of its own: nothing is loaded there.
    Dirt(#[expect(dead_code, reason = "held for its drop")] Dirt),
}

impl Engine {
    /// The way to ask it, where there is anything to ask.
    fn handle(&self) -> Option<Handle> {
        match self {
            Self::Server(server) => Some(server.handle()),
            Self::Dirt(_) => None,
        }
    }
}

/// An engine that is up.
struct Stage {
    engine: Engine,
    notices: mpsc::Receiver<Notice>,
    send: Option<player::Send>,
}

/// Everything that runs.
struct Performance {
    options: Options,
    state: State,
    to: mpsc::Sender<Wire>,
    from: mpsc::Receiver<Wire>,
    reports_to: Option<mpsc::Sender<crate::plan::Report>>,
    reports: mpsc::Receiver<crate::plan::Report>,
    stage: Option<Stage>,
    player: Option<PlayerHandle>,
    /// What waits for an engine.
    waiting: Vec<Effect>,
    synthdefs: SynthDefs,
    /// Loads under way.
    loading: usize,
    prepared: bool,
    /// Watches the folders of samples; none where the system gives no thread.
    follower: Option<Follower>,
    /// The bank has changed since it was published.
    fresh_bank: bool,
    published: Instant,
    /// Banks that the player was given.
    banks: u64,
    begin_by: Option<Instant>,
    recording: Option<Recording>,
    quit: bool,
}

type Booted = (Engine, server::Sender, mpsc::Receiver<Notice>);

/// What travels on the event channel.
enum Wire {
    Event(Event),
    /// A load has come to an end, with this.
    Loaded(Event),
    /// The engine is up, or cannot be had.
    Booted(Box<Result<Booted, ServerError>>),
    /// Groups and effects are made.
    Prepared(Result<Bank, ServerError>),
    /// A recording has begun, or has not.
    Recording(Result<Recording, ServerError>),
    /// The user's SynthDef files were looked at.
    Looked(Files, Vec<Found>),
    /// From the terminal.
    Input(Input),
    Stop,
}

impl Performance {
    fn new(options: Options) -> Result<Self, AppError> {
        let text = watch::read_set(&options.set)?;
        let (to, from) = mpsc::channel(EVENTS);
        let (reports_to, reports) = mpsc::channel(REPORTS);
        let name = options.set.file_name().map_or_else(|| "set".into(), |n| n.to_string_lossy().into_owned());
        let mut state = State::new(&name, options.server.layout());
        state.home = places::home();
        // A few are left for what is no sample.
        let buffers = options.limits.buffers.min(usize::from(options.server.buffers)).saturating_sub(16);
        state.sounds.set_limits(Limits { buffers, ..options.limits });
        let mut performance = Self {
            options,
            state,
            to,
            from,
            reports_to: Some(reports_to),
            reports,
            stage: None,
            player: None,
            waiting: Vec::new(),
            synthdefs: SynthDefs::new(),
            loading: 0,
            prepared: false,
            follower: None,
            fresh_bank: false,
            published: Instant::now(),
            banks: 0,
            begin_by: None,
            recording: None,
            quit: false,
        };
        performance.happened(Event::Tick(ntp_now()));
        performance.happened(Event::Opened(text));
        Ok(performance)
    }

    async fn run(&mut self, front: &mut dyn Front) -> Result<TimingReport, AppError> {
        self.signals()?;
        let _watcher = self.watch()?;
        self.boot();
        self.follower = samples::follow(self.to.clone());
        self.scan_folders();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut end: Option<Instant> = None;
        front.show(&self.state).map_err(system("drawing"))?;
        while !self.quit {
            let wire = tokio::select! {
                Some(wire) = self.from.recv() => wire,
                Some(report) = self.reports.recv() => Wire::Event(Event::Player(Box::new(report))),
                Some(notice) = notices::next(self.stage.as_mut().map(|s| &mut s.notices), self.player.as_ref()) => {
                    match noticed(notice) {
                        Some(event) => Wire::Event(event),
                        None => continue,
                    }
                }
                _ = looks.tick() => {
                    self.look_for_synthdefs();
                    continue;
                }
                _ = tick.tick() => Wire::Event(Event::Tick(ntp_now())),
            };
            match wire {
                Wire::Input(input) => {
                    if let Some(action) = front.input(&input, &self.state) {
                        self.acted(action);
                    }
                }
                wire => self.wired(wire)?,
            }
            self.publish();
            self.begin()?;
            if end.is_none() && self.player.is_some() {
                end = self
                    .options
                    .seconds
                    .and_then(|s| Duration::try_from_secs_f64(s).ok())
                    .and_then(|d| Instant::now().checked_add(d));
            }
            if end.is_some_and(|e| Instant::now() >= e) {
                self.quit = true;
            }
            if front.show(&self.state).is_err() {
                // The terminal is gone; the performance with it.
                self.quit = true;
            }
        }
        Ok(self.leave().await)
    }

    fn acted(&mut self, action: Action) {
        match action {
            Action::Typed(line) => self.happened(Event::Typed(line)),
            Action::Hush => self.happened(Event::HushKey),
            Action::Quit => self.quit = true,
            Action::Redraw => {}
        }
    }

    async fn leave(&mut self) -> TimingReport {
        // Whoever still has an event to tell is let go.
        self.from.close();
        if let Some(recording) = self.recording.take() {
            // What it has to say nobody sees any more; the log does.
            tracing::info!("{:?}", record::end(recording).await);
        }
        let outcome = self.player.take().and_then(PlayerHandle::stop);
        if let Some(Engine::Server(server)) = self.stage.take().map(|stage| stage.engine) {
            server.shutdown().await;
        }
        if let Some(report) = &self.state.report {
            tracing::info!("{} events left out, {} bundles lost", report.skipped, report.failed);
        }
        let health = &self.state.health;
        outcome.map(|o| o.timing.report(o.cycles, &health.engine, health.xruns)).unwrap_or_default()
    }

    fn wired(&mut self, wire: Wire) -> Result<(), AppError> {
        match wire {
            Wire::Stop => self.quit = true,
            // Taken by the loop, which knows the front.
            Wire::Input(_) => {}
            Wire::Event(e) => self.happened(e),
            Wire::Recording(Ok(recording)) => {
                let paths = recording.paths().map(std::path::Path::to_owned).collect();
                self.recording = Some(recording);
                self.happened(Event::RecordingBegan(paths));
            }
            Wire::Recording(Err(e)) => {
                self.happened(Event::RecordingEnded(Err(format!("nothing is recorded: {e}"))));
            }
            Wire::Loaded(e) => {
                self.loading = self.loading.saturating_sub(1);
                self.happened(e);
            }
            Wire::Booted(booted) => {
                let (engine, sender, notices) = (*booted)?;
                let send: player::Send = Box::new(move |packet, tag| sender.send(packet, tag));
                let handle = engine.handle();
                self.stage = Some(Stage { engine, notices, send: Some(send) });
                self.begin_by = Instant::now().checked_add(READY_WITHIN);
                self.prepared = handle.is_none();
                if let Some(handle) = handle {
                    let to = self.to.clone();
                    tokio::spawn(async move {
                        let prepared = stage::prepare(&handle).await;
                        let _ = to.send(Wire::Prepared(prepared)).await;
                    });
                }
                for effect in std::mem::take(&mut self.waiting) {
                    self.carry_out(effect);
                }
                self.load_synthdefs();
            }
            Wire::Looked(files, found) => self.looked(files, found),
            Wire::Prepared(prepared) => {
                for (name, def) in prepared?.defs {
                    self.happened(Event::DefReady { name, controls: def.controls });
                }
                self.prepared = true;
            }
        }
        Ok(())
    }

    fn happened(&mut self, event: Event) {
        for effect in self.state.update(event) {
            self.carry_out(effect);
        }
    }

    /// Starts the player once what the set needs is there, or has taken too long.
    fn begin(&mut self) -> Result<(), AppError> {
        let late = self.begin_by.is_some_and(|by| Instant::now() >= by);
        if self.player.is_some() || !self.prepared || (self.loading > 0 && !late) {
            return Ok(());
        }
        let Some(send) = self.stage.as_mut().and_then(|s| s.send.take()) else { return Ok(()) };
        let Some(reports) = self.reports_to.take() else { return Ok(()) };
        self.happened(Event::Settled);
        let bank = self.next_bank();
        let player = player::start(player::Start {
            score: self.state.score.clone(),
            bank,
            send,
            tell: Box::new(move |report| reports.try_send(report).is_ok()),
            latency_s: self.options.latency_s,
            needed_s: player::NEEDED_S,
        })?;
        player.set_polyphony(self.options.polyphony);
        self.player = Some(player);
        tracing::info!("playing {} on {}", self.options.set.display(), self.state.health.engine);
        Ok(())
    }
}

/// A notice of the engine as an event, where it is news to the session.
fn noticed(notice: Notice) -> Option<Event> {
    Some(match notice {
        Notice::Ready { engine, version: _, audio } => Event::EngineReady { engine, audio },
        Notice::Health(h) => Event::Health(Box::new(h)),
        Notice::Trouble(text) | Notice::Died(text) => Event::Trouble(text),
        Notice::Restarted { restarts } => Event::EngineRestarted(format!(
            "the engine is back (started again {restarts} times); the music goes on"
        )),
        Notice::BuffersLost(lost) => Event::BuffersLost(lost),
        // The rest of why was told when it happened.
        Notice::FellBack(text) => Event::EngineRestarted(format!(
            "the embedded engine plays from now on: {}",
            text.lines().next().unwrap_or_default()
        )),
        Notice::Ended(text) => Event::EngineEnded(text),
        Notice::Message { address, values } if address == synth::effects::METERS => Event::Meters(values),
        // Ends of voices are the player's news; before it began, nobody's.
        Notice::NodeEnded(_) | Notice::Message { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_which_engine_took_over() {
        let event = noticed(Notice::FellBack("supernova did not start: why\n  command: ...".into()));
        let Some(Event::EngineRestarted(text)) = event else { panic!("{event:?}") };
        assert_eq!(text, "the embedded engine plays from now on: supernova did not start: why");
    }

    #[test]
    fn the_end_does_not_wait_for_a_folder_that_cannot_be_read() {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let (over, ended) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            run_on(runtime().unwrap(), async {
                let (began, begun) = tokio::sync::oneshot::channel();
                tokio::task::spawn_blocking(move || {
                    began.send(()).unwrap();
                    held.recv()
                });
                begun.await.unwrap();
            });
            over.send(()).unwrap();
        });
        ended.recv_timeout(Duration::from_secs(20)).expect("it waits");
        drop(hold);
    }
}
