//! Waits end on time, whatever the store does.

use std::time::Duration;

use lockproof::{AcquireError, Locks, MemoryStore, StoreErrorKind, Ttl, Wait};

use crate::{
    faulty::{HANGS, Op, REPLY_HANGS},
    helpers::{faulty, ms, stranger_takes, timed},
};

#[track_caller]
fn on_time(took: Duration, limit: Duration) {
    assert!(took >= limit && took <= limit + ms(2), "took {took:?} instead of {limit:?}");
}

#[track_caller]
fn timeout(error: &AcquireError) -> (Duration, Option<&str>) {
    match error {
        AcquireError::Timeout { waited, holder, .. } => {
            (*waited, holder.as_ref().map(|holder| holder.label.as_str()))
        }
        other => panic!("not a timeout: {other:?}"),
    }
}

#[track_caller]
fn unknown(error: &AcquireError) {
    let AcquireError::Store { source, .. } = error else { panic!("not an error of the store: {error:?}") };
    assert_eq!(source.kind(), StoreErrorKind::OutcomeUnknown);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_guard_of_this_service_ends_on_time() {
    let locks = Locks::memory();
    let _held = locks.lock("k").label("the first").acquire().await.expect("free");
    for limit in [1, 7, 100, 3_000] {
        let (took, ended) = timed(locks.lock("k").wait(ms(limit)).acquire()).await;
        on_time(took, ms(limit));
        assert_eq!(timeout(&ended.expect_err("held")), (ms(limit), Some("the first")));
    }
    let (took, ended) = timed(locks.lock("k").wait("250ms").acquire()).await;
    on_time(took, ms(250));
    assert_eq!(timeout(&ended.expect_err("held")).0, ms(250));
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_stranger_ends_on_time() {
    for wakeups in [true, false] {
        let (memory, store, mut locks) = faulty();
        if !wakeups {
            locks = Locks::new(store.clone().without_wakeups());
        }
        stranger_takes(&memory, "k", Ttl::DEFAULT).await;
        let (took, ended) = timed(locks.lock("k").wait(ms(100)).acquire()).await;
        on_time(took, ms(100));
        assert_eq!(timeout(&ended.expect_err("held")), (ms(100), Some("a stranger")));
        assert!(store.calls(Op::Acquire) >= 3, "at once, when it listens, and shortly before the end");
        assert!(store.calls(Op::Acquire) <= 15, "{} looks", store.calls(Op::Acquire));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_over_a_hung_store_ends_on_time_and_says_so() {
    for fault in [HANGS, REPLY_HANGS] {
        let (_, store, locks) = faulty();
        store.always(Op::Acquire, [fault]);
        let (took, ended) = timed(locks.lock("k").wait(ms(100)).acquire()).await;
        on_time(took, ms(100));
        unknown(&ended.expect_err("no answer"));
    }
}

#[tokio::test(start_paused = true)]
async fn those_far_back_in_line_end_on_time_too() {
    let (memory, store, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::DEFAULT).await;
    let waiters: Vec<_> = (1..=100)
        .map(|n| {
            let lock = locks.lock("k").wait(ms(20 * n));
            tokio::spawn(async move { (n, timed(lock.acquire()).await) })
        })
        .collect();
    for waiter in waiters {
        let (n, (took, ended)) = waiter.await.expect("no panic");
        on_time(took, ms(20 * n));
        assert_eq!(timeout(&ended.expect_err("held")).1, Some("a stranger"));
    }
    assert!(store.calls(Op::Acquire) < 400, "{} looks by a hundred waiters", store.calls(Op::Acquire));
}

#[tokio::test(start_paused = true)]
async fn those_far_back_in_line_of_a_hung_store_end_on_time_too() {
    let (_, store, locks) = faulty();
    store.all(HANGS);
    let waiters: Vec<_> = (0..20)
        .map(|n| {
            let lock = locks.lock("k").wait(ms(100 + n));
            tokio::spawn(async move { (n, timed(lock.acquire()).await) })
        })
        .collect();
    for waiter in waiters {
        let (n, (took, ended)) = waiter.await.expect("no panic");
        on_time(took, ms(100 + n));
        unknown(&ended.expect_err("no answer"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_try_on_a_hung_store_ends_at_the_op_timeout() {
    let (_, store, _) = faulty();
    store.all(HANGS);
    let locks = Locks::builder().store(store).op_timeout(ms(300)).build().expect("valid");
    let (took, ended) = timed(locks.lock("k").try_acquire()).await;
    on_time(took, ms(300));
    unknown(&ended.expect_err("no answer"));
}

#[tokio::test(start_paused = true)]
async fn a_try_says_none_at_once() {
    let (memory, store, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    let (took, tried) = timed(locks.lock("k").try_acquire()).await;
    assert!(tried.expect("an answer").is_none());
    assert_eq!((took, store.all_calls()), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn a_try_behind_waiters_says_none_at_once() {
    let (memory, store, locks) = faulty();
    stranger_takes(&memory, "k", Ttl::Never).await;
    let lock = locks.lock("k").wait(Wait::Forever);
    let waiter = tokio::spawn(async move { lock.acquire().await.map(drop) });
    tokio::time::sleep(ms(50)).await;
    let before = store.all_calls();
    let (took, tried) = timed(locks.lock("k").try_acquire()).await;
    assert!(tried.expect("an answer").is_none());
    assert_eq!((took, store.all_calls()), (Duration::ZERO, before + 1));
    waiter.abort();
}

#[tokio::test(start_paused = true)]
async fn acquire_without_a_wait_tells_the_holder() {
    let locks = Locks::memory();
    let _held = locks.lock("k").label("the first").acquire().await.expect("free");
    let ended = locks.lock("k").wait(Wait::Never).acquire().await;
    assert_eq!(timeout(&ended.expect_err("held")), (Duration::ZERO, Some("the first")));
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_ever_does_not_end_before_the_lock_is_free() {
    let store = MemoryStore::new();
    let locks = Locks::new(store.clone());
    let held = locks.lock("k").ttl(Ttl::Never).acquire().await.expect("free");
    let lock = locks.lock("k").wait(Wait::Forever);
    let waiter = tokio::spawn(async move { lock.acquire().await });
    tokio::time::sleep(Duration::from_secs(86_400)).await;
    assert!(!waiter.is_finished());
    drop(held);
    let (took, ended) = timed(waiter).await;
    assert!(took <= ms(2), "{took:?}");
    drop(ended.expect("no panic").expect("free now"));
}

#[tokio::test(start_paused = true)]
async fn a_head_waiting_for_a_guard_of_this_service_asks_seldom() {
    let (_, store, locks) = faulty();
    let _held = locks.lock("k").ttl(Ttl::Never).acquire().await.expect("free");
    let before = store.all_calls();
    let ended = locks.lock("k").wait(Duration::from_secs(60)).acquire().await;
    timeout(&ended.expect_err("held"));
    let looks = store.all_calls() - before;
    assert!((25..=40).contains(&looks), "{looks} looks in a minute, with a cap of 2 s");
}
