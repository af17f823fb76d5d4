//! Many at once want the same locks, and the server has no trouble with it.

use std::sync::Arc;

use futures::future::join_all;
use lockproof::{
    AskRelease, ForceRelease, LockStore, MySqlStore, Owner, Release, Rotate, StoreError, StoreErrorKind,
};
use lockproof_test_servers::MariaDb;

use crate::calls::{LONG, acquire, extension, few, is_held, key, pool_with, try_acquire, ttl};

const KEYS: [&str; 4] = ["a", "b", "c", "d"];

const ISOLATION: [&str; 3] = [
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
];

/// What the server has counted since its start.
fn status(server: &MariaDb, name: &str) -> u64 {
    let line = server.sql(&server.url(), &format!("SHOW GLOBAL STATUS WHERE Variable_name = '{name}'"));
    line.split_whitespace()
        .last()
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("{name}: {line}"))
}

#[test]
fn heavy_contention_makes_no_deadlock_and_no_line_in_the_log() {
    let server = MariaDb::start_with(&[("innodb-print-all-deadlocks", "1"), ("log-warnings", "2")]);
    let url = server.database();
    let (before, log) = (status(&server, "Innodb_deadlocks"), server.log());
    in_runtime(async {
        let mut stores: Vec<Arc<MySqlStore>> = Vec::new();
        for isolation in ISOLATION {
            let store = MySqlStore::from_pool(pool_with(&url, 6, isolation)).await.expect("opens");
            stores.push(Arc::new(store));
        }
        stores.push(Arc::new(MySqlStore::open_with(&url, few()).await.expect("opens")));
        let work = (0..24).map(|n: usize| tokio::spawn(contend(Arc::clone(&stores[n % stores.len()]), n)));
        let done: Vec<usize> = join_all(work).await.into_iter().map(|it| it.expect("no panic")).collect();
        assert!(done.iter().sum::<usize>() > 100, "they met: {done:?}");
    });
    assert_eq!(status(&server, "Innodb_deadlocks"), before);
    // Connections that end are told of at this level, and that is all that may be there.
    let news = server.log().split_off(log.len());
    let news: Vec<_> = news.lines().filter(|line| !line.contains("Aborted connection")).collect();
    assert!(news.is_empty(), "{news:#?}");
}

/// All that can be done to a lock, in an order that is another one for each.
async fn contend(store: Arc<MySqlStore>, n: usize) -> usize {
    let mut granted = 0;
    for turn in 0..40 {
        let (me, heir) = (Owner::unique(), Owner::unique());
        let text = KEYS[(n + turn) % KEYS.len()];
        // One that was never taken before, too.
        let fresh = format!("{text}:{}", turn % 20);
        for text in [text, &fresh] {
            granted += usize::from(matches!(
                try_acquire(&*store, text, &me, LONG).await.expect("a try is no error"),
                lockproof::AcquireReply::Granted { .. }
            ));
        }
        let all = KEYS.iter().chain([&&*fresh]).map(|text| extension(text, &me)).collect();
        store.extend_all(all).await.into_iter().for_each(|it| _ = settled(it));
        if (n + turn).is_multiple_of(5) {
            settled(store.ask_release(AskRelease::new(key(text), "please".into())).await);
            settled(store.force_release(ForceRelease::new(key(text))).await);
        }
        let hand_over = Rotate::new(key(text), me.clone(), heir.clone(), "heir".into(), ttl(LONG), None);
        settled(store.rotate(hand_over).await);
        let both = [&me, &heir].into_iter().flat_map(|owner| {
            KEYS.iter()
                .chain([&&*fresh])
                .map(|text| Release::new(key(text), owner.clone()))
                .collect::<Vec<_>>()
        });
        store.release_all(both.collect()).await.into_iter().for_each(|it| _ = settled(it));
    }
    granted
}

/// A row that others have in hand may be left alone; nothing else may go wrong.
fn settled<T>(answer: Result<T, StoreError>) -> Option<T> {
    let fine = |error: &StoreError| {
        let kinds = [StoreErrorKind::Unavailable, StoreErrorKind::OutcomeUnknown];
        kinds.contains(&error.kind()) && error.to_string().contains("another transaction has the row")
    };
    match answer {
        Ok(answer) => Some(answer),
        Err(error) if fine(&error) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_thousand_failed_tries_write_nothing() {
    const WRITES: [&str; 5] =
        ["Handler_write", "Handler_update", "Handler_delete", "Handler_rollback", "Innodb_row_lock_waits"];

    let server = MariaDb::start();
    let url = server.database();
    in_runtime(async {
        let (holder, other) =
            (MySqlStore::open(&url).await.expect("opens"), MySqlStore::open(&url).await.expect("opens"));
        let me = Owner::unique();
        acquire(&holder, "k", &me).await;
        let before = WRITES.map(|name| status(&server, name));
        for _ in 0..50 {
            join_all((0..20).map(|n| is_held(if n % 2 == 0 { &holder } else { &other }, "k"))).await;
        }
        assert_eq!(WRITES.map(|name| status(&server, name)), before);
    });
}

fn in_runtime(future: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(future);
}
