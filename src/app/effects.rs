//! What the session asks for is carried out: the player gets scores and banks, the engine requests.
//!
//! In: [`Effect`]s. Out: messages to the player, tasks whose events come back. It decides nothing: what
//! takes time runs beside the loop, and what needs an engine waits until there is one.

use super::{PUBLISH_EVERY, Performance, Wire, record, samples, synthdefs};
use crate::bank::{Bank, OrbitId};
use crate::server::ServerError;
use crate::session::{Effect, Event};
use crate::synth;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::time::Instant;

impl Performance {
    pub(super) fn publish(&mut self) {
        if self.published.elapsed() >= PUBLISH_EVERY {
            self.publish_now();
        }
    }

    pub(super) fn publish_now(&mut self) {
        if !self.fresh_bank || self.player.is_none() {
            return;
        }
        let bank = self.next_bank();
        if let Some(player) = &self.player {
            player.set_bank(bank);
            self.published = Instant::now();
        }
    }

    /// The bank as it is now, counted as given to the player.
    pub(super) fn next_bank(&mut self) -> Arc<Bank> {
        self.fresh_bank = false;
        self.banks += 1;
        let bank = self.state.sounds.bank();
        self.happened(Event::BankPublished(self.banks));
        bank
    }

    pub(super) fn carry_out(&mut self, effect: Effect) {
        let needs_engine = matches!(
            effect,
            Effect::LoadSample { .. }
                | Effect::LoadVoice(_)
                | Effect::FreeVoice(_)
                | Effect::FreeDef(_)
                | Effect::FreeBuffer(_)
        );
        let handle = match (&self.stage, needs_engine) {
            (Some(stage), true) => stage.engine.handle(),
            (None, true) => return self.waiting.push(effect),
            _ => None,
        };
        match (effect, handle) {
            (Effect::SetScore(score), _) => {
                // What the score names may have come just now.
                self.publish_now();
                if let Some(player) = &self.player {
                    player.set_score(score);
                }
            }
            (Effect::SetBank, _) => self.fresh_bank = true,
            (Effect::EngineRestarted, _) => {
                if let Some(player) = &self.player {
                    player.engine_restarted();
                }
            }
            (Effect::EndVoices { from_now_on }, _) => {
                if let Some(player) = &self.player {
                    player.end_voices(from_now_on);
                }
            }
            (Effect::Quit, _) => self.quit = true,
            (Effect::Scan { place, path }, _) => self.load(samples::scan(place, path, self.follower.clone())),
            (Effect::LoadSample { folder, place, path }, Some(handle)) => {
                self.load(samples::load(folder, place, path, handle));
            }
            (Effect::Record { path, orbits }, _) => self.record(path, orbits),
            (Effect::StopRecording, _) => {
                if let Some(recording) = self.recording.take() {
                    let to = self.to.clone();
                    tokio::spawn(async move {
                        let _ = to.send(Wire::Event(record::end(recording).await)).await;
                    });
                }
            }
            (Effect::LoadVoice(key), Some(handle)) => self.load(async move {
                let def = synth::compile(&key);
                match handle.load_def(&def.name, &def.bytes).await {
                    Ok(()) => Event::DefReady { name: def.name, controls: def.controls.into() },
                    Err(e) if e.is_passing() => Event::VoiceUnanswered { key, reason: e.to_string() },
                    Err(e) => Event::DefFailed { name: def.name, reason: e.to_string() },
                }
            }),
            (Effect::FreeVoice(name), Some(handle)) => {
                // An engine that is gone has forgotten it, too.
                tokio::spawn(async move { drop(handle.free_def(&name).await) });
            }
            (Effect::LoadSynthDef(path), _) => self.add_synthdefs(path),
            (Effect::FreeDef(name), Some(handle)) => drop(tokio::spawn(synthdefs::free(name, handle))),
            (Effect::FreeBuffer(num), Some(handle)) => drop(tokio::spawn(samples::free(num, handle))),
            // Those that need an engine wait above until there is one; SuperDirt needs nothing.
            (_, None) => {}
        }
    }

    pub(super) fn record(&self, path: PathBuf, orbits: Vec<OrbitId>) {
        let (to, handle) = (self.to.clone(), self.stage.as_ref().and_then(|s| s.engine.handle()));
        tokio::spawn(async move {
            let began = match handle {
                Some(handle) => record::begin(handle, path, orbits).await,
                None => Err(ServerError::Gone),
            };
            let _ = to.send(Wire::Recording(began)).await;
        });
    }

    /// Runs what takes time as a task; its event comes back.
    pub(super) fn load(&mut self, task: impl Future<Output = Event> + Send + 'static) {
        self.loading += 1;
        let to = self.to.clone();
        tokio::spawn(async move {
            let event = task.await;
            let _ = to.send(Wire::Loaded(event)).await;
        });
    }
}
