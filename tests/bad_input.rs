//! What users and machines get wrong. Each time: a message that names what is wrong and a way out, the
//! exit status of the contract, and nothing lost that played.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "bad_input/engines.rs"]
mod engines;
#[path = "support/fake_engine.rs"]
mod fake_engine;
#[path = "bad_input/files.rs"]
mod files;
#[path = "support/processes.rs"]
mod processes;
#[path = "support/program.rs"]
mod program;
#[path = "bad_input/text.rs"]
mod text;
