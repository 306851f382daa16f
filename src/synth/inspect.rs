//! What is in a SynthDef file that others wrote: names, controls with defaults, unit generators.
//!
//! In: any bytes. Out: [`Def`]s or an [`Error`] that says what is wrong. Pure, never panics, never
//! takes more memory than a small multiple of the input. It is stricter than the engines on
//! purpose: a truncated or inconsistent SynthDef can bring them down (engine facts 2), so what
//! fails here is not sent. The crate `scgf` reserves memory for any count that the file claims,
//! so it is no gate for foreign bytes.

use super::graph::MAX_NAME;
use std::ops::Range;

/// One SynthDef of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Def {
    /// Its name.
    pub name: String,
    /// Named controls and their defaults (of an array, its first value).
    pub controls: Vec<(String, f32)>,
    /// Of each of these, which of the values that its control units give is its first.
    pub places: Vec<usize>,
    /// Its numbers.
    pub constants: Vec<f32>,
    /// Its unit generators in the order of computation.
    pub units: Vec<Unit>,
    /// Where it is in the file.
    place: Range<usize>,
}

/// One unit generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its class: `SinOsc`.
    pub name: String,
    /// 0 scalar, 1 control, 2 audio, 3 demand.
    pub rate: u8,
    /// Operator or first control.
    pub special: i16,
    /// What it reads.
    pub inputs: Vec<Input>,
    /// Number of outputs.
    pub outputs: usize,
}

/// What a unit reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A number: its place in [`Def::constants`].
    Constant(usize),
    /// An output of an earlier unit: its place in [`Def::units`] and the output's number.
    Unit(usize, usize),
}

/// Why bytes are no SynthDef.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The first four bytes are not `SCgf`.
    #[error("it does not begin with \"SCgf\"; write it with SynthDef.writeDefFile")]
    NotScgf,
    /// A version of the format that the engines here do not read.
    #[error(
        "version {0} of the SynthDef format; versions 1 and 2 are understood (SuperCollider: SynthDef.writeDefFile writes 2)"
    )]
    Version(i32),
    /// The bytes end in the middle.
    #[error("the file ends too early, at byte {0}: it was cut off, write it again")]
    Truncated(usize),
    /// A name is longer than supernova survives.
    #[error(
        "the name \"{0}\" has more than 127 bytes, which supernova does not survive: give it a shorter one"
    )]
    LongName(String),
    /// The parts do not fit together.
    #[error("SynthDef \"{def}\": {what}; the file is damaged, write it again")]
    Broken {
        /// The SynthDef's name.
        def: String,
        /// What does not fit.
        what: &'static str,
    },
}

/// The SynthDefs in `bytes`.
///
/// # Errors
/// Anything that is not a whole, consistent file of version 1 or 2.
pub fn inspect(bytes: &[u8]) -> Result<Vec<Def>, Error> {
    let mut reader = Reader { bytes, at: 0, wide: true };
    if reader.take(4).ok() != Some(b"SCgf") {
        return Err(Error::NotScgf);
    }
    let version = reader.int32()?;
    reader.wide = match version {
        1 => false,
        2 => true,
        other => return Err(Error::Version(other)),
    };
    let count = usize::try_from(reader.int16()?).map_err(|_| Error::Truncated(reader.at))?;
    (0..count).map(|_| def(&mut reader)).collect()
}

/// A file that holds this SynthDef alone, under another name: what is loaded again gets a new one, so
/// that voices of the old one play on and the proof sees the new one.
///
/// # Errors
/// [`Error::LongName`] for a name that kills supernova.
pub fn alone(bytes: &[u8], def: &Def, name: &str) -> Result<Vec<u8>, Error> {
    if name.len() > MAX_NAME {
        return Err(Error::LongName(name.to_owned()));
    }
    let end = Error::Truncated(bytes.len());
    let header = bytes.get(..8).ok_or(end.clone())?;
    // Its own name is a byte of length and the bytes.
    let own = bytes.get(def.place.clone()).ok_or(end.clone())?;
    let rest = own.get(1 + usize::from(own.first().copied().unwrap_or(0))..).ok_or(end)?;
    let length = [u8::try_from(name.len()).unwrap_or(0)];
    Ok([header, &1_i16.to_be_bytes(), &length, name.as_bytes(), rest].concat())
}

fn def(reader: &mut Reader<'_>) -> Result<Def, Error> {
    let begin = reader.at;
    let name = reader.text()?;
    if name.len() > MAX_NAME {
        return Err(Error::LongName(name));
    }
    let broken = |what| Error::Broken { def: name.clone(), what };
    let constants = reader.list(4, Reader::float)?;
    let values = reader.list(4, Reader::float)?;
    let names = reader.list(3, |r| Ok((r.text()?, r.size()?)))?;
    let places = names.iter().map(|(_, place)| *place).collect();
    let controls = names
        .into_iter()
        .map(|(name, place)| Some((name, *values.get(place)?)))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| broken("a control has no value"))?;
    let mut units: Vec<Unit> = Vec::new();
    for _ in 0..reader.size()? {
        let unit = unit(reader, &units, constants.len()).map_err(|e| match e {
            Fault::Read(error) => error,
            Fault::Broken(what) => broken(what),
        })?;
        units.push(unit);
    }
    let variants = usize::try_from(reader.int16()?).map_err(|_| broken("a negative number of variants"))?;
    for _ in 0..variants {
        reader.text()?;
        for _ in 0..values.len() {
            reader.float()?;
        }
    }
    Ok(Def { name, controls, places, constants, units, place: begin..reader.at })
}

enum Fault {
    Read(Error),
    Broken(&'static str),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

fn unit(reader: &mut Reader<'_>, earlier: &[Unit], constants: usize) -> Result<Unit, Fault> {
    let name = reader.text()?;
    let rate = reader.rate()?;
    let (inputs, outputs) = (reader.size()?, reader.size()?);
    let special = reader.int16()?;
    let mut read = Vec::new();
    for _ in 0..inputs {
        let (from, place) = (reader.int()?, reader.size()?);
        read.push(match usize::try_from(from) {
            Err(_) if place < constants => Input::Constant(place),
            Err(_) => return Err(Fault::Broken("an input reads a constant that is not there")),
            Ok(from) => match earlier.get(from) {
                Some(unit) if place < unit.outputs => Input::Unit(from, place),
                _ => return Err(Fault::Broken("an input reads a unit that does not come before it")),
            },
        });
    }
    for _ in 0..outputs {
        reader.rate()?;
    }
    Ok(Unit { name, rate, special, inputs: read, outputs })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Version 2: counts and places have four bytes, not two.
    wide: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(count).ok_or(Error::Truncated(self.at))?;
        let taken = self.bytes.get(self.at..end).ok_or(Error::Truncated(self.bytes.len()))?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn int16(&mut self) -> Result<i16, Error> {
        self.array().map(i16::from_be_bytes)
    }

    fn int32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_be_bytes)
    }

    fn int(&mut self) -> Result<i32, Error> {
        if self.wide { self.int32() } else { self.int16().map(i32::from) }
    }

    /// A count or a place; a negative one is as far beyond the end as one too large.
    fn size(&mut self) -> Result<usize, Error> {
        usize::try_from(self.int()?).map_err(|_| Error::Truncated(self.at))
    }

    fn float(&mut self) -> Result<f32, Error> {
        self.array().map(f32::from_be_bytes)
    }

    fn rate(&mut self) -> Result<u8, Error> {
        let [rate] = self.array()?;
        if rate < 4 {
            Ok(rate)
        } else {
            Err(Error::Broken { def: "?".into(), what: "a rate that does not exist" })
        }
    }

    fn text(&mut self) -> Result<String, Error> {
        let [length] = self.array()?;
        self.take(usize::from(length)).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A counted list. Each item takes at least `least` bytes, so a count that cannot be true is
    /// found before anything is reserved.
    fn list<T>(
        &mut self,
        least: usize,
        item: impl Fn(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let count = self.size()?;
        if count > (self.bytes.len() - self.at) / least {
            return Err(Error::Truncated(self.bytes.len()));
        }
        (0..count).map(|_| item(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One sine, written by hand: SCgf, the version, 1 def, "a", 1 constant 440, 1 control "amp"
    /// 0.5, two units (Control, SinOsc), no variants.
    fn small(version: i32) -> Vec<u8> {
        let int =
            |v: i32| if version == 1 { (v as i16).to_be_bytes().to_vec() } else { v.to_be_bytes().to_vec() };
        let mut b = [b"SCgf".to_vec(), version.to_be_bytes().to_vec(), vec![0, 1, 1, b'a']].concat();
        b.extend([int(1), 440_f32.to_be_bytes().to_vec(), int(1), 0.5_f32.to_be_bytes().to_vec()].concat());
        b.extend([int(1), b"\x03amp".to_vec(), int(0), int(2)].concat());
        b.extend([b"\x07Control\x01".to_vec(), int(0), int(1), vec![0, 0, 1]].concat());
        b.extend([b"\x06SinOsc\x02".to_vec(), int(2), int(1), vec![0, 0]].concat());
        b.extend([int(-1), int(0), int(0), int(0), vec![2, 0, 0]].concat());
        b
    }

    #[test]
    fn both_versions_say_the_same() {
        for version in [1, 2] {
            let defs = inspect(&small(version)).unwrap();
            assert_eq!(defs.len(), 1);
            assert_eq!(defs[0].name, "a");
            assert_eq!(defs[0].controls, [("amp".to_owned(), 0.5)]);
            assert_eq!(defs[0].units[1].inputs, [Input::Constant(0), Input::Unit(0, 0)]);
            assert_eq!(defs[0].constants, [440.0]);
            let other = alone(&small(version), &defs[0], "longer").unwrap();
            let again = inspect(&other).unwrap();
            assert_eq!((again[0].name.as_str(), &again[0].units), ("longer", &defs[0].units));
            assert_eq!(alone(&other, &again[0], "a").unwrap(), small(version));
        }
        assert_eq!(inspect(&small(3)), Err(Error::Version(3)));
        assert_eq!(inspect(b"RIFF"), Err(Error::NotScgf));
    }

    #[test]
    fn every_cut_is_an_error() {
        for version in [1, 2] {
            let bytes = small(version);
            for end in 0..bytes.len() {
                assert!(inspect(&bytes[..end]).is_err(), "cut at {end}");
            }
        }
    }

    #[test]
    fn a_name_that_kills_supernova_is_refused() {
        let mut bytes = b"SCgf\0\0\0\x02\0\x01\x80".to_vec();
        bytes.extend([b'x'; 128]);
        assert!(matches!(inspect(&bytes), Err(Error::LongName(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = inspect(&bytes);
            let _ = inspect(&[b"SCgf\0\0\0\x02\0\x01".as_slice(), &bytes].concat());
        }

        #[test]
        fn no_damage_panics(at in 0_usize..120, with in any::<u8>(), version in 1..=2) {
            let mut bytes = small(version);
            let at = at % bytes.len();
            bytes[at] = with;
            let _ = inspect(&bytes);
        }
    }
}
