//! Floor 5: where entities live.

#[cfg(feature = "sqlite")]
mod documents;
mod memory_storage;
pub(crate) mod query;
mod storage;
#[cfg(test)]
mod storage_cases;
mod tickets;

#[cfg(feature = "sqlite")]
pub use documents::SqliteDocuments;
pub use memory_storage::MemoryStorage;
pub use query::{Condition, Direction, Field, FieldValue, Filter, Order, Query};
pub use storage::{Claimed, Inserted, Storage, Written};
pub use tickets::{Claim, Delete, Insert, Update};
