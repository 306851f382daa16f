//! `oiduna play SET --headless`: a set without a screen.

use super::Failure;
use crate::app::headless::{self, Headless, HeadlessError};
use crate::player;
use crate::server::{EngineChoice, Options};
use std::path::PathBuf;

/// Arguments of `play`.
#[derive(Debug, clap::Args)]
pub(super) struct Play {
    /// The set: a .tidal file
    set: PathBuf,
    /// Without the screen; Ctrl-C ends it
    #[arg(long, required = true)]
    headless: bool,
    /// End after so many seconds
    #[arg(long, value_name = "N", value_parser = seconds)]
    seconds: Option<f64>,
    /// Write the figures of the run to this file, as JSON
    #[arg(long, value_name = "F.json")]
    report: Option<PathBuf>,
    /// auto, supernova, scsynth, embedded or osc:HOST:PORT
    #[arg(long, default_value = "auto", value_name = "ENGINE")]
    engine: EngineChoice,
    /// What is added to every onset, milliseconds
    #[arg(long, default_value_t = player::LATENCY_S * 1000.0, value_name = "MS", value_parser = latency)]
    latency: f64,
    /// A folder of samples; the first given wins
    #[arg(long, value_name = "DIR")]
    samples: Vec<PathBuf>,
    /// Buffers of an engine that others started
    #[arg(long, value_name = "N")]
    buffers: Option<u16>,
}

fn number(text: &str, most: f64) -> Result<f64, String> {
    let n: f64 = text.parse().map_err(|_| "a number is wanted".to_owned())?;
    if (0.0..=most).contains(&n) { Ok(n) } else { Err(format!("a number from 0 to {most} is wanted")) }
}

fn seconds(text: &str) -> Result<f64, String> {
    number(text, 1e9)
}

fn latency(text: &str) -> Result<f64, String> {
    number(text, 10_000.0)
}

impl Play {
    pub fn run(self) -> Result<(), Failure> {
        let mut server = Options { engine: self.engine, ..Options::default() };
        match (self.engine, self.buffers) {
            (_, Some(n)) => server.buffers = n,
            (EngineChoice::Osc(_), None) => server.buffers = 1024,
            _ => {}
        }
        let what = Headless {
            set: self.set,
            server,
            samples: self.samples,
            latency_s: self.latency / 1000.0,
            seconds: self.seconds,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let played = runtime.map_err(HeadlessError::Signals).and_then(|r| r.block_on(headless::play(what)));
        let report = played.map_err(|error| {
            eprintln!("error: {error}");
            match error {
                HeadlessError::Set(_) | HeadlessError::Samples(_) => Failure::Input,
                _ => Failure::Engine,
            }
        })?;
        let Some(file) = self.report else { return Ok(()) };
        // Plain numbers and a name always become JSON.
        let json = serde_json::to_string(&report).unwrap_or_default() + "\n";
        std::fs::write(&file, json).map_err(|e| {
            eprintln!("error: the report cannot be written to {}: {e}", file.display());
            Failure::Input
        })
    }
}
