//! The program as its user runs it: the built binary, in a home of its own, with what it says.

#![allow(dead_code, reason = "each of the tests uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing that is waited for may take longer, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `found` gives something; fails with `what` after [`PATIENCE`].
pub fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(thing) = found() {
            return thing;
        }
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Settings that keep the program away from the machine's sound card, its JACK, its PipeWire, and
/// from the home of whoever runs the tests.
pub fn apart(home: &Path) -> Vec<(&'static str, String)> {
    let home = home.display().to_string();
    vec![
        ("HOME", home.clone()),
        ("XDG_STATE_HOME", home.clone()),
        ("XDG_CONFIG_HOME", home.clone()),
        ("XDG_CACHE_HOME", home.clone()),
        ("XDG_DATA_HOME", home.clone()),
        // No sample pack of the system.
        ("XDG_DATA_DIRS", home.clone()),
        ("XDG_RUNTIME_DIR", home.clone()),
        ("PIPEWIRE_RUNTIME_DIR", home),
        ("JACK_DEFAULT_SERVER", format!("oiduna-none-{}", std::process::id())),
        // Without a configuration ALSA knows no device.
        ("ALSA_CONFIG_PATH", "/dev/null".into()),
    ]
}

/// A run of the program. It ends with the value.
pub struct Program {
    pub child: Child,
    pub home: TempDir,
    said: Arc<Mutex<String>>,
    printed: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        Self::with(arguments, |_| {})
    }

    pub fn with(arguments: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_oiduna"));
        command.args(arguments).envs(apart(home.path()));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let (said, from_said) = gather(child.stderr.take().unwrap());
        let (printed, from_printed) = gather(child.stdout.take().unwrap());
        Self { child, home, said, printed, readers: vec![from_said, from_printed] }
    }

    /// Its standard error so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it has said these words, more than `before` times.
    pub fn says_again(&mut self, words: &str, before: usize) {
        self.until(words, Self::said, |said| said.matches(words).count() > before);
    }

    /// Waits until its log has these words.
    pub fn logs(&mut self, file: &Path, words: &str) {
        let log = |_: &Self| std::fs::read_to_string(file).unwrap_or_default();
        self.until(words, log, |log| log.contains(words));
    }

    /// Waits for words in what it writes, as long as it runs.
    fn until(&mut self, words: &str, text: impl Fn(&Self) -> String, found: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ended = self.child.try_wait().unwrap();
            let text = text(self);
            if found(&text) {
                return;
            }
            assert!(ended.is_none(), "it ended ({ended:?}) without {words:?}: {text}{}", self.said());
            assert!(Instant::now() < deadline, "no {words:?} in: {text}{}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it has said these words.
    pub fn says(&mut self, words: &str) {
        self.says_again(words, 0);
    }

    pub fn signal(&self, signal: i32) {
        let signal = format!("-{signal}");
        let sent = Command::new("kill").args([&signal, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end by itself.
    pub fn ends(&mut self) -> ExitStatus {
        let said = self.said.clone();
        let child = &mut self.child;
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end; it said: {}", said.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        };
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        status
    }

    /// Its end: status, standard output, standard error.
    pub fn outcome(mut self) -> Outcome {
        let status = self.ends();
        let printed = self.printed.lock().unwrap().clone();
        Outcome { code: status.code(), printed, said: self.said() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // In good order first: an engine of its own ends with it.
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.signal(15);
            let deadline = Instant::now() + PATIENCE / 3;
            while Instant::now() < deadline && self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
                std::thread::sleep(Duration::from_millis(5));
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// None when a signal ended it.
    pub code: Option<i32>,
    pub printed: String,
    pub said: String,
}

impl Outcome {
    /// Exactly this status, and all of these words on standard output or standard error.
    pub fn is(&self, code: i32, words: &[&str]) {
        let all = format!("{}{}", self.printed, self.said);
        assert_eq!(self.code, Some(code), "{all}");
        for word in words {
            assert!(all.contains(word), "{word:?} is not in: {all}");
        }
        assert!(!all.contains("panicked"), "{all}");
    }
}

fn gather(from: impl Read + Send + 'static) -> (Arc<Mutex<String>>, JoinHandle<()>) {
    let text = Arc::new(Mutex::new(String::new()));
    let to = text.clone();
    let reader = std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            to.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    (text, reader)
}

/// Runs to the end, with this on standard input.
pub fn run_with(arguments: &[&str], input: &[u8]) -> Outcome {
    let mut program = Program::with(arguments, |c| {
        c.stdin(Stdio::piped());
    });
    let mut stdin = program.child.stdin.take().unwrap();
    let input = input.to_vec();
    // It may answer before it has read everything.
    let writer = std::thread::spawn(move || {
        // Who has enough input and ends is allowed to.
        let _ = stdin.write_all(&input);
    });
    let outcome = program.outcome();
    writer.join().unwrap();
    outcome
}
