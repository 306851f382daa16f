//! The busiest example while somebody works on it without a pause.

use crate::desk::{Desk, More};
use crate::listener::{Listener, Tree};
use crate::load;
use crate::memory::{Course, resident_kib};
use crate::processes::{children, named, option};
use crate::program::{Program, until};
use oiduna::bank::Layout;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// What samples may take, MiB: so little that old ones must go again and again.
const MEMORY_MIB: u32 = 24;
/// After a hush nothing sounds any more within this.
const REST: Duration = Duration::from_secs(10);
/// Nothing has begun for so long: longer than bundles wait in the engine.
const SURE: Duration = Duration::from_millis(500);
/// What the program may grow by from the fourth tenth of a run to its last, KiB.
const OURS_KIB: i64 = 2048;
/// And the engine: samples of all lengths come and go, and leave holes in its heap, up to as much again as
/// they may take (a run of ten minutes loads seven times that). What it holds is counted besides.
const THEIRS_KIB: i64 = (MEMORY_MIB as i64) * 1024;
/// Buffers that are looked at: more than are ever used here, fewer than the engine has.
const BUFFERS: i32 = 1024;
/// A line of the table is printed this often, seconds.
const ROW: u64 = 10;
/// Different samples; then they come again under other names.
const SOUNDS: usize = 30;
/// Where samples of a real pack may lie.
const PACK: &str = "/tmp/smp/node_modules/supersonic-scsynth-samples/samples";

/// The engine as it runs now.
struct Engine {
    pid: u32,
    listener: Listener,
    /// Its nodes while nothing sounds.
    rest: Tree,
}

impl Engine {
    /// The program's engine, another than `old`.
    fn of(program: &Program, old: Option<u32>) -> (u32, Listener) {
        until("an engine", || {
            let all = children(program.child.id());
            let (pid, line) = named(&all, "supernova").filter(|(pid, _)| Some(*pid) != old)?;
            let listener = Listener::on(option(line, "-u")?);
            listener.status().map(|_| (*pid, listener))
        })
    }
}

/// Plays for so many minutes; true when all was as it should be.
pub fn run(minutes: f64, kill: bool) -> bool {
    let seconds = (minutes * 60.0).max(20.0) as u64;
    let mut desk = Desk::new(pack(Path::new(PACK)), MEMORY_MIB);
    let words = desk.command_line();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut program = Program::start(&words);
    program.logs(&desk.path("log"), "playing ");
    let (pid, listener) = Engine::of(&program, None);
    // The user's SynthDef is loaded and proven meanwhile.
    let rest = until("an engine at rest", || listener.tree().filter(|tree| tree.len() > 20));
    let mut engine = Engine { pid, listener, rest };
    println!("{} nodes at rest; {} s; load {}", engine.rest.len(), seconds, load());
    println!("second\tevents\tsynths\tdefs\tcpu\toiduna_kib\tengine_kib\tsamples\tload");

    let (mut ours, mut theirs) = (Course::default(), Course::default());
    let (mut voices, mut away, mut troubles) = (0, None, Vec::new());
    let begun = Instant::now();
    for second in 0..seconds {
        work(&mut desk, second);
        if kill && second == seconds / 2 {
            voices += engine.listener.voices(Layout::OWN);
            let new = killed(&mut program, engine);
            (engine, away) = (new.0, Some(new.1));
            // The new process begins its own course.
            theirs = Course::default();
        }
        let next = begun + Duration::from_secs(second + 1);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        ours.0.extend(resident_kib(program.child.id()));
        theirs.0.extend(resident_kib(engine.pid));
        let Some(status) = engine.listener.status() else {
            troubles.push(format!("no answer to /status in second {second}"));
            continue;
        };
        if second % ROW == ROW - 1 {
            println!(
                "{}\t{}\t{}\t{}\t{:.1}\t{}\t{}\t{}\t{}",
                second + 1,
                voices + engine.listener.voices(Layout::OWN),
                status.synths,
                status.defs,
                status.average,
                ours.0.last().copied().unwrap_or(0),
                theirs.0.last().copied().unwrap_or(0),
                desk.samples,
                load(),
            );
        }
    }
    desk.save(More { hush: true, ..More::default() });
    match at_rest(&engine) {
        Ok(time) => println!("at rest {:.1} s after hush", time.as_secs_f64()),
        Err(left) => troubles.push(left),
    }
    match engine.listener.buffers(BUFFERS) {
        Some((held, bytes)) => {
            println!("{held} buffers hold {:.1} MiB", bytes as f64 / f64::from(1 << 20));
            if bytes > u64::from(MEMORY_MIB) << 20 {
                troubles.push(format!("buffers hold more than the {MEMORY_MIB} MiB that they may"));
            }
        }
        None => troubles.push("the engine does not tell its buffers".into()),
    }
    voices += engine.listener.voices(Layout::OWN);
    program.signal(2);
    let outcome = program.outcome();
    let report: Value = serde_json::from_slice(&std::fs::read(desk.path("report.json")).unwrap()).unwrap();
    println!("{report}");
    said(&outcome.said, &mut troubles);
    troubles.extend(lost(report["events"].as_u64().unwrap_or(0), voices as u64, away, begun.elapsed()));
    let late = report["late"].as_u64().unwrap_or(0);
    let (left_out, refused) = desk.losses();
    println!(
        "{late} late bundles; {left_out} events left out, whose sounds were not ready; {refused} bundles lost"
    );
    if refused > 0 && !kill {
        troubles.push(format!("the system did not take {refused} bundles"));
    }
    if late * 1000 > report["bundles"].as_u64().unwrap_or(0) {
        troubles.push(format!("{late} late bundles are more than one in a thousand"));
    }
    for (name, course, most) in [("oiduna", &ours, OURS_KIB), ("supernova", &theirs, THEIRS_KIB)] {
        let growth = course.growth_kib();
        println!("{name}: {}; {growth} KiB more in the last tenth than in the fourth", course.shown());
        if growth > most {
            troubles.push(format!("{name} has grown by {growth} KiB"));
        }
    }
    for trouble in &troubles {
        println!("NOT WELL: {trouble}");
    }
    println!("{}; load {}", if troubles.is_empty() { "all is well" } else { "not well" }, load());
    troubles.is_empty()
}

/// What is done to the set in this second.
fn work(desk: &mut Desk, second: u64) {
    // A sample is named the second after it was added: the folder is looked at meanwhile.
    let sample = Some(desk.samples - 1);
    if second % 3 == 1 {
        desk.add_sample();
    }
    if second % 7 == 3 {
        desk.write_def();
    }
    let hush = second % 30 == 14;
    if second % 30 == 15 {
        desk.change_all();
    } else {
        desk.change(second as usize);
    }
    desk.save(More { sample, def: second % 20 >= 4, track: second % 8 < 5, hush });
}

/// Kills the engine; the new one, once it plays, and how long that took.
fn killed(program: &mut Program, old: Engine) -> (Engine, Duration) {
    let before = program.said().matches("the engine is back").count();
    assert!(Command::new("kill").args(["-9", &old.pid.to_string()]).status().unwrap().success());
    let died = Instant::now();
    let (pid, listener) = Engine::of(program, Some(old.pid));
    until("voices on the new engine", || (listener.voices(Layout::OWN) > 0).then_some(()));
    let music = died.elapsed();
    program.says_again("the engine is back", before);
    println!("killed: the music was back after {:.2} s", music.as_secs_f64());
    (Engine { pid, listener, rest: old.rest }, music)
}

/// How long it takes until nothing sounds any more, and nothing begins; what still does after [`REST`].
fn at_rest(engine: &Engine) -> Result<Duration, String> {
    let begun = Instant::now();
    let mut since = None;
    loop {
        let Some(tree) = engine.listener.tree() else {
            return Err("the engine does not tell its nodes".into());
        };
        let resting = tree == engine.rest;
        let first = *since.get_or_insert(begun.elapsed());
        match (resting, begun.elapsed()) {
            (true, now) if now >= first + SURE => return Ok(first),
            (true, _) => {}
            (false, now) if now > REST => {
                let more: Vec<_> = tree.iter().filter(|n| !engine.rest.contains_key(n.0)).collect();
                let fewer: Vec<_> = engine.rest.iter().filter(|n| !tree.contains_key(n.0)).collect();
                return Err(format!("{REST:?} after hush there are {more:?}, and there are no {fewer:?}"));
            }
            (false, _) => since = None,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every event that was sent is a voice that begins; of those sent while there was no engine none does.
fn lost(events: u64, voices: u64, away: Option<Duration>, begun: Duration) -> Option<String> {
    let lost = events.saturating_sub(voices);
    println!("{events} events sent, {voices} voices begun, {lost} lost");
    // As dense as the whole run was, and a burst besides.
    let away_s = away.unwrap_or_default().as_secs_f64();
    let dense = (events as f64 / begun.as_secs_f64() * away_s * 1.5) as u64;
    let wrong = voices > events || lost > dense;
    wrong.then(|| format!("{events} events and {voices} voices, with no engine for {away_s:.1} s"))
}

/// Sounds that are there must not be missed. What is said of the work itself is no trouble.
fn said(all: &str, troubles: &mut Vec<String>) {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for line in all.lines() {
        // Numbers differ from message to message.
        let kind: String = line.chars().filter(|c| !c.is_ascii_digit()).collect();
        match kinds.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, n)) => *n += 1,
            None => kinds.push((kind, 1)),
        }
    }
    for (kind, n) in &kinds {
        println!("said {n} times: {kind}");
    }
    for wrong in ["error:", "panicked"] {
        if all.contains(wrong) {
            let line = all.lines().find(|l| l.contains(wrong)).unwrap_or_default();
            troubles.push(format!("it said: {line}"));
        }
    }
}

/// Sound files of a folder: so many that all of them have come by when memory is looked at.
fn pack(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "flac" || e == "wav"));
    files.sort();
    let each = (files.len() / SOUNDS).max(1);
    files.into_iter().step_by(each).take(SOUNDS).collect()
}
