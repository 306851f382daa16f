//! The house kit: instruments that are synthesised, so that a bare machine plays.
//!
//! In: a name. Out: an [`Instrument`] and its part of a voice. Pure, a constant table.
//!
//! Levels: at `amp` 1 and before panning an instrument peaks at 0.6 to 1, like a normalised sample,
//! and eight at once stay about below full scale. Everything but noise comes out the same each
//! time. Only unit generators that are alike on all three engines are used, and what moves does so
//! at audio rate.
//!
//! Lengths: a drum rings for `natural_s`, as a sample would, and only a length that the set asks
//! for (`sustain`, `legato`) ends it earlier. A pitched instrument lasts as long as its event. The
//! rule is [`Instrument::length_s`].

mod drums;
mod pitched;

use super::graph::Signal;
use super::voice::Voice;

/// An instrument of the house kit.
#[derive(Clone, Copy, Debug)]
pub struct Instrument {
    /// The sound's name in a set.
    pub name: &'static str,
    /// What it is, in a few words, for lists.
    pub summary: &'static str,
    /// Seconds until it is silent by itself; infinite for what sounds as long as it is held.
    pub natural_s: f32,
    /// True when it listens to `freq`; else to `rate`.
    pub pitched: bool,
    build: fn(&Voice) -> Vec<Signal>,
}

impl Instrument {
    /// How long an event lasts, in seconds: as long as asked for, at most until it is silent by
    /// itself. Not asked for, a drum rings and a pitched sound fills its slot (`delta_s`).
    pub fn length_s(&self, delta_s: f32, asked_s: Option<f32>) -> f32 {
        let asked = asked_s.unwrap_or(if self.pitched { delta_s } else { self.natural_s });
        asked.min(self.natural_s)
    }

    /// `sustain` where none is sent.
    pub(super) fn default_sustain_s(&self) -> f32 {
        if self.pitched { self.natural_s.min(1.0) } else { self.natural_s }
    }

    pub(super) fn build(&self, voice: &Voice) -> Vec<Signal> {
        (self.build)(voice)
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

/// The instrument of that name.
pub fn find(name: &str) -> Option<InstrumentId> {
    InstrumentId::all().find(|id| id.get().name == name)
}

const fn drum(
    name: &'static str,
    natural_s: f32,
    summary: &'static str,
    build: fn(&Voice) -> Vec<Signal>,
) -> Instrument {
    Instrument { name, summary, natural_s, pitched: false, build }
}

const fn tone(
    name: &'static str,
    natural_s: f32,
    summary: &'static str,
    build: fn(&Voice) -> Vec<Signal>,
) -> Instrument {
    Instrument { name, summary, natural_s, pitched: true, build }
}

#[rustfmt::skip]
static TABLE: &[Instrument] = &[
    drum("bd", 0.6, "bass drum, round with a click", drums::bd),
    drum("sn", 0.35, "snare drum", drums::sn),
    drum("hh", 0.12, "closed hi-hat", drums::hh),
    drum("oh", 0.6, "open hi-hat", drums::oh),
    drum("cp", 0.45, "hand clap", drums::cp),
    drum("lt", 0.6, "low tom", drums::lt),
    drum("mt", 0.5, "middle tom", drums::mt),
    drum("ht", 0.4, "high tom", drums::ht),
    drum("rim", 0.1, "rim shot", drums::rim),
    drum("cb", 0.45, "cowbell", drums::cb),
    drum("cr", 2.0, "crash cymbal", drums::cr),
    tone("bass", f32::INFINITY, "saw bass with a filter envelope", pitched::bass),
    tone("pluck", 3.0, "plucked string", pitched::pluck),
    tone("pad", f32::INFINITY, "wide, detuned pad", pitched::pad),
    tone("lead", f32::INFINITY, "lead with a slight vibrato", pitched::lead),
    tone("keys", 4.0, "electric piano", pitched::keys),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_differ() {
        for id in InstrumentId::all() {
            assert_eq!(find(id.get().name), Some(id));
        }
        assert_eq!(find("nothing"), None);
    }

    #[test]
    fn drums_ring_and_tones_fill_their_slot() {
        let bd = find("bd").unwrap().get();
        let same = |a: f32, b: f32| assert_eq!(a.to_bits(), b.to_bits());
        same(bd.length_s(0.1, None), 0.6);
        same(bd.length_s(0.1, Some(0.2)), 0.2);
        same(bd.length_s(0.1, Some(9.0)), 0.6);
        let pad = find("pad").unwrap().get();
        same(pad.length_s(0.1, None), 0.1);
        same(pad.length_s(0.1, Some(9.0)), 9.0);
    }
}
