//! oiduna: a live-coding instrument in a terminal.
//!
//! The modules in reading order; `docs/architecture.md` draws the arrows between them.

pub mod bank;
pub mod control;
pub mod osc;
pub mod server;
pub mod source;
pub mod stats;
pub mod time;
