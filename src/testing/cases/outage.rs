//! A store that cannot be reached, and is back.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use crate::{
    lock::{AcquireError, ExtendError, OnStoreError, Retry, Wait},
    store::StoreErrorKind,
    testing::{
        calls::{LONG, ttl},
        faulty::{Fault, HANGS, Op, Step, UNAVAILABLE},
        say::{holds, is},
        stage::{Stage, State, taken},
        tasks::{start, timed},
    },
};

pub(in crate::testing) async fn outage__try_acquire_says_so_at_once(at: Stage) {
    let (store, locks) = at.faulty();
    let others = at.others().await;
    store.all(UNAVAILABLE);
    let (took, ended) = timed(locks.lock("k").try_acquire()).await;
    is("the error", kind(ended), Some(StoreErrorKind::Unavailable));
    holds("how long it took", took, took <= at.margin, "no time");
    at.is_still(&others).await;
}

pub(in crate::testing) async fn outage__acquire_says_so_at_the_end_of_its_wait(at: Stage) {
    let (store, locks) = at.faulty();
    store.all(UNAVAILABLE);
    let limit = 3 * at.short;
    let (took, ended) = timed(locks.lock("k").wait(limit).acquire()).await;
    is("the error", kind(ended), Some(StoreErrorKind::Unavailable));
    let on_time = took >= limit && took <= limit + at.margin;
    holds("how long it took", took, on_time, &format!("{limit:?}"));
}

pub(in crate::testing) async fn outage__acquire_gets_it_when_the_store_is_back(at: Stage) {
    let (store, locks) = at.faulty();
    store.all(UNAVAILABLE);
    let lock = locks.lock("k").ttl(LONG).wait(Wait::Forever);
    let waiter = start(async move { lock.acquire().await });
    tokio::time::sleep(3 * at.short).await;
    holds("a waiter while the store is down", (), !waiter.is_finished(), "waiting");
    store.heal();
    let (took, ended) = timed(waiter).await;
    let lease = ended.expect("a waiter does not panic").expect("the store is back");
    // Looks are a second apart at most, give or take a quarter.
    let limit = std::time::Duration::from_millis(1_300) + at.margin;
    holds("how long it took", took, took <= limit, &format!("at most {limit:?}"));
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn outage__works_again_without_a_new_service(at: Stage) {
    let (store, locks) = at.faulty();
    for fault in [UNAVAILABLE, Fault::Before(Step::Fail(StoreErrorKind::OutcomeUnknown))] {
        store.all(fault);
        locks.lock("k").try_acquire().await.expect_err("the store is down");
        store.heal();
        let lease = locks.lock("k").ttl(LONG).wait(LONG).acquire().await.expect("the store is back");
        lease.release().await.expect("it is held");
    }
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn outage__release_waits_it_out(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = at.mine(&locks, State::Running).await;
    store.once(Op::Release, [UNAVAILABLE]).once(Op::Release, [UNAVAILABLE]);
    let ended = lease.release().await;
    holds("`release` over a short outage", &ended, ended.is_ok(), "`Ok`");
    at.is_free().await;
}

pub(in crate::testing) async fn outage__a_dropped_guard_is_released_when_the_store_is_back(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = at.mine(&locks, State::Running).await;
    store.all(UNAVAILABLE);
    drop(lease);
    tokio::time::sleep(2 * at.short).await;
    store.heal();
    let (took, ()) = timed(locks.drain()).await;
    let limit = std::time::Duration::from_secs(3) + at.margin;
    holds("how long it took", took, took <= limit, &format!("at most {limit:?}"));
    at.is_free().await;
}

pub(in crate::testing) async fn outage__extend_says_so_and_changes_nothing(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = at.mine(&locks, State::Running).await;
    store.once(Op::Extend, [UNAVAILABLE]);
    let ended = lease.extend(Some(ttl(at.short))).await;
    holds("`extend`", &ended, matches!(ended, Err(ExtendError::Store { .. })), "`Err(Store)`");
    holds("the time that is left", lease.remaining(), lease.remaining() > Some(LONG / 2), "what it was");
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn outage__a_store_that_hangs_ends_a_wait_on_time(at: Stage) {
    let (store, locks) = at.faulty();
    store.all(HANGS);
    let (took, ended) = timed(locks.lock("k").wait(at.short).acquire()).await;
    is("the error", kind(ended), Some(StoreErrorKind::OutcomeUnknown));
    let on_time = took >= at.short && took <= at.short + at.margin;
    holds("how long it took", took, on_time, &format!("{:?}", at.short));
}

pub(in crate::testing) async fn outage__a_store_that_hangs_ends_a_try_at_the_op_timeout(at: Stage) {
    let (store, locks) = at.faulty();
    store.all(HANGS);
    let (took, ended) = timed(locks.lock("k").try_acquire()).await;
    is("the error", kind(ended), Some(StoreErrorKind::OutcomeUnknown));
    let on_time = took >= at.op_timeout() && took <= at.op_timeout() + at.margin;
    holds("how long it took", took, on_time, &format!("{:?}", at.op_timeout()));
}

pub(in crate::testing) async fn outage__what_is_no_use_to_try_again_is_told_at_once(at: Stage) {
    let (store, locks) = at.faulty();
    for fails in [StoreErrorKind::Misconfigured, StoreErrorKind::Rejected, StoreErrorKind::Unsupported] {
        store.once(Op::Acquire, [Fault::Before(Step::Fail(fails))]);
        let (took, ended) = timed(locks.lock("k").wait(LONG).acquire()).await;
        is("the error", kind(ended), Some(fails));
        holds("how long it took", took, took <= at.margin, "no time");
    }
}

pub(in crate::testing) async fn outage__a_slow_store_works(at: Stage) {
    let (store, locks) = at.faulty();
    store.all(Fault::Before(Step::Sleep(at.short / 10)));
    for _ in 0..3 {
        let lease = taken(&locks.lock("k").ttl(LONG)).await;
        lease.extend(None).await.expect("it is held");
        lease.release().await.expect("it is held");
    }
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn outage__of_one_who_fails_fast(at: Stage) {
    let (store, locks) = at.faulty();
    store.all(UNAVAILABLE);
    let lock = locks.lock("k").wait(LONG).on_store_error(OnStoreError::FailFast);
    let (took, ended) = timed(lock.acquire()).await;
    is("the error", kind(ended), Some(StoreErrorKind::Unavailable));
    holds("how long it took", took, took <= at.margin, "no time");
}

pub(in crate::testing) async fn outage__of_one_who_asks_again(at: Stage) {
    let (store, locks) = at.faulty();
    let unknown = Fault::Before(Step::Fail(StoreErrorKind::OutcomeUnknown));
    store.once(Op::Acquire, [unknown]).once(Op::Acquire, [UNAVAILABLE]);
    let lock = locks.lock("k").ttl(LONG).wait(LONG).on_store_error(OnStoreError::RetryUntilDeadline);
    let lease = lock.acquire().await.expect("the store is back");
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn outage__of_one_who_tries_again(at: Stage) {
    let (store, locks) = at.faulty();
    let unknown = Fault::Before(Step::Fail(StoreErrorKind::OutcomeUnknown));
    store.once(Op::Acquire, [unknown]).once(Op::Acquire, [unknown]);
    let lock = locks.lock("k").ttl(LONG).wait(LONG);
    let lease = lock.retry(Retry::times(2).backoff(at.short / 10..at.short)).acquire().await;
    at.is_still(&lease.expect("the third time")).await;
}

fn kind<T: std::fmt::Debug>(ended: Result<T, AcquireError>) -> Option<StoreErrorKind> {
    match ended {
        Err(AcquireError::Store { source, .. }) => Some(source.kind()),
        ended => panic!(
            "an acquisition over a store that fails: the answer was {ended:?}, and must be `Err(Store)`"
        ),
    }
}
