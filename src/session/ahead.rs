//! Looking ahead: what patterns will need, and what is to be said of it.
//!
//! In: patterns, and the sounds that are known. Out: what must be made ready, and diagnostics for
//! names that lead nowhere. Pure; it runs when something was evaluated, never on the player's thread.

use super::sounds::Sounds;
use crate::control::{self, id};
use crate::pattern::{Env, Hap, Pattern, QueryError};
use crate::plan::{Known, Wants, wants};
use crate::score::{BUDGET, Edit, Score};
use crate::source::{BlockId, Diagnostic, TextRange, nearest};
use crate::synth::instruments;
use crate::time::{Rational, TimeSpan};
use std::collections::BTreeSet;

/// Cycles that are looked ahead after an evaluation.
pub(super) const AHEAD: i64 = 16;
/// Work that looking ahead may cost, for each cycle.
const AHEAD_BUDGET: u32 = 50_000;
/// Events that are looked at in all.
const AHEAD_EVENTS: usize = 20_000;

/// What the player plans at once, in seconds.
const WINDOW_S: f64 = 0.02;
/// What a query without an answer counts as: it costs as much as so many events, and no more than the
/// budgets allow.
const FAILED_EVENTS: usize = 2_000;

/// What looking ahead found.
#[derive(Debug, Default)]
pub struct Ahead {
    /// What the cycles need.
    pub wants: Wants,
    /// The events of the cycles.
    pub haps: Vec<Hap>,
    /// The cycle at which they end early, and why.
    pub fails: Option<(i64, QueryError)>,
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
        let (mut haps, mut fails) = (Vec::new(), None);
        for cycle in from..from.saturating_add(AHEAD) {
            let env = Env::with_budget(AHEAD_BUDGET);
            let mark = haps.len();
            if let Err(error) = pattern.query(TimeSpan::cycle(cycle), &env, &mut haps) {
                haps.truncate(mark);
                fails = Some((cycle, error));
                break;
            }
            if haps.len() > AHEAD_EVENTS {
                break;
            }
        }
        Ahead { wants: wants(&haps, |name, n| self.known(name, n)), haps, fails }
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

/// Of which block something is said, and at what tempo it plays.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Its number.
    pub block: BlockId,
    /// Its text.
    pub text: &'a str,
    /// The cycle from which on it is looked at.
    pub from: i64,
    /// Cycles per second.
    pub cps: f64,
}

/// What is said of a track whose query has no answer.
pub(super) fn left_out(track: &str, error: QueryError) -> String {
    format!("{track}: {error}; it is left out of these cycles")
}

/// Whether the player will get no answer either: it asks for less at once, with a budget of its own.
fn is_left_out(pattern: &Pattern, (cycle, error): (i64, QueryError), cps: f64) -> bool {
    if error != QueryError::OverBudget {
        return true;
    }
    let length = Rational::new(((cps * WINDOW_S * 1024.0) as i64).clamp(1, 256), 1024);
    (0..4).any(|quarter| {
        let begin = Rational::int(cycle) + Rational::new(quarter, 4);
        let env = Env::with_budget(BUDGET);
        pattern.query(TimeSpan::new(begin, begin + length), &env, &mut Vec::new()).is_err()
    })
}

/// The word that names a track: the first of it that is not in a comment.
fn name_of(track: &str, text: &str) -> TextRange {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split("--").next().unwrap_or("");
        if let Some(at) = code.find(track) {
            return TextRange::new(start + at, start + at + track.len());
        }
        start += line.len();
    }
    TextRange::default()
}

/// What is to be said of the sounds and controls that edits use: unknown sounds, and controls that
/// nothing consumes, each once; and of tracks that take too much work to be played.
pub fn complaints(sounds: &Sounds, edits: &[Edit], asked: Asked) -> Complaints {
    let mut found = Complaints::default();
    let out = &mut found.diagnostics;
    let mut said: BTreeSet<String> = BTreeSet::new();
    let block = asked.block;
    for edit in edits {
        let (track, pattern) = match edit {
            Edit::Track { name, pattern, .. } => (&**name, pattern),
            Edit::Once(pattern) => ("once", pattern),
            _ => continue,
        };
        let ahead = sounds.ahead(pattern, asked.from);
        found.events += ahead.haps.len();
        if let Some(fails) = ahead.fails {
            found.events += FAILED_EVENTS;
            if is_left_out(pattern, fails, asked.cps) {
                let place = name_of(track, asked.text);
                let d = Diagnostic::warning(place, left_out(track, fails.1));
                out.push(match fails.1 {
                    QueryError::OverBudget => d.help("smaller numbers for fast, ply, chop and their kin"),
                    _ => d,
                });
            }
        }
        if sounds.are_elsewhere() {
            continue;
        }
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
