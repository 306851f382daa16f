//! A set played without a screen: what `oiduna play SET --headless` does.
//!
//! In: a set's path and the engine to play it on. Out: sound, lines on standard output and error, and
//! the figures of the run. The set is watched: saves take hold as they do on the screen.

use super::set::{Change, Set};
use super::shelf::Shelf;
use super::stage;
use crate::language::Language;
use crate::media::MediaError;
use crate::plan::{Absent, Report};
use crate::player::{self, PlayerError, PlayerHandle};
use crate::score::Score;
use crate::server::{Notice, Options, Server, ServerError};
use crate::source::{frame, nearest};
use crate::stats::TimingReport;
use crate::time::Rational;
use crate::watch::{self, Changed, WatchError, Watcher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Reports of the player that wait at most: four seconds of them.
const REPORTS: usize = 128;

/// How long the first bank may take before the set begins without the rest of it.
const READY_WITHIN: Duration = Duration::from_secs(10);

/// What to play.
#[derive(Clone, Debug)]
pub struct Headless {
    /// The set: a file.
    pub set: PathBuf,
    /// The engine.
    pub server: Options,
    /// Folders of samples; the first wins.
    pub samples: Vec<PathBuf>,
    /// Added to every onset, seconds.
    pub latency_s: f64,
    /// Ends by itself after so many seconds.
    pub seconds: Option<f64>,
}

/// Why it could not be played.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// The set cannot be read.
    #[error(transparent)]
    Set(#[from] WatchError),
    /// A folder of samples cannot be read.
    #[error(transparent)]
    Samples(#[from] MediaError),
    /// No engine.
    #[error(transparent)]
    Engine(#[from] ServerError),
    /// No thread for the player.
    #[error(transparent)]
    Player(#[from] PlayerError),
    /// The system's signals cannot be waited for.
    #[error("cannot wait for signals: {0}")]
    Signals(std::io::Error),
}

/// Everything that happens.
enum Event {
    Saved(Changed),
    Report(Box<Report>),
    Engine(Notice),
    Stop,
}

/// What is known while it plays.
struct Stand {
    name: String,
    language: Language,
    set: Set,
    score: Score,
    shelf: Shelf,
    engine: String,
    xruns: Option<u64>,
    /// Reports dropped, and events skipped, when it was last said.
    skipped: u64,
}

/// Plays until a signal, or as long as asked for.
///
/// # Errors
/// When it cannot begin. What goes wrong later is said and survived.
pub async fn play(what: Headless) -> Result<TimingReport, HeadlessError> {
    let text = watch::read_set(&what.set)?;
    let mut stop = signals()?;
    let (server, sender, mut notices) = Server::start(what.server).await?;
    let bank = stage::prepare(&server.handle()).await?;
    let mut stand = Stand {
        name: what.set.display().to_string(),
        language: Language::new(),
        set: Set::new(),
        score: Score::new(),
        shelf: Shelf::new(server.handle(), bank),
        engine: String::new(),
        xruns: None,
        skipped: 0,
    };
    for folder in &what.samples {
        for trouble in stand.shelf.add_samples(folder).await? {
            eprintln!("warning: {trouble}");
        }
    }
    let change = stand.set.open(&text, &stand.language);
    stand.show(&text, &change);
    stand.score = stand.score.apply(&change.edits, Rational::ZERO);
    let loading = stand.shelf.load(&stand.score, Rational::ZERO, |_| {});
    match tokio::time::timeout(READY_WITHIN, loading).await {
        Ok(trouble) => trouble.iter().for_each(|t| eprintln!("error: {t}")),
        Err(_) => eprintln!("warning: not all sounds are loaded yet; the set begins without them"),
    }

    let (to, mut reports) = mpsc::channel(REPORTS);
    let player = player::start(player::Start {
        score: Arc::new(stand.score.clone()),
        bank: stand.shelf.bank(),
        send: Box::new(move |packet, tag| sender.send(packet, tag)),
        tell: Box::new(move |report| to.try_send(report).is_ok()),
        latency_s: what.latency_s,
        needed_s: player::NEEDED_S,
    })?;
    let (saved_to, mut saved) = mpsc::unbounded_channel();
    // A save is a whole text, at most one every 30 ms: its queue needs no limit.
    let _watcher = Watcher::new(&what.set, text, move |changed| drop(saved_to.send(changed)))?;
    let end = what.seconds.map_or(Duration::MAX, |s| Duration::try_from_secs_f64(s).unwrap_or_default());
    let ended = tokio::time::sleep(end);
    tokio::pin!(ended);
    loop {
        let event = tokio::select! {
            () = &mut ended => Event::Stop,
            Some(()) = stop.recv() => Event::Stop,
            Some(changed) = saved.recv() => Event::Saved(changed),
            Some(report) = reports.recv() => Event::Report(Box::new(report)),
            Some(notice) = notices.recv() => Event::Engine(notice),
        };
        match event {
            Event::Stop => break,
            Event::Saved(changed) => stand.saved(changed, &player).await,
            Event::Report(report) => stand.reported(&report, &player).await,
            Event::Engine(notice) => stand.heard(notice, &player),
        }
    }
    let outcome = player.stop();
    server.shutdown().await;
    let report = outcome.map(|o| o.timing.report(o.cycles, &stand.engine, stand.xruns));
    Ok(report.unwrap_or_default())
}

impl Stand {
    fn show(&self, text: &str, change: &Change) {
        for diagnostic in &change.diagnostics {
            eprintln!("{}", frame::render(&self.name, text, diagnostic));
        }
    }

    async fn saved(&mut self, changed: Changed, player: &PlayerHandle) {
        let text = match changed {
            Changed::Text(text) => text,
            Changed::Missing => return eprintln!("warning: {} is gone; what played plays on", self.name),
            Changed::Unreadable { reason } => return eprintln!("error: {reason}"),
        };
        let change = self.set.save(&text, &self.language);
        self.show(&text, &change);
        if change.edits.is_empty() {
            return;
        }
        let at = player.frontier();
        self.score = self.score.apply(&change.edits, at);
        player.set_score(Arc::new(self.score.clone()));
        self.load(at, player).await;
    }

    async fn load(&mut self, from: Rational, player: &PlayerHandle) {
        let trouble = self.shelf.load(&self.score, from, |bank| player.set_bank(bank)).await;
        for t in trouble {
            eprintln!("error: {t}");
        }
    }

    async fn reported(&mut self, report: &Report, player: &PlayerHandle) {
        for error in &report.errors {
            eprintln!("error: {}: {}", error.track, error.error);
        }
        for absent in &report.absent {
            self.missing(absent);
        }
        if let Some(trouble) = &report.trouble {
            eprintln!("error: {trouble}");
        }
        if let Some(step) = report.clock_step_s {
            eprintln!("warning: the system clock was set by {step:.3} s; the music goes on from there");
        }
        if report.skipped > self.skipped {
            self.skipped = report.skipped;
            // Made ready for next time.
            self.load(report.frontier, player).await;
        }
    }

    fn missing(&self, absent: &Absent) {
        match absent {
            Absent::Sound(name) => {
                let near = nearest(name, self.shelf.names(), 3);
                let help = match near.as_slice() {
                    [] => "name a folder of samples with --samples".to_owned(),
                    near => format!("did you mean {}?", near.join(", ")),
                };
                eprintln!("error: there is no sound {name:?}: {help}");
            }
            Absent::NoSound(track) => {
                eprintln!("error: an event of {track} names no sound: add # s \"...\"");
            }
            // Being loaded; if that fails, the loading says so.
            Absent::Sample { .. } | Absent::Def(_) => {}
        }
    }

    fn heard(&mut self, notice: Notice, player: &PlayerHandle) {
        match notice {
            Notice::Ready { engine, version, audio } => {
                println!("{} plays on {engine} {} ({audio})", self.name, version.unwrap_or_default());
                self.engine = engine;
            }
            Notice::Health(health) => self.xruns = health.xruns,
            Notice::Trouble(text) => eprintln!("warning: {text}"),
            Notice::Died(text) | Notice::Ended(text) => eprintln!("error: {text}"),
            Notice::Restarted { restarts } => {
                player.engine_restarted();
                eprintln!("the engine is back (start {restarts})");
            }
            Notice::FellBack(text) => {
                player.engine_restarted();
                "embedded".clone_into(&mut self.engine);
                eprintln!("warning: {text}");
            }
            Notice::NodeEnded(_) | Notice::Message { .. } => {}
        }
    }
}

/// One message for each of SIGINT, SIGTERM and SIGHUP.
fn signals() -> Result<mpsc::Receiver<()>, HeadlessError> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals =
        signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(HeadlessError::Signals)?;
    let (to, from) = mpsc::channel(1);
    let wait = move || {
        for _ in signals.forever() {
            // A second signal has nothing to add.
            let _ = to.try_send(());
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait).map_err(HeadlessError::Signals)?;
    Ok(from)
}
