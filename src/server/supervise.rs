//! The owner of the engine: watches over it, starts it again, leaves it.
//!
//! In: the engine's end, its lines, its silence; the word to stop. Out: notices, health, a new engine
//! that holds what the old one held. One task, which alone owns the processes; the receiver beside it
//! only reads the socket. It never touches the player: the senders' socket is connected to the new
//! engine and they go on.

use super::audio::Audio;
use super::boot::{Engine, Ground, Kind};
use super::core::{Core, Life};
use super::exchange::Wanted;
use super::notice::Notice;
use super::vitals::PERIOD;
use super::{Options, ServerError};
use crate::osc::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;

/// An engine that ran so long has earned a new budget of restarts.
const PROVEN: Duration = Duration::from_secs(300);
/// The pause before the first restart; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// See the module.
pub(super) struct Supervisor {
    pub ground: Ground,
    pub engine: Engine,
    pub lines: mpsc::Receiver<String>,
    pub stop: oneshot::Receiver<()>,
    pub generation: u32,
}

enum End {
    Stop,
    Died(String),
}

impl Supervisor {
    /// Until the word to stop (or the loss of the one who could say it), or until there is no engine.
    pub(super) async fn run(mut self) {
        let core = self.ground.core.clone();
        let mut used = 0;
        loop {
            let since = Instant::now();
            let reason = match self.live(&core).await {
                End::Stop => break,
                End::Died(reason) => reason,
            };
            if since.elapsed() > PROVEN {
                used = 0;
            }
            core.life.send_replace(Life::Away);
            core.vitals().alive = false;
            core.exchange.fail_all();
            core.notices.tell(Notice::Died(reason.clone()));
            tell_health(&core);
            let Some(engine) = self.recover(&core, &mut used, reason).await else {
                core.life.send_replace(Life::Ended);
                core.exchange.fail_all();
                return;
            };
            self.engine = engine;
        }
        core.life.send_replace(Life::Ended);
        core.exchange.fail_all();
        self.engine.leave(&core).await;
        core.set_pids(Vec::new());
    }

    /// As long as the engine lives.
    async fn live(&mut self, core: &Core) -> End {
        core.vitals().alive = true;
        let mut tick = tokio::time::interval(PERIOD);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let suspect = tokio::select! {
                _ = &mut self.stop => return End::Stop,
                reason = self.engine.ended() => return End::Died(reason),
                Some(line) = self.lines.recv() => {
                    core.line(line);
                    false
                }
                () = core.refused.notified() => true,
                _ = tick.tick() => {
                    if core.vitals().is_silent() {
                        return End::Died(format!("{} has not answered for 2 s", self.engine.kind.name()));
                    }
                    core.vitals().ask(Instant::now());
                    // Failing is the receiver's to see.
                    let _ = core.exchange.send(&Command::Status).await;
                    tell_health(core);
                    core.sent.refused.swap(false, Ordering::Relaxed)
                }
            };
            if suspect && let Some(reason) = self.is_gone(core).await {
                return End::Died(reason);
            }
        }
    }

    /// "Nobody listens" can be an answer to a packet sent to an engine before this one: ask again.
    async fn is_gone(&mut self, core: &Core) -> Option<String> {
        for _ in 0..5 {
            let waiter = core.exchange.expect(Wanted::Status);
            let _ = core.exchange.send(&Command::Status).await;
            tokio::select! {
                answer = waiter.within(Duration::from_millis(200)) => if answer.is_ok() {
                    return None;
                },
                reason = self.engine.ended() => return Some(reason),
            }
        }
        Some(format!("nobody listens at the port of {} any more", self.engine.kind.name()))
    }

    /// A new engine that holds what the old one held; none when there is none to be had, or on the
    /// word to stop.
    async fn recover(&mut self, core: &Arc<Core>, used: &mut u32, mut reason: String) -> Option<Engine> {
        let kind = self.engine.kind;
        if matches!(kind, Kind::Foreign(_)) {
            return self.reach_again(core, kind).await;
        }
        let mut audio = self.take_engine().bury().await;
        core.set_pids(Vec::new());
        while *used < self.ground.options.restarts {
            let pause = (FIRST_PAUSE * 2u32.saturating_pow(*used)).min(LONGEST_PAUSE);
            *used += 1;
            tokio::select! {
                _ = &mut self.stop => {
                    end_audio(audio).await;
                    return None;
                }
                () = tokio::time::sleep(pause) => {}
            }
            core.vitals().restarts += 1;
            match self.attempt(core, kind, audio.take()).await? {
                Ok(engine) => {
                    let restarts = core.vitals().restarts;
                    core.notices.tell(Notice::Restarted { restarts });
                    return Some(engine);
                }
                Err(error) => {
                    reason = error.to_string();
                    core.trouble(reason.clone());
                }
            }
        }
        end_audio(audio).await;
        if kind != Kind::Embedded {
            match self.attempt(core, Kind::Embedded, None).await? {
                Ok(engine) => {
                    *used = 0;
                    core.notices.tell(Notice::FellBack(reason));
                    return Some(engine);
                }
                Err(error) => reason = format!("{reason}; {error}"),
            }
        }
        core.notices.tell(Notice::Ended(reason));
        None
    }

    /// Boots and replays. The outer `None` is the word to stop.
    async fn attempt(
        &mut self,
        core: &Arc<Core>,
        kind: Kind,
        audio: Option<Audio>,
    ) -> Option<Result<Engine, ServerError>> {
        self.generation += 1;
        let (ground, lines) = (&self.ground, &mut self.lines);
        let raise = async {
            let mut engine = ground.boot(kind, audio).await?;
            let replayed = tokio::select! {
                replayed = core.replay() => replayed,
                _ = engine.ended() => Err(ServerError::Gone),
            };
            match replayed {
                Ok(()) => Ok(engine),
                Err(error) => {
                    engine.bury().await;
                    Err(error)
                }
            }
        };
        tokio::pin!(raise);
        loop {
            tokio::select! {
                _ = &mut self.stop => return None,
                // Its lines are read meanwhile: they say why a def was refused.
                Some(line) = lines.recv() => core.line(line),
                raised = &mut raise => {
                    if raised.is_ok() {
                        core.life.send_replace(Life::Ready(self.generation));
                    }
                    return Some(raised);
                }
            }
        }
    }

    /// An engine of others: its owner may start it again; we keep asking.
    async fn reach_again(&mut self, core: &Arc<Core>, kind: Kind) -> Option<Engine> {
        loop {
            tokio::select! {
                _ = &mut self.stop => return None,
                () = tokio::time::sleep(PERIOD) => {}
            }
            if let Ok(engine) = self.attempt(core, kind, None).await? {
                core.vitals().restarts += 1;
                let restarts = core.vitals().restarts;
                core.notices.tell(Notice::Restarted { restarts });
                return Some(engine);
            }
        }
    }

    /// The engine, for its burial; a stand-in that owns nothing takes its place until there is another.
    fn take_engine(&mut self) -> Engine {
        std::mem::replace(&mut self.engine, Engine::nobody())
    }
}

fn tell_health(core: &Core) {
    let health = core.vitals().health(Instant::now(), core.dropped());
    core.notices.tell(Notice::Health(health));
}

async fn end_audio(audio: Option<Audio>) {
    if let Some(audio) = audio {
        audio.end().await;
    }
}

/// Reads the socket for ever: nothing else may keep it from being drained.
pub(super) async fn receive(core: Arc<Core>) {
    let mut buffer = vec![0; 65_536];
    loop {
        if let Ok(replies) = core.exchange.receive(&mut buffer).await {
            for reply in replies {
                core.reply(reply);
            }
        } else {
            core.refused.notify_one();
            // Such errors come one for each packet sent, so this cannot spin; a broken socket could.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// What `auto` tries, best first.
pub(super) fn candidates(options: &Options) -> Vec<Kind> {
    use super::EngineChoice;
    match options.engine {
        EngineChoice::Auto => vec![Kind::Supernova, Kind::Scsynth, Kind::Embedded],
        EngineChoice::Supernova => vec![Kind::Supernova],
        EngineChoice::Scsynth => vec![Kind::Scsynth],
        EngineChoice::Embedded => vec![Kind::Embedded],
        EngineChoice::Osc(address) => vec![Kind::Foreign(address)],
        // SuperDirt is reached by `dirt`: it is nothing that could be supervised.
        EngineChoice::Dirt(_) => Vec::new(),
    }
}
