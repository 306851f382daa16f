//! `oiduna synthdefs list|inspect|check`: what is in SynthDef files, without an engine.

use super::Failure;
use crate::synth::inspect::{self, Def};
use crate::synth::review::{Review, review};
use clap::Subcommand;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Arguments of `synthdefs`.
#[derive(Debug, clap::Args)]
pub(super) struct SynthDefs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The SynthDefs in files and folders, a line each
    List(Paths),
    /// Their controls with defaults, their unit generators, and what to know about them
    Inspect(Paths),
    /// Whether they can be played; exit status 1 if any cannot
    Check(Paths),
}

#[derive(Debug, clap::Args)]
struct Paths {
    /// Files (.scsyndef), or folders of them
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// A SynthDef as a program reads it.
#[derive(Serialize)]
struct Shown<'a> {
    file: String,
    name: &'a str,
    controls: BTreeMap<&'a str, f32>,
    units: BTreeMap<&'a str, usize>,
    output: Option<&'a str>,
    frees_itself: bool,
    findings: Vec<String>,
}

impl SynthDefs {
    pub fn run(&self) -> Result<(), Failure> {
        let (What::List(given) | What::Inspect(given) | What::Check(given)) = &self.what;
        let mut failed = false;
        for file in files(&given.paths) {
            let defs = match file.and_then(|file| Ok((read(&file)?, file))) {
                Ok((defs, file)) => defs.into_iter().map(move |def| (file.clone(), def)),
                Err(trouble) => {
                    super::complain(format_args!("error: {trouble}"));
                    failed = true;
                    continue;
                }
            };
            for (file, def) in defs {
                let review = review(&def);
                if given.json {
                    json(&file, &def, &review);
                    continue;
                }
                match &self.what {
                    What::List(_) => super::say(format_args!(
                        "{}\t{} controls, {} units\t{}",
                        def.name,
                        def.controls.len(),
                        def.units.len(),
                        file.display()
                    )),
                    What::Inspect(_) => whole(&file, &def, &review),
                    What::Check(_) => {
                        for finding in review.findings() {
                            super::say(format_args!("{}: {}: {finding}", file.display(), def.name));
                        }
                    }
                }
            }
        }
        if failed { Err(Failure::Input) } else { Ok(()) }
    }
}

fn whole(file: &Path, def: &Def, review: &Review) {
    super::say(format_args!("{} ({})", def.name, file.display()));
    for (name, default) in &def.controls {
        super::say(format_args!("  {name} = {default}"));
    }
    let units: Vec<String> = counted(def)
        .into_iter()
        .map(|(name, times)| if times == 1 { name.to_owned() } else { format!("{name} x{times}") })
        .collect();
    super::say(format_args!("  units: {}", units.join(", ")));
    for finding in review.findings() {
        super::say(format_args!("  note: {finding}"));
    }
}

fn json(file: &Path, def: &Def, review: &Review) {
    let shown = Shown {
        file: file.display().to_string(),
        name: &def.name,
        controls: def.controls.iter().map(|(name, value)| (name.as_str(), *value)).collect(),
        units: counted(def),
        output: review.output,
        frees_itself: review.frees,
        findings: review.findings(),
    };
    // Plain strings and numbers always become JSON.
    super::say(format_args!("{}", serde_json::to_string(&shown).unwrap_or_default()));
}

fn counted(def: &Def) -> BTreeMap<&str, usize> {
    let mut units = BTreeMap::new();
    for unit in &def.units {
        *units.entry(unit.name.as_str()).or_default() += 1;
    }
    units
}

/// The files meant: of folders, the SynthDef files in them.
fn files(paths: &[PathBuf]) -> Vec<Result<PathBuf, String>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(Ok(path.clone()));
            continue;
        }
        match std::fs::read_dir(path) {
            Ok(entries) => {
                let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                files.retain(|file| file.extension().is_some_and(|e| e == "scsyndef"));
                files.sort();
                if files.is_empty() {
                    found.push(Err(format!("there is no .scsyndef file in {}", path.display())));
                }
                found.extend(files.into_iter().map(Ok));
            }
            Err(e) => found.push(Err(format!("{} cannot be read: {e}", path.display()))),
        }
    }
    found
}

fn read(file: &Path) -> Result<Vec<Def>, String> {
    let bytes = std::fs::read(file)
        .map_err(|e| format!("{} cannot be read: {e}; is the path right?", file.display()))?;
    inspect::inspect(&bytes)
        .map_err(|e| format!("{} is no SynthDef file that can be used: {e}", file.display()))
}
