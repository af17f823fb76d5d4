//! Runtimes come and go.

use std::{sync::LazyLock, thread, time::Duration};

use lockproof::{AcquireError, Locks, MemoryStore};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    faulty::{FaultyStore, HANGS, Op, slow},
    helpers::{faulty, ms, polled},
};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

fn paused_runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

#[test]
fn a_static_service_over_three_runtimes_leaves_no_lock_behind() {
    static STORE: LazyLock<MemoryStore> = LazyLock::new(MemoryStore::new);
    static LOCKS: LazyLock<Locks> = LazyLock::new(|| Locks::new(STORE.clone()));

    for _ in 0..3 {
        let leftover = runtime().block_on(async {
            drop(LOCKS.lock("a").acquire().await.expect("free"));
            let leftover = LOCKS.lock("b").try_acquire().await.expect("an answer").expect("free");
            let lock = LOCKS.lock("c");
            tokio::spawn(async move {
                let _held = lock.acquire().await.expect("free");
                std::future::pending::<()>().await;
            });
            tokio::time::sleep(ms(2)).await;
            leftover
        });
        // Dropped where there is no runtime; that of "c" went with its runtime.
        drop(leftover);
    }
    runtime().block_on(LOCKS.drain());
    assert!(STORE.is_empty());
}

#[test]
fn calls_that_were_open_when_their_runtime_ended_are_cleaned_up_in_the_next() {
    for polls in 0..8 {
        let (memory, store, locks) = faulty();
        store.once(Op::Acquire, [slow(3)]).once(Op::Release, [slow(3)]);
        paused_runtime().block_on(async {
            drop(polled(locks.lock("a").acquire(), polls).await);
            drop(locks.lock("b").acquire().await.expect("free"));
            tokio::task::yield_now().await;
        });
        paused_runtime().block_on(async {
            for key in ["a", "b"] {
                drop(locks.lock(key).acquire().await.unwrap_or_else(|error| panic!("{polls}: {error:?}")));
            }
            locks.drain().await;
        });
        assert!(memory.is_empty(), "{polls}");
    }
}

#[test]
fn a_guard_dropped_in_another_runtime_than_its_own_is_released() {
    let store = MemoryStore::new();
    let locks = Locks::new(store.clone());
    let lease = runtime().block_on(async { locks.lock("k").acquire().await.expect("free") });
    runtime().block_on(async {
        drop(lease);
        tokio::time::sleep(ms(20)).await;
    });
    assert!(store.is_empty());
}

#[test]
fn a_waiter_outlives_the_runtime_of_its_services_tasks() {
    let (memory, _, locks) = faulty();
    let first = Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("a runtime");
    // The tasks of the service start in the first runtime.
    let held = first.block_on(async { locks.lock("k").acquire().await.expect("free") });
    let lock = locks.lock("k").wait(Duration::from_secs(20));
    let waiter = thread::spawn(move || runtime().block_on(async { lock.acquire().await.map(drop) }));
    thread::sleep(ms(50));
    drop(first);
    drop(held);
    waiter.join().expect("no panic").expect("released");
    runtime().block_on(locks.drain());
    assert!(memory.is_empty());
}

#[test]
fn outside_a_runtime_it_is_an_error_and_no_panic() {
    let (memory, _, locks) = faulty();
    let lock = locks.lock("k");
    let refused = || {
        let acquired = futures::executor::block_on(lock.acquire()).map(drop);
        assert!(matches!(acquired, Err(AcquireError::NoRuntime { .. })), "{acquired:?}");
        let tried = futures::executor::block_on(lock.try_acquire()).map(drop);
        assert!(matches!(tried, Err(AcquireError::NoRuntime { .. })), "{tried:?}");
    };
    refused();
    let elsewhere = Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("a runtime");
    elsewhere.block_on(async { drop(lock.acquire().await.expect("free")) });
    // The tasks of the service run, but not here.
    refused();
    futures::executor::block_on(locks.drain());
    assert!(memory.is_empty());
    drop(elsewhere);
    refused();
}

#[test]
fn a_lease_outside_a_runtime_can_be_dropped_released_and_extended_without_a_panic() {
    let (memory, _, locks) = faulty();
    let runtime = runtime();
    let leases: Vec<_> = runtime.block_on(async {
        let mut leases = Vec::new();
        for n in 0..4 {
            leases.push(locks.lock(("k", n)).acquire().await.expect("free"));
        }
        leases
    });
    let mut leases = leases.into_iter();
    let mut lease = || leases.next().expect("four");
    drop(lease());
    let _ = futures::executor::block_on(lease().release());
    let extended = lease();
    let _ = futures::executor::block_on(extended.extend(None));
    drop(extended);
    let ended = futures::executor::block_on(locks.shutdown(ms(10)));
    assert!(ended.is_err(), "the releaser's runtime stands still");
    drop(lease());
    runtime.block_on(locks.drain());
    assert!(memory.is_empty());
}

#[test]
fn a_runtime_that_ends_while_its_tasks_hold_locks_ends() {
    for _ in 0..20 {
        let store = MemoryStore::new();
        let locks = Locks::new(store.clone());
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
        runtime.block_on(async {
            for n in 0..50 {
                let lock = locks.lock(("k", n % 10));
                tokio::spawn(async move {
                    loop {
                        let lease = lock.acquire().await.expect("it comes free");
                        tokio::time::sleep(Duration::from_micros(100)).await;
                        drop(lease);
                    }
                });
            }
            tokio::time::sleep(ms(5)).await;
        });
        drop(runtime);
        self::runtime().block_on(locks.drain());
        assert!(store.is_empty());
    }
}

#[tokio::test]
async fn tasks_end_with_the_last_handle() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let before = alive();
    for contended in [false, true] {
        let locks = Locks::memory();
        let lock = locks.lock("k").wait(ms(20));
        drop(locks);
        let lease = lock.acquire().await.expect("free");
        if contended {
            lock.acquire().await.expect_err("held");
        }
        drop(lock);
        assert!(alive() > before, "the lease needs them");
        drop(lease);
        let limit = if contended { ms(1_300) } else { ms(20) };
        tokio::time::sleep(limit).await;
        assert_eq!(alive(), before, "contended: {contended}");
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_end_with_the_last_handle_although_the_store_hangs() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let (_, store, locks) = faulty();
    let held = locks.lock("k").acquire().await.expect("free");
    store.all(HANGS);
    locks.lock("j").wait(ms(10)).acquire().await.expect_err("hangs");
    drop(held);
    drop(locks);
    // The ttl of the lock is 30 s: past it nothing is left to be done.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(alive(), before);
}

#[tokio::test]
async fn a_service_that_nobody_uses_starts_nothing() {
    let before = Handle::current().metrics().num_alive_tasks();
    let locks = Locks::memory();
    let _lock = locks.lock("k");
    assert_eq!(Handle::current().metrics().num_alive_tasks(), before);
}

#[test]
fn a_service_whose_runtime_has_ended_ends_with_its_last_handle() {
    let runtime = runtime();
    let store = FaultyStore::over(MemoryStore::new());
    store.once(Op::Acquire, [HANGS]);
    let in_use = store.in_use();
    let locks = Locks::new(store);
    let lock = locks.lock("k");
    let mut asking = Box::pin(async move { lock.acquire().await.map(drop) });
    assert!(runtime.block_on(async { futures::poll!(&mut asking) }).is_pending());
    let lease = runtime.block_on(locks.lock("j").acquire()).expect("free");
    drop(runtime);
    // Its call is left with a releaser that has no runtime.
    drop(asking);
    assert!(in_use());
    drop((lease, locks));
    assert!(!in_use(), "the service has gone, and the store with it");
}
