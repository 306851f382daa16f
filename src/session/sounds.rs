//! Samples and SynthDefs: what there is, what is being made ready, what is let go.
//!
//! In: folders that were scanned, what patterns want, what the engine has loaded. Out: the bank as it
//! should be, and effects that bring the engine there. Pure. It never frees a buffer itself: what the
//! bank no longer names goes through [`super::memory`].

use super::memory::{Leaving, Limits, size};
use super::{Effect, UserSynthDef};
use crate::bank::{Bank, Buffer, Def, Layout, Protocol};
use crate::osc::BufNum;
use crate::plan::Wants;
use crate::samples::{File, Index, Root, Stamp};
use crate::source::Severity;
use crate::synth::VoiceKey;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// From so many samples on, a load is told about when it is done.
const BULK: usize = 20;

/// A file on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// What it will take of the memory, as far as known.
    pub bytes: u64,
    /// Which file it was when it was asked for.
    pub stamp: Option<Stamp>,
}

/// What is on its way into the engine.
#[derive(Clone, Debug, Default)]
pub struct Loading {
    /// Samples asked for and not there yet, by path.
    pub samples: HashMap<PathBuf, Request>,
    /// Samples asked for since nothing was on its way: those of one load.
    pub asked: usize,
    /// Samples that will not come.
    pub failed: HashSet<(Arc<str>, usize)>,
    /// SynthDefs asked for, ever: each is asked for until an engine has answered.
    pub voices: HashSet<VoiceKey>,
    /// SynthDefs that the engine refused.
    pub refused: HashSet<Arc<str>>,
    /// Bytes of all that is on its way.
    bytes: u64,
}

impl Loading {
    /// Samples of this load that have come, or will not.
    pub fn done(&self) -> usize {
        self.asked.saturating_sub(self.samples.len())
    }
}

/// A buffer as the screen lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedSample {
    /// The sound's name.
    pub folder: Arc<str>,
    /// The file's number.
    pub place: usize,
    /// The file.
    pub path: PathBuf,
    /// Where it is and how long.
    pub buffer: Buffer,
    /// Which file it was when it was asked for.
    stamp: Option<Stamp>,
    /// The last look ahead in which a pattern named it.
    used: u64,
}

/// What is known of a SynthDef of the user, beside how it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The file it came from.
    pub file: PathBuf,
    /// What to say where it is used.
    pub findings: Vec<String>,
}

/// What a buffer takes of the memory.
fn bytes(buffer: &Buffer) -> u64 {
    u64::from(buffer.frames) * u64::from(buffer.channels) * 4
}

/// Samples and SynthDefs.
#[derive(Debug)]
pub struct Sounds {
    index: Index,
    /// Where each file of the index is.
    found: HashMap<PathBuf, (Arc<str>, usize)>,
    pub(super) bank: Bank,
    loading: Loading,
    /// Loaded samples, in the order in which they came.
    pub loaded: Vec<LoadedSample>,
    /// SynthDefs of the user, by name.
    pub user_defs: BTreeMap<Arc<str>, Loaded>,
    pub(super) leaving: Leaving,
    limits: Limits,
    /// Files that are in the engine as they once were.
    stale: HashSet<PathBuf>,
    places: usize,
    /// Bytes of all that is loaded.
    held: u64,
    /// How often was looked ahead.
    looks: u64,
    /// Samples let go to make room, in the whole run.
    pub released: u64,
    /// The bank has lost something that is not published yet.
    changed: bool,
    /// What did not fit since it was last told.
    no_room: Vec<String>,
    /// What was told not to fit, and has not come since: each is told once.
    told_no_room: HashSet<PathBuf>,
    notes: Vec<(Severity, String)>,
}

impl Sounds {
    /// None yet.
    pub fn new(layout: Layout) -> Self {
        Self {
            index: Index::new(),
            found: HashMap::new(),
            bank: Bank::empty(layout),
            loading: Loading::default(),
            loaded: Vec::new(),
            user_defs: BTreeMap::new(),
            leaving: Leaving::default(),
            limits: Limits::default(),
            stale: HashSet::new(),
            places: 0,
            held: 0,
            looks: 0,
            released: 0,
            changed: false,
            no_room: Vec::new(),
            told_no_room: HashSet::new(),
            notes: Vec::new(),
        }
    }

    /// What the performer allows, from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// What the performer allows.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The folders.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What is on its way.
    pub fn loading(&self) -> &Loading {
        &self.loading
    }

    /// Bytes of all samples that are loaded.
    pub fn memory(&self) -> u64 {
        self.held
    }

    /// The bank as it is now.
    pub fn bank(&self) -> Arc<Bank> {
        Arc::new(self.bank.clone())
    }

    /// A place for the next folder, after those that are there.
    pub fn next_place(&mut self) -> usize {
        self.places += 1;
        self.places - 1
    }

    /// Takes the content of a folder in. Loaded samples of files that are still there stay.
    pub fn scanned(&mut self, place: usize, root: Root) {
        self.places = self.places.max(place + 1);
        self.index = self.index.with_root(place, root);
        self.settle(true);
    }

    /// A folder is not to be used any more.
    pub fn removed(&mut self, place: usize) {
        self.index = self.index.without_root(place);
        self.settle(false);
    }

    /// Brings bank and buffers to what the index says now. With `keep`, a sound that is gone as a whole
    /// plays on, as far as it is loaded: a folder that is moved away must not silence a performance.
    fn settle(&mut self, keep: bool) {
        let was_found = std::mem::take(&mut self.found);
        let before = std::mem::take(&mut self.bank.sounds);
        let mut stamps: HashMap<&Path, Option<Stamp>> = HashMap::new();
        for folder in self.index.folders() {
            let name: Arc<str> = folder.name.as_str().into();
            for (place, file) in folder.files.iter().enumerate() {
                self.found.insert(file.path.clone(), (name.clone(), place));
                stamps.insert(&file.path, file.stamp);
            }
            self.bank.sounds.insert(name, vec![None; folder.files.len()]);
        }
        let (mut gone, mut lost) = (Vec::new(), Vec::new());
        let (mut kept, mut changed) = (Vec::new(), Vec::new());
        for mut sample in std::mem::take(&mut self.loaded) {
            let Some((folder, place)) = self.found.get(&sample.path) else {
                if let Some(files) = before.get(&sample.folder)
                    && keep
                    && self.index.folder(&sample.folder).is_none()
                {
                    let slots = self
                        .bank
                        .sounds
                        .entry(sample.folder.clone())
                        .or_insert_with(|| vec![None; files.len()]);
                    if let Some(slot) = slots.get_mut(sample.place) {
                        *slot = Some(sample.buffer);
                    }
                    // Each is told once, not with every change of a folder.
                    if was_found.contains_key(&sample.path) {
                        lost.push(format!("{}:{}", sample.folder, sample.place));
                    }
                    kept.push(sample);
                    continue;
                }
                self.held = self.held.saturating_sub(bytes(&sample.buffer));
                self.leaving.add(sample.buffer.num);
                self.stale.remove(&sample.path);
                gone.push(format!("{}:{}", sample.folder, sample.place));
                continue;
            };
            (sample.folder, sample.place) = (folder.clone(), *place);
            if let Some(slot) = self.bank.sounds.get_mut(folder).and_then(|f| f.get_mut(*place)) {
                *slot = Some(sample.buffer);
            }
            let now = stamps.get(sample.path.as_path()).copied().flatten();
            if now.is_some() && now != sample.stamp && self.stale.insert(sample.path.clone()) {
                changed.push(format!("{folder}:{place}"));
            }
            kept.push(sample);
        }
        self.loaded = kept;
        self.tell_some(&changed, "changed on disk: loaded anew when a pattern names it");
        self.tell_some(&gone, "not there any more: what sounds of it sounds to its end");
        self.tell_some(&lost, "gone from disk: played from memory as long as the program runs");
        self.loading.failed.clear();
        self.changed = true;
    }

    fn tell_some(&mut self, names: &[String], what: &str) {
        if let Some(text) = some(names) {
            self.notes.push((Severity::Hint, format!("{text}: {what}")));
        }
    }

    /// A sample is there.
    pub fn loaded(&mut self, path: &Path, buffer: Buffer) {
        let request = self.arrived(path);
        let Some((folder, place)) = self.found.get(path).cloned() else {
            // Its folder was taken away meanwhile.
            self.leaving.add(buffer.num);
            self.changed = true;
            return;
        };
        if let Some(slot) = self.bank.sounds.get_mut(&folder).and_then(|f| f.get_mut(place))
            && slot.replace(buffer).is_some()
        {
            for old in self.loaded.extract_if(.., |l| l.path == path) {
                self.held = self.held.saturating_sub(bytes(&old.buffer));
                self.leaving.add(old.buffer.num);
            }
            self.stale.remove(path);
        }
        self.told_no_room.remove(path);
        self.held = self.held.saturating_add(bytes(&buffer));
        let (stamp, used) = (request.and_then(|r| r.stamp), self.looks);
        self.loaded.push(LoadedSample { folder, place, path: path.to_owned(), buffer, stamp, used });
        self.tell_done();
    }

    /// A sample will not come.
    pub fn failed(&mut self, folder: &Arc<str>, place: usize, path: &Path) {
        self.arrived(path);
        // One that was there before stays as it was.
        self.stale.remove(path);
        self.loading.failed.insert((folder.clone(), place));
        self.tell_done();
    }

    /// No engine answered about a sample: it is asked for again when it is wanted.
    pub(super) fn unanswered(&mut self, path: &Path) {
        self.arrived(path);
        self.tell_done();
    }

    /// No engine answered about a kind of voice: it is asked for again when it is wanted.
    pub(super) fn voice_unanswered(&mut self, key: &VoiceKey) {
        self.loading.voices.remove(key);
    }

    fn arrived(&mut self, path: &Path) -> Option<Request> {
        let request = self.loading.samples.remove(path);
        self.loading.bytes = self.loading.bytes.saturating_sub(request.map_or(0, |r| r.bytes));
        request
    }

    fn tell_done(&mut self) {
        let asked = self.loading.asked;
        if self.loading.samples.is_empty() && asked >= BULK {
            let text = format!(
                "{asked} samples asked for, all answered; {} loaded, {}",
                self.loaded.len(),
                size(self.held)
            );
            self.notes.push((Severity::Hint, text));
            self.loading.asked = 0;
        }
    }

    /// A SynthDef is there.
    pub fn def_ready(&mut self, name: Arc<str>, controls: Arc<[(Arc<str>, f32)]>) {
        self.loading.refused.remove(&name);
        self.bank.defs.insert(name, Def { controls });
    }

    /// A kind of voice is let go of: it is asked for again when it is wanted again.
    pub(super) fn voice_left(&mut self, key: &VoiceKey) {
        self.changed = true;
        self.loading.voices.remove(key);
        self.bank.defs.remove(key.def_name().as_str());
    }

    /// A SynthDef of the user is there; the one that it replaces is given back, for freeing.
    pub fn user_def_ready(&mut self, file: &Path, def: UserSynthDef) -> Option<Arc<str>> {
        let loaded = Loaded { file: file.to_owned(), findings: def.findings };
        self.user_defs.insert(def.name.clone(), loaded);
        self.bank.defs.insert(def.user.def.clone(), Def { controls: def.controls });
        let old = self.bank.users.insert(def.name, def.user)?.def;
        self.bank.defs.remove(&old);
        Some(old)
    }

    /// Events that name it find nothing from now on; what the engine holds is given back, for freeing.
    pub fn unload_def(&mut self, name: &str) -> Option<Arc<str>> {
        self.user_defs.remove(name);
        let old = self.bank.users.remove(name)?.def;
        self.bank.defs.remove(&old);
        Some(old)
    }

    /// The controls that a SynthDef of the user declares, with their defaults.
    pub fn controls_of(&self, name: &str) -> Option<&[(Arc<str>, f32)]> {
        let user = self.bank.users.get(name)?;
        self.bank.defs.get(&user.def).map(|def| &*def.controls)
    }

    /// A SynthDef will not come.
    pub fn def_failed(&mut self, name: &Arc<str>) {
        self.loading.refused.insert(name.clone());
    }

    /// True when SuperDirt finds the sounds: nothing is known here, and nothing is missing.
    pub(super) fn are_elsewhere(&self) -> bool {
        self.bank.layout.speaks == Protocol::Dirt
    }

    /// Asks for what is wanted and was not asked for yet. What is wanted is in use: it is not let go.
    pub fn make_ready(&mut self, wants: &Wants) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.are_elsewhere() {
            return effects;
        }
        for key in &wants.voices {
            if self.loading.voices.insert(*key) {
                effects.push(Effect::LoadVoice(*key));
            }
        }
        self.looks += 1;
        for sample in &mut self.loaded {
            if wants.samples.contains(&(sample.folder.clone(), sample.place)) {
                sample.used = self.looks;
            }
        }
        effects.extend(wants.samples.iter().filter_map(|(folder, place)| self.want_sample(folder, *place)));
        if effects.iter().filter(|e| matches!(e, Effect::LoadSample { .. })).count() >= BULK {
            let text = format!("loading {} samples", self.loading.samples.len());
            self.notes.push((Severity::Hint, text));
        }
        effects
    }

    /// Asks for a sample that is neither there as it is on disk, nor on its way, nor known to be broken,
    /// if there is room for it.
    pub fn want_sample(&mut self, folder: &Arc<str>, place: usize) -> Option<Effect> {
        let file = self.index.folder(folder)?.files.get(place)?;
        let there = self.bank.sounds.get(folder).and_then(|f| f.get(place)).is_some_and(Option::is_some);
        if (there && !self.stale.contains(&file.path))
            || self.loading.failed.contains(&(folder.clone(), place))
            || self.loading.samples.contains_key(&file.path)
        {
            return None;
        }
        let (path, request) =
            (file.path.clone(), Request { bytes: file.memory().unwrap_or(0), stamp: file.stamp });
        self.tell_of(&file.clone(), folder, place);
        if !self.make_room(request.bytes) {
            if self.told_no_room.insert(path) {
                self.no_room.push(format!("{folder}:{place} ({})", size(request.bytes)));
            }
            return None;
        }
        if self.loading.samples.is_empty() {
            self.loading.asked = 0;
        }
        self.loading.asked += 1;
        self.loading.bytes = self.loading.bytes.saturating_add(request.bytes);
        self.loading.samples.insert(path.clone(), request);
        Some(Effect::LoadSample { folder: folder.clone(), place, path })
    }

    /// True when the SynthDef that the user calls `name` declares the control.
    pub(super) fn is_declared(&self, name: &str, control: &str) -> bool {
        self.controls_of(name).is_some_and(|controls| controls.iter().any(|(c, _)| &**c == control))
    }

    /// What is unusual about a file that is played nevertheless.
    fn tell_of(&mut self, file: &File, folder: &str, place: usize) {
        if let Some(facts) = file.facts.filter(|f| f.channels > 2) {
            let text = format!(
                "{folder}:{place} has {} channels: the first two are played ({})",
                facts.channels,
                file.path.display()
            );
            self.notes.push((Severity::Warning, text));
        }
    }

    /// Lets go of what was not named for the longest time, until `need` bytes fit. False when all that
    /// is left is in use.
    fn make_room(&mut self, need: u64) -> bool {
        loop {
            let bytes_after = self.held.saturating_add(self.loading.bytes).saturating_add(need);
            let buffers_after = self.loaded.len() + self.leaving.len() + self.loading.samples.len();
            if bytes_after <= self.limits.memory && buffers_after < self.limits.buffers {
                return true;
            }
            let idle = self.loaded.iter().enumerate().filter(|(_, l)| l.used < self.looks);
            // Numbers on their way out count until they are free: letting go of more does not help.
            let oldest = idle.min_by_key(|(_, l)| l.used).map(|(i, _)| i);
            let Some(oldest) = oldest.filter(|_| bytes_after > self.limits.memory || self.leaving.len() == 0)
            else {
                return false;
            };
            self.release(oldest);
            self.released += 1;
        }
    }

    /// The engine no longer has what was in this buffer.
    pub(super) fn lost(&mut self, num: BufNum) {
        if let Some(position) = self.loaded.iter().position(|l| l.buffer.num == num) {
            self.release(position);
        }
    }

    fn release(&mut self, position: usize) {
        let sample = self.loaded.remove(position);
        self.held = self.held.saturating_sub(bytes(&sample.buffer));
        if let Some(slot) = self.bank.sounds.get_mut(&sample.folder).and_then(|f| f.get_mut(sample.place)) {
            *slot = None;
        }
        self.stale.remove(&sample.path);
        self.leaving.add(sample.buffer.num);
        self.changed = true;
    }

    /// True once after the bank has changed by itself.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// What is to be told of all this.
    pub(super) fn take_notes(&mut self) -> Vec<(Severity, String)> {
        let no_room = std::mem::take(&mut self.no_room);
        if let Some(names) = some(&no_room) {
            let text = format!(
                "{names}: no room; the samples in use take {} of {} and {} of {} buffers: stop a track, or raise \
                 memory_mib in the config file",
                size(self.held.saturating_add(self.loading.bytes)),
                size(self.limits.memory),
                self.loaded.len() + self.loading.samples.len(),
                self.limits.buffers,
            );
            self.notes.push((Severity::Error, text));
        }
        std::mem::take(&mut self.notes)
    }

    /// Buffers that nothing reads any more.
    pub(super) fn free(&mut self, now: crate::osc::Timetag) -> Vec<BufNum> {
        self.leaving.free(now)
    }
}

/// The first few of a list, as one text; none when it is empty.
fn some(names: &[String]) -> Option<String> {
    const SHOWN: usize = 4;
    let shown = names.get(..SHOWN.min(names.len()))?.join(", ");
    match names.len() {
        0 => None,
        n if n > SHOWN => Some(format!("{shown} and {} more", n - SHOWN)),
        _ => Some(shown),
    }
}
