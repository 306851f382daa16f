//! Sound as numbers, for the engine that has no decoder of its own.
//!
//! In: a path. Out: [`Decoded`]. Runs on a blocking thread. It never resamples (the engine plays a
//! buffer at its own rate) and never gives more than two channels (no engine of ours plays more).

use super::MediaError;
use super::probe::{Opened, broken, guarded, unreadable};
use std::path::Path;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;

/// The most frames of one file: 512 MiB as stereo, more than a live set's sample ever needs.
pub const MOST_FRAMES: u64 = 1 << 26;

/// A decoded sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// 1 or 2.
    pub channels: u16,
    /// Frames per second, above 0.
    pub rate: u32,
    /// Interleaved, full scale at 1.0; always finite, never empty.
    pub samples: Vec<f32>,
}

impl Decoded {
    /// How many frames.
    pub fn frames(&self) -> usize {
        self.samples.len() / usize::from(self.channels.max(1))
    }
}

/// Decodes the whole file at `path`. Of more than two channels the first two are kept. A damaged
/// stretch is left out, a file that ends too early is as long as what there is of it: the same
/// that libsndfile does for supernova and scsynth.
///
/// # Errors
/// Names the file: not readable, damaged beyond a first frame, a codec that is not known (Opus),
/// longer than [`MOST_FRAMES`].
pub fn decode(path: &Path) -> Result<Decoded, MediaError> {
    guarded(path, || {
        let mut opened = Opened::new(path)?;
        let params = opened.params(path)?;
        let mut decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&params, &AudioDecoderOptions::default())
            .map_err(|e| {
                let codec = if params.codec == CODEC_ID_OPUS { "Opus".to_owned() } else { e.to_string() };
                MediaError::Undecodable { path: path.to_owned(), reason: codec }
            })?;
        let mut sound = Decoded { channels: 0, rate: 0, samples: Vec::new() };
        let trouble = read_all(&mut opened, decoder.as_mut(), &mut sound);
        match trouble {
            _ if sound.frames() as u64 > MOST_FRAMES => {
                Err(MediaError::TooLong { path: path.to_owned(), most: MOST_FRAMES })
            }
            _ if !sound.samples.is_empty() && sound.rate > 0 => Ok(sound),
            Some(error) => Err(unreadable(path, error)),
            None => Err(broken(path, "it holds no sound")),
        }
    })
}

/// Decodes packet by packet into `sound`, to the end or one packet past the most; returns the last
/// trouble that was met.
fn read_all(opened: &mut Opened, decoder: &mut dyn AudioDecoder, sound: &mut Decoded) -> Option<Error> {
    let mut trouble = None;
    let mut packet_samples: Vec<f32> = Vec::new();
    while sound.frames() as u64 <= MOST_FRAMES {
        let packet = match opened.reader.next_packet() {
            Ok(Some(packet)) if packet.track_id == opened.track_id => packet,
            Ok(Some(_)) => continue,
            Ok(None) => break,
            Err(error) => return Some(error),
        };
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let planes = buffer.num_planes();
                if planes == 0 || buffer.frames() == 0 {
                    continue;
                }
                if sound.channels == 0 {
                    sound.channels = planes.min(2) as u16;
                    sound.rate = buffer.spec().rate();
                }
                buffer.copy_to_vec_interleaved(&mut packet_samples);
                append(sound, &packet_samples, planes);
            }
            Err(error @ (Error::DecodeError(_) | Error::IoError(_))) => trouble = Some(error),
            Err(error) => return Some(error),
        }
    }
    trouble
}

/// Appends the first channels of frames of `planes` channels. What is not a number becomes 0: one
/// such value in a filter would silence an engine for good.
fn append(sound: &mut Decoded, interleaved: &[f32], planes: usize) {
    for frame in interleaved.chunks_exact(planes) {
        for channel in 0..usize::from(sound.channels) {
            // A stream that drops to one channel on its way goes on in both.
            let value = frame.get(channel).or(frame.first()).copied().unwrap_or(0.0);
            sound.samples.push(if value.is_finite() { value } else { 0.0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::super::probe::tests::{tone, wav_header};
    use super::*;

    #[test]
    fn every_format_sounds_as_it_should() {
        for extension in ["wav", "flac", "aiff", "ogg", "caf", "mp3"] {
            let sound = decode(&tone(extension)).unwrap();
            let told = facts(&tone(extension)).unwrap();
            assert_eq!((sound.channels, sound.rate), (2, 44_100), "{extension}");
            assert_eq!(sound.frames() as u64, told.frames, "{extension}");
            // -6 dB of a sine: RMS 0.354. Lossy formats stay within a few percent of it.
            let square: f64 = sound.samples.iter().map(|s| f64::from(*s).powi(2)).sum();
            let rms = (square / sound.samples.len() as f64).sqrt();
            assert!((rms - 0.354).abs() < 0.02, "{extension}: {rms}");
        }
    }

    #[test]
    fn opus_says_who_can_play_it() {
        let error = decode(&tone("opus")).unwrap_err();
        assert!(matches!(error, MediaError::Undecodable { .. }), "{error}");
        assert!(error.to_string().contains("Opus") && error.to_string().contains("supernova"), "{error}");
    }

    #[test]
    fn a_file_that_ends_too_early_is_shortened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("short.wav");
        let mut bytes = wav_header(4800);
        bytes.extend((0..1000i16).flat_map(|n| (n * 30).to_le_bytes()));
        std::fs::write(&path, bytes).unwrap();
        let sound = decode(&path).unwrap();
        assert_eq!((sound.channels, sound.frames()), (1, 1000));
    }

    #[test]
    fn only_two_channels_and_only_numbers() {
        let mut sound = Decoded { channels: 2, rate: 1, samples: vec![] };
        append(&mut sound, &[1.0, 2.0, 3.0, f32::NAN, f32::INFINITY, 6.0], 3);
        append(&mut sound, &[0.5], 1);
        assert_eq!(sound.samples, [1.0, 2.0, 0.0, 0.0, 0.5, 0.5]);
    }

    /// Damaged files give a value, whatever the damage; flips and cuts are spread over the file.
    #[test]
    fn damaged_files_never_panic() {
        let dir = tempfile::tempdir().unwrap();
        for extension in ["wav", "flac", "aiff", "ogg", "caf", "mp3", "opus"] {
            let whole = std::fs::read(tone(extension)).unwrap();
            let path = dir.path().join(format!("damaged.{extension}"));
            let mut random = 0x2545_f491_u32;
            for round in 0..60 {
                let mut bytes = whole.clone();
                let mut next = || {
                    random ^= random << 13;
                    random ^= random >> 17;
                    random ^= random << 5;
                    random as usize
                };
                for _ in 0..8 {
                    // Mostly in the header, where lengths and counts are.
                    let reach = if round % 3 == 0 { bytes.len() } else { bytes.len().min(128) };
                    let at = next() % reach;
                    bytes[at] = next() as u8;
                }
                bytes.truncate(if round % 2 == 0 { whole.len() } else { next() % whole.len() });
                std::fs::write(&path, bytes).unwrap();
                if let Ok(sound) = decode(&path) {
                    assert!(sound.frames() > 0 && sound.samples.iter().all(|s| s.is_finite()));
                }
                if let Ok(facts) = facts(&path) {
                    assert!(facts.frames > 0 && facts.rate > 0 && facts.channels > 0);
                }
            }
        }
    }
}
