//! Options that every way of playing a set shares.

use super::Failure;
use crate::app::{self, AppError};
use crate::config::{Config, places};
use crate::plan;
use crate::player;
use crate::server::{EngineChoice, Options as ServerOptions};
use crate::session::Limits;
use std::path::{Path, PathBuf};
use tracing_appender::non_blocking::WorkerGuard;

/// Arguments that say how to play.
#[derive(Debug, clap::Args)]
pub(super) struct Perform {
    /// auto, supernova, scsynth, embedded, osc:HOST:PORT or dirt[:HOST[:PORT]] (SuperDirt) [default: the config file's, else auto]
    #[arg(long, value_name = "ENGINE")]
    engine: Option<EngineChoice>,
    /// What is added to every onset to make the timetag, milliseconds [default: the config file's, else 100]
    #[arg(long, value_name = "MS", value_parser = latency)]
    latency: Option<f64>,
    /// Voices that may sound at once; beyond that the oldest of the busiest orbit is ended [default: the config file's, else 256]
    #[arg(long, value_name = "N", value_parser = voices)]
    polyphony: Option<usize>,
    /// A folder of samples, DIR/name/*.wav; the first given wins
    #[arg(long, value_name = "DIR")]
    samples: Vec<PathBuf>,
    /// The config file [default: oiduna/config.toml in the XDG config folder]
    #[arg(long, value_name = "F")]
    config: Option<PathBuf>,
    /// A folder of SynthDef files
    #[arg(long, value_name = "DIR")]
    synthdefs: Option<PathBuf>,
    /// Where the log goes
    #[arg(long, value_name = "F")]
    log: Option<PathBuf>,
    /// Buffers of an engine that others started
    #[arg(long, value_name = "N")]
    buffers: Option<u16>,
}

/// Buffers that an engine of others is taken to have: SuperCollider's default.
const THEIR_BUFFERS: u16 = 1024;

impl Perform {
    /// Starts the log. Without a place for it there is none, and that is said.
    pub fn start_log(&self) -> Option<WorkerGuard> {
        let file = self.log.clone().or_else(app::log::default_file)?;
        app::log::start(&file)
            .inspect_err(|e| {
                super::complain(format_args!(
                    "warning: there is no log: {} cannot be written: {e}",
                    file.display()
                ));
            })
            .ok()
    }

    /// Everything the app needs to play the set at `path`; with `create`, a missing one is made.
    pub fn options(&self, path: &Path, create: bool) -> Result<app::Options, Failure> {
        let set = app::set_file(path, create).map_err(|e| no_set(&e))?;
        let config = load_config(self.config.as_deref())?;
        let engine = self.engine.or(config.engine).unwrap_or_default();
        let mut server = ServerOptions { engine, ..ServerOptions::default() };
        match (engine, self.buffers) {
            (_, Some(n)) => server.buffers = n,
            (EngineChoice::Osc(_), None) => server.buffers = THEIR_BUFFERS,
            _ => {}
        }
        Ok(app::Options {
            samples: places::samples(&self.samples, Some(&set), &config.samples),
            limits: Limits { memory: config.memory, first_hit: config.first_hit, ..Limits::default() },
            polyphony: self.polyphony.unwrap_or(config.polyphony),
            set,
            server,
            synthdefs: self.synthdefs.clone(),
            latency_s: self.latency.or(config.latency_ms).map_or(player::LATENCY_S, |ms| ms / 1000.0),
            seconds: None,
        })
    }
}

/// The config file; what is wrong with it is said.
pub(super) fn load_config(path: Option<&Path>) -> Result<Config, Failure> {
    Config::load(path).map_err(|e| {
        super::complain(format_args!("error: {e}"));
        Failure::Input
    })
}

/// Says why there is no set.
pub(super) fn no_set(e: &app::PlaceError) -> Failure {
    super::complain(format_args!("error: {e}"));
    if matches!(e, app::PlaceError::Unknown(_)) { Failure::Usage } else { Failure::Input }
}

/// Says why nothing plays.
pub(super) fn failed(e: &AppError) -> Failure {
    super::complain(format_args!("error: {e}"));
    match e {
        AppError::Set(_) => Failure::Input,
        AppError::NoTerminal(_) => Failure::Usage,
        AppError::Engine(_) | AppError::Player(_) | AppError::System { .. } => Failure::Engine,
    }
}

fn number(text: &str, most: f64) -> Result<f64, String> {
    let n: f64 = text.parse().map_err(|_| "a number is wanted".to_owned())?;
    if (0.0..=most).contains(&n) { Ok(n) } else { Err(format!("a number from 0 to {most} is wanted")) }
}

/// Seconds of the command line.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    number(text, 1e9)
}

fn latency(text: &str) -> Result<f64, String> {
    number(text, 10_000.0)
}

fn voices(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=plan::MOST_VOICES) => Ok(n),
        _ => Err(format!("a number from 1 to {} is wanted", plan::MOST_VOICES)),
    }
}
