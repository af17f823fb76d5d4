//! A lock that is freed by force while something goes wrong.

use lockproof::{Error, ExtendError, ForceReply, Locks, MemoryStore, Outcome, ReleaseError, Wait};

use crate::{
    admin::forced,
    faulty::{Op, REPLY_HANGS, REPLY_LOST, slow_reply},
    helpers::{faulty, ms, settle, timed},
};

#[tokio::test(start_paused = true)]
async fn a_forced_release_wakes_at_once_here_even_if_the_store_says_nothing() {
    let (_, store, _) = faulty();
    let (deaf, heard) = (Locks::new(store.clone().deaf()), Locks::new(MemoryStore::new()));
    for locks in [deaf, heard] {
        let held = locks.lock("k").never_expires().acquire().await.expect("free");
        let lock = locks.lock("k").wait(Wait::Forever);
        let waiter = tokio::spawn(async move { lock.acquire().await });
        tokio::time::sleep(ms(1_500)).await;
        assert!(!waiter.is_finished());
        forced(&locks).await.expect("held");
        let (took, next) = timed(waiter).await;
        assert!(took <= ms(5), "{took:?}");
        drop((held, next.expect("no panic").expect("free")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_forced_release_ends_no_later_grant() {
    let (_, store, locks) = faulty();
    let first = locks.lock("k").acquire().await.expect("free");
    // Its answer comes after the next grant.
    store.once(Op::Force, [slow_reply(50)]);
    let lock = locks.lock("k");
    let forcing = tokio::spawn(async move { lock.force_release().await });
    settle().await;
    let next = Locks::new(store.clone()).lock("k").try_acquire().await.expect("an answer").expect("free");
    next.release().await.expect("held");
    drop(first);
    let last = locks.lock("k").wait("10s").acquire().await.expect("free");
    let reply = forcing.await.expect("no panic").expect("an answer");
    assert!(matches!(reply, ForceReply::Forced { token } if token < last.fence()), "{reply:?}");
    assert!(!last.is_lost());
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_is_forced_before_its_answer_comes_is_not_believed() {
    let (_, store, locks) = faulty();
    store.once(Op::Acquire, [slow_reply(50)]);
    let lock = locks.lock("k").wait(Wait::Forever);
    let acquiring = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    let token = forced(&locks).await.expect("the store has granted it");
    let lease = acquiring.await.expect("no panic").expect("free");
    assert!(!lease.is_lost() && lease.fence() > token, "granted once more");
}

#[tokio::test(start_paused = true)]
async fn a_forced_release_whose_answer_is_lost_may_have_been_done() {
    for fault in [REPLY_LOST, REPLY_HANGS] {
        let (_, store, locks) = faulty();
        let lease = locks.lock("k").acquire().await.expect("free");
        store.once(Op::Force, [fault]);
        let error = Error::from(locks.lock("k").force_release().await.expect_err("no answer"));
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert!(!locks.lock("k").is_locked().await.expect("an answer"));
        assert!(matches!(lease.extend(None).await, Err(ExtendError::Lost { .. })));
        assert_eq!(forced(&locks).await, None, "asked again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_forced_release_that_is_dropped_half_way_leaves_no_doubt_about_later_grants() {
    let (_, store, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    store.once(Op::Force, [slow_reply(50)]);
    let lock = locks.lock("k");
    assert!(tokio::time::timeout(ms(10), lock.force_release()).await.is_err());
    assert!(matches!(lease.release().await, Err(ReleaseError::Lost { .. })));
    let next = lock.acquire().await.expect("free");
    tokio::time::sleep(ms(100)).await;
    assert!(!next.is_lost());
}
