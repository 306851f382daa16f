//! What performers get wrong most, and what they read then.
//!
//! In: sets of a few lines, each with one mistake. Out: the frames that `oiduna check` shows, agreed
//! to as snapshots: the place, what was met, what was expected, the form that works. Each set ends
//! with a block that is well: one mistake never hides the next block.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

use oiduna::language::{Done, Language, Scope};
use oiduna::session::blocks;
use oiduna::source::{BlockId, frame};
use std::fmt::Write;

/// What `check` says of a set.
fn frames(language: &Language, text: &str) -> String {
    let (mut out, mut scope, mut last) = (String::new(), Scope::default(), 0);
    for (i, range) in blocks::split(text).into_iter().enumerate() {
        let outcome = language.evaluate(range.of(text), BlockId(i as u32), &scope);
        for done in &outcome.done {
            if let Done::Defined(d) = done {
                scope.define(d);
            }
        }
        for d in &outcome.diagnostics {
            assert!(!d.help.is_empty(), "no way out: {d:?}");
            out += &frame::render("set.tidal", text, &d.clone().shifted(range.start()));
        }
        last = outcome.edits().len();
    }
    assert_eq!(last, 1, "the last block is well and plays, whatever stands before it: {text}\n{out}");
    out
}

fn check(name: &str, sets: &[&str]) {
    let language = Language::new();
    let mut shown = String::new();
    for set in sets {
        let text = format!("{set}\n\nd9 $ s \"hh\"\n");
        let said = frames(&language, &text);
        assert!(said.contains("error: "), "nothing is said of {set}");
        let _ = writeln!(shown, "{set}\n\n{said}\n----");
    }
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn the_ten_commonest() {
    check(
        "mistakes_commonest",
        &[
            "d1 $ s \"bd sn",
            "d1 $ s \"bd sn # n 3",
            "d1 sound \"bd\"",
            "d1 # sound \"bd\"",
            "d1 # room 0.3 $ sound \"bd\"",
            "d1 $ fast 2 # sound \"bd\"",
            "d1 $ s \"bd [sn hh\"",
            "d1 $ s \"bd*2\" # gain \"loud\"",
            "d1 $ slow \"bd\" $ s \"sn\"",
            "d1 $ revv $ s \"bd\"",
            "d1 $ s \"bd\" # spede 2",
            "d1 $ s \"bd\" # Gain 0.8",
            "d1 $ Fast 2 $ s \"bd\"",
            "d1 $ fast 2) $ s \"bd\"",
            "d1 $ every 2 (fast 2 $ s \"bd\"",
            "d1 $ stack [\n\ts \"bd\",\n  s \"sn\"\n    # gain 0.8\n\t# n 1 2\n  ]",
            "do\n  d1 $ s \"bd\"\n\td2 $ s \"sn\"",
            "d1 $ s \u{201c}bd sn\u{201d} # n \u{201c}3\u{201d}",
            "d1 $ s \u{2018}bd\u{2019}",
        ],
    );
}

#[test]
fn ten_more() {
    check(
        "mistakes_more",
        &[
            "d1 $ s \"bd\" #",
            "d1 $ s \"bd\" # $ n 3",
            "d1 $ n 0 3",
            "d1 $ s \"bd\" # n 0 3",
            "d1 $ every 2 fast 2 $ s \"bd\"",
            "d1 $ every 2 (fast) $ s \"bd\"",
            "d1 $ every (fast 2) $ s \"bd\"",
            "d1 $ sound bd",
            "d1 $ stack [s \"bd\" s \"sn\"]",
            "d1 $ stack [s \"bd\", s \"sn\"",
            "d1 $ slow $ s \"bd\"",
            "d1 $ fast s \"bd\"",
            "d1 $ s \"bd\" fast 2",
            "d1 $ s \"bd\" $ fast 2",
            "let kick s \"bd\"",
            "let kick",
            "let = 3",
            "kick = s bd",
            "do\n  d1 $ s \"bd\"\n   d2 $ s \"sn\"",
            "do\n  d1 $ s \"bd\"\n d2 $ s \"sn\"",
            "d1 $ jux (rev $ s \"bd\")",
            "d1 $ jux rev s \"bd\"",
            "d1 $ sometimesBy 0.3 # speed 2 $ s \"bd\"",
            "d1 $ s \"bd\" # speed -1",
            "d1 $ s 'bd'",
            "d1 $ s bd*2",
            "d1 = s \"bd\"",
            "d1",
            "s \"bd\" d1",
            "setcps",
            "setcps \"quick\"",
            "d1 $ rev",
            "d1 $ every 3 \"<0 0.25> <~\" $ s \"bd\"",
            "d1 $ off 0.25 # crush 4 $ s \"bd\"",
            "d1 $ s (\"bd\" \"sn\")",
            "d1 $ s \"bd(3,8\"",
            "d1 $ s \"bd*\"",
            "d1 $ s \"bd]\"",
            "d1 $ whenmod 4 2 (# speed 2) s \"bd\"",
        ],
    );
}

#[test]
fn functions_and_their_arguments() {
    check(
        "mistakes_arguments",
        &[
            "d1 $ fast 2 # n sine*4",
            "setcps 120/60/4",
            "d1 $ linger 1/4 $ s \"bd*4\"",
            "d1 $ s \"bd\" # speed (range -1 1 sine)",
            "d1 $ rolledBy -0.25 $ n \"[0,4,7]\"",
            "d1 $ s \"bd\" # speed (range 1 2)",
            "d1 $ s \"bd\" # n run 4",
            "d1 $ s \"bd\" # n (randrun 8)",
            "d1 $ n (randrun 8)",
            "d1 $ s \"bd\" # rev",
            "d1 $ s \"bd\" <~ 0.25",
            "d1 $ struct t f t $ s \"bd\"",
            "d1 $ note c",
            "d1 $ off 0.25 $ s \"bd\"",
            "d1 $ off 0.25 s \"bd\"",
            "d1 $ off (fast 2) 0.25 $ s \"bd\"",
            "d1 $ every \"rev\" 4 $ s \"bd\"",
            "d1 $ every rev 4 $ s \"bd\"",
            "d1 $ every 4 rev 2 $ s \"bd\"",
            "d1 $ sometimesBy (# speed 2) 0.3 $ s \"bd\"",
            "d1 $ within 0 0.5 rev $ s \"bd\"",
            "d1 $ foldEvery 2 3 rev $ s \"bd\"",
            "d1 $ stack s \"bd\" s \"sn\"",
            "d1 $ stack (s \"bd\", s \"sn\")",
            "d1 $ (fast 2, rev) $ s \"bd\"",
            "d1 $ s \"bd\", s \"sn\"",
            "d1 $ rev fast 2 $ s \"bd\"",
            "d1 $ jux rev d1",
            "hush d1",
            "solo d1",
            "xfade d1 $ s \"bd\"",
            "unsolo",
            "d1 $ chop 4.5 $ s \"bd\"",
            "d1 $ chop $ s \"bd\"",
            "d1 $ s \"bd\" # vowel 1",
            "d1 $ s \"bd\" // louder",
        ],
    );
}

#[test]
fn more_than_a_function_makes() {
    check(
        "mistakes_too_much",
        &[
            "d1 $ chop 5000 $ s \"bd\"",
            "d1 $ every 2 (chop \"<8 5000>\") $ s \"bd\"",
            "d1 $ striate 100000 $ s \"bd\"",
            "d1 $ stut 100000 0.5 0.1 $ s \"bd\"",
            "d1 $ echoWith 1000 0.1 (# speed 2) $ s \"bd\"",
            "d1 $ ply 1000000 $ s \"bd\"",
            "d1 $ euclid 3 100000 $ s \"bd\"",
            "d1 $ n (listToPat [0 .. 100000])",
            "d1 $ n \"0 .. 5000\"",
            "d1 $ s \"bd!100000\"",
            "let big = 5000\n\nd1 $ chop big $ s \"bd\"",
        ],
    );
}
