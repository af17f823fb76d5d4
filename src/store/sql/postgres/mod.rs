//! Locks in a PostgreSQL database.

mod acquire;
mod batch;
pub(crate) mod connection;
pub(crate) mod errors;
mod interest;
mod listener;
mod making;
mod ops;
mod pauses;
mod prune;
pub(crate) mod schema;
mod wakeups;

use std::{fmt, sync::Arc, time::Duration};

use sqlx::PgPool;

use self::{connection::Database, schema::Statements, wakeups::Ears};
use crate::store::{
    SqlOptions, StoreError, StoreId, TableName,
    sql::{
        lock_rows::{Rows, sealed::HasRows},
        making::Making,
        migrations::Migrations,
    },
};

/// Locks in a table of a PostgreSQL database (12 or later), for all processes that reach it. Its clones share everything.
///
/// ```no_run
/// # async fn example() -> Result<(), lockproof::StoreError> {
/// let store = lockproof::PostgresStore::open("postgres://app@db.example/app").await?;
/// # Ok(())
/// # }
/// ```
///
/// Each call is one statement in a transaction of its own, never in one of the application's, and expiry is judged by the
/// server's clock. A try that finds the lock held writes nothing. A key that was once locked keeps its row, so that its
/// token never falls; [`prune`](Self::prune) removes those that nobody has wanted for long.
///
/// # Waiting
/// While somebody waits, the store has one connection beside the pool, made with the pool's options, on which PostgreSQL
/// tells of releases (`LISTEN`). Only releases of keys that somebody waits for are announced, since a `NOTIFY` makes all
/// commits of the server stand in line. Who may connect to the database can listen too, and sees hashes of keys.
/// While that connection is broken, waiters look every two seconds, and at once when it is there again.
///
/// # Rows that a transaction has
/// A save that pins the row of its lock, or somebody with `SELECT .. FOR UPDATE`, keeps this store from changing the row.
/// It waits for that for a few hundredths of a second and no longer: other locks go on as if nothing were, a try answers
/// that the lock is held, everything else is an error that can be tried again.
///
/// # Poolers
/// No statement here needs a session, but sqlx prepares each one and runs it later. So behind PgBouncer in transaction mode
/// that has to keep track of prepared statements (1.21 or later, `max_prepared_statements` above 0); with an earlier one
/// a statement could be taken for another, and most end in an error that says so. Listening needs a session in any case:
/// connect to the server itself, or let the pooler pool sessions, where hints matter. A PgBouncer that is given by URL
/// needs `ignore_startup_parameters = extra_float_digits, options`.
///
/// # Time-outs
/// [`SqlOptions::statement_timeout`] is set in the server for the connections of a pool that is made from a URL, unless
/// the URL's `options` say something else. The settings of a pool of your own are yours; only the wait for another
/// transaction is bounded there too.
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

struct Inner {
    id: StoreId,
    table: TableName,
    database: Arc<Database>,
    sql: Statements,
    schema: Migrations,
    ears: Arc<Ears>,
}

impl PostgresStore {
    /// Connects to the database of a URL, `postgres://user:password@host:port/database`, and makes the table if it is not
    /// there; any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the URL, the password or a right is wrong, the server
    /// is read-only, or the table has other columns; [`Unavailable`](crate::StoreErrorKind::Unavailable), with the
    /// cause, if the server cannot be reached. No error has the password in it.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn open_with(url: &str, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::open(url, &options)?, options).await
    }

    /// Uses a pool of the application's own, with its settings, making the table where it is not there.
    ///
    /// Locks need a connection for a moment only, but renewals must get one in time: leave the pool some to spare.
    /// `test_before_acquire(false)` saves a round trip for each call. The connection that listens is made with the pool's
    /// connect options and without its hooks.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool(pool: PgPool) -> Result<Self, StoreError> {
        Self::from_pool_with(pool, SqlOptions::new()).await
    }

    /// The same with a table of another name, or one that is made by somebody else.
    ///
    /// # Errors
    /// As for [`from_pool`](Self::from_pool).
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool_with(pool: PgPool, options: SqlOptions) -> Result<Self, StoreError> {
        Self::over(Database::of_pool(pool, &options), options).await
    }

    async fn over(database: Database, options: SqlOptions) -> Result<Self, StoreError> {
        let table = options.table.unwrap_or_else(TableName::locks);
        let schema = Migrations::over(&schema::SCHEMA, &table);
        database.reach().await?;
        database.set_up(&schema, options.create_table).await?;
        let (database, sql) = (Arc::new(database), Statements::over(&table));
        let ears = Arc::new(Ears::new(Arc::clone(&database), sql.clone()));
        Ok(Self(Arc::new(Inner { id: StoreId::unique(), table, database, sql, schema, ears })))
    }

    /// Makes the table if it is not there, and brings one of an earlier version up to date; does nothing otherwise, and
    /// needs no right to make tables then. Any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if the role may not make it, or the table is not this
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

impl HasRows<sqlx::Postgres> for PostgresStore {
    fn rows(&self) -> Rows<sqlx::Postgres> {
        Rows { store: self.0.id, table: self.0.table.clone(), pool: self.0.database.pool().clone() }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("at", &self.0.database.place).finish_non_exhaustive()
    }
}
