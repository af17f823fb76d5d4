//! What only a file can do to a lock store. What every store must do is in `tests/conformance`.
#![cfg(feature = "sqlite")]

mod calls;
mod limits;
mod line;
mod pools;
mod prune;
mod schema;
mod sqlite;
mod sqlite_busy;
