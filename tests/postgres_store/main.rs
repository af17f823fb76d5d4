//! What only a PostgreSQL server can do to a lock store. What every store must do is in `tests/conformance`.
#![cfg(all(feature = "postgres", unix))]

mod calls;
mod connections;
mod contention;
mod hints;
mod opening;
mod outages;
mod pins;
mod rows;
