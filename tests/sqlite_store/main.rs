//! What only a file can do to a lock store. What every store must do is in `tests/conformance`.
#![cfg(feature = "sqlite")]

#[path = "../support/calls.rs"]
#[allow(dead_code, reason = "the stores on servers need more of it")]
mod calls;
mod limits;
mod line;
mod pools;
mod prune;
mod schema;
mod sqlite;
mod sqlite_busy;
