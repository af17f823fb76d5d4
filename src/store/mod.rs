//! Floor 2: where locks live.

mod announcer;
mod capabilities;
mod contract;
mod error;
mod memory;
mod reply;
mod request;
pub(crate) mod sharded;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub(crate) mod sql;
mod store_id;
mod wakeup;

pub use capabilities::StoreCapabilities;
pub use contract::{BatchFuture, LockStore, StoreFuture};
pub use error::{Outcome, StoreError, StoreErrorKind};
pub use memory::MemoryStore;
pub use reply::{
    AcquireReply, AskReply, ExtendReply, ForceReply, HeldKey, Holder, ReleaseReply, RotateReply,
};
pub use request::{Acquire, AskRelease, Extend, ForceRelease, Inspect, List, Release, Rotate};
#[cfg(feature = "mysql")]
pub use sql::MySqlStore;
#[cfg(feature = "postgres")]
pub use sql::PostgresStore;
#[cfg(feature = "sqlite")]
pub use sql::SqliteStore;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub use sql::{InvalidTableName, LockRows, SchemaMismatch, SqlOptions, TableName};
pub use store_id::StoreId;
pub use wakeup::{Wakeup, WakeupStream};
