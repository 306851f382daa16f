//! The engine's output becomes files.
//!
//! In: frames of the master and the orbits, as the engine wrote them. Out: WAV files that begin with
//! cycle 0 and end with the sound, all of the same length. What is late by design (the master's limiter)
//! is taken back, so that stems and master lie on each other. The frames pass through; nothing holds them.

use super::score::{LEAD_S, Planned};
use super::wav::{Bits, Wav};
use super::{Lane, Options};
use crate::server::Offline;
use crate::synth::effects;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What is below is silence: -80 dBFS.
const SILENCE: f32 = 1e-4;
/// What is left after the last sound, seconds.
const MARGIN_S: f64 = 0.05;
/// A sound that will not end is taken out over this long, seconds.
const FADE_S: f64 = 2.0;
/// Frames that are read at a time.
const CHUNK: usize = 4096;

/// What is where in the engine's output.
#[derive(Debug)]
pub(super) struct Cut {
    rate: u32,
    bits: Bits,
    lanes: Vec<Lane>,
    /// The frame of cycle 0, on the master and on the orbits.
    master_at: u64,
    stems_at: u64,
    /// Frames of the cycles themselves, and the most with what follows them.
    cycles: u64,
    most: u64,
}

/// Files in the folder of the work.
#[derive(Debug)]
pub(super) struct Done {
    pub master: PathBuf,
    /// Each with the name it should have.
    pub stems: Vec<(String, PathBuf)>,
    pub frames: u64,
    pub peak: f32,
    /// It still sounded where its tail is cut off.
    pub faded: bool,
}

impl Cut {
    pub(super) fn of(engine: &Offline, options: &Options, planned: &Planned) -> Self {
        let frames = |seconds: f64| (seconds * f64::from(options.rate)).round() as u64;
        let stems_at = frames(LEAD_S) + engine.late_frames();
        Self {
            rate: options.rate,
            bits: options.bits,
            lanes: planned.lanes.clone(),
            master_at: stems_at + effects::master_late_frames(options.rate),
            stems_at,
            cycles: frames(planned.end_s),
            most: frames(planned.end_s + planned.tail_s),
        }
    }

    /// Channels of the engine's output.
    pub(super) fn channels(&self) -> u16 {
        2 + 2 * self.lanes.len() as u16
    }

    /// Frames that the engine has to write.
    pub(super) fn frames(&self) -> u64 {
        self.master_at + self.most
    }

    /// The largest file that may come of it.
    pub(super) fn bytes(&self) -> u64 {
        self.most.saturating_mul(2 * self.bits.bytes())
    }

    /// Cuts the samples in `raw` into files in the folder `work`.
    pub(super) fn cut(&self, raw: &Path, work: &Path, stop: &AtomicBool) -> io::Result<Done> {
        let mut frames = Frames::open(raw, usize::from(self.channels()))?;
        let heard = self.last_sound(&mut frames)?;
        let margin = (MARGIN_S * f64::from(self.rate)) as u64;
        let faded = heard.is_some_and(|last| last + margin >= self.most);
        let length = heard.map_or(0, |last| last + margin).clamp(self.cycles, self.most);
        let fade = if faded { (FADE_S * f64::from(self.rate)) as u64 } else { 0 };
        let gain = |n: u64| if n + fade < length { 1.0 } else { (length - n) as f32 / fade as f32 };

        let master = work.join("master.wav");
        let mut wav = Wav::create(&master, self.rate, self.bits)?;
        let mut stems = Vec::new();
        for (n, lane) in self.lanes.iter().enumerate() {
            let path = work.join(format!("stem-{n}.wav"));
            stems.push((lane, Wav::create(&path, self.rate, self.bits)?, path));
        }
        frames.to(self.stems_at)?;
        let (mut at, end) = (self.stems_at, self.master_at + length);
        while at < end && !stop.load(Ordering::Relaxed) {
            for frame in frames.read((end - at).min(CHUNK as u64) as usize)? {
                let mut pairs =
                    frame.chunks_exact(2).map(|p| [p.first(), p.last()].map(|x| *x.unwrap_or(&0.0)));
                let first = pairs.next().unwrap_or_default();
                if let Some(n) = at.checked_sub(self.master_at) {
                    wav.frame(first.map(|x| x * gain(n)))?;
                }
                if let Some(n) = at.checked_sub(self.stems_at).filter(|n| *n < length) {
                    for ((_, stem, _), pair) in stems.iter_mut().zip(pairs) {
                        stem.frame(pair.map(|x| x * gain(n)))?;
                    }
                }
                at += 1;
            }
        }
        let peak = wav.peak;
        wav.finish()?;
        let mut named = Vec::new();
        for (lane, stem, path) in stems {
            let silent = stem.peak <= 0.0;
            stem.finish()?;
            if !silent {
                named.push((file_name(lane), path));
            }
        }
        Ok(Done { master, stems: named, frames: length, peak, faded })
    }

    /// The last frame in which something is heard, counted from cycle 0; looked for from the end on, and
    /// not within the cycles, which are kept.
    fn last_sound(&self, frames: &mut Frames) -> io::Result<Option<u64>> {
        let mut end = self.frames();
        let first = self.stems_at + self.cycles;
        while end > first {
            let from = end.saturating_sub(CHUNK as u64).max(first);
            frames.to(from)?;
            let mut last = None;
            for (at, frame) in (from..).zip(frames.read((end - from) as usize)?) {
                if frame.iter().any(|x| x.abs() > SILENCE) {
                    last = Some(at);
                }
            }
            if let Some(last) = last {
                return Ok(Some((last - self.stems_at).min(self.most)));
            }
            end = from;
        }
        Ok(None)
    }
}

/// `orbit-0-d1.wav`: the orbit as sets name it, and the tracks on it.
fn file_name(lane: &Lane) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    let tracks = lane.tracks.join("+");
    let tracks: String = tracks.chars().map(|c| if c == '+' { c } else { plain(c) }).take(60).collect();
    format!("orbit-{}-{tracks}.wav", lane.orbit.index())
}

/// A file of frames.
struct Frames {
    file: BufReader<File>,
    channels: usize,
    bytes: Vec<u8>,
    samples: Vec<f32>,
}

impl Frames {
    fn open(path: &Path, channels: usize) -> io::Result<Self> {
        let file = BufReader::with_capacity(1 << 18, File::open(path)?);
        Ok(Self { file, channels, bytes: Vec::new(), samples: Vec::new() })
    }

    fn to(&mut self, frame: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(frame * 4 * self.channels as u64)).map(|_| ())
    }

    /// The next `count` frames.
    fn read(&mut self, count: usize) -> io::Result<impl Iterator<Item = &[f32]>> {
        self.bytes.resize(count * self.channels * 4, 0);
        self.file.read_exact(&mut self.bytes)?;
        self.samples.clear();
        let samples = self.bytes.chunks_exact(4).filter_map(|b| b.try_into().ok().map(f32::from_le_bytes));
        self.samples.extend(samples);
        Ok(self.samples.chunks_exact(self.channels))
    }
}
