//! The whole program as its user runs it, without a screen: what is heard, what a save does, what a
//! run reports, what is left behind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "performance/churn.rs"]
mod churn;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/fake_engine.rs"]
mod fake_engine;
#[path = "performance/heard.rs"]
mod heard;
#[path = "performance/hot_reload.rs"]
mod hot_reload;
#[path = "performance/leaving.rs"]
mod leaving;
#[path = "performance/listener.rs"]
mod listener;
#[path = "support/processes.rs"]
mod processes;
#[path = "support/program.rs"]
mod program;
#[path = "performance/recovery.rs"]
mod recovery;
#[path = "performance/report.rs"]
mod report;
#[path = "performance/samples.rs"]
mod samples;

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What is measured to the millisecond has the machine to itself, as far as these tests go.
static MACHINE: RwLock<()> = RwLock::new(());

/// Held while a test runs beside others.
type Turn = RwLockReadGuard<'static, ()>;

fn shared() -> Turn {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}
