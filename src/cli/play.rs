//! `oiduna play SET --headless`: a set without a screen.

use super::Failure;
use super::perform::Perform;
use crate::app;
use std::path::PathBuf;

/// Arguments of `play`.
#[derive(Debug, clap::Args)]
pub(super) struct Play {
    /// The set: a .tidal file, or a folder that holds one
    set: PathBuf,
    /// Without the screen; Ctrl-C ends it
    #[arg(long, required = true)]
    headless: bool,
    /// End after so many seconds
    #[arg(long, value_name = "N", value_parser = super::perform::seconds)]
    seconds: Option<f64>,
    /// Write the figures of the run to this file, as JSON
    #[arg(long, value_name = "F.json")]
    report: Option<PathBuf>,
    #[command(flatten)]
    perform: Perform,
}

impl Play {
    pub fn run(self) -> Result<(), Failure> {
        let _log = self.perform.start_log();
        let mut options = self.perform.options(&self.set, false)?;
        options.seconds = self.seconds;
        let report = app::headless(options).map_err(|e| super::perform::failed(&e))?;
        let Some(file) = self.report else { return Ok(()) };
        // Plain numbers and a name always become JSON.
        let json = serde_json::to_string(&report).unwrap_or_default() + "\n";
        std::fs::write(&file, json).map_err(|e| {
            super::complain(format_args!("error: the report cannot be written to {}: {e}", file.display()));
            Failure::Input
        })
    }
}
