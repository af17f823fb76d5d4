//! Locks in a table of MySQL or MariaDB.

mod acquire;
mod batch;
mod connection;
mod ensure;
pub(crate) mod errors;
mod ops;
mod patience;
mod prune;
mod schema;
mod values;

use std::{fmt, sync::Arc, time::Duration};

use sqlx::MySqlPool;

use self::{connection::Database, schema::Statements};
use crate::store::{SqlOptions, StoreError, StoreId, TableName, sql::contended::Contended};

/// Locks in a table of MySQL 8 or MariaDB 10.6, or a later one of either. Its clones share everything.
///
/// ```no_run
/// # async fn example() -> Result<(), lockproof::StoreError> {
/// let store = lockproof::MySqlStore::open("mysql://user:password@db.example/app").await?;
/// # Ok(())
/// # }
/// ```
///
/// Each call is made of single statements that are transactions of their own, so a process that is killed or stopped
/// half-way holds nobody up. Expiry is judged by the server's clock, whatever the time zone of a session. A key that was
/// once locked keeps its row, so that its token never falls; [`prune`](Self::prune) deletes those that are idle for long.
///
/// No statement waits for a row that another transaction has in hand, so they are in no deadlock, and a save that pins its
/// lock for long holds up nobody but those who want that very lock. A try that fails reads and writes nothing.
///
/// The server has no way to tell of a release: those who wait look again, after 5 milliseconds first and then up to each
/// 200, and when the holder's time is over.
///
/// A user whose password is checked by `caching_sha2_password`, as by default on MySQL 8, needs a connection with TLS or the
/// feature `mysql-rsa` of sqlx, which the application chooses. Time is the server's: a test with a paused clock needs
/// [`MemoryStore`](crate::MemoryStore).
#[derive(Clone)]
pub struct MySqlStore(Arc<Inner>);

struct Inner {
    id: StoreId,
    database: Database,
    table: TableName,
    sql: Statements,
    statement_timeout: Duration,
    contended: Contended,
}

impl MySqlStore {
    /// The table as SQL text, for those who make their tables themselves.
    pub const SCHEMA: &'static str = schema::SCHEMA;

    /// Connects to a server, making the table where it is not there; any number of processes may do so at once. The pool
    /// is the store's own.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the URL is another one's, user or password are wrong, a
    /// right is missing, there is no such database, it is read-only, or the table has other columns;
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable) if the server cannot be reached.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open(url: impl AsRef<str>) -> Result<Self, StoreError> {
        Self::open_with(url, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open_with(url: impl AsRef<str>, options: SqlOptions) -> Result<Self, StoreError> {
        let database = Database::open(url.as_ref(), &options).await?;
        Self::over(database, options).await
    }

    /// Uses a pool of the application's own, with its settings, making the table where it is not there.
    ///
    /// Locks need a connection for a moment only, but renewals must get one in time: leave the pool some to spare.
    ///
    /// # Errors
    /// As for [`open`](Self::open); also if its connections have `autocommit` off.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool(pool: MySqlPool) -> Result<Self, StoreError> {
        Self::from_pool_with(pool, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`from_pool`](Self::from_pool).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool_with(pool: MySqlPool, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::of_pool(pool).await?, options).await
    }

    async fn over(database: Database, options: SqlOptions) -> Result<Self, StoreError> {
        let table = options.table.unwrap_or_else(|| TableName::known("lockproof_locks"));
        let store = Self(Arc::new(Inner {
            id: StoreId::unique(),
            database,
            sql: Statements::over(&table, options.statement_timeout),
            table,
            statement_timeout: options.statement_timeout,
            contended: Contended::default(),
        }));
        match options.create_table {
            true => store.0.ensure_schema().await?,
            false => store.0.check_schema().await?,
        }
        Ok(store)
    }

    /// Makes the table if it is not there; does nothing if it is, and then needs no right to make one.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the right to make it is missing or the table has other
    /// columns.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.0.ensure_schema().await
    }

    /// Deletes the rows of locks that have been free for longer than `idle`, an hour at least, and says how many they
    /// were. A lock whose token is not below the server's clock keeps its row, so that no token falls.
    ///
    /// It goes through the table a thousand rows at a time and waits for nobody; run it each day, or never.
    ///
    /// # Errors
    /// [`StoreError`] if the server does not answer; what was deleted before stays deleted.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; some rows are deleted then, and others not yet.
    pub async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        self.0.prune(idle).await
    }
}

impl fmt::Debug for MySqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MySqlStore").field("at", &self.0.database.address()).finish_non_exhaustive()
    }
}
