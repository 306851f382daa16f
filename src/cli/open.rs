//! `oiduna [SET]`: the screen.

use super::Failure;
use super::perform::{Perform, failed};
use crate::app;
use std::path::PathBuf;

/// Arguments of the screen.
#[derive(Debug, clap::Args)]
pub(super) struct Open {
    /// The set: a .tidal file, or a folder; one that is not there is made
    #[arg(default_value = ".")]
    set: PathBuf,
    #[command(flatten)]
    perform: Perform,
}

impl Open {
    pub fn run(self) -> Result<(), Failure> {
        let _log = self.perform.start_log();
        let options = self.perform.options(&self.set, true)?;
        app::screen(options).map(|_| ()).map_err(|e| failed(&e))
    }
}
