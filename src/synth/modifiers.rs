//! The per-event effects: what a voice's sound passes between its source and its edges.
//!
//! In: one or two channels. Out: as many. Pure. Names, defaults, order and formulas are SuperDirt's
//! (`core-synths.scd` and `default-effects-extra.scd`, read for their facts), computed at audio rate
//! where they move. Some differ: `vowel` keeps the level; `distort`, `waveloss`, `squiz` and the
//! spectral `comb`, `hbrick` and `lbrick` are ours, since SuperDirt's need unit generators that plain
//! engines do not have, or a Fourier transform, which is not the same on all of them.

mod filters;
mod grit;
mod motion;

pub(super) use filters::{dj_filter, formants};

use super::graph::Signal;
use super::range::range;
use super::voice::Voice;
use crate::control::{ControlId, id};

/// A per-event effect. The order is the order in which the sound passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Modifier {
    /// `vowel`: five formants.
    Vowel,
    /// `shape`: waveshaping.
    Shape,
    /// `hcutoff`, `hresonance`: resonant high-pass.
    Hpf,
    /// `bandf`, `bandq`: band-pass.
    Bpf,
    /// `crush`: fewer levels.
    Crush,
    /// `coarse`: fewer samples.
    Coarse,
    /// `cutoff`, `resonance`: resonant low-pass.
    Lpf,
    /// `psrate`, `psdisp`: pitch shift by grains.
    PitchShift,
    /// `attack`, `hold`, `release`, `curve`.
    Envelope,
    /// `tilt`, `plat`, `curve`: an envelope in parts of the voice's length.
    Grain,
    /// `tremolorate`, `tremolodepth`.
    Tremolo,
    /// `phaserrate`, `phaserdepth`.
    Phaser,
    /// `waveloss`: some of the waves are left out.
    Waveloss,
    /// `squiz`: each wave played faster, and again.
    Squiz,
    /// `fshift`, `fshiftnote`, `fshiftphase`: all frequencies moved by as many Hz.
    FrequencyShift,
    /// `triode`: saturation of one side.
    Triode,
    /// `krush`, `kcutoff`: Sonic Pi's distortion.
    Krush,
    /// `octer`, `octersub`, `octersubsub`: octaves above and below.
    Octer,
    /// `ring`, `ringf`, `ringdf`: ring modulation.
    Ring,
    /// `distort`: crunch.
    Distort,
    /// `comb`: notches at equal distances.
    Comb,
    /// `hbrick`: a steep high-pass.
    Hbrick,
    /// `lbrick`: a steep low-pass.
    Lbrick,
    /// `djf`: low-pass below 0.5, high-pass above.
    Djf,
}

/// One row for each modifier, in order: its part of a SynthDef's name, the controls that call for
/// it, and what it does.
type Change = fn(&Signal, &Voice) -> Signal;
struct Row(Modifier, &'static str, &'static [ControlId], Change);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row(Modifier::Vowel, "vow", &[id::VOWEL], filters::vowel),
    Row(Modifier::Shape, "shape", &[id::SHAPE], grit::shape),
    Row(Modifier::Hpf, "hpf", &[id::HCUTOFF], filters::high_pass),
    Row(Modifier::Bpf, "bpf", &[id::BANDF], filters::band_pass),
    Row(Modifier::Crush, "crush", &[id::CRUSH], grit::crush),
    Row(Modifier::Coarse, "coarse", &[id::COARSE], grit::coarse),
    Row(Modifier::Lpf, "lpf", &[id::CUTOFF], filters::low_pass),
    Row(Modifier::PitchShift, "ps", &[id::PSRATE], motion::pitch_shift),
    Row(Modifier::Envelope, "env", &[id::ATTACK, id::RELEASE], motion::envelope),
    Row(Modifier::Grain, "grain", &[id::TILT, id::PLAT], motion::grain),
    Row(Modifier::Tremolo, "trem", &[id::TREMOLORATE], motion::tremolo),
    Row(Modifier::Phaser, "phas", &[id::PHASERRATE], motion::phaser),
    Row(Modifier::Waveloss, "loss", &[id::WAVELOSS], grit::waveloss),
    Row(Modifier::Squiz, "squiz", &[id::SQUIZ], grit::squiz),
    Row(Modifier::FrequencyShift, "fsh", &[id::FSHIFT], motion::frequency_shift),
    Row(Modifier::Triode, "tri", &[id::TRIODE], grit::triode),
    Row(Modifier::Krush, "krush", &[id::KRUSH], grit::krush),
    Row(Modifier::Octer, "oct", &[id::OCTER, id::OCTERSUB, id::OCTERSUBSUB], grit::octer),
    Row(Modifier::Ring, "ring", &[id::RING], grit::ring),
    Row(Modifier::Distort, "dist", &[id::DISTORT], grit::distort),
    Row(Modifier::Comb, "comb", &[id::COMB], filters::comb),
    Row(Modifier::Hbrick, "hbrick", &[id::HBRICK], filters::hbrick),
    Row(Modifier::Lbrick, "lbrick", &[id::LBRICK], filters::lbrick),
    Row(Modifier::Djf, "djf", &[id::DJF], filters::djf),
];

impl Modifier {
    /// All, in order.
    pub const ALL: &'static [Self] = &[
        Self::Vowel,
        Self::Shape,
        Self::Hpf,
        Self::Bpf,
        Self::Crush,
        Self::Coarse,
        Self::Lpf,
        Self::PitchShift,
        Self::Envelope,
        Self::Grain,
        Self::Tremolo,
        Self::Phaser,
        Self::Waveloss,
        Self::Squiz,
        Self::FrequencyShift,
        Self::Triode,
        Self::Krush,
        Self::Octer,
        Self::Ring,
        Self::Distort,
        Self::Comb,
        Self::Hbrick,
        Self::Lbrick,
        Self::Djf,
    ];

    fn row(self) -> Option<&'static Row> {
        ROWS.get(self as usize)
    }

    pub(super) fn bit(self) -> u32 {
        1 << (self as u32)
    }

    /// Its part of a SynthDef's name.
    pub fn tag(self) -> &'static str {
        self.row().map_or("", |row| row.1)
    }

    /// The controls that call for it: one of them is enough.
    pub fn called_by(self) -> &'static [ControlId] {
        self.row().map_or(&[], |row| row.2)
    }

    pub(super) fn apply(self, channels: Vec<Signal>, voice: &Voice) -> Vec<Signal> {
        match self.row() {
            Some(row) => channels.iter().map(|channel| row.3(channel, voice)).collect(),
            None => channels,
        }
    }
}

/// The bits of the modifiers that an event calls for.
pub(super) fn called_by(has: &impl Fn(ControlId) -> bool) -> u32 {
    let called = |row: &&Row| row.2.iter().copied().any(has);
    ROWS.iter().filter(called).map(|row| row.0.bit()).sum()
}

/// A control of a voice with the default of the table of ranges, read once at the start.
pub(super) fn param(name: &'static str) -> Signal {
    Signal::scalar(name, range(name).map_or(0.0, |range| range.default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_rows_are_in_order_and_called_by_controls_that_exist() {
        assert_eq!(ROWS.len(), Modifier::ALL.len());
        for (place, row) in ROWS.iter().enumerate() {
            assert_eq!(row.0 as usize, place);
            assert_eq!(Modifier::ALL[place], row.0);
            for control in row.2 {
                assert!(range(control.name()).is_some(), "{control:?}");
            }
        }
        assert_eq!(ROWS.iter().map(|r| r.1).collect::<BTreeSet<_>>().len(), ROWS.len());
    }
}
