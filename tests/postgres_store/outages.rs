//! Servers that stop, crash and come back.

use std::time::{Duration, Instant};

use lockproof::{LockStore, Owner, PostgresStore, StoreErrorKind, Wait};
use lockproof_test_servers::Postgres;
use tokio::time::timeout;

use super::calls::{PATIENCE, acquire, extend, few, is_held, key, service, store};

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived_by_who_holds_and_by_who_waits() {
    let server = Postgres::start();
    let url = server.database();
    let (here, there) = (service(&store(&url).await), service(&store(&url).await));
    let waits = there.lock("k").wait(Wait::Forever);
    let lease = here.lock("k").ttl("20s").keep_alive().acquire().await.expect("free");
    let fence = lease.fence();
    let waiter = tokio::spawn(async move { waits.acquire().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    for crash in [true, false] {
        match crash {
            true => server.kill(),
            false => server.stop_cleanly(),
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.restart();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(!lease.is_lost() && !waiter.is_finished());
    lease.extend(Duration::from_secs(20)).await.expect("the row has survived");
    lease.release().await.expect("it is held");
    let next = timeout(PATIENCE, waiter).await.expect("in time").expect("no panic").expect("it is free");
    assert!(next.fence() > fence);
    next.release().await.expect("it is held");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_still_gives_errors_in_time() {
    let server = Postgres::start_with(&[("fsync", "off")]);
    let url = server.database();
    let store = store(&url).await;
    let me = Owner::unique();
    acquire(&store, "k", &me).await;
    let locks = service(&store);
    server.pause();
    let begun = Instant::now();
    let error = locks.lock("k").try_acquire().await.expect_err("nobody answers");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}: {error}", begun.elapsed());
    let begun = Instant::now();
    let opened = PostgresStore::open_with(&url, few()).await;
    let error = opened.expect_err("nobody answers");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert!(error.to_string().contains(&format!("127.0.0.1:{}/db1", server.port())), "{error}");
    server.resume();
    timeout(PATIENCE, extend(&store, "k", &me)).await.expect("in time").expect("answers");
    is_held(&store, "k").await;
    locks.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn says_why_a_server_cannot_be_reached() {
    let server = Postgres::start_with(&[("fsync", "off")]);
    let url = server.database().replace("postgres@", "postgres:hunter2@");
    let store = store(&url).await;
    let me = Owner::unique();
    acquire(&store, "k", &me).await;
    server.kill();
    let place = format!("127.0.0.1:{}/db1", server.port());
    let opened = PostgresStore::open(&url).await.map(drop);
    let asked = store.inspect(lockproof::Inspect::new(key("k"))).await.map(drop);
    for result in [opened, asked] {
        let error = result.expect_err("nobody is there");
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        let words = format!("{error} {error:?} {store:?}");
        assert!(words.contains("refused") && words.contains(&place), "{words}");
        assert!(!words.contains("hunter2"), "{words}");
    }
    server.restart();
    timeout(PATIENCE, extend(&store, "k", &me)).await.expect("in time").expect("answers");
}
