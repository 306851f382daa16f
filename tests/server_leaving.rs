//! However the program ends, nothing stays behind; and what it says when an engine cannot be had. Each
//! case runs in a process of its own: this test binary again, with the words in `OIDUNA_TEST_HOLD`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "support/engines.rs"]
mod engines;

use engines::installed;
use oiduna::server::{AudioChoice, Notice, Options, Server};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The promise: after `kill -9` nothing is left within this.
const PROMISE: Duration = Duration::from_secs(15);
const HOLD: &str = "OIDUNA_TEST_HOLD";

/// The fields of `/proc/PID/stat` from the state on.
fn stat(pid: i32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

fn runs(pid: i32) -> bool {
    stat(pid).is_some_and(|fields| fields[0] != "Z")
}

/// The process that holds an engine: says what became of it, then waits for its end.
#[test]
#[ignore = "run by the other tests, with words in the environment"]
fn hold() {
    let words = std::env::var(HOLD).expect("run by the other tests");
    let words: Vec<&str> = words.split_whitespace().collect();
    let [engine, audio, ending] = words[..] else { panic!("{words:?}") };
    let options = Options {
        engine: engine.parse().unwrap(),
        audio: if audio == "auto" { AudioChoice::Auto } else { AudioChoice::Dummy },
        port: Some(0),
        buffers: 64,
        watcher: Some(env!("CARGO_BIN_EXE_oiduna").into()),
        ..Options::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (server, _sender, mut notices) = match Server::start(options).await {
            Ok(started) => started,
            Err(error) => {
                println!("error {}", error.to_string().replace('\n', "|"));
                return;
            }
        };
        while let Some(notice) = notices.recv().await {
            match notice {
                Notice::Trouble(text) => println!("trouble {}", text.replace('\n', "|")),
                Notice::Ready { engine, audio, .. } => {
                    println!("ready {engine}, {audio}");
                    break;
                }
                _ => {}
            }
        }
        let pids: Vec<String> = server.processes().iter().map(i32::to_string).collect();
        println!("pids {}", pids.join(" "));
        match ending {
            "shutdown" => server.shutdown().await,
            "drop" => drop(server),
            "panic" => panic!("on purpose"),
            _ => std::future::pending().await,
        }
    });
}

struct Holder {
    child: Child,
    /// What it said, up to and with the line of pids or the error.
    said: Vec<String>,
}

impl Holder {
    fn start(words: &str, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "hold", "--nocapture", "--test-threads=1"]);
        command.env(HOLD, words).stdout(Stdio::piped()).stderr(Stdio::null());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
            // The test harness writes its own words in front of the first line.
            let line = line.unwrap();
            let words = ["error ", "trouble ", "ready ", "pids "];
            let Some(start) = words.iter().filter_map(|w| line.find(w)).min() else { continue };
            said.push(line[start..].to_owned());
            if line[start..].starts_with("error ") || line[start..].starts_with("pids ") {
                break;
            }
        }
        Self { child, said }
    }

    fn last(&self) -> &str {
        self.said.last().expect("it said something")
    }

    fn pids(&self) -> Vec<i32> {
        let words = self.last().strip_prefix("pids").unwrap_or_else(|| panic!("{:?}", self.said));
        words.split_whitespace().map(|w| w.parse().unwrap()).collect()
    }

    fn all(&mut self) -> String {
        let mut rest = String::new();
        // Its pipe ends with it.
        let _ = self.child.stdout.take().unwrap().read_to_string(&mut rest);
        self.child.wait().unwrap();
        self.said.join("\n")
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn gone_in_time(pids: &[i32], how: &str) {
    let begun = Instant::now();
    while pids.iter().any(|p| runs(*p)) {
        assert!(begun.elapsed() < PROMISE, "{how}: something is left of {pids:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    eprintln!("{how}: all gone after {:?}", begun.elapsed());
}

fn leaves_nothing(engine: &str) {
    if !installed(engine) {
        return;
    }
    for ending in ["kill", "panic", "drop", "shutdown"] {
        let mut holder = Holder::start(&format!("{engine} dummy {ending}"), |_| {});
        let pids = holder.pids();
        assert_eq!(pids.len(), 2, "an engine and a jackd: {:?}", holder.said);
        if ending == "kill" {
            for pid in &pids {
                // The terminal's signals reach the group in front: each child has a group of its own.
                assert_eq!(stat(*pid).unwrap()[2], pid.to_string());
            }
            assert!(pids.iter().all(|p| runs(*p)));
            // SIGKILL: it can do nothing any more.
            holder.child.kill().unwrap();
        }
        holder.child.wait().unwrap();
        gone_in_time(&pids, &format!("{engine}, {ending}"));
    }
}

#[test]
fn nothing_is_left_of_supernova() {
    leaves_nothing("supernova");
}

#[test]
fn nothing_is_left_of_scsynth() {
    leaves_nothing("scsynth");
}

fn script(dir: &Path, name: &str, text: &str) {
    let file = dir.join(name);
    std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn an_engine_that_is_not_installed_says_how_to_get_it() {
    let empty = tempfile::tempdir().unwrap();
    let mut holder = Holder::start("supernova dummy shutdown", |c| {
        c.env("PATH", empty.path());
    });
    let said = holder.all();
    assert!(said.contains("not installed") && said.contains("apt install supercollider-supernova"), "{said}");
}

#[test]
fn an_engine_that_does_not_start_shows_its_last_lines() {
    if !installed("jackd") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    script(dir.path(), "scsynth", "echo one; echo 'the plugin folder is broken' >&2; exit 3");
    let path = format!("{}:{}", dir.path().display(), std::env::var("PATH").unwrap());
    let mut holder = Holder::start("scsynth dummy shutdown", |c| {
        c.env("PATH", path);
    });
    let said = holder.all();
    for part in ["scsynth did not start", "exit status: 3", "the plugin folder is broken", "way out:", "-u "]
    {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
}

#[test]
fn auto_takes_the_next_engine_when_one_does_not_start() {
    if !installed("scsynth") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    script(dir.path(), "supernova", "echo 'could not do it'; exit 1");
    let path = format!("{}:{}", dir.path().display(), std::env::var("PATH").unwrap());
    let mut holder = Holder::start("auto dummy shutdown", |c| {
        c.env("PATH", path);
    });
    let said = holder.all();
    assert!(said.contains("trouble supernova did not start") && said.contains("ready scsynth"), "{said}");
}

#[test]
fn auto_on_a_bare_machine() {
    let empty = tempfile::tempdir().unwrap();
    let mut holder = Holder::start("auto dummy shutdown", |c| {
        c.env("PATH", empty.path());
    });
    let said = holder.all();
    if cfg!(feature = "embedded") {
        assert_eq!(said, "ready embedded, no audio device (silent clock)\npids ");
    } else {
        assert!(
            said.starts_with("error no engine could be started") && said.contains("apt install"),
            "{said}"
        );
    }
}

/// The audio of the default card or of none at all: whichever, nothing is printed on the terminal.
#[cfg(feature = "embedded")]
#[test]
fn the_embedded_engine_prints_nothing() {
    let mut holder = Holder::start("embedded auto shutdown", |c| {
        c.stderr(Stdio::piped());
    });
    let mut noise = String::new();
    holder.child.stderr.take().unwrap().read_to_string(&mut noise).unwrap();
    let said = holder.all();
    assert!(said.contains("ready embedded"), "{said}");
    assert_eq!(noise, "");
}

/// A JACK of the user is used, and outlives us.
#[test]
fn a_running_jack_is_used_and_left_alone() {
    if !installed("jackd") || !installed("jack_lsp") || !installed("scsynth") {
        return;
    }
    let name = format!("oiduna-test-{}", std::process::id());
    let dummy = ["-n", &name, "-r", "-d", "dummy", "-r", "48000", "-p", "256"];
    let quiet = || Stdio::null();
    let mut jackd = Command::new("jackd").args(dummy).stdout(quiet()).stderr(quiet()).spawn().unwrap();
    let lsp = || Command::new("jack_lsp").args(["-s", &name]).stdout(quiet()).stderr(quiet()).status();
    let deadline = Instant::now() + PROMISE;
    while !lsp().unwrap().success() {
        assert!(Instant::now() < deadline, "jackd did not come up");
    }
    let mut holder = Holder::start("scsynth auto shutdown", |c| {
        c.env("JACK_DEFAULT_SERVER", &name);
    });
    let pids = holder.pids();
    let said = holder.all();
    gone_in_time(&pids, "on a JACK of others");
    let outlived = lsp().unwrap().success();
    // SIGTERM, not SIGKILL: its name would stay in the registry.
    assert!(Command::new("kill").arg(jackd.id().to_string()).status().unwrap().success());
    jackd.wait().unwrap();
    assert!(said.contains(&format!("ready scsynth, JACK ({name})")) && pids.len() == 1, "{said}");
    assert!(outlived);
}
