//! Onsets, levels, stems and tails on every engine that is here.

use super::render::{
    RATE, between, engines, onsets, options, peak, read_wav, render, render_changed, render_with, rms_db,
};
use oiduna::render::{Options, Progress};
use oiduna::synth::{self, Source, inspect, instruments, voice_key};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Short sounds of two tracks, one after the other.
const CLEAR: &str = "setcps 2\n\nd1 $ s \"lead ~ ~ lead:3\" # sustain 0.04\n\nd2 $ s \"~ bass ~ ~\" # sustain 0.04 # orbit 4\n";

#[test]
fn events_begin_where_the_set_has_them_and_sound_alike() {
    let _turn = super::shared();
    let expected: Vec<f64> =
        (0..3).flat_map(|cycle| [0.0, 0.25, 0.75].map(|at| (f64::from(cycle) + at) * 0.5)).collect();
    let mut levels = Vec::new();
    for engine in engines() {
        let sound = render(CLEAR, 3, engine);
        let found = onsets(&sound, 0.002);
        assert_eq!(found.len(), expected.len(), "{engine}: {found:?}");
        for (at, wanted) in found.iter().zip(&expected) {
            assert!((at - wanted).abs() < 0.001, "{engine}: {at} for {wanted}: {found:?}");
        }
        let level = rms_db(&sound);
        println!("{engine}: {level:.2} dB, {:.3} s", sound.len() as f64 / f64::from(RATE));
        levels.push(level);
    }
    let first = levels[0];
    assert!(first > -40.0 && levels.iter().all(|l| (l - first).abs() < 1.0), "{levels:?}");
}

/// Quiet enough for the limiter to leave it alone, with all that an orbit has.
const STEMS: &str = "setcps 2\n\n\
    d1 $ s \"bd*4\" # gain 0.5\n\n\
    d2 $ s \"~ cp\" # gain 0.5 # room 0.5 # size 0.2\n\n\
    d3 $ n \"0 7\" # s \"keys\" # gain 0.5 # delay 0.5 # delaytime 0.1 # delayfeedback 0.4 # pan 0.2\n\n\
    d4 $ s \"hh*8\" # gain 0.4 # orbit 2\n\n\
    d5 $ s \"bd\" # gain 0\n";

#[test]
fn orbits_add_up_to_the_master() {
    let _turn = super::shared();
    for engine in engines() {
        let sound = render_with(STEMS, 2, engine, &[]);
        let names: Vec<&str> = sound.stems.iter().map(|(n, _)| n.as_str()).collect();
        // Nothing is heard of the fifth track, so it has no file.
        assert_eq!(names, ["orbit-0-d1.wav", "orbit-1-d2.wav", "orbit-2-d3+d4.wav"], "{engine}");
        let mut difference = sound.master.clone();
        for (name, stem) in &sound.stems {
            assert_eq!(stem.len(), sound.master.len(), "{engine} {name}");
            assert!(rms_db(stem) > -60.0, "{engine} {name}: {}", rms_db(stem));
            for (d, s) in difference.iter_mut().zip(stem) {
                *d = [d[0] - s[0], d[1] - s[1]];
            }
        }
        let off = 20.0 * f64::from(peak(&difference).max(1e-10)).log10();
        println!("{engine}: the sum is {off:.1} dBFS off, the master {:.1} dB", rms_db(&sound.master));
        assert!(off < -90.0 && peak(&sound.master) > 0.02 && !sound.rendered.limited, "{engine}: {off} dBFS");
    }
}

#[test]
fn a_tail_rings_until_it_is_silent_and_no_longer() {
    let _turn = super::shared();
    let seconds = |sound: &[[f32; 2]]| sound.len() as f64 / f64::from(RATE);
    for engine in engines() {
        let dry = render("setcps 2\n\nd1 $ s \"rim\" # sustain 0.05\n", 1, engine);
        assert!((seconds(&dry) - 0.5).abs() < 1e-3, "{engine}: {}", seconds(&dry));
        let wet = render("setcps 2\n\nd1 $ s \"rim\" # sustain 0.05 # room 0.6 # size 0.5\n", 1, engine);
        let end = seconds(&wet);
        println!("{engine}: {end:.2} s with reverb");
        assert!((0.8..10.0).contains(&end), "{engine}: {end}");
        assert!(peak(between(&wet, end - 0.04, end)) <= 1e-4, "{engine}");
        assert!(peak(between(&wet, end - 0.2, end - 0.04)) > 1e-4, "{engine}");
    }
}

#[test]
fn samples_are_loaded_before_they_play() {
    let _turn = super::shared();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("tone")).unwrap();
    for extension in ["flac", "wav"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/samples/tone.{extension}"));
        std::fs::copy(from, folder.path().join(format!("tone/{extension}.{extension}"))).unwrap();
    }
    let set = "setcps 2\n\nd1 $ s \"tone tone:1\" # legato 0.4\n";
    for engine in engines() {
        let sound = render_with(set, 2, engine, &[folder.path().to_owned()]);
        let found = onsets(&sound.master, 0.01);
        println!("{engine}: {found:?}, {:.2} dB", rms_db(&sound.master));
        assert_eq!(found.len(), 4, "{engine}: {found:?}; {:?}", sound.rendered.troubles);
        // A half of the file's level at gain 1 (0.4), for 0.4 of the time.
        let level = rms_db(between(&sound.master, 0.0, 1.0));
        assert!((level + 24.0).abs() < 3.0, "{engine}: {level}");
    }
}

/// A voice of ours under another name: to the program it is a stranger's.
#[test]
fn synthdefs_of_the_user_sound_and_only_those_that_play_are_loaded() {
    let _turn = super::shared();
    let folder = tempfile::tempdir().unwrap();
    let lead = synth::compile(&voice_key(Source::Instrument(instruments::find("lead").unwrap()), |_| false));
    let def = inspect::inspect(&lead.bytes).unwrap().remove(0);
    let mut files = Vec::new();
    for name in ["mine", "unused"] {
        let file = folder.path().join(format!("{name}.scsyndef"));
        let mut bytes = inspect::alone(&lead.bytes, &def, name).unwrap();
        if name == "unused" {
            // A unit generator that no engine has.
            let at = bytes.windows(7).position(|w| w == b"\x06EnvGen").unwrap();
            bytes[at + 1..at + 7].copy_from_slice(b"NoSuch");
        }
        std::fs::write(&file, bytes).unwrap();
        files.push(file);
    }
    let set = "setcps 2\n\nd1 $ s \"mine ~\" # sustain 0.1\n";
    for engine in engines() {
        let sound = render_changed(set, 2, engine, |options| options.synthdefs = files.clone());
        let found = onsets(&sound.master, 0.002);
        assert!(
            found.len() == 2 && sound.rendered.troubles.is_empty(),
            "{engine}: {found:?} {:?}",
            sound.rendered
        );
    }
}

/// A voice with a gate is let go of long after the last cycle: that is not waited for.
#[test]
fn a_release_behind_the_end_is_not_rendered() {
    let _turn = super::shared();
    let folder = tempfile::tempdir().unwrap();
    let lead = synth::compile(&voice_key(Source::Instrument(instruments::find("lead").unwrap()), |_| false));
    let def = inspect::inspect(&lead.bytes).unwrap().remove(0);
    let mut bytes = inspect::alone(&lead.bytes, &def, "gated").unwrap();
    let at = bytes.windows(8).position(|w| w == b"\x07cutGate").unwrap();
    bytes.splice(at..at + 8, *b"\x04gate");
    let (file, out) = (folder.path().join("gated.scsyndef"), folder.path().join("out.wav"));
    std::fs::write(&file, bytes).unwrap();
    for engine in engines() {
        let options = Options {
            tail_s: 1.0,
            synthdefs: vec![file.clone()],
            ..options("setcps 2\n\nd1 $ s \"gated\" # sustain 500\n", 1, engine, &out)
        };
        let mut most: f64 = 0.0;
        let rendered = oiduna::render::render(&options, &AtomicBool::new(false), &mut |progress| {
            if let Progress::Rendered(part) = progress {
                most = most.max(part);
            }
        });
        let troubles = rendered.unwrap().troubles;
        assert!(troubles.len() == 1 && troubles[0].contains("faded out"), "{engine}: {troubles:?}");
        // A quick engine may be done before anybody looks how far it is.
        assert!(most < 3.0, "{engine}: {most} of what is wanted was rendered");
        let seconds = read_wav(&out).0.len() as f64 / f64::from(RATE);
        assert!((seconds - 1.5).abs() < 0.01, "{engine}: {seconds}");
    }
}
