//! A save under a lock without a fence pins the lock's row in its transaction. That is nobody else's business.

use std::time::Duration;

use lockproof::{
    AcquireError, AcquireReply, ExtendReply, ForceRelease, LockStore, Locks, Owner, Release, ReleaseReply,
    StoreErrorKind, Wait,
};
use sqlx::{MySql, Transaction};

use crate::calls::{
    LONG, acquire, acquire_for, database, extension, holder, is_held, key, pool, release, soon, store,
    try_acquire,
};

/// A transaction that has the row of this lock.
async fn pin(url: &str, text: &str) -> Transaction<'static, MySql> {
    let mut transaction = pool(url, 1).begin().await.expect("begins");
    let pin = "SELECT token FROM lockproof_locks WHERE `key` = ? LOCK IN SHARE MODE";
    sqlx::query(pin).bind(text.as_bytes()).fetch_one(&mut *transaction).await.expect("it is there");
    transaction
}

#[tokio::test]
async fn a_batch_leaves_a_pinned_row_out_and_no_other() {
    let url = database();
    let store = store(&url).await;
    let me = Owner::unique();
    for text in ["a", "b", "c"] {
        acquire(&store, text, &me).await;
    }
    let pinned = pin(&url, "b").await;
    let all = || ["a", "b", "c"].map(|text| extension(text, &me)).to_vec();
    let [a, b, c] = store.extend_all(all()).await.try_into().expect("three");
    let is_extended = |reply: Result<ExtendReply, _>| matches!(reply, Ok(ExtendReply::Extended { .. }));
    assert!(is_extended(a) && is_extended(c));
    assert_eq!(b.expect_err("nobody knows").kind(), StoreErrorKind::OutcomeUnknown);
    let [a, b] = store
        .release_all(["a", "b"].map(|text| Release::new(key(text), me.clone())).to_vec())
        .await
        .try_into()
        .expect("two");
    assert_eq!(a.expect("released"), ReleaseReply::Released);
    assert_eq!(b.expect_err("nobody knows").kind(), StoreErrorKind::OutcomeUnknown);
    pinned.commit().await.expect("commits");
    assert!(store.extend_all(all()[1..].to_vec()).await.into_iter().all(is_extended));
}

#[tokio::test]
async fn a_pin_that_outlasts_the_ttl_costs_no_other_lease() {
    const TTL: Duration = Duration::from_secs(3);

    let url = database();
    // With one connection, a renewal that waits would hold up all the others.
    let options = lockproof::SqlOptions::new().max_connections(1);
    let locks = Locks::new(lockproof::MySqlStore::open_with(&url, options).await.expect("opens"));
    let mut leases = Vec::new();
    for text in ["a", "b", "c", "d"] {
        leases.push(locks.lock(text).ttl(TTL).keep_alive().acquire().await.expect("free"));
    }
    let pinned = pin(&url, "b").await;
    tokio::time::sleep(TTL * 2).await;
    let lost: Vec<_> = leases.iter().map(|lease| lease.is_lost()).collect();
    assert_eq!(lost, [false, true, false, false], "b could not be renewed, and it was told so");
    pinned.commit().await.expect("commits");
    for lease in leases.into_iter().filter(|lease| !lease.is_lost()) {
        lease.release().await.expect("it is held");
    }
}

#[tokio::test]
async fn a_try_at_a_pinned_lock_that_has_lapsed_ends_on_time_as_held() {
    let url = database();
    let (mine, other) = (store(&url).await, store(&url).await);
    let me = Owner::unique();
    let token = acquire_for(&mine, "k", &me, Duration::from_millis(300)).await;
    let pinned = pin(&url, "k").await;
    soon("it lapses", async || holder(&other, "k").await.is_none()).await;
    is_held(&other, "k").await;
    let locks = Locks::new(other.clone());
    let waited = locks.lock("k").wait(Wait::within(Duration::from_millis(400))).acquire().await;
    assert!(matches!(waited, Err(AcquireError::Timeout { .. })), "{waited:?}");
    pinned.commit().await.expect("commits");
    // The try that was open at the end of the wait may be served only now: the service lets go of it then.
    let next = Owner::unique();
    let granted = async || match try_acquire(&other, "k", &next, LONG).await.expect("answers") {
        AcquireReply::Granted { token: next } => next > token,
        _ => false,
    };
    soon("it can be had", granted).await;
}

#[tokio::test]
async fn what_cannot_go_round_a_pin_says_so_in_time() {
    let url = database();
    let store = store(&url).await;
    let me = Owner::unique();
    acquire(&store, "k", &me).await;
    let pinned = pin(&url, "k").await;
    let error = store.force_release(ForceRelease::new(key("k"))).await.expect_err("it is pinned");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("another transaction has the row of \"k\""), "{error}");
    assert!(holder(&store, "k").await.is_some(), "it can be read");
    pinned.commit().await.expect("commits");
    assert_eq!(release(&store, "k", &me).await, ReleaseReply::Released);
}
