//! The table of instruments: names, lengths, own controls, levels.
//!
//! Levels are measured: `tests/offline_engines` prints what each instrument gives on each engine.

use super::{Instrument, Own, basses, dirt, drums, kits, leads, mallets, organs, pads, pianos, pitched};
use crate::synth::graph::Signal;
use crate::synth::voice::Voice;

type Build = fn(&Voice) -> Vec<Signal>;

/// What a row has when nothing follows it.
const fn row(name: &'static str, natural_s: f32, summary: &'static str, build: Build) -> Instrument {
    Instrument {
        name,
        aliases: &[],
        summary,
        natural_s,
        pitched: false,
        choke: None,
        own: &[],
        level: 1.0,
        build,
    }
}

const fn drum(name: &'static str, natural_s: f32, summary: &'static str, build: Build) -> Instrument {
    Instrument { own: &[DECAY], ..row(name, natural_s, summary, build) }
}

/// A drum too short for a `decay` of its own.
const fn tick(name: &'static str, natural_s: f32, summary: &'static str, build: Build) -> Instrument {
    row(name, natural_s, summary, build)
}

const fn tone(name: &'static str, summary: &'static str, build: Build) -> Instrument {
    Instrument { pitched: true, ..row(name, f32::INFINITY, summary, build) }
}

const fn fading(name: &'static str, natural_s: f32, summary: &'static str, build: Build) -> Instrument {
    Instrument { pitched: true, ..row(name, natural_s, summary, build) }
}

impl Instrument {
    const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    const fn choke(self, kit: u8) -> Self {
        Self { choke: Some(kit), ..self }
    }

    const fn own_are(self, own: &'static [Own]) -> Self {
        Self { own, ..self }
    }

    const fn at(self, level: f32) -> Self {
        Self { level, ..self }
    }
}

macro_rules! own {
    ($name:literal, $min:expr, $max:expr, $default:expr, $meaning:literal) => {
        Own { control: concat!("own.", $name), min: $min, max: $max, default: $default, meaning: $meaning }
    };
}

const DECAY: Own = own!("decay", 0.05, 8.0, 1.0, "factor on how long it rings");
const SWEEP: Own = own!("pitch1", 0.0, 4.0, 1.0, "how far the pitch falls");
const DRIVE: Own = own!("voice", 0.0, 1.0, 0.2, "drive");
const SNAPPY: Own = own!("voice", 0.0, 2.0, 0.7, "how much of the snare's wires");
const VELOCITY: Own = own!("velocity", 0.0, 1.0, 0.8, "how hard it is struck: brightness and level");
const FALLS: Own = own!("decay", 0.0, 1.0, 0.0, "what the level loses after the attack");
const DETUNE: Own = own!("detune", 0.0, 4.0, 1.0, "how far the oscillators are apart");
const RESONANCE: Own = own!("resonance", 0.0, 1.0, 0.2, "of the filter");
const LFO: Own = own!("lfo", 0.0, 8.0, 1.0, "how far the filter moves");
const LFO_SPEED: Own = own!("speed", 0.0, 64.0, 1.0, "how fast the filter moves");
const FILTER: Own = own!("pitch1", 0.01, 16.0, 1.0, "factor on the filter's frequency");
const SEMITONE: Own = own!("semitone", -36.0, 36.0, 12.0, "the second oscillator, so many semitones below");
const SLIDE: Own = own!("slide", -8.0, 8.0, 0.0, "how far off the pitch begins");

/// The kits' numbers: what chokes what.
const HOUSE: u8 = 1;
const TR808: u8 = 2;
const TR909: u8 = 3;
const SUPER: u8 = 4;

#[rustfmt::skip]
pub(super) static TABLE: &[Instrument] = &[
    drum("bd", 0.6, "bass drum, round with a click", drums::bd).also(&["kick"]),
    drum("sn", 0.35, "snare drum", drums::sn).also(&["sd", "snare"]),
    drum("hh", 0.12, "closed hi-hat; ends oh", drums::hh).choke(HOUSE).also(&["ch", "hc", "hat"]),
    drum("oh", 0.6, "open hi-hat; hh ends it", drums::oh).choke(HOUSE).also(&["ho"]),
    drum("cp", 0.45, "hand clap", drums::cp).at(1.36).also(&["clap"]),
    drum("lt", 0.6, "low tom", drums::lt),
    drum("mt", 0.5, "middle tom", drums::mt).also(&["tom"]),
    drum("ht", 0.4, "high tom", drums::ht),
    tick("rim", 0.1, "rim shot", drums::rim).also(&["rs"]),
    drum("cb", 0.45, "cowbell", drums::cb).also(&["cowbell", "808cb"]),
    drum("cr", 2.0, "crash cymbal", drums::cr).also(&["crash"]),
    drum("rd", 1.8, "ride cymbal", drums::rd).at(1.19).also(&["ride"]),
    drum("sh", 0.14, "shaker", drums::sh).at(0.62).also(&["shaker"]),

    drum("808bd", 1.4, "the 808's bass drum, long and deep", kits::bd808).at(0.77).own_are(&[DECAY, SWEEP, DRIVE]),
    drum("808sd", 0.26, "the 808's snare drum", kits::sd808).at(1.15).own_are(&[DECAY, SNAPPY]).also(&["808sn"]),
    drum("808ch", 0.1, "the 808's closed hi-hat; ends 808oh", kits::ch808).at(0.75).choke(TR808).also(&["808hh"]),
    drum("808oh", 0.55, "the 808's open hi-hat; 808ch ends it", kits::oh808).at(0.56).choke(TR808),
    drum("808cp", 0.32, "the 808's clap", kits::cp808).at(1.66),
    drum("808lt", 0.7, "the 808's low tom", kits::lt808),
    drum("808mt", 0.6, "the 808's middle tom", kits::mt808),
    drum("808ht", 0.5, "the 808's high tom", kits::ht808),
    drum("808lc", 0.33, "the 808's low conga", kits::lc808),
    drum("808mc", 0.27, "the 808's middle conga", kits::mc808),
    drum("808hc", 0.21, "the 808's high conga", kits::hc808),
    tick("808rs", 0.07, "the 808's rim shot", kits::rs808).at(1.23).also(&["808rim"]),
    tick("808cl", 0.08, "the 808's claves", kits::cl808).at(1.06).also(&["claves"]),
    tick("808ma", 0.06, "the 808's maracas", kits::ma808).also(&["maracas"]),
    drum("808cy", 1.4, "the 808's cymbal", kits::cy808).at(0.87).also(&["808cr"]),

    drum("909bd", 0.55, "the 909's bass drum, hard", kits::bd909).at(1.1).own_are(&[DECAY, SWEEP, DRIVE]).also(&["909"]),
    drum("909sd", 0.3, "the 909's snare drum", kits::sd909).at(0.93).own_are(&[DECAY, SNAPPY]).also(&["909sn"]),
    drum("909ch", 0.12, "the 909's closed hi-hat; ends 909oh", kits::ch909).at(1.15).choke(TR909).also(&["909hh"]),
    drum("909oh", 0.6, "the 909's open hi-hat; 909ch ends it", kits::oh909).at(0.91).choke(TR909),
    drum("909cp", 0.41, "the 909's clap", kits::cp909).at(1.3),
    tick("909rs", 0.08, "the 909's rim shot", kits::rs909).at(0.87).also(&["909rim"]),
    drum("909lt", 0.6, "the 909's low tom", kits::lt909),
    drum("909mt", 0.52, "the 909's middle tom", kits::mt909),
    drum("909ht", 0.44, "the 909's high tom", kits::ht909),
    drum("909rd", 1.6, "the 909's ride cymbal", kits::rd909).at(0.77),
    drum("909cr", 2.0, "the 909's crash cymbal", kits::cr909).at(0.43).also(&["909cy"]),

    drum("super808", 1.0, "SuperDirt's 808: a chirp", kits::super808).at(1.01).own_are(&[
        DECAY,
        own!("rate", 0.05, 20.0, 1.0, "how fast the chirp falls"),
        own!("voice", 0.0, 1.0, 0.0, "how much the sine feeds on itself"),
    ]),
    drum("superkick", 0.5, "SuperDirt's bass drum", drums::kick).at(1.26)
        .own_are(&[DECAY, own!("pitch1", 0.1, 8.0, 1.0, "factor on its pitch")]),
    drum("supersnare", 0.3, "SuperDirt's snare drum", kits::snare).at(1.06)
        .own_are(&[own!("decay", 0.2, 8.0, 1.0, "length of the noise against the tone")]),
    drum("superhat", 0.2, "SuperDirt's hi-hat", kits::hat).at(1.23).choke(SUPER),
    tick("superclap", 0.4, "SuperDirt's clap", kits::clap).at(1.32).own_are(&[
        own!("rate", 1.0, 20.0, 1.0, "how fast it decays"),
        own!("pitch1", 0.1, 8.0, 1.0, "factor on its pitch"),
    ]),

    tone("bass", "saw bass with a filter envelope", pitched::bass).at(0.84),
    tone("acid", "acid bass: a saw or square through a howling filter", basses::acid).at(0.54).also(&["303", "tb303"]).own_are(&[
        own!("voice", 0.0, 1.0, 0.0, "0 saw, 1 square"),
        own!("resonance", 0.0, 1.0, 0.75, "of the filter"),
        own!("decay", 0.03, 4.0, 0.35, "seconds of the filter's envelope"),
        own!("lfo", 0.0, 4.0, 1.0, "depth of the filter's envelope"),
        FILTER,
        own!("velocity", 0.0, 1.0, 0.6, "accent: brightness and level"),
        own!("slide", -36.0, 36.0, 0.0, "semitones away from where it slides to the note"),
    ]),
    tone("sub", "deep sine bass", basses::sub).at(0.47)
        .own_are(&[own!("voice", 0.0, 1.0, 0.3, "overtones for small speakers")]),
    tone("superreese", "reese bass: saws whose phases move", basses::reese).at(1.14).also(&["reese"])
        .own_are(&[DETUNE, own!("voice", 0.0, 1.0, 0.3, "how open the filter is")]),

    fading("pluck", 3.0, "plucked string", pitched::pluck),
    fading("keys", 4.0, "electric piano, plain", pitched::keys),
    fading("epiano", 9.0, "electric piano that barks, with a tremolo from side to side", pianos::epiano).at(0.67).also(&["rhodes"]).own_are(&[
        VELOCITY,
        own!("lfo", 0.0, 1.0, 0.3, "depth of the tremolo"),
        own!("rate", 0.0, 20.0, 4.6, "Hz of the tremolo"),
    ]),
    fading("superpiano", 12.5, "piano", pianos::piano).at(0.83).also(&["piano"]).own_are(&[
        VELOCITY,
        own!("detune", 0.0, 2.0, 0.1, "how far its strings are apart"),
        own!("muffle", 0.0, 4.0, 1.0, "softness of the hammer"),
        own!("stereo", 0.0, 1.0, 0.4, "width"),
    ]),
    tone("organ", "drawbar organ with a rotor", organs::organ).at(0.84).also(&["superhammond"]).own_are(&[
        own!("voice", 0.0, 4.0, 0.0, "drawbars: 0 jazz, 1 gospel, 2 full, 3 whistle, 4 flutes"),
        own!("vibrato", 0.0, 3.0, 0.6, "depth of the vibrato"),
        own!("vrate", 0.0, 20.0, 6.0, "Hz of the rotor"),
        own!("perc", 0.0, 2.0, 0.0, "percussion: 1 slow, 2 fast"),
        own!("percf", 2.0, 3.0, 2.0, "harmonic of the percussion"),
    ]),
    fading("bell", 5.0, "FM bell", mallets::bell).at(0.64).also(&["fmbell"])
        .own_are(&[DECAY, own!("voice", 0.0, 1.0, 0.5, "brightness")]),
    fading("supergong", 8.0, "gong of many partials", mallets::gong).at(0.57).also(&["gong"])
        .own_are(&[DECAY, own!("voice", 0.0, 1.0, 0.3, "weight of the high partials")]),
    fading("supervibe", 4.0, "vibraphone", mallets::vibe).at(0.84).also(&["vibes"]).own_are(&[
        VELOCITY,
        DECAY,
        own!("detune", 0.0, 2.0, 0.3, "how far the sides are apart"),
        own!("modamp", 0.0, 3.0, 1.0, "depth of the tremolo"),
        own!("modfreq", 0.0, 20.0, 5.4, "Hz of the tremolo"),
    ]),
    fading("superfork", 6.0, "tuning fork", mallets::fork).at(0.6),
    fading("supermandolin", 2.5, "mandolin: two strings a course", mallets::mandolin).at(1.06).also(&["mandolin"])
        .own_are(&[own!("detune", 0.0, 4.0, 0.2, "how far its strings are apart, in per cent")]),
    fading("superhex", 1.5, "membrane, tuned", mallets::membrane).at(0.65).own_are(&[DECAY]),

    tone("pad", "wide, detuned pad", pitched::pad),
    tone("strings", "string section", pads::strings).at(0.99),
    tone("choir", "choir", pads::choir).at(1.04)
        .own_are(&[own!("voice", 0.0, 4.0, 0.0, "vowel: 0 a, 1 e, 2 i, 3 o, 4 u")]),
    tone("drone", "slow drone of root, fifth and octave", pads::drone).at(0.79).own_are(&[
        own!("voice", 0.0, 1.0, 0.4, "how open the filter is"),
        own!("rate", 0.0, 16.0, 1.0, "how fast it wanders"),
    ]),
    tone("riser", "noise that climbs for as long as the event lasts", pads::riser).at(0.55).own_are(&[
        own!("voice", 0.0, 1.0, 0.2, "how much of a tone is in it"),
        own!("resonance", 0.0, 1.0, 0.5, "narrowness of the band"),
    ]),

    tone("lead", "lead with a slight vibrato", pitched::lead),
    tone("square", "square lead", leads::square).at(0.32)
        .own_are(&[own!("voice", 0.05, 0.95, 0.5, "width of the pulse")]),
    tone("supersaw", "seven saws, wide", leads::supersaw).at(0.7).own_are(&[
        own!("voice", 0.0, 1.0, 0.5, "spread of the saws"),
        DETUNE, FALLS, RESONANCE, LFO, LFO_SPEED, FILTER, SEMITONE,
    ]),
    tone("supersquare", "two pulses and a moving filter", leads::supersquare).at(0.54).own_are(&[
        own!("voice", 0.02, 0.98, 0.5, "width of the pulses"),
        FALLS, RESONANCE, LFO, LFO_SPEED, FILTER, SEMITONE,
    ]),
    tone("superpwm", "pulses whose widths move, and a moving filter", leads::superpwm).at(0.61).own_are(&[
        own!("voice", 0.0, 1.0, 0.5, "how fast the widths move"),
        FALLS, RESONANCE, LFO, LFO_SPEED, FILTER, SEMITONE,
    ]),
    tone("supercomparator", "two waves compared, breathing, and a moving filter", dirt::comparator).at(0.57).own_are(&[
        own!("voice", 0.0, 8.0, 0.5, "how far the waves are apart: breath"),
        FALLS, own!("resonance", 0.0, 1.0, 0.5, "of the filter"), LFO, LFO_SPEED, FILTER,
    ]),
    tone("superchip", "three square waves of a sound chip", leads::chip).at(0.48).own_are(&[
        own!("voice", 0.0, 1.0, 0.5, "levels of the second and third wave"),
        own!("pitch2", 0.1, 16.0, 2.0, "ratio of the second"),
        own!("pitch3", 0.1, 16.0, 3.0, "ratio of the third"),
        own!("rate", 0.0, 20.0, 1.0, "how fast the vibrato is"),
        SLIDE,
    ]),
    tone("superhoover", "hoover: pulses an octave apart, in a chorus", dirt::hoover).at(0.64).own_are(&[SLIDE, FALLS]),
    tone("superzow", "saws that drift apart", dirt::zow).at(0.62)
        .own_are(&[own!("slide", 0.0, 16.0, 1.0, "how fast they drift"), DETUNE, FALLS]),
    tone("supertron", "pulses that move each other's widths", dirt::tron).at(0.56)
        .own_are(&[own!("voice", 0.0, 1.0, 0.0, "how much"), DETUNE]),
    tone("superprimes", "overtones of prime numbers", dirt::primes).at(0.84)
        .own_are(&[own!("voice", 0.0, 1.0, 0.3, "weight of the high ones"), FALLS]),
    tone("supernoise", "noise in a band that follows the note", dirt::noise).at(2.2).own_are(&[
        own!("voice", 0.0, 1.0, 0.0, "0 white, 1 brown"),
        own!("pitch1", 0.01, 64.0, 1.0, "factor on the band's frequency"),
        own!("resonance", 0.0, 1.0, 0.0, "narrowness of the band"),
        own!("slide", -1.0, 8.0, 0.0, "how far the band glides"),
    ]),
    tone("supersiren", "siren: up, wailing, down", dirt::siren).at(0.78),
];
