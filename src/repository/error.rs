//! What can go wrong with an entity: one small type per operation, and `lockproof::Error` for all.

use crate::{
    lock::{AcquireError, AdminError},
    model::{FencingToken, InvalidKey, LockKey, TokenExhausted},
    store::StoreError,
};

/// Why an entity was not locked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The lock was not acquired.
    #[error(transparent)]
    Acquire(#[from] AcquireError),
    /// An id was given twice. Nothing was locked.
    #[error("{key} was to be locked twice at once; give each id once")]
    Duplicate {
        /// Which lock.
        key: LockKey,
    },
    /// The kind of the entity belongs to another type.
    #[error(transparent)]
    Kind(#[from] KindTaken),
    /// The lock was lost before the entity was loaded.
    #[error(
        "the lock {key} was lost before the entity was loaded; lock it again, with a longer ttl if that recurs"
    )]
    Lost {
        /// Which lock.
        key: LockKey,
    },
    /// No entity passes the filter.
    #[error("no `{kind}` matches the filter; `.optional()` on the lock makes that `None`")]
    NoneMatches {
        /// The kind of the entities.
        kind: &'static str,
    },
    /// There is no such entity. No lock is left behind.
    #[error("there is no {key}; `.optional()` on the lock makes that `None`")]
    NotFound {
        /// Which lock.
        key: LockKey,
    },
    /// The row's fence cannot be exceeded.
    #[error("{key} cannot be locked")]
    TokenExhausted {
        /// Which lock.
        key: LockKey,
        /// What is wrong with it.
        source: TokenExhausted,
    },
    /// A store could not say.
    #[error("{key} was not loaded")]
    Store {
        /// Which lock.
        key: LockKey,
        /// What happened.
        source: StoreError,
    },
    /// What is stored under this id has another one.
    #[error(
        "what is stored as {key} says that it is {}; the storage returns the wrong row, or the row was tampered with",
        found.as_ref().map_or("one without a key", |found| found.as_str())
    )]
    WrongEntity {
        /// Which lock.
        key: LockKey,
        /// The key of the id that the entity has.
        found: Option<LockKey>,
    },
    /// The array that was asked for has another length than the list of ids. No lock is left behind.
    #[error(
        "{entities} entities do not make an array of {places}; name as many guards as ids in \
         `let [..] = ..lock_all(&ids).array().await?`"
    )]
    WrongLength {
        /// How many entities there are.
        entities: usize,
        /// How many the array has.
        places: usize,
    },
}

/// Why an entity was not saved or deleted. Nothing was written, except perhaps in the cases of
/// [`Store`](Self::Store) with an unknown outcome and of [`InDoubt`](Self::InDoubt).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// Somebody else has locked and loaded the entity since: the lock had lapsed.
    #[error(
        "{key} was not written: a later holder of the lock has loaded it (fencing token {held_by_token} after \
         {token}); lock and load it again"
    )]
    Fenced {
        /// Which lock.
        key: LockKey,
        /// The token of the later holder.
        held_by_token: FencingToken,
        /// The token of this guard.
        token: FencingToken,
    },
    /// The guard was granted by another service.
    #[error(
        "{key} was not written: its guard comes from another `Locks` service (another store or namespace) than the \
         repository's; share one `Locks`"
    )]
    ForeignGuard {
        /// Which lock.
        key: LockKey,
    },
    /// The entity does not exist any more.
    #[error("{key} was not written: it was deleted since it was loaded")]
    Gone {
        /// Which lock.
        key: LockKey,
    },
    /// The entity has another id than the one that was locked.
    #[error(
        "{key} was not written: the entity in the guard has another id than the one that was locked; was it swapped \
         or replaced? (`#[lock(strict)]` on the entity makes that impossible)"
    )]
    IdentityChanged {
        /// Which lock.
        key: LockKey,
    },
    /// This write was not done, for the reason in `source`; whether an earlier one of the same guard was is not known.
    #[error(
        "{key} may have been written: whether an earlier write of this guard was done is not known, and this one was \
         not; lock and load it again, and look before the change is made once more"
    )]
    InDoubt {
        /// Which lock.
        key: LockKey,
        /// Why this write was not done.
        source: Box<Self>,
    },
    /// The kind of the entity belongs to another type.
    #[error(transparent)]
    Kind(#[from] KindTaken),
    /// The lock has lapsed.
    #[error(
        "{key} was not written: its lock has lapsed; lock and load it again, with a longer ttl if that recurs"
    )]
    Lost {
        /// Which lock.
        key: LockKey,
    },
    /// Somebody wrote the row without the lock, or with another guard of the same owner.
    #[error(
        "{key} was not written: somebody wrote it without the lock, or with another guard of the same owner (version \
         {found}, expected {expected}); lock and load it again"
    )]
    StaleVersion {
        /// Which lock.
        key: LockKey,
        /// The version that was loaded.
        expected: i64,
        /// The version of the row.
        found: i64,
    },
    /// The storage could not say. If the outcome is unknown, saving again with the same guard finds out.
    #[error("{key} may not have been written")]
    Store {
        /// Which lock.
        key: LockKey,
        /// What happened.
        source: StoreError,
    },
}

/// Why an entity was not inserted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InsertError {
    /// There is one with this id. Nothing was changed.
    #[error("{key} exists already; lock it to change it")]
    AlreadyExists {
        /// Its lock.
        key: LockKey,
    },
    /// The kind of the entity belongs to another type.
    #[error(transparent)]
    Kind(#[from] KindTaken),
    /// The id cannot make a lock key.
    #[error("the entity was not inserted: its id makes no lock key")]
    InvalidId(#[from] InvalidKey),
    /// An entity without an id of its own was not inserted, or the storage could not say.
    #[error("a `{kind}` with an id from its storage may not have been inserted")]
    NoId {
        /// The kind of the entity.
        kind: &'static str,
        /// What happened.
        source: StoreError,
    },
    /// The storage could not say.
    #[error("{key} may not have been inserted")]
    Store {
        /// Its lock.
        key: LockKey,
        /// What happened.
        source: StoreError,
    },
}

/// Why entities were not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The kind of the entity belongs to another type.
    #[error(transparent)]
    Kind(#[from] KindTaken),
    /// The storage could not say.
    #[error("reading `{kind}` entities failed")]
    Store {
        /// The kind of the entities.
        kind: &'static str,
        /// What happened.
        source: StoreError,
    },
}

/// Why an entity was not freed by force, or not in full.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForceError {
    /// The lock was not freed, or nobody can say.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The kind of the entity belongs to another type.
    #[error(transparent)]
    Kind(#[from] KindTaken),
    /// The lock is free, but its former holder may still write the row, until its own deadline.
    #[error(
        "the lock {key} is free, but its row may not have the token {token}, so that the former holder may still write \
         it; lock and load the entity once to keep it out"
    )]
    NotStamped {
        /// Which lock.
        key: LockKey,
        /// What the row was to be stamped with.
        token: FencingToken,
        /// What happened.
        source: StoreError,
    },
}

/// Two types of one service have the same kind, so their locks could not be told apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the kind {kind:?} of `{refused}` is that of `{taken_by}` already: their locks would be the same; write \
     `#[lock(kind = \"..\")]` above one of them"
)]
#[non_exhaustive]
pub struct KindTaken {
    /// The kind.
    pub kind: String,
    /// The type that has it.
    pub taken_by: &'static str,
    /// The type that came second.
    pub refused: &'static str,
}
