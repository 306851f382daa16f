//! The instruments that ship: synthesised, so that a bare machine plays.
//!
//! In: a name. Out: an [`Instrument`] and its part of a voice. Pure, a constant table.
//!
//! Levels: at `amp` 1 and before panning a drum peaks at 0.6 to 1, like a normalised sample; a
//! pitched instrument is lower, so that a chord of eight stays below full scale. Everything but
//! noise comes out the same each time. Only unit generators that are alike on all three engines are
//! used, and what moves does so at audio rate.
//!
//! Lengths: a drum rings for `natural_s`, as a sample would, and only a length that the set asks
//! for (`sustain`, `legato`) ends it earlier. A pitched instrument lasts as long as its event. The
//! rule is [`Instrument::length_s`].
//!
//! Controls of an instrument's own ([`Own`]) are part of its row. In its SynthDef they are called
//! `own.` and their name, so that `resonance` of a synthesiser is not `resonance` of the filter
//! behind it, though an event's `resonance` goes to both.

mod basses;
mod dirt;
mod drums;
mod kits;
mod leads;
mod mallets;
mod organs;
mod pads;
mod parts;
mod pianos;
mod pitched;
mod table;

use super::graph::Signal;
use super::voice::Voice;
use std::fmt::Write;
use table::TABLE;

/// An instrument.
#[derive(Clone, Copy, Debug)]
pub struct Instrument {
    /// The sound's name in a set.
    pub name: &'static str,
    /// Other names of the same.
    pub aliases: &'static [&'static str],
    /// What it is, in a few words, for lists.
    pub summary: &'static str,
    /// Seconds until it is silent by itself; infinite for what sounds as long as it is held. Where
    /// it has a control `decay` of its own and this is finite, `decay` is a factor on it.
    pub natural_s: f32,
    /// True when it listens to `freq`; else to `rate`.
    pub pitched: bool,
    /// Those with an equal number end each other on the same orbit, unless the event has a `cut`.
    pub choke: Option<u8>,
    /// Its own controls.
    pub own: &'static [Own],
    /// A factor on what it builds, which balances it with the others.
    level: f32,
    build: fn(&Voice) -> Vec<Signal>,
}

/// A control that only some instruments have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Own {
    /// Its name in the SynthDef: `own.` and the name in a set.
    pub control: &'static str,
    /// The smallest value.
    pub min: f32,
    /// The largest value.
    pub max: f32,
    /// What it is when an event does not have it.
    pub default: f32,
    /// What it does, in a few words.
    pub meaning: &'static str,
}

/// What the names of own controls begin with in a SynthDef.
const PREFIX: &str = "own.";

impl Own {
    /// Its name in a set.
    pub fn name(&self) -> &'static str {
        self.control.strip_prefix(PREFIX).unwrap_or(self.control)
    }

    /// `value` inside the range, the default for NaN.
    pub fn clamp(&self, value: f32) -> f32 {
        if value.is_nan() { self.default } else { value.clamp(self.min, self.max) }
    }
}

impl Instrument {
    /// Its name and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The control of its own that its SynthDef calls `control`.
    pub fn own(&self, control: &str) -> Option<&'static Own> {
        self.own.iter().find(|own| own.control == control)
    }

    /// The control of its own that a set calls `name`.
    pub fn own_named(&self, name: &str) -> Option<&'static Own> {
        self.own.iter().find(|own| own.name() == name)
    }

    /// How long an event lasts, in seconds: as long as asked for, at most until it is silent by
    /// itself. Not asked for, a drum rings and a pitched sound fills its slot (`delta_s`). `decay` is
    /// the event's, where it has one.
    pub fn length_s(&self, delta_s: f32, asked_s: Option<f32>, decay: Option<f32>) -> f32 {
        let own = self.own_named("decay").filter(|_| self.natural_s.is_finite());
        let longer = own.map_or(1.0, |own| decay.map_or(own.default, |d| own.clamp(d)));
        let natural_s = self.natural_s * longer;
        asked_s.unwrap_or(if self.pitched { delta_s } else { natural_s }).min(natural_s)
    }

    /// `sustain` where none is sent.
    pub(super) fn default_sustain_s(&self) -> f32 {
        if self.pitched { self.natural_s.min(1.0) } else { self.natural_s }
    }

    pub(super) fn build(&self, voice: &Voice) -> Vec<Signal> {
        (self.build)(voice).into_iter().map(|channel| channel * self.level).collect()
    }

    /// A line for `:help`: its names, what it is, its own controls with their ranges.
    pub fn describe(&self) -> String {
        let mut out = self.names().collect::<Vec<_>>().join(", ");
        out.push_str(" -- ");
        out.push_str(self.summary);
        for own in self.own {
            // Writing to a String cannot fail.
            let _ =
                write!(out, "; {} {} to {} ({}): {}", own.name(), own.min, own.max, own.default, own.meaning);
        }
        out
    }
}

/// An instrument by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentId(u8);

impl InstrumentId {
    /// The instrument.
    pub fn get(self) -> &'static Instrument {
        // Ids are only made from places in the table, which is not empty.
        TABLE.get(usize::from(self.0)).unwrap_or(&TABLE[0])
    }

    /// All instruments, in the order of lists.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len()).map(|place| Self(place as u8))
    }
}

/// The instrument of that name or alias.
pub fn find(name: &str) -> Option<InstrumentId> {
    InstrumentId::all().find(|id| id.get().names().any(|n| n == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_found_and_differ() {
        let mut seen = HashSet::new();
        for id in InstrumentId::all() {
            for name in id.get().names() {
                assert_eq!(find(name), Some(id));
                assert!(seen.insert(name), "{name} twice");
            }
        }
        assert_eq!(find("nothing"), None);
        assert!(u8::try_from(TABLE.len()).is_ok());
    }

    #[test]
    fn own_controls_hold_their_defaults_and_are_told() {
        for instrument in TABLE {
            let mut seen = HashSet::new();
            for own in instrument.own {
                let name = format!("{} {}", instrument.name, own.name());
                assert!(own.control.starts_with(PREFIX) && seen.insert(own.control), "{name}");
                assert!(
                    own.min < own.max && own.clamp(own.default).to_bits() == own.default.to_bits(),
                    "{name}"
                );
                assert_eq!(own.clamp(f32::NAN).to_bits(), own.default.to_bits(), "{name}");
                assert!(instrument.describe().contains(own.name()) && !own.meaning.is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn drums_ring_and_tones_fill_their_slot() {
        let bd = find("bd").unwrap().get();
        let same = |a: f32, b: f32| assert_eq!(a.to_bits(), b.to_bits());
        same(bd.length_s(0.1, None, None), 0.6);
        same(bd.length_s(0.1, Some(0.2), None), 0.2);
        same(bd.length_s(0.1, Some(9.0), None), 0.6);
        same(bd.length_s(0.1, None, Some(2.0)), 1.2);
        let pad = find("pad").unwrap().get();
        same(pad.length_s(0.1, None, None), 0.1);
        same(pad.length_s(0.1, Some(9.0), Some(9.0)), 9.0);
    }

    #[test]
    fn hats_of_a_kit_choke_each_other_alone() {
        let choke = |name| find(name).unwrap().get().choke;
        for (closed, open) in [("hh", "oh"), ("808ch", "808oh"), ("909ch", "909oh")] {
            assert!(choke(closed).is_some() && choke(closed) == choke(open), "{closed}");
        }
        assert!(choke("hh") != choke("808ch") && choke("808ch") != choke("909ch"));
        assert_eq!(choke("bd"), None);
    }
}
