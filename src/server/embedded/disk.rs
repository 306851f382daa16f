//! What the embedded engine's `DiskOut` hears, on its way to a file.
//!
//! In: chunks of samples from the rendering thread. Out: a WAV file of floats. A thread for each file,
//! which ends with its recording: the disk is waited for here and nowhere else. The file can be read at
//! any moment: its header is kept up to date.

use super::say;
use crate::server::process::Lines;
use plyphon::StreamConsumer;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::{Duration, Instant};

/// Frames of a chunk, and how many may wait: 2.7 s at 48 kHz, so long may the disk be busy.
pub(super) const CHUNK: usize = 4096;
/// See [`CHUNK`].
pub(super) const CHUNKS: usize = 32;
/// Between two looks for chunks.
const LOOK: Duration = Duration::from_millis(20);
/// The header follows the length this often.
const HEADER: Duration = Duration::from_secs(1);

type Writer = hound::WavWriter<BufWriter<File>>;

/// Makes the file and starts its thread.
///
/// # Errors
/// Why there is no file, in words.
pub(super) fn write(path: &str, from: StreamConsumer, lines: Lines) -> Result<(), String> {
    let spec = hound::WavSpec {
        channels: u16::try_from(from.channels()).map_err(|e| e.to_string())?,
        sample_rate: from.sample_rate() as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let writer = Writer::create(Path::new(path), spec).map_err(|e| e.to_string())?;
    let name = path.to_owned();
    let work = move || {
        if let Err(error) = drain(from, writer) {
            say(&lines, format!("error: the recording {name} could not be written: {error}"));
        }
    };
    std::thread::Builder::new().name("oiduna-disk".into()).spawn(work).map(|_| ()).map_err(|e| e.to_string())
}

fn drain(mut from: StreamConsumer, mut writer: Writer) -> Result<(), hound::Error> {
    let mut told = Instant::now();
    while !from.is_finished() {
        let Some(chunk) = from.pop_filled() else {
            std::thread::sleep(LOOK);
            continue;
        };
        for sample in chunk.filled_samples() {
            writer.write_sample(*sample)?;
        }
        from.recycle(chunk);
        if told.elapsed() > HEADER {
            writer.flush()?;
            told = Instant::now();
        }
    }
    writer.finalize()
}
