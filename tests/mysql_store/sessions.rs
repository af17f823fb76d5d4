//! Pools of the application's own, whose sessions are as the application wants them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use lockproof::{
    Acquire, AskRelease, LockStore, MySqlStore, Owner, StoreErrorKind, StoreFuture,
    testing::{CASES, Harness},
};
use sqlx::MySqlPool;

use crate::calls::{LONG, acquire_for, database, holder, is_held, key, pool_with, ttl};

/// As far from the defaults as they get, and from each other.
const SESSIONS: [&str; 3] = [
    "SET sql_mode = '', time_zone = '+13:00', NAMES latin1; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET sql_mode = 'ANSI,TRADITIONAL', time_zone = '-11:00', sql_safe_updates = 1; \
     SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "SET sql_mode = 'NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE,PIPES_AS_CONCAT,IGNORE_SPACE', NAMES sjis",
];

fn pool(url: &str, session: &'static str) -> MySqlPool {
    pool_with(url, 3, session)
}

/// Each handle has the next session.
struct Sessions(String, AtomicUsize);

impl Harness for Sessions {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let pool = pool(&self.0, SESSIONS[self.1.fetch_add(1, SeqCst) % SESSIONS.len()]);
        Box::pin(async { Ok(Arc::new(MySqlStore::from_pool(pool).await?) as Arc<dyn LockStore>) })
    }
}

#[test]
fn works_in_sessions_of_any_kind() {
    let calls = CASES.iter().filter(|case| case.name.starts_with("store_"));
    assert!(calls.clone().count() > 100);
    let place = AtomicUsize::new(0);
    let work = || {
        // Two cases at once, since they wait more than they work.
        while let Some(case) = calls.clone().nth(place.fetch_add(1, SeqCst)) {
            // Over all of them, each session is the first handle and the second one.
            let first = place.load(SeqCst) % SESSIONS.len();
            case.run(&Sessions(database(), AtomicUsize::new(first)));
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work();
        other.join().expect("no panic");
    });
}

#[tokio::test]
async fn a_clock_of_another_time_zone_is_the_same_clock() {
    let url = database();
    let mut stores = Vec::new();
    for session in SESSIONS {
        stores.push(MySqlStore::from_pool(pool(&url, session)).await.expect("opens"));
    }
    for (at, store) in stores.iter().enumerate() {
        let me = Owner::unique();
        let text = format!("k:{at}");
        acquire_for(store, &text, &me, LONG).await;
        for other in &stores {
            let held = holder(other, &text).await.expect("it is held");
            let left = held.remaining.expect("it ends");
            assert!(left <= LONG && left > LONG / 2, "{left:?}");
            let since = std::time::SystemTime::now().duration_since(held.since).expect("the same machine");
            assert!(since < LONG / 2, "{since:?}");
        }
    }
}

#[tokio::test]
async fn text_is_the_same_for_every_character_set() {
    const TEXT: &str = "ädá ζ 日本 🔑 \\' %";

    let url = database();
    let mut stores = vec![MySqlStore::open(&url).await.expect("opens")];
    for session in SESSIONS {
        stores.push(MySqlStore::from_pool(pool(&url, session)).await.expect("opens"));
    }
    for (at, store) in stores.iter().enumerate() {
        let text = format!("{TEXT}{at}");
        let me = Owner::from_text(TEXT).expect("legal");
        store.acquire(Acquire::new(key(&text), me.clone(), TEXT.into(), ttl(LONG))).await.expect("free");
        store.ask_release(AskRelease::new(key(&text), TEXT.into())).await.expect("asked");
        for other in &stores {
            let held = holder(other, &text).await.expect("it is held");
            assert_eq!((held.owner, held.label), (me.clone(), TEXT.into()));
            assert_eq!(held.asked, Some(TEXT.into()));
        }
    }
    let pool = crate::calls::pool(&url, 1);
    let label: String =
        sqlx::query_scalar("SELECT label FROM lockproof_locks LIMIT 1").fetch_one(&pool).await.expect("text");
    assert_eq!(label, TEXT, "it can be read in the table");
}

#[tokio::test]
async fn a_session_that_goes_on_to_another_database_meets_the_same_locks() {
    let (url, other) = (database(), database());
    let (_, name) = other.rsplit_once('/').expect("a database");
    MySqlStore::open(&other).await.expect("has a table of the same name");
    let pool = crate::calls::pool(&url, 1);
    let store = MySqlStore::from_pool(pool.clone()).await.expect("opens");
    acquire_for(&store, "k", &Owner::unique(), LONG).await;
    let other_database = sqlx::AssertSqlSafe(format!("USE {name}"));
    sqlx::raw_sql(other_database).execute(&pool).await.expect("is used");
    is_held(&store, "k").await;
}

#[tokio::test]
async fn a_pool_without_autocommit_is_refused() {
    let error = MySqlStore::from_pool(pool(&database(), "SET autocommit = 0")).await.expect_err("refused");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    assert!(error.to_string().contains("`autocommit` off"), "{error}");
}

#[tokio::test]
async fn a_server_without_autocommit_has_it_in_the_pools_that_the_store_makes() {
    let server = lockproof_test_servers::MariaDb::start_with(&[("autocommit", "0"), ("sql-mode", "")]);
    let url = server.database();
    let (one, two) =
        (MySqlStore::open(&url).await.expect("opens"), MySqlStore::open(&url).await.expect("opens"));
    acquire_for(&one, "k", &Owner::unique(), Duration::from_secs(60)).await;
    assert!(holder(&two, "k").await.is_some());
}
