//! The settings of the orbits' effects.
//!
//! In: notes. Out: `/n_set` commands for the orbit's delay and reverb, only where something changes:
//! `delaytime`, `delayfeedback` and `size` stay until an event changes them.

use super::Note;
use crate::bank::{Layout, ORBITS, OrbitId};
use crate::control::id;
use crate::osc::{Command, NodeId, Setting};
use crate::synth::clamp;
use std::sync::Arc;

/// What an orbit's effects were told last; none: as they were made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Told {
    delaytime: Option<f32>,
    delayfeedback: Option<f32>,
    size: Option<f32>,
}

#[derive(Debug)]
pub(super) struct Orbits {
    told: [Told; ORBITS],
    /// The engine is new: what was told must be told again.
    unheard: [bool; ORBITS],
    delaytime: Arc<str>,
    delayfeedback: Arc<str>,
    size: Arc<str>,
}

impl Default for Orbits {
    fn default() -> Self {
        Self {
            told: [Told::default(); ORBITS],
            unheard: [false; ORBITS],
            delaytime: "delaytime".into(),
            delayfeedback: "delayfeedback".into(),
            size: "size".into(),
        }
    }
}

impl Orbits {
    /// Everything is told again with the orbit's next note.
    pub fn resend(&mut self) {
        self.unheard = [true; ORBITS];
    }

    /// Appends what the note changes.
    pub fn change(&mut self, orbit: OrbitId, note: &Note, layout: Layout, out: &mut Vec<Command>) {
        let (Some(told), Some(unheard)) =
            (self.told.get_mut(orbit.index()), self.unheard.get_mut(orbit.index()))
        else {
            return;
        };
        let again = std::mem::take(unheard);
        let number = |id| note.controls.number(id).filter(|x: &f64| x.is_finite());
        // With `lock`, times are cycles.
        let locked = number(id::LOCK).is_some_and(|l| l > 0.0);
        let time = number(id::DELAYTIME).map(|t| if locked { t / note.cps } else { t });
        let mut settings = Vec::new();
        tell(&mut told.delaytime, time, &self.delaytime, again, &mut settings);
        let feedback = number(id::DELAYFEEDBACK);
        tell(&mut told.delayfeedback, feedback, &self.delayfeedback, again, &mut settings);
        push(out, layout.delay(orbit), settings);
        let mut settings = Vec::new();
        tell(&mut told.size, number(id::SIZE), &self.size, again, &mut settings);
        push(out, layout.reverb(orbit), settings);
    }
}

fn tell(told: &mut Option<f32>, new: Option<f64>, name: &Arc<str>, again: bool, out: &mut Vec<Setting>) {
    let value = new.map(|x| clamp(name, x as f32)).or(*told);
    if let Some(x) = value.filter(|_| again || value != *told) {
        out.push((name.clone(), x));
    }
    *told = value;
}

fn push(out: &mut Vec<Command>, id: NodeId, settings: Vec<Setting>) {
    if !settings.is_empty() {
        out.push(Command::NodeSet { id, settings });
    }
}
