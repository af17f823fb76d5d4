//! Locks in a table of an SQL database: what the databases have in common, and a folder for each.

#[macro_use]
mod forward;
#[macro_use]
pub(crate) mod statements;
pub(crate) mod batch;
pub(crate) mod errors;
mod options;
pub(crate) mod row;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod table_name;

pub use options::SqlOptions;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use table_name::{InvalidTableName, TableName};
