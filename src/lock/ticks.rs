use std::{num::NonZeroU32, time::Duration};

use super::options::Resolved;

/// When somebody who waits wants the store to be looked at, by itself or by the first in its line. All times are counted
/// from the beginning of its acquisition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticks {
    every: Duration,
    next: Duration,
    /// How many looks there may be; `None` for as many as fit into the wait.
    allowed: Option<NonZeroU32>,
    done: u32,
}

impl Ticks {
    /// `None` if neither attempts nor a delay is wished for.
    pub(super) fn wished_for(options: &Resolved) -> Option<Self> {
        const DELAY: Duration = Duration::from_millis(250);

        let Resolved { attempts: allowed, delay, .. } = options;
        if allowed.is_none() && delay.is_none() {
            return None;
        }
        let every = delay.unwrap_or(DELAY);
        // One that is not counted need not be made where it is known without it that the lock is held.
        let next = if allowed.is_some() { Duration::ZERO } else { every };
        Some(Self { every, next, allowed: *allowed, done: 0 })
    }

    /// The time from one look to the next.
    pub(super) fn every(&self) -> Duration {
        self.every
    }

    /// How long until the next look is due.
    pub(super) fn left(&self, elapsed: Duration) -> Duration {
        self.next.saturating_sub(elapsed)
    }

    /// Takes note of a look that was due.
    pub(super) fn count(&mut self, elapsed: Duration) {
        self.done = self.done.saturating_add(1);
        self.next = self.next.saturating_add(self.every);
        if self.next <= elapsed {
            // Those that were missed are not made up for.
            self.next = elapsed.saturating_add(self.every);
        }
    }

    /// How many looks were made, if they are counted.
    pub(super) fn counted(&self) -> Option<u32> {
        self.allowed.map(|_| self.done)
    }

    /// Whether the next look is the last.
    pub(super) fn is_last(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.done.saturating_add(1) >= allowed.get())
    }

    /// Whether no look is left.
    pub(super) fn used_up(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.done >= allowed.get())
    }
}
