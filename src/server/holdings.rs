//! What the engine should hold, as values: enough to bring a new engine to where the old one was.
//!
//! In: what requests have settled. Out: the commands of groups and effects, the lists of SynthDefs
//! and buffers. A plain value that knows no engine.

use crate::bank::Layout;
use crate::osc::{AddAction, BufNum, Command, NodeId, Setting};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A synth that lives as long as the set: an orbit's delay or reverb, the master.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Its SynthDef, loaded before.
    pub def: Arc<str>,
    /// Its node.
    pub id: NodeId,
    /// The group it is added to, at the tail.
    pub group: NodeId,
    /// Its controls.
    pub settings: Vec<Setting>,
}

/// Groups and effects.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The nodes of the groups.
    pub layout: Layout,
    /// In the order in which they are made.
    pub effects: Vec<Effect>,
}

impl Setup {
    /// The stage layout of `bank::Layout`: a root group that holds, in order of computation, the
    /// parallel groups of voices, leslies, delays, reverbs, DJ filters and compressors, and the ordinary
    /// group of the master.
    fn groups(&self) -> Vec<Command> {
        let layout = self.layout;
        let group =
            |id, target, parallel| Command::GroupNew { id, action: AddAction::Tail, target, parallel };
        vec![
            group(layout.root(), NodeId(0), false),
            group(layout.voices(), layout.root(), true),
            group(layout.leslies(), layout.root(), true),
            group(layout.delays(), layout.root(), true),
            group(layout.reverbs(), layout.root(), true),
            group(layout.dj_filters(), layout.root(), true),
            group(layout.compressors(), layout.root(), true),
            group(layout.master_group(), layout.root(), false),
        ]
    }

    /// Each command with the node that it makes, in the order in which they must happen.
    pub fn commands(&self) -> Vec<(NodeId, Command)> {
        let effects = self.effects.iter().map(|e| Command::SynthNew {
            def: e.def.clone(),
            id: e.id,
            action: AddAction::Tail,
            target: e.group,
            settings: e.settings.clone(),
        });
        let made = |c: Command| match &c {
            Command::GroupNew { id, .. } | Command::SynthNew { id, .. } => Some((*id, c)),
            _ => None,
        };
        self.groups().into_iter().chain(effects).filter_map(made).collect()
    }
}

/// Where a buffer's content comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// A sound file, by its absolute path.
    File(Arc<str>),
    /// Silence, for recording into.
    Empty {
        /// Frames.
        frames: u32,
        /// Channels.
        channels: u32,
    },
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Holdings {
    /// SynthDef bytes by name.
    pub defs: BTreeMap<Arc<str>, Arc<[u8]>>,
    /// Buffers by number.
    pub buffers: BTreeMap<u16, Content>,
    /// Groups and effects, once they are up.
    pub setup: Option<Setup>,
}

/// Which buffer numbers are free. A number that was given back is used again as late as possible, so
/// that a sound that still reads it, or a load that was given up, meets nothing new.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    free: std::collections::VecDeque<u16>,
    used: BTreeSet<u16>,
}

impl Numbers {
    /// All numbers below `buffers`; on a shared engine from the top down, because others start at 0.
    pub(super) fn new(buffers: u16, shared: bool) -> Self {
        let free = if shared { (0..buffers).rev().collect() } else { (0..buffers).collect() };
        Self { free, used: BTreeSet::new() }
    }

    /// A free number.
    pub(super) fn take(&mut self) -> Option<BufNum> {
        let num = self.free.pop_front()?;
        self.used.insert(num);
        Some(BufNum(num))
    }

    /// True when the number was taken and not given back.
    pub(super) fn is_used(&self, num: BufNum) -> bool {
        self.used.contains(&num.0)
    }

    /// Gives a number back. Twice does no harm.
    pub(super) fn give_back(&mut self, num: BufNum) {
        if self.used.remove(&num.0) {
            self.free.push_back(num.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::OrbitId;

    fn setup() -> Setup {
        let layout = Layout::OWN;
        let delay = Effect {
            def: "delay".into(),
            id: layout.delay(OrbitId::wrapped(0)),
            group: layout.delays(),
            settings: vec![("time".into(), 0.5)],
        };
        let master = Effect {
            def: "master".into(),
            id: layout.master(),
            group: layout.master_group(),
            settings: vec![],
        };
        Setup { layout, effects: vec![delay, master] }
    }

    #[test]
    fn groups_come_before_what_they_hold() {
        let mut made = vec![NodeId(0)];
        for (id, command) in setup().commands() {
            let (Command::GroupNew { target, .. } | Command::SynthNew { target, .. }) = command else {
                panic!("{command:?} makes no node")
            };
            assert!(made.contains(&target), "{target:?} is not there yet");
            assert!(!made.contains(&id));
            made.push(id);
        }
        assert_eq!(made.len(), 11);
    }

    #[test]
    fn numbers_are_taken_once_and_used_again_late() {
        let mut own = Numbers::new(3, false);
        assert_eq!([own.take(), own.take()], [Some(BufNum(0)), Some(BufNum(1))]);
        own.give_back(BufNum(0));
        own.give_back(BufNum(0));
        own.give_back(BufNum(2));
        assert!(!own.is_used(BufNum(0)) && own.is_used(BufNum(1)));
        assert_eq!([own.take(), own.take(), own.take()], [Some(BufNum(2)), Some(BufNum(0)), None]);
        assert_eq!(Numbers::new(1024, true).take(), Some(BufNum(1023)));
    }
}
