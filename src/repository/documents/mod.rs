//! Entities as JSON documents in a table that is made for them: nothing to write.

#[macro_use]
mod home;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "mysql")]
pub use mysql::MySqlDocuments;
#[cfg(feature = "postgres")]
pub use postgres::PostgresDocuments;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteDocuments;
