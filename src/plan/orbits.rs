//! The settings of the orbits' effects and of the master.
//!
//! In: notes. Out: commands for the orbit's effects, only where something changes: what an event says
//! stays until another event says otherwise. An insert (leslie, DJ filter, compressor) is made by the first event
//! that asks for one, with all that was said to it before. Pure.

use super::Note;
use crate::bank::{Bank, Def, Layout, ORBITS, OrbitId};
use crate::control::{ControlId, id};
use crate::osc::{AddAction, Command, NodeId, Setting};
use crate::synth::clamp;
use std::sync::Arc;

/// An insert's SynthDef and its group.
type Insert = (&'static str, fn(Layout) -> NodeId);

/// A synth that an orbit has one of.
struct Effect {
    node: fn(Layout, OrbitId) -> NodeId,
    /// For an insert; the others are there from the start.
    insert: Option<Insert>,
    /// What it listens to; an insert is made when the first of them is told and is not its default.
    controls: &'static [ControlId],
}

const EFFECTS: [Effect; 5] = [
    Effect {
        node: Layout::leslie,
        insert: Some(("oi.fx.leslie", Layout::leslies)),
        controls: &[id::LESLIE, id::LRATE, id::LSIZE],
    },
    Effect { node: Layout::delay, insert: None, controls: &[id::DELAYTIME, id::DELAYFEEDBACK] },
    Effect { node: Layout::reverb, insert: None, controls: &[id::SIZE, id::DRY] },
    Effect {
        node: Layout::dj_filter,
        insert: Some(("oi.fx.djf", Layout::dj_filters)),
        controls: &[id::ORBITDJF],
    },
    Effect {
        node: Layout::compressor,
        insert: Some(("oi.fx.comp", Layout::compressors)),
        controls: &[id::COMPRESSOR, id::COMPRESSOR_RATIO, id::COMPRESSOR_ATTACK, id::COMPRESSOR_RELEASE],
    },
];

/// The most that one effect listens to.
const CONTROLS: usize = 4;

/// What an effect was told last; none: as it was made.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    values: [Option<f32>; CONTROLS],
    /// An insert that is there.
    made: bool,
    /// What was told must be told again.
    unheard: bool,
}

/// An orbit.
#[derive(Clone, Copy, Debug, Default)]
struct Orbit {
    effects: [Told; EFFECTS.len()],
    /// The delay's time as events gave it, and whether it counts in cycles.
    delaytime: Option<f64>,
    locked: bool,
}

#[derive(Debug)]
pub(super) struct Orbits {
    each: [Orbit; ORBITS],
    limitertype: Told,
    names: [[Arc<str>; CONTROLS]; EFFECTS.len()],
    input: Arc<str>,
    limiter: Arc<str>,
}

impl Default for Orbits {
    fn default() -> Self {
        let name = |effect: usize, n: usize| -> Arc<str> {
            let control = EFFECTS.get(effect).and_then(|e| e.controls.get(n));
            control.map_or("", |c| c.name()).into()
        };
        Self {
            each: [Orbit::default(); ORBITS],
            limitertype: Told::default(),
            names: std::array::from_fn(|effect| std::array::from_fn(|n| name(effect, n))),
            input: "in".into(),
            limiter: id::LIMITERTYPE.name().into(),
        }
    }
}

impl Orbits {
    /// The engine is a new one: everything is told again with the orbit's next note, inserts are made
    /// again.
    pub fn resend(&mut self) {
        for told in self.each.iter_mut().flat_map(|o| &mut o.effects).chain([&mut self.limitertype]) {
            (told.made, told.unheard) = (false, true);
        }
    }

    /// A command that was planned is not sent.
    pub fn unsent(&mut self, command: &Command, layout: Layout) {
        let (id, new) = match command {
            Command::SynthNew { id, .. } => (*id, true),
            Command::NodeSet { id, .. } => (*id, false),
            _ => return,
        };
        if id == layout.master() {
            self.limitertype.unheard = true;
        }
        for (orbit, place) in self.each.iter_mut().zip(OrbitId::all()) {
            for (told, effect) in orbit.effects.iter_mut().zip(&EFFECTS) {
                if (effect.node)(layout, place) == id {
                    told.unheard = true;
                    told.made &= !new;
                }
            }
        }
    }

    /// Appends what the note changes.
    pub fn change(&mut self, place: OrbitId, note: &Note, bank: &Bank, out: &mut Vec<Command>) {
        let number = |id| note.controls.number(id).filter(|x: &f64| x.is_finite());
        let layout = bank.layout;
        if let Some(setting) = tell(&mut self.limitertype, 0, number(id::LIMITERTYPE), &self.limiter) {
            out.push(Command::NodeSet { id: layout.master(), settings: vec![setting] });
        }
        self.limitertype.unheard = false;
        let Some(orbit) = self.each.get_mut(place.index()) else { return };
        orbit.delaytime = number(id::DELAYTIME).or(orbit.delaytime);
        orbit.locked = number(id::LOCK).map_or(orbit.locked, |lock| lock > 0.0);
        // A time in cycles follows the tempo.
        let time = orbit.delaytime.map(|t| if orbit.locked { t / note.cps } else { t });
        for ((told, effect), names) in orbit.effects.iter_mut().zip(&EFFECTS).zip(&self.names) {
            let mut settings = Vec::new();
            for (n, (control, name)) in effect.controls.iter().zip(names).enumerate() {
                let new = if *control == id::DELAYTIME { time } else { number(*control) };
                settings.extend(tell(told, n, new, name));
            }
            told.unheard = false;
            let node = (effect.node)(layout, place);
            match effect.insert {
                Some((def, group)) if !told.made => {
                    told.unheard = true;
                    let Some((def, Def { controls })) = bank.defs.get_key_value(def) else { continue };
                    let first = names.first().zip(told.values.first().copied().flatten());
                    let Some((name, value)) = first else { continue };
                    if controls.contains(&(name.clone(), value)) {
                        continue;
                    }
                    (told.made, told.unheard) = (true, false);
                    let said = told.values.iter().zip(names).filter_map(|(v, n)| Some((n.clone(), (*v)?)));
                    let bus = (self.input.clone(), layout.dry_bus(place) as f32);
                    out.push(Command::SynthNew {
                        def: def.clone(),
                        id: node,
                        action: AddAction::Tail,
                        target: group(layout),
                        settings: std::iter::once(bus).chain(said).collect(),
                    });
                }
                _ if !settings.is_empty() => out.push(Command::NodeSet { id: node, settings }),
                _ => {}
            }
        }
    }
}

/// The setting for a control's new value, where it is news.
fn tell(told: &mut Told, n: usize, new: Option<f64>, name: &Arc<str>) -> Option<Setting> {
    let unheard = told.unheard;
    let old = told.values.get_mut(n)?;
    let value = new.map(|x| clamp(name, x as f32)).or(*old)?;
    let news = unheard || *old != Some(value);
    *old = Some(value);
    news.then(|| (name.clone(), value))
}
