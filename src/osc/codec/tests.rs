use super::*;
use crate::osc::BufNum;
use proptest::prelude::*;
use std::sync::Arc;

fn synth(def: &str, settings: Vec<Setting>) -> Command {
    Command::SynthNew {
        def: def.into(),
        id: NodeId(1000),
        action: AddAction::Tail,
        target: NodeId(1),
        settings,
    }
}

/// What rosc reads from our bytes.
fn read(bytes: &[u8]) -> OscPacket {
    let (rest, packet) = rosc::decoder::decode_udp(bytes).unwrap();
    assert!(rest.is_empty());
    packet
}

fn every_command() -> Vec<Command> {
    let (id, target, action) = (NodeId(1001), NodeId(0), AddAction::Head);
    let num = BufNum(7);
    vec![
        Command::Status,
        Command::Version,
        Command::Notify(true),
        Command::Sync(-5),
        Command::Quit,
        Command::ClearSched,
        Command::DefRecv(Arc::from(*b"SCgf!")),
        Command::DefLoad("/tmp/kick.scsyndef".into()),
        Command::DefFree("kick".into()),
        Command::DirtHandshake,
        Command::DirtPlay(vec![
            ("cut".into(), Argument::Int(-1)),
            ("gain".into(), Argument::Float(1.5)),
            ("s".into(), Argument::Text("drum".into())),
        ]),
        Command::GroupNew { id, action, target, parallel: false },
        Command::GroupNew { id, action, target, parallel: true },
        Command::GroupFreeAll(id),
        Command::GroupQueryTree(target),
        synth("kick", vec![("pan".into(), -0.5), ("out".into(), 0.0)]),
        Command::NodeSet { id, settings: vec![("gate".into(), 0.0)] },
        Command::NodeFree(id),
        Command::NodeQuery(id),
        Command::BufferAlloc { num, frames: 100, channels: 2 },
        Command::BufferAllocRead { num, path: "/tmp/ä b.wav".into() },
        Command::BufferAllocReadTwo { num, path: "/tmp/six.wav".into() },
        Command::BufferFree(num),
        Command::BufferQuery(num),
        Command::BufferWriteOpen { num, path: "/tmp/x.wav".into() },
        Command::BufferClose(num),
    ]
}

#[test]
fn every_command_is_what_rosc_would_write() {
    let mut lines = Vec::new();
    for command in every_command() {
        let bytes = encode(&command).unwrap();
        let packet = read(&bytes);
        assert_eq!(rosc::encoder::encode(&packet).unwrap(), bytes, "{command:?}");
        let OscPacket::Message(message) = packet else { panic!("{command:?} is no message") };
        let args: Vec<String> = message.args.iter().map(|a| format!("{a:?}")).collect();
        lines.push(format!("{} {}", message.addr, args.join(" ")));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    /status 
    /version 
    /notify Int(1)
    /sync Int(-5)
    /quit 
    /clearSched 
    /d_recv Blob([83, 67, 103, 102, 33])
    /d_load String("/tmp/kick.scsyndef")
    /d_free String("kick")
    /dirt/handshake 
    /dirt/play String("cut") Int(-1) String("gain") Float(1.5) String("s") String("drum")
    /g_new Int(1001) Int(0) Int(0)
    /p_new Int(1001) Int(0) Int(0)
    /g_freeAll Int(1001)
    /g_queryTree Int(0) Int(0)
    /s_new String("kick") Int(1000) Int(1) Int(1) String("pan") Float(-0.5) String("out") Float(0.0)
    /n_set Int(1001) String("gate") Float(0.0)
    /n_free Int(1001)
    /n_query Int(1001)
    /b_alloc Int(7) Int(100) Int(2)
    /b_allocRead Int(7) String("/tmp/ä b.wav") Int(0) Int(0)
    /b_allocReadChannel Int(7) String("/tmp/six.wav") Int(0) Int(0) Int(0) Int(1)
    /b_free Int(7)
    /b_query Int(7)
    /b_write Int(7) String("/tmp/x.wav") String("wav") String("float") Int(-1) Int(0) Int(1)
    /b_close Int(7)
    "#);
}

#[test]
fn a_bundle_is_flat_and_carries_its_tag() {
    let tag = Timetag(0x0123_4567_89AB_CDEF);
    let bytes = bundle(tag, &every_command()).unwrap();
    let OscPacket::Bundle(bundle) = read(&bytes) else { panic!("no bundle") };
    assert_eq!((bundle.timetag.seconds, bundle.timetag.fractional), (0x0123_4567, 0x89AB_CDEF));
    assert_eq!(bundle.content.len(), every_command().len());
    assert!(bundle.content.iter().all(|p| matches!(p, OscPacket::Message(_))));
}

#[test]
fn what_kills_an_engine_is_refused_and_leaves_no_bytes() {
    let set = |name: &str, value: f32| synth("d", vec![(name.into(), value)]);
    let bad = [
        synth(&"n".repeat(128), vec![]),
        synth("", vec![]),
        synth("a\0b", vec![]),
        Command::DefFree("x".repeat(200).into()),
        set("freq", f32::NAN),
        set("freq", f32::INFINITY),
        set("a\0", 1.0),
        set("out", -1.0),
        set("out_bus", -2.0),
        Command::NodeFree(NodeId(-1)),
        Command::NodeFree(NodeId(0)),
        Command::GroupFreeAll(NodeId(0)),
        Command::NodeSet { id: NodeId(-9), settings: vec![] },
        Command::GroupNew { id: NodeId(2), action: AddAction::Head, target: NodeId(-1), parallel: true },
        Command::BufferAlloc { num: BufNum(0), frames: u32::MAX, channels: 1 },
        Command::BufferAlloc { num: BufNum(0), frames: 1 << 20, channels: 65 },
        Command::BufferAlloc { num: BufNum(0), frames: 0, channels: 1 },
        Command::BufferAllocRead { num: BufNum(0), path: "/a\0b".into() },
        Command::DefRecv(vec![0; MAX_PACKET].into()),
    ];
    for command in bad {
        let mut out = vec![1, 2, 3];
        assert!(encode_into(&mut out, &command).is_err(), "{command:?}");
        assert!(out.is_empty());
        assert!(bundle_into(&mut out, Timetag::NOW, &[Command::Status, command]).is_err());
        assert!(out.is_empty());
    }
}

#[test]
fn a_bundle_too_long_is_refused() {
    let commands = vec![Command::Status; MAX_PACKET / 16];
    assert!(matches!(bundle(Timetag::NOW, &commands), Err(CodecError::TooLong(_))));
}

#[test]
fn a_buffer_is_used_again_without_growing() {
    let commands = every_command();
    let mut out = Vec::new();
    bundle_into(&mut out, Timetag::NOW, &commands).unwrap();
    let (place, capacity) = (out.as_ptr(), out.capacity());
    for _ in 0..10 {
        bundle_into(&mut out, Timetag::NOW, &commands).unwrap();
    }
    assert_eq!((out.as_ptr(), out.capacity()), (place, capacity));
}

fn packet(address: &str, args: Vec<OscType>) -> Vec<u8> {
    rosc::encoder::encode(&OscPacket::Message(OscMessage { addr: address.into(), args })).unwrap()
}

#[test]
fn replies_are_read() {
    use OscType::{Double, Float, Int, String as Str};
    let check = |address: &str, args: Vec<OscType>, expected: Reply| {
        assert_eq!(decode(&packet(address, args)), [expected]);
    };
    let (command, text) = (|| Str("/b_allocRead".into()), || Str("no such file".into()));
    check("/synced", vec![Int(4)], Reply::Synced(4));
    check("/done", vec![Str("/notify".into())], Reply::Done { command: "/notify".into(), buffer: None });
    check("/done", vec![command(), Int(3)], Reply::Done { command: "/b_allocRead".into(), buffer: Some(3) });
    check(
        "/fail",
        vec![command(), text(), Int(3)],
        Reply::Fail { command: "/b_allocRead".into(), text: "no such file".into(), number: Some(3) },
    );
    check("/n_go", vec![Int(9), Int(0), Int(-1), Int(-1), Int(0)], Reply::NodeStarted(NodeId(9)));
    check("/n_end", vec![Int(9), Int(0), Int(-1), Int(-1), Int(0)], Reply::NodeEnded(NodeId(9)));
    check(
        "/b_info",
        vec![Int(1), Int(100), Int(2), Float(44_100.0)],
        Reply::BufferInfo { num: 1, frames: 100, channels: 2, rate: 44_100.0 },
    );
    check(
        "/version.reply",
        vec![Str("supernova".into()), Int(3), Int(13), Str(".0".into()), Str("main".into())],
        Reply::Version("supernova 3.13.0".into()),
    );
    check(
        "/meter",
        vec![Int(2), Float(0.5)],
        Reply::Other { address: "/meter".into(), values: vec![2.0, 0.5] },
    );
    // supernova gives the nominal rate as a float, scsynth as a double.
    for rate in [Float(48_000.0), Double(48_000.0)] {
        let args =
            vec![Int(1), Int(5), Int(2), Int(3), Int(4), Float(1.5), Float(2.5), rate, Double(48_001.5)];
        let status = Status {
            ugens: 5,
            synths: 2,
            groups: 3,
            defs: 4,
            average_cpu: 1.5,
            peak_cpu: 2.5,
            nominal_rate: 48_000.0,
            actual_rate: 48_001.5,
        };
        check("/status.reply", args, Reply::Status(status));
    }
}

#[test]
fn a_reply_with_too_few_arguments_is_another_message() {
    for address in ["/synced", "/done", "/status.reply", "/n_go", "/b_info", "/version.reply", "/fail"] {
        assert!(matches!(decode(&packet(address, vec![]))[..], [Reply::Other { .. }]), "{address}");
    }
}

#[test]
fn nesting_without_end_is_no_reply() {
    let mut deep = packet("/synced", vec![OscType::Int(1)]);
    while deep.len() < 60_000 {
        let mut outer = b"#bundle\0".to_vec();
        outer.extend_from_slice(&1u64.to_be_bytes());
        outer.extend_from_slice(&(deep.len() as u32).to_be_bytes());
        outer.extend_from_slice(&deep);
        deep = outer;
    }
    assert!(decode(&deep).is_empty());
    let mut arrays = b"/x\0\0,".to_vec();
    arrays.extend(std::iter::repeat_n(b'[', 30_001));
    arrays.extend(std::iter::repeat_n(b']', 30_001));
    arrays.extend_from_slice(&[0; 1]);
    assert!(decode(&arrays).is_empty());
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
    }

    /// Packets that look like OSC and are broken somewhere.
    #[test]
    fn broken_replies_can_be_read(cut in 0usize..80, flip in 0usize..80, bit in 0u8..8, which in 0usize..4) {
        let address = ["/status.reply", "/fail", "/b_info", "#bundle"][which];
        let args = vec![OscType::String("/b_allocRead".into()), OscType::Int(3), OscType::Float(1.0)];
        let mut bytes = packet(address, args);
        bytes.truncate(cut);
        if let Some(b) = bytes.get_mut(flip) {
            *b ^= 1 << bit;
        }
        let _ = decode(&bytes);
    }

    #[test]
    fn settings_survive(pairs in proptest::collection::vec(("[a-z]{1,9}", -1e6f32..1e6), 0..40)) {
        let settings: Vec<Setting> = pairs.iter().filter(|(n, _)| !names_a_bus(n))
            .map(|(n, v)| (n.as_str().into(), *v)).collect();
        let bytes = encode(&synth("d", settings.clone())).unwrap();
        let OscPacket::Message(message) = read(&bytes) else { panic!("no message") };
        let expected: Vec<OscType> = settings.iter()
            .flat_map(|(n, v)| [OscType::String(n.to_string()), OscType::Float(*v)]).collect();
        prop_assert_eq!(&message.args[4..], &expected[..]);
    }
}
