//! The sounds that are played: made here, so that what comes out can be computed.
//!
//! In: nothing. Out: a folder of WAV files of floats. All but `ramp` and those of `short` are shorter
//! than a slot of half a second and sound alone in it.

use super::render::RATE;
use std::f64::consts::TAU;
use std::path::Path;

/// The level of sines and of the constant.
pub const LEVEL: f64 = 0.5;
/// Seconds of most of them.
pub const LONG_S: f64 = 0.45;
/// Seconds of `ramp`.
pub const RAMP_S: f64 = 0.25;
/// When `click` clicks: after the first blocks, in which some units find their way.
pub const CLICK_S: f64 = 0.01;
/// What `faint` is of `click`: so little that a shaper is nearly a straight line.
pub const FAINT: f64 = 0.02;

fn wav(folder: &Path, name: &str, channels: u16, seconds: f64, sample: impl Fn(usize, f64) -> f64) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let spec = hound::WavSpec {
        channels,
        sample_rate: RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(&path, spec).unwrap();
    for frame in 0..(seconds * f64::from(RATE)).round() as usize {
        for channel in 0..usize::from(channels) {
            file.write_sample(sample(channel, frame as f64 / f64::from(RATE)) as f32).unwrap();
        }
    }
    file.finalize().unwrap();
}

fn sine(hz: f64) -> impl Fn(usize, f64) -> f64 {
    move |_, t| LEVEL * (TAU * hz * t).sin()
}

fn click(level: f64) -> impl Fn(usize, f64) -> f64 {
    move |_, t| if (t - CLICK_S).abs() < 1e-6 { level } else { 0.0 }
}

/// A folder with all of them.
pub fn folder() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    wav(at, "tone/a.wav", 1, LONG_S, sine(1000.0));
    wav(at, "low/a.wav", 1, LONG_S, sine(100.0));
    wav(at, "high/a.wav", 1, LONG_S, sine(5000.0));
    // Left and right apart.
    wav(at, "pair/a.wav", 2, LONG_S, |channel, t| sine([1000.0, 1500.0][channel])(0, t));
    wav(at, "level/a.wav", 1, LONG_S, |_, _| LEVEL);
    // Where it is played is what is heard.
    wav(at, "ramp/a.wav", 1, RAMP_S, |_, t| t / RAMP_S);
    // Every value from -1 to 1: what a shaper makes of each.
    wav(at, "swing/a.wav", 1, LONG_S, |_, t| 2.0 * t / LONG_S - 1.0);
    wav(at, "click/a.wav", 1, LONG_S, click(1.0));
    wav(at, "faint/a.wav", 1, LONG_S, click(FAINT));
    wav(at, "clicks/a.wav", 1, LONG_S, |_, t| {
        // Every 25 ms.
        if (t * f64::from(RATE)).round() as u32 % 1200 == 600 { 1.0 } else { 0.0 }
    });
    wav(at, "short/a.wav", 1, 0.1, sine(1000.0));
    wav(at, "short/b.wav", 1, 0.1, sine(1500.0));
    wav(at, "short/c.wav", 1, 0.1, sine(2000.0));
    wav(at, "boxshort/a.wav", 1, 0.1, sine(3000.0));
    root
}
