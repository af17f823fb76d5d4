//! Entities as JSON documents in a table that is made for them: nothing to write.

mod sqlite;
mod sqlite_schema;

pub use sqlite::SqliteDocuments;
