//! `oiduna check FILE...`: the diagnostics of sets, with code frames.
//!
//! Where folders of samples are known (`--samples`, or `samples` beside the set), names of sounds that
//! are in none of them, and controls that nothing consumes, are warned of too: nothing has to play for that.
//! Tracks that take too much work to be played are warned of always.

use super::Failure;
use crate::bank::Layout;
use crate::language::Language;
use crate::media;
use crate::score::{DEFAULT_CPS, Edit};
use crate::session::{Asked, Block, Sounds, blocks_of, complaints};
use crate::source::{Diagnostic, Severity, frame};
use crate::watch::{self, WatchError};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Sets to read
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A folder of samples, DIR/name/*.wav: sounds that are found nowhere are warned of
    #[arg(long, value_name = "DIR")]
    samples: Vec<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    json: bool,
}

/// Diagnostics of one set that are shown: a file that is no set has thousands.
const MOST: usize = 100;

#[derive(Serialize)]
struct Shown<'a> {
    file: &'a str,
    severity: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
    help: &'a [String],
}

impl Check {
    pub fn run(&self) -> Result<(), Failure> {
        let language = Language::new();
        let mut failed = false;
        for file in &self.files {
            let name = file.display().to_string();
            let text = match read(file) {
                Ok(t) => t,
                Err(e) => {
                    super::complain(format_args!("error: {e}"));
                    failed = true;
                    continue;
                }
            };
            let all = diagnostics(&language, &text, &self.sounds(file));
            failed |= all.iter().any(Diagnostic::is_error);
            for d in all.iter().take(MOST) {
                self.show(&name, &text, d);
            }
            if let Some(d) = all.get(MOST) {
                let message = format!("and {} more from here on", all.len() - MOST);
                let rest = Diagnostic { severity: Severity::Hint, ..Diagnostic::error(d.range, message) };
                self.show(&name, &text, &rest.help("mend those above first, or is this the right file?"));
            }
        }
        if failed { Err(Failure::Input) } else { Ok(()) }
    }

    /// The sounds that a set has; where no folder of them is known, they are taken to be elsewhere.
    fn sounds(&self, set: &Path) -> Sounds {
        let beside = set.parent().unwrap_or(Path::new(".")).join("samples");
        let mut sounds = None;
        for folder in self.samples.iter().chain(beside.is_dir().then_some(&beside)) {
            match media::scan(folder) {
                Ok(scan) => {
                    let sounds = sounds.get_or_insert_with(|| Sounds::new(Layout::OWN));
                    let place = sounds.next_place();
                    sounds.scanned(place, scan.root);
                }
                Err(e) => super::complain(format_args!("warning: {e}")),
            }
        }
        sounds.unwrap_or_else(|| Sounds::new(Layout::DIRT))
    }

    fn show(&self, name: &str, text: &str, d: &Diagnostic) {
        if !self.json {
            super::say(format_args!("{}", frame::render(name, text, d)));
            return;
        }
        let at = frame::line_column(text, d.range.start());
        let severity = match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        };
        let shown = Shown {
            file: name,
            severity,
            line: at.line,
            column: at.column,
            message: &d.message,
            help: &d.help,
        };
        // Plain strings and numbers always become JSON.
        super::say(format_args!("{}", serde_json::to_string(&shown).unwrap_or_default()));
    }
}

/// The text of a set, which may also come through a pipe.
fn read(file: &Path) -> Result<String, String> {
    match watch::read_set(file) {
        Err(WatchError::NotAFile { .. }) => {
            let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
            String::from_utf8(bytes).map_err(|e| {
                let byte = e.utf8_error().valid_up_to();
                format!("{} is not UTF-8 at byte {byte}: save the file as UTF-8", file.display())
            })
        }
        read => read.map_err(|e| e.to_string()),
    }
}

/// All that is to say about a set's text, ranges in the whole of it.
fn diagnostics(language: &Language, text: &str, sounds: &Sounds) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let blocks = blocks_of(language, text);
    let tempo = |e: &Edit| if let Edit::Cps(cps) = e { Some(*cps) } else { None };
    let cps = blocks.iter().flat_map(Block::edits).filter_map(|e| tempo(&e)).last().unwrap_or(DEFAULT_CPS);
    for block in blocks {
        let asked = Asked { block: block.id, text: &block.text, from: 0, cps };
        let found = complaints(sounds, &block.edits(), asked);
        let all = block.diagnostics.into_iter().chain(found.diagnostics);
        out.extend(all.map(|d| d.shifted(block.start)));
    }
    out
}
