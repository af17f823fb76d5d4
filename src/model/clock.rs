//! The one place where clocks are read: `tests/architecture` fails on a clock read anywhere else.
#![cfg_attr(not(test), expect(clippy::disallowed_methods, reason = "the one place where clocks are read"))]

use std::{
    cell::Cell,
    num::NonZeroU64,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

/// A point on the boot-time clock, which also runs while the machine sleeps.
///
/// It is tokio's instant plus the time that the machine has slept, so it is right under a paused clock, outside
/// a runtime, and after a suspend. Only Linux tells how long a machine slept; elsewhere it is tokio's instant
/// alone, and a lease that lapses during a suspend is noticed by the store and by the fence, not locally.
///
/// It is a number of nanoseconds: every lock keeps several of them, and reads several more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BootInstant(NonZeroU64);

impl BootInstant {
    /// Before any other.
    pub(crate) const FIRST: Self = Self(NonZeroU64::MIN);

    pub(crate) fn now() -> Self {
        let awake = awake_nanos();
        Self(NonZeroU64::MIN.saturating_add(awake + slept_nanos(awake)))
    }

    /// The point `duration` later, or `None` past the end of the clock.
    pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(u64::try_from(duration.as_nanos()).ok()?).map(Self)
    }

    /// The point `duration` earlier.
    pub(crate) fn saturating_sub(self, duration: Duration) -> Self {
        let nanos = self.0.get().saturating_sub(nanos(duration));
        NonZeroU64::new(nanos).map_or(Self::FIRST, Self)
    }

    /// As a number that is the higher the later it is, and the time from one to the other in nanoseconds.
    pub(crate) fn as_nanos(self) -> u64 {
        self.0.get()
    }

    /// The time from `earlier` to here; zero if `earlier` is later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.get().saturating_sub(earlier.0.get()))
    }

    /// What the wall clock has shown then, in microseconds since 1970. It is read once a millisecond and thread at most:
    /// each lock wants to know.
    pub(crate) fn wall_micros(self) -> u64 {
        const FRESH: u64 = 1_000_000;
        thread_local! {
            static READ: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
        }

        let this = self.0.get();
        let (mut at, mut micros) = READ.get();
        if this.wrapping_sub(at) >= FRESH {
            (at, micros) = (Self::now().0.get(), wall_micros());
            READ.set((at, micros));
        }
        micros.saturating_add_signed((this.cast_signed() - at.cast_signed()) / 1000)
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

/// The wall clock at this many microseconds since 1970.
pub(crate) fn at_micros(micros: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

/// This time as microseconds since 1970.
pub(crate) fn micros_at(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// Microseconds of the wall clock since 1970.
pub(crate) fn wall_micros() -> u64 {
    micros_at(wall())
}

/// Nanoseconds of tokio's clock. They do not start at zero: a paused clock stands where it was paused, which may be
/// before anybody has asked.
fn awake_nanos() -> u64 {
    static START: LazyLock<tokio::time::Instant> = LazyLock::new(tokio::time::Instant::now);
    const AT_START: u64 = 1 << 60;

    let (now, start) = (tokio::time::Instant::now(), *START);
    match now.checked_duration_since(start) {
        Some(since) => AT_START + nanos(since),
        None => AT_START - nanos(start - now),
    }
}

/// Up to 292 years; no clock of a process gets there.
fn nanos(duration: Duration) -> u64 {
    duration.as_secs() * 1_000_000_000 + u64::from(duration.subsec_nanos())
}

/// How long this machine has slept since it booted, as far as this process has noticed.
///
/// Measured once a millisecond and thread at most, of the time that the machine is awake: that is how late a suspend is
/// noticed. Two clocks cannot be read at once: a thread that is descheduled in between sees them apart. What is less than
/// `JITTER` is therefore taken for that, and a larger step is measured again before it is believed.
fn slept_nanos(awake: u64) -> u64 {
    static SLEPT: AtomicU64 = AtomicU64::new(0);
    const JITTER: u64 = 5_000_000;
    const FRESH: u64 = 1_000_000;
    thread_local! {
        static MEASURED: Cell<u64> = const { Cell::new(0) };
    }

    let known = SLEPT.load(Relaxed);
    // Under a paused clock an earlier measurement may bear a later time: the difference is then huge.
    if awake.wrapping_sub(MEASURED.get()) < FRESH {
        return known;
    }
    MEASURED.set(awake);
    let mut measured = measure_slept_nanos();
    for _ in 0..4 {
        if measured <= known + JITTER {
            return known;
        }
        measured = measured.min(measure_slept_nanos());
    }
    SLEPT.fetch_max(measured, Relaxed).max(measured)
}

#[cfg(target_os = "linux")]
fn measure_slept_nanos() -> u64 {
    use rustix::time::{ClockId, clock_gettime};

    let nanos = |id| {
        let time = clock_gettime(id);
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    };
    let awake = nanos(ClockId::Monotonic);
    let total = nanos(ClockId::Boottime);
    u64::try_from(total - awake).unwrap_or(0)
}

#[cfg(not(target_os = "linux"))]
fn measure_slept_nanos() -> u64 {
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
