//! The end of a service.

use std::time::Duration;

use lockproof::{AcquireError, ExtendError, Lease, Locks, ReleaseError, ShutdownError, StoreErrorKind, Wait};
use tokio::task::JoinHandle;

use crate::{
    faulty::{Fault, HANGS, Op, Step, slow},
    helpers::{faulty, ms, owner_of, settle, timed},
};

#[tokio::test(start_paused = true)]
async fn releases_what_is_held_and_what_is_queued() {
    let (memory, _, locks) = faulty();
    let held = locks.lock("held").acquire().await.expect("free");
    let forgotten = locks.lock("forgotten").acquire().await.expect("free");
    std::mem::forget(forgotten);
    drop(locks.lock("queued").acquire().await.expect("free"));
    let (took, ended) = timed(locks.shutdown(ms(1_000))).await;
    ended.expect("in time");
    assert!(took <= ms(2), "{took:?}");
    assert!(memory.is_empty());
    assert!(held.is_lost());
    assert_eq!(held.remaining(), Some(Duration::ZERO));
    tokio::time::timeout(ms(1), held.lost()).await.expect("told at once");
    assert!(matches!(held.extend(None).await, Err(ExtendError::Lost { .. })));
    drop(held);
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_waits_to_hear_of_a_loss_hears_of_it() {
    let (_, _, locks) = faulty();
    let held = locks.lock("k").ttl(lockproof::Ttl::Never).acquire().await.expect("free");
    let lost = tokio::spawn(async move { held.lost().await });
    settle().await;
    locks.shutdown(ms(100)).await.expect("in time");
    let (took, ended) = timed(lost).await;
    ended.expect("no panic");
    assert!(took <= ms(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn later_calls_are_refused() {
    let (_, store, locks) = faulty();
    let lock = locks.lock("k");
    locks.shutdown(ms(100)).await.expect("nothing to do");
    assert!(matches!(lock.acquire().await, Err(AcquireError::Closed { .. })));
    assert!(matches!(lock.try_acquire().await, Err(AcquireError::Closed { .. })));
    assert!(matches!(locks.clone().lock("j").acquire().await, Err(AcquireError::Closed { .. })));
    assert_eq!(store.all_calls(), 0);
    locks.shutdown(ms(100)).await.expect("once more");
}

#[tokio::test(start_paused = true)]
async fn waiters_are_told() {
    let (memory, _, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let waiters = waiters(&locks, 20).await;
    let (took, ended) = timed(locks.shutdown(ms(1_000))).await;
    ended.expect("in time");
    assert!(took <= ms(60), "{took:?}");
    are_told(waiters).await;
    assert!(memory.is_empty());
    assert!(matches!(held.release().await, Err(ReleaseError::Lost { .. })));
}

#[tokio::test(start_paused = true)]
async fn waiters_are_told_although_the_store_hangs() {
    let (_, store, locks) = faulty();
    store.always(Op::Acquire, [HANGS]);
    let waiters = waiters(&locks, 5).await;
    let (took, ended) = timed(locks.shutdown(ms(300))).await;
    assert!(matches!(ended, Err(ShutdownError::Unsettled { waited, .. }) if waited == ms(300)), "{ended:?}");
    assert!(took <= ms(302), "{took:?}");
    are_told(waiters).await;
}

#[tokio::test(start_paused = true)]
async fn a_hung_store_does_not_hold_it_up() {
    let (_, store, locks) = faulty();
    let held = locks.lock("held").acquire().await.expect("free");
    drop(locks.lock("queued").acquire().await.expect("free"));
    store.all(HANGS);
    let (took, ended) = timed(locks.shutdown(ms(300))).await;
    let unsettled = ShutdownError::Unsettled { unsettled: 2, waited: ms(300) };
    assert_eq!(ended, Err(unsettled));
    assert!(took <= ms(302), "{took:?}");
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn an_acquisition_under_way_is_refused_and_released() {
    for delay in [1, 5, 9] {
        let (memory, store, locks) = faulty();
        store.all(slow(10));
        let lock = locks.lock("k");
        let acquiring = tokio::spawn(async move { lock.acquire().await });
        tokio::time::sleep(ms(delay)).await;
        locks.shutdown(ms(1_000)).await.expect("in time");
        let ended = acquiring.await.expect("no panic");
        assert!(matches!(ended, Err(AcquireError::Closed { .. })), "{ended:?}");
        assert!(memory.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_the_middle_of_everything_nothing_is_left_behind() {
    for round in 0..50 {
        let (memory, _, locks) = faulty();
        let tasks: Vec<_> = (0..16)
            .map(|task| {
                let lock = locks.lock(("k", task % 4)).wait(Wait::Forever);
                tokio::spawn(async move {
                    let mut kept = None;
                    loop {
                        match lock.acquire().await {
                            Ok(lease) if task % 4 == 3 => kept = Some(lease),
                            Ok(lease) if task % 2 == 0 => drop(lease.release().await),
                            Ok(lease) => drop(lease),
                            Err(AcquireError::Closed { .. }) => return kept,
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_micros(500 + 100 * round)).await;
        locks.shutdown(ms(5_000)).await.expect("in time");
        for task in tasks {
            drop(tokio::time::timeout(ms(5_000), task).await.expect("it ends").expect("no panic"));
        }
        locks.drain().await;
        assert!(memory.is_empty(), "round {round}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_services_go_on() {
    let (memory, _, locks) = faulty();
    let other = Locks::new(memory.clone());
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = other.lock("k");
    let waiter = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    locks.shutdown(ms(100)).await.expect("in time");
    let (took, ended) = timed(waiter).await;
    let lease = ended.expect("no panic").expect("released");
    assert!(took <= ms(5), "{took:?}");
    drop(held);
    settle().await;
    assert!(!memory.is_empty(), "the guard that is dropped late does not release the other's lock");
    drop(lease);
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_comes_together_with_it_is_released() {
    let (memory, store, locks) = faulty();
    store.once(Op::Acquire, [Fault::Before(Step::Yields(1))]);
    let lock = locks.lock("k");
    let mut acquiring = Box::pin(lock.acquire());
    assert!(futures::poll!(&mut acquiring).is_pending());
    let mut shutdown = Box::pin(locks.shutdown(ms(500)));
    assert!(futures::poll!(&mut shutdown).is_pending());
    assert!(matches!(acquiring.await, Err(AcquireError::Closed { .. })));
    shutdown.await.expect("in time");
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_released_although_an_older_call_was_answered_after_it_was_granted() {
    let (memory, store, locks) = faulty();
    store.once(Op::Acquire, [slow(50), Fault::After(Step::Fail(StoreErrorKind::OutcomeUnknown))]);
    let lock = locks.lock("k");
    let mut parked = Box::pin(lock.acquire());
    assert!(futures::poll!(&mut parked).is_pending());
    let lease = locks.lock("k").try_acquire().await.expect("an answer").expect("free");
    drop(parked);
    tokio::time::sleep(ms(100)).await;
    assert!(!lease.is_lost());
    locks.shutdown(ms(2_000)).await.expect("in time");
    assert!(lease.is_lost());
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_none_is_told_and_the_service_ends_all_the_same() {
    let (memory, _, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let ended = locks.shutdown("soon").await;
    assert!(matches!(ended, Err(ShutdownError::InvalidLimit(_))), "{ended:?}");
    assert!(matches!(locks.lock("k").try_acquire().await, Err(AcquireError::Closed { .. })));
    locks.shutdown("1s").await.expect("in time");
    assert_eq!(owner_of(&memory, "k").await, None);
    drop(held);
}

/// This many that wait for the lock `k`.
async fn waiters(locks: &Locks, count: usize) -> Vec<JoinHandle<Result<Lease, AcquireError>>> {
    let waiters = (0..count).map(|_| {
        let lock = locks.lock("k").wait(Wait::Forever);
        tokio::spawn(async move { lock.acquire().await })
    });
    let waiters = waiters.collect();
    settle().await;
    waiters
}

/// Each waiter knows at once that the service has ended.
async fn are_told(waiters: Vec<JoinHandle<Result<Lease, AcquireError>>>) {
    let (took, ()) = timed(async {
        for waiter in waiters {
            let ended = waiter.await.expect("no panic");
            assert!(matches!(ended, Err(AcquireError::Closed { .. })), "{ended:?}");
        }
    })
    .await;
    assert!(took <= ms(1), "{took:?}");
}
