//! The command line: one small file a subcommand. `docs` and the README show the same words.
//!
//! In: arguments. Out: an exit status: 0 well, 1 the input has errors, 2 wrong usage, 3 the engine
//! could not be had. A subcommand or option that does not work yet does not exist.

mod check;
mod open;
mod perform;
mod play;
mod query;
mod render;
mod samples;
mod synthdefs;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// The outcome of a command that is not success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Failure {
    /// The input has errors; they have been shown.
    Input = 1,
    /// Wrong usage.
    Usage = 2,
    /// The engine could not be had.
    Engine = 3,
}

#[derive(Debug, Parser)]
#[command(
    name = "oiduna",
    args_conflicts_with_subcommands = true,
    version,
    about = "A live-coding instrument in a terminal: TidalCycles patterns, SuperCollider's supernova, exact timing"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: open::Open,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Events of an expression, a statement or a piece of mini-notation
    Query(query::Query),
    /// Errors of sets, with the place and the way out
    Check(check::Check),
    /// Plays a set without the screen
    Play(play::Play),
    /// The sounds that sets can name: lists, facts, search, folders
    Samples(samples::Samples),
    /// Renders a set to a sound file, faster than it plays
    Render(render::Render),
    /// What is in SynthDef files
    Synthdefs(synthdefs::SynthDefs),
}

/// A line of output. Whoever reads may have gone (`| head`): then nothing is lost.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line for standard error; the same goes for it.
fn complain(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(a) => a,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(u8::from(e.use_stderr()) * 2);
        }
    };
    let done = match arguments.command {
        None => arguments.open.run(),
        Some(Command::Query(q)) => q.run(),
        Some(Command::Check(c)) => c.run(),
        Some(Command::Play(p)) => p.run(),
        Some(Command::Samples(s)) => s.run(),
        Some(Command::Render(r)) => r.run(),
        Some(Command::Synthdefs(s)) => s.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(f) => ExitCode::from(f as u8),
    }
}
