use std::time::Duration;

use crate::model::{InvalidDuration, InvalidOwner};

/// What is wrong with an option of a lock.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOption {
    /// A length of time cannot be.
    #[error(transparent)]
    Duration(#[from] InvalidDuration),
    /// It would be kept alive for less than its ttl.
    #[error(
        "a lease of {ttl:?} cannot be kept alive for {max_hold:?} at most; use a shorter ttl or a longer `max_hold`"
    )]
    HoldTooShort {
        /// What was given, or what the service has.
        max_hold: Duration,
        /// What was given, or what the service has.
        ttl: Duration,
    },
    /// Something that has to end was given as never.
    #[error("this has to end; give it a `Duration`, or text like \"250ms\"")]
    Never,
    /// A lock that never expires is to be kept alive.
    #[error(
        "a lock that never expires needs no keeping alive; leave out `keep_alive`, or give it a ttl that ends"
    )]
    NeverKeptAlive,
    /// No attempts were allowed.
    #[error("0 attempts would never look; `try_acquire` and `Wait::Never` are for one look")]
    NoAttempts,
    /// An adoption without an owner.
    #[error("only a lock with an owner of its own can be adopted; say whose it is with `.owner(..)`")]
    NoSeat,
    /// An owner cannot be.
    #[error(transparent)]
    Owner(#[from] InvalidOwner),
    /// A seat is to be kept alive.
    #[error(
        "a lock with an owner of its own outlives its guards and cannot be kept alive by one; leave out `keep_alive`, \
         and extend it while its owner is there"
    )]
    SeatKeptAlive,
}
