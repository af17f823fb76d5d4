//! Two services over one store.

use std::time::Duration;

use lockproof::{LockStore, Locks, MemoryStore, Ttl, Wait};

use crate::helpers::{faulty, ms, settle, stranger_takes, timed};

#[tokio::test(start_paused = true)]
async fn a_release_in_one_wakes_the_waiter_in_the_other() {
    for by_release in [false, true] {
        let store = MemoryStore::new();
        let (one, two) = (Locks::new(store.clone()), Locks::new(store));
        for _ in 0..3 {
            let held = one.lock("k").acquire().await.expect("free");
            let lock = two.lock("k").wait(Wait::Forever);
            let waiter = tokio::spawn(async move { lock.acquire().await });
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            assert!(!waiter.is_finished());
            let (took, ()) = timed(async {
                if by_release {
                    held.release().await.expect("held");
                } else {
                    drop(held);
                }
                drop(waiter.await.expect("no panic").expect("released"));
            })
            .await;
            assert!(took <= ms(5), "{took:?}");
            // Longer than the one who listens stays when nobody waits.
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_expiry_wakes_the_waiter_although_nobody_announces_it() {
    let (memory, _, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::new(ms(700)).expect("legal")).await;
    let (took, ended) = timed(locks.lock("k").acquire()).await;
    drop(ended.expect("it expires"));
    assert!(took >= ms(700) && took <= ms(715), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_expiry_of_a_forgotten_guard_wakes_the_waiter() {
    let (_, _, locks) = faulty();
    let lease = locks.lock("k").ttl(ms(700)).acquire().await.expect("free");
    std::mem::forget(lease);
    let (took, ended) = timed(locks.lock("k").acquire()).await;
    drop(ended.expect("it expires"));
    assert!(took >= ms(700) && took <= ms(730), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn different_namespaces_never_meet() {
    let store = MemoryStore::new();
    let of = |name: &str| Locks::builder().store(store.clone()).namespace(name).build().expect("valid");
    let (one, two, none) = (of("one"), of("two"), Locks::new(store.clone()));
    let _one = one.lock("k").acquire().await.expect("free");
    let _two = two.lock("k").try_acquire().await.expect("an answer").expect("free");
    let _none = none.lock("k").try_acquire().await.expect("an answer").expect("free");
    assert_eq!(store.len(), 3);
    let again = of("one");
    assert!(again.lock("k").try_acquire().await.expect("an answer").is_none());
    assert_eq!(
        again.lock("k").try_acquire().await.expect("an answer").map(|lease| lease.key().clone()),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_bears_the_name_without_the_namespace() {
    let locks = Locks::builder().store(MemoryStore::new()).namespace("billing").build().expect("valid");
    let lease = locks.lock("k").acquire().await.expect("free");
    assert_eq!(lease.key().as_str(), "k");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_in_another_service_is_served_after_a_missed_announcement() {
    let (memory, store, _) = faulty();
    // The store says that it has wake-ups, and has none: the cap of 2 s is the net.
    let deaf = Locks::new(store.clone().deaf());
    stranger_takes(&memory, "k", Ttl::Never).await;
    let lock = deaf.lock("k").wait(Wait::Forever);
    let waiter = tokio::spawn(async move { lock.acquire().await });
    tokio::time::sleep(ms(100)).await;
    settle().await;
    let key = lockproof::LockKey::new("k").expect("valid");
    memory.force_release(lockproof::ForceRelease::new(key)).await.expect("forced");
    let (took, ended) = timed(waiter).await;
    drop(ended.expect("no panic").expect("free"));
    assert!(took <= ms(2_100), "{took:?}");
}
