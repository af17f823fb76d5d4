//! What it costs the server that many want one lock.

use std::{
    sync::atomic::{AtomicU32, Ordering::SeqCst},
    time::Duration,
};

use futures::future::join_all;
use lockproof::{AcquireReply, Owner, PostgresStore, ReleaseReply, Wait};
use lockproof_test_servers::Postgres;
use sqlx::PgPool;

use super::calls::{
    LONG, acquire, database, is_held, number, pool, release, service, soon, store, try_acquire,
};

const WRITES: &str = "SELECT (n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables \
     WHERE relname = 'lockproof_locks'";
const OTHERS: &str = "SELECT count(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// What was written to the table, ever. A server process counts when it ends.
async fn writes(url: &str, its_pool: PgPool) -> i64 {
    its_pool.close().await;
    let asking = pool(url, 1);
    soon("the other connections end", async || number(&asking, OTHERS).await == 0).await;
    number(&asking, WRITES).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_failed_tries_write_nothing() {
    let url = database();
    let its_pool = pool(&url, 4);
    let store = PostgresStore::from_pool(its_pool.clone()).await.expect("opens");
    acquire(&store, "k", &Owner::unique()).await;
    for _ in 0..100 {
        join_all((0..10).map(|_| is_held(&store, "k"))).await;
    }
    assert_eq!(writes(&url, its_pool).await, 1, "the holder's insert");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_failed_tries_beside_a_waiter_write_little() {
    let url = database();
    let its_pool = pool(&url, 4);
    let store = PostgresStore::from_pool(its_pool.clone()).await.expect("opens");
    acquire(&store, "k", &Owner::unique()).await;
    let locks = service(&store);
    let waiting = locks.lock("k").wait(LONG);
    let tries = async {
        for _ in 0..100 {
            join_all((0..10).map(|_| is_held(&store, "k"))).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        _ = waiting.acquire() => panic!("it is held"),
        () = tries => {}
    }
    // The connection that listens ends soon after the last waiter.
    drop((waiting, locks));
    let written = writes(&url, its_pool).await;
    assert!((2..20).contains(&written), "{written}");
}

/// Many turns of four services on one key.
async fn work(url: &str) {
    let mut services = Vec::new();
    for _ in 0..4 {
        services.push(service(&store(url).await));
    }
    let (inside, turns) = (AtomicU32::new(0), AtomicU32::new(0));
    let tasks = services.iter().flat_map(|locks| (0..5).map(move |_| locks.lock("k").wait(Wait::Forever)));
    let work = tasks.map(async |lock| {
        for _ in 0..10 {
            let lease = lock.acquire().await.expect("it comes");
            assert_eq!(inside.fetch_add(1, SeqCst), 0, "one at a time");
            tokio::task::yield_now().await;
            turns.fetch_add(1, SeqCst);
            inside.fetch_sub(1, SeqCst);
            lease.release().await.expect("it is held");
        }
    });
    join_all(work).await;
    assert_eq!(turns.load(SeqCst), 4 * 5 * 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn contention_is_no_error_in_the_log() {
    let server = Postgres::start_with(&[("fsync", "off")]);
    work(&server.database()).await;
    let log = server.log();
    let errors: Vec<_> =
        log.lines().filter(|line| line.contains("ERROR:") || line.contains("FATAL:")).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn contention_is_no_error_for_those_who_isolate_more() {
    let url = database() + "?options=-c%20default_transaction_isolation%3Dserializable";
    let stores = [store(&url).await, store(&url).await];
    for _ in 0..40 {
        let tries = (0..6).map(async |number| {
            let owner = Owner::unique();
            let reply = try_acquire(&stores[number % 2], "k", &owner, LONG).await.expect("held is no error");
            matches!(reply, AcquireReply::Granted { .. }).then_some(owner)
        });
        let winners: Vec<_> = join_all(tries).await.into_iter().flatten().collect();
        let [winner] = &winners[..] else { panic!("{winners:?}") };
        assert_eq!(release(&stores[0], "k", winner).await, ReleaseReply::Released);
    }
}
