//! What cannot be seen from outside: the registry, the tasks, and the raising of a token.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;

use super::{Locks, Wait};
use crate::{
    model::{FencingToken, Label, Owner, Ttl},
    store::{Acquire, ForceRelease, LockStore, MemoryStore, RotateReply},
};

#[tokio::test(start_paused = true)]
async fn nothing_is_known_about_keys_that_are_over() {
    let locks = Locks::memory();
    let tasks = (0..400).map(|n| {
        let lock = locks.lock(("k", n % 20)).wait(Wait::Forever);
        tokio::spawn(async move {
            let turn = async {
                let lease = lock.acquire().await.expect("it comes free");
                tokio::task::yield_now().await;
                if n % 3 == 0 {
                    lease.release().await.expect("held");
                }
            };
            let limit = Duration::from_millis(if n % 4 == 0 { 1 } else { 10_000 });
            let _ = tokio::time::timeout(limit, turn).await;
            let _ = lock.try_acquire().await.expect("an answer");
        })
    });
    for ended in join_all(tasks.collect::<Vec<_>>()).await {
        ended.expect("no panic");
    }
    locks.drain().await;
    let service = locks.handle().service();
    assert_eq!(service.registry().len(), 0);
    assert_eq!(service.releaser().open_len(), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_known_about_seats_that_nobody_has_a_lease_of() {
    let locks = Locks::memory();
    let seat = locks.lock("seat").owner("user-7").ttl("1m");
    let (one, two) = (seat.acquire().await.expect("free"), seat.acquire().await.expect("the user's"));
    assert_eq!(locks.handle().service().seats().all().len(), 2);
    drop(one);
    two.release().await.expect("held");
    assert!(locks.handle().service().seats().all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn thirty_thousand_keys_leave_nothing_behind() {
    let store = MemoryStore::new();
    let locks = Locks::new(store.clone());
    for n in 0..30_000 {
        drop(locks.lock(("k", n)).acquire().await.expect("free"));
        if n % 1_000 == 0 {
            locks.drain().await;
        }
    }
    locks.drain().await;
    assert_eq!((locks.handle().service().registry().len(), store.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_service_ends_with_its_last_handle() {
    let locks = Locks::memory();
    let service = Arc::downgrade(locks.handle().service());
    let lease = locks.lock("k").acquire().await.expect("free");
    locks.lock("k").wait(Duration::from_millis(5)).acquire().await.expect_err("held");
    drop(locks);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(service.upgrade().is_some(), "a lease is left");
    drop(lease);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(service.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_token_is_raised_for_the_holder_alone() {
    let store = MemoryStore::new();
    let locks = Locks::new(store.clone());
    let lease = locks.lock("k").ttl("30s").acquire().await.expect("free");
    let far = FencingToken::new(lease.fence().get() + 3_600_000_000).expect("in range");
    let raised = lease.raise_above(far).await.expect("an answer");
    assert!(matches!(raised, RotateReply::Granted { token } if token > far && token == lease.fence()));
    assert!(!lease.is_lost());
    let remaining = lease.remaining().expect("it ends");
    tokio::time::sleep(Duration::from_secs(10)).await;
    // One that was done before does not start the lease anew.
    lease.raise_above(far).await.expect("an answer");
    assert_eq!(lease.remaining(), Some(remaining - Duration::from_secs(10)));

    store.force_release(ForceRelease::new(lease.key().clone())).await.expect("forced");
    let (owner, label) = (Owner::unique(), Label::new("another"));
    let request = Acquire::new(lease.key().clone(), owner, label, Ttl::DEFAULT);
    store.acquire(request).await.expect("an answer");
    let refused = lease.raise_above(lease.fence()).await.expect("an answer");
    assert_eq!(refused, RotateReply::NotHeld);
    assert!(lease.is_lost());
}

#[test]
fn a_hold_is_small() {
    let size = std::mem::size_of::<super::hold::Hold>();
    assert!(size <= 208, "{size} bytes for each lock that is held");
}
