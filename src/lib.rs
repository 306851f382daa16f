//! oiduna: a live-coding instrument in a terminal.
//!
//! The modules in alphabetical order; `docs/architecture.md` lists them in reading order and draws
//! the arrows between them.

pub mod app;
pub mod bank;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod language;
pub mod media;
pub mod notation;
pub mod osc;
pub mod pattern;
pub mod plan;
pub mod player;
pub mod render;
pub mod samples;
pub mod score;
pub mod server;
pub mod session;
pub mod source;
pub mod stats;
pub mod synth;
pub mod time;
pub mod tui;
pub mod watch;
