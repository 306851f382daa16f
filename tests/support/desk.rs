//! A set that somebody works on while it plays: its file, its samples, its SynthDefs, and the text as it
//! is after so many seconds of work.

#![allow(dead_code, reason = "each of the tests and benchmarks uses a part of it")]

use oiduna::synth::{self, Source, inspect, instruments, voice_key};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The busiest example by its events.
const BUSIEST: &str = include_str!("../../examples/euclid.tidal");

/// Samples that are there at once: more of them would be memory well spent, and hide what is lost.
const KEPT: usize = 24;

/// Where the set is, and how far the work on it has come.
pub struct Desk {
    folder: TempDir,
    /// Files that samples are copied from; none: they are made.
    sources: Vec<PathBuf>,
    /// How often each block of the example was changed.
    takes: Vec<u64>,
    /// How often all of them were: what is beside them plays again, too.
    again: u64,
    /// Samples added so far.
    pub samples: usize,
    /// How often the SynthDef was written.
    pub defs: usize,
}

/// What the text has beside the blocks of the example.
#[derive(Clone, Copy, Debug, Default)]
pub struct More {
    /// A track with the sample of this number.
    pub sample: Option<usize>,
    /// A track with the user's SynthDef.
    pub def: bool,
    /// One more track.
    pub track: bool,
    /// The command at the end.
    pub hush: bool,
}

impl Desk {
    /// With sounds from `sources`, or made here; not more than `memory_mib` of them stay loaded.
    pub fn new(sources: Vec<PathBuf>, memory_mib: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blocks = BUSIEST.trim_end().split("\n\n").count();
        let mut desk = Self { folder, sources, takes: vec![0; blocks], again: 0, samples: 0, defs: 0 };
        for name in ["samples", "defs"] {
            std::fs::create_dir(desk.path(name)).unwrap();
        }
        std::fs::write(desk.path("config.toml"), format!("memory_mib = {memory_mib}\n")).unwrap();
        std::fs::write(desk.path("set.tidal"), "-- nothing yet\n").unwrap();
        desk.add_sample();
        desk.write_def();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The words of the command line that play it on a supernova of the program's own.
    pub fn command_line(&self) -> Vec<String> {
        let path = |name: &str| self.path(name).display().to_string();
        let words = [
            ("play", path("set.tidal")),
            ("--headless", "--engine=supernova".into()),
            ("--samples", path("samples")),
            ("--synthdefs", path("defs")),
            ("--config", path("config.toml")),
            ("--log", path("log")),
            ("--report", path("report.json")),
        ];
        words.into_iter().flat_map(|(a, b)| [a.to_owned(), b]).collect()
    }

    /// What the log of a run says at its end: events left out, because their sounds were not ready, and
    /// bundles that the system did not take.
    pub fn losses(&self) -> (u64, u64) {
        let log = std::fs::read_to_string(self.path("log")).unwrap();
        let last = log.lines().find(|l| l.contains(" events left out")).unwrap();
        let number = |what| last.split(what).next().and_then(|l| l.split(' ').next_back()?.parse().ok());
        (number(" events left out").unwrap(), number(" bundles lost").unwrap())
    }

    /// One more folder with a sound in it; its number. Of those before it, [`KEPT`] are kept.
    pub fn add_sample(&mut self) -> usize {
        let n = self.samples;
        if let Some(old) = n.checked_sub(KEPT) {
            std::fs::remove_dir_all(self.path("samples").join(format!("churn{old}"))).unwrap();
        }
        let folder = self.path("samples").join(format!("churn{n}"));
        std::fs::create_dir(&folder).unwrap();
        match self.sources.get(n % self.sources.len().max(1)) {
            Some(source) => {
                let ending = source.extension().unwrap_or_default();
                std::fs::copy(source, folder.join("a").with_extension(ending)).unwrap();
            }
            None => made(&folder.join("a.wav"), n),
        }
        self.samples += 1;
        n
    }

    /// The SynthDef's file is written, another one each time. To the program it is a stranger's.
    pub fn write_def(&mut self) {
        let kinds = ["lead", "pluck", "bass"];
        let instrument = instruments::find(kinds[self.defs % kinds.len()]).unwrap();
        let voice = synth::compile(&voice_key(Source::Instrument(instrument), |_| false));
        let def = inspect::inspect(&voice.bytes).unwrap().remove(0);
        let bytes = inspect::alone(&voice.bytes, &def, "churnlead").unwrap();
        std::fs::write(self.path("defs").join("churnlead.scsyndef"), bytes).unwrap();
        self.defs += 1;
    }

    /// Another text for the `n`th block of the example that plays anything.
    pub fn change(&mut self, n: usize) {
        let playing: Vec<usize> = (0..self.takes.len()).filter(|i| is_track(&blocks()[*i])).collect();
        self.takes[playing[n % playing.len()]] += 1;
    }

    /// Another text for all of them: what was hushed plays again.
    pub fn change_all(&mut self) {
        self.takes.iter_mut().for_each(|take| *take += 1);
        self.again += 1;
    }

    /// Saves the set as it is now.
    pub fn save(&self, more: More) {
        std::fs::write(self.path("set.tidal"), self.text(more)).unwrap();
    }

    fn text(&self, more: More) -> String {
        let changed = |(block, take): (String, &u64)| {
            if *take == 0 || !is_track(&block) {
                return block;
            }
            format!("{block}\n  # pan {} -- take {take}", 0.3 + (take % 5) as f64 / 10.0)
        };
        let mut all: Vec<String> = blocks().into_iter().zip(&self.takes).map(changed).collect();
        if let Some(n) = more.sample {
            all.push(format!("d10 $ s \"churn{n}*4\" # legato 1 # gain 0.7 -- take {}", self.again));
        }
        if more.def {
            all.push(format!(
                "d11 $ n \"0 3 5 7 12\" # s \"churnlead\" # sustain 0.2 -- take {}",
                self.again
            ));
        }
        if more.track {
            all.push(format!(
                "d12 $ n \"[0,4,7]*4\" # s \"supersaw\" # lpf 900 # gain 0.6 # room 0.2 -- take {}",
                self.again
            ));
        }
        if more.hush {
            all.push("hush".into());
        }
        all.join("\n\n") + "\n"
    }
}

fn blocks() -> Vec<String> {
    BUSIEST.trim_end().split("\n\n").map(str::to_owned).collect()
}

fn is_track(block: &str) -> bool {
    block.lines().any(|line| line.starts_with('d'))
}

/// A sound of half a second to four seconds, each at a pitch of its own.
fn made(path: &Path, n: usize) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).unwrap();
    let step = 0.01 + (n % 24) as f64 * 0.002;
    for i in 0..24_000 * (1 + n % 8) {
        file.write_sample(((i as f64 * step).sin() * 8000.0) as i16).unwrap();
    }
    file.finalize().unwrap();
}
