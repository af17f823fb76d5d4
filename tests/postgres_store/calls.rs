//! Short ways to the calls of a store.

use std::time::{Duration, Instant};

use lockproof::{
    Acquire, AcquireReply, Extend, ExtendReply, FencingToken, LockKey, LockStore, Locks, Owner,
    PostgresStore, Release, ReleaseReply, SqlOptions, StoreError, Ttl,
};
use lockproof_test_servers::Postgres;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// Long enough that nothing lapses by accident.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// How long the machine may be busy with something else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

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

pub(crate) async fn extend(
    store: &dyn LockStore,
    text: &str,
    owner: &Owner,
) -> Result<ExtendReply, StoreError> {
    store.extend(Extend::new(key(text), owner.clone(), ttl(LONG))).await
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
