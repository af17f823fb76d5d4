//! Short ways to the calls of a store.

use std::time::{Duration, Instant};

use lockproof::{
    Acquire, AcquireReply, Extend, FencingToken, Holder, Inspect, LockKey, LockStore, MySqlStore, Owner,
    Release, ReleaseReply, SqlOptions, StoreError, Ttl,
};
use sqlx::{
    MySqlPool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
};

/// Long enough that nothing lapses by accident.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// How long the machine may be busy with something else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

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

pub(crate) fn key(text: &str) -> LockKey {
    LockKey::new(text).expect("legal")
}

pub(crate) fn ttl(duration: Duration) -> Ttl {
    Ttl::new(duration).expect("legal")
}

pub(crate) async fn try_acquire(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
    for_as_long: Duration,
) -> Result<AcquireReply, StoreError> {
    store.acquire(Acquire::new(key(text), owner.clone(), "case".into(), ttl(for_as_long))).await
}

pub(crate) async fn acquire_for(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
    for_as_long: Duration,
) -> FencingToken {
    match try_acquire(store, text, owner, for_as_long).await.expect("answers") {
        AcquireReply::Granted { token } => token,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn acquire(store: &dyn LockStore, text: &str, owner: &Owner) -> FencingToken {
    acquire_for(store, text, owner, LONG).await
}

pub(crate) async fn is_held(store: &dyn LockStore, text: &str) {
    let reply = try_acquire(store, text, &Owner::unique(), LONG).await.expect("answers");
    assert!(matches!(reply, AcquireReply::Held { .. }), "{reply:?}");
}

pub(crate) async fn holder(store: &dyn LockStore, text: &str) -> Option<Holder> {
    store.inspect(Inspect::new(key(text))).await.expect("answers")
}

pub(crate) fn extension(text: &str, owner: &Owner) -> Extend {
    Extend::new(key(text), owner.clone(), ttl(LONG))
}

pub(crate) async fn release(store: &dyn LockStore, text: &str, owner: &Owner) -> ReleaseReply {
    store.release(Release::new(key(text), owner.clone())).await.expect("answers")
}

/// Waits until it is true, which it must become soon.
pub(crate) async fn soon(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_true().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
