//! Events in, effects out: "When an edit takes hold", sentence by sentence.

use super::*;
use crate::bank::{Buffer, UserDef};
use crate::clock::Clock;
use crate::plan::Absent;
use crate::samples::{Facts, File, Folder, Format, Root};

mod samples;

/// A player's report at a frontier, `taken` being the version it plays.
fn report(frontier: Rational, version: u64) -> Box<Report> {
    Box::new(Report {
        frontier,
        origin: Rational::ZERO,
        version,
        clock: Clock::new(Timetag(1 << 40), 0.5625),
        latency_s: 0.1,
        sounding: Vec::new(),
        absent: Vec::new(),
        errors: Vec::new(),
        lateness_s: Vec::new(),
        voices: 0,
        stolen: 0,
        voices_until: None,
        banks: 0,
        events: 0,
        bundles: 0,
        late: 0,
        skipped: 0,
        failed: 0,
        trouble: None,
        clock_step_s: None,
        lost_cycles: 0.0,
        dropped_reports: 0,
    })
}

struct Stage {
    state: State,
    effects: Vec<Effect>,
}

impl Stage {
    fn opened(text: &str) -> Self {
        let mut stage = Self { state: State::new("set.tidal", Layout::OWN), effects: Vec::new() };
        stage.event(Event::Opened(text.into()));
        let effects = std::mem::take(&mut stage.effects);
        stage.event(Event::Settled);
        stage.effects = effects;
        stage
    }

    fn event(&mut self, event: Event) {
        self.effects = self.state.update(event);
    }

    fn save(&mut self, text: &str) {
        self.event(Event::Saved(text.into()));
    }

    fn typed(&mut self, line: &str) {
        self.event(Event::Typed(line.into()));
    }

    fn frontier(&mut self, at: Rational) {
        let version = self.state.score.version();
        self.event(Event::Player(report(at, version)));
    }

    /// What each track plays in the end: `d1: bd, d2: -`.
    fn tracks(&self) -> String {
        let mut out: Vec<String> = self
            .state
            .score
            .tracks()
            .iter()
            .map(|t| {
                let haps = t.newest().map(|c| c.pattern.haps(crate::time::TimeSpan::cycle(0)).unwrap());
                let mut sounds: Vec<String> = haps
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|h| {
                        h.value.as_controls()?.text(crate::control::id::S).map(ToString::to_string)
                    })
                    .collect();
                sounds.sort();
                let sounds = if sounds.is_empty() { "-".to_owned() } else { sounds.join(" ") };
                format!("{}: {sounds}", t.name)
            })
            .collect();
        out.sort();
        out.join(", ")
    }

    #[track_caller]
    fn check(&self, want: &str) {
        assert_eq!(self.tracks(), want);
    }

    fn last(&self) -> &str {
        self.state.messages.back().map_or("", |m| &m.text)
    }

    fn said(&self, words: &str) -> bool {
        self.state.messages.iter().any(|m| m.text.contains(words))
    }

    /// From which cycle on the newest pattern of a track plays.
    fn from(&self, track: &str) -> Rational {
        self.state.score.track(track).and_then(|t| t.newest()).map_or(Rational::UNDEFINED, |c| c.from)
    }
}

// Opening a file.

#[test]
fn opening_takes_definitions_tempo_and_the_last_block_of_each_track() {
    let stage = Stage::opened("let x = \"cp\"\n\nsetcps 0.7\n\nd1 $ s \"bd\"\n\nd2 $ s x\n\nd1 $ s \"sn\"");
    stage.check("d1: sn, d2: cp");
    assert!((stage.state.score.cps() - 0.7).abs() < 1e-9);
}

#[test]
fn opening_passes_commands_over_and_says_so() {
    let stage = Stage::opened("d1 $ s \"bd\"\n\nmute 1\n\nonce $ s \"cp\"\n\nhush");
    stage.check("d1: bd");
    assert!(!stage.state.score.is_muted("d1"));
    assert!(
        stage.said("passed over on opening: mute d1 (line 3), once (line 5), hush (line 7)"),
        "{}",
        stage.last()
    );
}

#[test]
fn a_definition_below_its_use_is_found_on_opening() {
    Stage::opened("d1 $ s x\n\nlet x = \"bd\"").check("d1: bd");
}

// Saving.

#[test]
fn a_save_takes_hold_at_the_first_boundary_at_or_after_the_frontier() {
    let mut stage = Stage::opened("d1 $ s \"bd\"");
    stage.frontier(Rational::new(13, 4));
    stage.save("d1 $ s \"sn\"");
    assert_eq!(stage.from("d1"), Rational::int(4));
    stage.frontier(Rational::int(6));
    stage.save("d1 $ s \"cp\"");
    assert_eq!(stage.from("d1"), Rational::int(6));
}

#[test]
fn a_block_that_only_moved_has_not_changed() {
    let mut stage = Stage::opened("d1 $ s \"bd\"\n\nd2 $ s \"hh\"");
    stage.typed("d1 $ s \"cp\"");
    stage.save("d2 $ s \"hh\"\n\n-- here\n\nd1 $ s \"bd\"");
    stage.check("d1: cp, d2: hh");
    assert!(!stage.effects.iter().any(|e| matches!(e, Effect::SetScore(_))));
}

#[test]
fn changed_blocks_run_in_order_commands_included() {
    let mut stage = Stage::opened("d1 $ s \"bd\"");
    stage.save("d1 $ s \"bd\"\n\nd2 $ s \"hh\"\n\nmute 2\n\nsetcps 1.5");
    stage.check("d1: bd, d2: hh");
    assert!(stage.state.score.is_muted("d2"));
    assert!((stage.state.score.cps() - 1.5).abs() < 1e-9);
}

#[test]
fn a_removed_or_commented_block_stops_its_track_unless_another_names_it() {
    let set = "d1 $ s \"bd\"\n\nd2 $ s \"hh\"\n\nd1 $ s \"sn\"";
    let mut stage = Stage::opened(set);
    stage.save("d1 $ s \"bd\"\n\nd2 $ s \"hh\"");
    stage.check("d1: bd, d2: hh");
    stage.save("d1 $ s \"bd\"\n\n-- d2 $ s \"hh\"");
    stage.check("d1: bd, d2: -");
    stage.frontier(Rational::new(5, 2));
    stage.save("");
    stage.check("d1: -, d2: -");
    assert_eq!(stage.from("d1"), Rational::int(3));
}

#[test]
fn a_block_with_an_error_keeps_its_last_good_pattern() {
    let mut stage = Stage::opened("d1 $ s \"bd\"\n\nd2 $ s \"hh\"");
    stage.save("d1 $ s \"bd\n\nd2 $ s \"sn\"");
    stage.check("d1: bd, d2: sn");
    assert!(stage.said("set.tidal:1:8: this string has no closing quote"), "{}", stage.last());
    assert!(stage.state.set.blocks[0].has_errors());
    stage.save("d1 $ s \"cp\"\n\nd2 $ s \"sn\"");
    stage.check("d1: cp, d2: sn");
    // Broken again, and then taken out: now it stops.
    stage.save("d1 $ bogus\n\nd2 $ s \"sn\"");
    stage.check("d1: cp, d2: sn");
    stage.save("d2 $ s \"sn\"");
    stage.check("d1: -, d2: sn");
}

#[test]
fn a_typed_edit_holds_until_the_files_block_changes() {
    let mut stage = Stage::opened("d1 $ s \"bd\"\n\nd2 $ s \"hh\"");
    stage.typed("d1 $ s \"cp\"");
    stage.save("d1 $ s \"bd\"\n\nd2 $ s \"sn\"");
    stage.check("d1: cp, d2: sn");
    stage.save("d1 $ s \"bd*2\"\n\nd2 $ s \"sn\"");
    stage.check("d1: bd bd, d2: sn");
}

#[test]
fn a_redefinition_reaches_what_depends_on_it() {
    let mut stage = Stage::opened("let x = \"bd\"\n\nlet y = s x\n\nd1 $ y\n\nonce $ y\n\nd2 $ s \"hh\"");
    stage.check("d1: bd, d2: hh");
    stage.save("let x = \"cp\"\n\nlet y = s x\n\nd1 $ y\n\nonce $ y\n\nd2 $ s \"hh\"");
    stage.check("d1: cp, d2: hh");
    stage.typed("let x = \"rim\"");
    stage.check("d1: rim, d2: hh");
}

// Commands at the frontier.

#[test]
fn mute_and_solo_and_hush_change_the_score_at_once() {
    let mut stage = Stage::opened("d1 $ s \"bd\"\n\nd2 $ s \"hh\"");
    stage.typed("solo 2");
    assert!(!stage.state.score.is_heard("d1") && stage.state.score.is_heard("d2"));
    stage.typed("unsolo 2");
    stage.typed("mute 1");
    assert!(!stage.state.score.is_heard("d1"));
    let hushes = stage.state.score.hushes();
    stage.event(Event::HushKey);
    assert_eq!(stage.state.score.hushes(), hushes + 1);
}

// Sounds.

fn root(sounds: &[(&str, usize)]) -> Root {
    let file = |name: &str, i: usize| {
        let facts = Facts { frames: 100, channels: 1, rate: 48_000, seconds: 0.1, format: Format::Wav };
        File { facts: Some(facts), ..File::new(format!("/samples/{name}/{i}.wav")) }
    };
    let folders = sounds
        .iter()
        .map(|(name, n)| Folder {
            name: (*name).to_owned(),
            files: (0..*n).map(|i| file(name, i)).collect(),
            source: format!("/samples/{name}").into(),
        })
        .collect();
    Root { path: "/samples".into(), folders }
}

#[test]
fn what_a_set_names_is_loaded_before_it_is_needed_and_once() {
    let mut stage = Stage::opened("d1 $ s \"tabla:1\"");
    assert!(stage.said("no sound is called tabla"), "{}", stage.last());
    stage.event(Event::Scanned { place: 0, root: root(&[("tabla", 3)]), troubles: Vec::new() });
    let loads: Vec<usize> = stage
        .effects
        .iter()
        .filter_map(|e| match e {
            Effect::LoadSample { place, .. } => Some(*place),
            _ => None,
        })
        .collect();
    assert_eq!(loads, [1]);
    assert!(stage.effects.iter().any(|e| matches!(e, Effect::LoadVoice(_))));
    assert!(stage.state.diagnostics().count() == 0, "the warning is gone");
    let buffer = Buffer { num: crate::osc::BufNum(7), frames: 100, channels: 1, rate: 48_000.0 };
    stage.event(Event::SampleLoaded {
        folder: "tabla".into(),
        place: 1,
        path: "/samples/tabla/1.wav".into(),
        buffer,
    });
    assert_eq!(stage.state.sounds.bank().sample("tabla", 4), crate::bank::Lookup::Ready(&buffer));
    stage.typed("d2 $ s \"tabla:4\"");
    assert!(!stage.effects.iter().any(|e| matches!(e, Effect::LoadSample { .. })));
}

#[test]
fn a_voice_that_comes_late_is_made_ready_before_it_plays() {
    let mut stage = Stage::opened("d1 $ seqPLoop [(0, 60, silence), (40, 60, s \"cp*4\")]");
    assert!(!stage.effects.iter().any(|e| matches!(e, Effect::LoadVoice(_))));
    let mut asked_at = None;
    for cycle in 1..60 {
        stage.frontier(Rational::int(cycle));
        if stage.effects.iter().any(|e| matches!(e, Effect::LoadVoice(_))) {
            asked_at.get_or_insert(cycle);
        }
    }
    assert!(asked_at.is_some_and(|c| c < 40), "{asked_at:?}");
}

#[test]
fn unknown_sounds_and_idle_controls_are_named_at_their_place() {
    let stage = Stage::opened("d1 $ s \"bd sm\"\n\nd2 $ s \"bd\" # pF \"wobble\" 3");
    let said: Vec<String> = stage
        .state
        .diagnostics()
        .map(|(b, d)| format!("{} {:?} {} {:?}", b.line, d.range.of(&b.text), d.message, d.help.first()))
        .collect();
    assert_eq!(said[0], "1 \"sm\" no sound is called sm Some(\"did you mean sd or sh or sn?\")", "{said:?}");
    assert!(
        said[1].starts_with("3 ") && said[1].contains("the control wobble changes nothing here"),
        "{said:?}"
    );
    stage.check("d1: bd sm, d2: bd");
}

#[test]
fn an_instruments_own_control_is_used_by_it_alone() {
    let stage = Stage::opened(
        "d1 $ s \"808bd\" # voice 0.5\n\nd2 $ s \"bd\" # bank \"808\" # voice 0.5\n\nd3 $ s \"bd\" # voice 0.5",
    );
    let said: Vec<String> = stage
        .state
        .diagnostics()
        .map(|(b, d)| format!("{} {} {:?}", b.line, d.message, d.help.first()))
        .collect();
    let wanted = "5 the control voice changes nothing here Some(\"it is a control of 808bd, 808sd, 909bd, 909sd, others\")";
    assert_eq!(said, [wanted]);
}

#[test]
fn a_sample_that_fails_is_said_once_and_not_asked_for_again() {
    let mut stage = Stage::opened("d1 $ s \"tabla\"");
    stage.event(Event::Scanned { place: 0, root: root(&[("tabla", 1)]), troubles: Vec::new() });
    let failed = || Event::SampleFailed {
        folder: "tabla".into(),
        place: 0,
        path: "/samples/tabla/0.wav".into(),
        reason: "no audio in it".into(),
    };
    stage.event(failed());
    assert_eq!(stage.last(), "tabla:0 cannot be played: no audio in it");
    stage.event(failed());
    assert_eq!(stage.state.messages.iter().filter(|m| m.text.contains("tabla:0")).count(), 1);
    let mut r = report(Rational::ONE, 1);
    r.absent.push(Absent::Sample { folder: "tabla".into(), place: 0 });
    stage.event(Event::Player(r));
    assert!(stage.effects.is_empty());
}

#[test]
fn what_is_unknown_waits_for_the_folders_given_at_the_start() {
    let mut state = State::new("set.tidal", Layout::OWN);
    state.update(Event::Opened("d1 $ s \"tabla nosuch\"".into()));
    assert_eq!(state.diagnostics().count(), 0);
    state.update(Event::Scanned { place: 0, root: root(&[("tabla", 1)]), troubles: Vec::new() });
    state.update(Event::Settled);
    let said: Vec<&str> = state.diagnostics().map(|(_, d)| d.message.as_str()).collect();
    assert_eq!(said, ["no sound is called nosuch"]);
    let mut r = report(Rational::ONE, 1);
    r.absent.push(Absent::Sound("nosuch".into()));
    state.update(Event::Player(r));
    assert_eq!(state.messages.iter().filter(|m| m.text.contains("nosuch")).count(), 1);
}

// The REPL.

#[test]
fn commands_answer_and_unknown_ones_name_the_nearest() {
    let mut stage = Stage::opened("");
    stage.typed(":sampels");
    assert_eq!(stage.last(), "there is no command :sampels; did you mean :samples?");
    stage.typed(":help every");
    assert!(stage.last().starts_with("every :: Pattern Int"));
    stage.typed(":help lpf");
    assert!(stage.last().contains("sent as cutoff"));
    stage.typed(":help rhodes");
    assert!(
        stage.last().starts_with("epiano, rhodes -- electric piano") && stage.last().contains("; lfo 0 to 1")
    );
    stage.typed(":samples /tmp");
    assert!(matches!(stage.effects.as_slice(), [Effect::Scan { place: 0, .. }]));
    stage.typed(":synthdef");
    assert!(stage.last().contains(":synthdef FILE or FOLDER"));
    stage.typed(":synthdef some where/x.scsyndef");
    assert!(matches!(stage.effects.as_slice(), [Effect::LoadSynthDef(p)] if p.ends_with("x.scsyndef")));
    stage.typed(":quit");
    assert!(matches!(stage.effects.as_slice(), [Effect::Quit]));
}

/// The engine that takes over may be mute where the first was not.
#[test]
fn an_engine_that_nobody_hears_says_so_once() {
    let mut stage = Stage::opened("d1 $ s \"bd\"");
    let health = |audio: &str| Event::Health(Box::new(Health { audio: audio.into(), ..Health::default() }));
    let warnings = |stage: &Stage| {
        stage.state.messages.iter().filter(|m| m.text.contains("nothing will be heard")).count()
    };
    stage.event(Event::EngineReady { engine: "supernova".into(), audio: "JACK".into() });
    stage.event(health("JACK"));
    assert_eq!(warnings(&stage), 0);
    for _ in 0..3 {
        stage.event(health("no audio device (silent clock)"));
        assert_eq!(warnings(&stage), 1);
    }
}

#[test]
fn a_tilde_in_a_command_is_the_home() {
    let mut stage = Stage::opened("");
    stage.state.home = Some("/home/me".into());
    stage.typed(":record ~/take");
    assert!(matches!(&stage.effects[..], [Effect::Record { path, .. }] if path == "/home/me/take.wav"));
    stage.typed(":synthdef ~/defs");
    assert!(matches!(&stage.effects[..], [Effect::LoadSynthDef(path)] if path == "/home/me/defs"));
    stage.typed(":samples ~/smp");
    assert!(matches!(&stage.effects[..], [Effect::Scan { path, .. }] if path == "/home/me/smp"));
    let scanned = Root { path: "/home/me/smp".into(), ..root(&[("tabla", 1)]) };
    stage.event(Event::Scanned { place: 0, root: scanned, troubles: Vec::new() });
    for (line, scan) in
        [(":samples add ~/smp", true), (":samples reload ~/smp", true), (":samples remove ~/smp", false)]
    {
        stage.typed(line);
        let again = matches!(&stage.effects[..], [Effect::Scan { place: 0, path }] if path == "/home/me/smp");
        assert_eq!(again, scan, "{line}: {}", stage.last());
    }
    assert!(stage.last().starts_with("/home/me/smp: taken away"), "{}", stage.last());
}

#[test]
fn a_recording_is_begun_once_and_ended() {
    let mut stage = Stage::opened("d1 $ s \"bd\"\n\nd3 $ s \"hh\"");
    stage.typed(":record");
    assert!(stage.last().starts_with("to which file?"), "{}", stage.last());
    stage.typed(":record my take stems");
    let [Effect::Record { path, orbits }] = stage.effects.as_slice() else { panic!("{:?}", stage.effects) };
    assert_eq!(path, Path::new("my take.wav"));
    assert_eq!(orbits.iter().map(|o| o.index()).collect::<Vec<_>>(), [0, 2]);
    stage.event(Event::RecordingBegan(vec!["/x/my take.wav".into(), "a".into(), "b".into()]));
    assert_eq!(stage.last(), "recording to /x/my take.wav and 2 orbits beside it; :record ends it");
    stage.typed(":record other.wav");
    assert!(stage.effects.is_empty() && stage.last().contains(":record ends it"));
    // An engine that takes over knows nothing of it.
    stage.event(Event::EngineRestarted("the engine is back".into()));
    assert!(matches!(stage.effects.as_slice(), [Effect::EngineRestarted, Effect::StopRecording]));
    stage.event(Event::EngineEnded("there is no engine".into()));
    assert!(matches!(stage.effects.as_slice(), [Effect::StopRecording]));
    stage.typed(":record");
    assert!(matches!(stage.effects.as_slice(), [Effect::StopRecording]));
    stage.event(Event::RecordingEnded(Ok("recorded".into())));
    stage.typed(":record other.WAV");
    let [Effect::Record { path, orbits }] = stage.effects.as_slice() else { panic!("{:?}", stage.effects) };
    assert!(path == Path::new("other.WAV") && orbits.is_empty());
    stage.event(Event::RecordingEnded(Err("it exists already".into())));
    assert!(stage.state.recording.is_none());
}

#[test]
fn a_typed_error_changes_nothing_and_is_shown_with_its_place() {
    let mut stage = Stage::opened("d1 $ s \"bd\"");
    stage.typed("d1 $ fst 2 $ s \"bd\"");
    stage.check("d1: bd");
    assert!(stage.last().starts_with("typed:1:"), "{}", stage.last());
}

#[test]
fn history_keeps_lines_once() {
    let mut stage = Stage::opened("");
    for line in ["hush", "hush", "", "d1 silence"] {
        stage.typed(line);
    }
    assert_eq!(stage.state.history, ["hush", "d1 silence"]);
}

// The screen's view of it.

#[test]
fn lanes_show_the_events_of_the_cycle() {
    let mut stage = Stage::opened(
        "d10 $ s \"hh*2\"\n\nd2 $ s \"bd ~ sn:3 ~\" # gain 0.5\n\nd3 $ bogus\n\nd4 $ slow 2 $ s \"pad\"",
    );
    let clock = Clock::new(Timetag(1 << 40), 0.5625);
    stage.frontier(Rational::int(2));
    stage.event(Event::Tick(clock.time_of(Rational::new(7, 4))));
    let shown: Vec<String> = stage
        .state
        .lanes
        .iter()
        .map(|l| {
            let marks: Vec<String> = l.marks.iter().map(|m| format!("{}@{}", m.label, m.begin)).collect();
            format!("{} {}", l.name, marks.join(" "))
        })
        .collect();
    assert_eq!(shown, ["d2 bd@0 sn:3@0.5", "d4 pad@-1", "d10 hh@0 hh@0.5"]);
}

/// What is heard is what counts: the player is ahead of it, and its origin is exact.
#[test]
fn the_cycle_that_is_heard_starts_over_where_the_player_starts_over() {
    let mut stage = Stage::opened("d1 $ s \"<bd sn cp hh>\"");
    let clock = Clock::new(Timetag(1 << 40), 0.5625);
    stage.frontier(Rational::int(2));
    stage.typed("resetCycles");
    let origin = Rational::new(11, 4);
    let mut after = report(Rational::new(23, 8), stage.state.score.version());
    (after.origin, after.latency_s) = (origin, 0.0);
    stage.event(Event::Player(after));
    let mut heard = |at: Rational| {
        stage.event(Event::Tick(clock.time_of(at)));
        let lane = &stage.state.lanes[0];
        let cycle = stage.state.heard_cycle().unwrap();
        (format!("{cycle:.3}"), lane.cycle, lane.marks[0].label.clone())
    };
    assert_eq!(heard(Rational::new(21, 8)), ("2.625".into(), 2, "cp".into()));
    assert_eq!(heard(Rational::new(23, 8)), ("0.125".into(), 0, "bd".into()));
    assert_eq!(heard(Rational::new(31, 8)), ("1.125".into(), 1, "sn".into()));
    // Another cycle from somewhere between two reports on.
    let mut after = report(Rational::int(4), 1);
    (after.origin, after.latency_s) = (Rational::int(4) - Rational::int(9), 0.0);
    stage.event(Event::Player(after));
    let cycle = |state: &mut State, at| {
        state.update(Event::Tick(clock.time_of(at)));
        state.heard_cycle().unwrap()
    };
    assert!((cycle(&mut stage.state, Rational::new(17, 4)) - 9.25).abs() < 1e-6);
}

#[test]
fn the_grammar_of_commands_and_the_code_say_the_same() {
    let mut rules: Vec<&str> = Vec::new();
    let mut tried = 0;
    for line in include_str!("../../grammar/commands.ebnf").lines() {
        if let Some((name, _)) = line.split_once('=')
            && line.starts_with(|c: char| c.is_ascii_lowercase())
        {
            rules.push(name.trim());
        }
        let example = line.strip_prefix("(* ").and_then(|l| l.strip_suffix(" *)"));
        let Some((want @ ("ok" | "no"), text)) = example.and_then(|l| l.split_once(' ')) else { continue };
        let mut stage = Stage::opened("d1 $ s \"bd\"");
        let before = stage.state.said;
        stage.typed(text);
        let refused = stage.state.said > before
            && stage.state.messages.back().is_some_and(|m| m.severity == Severity::Error);
        assert_eq!(!refused, want == "ok", "{text}: {}", stage.last());
        tried += 1;
    }
    assert_eq!(rules.first(), Some(&"command"));
    let mut named: Vec<&str> = COMMANDS.iter().map(|c| c.name).collect();
    let mut rest = rules.split_off(1);
    named.sort_unstable();
    rest.sort_unstable();
    assert_eq!(rest, named);
    assert!(tried >= 2 * named.len());
}

#[test]
fn a_control_that_nothing_hears_is_said_once_with_its_reason() {
    let mut state = State::new("set", Layout::OWN);
    state.update(Event::Opened(
        "d1 $ s \"bd*4\" # freeze 1 # cutoff 300 # begin 0.5\n\nd2 $ s \"hh\" # pF \"wobbel\" 1 # orbit \"<0 20>\"\n\np 18 $ s \"lead\" # room 0.2\n".into(),
    ));
    state.update(Event::Settled);
    let said: Vec<String> = state.diagnostics().map(|(_, d)| d.message.clone()).collect();
    for want in [
        "freeze is not there yet",
        "the control begin changes nothing here",
        "the control wobbel changes nothing here",
        "there is no orbit 20: this plays on orbit 4",
        "there is no orbit 17: this plays on orbit 1",
    ] {
        assert_eq!(said.iter().filter(|s| *s == want).count(), 1, "{want}: {said:#?}");
    }
    assert_eq!(said.len(), 5, "{said:#?}");
}

fn pling(number: u32) -> Event {
    let def = UserSynthDef {
        name: "pling".into(),
        user: UserDef { def: format!("pling~{number}").into(), ends: false, buses: [].into() },
        controls: [("out", 0.0), ("note", 52.0), ("wobble", 0.0)].map(|(n, v)| (n.into(), v)).into(),
        findings: vec!["nothing in it frees it".into()],
    };
    Event::SynthDefs { file: "/x/pling.scsyndef".into(), defs: vec![def], troubles: vec!["x: no".into()] }
}

#[test]
fn a_synthdef_of_the_user_comes_changes_and_goes() {
    let mut stage = Stage::opened("d1 $ s \"pling\" # note 3 # wobble 2 # cutoff 300 # gain 1");
    stage.state.update(Event::Settled);
    let effects = stage.state.update(pling(1));
    assert!(matches!(effects.as_slice(), [Effect::SetBank, Effect::SetScore(_), ..]));
    assert!(stage.state.sounds.bank().defs.contains_key("pling~1"));
    assert!(stage.said("SynthDef pling is ready: d1 $ s \"pling\" with note, wobble"));
    assert!(stage.last().contains("the control gain changes nothing here"));
    assert!(stage.state.messages.iter().any(|m| m.text == "x: no"));
    let said: Vec<&str> = stage.state.diagnostics().map(|(_, d)| d.message.as_str()).collect();
    let expected = [
        "the SynthDef pling: nothing in it frees it",
        "the control cutoff changes nothing here",
        "the control gain changes nothing here",
    ];
    assert_eq!(said, expected);
    let effects = stage.state.update(pling(2));
    assert!(matches!(effects.as_slice(), [Effect::SetBank, Effect::FreeDef(old)] if &**old == "pling~1"));
    let b = stage.state.sounds.bank();
    assert!(b.users["pling"].def == "pling~2".into() && !b.defs.contains_key("pling~1"));
    assert!(stage.said("loaded again"));
    stage.typed(":synthdef");
    assert!(stage.last().contains("/x/pling.scsyndef"));
    stage.typed(":synthdef unload plink");
    assert!(stage.last().contains("did you mean pling?"));
    stage.typed(":synthdef unload pling");
    assert!(
        matches!(stage.effects.as_slice(), [Effect::SetBank, Effect::FreeDef(old)] if &**old == "pling~2")
    );
    assert!(stage.state.sounds.bank().users.is_empty());
    assert!(stage.state.diagnostics().any(|(_, d)| d.message == "no sound is called pling"));
}

#[test]
fn a_definition_with_an_error_keeps_what_it_was() {
    let mut stage = Stage::opened("let drums = s \"bd*4\"\n\nd1 $ drums\n");
    stage.save("let drums = s \"bd*4\n\nd1 $ drums\n");
    stage.save("let drums = s \"bd*4\n\nd1 $ drums # pan 0\n");
    let errors = |stage: &Stage| stage.state.diagnostics().filter(|(_, d)| d.is_error()).count();
    assert_eq!(errors(&stage), 1, "the missing quote alone");
    stage.check("d1: bd bd bd bd");
    // Both at once, and a third time.
    stage.save("let drums = s \"sn*4\n\nd1 $ drums # pan 1\n\nd2 $ drums\n");
    assert_eq!(errors(&stage), 1);
    stage.save("let drums = s \"sn*4\"\n\nd1 $ drums # pan 1\n\nd2 $ drums\n");
    assert_eq!(errors(&stage), 0);
    // What is gone is gone.
    stage.save("d1 $ drums # pan 1\n");
    stage.save("d1 $ drums # pan 0\n");
    assert_eq!(errors(&stage), 1);
}

#[test]
fn a_typed_definition_holds_until_the_files_definition_changes() {
    let mut stage = Stage::opened("let k = s \"bd\"\n\nd1 $ k\n");
    stage.typed("let k = s \"cp\"");
    stage.typed("let own = s \"hh\"");
    stage.check("d1: cp");
    stage.save("let k = s \"bd\"\n\nd1 $ fast 2 k\n\nd2 $ own\n");
    stage.check("d1: cp cp, d2: hh");
    // One that does not mean anything defines nothing.
    stage.save("let k = s \"bd\n\nd1 $ fast 3 k\n\nd2 $ own\n");
    stage.check("d1: cp cp cp, d2: hh");
    stage.save("let k = s \"sn\"\n\nd1 $ fast 3 k\n\nd2 $ own\n");
    stage.check("d1: sn sn sn, d2: hh");
    stage.save("let k = s \"sn\"\n\nd1 $ k\n\nd2 $ own # pan 0\n");
    stage.check("d1: sn, d2: hh");
}

#[test]
fn a_typed_definition_is_above_that_of_a_block_that_uses_it_too() {
    let text = "let k = s \"bd\"\nlet y = k # pan 0\n\nd1 $ k\n";
    let mut stage = Stage::opened(text);
    stage.typed("let k = s \"cp\"");
    stage.check("d1: cp");
    stage.save(&text.replace("d1 $ k", "d1 $ fast 2 k"));
    stage.check("d1: cp cp");
}

#[test]
fn a_block_that_is_moved_and_broken_in_one_save_plays_on() {
    let set = "-- kick\nd1 $ s \"bd\"\n\nlet k = s \"hh\"\n\nd2 $ k\n\nd3 $ s \"sn\"\n";
    let check = |saved: &str, want: &str| {
        let mut stage = Stage::opened(set);
        stage.save(saved);
        stage.check(want);
        stage
    };
    let rest = "d2 $ k\n\nd3 $ s \"sn\"\n\n";
    let mut stage =
        check(&format!("{rest}-- KICK\nd1 $ s \"bd\n\nlet k = s \"hh\n"), "d1: bd, d2: hh, d3: sn");
    stage.save(&format!(
        "{}-- KICK\nd1 $ s \"bd\n\nlet k = s \"hh\n",
        rest.replace("d2 $ k", "d2 $ fast 2 k")
    ));
    stage.check("d1: bd, d2: hh hh, d3: sn");
    stage.save(&format!("{rest}let k = s \"hh\n"));
    stage.check("d1: -, d2: hh, d3: sn");
    // Moved and changed well, with a broken one beside it: the good one plays.
    check(
        &format!("{rest}d1 $ s \"cp\"\n\nlet k = s \"oh\"\n\nd3 $ k\n\nd1 $ bogus\n"),
        "d1: cp, d2: oh, d3: oh",
    );
    // A broken one of another name keeps nothing alive.
    check("let k = s \"hh\"\n\nd2 $ k\n\nd3 $ s \"sn\"\n\nd4 $ bogus\n", "d1: -, d2: hh, d3: sn");
}

#[test]
fn a_track_that_takes_too_much_work_is_named_at_its_place_and_said_once() {
    let mut stage = Stage::opened("d1 $ s \"bd*4\"");
    stage.save("-- d1 is faster now\nd1 $ fast 1e9 $ s \"bd*2\"\n\nd2 $ fast 40000 $ s \"bd*2\"\n");
    let said: Vec<String> = stage
        .state
        .diagnostics()
        .map(|(b, d)| format!("{:?} at {:?}: {}", d.severity, d.range.of(&b.text), d.message))
        .collect();
    let words = "d1: this makes more events than one query may have; it is left out of these cycles";
    // What the player can play is no fault, though a whole cycle of it is too much at once.
    assert_eq!(said, [format!("Warning at \"d1\": {words}")]);
    assert!(stage.said(&format!("set.tidal:2:1: {words}")), "{}", stage.last());
    let mut r = report(Rational::ONE, stage.state.score.version());
    r.errors
        .push(crate::plan::TrackError { track: "d1".into(), error: crate::pattern::QueryError::OverBudget });
    stage.event(Event::Player(r));
    assert_eq!(stage.state.messages.iter().filter(|m| m.text.contains(words)).count(), 1);
    stage.typed("d3 $ fast 1e9 $ s \"bd\"");
    assert!(stage.last().starts_with("typed:1:1: d3: this makes more"), "{}", stage.last());
    let said = stage.state.said;
    let mut r = report(Rational::int(2), stage.state.score.version());
    r.errors
        .push(crate::plan::TrackError { track: "d3".into(), error: crate::pattern::QueryError::OverBudget });
    stage.event(Event::Player(r));
    assert_eq!(stage.state.said, said);
}

#[test]
fn a_large_set_is_looked_at_in_pieces() {
    let line = |n: usize| format!("d{} $ s \"bd*600 none{n}\"\n\n", n % 16 + 1);
    let text: String = (0..12).map(line).collect();
    let mut stage = Stage::opened(&text);
    let found = |stage: &Stage| stage.state.diagnostics().count();
    let first = found(&stage);
    assert!((1..12).contains(&first), "{first} at once");
    for _ in 0..12 {
        stage.event(Event::Tick(Timetag(1 << 40)));
    }
    assert_eq!(found(&stage), 12);
    let told =
        |stage: &Stage| stage.state.messages.iter().filter(|m| m.text.contains("no sound is called")).count();
    assert_eq!(told(&stage), 12);
    // Only what has changed is looked at again.
    stage.save(&format!("{text}d16 $ s \"bd none12\"\n"));
    assert_eq!((found(&stage), told(&stage)), (13, 13));
}

#[test]
fn a_block_that_does_not_play_takes_no_track_over() {
    let worksheet = "let k = s \"bd\"\n\nd1 $ k\n\nd1 $ s \"hh\"\n";
    let mut stage = Stage::opened(worksheet);
    stage.save(&worksheet.replace("bd", "cp"));
    stage.check("d1: hh");
    stage.typed("let k = s \"sn\"");
    stage.check("d1: hh");
    // The first one plays once it has changed; the definition then reaches it.
    stage.save(&worksheet.replace("d1 $ k", "d1 $ k # pan 0"));
    stage.check("d1: bd");
    stage.save(&worksheet.replace("d1 $ k", "d1 $ k # pan 0").replace("bd", "cp"));
    stage.check("d1: cp");
    // What is typed holds until then, and a block that goes without playing changes nothing.
    stage.typed("d1 $ s \"oh\"");
    stage.save("let k = s \"bd\"\n\nd1 $ k # pan 0\n\nd1 $ s \"hh\"\n");
    stage.check("d1: oh");
    stage.save("let k = s \"bd\"\n\nd1 $ k # pan 0\n");
    stage.check("d1: oh");
    stage.save("let k = s \"bd\"\n");
    stage.check("d1: -");
}

#[test]
fn after_a_hush_the_set_plays_again_when_it_is_asked_for() {
    let text = "let k = s \"bd\"\n\nd1 $ k\n\nd2 $ s \"hh\"\n\nd2 $ s \"sn\"\n";
    let mut stage = Stage::opened(text);
    stage.event(Event::HushKey);
    stage.check("d1: -, d2: -");
    assert!(stage.last().contains(":play"));
    // Neither a definition nor a block that goes brings anything back.
    stage.save(&text.replace("bd", "cp"));
    stage.save("let k = s \"cp\"\n\nd1 $ k\n\nd2 $ s \"sn\"\n");
    stage.check("d1: -, d2: -");
    stage.typed(":play d2");
    stage.check("d1: -, d2: sn");
    stage.typed(":play");
    stage.check("d1: cp, d2: sn");
    stage.typed("d2 $ s \"oh\"");
    stage.typed(":play");
    stage.check("d1: cp, d2: sn");
}

#[test]
fn a_definition_that_fails_through_another_is_kept() {
    let mut stage = Stage::opened("let x = 1\n\nlet y = x + 1\n\nd1 $ s \"bd\" # speed y\n");
    stage.save("let x = rev\n\nlet y = x + 1\n\nd1 $ s \"bd\" # speed y\n");
    let errors = |stage: &Stage| stage.state.diagnostics().filter(|(_, d)| d.is_error()).count();
    assert_eq!(errors(&stage), 1);
    stage.save("let x = rev\n\nlet y = x + 1\n\nd1 $ s \"sn\" # speed y\n");
    assert_eq!(errors(&stage), 1);
    stage.check("d1: sn");
}

#[test]
fn a_block_that_a_synthdef_mends_plays_unless_one_below_it_does() {
    let opened = |text: &str| {
        let mut stage = Stage { state: State::new("set.tidal", Layout::OWN), effects: Vec::new() };
        stage.event(Event::Opened(text.into()));
        stage.event(pling(1));
        stage.event(Event::Settled);
        stage
    };
    opened("d1 $ s \"pling\" # wobble 2\n\nd1 $ s \"bd\"\n").check("d1: bd");
    opened("d1 $ s \"bd\"\n\nd1 $ s \"pling\" # wobble 2\n").check("d1: pling");
    // One that is there before the set is opened is known to it.
    let mut stage = Stage { state: State::new("set.tidal", Layout::OWN), effects: Vec::new() };
    stage.event(pling(1));
    stage.event(Event::Opened("d1 $ s \"pling\" # wobble 2\n".into()));
    stage.check("d1: pling");
}

#[test]
fn a_tempo_of_several_numbers_begins_with_the_first() {
    let stage = Stage::opened("setcps \"<0.9 0.8>\"\n\nd1 $ s \"bd\"\n");
    assert!((stage.state.score.cps() - 0.9).abs() < 1e-9);
    assert!(!stage.said("passed over"));
}
