//! Connections are few, and end.

use std::time::Duration;

use futures::future::join_all;
use lockproof::{
    AcquireError, LockStore, Locks, MySqlStore, Owner, ReleaseReply, SqlOptions, StoreErrorKind, Wait,
};
use lockproof_test_servers::MariaDb;

use crate::calls::{LONG, acquire, database, extension, holder, pool, release, soon, store, try_acquire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_is_enough() {
    let url = database();
    for own in [false, true] {
        let store = match own {
            true => MySqlStore::open_with(&url, SqlOptions::new().max_connections(1)).await.expect("opens"),
            false => MySqlStore::from_pool(pool(&url, 1)).await.expect("opens"),
        };
        let locks = Locks::new(store);
        let work = (0..16).map(|n| {
            let lock = locks.lock(["a", "b"][n % 2]).ttl("3s").keep_alive().wait(Wait::Forever);
            tokio::spawn(async move {
                let lease = lock.acquire().await.expect("its turn comes");
                tokio::time::sleep(Duration::from_millis(20)).await;
                assert!(!lease.is_lost());
                lease.release().await.expect("it is held");
            })
        });
        join_all(work.collect::<Vec<_>>()).await.into_iter().for_each(|it| it.expect("no panic"));
        locks.shutdown("20s").await.expect("nothing is left");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn says_that_the_pool_is_used_up() {
    let pool = pool(&database(), 1);
    let store = MySqlStore::from_pool(pool.clone()).await.expect("opens");
    let locks = Locks::builder().store(store).op_timeout(Duration::from_secs(20)).build().expect("legal");
    let taken = pool.acquire().await.expect("connects");
    let error = match locks.lock("k").try_acquire().await {
        Err(AcquireError::Store { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("all its connections are in use"), "{error}");
    drop(taken);
    assert!(locks.lock("k").try_acquire().await.expect("answers").is_some());
}

#[tokio::test]
async fn connections_that_were_cut_while_idle_are_not_noticed() {
    let url = MariaDb::shared().database();
    let (_, name) = url.rsplit_once('/').expect("a database");
    let cut_all = || {
        let server = MariaDb::shared();
        let ids = server.sql(
            &url,
            &format!(
                "SELECT id FROM information_schema.processlist WHERE db = '{name}' AND id <> CONNECTION_ID()"
            ),
        );
        let kill: String = ids.lines().map(|id| format!("KILL {id};")).collect();
        server.sql(&url, &kill);
        ids.lines().count()
    };
    let store = store(&url).await;
    let me = Owner::unique();
    for round in 0..3 {
        // As many as there may be.
        join_all((0..9).map(|n| acquire(&store, ["a", "b", "c"][n % 3], &me))).await;
        soon("they are given back", async || {
            store.inspect(lockproof::Inspect::new(crate::calls::key("a"))).await.is_ok()
        })
        .await;
        assert!(cut_all() > 1, "there was more than one in round {round}");
        match round {
            0 => drop(acquire(&store, "a", &me).await),
            1 => assert!(store.extend_all(vec![extension("a", &me)]).await.into_iter().all(|it| it.is_ok())),
            _ => assert_eq!(release(&store, "a", &me).await, ReleaseReply::Released),
        }
        assert!(holder(&store, "b").await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_is_named_with_the_cause_and_found_again() {
    let server = MariaDb::start();
    let store = MySqlStore::open(server.database()).await.expect("opens");
    let me = Owner::unique();
    acquire(&store, "k", &me).await;
    tokio::task::block_in_place(|| server.stop_cleanly());
    // The first one cannot know whether its connection ended before it was sent or after.
    let _ = try_acquire(&store, "k", &me, LONG).await.expect_err("it is gone");
    let error = try_acquire(&store, "k", &me, LONG).await.expect_err("it is gone");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
    tokio::task::block_in_place(|| server.restart());
    assert_eq!(release(&store, "k", &me).await, ReleaseReply::Released);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_given_up_during_a_pause_take_no_connection_with_them() {
    let server = MariaDb::start();
    let store =
        MySqlStore::open_with(server.database(), SqlOptions::new().max_connections(2)).await.expect("opens");
    acquire(&store, "k", &Owner::unique()).await;
    tokio::task::block_in_place(|| server.pause());
    for _ in 0..6 {
        let limit = Duration::from_millis(100);
        let given_up = tokio::time::timeout(limit, try_acquire(&store, "k", &Owner::unique(), LONG)).await;
        given_up.expect_err("nobody answers");
    }
    tokio::task::block_in_place(|| server.resume());
    acquire(&store, "other", &Owner::unique()).await;
}
