//! The grammar's own examples, and laws of the parser.

use super::ast::{Chord, Euclid, Modifier, Node, Op, Shape, Step, Steps};
use super::grammar::Grammar;
use super::{Ast, Kind, MAX_DEPTH, parse};
use crate::source::TextRange;
use crate::time::Rational;
use proptest::prelude::*;
use std::cell::RefCell;

/// A rule's function: what it leaves of a text, or none.
type Rule = for<'a> fn(&Grammar<'a>, &'a str) -> Option<&'a str>;

macro_rules! rules {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), |g, i| g.$name(i).ok().map(|(rest, _)| rest))),*] };
}

const RULES: &[(&str, Rule)] = &[("chord", |g, i| g.chord(i, None).ok().map(|(rest, _)| rest))];

#[rustfmt::skip]
const PLAIN: &[(&str, Rule)] = rules![
    notation, content, sequence, foot, step, part, term, bracket, group, alternation, polymeter, layers,
    steps, range, op, fast, slow, factor, euclid, degrade, amount, repeat, elongate, rest, variable, atom,
    word, truth, quantity, number, ratio_letter, note, chord_name, chord_modifier,
];

fn kind(name: &str) -> Kind {
    name.parse().unwrap()
}

#[test]
fn grammar_and_code_say_the_same() {
    let mut named: Vec<&str> = Vec::new();
    let mut tried = std::collections::BTreeMap::<&str, [usize; 2]>::new();
    for line in include_str!("../../grammar/mini.ebnf").lines() {
        if let Some((name, _)) = line.split_once('=')
            && line.starts_with(|c: char| c.is_ascii_lowercase())
        {
            named.push(name.trim());
            continue;
        }
        let example =
            line.strip_prefix("(* ").and_then(|l| l.strip_suffix(" *)")).and_then(|l| l.split_once(": "));
        let Some((head, text)) = example else { continue };
        let Some((want, of)) = head.split_once(' ').filter(|(w, _)| ["ok", "no"].contains(w)) else {
            continue;
        };
        let rule = *named.last().expect("an example stands under a rule");
        let run = RULES.iter().chain(PLAIN).find(|(name, _)| *name == rule);
        let (_, run) = run.unwrap_or_else(|| panic!("no function is called {rule}"));
        let eaten = RefCell::default();
        let taken =
            run(&Grammar { text, kind: kind(of), eaten: &eaten }, text).is_some_and(|r| r.trim().is_empty());
        assert_eq!(taken, want == "ok", "{rule}, {of}: {text:?}");
        tried.entry(rule).or_default()[usize::from(want == "ok")] += 1;
    }
    for (name, _) in RULES.iter().chain(PLAIN) {
        assert!(named.contains(name), "{name} is not in the grammar");
        assert!(tried.get(name).is_some_and(|[no, ok]| *no > 0 && *ok > 0), "{name} lacks an example");
    }
    assert_eq!(named.len(), RULES.len() + PLAIN.len());
}

#[test]
fn ten_thousand_brackets_are_a_diagnostic() {
    for open in ["[", "<", "{", "bd(", "bd*<", "[bd, <", "c'<"] {
        for close in ["", "]", ">", "}"] {
            let text = format!("{}{}", open.repeat(10_000), close.repeat(10_000));
            let trouble = parse(&text, Kind::Note).expect_err("too deep");
            assert!(trouble[0].message.contains("levels"), "{}", trouble[0].message);
        }
    }
}

#[test]
fn the_deepest_string_is_parsed_printed_lowered_and_dropped() {
    // An unoptimised build of the tests takes several times the stack of any other build.
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(deepest_string).expect("a thread");
    thread.join().expect("no overflow");
}

fn deepest_string() {
    let text = format!("{}bd{}", "<bd [".repeat(MAX_DEPTH / 2), "]>".repeat(MAX_DEPTH / 2));
    let ast = parse(&text, Kind::Sound).expect("as deep as allowed");
    assert_eq!(parse(&ast.to_string(), Kind::Sound), Ok(ast.clone()));
    let pattern = super::pattern(&ast, crate::source::BlockId(0), 0);
    // Deep is no crash; the query may say that it is too deep.
    let _ = pattern.haps(crate::time::TimeSpan::cycle(0));
}

#[test]
fn operators_count_as_depth() {
    let text = format!("{}bd{}", "[".repeat(100), "]*2*2*2".repeat(100));
    assert!(parse(&text, Kind::Sound).is_err());
    assert!(parse(&format!("bd{}", "*2".repeat(100_000)), Kind::Sound).is_err());
}

#[test]
fn repeats_do_not_fill_the_memory() {
    for text in [
        "bd!1000000",
        "[bd!1000000]!0 sn",
        "[[[bd!1000]!1000]!1000]!1000",
        "bd!4294967295!4294967295",
        "0 .. 1000000000",
    ] {
        let kind = if text.starts_with('0') { Kind::Number } else { Kind::Sound };
        let trouble = parse(text, kind).expect_err(text);
        assert!(trouble[0].message.contains("steps"), "{text}: {}", trouble[0].message);
    }
    assert!(parse("bd!65536", Kind::Sound).is_ok());
    assert!(parse("bd!99999999999", Kind::Sound).is_err());
    assert!(parse("c'maj'1000000", Kind::Note).is_err());
}

#[test]
fn ranges_of_nodes_are_their_words() {
    let text = "  bd  [sn:3*2  ~ ]  <é>!2 ";
    let ast = parse(text, Kind::Sound).unwrap();
    let Shape::Sequence(groups) = &ast.root.shape else { panic!("a sequence") };
    let words: Vec<&str> = groups[0].iter().map(|n| n.range.of(text)).collect();
    assert_eq!(words, ["bd", "[sn:3*2  ~ ]", "<é>!2"]);
    assert_eq!(ast.root.range.of(text), text.trim());
}

#[test]
fn events_know_their_words() {
    let ast = parse("bd*2 <sn cp>", Kind::Sound).unwrap();
    let pattern = super::pattern(&ast, crate::source::BlockId(7), 100);
    let mut haps = pattern.haps(crate::time::TimeSpan::cycle(1)).unwrap();
    haps.sort_by_key(|h| h.part);
    let last = haps[2].positions.as_slice();
    assert_eq!((last[0].block.0, last[0].range), (7, TextRange::new(109, 111)));
    assert!(haps[0].positions.as_slice().iter().any(|p| p.range == TextRange::new(100, 102)));
}

#[test]
fn oddities_are_hints() {
    let check = |text, kind, want: &[&str]| {
        let ast = parse(text, kind).unwrap();
        let got: Vec<&str> = ast.hints().iter().map(|h| h.range.of(text)).collect();
        assert_eq!(got, want, "{text}");
    };
    check("c'mjor e'min <c e>'<maj foo>", Kind::Note, &["mjor", "foo"]);
    check("{bd sn}%", Kind::Sound, &["%"]);
    check("bd@4 x1 bd _ 808 bd _ 808:3 [808]", Kind::Sound, &["x", "808"]);
    check("bd!0 sn", Kind::Sound, &["bd!0"]);
    check("0 _ 7 1@2 e 3", Kind::Number, &["7", "e"]);
    check("0 _ 0 1 _ 3*2 4@2 e*2 5 _ [7]", Kind::Number, &[]);
    check("c*2 e'min g _ 3 .. 5", Kind::Note, &["e"]);
}

/// Events of one cycle, sorted, as text.
fn haps(text: &str, cycle: i64) -> Vec<String> {
    let ast = parse(text, Kind::Sound).unwrap();
    let mut haps =
        super::pattern(&ast, crate::source::BlockId(0), 0).haps(crate::time::TimeSpan::cycle(cycle)).unwrap();
    haps.sort_by_key(|h| h.part);
    haps.iter().map(|h| format!("{h:?}")).collect()
}

#[test]
fn a_fragment_in_a_rhythm_began_before_its_step() {
    assert_eq!(haps("<a@0.5 b>(1,5)", 1), ["9/10-11/10 (1-11/10) b", "11/10-6/5 a"]);
}

#[test]
fn a_fragment_whose_whole_lies_elsewhere_falls_to_any_chance() {
    assert_eq!(haps("[x <a@2 b>]", 1), ["1-3/2 x", "1/2-3/2 (3/2-2) a"]);
    assert_eq!(haps("[x <a@2 b>]?0", 1), ["1-3/2 x"]);
}

fn node(shape: Shape) -> Node {
    Node::new(TextRange::default(), shape)
}

fn group(steps: Vec<Node>) -> Node {
    node(Shape::Sequence(if steps.is_empty() { Vec::new() } else { vec![steps] }))
}

/// Trees of numbers for factors (rational), rhythms (int) and steps, three brackets deep.
fn numbers(kind: Kind) -> BoxedStrategy<Node> {
    match kind {
        Kind::Int => (-99i64..99).prop_map(|n| node(Shape::Int(n))).boxed(),
        Kind::Rational => {
            (-99i64..99, 1i64..9).prop_map(|(n, d)| node(Shape::Ratio(Rational::new(n, d)))).boxed()
        }
        _ => prop::num::f64::NORMAL.prop_map(|x| node(Shape::Number(x))).boxed(),
    }
}

fn words() -> BoxedStrategy<Node> {
    prop_oneof![
        "[a-zé0-9][a-z0-9:._-]{0,4}".prop_map(|w| node(Shape::Word(w.into()))),
        Just(node(Shape::Rest)),
        "[a-z]{0,3}".prop_map(|w| node(Shape::Variable(w.into()))),
    ]
    .boxed()
}

fn modifier() -> BoxedStrategy<Vec<Modifier>> {
    prop_oneof![
        (0u32..9, 0u32..9).prop_map(|(count, from)| vec![Modifier::Notes { count, from }]),
        (1u32..5).prop_map(|n| vec![Modifier::Invert(n)]),
        (1u32..5).prop_map(|n| vec![Modifier::Invert(n), Modifier::Open]),
        (0u32..5).prop_map(|n| vec![Modifier::Drop(n)]),
        Just(vec![]),
    ]
    .boxed()
}

fn chords() -> BoxedStrategy<Node> {
    let name = "[a-z0-9]{1,4}".prop_map(|w| node(Shape::Word(w.into())));
    let modifiers = prop::collection::vec(modifier().prop_map(|m| node(Shape::Modifiers(m))), 0..3);
    (prop::option::of(numbers(Kind::Note)), name, modifiers)
        .prop_map(|(root, name, modifiers)| node(Shape::Chord(Box::new(Chord { root, name, modifiers }))))
        .boxed()
}

fn op() -> impl Strategy<Value = Op> {
    let factor = prop_oneof![
        numbers(Kind::Rational),
        prop::collection::vec(numbers(Kind::Rational), 1..3)
            .prop_map(|n| node(Shape::Alternation(vec![group(n)]))),
    ];
    let whole = || prop::collection::vec(numbers(Kind::Int), 0..3).prop_map(group);
    prop_oneof![
        factor.clone().prop_map(Op::Fast),
        factor.prop_map(Op::Slow),
        (0.0f64..2.0).prop_map(Op::Degrade),
        (whole(), whole(), prop::option::of(whole()))
            .prop_map(|(hits, steps, rotation)| Op::Euclid(Box::new(Euclid { hits, steps, rotation }))),
    ]
}

fn step(part: impl Strategy<Value = Node>) -> impl Strategy<Value = Node> {
    let weight = (-3i64..9, 1i64..5).prop_map(|(n, d)| Rational::new(n, d));
    (
        part,
        prop::collection::vec(op(), 0..3),
        prop_oneof![Just(1), 0u32..5],
        prop_oneof![Just(None), weight.prop_map(Some)],
    )
        .prop_map(|(part, mut ops, count, weight)| {
            // Two rhythms in a row are refused, and `*2` after a bracket is the bracket's own.
            ops.dedup_by(|b, a| match (a, b) {
                (Op::Euclid(_), Op::Euclid(_)) => true,
                (Op::Fast(by) | Op::Slow(by), Op::Fast(_) | Op::Slow(_)) => {
                    !matches!(by.shape, Shape::Ratio(_))
                }
                _ => false,
            });
            let weight = weight.unwrap_or(Rational::int(i64::from(count)));
            let step = Step { part, ops, count, weight };
            if step.is_plain() { step.part } else { node(Shape::Step(Box::new(step))) }
        })
}

fn tree(leaf: BoxedStrategy<Node>) -> impl Strategy<Value = Node> {
    let some = |n: BoxedStrategy<Node>| prop::collection::vec(n, 1..4).prop_map(group).boxed();
    let inner = leaf.prop_recursive(4, 40, 4, move |n| {
        let steps = step(n).boxed();
        let layers = prop::collection::vec(some(steps.clone()), 1..3);
        let feet = prop::collection::vec(prop::collection::vec(steps.clone(), 1..3), 2..4);
        let rates = prop_oneof![
            Just(Steps::OfFirstLayer),
            numbers(Kind::Rational).prop_map(|n| Steps::Given(Box::new(n))),
        ];
        prop_oneof![
            some(steps.clone()).prop_map(|n| node(Shape::Group(Box::new(n)))),
            feet.prop_map(|f| node(Shape::Group(Box::new(node(Shape::Sequence(f)))))),
            prop::collection::vec(some(steps), 2..4)
                .prop_flat_map(|l| prop_oneof![Just(Shape::Stack(l.clone())), Just(Shape::Choice(l))])
                .prop_map(|s| node(Shape::Group(Box::new(node(s))))),
            layers.clone().prop_map(|l| node(Shape::Alternation(l))),
            (layers, rates).prop_map(|(l, r)| node(Shape::Polymeter(l, r))),
        ]
    });
    prop::collection::vec(step(inner), 0..4).prop_map(group)
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(root in tree(words())) {
        let ast = Ast { kind: Kind::Sound, root, hints: Vec::new() };
        let text = ast.to_string();
        prop_assert_eq!(parse(&text, Kind::Sound), Ok(ast), "{}", text);
    }

    #[test]
    fn printed_numbers_and_chords_read_back(root in tree(prop_oneof![numbers(Kind::Note), chords()].boxed())) {
        for kind in [Kind::Note, Kind::Number] {
            let ast = Ast { kind, root: root.clone(), hints: Vec::new() };
            let text = ast.to_string();
            prop_assert_eq!(parse(&text, kind), Ok(ast), "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in r"[a-h0-9 \[\]<>{}(),|.*/!@?%'~^_:;é-]{0,40}") {
        for kind in [Kind::Sound, Kind::Note, Kind::Number, Kind::Int, Kind::Rational, Kind::Bool] {
            match parse(&text, kind) {
                Ok(ast) => {
                    let pattern = super::pattern(&ast, crate::source::BlockId(0), 0);
                    let env = crate::pattern::Env::with_budget(20_000);
                    let _ = pattern.query(crate::time::TimeSpan::cycle(1), &env, &mut Vec::new());
                    prop_assert_eq!(parse(&ast.to_string(), kind), Ok(ast), "{}", text);
                }
                Err(trouble) => {
                    for d in trouble {
                        prop_assert!(d.range.end() <= text.len() && !d.message.is_empty(), "{:?}", d);
                    }
                }
            }
        }
    }

    #[test]
    fn no_bytes_panic(text in "\\PC{0,30}") {
        let _ = parse(&text, Kind::Sound);
        let _ = parse(&text, Kind::Note);
    }
}
