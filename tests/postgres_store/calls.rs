//! Short ways to a store, a pool and the server.

#[path = "../support/calls.rs"]
mod shared;

pub(crate) use shared::{
    LONG, PATIENCE, acquire, acquire_for, is_held, key, release, soon, try_acquire, ttl,
};

use std::time::Duration;

use lockproof::{Extend, ExtendReply, LockStore, Locks, Owner, PostgresStore, SqlOptions, StoreError};
use lockproof_test_servers::Postgres;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// A database of one's own on the server that all tests have in common.
pub(crate) fn database() -> String {
    Postgres::shared().database()
}

pub(crate) async fn store(url: &str) -> PostgresStore {
    PostgresStore::open_with(url, few()).await.expect("opens")
}

/// For a machine that is busy with other things.
pub(crate) fn few() -> SqlOptions {
    SqlOptions::new().max_connections(3).statement_timeout(Duration::from_secs(4))
}

pub(crate) fn pool(url: &str, connections: u32) -> PgPool {
    let options: PgConnectOptions = url.parse().expect("a URL");
    PgPoolOptions::new().max_connections(connections).connect_lazy_with(options)
}

pub(crate) async fn run(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.expect("runs");
}

pub(crate) async fn number(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("answers")
}

/// A service with limits that a busy machine keeps to.
pub(crate) fn service(store: &PostgresStore) -> Locks {
    Locks::builder().store(store.clone()).op_timeout(Duration::from_secs(3)).build().expect("legal")
}

pub(crate) async fn extend(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
) -> Result<ExtendReply, StoreError> {
    store.extend(Extend::new(key(text), owner.clone(), ttl(LONG))).await
}
