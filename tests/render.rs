//! `oiduna render`: what is in the file is what is heard.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "render/command.rs"]
mod command;
#[path = "render/live.rs"]
mod live;
#[path = "support/processes.rs"]
mod processes;
#[path = "support/program.rs"]
mod program;
#[path = "support/render.rs"]
mod render;
#[path = "render/sound.rs"]
mod sound;
