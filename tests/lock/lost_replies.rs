//! What was done and not answered.

use std::time::Duration;

use lockproof::{AcquireError, Locks, ReleaseError, StoreErrorKind};

use crate::{
    faulty::{Fault, Op, REPLY_HANGS, REPLY_LOST, Step},
    helpers::{comes_free, faulty, ms, owner_of, polled, settle, timed},
};

#[tokio::test(start_paused = true)]
async fn to_acquire() {
    for fault in [REPLY_LOST, REPLY_HANGS] {
        for tries in [false, true] {
            let (memory, store, locks) = faulty();
            store.once(Op::Acquire, [fault]);
            let lock = locks.lock("k").wait(ms(1_500));
            let ended =
                if tries { lock.try_acquire().await.map(drop) } else { lock.acquire().await.map(drop) };
            let Err(AcquireError::Store { source, .. }) = ended else { panic!("{ended:?}") };
            assert_eq!(source.kind(), StoreErrorKind::OutcomeUnknown);
            comes_free(&locks, "k", Duration::from_secs(12), "after a lost reply").await;
            locks.drain().await;
            assert!(memory.is_empty(), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn to_acquire_with_nobody_behind() {
    let (memory, store, locks) = faulty();
    store.once(Op::Acquire, [REPLY_LOST]);
    locks.lock("k").acquire().await.expect_err("no answer");
    tokio::time::sleep(ms(100)).await;
    assert!(memory.is_empty(), "another service can have it");
}

#[tokio::test(start_paused = true)]
async fn to_acquire_that_lands_late() {
    let (memory, store, locks) = faulty();
    // Its caller has gone away, and the store does it all the same, half a second later.
    store.once(
        Op::Acquire,
        [
            Fault::Detached,
            Fault::Before(Step::Sleep(ms(500))),
            Fault::After(Step::Fail(StoreErrorKind::OutcomeUnknown)),
        ],
    );
    locks.lock("k").wait(ms(100)).acquire().await.expect_err("no answer");
    tokio::time::sleep(ms(1_000)).await;
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn to_release_is_no_error_for_the_caller() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    store.once(Op::Release, [REPLY_LOST]);
    lease.release().await.expect("the second one tells that the first was done");
    locks.drain().await;
    assert!(memory.is_empty());
    assert_eq!(store.calls(Op::Release), 2);
}

#[tokio::test(start_paused = true)]
async fn to_the_release_of_a_dropped_guard() {
    let (memory, store, locks) = faulty();
    store.once(Op::Release, [REPLY_LOST]).once(Op::Release, [REPLY_HANGS]);
    drop(locks.lock("k").acquire().await.expect("free"));
    let (took, ()) = timed(locks.drain()).await;
    assert!(took <= ms(2_000), "{took:?}");
    assert!(memory.is_empty());
    assert_eq!(store.calls(Op::Release), 3);
}

#[tokio::test(start_paused = true)]
async fn to_every_release_for_a_while() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    store.always(Op::Release, [REPLY_LOST]);
    let (took, ended) = timed(lease.release()).await;
    assert!(matches!(ended, Err(ReleaseError::Store { .. })), "{ended:?}");
    assert!(took <= ms(1_002), "{took:?}");
    store.heal();
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn to_the_release_of_one_whose_waiter_goes_away() {
    let (memory, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k");
    let waiter = tokio::spawn(async move { lock.acquire().await.map(drop) });
    settle().await;
    let release = tokio::spawn(lease.release());
    // It is offered to the waiter, who never takes it.
    waiter.abort();
    store.once(Op::Release, [REPLY_LOST]);
    release.await.expect("no panic").expect("it was released");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn to_rotate() {
    for (fault, cancelled) in
        [(REPLY_LOST, false), (REPLY_HANGS, false), (REPLY_HANGS, true), (Fault::Before(Step::Hang), true)]
    {
        let (memory, store, locks) = faulty();
        let held = locks.lock("k").ttl("10m").acquire().await.expect("free");
        let lock = locks.lock("k").ttl("10m").wait(ms(1_500));
        let waiter = tokio::spawn(async move {
            let polls = if cancelled { 12 } else { usize::MAX };
            polled(lock.acquire(), polls).await.map(|ended| ended.map(drop))
        });
        settle().await;
        store.once(Op::Rotate, [fault]);
        drop(held);
        let ended = if cancelled {
            settle().await;
            waiter.abort();
            None
        } else {
            waiter.await.expect("no panic")
        };
        assert!(!matches!(ended, Some(Ok(()))), "{ended:?}");
        comes_free(&locks, "k", Duration::from_secs(12), "after a lost reply").await;
        locks.drain().await;
        assert!(memory.is_empty(), "{fault:?}");
        assert_eq!(store.calls(Op::Rotate), store.owners(Op::Rotate).len());
    }
}

#[tokio::test(start_paused = true)]
async fn to_rotate_cleans_up_both_owners() {
    let (memory, store, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k");
    let waiter = tokio::spawn(async move { lock.acquire().await.map(drop) });
    settle().await;
    let old = held.owner().clone();
    store.once(Op::Rotate, [REPLY_LOST]);
    drop(held);
    waiter.await.expect("no panic").expect_err("no answer");
    let new = store.owners(Op::Rotate).pop().expect("a take-over");
    locks.drain().await;
    assert!(memory.is_empty());
    let released = store.owners(Op::Release);
    assert!(released.contains(&old) && released.contains(&new), "{released:?}");
}

#[tokio::test(start_paused = true)]
async fn to_rotate_with_another_waiter_behind() {
    let (memory, store, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let spawn = |locks: &Locks| {
        let lock = locks.lock("k");
        tokio::spawn(async move { lock.acquire().await.map(drop) })
    };
    let (first, second) = (spawn(&locks), spawn(&locks));
    settle().await;
    store.once(Op::Rotate, [REPLY_LOST]);
    let (took, ()) = timed(async {
        drop(held);
        first.await.expect("no panic").expect_err("no answer");
        second.await.expect("no panic").expect("served");
    })
    .await;
    assert!(took <= ms(300), "{took:?}");
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn to_acquire_that_is_overtaken_by_its_own_release() {
    let (memory, store, locks) = faulty();
    store.once(Op::Acquire, [Fault::Straggles(ms(300))]);
    locks.lock("k").acquire().await.expect_err("no answer");
    locks.drain().await;
    tokio::time::sleep(ms(1_000)).await;
    assert_eq!(owner_of(&memory, "k").await, None);
    assert!(store.calls(Op::Release) > 1);
}
