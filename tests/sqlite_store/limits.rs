//! Few connections, little patience, no room, and several in one file.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use lockproof::{
    Acquire, Extend, ExtendReply, LockStore, Locks, Owner, ReleaseReply, Rotate, RotateReply, SqlOptions,
    SqliteStore, StoreErrorKind, TableName, Wait,
};
use sqlx::{ConnectOptions, Connection, Row, SqlitePool, sqlite::SqlitePoolOptions};

use super::{
    calls::{LONG, acquire, key, release, ttl},
    sqlite::File,
};

/// Twelve tasks of two services wait for three keys, look and list, while a lease of each service is renewed: all by
/// way of one connection.
async fn all_at_once(stores: [SqliteStore; 2]) {
    const ROUNDS: u32 = 12;
    const TTL: Duration = Duration::from_secs(2);

    let services =
        stores.map(|store| Locks::builder().store(store).wait(Wait::Forever).build().expect("valid"));
    let inside: Arc<[AtomicU32; 3]> = Arc::default();
    let task = |n: usize| {
        let (locks, inside) = (services[n % 2].clone(), Arc::clone(&inside));
        async move {
            for _ in 0..ROUNDS {
                let lock = locks.lock(format!("k:{}", n % 3));
                let lease = lock.clone().acquire().await.expect("answers");
                assert_eq!(inside[n % 3].fetch_add(1, SeqCst), 0, "two were inside");
                lock.state().await.expect("answers");
                locks.list("", None, 9).await.expect("answers");
                tokio::time::sleep(Duration::from_millis(5)).await;
                inside[n % 3].fetch_sub(1, SeqCst);
                lease.release().await.expect("held");
            }
        }
    };
    let mut renewed = Vec::new();
    for (n, locks) in services.iter().enumerate() {
        let lock = locks.lock(format!("renewed:{n}")).ttl(TTL).keep_alive();
        renewed.push(lock.acquire().await.expect("answers"));
    }
    let begun = Instant::now();
    let tasks: Vec<_> = (0..12).map(|n| tokio::spawn(task(n))).collect();
    let all = tokio::time::timeout(Duration::from_secs(60), join_all(tasks));
    for task in all.await.expect("nobody waits for anybody's connection") {
        task.expect("no panic");
    }
    tokio::time::sleep((2 * TTL).saturating_sub(begun.elapsed())).await;
    for lease in renewed {
        lease.release().await.expect("renewed in time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_enough_for_all_at_once() {
    let file = File::new();
    let options = || SqlOptions::new().max_connections(1);
    let open = || SqliteStore::open_with(file.path(), options());
    all_at_once([open().await.expect("opens"), open().await.expect("opens")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_of_the_application_is_enough_for_all_at_once() {
    let file = File::new();
    let connect = file.options().create_if_missing(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(connect);
    let open = || SqliteStore::from_pool(pool.clone());
    all_at_once([open().await.expect("opens"), open().await.expect("opens")]).await;
    // The application has its connection again.
    sqlx::query("SELECT 1").fetch_one(&pool).await.expect("answers");
}

#[tokio::test]
async fn says_that_the_pool_is_empty_and_goes_on_when_it_is_not() {
    let file = File::new();
    let connect = file.options().create_if_missing(true);
    let limited = SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(200));
    let pool = limited.connect_lazy_with(connect);
    let store = SqliteStore::from_pool(pool.clone()).await.expect("opens");
    let taken = pool.acquire().await.expect("the only one");
    let request = Acquire::new(key("k"), Owner::unique(), "".into(), ttl(LONG));
    let error = store.acquire(request).await.expect_err("no connection");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("a pool of their own"), "{error}");
    drop(taken);
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test]
async fn a_call_puts_up_with_other_writers_for_as_long_as_was_said() {
    let file = File::new();
    let options = SqlOptions::new().statement_timeout(Duration::from_millis(300));
    let store = SqliteStore::open_with(file.path(), options).await.expect("opens");
    let mut connection = file.options().connect().await.expect("connects");
    let _writing = connection.begin_with("BEGIN IMMEDIATE").await.expect("begins");
    let begun = Instant::now();
    let request = Acquire::new(key("k"), Owner::unique(), "".into(), ttl(LONG));
    let error = store.acquire(request).await.expect_err("busy");
    let took = begun.elapsed();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("database busy"), "{error}");
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn what_is_held_goes_on_in_a_full_database() {
    async fn limit(pool: &SqlitePool, pages: &'static str) -> i64 {
        sqlx::query(pages).fetch_one(pool).await.expect("runs").get(0)
    }

    let file = File::new();
    // The limit is the connection's.
    let pool =
        SqlitePoolOptions::new().max_connections(1).connect_lazy_with(file.options().create_if_missing(true));
    let store = SqliteStore::from_pool(pool.clone()).await.expect("opens");
    let me = Owner::unique();
    acquire(&store, "first", &me).await;
    limit(&pool, "PRAGMA max_page_count = 1").await; // as many as there are
    let new = |n: u32| Acquire::new(key(&format!("k:{n}")), me.clone(), "".into(), ttl(LONG));
    let mut n = 0;
    let error = loop {
        match store.acquire(new(n)).await {
            Ok(_) => n += 1,
            Err(error) => break error,
        }
        assert!(n < 1000, "no room for a thousand rows");
    };
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert!(error.to_string().contains("full"), "{error}");
    for _ in 0..20 {
        let extend = Extend::new(key("first"), me.clone(), ttl(LONG));
        assert!(matches!(store.extend(extend).await, Ok(ExtendReply::Extended { .. })));
        let rotate = Rotate::new(key("first"), me.clone(), me.clone(), "".into(), ttl(LONG), None);
        assert!(matches!(store.rotate(rotate).await, Ok(RotateReply::Granted { .. })));
        assert_eq!(release(&store, "first", &me).await, ReleaseReply::Released);
        acquire(&store, "first", &me).await;
    }
    limit(&pool, "PRAGMA max_page_count = 1000").await;
    store.acquire(new(n)).await.expect("there is room again");
}

#[tokio::test]
async fn tables_and_namespaces_in_one_file_know_nothing_of_each_other() {
    let file = File::new();
    let open = |name: &str| {
        let options = SqlOptions::new().table(TableName::new(name).expect("a name"));
        SqliteStore::open_with(file.path(), options)
    };
    let service = |store: SqliteStore, namespace: &str| {
        Locks::builder().store(store).namespace(namespace).build().expect("valid")
    };
    let (one, two) = (open("one").await.expect("opens"), open("two").await.expect("opens"));
    let all = [
        service(one.clone(), "billing"),
        service(one, "shipping"),
        service(two.clone(), "billing"),
        service(two, "shipping"),
    ];
    let mut held = Vec::new();
    for locks in &all {
        held.push(locks.lock("k").try_acquire().await.expect("answers").expect("nobody has it here"));
    }
    for locks in &all {
        assert!(locks.lock("k").try_acquire().await.expect("answers").is_none());
        assert_eq!(locks.list("", None, 9).await.expect("answers").len(), 1);
    }
    all[0].lock("k").force_release().await.expect("answers");
    assert!(all[0].lock("k").try_acquire().await.expect("answers").is_some());
    for lease in held.into_iter().skip(1) {
        lease.release().await.expect("held still");
    }
}
