//! What was recorded live is what is rendered.

use super::processes::installed;
use super::program::{PATIENCE, apart, until};
use super::render::{RATE, between, onsets, read_wav, render, rms_db};
use oiduna::server::EngineChoice;
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Tones that are over before the next begins, by two tracks, not evenly; two cycles a second.
const SET: &str = "setcps 2\n\nd1 $ s \"lead ~ ~ lead\" # sustain 0.05 # lpf 3000\n\nd2 $ s \"~ bass ~ ~\" # sustain 0.05\n";
/// Samples below this are silence.
const FLOOR: f32 = 0.002;

/// The program in a terminal, with a set in a folder. It ends with the value.
struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    shown: Arc<Mutex<vt100::Parser>>,
}

impl Screen {
    fn open(folder: &Path, engine: &str) -> Self {
        std::fs::write(folder.join("set.tidal"), SET).unwrap();
        let size = PtySize { rows: 40, cols: 160, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_oiduna"));
        command.arg(folder.join("set.tidal"));
        command.args(["--engine", engine]);
        command.cwd(folder);
        for (name, value) in apart(folder) {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        let (mut from, keys) = (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
        let shown = Arc::new(Mutex::new(vt100::Parser::new(40, 160, 0)));
        let to = shown.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = from.read(&mut bytes) {
                to.lock().unwrap().process(&bytes[..n]);
            }
            drop(pty);
        });
        Self { child, keys, shown }
    }

    fn shows(&self, words: &str) {
        let contents = || self.shown.lock().unwrap().screen().contents();
        until(&format!("{words:?} on the screen"), || contents().contains(words).then_some(()));
    }

    fn types(&mut self, line: &str) {
        self.keys.write_all(format!("{line}\r").as_bytes()).unwrap();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // In good order, so that its engine and its jackd end with it.
        let _ = self.keys.write_all(b":quit\r");
        let deadline = std::time::Instant::now() + PATIENCE;
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) && std::time::Instant::now() < deadline
        {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let _ = self.child.kill();
    }
}

/// A live take of about three seconds, and one of the first track's orbit.
fn take(engine: &str) -> [Vec<[f32; 2]>; 2] {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::open(folder.path(), engine);
    screen.shows("latency 100 ms");
    screen.types(":record take stems");
    screen.shows("recording to");
    let file = folder.path().join("take.wav");
    let enough = 3 * 8 * u64::from(RATE);
    until("three seconds of sound", || (std::fs::metadata(&file).ok()?.len() > enough).then_some(()));
    // A second one has to wait for the end of the first.
    screen.types(":record other");
    screen.shows(":record ends it");
    screen.types(":record");
    screen.shows("recorded /");
    // What is there is never overwritten.
    screen.types(":record take.wav");
    screen.shows("it exists already");
    [file, folder.path().join("take-orbit-0.wav")].map(|path| {
        let (frames, rate) = read_wav(&path);
        assert_eq!(rate, RATE);
        frames
    })
}

/// How far the onsets of a take are from those of the render, seconds, the middle one taken as none: a
/// take begins anywhere.
fn apart_from(live: &[f64], rendered: &[f64], cycle_s: f64) -> Vec<f64> {
    let phase = |at: f64, by: f64| (at - by).rem_euclid(cycle_s);
    let off = |at: f64, by: f64| {
        let distance = |r: &f64| {
            let d = phase(at, by + r);
            if d > cycle_s / 2.0 { d - cycle_s } else { d }
        };
        rendered.iter().map(distance).min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap()
    };
    // Each onset of the first cycles may be any of the render's: the best fit is right.
    let fits = live.iter().take(6).flat_map(|l| rendered.iter().map(move |r| l - r));
    let errors = |by: f64| live.iter().map(|l| off(*l, by)).collect::<Vec<_>>();
    let middle = |by: f64| {
        let mut e: Vec<f64> = errors(by).iter().map(|e| e.abs()).collect();
        e.sort_by(f64::total_cmp);
        e[e.len() / 2]
    };
    let best = fits.min_by(|a, b| middle(*a).total_cmp(&middle(*b))).unwrap();
    errors(best)
}

/// An xrun of a busy machine makes a hole in a take, and sets the engine's clock anew (engine facts,
/// section 3). So the ways from each onset to the next are what is judged: most of them must be right, in
/// the best of three takes.
fn compare(engine: &str, rendered_on: EngineChoice, allowed_s: f64) {
    let rendered = render(SET, 1, rendered_on);
    let wanted = onsets(&rendered, FLOOR);
    assert_eq!(wanted.len(), 3, "{wanted:?}");
    let level = rms_db(between(&rendered, 0.0, 0.5));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let [live, orbit] = take(engine);
        let found = onsets(&live, FLOOR);
        assert!(found.len() >= 12, "{engine}: {found:?}");
        assert!(onsets(&orbit, FLOOR).len() >= 8, "{engine}: the orbit's take");
        let off = apart_from(&found, &wanted, 0.5);
        let right = off.windows(2).filter(|p| (p[1] - p[0]).abs() < allowed_s).count();
        // A cycle's level, wherever it begins: the middle one of all.
        let mut levels: Vec<f64> = live.chunks_exact(RATE as usize / 2).map(rms_db).collect();
        levels.sort_by(f64::total_cmp);
        let heard = levels[levels.len() / 2];
        let worst = off.iter().map(|e| e.abs()).fold(0.0, f64::max);
        println!(
            "{engine}: {right} of {} ways to the next onset right, the worst onset {:.2} ms off; {heard:.2} dB live, {level:.2} dB rendered",
            off.len() - 1,
            worst * 1e3
        );
        if right * 4 >= (off.len() - 1) * 3 && (heard - level).abs() < 1.0 {
            return;
        }
        seen.push((off, heard));
    }
    panic!("{engine}: rendered at {level} dB; live: {seen:?}");
}

#[test]
fn a_recording_of_supernova_is_the_render() {
    if installed(&["supernova", "scsynth", "jackd"]) {
        let _turn = super::alone();
        compare("supernova", EngineChoice::Scsynth, 0.001);
    }
}

#[test]
#[cfg(feature = "embedded")]
fn a_recording_of_the_embedded_engine_is_the_render() {
    let _turn = super::alone();
    // Without a sound card its clock is that of a thread, which a busy machine wakes late.
    compare("embedded", EngineChoice::Embedded, 0.003);
}
