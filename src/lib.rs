//! Locks on entities that the compiler can check.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate self as lockproof;

mod error;
mod lock;
mod log;
mod model;
mod proof;
mod repository;
mod store;

// The public interface is:
pub use crate::error::{Error, Result};
pub use crate::lock::{
    AcquireError, BuildError, ExtendError, Lease, Lock, LockOptions, Locks, LocksBuilder, ReleaseError,
    ShutdownError, Wait,
};
pub use crate::model::{
    Deadline, FencingToken, IntoLockKey, IntoTtl, InvalidDuration, InvalidKey, InvalidOwner, KeyPartWriter,
    Label, LockKey, LockKeyPart, Namespace, Owner, TokenExhausted, Ttl,
};
pub use crate::proof::{LockProof, Lockable, Locked, OpenMut, Persistent, ReadProof, Stored, Transient};
pub use crate::repository::{
    Claim, Claimed, Condition, Consuming, Delete, Direction, Field, FieldValue, Filter, FindError, Insert,
    InsertError, Inserted, KeepingGuard, KindTaken, LockError, Locking, MemoryStorage, OptionalLocking,
    Order, Query, Rejected, Repo, Repository, RepositoryExt, RepositoryFuture, SaveError, Storage, Update,
    Written,
};
pub use crate::store::{
    Acquire, AcquireReply, BatchFuture, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey, Holder,
    Inspect, List, LockStore, MemoryStore, Outcome, Release, ReleaseReply, Rotate, RotateReply,
    StoreCapabilities, StoreError, StoreErrorKind, StoreFuture, StoreId, Wakeup, WakeupStream,
};
#[cfg(feature = "sqlite")]
pub use crate::{repository::SqliteDocuments, store::SqliteStore};
#[cfg(feature = "macros")]
pub use lockproof_macros::{LockKeyPart, Lockable};

/// What the derives write; not for anybody else, and it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::proof::lockable::{IdField, NotClone, entity_key, key_part};
}
