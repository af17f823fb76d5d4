use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    Ttl,
    clock::{self, BootInstant},
};

/// When a lease stops being ours, by this process's own clock.
///
/// It is counted from *before* the request was sent and a little short (1 % of the ttl and 2 ms, at most a quarter),
/// so that it passes here before the lock expires in the store. The clock also runs while the machine sleeps
/// (Linux; elsewhere see the crate's `ARCHITECTURE.md`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Option<BootInstant>);

impl Deadline {
    /// The deadline of a lease that never expires.
    pub const NEVER: Self = Self(None);
    /// The deadline of a lease that is known to be over.
    pub const PASSED: Self = Self(Some(BootInstant::FIRST));

    /// The deadline of a lease of `ttl` that is asked for now.
    pub fn after(ttl: Ttl) -> Self {
        Self::counted_from(BootInstant::now(), ttl)
    }

    /// The deadline of a lease of `ttl` that was asked for at `sent`.
    pub(crate) fn counted_from(sent: BootInstant, ttl: Ttl) -> Self {
        let Some(ttl) = ttl.as_duration() else { return Self::NEVER };
        Self(sent.checked_add(ttl - Self::margin(ttl)))
    }

    /// How much earlier than the store's it passes.
    pub(crate) fn margin(ttl: Duration) -> Duration {
        (ttl / 100 + Duration::from_millis(2)).min(ttl / 4)
    }

    /// When it passes, if it ever does and is not known to have passed.
    pub(crate) fn instant(self) -> Option<BootInstant> {
        self.0.filter(|at| *at > BootInstant::FIRST)
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        self.had_passed(BootInstant::now())
    }

    /// Whether it had passed by `now`: for those who have read the clock already.
    pub(crate) fn had_passed(self, now: BootInstant) -> bool {
        self.0.is_some_and(|at| at <= now)
    }

    /// The time left: zero once it has passed, `None` for a lease that never expires.
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|at| at.since(BootInstant::now()))
    }

    /// The earlier of two.
    pub(crate) fn earlier(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Some(one), Some(another)) => Self(Some(one.min(another))),
            (one, another) => Self(one.or(another)),
        }
    }

    /// The later one of the two.
    pub(crate) fn later(self, other: Self) -> Self {
        match (self.remaining(), other.remaining()) {
            (Some(left), Some(right)) if right <= left => self,
            (None, _) => self,
            _ => other,
        }
    }

    /// Completes when it has passed; never for a lease that never expires.
    ///
    /// # Cancel safety
    /// Waits only; can be dropped at any time.
    pub async fn passed(self) {
        // The runtime's timer stands still while the machine sleeps, so the clock is looked at every second.
        const LOOK: Duration = Duration::from_secs(1);
        loop {
            match self.remaining() {
                None => std::future::pending().await,
                Some(Duration::ZERO) => return,
                Some(left) => tokio::time::sleep(left.min(LOOK)).await,
            }
        }
    }

    /// As an instant of the standard library, for other people's timers; `None` for never.
    pub fn as_instant(self) -> Option<Instant> {
        self.remaining().map(clock::std_instant_in)
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.remaining() {
            None => f.write_str("Deadline(never)"),
            Some(left) => write!(f, "Deadline(in {left:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ttl(millis: u64) -> Ttl {
        Ttl::new(Duration::from_millis(millis)).expect("legal")
    }

    #[tokio::test(start_paused = true)]
    async fn passes_a_little_before_the_ttl() {
        let deadline = Deadline::after(ttl(10_000));
        assert_eq!(deadline.remaining(), Some(Duration::from_millis(10_000 - 100 - 2)));
        tokio::time::advance(Duration::from_millis(9_897)).await;
        assert!(!deadline.has_passed());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(deadline.has_passed());
    }

    #[tokio::test(start_paused = true)]
    async fn leaves_three_quarters_of_a_short_ttl() {
        assert_eq!(Deadline::after(ttl(4)).remaining(), Some(Duration::from_millis(3)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_century_does_not_overflow_and_never_never_passes() {
        let deadline = Deadline::after(Ttl::MAX);
        tokio::time::advance(Duration::from_secs(86_400 * 365)).await;
        assert!(!deadline.has_passed());
        assert!(!Deadline::after(Ttl::Never).has_passed());
        assert_eq!(Deadline::NEVER.remaining(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn passed_completes_at_the_deadline() {
        let start = tokio::time::Instant::now();
        Deadline::after(ttl(10_000)).passed().await;
        assert!(
            start.elapsed() >= Duration::from_millis(9_898) && start.elapsed() < Duration::from_millis(9_900)
        );
    }
}
