//! A stereo WAV file, written frame by frame.
//!
//! In: samples as floats. Out: 16 bits with dither, 24 bits, or floats as they are. It never holds the
//! sound, and never writes what is not a number.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::str::FromStr;

/// What a sample of the file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bits {
    /// 16 bits, dithered.
    Sixteen,
    /// 24 bits.
    #[default]
    TwentyFour,
    /// 32-bit floats, never clipped.
    Float,
}

impl FromStr for Bits {
    type Err = String;

    /// Reads `16`, `24` or `float`.
    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "16" => Ok(Self::Sixteen),
            "24" => Ok(Self::TwentyFour),
            "float" => Ok(Self::Float),
            _ => Err("say 16, 24 or float".into()),
        }
    }
}

impl Bits {
    /// Bytes of one sample.
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::Sixteen => 2,
            Self::TwentyFour => 3,
            Self::Float => 4,
        }
    }

    fn spec(self, rate: u32) -> hound::WavSpec {
        let sample_format = match self {
            Self::Float => hound::SampleFormat::Float,
            _ => hound::SampleFormat::Int,
        };
        let bits_per_sample = 8 * self.bytes() as u16;
        hound::WavSpec { channels: 2, sample_rate: rate, bits_per_sample, sample_format }
    }
}

/// A file being written.
pub(super) struct Wav {
    writer: hound::WavWriter<BufWriter<File>>,
    bits: Bits,
    dither: Dither,
    /// The largest sample so far.
    pub peak: f32,
}

impl Wav {
    pub(super) fn create(path: &Path, rate: u32, bits: Bits) -> io::Result<Self> {
        let writer = hound::WavWriter::create(path, bits.spec(rate)).map_err(to_io)?;
        Ok(Self { writer, bits, dither: Dither(0x9e37_79b9), peak: 0.0 })
    }

    /// Appends a frame.
    pub(super) fn frame(&mut self, frame: [f32; 2]) -> io::Result<()> {
        for sample in frame {
            let x = if sample.is_finite() { sample } else { 0.0 };
            self.peak = self.peak.max(x.abs());
            let done = match self.bits {
                Bits::Float => self.writer.write_sample(x),
                Bits::TwentyFour => self.writer.write_sample(whole(f64::from(x) * 8_388_607.0, 8_388_607)),
                Bits::Sixteen => {
                    let dithered = f64::from(x) * 32_767.0 + self.dither.next();
                    self.writer.write_sample(whole(dithered, 32_767))
                }
            };
            done.map_err(to_io)?;
        }
        Ok(())
    }

    /// Completes the file.
    pub(super) fn finish(self) -> io::Result<()> {
        self.writer.finalize().map_err(to_io)
    }
}

fn whole(x: f64, most: i32) -> i32 {
    (x.round() as i32).clamp(-most - 1, most)
}

fn to_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(e) => e,
        other => io::Error::other(other),
    }
}

/// Noise of a triangular distribution between -1 and 1 steps: what rounding takes away becomes noise
/// instead of distortion. The same in every run (xorshift, Marsaglia 2003).
struct Dither(u32);

impl Dither {
    fn next(&mut self) -> f64 {
        self.uniform() - self.uniform()
    }

    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bits: Bits, frames: &[[f32; 2]]) -> (hound::WavSpec, Vec<f64>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.wav");
        let mut wav = Wav::create(&path, 44_100, bits).unwrap();
        frames.iter().for_each(|f| wav.frame(*f).unwrap());
        wav.finish().unwrap();
        let mut reader = hound::WavReader::open(&path).unwrap();
        let samples = match bits {
            Bits::Float => reader.samples::<f32>().map(|s| f64::from(s.unwrap())).collect(),
            _ => {
                let most = f64::from((1_i32 << (8 * bits.bytes() - 1)) - 1);
                reader.samples::<i32>().map(|s| f64::from(s.unwrap()) / most).collect()
            }
        };
        (reader.spec(), samples)
    }

    #[test]
    fn samples_keep_their_value_in_every_format() {
        let frames = [[0.0, 0.5], [-0.25, 2.0], [f32::NAN, -1.0]];
        for (bits, error, over) in
            [(Bits::Sixteen, 4e-5, 1.0), (Bits::TwentyFour, 2e-7, 1.0), (Bits::Float, 0.0, 2.0)]
        {
            let (spec, samples) = written(bits, &frames);
            assert_eq!((spec.channels, spec.sample_rate), (2, 44_100));
            for (got, wanted) in samples.iter().zip([0.0, 0.5, -0.25, over, 0.0, -1.0]) {
                assert!((got - wanted).abs() <= error, "{bits:?}: {got} for {wanted}");
            }
        }
    }

    /// A level of a fifth of a step is nothing when it is rounded, and there on average with dither.
    #[test]
    fn dither_keeps_what_is_below_a_step() {
        let quiet = 0.2 / 32_767.0;
        let (_, samples) = written(Bits::Sixteen, &vec![[quiet, quiet]; 20_000]);
        let mean = samples.iter().sum::<f64>() / samples.len() as f64 * 32_767.0;
        assert!((mean - 0.2).abs() < 0.02, "{mean}");
        assert!(samples.iter().all(|s| s.abs() * 32_767.0 < 1.5));
    }
}
