//! The state of a performance: `update(Event) -> Effects`.
//!
//! In: one enum of everything that happens. Out: a changed [`State`] and the effects the app is to
//! carry out. Pure: no files, sockets, threads or clock reads.

pub mod blocks;
