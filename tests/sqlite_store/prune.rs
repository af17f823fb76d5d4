//! Rows that nobody needs any more, and the tokens of their keys.

use std::{error::Error, time::Duration};

use lockproof::{
    Acquire, AcquireReply, ForceRelease, InvalidDuration, LockStore, Owner, SqlOptions, SqliteStore,
    TableName,
};
use sqlx::{ConnectOptions, Row};

use super::{
    calls::{acquire, key, release, ttl},
    sqlite::File,
};

const HOUR: Duration = Duration::from_secs(3600);

/// All that is in the file happened this long ago.
async fn later(file: &File, by: Duration) {
    let millis = i64::try_from(by.as_millis()).expect("short");
    let mut connection = file.options().connect().await.expect("connects");
    let sql = "UPDATE lockproof_locks SET acquired_at = acquired_at - ?1, token = token - ?1 * 1000, \
               expires_at = iif(expires_at = 9223372036854775807, expires_at, expires_at - ?1)";
    sqlx::query(sql).bind(millis).execute(&mut connection).await.expect("runs");
}

async fn keys(file: &File) -> Vec<String> {
    let mut connection = file.options().connect().await.expect("connects");
    let rows = sqlx::query("SELECT key FROM lockproof_locks ORDER BY key").fetch_all(&mut connection).await;
    rows.expect("reads").iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn takes_away_what_nobody_has_had_for_long_and_nothing_else() {
    let file = File::new();
    let store = file.store().await;
    let me = Owner::unique();
    for free in ["released", "released long ago"] {
        acquire(&store, free, &me).await;
        release(&store, free, &me).await;
    }
    acquire(&store, "forced", &me).await;
    store.force_release(ForceRelease::new(key("forced"))).await.expect("answers");
    acquire(&store, "lapsed", &me).await;
    for for_ever in ["held", "held and asked"] {
        let request = Acquire::new(key(for_ever), me.clone(), "".into(), lockproof::Ttl::Never);
        assert!(matches!(store.acquire(request).await.expect("answers"), AcquireReply::Granted { .. }));
    }
    assert_eq!(store.prune(HOUR).await.expect("answers"), 0);
    later(&file, 2 * HOUR).await;
    acquire(&store, "released", &me).await;
    release(&store, "released", &me).await;
    file.tamper("UPDATE lockproof_locks SET acquired_at = 5 WHERE key = 'released'").await;

    assert_eq!(store.prune(24 * HOUR).await.expect("answers"), 0);
    assert_eq!(store.prune(HOUR).await.expect("answers"), 3);
    assert_eq!(keys(&file).await, ["held", "held and asked", "released"]);
    assert_eq!(store.prune(HOUR).await.expect("answers"), 0);
}

#[tokio::test]
async fn a_token_never_falls_by_it() {
    let file = File::new();
    let store = file.store().await;
    let me = Owner::unique();
    let mut last = acquire(&store, "k", &me).await;
    for _ in 0..20 {
        release(&store, "k", &me).await;
        later(&file, 2 * HOUR).await;
        assert_eq!(store.prune(HOUR).await.expect("answers"), 1);
        assert!(keys(&file).await.is_empty());
        let next = acquire(&store, "k", &me).await;
        assert!(next > last, "{next:?} after {last:?}");
        last = next;
    }
    // One that lies above the clock can only be remembered.
    release(&store, "k", &me).await;
    file.tamper("UPDATE lockproof_locks SET token = 9000000000000000, acquired_at = 0, expires_at = 0").await;
    assert_eq!(store.prune(HOUR).await.expect("answers"), 0);
    assert_eq!(acquire(&store, "k", &me).await.to_string(), "9000000000000001");
}

#[tokio::test]
async fn goes_through_thousands_of_rows_of_its_own_table() {
    let file = File::new();
    let mine = SqlOptions::new().table(TableName::new("mine").expect("a name"));
    let mine = SqliteStore::open_with(file.path(), mine).await.expect("opens");
    acquire(&mine, "k", &Owner::unique()).await;
    let store = file.store().await;
    file.tamper(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2345)
         INSERT INTO lockproof_locks SELECT printf('k:%d', i), NULL, '', 1, 1, 1, NULL FROM n;
         INSERT INTO mine SELECT * FROM lockproof_locks",
    )
    .await;
    assert_eq!(store.prune(HOUR).await.expect("answers"), 2345);
    assert!(keys(&file).await.is_empty());
    assert_eq!(mine.prune(HOUR).await.expect("answers"), 2345);
    assert_eq!(mine.list(lockproof::List::new(String::new(), None, 9)).await.expect("reads").len(), 1);
}

#[tokio::test]
async fn refuses_less_than_an_hour() {
    let error = File::new().store().await.prune(ttl(HOUR).as_duration().expect("finite") / 2).await;
    let error = error.expect_err("too short");
    assert!(
        error
            .source()
            .is_some_and(|source| matches!(source.downcast_ref(), Some(InvalidDuration::TooShort { .. }))),
        "{error:?}"
    );
    assert!(error.to_string().contains("1800s is too short here; the shortest is 3600s"), "{error}");
}
