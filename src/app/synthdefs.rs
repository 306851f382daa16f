//! The user's SynthDefs: files that are read, compiled and loaded, and again when they change.
//!
//! In: paths. Out: what was found, as events. Looking for changes and reading run as tasks beside the
//! loop. Broken files are found before the engine sees them, because they can kill it. A SynthDef is
//! loaded under a name of its own each time: voices of the old one play on, and the engine's proof is
//! of the new one.

use super::{Engine, Performance, Wire};
use crate::server::{Handle, sclang};
use crate::session::{Event, UserSynthDef, sendable};
use crate::watch::files::{Files, Found};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often files are looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The files of a folder that hold SynthDefs.
const ENDINGS: &[&str] = &["scsyndef", "scd"];
/// A SynthDef that was replaced is freed after this long: longer than anything is planned ahead.
const FREED_AFTER: Duration = Duration::from_secs(15);

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
    let read = move || sclang::read_compiled(&path);
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(bytes)) => Ok(vec![bytes]),
        Ok(Err(e)) => Err(e),
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
    let (found, wrong) = sendable(file, bytes, number);
    troubles.extend(wrong);
    for sendable in found {
        match handle.load_def(&sendable.def.user.def, &sendable.bytes).await {
            Ok(()) => defs.push(sendable.def),
            Err(e) => {
                // What it needs and is not there explains it best.
                let why = sendable.doubt.map(|why| format!("; {why}")).unwrap_or_default();
                let name = &sendable.def.name;
                troubles.push(format!("{}: SynthDef {name} cannot be played: {e}{why}", file.display()));
            }
        }
    }
}

/// The SynthDef files of a folder (or the file itself), and what cannot be read.
pub fn synthdef_files(path: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let mut files = Files::new(ENDINGS);
    files.add(path.to_owned());
    let (mut found, mut troubles) = (Vec::new(), Vec::new());
    for one in files.look() {
        match one {
            Found::File(file) => found.push(file),
            Found::Trouble(text) => troubles.push(text),
        }
    }
    found.sort();
    (found, troubles)
}
