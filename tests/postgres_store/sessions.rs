//! Sessions of the application's own, in which a name may stand for another table.

use std::time::Duration;

use futures::StreamExt;
use lockproof::{LockStore, Owner, PostgresStore, ReleaseReply, Wakeup};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

use super::calls::{PATIENCE, acquire, database, is_held, key, pool, release, run, store};

/// Whose connections look for tables in another schema, of which their options say nothing.
fn pool_of_a_tenant(url: &str) -> PgPool {
    let options: PgConnectOptions = url.parse().expect("a URL");
    let pool = PgPoolOptions::new().max_connections(3).after_connect(|connection, _| {
        Box::pin(async { sqlx::raw_sql("SET search_path = \"Tenant\"").execute(connection).await.map(drop) })
    });
    pool.connect_lazy_with(options)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_path_that_changes_leads_to_no_other_locks() {
    let url = database();
    let pool = pool(&url, 1);
    let one = PostgresStore::from_pool(pool.clone()).await.expect("opens");
    run(&pool, "CREATE SCHEMA \"Tenant\"").await;
    PostgresStore::from_pool(pool_of_a_tenant(&url)).await.expect("opens");
    acquire(&one, "k", &Owner::unique()).await;
    run(&pool, "SET search_path = \"Tenant\"").await;
    is_held(&one, "k").await;
    run(&pool, "SET search_path = nowhere").await;
    is_held(&one, "k").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_does_so_at_the_table_of_the_pool() {
    let url = database();
    run(&pool(&url, 1), "CREATE SCHEMA \"Tenant\"").await;
    // There is one of this name where a connection without the pool's hooks looks.
    store(&url).await;
    let (one, other) = (pool_of_a_tenant(&url), pool_of_a_tenant(&url));
    let one = PostgresStore::from_pool(one).await.expect("opens");
    let other = PostgresStore::from_pool(other).await.expect("opens");
    let me = Owner::unique();
    acquire(&one, "k", &me).await;
    let mut hints = other.wakeups().expect("some");
    assert_eq!(timeout(PATIENCE, hints.next()).await.expect("in time"), Some(Wakeup::All));
    is_held(&other, "k").await;
    let early = timeout(Duration::from_millis(500), hints.next()).await;
    assert!(early.is_err(), "it is held: {early:?}");
    assert_eq!(release(&one, "k", &me).await, ReleaseReply::Released);
    let hint = timeout(PATIENCE, hints.next()).await.expect("in time");
    assert_eq!(hint, Some(Wakeup::Key(key("k"))));
}
