//! Signals to processes, and whether they still run.
//!
//! In: process ids. The only place here that talks to the system about foreign processes; it never
//! waits.

/// The signals in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// "Please end."
    Term,
    /// "You have ended."
    Kill,
}

/// Sends to the process, and to its whole group when it leads one (an engine behind a wrapper
/// script). Nothing happens when it is gone.
pub(super) fn send(pid: i32, signal: Signal) {
    // 0 and negative ids would reach groups that are not meant, 1 is the system.
    if pid <= 1 {
        return;
    }
    let number = match signal {
        Signal::Term => libc::SIGTERM,
        Signal::Kill => libc::SIGKILL,
    };
    #[expect(unsafe_code, reason = "kill and getpgid take and return plain numbers")]
    unsafe {
        let target = if libc::getpgid(pid) == pid { -pid } else { pid };
        libc::kill(target, number);
    }
}

/// True while the process runs. A zombie does not: it has ended and is only not yet collected.
pub(super) fn runs(pid: i32) -> bool {
    if pid <= 1 {
        return false;
    }
    #[expect(unsafe_code, reason = "kill with signal 0 only asks whether the process exists")]
    let exists = unsafe { libc::kill(pid, 0) } == 0;
    exists && stat(pid).is_none_or(|fields| fields.first().is_none_or(|state| state != "Z"))
}

/// When the process started, in ticks since boot: with the id, this names a process for good (ids are
/// used again). None where the system does not tell.
pub(super) fn started(pid: i32) -> Option<u64> {
    stat(pid)?.get(19)?.parse().ok()
}

/// The fields of `/proc/PID/stat` from the state on (Linux). The name before it may hold anything,
/// so the fields are counted from its closing bracket.
fn stat(pid: i32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_runs_until_it_is_ended() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id() as i32;
        assert!(runs(pid));
        assert_eq!(started(pid), started(pid));
        send(pid, Signal::Kill);
        child.wait().unwrap();
        assert!(!runs(pid));
        assert!(!runs(0) && !runs(-5) && !runs(1));
    }

    #[test]
    fn a_zombie_does_not_run() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id() as i32;
        send(pid, Signal::Term);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while runs(pid) {
            assert!(std::time::Instant::now() < deadline, "still running");
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }
}
