//! Sound files for the embedded engine, decoded by symphonia.
//!
//! In: paths, on a queue of [`QUEUE`]. Out: samples, or why there are none. A thread of its own, which
//! ends when its queue is dropped. Broken files give errors, or the part that could be read.

use super::MAX_SAMPLES;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// Files that wait at most; the owner asks for 100 at a time.
const QUEUE: usize = 256;

/// A file to read into a buffer.
#[derive(Debug)]
pub(super) struct Request {
    pub num: i32,
    pub path: String,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Loaded {
    pub num: i32,
    pub sound: Result<Sound, String>,
}

/// Decoded sound.
#[derive(Debug)]
pub(super) struct Sound {
    /// Interleaved.
    pub samples: Vec<f32>,
    pub channels: usize,
    /// Frames per second.
    pub rate: f64,
}

/// The queue in, and the results out. None when there is no thread to be had.
pub(super) fn start() -> Option<(SyncSender<Request>, Receiver<Loaded>)> {
    let (to, loads) = sync_channel(QUEUE);
    let (results, from) = channel();
    std::thread::Builder::new().name("oiduna-decode".into()).spawn(move || work(&loads, &results)).ok()?;
    Some((to, from))
}

fn work(loads: &Receiver<Request>, results: &Sender<Loaded>) {
    while let Ok(Request { num, path }) = loads.recv() {
        let sound = decode(Path::new(&path));
        if results.send(Loaded { num, sound }).is_err() {
            return;
        }
    }
}

/// All samples of the first sound in the file.
pub(super) fn decode(path: &Path) -> Result<Sound, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
        hint.with_extension(extension);
    }
    let stream =
        MediaSourceStream::new(Box::new(file), symphonia::core::io::MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|e| format!("not a sound file that the embedded engine reads ({e})"))?;
    let track = format.default_track(TrackType::Audio).ok_or("there is no sound in it")?;
    let id = track.id;
    let parameters = track.codec_params.as_ref().and_then(|p| p.audio()).ok_or("its format is not known")?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|e| format!("its format cannot be decoded ({e})"))?;
    let mut sound = Sound { samples: Vec::new(), channels: 0, rate: 0.0 };
    let mut piece = Vec::new();
    // Whatever ends the stream early, what has been read is good.
    while let Ok(Some(packet)) = format.next_packet() {
        if packet.track_id != id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(audio) => {
                let (rate, channels) = (f64::from(audio.spec().rate()), audio.spec().channels().count());
                if sound.channels == 0 {
                    (sound.rate, sound.channels) = (rate, channels);
                }
                if channels != sound.channels {
                    break;
                }
                audio.copy_to_vec_interleaved(&mut piece);
                sound.samples.extend_from_slice(&piece);
            }
            Err(Error::DecodeError(_)) => {}
            Err(_) => break,
        }
        if sound.samples.len() as u64 > MAX_SAMPLES {
            return Err(format!("it is longer than {MAX_SAMPLES} samples"));
        }
    }
    if sound.samples.is_empty() { Err("there is no sound in it".into()) } else { Ok(sound) }
}
