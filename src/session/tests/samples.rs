//! Samples while a set plays: room, release, folders that change, first hits.

use super::*;
use crate::osc::BufNum;
use crate::pattern::Value;
use crate::samples::Stamp;
use crate::time::TimeSpan;
use std::path::PathBuf;

/// What one file of [`root`] takes: 100 frames of mono.
const ONE: u64 = 400;

fn playing(text: &str, limits: Limits, sounds: &[(&str, usize)]) -> Stage {
    let mut stage = Stage::opened(text);
    stage.state.sounds.set_limits(limits);
    stage.event(Event::Scanned { place: 0, root: root(sounds), troubles: Vec::new() });
    stage
}

fn room_for(samples: u64) -> Limits {
    Limits { memory: ONE * samples, ..Limits::default() }
}

impl Stage {
    fn asked(&self) -> Vec<PathBuf> {
        let paths = self.effects.iter().filter_map(|e| match e {
            Effect::LoadSample { path, .. } => Some(path.clone()),
            _ => None,
        });
        paths.collect()
    }

    fn freed(&self) -> Vec<u16> {
        let numbers = self.effects.iter().filter_map(|e| match e {
            Effect::FreeBuffer(num) => Some(num.0),
            _ => None,
        });
        numbers.collect()
    }

    /// The engine has loaded `name:place` into buffer `num`.
    fn loads(&mut self, name: &str, place: usize, num: u16) {
        let buffer = Buffer { num: BufNum(num), frames: 100, channels: 1, rate: 48_000.0 };
        let path = format!("/samples/{name}/{place}.wav").into();
        self.event(Event::SampleLoaded { folder: name.into(), place, path, buffer });
    }

    fn plays(&self, name: &str) -> Option<u16> {
        match self.state.sounds.bank().sample(name, 0) {
            crate::bank::Lookup::Ready(buffer) => Some(buffer.num.0),
            _ => None,
        }
    }

    /// A report of the player: banks taken, and when its last voice ends.
    fn reports(&mut self, banks: u64, voices_until: Option<Timetag>) {
        let mut report = report(Rational::ONE, self.state.score.version());
        (report.banks, report.voices_until) = (banks, voices_until);
        self.event(Event::Player(report));
    }
}

#[test]
fn room_is_made_of_what_no_pattern_names_and_freed_when_nothing_reads_it() {
    let mut stage = playing("d1 $ s \"a b\"", room_for(2), &[("a", 1), ("b", 1), ("c", 1)]);
    assert_eq!(stage.asked().len(), 2);
    stage.loads("a", 0, 10);
    stage.loads("b", 0, 11);
    stage.save("d1 $ s \"b c\"");
    assert_eq!(stage.asked(), [PathBuf::from("/samples/c/0.wav")]);
    assert!(stage.effects.iter().any(|e| matches!(e, Effect::SetBank)));
    assert_eq!((stage.plays("a"), stage.plays("b")), (None, Some(11)));
    assert_eq!(stage.state.sounds.memory(), ONE);

    let now = Timetag(1 << 40);
    let at = |s: f64| Event::Tick(now.plus_s(s));
    stage.event(at(0.0));
    stage.reports(1, None);
    stage.event(at(10.0));
    assert!(stage.freed().is_empty(), "the bank without it is not published yet");
    stage.event(Event::BankPublished(2));
    stage.reports(1, None);
    stage.event(at(20.0));
    assert!(stage.freed().is_empty(), "the player still has the old bank");
    stage.reports(2, Some(now.plus_s(25.0)));
    stage.event(at(24.0));
    assert!(stage.freed().is_empty(), "a voice may still read it");
    // Later voices cannot: their ends do not matter.
    stage.reports(2, Some(now.plus_s(99.0)));
    stage.event(at(25.1));
    assert_eq!(stage.freed(), [10]);
    stage.event(at(30.0));
    assert!(stage.freed().is_empty(), "once");
}

#[test]
fn what_a_new_engine_has_not_is_absent_freed_and_asked_for_again() {
    let mut stage = playing("d1 $ s \"a b\"", room_for(9), &[("a", 1), ("b", 1)]);
    stage.loads("a", 0, 10);
    stage.loads("b", 0, 11);
    stage.event(Event::BuffersLost(vec![BufNum(10), BufNum(99)]));
    assert!(matches!(stage.effects.as_slice(), [Effect::SetBank]));
    assert_eq!((stage.plays("a"), stage.plays("b"), stage.state.sounds.memory()), (None, Some(11), ONE));
    stage.event(Event::BankPublished(1));
    let mut report = report(Rational::ONE, stage.state.score.version());
    report.absent.push(Absent::Sample { folder: "a".into(), place: 0 });
    report.banks = 1;
    stage.event(Event::Player(report));
    assert_eq!(stage.asked(), [PathBuf::from("/samples/a/0.wav")]);
    stage.event(Event::Tick(Timetag(1 << 40)));
    assert_eq!(stage.freed(), [10]);
}

#[test]
fn the_least_recently_used_goes_first() {
    let mut stage = playing("d1 $ s \"a\"", room_for(3), &[("a", 1), ("b", 1), ("c", 1), ("d", 1)]);
    stage.loads("a", 0, 1);
    stage.save("d1 $ s \"b\"");
    stage.loads("b", 0, 2);
    stage.save("d1 $ s \"c\"");
    stage.loads("c", 0, 3);
    stage.save("d1 $ s \"a\"");
    stage.save("d1 $ s \"d\"");
    assert_eq!((stage.plays("a"), stage.plays("b"), stage.plays("c")), (Some(1), None, Some(3)));
    assert_eq!(stage.state.sounds.released, 1);
}

#[test]
fn what_does_not_fit_is_told_and_asked_for_again_when_there_is_room() {
    let mut stage = playing("d1 $ s \"a b\"", room_for(1), &[("a", 1), ("b", 1)]);
    assert_eq!(stage.asked().len(), 1, "what is on its way takes room too");
    assert!(
        stage.said("b:0 (0 KiB): no room; the samples in use take 0 KiB of 0 KiB"),
        "{:?}",
        stage.state.messages
    );
    stage.loads("a", 0, 1);
    assert_eq!(stage.plays("a"), Some(1));
    let mut r = report(Rational::ONE, 1);
    r.absent.push(Absent::Sample { folder: "b".into(), place: 0 });
    stage.event(Event::Player(r));
    assert!(stage.asked().is_empty(), "what plays is not let go for it");
    stage.save("d1 $ s \"b\"");
    assert_eq!(stage.asked().len(), 1);
    assert_eq!(stage.plays("a"), None);
}

#[test]
fn buffers_are_as_limited_as_bytes() {
    let limits = Limits { buffers: 3, ..Limits::default() };
    let mut stage = playing("d1 $ s \"a*4\" # n \"0 1 2 3\"", limits, &[("a", 4)]);
    assert_eq!(stage.asked().len(), 3);
    assert!(stage.said("a:3 (0 KiB): no room"), "{:?}", stage.state.messages);
    for place in 0..3 {
        stage.loads("a", place, place as u16);
    }
    assert_eq!(stage.state.sounds.loaded.len(), 3);
}

/// [`root`], in which the file of `name` was written at this time.
fn written(name: &str, at: u64) -> Root {
    let mut root = root(&[("a", 1), ("b", 1)]);
    for folder in root.folders.iter_mut().filter(|f| f.name == name) {
        folder.files[0].stamp = Some(Stamp { bytes: 1, modified_ns: at });
    }
    root
}

#[test]
fn a_file_that_was_replaced_is_loaded_anew_and_the_old_plays_until_then() {
    let mut stage = Stage::opened("d1 $ s \"a b\"");
    let scanned = |root| Event::Scanned { place: 0, root, troubles: Vec::new() };
    stage.event(scanned(written("a", 1)));
    stage.loads("a", 0, 1);
    stage.loads("b", 0, 2);
    stage.event(scanned(written("a", 1)));
    assert!(stage.asked().is_empty(), "nothing has changed");
    stage.typed(":samples reload");
    assert!(matches!(stage.effects.as_slice(), [Effect::Scan { place: 0, .. }]));
    stage.event(scanned(written("a", 2)));
    assert_eq!(stage.asked(), [PathBuf::from("/samples/a/0.wav")]);
    assert!(stage.said("a:0: changed on disk"));
    assert_eq!(stage.plays("a"), Some(1));
    stage.loads("a", 0, 3);
    assert_eq!((stage.plays("a"), stage.plays("b")), (Some(3), Some(2)));
    assert_eq!((stage.state.sounds.loaded.len(), stage.state.sounds.memory()), (2, 2 * ONE));
    stage.event(scanned(written("a", 2)));
    assert!(stage.asked().is_empty(), "it is as on disk now");
}

#[test]
fn another_folder_does_not_load_anything_twice() {
    let mut stage = playing("d1 $ s \"a x\"", Limits::default(), &[("a", 1)]);
    assert_eq!(stage.asked().len(), 1);
    let mut other = root(&[("x", 1)]);
    other.path = "/other".into();
    stage.event(Event::Scanned { place: 1, root: other, troubles: Vec::new() });
    assert_eq!(stage.asked(), [PathBuf::from("/samples/x/0.wav")]);
    stage.loads("a", 0, 1);
    assert_eq!(stage.plays("a"), Some(1));
}

#[test]
fn a_folder_that_is_taken_away_plays_to_its_end() {
    let mut stage = playing("d1 $ s \"a b\"", Limits::default(), &[("a", 1), ("b", 1)]);
    stage.loads("a", 0, 1);
    stage.typed(":samples remove /not/there");
    assert!(stage.said("no sample folder is /not/there"));
    stage.typed(":samples remove samples");
    assert!(stage.effects.iter().any(|e| matches!(e, Effect::SetBank)));
    assert_eq!(
        (stage.plays("a"), stage.state.sounds.loaded.len(), stage.state.sounds.memory()),
        (None, 0, 0)
    );
    assert!(stage.said("a:0: not there any more"));
    // What was on its way when the folder went is let go too.
    stage.loads("b", 0, 2);
    stage.event(Event::BankPublished(2));
    stage.reports(2, None);
    stage.event(Event::Tick(Timetag(1 << 41)));
    assert_eq!(stage.freed(), [1, 2]);
}

#[test]
fn a_sound_that_is_gone_from_disk_plays_on_from_memory() {
    let mut stage = playing("d1 $ s \"a:1 b\"", Limits::default(), &[("a", 2), ("b", 1)]);
    stage.loads("a", 1, 1);
    stage.loads("b", 0, 2);
    let other = Event::FolderChanged("/other".into());
    stage.event(other);
    assert!(stage.effects.is_empty());
    // It is being read for the first time: then once more.
    let early = |path: &str| Root { path: path.into(), folders: Vec::new() };
    for rescans in [1, 0] {
        stage.event(Event::Scanned { place: 1, root: early("/other"), troubles: Vec::new() });
        let scans = stage.effects.iter().filter(|e| matches!(e, Effect::Scan { place: 1, .. }));
        assert_eq!(scans.count(), rescans);
    }
    stage.event(Event::FolderChanged("/samples".into()));
    assert!(matches!(stage.effects.as_slice(), [Effect::Scan { place: 0, .. }]));
    stage.event(Event::Scanned { place: 0, root: root(&[("b", 1)]), troubles: Vec::new() });
    // Told once, however often the folder changes.
    stage.event(Event::Scanned { place: 0, root: root(&[("b", 1)]), troubles: Vec::new() });
    let messages = stage.state.messages.iter();
    assert_eq!(messages.filter(|m| m.text.contains("a:1: gone from disk: played from memory")).count(), 1);
    let bank = stage.state.sounds.bank();
    assert!(matches!(bank.sample("a", -1), crate::bank::Lookup::Ready(b) if b.num == BufNum(1)));
    stage.save("d1 $ s \"a:1\" # speed 2");
    assert_eq!(stage.state.diagnostics().count(), 0, "it is known");
    // Back again, under the same number: nothing to load.
    stage.event(Event::Scanned { place: 0, root: root(&[("a", 2), ("b", 1)]), troubles: Vec::new() });
    assert!(stage.asked().is_empty());
    assert_eq!(stage.state.sounds.loaded.len(), 2);
}

#[test]
fn folders_are_listed_and_searched() {
    let mut stage = playing("", Limits::default(), &[("kick", 2), ("snare", 1)]);
    stage.typed(":samples");
    assert_eq!(stage.last(), "/samples (2 sounds); 0 loaded, 0 KiB of 1.0 GiB");
    stage.typed(":samples search kic");
    assert_eq!(stage.last(), "kick (2)");
    stage.typed(":samples search zzz");
    assert!(stage.last().contains("nothing is called zzz"));
}

/// The first hit at cycle 1/2, a sample that comes 0.2 s after the report.
fn first_hit(first_hit: FirstHit, after_s: f64) -> Stage {
    let limits = Limits { first_hit, ..Limits::default() };
    let mut stage = playing("d2 $ s \"~ a\" # speed 2", limits, &[("a", 1)]);
    let voices: Vec<_> = stage
        .effects
        .iter()
        .filter_map(|e| if let Effect::LoadVoice(key) = e { Some(*key) } else { None })
        .collect();
    let mut r = report(Rational::new(51, 100), stage.state.score.version());
    let clock = r.clock.clone();
    r.absent.push(Absent::Sample { folder: "a".into(), place: 0 });
    stage.event(Event::Tick(clock.time_of(Rational::new(51, 100))));
    stage.event(Event::Player(r));
    stage.event(Event::Tick(clock.time_of(Rational::new(51, 100)).plus_s(after_s)));
    stage.loads("a", 0, 1);
    assert!(once(&stage).is_empty(), "its SynthDef is not there yet");
    for key in voices {
        let name = key.def_name().into();
        stage.event(Event::DefReady { name, controls: [].into() });
    }
    stage
}

/// What the newest one-shot plays.
fn once(stage: &Stage) -> Vec<(Option<f64>, Option<Value>)> {
    let mut out = Vec::new();
    let window = TimeSpan::new(Rational::new(51, 100), Rational::int(2));
    stage.state.score.track_haps(window, &mut Vec::new(), |t| {
        if &**t.track == "once" {
            let controls = t.haps.unwrap().iter().filter_map(|h| h.value.as_controls());
            out.extend(
                controls.map(|c| {
                    (c.number(crate::control::id::SPEED), c.value(crate::control::id::ORBIT).cloned())
                }),
            );
        }
    });
    out
}

#[test]
fn a_first_hit_is_left_out_or_played_late_as_asked() {
    assert!(once(&first_hit(FirstHit::Skip, 0.2)).is_empty());
    let late = first_hit(FirstHit::Late, 0.2);
    assert_eq!(once(&late), [(Some(2.0), Some(Value::Int(1)))]);
    assert_eq!(late.state.late_hits(), 1);
    assert!(late.said("the first a is played 2"), "{:?}", late.state.messages);
    assert!(once(&first_hit(FirstHit::Late, 1.5)).is_empty(), "too late");
}

#[test]
fn what_no_engine_answered_about_is_asked_for_when_there_is_one() {
    let mut stage = playing("d1 $ s \"a\" # crush 5", room_for(9), &[("a", 1)]);
    let kinds = |stage: &Stage| -> Vec<crate::synth::VoiceKey> {
        let kind = |e: &Effect| if let Effect::LoadVoice(key) = e { Some(*key) } else { None };
        stage.effects.iter().filter_map(kind).collect()
    };
    stage.save("d1 $ s \"a\" # crush 6");
    stage.event(Event::EngineRestarted("the engine is back".into()));
    assert!(kinds(&stage).is_empty() && stage.asked().is_empty(), "on its way: {:?}", stage.effects);
    let wants = stage.state.sounds.wants_of(&stage.state.score, 0);
    let (path, key) = (PathBuf::from("/samples/a/0.wav"), *wants.voices.iter().next().unwrap());
    let reason = || "the engine is gone".to_owned();
    stage.event(Event::SampleUnanswered { path: path.clone(), reason: reason() });
    stage.event(Event::VoiceUnanswered { key, reason: reason() });
    assert!(stage.said("is not loaded yet: the engine is gone"));
    stage.event(Event::EngineRestarted("the engine is back".into()));
    assert_eq!((stage.asked(), kinds(&stage)), (vec![path], vec![key]));
    stage.loads("a", 0, 3);
    assert_eq!(stage.plays("a"), Some(3));
}
