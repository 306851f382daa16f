//! The engine's notices on their way into the loop.
//!
//! In: the queue of notices, the player. Out: the next notice that is news to the session. Part of the
//! app's loop. Ends of voices, which come by the thousand, go straight to the player and wake nothing
//! else: how long a voice of a user's SynthDef rings is known to the engine alone.

use crate::player::PlayerHandle;
use crate::server::Notice;
use tokio::sync::mpsc;

/// The engine's next notice but for ends of voices; never, while there is no engine.
pub(super) async fn next(
    notices: Option<&mut mpsc::Receiver<Notice>>,
    player: Option<&PlayerHandle>,
) -> Option<Notice> {
    let Some(notices) = notices else { return std::future::pending().await };
    loop {
        match (notices.recv().await, player) {
            (Some(Notice::NodeEnded(id)), Some(player)) => player.voice_ended(id),
            (notice, _) => return notice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{Bank, Def, Layout, UserDef};
    use crate::osc::NodeId;
    use crate::pattern::{ControlMap, Pattern, Value};
    use crate::player::{self, Start};
    use crate::score::{Edit, Score};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    #[tokio::test]
    async fn ends_of_voices_reach_the_player_and_nobody_else() {
        let mut bank = Bank::empty(Layout::OWN);
        bank.defs.insert("x".into(), Def { controls: [].into() });
        bank.users.insert("x".into(), UserDef { def: "x".into(), ends: true, buses: [].into() });
        let mut sound = ControlMap::default();
        sound.set(crate::control::id::S, Value::text("x"));
        let once = Edit::Once(Pattern::pure(Value::Controls(sound)));
        let score = Score::new().apply(&[Edit::Cps(50.0), once], crate::time::Rational::ZERO);
        let voices = Arc::new(AtomicUsize::new(0));
        let seen = voices.clone();
        let player = player::start(Start {
            score: Arc::new(score),
            bank: Arc::new(bank),
            send: Box::new(|_, _| true),
            tell: Box::new(move |report| {
                seen.store(report.voices, Ordering::Relaxed);
                true
            }),
            latency_s: 0.0,
            needed_s: 0.0,
        })
        .unwrap();
        let wait = async |n| {
            let deadline = Instant::now() + Duration::from_secs(20);
            while voices.load(Ordering::Relaxed) != n {
                assert!(Instant::now() < deadline, "there are not {n} voices");
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        };
        // It rings on, long after its event of 20 ms, from when on ends are told of.
        let (to, mut from) = mpsc::channel(4);
        player.voice_ended(NodeId(1));
        wait(1).await;
        to.send(Notice::NodeEnded(NodeId(Layout::OWN.first_voice()))).await.unwrap();
        to.send(Notice::Trouble("news".into())).await.unwrap();
        assert_eq!(next(Some(&mut from), Some(&player)).await, Some(Notice::Trouble("news".into())));
        wait(0).await;
    }
}
