//! What samples may take of the engine's memory, and when a buffer's number is free again.
//!
//! In: buffers that the bank no longer names, what the player has acknowledged, the clock. Out: the
//! numbers that may be freed. Pure. A number is freed only after the player has taken a bank without
//! it, and the last voice that was planned before that has ended: no voice ever reads a buffer that
//! changes under it.

use crate::osc::{BufNum, Timetag};
use crate::plan::Report;

/// Most bytes of samples, unless asked otherwise: 1 GiB.
pub const MEMORY: u64 = 1 << 30;

/// What becomes of the first event of a sample that has not arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstHit {
    /// It is left out and counted.
    #[default]
    Skip,
    /// It is played when the sample comes, if that is within a second.
    Late,
}

/// What the performer allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of samples.
    pub memory: u64,
    /// Most samples: buffers of the engine.
    pub buffers: usize,
    /// Of a sample that has not arrived.
    pub first_hit: FirstHit,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: MEMORY, buffers: 4096, first_hit: FirstHit::Skip }
    }
}

/// How far a buffer is on its way out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// The bank without it has not been published.
    Kept,
    /// So many banks had been published when the first without it was.
    Published(u64),
    /// The player reads it no more; voices do until then.
    Sounding(Timetag),
}

/// Buffers on their way out.
#[derive(Debug, Default)]
pub(super) struct Leaving(Vec<(BufNum, Stage)>);

impl Leaving {
    /// The bank names this buffer no longer.
    pub fn add(&mut self, num: BufNum) {
        self.0.push((num, Stage::Kept));
    }

    /// How many are on their way.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The bank has been published, as the player's number `banks`.
    pub fn published(&mut self, banks: u64) {
        for (_, stage) in self.0.iter_mut().filter(|(_, s)| *s == Stage::Kept) {
            *stage = Stage::Published(banks);
        }
    }

    /// The player tells which bank it plays, and until when its voices sound.
    pub fn reported(&mut self, report: &Report, now: Timetag) {
        for (_, stage) in &mut self.0 {
            if let Stage::Published(banks) = *stage
                && report.banks >= banks
            {
                *stage = Stage::Sounding(report.voices_until.unwrap_or(now).max(now));
            }
        }
    }

    /// Takes out what nothing reads any more.
    pub fn free(&mut self, now: Timetag) -> Vec<BufNum> {
        let mut out = Vec::new();
        self.0.retain(|(num, stage)| {
            let over = matches!(stage, Stage::Sounding(until) if *until < now);
            if over {
                out.push(*num);
            }
            !over
        });
        out
    }
}

/// A size for people: `90 KiB`, `12 MiB`, `1.5 GiB`.
pub fn size(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    match mib {
        m if m < 1.0 => format!("{:.0} KiB", m * 1024.0),
        m if m < 10.0 => format!("{m:.1} MiB"),
        m if m < 1024.0 => format!("{m:.0} MiB"),
        m => format!("{:.1} GiB", m / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_for_people() {
        for (bytes, expected) in [
            (0, "0 KiB"),
            (90_000, "88 KiB"),
            (5 << 20, "5.0 MiB"),
            (900 << 20, "900 MiB"),
            (3 << 29, "1.5 GiB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
