//! What is started once: the engine, the folders, the watcher of the set, the signals.
//!
//! In: the options. Out: tasks and threads whose findings come as events.

use super::{AppError, Engine, Performance, Wire, system};
use crate::config::places;
use crate::server::{EngineChoice, Server, dirt};
use crate::session::{Effect, Event};
use crate::watch::{Changed, Watcher};

impl Performance {
    pub(super) fn boot(&mut self) {
        let (to, options) = (self.to.clone(), self.options.server.clone());
        tokio::spawn(async move {
            let booted = match options.engine {
                EngineChoice::Dirt(address) => {
                    dirt::reach(address).map(|(dirt, sender, notices)| (Engine::Dirt(dirt), sender, notices))
                }
                _ => Server::start(options)
                    .await
                    .map(|(server, sender, notices)| (Engine::Server(server), sender, notices)),
            };
            let _ = to.send(Wire::Booted(Box::new(booted))).await;
        });
    }

    /// The folders of samples, then the SynthDefs.
    pub(super) fn scan_folders(&mut self) {
        for path in self.options.samples.clone() {
            let place = self.state.sounds.next_place();
            self.carry_out(Effect::Scan { place, path: places::expanded(&path) });
        }
        if let Some(folder) = self.options.synthdefs.clone() {
            self.first_synthdefs(places::expanded(&folder));
        }
    }

    pub(super) fn watch(&self) -> Result<Watcher, AppError> {
        let to = self.to.clone();
        let name = self.options.set.display().to_string();
        let tell = move |changed| {
            let event = match changed {
                Changed::Text(text) => Event::Saved(text),
                Changed::Missing => {
                    Event::SetLost(format!("{name} is gone; what plays plays on until it is back"))
                }
                Changed::Unreadable { reason } => Event::SetLost(reason),
            };
            // Nobody listens only when the program ends.
            let _ = to.blocking_send(Wire::Event(event));
        };
        Ok(Watcher::new(&self.options.set, self.state.set.text.clone(), tell)?)
    }

    /// SIGINT, SIGTERM and SIGHUP end the program tidily.
    pub(super) fn signals(&self) -> Result<(), AppError> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(system("waiting for signals"))?;
        let to = self.to.clone();
        let wait = move || {
            for _ in signals.forever() {
                let _ = to.blocking_send(Wire::Stop);
            }
        };
        std::thread::Builder::new()
            .name("oiduna-signals".into())
            .spawn(wait)
            .map_err(system("starting a thread"))?;
        Ok(())
    }
}
