//! A store that is down for a while.

use std::time::Duration;

use lockproof::{AcquireError, OnStoreError, StoreErrorKind, Ttl, Wait};

use crate::{
    faulty::{Fault, HANGS, Op, Step, UNAVAILABLE},
    helpers::{comes_free, faulty, ms, owner_of, settle, timed},
};

#[tokio::test(start_paused = true)]
async fn a_waiter_tries_until_it_is_back() {
    let (_, store, locks) = faulty();
    store.all(UNAVAILABLE);
    let lock = locks.lock("k").wait(Wait::Forever);
    let waiter = tokio::spawn(async move { lock.acquire().await });
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!waiter.is_finished());
    assert!((8..=25).contains(&store.all_calls()), "{} calls in 10 s", store.all_calls());
    store.heal();
    let (took, ended) = timed(waiter).await;
    drop(ended.expect("no panic").expect("back"));
    assert!(took <= ms(1_300), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_says_at_the_end_that_it_is_down() {
    let (_, store, locks) = faulty();
    store.all(UNAVAILABLE);
    let (took, ended) = timed(locks.lock("k").wait(ms(700)).acquire()).await;
    let Err(AcquireError::Store { source, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!(source.kind(), StoreErrorKind::Unavailable);
    assert!(took >= ms(700) && took <= ms(702), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_try_says_at_once_that_it_is_down() {
    let (_, store, locks) = faulty();
    store.all(UNAVAILABLE);
    let (took, ended) = timed(locks.lock("k").try_acquire()).await;
    assert!(matches!(ended, Err(AcquireError::Store { .. })), "{ended:?}");
    assert_eq!((took, store.all_calls()), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn other_errors_are_not_waited_out() {
    for kind in [
        StoreErrorKind::Misconfigured,
        StoreErrorKind::OutcomeUnknown,
        StoreErrorKind::Rejected,
        StoreErrorKind::Unsupported,
    ] {
        let (_, store, locks) = faulty();
        store.once(Op::Acquire, [Fault::Before(Step::Fail(kind))]);
        let (took, ended) = timed(locks.lock("k").acquire()).await;
        let Err(AcquireError::Store { source, .. }) = ended else { panic!("{ended:?}") };
        assert_eq!((source.kind(), took), (kind, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn queued_releases_are_sent_when_it_is_back() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    store.all(UNAVAILABLE);
    let before = store.all_calls();
    drop(lease);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let calls = store.all_calls() - before;
    assert!((5..=60).contains(&calls), "{calls} calls in 10 s");
    assert!(!memory.is_empty());
    store.heal();
    let (took, ()) = timed(locks.drain()).await;
    assert!(took <= ms(2_600), "{took:?}");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn queued_releases_are_given_up_once_the_lease_has_lapsed() {
    for fault in [UNAVAILABLE, HANGS] {
        let (_, store, locks) = faulty();
        let lease = locks.lock("k").ttl("10s").acquire().await.expect("free");
        store.all(fault);
        drop(lease);
        let (took, ()) = timed(locks.drain()).await;
        assert!(took >= Duration::from_secs(8) && took <= Duration::from_secs(15), "{took:?}");
        let calls = store.all_calls();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(store.all_calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_that_the_store_refuses_for_good_is_not_repeated() {
    for kind in [StoreErrorKind::Misconfigured, StoreErrorKind::Rejected, StoreErrorKind::Unsupported] {
        let (_, store, locks) = faulty();
        let dropped = locks.lock("k").ttl(Ttl::Never).acquire().await.expect("free");
        let released = locks.lock("j").ttl(Ttl::Never).acquire().await.expect("free");
        store.always(Op::Release, [Fault::Before(Step::Fail(kind))]);
        drop(dropped);
        let (took, ended) = timed(released.release()).await;
        assert!(ended.is_err() && took <= ms(1), "{took:?}");
        let (took, ()) = timed(locks.drain()).await;
        assert!(took <= ms(1), "{took:?}");
        assert_eq!(store.calls(Op::Release), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_waits_out_a_short_outage() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    store.once(Op::Release, [UNAVAILABLE]).once(Op::Release, [UNAVAILABLE]);
    let (took, ended) = timed(lease.release()).await;
    ended.expect("released at last");
    assert!(took <= ms(1_000), "{took:?}");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_release_over_a_hung_store_ends_in_time_and_goes_on() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    store.all(HANGS);
    let (took, ended) = timed(lease.release()).await;
    assert!(ended.is_err());
    assert!(took >= ms(1_000) && took <= ms(1_002), "{took:?}");
    store.heal();
    locks.drain().await;
    assert_eq!(owner_of(&memory, "k").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_take_over_that_fails_is_tried_again() {
    let (memory, store, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k");
    let waiter = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    store.all(UNAVAILABLE);
    drop(held);
    tokio::time::sleep(ms(2_000)).await;
    assert!(!waiter.is_finished());
    assert!(store.all_calls() <= 40, "{} calls in 2 s", store.all_calls());
    store.heal();
    let (took, ended) = timed(waiter).await;
    drop(ended.expect("no panic").expect("back"));
    assert!(took <= ms(1_300), "{took:?}");
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_dropped_guards_do_not_storm_a_store_that_is_down() {
    let (memory, store, locks) = faulty();
    let mut guards = Vec::new();
    for n in 0..1_000 {
        guards.push(locks.lock(("k", n)).acquire().await.expect("free"));
    }
    store.all(UNAVAILABLE);
    drop(guards);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(store.calls(Op::ReleaseAll) <= 120, "{} batches in 10 s", store.calls(Op::ReleaseAll));
    store.heal();
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_is_survived() {
    let (memory, store, locks) = faulty();
    store.once(Op::Release, [Fault::Before(Step::Panic)]).once(Op::Release, [Fault::Before(Step::Panic)]);
    drop(locks.lock("k").acquire().await.expect("free"));
    drop(locks.lock("j").acquire().await.expect("free"));
    tokio::time::sleep(ms(3_000)).await;
    assert!(memory.is_empty(), "the releaser goes on");
    for fault in [Fault::Before(Step::Panic), Fault::After(Step::Panic)] {
        store.once(Op::Acquire, [fault]);
        let lock = locks.lock("k");
        let ended = tokio::spawn(async move { lock.acquire().await.map(drop) }).await;
        assert!(ended.expect_err("it panics").is_panic());
        comes_free(&locks, "k", ms(3_000), "after a panic").await;
        locks.drain().await;
        assert!(memory.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiter_leaves_little_behind_however_long_the_store_hangs() {
    let (memory, store, locks) = faulty();
    store.all(HANGS);
    let lock =
        locks.lock("k").never_expires().wait(Wait::Forever).on_store_error(OnStoreError::RetryUntilDeadline);
    let waiter = tokio::spawn(async move { lock.acquire().await });
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let before = store.all_calls();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let calls = store.all_calls() - before;
    assert!(calls <= 10 * 60, "{calls} calls in the last minute of an hour");
    store.heal();
    let (took, ended) = timed(waiter).await;
    let lease = ended.expect("no panic").expect("back");
    assert!(took <= Duration::from_secs(5), "{took:?}");
    locks.drain().await;
    assert_eq!(owner_of(&memory, "k").await.as_ref(), Some(lease.owner()), "nothing is left but the lease");
    lease.release().await.expect("held");
}
