//! supernova with one thread and with two, on the same voices of the program.

use crate::listener::Listener;
use crate::load;
use crate::program::{Program, until};
use oiduna::bank::Layout;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What two threads may cost of what one does.
const AT_MOST: f64 = 0.75;
/// Voices are long: all of them sound after this.
const SETTLED: Duration = Duration::from_secs(6);
/// The figure of `/status` is a running mean: asked for this often,
const EVERY: Duration = Duration::from_millis(250);
/// for so long.
const MEASURED: Duration = Duration::from_secs(8);

/// Synths of a run that counts: the voices, and the effects.
const VOICES: std::ops::Range<i32> = 300..400;

/// Twelve tracks, each on an orbit of its own, of eight events a second that sound for 3.1 seconds.
fn set() -> String {
    let track = |d: i32| {
        format!(
            "d{d} $ n \"{} {} {} {}\" # s \"supersaw*8\" # legato 25 # gain 0.3\n\n",
            d - 7,
            d,
            d + 3,
            d - 2
        )
    };
    (1..=12).map(track).fold(String::from("setcps 1\n\n"), |all, one| all + &one)
}

/// A process of ours; it is ended in good order, so that JACK's list of servers stays clean.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Percent of the time for a block, and how many synths there were.
struct Measured {
    cpu: f64,
    synths: i32,
}

/// Pairs of runs with one thread and with two; true when two are as much better as they should be.
pub fn run(pairs: usize) -> bool {
    let name = format!("oiduna-bench-{}", std::process::id());
    let _jack = Running::start(
        Command::new("jackd").args(["-n", &name, "-r", "-d", "dummy", "-r", "48000", "-p", "1024"]),
    );
    println!("threads\tcpu_percent\tsynths\tload");
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..pairs.max(1) {
        for (threads, all) in [(1, &mut one), (2, &mut two)] {
            let measured = measure(&name, threads);
            if !VOICES.contains(&measured.synths) {
                // One that is overloaded is put aside by JACK: it stands still, and its synths pile up.
                println!(
                    "{threads}\t{:.1}\t{}\tnot counted: the engine does not keep up",
                    measured.cpu, measured.synths
                );
                continue;
            }
            println!("{threads}\t{:.1}\t{}\t{}", measured.cpu, measured.synths, load());
            all.push(measured.cpu);
        }
    }
    if one.is_empty() || two.is_empty() {
        println!("nothing was measured: the machine is too busy");
        return false;
    }
    let (one, two) = (median(one), median(two));
    let ratio = two / one;
    let well = ratio <= AT_MOST;
    println!(
        "medians: {one:.1} % with one thread, {two:.1} % with two: {ratio:.2}, {} {AT_MOST}",
        if well { "at most" } else { "MORE than" }
    );
    well
}

fn measure(jack: &str, threads: usize) -> Measured {
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    // The options of `server::boot`, but for the threads.
    let words = ["-o", "2", "-i", "0", "-m", "262144", "-n", "8192", "-D", "0", "-R", "0", "-b", "4096"];
    let mut command = Command::new("supernova");
    command.args(words).args(["-u", &port, "-T", &threads.to_string()]);
    command.env("SC_JACK_DEFAULT_OUTPUTS", "system").env("JACK_NO_START_SERVER", "1");
    command.env("JACK_DEFAULT_SERVER", jack);
    let _engine = Running::start(&mut command);
    let listener = until("supernova", || {
        let listener = Listener::on(&port);
        listener.status().map(|_| listener)
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("set.tidal");
    std::fs::write(&file, set()).unwrap();
    let engine = format!("osc:127.0.0.1:{port}");
    let words = ["play", file.to_str().unwrap(), "--headless", "--engine", &engine, "--polyphony", "400"];
    let _program = Program::start(&words);
    until("voices", || (listener.voices(Layout::SHARED) > 0).then_some(()));
    std::thread::sleep(SETTLED);
    let (begun, mut cpu, mut synths) = (Instant::now(), Vec::new(), Vec::new());
    while begun.elapsed() < MEASURED {
        let status = listener.status().unwrap();
        cpu.push(f64::from(status.average));
        synths.push(f64::from(status.synths));
        std::thread::sleep(EVERY);
    }
    Measured { cpu: median(cpu), synths: median(synths) as i32 }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
