//! Sets as sound, without a clock: what `oiduna render` makes, in memory.

#![allow(dead_code, reason = "each of the tests uses a part of it")]

use oiduna::render::{Bits, Options, Rendered};
use oiduna::server::{EngineChoice, Offline};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Frames per second of all of it.
pub const RATE: u32 = 48_000;

/// The engines that are here. On a CI machine all of them are.
pub fn engines() -> Vec<EngineChoice> {
    let all = [EngineChoice::Scsynth, EngineChoice::Supernova, EngineChoice::Embedded];
    let here = all.into_iter().filter(|e| Offline::choose(*e).is_ok());
    let here: Vec<_> = here.collect();
    assert!(here.len() == all.len() || std::env::var_os("CI").is_none(), "only {here:?} are here");
    here
}

/// `cycles` of a set on an engine: frames from cycle 0 on. scsynth is up in a tenth of a second.
pub fn render(text: &str, cycles: u32, engine: EngineChoice) -> Vec<[f32; 2]> {
    render_with(text, cycles, engine, &[]).master
}

/// A set's master and orbits.
pub struct Sound {
    pub rendered: Rendered,
    pub master: Vec<[f32; 2]>,
    /// By file name: `orbit-0-d1.wav`.
    pub stems: Vec<(String, Vec<[f32; 2]>)>,
}

/// As [`render`], with folders of samples, and the orbits.
pub fn render_with(text: &str, cycles: u32, engine: EngineChoice, samples: &[PathBuf]) -> Sound {
    render_changed(text, cycles, engine, |options| options.samples = samples.to_vec())
}

/// What these tests ask for: the master of a set, as floats.
pub fn options(text: &str, cycles: u32, engine: EngineChoice, out: &Path) -> Options {
    Options {
        name: "test.tidal".into(),
        text: text.into(),
        cycles,
        // Enough for what tests play; much of the time would go into silence.
        tail_s: 5.0,
        out: out.to_owned(),
        stems: None,
        rate: RATE,
        bits: Bits::Float,
        engine,
        samples: Vec::new(),
        synthdefs: Vec::new(),
        watcher: None,
    }
}

/// As [`render_with`], with other options too.
pub fn render_changed(
    text: &str,
    cycles: u32,
    engine: EngineChoice,
    change: impl FnOnce(&mut Options),
) -> Sound {
    let folder = tempfile::tempdir().unwrap();
    let (out, stems) = (folder.path().join("out.wav"), folder.path().join("stems"));
    let mut options = Options { stems: Some(stems), ..options(text, cycles, engine, &out) };
    change(&mut options);
    let rendered = oiduna::render::render(&options, &AtomicBool::new(false), &mut |_| {}).unwrap();
    // For eyes and ears: sox's spectrograms of what was rendered.
    if let Some(keep) = std::env::var_os("OIDUNA_KEEP_WAV") {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("out").replace("::", "-");
        std::fs::copy(&out, Path::new(&keep).join(format!("{name}-{engine}.wav"))).unwrap();
    }
    let name = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
    let stems = rendered.stems.iter().map(|p| (name(p), read_wav(p).0)).collect();
    Sound { master: read_wav(&out).0, stems, rendered }
}

/// The frames of a stereo WAV file of floats, and its rate.
pub fn read_wav(path: &Path) -> (Vec<[f32; 2]>, u32) {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    assert_eq!(spec.channels, 2, "{}", path.display());
    let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    (samples.chunks_exact(2).map(|f| [f[0], f[1]]).collect(), spec.sample_rate)
}

/// Seconds at which the left channel sounds after at least 50 ms below `floor`.
pub fn onsets(sound: &[[f32; 2]], floor: f32) -> Vec<f64> {
    let (mut found, mut quiet) = (Vec::new(), usize::MAX);
    for (i, [x, _]) in sound.iter().enumerate() {
        if x.abs() < floor {
            quiet = quiet.saturating_add(1);
            continue;
        }
        if quiet > RATE as usize / 20 {
            found.push(i as f64 / f64::from(RATE));
        }
        quiet = 0;
    }
    found
}

/// The part between two moments.
pub fn between(sound: &[[f32; 2]], from_s: f64, to_s: f64) -> &[[f32; 2]] {
    let at = |s: f64| ((s * f64::from(RATE)) as usize).min(sound.len());
    &sound[at(from_s)..at(to_s)]
}

/// The root of the mean square of both channels in dB of full scale; silence is -200.
pub fn rms_db(sound: &[[f32; 2]]) -> f64 {
    let power: f64 = sound.iter().flatten().map(|x| f64::from(*x).powi(2)).sum();
    10.0 * (power / (2 * sound.len()).max(1) as f64).max(1e-20).log10()
}

/// The largest absolute sample.
pub fn peak(sound: &[[f32; 2]]) -> f32 {
    sound.iter().flatten().fold(0.0, |peak, x| peak.max(x.abs()))
}
