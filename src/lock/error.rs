use std::time::Duration;

use super::InvalidOption;
use crate::{
    model::{InvalidDuration, InvalidKey, LockKey},
    store::{Holder, StoreError},
};

/// Why a lock was not acquired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// The service was shut down.
    #[error("the lock {key} was not acquired: this `Locks` service was shut down")]
    Closed {
        /// Which lock.
        key: LockKey,
    },
    /// What was given as its name is none.
    #[error("the lock has no valid key")]
    InvalidKey(#[from] InvalidKey),
    /// An option cannot be.
    #[error("the lock {key} was not acquired: its {option} is not valid")]
    InvalidOption {
        /// Which lock.
        key: LockKey,
        /// Which option, by the name of its method: `ttl`, `wait`, ..
        option: &'static str,
        /// What is wrong.
        source: InvalidOption,
    },
    /// There is no tokio runtime to wait in and to release from.
    #[error("the lock {key} was not acquired: call this inside a tokio runtime with its timer enabled")]
    NoRuntime {
        /// Which lock.
        key: LockKey,
    },
    /// The store could not say.
    #[error("the lock {key} was not acquired")]
    Store {
        /// Which lock.
        key: LockKey,
        /// What happened.
        source: StoreError,
    },
    /// Somebody else held it for as long as this was ready to wait.
    #[error(
        "the lock {key} is held by {}; {}{}",
        describe(holder), gave_up(*waited, *attempts), advise(*held_here, *same_task, holder)
    )]
    Timeout {
        /// Which lock.
        key: LockKey,
        /// How long this waited; zero for [`Wait::Never`](crate::Wait::Never).
        waited: Duration,
        /// How often the store was looked at for this waiter.
        attempts: u32,
        /// Who held it, as far as the store can say.
        holder: Option<Box<Holder>>,
        /// Whether that is a guard of this very service: pass it down instead of locking again.
        held_here: bool,
        /// Whether that guard was acquired by the very task that waited here: for itself, if it still has it. Only debug
        /// builds know.
        same_task: bool,
    },
}

impl AcquireError {
    /// Whether the store could not be asked or did not answer, so that asking again may help.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Store { source, .. } if source.is_retryable())
    }
}

/// Why a lock was not released.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// It had lapsed or was taken away: what was done under it was not protected to the end.
    #[error("the lock {key} was lost before it was released; a write that was saved in time stands")]
    Lost {
        /// Which lock.
        key: LockKey,
    },
    /// The store could not say. Where trying again may help, a release goes on in the background until the lease has
    /// lapsed.
    #[error(
        "the lock {key} may not be released yet; where that helps, this is tried again in the background"
    )]
    Store {
        /// Which lock.
        key: LockKey,
        /// What happened.
        source: StoreError,
    },
}

/// Why a lease was not extended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtendError {
    /// It cannot be extended by that; nothing was changed.
    #[error("the lock {key} was not extended: what was given is no ttl")]
    InvalidTtl {
        /// Which lock.
        key: LockKey,
        /// What is wrong with it.
        source: InvalidDuration,
    },
    /// It had lapsed or was taken away; a lapsed lease is not revived.
    #[error("the lock {key} was lost and cannot be extended; acquire it again")]
    Lost {
        /// Which lock.
        key: LockKey,
    },
    /// It never expires, so there is nothing to extend; nothing was changed.
    #[error("the lock {key} never expires and cannot be extended")]
    NeverExpires {
        /// Which lock.
        key: LockKey,
    },
    /// The store could not say; of the old deadline and the new one the earlier holds.
    #[error("the lock {key} may not have been extended; try again before its deadline")]
    Store {
        /// Which lock.
        key: LockKey,
        /// What happened.
        source: StoreError,
    },
}

/// Why a service did not end in order. It is ended all the same.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShutdownError {
    /// The limit is no length of time, so this did not wait; the releases go on in the background.
    #[error("the limit of the shutdown is not valid, so it was not waited for the releases")]
    InvalidLimit(#[from] InvalidDuration),
    /// There were still releases to send, or calls without an answer, when the time was up.
    #[error(
        "{unsettled} releases were not done within {waited:?}; what they would have freed ends with its ttl"
    )]
    Unsettled {
        /// How many.
        unsettled: usize,
        /// How long it had.
        waited: Duration,
    },
}

fn gave_up(waited: Duration, attempts: u32) -> String {
    let looks = if attempts == 1 { "look" } else { "looks" };
    if waited.is_zero() {
        "this did not wait".into()
    } else {
        format!("gave up after {waited:?} and {attempts} {looks} at the store")
    }
}

/// What to do about a holder within reach.
fn advise(held_here: bool, same_task: bool, holder: &Option<Box<Holder>>) -> String {
    let since = holder.as_ref().map(|holder| humantime::format_rfc3339_seconds(holder.since));
    let since = since.map_or_else(String::new, |since| format!(" since {since}"));
    match (held_here, same_task) {
        (false, _) => String::new(),
        (true, false) => format!(
            "; a guard of this very service holds it{since}: pass that guard down instead of locking again"
        ),
        (true, true) => format!(
            "; this very task has acquired it{since} and has waited for itself: pass its guard down instead of \
             locking again"
        ),
    }
}

fn describe(holder: &Option<Box<Holder>>) -> String {
    match holder {
        None => "somebody else".into(),
        Some(holder) => match holder.remaining {
            Some(left) => format!("{} (its lease ends in {left:?})", holder.label),
            None => format!("{} (its lease never ends)", holder.label),
        },
    }
}
