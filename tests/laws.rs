//! What must hold of every pattern, whatever it is made of.
//!
//! In: random mini-notation, and random towers of functions of the library over it, read by the
//! language as performers write them. Out: events, compared as multisets of fragments: how a query
//! cuts an event is its own business, what the cuts add up to is not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

use oiduna::language::{Done, Language, Scope};
use oiduna::pattern::{Env, Pattern, QueryError};
use oiduna::source::BlockId;
use oiduna::time::{Rational, TimeSpan};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// What a query of these patterns may cost: the towers are low, and nothing here is refused.
const BUDGET: u32 = 400_000;

fn pattern(text: &str) -> Pattern {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    let out = LANGUAGE.get_or_init(Language::new).evaluate(text, BlockId(0), &Scope::default());
    match out.done.into_iter().next() {
        Some(Done::Pattern(p)) => p,
        other => panic!("{text} is no pattern: {other:?} {:?}", out.diagnostics),
    }
}

/// A piece of an event: its whole, what is heard of it, its value.
type Fragment = (TimeSpan, TimeSpan, String);

fn fragments(p: &Pattern, span: TimeSpan) -> Result<Vec<Fragment>, QueryError> {
    let haps = p.listed(span, &Env::with_budget(BUDGET))?;
    Ok(haps.into_iter().filter_map(|h| Some((h.whole?, h.part, format!("{:?}", h.value)))).collect())
}

/// The fragments, sorted, cut wherever one of either list is cut: equal when both say the same.
fn leveled(a: &[Fragment], b: &[Fragment]) -> [Vec<Fragment>; 2] {
    let ends = |f: &Fragment| [f.1.begin, f.1.end];
    let cuts: BTreeSet<Rational> = a.iter().chain(b).flat_map(ends).collect();
    [a, b].map(|list| {
        let mut out = Vec::new();
        for (whole, part, value) in list {
            let inner = cuts.iter().copied().filter(|c| part.begin < *c && *c < part.end);
            let mut begin = part.begin;
            for end in inner.chain([part.end]) {
                out.push((*whole, TimeSpan::new(begin, end), value.clone()));
                begin = end;
            }
        }
        out.sort_by(|x, y| (x.0.begin, x.0.end, x.1.begin, &x.2).cmp(&(y.0.begin, y.0.end, y.1.begin, &y.2)));
        out
    })
}

/// Both patterns have the same events in the first cycles, asked for cycle by cycle.
fn same(a: &str, b: &str) -> Result<(), TestCaseError> {
    for cycle in 0..4 {
        let of = |text: &str| fragments(&pattern(text), TimeSpan::cycle(cycle));
        let (Ok(x), Ok(y)) = (of(a), of(b)) else { return Err(TestCaseError::reject("too much")) };
        let [x, y] = leveled(&x, &y);
        prop_assert_eq!(x, y, "cycle {} of {} and {}", cycle, a, b);
    }
    Ok(())
}

/// Mini-notation of words that are also notes.
fn notation() -> impl Strategy<Value = String> {
    let step = prop_oneof![4 => "[0-7]".prop_map(String::from), 1 => Just("~".into())];
    step.prop_recursive(3, 12, 3, |inner| {
        let steps = prop::collection::vec(inner.clone(), 1..4).prop_map(|v| v.join(" "));
        let layers = prop::collection::vec(inner.clone(), 2..3).prop_map(|v| v.join(", "));
        prop_oneof![
            steps.clone().prop_map(|s| format!("[{s}]")),
            layers.prop_map(|s| format!("[{s}]")),
            steps.clone().prop_map(|s| format!("<{s}>")),
            (steps.clone(), 1..6).prop_map(|(s, n)| format!("{{{s}}}%{n}")),
            (
                inner.clone(),
                prop::sample::select(vec![
                    "*2",
                    "*1.5",
                    "*<2 3>",
                    "/3",
                    "!2",
                    "@3",
                    "?",
                    "(3,8)",
                    "(3,8,<0 2>)"
                ])
            )
                .prop_map(|(s, m)| format!("[{s}]{m}")),
            steps,
        ]
    })
    .prop_map(|s| format!("n \"{s}\""))
}

/// Functions that any pattern may go through.
const FUNCTIONS: [&str; 34] = [
    "fast 2",
    "fast 1.5",
    "slow 3",
    "fast \"<1 3>\"",
    "slow \"2 1.5\"",
    "rev",
    "(0.25 ~>)",
    "(\"<0 0.3>\" <~)",
    "iter 4",
    "palindrome",
    "every 3 rev",
    "every \"<2 3>\" (fast 2)",
    "off 0.125 (|+| n 7)",
    "jux rev",
    "superimpose (fast 2)",
    "chop 2",
    "striate 3",
    "linger 0.25",
    "zoom (0.25, 0.75)",
    "within (0, 0.5) (fast 2)",
    "whenmod 4 2 rev",
    "sometimesBy 0.4 (# speed 2)",
    "degradeBy 0.3",
    "euclid 3 8",
    "ply 2",
    "stutWith 2 0.125 (# gain 0.8)",
    "hurry 2",
    "rot 1",
    "inside 2 rev",
    "swingBy 0.1 4",
    "brak",
    "someCyclesBy 0.5 rev",
    "# pan 0.3",
    "echo 2 0.2 0.5",
];

fn tower() -> impl Strategy<Value = String> {
    (prop::collection::vec(prop::sample::select(FUNCTIONS.to_vec()), 0..4), notation()).prop_map(|(fs, n)| {
        fs.iter().fold(n, |inner, f| match f.strip_prefix("# ") {
            Some(control) => format!("({inner}) # {control}"),
            None => format!("{f} $ {inner}"),
        })
    })
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// The player asks in windows of a few hundredths of a cycle: their borders must not be heard.
    #[test]
    fn splitting_a_query_loses_and_doubles_nothing(text in tower(), at in 1i64..95, cycle in 0i64..5) {
        let p = pattern(&text);
        let begin = Rational::int(cycle);
        let (middle, end) = (begin + Rational::new(at, 48), begin + Rational::int(2));
        let all = fragments(&p, TimeSpan::new(begin, end));
        let halves = [TimeSpan::new(begin, middle), TimeSpan::new(middle, end)].map(|s| fragments(&p, s));
        let (Ok(all), [Ok(mut first), Ok(second)]) = (all, halves) else {
            return Err(TestCaseError::reject("too much"));
        };
        first.extend(second);
        let [a, b] = leveled(&all, &first);
        prop_assert_eq!(a, b, "{} at {}", text, middle);
    }

    #[test]
    fn fast_undoes_slow(text in tower(), n in prop::sample::select(vec!["2", "3", "1.5", "0.25", "(7/5)"])) {
        same(&format!("fast {n} $ slow {n} $ {text}"), &text)?;
        same(&format!("slow {n} $ fast {n} $ {text}"), &text)?;
    }

    #[test]
    fn rev_twice_is_nothing(text in tower()) {
        same(&format!("rev $ rev $ {text}"), &text)?;
    }

    #[test]
    fn there_and_back_is_nothing(text in tower(), n in prop::sample::select(vec!["1", "0.25", "(1/3)", "(-0.7)"])) {
        same(&format!("{n} <~ ({n} ~> ({text}))"), &text)?;
    }

    #[test]
    fn a_stack_is_the_union(a in tower(), b in tower(), c in notation()) {
        let stack = pattern(&format!("stack [{a}, {b}, {c}]"));
        for cycle in 0..4 {
            let span = TimeSpan::cycle(cycle);
            let one_by_one: Result<Vec<_>, _> = [&a, &b, &c].iter().map(|t| fragments(&pattern(t), span)).collect();
            let (Ok(together), Ok(one_by_one)) = (fragments(&stack, span), one_by_one) else {
                return Err(TestCaseError::reject("too much"));
            };
            let [x, y] = leveled(&together, &one_by_one.concat());
            prop_assert_eq!(x, y, "cycle {} of {}, {}, {}", cycle, a, b, c);
        }
    }
}

/// The strategies make what they should: events, and now and then several at once.
#[test]
fn the_patterns_of_the_laws_have_events() {
    let (sounding, tried) = (Cell::new(0), Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(config());
    runner
        .run(&tower(), |text| {
            tried.set(tried.get() + 1);
            let events = fragments(&pattern(&text), TimeSpan::cycle(0)).map_or(0, |f| f.len());
            sounding.set(sounding.get() + usize::from(events > 1));
            Ok(())
        })
        .unwrap();
    assert!(sounding.get() * 3 > tried.get(), "{} of {} patterns sound", sounding.get(), tried.get());
}
