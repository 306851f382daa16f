//! The subcommand as its user runs it.

use super::program::run_with;
use std::path::Path;

/// A set in a folder of its own.
fn set(text: &str) -> (tempfile::TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.tidal");
    std::fs::write(&path, text).unwrap();
    let out = folder.path().join("out.wav").display().to_string();
    let path = path.display().to_string();
    (folder, path, out)
}

fn render(arguments: &[&str]) -> super::program::Outcome {
    run_with(&[&["render", "--engine", "embedded"], arguments].concat(), b"")
}

fn left_behind(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = files.collect();
    files.sort();
    files
}

#[test]
fn the_file_is_as_wide_and_as_fast_as_asked_for() {
    let _turn = super::shared();
    let (folder, set, out) = set("setcps 4\n\nd1 $ s \"bd hh\"\n");
    for (bits, rate, wide) in [("16", "22050", 16), ("24", "48000", 24), ("float", "44100", 32)] {
        let outcome = render(&[&set, "--cycles", "2", "--out", &out, "--bits", bits, "--rate", rate]);
        outcome.is(0, &["out.wav", "4 events", "on embedded"]);
        let reader = hound::WavReader::open(&out).unwrap();
        let (spec, frames) = (reader.spec(), reader.duration());
        assert_eq!((spec.bits_per_sample, spec.sample_rate.to_string().as_str()), (wide, rate));
        assert!(f64::from(frames) / f64::from(spec.sample_rate) >= 0.5, "{frames} frames");
    }
    assert_eq!(left_behind(folder.path()), ["out.wav", "set.tidal"]);
}

#[test]
fn what_is_good_is_rendered_beside_an_error() {
    let _turn = super::shared();
    let (folder, set, out) = set("d1 $ s \"bd*2\"\n\nd2 $ s \"bd [\"\n\nd3 $ s \"bdd\"\n");
    let outcome = render(&[&set, "--cycles", "1", "--out", &out]);
    outcome.is(1, &["error: set.tidal:3:", "no sound is called bdd", "2 events"]);
    assert!(hound::WavReader::open(&out).unwrap().duration() > 0);
    assert_eq!(left_behind(folder.path()), ["out.wav", "set.tidal"]);
}

#[test]
fn what_cannot_be_is_told_before_anything_is_rendered() {
    let _turn = super::shared();
    let (folder, set, out) = set("d1 $ s \"bd\"\n");
    let file = folder.path().join("set.tidal").display().to_string();
    let nowhere = folder.path().join("no/such/out.wav").display().to_string();
    let as_folder = folder.path().join("folder.wav");
    std::fs::create_dir(&as_folder).unwrap();
    let cases: &[(&[&str], i32, &[&str])] = &[
        (&[&set, "--cycles", "1", "--out", &nowhere], 2, &["cannot be written", "no/such/out.wav"]),
        (&[&set, "--cycles", "1", "--out", as_folder.to_str().unwrap()], 2, &["cannot be written"]),
        (&[&set, "--cycles", "1", "--out", &out, "--stems", &file], 2, &["cannot be written"]),
        (&[&set, "--cycles", "1", "--out", "x.mp3"], 2, &["ends in .wav"]),
        (&[&set, "--cycles", "0", "--out", &out], 2, &["--cycles"]),
        (&[&set, "--cycles", "1", "--out", &out, "--bits", "8"], 2, &["16, 24 or float"]),
        (&[&set, "--cycles", "1000000", "--out", &out], 2, &["more than 3 hours"]),
        (&["no.tidal", "--cycles", "1", "--out", &out], 1, &["no.tidal"]),
    ];
    for (arguments, code, words) in cases {
        render(arguments).is(*code, words);
    }
    let remote = ["render", &set, "--cycles", "1", "--out", &out, "--engine", "osc:127.0.0.1:57110"];
    run_with(&remote, b"").is(2, &["cannot render"]);
    let missing = super::program::Program::with(
        &["render", &set, "--cycles", "1", "--out", &out, "--engine", "scsynth"],
        |c| {
            c.env("PATH", "/nowhere");
        },
    );
    missing.outcome().is(3, &["scsynth is not installed"]);
    assert_eq!(left_behind(folder.path()), ["folder.wav", "set.tidal"]);
}

/// supernova dies of them offline (engine facts, section 4): it is not even started.
#[test]
fn more_voices_than_supernova_survives_are_told() {
    let _turn = super::shared();
    if !super::processes::installed(&["supernova"]) {
        return;
    }
    let (folder, set, out) = set("setcps 4\n\nd1 $ s \"hh*64\" # sustain 0.01\n");
    let many = ["render", &set, "--cycles", "64", "--out", &out, "--engine", "supernova"];
    run_with(&many, b"").is(3, &["supernova cannot render", "--engine scsynth"]);
    assert_eq!(left_behind(folder.path()), ["set.tidal"]);
}

/// A signal leaves nothing behind, not even what was half done.
#[test]
fn a_render_that_is_broken_off_leaves_nothing() {
    let _turn = super::shared();
    let (folder, set, out) = set("setcps 0.5\n\nd1 $ s \"bd*8\" # room 0.3\n");
    let arguments = ["render", &set, "--cycles", "3000", "--out", &out, "--engine", "embedded"];
    let mut program = super::program::Program::start(&arguments);
    super::program::until("its folder", || (left_behind(folder.path()).len() > 1).then_some(()));
    program.signal(2);
    let status = program.ends();
    assert_eq!(status.code(), Some(3), "{}", program.said());
    assert_eq!(left_behind(folder.path()), ["set.tidal"], "{}", program.said());
}
