//! The floors in PostgreSQL: the statements alone.

use sqlx::{PgPool, Postgres, Transaction};
use uuid::Uuid;

use crate::{
    database::KEYS,
    support::{Locker, work::key},
};

/// The table of locks is as the store's own; that of accounts is there with and without the columns of a lock.
const TABLES: &str = "
CREATE TABLE floor_locks (key bytea PRIMARY KEY, owner bytea, label text NOT NULL, token bigint NOT NULL,
    acquired_at timestamptz NOT NULL, expires_at timestamptz NOT NULL) WITH (fillfactor = 50);
CREATE TABLE floor_accounts (id text PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE accounts (id text PRIMARY KEY, balance bigint NOT NULL, fence bigint NOT NULL, version bigint NOT NULL)";

const TAKE: &str = "INSERT INTO floor_locks AS held (key, owner, label, token, acquired_at, expires_at) \
     VALUES ($1, $2, $3, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, clock_timestamp(), \
     clock_timestamp() + make_interval(secs => $4)) \
     ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, label = excluded.label, \
     token = greatest(held.token + 1, excluded.token), acquired_at = excluded.acquired_at, \
     expires_at = excluded.expires_at \
     WHERE held.owner IS NULL OR held.expires_at <= clock_timestamp() RETURNING token";
const RELEASE: &str = "UPDATE floor_locks SET owner = NULL \
     WHERE key = $1 AND owner = $2 AND expires_at > clock_timestamp() RETURNING key";

/// A lock: one statement takes it, one releases it.
#[derive(Clone)]
pub(crate) struct Statements(PgPool);

/// A change: a transaction around a read that locks the row, and a write.
#[derive(Clone)]
pub(crate) struct Transactions(PgPool);

/// Makes all tables, and the rows that the floor changes.
pub(crate) async fn floors(pool: &PgPool) -> (Statements, Transactions) {
    sqlx::raw_sql(TABLES).execute(pool).await.expect("tables");
    for key in KEYS.map(key) {
        let row = sqlx::query("INSERT INTO floor_accounts VALUES ($1, 0)").bind(key);
        row.execute(pool).await.expect("a row");
    }
    (Statements(pool.clone()), Transactions(pool.clone()))
}

impl Locker for Statements {
    type Guard = (String, String);

    async fn acquire(&self, key: &str) -> Self::Guard {
        let owner = Uuid::now_v7().to_string();
        let take = sqlx::query(TAKE).bind(key.as_bytes()).bind(owner.as_bytes()).bind("bench").bind(30.0);
        let rows = take.fetch_all(&self.0).await.expect("a statement");
        assert_eq!(rows.len(), 1, "the lock is free");
        (key.to_owned(), owner)
    }

    async fn release(&self, (key, owner): Self::Guard) {
        let release = sqlx::query(RELEASE).bind(key.as_bytes()).bind(owner.as_bytes());
        let rows = release.fetch_all(&self.0).await.expect("a statement");
        assert_eq!(rows.len(), 1, "the lock was held");
    }
}

impl Locker for Transactions {
    type Guard = Transaction<'static, Postgres>;

    async fn acquire(&self, key: &str) -> Self::Guard {
        let mut transaction = self.0.begin().await.expect("a connection");
        let read = sqlx::query_scalar("SELECT balance FROM floor_accounts WHERE id = $1 FOR UPDATE");
        let balance: i64 = read.bind(key).fetch_one(&mut *transaction).await.expect("a row");
        let write = sqlx::query("UPDATE floor_accounts SET balance = $2 WHERE id = $1");
        write.bind(key).bind(balance + 1).execute(&mut *transaction).await.expect("a statement");
        transaction
    }

    async fn release(&self, transaction: Self::Guard) {
        transaction.commit().await.expect("a commit");
    }
}
