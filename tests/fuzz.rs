//! Nothing that a performer can type, paste or open hurts: no panic, no exhausted stack, no hang, no
//! memory without bounds, and every error has a place inside the text, a message and a way out.
//!
//! In: random bytes, random tokens, and damaged copies of the statements and strings in
//! `tests/conformance` and `examples`. Each goes through the parser it is for, the evaluator and a
//! query under a small budget, on threads with the 2 MB of stack that tokio gives its own. The numbers
//! are the same in every run; `scripts/fuzz` runs this test for longer, from a seed of its own:
//!
//! - `OIDUNA_FUZZ_SEED`: where the numbers start (decimal);
//! - `OIDUNA_FUZZ_MINUTES`: go on for so long, instead of [`INPUTS`] inputs;
//! - `OIDUNA_FUZZ_ONLY`: just the input of this number, which is printed first.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

#[path = "fuzz/inputs.rs"]
mod inputs;
#[path = "fuzz/special.rs"]
mod special;

use inputs::{Corpus, Input, What};
use oiduna::language::{Done, Language, Scope};
use oiduna::notation;
use oiduna::pattern::{Env, Pattern};
use oiduna::score::Edit;
use oiduna::source::{BlockId, Diagnostic, frame};
use oiduna::time::{Rational, TimeSpan};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Inputs of the ordinary run.
const INPUTS: u64 = 200_000;

/// What tokio gives its threads.
const STACK: usize = 2 << 20;

/// The longest that one input may take. A statement may spend half a million steps and each query a
/// few thousand more: seconds without optimisation on a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(30);

/// Steps of one query: what costs more is refused in the same way.
const BUDGET: u32 = 1_000;

/// How far the memory may grow beside what the corpus and the library take: inputs take a few, the large
/// files of the tests that run beside this one take hundreds.
const MEMORY_MB: u64 = 1_000;

fn query(pattern: &Pattern) {
    let far = Rational::int(1_000_003);
    for span in [
        TimeSpan::cycle(0),
        TimeSpan::new(Rational::new(-1, 3), Rational::new(7, 5)),
        TimeSpan::new(far, far + Rational::ONE),
    ] {
        let _ = pattern.listed(span, &Env::with_budget(BUDGET));
    }
}

/// What is said about a text must be worth reading.
fn inspect(text: &str, all: &[Diagnostic]) {
    for d in all {
        assert!(d.range.end() <= text.len(), "{:?} of {} bytes: {d:?}", d.range, text.len());
        assert!(text.is_char_boundary(d.range.start()), "a range begins inside a character: {d:?}");
        assert!(!d.message.is_empty(), "refused without a word: {d:?}");
        let ways_out = !d.help.is_empty() || d.message.contains(": ");
        assert!(ways_out || !d.is_error(), "there is no way out: {d:?}");
        let shown = frame::render("fuzz", text, d);
        assert!(shown.lines().count() < 40, "{} lines are shown", shown.lines().count());
    }
}

fn run(input: &Input, language: &Language) {
    match &input.what {
        What::Notation(kind) => match notation::parse(&input.text, *kind) {
            Ok(ast) => {
                inspect(&input.text, ast.hints());
                query(&notation::pattern(&ast, BlockId(0), 0));
            }
            Err(all) => {
                assert!(!all.is_empty(), "refused without a word");
                inspect(&input.text, &all);
            }
        },
        What::Statements => {
            let out = language.evaluate(&input.text, BlockId(0), &Scope::default());
            inspect(&input.text, &out.diagnostics);
            for done in out.done {
                match done {
                    Done::Pattern(p) => query(&p),
                    Done::Edits(edits) => edits.iter().for_each(|e| {
                        if let Edit::Track { pattern, .. } = e {
                            query(pattern);
                        }
                    }),
                    Done::Defined(_) | Done::Shown(_) => {}
                }
            }
        }
    }
}

/// What the threads share.
struct Work {
    corpus: Corpus,
    seed: u64,
    next: AtomicU64,
    inputs: u64,
    end: Option<Instant>,
    failed: AtomicBool,
    /// What each thread is at, since when.
    at: Vec<Mutex<Option<(Instant, u64)>>>,
    failures: Mutex<Vec<(u64, String)>>,
    slowest: Mutex<Vec<(Duration, u64)>>,
}

impl Work {
    fn goes_on(&self) -> bool {
        !self.failed.load(Ordering::Relaxed)
            && match self.end {
                Some(end) => Instant::now() < end,
                None => self.next.load(Ordering::Relaxed) < self.inputs,
            }
    }

    fn work(&self, thread: usize) {
        let language = Language::new();
        while self.goes_on() {
            let number = self.seed.wrapping_add(self.next.fetch_add(1, Ordering::Relaxed));
            let input = self.corpus.input(number);
            let begun = Instant::now();
            *self.at[thread].lock().unwrap() = Some((begun, number));
            trace(thread, number, &input);
            if let Err(e) = catch_unwind(AssertUnwindSafe(|| run(&input, &language))) {
                let why = e.downcast_ref::<String>().map_or("a panic", |s| s);
                self.failures.lock().unwrap().push((number, format!("{why}\n{input:?}")));
                // A few failures together often have one cause; more of them are not read.
                self.failed.store(self.failures.lock().unwrap().len() >= 20, Ordering::Relaxed);
            }
            *self.at[thread].lock().unwrap() = None;
            let mut slowest = self.slowest.lock().unwrap();
            slowest.push((begun.elapsed(), number));
            slowest.sort_by_key(|s| std::cmp::Reverse(*s));
            slowest.truncate(5);
        }
    }

    /// An input that does not end cannot be stopped; what it is can be said.
    fn watch(&self) {
        for at in &self.at {
            let at = *at.lock().unwrap();
            if let Some((since, number)) = at
                && since.elapsed() > DEADLINE
            {
                panic!("input {number} does not end: {:?}", self.corpus.input(number));
            }
        }
    }
}

/// An exhausted stack ends the process: a longer run leaves each thread's input in a file first.
fn trace(thread: usize, number: u64, input: &Input) {
    if let Some(folder) = std::env::var_os("OIDUNA_FUZZ_TRACE") {
        let file = std::path::Path::new(&folder).join(format!("thread-{thread}"));
        std::fs::write(file, format!("input {number}: {input:?}\n")).unwrap();
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|v| v.parse().unwrap_or_else(|_| panic!("{name} is a number, not {v}")))
}

/// The most memory that this process ever held, in MB; none where the system does not say.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}

#[test]
fn nothing_typed_hurts() {
    let only = number("OIDUNA_FUZZ_ONLY");
    let minutes = number("OIDUNA_FUZZ_MINUTES");
    let threads = if only.is_some() { 1 } else { std::thread::available_parallelism().map_or(2, Into::into) };
    let begun = Instant::now();
    let work = Arc::new(Work {
        corpus: Corpus::read(),
        seed: only.or(number("OIDUNA_FUZZ_SEED")).unwrap_or(1),
        next: AtomicU64::new(0),
        inputs: if only.is_some() { 1 } else { INPUTS },
        end: minutes.map(|m| begun + Duration::from_secs(m * 60)),
        failed: AtomicBool::new(false),
        at: (0..threads).map(|_| Mutex::new(None)).collect(),
        failures: Mutex::default(),
        slowest: Mutex::default(),
    });
    if let Some(n) = only {
        println!("{:?}", work.corpus.input(n));
    }
    let before = most_memory();
    let running: Vec<_> = (0..threads)
        .map(|i| {
            let work = work.clone();
            std::thread::Builder::new().stack_size(STACK).spawn(move || work.work(i)).unwrap()
        })
        .collect();
    while running.iter().any(|t| !t.is_finished()) {
        work.watch();
        std::thread::sleep(Duration::from_millis(50));
    }
    for thread in running {
        thread.join().unwrap();
    }
    let done = work.next.load(Ordering::Relaxed);
    println!("{done} inputs in {:?}; the slowest: {:?}", begun.elapsed(), work.slowest.lock().unwrap());
    let failures = work.failures.lock().unwrap();
    for (number, why) in failures.iter() {
        println!(
            "FAILED {number}: {why}\n  again: OIDUNA_FUZZ_ONLY={number} cargo test --test fuzz nothing_typed_hurts\n"
        );
    }
    assert!(failures.is_empty(), "{} of {done} inputs failed, see above", failures.len());
    assert!(done >= work.inputs || minutes.is_some(), "only {done} inputs were tried");
    if let (Some(before), Some(after)) = (before, most_memory()) {
        println!("the memory grew from {before} to {after} MB");
        assert!(after - before < MEMORY_MB, "the memory grew from {before} to {after} MB");
    }
}
