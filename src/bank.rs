//! Everything the planner may name: buffers that are loaded, SynthDefs that are proven, nodes and
//! buses.
//!
//! In: what `server` has settled. Out: one immutable [`Bank`], taken whole by the player. Pure.
//! What is not in the bank is not played, but counted and made ready for next time.

use crate::osc::{BufNum, NodeId};
use std::collections::HashMap;
use std::sync::Arc;

/// Orbits of a set: lanes with their own delay and reverb.
pub const ORBITS: usize = 16;

/// One of the [`ORBITS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrbitId(u8);

impl OrbitId {
    /// The orbit of that number; numbers beyond wrap around, negative ones too.
    pub fn wrapped(n: i64) -> Self {
        Self(n.rem_euclid(ORBITS as i64) as u8)
    }

    /// 0 up to [`ORBITS`] minus 1.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// All orbits.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..ORBITS).map(|n| Self(n as u8))
    }
}

/// A sample in the engine's memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buffer {
    /// Its number.
    pub num: BufNum,
    /// Frames, above 0.
    pub frames: u32,
    /// Channels, 1 or 2.
    pub channels: u16,
    /// Frames per second.
    pub rate: f64,
}

impl Buffer {
    /// Length at its own rate.
    pub fn seconds(&self) -> f64 {
        f64::from(self.frames) / self.rate.max(1.0)
    }
}

/// The engine's nodes and buses that are ours. The stage layout: one parallel group of the voices
/// of all orbits, one parallel group for each effect stage holding every orbit's synth of that
/// stage (leslies, delays, reverbs, DJ filters, compressors), then an ordinary group with the master and the
/// meters. No group inside a parallel group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Nodes from here on are ours; the first few are the groups and effects below.
    pub first_node: i32,
    /// Private audio buses from here on are ours.
    pub first_bus: i32,
    /// The first hardware output.
    pub out: i32,
    /// What the engine understands.
    pub speaks: Protocol,
}

/// What an engine understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SuperCollider's commands: we make the voices.
    Server,
    /// `/dirt/play`: SuperDirt finds the sounds and makes the voices; nothing there is ours.
    Dirt,
}

impl Layout {
    /// For an engine that is ours alone: nodes from 1000, buses after 2 outputs and no inputs.
    pub const OWN: Self = Self { first_node: 1000, first_bus: 16, out: 0, speaks: Protocol::Server };
    /// For an engine that others use too: high ranges.
    pub const SHARED: Self = Self { first_node: 1_000_000, first_bus: 512, out: 0, speaks: Protocol::Server };
    /// For SuperDirt: no nodes and buses of ours.
    pub const DIRT: Self = Self { speaks: Protocol::Dirt, ..Self::SHARED };

    /// The group that holds all the others.
    pub fn root(self) -> NodeId {
        NodeId(self.first_node)
    }

    /// The parallel group of voices.
    pub fn voices(self) -> NodeId {
        NodeId(self.first_node + 1)
    }

    /// The parallel group of delays.
    pub fn delays(self) -> NodeId {
        NodeId(self.first_node + 2)
    }

    /// The parallel group of reverbs.
    pub fn reverbs(self) -> NodeId {
        NodeId(self.first_node + 3)
    }

    /// The ordinary group of the master.
    pub fn master_group(self) -> NodeId {
        NodeId(self.first_node + 4)
    }

    /// The master synth.
    pub fn master(self) -> NodeId {
        NodeId(self.first_node + 5)
    }

    /// The meters.
    pub fn meters(self) -> NodeId {
        NodeId(self.first_node + 6)
    }

    /// The parallel group of leslies.
    pub fn leslies(self) -> NodeId {
        NodeId(self.first_node + 9)
    }

    /// The parallel group of compressors.
    pub fn compressors(self) -> NodeId {
        NodeId(self.first_node + 10)
    }

    /// The parallel group of DJ filters.
    pub fn dj_filters(self) -> NodeId {
        NodeId(self.first_node + 11)
    }

    /// An orbit's delay.
    pub fn delay(self, orbit: OrbitId) -> NodeId {
        NodeId(self.first_node + 16 + i32::from(orbit.0))
    }

    /// An orbit's reverb.
    pub fn reverb(self, orbit: OrbitId) -> NodeId {
        NodeId(self.first_node + 32 + i32::from(orbit.0))
    }

    /// A synth that takes sound out beside the master, 0 to 31: to a file, or to outputs of its own. Below
    /// the probes of `server`, which are below the groups.
    pub fn tap(self, n: usize) -> NodeId {
        NodeId(self.first_node - 600 + (n as i32).rem_euclid(32))
    }

    /// An orbit's leslie, once an event has asked for it.
    pub fn leslie(self, orbit: OrbitId) -> NodeId {
        NodeId(self.first_node + 48 + i32::from(orbit.0))
    }

    /// An orbit's compressor, once an event has asked for it.
    pub fn compressor(self, orbit: OrbitId) -> NodeId {
        NodeId(self.first_node + 64 + i32::from(orbit.0))
    }

    /// An orbit's DJ filter, once an event has asked for it.
    pub fn dj_filter(self, orbit: OrbitId) -> NodeId {
        NodeId(self.first_node + 80 + i32::from(orbit.0))
    }

    /// The first node id of voices.
    pub fn first_voice(self) -> i32 {
        self.first_node + 128
    }

    /// Where an orbit's voices and effects write: two channels that the master adds up.
    pub fn dry_bus(self, orbit: OrbitId) -> i32 {
        self.first_bus + i32::from(orbit.0) * 6
    }

    /// What an orbit's delay reads: two channels.
    pub fn delay_bus(self, orbit: OrbitId) -> i32 {
        self.dry_bus(orbit) + 2
    }

    /// What an orbit's reverb reads: two channels.
    pub fn reverb_bus(self, orbit: OrbitId) -> i32 {
        self.dry_bus(orbit) + 4
    }
}

/// A SynthDef that the engine has been seen to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Def {
    /// The controls it declares, with their defaults.
    pub controls: Arc<[(Arc<str>, f32)]>,
}

/// A SynthDef of the user, as events name it.
#[derive(Clone, Debug, PartialEq)]
pub struct UserDef {
    /// Its name in the engine, a key of [`Bank::defs`]: another one each time the file is loaded.
    pub def: Arc<str>,
    /// It can end by itself; what cannot is freed at the end of its event.
    pub ends: bool,
    /// Controls that say which bus is read or written, whatever they are called.
    pub buses: Arc<[Arc<str>]>,
}

/// What a sound's name and number lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lookup<'a> {
    /// Loaded.
    Ready(&'a Buffer),
    /// The file is known and not loaded yet (or never will be: it is broken). Its place in the folder.
    Absent(usize),
    /// No folder of that name.
    Unknown,
}

/// Buffers, SynthDefs and layout, settled. Immutable once the player has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bank {
    /// For every sound folder, its files in order: loaded or not.
    pub sounds: HashMap<Arc<str>, Vec<Option<Buffer>>>,
    /// Proven SynthDefs by name.
    pub defs: HashMap<Arc<str>, Def>,
    /// The user's among them, by the names that events use.
    pub users: HashMap<Arc<str>, UserDef>,
    /// Nodes and buses.
    pub layout: Layout,
}

impl Bank {
    /// Nothing loaded yet.
    pub fn empty(layout: Layout) -> Self {
        Self { sounds: HashMap::new(), defs: HashMap::new(), users: HashMap::new(), layout }
    }

    /// The sample number `n` of the folder `name`; `n` wraps around, negative too.
    pub fn sample(&self, name: &str, n: i64) -> Lookup<'_> {
        let Some(files) = self.sounds.get(name).filter(|f| !f.is_empty()) else { return Lookup::Unknown };
        let place = n.rem_euclid(files.len() as i64) as usize;
        match files.get(place) {
            Some(Some(buffer)) => Lookup::Ready(buffer),
            _ => Lookup::Absent(place),
        }
    }

    /// True when the SynthDef has been proven.
    pub fn has_def(&self, name: &str) -> bool {
        self.defs.contains_key(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap_around() {
        let mut bank = Bank::empty(Layout::OWN);
        let buffer = Buffer { num: BufNum(3), frames: 100, channels: 1, rate: 44_100.0 };
        bank.sounds.insert("bd".into(), vec![None, Some(buffer)]);
        assert_eq!(bank.sample("bd", -1), Lookup::Ready(&buffer));
        assert_eq!(bank.sample("bd", 3), Lookup::Ready(&buffer));
        assert_eq!(bank.sample("bd", 2), Lookup::Absent(0));
        assert_eq!(bank.sample("sn", 0), Lookup::Unknown);
    }

    #[test]
    fn nodes_and_buses_do_not_overlap() {
        let l = Layout::OWN;
        let last = OrbitId::wrapped(-1);
        let first = OrbitId::wrapped(0);
        assert!(l.delay(last) < l.reverb(first) && l.reverb(last) < l.leslie(first));
        assert!(l.leslie(last) < l.compressor(first) && l.compressor(last).0 < l.first_voice());
        assert!(l.compressors() < l.delay(first));
        assert_eq!(l.dry_bus(OrbitId::wrapped(1)), l.reverb_bus(OrbitId::wrapped(0)) + 2);
    }
}
