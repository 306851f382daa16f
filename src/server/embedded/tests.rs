//! The embedded engine driven by hand: no thread, no device, no clock but the test's.

use super::output::Renderer;
use super::*;
use crate::osc::{AddAction, BufNum, Command, NodeId, Timetag};
use proptest::prelude::*;
use rosc::{OscPacket, OscType};
use tokio::sync::mpsc as lines_channel;

const RATE: u32 = 48_000;
const START: Timetag = Timetag(3_950_000_000 << 32);

struct Bench {
    interpreter: Interpreter,
    renderer: Renderer,
    /// Frames rendered so far.
    frames: usize,
    lines: lines_channel::Receiver<String>,
}

impl Bench {
    fn new() -> Self {
        let (controller, nrt, world) = plyphon::engine(plyphon::Options {
            sample_rate: f64::from(RATE),
            input_channels: 0,
            ..plyphon::Options::default()
        });
        let (to, lines) = lines_channel::channel(64);
        let out = Lines { to, dropped: Arc::default() };
        let interpreter = Interpreter::new(controller, nrt, 16, out, Arc::default());
        Self { interpreter, renderer: Renderer::new(world, RATE, Arc::default()), frames: 0, lines }
    }

    fn now(&self) -> Timetag {
        START.plus_s(self.frames as f64 / f64::from(RATE))
    }

    fn send(&mut self, command: &Command) {
        self.interpreter.packet(&codec::encode(command).unwrap());
    }

    fn send_at(&mut self, tag: Timetag, commands: &[Command]) {
        self.interpreter.packet(&codec::bundle(tag, commands).unwrap());
    }

    /// The left channel.
    fn render(&mut self, frames: usize) -> Vec<f32> {
        let mut left = vec![0.0; frames];
        self.renderer.render(frames, self.now(), |n, l, _| left[n] = l);
        self.frames += frames;
        self.interpreter.look_after();
        left
    }

    fn replies(&mut self) -> Vec<String> {
        let shown = |p: OscPacket| match p {
            OscPacket::Message(m) => {
                let args: Vec<String> = m.args.iter().take(4).map(show).collect();
                format!("{} {}", m.addr, args.join(" ")).trim_end().to_owned()
            }
            OscPacket::Bundle(_) => "bundle".to_owned(),
        };
        self.interpreter.take_replies().into_iter().map(shown).collect()
    }
}

fn show(arg: &OscType) -> String {
    match arg {
        OscType::Int(n) => n.to_string(),
        OscType::Float(x) => x.to_string(),
        OscType::String(s) => s.clone(),
        other => format!("{other:?}"),
    }
}

/// `DC` of the control `level` to output 0, by `OffsetOut`: an onset that is seen to the sample.
fn step_def() -> Command {
    use std::io::Write;
    let mut b = Vec::new();
    let unit = |b: &mut Vec<u8>, class: &str, rate: u8, inputs: &[(i32, i32)], outputs: &[u8]| {
        b.push(class.len() as u8);
        b.write_all(class.as_bytes()).unwrap();
        b.push(rate);
        b.extend((inputs.len() as i32).to_be_bytes());
        b.extend((outputs.len() as i32).to_be_bytes());
        b.extend(0i16.to_be_bytes());
        for (from, index) in inputs {
            b.extend(from.to_be_bytes());
            b.extend(index.to_be_bytes());
        }
        b.extend(outputs);
    };
    b.extend(b"SCgf\0\0\0\x02\0\x01\x04step");
    b.extend(1i32.to_be_bytes());
    b.extend(0f32.to_be_bytes());
    b.extend(1i32.to_be_bytes());
    b.extend(0.5f32.to_be_bytes());
    b.extend(1i32.to_be_bytes());
    b.extend(b"\x05level\0\0\0\0");
    b.extend(3i32.to_be_bytes());
    unit(&mut b, "Control", 1, &[], &[1]);
    unit(&mut b, "K2A", 2, &[(0, 0)], &[2]);
    unit(&mut b, "OffsetOut", 2, &[(-1, 0), (1, 0)], &[]);
    b.extend(0i16.to_be_bytes());
    Command::DefRecv(b.into())
}

fn synth(id: i32, target: i32, settings: &[(&str, f32)]) -> Command {
    Command::SynthNew {
        def: "step".into(),
        id: NodeId(id),
        action: AddAction::Tail,
        target: NodeId(target),
        settings: settings.iter().map(|(n, v)| ((*n).into(), *v)).collect(),
    }
}

#[test]
fn the_meters_speak_of_what_sounds() {
    use crate::synth::effects::{METERS, meters};
    let mut bench = Bench::new();
    let def = meters();
    bench.send(&step_def());
    bench.send(&Command::DefRecv(def.bytes));
    let settings = [("in", 0.0), ("out", 0.0)].map(|(n, v)| (Arc::from(n), v)).into();
    // The first orbit's bus is the output's here: both show the step.
    bench.send(&synth(1000, 0, &[("level", 0.5)]));
    let (id, action, target) = (NodeId(1001), AddAction::Tail, NodeId(0));
    bench.send(&Command::SynthNew { def: def.name, id, action, target, settings });
    let mut heard: Vec<Vec<f32>> = Vec::new();
    for _ in 0..48 {
        bench.render(1024);
        for packet in bench.interpreter.take_replies() {
            let OscPacket::Message(message) = packet else { continue };
            let Some(values) = Some(&message.args).filter(|_| message.addr == METERS) else { continue };
            heard.push(
                values
                    .iter()
                    .map(|a| a.clone().float().or(a.clone().int().map(|n| n as f32)).unwrap())
                    .collect(),
            );
        }
    }
    let of = |which: f32| heard.iter().rfind(|m| (m[1] - which).abs() < 0.5).unwrap();
    // A second of ten messages of each kind; the node comes first.
    assert!((18..=24).contains(&heard.len()), "{}", heard.len());
    for (message, level) in [(of(0.0), 0.5), (of(1.0), 0.5 * 0.25)] {
        assert!((message[0] - 1001.0).abs() < 0.5 && message.len() == 19, "{message:?}");
        // Only the left channel sounds; after a second the mean is nearly there.
        assert!(
            (message[2] / level - 1.0).abs() < 0.1 && (message[18] / level - 1.0).abs() < 0.1,
            "{message:?}"
        );
        assert!(message[3..18].iter().all(|v| *v == 0.0), "{message:?}");
    }
}

#[test]
fn an_onset_falls_on_its_sample() {
    let mut bench = Bench::new();
    bench.send(&step_def());
    bench.render(480);
    assert_eq!(bench.replies(), ["/done /d_recv"]);
    // Buffers that are no multiple of the engine's blocks, as sound cards ask for them.
    for (n, frames) in [441usize, 512, 37, 1000, 64].into_iter().enumerate() {
        let after = frames * 3 + 11;
        let tag = bench.now().plus_s(after as f64 / f64::from(RATE));
        let id = 100 + n as i32;
        bench.send_at(tag, &[synth(id, 0, &[])]);
        let mut sound = Vec::new();
        while sound.len() < after + 200 {
            sound.extend(bench.render(frames));
        }
        let onset = sound.iter().position(|x| *x > 0.25).expect("it sounds");
        assert!(onset.abs_diff(after) <= 1, "{frames} frames: onset {onset}, wanted {after}");
        bench.send(&Command::NodeFree(NodeId(id)));
        bench.render(2000);
    }
}

#[test]
fn a_failing_message_does_not_take_the_others_with_it() {
    let mut bench = Bench::new();
    bench.send(&step_def());
    bench.render(64);
    bench.replies();
    let unknown = Command::SynthNew {
        def: "nothing".into(),
        id: NodeId(5),
        action: AddAction::Tail,
        target: NodeId(0),
        settings: vec![],
    };
    bench.send_at(Timetag::NOW, &[unknown, synth(6, 0, &[("nonsense", 1.0), ("level", 0.25)])]);
    let sound = bench.render(640);
    assert!((sound[600] - 0.25).abs() < 1e-6, "the control after the unknown one counts");
    let replies = bench.replies();
    assert_eq!(replies, ["/fail /s_new SynthDef not found 5", "/n_go 6 0 -1 -1"]);
}

#[test]
fn setting_a_group_reaches_the_synths_in_it() {
    let mut bench = Bench::new();
    bench.send(&step_def());
    let group = |id, target| Command::GroupNew {
        id: NodeId(id),
        action: AddAction::Tail,
        target: NodeId(target),
        parallel: true,
    };
    for command in [group(10, 0), group(11, 10), group(12, 0), synth(20, 11, &[]), synth(21, 12, &[])] {
        bench.send(&command);
    }
    assert!((bench.render(640)[600] - 1.0).abs() < 1e-6);
    bench.send(&Command::NodeSet {
        id: NodeId(10),
        settings: vec![("level".into(), 0.125), ("other".into(), 3.0)],
    });
    assert!((bench.render(640)[600] - 0.625).abs() < 1e-6);
    bench.replies();
    bench.send(&Command::NodeSet { id: NodeId(99), settings: vec![("level".into(), 0.0)] });
    assert_eq!(bench.replies(), ["/fail /n_set Node 99 not found 99"]);
    bench.send(&Command::NodeFree(NodeId(10)));
    assert!((bench.render(640)[600] - 0.5).abs() < 1e-6);
}

#[test]
fn buffers_are_bounded_and_known() {
    let mut bench = Bench::new();
    let alloc = |num, frames, channels| Command::BufferAlloc { num: BufNum(num), frames, channels };
    for command in [
        alloc(3, 100, 2),
        Command::BufferQuery(BufNum(3)),
        Command::BufferQuery(BufNum(4)),
        alloc(16, 1, 1),
        Command::BufferFree(BufNum(16)),
        Command::BufferQuery(BufNum(999)),
        Command::BufferFree(BufNum(3)),
        Command::BufferQuery(BufNum(3)),
    ] {
        bench.send(&command);
    }
    let out = "the buffer number is out of range";
    let expected = [
        "/b_info 3 100 2 48000".to_owned(),
        "/b_info 4 0 0 0".to_owned(),
        format!("/fail /b_alloc {out} 16"),
        format!("/fail /b_free {out} 16"),
        format!("/fail /b_query {out} 999"),
        "/b_info 3 0 0 0".to_owned(),
    ];
    let mut replies = bench.replies();
    replies.retain(|r| !r.starts_with("/done"));
    assert_eq!(replies, expected);
}

#[test]
fn a_late_bundle_is_said() {
    let mut bench = Bench::new();
    bench.send_at(crate::server::ntp_now().plus_s(-0.5), &[Command::Status]);
    assert!(bench.lines.try_recv().unwrap().starts_with("late: 0.5"));
    bench.send_at(Timetag::NOW, &[Command::Status]);
    assert!(bench.lines.try_recv().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any numbers in well-formed commands: refused or done, never a panic, never a huge allocation.
    #[test]
    fn no_command_breaks_it(
        commands in proptest::collection::vec((0usize..18, any::<i32>(), any::<i32>(), any::<i32>()), 1..30)
    ) {
        const ADDRESSES: [&str; 18] = [
            "/b_alloc", "/b_free", "/b_query", "/b_zero", "/b_allocRead", "/s_new", "/n_set", "/n_free", "/g_new",
            "/p_new", "/g_freeAll", "/g_queryTree", "/n_query", "/sync", "/status", "/clearSched", "/d_free", "/x",
        ];
        let mut bench = Bench::new();
        for (which, a, b, c) in commands {
            let args = [a, b, c].map(OscType::Int).to_vec();
            let message = rosc::OscMessage { addr: ADDRESSES[which].into(), args };
            bench.interpreter.packet(&rosc::encoder::encode(&OscPacket::Message(message)).unwrap());
            bench.render(64);
        }
        bench.replies();
    }

    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut bench = Bench::new();
        bench.interpreter.packet(&bytes);
        bench.render(64);
    }
}
