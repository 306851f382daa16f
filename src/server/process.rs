//! A child process with an owner: an engine or a jackd.
//!
//! In: a command. Out: the lines it prints, its end. The readers of its output are tasks that never
//! hold it up: a line that finds the queue full is counted and dropped. The process is in a group of
//! its own, so that the terminal's Ctrl-C goes to us alone, and on the watcher's list while it runs.
//! Its owner ends it with [`Process::end`]; a drop sends SIGTERM as the last resort.

use super::signal::{self, Signal};
use super::watcher::{Role, Watcher};
use std::collections::VecDeque;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

/// The watcher as its users share it; none when there is no watcher.
pub(super) type SharedWatcher = Arc<Mutex<Option<Watcher>>>;

/// Lines kept for error messages.
const LAST_LINES: usize = 12;
/// How long a program may take to print what it is known to print.
const IN_OTHER_WORDS: Duration = Duration::from_secs(2);
/// Longer lines are cut, bytes.
const MAX_LINE: usize = 1000;

/// Where the lines of a process go: `capacity` of the channel is the owner's choice, a full one drops
/// the newest line and counts it.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    pub to: mpsc::Sender<String>,
    pub dropped: Arc<AtomicU64>,
}

/// A running child.
#[derive(Debug)]
pub(super) struct Process {
    /// The command line, for messages.
    pub command: String,
    pid: i32,
    child: Child,
    ended: bool,
    last: Arc<Mutex<VecDeque<String>>>,
    readers: Vec<tokio::task::JoinHandle<()>>,
    watcher: SharedWatcher,
}

impl Process {
    /// Starts the command.
    pub(super) fn start(
        mut command: Command,
        role: Role,
        watcher: &SharedWatcher,
        lines: &Lines,
    ) -> io::Result<Self> {
        let shown = command_line(command.as_std());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn()?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or(0);
        with(watcher, |w| w.watch(role, pid));
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let mut readers = Vec::new();
        if let Some(out) = child.stdout.take() {
            readers.push(tokio::spawn(read_lines(out, last.clone(), lines.clone())));
        }
        if let Some(err) = child.stderr.take() {
            readers.push(tokio::spawn(read_lines(err, last.clone(), lines.clone())));
        }
        tracing::info!(target: "engine", pid, "{shown}");
        Ok(Self { command: shown, pid, child, ended: false, last, readers, watcher: watcher.clone() })
    }

    /// The process id.
    pub(super) fn pid(&self) -> i32 {
        self.pid
    }

    /// Waits for the end; may be dropped and called again.
    pub(super) async fn exited(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await;
        if status.is_ok() && !self.ended {
            self.ended = true;
            with(&self.watcher, |w| w.forget(self.pid));
        }
        status
    }

    /// Waits until it has printed these words: false when it ended instead. One that prints them in other
    /// words is believed after [`IN_OTHER_WORDS`].
    pub(super) async fn says(&mut self, words: &str) -> bool {
        let deadline = Instant::now() + IN_OTHER_WORDS;
        while self.runs() {
            if self.has_said(words) {
                return true;
            }
            if Instant::now() > deadline {
                tracing::warn!(target: "engine", pid = self.pid, "has not said {words:?}");
                return true;
            }
            sleep(Duration::from_millis(5)).await;
        }
        false
    }

    fn has_said(&self, words: &str) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().any(|line| line.contains(words))
    }

    /// True when it has not ended yet.
    pub(super) fn runs(&mut self) -> bool {
        !self.ended && matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it: waits `patience` for it to end by itself, then SIGTERM and `obey`, then SIGKILL.
    /// True when SIGKILL was not needed.
    pub(super) async fn end(&mut self, patience: Duration, obey: Duration) -> bool {
        if timeout(patience, self.exited()).await.is_ok() {
            return true;
        }
        signal::send(self.pid, Signal::Term);
        if timeout(obey, self.exited()).await.is_ok() {
            return true;
        }
        tracing::warn!(target: "engine", pid = self.pid, "did not obey SIGTERM: killed");
        signal::send(self.pid, Signal::Kill);
        let _ = timeout(Duration::from_secs(2), self.exited()).await;
        false
    }

    /// The last lines it printed, indented, each with a newline. After its end: all of them.
    pub(super) async fn last_lines(&mut self) -> String {
        if self.ended {
            for reader in self.readers.drain(..) {
                // A grandchild may hold the pipe open: that is not waited for.
                let _ = timeout(Duration::from_millis(200), reader).await;
            }
        }
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().fold(String::new(), |text, line| text + "    " + line + "\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.runs() {
            signal::send(self.pid, Signal::Term);
        }
    }
}

/// Does something with the watcher, if there is one.
pub(super) fn with(watcher: &SharedWatcher, act: impl FnOnce(&mut Watcher)) {
    if let Some(watcher) = watcher.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        act(watcher);
    }
}

/// The command as one would type it: what is added to the environment, the program, its arguments.
pub(super) fn command_line(command: &std::process::Command) -> String {
    let env = command.get_envs().filter_map(|(k, v)| Some(format!("{}={}", k.display(), v?.display())));
    let program = std::iter::once(command.get_program().display().to_string());
    let args = command.get_args().map(|a| a.display().to_string());
    env.chain(program).chain(args).collect::<Vec<_>>().join(" ")
}

/// Reads until the end of the stream. Lines may hold any bytes and be of any length.
async fn read_lines(mut from: impl AsyncRead + Unpin, last: Arc<Mutex<VecDeque<String>>>, lines: Lines) {
    let mut line = Vec::new();
    let mut chunk = [0u8; 4096];
    loop {
        let read = from.read(&mut chunk).await.unwrap_or(0);
        for &byte in chunk.iter().take(read) {
            if byte != b'\n' && line.len() < MAX_LINE {
                line.push(byte);
                continue;
            }
            deliver(&mut line, &last, &lines);
            if byte != b'\n' {
                line.push(byte);
            }
        }
        if read == 0 {
            deliver(&mut line, &last, &lines);
            return;
        }
    }
}

fn deliver(line: &mut Vec<u8>, last: &Mutex<VecDeque<String>>, lines: &Lines) {
    let text = String::from_utf8_lossy(line).trim_end().to_owned();
    line.clear();
    if text.is_empty() {
        return;
    }
    tracing::debug!(target: "engine", "{text}");
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    if last.len() >= LAST_LINES {
        last.pop_front();
    }
    last.push_back(text.clone());
    if lines.to.try_send(text).is_err() {
        lines.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn start(script: &str) -> (Process, mpsc::Receiver<String>, Arc<AtomicU64>) {
        let (to, from) = mpsc::channel(8);
        let lines = Lines { to, dropped: Arc::default() };
        let process = Process::start(shell(script), Role::Engine, &SharedWatcher::default(), &lines).unwrap();
        (process, from, lines.dropped)
    }

    #[tokio::test]
    async fn lines_of_any_kind_are_read() {
        let script = r"printf 'one\n\377two\n\n'; head -c 2500 /dev/zero | tr '\0' x; printf '\nerr\n' >&2";
        let (mut process, mut from, _) = start(script);
        assert!(process.exited().await.unwrap().success());
        let last = process.last_lines().await;
        let mut lines = Vec::new();
        while let Some(line) = from.recv().await {
            lines.push(if line.len() > 20 { format!("{} bytes", line.len()) } else { line });
        }
        lines.sort();
        assert_eq!(lines, ["1000 bytes", "1000 bytes", "500 bytes", "err", "one", "\u{fffd}two"]);
        assert!(last.contains("    one\n") && last.contains("    err\n"));
    }

    #[tokio::test]
    async fn what_it_says_is_waited_for_as_long_as_it_runs() {
        assert!(start("sleep 0.05; echo I am ready; exec sleep 60").0.says("am ready").await);
        assert!(!start("echo not yet; exit 1").0.says("am ready").await);
        assert!(start("echo on it; exec sleep 60").0.says("am ready").await);
    }

    #[tokio::test]
    async fn a_flood_of_lines_is_dropped_and_counted() {
        let (mut process, from, dropped) = start("seq 1000");
        process.exited().await.unwrap();
        assert!(process.last_lines().await.contains("    1000\n"));
        assert_eq!(dropped.load(Ordering::Relaxed) + from.len() as u64, 1000);
    }

    #[tokio::test]
    async fn a_deaf_process_is_killed() {
        let (mut process, mut from, _) = start("trap '' TERM; echo up; while :; do sleep 0.1; done");
        assert_eq!(from.recv().await.as_deref(), Some("up"));
        let short = Duration::from_millis(50);
        assert!(!process.end(short, short).await);
        assert!(!process.runs() && !signal::runs(process.pid()));
    }

    #[tokio::test]
    async fn a_dropped_process_is_ended() {
        let (process, ..) = start("exec sleep 60");
        let pid = process.pid();
        drop(process);
        let ended = async {
            while signal::runs(pid) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(10), ended).await.unwrap();
    }
}
