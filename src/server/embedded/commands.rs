//! OSC commands on plyphon, answered as supernova would.
//!
//! In: packets. Out: calls on the engine, replies. On the control thread alone, because plyphon's
//! dispatcher cannot move. Most commands are the dispatcher's; here are those where it differs from
//! the engines: each message of a bundle stands for itself (a failing one does not take the others
//! with it), unknown controls are passed over, `/n_set` on a group reaches the synths in it, files are
//! decoded on another thread, buffers are bounded. Random bytes can make it refuse, never panic.

use super::decode::{self, Loaded, Request};
use super::output::Load;
use super::{MAX_SAMPLES, disk, say};
use crate::osc::{Timetag, codec};
use crate::server::link::ntp_now;
use crate::server::process::Lines;
use plyphon::{Buffer, Controller, Event, Nrt};
use plyphon_osc::OscDispatcher;
use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};

/// The version of plyphon, as `/version` gives it.
const VERSION: (i32, i32, &str) = (0, 2, ".0");

/// What `/b_query` gives.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    frames: i32,
    channels: i32,
    rate: f32,
}

/// See the module.
pub(super) struct Interpreter {
    controller: Controller,
    nrt: Nrt,
    dispatcher: OscDispatcher,
    buffers: i32,
    facts: HashMap<i32, Facts>,
    /// Which SynthDef a synth is of, from its `/s_new` to its end.
    defs: HashMap<i32, String>,
    /// Which group a node is in.
    parents: HashMap<i32, i32>,
    loads: Option<(SyncSender<Request>, Receiver<Loaded>)>,
    replies: Vec<OscPacket>,
    lines: Lines,
    load: Arc<Load>,
    /// Files that are being decoded.
    loading: usize,
    /// False offline: nothing is late there.
    real_time: bool,
    quit: bool,
}

/// Why a command was not done: becomes `/fail`.
type Failure = (String, Option<i32>);

impl Interpreter {
    pub(super) fn new(controller: Controller, nrt: Nrt, buffers: u16, lines: Lines, load: Arc<Load>) -> Self {
        Self {
            controller,
            nrt,
            dispatcher: OscDispatcher::new(),
            buffers: i32::from(buffers),
            facts: HashMap::new(),
            defs: HashMap::new(),
            parents: HashMap::new(),
            loads: decode::start(),
            replies: Vec::new(),
            lines,
            load,
            loading: 0,
            real_time: true,
            quit: false,
        }
    }

    /// From now on tags are no moments of the machine's clock.
    pub(super) fn without_real_time(&mut self) {
        self.real_time = false;
    }

    /// True while a file is being decoded.
    pub(super) fn is_loading(&self) -> bool {
        self.loading > 0
    }

    /// True after `/quit`.
    pub(super) fn has_quit(&self) -> bool {
        self.quit
    }

    /// The replies since the last call.
    pub(super) fn take_replies(&mut self) -> Vec<OscPacket> {
        let mut own = self.dispatcher.take_replies();
        for packet in &mut own {
            if let OscPacket::Message(message) = packet
                && message.addr == "/status.reply"
                && let [_, _, _, _, _, average, peak, ..] = &mut message.args[..]
            {
                let (a, p) = self.load.percent();
                (*average, *peak) = (OscType::Float(a), OscType::Float(p));
            }
        }
        self.replies.append(&mut own);
        std::mem::take(&mut self.replies)
    }

    /// Applies what came in. What is no OSC is passed over.
    pub(super) fn packet(&mut self, bytes: &[u8]) {
        if !codec::is_shallow(bytes) {
            return;
        }
        if let Ok((_, packet)) = rosc::decoder::decode_udp(bytes) {
            self.apply(packet, None);
        }
    }

    /// In a nested bundle the inner tag counts, as on scsynth; ours are flat.
    fn apply(&mut self, packet: OscPacket, at: Option<OscTime>) {
        match packet {
            OscPacket::Message(message) => {
                if let Err((text, number)) = self.message(&message, at) {
                    let mut args = vec![OscType::String(message.addr), OscType::String(text)];
                    args.extend(number.map(OscType::Int));
                    self.reply("/fail", args);
                }
            }
            OscPacket::Bundle(bundle) => {
                let tag =
                    Timetag((u64::from(bundle.timetag.seconds) << 32) | u64::from(bundle.timetag.fractional));
                let late = if self.real_time { ntp_now().since_s(tag) } else { 0.0 };
                if tag > Timetag::NOW && late > 0.0 {
                    say(&self.lines, format!("late: {late:.6}"));
                }
                for inner in bundle.content {
                    self.apply(inner, Some(bundle.timetag));
                }
            }
        }
    }

    fn message(&mut self, message: &OscMessage, at: Option<OscTime>) -> Result<(), Failure> {
        let args = &message.args;
        match message.addr.as_str() {
            "/notify" => self.done("/notify", Some(0)),
            "/version" => {
                let (major, minor, patch) = VERSION;
                let name = OscType::String("plyphon".into());
                let args =
                    vec![name, OscType::Int(major), OscType::Int(minor), OscType::String(patch.into())];
                self.reply("/version.reply", args);
            }
            "/quit" => {
                self.done("/quit", None);
                self.quit = true;
            }
            "/d_recv" => {
                self.dispatch(message.clone(), None)?;
                self.done("/d_recv", None);
            }
            "/d_load" => {
                let Some(OscType::String(path)) = args.first() else {
                    return Err(("there is no path".into(), None));
                };
                let bytes = std::fs::read(path).map_err(|e| (format!("{path}: {e}"), None))?;
                let received = OscMessage { addr: "/d_recv".into(), args: vec![OscType::Blob(bytes)] };
                self.dispatch(received, None)?;
                self.done("/d_load", None);
            }
            "/s_new" => return self.synth(args, at),
            "/n_set" => return self.set(args, at),
            "/b_alloc" => {
                let num = self.buffer(args)?;
                let frames = int(args, 1).unwrap_or(0);
                let channels = int(args, 2).unwrap_or(1);
                let samples = i64::from(frames) * i64::from(channels);
                if frames <= 0 || channels <= 0 || samples as u64 > MAX_SAMPLES {
                    return Err(("the size is out of range".into(), Some(num)));
                }
                self.dispatch(message.clone(), at)?;
                let rate = self.controller.sample_rate() as f32;
                self.facts.insert(num, Facts { frames, channels, rate });
            }
            "/b_free" => {
                let num = self.buffer(args)?;
                self.facts.remove(&num);
                self.dispatch(message.clone(), at)?;
            }
            "/b_query" => {
                let num = self.buffer(args)?;
                let facts = self.facts.get(&num).copied().unwrap_or_default();
                let ints = [num, facts.frames, facts.channels].map(OscType::Int);
                self.reply("/b_info", ints.into_iter().chain([OscType::Float(facts.rate)]).collect());
            }
            "/b_allocRead" => {
                let num = self.buffer(args)?;
                let Some(OscType::String(path)) = args.get(1) else {
                    return Err(("there is no path".into(), Some(num)));
                };
                let load = Request { num, path: path.clone() };
                let taken = self.loads.as_ref().is_some_and(|(to, _)| to.try_send(load).is_ok());
                self.loading += usize::from(taken);
                return if taken { Ok(()) } else { Err(("too many files at once".into(), Some(num))) };
            }
            "/b_write" => return self.record(args),
            "/b_close" => {
                let num = self.buffer(args)?;
                let closed = self.controller.close_recording(num as usize);
                closed.map_err(|_| (String::from("the engine is too busy"), Some(num)))?;
                self.done("/b_close", Some(num));
            }
            "/b_read" => return Err(("the embedded engine does not read on".into(), int(args, 0))),
            _ => self.dispatch(message.clone(), at)?,
        }
        Ok(())
    }

    /// A file for `DiskOut`: as large as its buffer says, left open.
    fn record(&mut self, args: &[OscType]) -> Result<(), Failure> {
        let num = self.buffer(args)?;
        let failed = |text: &str| (text.to_owned(), Some(num));
        let Some(OscType::String(path)) = args.get(1) else { return Err(failed("there is no path")) };
        if int(args, 6) != Some(1) {
            return Err(failed("the embedded engine only writes files that are left open"));
        }
        let facts = self.facts.get(&num).ok_or_else(|| failed("there is no such buffer"))?;
        let (channels, rate) = (facts.channels.max(1) as usize, self.controller.sample_rate());
        let stream =
            self.controller.buffer_cue_write(num as usize, channels, rate, disk::CHUNK, disk::CHUNKS);
        let stream = stream.map_err(|_| failed("the engine is too busy"))?;
        disk::write(path, stream, self.lines.clone()).map_err(|e| failed(&e))?;
        self.done("/b_write", Some(num));
        Ok(())
    }

    /// A synth, with the controls that its def knows.
    fn synth(&mut self, args: &[OscType], at: Option<OscTime>) -> Result<(), Failure> {
        let (Some(OscType::String(name)), Some(id)) = (args.first(), int(args, 1)) else {
            return Err(("a name and a node id are needed".into(), None));
        };
        let Some(def) = self.controller.synthdef(name) else {
            return Err(("SynthDef not found".into(), Some(id)));
        };
        let settings = pairs(args.get(4..).unwrap_or_default());
        let known: Vec<OscType> = settings
            .filter(|(control, _)| matches!(control, OscType::String(c) if def.param_index(c).is_some()))
            .flat_map(|(control, value)| [control.clone(), value.clone()])
            .collect();
        let name = name.clone();
        let fixed = args.get(..4).unwrap_or(args).iter().cloned();
        let args = fixed.chain(known).collect();
        self.dispatch(OscMessage { addr: "/s_new".into(), args }, at)?;
        self.defs.insert(id, name);
        Ok(())
    }

    /// Sets a synth, or all synths in a group that are there now.
    fn set(&mut self, args: &[OscType], at: Option<OscTime>) -> Result<(), Failure> {
        let id = int(args, 0).ok_or_else(|| (String::from("a node id is needed"), None))?;
        let synths: Vec<i32> = if self.defs.contains_key(&id) {
            vec![id]
        } else if id == 0 || self.parents.contains_key(&id) {
            self.defs.keys().copied().filter(|synth| self.is_in(*synth, id)).collect()
        } else {
            return Err((format!("Node {id} not found"), Some(id)));
        };
        for synth in synths {
            let Some(def) = self.defs.get(&synth).and_then(|name| self.controller.synthdef(name)) else {
                continue;
            };
            let settings: Vec<OscType> = pairs(args.get(1..).unwrap_or_default())
                .filter_map(|(control, value)| match control {
                    OscType::String(c) => {
                        Some([OscType::Int(i32::try_from(def.param_index(c)?).ok()?), value.clone()])
                    }
                    _ => None,
                })
                .flatten()
                .collect();
            if !settings.is_empty() {
                let args = std::iter::once(OscType::Int(synth)).chain(settings).collect();
                self.dispatch(OscMessage { addr: "/n_set".into(), args }, at)?;
            }
        }
        Ok(())
    }

    /// True when the node is somewhere inside the group.
    fn is_in(&self, node: i32, group: i32) -> bool {
        let mut above = self.parents.get(&node);
        // The tree is shallow; the bound is for a tree that contradicts itself.
        for _ in 0..64 {
            match above {
                Some(id) if *id == group => return true,
                Some(id) => above = self.parents.get(id),
                None => return false,
            }
        }
        false
    }

    /// The dispatcher's own commands, one at a time: at the bundle's time, or at once.
    fn dispatch(&mut self, message: OscMessage, at: Option<OscTime>) -> Result<(), Failure> {
        let number = int(&message.args, 0);
        let message = OscPacket::Message(message);
        let packet = match at {
            Some(timetag) => OscPacket::Bundle(OscBundle { timetag, content: vec![message] }),
            None => message,
        };
        self.dispatcher.apply(&mut self.controller, &packet).map_err(|e| (e.to_string(), number))
    }

    /// The buffer that a command is about.
    fn buffer(&self, args: &[OscType]) -> Result<i32, Failure> {
        match int(args, 0) {
            Some(num) if (0..self.buffers).contains(&num) => Ok(num),
            num => Err(("the buffer number is out of range".into(), num)),
        }
    }

    /// Everything that comes back from the other threads. To be called every few milliseconds.
    pub(super) fn look_after(&mut self) {
        while let Some(loaded) = self.loads.as_ref().and_then(|(_, from)| from.try_recv().ok()) {
            self.loaded(loaded);
        }
        self.nrt.process();
        self.controller.reap_retired_defs();
        while let Some(event) = self.nrt.poll() {
            match event {
                Event::NodeStarted(n) | Event::NodeMoved(n) => drop(self.parents.insert(n.node, n.parent)),
                Event::NodeEnded(n) => {
                    self.parents.remove(&n.node);
                    self.defs.remove(&n.node);
                }
                Event::SynthFailed { id } => drop(self.defs.remove(&id)),
                _ => {}
            }
            self.dispatcher.notify(event);
        }
        while let Some(reply) = self.nrt.poll_reply() {
            self.dispatcher.reply(&self.controller, reply);
        }
        while let Some(trigger) = self.nrt.poll_trigger() {
            self.dispatcher.notify_trigger(trigger);
        }
        while let Some(message) = self.nrt.poll_node_msg() {
            self.dispatcher.notify_node_msg(message);
        }
    }

    fn loaded(&mut self, loaded: Loaded) {
        self.loading = self.loading.saturating_sub(1);
        let num = loaded.num;
        let installed = loaded.sound.and_then(|sound| {
            let (rate, channels) = (f64::from(sound.rate), usize::from(sound.channels));
            let frames = sound.frames();
            let buffer = Box::new(Buffer::from_interleaved(sound.samples, channels, rate));
            let index = usize::try_from(num).map_err(|e| e.to_string())?;
            self.controller.buffer_set(index, buffer).map_err(|_| String::from("the engine is too busy"))?;
            Ok(Facts { frames: frames as i32, channels: channels as i32, rate: rate as f32 })
        });
        match installed {
            Ok(facts) => {
                self.facts.insert(num, facts);
                self.done("/b_allocRead", Some(num));
            }
            Err(text) => {
                let words = ["/b_allocRead".to_owned(), text].map(OscType::String);
                self.reply("/fail", words.into_iter().chain([OscType::Int(num)]).collect());
            }
        }
    }

    fn done(&mut self, command: &str, number: Option<i32>) {
        let args = std::iter::once(OscType::String(command.into())).chain(number.map(OscType::Int)).collect();
        self.reply("/done", args);
    }

    fn reply(&mut self, address: &str, args: Vec<OscType>) {
        self.replies.push(OscPacket::Message(OscMessage { addr: address.into(), args }));
    }
}

fn int(args: &[OscType], place: usize) -> Option<i32> {
    match args.get(place) {
        Some(OscType::Int(n)) => Some(*n),
        _ => None,
    }
}

/// Controls and values, two by two.
fn pairs(args: &[OscType]) -> impl Iterator<Item = (&OscType, &OscType)> {
    args.chunks_exact(2).filter_map(|pair| match pair {
        [control, value] => Some((control, value)),
        _ => None,
    })
}
