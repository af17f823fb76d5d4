//! Acquisitions that come at the same time and are done by one statement.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use futures::{future::join_all, poll};
use lockproof::{Acquire, AcquireReply, Inspect, LockStore, Owner, SqliteStore, StoreError, StoreErrorKind};
use sqlx::{Row, Sqlite, SqlitePool, pool::PoolConnection, sqlite::SqlitePoolOptions};

use super::{
    calls::{LONG, acquire, key, release, ttl},
    sqlite::File,
};

/// A store over one connection, which the test can keep, and how often it was taken.
struct World {
    pool: SqlitePool,
    taken: Arc<AtomicU32>,
    store: SqliteStore,
    _file: File,
}

impl World {
    async fn new() -> Self {
        let file = File::new();
        let taken = Arc::<AtomicU32>::default();
        let counter = Arc::clone(&taken);
        let options = SqlitePoolOptions::new().max_connections(1).before_acquire(move |_, _| {
            counter.fetch_add(1, SeqCst);
            Box::pin(async { Ok(true) })
        });
        let pool = options.connect_lazy_with(file.options().create_if_missing(true));
        let store = SqliteStore::from_pool(pool.clone()).await.expect("opens");
        Self { pool, taken, store, _file: file }
    }

    async fn stop(&self) -> PoolConnection<Sqlite> {
        self.pool.acquire().await.expect("the only one")
    }

    fn acquire(
        &self,
        name: &str,
        owner: &Owner,
    ) -> tokio::task::JoinHandle<Result<AcquireReply, StoreError>> {
        let request = Acquire::new(key(name), owner.clone(), "".into(), ttl(LONG));
        tokio::spawn(self.store.acquire(request))
    }
}

fn is_granted(reply: &Result<AcquireReply, StoreError>) -> bool {
    matches!(reply, Ok(AcquireReply::Granted { .. }))
}

/// Until all tasks have come to where they wait.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn sixty_four_at_once_are_two_statements() {
    let world = World::new().await;
    let stopped = world.stop().await;
    let before = world.taken.load(SeqCst);
    let all: Vec<_> = (0..64).map(|n| world.acquire(&format!("k:{n}"), &Owner::unique())).collect();
    settle().await;
    drop(stopped);
    for reply in join_all(all).await {
        assert!(is_granted(&reply.expect("no panic")));
    }
    assert_eq!(world.taken.load(SeqCst) - before, 2, "the first, and all that came meanwhile");
}

#[tokio::test]
async fn one_of_many_gets_a_key_and_the_others_hear_who() {
    let world = World::new().await;
    let stopped = world.stop().await;
    let owners: Vec<_> = (0..10).map(|_| Owner::unique()).collect();
    let all: Vec<_> = owners.iter().map(|owner| world.acquire("k", owner)).collect();
    settle().await;
    drop(stopped);
    let mut granted = 0;
    for reply in join_all(all).await {
        match reply.expect("no panic").expect("answers") {
            AcquireReply::Granted { .. } => granted += 1,
            AcquireReply::Held { holder, .. } => assert!(holder.is_some_and(|it| owners.contains(&it.owner))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(granted, 1);
}

#[tokio::test]
async fn those_behind_one_that_is_dropped_go_on_without_it() {
    let world = World::new().await;
    // Dropped before its statement, and at each of its steps.
    for steps in 0..12 {
        let stopped = world.stop().await;
        let (first, second) = (format!("first:{steps}"), format!("second:{steps}"));
        let request = Acquire::new(key(&first), Owner::unique(), "".into(), ttl(LONG));
        let mut leader = world.store.acquire(request);
        assert!(poll!(&mut leader).is_pending());
        let owners = [Owner::unique(), Owner::unique()];
        let behind: Vec<_> = owners.iter().map(|owner| world.acquire(&second, owner)).collect();
        settle().await;
        drop(stopped);
        for _ in 0..steps {
            tokio::time::sleep(Duration::from_micros(50)).await;
            if poll!(&mut leader).is_ready() {
                break;
            }
        }
        drop(leader);
        let replies = tokio::time::timeout(Duration::from_secs(20), join_all(behind)).await.expect("no stop");
        let replies: Vec<_> = replies.into_iter().map(|reply| reply.expect("no panic")).collect();
        assert_eq!(replies.iter().filter(|reply| is_granted(reply)).count(), 1, "{replies:?}");
        let holder = world.store.inspect(Inspect::new(key(&second))).await.expect("answers").expect("held");
        assert!(owners.contains(&holder.owner));
    }
}

#[tokio::test]
async fn one_that_is_dropped_before_its_turn_takes_nothing() {
    let world = World::new().await;
    let stopped = world.stop().await;
    let first = world.acquire("first", &Owner::unique());
    settle().await;
    let second = world.acquire("second", &Owner::unique());
    settle().await;
    second.abort();
    settle().await;
    drop(stopped);
    assert!(is_granted(&first.await.expect("no panic")));
    let me = Owner::unique();
    acquire(&world.store, "second", &me).await;
    release(&world.store, "second", &me).await;
}

#[tokio::test]
async fn a_new_key_without_room_does_not_stop_the_others() {
    let world = World::new().await;
    let me = Owner::unique();
    for name in ["a", "b"] {
        acquire(&world.store, name, &me).await;
    }
    let pages: i64 =
        sqlx::query("PRAGMA max_page_count = 1").fetch_one(&world.pool).await.expect("runs").get(0);
    assert!(pages > 1, "as many as there are");
    let mut n = 0;
    while is_granted(&world.acquire(&format!("k:{n}"), &me).await.expect("no panic")) {
        n += 1;
        assert!(n < 1000, "no room for a thousand rows");
    }
    for name in ["a", "b"] {
        release(&world.store, name, &me).await; // so there is room for these
    }
    let stopped = world.stop().await;
    let leader = world.acquire("a", &me);
    settle().await;
    let new = world.acquire(&"n".repeat(400), &me);
    let old = world.acquire("b", &me);
    settle().await;
    drop(stopped);
    assert!(is_granted(&leader.await.expect("no panic")));
    assert!(is_granted(&old.await.expect("no panic")));
    let error = new.await.expect("no panic").expect_err("no room");
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert!(error.to_string().contains("full"), "{error}");
}
