//! The watcher: a small process that ends the engine and jackd when this program cannot any more.
//!
//! It is our own binary, started as `oiduna __watch` in a session of its own (no signal of the
//! terminal reaches it), holding the read end of a pipe whose write end only we hold. We write which
//! processes are ours; at end of file, however we ended (`kill -9` too), it ends what is still on the
//! list: engines by SIGTERM, then SIGKILL; then jackds by SIGTERM, and it waits for them, because a
//! jackd that is killed leaves its name in the machine's registry, which has room for eight.
//!
//! In the program: `Watcher`, used from async code, never waiting. In the watcher: [`run`], which
//! owns its process.

use super::signal::{self, Signal};
use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// The hidden subcommand.
pub const WORD: &str = "__watch";

/// How long an engine may take to obey SIGTERM.
const ENGINE_TERM: Duration = Duration::from_secs(2);
/// How long a jackd may take: it waits up to 6 s for clients that died (measured).
const JACK_TERM: Duration = Duration::from_secs(10);
/// How long the system may take to collect a killed process.
const KILLED: Duration = Duration::from_secs(1);

/// What a process is, which decides how it is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An engine: ended first, quickly.
    Engine,
    /// A jackd: ended after the engines, with patience.
    Jack,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Jack => "jack",
        }
    }
}

/// Our end of the watcher's pipe. Dropping it makes the watcher end what is on its list.
#[derive(Debug)]
pub(super) struct Watcher {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Watcher {
    /// Starts `program __watch`.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(WORD).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        #[expect(unsafe_code, reason = "setsid is async-signal-safe, as code after fork must be")]
        unsafe {
            command.pre_exec(|| {
                libc::setsid();
                Ok(())
            });
        }
        let mut child = command.spawn()?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }

    /// Puts a process on the list.
    pub(super) fn watch(&mut self, role: Role, pid: i32) {
        let started = signal::started(pid).unwrap_or(0);
        self.say(&format!("{} {pid} {started}\n", role.word()));
    }

    /// Takes a process off the list: it has ended.
    pub(super) fn forget(&mut self, pid: i32) {
        self.say(&format!("gone {pid}\n"));
    }

    /// The watcher reads at once, and a pipe holds thousands of lines: this does not wait.
    fn say(&mut self, line: &str) {
        let written = self.pipe.as_mut().map(|pipe| pipe.write_all(line.as_bytes()));
        if let Some(Err(error)) = written {
            tracing::warn!(target: "engine", "the watcher is gone: {error}");
            self.pipe = None;
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.pipe = None;
        // Collects the watcher if it has ended already; else the system does after our own end.
        let _ = self.child.try_wait();
    }
}

/// A process on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Watched {
    role: Role,
    pid: i32,
    /// Ticks since boot; 0 where unknown.
    started: u64,
}

impl Watched {
    /// False too when another process has the id by now.
    fn runs(self) -> bool {
        let same = self.started == 0 || signal::started(self.pid).is_none_or(|s| s == self.started);
        same && signal::runs(self.pid)
    }
}

/// The life of the watcher's process: reads the list from `input` until its end, then ends what is
/// on it. Returns when all of it has ended or has been killed.
pub fn run(input: impl BufRead) {
    let mut list: Vec<Watched> = Vec::new();
    for line in input.lines() {
        // A line that cannot be read is the end of the pipe.
        let Ok(line) = line else { break };
        apply(&mut list, &line);
    }
    end(&list, Role::Engine, ENGINE_TERM);
    end(&list, Role::Jack, JACK_TERM);
}

fn apply(list: &mut Vec<Watched>, line: &str) {
    let mut words = line.split_whitespace();
    let word = words.next().unwrap_or_default();
    let Some(pid) = words.next().and_then(|w| w.parse::<i32>().ok()) else { return };
    list.retain(|w| w.pid != pid);
    let role = match word {
        "engine" => Role::Engine,
        "jack" => Role::Jack,
        _ => return,
    };
    let started = words.next().and_then(|w| w.parse().ok()).unwrap_or(0);
    list.push(Watched { role, pid, started });
}

fn end(list: &[Watched], role: Role, patience: Duration) {
    let of_role = || list.iter().filter(move |w| w.role == role && w.runs());
    of_role().for_each(|w| signal::send(w.pid, Signal::Term));
    if wait(&of_role, patience) {
        return;
    }
    of_role().for_each(|w| signal::send(w.pid, Signal::Kill));
    wait(&of_role, KILLED);
}

/// True when all have ended in time. They are no children of ours, so all that can be done is to look.
fn wait<'a, I: Iterator<Item = &'a Watched>>(left: &impl Fn() -> I, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while left().next().is_some() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_was_said() {
        let mut list = Vec::new();
        for line in
            ["engine 100 7", "jack 200 8", "", "gone", "engine x 1", "gone 100", "what 300 1", "engine 400"]
        {
            apply(&mut list, line);
        }
        let expected = [
            Watched { role: Role::Jack, pid: 200, started: 8 },
            Watched { role: Role::Engine, pid: 400, started: 0 },
        ];
        assert_eq!(list, expected);
    }

    #[test]
    fn another_process_of_the_same_id_is_left_alone() {
        let me = std::process::id() as i32;
        let started = signal::started(me).unwrap_or(0);
        assert!(Watched { role: Role::Engine, pid: me, started }.runs());
        assert!(started == 0 || !Watched { role: Role::Engine, pid: me, started: started + 1 }.runs());
    }

    #[test]
    fn what_is_on_the_list_is_ended_and_what_was_taken_off_is_not() {
        let sleep = || Command::new("sleep").arg("60").spawn().unwrap();
        // A shell that ignores SIGTERM, as a hung engine would.
        let deaf =
            Command::new("sh").args(["-c", "trap '' TERM; while :; do sleep 0.1; done"]).spawn().unwrap();
        let (mut engine, mut jack, mut other, mut deaf) = (sleep(), sleep(), sleep(), deaf);
        let said = format!(
            "engine {}\nengine {}\njack {}\nengine {}\ngone {}\n",
            engine.id(),
            deaf.id(),
            jack.id(),
            other.id(),
            other.id()
        );
        run(said.as_bytes());
        for child in [&mut engine, &mut jack, &mut deaf] {
            assert!(!signal::runs(child.id() as i32));
            child.wait().unwrap();
        }
        assert!(signal::runs(other.id() as i32));
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
