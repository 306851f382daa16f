//! Statements in, edits and diagnostics out.

mod equations;

use super::*;
use crate::time::TimeSpan;

fn evaluate(text: &str) -> Outcome {
    Language::new().evaluate(text, BlockId(1), &Scope::default())
}

/// Events of the first pattern that a block hands out, over one cycle.
fn events(text: &str) -> String {
    let out = evaluate(text);
    assert!(out.diagnostics.is_empty(), "{text}: {:?}", out.diagnostics);
    let pattern = out
        .done
        .iter()
        .find_map(|d| match d {
            Done::Edits(e) => e.iter().find_map(|e| match e {
                Edit::Track { pattern, .. } | Edit::Once(pattern) => Some(pattern.clone()),
                _ => None,
            }),
            Done::Pattern(p) => Some(p.clone()),
            _ => None,
        })
        .expect("a pattern");
    let mut haps = pattern.haps(TimeSpan::cycle(0)).expect("events");
    haps.sort_by_key(|h| (h.part, h.whole));
    haps.iter().map(|h| format!("{h:?}")).collect::<Vec<_>>().join("; ")
}

fn message(text: &str) -> String {
    let out = evaluate(text);
    out.diagnostics.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_statement_hands_out_a_pattern() {
    assert_eq!(events("d1 $ sound \"bd sn:3\""), "0-1/2 s: bd; 1/2-1 n: 3, s: sn");
    assert_eq!(
        events("d1 $ n \"0 1\" # s \"bd\" # speed 2"),
        "0-1/2 n: 0, s: bd, speed: 2; 1/2-1 n: 1, s: bd, speed: 2"
    );
}

#[test]
fn types_decide_what_a_string_means() {
    assert_eq!(events("d1 $ n (every 2 (+ 12) \"0 3\")"), "0-1/2 n: 12; 1/2-1 n: 15");
    assert_eq!(events("d1 $ note (\"0 3\" + \"12\")"), "0-1/2 note: 12; 1/2-1 note: 15");
    assert_eq!(events("\"0.25\" ~> s \"a b c d\""), "0-1/4 s: d; 1/4-1/2 s: a; 1/2-3/4 s: b; 3/4-1 s: c");
    assert_eq!(events("(1/4) ~> s \"a b\""), "-1/4-1/4 (0-1/4) s: b; 1/4-3/4 s: a; 3/4-5/4 (3/4-1) s: b");
}

#[test]
fn functions_are_values() {
    assert_eq!(events("d1 $ foldr ($) (s \"a b\") [rev, (# n 1)]"), "0-1/2 n: 1, s: b; 1/2-1 n: 1, s: a");
    assert_eq!(events("d1 $ (rev . (# n 1)) $ s \"a b\""), "0-1/2 n: 1, s: b; 1/2-1 n: 1, s: a");
    assert_eq!(events("d1 $ stack $ map (\\x -> s \"a\" # n x) [1, 2]"), "0-1 n: 1, s: a; 0-1 n: 2, s: a");
    assert_eq!(events("d1 $ (0.5 <~) $ s \"a b\""), "0-1/2 s: b; 1/2-1 s: a");
}

#[test]
fn definitions_serve_every_type_they_fit() {
    let set = "let twice = fast 2\n    x = \"1 2\"\nd1 $ twice $ n x # s \"a\"";
    assert_eq!(events(set), "0-1/4 n: 1, s: a; 1/4-1/2 n: 2, s: a; 1/2-3/4 n: 1, s: a; 3/4-1 n: 2, s: a");
    assert_eq!(events("let f a b = n a # s b\nd1 $ f \"1\" \"x\""), "0-1 n: 1, s: x");
    assert_eq!(events("let x = \"<1 2>\"\nd1 $ sound x # n x"), "0-1 n: 1, s: 1");
    assert_eq!(events("d1 $ f 3 where f y = n y"), "0-1 n: 3");
}

#[test]
fn layout_is_read_as_performers_write_it() {
    assert_eq!(events("d1\n  $ s \"a\"\n  # n 1"), "0-1 n: 1, s: a");
    assert_eq!(events("d1\n$ s \"a\"\n# n 1"), "0-1 n: 1, s: a");
    assert_eq!(events("d1 $ stack [\ns \"a\",\ns \"b\"\n]"), "0-1 s: a; 0-1 s: b");
    assert_eq!(evaluate("do\n  d1 $ s \"a\"\n  d2 $ s \"b\"").edits().len(), 2);
    assert_eq!(evaluate("d1 $ s \"a\"\nd2 $ s \"b\"\nhush").edits().len(), 3);
    assert_eq!(evaluate("do\n  let x = s \"a\"\n      y = # n 1\n  d1 $ x\n").done.len(), 0);
    assert_eq!(evaluate("do\n  let x = s \"a\"\n      y = (# n 1)\n  d1 $ y x\n  d2 $ x").edits().len(), 2);
}

#[test]
fn mistakes_are_named_in_the_words_of_music() {
    assert_eq!(message("d1 $ sond \"bd\""), "there is no function or control sond");
    assert_eq!(message("d1 $ sound 3"), "sound wants a pattern of words as its argument; this is a number");
    assert!(message("d1 sound \"bd\"").contains("d1"), "{}", message("d1 sound \"bd\""));
    assert_eq!(message("let x = x + 1\nd1 $ s \"a\""), "x is defined by itself, which never ends");
    assert!(message("d1 $ s \"bd").contains("no closing quote"));
    assert!(message("d1 $ s \"[bd\"").contains('['));
}

#[test]
fn one_error_leaves_the_other_statements() {
    let out = evaluate("d1 $ s \"a\"\nd2 $ bogus\nd3 $ s \"c\"");
    assert_eq!((out.edits().len(), out.diagnostics.len()), (2, 1));
    let out = evaluate("d1 $ s \"a\nd2 $ s \"b\"\nd3 $ bogus");
    assert_eq!((out.edits().len(), out.diagnostics.len()), (1, 2), "{:?}", out.diagnostics);
}

#[test]
fn nothing_runs_away() {
    for text in [
        "d1 $ stack $ replicate 1000000000 $ s \"a\"",
        "d1 $ n (listToPat [0 .. 1000000000])",
        "d1 $ fast 1e300 $ s \"a\"",
        "d1 $ stutWith 100000 0.1 rev $ s \"a\"",
        "d1 $ iter 1000000 $ s \"a\"",
    ] {
        let _ = evaluate(text);
    }
    let doubling =
        (1..40).fold("let f0 = fast 1\n".to_owned(), |t, i| t + &format!("    f{i} = f{0} . f{0}\n", i - 1));
    assert!(message(&format!("{doubling}d1 $ f39 $ s \"a\"")).contains("more work"));
    let deep = format!("d1 $ {}s \"a\"{}", "(".repeat(1000), ")".repeat(1000));
    assert!(message(&deep).contains("too deeply"));
}

/// What walks the tree or a type calls itself: neither may be deeper than the stack, nor larger than
/// there is memory.
#[test]
fn no_text_overflows_the_stack() {
    let many = |piece: &str, n: usize| piece.repeat(n);
    for (text, words) in [
        (many("\"a\" ", 1000), "too many"),
        (format!("d1 $ (\\{}-> x)", many("x ", 1000)), "too many"),
        (format!("let f {}= 1", many("x ", 1000)), "too many"),
        (format!("d1 $ ({}1)", many("1,", 1000)), "too many"),
        (format!("d1 $ ({})", many(",", 1000)), "too many"),
        (format!("d1 $ s \"a\" {}", many("# n 1", 1000)), "too deeply"),
        (format!("d1 $ {}s \"a\"", many("rev $ ", 1000)), "too deeply"),
        (format!("d1 $ {}rev $ s \"a\"", many("rev . ", 1000)), "too deeply"),
        // Neither the brackets nor the operators are too many by themselves.
        (
            format!("d1 $ {}s \"a\"{}", many("(", 20), many(&format!("){}", many("# n 1", 50)), 20)),
            "too deeply",
        ),
        (many("x ", 100_000), "too long"),
        (format!("do\n{}", many("  let x = 1\n", 10_000)), "too long"),
    ] {
        let said = message(&text);
        assert!(said.contains(words), "{words:?} is not in {said:?}: {}...", &text[..text.len().min(40)]);
    }
    let pairs = (1..30)
        .fold("let f0 x = (x,x)\n".to_owned(), |t, i| t + &format!("    f{i} x = f{0} (f{0} x)\n", i - 1));
    assert!(message(&format!("{pairs}d1 $ f29 1")).contains("too large"));
    // What is as large as it may be is still evaluated.
    assert_eq!(evaluate(&format!("d1 $ s \"a\" {}", many("# n 1", 250))).diagnostics, []);
}

#[test]
fn statements_of_earlier_versions_set_the_tempo() {
    for (old, new) in [
        ("cps 0.5", "setcps 0.5"),
        ("cps (130/60/4)", "setcps (130/60/4)"),
        ("bps 2", "setcps 1"),
        ("do\n  cps 0.6\n  d1 $ s \"a\"", "do\n  setcps 0.6\n  d1 $ s \"a\""),
        ("d1 $ s \"a\" # cps 2\ncps 0.5", "d1 $ s \"a\" # cps 2\nsetcps 0.5"),
    ] {
        let (was, is) = (evaluate(old), evaluate(new));
        assert_eq!(format!("{:?}", was.edits()), format!("{:?}", is.edits()), "{old}");
        let hints: Vec<bool> = was.diagnostics.iter().map(|d| !d.is_error() && d.help.len() == 1).collect();
        assert_eq!(hints, [true], "{old}: {:?}", was.diagnostics);
    }
}

/// What Tidal computed of sets by performers, reduced: what was heard of each.
#[test]
fn what_performers_write_means_what_it_meant() {
    let cases = [
        // A string of controls is sounds, a whole number n, a decimal speed.
        ("d1 $ \"bd sn:3\"", "0-1/2 s: bd; 1/2-1 n: 3, s: sn"),
        ("d1 $ n \"1*2\" |> irand 8 # s \"x\"", "0-1/2 n: 5, s: x; 1/2-1 n: 1, s: x"),
        ("d1 $ s \"x\" # square", "0-1 s: x, speed: 1"),
        // The events are those of the notes, however long.
        ("d1 $ n (scale \"major\" \"0/2\")", "0-2 (0-1) n: 0"),
        ("d1 $ n (range 1 5 \"0/2\")", "0-2 (0-1) n: 1"),
        // Haskell counts decimals to half a step beyond the end.
        ("d1 $ n (listToPat [0.5 .. 2])", "0-1/3 n: 0.5; 1/3-2/3 n: 1.5; 2/3-1 n: 2.5"),
        ("d1 $ n (listToPat $ take 2 [1, 3 ..])", "0-1/2 n: 1; 1/2-1 n: 3"),
        // A name of the set's own is what it is, whatever else has that name.
        ("let rep n p = ply (n-1) p\nd1 $ rep 3 $ s \"a\"", "0-1/2 s: a; 1/2-1 s: a"),
        ("let trigger x = fast 2 x\nd1 $ trigger $ s \"a\"", "0-1/2 s: a; 1/2-1 s: a"),
        // At the end behind `!`, `@` or a blank, chance is for all of the sequence.
        ("d1 $ s \"a b!2?\"", "2/3-1 s: b"),
        ("d1 $ s \"<a b!2?>\"", "2/3-1 s: b"),
        ("d1 $ s \"[a b!2?] c\"", "1/3-1/2 s: b; 1/2-1 s: c"),
        ("d1 $ n (run \"2.5\")", "0-1/3 n: 0; 1/3-2/3 n: 1; 2/3-1 n: 2"),
        ("d1 $ substruct \"t t/2\" $ s \"a\"", "0-1/2 s: a"),
        (
            "d1 $ juxBy 0.5 (0.25 ~>) $ s \"a\"",
            "-3/4-1/4 (0-1/4) pan: 0.75, s: a; 0-1 pan: 0.25, s: a; 1/4-5/4 (1/4-1) pan: 0.75, s: a",
        ),
        // Definitions at the margin know those below them.
        ("far x = near x\nnear = pF \"near\"\nd1 $ far 1", "0-1 near: 1"),
        // Lines for GHCi.
        (":{\nlet x = s \"a\"\n:}\nd1 $ x", "0-1 s: a"),
        // Lengths without a common measure.
        ("d1 $ spaceOut (map (1/) [1, 1.2 .. 9]) $ s \"bd\"", "0-1 s: bd"),
    ];
    for (code, want) in cases {
        assert_eq!(events(code), want, "{code}");
    }
}

#[test]
fn old_forms_work_and_name_todays() {
    for (old, today) in [
        ("d1 $ s \"x\" # pan (scale 0.3 0.7 sine)", "range"),
        ("t1 (xfadeIn 2) $ s \"hh\"", "xfadeIn 1"),
        ("t2 anticipate $ s \"hh\"", "anticipate 1"),
        ("streamMute tidal 1", "mute"),
        ("streamHush tidal", "hush"),
    ] {
        let out = evaluate(old);
        let [d] = out.diagnostics.as_slice() else { panic!("{old}: {:?}", out.diagnostics) };
        assert!(!d.is_error() && d.help[0].contains(today), "{old}: {d:?}");
        assert!(!out.done.is_empty());
    }
    assert_eq!(evaluate("t1 (xfadeIn 2) $ s \"hh\"").edits().len(), 1);
    // With the numbers of a scale's notes it is a scale.
    assert!(evaluate("d1 $ n (scale \"major\" \"0\")").diagnostics.is_empty());
    for newer in
        ["d1 $ mtrigger 4 $ s \"a\"", "d1 $ mtrigger 4 1 $ s \"a\"", "d1 $ triggerWith (const 0.1) $ s \"a\""]
    {
        assert!(evaluate(newer).diagnostics.is_empty(), "{newer}: {:?}", evaluate(newer).diagnostics);
    }
}

#[test]
fn a_set_may_define_what_starts_statements() {
    let out = evaluate("let setbpm x = setcps (x/60/4)\nsetbpm 120");
    assert!(matches!(out.edits().as_slice(), [crate::score::Edit::Cps(x)] if (x - 0.5).abs() < 1e-12));
    let out = evaluate("let hush = mapM_ ($ silence) [d1, d2]\nhush");
    assert_eq!(out.edits().len(), 2);
    assert!(evaluate("let d1 = p 1 . (|< orbit 0)\nd1 $ s \"bd\"").diagnostics.is_empty());
    assert_eq!(message("let d4 = s \"bd\""), "d4 is what plays; = would give its name to something else");
}

#[test]
fn a_tempo_that_is_none_is_refused() {
    for text in ["setcps 0", "setcps (-1)", "setcps (1/0)", "setbpm 0", "setcps \"0.5 0\""] {
        assert!(message(text).starts_with("a tempo of"), "{text}: {}", message(text));
    }
    assert!(matches!(
        evaluate("setcps \"0.5 0.6\"").edits().as_slice(),
        [crate::score::Edit::Cps(_), crate::score::Edit::Tempi(_)]
    ));
    assert!(matches!(
        evaluate("mute 1 >> getcps").edits().as_slice(),
        [crate::score::Edit::Mute(_), crate::score::Edit::Ask(_)]
    ));
}

#[test]
fn lists_and_texts_end() {
    for text in [
        "n (fromIntegral $ length (foldr (\\_ x -> x ++ x) \"ab\" [1..50]))",
        "n (fromList (foldr (\\_ x -> x ++ []) [1..60000] [1..60000]))",
        "n (fromIntegral $ length $ show (replicate 65000 (replicate 65000 1)))",
        "n (if replicate 65000 (replicate 65000 1) == replicate 65000 (replicate 65000 1) then 1 else 0)",
    ] {
        let said = message(text);
        assert!(said.contains("takes more work") || said.contains("at most"), "{text}: {said}");
    }
}

#[test]
fn a_definition_with_an_error_leaves_those_beside_it() {
    let text = "let a = s \"bd\"\n    b = s \"sn\" )\n    c x = bogus x\n    d = # gain 1\n    f = s \"x\n    e y = y # pan 0\n";
    let out = evaluate(text);
    let [Done::Defined(defined)] = out.done.as_slice() else { panic!("{:?}", out.done) };
    assert_eq!(defined.iter().map(|d| &*d.name).collect::<Vec<_>>(), ["a", "e"]);
    assert_eq!(out.diagnostics.len(), 4, "{:?}", out.diagnostics);
    // In a do the lines belong together.
    assert!(evaluate("do\n  let x = s \"a\"\n      y = # n 1\n  d1 $ x\n").done.is_empty());
}
