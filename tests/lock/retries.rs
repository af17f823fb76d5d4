//! What a waiter does about a store that fails, and acquisitions that are tried again.

use std::{
    sync::Arc,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

use lockproof::{AcquireError, Locks, MemoryStore, OnStoreError, Retry, StoreErrorKind, Ttl, Wait};

use crate::{
    faulty::{Fault, HANGS, Op, REPLY_HANGS, REPLY_LOST, Step, UNAVAILABLE},
    helpers::{faulty, ms, settle, stranger_takes, timed},
};

const REJECTED: Fault = Fault::Before(Step::Fail(StoreErrorKind::Rejected));

#[track_caller]
fn kind<T: std::fmt::Debug>(ended: Result<T, AcquireError>) -> StoreErrorKind {
    match ended {
        Err(AcquireError::Store { source, .. }) => source.kind(),
        other => panic!("not an error of the store: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn unless_told_only_an_unreachable_store_is_waited_for() {
    let (_, store, locks) = faulty();
    store.once(Op::Acquire, [UNAVAILABLE]).once(Op::Acquire, [UNAVAILABLE]);
    drop(locks.lock("k").acquire().await.expect("the store is back"));
    locks.drain().await;
    for (fault, expected) in
        [(REPLY_LOST, StoreErrorKind::OutcomeUnknown), (REJECTED, StoreErrorKind::Rejected)]
    {
        store.once(Op::Acquire, [fault]);
        let (took, ended) = timed(locks.lock("k").acquire()).await;
        assert_eq!((took, kind(ended)), (Duration::ZERO, expected));
        locks.drain().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_fails_fast_does_not_wait_for_the_store() {
    let (_, store, locks) = faulty();
    store.always(Op::Acquire, [UNAVAILABLE]);
    let lock = locks.lock("k").on_store_error(OnStoreError::FailFast);
    let (took, ended) = timed(lock.acquire()).await;
    assert_eq!((took, kind(ended)), (Duration::ZERO, StoreErrorKind::Unavailable));
    assert_eq!(store.calls(Op::Acquire), 1);
}

#[tokio::test(start_paused = true)]
async fn who_retries_until_the_deadline_gets_the_lock_after_lost_replies() {
    for fault in [REPLY_LOST, REPLY_HANGS, HANGS] {
        let (memory, store, locks) = faulty();
        store.once(Op::Acquire, [fault]).once(Op::Acquire, [UNAVAILABLE]);
        let lock = locks.lock("k").ttl("5m").on_store_error(OnStoreError::RetryUntilDeadline);
        // A call that hangs is taken to be dead after ten times as long as a call may take.
        let (took, ended) = timed(lock.acquire_within("15s")).await;
        let lease = ended.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert!(took <= ms(12_000), "{fault:?}: {took:?}");
        tokio::time::sleep(Duration::from_secs(15)).await;
        assert!(!lease.is_lost(), "{fault:?}");
        let others = stranger_is_refused(&memory).await;
        assert!(others, "{fault:?}: the clean-up of what was not answered has freed another grant");
        lease.release().await.expect("held");
        locks.drain().await;
        assert!(memory.is_empty(), "{fault:?}");
    }
}

async fn stranger_is_refused(memory: &MemoryStore) -> bool {
    Locks::new(memory.clone()).lock("k").try_acquire().await.expect("an answer").is_none()
}

#[tokio::test(start_paused = true)]
async fn who_retries_until_the_deadline_does_not_repeat_what_is_no_use() {
    let (_, store, locks) = faulty();
    store.always(Op::Acquire, [REJECTED]);
    let lock = locks.lock("k").on_store_error(OnStoreError::RetryUntilDeadline);
    let (took, ended) = timed(lock.acquire()).await;
    assert_eq!((took, kind(ended)), (Duration::ZERO, StoreErrorKind::Rejected));
}

#[tokio::test(start_paused = true)]
async fn who_retries_until_the_deadline_ends_then() {
    for fault in [UNAVAILABLE, REPLY_LOST, HANGS] {
        let (_, store, locks) = faulty();
        store.all(fault);
        let lock = locks.lock("k").on_store_error(OnStoreError::RetryUntilDeadline).wait("3s");
        let (took, ended) = timed(lock.acquire()).await;
        kind(ended);
        assert!(took >= ms(3_000) && took <= ms(3_002), "{fault:?}: {took:?}");
        assert!(store.all_calls() > 2, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_failed_once_is_no_reason_to_call_a_held_lock_anything_else() {
    let (memory, store, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    store.once(Op::Acquire, [UNAVAILABLE]);
    let ended = locks.lock("k").wait("1s").acquire().await;
    assert!(matches!(ended, Err(AcquireError::Timeout { .. })), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn an_acquisition_that_fails_is_tried_again_as_often_as_allowed() {
    let (_, store, locks) = faulty();
    for (times, failures, succeeds) in [(0, 1, false), (1, 1, true), (3, 3, true), (3, 4, false)] {
        for _ in 0..failures {
            store.once(Op::Acquire, [REPLY_LOST]);
        }
        let ended = locks.lock("k").retry(times).wait("1m").acquire().await;
        assert_eq!(ended.is_ok(), succeeds, "{failures} failures, {times} times");
        drop(ended);
        locks.drain().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_pauses_grow_with_full_jitter_and_have_a_longest() {
    let mut longest = Duration::ZERO;
    for _ in 0..50 {
        let (_, store, locks) = faulty();
        store.always(Op::Acquire, [REPLY_LOST]);
        let retry = Retry::times(4).backoff(ms(100)..ms(300));
        let (took, ended) = timed(locks.lock("k").retry(retry).wait(Wait::Forever).acquire()).await;
        kind(ended);
        assert!(took <= ms(100 + 200 + 300 + 300 + 4), "{took:?}");
        assert_eq!(store.calls(Op::Acquire), 5);
        longest = longest.max(took);
    }
    assert!(longest >= ms(300), "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_tried_again_past_the_end_of_the_wait() {
    for _ in 0..20 {
        let (_, store, locks) = faulty();
        store.always(Op::Acquire, [UNAVAILABLE]);
        let lock = locks.lock("k").on_store_error(OnStoreError::FailFast);
        let retry = Retry::times(1_000).backoff(ms(50)..ms(500));
        let (took, ended) = timed(lock.clone().retry(retry.clone()).wait("1s").acquire()).await;
        kind(ended);
        assert!(took <= ms(1_000), "{took:?}");
        let (took, ended) = timed(lock.clone().retry(retry.clone()).wait("1s").try_acquire()).await;
        kind(ended);
        assert!(took <= ms(1_000) && store.calls(Op::Acquire) > 4, "{took:?}");
        let before = store.calls(Op::Acquire);
        kind(lock.clone().retry(retry).wait(Wait::Never).acquire().await);
        assert_eq!(store.calls(Op::Acquire), before + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn all_rounds_together_last_as_long_as_one_wait() {
    let (memory, store, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    store.once(Op::Acquire, [REPLY_LOST]);
    let (took, ended) = timed(locks.lock("k").retry(3).wait("2s").acquire()).await;
    let Err(AcquireError::Timeout { waited, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!((took, waited), (ms(2_000), ms(2_000)));
}

#[tokio::test(start_paused = true)]
async fn what_is_tried_again_can_be_said() {
    let (memory, store, locks) = faulty();
    store.always(Op::Acquire, [REPLY_LOST]);
    let asked = Arc::new(AtomicUsize::new(0));
    let retry = Retry::times(3).when({
        let asked = Arc::clone(&asked);
        move |error| {
            asked.fetch_add(1, SeqCst);
            !error.is_retryable()
        }
    });
    kind(locks.lock("k").retry(retry).acquire().await);
    assert_eq!((store.calls(Op::Acquire), asked.load(SeqCst)), (1, 1));

    store.heal();
    locks.drain().await;
    let owner = stranger_takes(&memory, "k", Ttl::Never).await;
    let retry = Retry::times(2).when(|error| matches!(error, AcquireError::Timeout { .. }));
    let lock = locks.lock("k").attempts(1).retry(retry).wait("1m");
    let ended = lock.acquire().await;
    assert!(matches!(ended, Err(AcquireError::Timeout { .. })), "{ended:?} in spite of {owner:?}");
    assert_eq!(store.calls(Op::Acquire), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_the_caller_is_not_tried_again() {
    let locks = Locks::memory();
    let any = || Retry::times(1_000).when(|_| true);
    let (took, ended) = timed(locks.lock("").retry(any()).acquire()).await;
    ended.expect_err("no key");
    assert_eq!(took, Duration::ZERO);
    locks.shutdown(ms(10)).await.expect("nothing is held");
    let (took, ended) = timed(locks.lock("k").retry(any()).acquire()).await;
    assert!(matches!(ended, Err(AcquireError::Closed { .. })) && took.is_zero(), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_with_the_service() {
    let (_, store, locks) = faulty();
    store.always(Op::Acquire, [REJECTED]);
    let retry =
        Retry::times(3).backoff(Duration::from_secs(1_000)..Duration::from_secs(2_000)).when(|_| true);
    let lock = locks.lock("k").retry(retry).wait(Wait::Forever);
    let waiter = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    locks.shutdown(ms(10)).await.expect("nothing is held");
    let (took, ended) = timed(waiter).await;
    assert!(matches!(ended.expect("no panic"), Err(AcquireError::Closed { .. })));
    assert!(took <= ms(2), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn acquire_within_waits_as_long_as_it_says() {
    let (memory, _, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    let lock = locks.lock("k").wait(Wait::Forever);
    let (took, ended) = timed(lock.acquire_within("700ms")).await;
    assert!(
        matches!(ended, Err(AcquireError::Timeout { waited, .. }) if waited == ms(700) && took == waited)
    );
    let (took, ended) = timed(lock.acquire_within(Wait::Never)).await;
    assert!(matches!(ended, Err(AcquireError::Timeout { waited, .. }) if waited.is_zero() && took.is_zero()));
    drop(locks.lock("free").wait(Wait::Never).acquire_within(ms(5)).await.expect("free"));
}
