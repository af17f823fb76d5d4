//! What a store answers. A failure to answer is a [`StoreError`](super::StoreError), never one of these.

use std::time::{Duration, SystemTime};

use crate::model::{FencingToken, Label, LockKey, Owner};

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The owner as the store compares it.
    pub owner: Owner,
    /// Who that is, for people.
    pub label: Label,
    /// The token of the grant.
    pub token: FencingToken,
    /// When the lock was granted, by the store's clock.
    pub since: SystemTime,
    /// The time until it expires; `None` for a lock that never does.
    pub remaining: Option<Duration>,
    /// The reason, if somebody has [asked](super::AskRelease) this holder to let go; the last one, if many have.
    pub asked: Option<Label>,
}

impl Holder {
    /// A holder whom nobody has asked to let go.
    pub fn new(
        owner: Owner,
        label: Label,
        token: FencingToken,
        since: SystemTime,
        remaining: Option<Duration>,
    ) -> Self {
        Self { owner, label, token, since, remaining, asked: None }
    }

    /// The same holder, asked to let go for this reason.
    #[must_use]
    pub fn with_asked(self, asked: Option<Label>) -> Self {
        Self { asked, ..self }
    }
}

/// The answer to [`Acquire`](super::Acquire).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcquireReply {
    /// It is the owner's, under this token.
    Granted {
        /// Higher than the token of any grant before, unless the owner held it already.
        token: FencingToken,
    },
    /// Somebody else holds it.
    Held {
        /// The time until it expires; `None` for a lock that never does.
        remaining: Option<Duration>,
        /// Who that is, if the store can say.
        holder: Option<Holder>,
    },
}

/// The answer to [`Extend`](super::Extend).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtendReply {
    /// It stands for the ttl from now.
    Extended {
        /// The reason, if somebody has [asked](super::AskRelease) for the lock since it was granted.
        asked: Option<Label>,
    },
    /// It is not, or no longer, this owner's.
    NotHeld,
}

/// The answer to [`Release`](super::Release).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReleaseReply {
    /// It was, or is no longer, this owner's.
    NotHeld,
    /// It is free.
    Released,
}

/// The answer to [`Rotate`](super::Rotate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RotateReply {
    /// It is the new owner's, under this token.
    Granted {
        /// Higher than the token before.
        token: FencingToken,
    },
    /// Neither owner holds it.
    NotHeld,
}

/// The answer to [`ForceRelease`](super::ForceRelease).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForceReply {
    /// It is free, and its next token will be above this one, which is above the evicted holder's.
    Forced {
        /// What to stamp the row with, so that the evicted holder can no longer write.
        token: FencingToken,
    },
    /// Nobody held it.
    NotHeld,
}

/// The answer to [`AskRelease`](super::AskRelease).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskReply {
    /// The holder learns of it when it next extends the lock.
    Asked,
    /// Nobody held it.
    NotHeld,
}

/// One line of [`List`](super::List).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldKey {
    /// Which lock.
    pub key: LockKey,
    /// Who holds it.
    pub holder: Holder,
}

impl HeldKey {
    /// A line.
    pub fn new(key: LockKey, holder: Holder) -> Self {
        Self { key, holder }
    }
}
