//! Floor 5: where entities live.

pub(crate) mod query;
mod storage;
mod tickets;

pub use query::{Condition, Direction, Field, FieldValue, Filter, Order, Query};
pub use storage::{Claimed, Inserted, Storage, Written};
pub use tickets::{Claim, Delete, Insert, Update};
