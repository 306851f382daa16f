//! Text that means nothing: `query`, `query --batch` and `check`.

use super::program::{Program, run_with};
use serde_json::Value;

fn query(text: &str, code: i32, words: &[&str]) {
    Program::start(&["query", "--", text]).outcome().is(code, words);
}

fn check(text: &[u8], code: i32, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.tidal");
    std::fs::write(&set, text).unwrap();
    let outcome = Program::start(&["check", set.to_str().unwrap()]).outcome();
    outcome.is(code, words);
    assert!(outcome.printed.len() < 100_000, "{} bytes are printed", outcome.printed.len());
    assert!(!outcome.printed.contains(['\0', '\x1b']), "{}", outcome.printed);
}

#[test]
fn a_mistake_has_its_place_and_a_way_out() {
    query("d1 $ sound \"bd", 1, &["error:", "query:1:", "^", "help:"]);
    query("d1 $ spund \"bd\"", 1, &["spund", "query:1:6", "sound"]);
    query("d1 $ fast \"2\" $ sond \"bd\"", 1, &["sond", "query:1:17", "sound"]);
    query("sound \"bd\" # gian 1", 1, &["gian", "query:1:14", "gain"]);
    query("d1 $ sound \"bd [sn\"", 1, &["query:1:"]);
    query("every 3 fast \"bd\"", 1, &["error:", "query:1:"]);
    query("\u{1f600}", 1, &["query:1:1"]);
    query("", 0, &[]);
    query("\x1b[31m \x07", 1, &["query:1:1"]);
}

/// Without a folder of samples nobody knows what sounds there are; with one, a wrong name is told.
#[test]
fn a_sound_that_is_nowhere_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.tidal");
    std::fs::write(&set, "d1 $ s \"bd nosuch tone\"\n").unwrap();
    let check = |more: &[&str]| Program::start(&[&["check", set.to_str().unwrap()], more].concat()).outcome();
    assert!(!check(&[]).printed.contains("no sound"));
    let tones = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples");
    let given = check(&["--samples", tones]);
    given.is(0, &["no sound is called nosuch", "set.tidal:1:12"]);
    assert_eq!(given.printed.matches("no sound").count(), 1, "{}", given.printed);
    std::fs::create_dir_all(folder.path().join("samples/nosuch")).unwrap();
    std::fs::copy(format!("{tones}/tone.wav"), folder.path().join("samples/nosuch/a.wav")).unwrap();
    let beside = check(&[]);
    beside.is(0, &["no sound is called tone"]);
    assert!(!beside.printed.contains("called nosuch"), "{}", beside.printed);
}

#[test]
fn a_set_with_mistakes_says_each_with_its_line() {
    check(
        b"d1 $ sound \"bd*4\"\n\nd2 $ fats 2 $ sound \"hh\"\n\nd3 $ sound \"cp\n\n-- well\n",
        1,
        &["set.tidal:3:6", "fats", "fast", "set.tidal:5:12"],
    );
    check(b"d1 $ sound \"bd*4\"\n", 0, &[]);
    check(b"", 0, &[]);
    check(b"d1 $ sound \"bd\" \0\0\0\n", 1, &["set.tidal:1:17"]);
    check(b"\0", 1, &["set.tidal:1:1"]);
    check(b"d1 $ sound \"b\x1b[2Jd\"\n\nd2 $ \x1b[2J\n", 1, &["set.tidal:"]);
    check(b"d1 $ sound \"\xff\"\n", 1, &["not UTF-8 at byte 12: save the file as UTF-8"]);
    check(b"\xff\xfed\x001\x00", 1, &["not UTF-8 at byte 0"]);
    Program::start(&["check", "/no/such/set.tidal"]).outcome().is(1, &["/no/such/set.tidal"]);
    Program::start(&["check", "/"]).outcome().is(1, &["error: / "]);
    Program::start(&["check"]).outcome().is(2, &["--help"]);
}

#[test]
fn what_cannot_be_meant_is_refused_soon() {
    let begun = std::time::Instant::now();
    let repeated = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    for (piece, bytes) in [("[", 5_000_000), ("\0", 5_000_000), ("x\n\n", 30_000)] {
        check(repeated(piece, bytes).as_bytes(), 1, &["set.tidal:1:"]);
    }
    check(format!("d1 $ s \"{}", repeated("[", 5_000_000)).as_bytes(), 1, &["set.tidal:1:"]);
    check(format!("d1 $ s \"{}\"", repeated("[", 5_000_000)).as_bytes(), 1, &["set.tidal:1:"]);
    for piece in ["(", "\"", "{", "<", "d1 $ ", "fast 2 $ ", "~ ", "\u{a7} ", "\u{1}\u{2}", "{-", "\\x -> "] {
        let text = repeated(piece, 200_000);
        check(text.as_bytes(), 1, &["set.tidal:1:"]);
    }
    println!("16 files that are no sets: {:?}", begun.elapsed());
    // A pattern that asks for too much.
    query("s \"bd*100000000\"", 1, &["error:"]);
}

#[test]
fn wrong_usage_is_2() {
    for words in [
        &["query"][..],
        &["query", "--cycles", "many", "bd"],
        &["query", "--cycles", "-1", "bd"],
        &["query", "--cycles", "1000000", "bd"],
        &["query", "--as", "colour", "bd"],
        &["play"],
        &["play", "x.tidal"],
        &["play", "x.tidal", "--headless", "--seconds", "soon"],
        &["play", "x.tidal", "--headless", "--seconds", "-1"],
        &["play", "x.tidal", "--headless", "--latency", "NaN"],
        &["play", "x.tidal", "--headless", "--engine", "csound"],
        &["play", "x.tidal", "--headless", "--engine", "osc:nowhere"],
        &["play", "x.tidal", "--headless", "--buffers", "100000"],
        &["--no-such-option"],
        &["nosuchword"],
    ] {
        let outcome = Program::start(words).outcome();
        assert_eq!(outcome.code, Some(2), "{words:?}: {outcome:?}");
        assert!(outcome.said.contains("error: ") && outcome.printed.is_empty(), "{words:?}: {outcome:?}");
    }
    Program::start(&["play", "x.tidal", "--headless", "--engine", "csound"])
        .outcome()
        .is(2, &["auto, supernova, scsynth, embedded, osc:HOST:PORT or dirt[:HOST[:PORT]]"]);
}

/// One answer a line, in order, whatever the line is.
#[test]
fn a_batch_answers_every_line() {
    let deep = format!("{{\"id\":7,\"pattern\":\"{}\"}}", "[".repeat(100_000));
    let nested = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let lines: Vec<(&[u8], Value, bool)> = vec![
        (br#"{"id":1,"pattern":"bd*2"}"#, 1.into(), true),
        (b"", Value::Null, false),
        (b"   ", Value::Null, false),
        (b"nonsense", Value::Null, false),
        (b"{", Value::Null, false),
        (b"\xff\xfe\xfd", Value::Null, false),
        (b"{\"id\":2,\"pattern\":\"\xff\"}", Value::Null, false),
        (b"\0\0\0", Value::Null, false),
        (b"[]", Value::Null, false),
        (b"null", Value::Null, false),
        (br#"{"id":3}"#, 3.into(), false),
        (br#"{"id":"four","pattern":"bd [sn"}"#, "four".into(), false),
        (br#"{"id":5,"pattern":"bd","as":"colour"}"#, 5.into(), false),
        (br#"{"id":6,"pattern":"bd","cycles":-1}"#, 6.into(), false),
        (deep.as_bytes(), 7.into(), false),
        (nested.as_bytes(), Value::Null, false),
        (br#"{"id":8,"pattern":"bd","cycles":4000000000}"#, 8.into(), false),
        (br#"{"id":9,"code":"d1 $ s \"bd\" # nosuch 1"}"#, 9.into(), false),
        (br#"{"id":10,"code":"d1 $ x","pre":["let x = ", "let y = 1"]}"#, 10.into(), false),
        (br#"{"id":11,"pattern":5}"#, 11.into(), false),
        (br#"{"id":[12],"pattern":"bd*100000000"}"#, serde_json::json!([12]), false),
        (br#"{"id":13,"pattern":"bd","more":"than asked for"}"#, 13.into(), true),
        (b"{\"id\":14,\"pattern\":\"a\\u0000b\"}", 14.into(), false),
        (br#"{"id":15,"code":"d1 $ s x","pre":["let x = \"bd*2\""]}"#, 15.into(), true),
    ];
    let input = lines.iter().map(|(line, ..)| *line).collect::<Vec<_>>().join(&b'\n');
    let outcome = run_with(&["query", "--batch"], &input);
    outcome.is(0, &[]);
    let answers: Vec<&str> = outcome.printed.lines().collect();
    assert_eq!(answers.len(), lines.len(), "{}", outcome.printed);
    for ((line, id, ok), answer) in lines.iter().zip(answers) {
        let line = String::from_utf8_lossy(&line[..line.len().min(60)]);
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert_eq!((&answer["id"], answer["ok"].as_bool()), (id, Some(*ok)), "{line}: {answer}");
        if !ok {
            let error = answer["error"].as_object().unwrap();
            let names: Vec<&str> = error.keys().map(String::as_str).collect();
            assert_eq!(names, ["column", "help", "line", "message"], "{line}: {answer}");
            assert!(error["message"].as_str().unwrap().len() > 5, "{line}: {answer}");
            assert!(error["help"].is_string(), "{line}: {answer}");
        }
    }
    // No input at all is no line.
    assert_eq!(run_with(&["query", "--batch"], b"").printed, "");
}
