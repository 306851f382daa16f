//! Sound files for the embedded engine, decoded by symphonia.
//!
//! In: paths, on a queue of [`QUEUE`]. Out: samples, or why there are none. A thread of its own, which
//! ends when its queue is dropped. Broken files give errors, or the part that could be read.

use super::MAX_SAMPLES;
use std::fs::File;
use std::panic::catch_unwind;
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
        // A file that breaks the decoder must not take the thread with it.
        let sound = catch_unwind(|| decode(Path::new(&path)))
            .unwrap_or_else(|_| Err("its bytes break the decoder: save it again as wav or flac".into()));
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
    let mut piece: Vec<f32> = Vec::new();
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
                // One NaN would stay in a reverb for ever.
                sound.samples.extend(piece.iter().map(|x: &f32| if x.is_finite() { *x } else { 0.0 }));
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A wav file of floats.
    fn wav(samples: &[f32], channels: u16, rate: u32) -> Vec<u8> {
        let length = (samples.len() * 4) as u32;
        let mut b = b"RIFF".to_vec();
        b.extend((36 + length).to_le_bytes());
        b.extend(b"WAVEfmt \x10\0\0\0\x03\0");
        b.extend(channels.to_le_bytes());
        b.extend(rate.to_le_bytes());
        b.extend((rate * u32::from(channels) * 4).to_le_bytes());
        b.extend((channels * 4).to_le_bytes());
        b.extend(b"\x20\0data");
        b.extend(length.to_le_bytes());
        b.extend(samples.iter().flat_map(|x| x.to_le_bytes()));
        b
    }

    fn read(bytes: &[u8]) -> Result<Sound, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.wav");
        std::fs::write(&path, bytes).unwrap();
        decode(&path)
    }

    #[test]
    fn samples_are_what_was_written_and_always_finite() {
        let sound = read(&wav(&[0.5, -0.25, f32::NAN, f32::INFINITY, 1.5, 0.0], 2, 22_050)).unwrap();
        assert_eq!((sound.channels, sound.rate as u32), (2, 22_050));
        assert_eq!(sound.samples, [0.5, -0.25, 0.0, 0.0, 1.5, 0.0]);
    }

    #[test]
    fn a_file_that_ends_too_early_is_as_long_as_what_there_is() {
        let whole = wav(&vec![0.5; 8000], 1, 48_000);
        let sound = read(&whole[..whole.len() / 2]).unwrap();
        assert!((3000..4100).contains(&sound.samples.len()), "{}", sound.samples.len());
    }

    #[test]
    fn what_is_no_sound_is_an_error() {
        for bytes in [&b""[..], b"text", b"RIFF", &wav(&[], 1, 48_000)] {
            assert!(read(bytes).is_err());
        }
        assert!(decode(Path::new("/no/such/file.wav")).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Whatever is in a file, the thread answers, and goes on to the next.
        #[test]
        fn the_thread_survives_any_file(cut in 0usize..120, flips in proptest::collection::vec((0usize..60, any::<u8>()), 0..8)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("x.wav");
            let mut bytes = wav(&[0.1; 20], 1, 48_000);
            bytes.truncate(cut);
            for (place, value) in flips {
                if let Some(b) = bytes.get_mut(place) {
                    *b = value;
                }
            }
            std::fs::write(&path, bytes).unwrap();
            let (to, from) = start().unwrap();
            for num in 0..2 {
                to.send(Request { num, path: path.to_str().unwrap().into() }).unwrap();
                prop_assert_eq!(from.recv().unwrap().num, num);
            }
        }
    }
}
