//! Inputs that somebody thought of: what each costs, and what is said.

use super::{BUDGET, DEADLINE, STACK};
use oiduna::language::{Language, Scope};
use oiduna::notation::{self, Kind};
use oiduna::pattern::{Env, Pattern, QueryError};
use oiduna::score::Edit;
use oiduna::source::BlockId;
use oiduna::time::TimeSpan;
use std::time::Instant;

/// What becomes of a text.
enum Becomes {
    /// Refused with these words.
    Refused(&'static str),
    /// A pattern whose cycle costs more than it may.
    TooMuch,
    /// A pattern with so many events in its first cycle.
    Plays(usize),
}
use Becomes::{Plays, Refused, TooMuch};

/// On a stack as small as tokio's.
fn small(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

fn judge(text: &str, found: Result<&Pattern, String>, becomes: &Becomes) {
    let shown: String = text.chars().take(60).collect();
    let events = |p: &Pattern| p.listed(TimeSpan::cycle(0), &Env::with_budget(BUDGET)).map(|h| h.len());
    match (becomes, found) {
        (Refused(words), Err(said)) => assert!(said.contains(words), "{shown}: {said}"),
        (TooMuch, Ok(p)) => {
            assert!(matches!(events(p), Err(QueryError::OverBudget)), "{shown}: {:?}", events(p));
        }
        (Plays(n), Ok(p)) => assert_eq!(events(p), Ok(*n), "{shown}"),
        (_, found) => panic!("{shown}: {found:?}"),
    }
}

fn statements(rows: Vec<(String, Becomes)>) {
    small(move || {
        let language = Language::new();
        for (text, becomes) in rows {
            let begun = Instant::now();
            let out = language.evaluate(&text, BlockId(0), &Scope::default());
            let edits = out.edits();
            let track = edits.iter().find_map(|e| match e {
                Edit::Track { pattern, .. } => Some(pattern),
                _ => None,
            });
            judge(&text, track.ok_or_else(|| format!("{:?}", out.diagnostics)), &becomes);
            assert!(
                begun.elapsed() < DEADLINE,
                "{:?} for {}...",
                begun.elapsed(),
                &text[..text.len().min(60)]
            );
        }
    });
}

fn rows<const N: usize>(rows: [(&str, Becomes); N]) {
    statements(rows.into_iter().map(|(text, becomes)| (text.to_owned(), becomes)).collect());
}

#[test]
fn a_million_steps_are_refused_when_they_are_asked_for() {
    rows([
        ("d1 $ s \"bd*1000000\"", TooMuch),
        ("d1 $ s \"bd*1e18\"", TooMuch),
        ("d1 $ s \"bd(100000,100001)\"", TooMuch),
        ("d1 $ s \"bd(9223372036854775807,9223372036854775807)\"", TooMuch),
        ("d1 $ s \"bd!1000000\"", Refused("steps are too many")),
        ("d1 $ n \"0 .. 1000000000\" # s \"bd\"", Refused("at most 4096 steps")),
        ("d1 $ fast 1e9 $ s \"bd\"", TooMuch),
        ("d1 $ fast 1000000000 $ s \"bd\"", TooMuch),
        ("d1 $ n (run 1000000000) # s \"bd\"", Refused("run makes at most")),
    ]);
}

/// Each of its cycles is a count of its own: all of them at once took gigabytes.
#[test]
fn scan_makes_a_cycle_when_it_is_asked_for() {
    let language = Language::new();
    let out = language.evaluate("n (scan 4096)", BlockId(0), &Scope::default());
    let Some(oiduna::language::Done::Pattern(p)) = out.done.first() else { panic!("{:?}", out.diagnostics) };
    let count = |cycle| p.listed(TimeSpan::cycle(cycle), &Env::with_budget(5_000)).map(|h| h.len());
    assert_eq!([0, 1, 99].map(count), [Ok(1), Ok(2), Ok(100)]);
    assert_eq!(count(4_095 + 4_096), count(4_095), "it begins again");
    rows([("d1 $ n (scan 0) # s \"bd\"", Plays(0)), ("d1 $ n (scan (-3)) # s \"bd\"", Plays(0))]);
}

#[test]
fn no_depth_is_too_deep_for_the_reader() {
    for open in ["[", "<", "{", "(", "(\\x -> ", "fast 2 $ ", "[(", "let x = ", "do ", "if ", "- "] {
        let deep = open.repeat(10_000);
        small(move || {
            let begun = Instant::now();
            for kind in [Kind::Sound, Kind::Number] {
                let _ = notation::parse(&deep, kind);
            }
            let inside = format!("d1 $ s \"{deep}\"");
            for text in [&inside, &format!("d1 $ {deep}"), &deep] {
                let out = Language::new().evaluate(text, BlockId(0), &Scope::default());
                // In quotes, words and minus signs are ten thousand steps of mini-notation.
                let steps = text == &inside && !deep.starts_with(['[', '<', '{', '(']);
                assert!(steps || out.has_errors(), "{}... is taken", &text[..20]);
            }
            assert!(begun.elapsed() < DEADLINE, "{:?} for {}", begun.elapsed(), &deep[..1]);
        });
    }
}

#[test]
fn nothing_and_less_are_numbers_too() {
    rows([
        ("d1 $ every 0 rev $ s \"bd\"", Plays(1)),
        ("d1 $ every (-1) rev $ s \"bd\"", Plays(1)),
        ("d1 $ fast 0 $ s \"bd\"", Plays(0)),
        ("d1 $ fast (1/0) $ s \"bd\"", Plays(0)),
        ("d1 $ s \"bd(3,0)\"", Plays(0)),
        ("d1 $ s \"bd/0\"", Plays(0)),
        ("d1 $ s \"bd*0\"", Plays(0)),
    ]);
}

/// Numbers past what a ratio of two 64-bit numbers holds: an answer or a refusal, and no wrong time.
#[test]
fn ratios_grow_out_of_their_range_without_harm() {
    small(|| {
        let language = Language::new();
        for text in [
            "d1 $ fast 9223372036854775807 $ slow 9223372036854775806 $ s \"bd\"",
            "d1 $ (9223372036854775807 ~>) $ s \"bd*3\"",
            "d1 $ (\"1%9223372036854775807\" ~>) $ (\"1%9223372036854775783\" ~>) $ s \"bd\"",
            "d1 $ iterate (fast 1.000001) (s \"bd\") !! 50",
            "d1 $ s \"[bd@9223372036854775807 sn@9223372036854775806]*3\"",
            "d1 $ slow 1e300 $ s \"bd\"",
            "d1 $ n (\"1e308\" * \"1e308\") # s \"bd\"",
        ] {
            let out = language.evaluate(text, BlockId(0), &Scope::default());
            for e in out.edits() {
                let Edit::Track { pattern, .. } = e else { continue };
                for cycle in [0, 1, -1, i64::MAX / 2] {
                    let _ = pattern.listed(TimeSpan::cycle(cycle), &Env::with_budget(BUDGET));
                }
            }
        }
    });
}

#[test]
fn definitions_in_a_circle_are_refused() {
    rows([
        ("let x = y\n    y = x\nd1 $ x", Refused("defined by itself")),
        ("let x = fast 2 x\nd1 $ x", Refused("defined by itself")),
        ("let f x = f x\nd1 $ f \"bd\"", Refused("too deep inside each other")),
        ("d1 $ let x = y; y = z; z = x in x", Refused("defined by itself")),
    ]);
}

/// What a function makes of a constant is folded while the pattern is built; folds inside of folds share
/// the stack and the work with what is around them.
#[test]
fn draws_inside_draws_come_to_an_end() {
    small(|| {
        let language = Language::new();
        let lines: Vec<String> = (0..20).map(|i| format!("  x{i} <- \"1 2\"\n")).collect();
        let lines = lines.concat();
        for text in [
            "let f x = do { y <- \"1 2\"; f (x + y) }\nd1 $ n (f 1)".to_owned(),
            "let f x = do { y <- pure x; f (y + 1) }\nd1 $ n (f 1)".to_owned(),
            "let f x = x >>= (\\y -> f (pure (y + 1)))\nd1 $ n (f \"1 2\")".to_owned(),
            "let f x = unwrap $ (\\y -> f (y + x)) <$> \"1 2\"\nd1 $ n (f 1)".to_owned(),
            format!("d1 $ n $ do\n{lines}  return (x0 + x19)"),
        ] {
            let begun = Instant::now();
            let out = language.evaluate(&text, BlockId(0), &Scope::default());
            for e in out.edits() {
                let Edit::Track { pattern, .. } = e else { continue };
                let _ = pattern.listed(TimeSpan::cycle(0), &Env::with_budget(BUDGET));
            }
            assert!(begun.elapsed() < DEADLINE, "{:?} for {text}", begun.elapsed());
        }
    });
}

/// Five megabytes where the code is optimised; a fifth of it costs as much where it is not.
const LARGE: usize = if cfg!(debug_assertions) { 1_000_000 } else { 5_000_000 };

/// A set as large as no set is: the program's own `check` of five megabytes is in `tests/bad_input`.
#[test]
fn a_large_file_is_read_soon() {
    let many = |piece: &str| piece.repeat(LARGE / piece.len());
    let texts = [
        many("d1 $ s \"bd\"\n"),
        many("-- nothing\n"),
        many("let x = 1\n"),
        many("x"),
        many("1"),
        many("\"bd\" "),
        many("# n 1 "),
        many("\u{201c}bd\u{201d} "),
        format!("d1 $ s \"{}\"", many("bd ")),
        format!("d1 $ s \"{}\"", many("[bd sn] ")),
        format!("d1 $ s \"{}\"", many("bd*2?")),
        format!("d1 $ stack [{}]", many("s \"bd\", ")),
    ];
    for text in texts {
        small(move || {
            let begun = Instant::now();
            let _ = Language::new().evaluate(&text, BlockId(0), &Scope::default());
            println!("{:?} for {:?}...", begun.elapsed(), &text[..30]);
            assert!(begun.elapsed() < DEADLINE, "{:?} for {}...", begun.elapsed(), &text[..30]);
        });
    }
}
