//! The floors in MariaDB: the statements alone.

use sqlx::{MySql, MySqlPool, Transaction};
use uuid::Uuid;

use crate::{
    database::KEYS,
    support::{Locker, work::key},
};

/// The table of locks is as the store's own; that of accounts is there with and without the columns of a lock.
const TABLES: [&str; 3] = [
    "CREATE TABLE floor_locks (`key` varbinary(512) PRIMARY KEY, owner varbinary(255), label text NOT NULL, \
     token bigint NOT NULL, acquired_at datetime(6) NOT NULL, expires_at datetime(6) NOT NULL)",
    "CREATE TABLE floor_accounts (id varchar(255) PRIMARY KEY, balance bigint NOT NULL)",
    "CREATE TABLE accounts (id varchar(255) PRIMARY KEY, balance bigint NOT NULL, fence bigint NOT NULL, version bigint \
     NOT NULL)",
];

/// `owner` last, since assignments see those before them.
const TAKE: &str = "UPDATE floor_locks SET token = last_insert_id(token + 1), label = ?, \
     acquired_at = utc_timestamp(6), expires_at = utc_timestamp(6) + INTERVAL ? MICROSECOND, owner = ? \
     WHERE `key` = ? AND (owner IS NULL OR expires_at <= utc_timestamp(6))";
const RELEASE: &str = "UPDATE floor_locks SET owner = NULL \
     WHERE `key` = ? AND owner = ? AND expires_at > utc_timestamp(6)";

/// A lock: one statement takes it, one releases it.
#[derive(Clone)]
pub(crate) struct Statements(MySqlPool);

/// A change: a transaction around a read that locks the row, and a write.
#[derive(Clone)]
pub(crate) struct Transactions(MySqlPool);

/// Makes all tables, and the rows of the floors.
pub(crate) async fn floors(pool: &MySqlPool) -> (Statements, Transactions) {
    for table in TABLES {
        sqlx::query(table).execute(pool).await.expect("a table");
    }
    for key in KEYS.map(key) {
        let lock = "INSERT INTO floor_locks VALUES (?, NULL, '', 1, utc_timestamp(6), utc_timestamp(6))";
        sqlx::query(lock).bind(key.as_bytes()).execute(pool).await.expect("a row");
        let account = sqlx::query("INSERT INTO floor_accounts VALUES (?, 0)").bind(key);
        account.execute(pool).await.expect("a row");
    }
    (Statements(pool.clone()), Transactions(pool.clone()))
}

impl Locker for Statements {
    type Guard = (String, String);

    async fn acquire(&self, key: &str) -> Self::Guard {
        let owner = Uuid::now_v7().to_string();
        let take = sqlx::query(TAKE).bind("bench").bind(30_000_000_i64).bind(owner.as_bytes());
        let done = take.bind(key.as_bytes()).execute(&self.0).await.expect("a statement");
        assert_eq!(done.rows_affected(), 1, "the lock is free");
        (key.to_owned(), owner)
    }

    async fn release(&self, (key, owner): Self::Guard) {
        let release = sqlx::query(RELEASE).bind(key.as_bytes()).bind(owner.as_bytes());
        let done = release.execute(&self.0).await.expect("a statement");
        assert_eq!(done.rows_affected(), 1, "the lock was held");
    }
}

impl Locker for Transactions {
    type Guard = Transaction<'static, MySql>;

    async fn acquire(&self, key: &str) -> Self::Guard {
        let mut transaction = self.0.begin().await.expect("a connection");
        let read = sqlx::query_scalar("SELECT balance FROM floor_accounts WHERE id = ? FOR UPDATE");
        let balance: i64 = read.bind(key).fetch_one(&mut *transaction).await.expect("a row");
        let write = sqlx::query("UPDATE floor_accounts SET balance = ? WHERE id = ?");
        write.bind(balance + 1).bind(key).execute(&mut *transaction).await.expect("a statement");
        transaction
    }

    async fn release(&self, transaction: Self::Guard) {
        transaction.commit().await.expect("a commit");
    }
}
