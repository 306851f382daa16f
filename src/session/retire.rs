//! SynthDefs of voices that no track uses any more: let go of when there are many.
//!
//! In: what looking ahead found to be needed, the clock. Out: the kinds of voices that leave the bank,
//! and later, when no bundle can name them any more, the names that the engine is to free. Pure.
//! A kind that is wanted again meanwhile stays in the engine.

use crate::osc::Timetag;
use crate::plan::Wants;
use crate::synth::VoiceKey;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Kinds of voices that an engine may hold: below scsynth's usual thousand, with room for a user's own.
const KEPT: usize = 800;
/// So many stay when some must go, so that not every evaluation has to look.
const LEFT: usize = 700;
/// Seconds after which nothing that was planned with the old bank is still to be played: the bank
/// reaches the player in some 20 ms, and what it planned waits for the latency, which is added.
const GRACE_S: f64 = 3.0;

/// Which kinds were used last, and what is on its way out.
#[derive(Debug, Default)]
pub(super) struct Retired {
    /// The number of the look at which a kind was needed last.
    kinds: HashMap<VoiceKey, u64>,
    looks: u64,
    leaving: Vec<(Arc<str>, Timetag)>,
}

impl Retired {
    /// What leaves the bank now that `wants` is needed: what was needed longest ago first.
    pub(super) fn looked(&mut self, wants: &Wants, now: Timetag, latency_s: f64) -> Vec<VoiceKey> {
        self.looks += 1;
        self.kinds.extend(wants.voices.iter().map(|key| (*key, self.looks)));
        if !self.leaving.is_empty() {
            let wanted: HashSet<String> = wants.voices.iter().map(VoiceKey::def_name).collect();
            self.leaving.retain(|(name, _)| !wanted.contains(&**name));
        }
        if self.kinds.len() <= KEPT {
            return Vec::new();
        }
        let looks = self.looks;
        let mut unused: Vec<(VoiceKey, u64)> =
            self.kinds.iter().map(|(key, look)| (*key, *look)).filter(|(_, look)| *look < looks).collect();
        unused.sort_by_cached_key(|(key, look)| (*look, key.def_name()));
        unused.truncate(self.kinds.len() - LEFT);
        let until = now.plus_s(GRACE_S + latency_s);
        for (key, _) in &unused {
            self.kinds.remove(key);
            self.leaving.push((key.def_name().into(), until));
        }
        unused.into_iter().map(|(key, _)| key).collect()
    }

    /// What the engine is to free now.
    pub(super) fn due(&mut self, now: Timetag) -> Vec<Arc<str>> {
        let due = |(_, until): &(Arc<str>, Timetag)| *until <= now;
        self.leaving.extract_if(.., |leaving| due(leaving)).map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{Modifier, Source, voice_key};

    /// Kind number `n`: each bit is a modifier.
    fn kind(n: usize) -> VoiceKey {
        let carried: Vec<&str> = Modifier::ALL
            .iter()
            .enumerate()
            .filter(|(bit, _)| n >> bit & 1 == 1)
            .map(|(_, m)| m.called_by()[0].name())
            .collect();
        voice_key(Source::Sample { channels: 1 }, |id| carried.contains(&id.name()))
    }

    fn wants(kinds: std::ops::Range<usize>) -> Wants {
        Wants { voices: kinds.map(kind).collect(), ..Wants::default() }
    }

    #[test]
    fn what_was_used_longest_ago_leaves_and_what_is_wanted_again_stays() {
        let (mut retired, now) = (Retired::default(), Timetag(1 << 40));
        assert!(retired.looked(&wants(0..600), now, 0.1).is_empty());
        assert!(retired.looked(&wants(600..800), now, 0.1).is_empty());
        let left: HashSet<VoiceKey> = retired.looked(&wants(500..801), now, 0.1).into_iter().collect();
        // 101 of the first 500, which are of one age.
        assert_eq!(left.len(), 101);
        assert!((500..801).all(|n| !left.contains(&kind(n))));
        assert!(retired.due(now.plus_s(3.0)).is_empty());
        let back = *left.iter().next().unwrap();
        let again = Wants { voices: [back].into(), ..Wants::default() };
        assert!(retired.looked(&again, now, 0.1).is_empty());
        let freed: HashSet<Arc<str>> = retired.due(now.plus_s(3.2)).into_iter().collect();
        assert_eq!(freed.len(), 100);
        assert!(!freed.contains(&*back.def_name()));
        assert!(retired.due(now.plus_s(9.0)).is_empty());
    }

    #[test]
    fn what_is_in_use_stays_however_much_it_is() {
        let (mut retired, now) = (Retired::default(), Timetag(1 << 40));
        assert!(retired.looked(&wants(0..1000), now, 0.1).is_empty());
    }
}
