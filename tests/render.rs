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

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What is measured to the millisecond has the machine to itself, as far as these tests go.
static MACHINE: RwLock<()> = RwLock::new(());

/// Held while a test runs beside others.
fn shared() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}
