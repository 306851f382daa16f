//! Real material: the samples and SynthDefs of Sonic Pi, which `scripts/test` fetches. What is not there
//! is passed over, with a word; on a CI machine it is there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "support/engines.rs"]
mod engines;
#[path = "support/render.rs"]
mod render;

use engines::options;
use oiduna::media;
use oiduna::server::{EngineChoice, Server};
use oiduna::synth::inspect::{Def, alone, inspect};
use oiduna::synth::review::review;
use std::path::{Path, PathBuf};

/// Where Debian's package puts them.
const SAMPLES: &str = "/usr/share/sonic-pi/samples";
/// Where the script says the SynthDefs are.
const SYNTHDEFS: &str = "OIDUNA_SYNTHDEFS";

/// The SynthDef files, sorted; none when they are not there.
fn synthdefs() -> Vec<PathBuf> {
    let Some(folder) = std::env::var_os(SYNTHDEFS).map(PathBuf::from).filter(|f| f.is_dir()) else {
        eprintln!("{SYNTHDEFS} names no folder of SynthDefs: passed over");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "scsyndef"));
    files.sort();
    assert!(files.len() > 100, "only {} files", files.len());
    files
}

fn read(file: &Path) -> (Vec<u8>, Def) {
    let bytes = std::fs::read(file).unwrap();
    let mut defs = inspect(&bytes).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    assert_eq!(defs.len(), 1, "{}", file.display());
    (bytes, defs.remove(0))
}

/// An instrument: it has a pitch, ends by itself and reads no bus.
fn is_instrument(def: &Def) -> bool {
    let review = review(def);
    let has = |name: &str| def.controls.iter().any(|(n, _)| n == name);
    review.frees && review.foreign.is_empty() && has("note") && !has("in_bus") && !has("buf")
}

#[test]
fn instruments_of_others_play_by_their_names() {
    let files = synthdefs();
    let mut played: Vec<(PathBuf, String)> = Vec::new();
    for file in &files {
        let (_, def) = read(file);
        if is_instrument(&def) {
            played.push((file.clone(), def.name));
        }
    }
    if files.is_empty() {
        return;
    }
    assert!(played.len() > 30, "{played:?}");
    // Two cycles of a second each: the event, and its end.
    let names: Vec<&str> = played.iter().map(|(_, name)| name.as_str()).collect();
    let text =
        format!("setcps 1\n\nd1 $ slow 2 $ s \"<{}>\" # note 0 # legato 0.4 # release 0.1", names.join(" "));
    let engine = render::engines()[0];
    let cycles = 2 * played.len() as u32;
    let sound = render::render_changed(&text, cycles, engine, |o| {
        o.synthdefs = played.iter().map(|(file, _)| file.clone()).collect();
    });
    let second = render::RATE as usize;
    for (i, name) in names.iter().enumerate() {
        let slot = &sound.master[2 * i * second..(2 * i + 1) * second];
        let power: f32 = slot.iter().map(|[l, r]| l * l + r * r).sum::<f32>() / second as f32;
        let rms_db = 10.0 * power.max(1e-20).log10();
        assert!((-60.0..0.0).contains(&rms_db), "{name}: {rms_db:.1} dB");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn supernova_takes_every_synthdef_but_those_that_need_plugins() {
    let files = synthdefs();
    if files.is_empty() {
        return;
    }
    let (server, _sender, _notices) = Server::start(options(EngineChoice::Supernova)).await.unwrap();
    let handle = server.handle();
    let mut refused = Vec::new();
    for file in &files {
        let (bytes, def) = read(file);
        let name = format!("{}~1", def.name);
        let loaded = handle.load_def(&name, &alone(&bytes, &def, &name).unwrap()).await;
        let foreign = review(&def).foreign;
        match loaded {
            Ok(()) => assert!(foreign.is_empty(), "{}: {foreign:?} were there", def.name),
            Err(e) => {
                assert!(!foreign.is_empty(), "{}: {e}", def.name);
                // The engine's own words name what is missing.
                assert!(foreign.iter().any(|unit| e.to_string().contains(unit)), "{e}");
                refused.push(def.name);
            }
        }
    }
    println!("{} loaded, refused: {refused:?}", files.len() - refused.len());
    assert!(refused.len() < 5, "{refused:?}");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pack_of_samples_is_a_bank_and_loads_as_its_headers_say() {
    if !Path::new(SAMPLES).is_dir() {
        eprintln!("{SAMPLES} is not there: passed over");
        return;
    }
    let scan = media::scan(Path::new(SAMPLES)).unwrap();
    assert!(scan.troubles.is_empty(), "{:?}", scan.troubles);
    let names: Vec<&str> = scan.root.folders.iter().map(|f| f.name.as_str()).collect();
    for name in ["bd_haus", "loop_amen", "ambi_choir"] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    let (server, _sender, _notices) = Server::start(options(EngineChoice::Supernova)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for file in scan.root.folders.iter().flat_map(|f| &f.files).cloned() {
        let handle = server.handle();
        tasks.spawn(async move { (handle.alloc_read(&file.path).await, file) });
    }
    let mut loaded = 0;
    while let Some(done) = tasks.join_next().await {
        let (buffer, file) = done.unwrap();
        let (buffer, facts) = (buffer.unwrap(), file.facts.unwrap());
        assert_eq!(u64::from(buffer.frames), facts.frames, "{}", file.path.display());
        assert_eq!(buffer.channels, facts.channels, "{}", file.path.display());
        assert_eq!(buffer.rate as u32, facts.rate, "{}", file.path.display());
        loaded += 1;
    }
    assert!(loaded > 150, "{loaded}");
    server.shutdown().await;
}
