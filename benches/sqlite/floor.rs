//! The floor in SQLite: the statements alone, on one connection.

use std::{path::Path, sync::Arc, time::Duration};

use lockproof::{SqliteStore, TableName};
use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

use crate::support::Locker;

/// What the statements in src/store/sql/sqlite/schema.rs do, for one lock.
const TAKE: &str = "INSERT INTO lockproof_locks AS held (key, owner, label, token, acquired_at, expires_at) \
     SELECT ?1, ?2, ?3, now * 1000, now, coalesce(now + ?4, 9223372036854775807) \
     FROM (SELECT CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) AS now) WHERE true \
     ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, label = excluded.label, \
     token = max(held.token + 1, excluded.token), acquired_at = excluded.acquired_at, \
     expires_at = excluded.expires_at \
     WHERE (held.owner IS NULL OR held.expires_at <= excluded.acquired_at) AND held.token < 9007199254740992 \
     RETURNING token";
const RELEASE: &str = "UPDATE lockproof_locks SET owner = NULL, expires_at = 0 \
     WHERE key = ?1 AND owner = ?2 \
     AND expires_at > CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) RETURNING key";

/// The floor: the statements alone. Tasks on one key stand in line in memory.
#[derive(Clone)]
pub(crate) struct Floor {
    connection: Arc<Mutex<SqliteConnection>>,
    line: Option<Arc<Mutex<()>>>,
}

impl Floor {
    pub(crate) async fn open(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_millis(200))
            .disable_statement_logging();
        let mut connection = options.connect().await.expect("a file");
        sqlx::raw_sql(sqlx::AssertSqlSafe(SqliteStore::schema(&TableName::locks())))
            .execute(&mut connection)
            .await
            .expect("a table");
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
