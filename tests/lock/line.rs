//! The line: in order of arrival, one call a hand-over, and others get a chance.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use lockproof::{ForceRelease, LockKey, LockStore, Locks, MemoryStore, Wait};

use crate::{
    faulty::{FaultyStore, Op, UNAVAILABLE, slow, slow_reply},
    helpers::{faulty, held_and_wanted, ms, settle, timed},
};

/// Ten thousand waiters of which every second one is cancelled at a random moment; the others are served as they came.
/// Says how many were served, some of those that were cancelled after that included.
async fn ten_thousand_are_served_in_order(locks: &Locks) -> usize {
    const WAITERS: usize = 10_000;

    let held = locks.lock("k").ttl("1h").acquire().await.expect("free");
    let served = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    let mut doomed = Vec::new();
    for n in 0..WAITERS {
        let lock = locks.lock("k").ttl("1h").wait(Wait::Forever);
        let served = Arc::clone(&served);
        let task = tokio::spawn(async move {
            let lease = lock.acquire().await.expect("it comes free");
            served.lock().expect("no panic").push(n);
            tokio::time::sleep(ms(1)).await;
            drop(lease);
        });
        settle_once().await;
        if n % 2 == 1 {
            doomed.push(task);
        } else {
            tasks.push(task);
        }
    }
    let nemesis = tokio::spawn(async move {
        while !doomed.is_empty() {
            doomed.swap_remove(fastrand::usize(..doomed.len())).abort();
            if fastrand::u8(..3) == 0 {
                tokio::time::sleep(ms(1)).await;
            }
        }
    });
    settle().await;
    drop(held);
    for task in tasks {
        task.await.expect("served");
    }
    nemesis.await.expect("no panic");
    let served = std::mem::take(&mut *served.lock().expect("no panic"));
    assert!(served.is_sorted(), "out of order");
    assert!(served.iter().filter(|n| *n % 2 == 0).count() == WAITERS / 2, "somebody was not served");
    served.len()
}

async fn settle_once() {
    tokio::task::yield_now().await;
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_waiters_are_served_in_the_order_in_which_they_came() {
    let memory = MemoryStore::new();
    let locks = Locks::new(memory.clone());
    ten_thousand_are_served_in_order(&locks).await;
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_waiters_at_a_slow_store_are_served_in_order_with_a_call_for_each() {
    let (memory, store, locks) = faulty();
    for op in [Op::Acquire, Op::Release, Op::Rotate] {
        store.always(op, [slow(1), slow_reply(1)]);
    }
    let served = ten_thousand_are_served_in_order(&locks).await;
    locks.drain().await;
    assert!(memory.is_empty());
    // One for each; and a few for those that were cancelled in the middle of theirs, and for letting others go first.
    let calls = store.all_calls();
    assert!(calls <= served + served / 8, "{calls} calls for {served} grants");
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_is_one_call() {
    for by_release in [false, true] {
        let (_, store, locks) = faulty();
        let held = locks.lock("k").acquire().await.expect("free");
        let waiters: Vec<_> = (0..50)
            .map(|_| {
                let lock = locks.lock("k");
                tokio::spawn(async move {
                    let lease = lock.acquire().await.expect("it comes free");
                    if by_release {
                        lease.release().await.expect("it is held");
                    } else {
                        drop(lease);
                    }
                })
            })
            .collect();
        settle().await;
        let before = store.calls(Op::Acquire);
        assert!(before <= 4, "{before} looks by fifty waiters");
        drop(held);
        for waiter in waiters {
            waiter.await.expect("no panic");
        }
        locks.drain().await;
        assert_eq!(store.calls(Op::Rotate), 50);
        assert_eq!((store.calls(Op::Acquire), store.calls(Op::Release)), (before, 1));
    }
}

/// How long somebody of another service waits for a key that sixteen tasks here hammer.
async fn wait_of_an_outsider(hammering: &Locks, outside: &Locks, hold: Option<Duration>) -> Duration {
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let lock = hammering.lock("k").wait(Wait::Forever);
            tokio::spawn(async move {
                loop {
                    let lease = lock.acquire().await.expect("it comes free");
                    match hold {
                        Some(hold) => tokio::time::sleep(hold).await,
                        None => tokio::task::yield_now().await,
                    }
                    drop(lease);
                }
            })
        })
        .collect();
    tokio::time::sleep(ms(20)).await;
    let (took, ended) = timed(outside.lock("k").wait(Duration::from_secs(10)).acquire()).await;
    let lease = ended.expect("its turn comes");
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    drop(lease);
    took
}

#[tokio::test(start_paused = true)]
async fn another_service_gets_its_turn() {
    let store = MemoryStore::new();
    let took = wait_of_an_outsider(&Locks::new(store.clone()), &Locks::new(store), Some(ms(1))).await;
    assert!(took <= ms(400), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn another_service_gets_its_turn_at_a_slow_store() {
    let (_, store, locks) = faulty();
    store.all(slow(2));
    let took = wait_of_an_outsider(&locks, &Locks::new(store.clone()), Some(ms(1))).await;
    assert!(took <= ms(1_000), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_service_gets_its_turn_on_many_threads() {
    let store = MemoryStore::new();
    let took = wait_of_an_outsider(&Locks::new(store.clone()), &Locks::new(store), None).await;
    assert!(took <= ms(1_000), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_waiter_leaves_untaken_is_released_at_once() {
    let (memory, _, locks) = faulty();
    let (held, waiter) = held_and_wanted(&locks).await;
    drop(held);
    drop(waiter);
    settle().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_offered_and_left_is_not_released_twice_as_often() {
    let (_, store, locks) = faulty();
    let (held, waiter) = held_and_wanted(&locks).await;
    store.always(Op::Release, [UNAVAILABLE]);
    drop(held);
    drop(waiter);
    tokio::time::sleep(ms(190)).await;
    assert_eq!(store.calls(Op::Release), 1);
}

#[tokio::test(start_paused = true)]
async fn the_lock_of_one_who_went_away_is_taken_over() {
    let (_, store, locks) = faulty();
    store.all(slow(3));
    let lock = locks.lock("k");
    let mut first = Box::pin(lock.acquire());
    assert!(futures::poll!(&mut first).is_pending());
    drop(first);
    let (took, ended) = timed(locks.lock("k").acquire()).await;
    let _lease = ended.expect("free");
    assert!(took <= ms(10), "{took:?}");
    assert_eq!((store.calls(Op::Acquire), store.calls(Op::Rotate), store.calls(Op::Release)), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_a_release_is_under_way_is_woken_by_its_end() {
    let memory = MemoryStore::new();
    let store = FaultyStore::over(memory).deaf();
    let locks = Locks::new(store.clone());
    store.once(Op::Release, [slow_reply(20)]);
    drop(locks.lock("k").acquire().await.expect("free"));
    settle().await;
    let (took, ended) = timed(locks.lock("k").acquire()).await;
    drop(ended.expect("free"));
    assert!(took <= ms(22), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_was_forced_free_is_noticed_although_its_guard_is_here() {
    let (memory, _, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k");
    let waiter = tokio::spawn(async move { lock.acquire().await });
    tokio::time::sleep(ms(500)).await;
    let (took, ended) = timed(async {
        memory.force_release(ForceRelease::new(held.key().clone())).await.expect("forced");
        waiter.await.expect("no panic")
    })
    .await;
    let lease = ended.expect("free");
    assert!(took <= ms(2), "{took:?}");
    drop(held);
    settle().await;
    assert!(!lease.is_lost());
    lease.release().await.expect("the late guard has not released it");
}

#[tokio::test(start_paused = true)]
async fn the_store_may_forget_a_lock_that_is_being_taken_over() {
    let (memory, _, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    let lock = locks.lock("k");
    let waiter = tokio::spawn(async move { lock.acquire().await });
    settle().await;
    let key = LockKey::new("k").expect("valid");
    memory.force_release(ForceRelease::new(key)).await.expect("forced");
    drop(held);
    drop(waiter.await.expect("no panic").expect("free"));
    locks.drain().await;
    assert!(memory.is_empty());
}
