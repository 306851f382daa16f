//! Samples as their user has them: the subcommand, the config file, five hundred loads while a dense
//! set plays, a folder that disappears.

use super::processes::installed;
use super::program::{Program, until};
use super::{alone, shared};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const TONES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples");

/// Copies `tests/samples/tone.EXTENSION` to `path`.
fn tone(extension: &str, path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(Path::new(TONES).join(format!("tone.{extension}")), path).unwrap();
}

/// A 16-bit wav at 48 kHz.
fn wav(path: &Path, channels: u16, frames: u32) {
    let frame = channels * 2;
    let bytes = frames * u32::from(frame);
    let mut out = b"RIFF".to_vec();
    out.extend((36 + bytes).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    out.extend(channels.to_le_bytes());
    out.extend(48_000u32.to_le_bytes());
    out.extend((48_000 * u32::from(frame)).to_le_bytes());
    out.extend(frame.to_le_bytes());
    out.extend(b"\x10\0data");
    out.extend(bytes.to_le_bytes());
    out.extend((0..bytes / 2).flat_map(|n| ((n % 97) as i16 * 300).to_le_bytes()));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, out).unwrap();
}

/// Lets it play on for so long after `began`.
fn until_after(began: Instant, length: Duration) {
    until("the clock", || (began.elapsed() >= length).then_some(()));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn sounds_are_listed_described_added_and_found() {
    let _turn = shared();
    let dir = tempfile::tempdir().unwrap();
    let (folder, config) = (dir.path().join("my ü"), dir.path().join("new/config.toml"));
    tone("flac", &folder.join("tabla/a.flac"));
    tone("opus", &folder.join("tabla/b.opus"));
    tone("wav", &folder.join("pack/kick/deep.wav"));
    tone("wav", &folder.join("flat.wav"));
    std::fs::write(folder.join("tabla/c.wav"), "no sound").unwrap();
    let run =
        |words: &[&str]| Program::start(&[&["samples", "--config", text(&config)], words].concat()).outcome();
    run(&["add", text(&folder.join("nowhere"))]).is(1, &["nowhere", "what exists of it"]);
    run(&["list"]).is(1, &["new/config.toml cannot be read"]);
    run(&["add", text(&folder)]).is(0, &[]);
    let listed = run(&["list"]);
    listed.is(0, &["c.wav is no sound file that can be read"]);
    assert_eq!(listed.printed, "flat 1\nkick 1\ntabla 3\n");
    let found: Value = serde_json::from_str(&run(&["search", "pack", "deep", "--json"]).printed).unwrap();
    assert_eq!(
        (&found["name"], &found["found"][0], &found["tags"][1]),
        (&"kick".into(), &0.into(), &"pack".into())
    );
    run(&["search", "nothing"]).is(1, &["nothing matches"]);
    let facts = run(&["info", "tabla", "--json"]).printed;
    let facts: Vec<Value> = facts.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(facts.len(), 3);
    assert_eq!((&facts[0]["rate"], &facts[0]["format"]), (&44_100.into(), &"flac".into()));
    assert_eq!((&facts[1]["frames"], &facts[1]["format"]), (&4800.into(), &"opus".into()));
    assert!(facts[2]["trouble"].is_string() && facts[2]["rate"].is_null());
    assert!(run(&["info", "tabla:-2"]).printed.starts_with("tabla:1 0.100 s, 48000 Hz, 2 channels, opus"));
    run(&["info", "tabl"]).is(1, &["did you mean tabla?"]);
    std::fs::write(&config, "# none\n").unwrap();
    run(&["list"]).is(1, &["there is no folder of samples", "samples add"]);
    std::fs::write(&config, "samples = []\nfirsthit = \"late\"\n").unwrap();
    run(&["list"]).is(1, &["config.toml:2: there is no key firsthit; did you mean first_hit?"]);
}

/// A set of 96 events a second, and the same with a track of these sounds.
fn dense(more: &str) -> String {
    let tracks = ["bd", "hh", "sn", "rim", "cp", "lt"].iter().enumerate();
    let tracks = tracks.map(|(i, s)| format!("d{} $ s \"{s}*16\" # gain 0.7\n\n", i + 1));
    format!("setcps 1\n\n{}{more}", tracks.collect::<String>())
}

/// Loads [`MANY`] files while a dense set plays: late bundles, and what was said.
fn load_many() -> (u64, String) {
    let dir = tempfile::tempdir().unwrap();
    let (set, report): (PathBuf, PathBuf) = (dir.path().join("set.tidal"), dir.path().join("report.json"));
    let bank = dir.path().join("bank");
    wav(&bank.join("six/a.wav"), 6, 4800);
    // A second each, under five hundred names.
    let first = bank.join("snd0/0.wav");
    wav(&first, 1, 48_000);
    for n in 1..MANY {
        let path = bank.join(format!("snd{}/{}.wav", n / 10, n % 10));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::hard_link(&first, path).unwrap();
    }
    std::fs::write(&set, dense("")).unwrap();
    let words = ["play", text(&set), "--headless", "--engine", "supernova", "--samples", text(&bank)];
    let mut program = Program::start(&[&words[..], &["--report", text(&report)]].concat());
    program.logs(&program.home.path().join("oiduna/oiduna.log"), "playing");
    let began = Instant::now();
    until_after(began, Duration::from_millis(500));
    let names: Vec<String> = (0..MANY).map(|n| format!("snd{}:{}", n / 10, n % 10)).collect();
    std::fs::write(&set, dense(&format!("d8 $ slow 4 $ s \"{} six\"\n", names.join(" ")))).unwrap();
    program.says("all answered");
    until_after(began, Duration::from_secs(3));
    program.signal(2);
    let outcome = program.outcome();
    outcome.is(
        0,
        &[&format!("{} samples asked for", MANY + 1), "six:0 has 6 channels: the first two are played"],
    );
    assert!(!outcome.said.contains("cannot be played"), "{}", outcome.said);
    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    assert!(report["events"].as_u64().unwrap() > 200, "{report}");
    println!("{report}");
    (report["late"].as_u64().unwrap(), outcome.said)
}

const MANY: usize = 500;

#[test]
fn five_hundred_loads_delay_no_note() {
    if !installed(&["supernova", "jackd"]) {
        return;
    }
    let _turn = alone();
    // Another program may take the machine away for a tenth of a second; twice is no accident.
    let (late, said) = load_many();
    if late > 0 {
        println!("{late} late; once more: {said}");
        assert_eq!(load_many().0, 0);
    }
}

#[test]
fn a_folder_that_disappears_stops_nothing() {
    let _turn = shared();
    let dir = tempfile::tempdir().unwrap();
    let (set, bank) = (dir.path().join("set.tidal"), dir.path().join("samples"));
    tone("wav", &bank.join("tabla/a.wav"));
    tone("wav", &bank.join("tabla/b.wav"));
    tone("opus", &bank.join("tabla/c.opus"));
    std::fs::write(&set, "d1 $ s \"tabla\"\n").unwrap();
    let report = dir.path().join("report.json");
    // The folder beside the set is found by itself.
    let words = ["play", text(&set), "--headless", "--engine", "embedded", "--report", text(&report)];
    let mut program = Program::start(&words);
    program.says("1 sounds, 3 samples");
    program.logs(&program.home.path().join("oiduna/oiduna.log"), "playing");
    let began = Instant::now();
    std::fs::write(&set, "d1 $ s \"tabla\"\n\nd2 $ s \"tabla:2\"\n").unwrap();
    program.says("the embedded engine cannot decode");
    std::fs::remove_dir_all(&bank).unwrap();
    std::fs::write(&set, "d1 $ s \"tabla\"\n\nd3 $ s \"tabla:1\"\n").unwrap();
    program.says("tabla:1 cannot be played");
    until_after(began, Duration::from_secs(1));
    program.signal(2);
    program.outcome().is(0, &["taken over"]);
    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    assert!(report["events"].as_u64().unwrap() > 0, "{report}");
}
