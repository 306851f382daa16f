//! The whole of a set as an engine's score.
//!
//! In: an opened set. Out: a score file: SynthDefs and buffers first, then groups and effects, then
//! every bundle of the planner in order of its moment. The clock's cycle 0 lies at [`LEAD_S`]. Windows
//! are as short as the player's, so that a heavy pattern has the same budget.
//!
//! Only what is used is in it: an orbit's delay runs when a voice sends to it.

use super::{LAYOUT, Lane, Opened, Options, RenderError, TAIL_S};
use crate::bank::{Layout, OrbitId};
use crate::clock::{Clock, GRID};
use crate::osc::{AddAction, BufNum, Command, Timetag, codec};
use crate::plan::{Absent, Bundle, Plan, Planner, Sounding};
use crate::score::Score;
use crate::server::{ServerError, stages};
use crate::session::OWN_PREFIX;
use crate::synth::effects;
use crate::synth::review::OUTPUTS;
use crate::time::{Rational, TimeSpan};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cycle 0 in the score, seconds: a nudge may take an event before it, and effects need a moment.
pub(super) const LEAD_S: f64 = 0.1;
/// When groups and effects are made: after the SynthDefs, which supernova takes in only then.
const SETUP_S: f64 = 0.05;
/// The tail of a set of our own voices alone, without delays and reverbs, after the last of them.
const DRY_TAIL_S: f64 = 0.3;
/// As much is planned at a time as the player plans.
const WINDOW_S: f64 = 0.02;
/// A bundle waits so long for one that is nudged before it, seconds: more than any nudge.
const NUDGED_S: f64 = 3.0;
/// Troubles that are told.
const TROUBLES: usize = 50;

/// A score, and what is known of it.
#[derive(Debug)]
pub(super) struct Planned {
    pub score: PathBuf,
    /// The end of the last cycle, seconds from cycle 0.
    pub end_s: f64,
    /// What follows it, seconds.
    pub tail_s: f64,
    pub events: u64,
    /// Synths that are started, voices and effects.
    pub synths: u64,
    /// The orbits that sound; their channels follow those of the master in this order.
    pub lanes: Vec<Lane>,
    pub troubles: Vec<String>,
}

/// Plans all cycles and writes the score into the folder `work`.
pub(super) fn plan(
    options: &Options,
    opened: &Opened,
    work: &Path,
    stop: &AtomicBool,
) -> Result<Planned, RenderError> {
    let failed = |source| RenderError::Work { what: "writing the score", path: work.to_owned(), source };
    let (score, bank) = (opened.state.score.clone(), opened.state.sounds.bank());
    let origin = Timetag(0).plus_s(LEAD_S);
    let mut clock = Clock::new(origin, score.cps());
    let mut planner = Planner::new(LAYOUT);
    let mut body = Body::new(&work.join("body")).map_err(failed)?;
    let mut plan = Plan::default();
    let (mut frontier, end) = (Rational::ZERO, Rational::int(i64::from(options.cycles)));
    while frontier < end {
        let to = clock.grid_at(clock.time_of(frontier).plus_s(WINDOW_S));
        let to = to.max(frontier + Rational::new(1, GRID)).min(end);
        planner.plan(&score, &bank, &mut clock, TimeSpan::new(frontier, to), &mut plan);
        let from = clock.time_of(to);
        if from.since_s(origin) > super::LONGEST_S {
            return Err(RenderError::TooLong { cycles: options.cycles });
        }
        if stop.load(Ordering::Relaxed) {
            return Err(ServerError::Stopped.into());
        }
        body.take(&mut plan);
        body.write_until(from.plus_s(-NUDGED_S)).map_err(failed)?;
        frontier = to;
    }
    let over = clock.time_of(end);
    // Voices with a gate are let go of when their time comes.
    let last = planner.last_end().unwrap_or(over).max(over);
    let after = TimeSpan::new(end, clock.grid_at(last) + Rational::ONE);
    planner.plan(&Score::new(), &bank, &mut clock, after, &mut plan);
    body.take(&mut plan);

    let lanes = body.lanes(options.stems.is_some());
    let head = head(opened, &body, &lanes);
    // How long a voice of the user's lasts is known to it alone.
    let rings = head.effects > 0 || !body.users.is_empty();
    let most_s = options.tail_s.clamp(0.0, TAIL_S);
    let tail_s = if rings { most_s } else { last.since_s(over) + DRY_TAIL_S }.min(most_s);
    let end_s = over.since_s(origin);
    // The engines render as long as the score is: what lies behind its end, releases, is nobody's.
    let finish = origin.plus_s(end_s + tail_s + 1.0);
    body.write_until(finish).map_err(failed)?;
    let body = body.finish().map_err(failed)?;
    let file = work.join("score");
    assemble(&file, &head.bundles, &body, finish).map_err(failed)?;
    let synths = body.synths + stage_synths(&head);
    Ok(Planned { score: file, end_s, tail_s, events: body.events, synths, lanes, troubles: body.troubles })
}

/// The bundles of the music, in order of their moments, on their way to a file.
struct Body {
    path: PathBuf,
    file: BufWriter<File>,
    waiting: BTreeMap<(Timetag, u64), Bundle>,
    count: u64,
    packet: Vec<u8>,
    /// Buses that voices write to.
    buses: BTreeSet<i32>,
    synths: u64,
    /// SynthDefs of the user that sound.
    users: BTreeSet<Arc<str>>,
    /// Which tracks sound on which orbit.
    tracks: BTreeMap<OrbitId, BTreeSet<Arc<str>>>,
    events: u64,
    troubles: Vec<String>,
}

impl Body {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(File::create(path)?),
            waiting: BTreeMap::new(),
            count: 0,
            packet: Vec::new(),
            buses: BTreeSet::new(),
            synths: 0,
            users: BTreeSet::new(),
            tracks: BTreeMap::new(),
            events: 0,
            troubles: Vec::new(),
        })
    }

    fn take(&mut self, plan: &mut Plan) {
        for bundle in plan.bundles.drain(..) {
            self.events += u64::from(bundle.events);
            for command in &bundle.commands {
                if let Command::SynthNew { def, settings, .. } = command {
                    self.synths += 1;
                    if !def.starts_with(OWN_PREFIX) && !self.users.contains(def) {
                        self.users.insert(def.clone());
                    }
                    let buses =
                        settings.iter().filter(|(n, _)| OUTPUTS.contains(&&**n) || n.ends_with("Out"));
                    self.buses.extend(buses.map(|(_, bus)| *bus as i32));
                }
            }
            self.count += 1;
            let at = bundle.at.max(Timetag(0).plus_s(SETUP_S));
            self.waiting.insert((at, self.count), bundle);
        }
        for Sounding { track, orbit, .. } in plan.sounding.drain(..) {
            self.tracks.entry(orbit).or_default().insert(track);
        }
        for absent in plan.absent.drain(..) {
            match absent {
                // Told when the set was opened, with their places.
                Absent::Sound(_) | Absent::Sample { .. } => {}
                Absent::Def(name) => self.tell(format!("the SynthDef {name} was not there")),
                Absent::NoSound(track) => {
                    self.tell(format!("{track} has events that name no sound: add # s \"...\""));
                }
            }
        }
        for e in plan.errors.drain(..) {
            self.tell(format!("{}: {}; it is left out of these cycles", e.track, e.error));
        }
        plan.clear();
    }

    fn tell(&mut self, text: String) {
        if self.troubles.len() < TROUBLES && !self.troubles.contains(&text) {
            self.troubles.push(text);
        }
    }

    /// Writes what belongs before `moment`.
    fn write_until(&mut self, moment: Timetag) -> io::Result<()> {
        while let Some(entry) = self.waiting.first_entry().filter(|e| e.key().0 < moment) {
            let ((at, _), bundle) = entry.remove_entry();
            if let Err(error) = codec::bundle_into(&mut self.packet, at, &bundle.commands) {
                self.tell(format!("a bundle was lost: {error}"));
                continue;
            }
            write_packet(&mut self.file, &self.packet)?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<Self> {
        self.file.flush()?;
        Ok(self)
    }

    fn lanes(&self, wanted: bool) -> Vec<Lane> {
        let lanes = self.tracks.iter().filter(|_| wanted);
        lanes
            .map(|(orbit, tracks)| Lane {
                orbit: *orbit,
                tracks: tracks.iter().map(ToString::to_string).collect(),
            })
            .collect()
    }
}

/// What comes before the music.
struct Head {
    bundles: Vec<(Timetag, Vec<Command>)>,
    /// Delays and reverbs in use.
    effects: usize,
}

fn head(opened: &Opened, body: &Body, lanes: &[Lane]) -> Head {
    let mut bundles = Vec::new();
    let (begin, setup) = (Timetag(0), Timetag(0).plus_s(SETUP_S));
    let own = effects::all().into_iter().chain([effects::stem()]).map(|d| d.bytes);
    let users = opened.loads.users.iter().filter(|(name, _)| body.users.contains(name));
    let users = users.map(|(_, bytes)| bytes.clone());
    for bytes in own.chain(opened.loads.defs.iter().cloned()).chain(users) {
        bundles.push((begin, vec![Command::DefRecv(bytes)]));
    }
    for (num, file) in opened.loads.files.iter().enumerate() {
        let num = BufNum(num as u16);
        // A path that is no UTF-8 finds no file, which the engine tells.
        let path = file.path.to_string_lossy().into();
        let read = if file.of_many {
            Command::BufferAllocReadTwo { num, path }
        } else {
            Command::BufferAllocRead { num, path }
        };
        bundles.push((begin, vec![read]));
    }
    let mut stage = stages(LAYOUT);
    let master = LAYOUT.master_group();
    // Nobody reads the meters, and supernova would hold on to what they say.
    stage.effects.retain(|e| e.id != LAYOUT.meters());
    stage.effects.retain(|e| {
        let input = e.settings.iter().find(|(n, _)| &**n == "in").map(|(_, bus)| *bus as i32);
        e.group == master || input.is_none_or(|bus| body.buses.contains(&bus))
    });
    let effects = stage.effects.iter().filter(|e| e.group != master).count();
    let mut made: Vec<Command> = stage.commands().into_iter().map(|(_, c)| c).collect();
    made.extend(lanes.iter().enumerate().map(|(n, lane)| stem(n, lane)));
    bundles.push((setup, made));
    Head { bundles, effects }
}

fn stage_synths(head: &Head) -> u64 {
    let commands = head.bundles.iter().flat_map(|(_, commands)| commands);
    commands.filter(|c| matches!(c, Command::SynthNew { .. })).count() as u64
}

/// The synth that takes an orbit's two channels out beside the master.
fn stem(n: usize, lane: &Lane) -> Command {
    let settings = [("in", LAYOUT.dry_bus(lane.orbit)), ("out", LAYOUT.out + 2 + 2 * n as i32)];
    Command::SynthNew {
        def: effects::stem().name,
        id: LAYOUT.tap(n),
        action: AddAction::Tail,
        target: LAYOUT.master_group(),
        settings: settings.map(|(name, bus)| (name.into(), bus as f32)).to_vec(),
    }
}

fn assemble(file: &Path, head: &[(Timetag, Vec<Command>)], body: &Body, finish: Timetag) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let invalid = |e: codec::CodecError| io::Error::new(io::ErrorKind::InvalidData, e);
    for (at, commands) in head {
        write_packet(&mut out, &codec::bundle(*at, commands).map_err(invalid)?)?;
    }
    io::copy(&mut BufReader::new(File::open(&body.path)?), &mut out)?;
    // Something that does nothing ends it.
    let last = [Command::NodeSet { id: Layout::OWN.root(), settings: Vec::new() }];
    write_packet(&mut out, &codec::bundle(finish, &last).map_err(invalid)?)?;
    out.flush()
}

fn write_packet(out: &mut impl Write, packet: &[u8]) -> io::Result<()> {
    out.write_all(&(packet.len() as u32).to_be_bytes())?;
    out.write_all(packet)
}
