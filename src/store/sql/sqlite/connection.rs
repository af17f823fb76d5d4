//! What we accept from the user: a path or a pool; and how a statement gets through beside other writers.

use std::{path::Path, time::Duration};

use sqlx::{
    ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use tokio::sync::{Mutex, MutexGuard};

use super::errors;
use crate::store::{SqlOptions, StoreError, StoreErrorKind, sql::patience::Patience};

/// A statement with its values.
pub(crate) type Statement = Query<'static, Sqlite, SqliteArguments>;

/// How long a call puts up with other writers while a file is made, perhaps by many processes at once.
pub(super) const PATIENCE_AT_BOOT: Duration = Duration::from_secs(30);
/// How much of it is spent inside SQLite, where a call that was dropped cannot be called back.
const BUSY_TIMEOUT: Duration = Duration::from_millis(200);

/// An SQLite file and the connections to it.
pub(crate) struct Database {
    pool: SqlitePool,
    path: String,
    /// How long a call puts up with other writers.
    patience: Duration,
    /// SQLite has one writer at a time, and those that wait for it sleep and are served in no order. The writers of
    /// this process stand in line here instead.
    turn: Mutex<()>,
}

impl Database {
    /// Opens a file in WAL mode, making it if there is none.
    pub(crate) async fn open(
        path: &Path,
        synchronous: SqliteSynchronous,
        options: &SqlOptions,
    ) -> Result<Self, StoreError> {
        let name = path.to_str().ok_or_else(|| {
            misconfigured(format!("{}: the path is not UTF-8, which SQLite needs", path.display()))
        })?;
        if name.starts_with("sqlite:") {
            return Err(misconfigured(format!("{name}: give the path alone, without `sqlite:`")));
        }
        if name.contains('\0') {
            return Err(misconfigured(format!("{name:?}: a path has no NUL")));
        }
        refuse_private(name)?;
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .busy_timeout(BUSY_TIMEOUT.min(options.patience))
            .synchronous(synchronous)
            .disable_statement_logging();
        switch_to_wal(&connect).await.map_err(|error| errors::not_sent(name, error))?;
        let pool = SqlitePoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(options.patience.max(Duration::from_secs(1)))
            .idle_timeout(None)
            .max_lifetime(None)
            // The other end is in this process: there is no network that could have cut it.
            .test_before_acquire(false)
            .connect_lazy_with(connect);
        Ok(Self { pool, path: name.into(), patience: options.patience, turn: Mutex::default() })
    }

    /// Takes a pool of the user's as it is.
    pub(crate) fn of_pool(pool: SqlitePool, options: &SqlOptions) -> Result<Self, StoreError> {
        let path = pool.connect_options().get_filename().display().to_string();
        refuse_private(&path)?;
        Ok(Self { pool, path, patience: options.patience, turn: Mutex::default() })
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The turn to write, of this process.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// How long a call that begins now puts up with other writers.
    pub(crate) fn patience(&self) -> Patience {
        Patience::of(self.patience)
    }

    /// Reads rows, beside any writer.
    pub(crate) async fn read(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        self.rows(self.patience(), statement).await
    }

    /// Runs one writing statement as a transaction of its own, and gives what it returns.
    pub(crate) async fn write(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        // Counted from here, so that a long line ends soon after the first in it has given up.
        let patience = self.patience();
        let _turn = self.turn().await;
        self.in_turn(patience, statement).await
    }

    /// The same for who has the turn.
    pub(super) async fn in_turn(
        &self,
        patience: Patience,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        self.rows(patience, statement).await
    }

    async fn rows(
        &self,
        mut patience: Patience,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let mut may_make_room = true;
        loop {
            let mut connection = self.connection(&mut patience).await?;
            // All rows, not `fetch_one`: that one stops at the first, before the commit that may fail.
            let error = match statement().fetch_all(&mut *connection).await {
                Ok(rows) => return Ok(rows),
                Err(error) => error,
            };
            if may_make_room && errors::is_full(&error) {
                may_make_room = false;
                make_room(&mut connection).await;
                continue;
            }
            drop(connection);
            patience.wait_after(error).await.map_err(|error| errors::sent(&self.path, error))?;
        }
    }

    pub(crate) async fn connection(
        &self,
        patience: &mut Patience,
    ) -> Result<PoolConnection<Sqlite>, StoreError> {
        loop {
            let error = match self.pool.acquire().await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            // A pool of the user's may set a journal mode on each new connection, and that needs the file.
            patience.wait_after(error).await.map_err(|error| errors::not_sent(&self.path, error))?;
        }
    }

    /// A connection beside the pool, for listening.
    pub(crate) async fn extra_connection(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.pool.connect_options().connect().await
    }
}

impl Patience {
    /// Waits a little for others to be through, or gives the error back if it is another one or has lasted for too long.
    pub(super) async fn wait_after(&mut self, error: sqlx::Error) -> Result<(), sqlx::Error> {
        if errors::is_busy(&error) && self.pause().await { Ok(()) } else { Err(error) }
    }
}

/// Copies the WAL back, so that it is written from its beginning again instead of growing. SQLite does that by itself
/// only after a commit, and when the WAL has 4 MB: on a disk without so much room it would never come to that.
pub(crate) async fn make_room(connection: &mut SqliteConnection) {
    // If it fails, the next try of the statement says so.
    let _ = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_all(connection).await;
}

/// Readers and the writer of a WAL file do not wait for each other. The file remembers the mode; the switch needs it
/// for itself alone and does not wait for that, whatever the busy timeout.
async fn switch_to_wal(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let mut patience = Patience::of(PATIENCE_AT_BOOT);
    loop {
        let attempt = async {
            let mut connection = options.connect().await?;
            sqlx::query("PRAGMA journal_mode = WAL").fetch_all(&mut connection).await?;
            connection.close().await
        };
        match attempt.await {
            Ok(()) => return Ok(()),
            Err(error) => patience.wait_after(error).await?,
        }
    }
}

/// Refuses a database that each connection would have a copy of to itself.
fn refuse_private(path: &str) -> Result<(), StoreError> {
    match path {
        "" | ":memory:" => Err(misconfigured(format!(
            "{path:?} is a database of its own for each connection; give a file, or use `MemoryStore` and \
             `MemoryStorage`"
        ))),
        _ => Ok(()),
    }
}

fn misconfigured(what: String) -> StoreError {
    StoreError::new(StoreErrorKind::Misconfigured, what)
}
