use std::time::Duration;

use super::TableName;

/// How a store, or a home of documents, uses its database: `PostgresStore::open_with(url, options)`.
///
/// ```
/// use lockproof::{SqlOptions, TableName};
///
/// let options = SqlOptions::new().table(TableName::new("billing.locks")?).create_table(false);
/// # Ok::<(), lockproof::InvalidTableName>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqlOptions {
    pub(crate) table: Option<TableName>,
    pub(crate) create_table: bool,
    pub(crate) statement_timeout: Duration,
    /// The same for SQLite, which has one writer at a time: who waits, waits for all.
    pub(crate) patience: Duration,
    pub(crate) max_connections: u32,
}

impl SqlOptions {
    /// The defaults: `lockproof_locks` or `lockproof_documents`, made if it is not there, 1 s for a statement (5 s in
    /// SQLite), 8 connections.
    pub fn new() -> Self {
        Self {
            table: None,
            create_table: true,
            statement_timeout: Duration::from_secs(1),
            patience: Duration::from_secs(5),
            max_connections: 8,
        }
    }

    /// The table's name.
    #[must_use]
    pub fn table(self, table: TableName) -> Self {
        Self { table: Some(table), ..self }
    }

    /// Whether a table that is not there is made when the store is opened; `true` unless it is said. Without it, opening
    /// needs no right to make tables, and fails if there is none.
    #[must_use]
    pub fn create_table(self, create: bool) -> Self {
        Self { create_table: create, ..self }
    }

    /// How long the server may take over one statement, waiting for a row that another transaction has included; 1 s
    /// unless it is said. It is there for what the service's own limit cannot end: work that goes on in the server after
    /// its client has given up.
    ///
    /// In SQLite it is how long a call puts up with other writers before it says that the database is busy; 5 s unless
    /// it is said.
    ///
    /// From a millisecond to 24 days, the most that PostgreSQL can count: what is less or more is taken for these.
    #[must_use]
    pub fn statement_timeout(self, limit: Duration) -> Self {
        const LEAST: Duration = Duration::from_millis(1);
        const MOST: Duration = Duration::from_secs(24 * 86_400);

        let limit = limit.clamp(LEAST, MOST);
        Self { statement_timeout: limit, patience: limit, ..self }
    }

    /// How many connections a pool that is made from a URL or path has at most; 8 unless it is said. One is enough for
    /// the store to work. (Beside them is one that listens while somebody waits.)
    #[must_use]
    pub fn max_connections(self, count: u32) -> Self {
        Self { max_connections: count.max(1), ..self }
    }
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self::new()
    }
}
