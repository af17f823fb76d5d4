//! Floor 5: where entities live.

#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod documents;
mod error;
mod force;
mod forward;
mod futures;
mod insert_with;
mod load;
mod load_all;
mod memory_storage;
pub(crate) mod query;
mod repo;
#[allow(clippy::module_inception, reason = "the file is named after its trait")]
mod repository;
mod repository_ext;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod sql;
mod storage;
mod tickets;
mod write;

#[cfg(feature = "mysql")]
pub use documents::MySqlDocuments;
#[cfg(feature = "postgres")]
pub use documents::PostgresDocuments;
#[cfg(feature = "sqlite")]
pub use documents::SqliteDocuments;
pub use error::{FindError, ForceError, InsertError, KindTaken, LockError, SaveError};
pub use futures::{
    Consuming, KeepingGuard, Locking, LockingAll, LockingArray, OptionalLocking, Rejected, RepositoryFuture,
};
pub use insert_with::{InsertWith, InsertedWith, Made, MakeEntity};
pub use memory_storage::MemoryStorage;
pub use query::{Condition, Direction, Field, FieldValue, Filter, Order, Query};
pub use repo::Repo;
pub use repository::Repository;
pub use repository_ext::{RepositoryExt, Scoped};
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub use sql::{InvalidTable, Pooled, SqlDatabase, SqlFuture, SqlTable, SqlTableBuilder, SqlValue};
pub use storage::{Claimed, Inserted, Storage, Written};
pub use tickets::{Claim, Delete, Insert, Update};
#[cfg(feature = "testing")]
pub(crate) use tickets::{Expected, Row};
