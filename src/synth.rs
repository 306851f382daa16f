//! SynthDefs as Rust data: graphs, their bytes, the voices, the instruments and the effects.
//!
//! In: which kind of voice is wanted ([`VoiceKey`]). Out: [`SynthDef`]s, bytes that supernova,
//! scsynth and plyphon take alike; and of bytes that others wrote, the names in them ([`inspect`]).
//! Pure: it runs wherever it is called (never on the player's thread: compiling allocates), and
//! does no IO. Levels are made to match on all three engines, see [`instruments`].

pub mod effects;
mod encode;
pub mod graph;
pub mod inspect;
pub mod instruments;
mod modifiers;
mod range;
pub mod review;
mod sampler;
mod ugens;
pub mod voice;

pub use graph::SynthDef;
pub use instruments::{Instrument, InstrumentId, Own};
pub use range::{Range, clamp, range, vowel};
pub use voice::{Modifier, Source, VoiceKey, compile, voice_key};

/// All snapshots lie in one folder at the root of the crate.
#[cfg(test)]
fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings
}
