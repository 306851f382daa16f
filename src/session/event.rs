//! What happens to a session, and what it asks for.

use crate::bank::{Buffer, OrbitId, UserDef};
use crate::osc::{BufNum, Timetag};
use crate::plan::Report;
use crate::samples::Root;
use crate::score::Score;
use crate::source::Severity;
use crate::stats::Health;
use crate::synth::VoiceKey;
use std::path::PathBuf;
use std::sync::Arc;

/// Everything that happens.
#[derive(Debug)]
pub enum Event {
    /// The set's text, read for the first time.
    Opened(String),
    /// The set's text, changed.
    Saved(String),
    /// The set is not there any more, or cannot be read: why, and what to do.
    SetLost(String),
    /// A line of the REPL.
    Typed(String),
    /// Silence was asked for by a key.
    HushKey,
    /// The player has planned a window.
    Player(Box<Report>),
    /// An engine is up: its name, its way to the speakers; nodes and buses that are ours.
    EngineReady {
        /// `supernova`, ...
        engine: String,
        /// `JACK`, `no audio device (dummy JACK)`, ...
        audio: String,
    },
    /// How the engine is.
    Health(Box<Health>),
    /// The meters' levels: the message as it came.
    Meters(Vec<f32>),
    /// The engine is a new one that holds what the old one held.
    EngineRestarted(String),
    /// The engine has these no longer: what was in them is absent until it is loaded again.
    BuffersLost(Vec<BufNum>),
    /// The engine will not come back.
    EngineEnded(String),
    /// Something went wrong and everything plays on.
    Trouble(String),
    /// A sample folder has been read.
    Scanned {
        /// Its place among the folders: lower ones win.
        place: usize,
        /// What is in it.
        root: Root,
        /// Files that cannot be used.
        troubles: Vec<String>,
    },
    /// Something in this sample folder is not as it was read.
    FolderChanged(PathBuf),
    /// A sample is in the engine's memory.
    SampleLoaded {
        /// The sound's name.
        folder: Arc<str>,
        /// Its file.
        place: usize,
        /// The file's path, as it was asked for.
        path: PathBuf,
        /// Where it is.
        buffer: Buffer,
    },
    /// A sample could not be loaded.
    SampleFailed {
        /// The sound's name.
        folder: Arc<str>,
        /// Its file.
        place: usize,
        /// The file's path, as it was asked for.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// No engine answered about a sample: it may be asked for again.
    SampleUnanswered {
        /// The file's path, as it was asked for.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The engine has proved a SynthDef.
    DefReady {
        /// Its name.
        name: Arc<str>,
        /// The controls it declares.
        controls: Arc<[(Arc<str>, f32)]>,
    },
    /// A file of the user's SynthDefs has been read, and loaded as far as it can be.
    SynthDefs {
        /// The file.
        file: PathBuf,
        /// What is in it and can be played.
        defs: Vec<UserSynthDef>,
        /// What cannot, and why.
        troubles: Vec<String>,
    },
    /// The engine refused a SynthDef.
    DefFailed {
        /// Its name.
        name: Arc<str>,
        /// Why.
        reason: String,
    },
    /// No engine answered about a kind of voice: it may be asked for again.
    VoiceUnanswered {
        /// The kind.
        key: VoiceKey,
        /// Why.
        reason: String,
    },
    /// The bank has been handed to the player, as its number so much.
    BankPublished(u64),
    /// All folders and files that were given at the start have been read, as far as they can be.
    Settled,
    /// A recording has begun, into these files; the first is that of what is heard.
    RecordingBegan(Vec<PathBuf>),
    /// A recording has ended, or none began: what to say of it.
    RecordingEnded(Result<String, String>),
    /// The clock, in NTP time: to know what sounds now.
    Tick(Timetag),
}

/// A SynthDef of the user that an engine has proved.
#[derive(Clone, Debug)]
pub struct UserSynthDef {
    /// What events call it.
    pub name: Arc<str>,
    /// How it is played.
    pub user: UserDef,
    /// The controls it declares, with their defaults.
    pub controls: Arc<[(Arc<str>, f32)]>,
    /// What the performer should know about it.
    pub findings: Vec<String>,
}

/// What the app is to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// The player is to take this score.
    SetScore(Arc<Score>),
    /// The bank is another: the player is to take it as it is when it is next published. (A bank for
    /// each of a thousand loads would be a thousand copies.)
    SetBank,
    /// The engine is to load a file.
    LoadSample {
        /// The sound's name.
        folder: Arc<str>,
        /// Its file's number.
        place: usize,
        /// The file.
        path: PathBuf,
    },
    /// Nothing reads this buffer any more: the engine is to free it.
    FreeBuffer(BufNum),
    /// The engine is to get the SynthDef of a voice.
    LoadVoice(VoiceKey),
    /// The engine is to forget a kind of voice, at once: no bundle names it any more.
    FreeVoice(Arc<str>),
    /// A SynthDef file, or a folder of them, is to be loaded, and again whenever it changes.
    LoadSynthDef(PathBuf),
    /// A SynthDef that no event names any more is to be freed, once what was planned has been played.
    FreeDef(Arc<str>),
    /// A sample folder is to be read.
    Scan {
        /// Its place among the folders.
        place: usize,
        /// The folder.
        path: PathBuf,
    },
    /// What is heard is to be recorded.
    Record {
        /// The file.
        path: PathBuf,
        /// Orbits that get files of their own beside it.
        orbits: Vec<OrbitId>,
    },
    /// The recording under way is to end.
    StopRecording,
    /// Every voice that sounds is to end, and only so many may sound at once until there is another
    /// engine.
    EndVoices {
        /// So many.
        from_now_on: usize,
    },
    /// The effects of the engine are to hear that the player starts over (an engine was replaced).
    EngineRestarted,
    /// The program is to end.
    Quit,
}

/// A line for the performer.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// How bad it is.
    pub severity: Severity,
    /// What to say.
    pub text: String,
    /// When, if the clock had been read.
    pub at: Timetag,
}
