//! Keys typed, and screens drawn on ratatui's own test terminal.

use super::keys::{Input, Kind};
use super::{Action, Ui, view};
use crate::bank::{Buffer, Layout};
use crate::clock::Clock;
use crate::osc::{BufNum, Timetag};
use crate::pattern::Hap;
use crate::plan::{Report, Sounding};
use crate::samples::{File, Folder, Root};
use crate::session::{Event, State};
use crate::source::Severity;
use crate::stats::Health;
use crate::time::{Rational, TimeSpan};
use crossterm::event::{Event as Crossterm, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use std::path::PathBuf;

/// A second that is far from every border.
const START: Timetag = Timetag(3_900_000_000 << 32);
const LATENCY_S: f64 = 0.1;

const SET: &str = r#"-- an evening in May
setcps 0.5625

d1 $ sound "bd*4 . sn:2"

d2 $ every 2 (fast 2) $ sound "hh*8" # gain 0.8
  # pan sine

d3 $ n "0 .. 3" # sound "arpy" # room 0.2

d4 $ note "c'maj e'min" # sound "dantranh99"

d10 $ sound "cp(3,8)" # nosuchcontrol 3

d5 $ sound "nosuchsound*2
"#;

fn folder(name: &str, files: usize) -> Folder {
    let file = |n| File::new(format!("/samples/{name}/{n}.wav"));
    Folder { name: name.into(), files: (0..files).map(file).collect(), source: name.into() }
}

fn root() -> Root {
    let folders = ["arpy", "bd", "cp", "hh", "sn"].map(|n| folder(n, 4));
    Root { path: "/samples".into(), folders: folders.into() }
}

fn health() -> Health {
    Health {
        engine: "supernova".into(),
        version: Some("supernova 3.13.0".into()),
        audio: "JACK".into(),
        alive: true,
        average_cpu: 12.34,
        peak_cpu: 63.2,
        ugens: 812,
        synths: 23,
        groups: 6,
        defs: 31,
        sample_rate: 48_000.0,
        xruns: Some(0),
        engine_late: 0,
        round_trip_ms: Some(0.42),
        last_reply_ms: Some(187.0),
        dropped: 0,
        restarts: 0,
    }
}

/// What the player would say at a cycle, and the moment at which that cycle is heard.
fn report(state: &State, cycle: f64) -> (Box<Report>, Timetag) {
    let clock = Clock::new(START, state.score.cps());
    let now = START.plus_s(cycle / state.score.cps() + LATENCY_S);
    let mut sounding = Vec::new();
    let window = TimeSpan::new(Rational::int(cycle as i64), Rational::int(cycle as i64 + 1));
    let mut haps: Vec<Hap> = Vec::new();
    state.score.track_haps(window, &mut haps, |t| {
        for hap in t.haps.unwrap_or_default() {
            let whole = hap.whole_or_part();
            sounding.push(Sounding {
                track: t.track.clone(),
                positions: hap.positions,
                at: clock.time_of(whole.begin),
                duration_s: whole.duration().to_f64() / clock.cps(),
                orbit: crate::bank::OrbitId::wrapped(0),
                label: "".into(),
            });
        }
    });
    let lateness_s: Vec<f32> = (1..200).map(|n| 0.000_012 * (n as f32).powf(1.2)).chain([0.007]).collect();
    let report = Report {
        frontier: Rational::int(cycle as i64),
        origin: Rational::ZERO,
        version: state.score.version(),
        clock,
        latency_s: LATENCY_S,
        sounding,
        absent: Vec::new(),
        errors: Vec::new(),
        lateness_s,
        voices: 12,
        stolen: 0,
        voices_until: None,
        banks: 1,
        events: 2300,
        bundles: 1900,
        late: 0,
        skipped: 0,
        failed: 0,
        trouble: None,
        clock_step_s: None,
        lost_cycles: 0.0,
        dropped_reports: 0,
    };
    (Box::new(report), now)
}

fn at_cycle(state: &mut State, cycle: f64) {
    let (report, now) = report(state, cycle);
    // The clock first: what has ended by then is not kept.
    state.update(Event::Tick(now));
    state.update(Event::Player(report));
    state.update(Event::Tick(now));
}

/// Everything there is to show, at cycle 12, a little after its second quarter.
fn busy() -> State {
    let mut state = State::new("may.tidal", Layout::OWN);
    state.update(Event::Tick(START));
    state.update(Event::Scanned { place: 0, root: root(), troubles: vec![] });
    state.update(Event::Opened(SET.into()));
    state.update(Event::Settled);
    state.update(Event::EngineReady { engine: "supernova".into(), audio: "JACK".into() });
    state.update(Event::Health(Box::new(health())));
    for (n, (name, place)) in
        [("bd", 0), ("sn", 2), ("hh", 0), ("arpy", 0), ("arpy", 3)].into_iter().enumerate()
    {
        let frames = 12_345 * (n as u32 + 1);
        let buffer = Buffer { num: BufNum(n as u16), frames, channels: 1 + n as u16 % 2, rate: 44_100.0 };
        let path = PathBuf::from(format!("/samples/{name}/{place}.wav"));
        state.update(Event::SampleLoaded { folder: name.into(), place, path, buffer });
    }
    at_cycle(&mut state, 12.3);
    state.update(Event::Typed("mute 2".into()));
    state.update(Event::Typed("solo \"none\"".into()));
    state.update(Event::Typed("unsolo \"none\"".into()));
    at_cycle(&mut state, 12.3);
    for which in 0..2_u8 {
        let levels = (0..17_u8).map(|n| 0.5 / f32::from(1 + which * 4 + n));
        let head = [1006.0, f32::from(which)];
        state.update(Event::Meters(head.into_iter().chain(levels).collect()));
    }
    state
}

fn draw(state: &State, ui: &Ui, width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(state, ui, frame)).unwrap();
    terminal
}

/// The screen's characters, then its reversed words: what stands out.
fn picture(terminal: &Terminal<TestBackend>) -> String {
    let surface = terminal.backend().buffer();
    let mut out = String::new();
    let mut reversed = Vec::new();
    for y in 0..surface.area.height {
        let mut line = String::new();
        let mut run = String::new();
        let mut skip = 0;
        for x in 0..surface.area.width {
            let cell = surface.cell((x, y)).unwrap();
            if skip > 0 {
                skip -= 1;
                continue;
            }
            skip = super::look::width(cell.symbol()).saturating_sub(1);
            line.push_str(cell.symbol());
            if cell.modifier.contains(Modifier::REVERSED) {
                run.push_str(cell.symbol());
            } else if !run.is_empty() {
                reversed.push(format!("{y}: {}", std::mem::take(&mut run)));
            }
        }
        if !run.is_empty() {
            reversed.push(format!("{y}: {run}"));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    format!("{out}\nreversed, by row:\n{}\n", reversed.join("\n"))
}

fn snapshot(name: &str, state: &State, ui: &Ui, width: u16, height: u16) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
    insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("tui_{name}"), picture(&draw(state, ui, width, height)));
    });
}

#[test]
fn a_busy_screen() {
    let state = busy();
    for (width, height) in [(80, 24), (40, 12), (160, 50), (20, 5), (60, 45)] {
        snapshot(&format!("busy_{width}x{height}"), &state, &Ui::new(), width, height);
    }
}

/// After `resetCycles` in mid-cycle, the counter, the playhead and the lit step are those of the patterns.
#[test]
fn an_origin_within_a_cycle_moves_the_playhead() {
    let mut state = State::new("set", Layout::OWN);
    state.update(Event::Opened("d1 $ s \"bd sn hh cp\"".into()));
    state.update(Event::Settled);
    let (mut report, now) = report(&state, 4.85);
    report.origin = Rational::new(19, 4);
    state.update(Event::Player(report));
    state.update(Event::Tick(now));
    let terminal = draw(&state, &Ui::new(), 80, 12);
    let surface = terminal.backend().buffer();
    let row = |y| (0..80).map(|x| surface.cell((x, y)).unwrap().symbol()).collect::<String>();
    assert!(row(0).contains(" 0.1 ●···"), "{}", row(0));
    let head = (0..80).find(|x| surface.cell((*x, 1)).unwrap().symbol() == "▼").unwrap();
    let reversed = |x| surface.cell((x, 2)).unwrap().modifier.contains(Modifier::REVERSED);
    let lit: String =
        (0..80).filter(|x| reversed(*x)).map(|x| surface.cell((x, 2)).unwrap().symbol()).collect();
    assert_eq!((lit.trim(), reversed(head)), ("bd", true), "{}", row(2));
}

#[test]
fn an_empty_screen_says_what_to_do() {
    let state = State::new("new.tidal", Layout::OWN);
    snapshot("empty_80x24", &state, &Ui::new(), 80, 24);
}

#[test]
fn help_names_all_keys() {
    let mut ui = Ui::new();
    press(&mut ui, &busy(), KeyCode::F(1), KeyModifiers::NONE);
    snapshot("help_80x40", &busy(), &ui, 80, 40);
}

/// Presses one key.
fn press(ui: &mut Ui, state: &State, code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
    ui.key(&Input(Kind::Event(Crossterm::Key(KeyEvent::new(code, modifiers)))), state)
}

fn paste(ui: &mut Ui, state: &State, text: &str) -> Option<Action> {
    ui.key(&Input(Kind::Event(Crossterm::Paste(text.into()))), state)
}

/// A key by its name: `C-a`, `M-1`, `Up`, `x`.
fn named(name: &str) -> (KeyCode, KeyModifiers) {
    let (rest, modifiers) = match name.split_at_checked(2) {
        Some(("C-", rest)) => (rest, KeyModifiers::CONTROL),
        Some(("M-", rest)) => (rest, KeyModifiers::ALT),
        _ => (name, KeyModifiers::NONE),
    };
    let code = match rest {
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Esc" => KeyCode::Esc,
        "Enter" => KeyCode::Enter,
        "Backspace" => KeyCode::Backspace,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        "Space" => KeyCode::Char(' '),
        "F1" => KeyCode::F(1),
        "F5" => KeyCode::F(5),
        "F12" => KeyCode::F(12),
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    (code, modifiers)
}

/// Types keys (by name, apart by spaces); what they ask for, and the line at the end.
fn typed(keys: &str) -> (Vec<Action>, String) {
    let (state, mut ui) = (busy(), Ui::new());
    let mut actions = Vec::new();
    for key in keys.split_whitespace() {
        let (code, modifiers) = named(key);
        actions.extend(press(&mut ui, &state, code, modifiers));
    }
    (actions, ui.line().to_owned())
}

#[test]
fn keys_ask_for_actions() {
    let say = |s: &str| Action::Typed(s.into());
    let cases: [(&str, Vec<Action>, &str); 31] = [
        ("C-c", vec![Action::Quit], ""),
        ("C-o C-. F12", vec![Action::Hush, Action::Hush, Action::Hush], ""),
        ("C-l", vec![Action::Redraw], ""),
        ("F5", vec![say(":play")], ""),
        ("h u s h Enter", vec![say("hush")], ""),
        ("a Space b C-j", vec![say("a b")], ""),
        ("Space Enter", vec![], ""),
        ("M-1 M-2 M-0", vec![say("mute 1"), say("unmute 2"), say("unmuteAll")], ""),
        (": q Enter", vec![say(":q")], ""),
        ("a b c C-a x", vec![], "xabc"),
        ("a b c C-a C-e x", vec![], "abcx"),
        ("a b c Left Left C-k", vec![], "a"),
        ("a b c Left C-u", vec![], "c"),
        ("a b Space c d C-w", vec![], "ab "),
        ("a b Space c d C-w C-y", vec![], "ab cd"),
        ("a b Esc", vec![], ""),
        ("Up", vec![], "unsolo \"none\""),
        ("x Up Up Up Up Up", vec![], "mute 2"),
        ("x Up Up Down Down", vec![], "x"),
        ("Up Enter", vec![say("unsolo \"none\"")], ""),
        ("e v e r Tab", vec![], "every"),
        ("e v e r Tab Tab", vec![], "every'"),
        ("e v e r Tab Tab BackTab", vec![], "every"),
        (": h Tab", vec![], ":help"),
        (": Tab Tab", vec![], ":play"),
        ("z z z z Tab", vec![], "zzzz"),
        ("s Space \" a r Tab", vec![], "s \"arpy"),
        ("C-x M-x C-q C-s C-z", vec![], ""),
        ("F1 x F1", vec![], "x"),
        ("F1 a Esc", vec![], "a"),
        ("PageUp PageDown M-Up M-Down", vec![], ""),
    ];
    for (keys, actions, line) in cases {
        assert_eq!(typed(keys), (actions, line.into()), "{keys}");
    }
}

#[test]
fn a_released_key_does_nothing() {
    let mut key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    key.kind = KeyEventKind::Release;
    assert_eq!(Ui::new().key(&Input(Kind::Event(Crossterm::Key(key))), &busy()), None);
}

#[test]
fn a_lost_terminal_ends_the_program() {
    assert_eq!(Ui::new().key(&Input(Kind::Lost), &busy()), Some(Action::Quit));
    assert_eq!(Ui::new().key(&Input(Kind::Event(Crossterm::Resize(0, 0))), &busy()), Some(Action::Redraw));
}

#[test]
fn pasted_lines_stay_lines() {
    let (state, mut ui) = (busy(), Ui::new());
    paste(&mut ui, &state, "d1 $ s \"bd\"\r\n\t# n 1\u{1b}[2J\r\n");
    assert_eq!(ui.line(), "d1 $ s \"bd\"\n    # n 1[2J");
    assert!(picture(&draw(&state, &ui, 80, 24)).contains("d1 $ s \"bd\"↵    # n 1[2J"));
    // Too much for a line is refused whole, and said.
    paste(&mut ui, &state, &"x".repeat(100_000));
    assert_eq!(ui.line(), "d1 $ s \"bd\"\n    # n 1[2J");
    assert!(picture(&draw(&state, &ui, 80, 24)).contains("not pasted: 100000 characters"));
}

#[test]
fn the_help_command_opens_the_page() {
    let (state, mut ui) = (busy(), Ui::new());
    paste(&mut ui, &state, ":help");
    assert_eq!(
        press(&mut ui, &state, KeyCode::Enter, KeyModifiers::NONE),
        Some(Action::Typed(":help".into()))
    );
    assert!(picture(&draw(&state, &ui, 80, 24)).contains("hush: silence at once"));
    press(&mut ui, &state, KeyCode::Esc, KeyModifiers::NONE);
    assert!(!picture(&draw(&state, &ui, 80, 24)).contains("hush: silence at once"));
}

#[test]
fn scrolled_messages_stay_while_new_ones_come() {
    let (mut state, mut ui) = (busy(), Ui::new());
    (0..20).for_each(|n| state.say(Severity::Hint, format!("message {n} ends")));
    press(&mut ui, &state, KeyCode::PageUp, KeyModifiers::NONE);
    let seen = |state: &State, ui: &Ui, text: &str| picture(&draw(state, ui, 80, 24)).contains(text);
    assert!(seen(&state, &ui, "message 14 ends") && !seen(&state, &ui, "message 15 ends"));
    state.say(Severity::Error, "something new");
    assert!(seen(&state, &ui, "message 14 ends") && !seen(&state, &ui, "something new"));
    press(&mut ui, &state, KeyCode::PageDown, KeyModifiers::NONE);
    press(&mut ui, &state, KeyCode::PageDown, KeyModifiers::NONE);
    assert!(seen(&state, &ui, "something new"));
}

#[test]
fn a_long_line_shows_its_cursor() {
    let (state, mut ui) = (busy(), Ui::new());
    paste(&mut ui, &state, &format!("{}end", "太鼓 ".repeat(50)));
    let mut terminal = draw(&state, &ui, 40, 12);
    let cursor = terminal.get_cursor_position().unwrap();
    assert_eq!((cursor.x, cursor.y), (39, 11));
    assert!(picture(&terminal).contains("end\n\nreversed"));
}

/// A state full of what nobody would type.
fn hostile() -> State {
    let names = ["\u{1b}[31m", "太鼓🥁👨‍👩‍👧", "\u{202e}abc", "a\u{300}\u{301}", "\0\t\r\n", "x"];
    let long = names.concat().repeat(300);
    let mut state = busy();
    state.name = long.clone();
    state.health.engine = long.clone();
    state.health.audio = long.clone();
    state.health.version = Some(long.clone());
    state.health.average_cpu = f32::NAN;
    state.health.peak_cpu = f32::INFINITY;
    state.health.round_trip_ms = Some(f64::NAN);
    state.health.last_reply_ms = Some(f64::INFINITY);
    state.health.sample_rate = 1e300;
    state.health.xruns = Some(u64::MAX);
    for (n, name) in names.iter().enumerate() {
        state.say(Severity::Error, name.repeat(n * 50));
        let buffer = Buffer { num: BufNum(0), frames: u32::MAX, channels: u16::MAX, rate: f64::MIN_POSITIVE };
        let path = PathBuf::from(name);
        state.update(Event::SampleLoaded { folder: long.as_str().into(), place: usize::MAX, path, buffer });
    }
    let text = names.map(|n| format!("p \"{n}\" $ s \"{n}*64 太\"\n\n")).concat();
    state.update(Event::Saved(format!("{text}{long}\n\n{}", "\"".repeat(99))));
    for lane in &mut state.lanes {
        lane.soloed = true;
        if let Some(mark) = lane.marks.first_mut() {
            mark.label = long.clone();
            (mark.begin, mark.end) = (f64::NAN, f64::NEG_INFINITY);
        }
        if let Some(mark) = lane.marks.last_mut() {
            (mark.begin, mark.end) = (f64::INFINITY, -1e300);
        }
    }
    if let Some(report) = &mut state.report {
        report.latency_s = 1e300;
        report.late = u64::MAX;
        report.lost_cycles = f64::INFINITY;
        (report.failed, report.skipped) = (u64::MAX, 1);
    }
    state
}

/// Draws a state at every size whose number leaves a rest of 0.
fn draw_sizes(state: &State, ui: &Ui, step: usize) {
    for (width, height) in (1..=200).flat_map(|w| (1..=60).map(move |h| (w, h))) {
        if usize::from(width * 61 + height) % step == 0 {
            let terminal = draw(state, ui, width, height);
            let cells = terminal.backend().buffer().content();
            assert!(cells.iter().all(|c| !c.symbol().contains(char::is_control)), "{width}x{height}");
        }
    }
}

#[test]
fn any_size_is_drawn_busy() {
    draw_sizes(&busy(), &Ui::new(), 1);
}

#[test]
fn any_size_is_drawn_hostile() {
    draw_sizes(&hostile(), &Ui::new(), 3);
}

#[test]
fn any_size_is_drawn_empty_with_help_and_scrolled() {
    let (empty, state) = (State::new("", Layout::OWN), busy());
    draw_sizes(&empty, &Ui::new(), 5);
    let mut ui = Ui::new();
    press(&mut ui, &empty, KeyCode::F(1), KeyModifiers::NONE);
    draw_sizes(&empty, &ui, 5);
    let mut ui = Ui::new();
    paste(&mut ui, &state, "s 太鼓 \u{200d}e");
    press(&mut ui, &state, KeyCode::Tab, KeyModifiers::NONE);
    press(&mut ui, &state, KeyCode::Down, KeyModifiers::ALT);
    press(&mut ui, &state, KeyCode::PageUp, KeyModifiers::NONE);
    draw_sizes(&state, &ui, 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_drawn(text in "\\PC{0,80}", set in "(\\PC|\\s){0,200}", cycle in -3.0..1e6f64) {
        let mut state = State::new(&text, Layout::OWN);
        state.update(Event::Opened(set));
        state.update(Event::Typed(text.clone()));
        at_cycle(&mut state, cycle);
        let mut ui = Ui::new();
        paste(&mut ui, &state, &text);
        press(&mut ui, &state, KeyCode::Left, KeyModifiers::CONTROL);
        press(&mut ui, &state, KeyCode::Tab, KeyModifiers::NONE);
        for (width, height) in [(80, 24), (33, 9), (7, 3)] {
            draw(&state, &ui, width, height);
        }
    }
}
