//! OSC bytes of commands and bundles, and replies from bytes.
//!
//! In: [`Command`]s and a [`Timetag`], or a packet. Out: packets, or [`Reply`]s. Pure, on any thread:
//! the player's too, which is why the writing side fills a buffer that is used again and allocates
//! nothing (rosc, which reads the replies, would build owned strings first).
//!
//! It never writes what is known to kill or hang an engine: each refusal is a [`CodecError`], and the
//! buffer is left empty. It never panics on what comes in: bytes that are no OSC are no replies.

use super::{AddAction, Argument, Command, NodeId, Reply, Setting, Status, Timetag};
use rosc::{OscMessage, OscPacket, OscType};
use std::sync::Arc;

/// The longest packet written, bytes: UDP on one machine takes 65,507, the engines 65,504.
pub const MAX_PACKET: usize = 65_000;
/// The longest SynthDef name, bytes: 128 kill supernova.
pub const MAX_NAME: usize = 127;
/// The most samples (frames times channels) of an allocated buffer: 256 MiB of floats.
pub const MAX_SAMPLES: u64 = 1 << 26;
/// Deeper nested bundles than any engine sends; a bound on the recursion of the reader.
const MAX_BUNDLES: usize = 16;
/// More array brackets than any reply has; a bound on the recursion when arrays are dropped.
const MAX_BRACKETS: usize = 1024;

/// Why a command was not written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CodecError {
    /// A SynthDef name that kills an engine.
    #[error("the SynthDef name {0:?} is empty, longer than {MAX_NAME} bytes or holds a NUL")]
    Name(String),
    /// A text with a NUL inside, which OSC cannot carry.
    #[error("{0:?} holds a NUL character")]
    Nul(String),
    /// A control's value that is infinite or no number.
    #[error("the control {name:?} has the value {value}, which no engine can use")]
    Value {
        /// The control.
        name: String,
        /// Its value.
        value: f32,
    },
    /// A bus below 0: it hangs supernova's audio thread.
    #[error("the control {name:?} would write to bus {value}; buses start at 0")]
    Bus {
        /// The control.
        name: String,
        /// The bus.
        value: f32,
    },
    /// A node id that is negative, or the root group where a node of ours belongs.
    #[error("{command} cannot use the node id {id}")]
    Node {
        /// The command's address.
        command: &'static str,
        /// The id.
        id: i32,
    },
    /// A buffer of no samples, or of more than [`MAX_SAMPLES`].
    #[error("a buffer of {frames} frames and {channels} channels is empty or too large")]
    Samples {
        /// Frames.
        frames: u32,
        /// Channels.
        channels: u32,
    },
    /// More than [`MAX_PACKET`] bytes.
    #[error("a packet of {0} bytes is too long for UDP (at most {MAX_PACKET})")]
    TooLong(usize),
}

/// The bytes of one message.
///
/// # Errors
/// What [`CodecError`] lists.
pub fn encode(command: &Command) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    encode_into(&mut out, command)?;
    Ok(out)
}

/// As [`encode`], into a buffer whose memory is used again. Its old content is lost.
///
/// # Errors
/// What [`CodecError`] lists; `out` is then empty.
pub fn encode_into(out: &mut Vec<u8>, command: &Command) -> Result<(), CodecError> {
    out.clear();
    let done = write(out, command).and_then(|()| within_limit(out));
    if done.is_err() {
        out.clear();
    }
    done
}

/// The bytes of a flat bundle: all commands take hold at `tag`.
///
/// # Errors
/// What [`CodecError`] lists.
pub fn bundle(tag: Timetag, commands: &[Command]) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    bundle_into(&mut out, tag, commands)?;
    Ok(out)
}

/// As [`bundle`], into a buffer whose memory is used again. Its old content is lost.
///
/// # Errors
/// What [`CodecError`] lists; `out` is then empty.
pub fn bundle_into(out: &mut Vec<u8>, tag: Timetag, commands: &[Command]) -> Result<(), CodecError> {
    out.clear();
    out.extend_from_slice(b"#bundle\0");
    out.extend_from_slice(&tag.0.to_be_bytes());
    let done = commands.iter().try_for_each(|c| element(out, c)).and_then(|()| within_limit(out));
    if done.is_err() {
        out.clear();
    }
    done
}

/// One element of a bundle: its length, then the message.
fn element(out: &mut Vec<u8>, command: &Command) -> Result<(), CodecError> {
    let place = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out, command)?;
    within_limit(out)?;
    let length = (out.len() - place - 4) as u32;
    out[place..place + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

fn within_limit(out: &[u8]) -> Result<(), CodecError> {
    if out.len() > MAX_PACKET { Err(CodecError::TooLong(out.len())) } else { Ok(()) }
}

/// An argument of a message. (Floats only come in settings.)
#[derive(Clone, Copy)]
enum Arg<'a> {
    Int(i32),
    Str(&'a str),
    Blob(&'a [u8]),
}

fn write(out: &mut Vec<u8>, command: &Command) -> Result<(), CodecError> {
    use Arg::{Blob, Int, Str};
    match command {
        Command::Status => message(out, "/status", &[]),
        Command::Version => message(out, "/version", &[]),
        Command::Notify(on) => message(out, "/notify", &[Int(i32::from(*on))]),
        Command::Sync(id) => message(out, "/sync", &[Int(*id)]),
        Command::Quit => message(out, "/quit", &[]),
        Command::ClearSched => message(out, "/clearSched", &[]),
        Command::DefRecv(bytes) => message(out, "/d_recv", &[Blob(bytes)]),
        Command::DefLoad(path) => message(out, "/d_load", &[Str(path)]),
        Command::DefFree(name) => message(out, "/d_free", &[Str(def_name(name)?)]),
        Command::GroupNew { id, action, target, parallel } => {
            let address = if *parallel { "/p_new" } else { "/g_new" };
            let (id, target) = (ours(address, *id)?, existing(address, *target)?);
            message(out, address, &[Int(id), Int(action_code(*action)), Int(target)])
        }
        Command::GroupFreeAll(id) => message(out, "/g_freeAll", &[Int(ours("/g_freeAll", *id)?)]),
        Command::GroupQueryTree(id) => {
            message(out, "/g_queryTree", &[Int(existing("/g_queryTree", *id)?), Int(0)])
        }
        Command::SynthNew { def, id, action, target, settings } => {
            let (def, id, target) = (def_name(def)?, ours("/s_new", *id)?, existing("/s_new", *target)?);
            let fixed = [Str(def), Int(id), Int(action_code(*action)), Int(target)];
            message_with(out, "/s_new", &fixed, settings)
        }
        Command::NodeSet { id, settings } => {
            message_with(out, "/n_set", &[Int(ours("/n_set", *id)?)], settings)
        }
        Command::NodeFree(id) => message(out, "/n_free", &[Int(ours("/n_free", *id)?)]),
        Command::NodeQuery(id) => message(out, "/n_query", &[Int(existing("/n_query", *id)?)]),
        Command::BufferAlloc { num, frames, channels } => {
            let samples = u64::from(*frames) * u64::from(*channels);
            if samples == 0 || samples > MAX_SAMPLES {
                return Err(CodecError::Samples { frames: *frames, channels: *channels });
            }
            let args = [Int(i32::from(num.0)), Int(*frames as i32), Int(*channels as i32)];
            message(out, "/b_alloc", &args)
        }
        Command::BufferAllocRead { num, path } => {
            message(out, "/b_allocRead", &[Int(i32::from(num.0)), Str(path), Int(0), Int(0)])
        }
        Command::BufferAllocReadTwo { num, path } => {
            let args = [Int(i32::from(num.0)), Str(path), Int(0), Int(0), Int(0), Int(1)];
            message(out, "/b_allocReadChannel", &args)
        }
        Command::BufferFree(num) => message(out, "/b_free", &[Int(i32::from(num.0))]),
        Command::BufferQuery(num) => message(out, "/b_query", &[Int(i32::from(num.0))]),
        Command::BufferWriteOpen { num, path } => {
            let num = Int(i32::from(num.0));
            let args = [num, Str(path), Str("wav"), Str("float"), Int(-1), Int(0), Int(1)];
            message(out, "/b_write", &args)
        }
        Command::BufferClose(num) => message(out, "/b_close", &[Int(i32::from(num.0))]),
        Command::DirtPlay(event) => dirt_play(out, event),
        Command::DirtHandshake => message(out, "/dirt/handshake", &[]),
    }
}

fn action_code(action: AddAction) -> i32 {
    match action {
        AddAction::Head => 0,
        AddAction::Tail => 1,
    }
}

/// A node that can only be one of ours: freeing or setting the root group would reach everybody's.
fn ours(command: &'static str, id: NodeId) -> Result<i32, CodecError> {
    if id.0 > 0 { Ok(id.0) } else { Err(CodecError::Node { command, id: id.0 }) }
}

fn existing(command: &'static str, id: NodeId) -> Result<i32, CodecError> {
    if id.0 >= 0 { Ok(id.0) } else { Err(CodecError::Node { command, id: id.0 }) }
}

fn def_name(name: &str) -> Result<&str, CodecError> {
    if name.is_empty() || name.len() > MAX_NAME || name.contains('\0') {
        return Err(CodecError::Name(name.to_owned()));
    }
    Ok(name)
}

/// True for the controls that name a bus in the SynthDefs in use (ours, Sonic Pi's, SuperDirt's). They are
/// never written below 0.
pub fn names_a_bus(control: &str) -> bool {
    matches!(control, "out" | "in" | "bus" | "delayOut" | "roomOut")
        || control.ends_with("_bus")
        || control.ends_with("Bus")
}

fn check_setting((name, value): &Setting) -> Result<(), CodecError> {
    if !value.is_finite() {
        return Err(CodecError::Value { name: name.to_string(), value: *value });
    }
    if *value < 0.0 && names_a_bus(name) {
        return Err(CodecError::Bus { name: name.to_string(), value: *value });
    }
    Ok(())
}

fn message(out: &mut Vec<u8>, address: &str, args: &[Arg<'_>]) -> Result<(), CodecError> {
    message_with(out, address, args, &[])
}

/// `/dirt/play`, names and values in turn.
fn dirt_play(out: &mut Vec<u8>, event: &[(Arc<str>, Argument)]) -> Result<(), CodecError> {
    text(out, "/dirt/play")?;
    let tags = out.len();
    out.push(b',');
    for (_, value) in event {
        out.extend_from_slice(match value {
            Argument::Int(_) => b"si",
            Argument::Float(_) => b"sf",
            Argument::Text(_) => b"ss",
        });
    }
    close_text(out, tags);
    for (name, value) in event {
        text(out, name)?;
        match value {
            Argument::Int(n) => out.extend_from_slice(&n.to_be_bytes()),
            Argument::Float(x) if x.is_finite() => out.extend_from_slice(&x.to_bits().to_be_bytes()),
            Argument::Float(x) => return Err(CodecError::Value { name: name.to_string(), value: *x }),
            Argument::Text(word) => text(out, word)?,
        }
    }
    Ok(())
}

/// A message of fixed arguments, then the settings as pairs of name and value.
fn message_with(
    out: &mut Vec<u8>,
    address: &str,
    args: &[Arg<'_>],
    settings: &[Setting],
) -> Result<(), CodecError> {
    text(out, address)?;
    let tags = out.len();
    out.push(b',');
    for arg in args {
        out.push(match arg {
            Arg::Int(_) => b'i',
            Arg::Str(_) => b's',
            Arg::Blob(_) => b'b',
        });
    }
    for _ in settings {
        out.extend_from_slice(b"sf");
    }
    close_text(out, tags);
    for arg in args {
        match *arg {
            Arg::Int(n) => out.extend_from_slice(&n.to_be_bytes()),
            Arg::Str(s) => text(out, s)?,
            Arg::Blob(bytes) => blob(out, bytes)?,
        }
    }
    for setting in settings {
        check_setting(setting)?;
        text(out, &setting.0)?;
        out.extend_from_slice(&setting.1.to_be_bytes());
    }
    Ok(())
}

/// A text with the one to four NULs that end it on a multiple of four bytes.
fn text(out: &mut Vec<u8>, s: &str) -> Result<(), CodecError> {
    if s.contains('\0') {
        return Err(CodecError::Nul(s.to_owned()));
    }
    let start = out.len();
    out.extend_from_slice(s.as_bytes());
    close_text(out, start);
    Ok(())
}

fn close_text(out: &mut Vec<u8>, start: usize) {
    let padding = 4 - (out.len() - start) % 4;
    out.extend_from_slice(&[0; 4][..padding]);
}

fn blob(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), CodecError> {
    if bytes.len() > MAX_PACKET {
        return Err(CodecError::TooLong(bytes.len()));
    }
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
    let padding = (4 - bytes.len() % 4) % 4;
    out.extend_from_slice(&[0; 4][..padding]);
    Ok(())
}

/// The replies in a packet: one for a message, several for a bundle, none for what is no OSC.
pub fn decode(packet: &[u8]) -> Vec<Reply> {
    let mut replies = Vec::new();
    if !is_shallow(packet) {
        return replies;
    }
    if let Ok((_, packet)) = rosc::decoder::decode_udp(packet) {
        collect(packet, &mut replies);
    }
    replies
}

/// False for packets whose nesting could exhaust the stack: the reader recurses into bundles, and
/// the drop of what was read into arrays.
pub(crate) fn is_shallow(packet: &[u8]) -> bool {
    packet.windows(8).filter(|w| *w == b"#bundle\0").count() <= MAX_BUNDLES
        && packet.split(|b| *b == b'[').count() <= MAX_BRACKETS
}

fn collect(packet: OscPacket, replies: &mut Vec<Reply>) {
    match packet {
        OscPacket::Message(message) => replies.push(reply(&message)),
        OscPacket::Bundle(bundle) => bundle.content.into_iter().for_each(|p| collect(p, replies)),
    }
}

/// One message as a reply. Arguments that are missing or of another type make it [`Reply::Other`].
pub(crate) fn reply(message: &OscMessage) -> Reply {
    known(&message.addr, &message.args).unwrap_or_else(|| Reply::Other {
        address: message.addr.clone(),
        values: message.args.iter().map(|a| number(a).unwrap_or(f64::NAN) as f32).collect(),
    })
}

fn known(address: &str, args: &[OscType]) -> Option<Reply> {
    let int = |n: usize| args.get(n).and_then(integer);
    let string = |n: usize| args.get(n).and_then(words);
    Some(match address {
        "/status.reply" => Reply::Status(status(args)?),
        "/version.reply" => {
            let patch = string(3).unwrap_or_default();
            let dot = if patch.is_empty() || patch.starts_with('.') { "" } else { "." };
            Reply::Version(format!("{} {}.{}{dot}{patch}", string(0)?, int(1)?, int(2)?))
        }
        "/synced" => Reply::Synced(int(0)?),
        "/done" => Reply::Done { command: string(0)?, buffer: int(1) },
        "/fail" => Reply::Fail {
            command: string(0)?,
            text: string(1).unwrap_or_default(),
            number: args.iter().skip(1).find_map(integer),
        },
        "/n_go" => Reply::NodeStarted(NodeId(int(0)?)),
        "/n_end" => Reply::NodeEnded(NodeId(int(0)?)),
        "/b_info" => Reply::BufferInfo {
            num: int(0)?,
            frames: int(1)?,
            channels: int(2)?,
            rate: args.get(3).and_then(number)? as f32,
        },
        _ => return None,
    })
}

/// `/status.reply`: an unused 1, four counts, four figures; their types differ between engines.
fn status(args: &[OscType]) -> Option<Status> {
    let int = |n: usize| args.get(n).and_then(integer);
    let float = |n: usize| args.get(n).and_then(number);
    Some(Status {
        ugens: int(1)?,
        synths: int(2)?,
        groups: int(3)?,
        defs: int(4)?,
        average_cpu: float(5)? as f32,
        peak_cpu: float(6)? as f32,
        nominal_rate: float(7)?,
        actual_rate: float(8)?,
    })
}

fn integer(arg: &OscType) -> Option<i32> {
    match arg {
        OscType::Int(n) => Some(*n),
        OscType::Long(n) => i32::try_from(*n).ok(),
        _ => None,
    }
}

fn number(arg: &OscType) -> Option<f64> {
    match arg {
        OscType::Int(n) => Some(f64::from(*n)),
        OscType::Long(n) => Some(*n as f64),
        OscType::Float(x) => Some(f64::from(*x)),
        OscType::Double(x) => Some(*x),
        _ => None,
    }
}

fn words(arg: &OscType) -> Option<String> {
    match arg {
        OscType::String(s) => Some(s.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
