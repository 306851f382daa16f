//! The user's SynthDefs: files that are read, compiled and loaded, and again when they change.
//!
//! In: paths. Out: what was found, as events. Looking for changes and reading run as tasks beside the
//! loop. Broken files are found before the engine sees them, because they can kill it. A SynthDef is
//! loaded under a name of its own each time: voices of the old one play on, and the engine's proof is
//! of the new one.

use super::{Engine, Performance, Wire};
use crate::bank::UserDef;
use crate::server::{Handle, sclang};
use crate::session::{Event, UserSynthDef};
use crate::synth::inspect;
use crate::synth::review::review;
use crate::watch::files::{Files, Found};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often files are looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The files of a folder that hold SynthDefs.
const ENDINGS: &[&str] = &["scsyndef", "scd"];
/// A SynthDef that was replaced is freed after this long: longer than anything is planned ahead.
const FREED_AFTER: Duration = Duration::from_secs(15);
/// Larger files are no SynthDefs, bytes.
const LARGEST: u64 = 64 << 20;
/// Names that begin so are the program's own.
const OWN_PREFIX: &str = "oi.";

/// What is known of the user's SynthDef files.
pub(super) struct SynthDefs {
    /// Away while a task looks.
    files: Option<Files>,
    /// Files and folders that are to be looked at too.
    new: Vec<PathBuf>,
    /// Found, and waiting for an engine.
    found: Vec<PathBuf>,
    /// How often anything was loaded.
    loads: u64,
}

impl SynthDefs {
    pub(super) fn new() -> Self {
        Self { files: Some(Files::new(ENDINGS)), new: Vec::new(), found: Vec::new(), loads: 0 }
    }
}

impl Performance {
    /// A file or a folder more; it is looked at now.
    pub(super) fn add_synthdefs(&mut self, path: PathBuf) {
        self.synthdefs.new.push(path);
        self.look_for_synthdefs();
    }

    /// The folder of the command line, before the set begins.
    pub(super) fn first_synthdefs(&mut self, path: PathBuf) {
        let Some(files) = self.synthdefs.files.as_mut() else { return };
        files.add(path);
        let found = files.look();
        self.found_synthdefs(found);
    }

    /// Looks at the files, unless that is being done.
    pub(super) fn look_for_synthdefs(&mut self) {
        let Some(mut files) = self.synthdefs.files.take() else { return };
        self.synthdefs.new.drain(..).for_each(|path| files.add(path));
        if files.is_empty() {
            self.synthdefs.files = Some(files);
            return;
        }
        let to = self.to.clone();
        tokio::spawn(async move {
            let looked = tokio::task::spawn_blocking(move || {
                let found = files.look();
                (files, found)
            });
            if let Ok((files, found)) = looked.await {
                let _ = to.send(Wire::Looked(files, found)).await;
            }
        });
    }

    /// The files are back, with what was found.
    pub(super) fn looked(&mut self, files: Files, found: Vec<Found>) {
        self.synthdefs.files = Some(files);
        self.found_synthdefs(found);
        if !self.synthdefs.new.is_empty() {
            self.look_for_synthdefs();
        }
    }

    fn found_synthdefs(&mut self, found: Vec<Found>) {
        for found in found {
            match found {
                Found::File(file) => self.synthdefs.found.push(file),
                Found::Trouble(text) => self.happened(Event::Trouble(text)),
            }
        }
        self.load_synthdefs();
    }

    /// Loads what was found, if there is an engine.
    pub(super) fn load_synthdefs(&mut self) {
        let Some(stage) = &self.stage else { return };
        let handle = match &stage.engine {
            Engine::Server(server) => Some(server.handle()),
            Engine::Dirt(_) => None,
        };
        for file in std::mem::take(&mut self.synthdefs.found) {
            match &handle {
                Some(handle) => {
                    self.synthdefs.loads += 1;
                    self.load(load(file, handle.clone(), self.synthdefs.loads));
                }
                None => self.happened(Event::Trouble(format!(
                    "{}: SuperDirt has SynthDefs of its own, loaded there",
                    file.display()
                ))),
            }
        }
    }
}

/// Frees what no event names any more, once everything that was planned with it has been played.
pub(super) async fn free(name: std::sync::Arc<str>, handle: Handle) {
    tokio::time::sleep(FREED_AFTER).await;
    if let Err(e) = handle.free_def(&name).await {
        tracing::warn!("{name} could not be freed: {e}");
    }
}

/// Reads a file, and loads what is in it.
async fn load(file: PathBuf, handle: Handle, number: u64) -> Event {
    let (mut defs, mut troubles) = (Vec::new(), Vec::new());
    match read(&file).await {
        Ok(all) => {
            for bytes in all {
                load_bytes(&file, &bytes, &handle, number, &mut defs, &mut troubles).await;
            }
        }
        Err(trouble) => troubles.push(trouble),
    }
    Event::SynthDefs { file, defs, troubles }
}

/// The bytes of a compiled file, or of each SynthDef of a `.scd`.
async fn read(file: &Path) -> Result<Vec<Vec<u8>>, String> {
    if file.extension().is_some_and(|e| e == "scd") {
        return sclang::compile(file).await.map_err(|e| e.to_string());
    }
    let path = file.to_owned();
    let read = move || match std::fs::metadata(&path) {
        Ok(facts) if facts.len() > LARGEST => Err(format!("it has more than {} MiB", LARGEST >> 20)),
        Ok(_) => std::fs::read(&path).map_err(|e| e.to_string()),
        Err(e) => Err(format!("{e}; is the path right?")),
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(bytes)) => Ok(vec![bytes]),
        Ok(Err(e)) => Err(format!("{} cannot be read: {e}", file.display())),
        Err(e) => Err(format!("{} cannot be read: {e}", file.display())),
    }
}

async fn load_bytes(
    file: &Path,
    bytes: &[u8],
    handle: &Handle,
    number: u64,
    defs: &mut Vec<UserSynthDef>,
    troubles: &mut Vec<String>,
) {
    let found = match inspect::inspect(bytes) {
        Ok(found) => found,
        Err(e) => {
            return troubles.push(format!("{} is no SynthDef file that can be used: {e}", file.display()));
        }
    };
    if found.is_empty() {
        troubles.push(format!("{} holds no SynthDef", file.display()));
    }
    for def in found {
        let name = def.name.as_str();
        if name.is_empty() || name.starts_with(OWN_PREFIX) {
            troubles.push(format!(
                "{}: a SynthDef cannot be called {name:?}; names with {OWN_PREFIX} are the program's own",
                file.display()
            ));
            continue;
        }
        let engine_name = format!("{name}~{number}");
        let loaded = match inspect::alone(bytes, &def, &engine_name) {
            Ok(alone) => handle.load_def(&engine_name, &alone).await.map_err(|e| e.to_string()),
            Err(e) => Err(e.to_string()),
        };
        let review = review(&def);
        match loaded {
            Ok(()) => defs.push(UserSynthDef {
                name: name.into(),
                user: UserDef { def: engine_name.into(), ends: review.frees },
                controls: def.controls.iter().map(|(n, v)| (n.as_str().into(), *v)).collect(),
                findings: review.findings(),
            }),
            Err(e) => {
                // What it needs and is not there explains it best.
                let why = review.findings().pop().filter(|_| !review.foreign.is_empty());
                let why = why.map(|why| format!("; {why}")).unwrap_or_default();
                troubles.push(format!("{}: SynthDef {name} cannot be played: {e}{why}", file.display()));
            }
        }
    }
}
