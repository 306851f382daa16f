//! `oiduna render SET`: a set as a sound file.

use super::Failure;
use crate::app;
use crate::config::places;
use crate::render::{self, Bits, Progress, RenderError, Rendered};
use crate::server::{EngineChoice, ServerError};
use crate::session::Message;
use crate::watch;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Arguments of `render`.
#[derive(Debug, clap::Args)]
pub(super) struct Render {
    /// The set: a .tidal file, or a folder that holds one
    set: PathBuf,
    /// How many cycles, from the first on; what still sounds after the last is let ring, 30 s at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cycles: u32,
    /// The file to make
    #[arg(long, value_name = "F.wav", value_parser = wav_file)]
    out: PathBuf,
    /// A folder for a file of each orbit that sounds
    #[arg(long, value_name = "DIR")]
    stems: Option<PathBuf>,
    /// Frames per second
    #[arg(long, value_name = "R", default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(8_000..=192_000))]
    rate: u32,
    /// 16 (dithered), 24 or float
    #[arg(long, value_name = "BITS", default_value = "24")]
    bits: Bits,
    /// auto (the fastest that is installed), supernova, scsynth or embedded
    #[arg(long, default_value = "auto", value_name = "ENGINE")]
    engine: EngineChoice,
    /// A folder of samples, DIR/name/*.wav; the first given wins
    #[arg(long, value_name = "DIR")]
    samples: Vec<PathBuf>,
    /// A folder of SynthDef files
    #[arg(long, value_name = "DIR")]
    synthdefs: Option<PathBuf>,
    /// The config file [default: oiduna/config.toml in the XDG config folder]
    #[arg(long, value_name = "F")]
    config: Option<PathBuf>,
}

impl Render {
    pub fn run(self) -> Result<(), Failure> {
        let set = app::set_file(&self.set, false).map_err(|e| super::perform::no_set(&e))?;
        let text = watch::read_set(&set).map_err(|e| {
            super::complain(format_args!("error: {e}"));
            Failure::Input
        })?;
        let config = super::perform::load_config(self.config.as_deref())?;
        let synthdefs = self.synthdefs.as_deref().map(app::synthdef_files);
        let (synthdefs, troubles) = synthdefs.unwrap_or_default();
        troubles.iter().for_each(|t| super::complain(format_args!("warning: {t}")));
        let options = render::Options {
            name: set.file_name().map_or_else(|| "set".into(), |n| n.to_string_lossy().into_owned()),
            text,
            cycles: self.cycles,
            tail_s: render::TAIL_S,
            out: self.out.clone(),
            stems: self.stems,
            rate: self.rate,
            bits: self.bits,
            engine: self.engine,
            samples: places::samples(&self.samples, Some(&set), &config.samples),
            synthdefs,
            watcher: std::env::current_exe().ok(),
        };
        let stop = Arc::<AtomicBool>::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
        {
            // Without it a signal ends the program at once and its folder stays: that is all.
            let _ = signal_hook::flag::register(signal, stop.clone());
        }
        let begun = Instant::now();
        let mut bar = Bar::default();
        let outcome = render::render(&options, &stop, &mut |p| match p {
            Progress::Opened(messages) => messages.iter().for_each(tell),
            Progress::Rendered(part) => bar.show(part),
        });
        bar.clear();
        let done = outcome.map_err(|e| failed(&e))?;
        self::done(&options, &done, begun);
        if done.has_errors { Err(Failure::Input) } else { Ok(()) }
    }
}

fn done(options: &render::Options, done: &Rendered, begun: Instant) {
    for trouble in &done.troubles {
        super::complain(format_args!("warning: {trouble}"));
    }
    if done.events == 0 {
        super::complain(format_args!("warning: nothing sounds in these cycles"));
    }
    let took = begun.elapsed().as_secs_f64();
    let peak = 20.0 * f64::from(done.peak.max(1e-10)).log10();
    super::say(format_args!(
        "{}: {:.1} s, {} events, peak {peak:.1} dBFS{}; rendered in {took:.1} s on {}",
        options.out.display(),
        done.seconds,
        done.events,
        if done.limited { " (limited)" } else { "" },
        done.engine,
    ));
    for stem in &done.stems {
        super::say(format_args!("{}", stem.display()));
    }
}

fn tell(message: &Message) {
    super::complain(format_args!("{}", app::message_line(message)));
}

fn failed(e: &RenderError) -> Failure {
    super::complain(format_args!("error: {e}"));
    match e {
        RenderError::Engine(ServerError::NotOffline(_)) => Failure::Usage,
        RenderError::Engine(_) => Failure::Engine,
        RenderError::Unwritable { .. } | RenderError::TooLong { .. } | RenderError::TooLarge { .. } => {
            Failure::Usage
        }
        RenderError::Work { .. } => Failure::Input,
    }
}

fn wav_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_wav = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("wav"));
    if is_wav { Ok(path) } else { Err("a WAV file is made: give it a name that ends in .wav".into()) }
}

/// How far it is, on a terminal.
#[derive(Default)]
struct Bar {
    shown: Option<u32>,
}

impl Bar {
    fn show(&mut self, part: f64) {
        let percent = (part * 100.0).clamp(0.0, 100.0) as u32;
        if self.shown != Some(percent) && std::io::stderr().is_terminal() {
            self.shown = Some(percent);
            // Whoever reads may have gone.
            let _ = write!(std::io::stderr(), "\rrendering {percent:3} %");
        }
    }

    fn clear(&mut self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
