//! Rows that a transaction of somebody's has.

use std::time::{Duration, Instant};

use lockproof::{
    AcquireReply, Extend, ExtendReply, LockStore, Outcome, Owner, Release, ReleaseReply, StoreErrorKind,
};
use sqlx::{PgPool, Postgres, Transaction};

use super::calls::{
    LONG, acquire, acquire_for, database, extend, key, pool, release, service, store, try_acquire, ttl,
};

/// Longer than anybody may take over it, shorter than a pin lasts here.
const IN_TIME: Duration = Duration::from_secs(10);

/// Keeps the row of a key from being changed, as a save does.
async fn pin(pool: &PgPool, text: &str) -> Transaction<'static, Postgres> {
    let mut transaction = pool.begin().await.expect("connects");
    let pin = "SELECT token FROM lockproof_locks WHERE key = $1 FOR SHARE";
    let pinned = sqlx::query(pin).bind(text.as_bytes()).fetch_all(&mut *transaction).await;
    assert_eq!(pinned.expect("answers").len(), 1);
    transaction
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_row_holds_up_no_other() {
    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 2));
    let me = Owner::unique();
    for text in ["a", "b", "c"] {
        acquire(&store, text, &me).await;
    }
    let pinned = pin(&pool, "b").await;
    let begun = Instant::now();
    let lines = ["a", "b", "c"].map(|text| Extend::new(key(text), me.clone(), ttl(LONG)));
    let replies: [_; 3] = store.extend_all(lines.to_vec()).await.try_into().expect("one for each");
    let [a, b, c] = replies;
    for reply in [a, c] {
        assert_eq!(reply.expect("answers"), ExtendReply::Extended { asked: None });
    }
    let error = b.expect_err("its row is pinned");
    assert!(error.is_retryable(), "never `NotHeld`: {error}");
    assert_eq!(error.outcome(), Outcome::Unknown);

    let lines = ["a", "b", "none"].map(|text| Release::new(key(text), me.clone()));
    let replies: [_; 3] = store.release_all(lines.to_vec()).await.try_into().expect("one for each");
    let [a, b, none] = replies;
    assert_eq!(a.expect("answers"), ReleaseReply::Released);
    assert!(b.expect_err("its row is pinned").is_retryable());
    assert_eq!(none.expect("answers"), ReleaseReply::NotHeld);
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());

    pinned.rollback().await.expect("it ends");
    assert!(extend(&store, "b", &me).await.is_ok());
    assert_eq!(release(&store, "b", &me).await, ReleaseReply::Released);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_save_that_outlasts_its_lock_keeps_strangers_out_in_time() {
    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 2));
    acquire_for(&store, "k", &Owner::unique(), Duration::from_millis(50)).await;
    let pinned = pin(&pool, "k").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    let reply = try_acquire(&store, "k", &Owner::unique(), LONG).await.expect("held is no error");
    assert!(matches!(reply, AcquireReply::Held { remaining: Some(_), holder: None }), "{reply:?}");
    assert_eq!(service(&store).lock("k").try_acquire().await.map(drop).expect("no error"), ());
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    pinned.commit().await.expect("it ends");
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_calls_say_that_the_row_is_pinned() {
    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 2));
    let (me, heir) = (Owner::unique(), Owner::unique());
    acquire(&store, "k", &me).await;
    let pinned = pin(&pool, "k").await;
    let rotate = lockproof::Rotate::new(key("k"), me.clone(), heir, "heir".into(), ttl(LONG), None);
    let results = [
        store.rotate(rotate.clone()).await.map(drop),
        store.force_release(lockproof::ForceRelease::new(key("k"))).await.map(drop),
        store.ask_release(lockproof::AskRelease::new(key("k"), "please".into())).await.map(drop),
        try_acquire(&store, "k", &me, LONG).await.map(drop),
    ];
    for result in results {
        let error = result.expect_err("its row is pinned");
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains("\"k\""), "{error}");
    }
    pinned.commit().await.expect("it ends");
    store.rotate(rotate).await.expect("answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_is_not_committed_is_not_waited_for_for_long() {
    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 2));
    let mut transaction = pool.begin().await.expect("connects");
    let insert = "INSERT INTO lockproof_locks (key, label, token, acquired_at, expires_at) \
         VALUES ('k', '', 1, now(), now())";
    sqlx::query(insert).execute(&mut *transaction).await.expect("runs");
    let begun = Instant::now();
    let reply = try_acquire(&store, "k", &Owner::unique(), LONG).await.expect("held is no error");
    assert!(matches!(reply, AcquireReply::Held { .. }), "{reply:?}");
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    transaction.rollback().await.expect("it ends");
    acquire(&store, "k", &Owner::unique()).await;
}
