//! The one place where clocks are read: `tests/architecture` fails on a clock read anywhere else.
#![cfg_attr(not(test), expect(clippy::disallowed_methods, reason = "the one place where clocks are read"))]

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant, SystemTime},
};

/// A point on the boot-time clock, which also runs while the machine sleeps.
///
/// It is tokio's instant plus the time that the machine has slept, so it is right under a paused clock, outside
/// a runtime, and after a suspend. Only Linux tells how long a machine slept; elsewhere it is tokio's instant
/// alone, and a lease that lapses during a suspend is noticed by the store and by the fence, not locally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BootInstant(tokio::time::Instant);

impl BootInstant {
    pub(crate) fn now() -> Self {
        let awake = tokio::time::Instant::now();
        Self(awake + slept(awake))
    }

    /// The point `duration` later, or `None` past the end of the clock.
    pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// The point `duration` earlier, or `None` before the beginning of the clock.
    pub(crate) fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }

    /// The time from `earlier` to here; zero if `earlier` is later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }
}

/// The standard library's instant that is `left` away from now, for timers of others.
pub(crate) fn std_instant_in(left: Duration) -> Instant {
    tokio::time::Instant::now().into_std() + left
}

/// The wall clock, for people to read and for the start of a fencing token; never for expiry.
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// Microseconds of the wall clock since 1970.
pub(crate) fn wall_micros() -> u64 {
    let since = wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// How long this machine has slept since it booted, as far as this process has noticed.
///
/// Measured once a millisecond and thread at most, of the time that the machine is awake: that is how late a suspend is
/// noticed. Two clocks cannot be read at once: a thread that is descheduled in between sees them apart. What is less than
/// `JITTER` is therefore taken for that, and a larger step is measured again before it is believed.
fn slept(awake: tokio::time::Instant) -> Duration {
    static SLEPT_MICROS: AtomicU64 = AtomicU64::new(0);
    const JITTER: u64 = 5_000;
    const FRESH: Duration = Duration::from_millis(1);
    thread_local! {
        static MEASURED: Cell<Option<tokio::time::Instant>> = const { Cell::new(None) };
    }

    let known = SLEPT_MICROS.load(Relaxed);
    // Under a paused clock an earlier measurement may bear a later time.
    let is_fresh = MEASURED.get().is_some_and(|at| awake >= at && awake - at < FRESH);
    if !is_fresh {
        MEASURED.set(Some(awake));
        let mut measured = measure_slept_micros();
        for _ in 0..4 {
            if measured <= known + JITTER {
                return Duration::from_micros(known);
            }
            measured = measured.min(measure_slept_micros());
        }
        return Duration::from_micros(SLEPT_MICROS.fetch_max(measured, Relaxed).max(measured));
    }
    Duration::from_micros(known)
}

#[cfg(target_os = "linux")]
fn measure_slept_micros() -> u64 {
    use rustix::time::{ClockId, clock_gettime};

    let micros = |id| {
        let time = clock_gettime(id);
        time.tv_sec as i128 * 1_000_000 + time.tv_nsec as i128 / 1_000
    };
    let awake = micros(ClockId::Monotonic);
    let total = micros(ClockId::Boottime);
    u64::try_from(total - awake).unwrap_or(0)
}

#[cfg(not(target_os = "linux"))]
fn measure_slept_micros() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn follows_a_paused_clock() {
        let before = BootInstant::now();
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(BootInstant::now().since(before), Duration::from_secs(60));
    }

    #[test]
    fn never_goes_back_and_works_outside_a_runtime() {
        let mut last = BootInstant::now();
        for _ in 0..100_000 {
            let now = BootInstant::now();
            assert!(now >= last, "went back by {:?}", last.since(now));
            last = now;
        }
    }
}
