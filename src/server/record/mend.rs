//! The lengths in the header of a WAV file whose writer died.
//!
//! In: the file. Out: the same file, as long as it is. Whoever ends a recording calls it, once its engine
//! is gone; only the header is read and written. Players believe the header: libsndfile's says that there
//! is no sound until the file is closed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Chunks before the sound: engines write two or three.
const CHUNKS: usize = 16;
/// Bytes of a frame: two floats.
const FRAME: u64 = 8;

/// Writes how long the file and its sound are, to the last whole frame.
///
/// # Errors
/// When it is no WAV file or has no sound, or cannot be read or written.
pub(super) fn mend(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let data = data(&mut file)?;
    let bytes = length.saturating_sub(data) / FRAME * FRAME;
    for (at, number) in [(4, data.saturating_add(bytes).saturating_sub(8)), (data.saturating_sub(4), bytes)] {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes())?;
    }
    Ok(())
}

/// Where the sound begins.
fn data(file: &mut File) -> io::Result<u64> {
    let no_sound = || io::Error::new(io::ErrorKind::InvalidData, "nothing was written to it");
    let mut at = 12;
    for _ in 0..CHUNKS {
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head).map_err(|_| no_sound())?;
        let [a, b, c, d, size @ ..] = head;
        let size = u64::from(u32::from_le_bytes(size));
        at += 8;
        if [a, b, c, d] == *b"data" {
            return Ok(at);
        }
        at += size + size % 2;
    }
    Err(no_sound())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header as libsndfile writes it first, with `sound` bytes behind it.
    fn file(folder: &Path, sound: usize) -> std::path::PathBuf {
        let mut bytes = b"RIFF\x08\0\0\0WAVEfmt \x10\0\0\0\x03\0\x02\0".to_vec();
        for number in [48_000u32, 48_000 * 8] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(b"\x08\0\x20\0PEAK\x04\0\0\0abcddata\0\0\0\0");
        bytes.extend((0..sound).map(|_| 0));
        let path = folder.join("take.wav");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn the_sound_that_is_there_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        for (sound, frames) in [(0, 0), (8000, 1000), (8007, 1000)] {
            let path = file(folder.path(), sound);
            assert_eq!(hound::WavReader::open(&path).unwrap().duration(), 0);
            mend(&path).unwrap();
            let reader = hound::WavReader::open(&path).unwrap();
            assert_eq!(
                (reader.duration(), reader.into_samples::<f32>().count()),
                (frames, 2 * frames as usize)
            );
            let before = std::fs::read(&path).unwrap();
            mend(&path).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), before, "what is well stays as it is");
        }
    }

    #[test]
    fn what_is_no_recording_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        for bytes in [&b""[..], b"RIFF", &[0; 200], &[0xff; 200]] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(mend(&path).unwrap_err().to_string(), "nothing was written to it");
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
    }
}
