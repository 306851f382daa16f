//! What goes to an engine and what comes back, as values; and as OSC bytes.
//!
//! In: [`Command`]s with a [`Timetag`]. Out: packets; from packets, [`Reply`]s. Pure.
//! Numbers that kill supernova (engine facts: buffer numbers out of range, add actions, negative
//! buses) cannot be expressed or are refused by [`codec`] before a byte is written.

pub mod codec;

use std::sync::Arc;

/// A moment in NTP time: seconds since 1900 in the upper 32 bits, fractions of a second below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timetag(pub u64);

impl Timetag {
    /// "At once", as OSC defines it.
    pub const NOW: Self = Self(1);

    /// Seconds since 1900 as `f64` (about 0.5 microseconds of resolution: for show, not for sums).
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 4_294_967_296.0
    }

    /// `seconds` later; earlier when negative. Limited to the range of NTP.
    pub fn plus_s(self, seconds: f64) -> Self {
        let by = (seconds * 4_294_967_296.0) as i64;
        Self(self.0.saturating_add_signed(by))
    }

    /// `self - earlier` in seconds; exact to about a nanosecond for spans under a month.
    pub fn since_s(self, earlier: Self) -> f64 {
        let by = i128::from(self.0) - i128::from(earlier.0);
        by as f64 / 4_294_967_296.0
    }
}

/// A node of an engine. Ours are positive and chosen by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub i32);

/// A buffer number, 0 up to the engine's `-b` minus 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BufNum(pub u16);

/// Where a new node goes, relative to a target group. (Before, after and replace are left out on
/// purpose: on the root group they kill supernova.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddAction {
    /// 0: first in the group.
    Head,
    /// 1: last in the group.
    Tail,
}

/// A control's value for `/s_new` or `/n_set`.
pub type Setting = (Arc<str>, f32);

/// A value of an event for SuperDirt.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A whole number.
    Int(i32),
    /// A number.
    Float(f32),
    /// A word.
    Text(Arc<str>),
}

/// A command to an engine (SuperCollider's server command reference).
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// `/status`
    Status,
    /// `/version`
    Version,
    /// `/notify 1 or 0`
    Notify(bool),
    /// `/sync id`
    Sync(i32),
    /// `/quit`
    Quit,
    /// `/clearSched`
    ClearSched,
    /// `/d_recv bytes`
    DefRecv(Arc<[u8]>),
    /// `/d_load path`: for SynthDefs that are too long for a packet.
    DefLoad(Arc<str>),
    /// `/d_free name`
    DefFree(Arc<str>),
    /// `/g_new id action target`
    GroupNew {
        /// The new group.
        id: NodeId,
        /// Where in the target.
        action: AddAction,
        /// A group.
        target: NodeId,
        /// `/p_new`: the members may run in parallel.
        parallel: bool,
    },
    /// `/g_freeAll id`
    GroupFreeAll(NodeId),
    /// `/g_queryTree id 0`
    GroupQueryTree(NodeId),
    /// `/s_new def id action target settings...`
    SynthNew {
        /// The SynthDef's name, at most 127 bytes.
        def: Arc<str>,
        /// The new synth.
        id: NodeId,
        /// Where in the target.
        action: AddAction,
        /// A group.
        target: NodeId,
        /// Initial values of controls; others keep their defaults.
        settings: Vec<Setting>,
    },
    /// `/n_set id settings...`
    NodeSet {
        /// A synth, or a group and all it holds.
        id: NodeId,
        /// New values.
        settings: Vec<Setting>,
    },
    /// `/n_free id`
    NodeFree(NodeId),
    /// `/n_query id`
    NodeQuery(NodeId),
    /// `/b_alloc num frames channels`
    BufferAlloc {
        /// The buffer.
        num: BufNum,
        /// Frames, at most 2^26 times channels.
        frames: u32,
        /// Channels.
        channels: u32,
    },
    /// `/b_allocRead num path 0 0`
    BufferAllocRead {
        /// The buffer.
        num: BufNum,
        /// A sound file that the engine can open.
        path: Arc<str>,
    },
    /// `/b_free num`
    BufferFree(BufNum),
    /// `/b_query num`
    BufferQuery(BufNum),
    /// `/b_write num path "wav" "float" -1 0 1`: opens a file that `DiskOut` writes to.
    BufferWriteOpen {
        /// The buffer `DiskOut` uses.
        num: BufNum,
        /// The file to make.
        path: Arc<str>,
    },
    /// `/b_close num`
    BufferClose(BufNum),
    /// `/dirt/play name value ...`: an event, for SuperDirt.
    DirtPlay(Vec<(Arc<str>, Argument)>),
    /// `/dirt/handshake`: SuperDirt answers it with `/dirt/handshake/reply`.
    DirtHandshake,
}

/// What an engine says.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// `/status.reply`
    Status(Status),
    /// `/version.reply`: program, major, minor, patch.
    Version(String),
    /// `/synced id`
    Synced(i32),
    /// `/done command`, with the buffer number where one belongs to it.
    Done {
        /// The command's address.
        command: String,
        /// Its buffer.
        buffer: Option<i32>,
    },
    /// `/fail command text`, with a number where one was given.
    Fail {
        /// The command's address.
        command: String,
        /// The engine's words.
        text: String,
        /// A buffer or node.
        number: Option<i32>,
    },
    /// `/n_go id`: a node started.
    NodeStarted(NodeId),
    /// `/n_end id`: a node ended.
    NodeEnded(NodeId),
    /// `/b_info`: facts of one buffer. Unallocated: no frames.
    BufferInfo {
        /// Its number.
        num: i32,
        /// Frames.
        frames: i32,
        /// Channels.
        channels: i32,
        /// Frames per second.
        rate: f32,
    },
    /// Any other message: a meter's `SendReply`, say.
    Other {
        /// Its address.
        address: String,
        /// Its numeric arguments, in order; others are NaN.
        values: Vec<f32>,
    },
}

/// `/status.reply`
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Status {
    /// Unit generators running.
    pub ugens: i32,
    /// Synths running.
    pub synths: i32,
    /// Groups.
    pub groups: i32,
    /// SynthDefs held.
    pub defs: i32,
    /// Average CPU, percent of one core's time for audio.
    pub average_cpu: f32,
    /// Peak CPU, percent.
    pub peak_cpu: f32,
    /// Nominal sample rate, Hz.
    pub nominal_rate: f64,
    /// Measured sample rate, Hz (on supernova no measure of the clock).
    pub actual_rate: f64,
}
