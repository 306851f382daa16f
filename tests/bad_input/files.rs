//! Files that are missing, broken, or something else than they say: sets, samples, SynthDefs.

use super::fake_engine::FakeEngine;
use super::program::{Program, until};
use oiduna::synth::inspect;
use std::path::{Path, PathBuf};

/// A folder with a set in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new(set: &[u8]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.file("set.tidal", set);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Plays the set for ever, with these arguments added.
    fn play(&self, more: &[&str]) -> Program {
        let set = self.path("set.tidal");
        play(&set, more)
    }
}

fn play(set: &Path, more: &[&str]) -> Program {
    let set = set.to_str().unwrap();
    Program::start(&[&["play", set, "--headless"], more].concat())
}

const QUIETLY: [&str; 4] = ["--engine", "embedded", "--seconds", "0.2"];

/// A sound of ten milliseconds.
fn wav() -> Vec<u8> {
    let samples: Vec<u8> = (0..480i16).flat_map(|n| ((n % 48) * 100).to_le_bytes()).collect();
    let mut out = b"RIFF".to_vec();
    out.extend((36 + samples.len() as u32).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend(1u16.to_le_bytes());
    out.extend(1u16.to_le_bytes());
    out.extend(48_000u32.to_le_bytes());
    out.extend(96_000u32.to_le_bytes());
    out.extend(2u16.to_le_bytes());
    out.extend(16u16.to_le_bytes());
    out.extend(b"data");
    out.extend((samples.len() as u32).to_le_bytes());
    out.extend(samples);
    out
}

/// What is wrong is named with its line, and what is right of the same set sounds.
#[test]
fn unknown_sounds_functions_and_controls_do_not_stop_the_rest() {
    let place = Place::new(
        b"setcps 2\n\nd1 $ s \"bd*4\"\n\nd2 $ s \"bdd*4\"\n\nd3 $ fats 2 $ s \"cp\"\n\nd4 $ s \"hh*4\" # gian 0.5\n\nd5 $ s \"rim*4\" # squiz 2\n",
    );
    let engine = FakeEngine::start();
    let mut program = place.play(&["--engine", &engine.word()]);
    // Sound, function, control: the place, the name, the nearest.
    program.says("set.tidal:5:9: no sound is called bdd (did you mean bd");
    program.says("set.tidal:7:6:");
    program.says("fats");
    program.says("fast");
    program.says("set.tidal:9:");
    program.says("gian");
    program.says("gain");
    until("the tracks that are well", || {
        let voices = engine.voices();
        let all =
            ["oi.bd", "oi.rim"].iter().all(|d| voices.iter().filter(|v| v.def.starts_with(d)).count() > 8);
        all.then_some(())
    });
    assert!(engine.voices().iter().all(|v| !v.def.contains("bdd")));
}

#[test]
fn a_broken_sample_is_named_and_the_others_play() {
    let place =
        Place::new(b"setcps 2\n\nd1 $ s \"real*4\"\n\nd2 $ s \"fake cut empty\"\n\nd3 $ s \"bd*4\"\n");
    place.file("mine/real/a.wav", &wav());
    place.file("mine/fake/x.wav", b"this is a text\n");
    place.file("mine/cut/y.wav", &wav()[..20]);
    place.file("mine/empty/z.wav", b"");
    place.file("mine/real/notes.txt", b"no sound, and none is expected");
    let samples = place.path("mine");
    let engine = FakeEngine::start();
    let mut program = place.play(&["--engine", &engine.word(), "--samples", samples.to_str().unwrap()]);
    for (sound, file) in [("fake", "x.wav"), ("cut", "y.wav"), ("empty", "z.wav")] {
        program.says(&format!("error: {sound}:0 cannot be played: could not load"));
        program.says(file);
    }
    until("the sample and the kick", || {
        let voices = engine.voices();
        let sounds = ["oi.s1", "oi.bd"].iter().all(|d| voices.iter().filter(|v| v.def == *d).count() > 8);
        sounds.then_some(())
    });
    // Nothing is wrong with the names, and nothing is expected of a text.
    for word in ["no sound is called", "notes.txt"] {
        assert!(!program.said().contains(word), "{}", program.said());
    }
}

/// On the engine that reads files itself: what it does not take is said, and nothing else suffers.
#[test]
fn a_sample_that_the_engine_cannot_read_is_said_once() {
    let place = Place::new(b"setcps 2\n\nd1 $ s \"fake*4 real*4\"\n");
    place.file("mine/real/a.wav", &wav());
    place.file("mine/fake/x.wav", b"this is a text\n");
    let samples = place.path("mine");
    let words = [&QUIETLY[..2], &["--seconds", "2", "--samples", samples.to_str().unwrap()]].concat();
    let outcome = place.play(&words).outcome();
    outcome.is(0, &["x.wav"]);
    assert!(outcome.said.lines().count() < 8, "{}", outcome.said);
}

#[test]
fn a_folder_of_samples_that_is_not_there_is_named() {
    let place = Place::new(b"d1 $ s \"bd\"\n");
    let words = [&QUIETLY[..], &["--samples", "/no/such/samples"]].concat();
    place.play(&words).outcome().is(0, &["/no/such/samples"]);
    let file = place.path("set.tidal");
    let words = [&QUIETLY[..], &["--samples", file.to_str().unwrap()]].concat();
    place.play(&words).outcome().is(0, &["warning: ", "set.tidal"]);
}

#[test]
fn a_broken_synthdef_is_named_with_a_way_out() {
    let place = Place::new(b"setcps 2\n\nd1 $ s \"bd*4\"\n\nd2 $ s \"whole*4\"\n");
    let whole = oiduna::synth::effects::probe().bytes;
    place.file("defs/garbage.scsyndef", &[0xa5; 300]);
    place.file("defs/empty.scsyndef", b"");
    place.file("defs/cut.scsyndef", &whole[..whole.len() / 2]);
    place.file("defs/long.scsyndef", &[&whole[..6], &[0xff; 40]].concat());
    place.file("defs/ours.scsyndef", &whole);
    let read = inspect::inspect(&whole).unwrap();
    place.file("defs/whole.scsyndef", &inspect::alone(&whole, &read[0], "whole").unwrap());
    let defs = place.path("defs");
    let engine = FakeEngine::start();
    let mut program = place.play(&["--engine", &engine.word(), "--synthdefs", defs.to_str().unwrap()]);
    for broken in ["garbage", "empty", "cut", "long"] {
        program.says(&format!("{broken}.scsyndef is no SynthDef file that can be used"));
    }
    program.says("write it again");
    program.says("write it with SynthDef.writeDefFile");
    program.says("names with oi. are the program's own");
    program.says("SynthDef whole is ready");
    until("the kick", || (engine.voices().iter().filter(|v| v.def == "oi.bd").count() > 4).then_some(()));

    let words = [&QUIETLY[..], &["--synthdefs", "/no/such/defs"]].concat();
    place.play(&words).outcome().is(0, &["/no/such/defs", "is the path right?"]);
}

#[test]
fn a_set_that_cannot_be_read_says_why() {
    let place = Place::new(b"d1 $ s \"\xff\xfe\"\n");
    place.play(&QUIETLY).outcome().is(1, &["set.tidal is not UTF-8 at byte 8: save the file as UTF-8"]);
    let missing = place.path("no/such.tidal");
    play(&missing, &QUIETLY).outcome().is(1, &["there is no file", "no/such.tidal", "check the spelling"]);
    std::fs::create_dir(place.path("empty")).unwrap();
    play(&place.path("empty"), &QUIETLY).outcome().is(1, &["empty holds no .tidal file", "--headless"]);
    // A folder with sets: the newest.
    place.file("sets/old.tidal", b"d1 $ nosuchthing\n");
    let old = std::fs::File::options().write(true).open(place.path("sets/old.tidal")).unwrap();
    old.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    place.file("sets/new.tidal", b"d1 $ s \"bd\"\n");
    let outcome = play(&place.path("sets"), &QUIETLY).outcome();
    outcome.is(0, &[]);
    assert!(!outcome.said.contains("nosuchthing"), "{}", outcome.said);
    // Not a file at all.
    play(Path::new("/dev/null"), &QUIETLY).outcome().is(1, &["/dev/null is not a regular file"]);
}

/// What played plays on while the set is something that cannot be read.
#[test]
fn a_set_that_turns_unreadable_plays_on() {
    let place = Place::new(b"setcps 2\n\nd1 $ s \"bd*4\"\n");
    let engine = FakeEngine::start();
    let mut program = place.play(&["--engine", &engine.word()]);
    let kicks = || engine.voices().iter().filter(|v| v.def == "oi.bd").count();
    until("a kick", || (kicks() > 0).then_some(()));
    let deep = "[".repeat(200_000);
    let broken: [(&[u8], &str); 3] = [
        (b"d1 $ s \"cp\xff\"\n", "set.tidal is not UTF-8 at byte 10"),
        (deep.as_bytes(), "error: set.tidal:1:"),
        (b"d1 $ s \"bd*4\" \0\n", "error: set.tidal:1:"),
    ];
    for (text, words) in broken {
        let before = program.said().matches(words).count();
        place.file("set.tidal", text);
        program.says_again(words, before);
        let played = kicks();
        until("more kicks", || (kicks() > played + 8).then_some(()));
    }
}

#[test]
fn a_log_that_cannot_be_written_is_no_reason_to_stop() {
    let place = Place::new(b"d1 $ s \"bd\"\n");
    let words = [&QUIETLY[..], &["--log", "/dev/null/no/log"]].concat();
    place.play(&words).outcome().is(0, &["warning: there is no log", "/dev/null/no/log"]);
}
