//! What a dropped guard leaves behind is known to its service.

use std::{sync::Barrier, thread, time::Duration};

use lockproof::{Lease, Locks, MemoryStore};

use crate::{
    faulty::{Fault, Op, Step, slow, slow_reply},
    helpers::{comes_free, faulty, held_and_wanted, ms, settle, timed},
};

async fn drop_then_try(locks: &Locks, times: usize) {
    let lock = locks.lock("k");
    let mut last: Option<Lease> = None;
    for turn in 0..times {
        let before = last.as_ref().map(Lease::fence);
        drop(last.take());
        let lease = lock.try_acquire().await.expect("the store answers");
        let lease = lease.unwrap_or_else(|| panic!("refused in turn {turn}"));
        assert!(Some(lease.fence()) > before, "a token that does not rise");
        last = Some(lease);
    }
}

#[tokio::test(start_paused = true)]
async fn drop_then_try_gives_the_lock() {
    let (memory, store, locks) = faulty();
    drop_then_try(&locks, 1_000).await;
    locks.drain().await;
    assert!(memory.is_empty());
    assert!(store.all_calls() <= 1_040, "{} calls", store.all_calls());
}

#[tokio::test(start_paused = true)]
async fn drop_then_try_gives_the_lock_also_while_the_release_takes_its_time() {
    let faults: [&[Fault]; 5] = [
        &[slow(2)],
        &[slow_reply(2)],
        &[Fault::Before(Step::Yields(1))],
        &[Fault::After(Step::Yields(1))],
        &[slow(300)],
    ];
    for fault in faults {
        let (memory, store, locks) = faulty();
        store.always(Op::Release, fault).always(Op::Rotate, fault).always(Op::Acquire, fault);
        drop_then_try(&locks, 1_000).await;
        locks.drain().await;
        assert!(memory.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn drop_then_try_gives_the_lock_also_when_the_release_is_under_way() {
    for polls in 0..12 {
        let (memory, store, locks) = faulty();
        store.all(Fault::Before(Step::Yields(2)));
        for _ in 0..100 {
            let lease = locks.lock("k").try_acquire().await.expect("the store answers");
            drop(lease.unwrap_or_else(|| panic!("refused after {polls} polls")));
            for _ in 0..polls {
                tokio::task::yield_now().await;
            }
        }
        locks.drain().await;
        assert!(memory.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn drop_then_try_gives_the_lock_on_many_threads() {
    let locks = Locks::memory();
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let lock = locks.lock(("k", task));
            tokio::spawn(async move {
                for turn in 0..1_000 {
                    let lease = lock.try_acquire().await.expect("the store answers");
                    drop(lease.unwrap_or_else(|| panic!("refused in turn {turn}")));
                    if turn % 7 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_guards_dropped_at_once_are_released_in_a_few_calls() {
    let (memory, store, locks) = faulty();
    let mut guards = Vec::new();
    for n in 0..10_000 {
        guards.push(locks.lock(("k", n)).acquire().await.expect("free"));
    }
    drop(guards);
    locks.drain().await;
    assert!(memory.is_empty());
    assert_eq!(store.calls(Op::Release), 10_000);
    assert!(store.calls(Op::ReleaseAll) <= 25, "{} batches", store.calls(Op::ReleaseAll));
}

#[tokio::test(start_paused = true)]
async fn a_guard_dropped_on_a_plain_thread_is_released() {
    let (memory, _, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    thread::spawn(move || drop(lease)).join().expect("no panic");
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_guard_dropped_in_a_panic_is_released() {
    let (memory, _, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    let task = tokio::spawn(async move {
        let _lease = lease;
        panic!("on purpose");
    });
    assert!(task.await.expect_err("it panicked").is_panic());
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_guard_dropped_in_a_panic_on_a_plain_thread_is_released() {
    let (memory, _, locks) = faulty();
    let lease = locks.lock("k").acquire().await.expect("free");
    let ended = thread::spawn(move || {
        let _lease = lease;
        panic!("on purpose");
    })
    .join();
    assert!(ended.is_err());
    locks.drain().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_guard_needs_nobody_to_drain() {
    let (memory, _, locks) = faulty();
    drop(locks.lock("k").acquire().await.expect("free"));
    settle().await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hold_offered_to_a_waiter_that_is_never_polled_again_is_released_all_the_same() {
    let (memory, _, locks) = faulty();
    let (held, waiter) = held_and_wanted(&locks).await;
    drop(held);
    let other = Locks::new(memory.clone());
    let (took, ended) = timed(other.lock("k").wait(Duration::from_secs(1)).acquire()).await;
    drop(ended.expect("released without the waiter"));
    assert!(took <= ms(70), "{took:?}");
    drop(waiter);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_never_polled_again_holds_others_up_for_its_own_time_at_most() {
    let (_, _, locks) = faulty();
    let (held, waiter) = held_and_wanted(&locks).await;
    drop(held);
    // A try does not stand behind the one who sleeps.
    tokio::time::sleep(ms(100)).await;
    assert!(locks.lock("k").try_acquire().await.expect("the store answers").is_some());
    drop(waiter);
    comes_free(&locks, "k", ms(100), "after the sleeper has gone").await;
}

#[test]
fn guards_dropped_on_many_threads_at_once_are_released() {
    let store = MemoryStore::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let locks = Locks::new(store.clone());
        let mut guards = Vec::new();
        for n in 0..800 {
            guards.push(locks.lock(("k", n)).acquire().await.expect("free"));
        }
        let barrier = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                let mine: Vec<_> = guards.drain(..100).collect();
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    drop(mine);
                });
            }
        });
        locks.drain().await;
    });
    assert!(store.is_empty());
}
