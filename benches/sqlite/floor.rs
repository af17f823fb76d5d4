//! The floors in SQLite: the statements alone, on one connection.

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
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

/// The floor: the statements alone. Tasks on one key stand in line in memory.
#[derive(Clone)]
pub(crate) struct Floor {
    connection: Arc<Mutex<SqliteConnection>>,
    line: Option<Arc<Mutex<()>>>,
}

/// A change: a transaction around a read and a write.
#[derive(Clone)]
pub(crate) struct Transactions(Arc<Mutex<SqliteConnection>>);

async fn open(path: &Path, synchronous: SqliteSynchronous, table: &'static str) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_millis(200))
        .disable_statement_logging();
    let mut connection = options.connect().await.expect("a file");
    sqlx::query(table).execute(&mut connection).await.expect("a table");
    connection
}

impl Floor {
    pub(crate) async fn open(path: &Path) -> Self {
        let connection = open(path, SqliteSynchronous::Normal, LOCKS).await;
        Self { connection: Arc::new(Mutex::new(connection)), line: None }
    }

    pub(crate) fn in_line(&self) -> Self {
        Self { line: Some(Arc::default()), ..self.clone() }
    }
}

pub(crate) struct Held {
    key: String,
    owner: String,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Locker for Floor {
    type Guard = Held;

    async fn acquire(&self, key: &str) -> Held {
        let turn = match &self.line {
            Some(line) => Some(Arc::clone(line).lock_owned().await),
            None => None,
        };
        let held = Held { key: key.into(), owner: Uuid::now_v7().to_string(), _turn: turn };
        let take = sqlx::query(TAKE).bind(&*held.key).bind(&*held.owner).bind("bench").bind(30_000);
        let rows = take.fetch_all(&mut *self.connection.lock().await).await.expect("a statement");
        assert_eq!(rows.len(), 1, "the lock is free");
        held
    }

    async fn release(&self, held: Held) {
        let release = sqlx::query(RELEASE).bind(&*held.key).bind(&*held.owner);
        let rows = release.fetch_all(&mut *self.connection.lock().await).await.expect("a statement");
        assert_eq!(rows.len(), 1, "the lock was held");
    }
}

impl Transactions {
    /// Makes the rows, too. Commits are on the disk when they are answered, as those of documents are.
    pub(crate) async fn open(path: &Path) -> Self {
        let table = "CREATE TABLE floor_accounts (key TEXT PRIMARY KEY, balance INTEGER NOT NULL)";
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
        let read = sqlx::query_scalar("SELECT balance FROM floor_accounts WHERE key = ?");
        let balance: i64 = read.bind(key).fetch_one(&mut *connection).await.expect("a row");
        let write = sqlx::query("UPDATE floor_accounts SET balance = ? WHERE key = ?");
        write.bind(balance + 1).bind(key).execute(&mut *connection).await.expect("a statement");
        connection
    }

    async fn release(&self, mut connection: Self::Guard) {
        sqlx::query("COMMIT").execute(&mut *connection).await.expect("a commit");
    }
}
