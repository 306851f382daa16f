//! What a sound file's header says.
//!
//! In: a path. Out: [`Facts`], or an error that names the file. Runs where it is called. Reads the
//! header; the whole file only where the header does not tell the length (some mp3, streamed wav).

use super::MediaError;
use crate::samples::{Facts, Format};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// The facts about the sound file at `path`.
///
/// # Errors
/// Names the file: [`MediaError::Read`] when it cannot be opened, [`MediaError::Broken`] when it
/// is not a sound file, is damaged or holds no frames.
pub fn facts(path: &Path) -> Result<Facts, MediaError> {
    guarded(path, || {
        let mut opened = Opened::new(path)?;
        let params = opened.params(path)?;
        let channels = params.channels.as_ref().map_or(0, symphonia::core::audio::Channels::count);
        let track = opened.track(path)?;
        let (rate, stated) = if params.codec == CODEC_ID_OPUS {
            // Opus is decoded at 48 kHz, and its length counts a lead-in that is not heard (RFC 7845,
            // sections 4 and 5.1).
            let lead_in = u64::from(track.delay.unwrap_or(0));
            (Some(48_000), track.num_frames.map(|f| f.saturating_sub(lead_in)))
        } else {
            (params.sample_rate, track.num_frames)
        };
        let frames = match stated {
            Some(frames) if frames > 0 => frames,
            _ => opened.count_frames(),
        };
        let channels = u16::try_from(channels).unwrap_or(0);
        match (frames, channels, rate.unwrap_or(0)) {
            (0, ..) => Err(broken(path, "it holds no sound")),
            (_, 0, _) | (.., 0) => Err(broken(path, "it does not say its channels and sample rate")),
            (frames, channels, rate) => Ok(Facts {
                frames,
                channels,
                rate,
                seconds: frames as f64 / f64::from(rate),
                format: format_of(path, &params),
            }),
        }
    })
}

/// The extension's format, except that Opus hides in `.ogg` too.
fn format_of(path: &Path, params: &AudioCodecParameters) -> Format {
    if params.codec == CODEC_ID_OPUS { Format::Opus } else { Format::of(path).unwrap_or(Format::Wav) }
}

/// A sound file whose header was read.
pub(super) struct Opened {
    pub(super) reader: Box<dyn FormatReader>,
    pub(super) track_id: u32,
}

impl Opened {
    /// Opens `path` and reads its header.
    pub(super) fn new(path: &Path) -> Result<Self, MediaError> {
        let read = |source| MediaError::Read { path: path.to_owned(), source };
        // Opening a pipe or a device would wait for whoever writes into it.
        if !std::fs::metadata(path).map_err(read)?.is_file() {
            return Err(broken(path, "it is not a regular file"));
        }
        let file = File::open(path).map_err(read)?;
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
            hint.with_extension(extension);
        }
        let reader = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|e| match e {
                // The library's own words name its parts, not the file's.
                Error::Unsupported(_) => broken(path, "nothing in it looks like sound"),
                e => unreadable(path, e),
            })?;
        let track_id =
            reader.default_track(TrackType::Audio).ok_or_else(|| broken(path, "it holds no sound"))?.id;
        Ok(Self { reader, track_id })
    }

    fn track(&self, path: &Path) -> Result<&Track, MediaError> {
        self.reader
            .tracks()
            .iter()
            .find(|t| t.id == self.track_id)
            .ok_or_else(|| broken(path, "it holds no sound"))
    }

    /// How the sound is coded.
    pub(super) fn params(&self, path: &Path) -> Result<AudioCodecParameters, MediaError> {
        self.track(path)?
            .codec_params
            .as_ref()
            .and_then(|p| p.audio())
            .cloned()
            .ok_or_else(|| broken(path, "its coding is not known"))
    }

    /// Frames by the lengths of the packets; to the end, or to the first damage.
    fn count_frames(&mut self) -> u64 {
        let mut frames = 0u64;
        while let Ok(Some(packet)) = self.reader.next_packet() {
            if packet.track_id == self.track_id {
                frames = frames.saturating_add(packet.dur.get());
            }
        }
        frames
    }
}

/// The error for what symphonia said about `path`.
pub(super) fn unreadable(path: &Path, error: Error) -> MediaError {
    match error {
        Error::IoError(source) if source.kind() == std::io::ErrorKind::UnexpectedEof => {
            broken(path, "it ends too early")
        }
        Error::IoError(source) => MediaError::Read { path: path.to_owned(), source },
        other => broken(path, &other.to_string()),
    }
}

pub(super) fn broken(path: &Path, reason: &str) -> MediaError {
    MediaError::Broken { path: path.to_owned(), reason: reason.to_owned() }
}

/// Runs `work` on the bytes of `path`; a fault of the decoding library becomes an error like any
/// other, because a file on the user's disk must never end a performance.
pub(super) fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, MediaError>) -> Result<T, MediaError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(broken(path, "the decoder met something it cannot cope with")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A file of `tests/samples`: a stereo tone of 0.1 seconds, 440 Hz at -6 dB.
    pub(in crate::media) fn tone(extension: &str) -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples")).join(format!("tone.{extension}"))
    }

    #[test]
    fn headers_tell_frames_channels_and_rate() {
        for (extension, format, frames, rate) in [
            ("wav", Format::Wav, 4410, 44_100),
            ("flac", Format::Flac, 4410, 44_100),
            ("aiff", Format::Aiff, 4410, 44_100),
            ("ogg", Format::Ogg, 4410, 44_100),
            ("caf", Format::Caf, 4410, 44_100),
            ("mp3", Format::Mp3, 4410, 44_100),
            ("opus", Format::Opus, 4800, 48_000),
        ] {
            let f = facts(&tone(extension)).unwrap();
            assert_eq!((f.format, f.frames, f.rate, f.channels), (format, frames, rate, 2), "{extension}");
            assert!((f.seconds - 0.1).abs() < 1e-9, "{extension}");
        }
    }

    #[test]
    fn what_is_no_sound_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let check = |name: &str, bytes: &[u8], word: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let message = facts(&path).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains(word), "{message}");
        };
        check("empty.wav", b"", "looks like sound");
        check("text.wav", b"not a sound file at all", "looks like sound");
        check("none.wav", &wav_header(0), "no sound");
        check("x.flac", b"fLaC", "ends too early");
        let missing = facts(&dir.path().join("none.ogg")).unwrap_err();
        assert!(matches!(missing, MediaError::Read { .. }), "{missing}");
        let folder = facts(dir.path()).unwrap_err().to_string();
        assert!(folder.contains("not a regular file"), "{folder}");
    }

    /// A mono 16 bit wav header for `frames` frames.
    pub(in crate::media) fn wav_header(frames: u32) -> Vec<u8> {
        let mut out = b"RIFF".to_vec();
        out.extend((36 + frames * 2).to_le_bytes());
        out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        out.extend(48_000u32.to_le_bytes());
        out.extend(96_000u32.to_le_bytes());
        out.extend(b"\x02\0\x10\0data");
        out.extend((frames * 2).to_le_bytes());
        out
    }
}
