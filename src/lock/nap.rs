//! How long a waiter sleeps before it looks again.

use std::time::Duration;

/// What a waiter sleeps for; it is woken when that is known to have come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    /// The store is back: it has failed for the n-th time in a row.
    Back(u32),
    /// The lock is free: it is held for this long, if nobody says otherwise (`None` for ever).
    Free(Option<Duration>),
    /// A call of this service about the key is answered.
    Settled,
}

impl Until {
    /// When the lock comes free if nobody says otherwise, and a little later so that not all look at once.
    pub(super) fn expiry(self) -> Option<Duration> {
        match self {
            Self::Free(remaining) => {
                remaining.map(|left| left.saturating_add(Duration::from_millis(fastrand::u64(1..=10))))
            }
            Self::Back(_) | Self::Settled => None,
        }
    }
}

/// How long to sleep at most, whatever one waits for.
pub(super) const CAP: Duration = Duration::from_secs(2);

/// How often to look at least where nobody says that a lock has come free.
const POLL: Duration = Duration::from_millis(200);
/// The same at most, with the jitter.
pub(super) fn longest_poll() -> Duration {
    POLL.mul_f64(JITTER.1)
}

/// By what a pause is multiplied, at random: pollers would fall into step otherwise.
const JITTER: (f64, f64) = (0.75, 1.25);

/// How long to sleep at most, the `polls`-th time.
pub(super) fn nap(until: Until, polls: u32, listening: bool) -> Duration {
    const BACK_OFF: Duration = Duration::from_secs(1);

    match until {
        Until::Back(failures) => jittered(doubled(Duration::from_millis(50), failures, BACK_OFF)),
        Until::Free(_) => {
            let poll = doubled(Duration::from_millis(5), polls, POLL);
            let cap = if listening { CAP } else { jittered(poll) };
            until.expiry().map_or(cap, |expiry| expiry.min(cap))
        }
        Until::Settled => CAP,
    }
}

/// `first`, twice as much each time, up to `most`.
pub(super) fn doubled(first: Duration, times: u32, most: Duration) -> Duration {
    first.saturating_mul(1 << times.saturating_sub(1).min(16)).min(most)
}

fn jittered(delay: Duration) -> Duration {
    let (least, most) = JITTER;
    delay.mul_f64(least + fastrand::f64() * (most - least))
}
