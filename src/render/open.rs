//! A set is opened as a performance opens it, and everything that its cycles need is made ready.
//!
//! In: text, folders, files. Out: a [`State`] whose bank names what the score will load, and the list of
//! that. The events that an engine's answers would be are made here: what a file holds is asked of the
//! file. Nothing is decoded yet.

use super::{LAYOUT, LONGEST_S, Opened, Options, RenderError};
use crate::bank::Buffer;
use crate::media;
use crate::osc::BufNum;
use crate::plan::wants;
use crate::samples::Facts;
use crate::server::{ServerError, sclang};
use crate::session::{Effect, Event, Limits, State, sendable};
use crate::synth::{self, effects};
use crate::time::TimeSpan;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the score loads first.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// SynthDef bytes of our own voices.
    pub defs: Vec<Arc<[u8]>>,
    /// Those of the user, by their names in the engine.
    pub users: Vec<(Arc<str>, Arc<[u8]>)>,
    /// Sound files, by buffer number from 0 on.
    pub files: Vec<SoundFile>,
}

/// A file for a buffer.
#[derive(Debug)]
pub(super) struct SoundFile {
    pub path: PathBuf,
    /// It has more than two channels: the first two are played.
    pub of_many: bool,
}

/// Opens the set of `options`.
///
/// # Errors
/// When its cycles take far too long for a render, or it is to stop.
pub(super) fn open(options: &Options, stop: &AtomicBool) -> Result<Opened, RenderError> {
    let state = State::new(&options.name, LAYOUT);
    let mut opened = Opened { state, loads: Loads::default() };
    // Everything is loaded at once, and nothing let go of.
    let buffers = usize::from(super::BUFFERS);
    opened.state.sounds.set_limits(Limits { memory: u64::MAX, buffers, ..Limits::default() });
    // Every score begins with them.
    for def in effects::all() {
        opened.happened(Event::DefReady { name: def.name, controls: def.controls.into() });
    }
    // The folders first: the set's own complaints then know them.
    for path in &options.samples {
        let place = opened.state.sounds.next_place();
        let event = match media::scan(path) {
            Ok(scan) => {
                let troubles = scan.troubles.iter().map(ToString::to_string).collect();
                Event::Scanned { place, root: scan.root, troubles }
            }
            Err(e) => Event::Trouble(e.to_string()),
        };
        opened.happened(event);
    }
    for (number, path) in (1..).zip(&options.synthdefs) {
        let event = opened.synthdef(path, number);
        opened.happened(event);
    }
    opened.happened(Event::Opened(options.text.clone()));
    // Planning knows exactly; this keeps a slip of the keyboard from being queried for an hour. Events
    // may change the tempo.
    let seconds = f64::from(options.cycles) / opened.state.score.cps();
    if seconds > LONGEST_S * 4.0 {
        return Err(RenderError::TooLong { cycles: options.cycles });
    }
    opened.make_ready(options.cycles, stop)?;
    opened.happened(Event::Settled);
    Ok(opened)
}

impl Opened {
    fn happened(&mut self, event: Event) {
        let mut effects = self.state.update(event);
        while !effects.is_empty() {
            let events: Vec<Event> = effects.into_iter().filter_map(|e| self.carry_out(e)).collect();
            effects = events.into_iter().flat_map(|e| self.state.update(e)).collect();
        }
    }

    /// What the engine would have answered.
    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::LoadVoice(key) => {
                let def = synth::compile(&key);
                self.loads.defs.push(def.bytes.clone());
                Some(Event::DefReady { name: def.name, controls: def.controls.into() })
            }
            Effect::LoadSample { folder, place, path } => Some(match self.buffer(&folder, place, &path) {
                Ok(buffer) => Event::SampleLoaded { folder, place, path, buffer },
                Err(reason) => Event::SampleFailed { folder, place, path, reason },
            }),
            // There is no player, and nothing that takes its time.
            _ => None,
        }
    }

    /// A buffer for a file, by what its header says.
    fn buffer(&mut self, folder: &str, place: usize, path: &Path) -> Result<Buffer, String> {
        let known = self.state.sounds.index().folder(folder).and_then(|f| f.files.get(place)?.facts);
        let facts: Facts = known.map_or_else(|| media::facts(path), Ok).map_err(|e| e.to_string())?;
        let num = u16::try_from(self.loads.files.len()).ok().filter(|n| *n < super::BUFFERS);
        let num = num.map(BufNum).ok_or("there are no more buffers")?;
        let frames = u32::try_from(facts.frames).map_err(|_| "it is too long")?;
        let path = std::path::absolute(path).map_err(|e| e.to_string())?;
        self.loads.files.push(SoundFile { path, of_many: facts.channels > 2 });
        Ok(Buffer { num, frames, channels: facts.channels.clamp(1, 2), rate: f64::from(facts.rate) })
    }

    /// A SynthDef file of the user.
    fn synthdef(&mut self, file: &Path, number: u64) -> Event {
        let (mut defs, mut troubles) = (Vec::new(), Vec::new());
        match sclang::read_now(file) {
            Ok(all) => {
                for bytes in all {
                    let (found, wrong) = sendable(file, &bytes, number);
                    troubles.extend(wrong);
                    for one in found {
                        self.loads.users.push((one.def.user.def.clone(), one.bytes.into()));
                        defs.push(one.def);
                    }
                }
            }
            Err(e) => troubles.push(e),
        }
        Event::SynthDefs { file: file.to_owned(), defs, troubles }
    }

    /// Everything that the cycles need; opening looked ahead only some of them.
    fn make_ready(&mut self, cycles: u32, stop: &AtomicBool) -> Result<(), RenderError> {
        let (score, mut scratch) = (self.state.score.clone(), Vec::new());
        for cycle in 0..i64::from(cycles) {
            if stop.load(Ordering::Relaxed) {
                return Err(ServerError::Stopped.into());
            }
            let mut haps = Vec::new();
            score.track_haps(TimeSpan::cycle(cycle), &mut scratch, |track| {
                // What cannot be queried is told when it is planned.
                haps.extend_from_slice(track.haps.unwrap_or(&[]));
            });
            let wanted = wants(&haps, |name, n| self.state.sounds.known(name, n));
            for effect in self.state.sounds.make_ready(&wanted) {
                if let Some(event) = self.carry_out(effect) {
                    self.happened(event);
                }
            }
        }
        Ok(())
    }
}
