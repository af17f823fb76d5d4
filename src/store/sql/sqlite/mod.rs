//! Locks in an SQLite file.

mod acquire;
mod batch;
pub(crate) mod connection;
pub(crate) mod errors;
mod line;
mod making;
mod ops;
mod prune;
pub(crate) mod schema;
mod wakeups;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use sqlx::{SqlitePool, sqlite::SqliteSynchronous};

use self::{connection::Database, line::Line, schema::Statements};
use crate::{
    model::Ttl,
    store::{
        SqlOptions, StoreError, StoreId, TableName,
        announcer::Announcer,
        sql::{
            contended::Contended,
            lock_rows::{Rows, sealed::HasRows},
            making::Making,
            migrations::Migrations,
        },
    },
};

/// Locks in an SQLite file, shared by the processes of one machine. Its clones share everything.
///
/// ```no_run
/// # async fn example() -> Result<(), lockproof::StoreError> {
/// let store = lockproof::SqliteStore::open("locks.db").await?;
/// # Ok(())
/// # }
/// ```
///
/// Each call is one statement in a transaction of its own, so a process that is killed half-way holds nobody up, and one
/// that is stopped (SIGSTOP, a debugger) all writers of the file until it goes on. Expiry is judged by the machine's wall
/// clock, in milliseconds, which is the same for all of its processes. A key that was once locked keeps its row, so that
/// its token never falls.
///
/// On a disk without room the WAL is written from its beginning again, so locks that are held can be renewed, released and
/// taken again; new keys are refused when the file itself would have to grow.
///
/// SQLite has one writer at a time. What this process writes stands in line here, and acquisitions that stand in line
/// together are done by one statement.
///
/// Waiters hear of releases in other processes within two milliseconds: while somebody waits, one connection looks at
/// `PRAGMA data_version`.
///
/// Not for network file systems, whose file locks SQLite cannot trust, and not for a file that is moved or replaced
/// while it is open. Time is the machine's: a test with a paused clock needs [`MemoryStore`](crate::MemoryStore).
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

struct Inner {
    id: StoreId,
    table: TableName,
    database: Arc<Database>,
    sql: Statements,
    schema: Migrations,
    contended: Contended,
    line: Line,
    releases: Announcer,
}

impl SqliteStore {
    /// Opens a file, making it and the table where they are not there; any number of processes may do so at once.
    ///
    /// The file is switched to WAL mode for good. Commits are not synced to the disk one by one: a lock taken in the
    /// last moment before a power failure may be gone after it, as are those who held it, and tokens rise all the same.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the directory is missing, the file is no SQLite file
    /// or cannot be written, or the table has other columns; [`Unavailable`](crate::StoreErrorKind::Unavailable) if
    /// the file stays locked for half a minute.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the file may have been made.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the file may have been made.
    pub async fn open_with(path: impl AsRef<Path>, options: SqlOptions) -> Result<Self, StoreError> {
        let database = Database::open(path.as_ref(), SqliteSynchronous::Normal, &options).await?;
        Self::over(database, options).await
    }

    /// Uses a pool of the application's own, with its settings, making the table where it is not there.
    ///
    /// WAL mode is recommended: without it a long read holds up every lock. Locks need a connection for a moment only,
    /// but renewals must get one in time: leave the pool some to spare.
    ///
    /// # Errors
    /// As for [`open`](Self::open); also for `:memory:` without a shared cache, where each connection has a database of
    /// its own.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool(pool: SqlitePool) -> Result<Self, StoreError> {
        Self::from_pool_with(pool, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`from_pool`](Self::from_pool).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool_with(pool: SqlitePool, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::of_pool(pool, &options)?, options).await
    }

    async fn over(database: Database, options: SqlOptions) -> Result<Self, StoreError> {
        let table = options.table.unwrap_or_else(TableName::locks);
        let schema = Migrations::over(&schema::SCHEMA, &table);
        database.set_up(&schema, options.create_table).await?;
        Ok(Self(Arc::new(Inner {
            id: StoreId::unique(),
            database: Arc::new(database),
            sql: Statements::over(&table),
            table,
            schema,
            contended: Contended::default(),
            line: Line::default(),
            releases: Announcer::default(),
        })))
    }

    /// Makes the table if it is not there, and brings one of an earlier version up to date; does nothing otherwise. Any
    /// number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the file cannot be written, or the table is not this
    /// crate's: the source is then a [`SchemaMismatch`](crate::SchemaMismatch).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.0.database.bring_up(&self.0.schema).await
    }

    schema_doors!(schema::SCHEMA);

    /// Deletes the rows of locks that nobody has had for longer than `idle`, and says how many they were.
    ///
    /// Each key that was ever locked keeps a row of some hundred bytes. Nothing deletes them by itself: a service whose
    /// keys have no end (orders, sessions) calls this now and then, say once a day, in one of its processes or in a job
    /// of its own. It goes through the table in short statements, beside all other work. No token falls by it: the next
    /// one is the clock's, which is higher, even if the clock is set back by up to `idle`.
    ///
    /// # Errors
    /// [`Rejected`](crate::StoreErrorKind::Rejected) if `idle` is shorter than an hour: the source is then an
    /// [`InvalidDuration`](crate::InvalidDuration). As for every call if the database is in the way; what was deleted
    /// until then stays deleted.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; what was deleted until then stays deleted.
    pub async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        self.0.prune(idle).await
    }
}

impl HasRows<sqlx::Sqlite> for SqliteStore {
    fn rows(&self) -> Rows<sqlx::Sqlite> {
        Rows { store: self.0.id, table: self.0.table.clone(), pool: self.0.database.pool().clone() }
    }
}

/// A ttl as SQL has it; `None` is never.
///
/// The clock counts whole milliseconds, so a lock may end up to one early. The holder's own deadline comes at least that
/// much earlier, but for the shortest ttls, which get one more.
fn millis(ttl: Ttl) -> Option<i64> {
    ttl.as_millis().map(|millis| if millis < 4 { millis + 1 } else { millis })
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.0.database.path()).finish_non_exhaustive()
    }
}
