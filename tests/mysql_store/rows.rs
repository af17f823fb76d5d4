//! Anybody can write to the table.

use std::time::Duration;

use lockproof::{ForceRelease, List, LockStore, Owner, ReleaseReply, StoreErrorKind};
use sqlx::MySqlPool;

use crate::calls::{
    LONG, acquire, database, holder, is_held, key, number, pool, release, run, store, try_acquire,
};

/// A lock that is held, and a connection to its row.
async fn held() -> (lockproof::MySqlStore, MySqlPool, Owner) {
    let url = database();
    let (store, pool, me) = (store(&url).await, pool(&url, 1), Owner::unique());
    acquire(&store, "k", &me).await;
    // As those do who damage rows.
    run(&pool, "SET SESSION sql_mode = '' /*M!, check_constraint_checks = 0 */").await;
    run(&pool, "/*!80001 ALTER TABLE lockproof_locks ALTER CHECK lockproof_locks_chk_1 NOT ENFORCED */")
        .await;
    (store, pool, me)
}

#[tokio::test]
async fn an_expiry_that_is_no_date_has_passed() {
    let (store, pool, _) = held().await;
    run(&pool, "UPDATE lockproof_locks SET expires_at = '0000-00-00 00:00:00'").await;
    assert_eq!(holder(&store, "k").await, None);
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test]
async fn a_row_without_an_owner_is_free_whatever_its_expiry() {
    let (store, pool, me) = held().await;
    run(&pool, "UPDATE lockproof_locks SET owner = NULL, expires_at = '9999-12-31'").await;
    assert_eq!(holder(&store, "k").await, None);
    assert_eq!(release(&store, "k", &me).await, ReleaseReply::NotHeld);
    acquire(&store, "k", &Owner::unique()).await;
    is_held(&store, "k").await;
}

#[tokio::test]
async fn a_lock_without_end_can_be_forced() {
    let (store, pool, _) = held().await;
    run(&pool, "UPDATE lockproof_locks SET expires_at = '9999-12-31 23:59:59'").await;
    assert_eq!(holder(&store, "k").await.expect("it is held").remaining, None);
    is_held(&store, "k").await;
    store.force_release(ForceRelease::new(key("k"))).await.expect("forced");
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named() {
    let (store, pool, _) = held().await;
    for damage in ["owner = x'ff'", "owner = ''", "token = 9223372036854775807"] {
        let damage = sqlx::AssertSqlSafe(format!("UPDATE lockproof_locks SET {damage}"));
        sqlx::raw_sql(damage).execute(&pool).await.expect("runs");
        let error = try_acquire(&store, "k", &Owner::unique(), LONG).await.expect_err("refused");
        assert_eq!(error.kind(), StoreErrorKind::Rejected, "{error}");
        run(&pool, "UPDATE lockproof_locks SET owner = 'me', token = 7").await;
        is_held(&store, "k").await;
    }
    run(&pool, "UPDATE lockproof_locks SET `key` = x'6bff'").await;
    let error = store.list(List::new(String::new(), None, 9)).await.expect_err("refused");
    assert!(error.to_string().contains("a key that is no text"), "{error}");
}

#[tokio::test]
async fn above_the_highest_token_there_is_none() {
    let (store, pool, me) = held().await;
    run(&pool, "UPDATE lockproof_locks SET token = 9007199254740992").await;
    let error = store.force_release(ForceRelease::new(key("k"))).await.expect_err("refused");
    assert_eq!(error.kind(), StoreErrorKind::Rejected, "{error}");
    assert_eq!(release(&store, "k", &me).await, ReleaseReply::Released);
    let error = try_acquire(&store, "k", &me, LONG).await.expect_err("refused");
    assert!(error.to_string().contains("out of range"), "{error}");
}

#[tokio::test]
async fn pruning_takes_rows_that_are_idle_and_lowers_no_token() {
    const HOUR: Duration = Duration::from_secs(3600);

    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 1));
    let me = Owner::unique();
    for text in ["held", "lapsed", "free", "fresh", "ahead", "pinned"] {
        acquire(&store, text, &me).await;
    }
    for text in ["free", "fresh", "ahead", "pinned"] {
        release(&store, text, &me).await;
    }
    run(
        &pool,
        "UPDATE lockproof_locks SET token = token - 86400000000, expires_at = expires_at - INTERVAL 1 DAY \
         WHERE `key` IN ('lapsed', 'free', 'pinned', 'ahead')",
    )
    .await;
    run(&pool, "UPDATE lockproof_locks SET token = token + 172800000000 WHERE `key` = 'ahead'").await;
    // More than one look has room for.
    run(
        &pool,
        "INSERT INTO lockproof_locks (`key`, label, token, acquired_at, expires_at) WITH RECURSIVE n (n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 600) \
         SELECT CONCAT('more:', n), '', 1, '2020-01-01', '2020-01-01' FROM n",
    )
    .await;
    let mut pinned = crate::calls::pool(&url, 1).begin().await.expect("begins");
    let pin = "SELECT token FROM lockproof_locks WHERE `key` = 'pinned' LOCK IN SHARE MODE";
    sqlx::query(pin).fetch_one(&mut *pinned).await.expect("it is there");

    let error = store.prune(HOUR / 2).await.expect_err("too short");
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert_eq!(store.prune(HOUR * 48).await.expect("answers"), 600);
    assert_eq!(store.prune(HOUR).await.expect("answers"), 2, "`lapsed` and `free`");
    pinned.commit().await.expect("commits");
    assert_eq!(store.prune(HOUR).await.expect("answers"), 1, "`pinned`");
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM lockproof_locks").await, 3);
    assert!(holder(&store, "held").await.is_some());
    let token = number(&pool, "SELECT token FROM lockproof_locks WHERE `key` = 'ahead'").await;
    assert!(acquire(&store, "ahead", &me).await.as_i64() > token);
    acquire(&store, "free", &me).await;
}
