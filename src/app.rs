//! Wiring: a set, an engine, the player, and the channels between them.
//!
//! In: what the command line asks for. Out: a performance, and its figures. It runs on tokio; what
//! decides is pure and lives below, here values are only carried from one to the other.

pub mod headless;
pub mod set;
pub mod shelf;
pub mod stage;

pub use headless::{Headless, HeadlessError};
