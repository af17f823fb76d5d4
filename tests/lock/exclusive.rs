//! Never two inside, everybody served, nothing left behind.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use futures::future::join_all;
use lockproof::{Locks, MemoryStore, Wait};

use crate::{
    faulty::{Fault, FaultyStore, HANGS, Op, REPLY_HANGS, REPLY_LOST, Step, UNAVAILABLE, slow, slow_reply},
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

/// Calls fail, hang, are late and lose their replies at random, and callers go away at random.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn never_two_inside_whatever_goes_wrong() {
    let memory = MemoryStore::new();
    let store = FaultyStore::over(memory.clone());
    let service =
        || Locks::builder().store(store.clone()).ttl("10m").op_timeout(ms(20)).build().expect("valid");
    let services = [(); 3].map(|()| service());
    let inside = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
    let served = Arc::new(AtomicUsize::new(0));
    let end = tokio::time::Instant::now() + ms(1_500);
    let tasks: Vec<_> = (0..24)
        .map(|n| {
            let lock = services[n % 3].lock(("k", n / 3 % 3));
            let (inside, served) = (Arc::clone(&inside[n / 3 % 3]), Arc::clone(&served));
            tokio::spawn(async move {
                while tokio::time::Instant::now() < end {
                    let wanted = tokio::time::timeout(ms(fastrand::u64(0..60)), lock.acquire());
                    let Ok(Ok(lease)) = wanted.await else { continue };
                    assert!(!inside.swap(true, SeqCst), "two inside");
                    if fastrand::bool() {
                        tokio::time::sleep(std::time::Duration::from_micros(fastrand::u64(..500))).await;
                    }
                    assert!(!lease.is_lost());
                    assert!(inside.swap(false, SeqCst));
                    served.fetch_add(1, SeqCst);
                    match fastrand::u8(..3) {
                        0 => drop(lease),
                        1 => drop(lease.release().await),
                        _ => drop(tokio::time::timeout(ms(fastrand::u64(..2)), lease.release()).await),
                    }
                }
            })
        })
        .collect();
    while tokio::time::Instant::now() < end {
        let op = [Op::Acquire, Op::Release, Op::Rotate][fastrand::usize(..3)];
        let fault =
            [UNAVAILABLE, REPLY_LOST, HANGS, REPLY_HANGS, slow(2), slow_reply(2)][fastrand::usize(..6)];
        store.once(op, [fault]);
        tokio::time::sleep(ms(20)).await;
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    store.heal();
    assert!(served.load(SeqCst) > 50, "{served:?} served");
    for service in &services {
        tokio::time::timeout(ms(5_000), service.drain()).await.expect("drained");
    }
    assert!(memory.is_empty());
}
