//! The machine's clocks, sleeping until a moment, and the thread's priority.
//!
//! The player's thread alone calls this. The system's calls that the standard library lacks are
//! wrapped here, each in a function of a few lines.

use crate::clock::Reading;
use crate::osc::Timetag;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds from 1900 (NTP) to 1970 (Unix).
const NTP_OFFSET_S: u64 = 2_208_988_800;

/// Above ordinary programs, below a JACK server and its clients (which take 60 to 70).
#[cfg(target_os = "linux")]
const FIFO_PRIORITY: i32 = 20;
#[cfg(target_os = "linux")]
const NICE: i32 = -15;

/// How far the thread was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// `SCHED_FIFO`.
    RealTime,
    /// A negative nice value.
    Nice,
    /// As any other thread: the system allows no more.
    Ordinary,
}

/// Reads both clocks. Monotonic time counts from `start`.
pub(super) fn reading(start: Instant) -> Reading {
    let monotonic = start.elapsed();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    let seconds = since.as_secs().wrapping_add(NTP_OFFSET_S);
    Reading { monotonic, ntp: Timetag((seconds << 32) | fraction) }
}

/// Sleeps until `deadline`. The rest is computed right before the sleep: a preemption between the two
/// is the only way to be later than an absolute sleep, and the measured lateness shows it.
pub(super) fn sleep_until(deadline: Instant) {
    let rest = deadline.saturating_duration_since(Instant::now());
    if rest > Duration::ZERO {
        std::thread::sleep(rest);
    }
}

/// Raises the calling thread as far as the system allows, and takes the slack out of its timers (the
/// kernel's default lets a sleep be 50 microseconds late, to save wake-ups).
#[cfg(target_os = "linux")]
pub(super) fn raise() -> Priority {
    #[expect(
        unsafe_code,
        reason = "three calls of the C library that take plain numbers, and one a struct of ours"
    )]
    // SAFETY: no pointer but that of `param`, which outlives its call; the rest only sets attributes
    // of the calling thread, and a refusal is an ordinary return value.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1_usize, 0_usize, 0_usize, 0_usize);
        let mut param: libc::sched_param = std::mem::zeroed();
        param.sched_priority = FIFO_PRIORITY;
        // Children of this thread (it has none) would be ordinary again.
        if libc::sched_setscheduler(0, libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK, &raw const param) == 0 {
            return Priority::RealTime;
        }
        // On Linux, 0 is the calling thread here too.
        if libc::setpriority(libc::PRIO_PROCESS, 0, NICE) == 0 {
            return Priority::Nice;
        }
    }
    Priority::Ordinary
}

/// Elsewhere the system's own way would need a library; sleeps are exact enough without.
#[cfg(not(target_os = "linux"))]
pub(super) fn raise() -> Priority {
    Priority::Ordinary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_go_forward_together() {
        let start = Instant::now();
        let a = reading(start);
        sleep_until(start + Duration::from_millis(30));
        let b = reading(start);
        assert!(b.monotonic >= Duration::from_millis(30));
        let ntp_s = b.ntp.since_s(a.ntp);
        let passed_s = b.monotonic.as_secs_f64() - a.monotonic.as_secs_f64();
        assert!((ntp_s - passed_s).abs() < 0.01, "{ntp_s}");
        // Between 2024 and the end of the NTP era.
        assert!((3_913_000_000.0..4_294_967_296.0).contains(&a.ntp.seconds()));
    }
}
