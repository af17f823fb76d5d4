//! What only a PostgreSQL server can do to a lock store. What every store must do is in `tests/conformance`.
#![cfg(feature = "postgres")]

mod calls;
mod connections;
mod contention;
mod hints;
mod opening;
mod outages;
mod pins;
mod rows;
