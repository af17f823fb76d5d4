//! The floors in SQLite: the statements alone, on one connection.

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

use crate::{
    database::KEYS,
    support::{Locker, work::key},
};

/// The table and the statements are as the store's own.
const LOCKS: &str = "CREATE TABLE floor_locks (key TEXT PRIMARY KEY, owner TEXT, label TEXT NOT NULL, \
     token INTEGER NOT NULL, acquired_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID";
const TAKE: &str = "INSERT INTO floor_locks AS held (key, owner, label, token, acquired_at, expires_at) \
     SELECT ?1, ?2, ?3, now * 1000, now, coalesce(now + ?4, 9223372036854775807) \
     FROM (SELECT CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) AS now) WHERE true \
     ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, label = excluded.label, \
     token = max(held.token + 1, excluded.token), acquired_at = excluded.acquired_at, \
     expires_at = excluded.expires_at \
     WHERE (held.owner IS NULL OR held.expires_at <= excluded.acquired_at) AND held.token < 9007199254740992 \
     RETURNING token";
const RELEASE: &str = "UPDATE floor_locks SET owner = NULL, expires_at = 0 \
     WHERE key = ?1 AND owner = ?2 \
     AND expires_at > CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) RETURNING key";

/// A lock: one statement takes it, one releases it.
#[derive(Clone)]
pub(crate) struct Statements(Arc<Mutex<SqliteConnection>>);

/// A change: a transaction around a read and a write.
#[derive(Clone)]
pub(crate) struct Transactions(Arc<Mutex<SqliteConnection>>);

fn at(path: &Path, synchronous: SqliteSynchronous) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_millis(200))
        .disable_statement_logging()
}

async fn open(path: &Path, synchronous: SqliteSynchronous, table: &'static str) -> SqliteConnection {
    let mut connection = at(path, synchronous).connect().await.expect("a file");
    sqlx::query(table).execute(&mut connection).await.expect("a table");
    connection
}

/// The table with the columns of a lock, in a file of its own.
pub(crate) async fn pool(path: &Path) -> SqlitePool {
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect_lazy_with(at(path, SqliteSynchronous::Full));
    let table = "CREATE TABLE accounts (id TEXT PRIMARY KEY, balance INTEGER NOT NULL, fence INTEGER NOT NULL, \
         version INTEGER NOT NULL)";
    sqlx::query(table).execute(&pool).await.expect("a table");
    pool
}

impl Statements {
    pub(crate) async fn open(path: &Path) -> Self {
        Self(Arc::new(Mutex::new(open(path, SqliteSynchronous::Normal, LOCKS).await)))
    }
}

impl Locker for Statements {
    type Guard = (String, String);

    async fn acquire(&self, key: &str) -> Self::Guard {
        let owner = Uuid::now_v7().to_string();
        let take = sqlx::query(TAKE).bind(key).bind(&*owner).bind("bench").bind(30_000);
        let rows = take.fetch_all(&mut *self.0.lock().await).await.expect("a statement");
        assert_eq!(rows.len(), 1, "the lock is free");
        (key.to_owned(), owner)
    }

    async fn release(&self, (key, owner): Self::Guard) {
        let release = sqlx::query(RELEASE).bind(key).bind(owner);
        let rows = release.fetch_all(&mut *self.0.lock().await).await.expect("a statement");
        assert_eq!(rows.len(), 1, "the lock was held");
    }
}

impl Transactions {
    /// Makes the rows, too. Commits are on the disk when they are answered.
    pub(crate) async fn open(path: &Path) -> Self {
        let table = "CREATE TABLE floor_accounts (id TEXT PRIMARY KEY, balance INTEGER NOT NULL)";
        let mut connection = open(path, SqliteSynchronous::Full, table).await;
        for key in KEYS.map(key) {
            let row = sqlx::query("INSERT INTO floor_accounts VALUES (?, 0)").bind(key);
            row.execute(&mut connection).await.expect("a row");
        }
        Self(Arc::new(Mutex::new(connection)))
    }
}

impl Locker for Transactions {
    type Guard = OwnedMutexGuard<SqliteConnection>;

    async fn acquire(&self, key: &str) -> Self::Guard {
        let mut connection = Arc::clone(&self.0).lock_owned().await;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.expect("the only writer");
        let read = sqlx::query_scalar("SELECT balance FROM floor_accounts WHERE id = ?");
        let balance: i64 = read.bind(key).fetch_one(&mut *connection).await.expect("a row");
        let write = sqlx::query("UPDATE floor_accounts SET balance = ? WHERE id = ?");
        write.bind(balance + 1).bind(key).execute(&mut *connection).await.expect("a statement");
        connection
    }

    async fn release(&self, mut connection: Self::Guard) {
        sqlx::query("COMMIT").execute(&mut *connection).await.expect("a commit");
    }
}
