//! The first hit of a sample that has not arrived: played when the sample comes, if so asked.
//!
//! In: what the player found absent, and samples that come. Out: the hit as a one-shot, with all its
//! controls. Pure. Only where the performer chose [`FirstHit::Late`]; otherwise the hit is left out,
//! and the player has counted it.

use super::{Effect, FirstHit, State};
use crate::bank::ORBITS;
use crate::control::id;
use crate::osc::Timetag;
use crate::pattern::{ControlMap, Hap, Pattern, Value};
use crate::plan::{Report, wants};
use crate::score::Edit;
use crate::source::Severity;
use crate::time::{Rational, TimeSpan};
use std::path::PathBuf;
use std::sync::Arc;

/// A hit that would come later than this is left out after all: nobody would know it for what it is.
const TOO_LATE_S: f64 = 1.0;
/// The player reports this far back, at most: 30 ms and the window that was planned.
const LOOK_BACK_S: f64 = 0.1;
/// Hits that wait at most.
const WAITING: usize = 256;

/// A hit that waits for its sample.
#[derive(Debug)]
struct LateHit {
    path: PathBuf,
    /// Any of these SynthDefs plays it.
    defs: Vec<String>,
    /// The instant that it was meant for.
    at: Timetag,
    controls: ControlMap,
    /// How long it lasts in the pattern, cycles.
    length: Rational,
}

/// Hits that wait for their samples.
#[derive(Debug, Default)]
pub(super) struct LateHits {
    waiting: Vec<LateHit>,
    /// How many were played late, in the whole run.
    played: u64,
}

impl State {
    /// How many first hits were played late, in the whole run.
    pub fn late_hits(&self) -> u64 {
        self.late.played
    }

    /// The player has just left out a hit of this sample.
    pub(super) fn remember_late(&mut self, folder: &Arc<str>, place: usize, report: &Report) {
        if self.sounds.limits().first_hit != FirstHit::Late || self.late.waiting.len() >= WAITING {
            return;
        }
        let key = (folder.clone(), place);
        let file = self.sounds.index().folder(folder).and_then(|f| f.files.get(place));
        let Some(path) =
            file.map(|f| f.path.clone()).filter(|p| self.sounds.loading().samples.contains_key(p))
        else {
            return;
        };
        let clock = &report.clock;
        let back = clock.grid_at(clock.time_of(report.frontier).plus_s(-LOOK_BACK_S));
        let window = TimeSpan::new(back.max(Rational::ZERO), report.frontier);
        let (mut scratch, mut hits) = (Vec::new(), Vec::new());
        self.score.track_haps(window, &mut scratch, |track| {
            let of = |h: &Hap| wants([h], |name, n| self.sounds.known(name, n));
            let own = |h: &&Hap| of(h).samples.contains(&key);
            let found = track.haps.unwrap_or(&[]).iter().filter(own).min_by_key(|h| h.whole_or_part().begin);
            hits.extend(found.and_then(|h| {
                let defs: Vec<String> = of(h).voices.iter().map(crate::synth::VoiceKey::def_name).collect();
                Some((h.whole_or_part(), h.value.as_controls()?.clone(), track.orbit, defs))
            }));
        });
        for (whole, mut controls, orbit, defs) in hits {
            if controls.value(id::ORBIT).is_none() {
                controls.set(id::ORBIT, Value::Int(orbit.rem_euclid(ORBITS as i64)));
            }
            let (at, length) = (clock.time_of(whole.begin), whole.end - whole.begin);
            self.late.waiting.push(LateHit { path: path.clone(), defs, at, controls, length });
        }
    }

    /// A sample or a SynthDef has come: the hits that waited for it and have all they need are played
    /// now.
    pub(super) fn play_late(&mut self) -> Vec<Effect> {
        if self.late.waiting.is_empty() {
            return Vec::new();
        }
        let now = self.now;
        self.late.waiting.retain(|h| now.since_s(h.at) < TOO_LATE_S);
        let sounds = &self.sounds;
        let ready = |h: &mut LateHit| {
            !sounds.loading().samples.contains_key(&h.path) && h.defs.iter().any(|d| sounds.bank.has_def(d))
        };
        let hits: Vec<LateHit> = self.late.waiting.extract_if(.., ready).collect();
        if hits.is_empty() {
            return Vec::new();
        }
        let edits: Vec<Edit> = hits
            .into_iter()
            .map(|hit| {
                let late_ms = now.since_s(hit.at).max(0.0) * 1000.0;
                self.late.played += 1;
                let name = hit.controls.text(id::S).map_or("", |s| s);
                let text =
                    format!("the first {name} is played {late_ms:.0} ms late: it has just been loaded");
                self.say(Severity::Hint, text);
                let once = Pattern::pure(Value::Controls(hit.controls));
                Edit::Once(if hit.length < Rational::ONE {
                    once.compress(Rational::ZERO, hit.length)
                } else {
                    once
                })
            })
            .collect();
        self.apply(&edits)
    }
}
