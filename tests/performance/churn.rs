//! A set under constant work, on the real engine: the lean version of `cargo bench --bench engine -- churn`.

use super::alone;
use super::desk::{Desk, More};
use super::listener::Listener;
use super::processes::{children, installed, named, option};
use super::program::{Program, until};
use oiduna::bank::Layout;
use serde_json::Value;

/// A sound that is named just before a cycle begins is not ready for its first stroke. So many of them
/// there may be when the whole set begins at such a moment.
const FIRST_STROKES: u64 = 12;

/// What a run came to.
struct Worked {
    late: u64,
    /// Events whose sounds were not ready.
    left_out: u64,
    /// Bundles that the system did not take.
    lost: u64,
    events: u64,
    voices: usize,
    said: String,
}

impl Worked {
    fn is_well(&self) -> bool {
        self.late == 0 && self.lost == 0 && self.left_out <= FIRST_STROKES
    }
}

/// Blocks changed, a sample added, a SynthDef written anew, hush; the node tree is then as it was
/// before the first event, or this fails.
fn work() -> Worked {
    let mut desk = Desk::new(Vec::new(), 24);
    let words = desk.command_line();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut program = Program::start(&words);
    program.logs(&desk.path("log"), "playing ");
    let all = children(program.child.id());
    let (_, line) = named(&all, "supernova").unwrap();
    let listener = Listener::on(option(line, "-u").unwrap());
    program.says("SynthDef churnlead is ready");
    let rest = until("the nodes at rest", || listener.tree().filter(|t| t.len() > 20));

    desk.save(More { sample: Some(0), def: true, ..More::default() });
    let plays = |n: usize| until("voices", || (listener.voices(Layout::OWN) >= n).then_some(()));
    plays(20);
    for block in 0..4 {
        desk.change(block);
        desk.save(More { sample: Some(0), def: true, track: block % 2 == 0, hush: false });
        plays(listener.voices(Layout::OWN) + 20);
    }
    let sample = desk.add_sample();
    desk.write_def();
    program.says("SynthDef churnlead is loaded again");
    program.says_again("2 sounds, 2 samples", 0);
    desk.save(More { sample: Some(sample), def: true, ..More::default() });
    plays(listener.voices(Layout::OWN) + 150);
    // Some of what was sent waits in the engine when this is heard.
    desk.save(More { sample: Some(sample), def: true, track: false, hush: true });
    let mut begun = (0, std::time::Instant::now());
    until("an end of the voices", || {
        let voices = listener.voices(Layout::OWN);
        if voices != begun.0 {
            begun = (voices, std::time::Instant::now());
        }
        (begun.1.elapsed() > std::time::Duration::from_millis(700)).then_some(())
    });
    assert_eq!(listener.tree().as_ref(), Some(&rest), "nothing is stuck, and nothing is missing");
    let voices = listener.voices(Layout::OWN);
    program.signal(2);
    let said = program.outcome().said;
    let report: Value = serde_json::from_slice(&std::fs::read(desk.path("report.json")).unwrap()).unwrap();
    println!("{report}");
    let count = |name: &str| report[name].as_u64().unwrap();
    let (left_out, lost) = desk.losses();
    Worked { late: count("late"), left_out, lost, events: count("events"), voices, said }
}

#[test]
fn work_on_a_set_leaves_nothing_behind_and_loses_nothing() {
    if !installed(&["supernova", "jackd"]) {
        return;
    }
    let _turn = alone();
    let mut worked = work();
    // Another program may take the machine away for a tenth of a second; twice is no accident.
    if !worked.is_well() {
        println!("{} late, {} left out; once more", worked.late, worked.left_out);
        worked = work();
    }
    let Worked { late, left_out, lost, .. } = worked;
    assert!(worked.is_well(), "{late} late, {left_out} left out, {lost} lost: {}", worked.said);
    assert!(!worked.said.contains("error:"), "{}", worked.said);
    assert_eq!(worked.events, worked.voices as u64, "what was sent has begun, each voice once");
}
