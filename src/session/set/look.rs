//! Looking at what blocks use, and telling what is wrong with them.
//!
//! In: blocks that are new or whose sounds may be known now. Out: their diagnostics, and messages. Pure.
//! A few blocks at a time: a large set never holds up a key.

use crate::session::ahead::{Asked, complaints};
use crate::session::{State, one_line};
use crate::source::{BlockId, Severity};
use std::collections::BTreeSet;

/// After so many events of blocks that are looked at for unknown names, other things come first.
const EVENTS_AT_ONCE: usize = 10_000;

impl State {
    /// Names mean something else now: every block will be looked at again.
    pub(in crate::session) fn sounds_changed(&mut self) {
        self.set.blocks.iter_mut().for_each(|b| b.looked_at = false);
        self.look_on();
    }

    /// Looks for unknown sounds and idle controls in blocks that were not looked at, once all is read that
    /// was given at the start: as many blocks as [`EVENTS_AT_ONCE`] allow, the others with the next ticks.
    /// Which were looked at.
    pub(in crate::session) fn look_at_blocks(&mut self) -> BTreeSet<BlockId> {
        let mut looked = BTreeSet::new();
        if !self.settled {
            return looked;
        }
        let (from, cps) = (self.frontier().floor(), self.cps());
        let mut events = 0;
        for b in self.set.blocks.iter_mut().filter(|b| !b.looked_at) {
            let found = complaints(&self.sounds, &b.edits(), Asked { block: b.id, text: &b.text, from, cps });
            b.diagnostics = [b.outcome.diagnostics.as_slice(), &found.diagnostics].concat();
            b.looked_at = true;
            looked.insert(b.id);
            events += found.events;
            if events >= EVENTS_AT_ONCE {
                break;
            }
        }
        looked
    }

    /// Looks at the blocks that are left, and says what is unknown there.
    pub(in crate::session) fn look_on(&mut self) {
        let looked = self.look_at_blocks();
        if looked.is_empty() {
            return;
        }
        let lines: Vec<(Severity, String)> = self
            .diagnostics()
            .filter(|(b, d)| looked.contains(&b.id) && d.severity == Severity::Warning)
            .map(|(b, d)| (d.severity, one_line(&self.name, &self.set.text, &d.clone().shifted(b.start))))
            .collect();
        for (severity, line) in lines {
            self.say_once(severity, line);
        }
    }

    /// Says what is wrong and was not said before; or that all is well again.
    pub(in crate::session) fn tell_errors(&mut self, before: &BTreeSet<String>) {
        let name = self.name.clone();
        let text = self.set.text.clone();
        let mut lines: Vec<(Severity, String)> = Vec::new();
        let mut any = false;
        for b in &self.set.blocks {
            for d in &b.diagnostics {
                any |= d.severity == Severity::Error;
                let line = one_line(&name, &text, &d.clone().shifted(b.start));
                self.told.insert(line.clone());
                if d.severity == Severity::Error || !before.contains(&d.message) {
                    lines.push((d.severity, line));
                }
            }
        }
        // The worst comes last, where it is seen.
        lines.sort_by_key(|(s, _)| *s);
        if !any && self.saves > 1 {
            self.say(Severity::Hint, format!("{name}: taken over"));
        }
        for (severity, line) in lines {
            self.say(severity, line);
        }
    }
}
