//! Runs an OSC score through real engines without real time, and measures what comes out.

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Samples per second of every run.
pub const RATE: usize = 48_000;

/// Commands and when they are due, in seconds.
#[derive(Default)]
pub struct Score {
    bundles: Vec<(f64, Vec<OscMessage>)>,
    end_s: f64,
}

impl Score {
    /// Adds a command.
    pub fn at(&mut self, time_s: f64, address: &str, args: Vec<OscType>) {
        let message = OscMessage { addr: address.to_owned(), args };
        self.bundles.push((time_s, vec![message]));
        self.end_s = self.end_s.max(time_s);
    }

    /// Sends a SynthDef at the very beginning.
    pub fn def(&mut self, def: &oiduna::synth::SynthDef) {
        self.at(0.0, "/d_recv", vec![OscType::Blob(def.bytes.to_vec())]);
    }

    /// Starts a synth at the tail of the root group, with those settings that it has a control for
    /// (plyphon refuses the rest of a bundle with another).
    pub fn synth(&mut self, time_s: f64, def: &oiduna::synth::SynthDef, id: i32, settings: &[(&str, f32)]) {
        let mut args = vec![OscType::from(&*def.name), id.into(), 1.into(), 0.into()];
        for (name, value) in settings {
            if def.controls.iter().any(|control| &*control.0 == *name) {
                args.extend([OscType::from(*name), OscType::Float(*value)]);
            }
        }
        self.at(time_s, "/s_new", args);
    }

    /// The score file: the length of each bundle, then the bundle; the last one ends the run.
    fn bytes(&self, end_s: f64) -> Vec<u8> {
        let mut bundles: Vec<_> = self.bundles.iter().collect();
        bundles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let end = (end_s, vec![OscMessage { addr: "/c_set".into(), args: vec![0.into(), 0.into()] }]);
        bundles
            .into_iter()
            .chain([&end])
            .flat_map(|(time_s, messages)| {
                let units = (time_s * 4_294_967_296.0) as u64;
                let timetag = OscTime { seconds: (units >> 32) as u32, fractional: units as u32 };
                let content = messages.iter().cloned().map(OscPacket::Message).collect();
                let bytes =
                    rosc::encoder::encode(&OscPacket::Bundle(OscBundle { timetag, content })).expect("OSC");
                [(bytes.len() as i32).to_be_bytes().to_vec(), bytes].concat()
            })
            .collect()
    }
}

/// Two channels.
pub struct Sound {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
}

impl Sound {
    fn from_interleaved(samples: impl Iterator<Item = f32>) -> Self {
        let (mut left, mut right) = (vec![], vec![]);
        for (n, sample) in samples.enumerate() {
            if n % 2 == 0 { left.push(sample) } else { right.push(sample) }
        }
        Self { left, right }
    }

    /// The part between two moments.
    pub fn between(&self, from_s: f64, to_s: f64) -> Self {
        let at = |s: f64| ((s * RATE as f64) as usize).min(self.left.len());
        let range = at(from_s)..at(to_s).min(self.right.len());
        Self { left: self.left[range.clone()].to_vec(), right: self.right[range].to_vec() }
    }

    fn all(&self) -> impl Iterator<Item = f32> {
        self.left.iter().chain(&self.right).copied()
    }

    /// The largest absolute sample.
    pub fn peak(&self) -> f32 {
        self.all().fold(0.0, |peak, x| peak.max(x.abs()))
    }

    /// The root of the mean square in dB of full scale; silence is -200.
    pub fn rms_db(&self) -> f64 {
        let count = self.left.len() + self.right.len();
        let power = self.all().map(|x| f64::from(x).powi(2)).sum::<f64>() / count.max(1) as f64;
        10.0 * power.max(1e-20).log10()
    }

    /// How loud it is to an ear, in LUFS: the loudest 0.4 s of it, weighted as ITU-R BS.1770 says.
    pub fn loudness(&self) -> f64 {
        let window = (RATE * 2 / 5).min(self.left.len().max(1));
        let power = |channel: &[f32]| {
            // The head, then the low-cut: the norm's coefficients for 48 kHz.
            let head = biquad(
                channel.iter().map(|x| f64::from(*x)),
                [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
                [-1.690_659_293_182_41, 0.732_480_774_215_85],
            );
            let cut = biquad(head, [1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21]);
            cut.map(|x| x * x).collect::<Vec<f64>>()
        };
        let both: Vec<f64> =
            power(&self.left).into_iter().zip(power(&self.right)).map(|(l, r)| l + r).collect();
        let loudest = both.chunks(window / 4 + 1).map(|c| c.iter().sum::<f64>()).collect::<Vec<f64>>();
        let sums = (0..loudest.len()).map(|n| loudest.iter().skip(n).take(4).sum::<f64>());
        let power = sums.fold(0.0, f64::max) / (RATE * 2 / 5) as f64;
        -0.691 + 10.0 * power.max(1e-20).log10()
    }

    /// True when nothing in it is NaN or infinite.
    /// The pitch of the left channel, by its rises through 0.
    pub fn hz(&self) -> f64 {
        let rises = self.left.windows(2).filter(|w| w[0] <= 0.0 && w[1] > 0.0).count();
        rises as f64 * RATE as f64 / self.left.len() as f64
    }

    pub fn is_finite(&self) -> bool {
        self.all().all(f32::is_finite)
    }
}

/// A filter of second order: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''.
fn biquad(input: impl Iterator<Item = f64>, b: [f64; 3], a: [f64; 2]) -> impl Iterator<Item = f64> {
    let (mut x, mut y) = ([0.0; 2], [0.0; 2]);
    input.map(move |now| {
        let out = b[0] * now + b[1] * x[0] + b[2] * x[1] - a[0] * y[0] - a[1] * y[1];
        (x, y) = ([now, x[0]], [out, y[0]]);
        out
    })
}

/// The engines. The two of SuperCollider may be absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Engine {
    Supernova,
    Scsynth,
    #[cfg(feature = "embedded")]
    Plyphon,
}

impl Engine {
    pub const ALL: &[Self] = &[
        Self::Supernova,
        Self::Scsynth,
        #[cfg(feature = "embedded")]
        Self::Plyphon,
    ];

    /// `end_s` seconds of the score, or none when the engine is not installed (and says so).
    pub fn render(self, score: &Score, end_s: f64) -> Option<Sound> {
        let program = match self {
            Self::Supernova => "supernova",
            Self::Scsynth => "scsynth",
            #[cfg(feature = "embedded")]
            Self::Plyphon => return Some(plyphon(&score.bytes(end_s), end_s)),
        };
        let dir = tempfile::tempdir().expect("a folder");
        let (osc, wav) = (dir.path().join("score.osc"), dir.path().join("out.wav"));
        std::fs::write(&osc, score.bytes(end_s)).expect("the score is written");
        // Its number names a shared memory of the engine's: one that no other engine uses.
        let port = std::net::UdpSocket::bind("127.0.0.1:0")
            .and_then(|s| s.local_addr())
            .expect("a free port")
            .port();
        let child = Command::new(program)
            .args(["-u", &port.to_string()])
            .args(["-N".as_ref(), osc.as_os_str(), "_".as_ref(), wav.as_os_str()])
            .args([
                "48000", "WAV", "float", "-o", "2", "-i", "0", "-m", "262144", "-D", "0", "-d", "4000", "-w",
                "512",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => {
                println!("skipped: {program} is not here ({error})");
                return None;
            }
        };
        let deadline = Instant::now() + Duration::from_secs(120);
        while child.try_wait().expect("our child").is_none() {
            if Instant::now() > deadline {
                child.kill().and_then(|()| child.wait()).expect("our child ends");
            }
            assert!(Instant::now() < deadline, "{program} did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        // For eyes and ears: sox's spectrograms of what was rendered.
        if let Some(keep) = std::env::var_os("OIDUNA_KEEP_WAV") {
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("out").replace("::", "-");
            std::fs::copy(&wav, Path::new(&keep).join(format!("{name}-{program}.wav"))).expect("a copy");
        }
        Some(read_wav(&wav))
    }
}

/// The engine in this process.
#[cfg(feature = "embedded")]
fn plyphon(score: &[u8], end_s: f64) -> Sound {
    let options = plyphon::Options {
        sample_rate: RATE as f64,
        output_channels: 2,
        input_channels: 0,
        // Setting one sample of a buffer is a command.
        command_capacity: 262_144,
        max_scheduled: 16_384,
        max_nodes: 4096,
        ..plyphon::Options::default()
    };
    let (mut controller, nrt, world) = plyphon::engine(options);
    let mut render = plyphon::Render::new(world, nrt, &options);
    let (entries, _) = plyphon_osc::parse_score(score).expect("our own score");
    let mut dispatcher = plyphon_osc::OscDispatcher::new();
    let mut samples = vec![];
    let until = plyphon::RenderUntil::Duration(Duration::from_secs_f64(end_s));
    let keep = |block: &[f32]| samples.extend_from_slice(block);
    plyphon_osc::render_osc_score(&mut render, &mut dispatcher, &mut controller, &entries, None, keep, until)
        .expect("it plays");
    Sound::from_interleaved(samples.into_iter())
}

/// A WAV file of 32-bit floats.
fn read_wav(path: &Path) -> Sound {
    let bytes = std::fs::read(path).expect("what the engine wrote");
    let mut at = 12;
    loop {
        let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().expect("four bytes")) as usize;
        if &bytes[at..at + 4] == b"data" {
            let end = (at + 8 + length).min(bytes.len());
            let frames = bytes[at + 8..end]
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes(b.try_into().expect("four bytes")));
            return Sound::from_interleaved(frames);
        }
        at += 8 + length + length % 2;
    }
}
