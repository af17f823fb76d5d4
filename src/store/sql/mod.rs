//! Locks in a table of an SQL database: what the databases have in common, and a folder for each.

// With one database alone, some of what they share is not used.
#![cfg_attr(not(all(feature = "mysql", feature = "postgres", feature = "sqlite")), allow(dead_code))]

#[macro_use]
mod forward;
#[macro_use]
pub(crate) mod migrations;
#[macro_use]
pub(crate) mod statements;
pub(crate) mod batch;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
mod contended;
pub(crate) mod errors;
pub(crate) mod lock_rows;
pub(crate) mod making;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
mod options;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) mod patience;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod prune;
mod replies;
pub(crate) mod row;
mod schema_mismatch;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod table_name;

pub use lock_rows::LockRows;
#[cfg(feature = "mysql")]
pub use mysql::MySqlStore;
pub use options::SqlOptions;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use schema_mismatch::SchemaMismatch;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use table_name::{InvalidTableName, TableName};
