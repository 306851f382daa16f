//! From frames to NTP time: which moment the first frame of a block of sound belongs to.
//!
//! In: measurements, one for each block, jittering with the scheduling of threads. Out: times that
//! advance smoothly with the sound card's own clock, follow the system's clock slowly (so that the two
//! never drift apart) and never go back; only a step of the system's clock moves them at once. Pure.

use crate::osc::Timetag;

/// How much of the error each block mends: with 100 blocks a second, the mean over about a second.
const GAIN: f64 = 0.01;
/// Beyond this, seconds, the system's clock has been stepped or the machine has slept: jump.
const STEP_S: f64 = 0.05;
/// Mending never moves a time by more than this part of the block's length, so time never goes back.
const MOST: f64 = 0.5;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct FrameClock {
    rate: f64,
    next: Option<Timetag>,
}

impl FrameClock {
    /// For sound of `rate` frames per second.
    pub(super) fn new(rate: f64) -> Self {
        Self { rate, next: None }
    }

    /// The time of the first of `frames` frames, which are measured to be heard from `measured` on.
    pub(super) fn at(&mut self, measured: Timetag, frames: usize) -> Timetag {
        let length = frames as f64 / self.rate;
        let start = match self.next {
            Some(predicted) => {
                let error = measured.since_s(predicted);
                if error.abs() > STEP_S {
                    measured
                } else {
                    predicted.plus_s((error * GAIN).clamp(-length * MOST, length * MOST))
                }
            }
            None => measured,
        };
        self.next = Some(start.plus_s(length));
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timetag = Timetag(3_950_000_000 << 32);
    const FRAMES: usize = 256;
    const RATE: f64 = 48_000.0;

    /// The errors of the clock against the true times, after it has settled, for a card whose clock is
    /// off by `drift` and measurements that jitter by up to `jitter_s`.
    fn errors(drift: f64, jitter_s: f64) -> Vec<f64> {
        let mut clock = FrameClock::new(RATE);
        let mut last = Timetag(0);
        let mut errors = Vec::new();
        for n in 0..4000u32 {
            let truth = START.plus_s(f64::from(n) * FRAMES as f64 / (RATE * (1.0 + drift)));
            // A fixed sequence without a pattern that the filter could follow.
            let noise = f64::from(n.wrapping_mul(2_654_435_761) >> 8) / f64::from(1u32 << 24);
            let time = clock.at(truth.plus_s(noise * jitter_s), FRAMES);
            assert!(time > last, "time went back");
            last = time;
            if n > 1000 {
                errors.push(time.since_s(truth) - jitter_s / 2.0);
            }
        }
        errors
    }

    #[test]
    fn jitter_is_smoothed_and_drift_is_followed() {
        let worst = |e: Vec<f64>| e.into_iter().fold(0.0f64, |w, x| w.max(x.abs()));
        // 5 ms of jitter become less than half a millisecond.
        assert!(worst(errors(0.0, 0.005)) < 0.0005);
        // A card that is off by 100 ppm stays within 0.1 ms for ever.
        assert!(worst(errors(1e-4, 0.0)) < 0.0001);
        assert!(worst(errors(-1e-4, 0.005)) < 0.0006);
    }

    #[test]
    fn a_step_is_taken_at_once() {
        let mut clock = FrameClock::new(RATE);
        clock.at(START, FRAMES);
        let stepped = START.plus_s(10.0);
        assert_eq!(clock.at(stepped, FRAMES), stepped);
        let back = START.plus_s(-10.0);
        assert_eq!(clock.at(back, FRAMES), back);
    }
}
