//! What patterns need, made ready ahead of them.
//!
//! In: a score. Out: SynthDefs and samples in the engine, and banks that hold them. It runs on the
//! slow side, between evaluations and the player: the player only ever sees a bank.

use crate::bank::{Bank, Buffer, Def, Lookup};
use crate::media::{self, MediaError};
use crate::pattern::Hap;
use crate::plan::{Known, Wants, wants};
use crate::samples::Index;
use crate::score::Score;
use crate::server::{Handle, ServerError};
use crate::synth::{SynthDef, VoiceKey, compile};
use crate::time::{Rational, TimeSpan};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How far ahead is looked, in cycles.
const CYCLES: i64 = 16;

/// A new bank at most this often.
const PUBLISH_EVERY: Duration = Duration::from_millis(20);

/// More haps than this are not looked at: they name what the first ones name.
const HAPS: usize = 50_000;

/// Something that became ready.
enum Ready {
    Def(Result<SynthDef, ServerError>),
    Sample(Arc<str>, usize, Result<Buffer, ServerError>),
}

/// The bank in the making, and what has been tried.
#[derive(Debug)]
pub struct Shelf {
    handle: Handle,
    index: Index,
    bank: Bank,
    tried: HashSet<VoiceKey>,
    tried_samples: HashSet<(Arc<str>, usize)>,
}

impl Shelf {
    /// For an engine that was made ready.
    pub fn new(handle: Handle, bank: Bank) -> Self {
        let (tried, tried_samples) = (HashSet::new(), HashSet::new());
        Self { handle, index: Index::new(), bank, tried, tried_samples }
    }

    /// Scans a folder of samples; the ones added first win. Takes a thread of its own for the disk.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn add_samples(&mut self, folder: &Path) -> Result<Vec<MediaError>, MediaError> {
        let path = folder.to_owned();
        let place = self.index.roots().count();
        let scan = match tokio::task::spawn_blocking(move || media::scan(&path)).await {
            Ok(scan) => scan?,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        self.index = self.index.with_root(place, scan.root);
        for folder in self.index.folders() {
            let files = self.bank.sounds.entry(folder.name.as_str().into()).or_default();
            files.resize(folder.files.len(), None);
        }
        Ok(scan.troubles)
    }

    /// The bank as it is.
    pub fn bank(&self) -> Arc<Bank> {
        Arc::new(self.bank.clone())
    }

    /// Every name that an event can call.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let instruments = crate::synth::InstrumentId::all().map(|i| i.get().name);
        self.index.names().chain(instruments)
    }

    /// Makes ready what `score` needs in the cycles after `from`, and hands on each new bank. What
    /// could not be had is returned as text, once.
    pub async fn load(
        &mut self,
        score: &Score,
        from: Rational,
        mut publish: impl FnMut(Arc<Bank>),
    ) -> Vec<String> {
        let wants = self.wants(score, from);
        let mut tasks = JoinSet::new();
        for key in wants.voices {
            if self.tried.insert(key) {
                let handle = self.handle.clone();
                tasks.spawn(async move {
                    let def = compile(&key);
                    let loaded = handle.load_def(&def.name, &def.bytes).await;
                    Ready::Def(loaded.map(|()| def))
                });
            }
        }
        let mut trouble = Vec::new();
        for (name, place) in wants.samples {
            if !self.tried_samples.insert((name.clone(), place)) {
                continue;
            }
            let Some(file) = self.index.folder(&name).and_then(|f| f.files.get(place)) else { continue };
            if let Some(why) = &file.trouble {
                trouble.push(why.clone());
                continue;
            }
            let (handle, path) = (self.handle.clone(), file.path.clone());
            tasks.spawn(async move { Ready::Sample(name, place, handle.alloc_read(&path).await) });
        }
        let mut published = Instant::now();
        let mut fresh = false;
        while let Some(done) = tasks.join_next().await {
            match done {
                Ok(Ready::Def(Ok(def))) => {
                    self.bank.defs.insert(def.name, Def { controls: def.controls.into() });
                    fresh = true;
                }
                Ok(Ready::Sample(name, place, Ok(buffer))) => {
                    let slot = self.bank.sounds.get_mut(&name).and_then(|f| f.get_mut(place));
                    if let Some(slot) = slot {
                        *slot = Some(buffer);
                    }
                    fresh = true;
                }
                Ok(Ready::Def(Err(e)) | Ready::Sample(_, _, Err(e))) => trouble.push(e.to_string()),
                Err(panic) => trouble.push(format!("loading failed: {panic}")),
            }
            if fresh && published.elapsed() >= PUBLISH_EVERY {
                publish(self.bank());
                (fresh, published) = (false, Instant::now());
            }
        }
        if fresh {
            publish(self.bank());
        }
        trouble
    }

    fn wants(&self, score: &Score, from: Rational) -> Wants {
        let mut haps: Vec<Hap> = Vec::new();
        let mut scratch = Vec::new();
        for cycle in 0..CYCLES {
            let begin = from + Rational::int(cycle);
            let window = TimeSpan::new(begin, begin + Rational::ONE);
            // A track that cannot be queried is reported by the player.
            score.track_haps(window, &mut scratch, |t| haps.extend_from_slice(t.haps.unwrap_or(&[])));
            if haps.len() > HAPS {
                break;
            }
        }
        wants(&haps, |name, n| match self.bank.sample(name, n) {
            Lookup::Ready(b) => Known::Sample {
                place: usize::try_from(n.rem_euclid(self.files(name))).unwrap_or(0),
                channels: Some(b.channels),
            },
            Lookup::Absent(place) => {
                let file = self.index.folder(name).and_then(|f| f.files.get(place));
                Known::Sample { place, channels: file.and_then(|f| f.facts).map(|f| f.channels.clamp(1, 2)) }
            }
            Lookup::Unknown if self.bank.has_def(name) => Known::Def,
            Lookup::Unknown => Known::Nothing,
        })
    }

    fn files(&self, name: &str) -> i64 {
        self.bank.sounds.get(name).map_or(1, |f| f.len().max(1) as i64)
    }
}
