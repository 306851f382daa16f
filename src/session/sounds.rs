//! Samples and SynthDefs: what there is, what is being made ready, what is missing.

use super::{Effect, UserSynthDef};
use crate::bank::{Bank, Buffer, Def, Layout, Protocol};
use crate::control::id;
use crate::pattern::{Env, Hap, Pattern};
use crate::plan::{Known, Wants, wants};
use crate::samples::{Index, Root};
use crate::score::{Edit, Score};
use crate::source::{BlockId, Diagnostic, TextRange, nearest};
use crate::synth::{VoiceKey, instruments};
use crate::time::TimeSpan;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Cycles that are looked ahead after an evaluation.
pub(super) const AHEAD: i64 = 16;
/// Work that looking ahead may cost, for each cycle.
const AHEAD_BUDGET: u32 = 50_000;
/// Events that are looked at in all.
const AHEAD_EVENTS: usize = 20_000;

/// What is on its way into the engine.
#[derive(Clone, Debug, Default)]
pub struct Loading {
    /// Samples asked for and not there yet.
    pub samples: HashSet<(Arc<str>, usize)>,
    /// Samples that will not come.
    pub failed: HashSet<(Arc<str>, usize)>,
    /// SynthDefs asked for, ever: each is asked for once.
    pub voices: HashSet<VoiceKey>,
    /// SynthDefs that the engine refused.
    pub refused: HashSet<Arc<str>>,
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
}

/// What is known of a SynthDef of the user, beside how it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The file it came from.
    pub file: PathBuf,
    /// What to say where it is used.
    pub findings: Vec<String>,
}

/// What looking ahead found.
#[derive(Debug, Default)]
pub struct Ahead {
    /// What the cycles need.
    pub wants: Wants,
    /// The events of the cycles.
    pub haps: Vec<Hap>,
}

/// Samples and SynthDefs.
#[derive(Debug)]
pub struct Sounds {
    index: Index,
    bank: Bank,
    loading: Loading,
    /// Loaded samples, in the order in which they came.
    pub loaded: Vec<LoadedSample>,
    /// SynthDefs of the user, by name.
    pub user_defs: BTreeMap<Arc<str>, Loaded>,
    places: usize,
}

impl Sounds {
    /// None yet.
    pub fn new(layout: Layout) -> Self {
        Self {
            index: Index::new(),
            bank: Bank::empty(layout),
            loading: Loading::default(),
            loaded: Vec::new(),
            user_defs: BTreeMap::new(),
            places: 0,
        }
    }

    /// The folders.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What is on its way.
    pub fn loading(&self) -> &Loading {
        &self.loading
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
        let buffers: HashMap<&Path, Buffer> =
            self.loaded.iter().map(|l| (l.path.as_path(), l.buffer)).collect();
        self.bank.sounds = self
            .index
            .folders()
            .map(|f| {
                (
                    Arc::from(f.name.as_str()),
                    f.files.iter().map(|f| buffers.get(f.path.as_path()).copied()).collect(),
                )
            })
            .collect();
        self.loading.failed.clear();
        self.loading.samples.clear();
    }

    /// A sample is there.
    pub fn loaded(&mut self, folder: &Arc<str>, place: usize, path: &Path, buffer: Buffer) {
        self.loading.samples.remove(&(folder.clone(), place));
        let current =
            self.index.folder(folder).and_then(|f| f.files.get(place)).is_some_and(|f| f.path == path);
        if let Some(slot) =
            self.bank.sounds.get_mut(folder).and_then(|f| f.get_mut(place)).filter(|_| current)
        {
            *slot = Some(buffer);
        }
        self.loaded.push(LoadedSample { folder: folder.clone(), place, path: path.to_owned(), buffer });
    }

    /// A sample will not come.
    pub fn failed(&mut self, folder: &Arc<str>, place: usize) {
        self.loading.samples.remove(&(folder.clone(), place));
        self.loading.failed.insert((folder.clone(), place));
    }

    /// A SynthDef is there.
    pub fn def_ready(&mut self, name: Arc<str>, controls: Arc<[(Arc<str>, f32)]>) {
        self.loading.refused.remove(&name);
        self.bank.defs.insert(name, Def { controls });
    }

    /// A kind of voice is let go of: it is asked for again when it is wanted again.
    pub(super) fn voice_left(&mut self, key: &VoiceKey) {
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
    fn are_elsewhere(&self) -> bool {
        self.bank.layout.speaks == Protocol::Dirt
    }

    /// What is known of the sound under a name and number.
    pub fn known(&self, name: &str, n: i64) -> Known {
        if self.are_elsewhere() {
            return Known::Def;
        }
        if let Some(folder) = self.index.folder(name)
            && let Some(place) = folder.position(n)
        {
            let channels =
                folder.files.get(place).and_then(|f| f.facts.as_ref()).map(|f| f.channels.clamp(1, 2));
            return Known::Sample { place, channels };
        }
        if self.user_defs.contains_key(name) { Known::Def } else { Known::Nothing }
    }

    /// What the next cycles of a pattern need.
    pub fn ahead(&self, pattern: &Pattern, from: i64) -> Ahead {
        let mut haps = Vec::new();
        for cycle in from..from.saturating_add(AHEAD) {
            let env = Env::with_budget(AHEAD_BUDGET);
            let mark = haps.len();
            if pattern.query(TimeSpan::cycle(cycle), &env, &mut haps).is_err() {
                // The player says so when it comes to this cycle.
                haps.truncate(mark);
                break;
            }
            if haps.len() > AHEAD_EVENTS {
                break;
            }
        }
        Ahead { wants: wants(&haps, |name, n| self.known(name, n)), haps }
    }

    /// What all that plays in the cycles from `from` on needs.
    pub fn wants_of(&self, score: &Score, from: i64) -> Wants {
        let (mut haps, mut scratch) = (Vec::new(), Vec::new());
        for cycle in from..from.saturating_add(AHEAD) {
            // A track that cannot be queried is reported by the player when it comes to it.
            score.track_haps(TimeSpan::cycle(cycle), &mut scratch, |t| {
                haps.extend_from_slice(t.haps.unwrap_or(&[]));
            });
            if haps.len() > AHEAD_EVENTS {
                break;
            }
        }
        wants(&haps, |name, n| self.known(name, n))
    }

    /// Asks for what is wanted and was not asked for yet.
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
        let samples: Vec<_> = wants.samples.iter().cloned().collect();
        effects.extend(samples.iter().filter_map(|(folder, place)| self.want_sample(folder, *place)));
        effects
    }

    /// Asks for a sample that is neither there nor on its way nor known to be broken.
    pub fn want_sample(&mut self, folder: &Arc<str>, place: usize) -> Option<Effect> {
        let there = self.bank.sounds.get(folder).and_then(|f| f.get(place)).is_some_and(Option::is_some);
        let key = (folder.clone(), place);
        if there || self.loading.failed.contains(&key) || self.loading.samples.contains(&key) {
            return None;
        }
        let path = self.index.folder(folder)?.files.get(place)?.path.clone();
        self.loading.samples.insert(key);
        Some(Effect::LoadSample { folder: folder.clone(), place, path })
    }

    /// Names of sounds that are spelt nearly so.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let house =
            instruments::InstrumentId::all().flat_map(|i| i.get().names().map(|name| -> &str { name }));
        let own = self.user_defs.keys().map(|k| &**k);
        nearest(name, self.index.names().chain(house).chain(own), 3).into_iter().map(str::to_owned).collect()
    }

    /// True when the SynthDef that the user calls `name` declares the control.
    pub(super) fn is_declared(&self, name: &str, control: &str) -> bool {
        self.controls_of(name).is_some_and(|controls| controls.iter().any(|(c, _)| &**c == control))
    }
}

/// The first instruments that have a control of their own of that name.
pub(super) fn owners(control: &str) -> String {
    let all = instruments::InstrumentId::all().map(instruments::InstrumentId::get);
    let mut names: Vec<&str> = all.filter(|i| i.own_named(control).is_some()).map(|i| i.name).collect();
    if names.len() > 4 {
        names.truncate(4);
        names.push("others");
    }
    names.join(", ")
}

/// What is to be said of the sounds and controls that edits use: unknown sounds, and controls that
/// nothing consumes, each once.
pub(super) fn complaints(sounds: &Sounds, edits: &[Edit], block: BlockId, from: i64) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut said: BTreeSet<String> = BTreeSet::new();
    if sounds.are_elsewhere() {
        return out;
    }
    for edit in edits {
        let (Edit::Track { pattern, .. } | Edit::Once(pattern)) = edit else { continue };
        let ahead = sounds.ahead(pattern, from);
        for hap in &ahead.haps {
            let Some(controls) = hap.value.as_controls() else { continue };
            let mut own = hap.positions.as_slice().iter().filter(|p| p.block == block);
            let place = own.next().map_or(TextRange::default(), |p| p.range);
            let sound = controls.text(id::S);
            if let Some(name) = sound.filter(|s| ahead.wants.unknown.contains(*s))
                && said.insert(format!("sound {name}"))
            {
                let near = sounds.nearest(name);
                let help = if near.is_empty() {
                    "samples are added by :samples DIR, SynthDefs by :synthdef FILE".to_owned()
                } else {
                    format!("did you mean {}?", near.join(" or "))
                };
                out.push(Diagnostic::warning(place, format!("no sound is called {name}")).help(help));
            }
            let loaded = sound.and_then(|s| sounds.user_defs.get_key_value(s));
            for (name, finding) in
                loaded.iter().flat_map(|(name, l)| l.findings.iter().map(move |f| (name, f)))
            {
                if said.insert(format!("{name}: {finding}")) {
                    out.push(Diagnostic::hint(place, format!("the SynthDef {name}: {finding}")));
                }
            }
        }
        out.extend(super::unheard::unheard(sounds, edit, &ahead.haps, block, &mut said));
    }
    out
}
