//! Looking ahead: what patterns will need, and what is to be said of it.
//!
//! In: patterns, and the sounds that are known. Out: what must be made ready, and diagnostics for
//! names that lead nowhere. Pure; it runs when something was evaluated, never on the player's thread.

use super::sounds::Sounds;
use crate::control::{self, id};
use crate::pattern::{Env, Hap, Pattern};
use crate::plan::{Known, Wants, wants};
use crate::score::{Edit, Score};
use crate::source::{BlockId, Diagnostic, nearest};
use crate::synth::instruments;
use crate::time::TimeSpan;
use std::collections::BTreeSet;

/// Cycles that are looked ahead after an evaluation.
pub(super) const AHEAD: i64 = 16;
/// Work that looking ahead may cost, for each cycle.
const AHEAD_BUDGET: u32 = 50_000;
/// Events that are looked at in all.
const AHEAD_EVENTS: usize = 20_000;

/// What looking ahead found.
#[derive(Debug, Default)]
pub struct Ahead {
    /// What the cycles need.
    pub wants: Wants,
    /// The events of the cycles.
    pub haps: Vec<Hap>,
}

impl Sounds {
    /// What is known of the sound under a name and number.
    pub fn known(&self, name: &str, n: i64) -> Known {
        if self.are_elsewhere() {
            return Known::Def;
        }
        if let Some(folder) = self.index().folder(name)
            && let Some(place) = folder.position(n)
        {
            let channels =
                folder.files.get(place).and_then(|f| f.facts.as_ref()).map(|f| f.channels.clamp(1, 2));
            return Known::Sample { place, channels };
        }
        // Gone from disk, and still in memory.
        if let Some(files) = self.bank.sounds.get(name) {
            let len = i64::try_from(files.len()).unwrap_or(1).max(1);
            let place = usize::try_from(n.rem_euclid(len)).unwrap_or(0);
            let channels = files.get(place).copied().flatten().map(|b| b.channels);
            return Known::Sample { place, channels };
        }
        if self.user_defs.contains_key(name) { Known::Def } else { Known::Nothing }
    }

    /// What the next cycles of a pattern need.
    pub fn ahead(&self, pattern: &Pattern, from: i64) -> Ahead {
        let mut haps = Vec::new();
        for cycle in from..from.saturating_add(AHEAD) {
            let env = Env::with_budget(AHEAD_BUDGET);
            let mark = haps.len();
            if pattern.query(TimeSpan::cycle(cycle), &env, &mut haps).is_err() {
                // The player says so when it comes to this cycle.
                haps.truncate(mark);
                break;
            }
            if haps.len() > AHEAD_EVENTS {
                break;
            }
        }
        Ahead { wants: wants(&haps, |name, n| self.known(name, n)), haps }
    }

    /// What all that plays in the cycles from `from` on needs.
    pub fn wants_of(&self, score: &Score, from: i64) -> Wants {
        let (mut haps, mut scratch) = (Vec::new(), Vec::new());
        for cycle in from..from.saturating_add(AHEAD) {
            // A track that cannot be queried is reported by the player when it comes to it.
            score.track_haps(TimeSpan::cycle(cycle), &mut scratch, |t| {
                haps.extend_from_slice(t.haps.unwrap_or(&[]));
            });
            if haps.len() > AHEAD_EVENTS {
                break;
            }
        }
        wants(&haps, |name, n| self.known(name, n))
    }

    /// Names of sounds that are spelt nearly so.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let house =
            instruments::InstrumentId::all().flat_map(|i| i.get().names().map(|name| -> &str { name }));
        let own = self.user_defs.keys().map(|k| &**k);
        nearest(name, self.index().names().chain(house).chain(own), 3)
            .into_iter()
            .map(str::to_owned)
            .collect()
    }
}

/// The first instruments that have a control of their own of that name.
pub(super) fn owners(control: &str) -> String {
    let all = instruments::InstrumentId::all().map(instruments::InstrumentId::get);
    let mut names: Vec<&str> = all.filter(|i| i.own_named(control).is_some()).map(|i| i.name).collect();
    if names.len() > 4 {
        names.truncate(4);
        names.push("others");
    }
    names.join(", ")
}

/// What [`complaints`] found.
#[derive(Debug, Default)]
pub struct Complaints {
    /// What is to be said.
    pub diagnostics: Vec<Diagnostic>,
    /// How many events were looked at: what it cost.
    pub events: usize,
}

/// What is to be said of the sounds and controls that edits use: unknown sounds, and controls that
/// nothing consumes, each once.
pub fn complaints(sounds: &Sounds, edits: &[Edit], block: BlockId, from: i64) -> Complaints {
    let mut found = Complaints::default();
    let out = &mut found.diagnostics;
    let mut said: BTreeSet<String> = BTreeSet::new();
    if sounds.are_elsewhere() {
        return found;
    }
    for edit in edits {
        let (Edit::Track { pattern, .. } | Edit::Once(pattern)) = edit else { continue };
        let ahead = sounds.ahead(pattern, from);
        found.events += ahead.haps.len();
        for hap in &ahead.haps {
            let Some(controls) = hap.value.as_controls() else { continue };
            let sound = controls.text(id::S);
            // Of the places that made the event, the first that a word of this length fills.
            let own = || hap.positions.as_slice().iter().filter(|p| p.block == block).map(|p| p.range);
            let word = sound.map_or(0, |s| s.len());
            let place = own()
                .find(|range| range.end() - range.start() >= word)
                .or_else(|| own().next())
                .unwrap_or_default();
            if let Some(name) = sound.filter(|s| ahead.wants.unknown.contains(*s))
                && said.insert(format!("sound {name}"))
            {
                let near = sounds.nearest(name);
                let help = if control::function(name).is_some() {
                    format!("{name} is a control: it stands in front of the quotes, {name} \"0.5\"")
                } else if near.is_empty() {
                    "samples are added by :samples DIR, SynthDefs by :synthdef FILE".to_owned()
                } else {
                    format!("did you mean {}?", near.join(" or "))
                };
                out.push(Diagnostic::warning(place, format!("no sound is called {name}")).help(help));
            }
            let loaded = sound.and_then(|s| sounds.user_defs.get_key_value(s));
            for (name, finding) in
                loaded.iter().flat_map(|(name, l)| l.findings.iter().map(move |f| (name, f)))
            {
                if said.insert(format!("{name}: {finding}")) {
                    out.push(Diagnostic::hint(place, format!("the SynthDef {name}: {finding}")));
                }
            }
        }
        out.extend(super::unheard::unheard(sounds, edit, &ahead.haps, block, &mut said));
    }
    found
}
