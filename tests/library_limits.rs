//! No function of the library panics or runs away, whatever numbers it is given.
//!
//! Each row is called with small, huge, negative, zero and undefined numbers, with empty lists and
//! texts, by the kinds that its type names. A diagnostic or an error of the query is fine; a panic,
//! an exhausted stack or a query without an end is not.

use oiduna::language::library::{Entry, TABLES};
use oiduna::language::{Done, Language, Scope};
use oiduna::pattern::{Env, Pattern};
use oiduna::score::Edit;
use oiduna::source::BlockId;
use oiduna::time::{Rational, TimeSpan};

/// The types of a function's arguments and of its result, as words.
fn parts(signature: &str) -> Vec<String> {
    let body = signature.rsplit("=> ").next().unwrap_or(signature);
    let (mut out, mut depth, mut rest) = (vec![String::new()], 0, body);
    while let Some(c) = rest.chars().next() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        let length = if depth == 0 && rest.starts_with(" -> ") {
            out.push(String::new());
            4
        } else {
            out.last_mut().into_iter().for_each(|o| o.push(c));
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    out
}

/// What to give for an argument of a type.
fn candidates(ty: &str) -> Option<&'static [&'static str]> {
    Some(match ty {
        "Pattern Int" => &["\"-3\"", "\"0\"", "1000000000000", "\"<9 -1>\"", "\"9223372036854775807\""],
        "Pattern Time" | "Pattern Rational" | "Pattern Double" | "Pattern t" => {
            &["\"-0.5\"", "\"0\"", "\"1000000000\"", "(sine * 7)", "\"0.000001\""]
        }
        "Int" | "i" => &["(-3)", "0", "1000000000000", "7", "9223372036854775807"],
        "Time" | "Rational" | "Double" | "b" | "a" | "t" => &["(-0.5)", "0", "1e15", "(1/0)", "(0/0)"],
        "ControlPattern" | "Pattern ControlMap" | "Pattern a" | "Pattern b" | "Pattern c" => {
            &["(n \"0 [1 2]\" # s \"bd\")", "silence", "(n sine)", "(fast 1000 $ s \"bd\")"]
        }
        "Pattern String" => &["\"bd sn\"", "\"\"", "\"minor\""],
        "Pattern Bool" => &["\"t f t\"", "\"\"", "\"f\""],
        "String" => &["\"bd\"", "\"\"", "\"a:b,b:ab\""],
        "(Pattern a -> Pattern a)" | "(ControlPattern -> ControlPattern)" | "(Pattern a -> Pattern b)" => {
            &["(fast 3)", "rev", "(const silence)", "(0.1 ~>)", "(superimpose rev)"]
        }
        "(Int -> Bool)" | "(Time -> Bool)" => &["(> 2)", "(== 0)"],
        "(Time, Time)" => &["(0.5, 0.25)", "(-1, 3)", "(0, 0)", "(0, 1e12)"],
        "[Pattern a]" | "[ControlPattern]" | "[Pattern b]" => &["[s \"bd\", s \"sn*2\"]", "[]"],
        "[Pattern a -> Pattern a]" | "[a -> Pattern b]" | "[a -> ControlPattern]" => &["[rev, fast 2]", "[]"],
        "[Pattern Time]" | "[Pattern Int]" | "[Time]" | "[Int]" | "[Double]" | "[a]" => {
            &["[3, 0, -2]", "[]", "[1000000000000]"]
        }
        "[(Time, Time, Pattern a)]" => &["[(0, 2, s \"bd\"), (5, -1, s \"sn\")]", "[]"],
        "[(Time, Pattern a)]" => &["[(1, s \"bd\"), (-2, s \"sn\"), (0, s \"cp\")]", "[]"],
        "[[Double]]" => &["[[1, 0], [0, 0]]", "[]", "[[]]"],
        _ => return None,
    })
}

fn query(p: &Pattern) {
    let far = Rational::int(1_000_000_007);
    let spans = [
        TimeSpan::cycle(0),
        TimeSpan::cycle(-1),
        TimeSpan::new(Rational::new(1, 3), Rational::new(7, 3)),
        TimeSpan::new(Rational::ONE, Rational::ONE),
        TimeSpan::new(far, far + Rational::ONE),
    ];
    for span in spans {
        let _ = p.listed(span, &Env::with_budget(50_000));
    }
}

fn call(language: &Language, entry: &Entry, which: usize) {
    let mut types = parts(entry.signature);
    types.pop();
    let mut text = format!("({})", entry.name);
    for (i, ty) in types.iter().enumerate() {
        let Some(list) = candidates(ty) else { return };
        // Not all arguments turn to their extremes at once.
        let at = if which < 5 { which } else { which / (i + 1) };
        text.push(' ');
        text.push_str(list[at % list.len()]);
    }
    let out = language.evaluate(&text, BlockId(0), &Scope::default());
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

#[test]
fn no_function_panics_or_runs_away() {
    let language = Language::new();
    let mut called = 0;
    for e in TABLES.iter().flat_map(|(_, t)| t.iter()) {
        let started = std::time::Instant::now();
        for which in 0..10 {
            call(&language, e, which);
        }
        called += usize::from(
            parts(e.signature).split_last().is_some_and(|(_, a)| a.iter().all(|t| candidates(t).is_some())),
        );
        // A budget of so few steps is spent in a moment, even without optimisation.
        assert!(started.elapsed().as_secs() < 30, "{} took {:?}", e.name, started.elapsed());
    }
    assert!(called > 350, "only {called} rows could be called");
}

#[test]
fn towers_of_functions_fall_without_harm() {
    let language = Language::new();
    for text in [
        "d1 $ (foldr (.) id (replicate 20000 rev)) $ s \"bd\"",
        "d1 $ (fst $ fst $ foldr (\\x ((g,a),b) -> ((g . rev, a), b)) ((rev, 0), 0) [1 .. 60000]) $ s \"bd\"",
        "d1 $ (foldr (<>) (fast 2) (replicate 20000 (fast 3))) $ s \"bd\"",
        "d1 $ (last $ scanl (.) id (replicate 20000 rev)) $ s \"bd\"",
        "d1 $ (foldl1 (.) (replicate 20000 rev)) $ s \"bd\"",
        "d1 $ (iterate (. rev) rev !! 63) $ s \"bd\"",
        "d1 $ foldr (\\x p -> every \"<2 3>\" rev p) (s \"bd sn\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> someCyclesBy \"0.5 0.3\" rev p) (s \"bd sn\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> rot \"<1 2>\" p) (s \"bd sn\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> when (== 3) rev p) (s \"bd sn\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> ply \"<2 3>\" p) (s \"bd sn\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> smooth p) (pan \"1 2\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> select \"0 1\" [p, p]) (s \"bd\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> ur 1 \"a b\" [(\"a\", p)] []) (s \"bd\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> inside \"<2 3>\" rev p) (s \"bd\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> squeeze \"0 1\" [p, p]) (s \"bd\") [1 .. 5000]",
        "d1 $ foldr (\\x p -> foldEvery [2, 3] rev p) (s \"bd\") [1 .. 5000]",
        "d1 $ iterate (chop 2) (s \"bd\") !! 63",
        "d1 $ n (foldr1 (+) (replicate 20000 \"1\")) # s \"bd\"",
    ] {
        let out = language.evaluate(text, BlockId(0), &Scope::default());
        for e in out.edits() {
            if let Edit::Track { pattern, .. } = e {
                query(&pattern);
            }
        }
    }
}
