//! Locks on entities that the compiler can check.
//!
//! [`Repository::save`] takes a [`Locked`]`<`[`Persistent`]`<T>>`, and only *lock, then load* makes one. So a write that
//! was not locked does not compile. What the compiler cannot know, whether the lock is still held, is checked in the
//! write: a write whose lock has lapsed is refused by the database.
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use lockproof::{Lockable, Locked, Locks, MemoryStorage, Repository, Transient};
//!
//! #[derive(Lockable, Clone)]
//! struct Seat {
//!     #[lock(id)]
//!     number: u32,
//!     guest: Option<String>,
//! }
//!
//! let locks = Locks::memory();
//! let seats = locks.repository(MemoryStorage::new());
//! seats.insert(Transient::new(Seat { number: 7, guest: None })).await?;
//!
//! let mut seat = seats.lock(&7).await?; // lock, then load
//! seat.guest = Some("Ada".into()); // only a locked entity can be changed
//! seats.save(&mut seat).await?; // only a locked entity can be saved
//! Locked::release(seat).await?; // or drop it: then the release goes on in the background
//! # Ok::<(), lockproof::Error>(()) }).unwrap(); }
//! ```
//!
//! # Where to begin
//!
//! - Locks by name: [`Locks::lock`] gives a [`Lock`], and that a [`Lease`], or [runs](Lock::run) code under it.
//! - How to wait and how to hold: [`LockOptions`]; every lock has the same ones.
//! - Who holds what: [`Lock::state`], [`Lock::ask_release`], [`Lock::force_release`], [`Locks::list`].
//! - Entities: [`Lockable`] (derive it), [`Locks::repository`], [`Repository`] and [`RepositoryExt::with_lock`].
//! - Signatures that demand a lock: `&mut Locked<Persistent<T>>`, or `&mut impl` [`LockProof`]`<T>`.
//! - Where locks live: [`MemoryStore`], `SqliteStore`, `PostgresStore`, `MySqlStore`, or a [`LockStore`] of one's own.
//! - Where entities live: [`MemoryStorage`]; JSON documents in `SqliteDocuments`, `PostgresDocuments`, `MySqlDocuments`; a
//!   table of one's own as an `SqlTable`; or whatever is a [`Storage`].
//! - What can go wrong: [`Error`], with a type for each operation behind it, and how `?` gets to a type of one's own.
//!
//! A lease whose ttl is named is fixed: it ends with that unless [`Lease::extend`] or [`Locked::extend`] is called. One that
//! names no ttl is kept alive while its guard is there, for ten minutes at most ([`LockOptions::max_hold`]).
//!
//! # Features
//!
//! | feature | default | what it brings |
//! |---|---|---|
//! | `macros` | yes | `#[derive(Lockable)]` and `#[derive(LockKeyPart)]` |
//! | `tracing` | yes | log lines through `tracing` |
//! | `serde` | no | `Serialize` for entities and values |
//! | `sqlite` | no | `SqliteStore`, `SqliteDocuments`, `SqlTable`; brings `serde` and `sqlx` |
//! | `postgres` | no | `PostgresStore`, `PostgresDocuments`, `SqlTable`; brings `serde` and `sqlx` |
//! | `mysql` | no | `MySqlStore`, `MySqlDocuments`, `SqlTable`, for MySQL 8 and MariaDB; brings `serde` and `sqlx` |
//! | `testing` | no | the module `testing`: what every store must do, as tests, and stores that fail as they are told |
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate self as lockproof;

mod error;
mod lock;
mod log;
mod model;
mod proof;
mod repository;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

// The public interface is:
pub use crate::error::{Error, Result};
pub use crate::lock::{
    AcquireError, AdminError, BuildError, ExtendError, Extending, IntoExtension, IntoWait, InvalidOption,
    Lease, Lock, LockFuture, LockOptions, LockState, Locks, LocksBuilder, OnLost, OnStoreError, ReleaseError,
    Retry, RunError, ShutdownError, Wait,
};
pub use crate::model::{
    Deadline, FencingToken, IntoLockKey, IntoOwner, IntoTtl, InvalidDuration, InvalidKey, InvalidOwner,
    KeyPartWriter, Label, LockKey, LockKeyPart, Namespace, Owner, TokenExhausted, Ttl,
};
pub use crate::proof::{LockProof, Lockable, Locked, OpenMut, Persistent, ReadProof, Stored, Transient};
pub use crate::repository::{
    Claim, Claimed, Condition, Consuming, Delete, Direction, Field, FieldValue, Filter, FindError,
    ForceError, Insert, InsertError, InsertWith, Inserted, InsertedWith, KeepingGuard, KindTaken, LockError,
    Locking, LockingAll, LockingArray, Made, MakeEntity, MemoryStorage, OptionalLocking, Order, Query,
    Rejected, Repo, Repository, RepositoryExt, RepositoryFuture, SaveError, Scoped, Storage, Update, Written,
};
pub use crate::store::{
    Acquire, AcquireReply, AskRelease, AskReply, BatchFuture, Extend, ExtendReply, ForceRelease, ForceReply,
    HeldKey, Holder, Inspect, List, LockStore, MemoryStore, Outcome, Release, ReleaseReply, Rotate,
    RotateReply, StoreCapabilities, StoreError, StoreErrorKind, StoreFuture, StoreId, Wakeup, WakeupStream,
};
#[cfg(feature = "mysql")]
pub use crate::{repository::MySqlDocuments, store::MySqlStore};
#[cfg(feature = "postgres")]
pub use crate::{repository::PostgresDocuments, store::PostgresStore};
#[cfg(feature = "sqlite")]
pub use crate::{repository::SqliteDocuments, store::SqliteStore};
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub use crate::{
    repository::{InvalidTable, Pooled, SqlDatabase, SqlFuture, SqlTable, SqlTableBuilder, SqlValue},
    store::{InvalidTableName, LockRows, SchemaMismatch, SqlOptions, TableName},
};
#[cfg(feature = "macros")]
pub use lockproof_macros::{LockKeyPart, Lockable};

/// What the derives write; not for anybody else, and it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::proof::lockable::{IdField, NotClone, entity_key, key_part};
}

#[cfg(all(doctest, feature = "macros", feature = "postgres", feature = "sqlite"))]
#[doc = include_str!("../README.md")]
struct Readme;
