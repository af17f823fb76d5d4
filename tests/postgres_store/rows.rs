//! Rows that somebody else has written to, and rows that go.

use std::{error::Error, time::Duration};

use lockproof::{
    AcquireReply, ForceRelease, Inspect, List, LockStore, Owner, Rotate, StoreErrorKind, TokenExhausted,
};
use sqlx::PgPool;

use super::calls::{LONG, acquire, database, is_held, key, number, pool, run, store, try_acquire, ttl};

/// Without the checks, which would not allow most of it.
async fn tampered(sql: &'static str) -> (lockproof::PostgresStore, PgPool) {
    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 1));
    let drop_checks = "ALTER TABLE lockproof_locks DROP CONSTRAINT lockproof_locks_token_check, \
         DROP CONSTRAINT lockproof_locks_owner_check";
    run(&pool, drop_checks).await;
    run(&pool, sql).await;
    (store, pool)
}

macro_rules! row {
    ($key:literal, $owner:literal, $token:literal, $acquired:literal, $expires:literal) => {
        concat!(
            "INSERT INTO lockproof_locks (key, owner, label, token, acquired_at, expires_at) VALUES ('",
            $key,
            "', ",
            $owner,
            ", '', ",
            $token,
            ", ",
            $acquired,
            ", ",
            $expires,
            ")"
        )
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiry_without_an_owner_is_nobodys() {
    let (store, _) = tampered(row!("k", "NULL", "5", "now()", "'infinity'")).await;
    assert_eq!(store.inspect(Inspect::new(key("k"))).await.expect("answers"), None);
    let token = acquire(&store, "k", &Owner::unique()).await;
    assert!(token.as_i64() > 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_below_zero_becomes_one_of_the_clock() {
    let (store, pool) = tampered(row!("k", "NULL", "-7", "now()", "now()")).await;
    let token = acquire(&store, "k", &Owner::unique()).await;
    let now = number(&pool, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").await;
    assert!((0..60_000_000).contains(&(now - token.as_i64())), "{token}");
}

#[tokio::test(flavor = "multi_thread")]
async fn says_when_tokens_are_used_up() {
    let most = row!("k", "NULL", "9223372036854775807", "now()", "now()");
    let (store, pool) = tampered(most).await;
    let me = Owner::unique();
    let error = try_acquire(&store, "k", &me, LONG).await.expect_err("no token is higher");
    assert_eq!(error.kind(), StoreErrorKind::Rejected, "{error}");
    assert!(error.source().is_some_and(|source| source.is::<TokenExhausted>()), "{error}");
    run(&pool, "UPDATE lockproof_locks SET owner = 'me', token = 9007199254740992, expires_at = 'infinity'")
        .await;
    let rotate = Rotate::new(key("k"), owner("me"), me, "".into(), ttl(LONG), None);
    let results = [
        store.rotate(rotate).await.map(drop),
        store.force_release(ForceRelease::new(key("k"))).await.map(drop),
    ];
    for result in results {
        let error = result.expect_err("no token is higher");
        assert!(error.source().is_some_and(|source| source.is::<TokenExhausted>()), "{error}");
    }
    is_held(&store, "k").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_are_none_are_put_up_with() {
    let sql = concat!(
        row!("a", "'me'", "5", "'-infinity'", "'infinity'"),
        ";",
        row!("b", "'me'", "5", "'infinity'", "'294276-12-31'"),
        ";",
        row!("c", "'me'", "5", "'4713-01-01 BC'", "'-infinity'")
    );
    let (store, _) = tampered(sql).await;
    let held = store.list(List::new(String::new(), None, 10)).await.expect("answers");
    let keys: Vec<_> = held.iter().map(|line| (line.key.as_str(), line.holder.remaining.is_none())).collect();
    assert_eq!(keys, [("a", true), ("b", false)]);
    for text in ["a", "b"] {
        is_held(&store, text).await;
    }
    acquire(&store, "c", &Owner::unique()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn says_which_row_is_damaged() {
    let (store, pool) = tampered(row!("k", "''", "5", "now()", "'infinity'")).await;
    let reply = try_acquire(&store, "k", &Owner::unique(), LONG).await;
    let error = reply.expect_err("an owner has a name");
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert!(error.to_string().contains("\"k\"") && error.to_string().contains("damaged"), "{error}");
    run(&pool, "UPDATE lockproof_locks SET owner = '\\xff'").await;
    let error = store.inspect(Inspect::new(key("k"))).await.expect_err("no UTF-8");
    assert!(error.to_string().contains("\"k\""), "{error}");
    store.force_release(ForceRelease::new(key("k"))).await.expect("what cannot be read can be freed");
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prunes_what_nobody_has_wanted_for_long_and_lowers_no_token() {
    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 2));
    let rows = "INSERT INTO lockproof_locks (key, owner, label, token, acquired_at, expires_at)
        SELECT convert_to('old' || n, 'UTF8'), CASE WHEN n % 2 = 0 THEN convert_to('me', 'UTF8') END, '',
               (extract(epoch FROM now() - interval '3 hours') * 1000000)::bigint + n,
               now() - interval '3 hours', now() - interval '2 hours' FROM generate_series(1, 1200) AS n;
        INSERT INTO lockproof_locks (key, owner, label, token, acquired_at, expires_at) VALUES
            ('high', NULL, '', (extract(epoch FROM now()) * 1000000)::bigint, now(), now() - interval '2 hours'),
            ('fresh', NULL, '', 5, now(), now() - interval '30 minutes'),
            ('held', 'me', '', 5, now(), now() + interval '2 hours'),
            ('pinned', NULL, '', 5, now(), now() - interval '2 hours')";
    run(&pool, rows).await;
    let mut transaction = pool.begin().await.expect("connects");
    let pin = "SELECT FROM lockproof_locks WHERE key = 'pinned' FOR SHARE";
    sqlx::query(pin).execute(&mut *transaction).await.expect("runs");
    let hour = Duration::from_secs(3600);
    let highest = number(&pool, "SELECT max(token) FROM lockproof_locks WHERE key LIKE 'old%'").await;
    assert_eq!(store.prune(hour).await.expect("answers"), 1200);
    let left: Vec<String> =
        sqlx::query_scalar("SELECT convert_from(key, 'UTF8') FROM lockproof_locks ORDER BY key")
            .fetch_all(&pool)
            .await
            .expect("answers");
    assert_eq!(left, ["fresh", "held", "high", "pinned"]);
    transaction.rollback().await.expect("it ends");
    assert!(acquire(&store, "old1200", &Owner::unique()).await.as_i64() > highest);
    assert_eq!(store.prune(Duration::from_secs(u64::MAX / 1_000_000_000)).await.expect("answers"), 0);
    assert_eq!(store.prune(hour).await.expect("answers"), 1, "that which was pinned");
    assert!(store.prune(hour / 2).await.is_err(), "that is too soon");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_of_the_same_name_is_another_owner() {
    let (store, _) = tampered(row!("k", "'ME'", "5", "now()", "'infinity'")).await;
    let reply = try_acquire(&store, "k", &owner("me"), LONG).await.expect("answers");
    let AcquireReply::Held { holder: Some(holder), .. } = reply else { panic!("{reply:?}") };
    assert_eq!(holder.owner, owner("ME"));
}

fn owner(name: &str) -> Owner {
    Owner::from_text(name).expect("legal")
}
