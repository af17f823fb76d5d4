//! What only a server of MySQL or MariaDB can do to a lock store. What every store must do is in `tests/conformance`.
#![cfg(all(feature = "mysql", unix))]

mod calls;
mod connections;
mod contention;
mod opening;
mod pins;
mod rows;
mod sessions;
