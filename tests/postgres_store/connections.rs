//! Connections that break, and few of them.

use std::time::Duration;

use futures::future::join_all;
use lockproof::{ExtendReply, LockStore, Locks, Owner, PostgresStore, StoreErrorKind, Wait};
use sqlx::PgPool;
use tokio::time::timeout;

use super::calls::{
    PATIENCE, acquire, database, extend, few, is_held, key, pool, service, store, try_acquire,
};

/// Ends the connections of others, one by one.
async fn end_all(pool: &PgPool, pause: Duration) {
    let others =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let pids: Vec<i32> = sqlx::query_scalar(others).fetch_all(pool).await.expect("answers");
    assert!(!pids.is_empty());
    for pid in pids {
        sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(pool).await.expect("a right");
        tokio::time::sleep(pause).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_while_idle_is_not_noticed() {
    let url = database();
    let admin = pool(&url, 1);
    let store = store(&url).await;
    let me = Owner::unique();
    // Before it would be asked whether it is still there, and after that.
    for idle in [Duration::ZERO, Duration::from_millis(1_200)] {
        let token = acquire(&store, "k", &me).await;
        end_all(&admin, Duration::ZERO).await;
        tokio::time::sleep(idle).await;
        assert_eq!(acquire(&store, "k", &me).await, token);
        end_all(&admin, Duration::ZERO).await;
        tokio::time::sleep(idle).await;
        let extended = extend(&store, "k", &me).await.expect("answers");
        assert_eq!(extended, ExtendReply::Extended { asked: None });
        end_all(&admin, Duration::ZERO).await;
        tokio::time::sleep(idle).await;
        is_held(&store, "k").await;
    }
    let lease = service(&store).lock("another").acquire().await.expect("free");
    end_all(&admin, Duration::ZERO).await;
    lease.release().await.expect("it is asked again");
    let reply = store.inspect(lockproof::Inspect::new(key("another"))).await.expect("answers");
    assert_eq!(reply, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_can_be_ended_while_a_lock_is_held_and_waited_for() {
    let url = database();
    let admin = pool(&url, 1);
    let (here, there) = (service(&store(&url).await), service(&store(&url).await));
    let (held, waits) = (here.lock("k").ttl("4s").keep_alive(), there.lock("k").wait(Wait::Forever));
    let lease = held.acquire().await.expect("free");
    let waiter = tokio::spawn(async move { waits.acquire().await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    // Those of the pools, and those that listen, for longer than the ttl.
    for _ in 0..10 {
        end_all(&admin, Duration::from_millis(150)).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(!lease.is_lost(), "it was renewed all the while");
    assert!(!waiter.is_finished(), "it is held");
    lease.release().await.expect("it is held");
    let lease = timeout(PATIENCE, waiter).await.expect("in time").expect("no panic");
    lease.expect("it is free").release().await.expect("it is held");
}

/// Many keys with few turns each, kept alive past their ttl, waited for and released.
async fn work(locks: &Locks) {
    let tasks = (0..24).map(async |number: usize| {
        for _ in 0..3 {
            let lock = locks.lock(("k", number % 6)).ttl("1s").keep_alive().wait(Duration::from_secs(60));
            let lease = lock.acquire().await.expect("it comes");
            tokio::time::sleep(Duration::from_millis(if number < 6 { 1_100 } else { 5 })).await;
            lease.release().await.expect("it is held");
        }
    });
    timeout(Duration::from_secs(60), join_all(tasks)).await.expect("nothing stands still");
    timeout(PATIENCE, locks.drain()).await.expect("in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_one_connection_is_enough() {
    let url = database();
    let store = PostgresStore::open_with(&url, few().max_connections(1)).await.expect("opens");
    work(&service(&store)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_ones_own_of_one_connection_is_enough() {
    let pool = pool(&database(), 1);
    let store = PostgresStore::from_pool(pool.clone()).await.expect("opens");
    let other = PostgresStore::from_pool(pool).await.expect("opens");
    let (one, two) = (service(&store), service(&other));
    futures::join!(work(&one), work(&two));
}

#[tokio::test(flavor = "multi_thread")]
async fn says_that_the_pool_is_used_up() {
    let pool = pool(&database(), 1);
    let store = PostgresStore::from_pool(pool.clone()).await.expect("opens");
    let taken = pool.acquire().await.expect("connects");
    let tried = timeout(PATIENCE, try_acquire(&store, "k", &Owner::unique(), Duration::from_secs(1))).await;
    let error = tried.expect("in time").expect_err("no connection");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("all its connections are in use"), "{error}");
    drop(taken);
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_dropped_half_way_leave_the_pool_as_it_was() {
    let url = database();
    let store = PostgresStore::open_with(&url, few().max_connections(1)).await.expect("opens");
    for micros in (0..2_000).step_by(50) {
        let limit = Duration::from_micros(micros);
        let _ = timeout(limit, try_acquire(&store, "k", &Owner::unique(), Duration::from_millis(1))).await;
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    let me = Owner::unique();
    timeout(PATIENCE, acquire(&store, "k", &me)).await.expect("in time");
}
