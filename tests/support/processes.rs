//! Processes of the machine, as Linux shows them.

#![allow(dead_code, reason = "each of the tests uses a part of it")]

use std::time::{Duration, Instant};

/// False where a program is not installed, with a word of it. On a CI machine that is a failure:
/// a test that was passed over there would be a lie.
pub fn installed(names: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing: Vec<_> =
        names.iter().filter(|n| !std::env::split_paths(&path).any(|d| d.join(n).is_file())).collect();
    assert!(missing.is_empty() || std::env::var_os("CI").is_none(), "{missing:?} must be installed here");
    if !missing.is_empty() {
        println!("{missing:?} not installed: passed over");
    }
    missing.is_empty()
}

/// The fields of `/proc/PID/stat` from the state on: state, parent, ...
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

/// True while the process runs; a zombie does not.
pub fn runs(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| fields[0] != "Z")
}

/// A process and its command line.
pub type Process = (u32, Vec<String>);

/// The processes that `parent` has started.
pub fn children(parent: u32) -> Vec<Process> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let ours = pids.filter(|pid| stat(*pid).is_some_and(|f| f[0] != "Z" && f[1] == parent.to_string()));
    ours.map(|pid| (pid, command_line(pid))).collect()
}

pub fn command_line(pid: u32) -> Vec<String> {
    let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).split_terminator('\0').map(str::to_owned).collect()
}

/// The one that runs a program of this name.
pub fn named<'a>(processes: &'a [Process], name: &str) -> Option<&'a Process> {
    let runs = |line: &[String]| line.first().is_some_and(|p| p.rsplit('/').next() == Some(name));
    processes.iter().find(|(_, line)| runs(line))
}

/// What follows an option on a command line.
pub fn option<'a>(line: &'a [String], name: &str) -> Option<&'a str> {
    let at = line.iter().position(|word| word == name)?;
    line.get(at + 1).map(String::as_str)
}

/// None of them runs any more after `within`.
pub fn gone(processes: &[Process], within: Duration, how: &str) {
    let begun = Instant::now();
    while processes.iter().any(|(pid, _)| runs(*pid)) {
        assert!(begun.elapsed() < within, "{how}: something is left of {processes:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("{how}: {} processes gone after {:?}", processes.len(), begun.elapsed());
}
