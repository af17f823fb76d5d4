//! Never two inside, everybody served, nothing left behind.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use futures::future::join_all;
use lockproof::{Locks, MemoryStore, Wait};

use crate::{
    faulty::{Fault, FaultyStore, Op, Step, slow},
    helpers::ms,
};

/// Tasks that take turns at a key, some through `release` and some by dropping the guard.
async fn take_turns(services: &[Locks], tasks: usize, turns: usize) {
    let (inside, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let tasks = (0..tasks).map(|task| {
        let lock = services[task % services.len()].lock("turnstile").wait(Wait::Forever);
        let (inside, served) = (Arc::clone(&inside), Arc::clone(&served));
        tokio::spawn(async move {
            let mut last = None;
            for turn in 0..turns {
                let lease = lock.acquire().await.expect("it comes free");
                assert!(!inside.swap(true, SeqCst), "two inside");
                assert!(Some(lease.fence()) > last, "a token that does not rise");
                last = Some(lease.fence());
                tokio::task::yield_now().await;
                assert!(inside.swap(false, SeqCst));
                served.fetch_add(1, SeqCst);
                if (task + turn) % 2 == 0 {
                    lease.release().await.expect("it is held");
                }
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let count = tasks.len();
    for ended in join_all(tasks).await {
        ended.expect("no task panics");
    }
    assert_eq!(served.load(SeqCst), count * turns);
    for service in services {
        service.drain().await;
    }
}

#[tokio::test(start_paused = true)]
async fn fifty_tasks_take_turns() {
    let store = MemoryStore::new();
    take_turns(&[Locks::new(store.clone())], 50, 5).await;
    assert!(store.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_on_four_threads_take_turns() {
    let store = MemoryStore::new();
    take_turns(&[Locks::new(store.clone())], 50, 40).await;
    assert!(store.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_services_take_turns() {
    let store = MemoryStore::new();
    let services = [(); 3].map(|()| Locks::new(store.clone()));
    take_turns(&services, 24, 20).await;
    assert!(store.is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_services_over_a_slow_store_take_turns() {
    let memory = MemoryStore::new();
    let store = FaultyStore::over(memory.clone());
    store.all(slow(3)).always(Op::Rotate, [Fault::Before(Step::Yields(3)), Fault::After(Step::Yields(2))]);
    let services = [(); 2].map(|()| Locks::new(store.clone()));
    take_turns(&services, 20, 5).await;
    assert!(memory.is_empty());
}

#[tokio::test(start_paused = true)]
async fn pollers_take_turns() {
    let memory = MemoryStore::new();
    let store = FaultyStore::over(memory.clone()).without_wakeups();
    let services = [(); 2].map(|()| Locks::new(store.clone()));
    take_turns(&services, 20, 5).await;
    assert!(memory.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tries_give_one_lease_and_no_error() {
    let locks = Locks::memory();
    for _ in 0..100 {
        let tries = (0..16).map(|_| {
            let lock = locks.lock("contended");
            tokio::spawn(async move { lock.try_acquire().await.expect("a try is no error") })
        });
        let tries: Vec<_> = tries.collect();
        let leases: Vec<_> =
            join_all(tries).await.into_iter().filter_map(|lease| lease.expect("no panic")).collect();
        assert_eq!(leases.len(), 1);
        drop(leases);
        locks.drain().await;
    }
}

#[tokio::test(start_paused = true)]
async fn different_keys_do_not_block_each_other() {
    let locks = Locks::memory();
    let _one = locks.lock("one").acquire().await.expect("free");
    let _two = locks.lock("two").wait(ms(1)).acquire().await.expect("free");
}
