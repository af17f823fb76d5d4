//! Short ways to a store, a pool and the server.

#[path = "../support/calls.rs"]
mod shared;

pub(crate) use shared::{LONG, acquire, acquire_for, is_held, key, release, soon, try_acquire, ttl};

use lockproof::{Extend, Holder, Inspect, LockStore, MySqlStore, Owner, SqlOptions};
use sqlx::{
    MySqlPool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
};

/// A database of one's own on the server that all tests have in common.
pub(crate) fn database() -> String {
    lockproof_test_servers::mysql_database()
}

pub(crate) async fn store(url: &str) -> MySqlStore {
    MySqlStore::open_with(url, few()).await.expect("opens")
}

pub(crate) fn few() -> SqlOptions {
    SqlOptions::new().max_connections(3)
}

fn options(url: &str) -> MySqlConnectOptions {
    url.parse().expect("a URL")
}

/// A pool of the application's own.
pub(crate) fn pool(url: &str, connections: u32) -> MySqlPool {
    MySqlPoolOptions::new().max_connections(connections).connect_lazy_with(options(url))
}

/// The same, whose sessions begin with these statements.
pub(crate) fn pool_with(url: &str, connections: u32, session: &'static str) -> MySqlPool {
    MySqlPoolOptions::new()
        .max_connections(connections)
        .after_connect(move |connection, _| {
            Box::pin(async move { sqlx::raw_sql(session).execute(connection).await.map(drop) })
        })
        .connect_lazy_with(options(url))
}

pub(crate) async fn run(pool: &MySqlPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.expect("runs");
}

pub(crate) async fn number(pool: &MySqlPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("answers")
}

pub(crate) async fn holder(store: &dyn LockStore, text: &str) -> Option<Holder> {
    store.inspect(Inspect::new(key(text))).await.expect("answers")
}

pub(crate) fn extension(text: &str, owner: &Owner) -> Extend {
    Extend::new(key(text), owner.clone(), ttl(LONG))
}
