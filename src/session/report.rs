//! The player's reports: what sounds, how exact it is, and what it had to leave out.

use super::{Effect, SOUNDING, State, ahead};
use crate::plan::{Absent, Report};
use crate::source::Severity;

impl State {
    pub(super) fn reported(&mut self, report: Box<Report>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let second = report.clock.time_of(report.frontier).0 >> 32;
        self.recent.add(second, &report.lateness_s);
        for s in &report.sounding {
            if self.sounding.len() >= SOUNDING {
                self.sounding.pop_front();
            }
            self.sounding.push_back(s.clone());
        }
        let now = self.now;
        self.sounds.leaving.reported(&report, now);
        // It is heard a latency after its time, and long enough to be seen.
        let latency_s = report.latency_s;
        self.sounding.retain(|s| s.at.plus_s(latency_s + s.duration_s.max(0.06)) > now);
        for absent in &report.absent {
            effects.extend(self.absent(absent, &report));
        }
        let surprised = report.absent.iter().any(|a| matches!(a, Absent::Def(_)));
        for e in &report.errors {
            let text = ahead::left_out(&e.track, e.error);
            // Its block may say so already, with the place.
            if !self.diagnostics().any(|(_, d)| d.message == text) {
                self.say_once(Severity::Error, text);
            }
        }
        if let Some(trouble) = &report.trouble {
            self.say_once(Severity::Error, format!("a bundle was lost: {trouble}"));
        }
        if let Some(step) = report.clock_step_s {
            self.say(
                Severity::Warning,
                format!("the system clock stepped by {step:.3} s; the music kept its place"),
            );
        }
        let planned = crate::time::TimeSpan::new(self.frontier(), report.frontier);
        self.origin.reported(report.origin, planned);
        self.report = Some(report);
        // A voice may come up for the first time after many cycles.
        if surprised || self.frontier().floor() > self.looked_to - ahead::AHEAD / 2 {
            effects.extend(self.look_ahead());
        }
        effects
    }

    fn absent(&mut self, absent: &Absent, report: &Report) -> Vec<Effect> {
        match absent {
            // Its block says so already, with the place.
            Absent::Sound(name)
                if self.diagnostics().any(|(_, d)| d.message == format!("no sound is called {name}")) =>
            {
                Vec::new()
            }
            Absent::Sound(name) => {
                let near = self.sounds.nearest(name);
                let help = if near.is_empty() {
                    String::new()
                } else {
                    format!("; did you mean {}?", near.join(" or "))
                };
                self.say_once(Severity::Warning, format!("no sound is called {name}{help}"));
                Vec::new()
            }
            Absent::Sample { folder, place } => {
                let effects = self.sounds.want_sample(folder, *place).into_iter().collect();
                self.remember_late(folder, *place, report);
                self.with_bank(effects)
            }
            Absent::NoSound(track) => {
                self.say_once(
                    Severity::Warning,
                    format!("{track} has events that name no sound: add # s \"...\""),
                );
                Vec::new()
            }
            // Looked for by the report as a whole.
            Absent::Def(_) => Vec::new(),
        }
    }
}
