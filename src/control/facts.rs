//! What each control means: its unit, range, default, and who listens to it.
//!
//! The rows are the one source for the ranges that numbers are held to before they leave
//! (`synth::range`), for what is said of a control that nothing listens to, for help and for the
//! reference page. Meanings and defaults are SuperDirt's; a range is what the engines survive and
//! what a set may do on purpose (overdriven sends, samples at many times their speed), not more.

/// Who listens to a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// The planner: it decides what is played, when, how long or how loud.
    Plan,
    /// A voice, where it has the source or the effect.
    Voice,
    /// The effects of an orbit, or the master: it stays until an event changes it.
    Orbit,
    /// Only a SynthDef of the user's own that declares it.
    Own,
    /// Nobody yet; the meaning says why.
    Missing,
}

/// A number's limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    /// The smallest value that is sent; below it, this is sent.
    pub min: f32,
    /// The largest.
    pub max: f32,
    /// What holds where no event says anything; none where it follows from the rest.
    pub default: Option<f32>,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact {
    /// The name that is sent.
    pub name: &'static str,
    /// Who listens.
    pub home: Home,
    /// The unit; empty for plain numbers and words.
    pub unit: &'static str,
    /// Its limits; none for words and for what nobody listens to.
    pub numbers: Option<Numbers>,
    /// A sentence.
    pub meaning: &'static str,
}

impl Fact {
    /// What it means, or that it is not there yet and why.
    pub fn sentence(&self) -> String {
        match self.home {
            Home::Missing => format!("not there yet: {}", self.meaning),
            _ => self.meaning.to_owned(),
        }
    }

    /// Range, unit and default, for people: `0 to 1, 0.5 by itself`. Empty for words.
    pub fn summary(&self) -> String {
        let Some(n) = self.numbers else { return String::new() };
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let default = n.default.map_or_else(String::new, |d| format!(", {d} by itself"));
        format!("{} to {}{unit}{default}", n.min, n.max)
    }
}

/// The longest segment of an envelope in seconds. SuperCollider counts its samples in 32 bits with a
/// sign; at 192 kHz 11,000 s overflow, and the segment is over at once.
const LONGEST_S: f32 = 10_000.0;

const fn row(
    name: &'static str,
    home: Home,
    unit: &'static str,
    (min, max): (f32, f32),
    default: Option<f32>,
    meaning: &'static str,
) -> Fact {
    Fact { name, home, unit, numbers: Some(Numbers { min, max, default }), meaning }
}

const fn voice(
    name: &'static str,
    unit: &'static str,
    min: f32,
    max: f32,
    default: f32,
    meaning: &'static str,
) -> Fact {
    row(name, Home::Voice, unit, (min, max), Some(default), meaning)
}

const fn orbit(
    name: &'static str,
    unit: &'static str,
    min: f32,
    max: f32,
    default: f32,
    meaning: &'static str,
) -> Fact {
    row(name, Home::Orbit, unit, (min, max), Some(default), meaning)
}

const fn plan(
    name: &'static str,
    unit: &'static str,
    min: f32,
    max: f32,
    default: f32,
    meaning: &'static str,
) -> Fact {
    row(name, Home::Plan, unit, (min, max), Some(default), meaning)
}

/// Without a default of its own.
const fn free(name: &'static str, unit: &'static str, min: f32, max: f32, meaning: &'static str) -> Fact {
    row(name, Home::Plan, unit, (min, max), None, meaning)
}

const fn words(name: &'static str, home: Home, meaning: &'static str) -> Fact {
    Fact { name, home, unit: "", numbers: None, meaning }
}

/// Not there yet, with the reason.
const fn missing(name: &'static str, why: &'static str) -> Fact {
    words(name, Home::Missing, why)
}

/// What a control of the table is that has no row.
pub(super) const OWN: Fact =
    words("", Home::Own, "for SynthDefs that declare it (MIDI, OSC and other machines among Tidal's names)");

/// Why effects that work on a Fourier transform are missing.
macro_rules! spectral {
    ($what:literal) => {
        concat!($what, ": it needs a Fourier transform, which the engines do not compute alike")
    };
}

/// Sorted by name.
#[rustfmt::skip]
pub(super) const FACTS: &[Fact] = &[
    plan("accelerate", "", -128.0, 128.0, 0.0, "change of a sample's speed over its length, as a part of the speed"),
    voice("amp", "", 0.0, 16.0, 0.4, "level that gain works on"),
    voice("attack", "s", 0.0, LONGEST_S, 0.0, "rise of the envelope"),
    voice("bandf", "Hz", 20.0, 20_000.0, 440.0, "middle of the band-pass"),
    voice("bandq", "", 1.0, 200.0, 10.0, "narrowness of the band-pass"),
    words("bank", Home::Plan, "goes before the sound's name: bank \"808\" and s \"bd\" play 808bd"),
    voice("begin", "", 0.0, 1.0, 0.0, "where in a sample playing begins, as a part of its length"),
    missing("binshift", spectral!("moves and stretches the spectrum")),
    plan("channel", "", -64.0, 64.0, 0.0, "output channel, counted from pan: 1 is a side further"),
    voice("coarse", "", 1.0, 4096.0, 1.0, "fewer samples: each is held for so many"),
    voice("comb", "", 0.0, 1.0, 0.0, "notches at equal distances, up to 256 of them at 1"),
    orbit("compressor", "dB", -60.0, 0.0, 0.0, "threshold of the orbit's compressor; 0 is off"),
    orbit("compressorAttack", "s", 0.0005, 1.0, 0.005, "how fast the compressor takes hold"),
    orbit("compressorRatio", "", 1.0, 20.0, 10.0, "how much the compressor flattens what is above its threshold"),
    orbit("compressorRelease", "s", 0.005, 5.0, 0.05, "how fast the compressor lets go"),
    free("cps", "cycles/s", 0.0, 1000.0, "tempo from the event on"),
    voice("crush", "bits", 1.0, 32.0, 4.0, "fewer levels: steps of 0.5 to the power of crush minus 1"),
    voice("curve", "", -30.0, 30.0, -3.0, "bend of the envelopes; 0 is straight"),
    plan("cut", "", -1e9, 1e9, 0.0, "ends what sounds with the same number on the orbit; below 0 only the same sample; 0 is off"),
    plan("cutAll", "", -1e9, 1e9, 0.0, "cut, on all orbits"),
    voice("cutoff", "Hz", 20.0, 20_000.0, 440.0, "low-pass"),
    voice("delay", "", 0.0, 4.0, 0.0, "level sent to the orbit's delay"),
    orbit("delayfeedback", "", 0.0, 0.99, 0.5, "what of an echo is heard again"),
    orbit("delaytime", "s", 0.0, 4.0, 0.25, "time between echoes; in cycles with lock"),
    free("delta", "s", 0.0, 3600.0, "length of the event, else the pattern's"),
    voice("distort", "", 0.0, 1.0, 0.0, "crunchy distortion"),
    voice("djf", "", 0.0, 1.0, 0.5, "below 0.5 a low-pass that closes, above a high-pass that opens"),
    orbit("dry", "", 0.0, 1.0, 0.0, "takes reverb away: 1 leaves none"),
    free("dur", "s", 0.0, 3600.0, "length of the event, else the pattern's"),
    voice("end", "", 0.0, 1.0, 1.0, "where in a sample playing ends, as a part of its length"),
    missing("enhance", spectral!("makes the strongest partials stronger")),
    plan("fadeInTime", "s", 0.0, 60.0, 0.0, "fade at the start"),
    voice("fadeTime", "s", 0.0, 60.0, 0.001, "fade at the end and of a cut; at the start where begin is above 0"),
    missing("freeze", spectral!("holds the spectrum")),
    voice("freq", "Hz", 10.0, 20_000.0, 440.0, "pitch; a sample plays at its own speed at C (261.6)"),
    voice("fshift", "Hz", -20_000.0, 20_000.0, 0.0, "moves all frequencies up by so much"),
    voice("fshiftnote", "", -100.0, 100.0, 0.0, "added to fshift, in multiples of the note's frequency"),
    voice("fshiftphase", "radians", -10.0, 10.0, 0.0, "phase of fshift"),
    plan("gain", "", 0.0, 2.0, 1.0, "loudness: amp times the fourth power of gain (with overgain)"),
    voice("hbrick", "", 0.0, 1.0, 0.0, "steep high-pass: takes the lower 0.6 of the spectrum at 1"),
    voice("hcutoff", "Hz", 20.0, 20_000.0, 440.0, "high-pass"),
    voice("hold", "s", 0.0, LONGEST_S, 0.0, "how long the envelope stays up"),
    voice("hresonance", "", 0.0, 1.0, 0.0, "resonance of the high-pass"),
    missing("imag", spectral!("bends the phases")),
    voice("kcutoff", "Hz", 0.0, 10_000.0, 0.0, "low-pass of krush; 0 stands for 4000"),
    voice("krush", "", 0.0, 8.0, 0.0, "bass distortion"),
    plan("lag", "s", -1.0, 1.0, 0.0, "later by so much"),
    plan("lagogo", "s", -1.0, 1.0, 0.0, "what Tidal's lag sends: later by so much"),
    voice("lbrick", "", 0.0, 1.0, 0.0, "steep low-pass: closes towards 1"),
    free("legato", "slots", 0.0, 1000.0, "length as a part of the event's slot"),
    orbit("leslie", "", 0.0, 1.0, 0.0, "how much of the orbit goes through a rotating loudspeaker"),
    orbit("limitertype", "", 0.0, 2.0, 1.0, "of the master: 0 none, 1 limiter, 2 soft clipping"),
    plan("lock", "", 0.0, 1.0, 0.0, "1: delaytime counts in cycles"),
    plan("loop", "", -1e4, 1e4, 1.0, "how often the part of a sample is played"),
    orbit("lrate", "Hz", 0.0, 100.0, 6.7, "turns of the rotating loudspeaker in a second"),
    orbit("lsize", "m", 0.0, 8.0, 0.3, "size of the rotating loudspeaker"),
    free("midinote", "semitones", -1000.0, 1000.0, "pitch as a MIDI number; 60 is C"),
    plan("n", "", -1e9, 1e9, 0.0, "number of the file in its folder; the note of an instrument"),
    plan("note", "semitones", -1000.0, 1000.0, 0.0, "pitch; 0 is C, for a sample its own speed"),
    plan("nudge", "s", -1.0, 1.0, 0.0, "later by so much; below 0 earlier"),
    plan("octave", "", -100.0, 100.0, 5.0, "octave of note"),
    voice("octer", "", 0.0, 1.0, 0.0, "an octave above"),
    voice("octersub", "", 0.0, 4.0, 0.0, "an octave below"),
    voice("octersubsub", "", 0.0, 4.0, 0.0, "two octaves below"),
    plan("offset", "s", -1.0, 1.0, 0.0, "later by so much, times the speed"),
    free("orbit", "", 0.0, 15.0, "lane with its own delay and reverb; else the track's; beyond 15 they begin again"),
    orbit("orbitdjf", "", 0.0, 1.0, 0.5, "djf for the whole orbit, its echoes and room too"),
    plan("overgain", "", -2.0, 2.0, 0.0, "added to gain beyond its limit of 2"),
    voice("pan", "", 0.0, 1.0, 0.5, "0 left, 1 right"),
    voice("phaserdepth", "", 0.0, 1.0, 0.5, "depth of the phaser"),
    voice("phaserrate", "Hz", 0.0, 100.0, 1.0, "speed of the phaser"),
    voice("plat", "", 0.0, 1.0, 0.0, "part of the length that the envelope of tilt stays up"),
    voice("psdisp", "", 0.0, 1.0, 0.0, "spread of psrate's grains in time"),
    voice("psrate", "", 0.0, 4.0, 1.0, "pitch shift, as a factor"),
    missing("real", spectral!("bends the magnitudes")),
    // A release without end: only `attack` was given, the level then stays.
    voice("release", "s", 0.0, LONGEST_S, LONGEST_S, "fall of the envelope"),
    voice("resonance", "", 0.0, 1.0, 0.0, "resonance of the low-pass; of vowel, where it is 0.5 by itself"),
    voice("ring", "", 0.0, 1.0, 0.0, "ring modulation"),
    voice("ringdf", "Hz", -20_000.0, 20_000.0, 0.0, "how far ringf moves"),
    voice("ringf", "Hz", 0.0, 20_000.0, 0.0, "frequency of the ring modulation"),
    voice("room", "", 0.0, 4.0, 0.0, "level sent to the orbit's reverb"),
    words("s", Home::Plan, "name of the sound, with the number of its file: bd:3"),
    missing("scram", spectral!("scrambles the spectrum")),
    voice("shape", "", 0.0, 0.999, 0.0, "distortion by a smooth curve"),
    orbit("size", "", 0.0, 1.0, 0.1, "length of the reverb: 0.4 s at 0, 10 s at 1"),
    missing("smear", spectral!("smears the spectrum")),
    voice("speed", "", -128.0, 128.0, 1.0, "speed of a sample; below 0 backwards; a factor on the pitch of a drum"),
    voice("squiz", "", 1.0, 64.0, 1.0, "each wave played so many times as fast, and again"),
    // The lower end is a few samples.
    voice("sustain", "s", 0.0001, LONGEST_S, 1.0, "length of the sound; else legato, else its own"),
    voice("tilt", "", 0.0, 1.0, 0.5, "envelope over the whole length: 0 falls, 1 rises"),
    voice("timescale", "", 0.02, 100.0, 1.0, "a sample stretched so many times at the same pitch"),
    voice("timescalewin", "", 0.1, 10.0, 1.0, "length of timescale's grains, as a factor on 80 ms"),
    voice("tremolodepth", "", 0.0, 1.0, 0.5, "depth of the tremolo"),
    voice("tremolorate", "Hz", 0.0, 1000.0, 1.0, "speed of the tremolo"),
    voice("triode", "", 0.0, 1.0, 0.0, "distortion of one half of the wave"),
    missing("tsdelay", "a delay of sixteen bands: so many delays in each voice are more memory than an engine has for all voices; delay echoes the whole orbit"),
    words("unit", Home::Plan, "what speed means: r a factor (as it is), c lengths in a cycle, s the length in seconds"),
    words("vowel", Home::Voice, "a e i o u: the formants of a voice"),
    voice("waveloss", "%", 0.0, 100.0, 0.0, "so many of a hundred waves are left out"),
    missing("xsdelay", "a delay of sixteen bands: so many delays in each voice are more memory than an engine has for all voices; delay echoes the whole orbit"),
];
