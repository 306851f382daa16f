//! What our SynthDefs sound like on real engines: supernova, scsynth and the one in this process.
//! An engine that is not installed is skipped, and says so.

#[path = "offline_engines/engine.rs"]
mod engine;
#[path = "offline_engines/orbits.rs"]
mod orbits;
#[path = "offline_engines/orchestra.rs"]
mod orchestra;
#[path = "offline_engines/parade.rs"]
mod parade;

use engine::{Engine, RATE, Score, Sound};
use oiduna::synth::effects;
use oiduna::synth::{Modifier, Source, SynthDef, clamp, compile, instruments, voice_key};
use parade::Parade;

/// The voice of a source for an event that carries these controls.
fn voice(source: Source, carried: &[&str]) -> SynthDef {
    compile(&voice_key(source, |id| carried.contains(&id.name())))
}

fn instrument(name: &str) -> Source {
    Source::Instrument(instruments::find(name).expect("an instrument of the kit"))
}

/// Plays a score on every engine that is here.
fn on_all(score: &Score, end_s: f64) -> Vec<(Engine, Sound)> {
    Engine::ALL.iter().filter_map(|e| Some((*e, e.render(score, end_s)?))).collect()
}

#[test]
fn every_modifier_is_alike_on_all_engines() {
    let settings = [
        ("freq", 220.0),
        ("cutoff", 900.0),
        ("resonance", 0.3),
        ("hcutoff", 500.0),
        ("hresonance", 0.2),
        ("bandf", 800.0),
        ("bandq", 3.0),
        ("shape", 0.6),
        ("crush", 4.0),
        ("coarse", 6.0),
        ("vowel", 2.0),
        ("psrate", 1.5),
        ("attack", 0.05),
        ("release", 0.4),
        ("tremolorate", 6.0),
        ("tremolodepth", 0.8),
        ("phaserrate", 2.0),
        ("triode", 0.5),
        ("ring", 0.7),
        ("ringf", 300.0),
        ("distort", 0.5),
        ("djf", 0.3),
        ("fshift", 120.0),
        ("krush", 0.6),
        ("octer", 0.6),
        ("tilt", 0.3),
        ("plat", 0.2),
        ("waveloss", 30.0),
        ("squiz", 3.0),
        ("comb", 0.05),
        ("hbrick", 0.05),
        ("lbrick", 0.9),
    ];
    let mut parade = Parade::default();
    for modifier in Modifier::ALL {
        for calls in modifier.called_by().iter().take(1) {
            let calls = calls.name();
            parade.slot(calls, &voice(instrument("lead"), &[calls]), 1, 0.8, &settings, 1.5);
        }
    }
    let everything: Vec<&str> =
        Modifier::ALL.iter().filter_map(|m| m.called_by().first().map(|c| c.name())).collect();
    let mild = [
        ("freq", 220.0),
        ("cutoff", 4000.0),
        ("hcutoff", 100.0),
        ("bandf", 600.0),
        ("bandq", 1.0),
        ("crush", 10.0),
        ("shape", 0.5),
        ("djf", 0.6),
    ];
    let def = voice(instrument("pad"), &everything);
    parade.slot("everything", &def, 1, 0.8, &mild, 1.5);
    parade.judge();
}

/// A buffer with a tone that rises from nothing: its halves tell the direction.
const FRAMES: usize = 24_000;

fn ramp_buffer(score: &mut Score, num: i32, channels: usize) {
    score.at(0.0, "/b_alloc", vec![num.into(), (FRAMES as i32).into(), (channels as i32).into()]);
    let sample = |frame: usize| (frame as f32 * 0.05).sin() * frame as f32 / FRAMES as f32;
    let samples: Vec<f32> = (0..FRAMES * channels).map(|n| sample(n / channels)).collect();
    for (n, chunk) in samples.chunks(800).enumerate() {
        let head = [num, (n * 800) as i32, chunk.len() as i32].map(Into::into);
        score.at(0.05, "/b_setn", head.into_iter().chain(chunk.iter().map(|x| (*x).into())).collect());
    }
}

/// Name, channels, controls that choose the voice, settings, seconds; the level in dB of the second
/// half over the first (the tone rises forwards and falls backwards).
type Playback<'a> = (&'a str, u16, &'a [&'a str], &'a [(&'a str, f32)], f32, f64);

#[test]
fn samples_play_from_begin_at_speed_in_both_directions() {
    let half = (FRAMES / 2) as f32 / RATE as f32;
    let whole = 2.0 * half;
    #[rustfmt::skip]
    let cases: &[Playback] = &[
        ("whole", 1, &[], &[], whole, 8.4),
        ("stereo", 2, &[], &[], whole, 8.4),
        ("backwards", 1, &[], &[("speed", -1.0), ("endSpeed", -1.0), ("begin", 1.0)], whole, -8.4),
        ("second half", 1, &[], &[("begin", 0.5), ("fadeIn", 0.001)], half, 2.9),
        ("twice as fast", 2, &[], &[("speed", 2.0), ("endSpeed", 2.0)], half, 8.4),
        ("first half, backwards", 1, &[], &[("speed", -1.0), ("endSpeed", -1.0), ("begin", 0.5)], half, -8.4),
        ("around twice", 1, &["loop"], &[], 2.0 * whole, 0.0),
        ("around backwards", 2, &["loop"], &[("speed", -1.0), ("endSpeed", -1.0), ("begin", 1.0), ("end", 0.0)], whole, -8.4),
        ("stretched", 1, &["timescale"], &[("timescale", 2.0)], 2.0 * whole, 8.4),
        ("stretched backwards", 2, &["timescale"], &[("timescale", 3.0), ("speed", -1.0), ("endSpeed", -1.0), ("begin", 1.0)], 3.0 * whole, -8.4),
        ("squeezed", 1, &["timescale"], &[("timescale", 0.5), ("timescalewin", 0.5)], half, 8.4),
        ("slower and slower", 1, &[], &[("speed", 1.5), ("endSpeed", 0.5)], whole, 6.9),
    ];
    let mut score = Score::default();
    ramp_buffer(&mut score, 1, 1);
    ramp_buffer(&mut score, 2, 2);
    let mut starts = vec![];
    let mut now = 0.3;
    for (n, (_, channels, carried, settings, length, _)) in cases.iter().enumerate() {
        let def = voice(Source::Sample { channels: *channels }, carried);
        score.def(&def);
        let own = [("bufnum", f32::from(*channels)), ("sustain", *length), ("amp", 1.0)];
        score.synth(now, &def, 1000 + n as i32, &[own.as_slice(), settings].concat());
        starts.push(now);
        now += f64::from(*length) + 0.2;
    }
    for (engine, sound) in on_all(&score, now) {
        for ((name, _, carried, _, length, rises), start) in cases.iter().zip(&starts) {
            let middle = start + f64::from(*length) / 2.0;
            let (first, second) = (
                sound.between(*start, middle).rms_db(),
                sound.between(middle, middle + f64::from(*length) / 2.0).rms_db(),
            );
            let after =
                sound.between(start + f64::from(*length) + 0.01, start + f64::from(*length) + 0.15).rms_db();
            println!("{engine:?} {name}: {first:.1} dB, {second:.1} dB, then {after:.1} dB");
            // A stretched sound has its pitch: sin(0.05 n) is 382 Hz.
            let grains = carried.contains(&"timescale");
            if grains {
                let hz = sound.between(middle, middle + f64::from(*length) / 4.0).hz();
                println!("{engine:?} {name}: {hz:.0} Hz");
                assert!((hz - 382.0).abs() < 40.0, "{engine:?} {name}: {hz:.0} Hz");
            }
            assert!(
                (second - first - rises).abs() < if grains { 2.0 } else { 1.0 },
                "{engine:?} {name}: {first:.1} dB, then {second:.1} dB"
            );
            assert!(after < -120.0, "{engine:?} {name} goes on at {after:.1} dB");
        }
    }
}

#[test]
fn a_cut_fades_and_ends_a_voice() {
    let def = voice(instrument("pad"), &[]);
    let mut score = Score::default();
    score.def(&def);
    score.synth(0.1, &def, 1000, &[("sustain", 5.0), ("fadeTime", 0.05)]);
    score.at(1.0, "/n_set", vec![1000.into(), "cutGate".into(), 0.0_f32.into()]);
    for (engine, sound) in on_all(&score, 2.0) {
        let (before, during, after) = (
            sound.between(0.9, 1.0).rms_db(),
            sound.between(1.01, 1.03).rms_db(),
            sound.between(1.06, 2.0).rms_db(),
        );
        println!("{engine:?}: {before:.1} dB, {during:.1} dB, {after:.1} dB");
        assert!(before > -40.0 && during > -60.0 && during < before && after < -120.0, "{engine:?}");
    }
}

#[test]
fn the_longest_voice_sounds() {
    let def = voice(instrument("lead"), &["attack"]);
    let mut score = Score::default();
    score.def(&def);
    score.synth(0.1, &def, 1000, &[("sustain", clamp("sustain", f32::INFINITY)), ("attack", 0.1)]);
    for (engine, sound) in on_all(&score, 1.5) {
        let held = sound.between(1.0, 1.5).rms_db();
        assert!(held > -35.0, "{engine:?} {held:.1} dB");
    }
}

#[test]
fn a_band_at_its_default_level_does_not_clip() {
    let mut score = Score::default();
    let band = ["bd", "sn", "hh", "cp", "bass", "pad", "lead", "keys"];
    for (n, name) in band.iter().enumerate() {
        let def = voice(instrument(name), &[]);
        score.def(&def);
        let freq = if *name == "bass" { 65.4 } else { 261.6 };
        score.synth(0.1, &def, 1000 + n as i32, &[("freq", freq), ("sustain", 0.5)]);
    }
    for (engine, sound) in on_all(&score, 1.0) {
        println!("{engine:?}: peak {:.3}", sound.peak());
        // 0.86 to 0.97, by the noise of the day: half a dB above full scale leaves it room.
        assert!(sound.peak() < 1.06, "{engine:?} {}", sound.peak());
    }
}

#[test]
fn a_voice_starts_on_its_sample() {
    let def = effects::probe();
    let mut score = Score::default();
    score.def(&def);
    let frames = [4_800, 9_637, 14_401, 19_263];
    for (n, frame) in frames.iter().enumerate() {
        // A little later than the frame begins: engines round down.
        score.synth((f64::from(*frame) + 0.25) / RATE as f64, &def, 1000 + n as i32, &[]);
    }
    for (engine, sound) in on_all(&score, 0.6) {
        let onsets: Vec<i32> = (1..sound.left.len())
            .filter(|n| sound.left[n - 1] == 0.0 && sound.left[*n] > 0.0)
            .map(|n| n as i32)
            .collect();
        println!("{engine:?}: {onsets:?}");
        // supernova's file begins one block late, as a whole.
        let shift = if engine == Engine::Supernova { 64 } else { 0 };
        assert_eq!(onsets.len(), frames.len(), "{engine:?}");
        for (onset, frame) in onsets.iter().zip(frames) {
            assert!((onset - frame - shift).abs() <= 1, "{engine:?}: {onset} for {frame}");
        }
    }
}
