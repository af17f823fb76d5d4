//! Locks in a table of MySQL or MariaDB.

mod acquire;
mod batch;
pub(crate) mod connection;
pub(crate) mod errors;
mod making;
mod ops;
mod patience;
mod prune;
pub(crate) mod schema;
mod values;

use std::{fmt, sync::Arc, time::Duration};

use sqlx::MySqlPool;

use self::{connection::Database, schema::Statements};
use crate::store::{
    SqlOptions, StoreError, StoreId, TableName,
    sql::{
        contended::Contended,
        lock_rows::{Rows, sealed::HasRows},
        making::Making,
        migrations::Migrations,
    },
};

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
/// lock for long holds up nobody but those who want that very lock. A try that fails only reads.
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
    table: TableName,
    database: Database,
    sql: Statements,
    schema: Migrations,
    statement_timeout: Duration,
    contended: Contended,
}

impl MySqlStore {
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
        let table = options.table.unwrap_or_else(TableName::locks);
        let schema = Migrations::over(&schema::SCHEMA, &table);
        database.set_up(&schema, options.create_table).await?;
        Ok(Self(Arc::new(Inner {
            id: StoreId::unique(),
            database,
            sql: Statements::over(&table, options.statement_timeout),
            table,
            schema,
            statement_timeout: options.statement_timeout,
            contended: Contended::default(),
        })))
    }

    /// Makes the table if it is not there, and brings one of an earlier version up to date; does nothing otherwise, and
    /// then needs no right to make tables. Any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the right to make it is missing, or the table is not this
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
    /// [`InvalidDuration`](crate::InvalidDuration). As for every call if the server does not answer; what was deleted
    /// until then stays deleted.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; what was deleted until then stays deleted.
    pub async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        self.0.prune(idle).await
    }
}

impl HasRows<sqlx::MySql> for MySqlStore {
    fn rows(&self) -> Rows<sqlx::MySql> {
        Rows { store: self.0.id, table: self.0.table.clone(), pool: self.0.database.pool().clone() }
    }
}

impl fmt::Debug for MySqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MySqlStore").field("at", &self.0.database.address()).finish_non_exhaustive()
    }
}
