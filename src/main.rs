//! The thin binary: everything is in the library.

use std::io::BufReader;
use std::process::ExitCode;

fn main() -> ExitCode {
    // The hidden subcommand: see the module. It needs no runtime, no log and no terminal.
    if std::env::args().nth(1).as_deref() == Some(oiduna::server::watcher::WORD) {
        oiduna::server::watcher::run(BufReader::new(std::io::stdin()));
        return ExitCode::SUCCESS;
    }
    oiduna::cli::main()
}
