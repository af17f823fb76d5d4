//! Nobody waits for ever and nothing stays locked, whatever goes wrong for a while and whoever goes away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use fastrand::Rng;
use lockproof::{Lease, Lock, Locks, MemoryStore, OnStoreError, Wait};
use tokio::time::timeout;

use crate::{
    faulty::{FaultyStore, HANGS, Op, REPLY_HANGS, REPLY_LOST, UNAVAILABLE, slow, slow_reply},
    helpers::{comes_free, ms},
};

fn a_lock(rng: &mut Rng, locks: &Locks) -> Lock {
    let mut lock = locks.lock("k");
    lock = match rng.u8(..6) {
        0 => lock.wait(Wait::Forever),
        1 => lock.wait(Wait::Never),
        _ => lock.wait(ms(rng.u64(1..8_000))),
    };
    lock = match rng.u8(..6) {
        0 => lock.attempts(rng.u32(1..6)),
        1 => lock.attempts(rng.u32(1..6)).delay(ms(rng.u64(1..700))),
        2 => lock.delay(ms(rng.u64(1..700))),
        _ => lock,
    };
    lock = match rng.u8(..5) {
        0 => lock.owner(("user", rng.u8(..2))).ttl(ms(rng.u64(50..900))),
        1 => lock.ttl(ms(rng.u64(50..3_000))),
        2 => lock.ttl(ms(rng.u64(50..3_000))).keep_alive().max_hold("10s"),
        3 => lock.never_expires(),
        _ => lock,
    };
    lock = match rng.u8(..4) {
        0 => lock.on_store_error(OnStoreError::FailFast),
        1 => lock.on_store_error(OnStoreError::RetryUntilDeadline),
        2 => lock.retry(2),
        _ => lock,
    };
    lock
}

async fn let_go(rng: &mut Rng, lease: Lease) {
    match rng.u8(..4) {
        0 => drop(lease.release().await),
        1 => drop(timeout(ms(rng.u64(..30)), lease.release()).await),
        2 if lease.remaining().is_some() => std::mem::forget(lease),
        _ => drop(lease),
    }
}

/// Somebody who believes to hold the lock.
struct Inside<'a>(&'a AtomicUsize);

impl<'a> Inside<'a> {
    #[track_caller]
    fn alone(inside: &'a AtomicUsize, what: &str) -> Self {
        assert_eq!(inside.fetch_add(1, SeqCst), 0, "{what}: two inside");
        Self(inside)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// One who comes again and again, and goes away as it likes.
async fn visitor(mut rng: Rng, services: Vec<Locks>, inside: Arc<AtomicUsize>, what: String) {
    for _ in 0..6 {
        let locks = &services[rng.usize(..services.len())];
        let lock = a_lock(&mut rng, locks);
        let is_seat = format!("{lock:?}").contains("owner: Some");
        let acquired = async {
            match rng.u8(..5) {
                0 => lock.try_acquire().await.ok().flatten(),
                1 => timeout(ms(rng.u64(..2_000)), lock.acquire()).await.ok()?.ok(),
                _ => lock.acquire().await.ok(),
            }
        };
        let Some(lease) = acquired.await else { continue };
        let pause = ms(rng.u64(..200));
        if !is_seat && lease.remaining().is_none_or(|left| left > pause + ms(1)) {
            let _inside = Inside::alone(&inside, &what);
            tokio::time::sleep(pause).await;
        }
        let_go(&mut rng, lease).await;
    }
}

#[tokio::test(start_paused = true)]
async fn everybody_and_nothing_is_left_behind() {
    for seed in 0..150 {
        fastrand::seed(seed);
        let mut rng = Rng::with_seed(seed);
        let memory = MemoryStore::new();
        let store = FaultyStore::over(memory.clone());
        let store = match rng.u8(..3) {
            0 => store.deaf(),
            1 => store.without_wakeups(),
            _ => store,
        };
        let services: Vec<_> = (0..rng.usize(1..4))
            .map(|_| {
                let service = Locks::builder().store(store.clone()).ttl("5s").max_hold("20s");
                service.op_timeout(ms(rng.u64(50..1_000))).build().expect("valid")
            })
            .collect();
        let inside = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..12)
            .map(|n| {
                let what = format!("seed {seed}, task {n}");
                let visitor = visitor(rng.fork(), services.clone(), Arc::clone(&inside), what);
                (rng.u8(..4) == 0, tokio::spawn(visitor))
            })
            .collect();
        for _ in 0..rng.usize(..60) {
            let op = [Op::Acquire, Op::Release, Op::Rotate, Op::Extend, Op::Inspect][rng.usize(..5)];
            let late = rng.u64(1..300);
            let faults = [UNAVAILABLE, REPLY_LOST, HANGS, REPLY_HANGS, slow(late), slow_reply(late)];
            store.once(op, [faults[rng.usize(..faults.len())]]);
            tokio::time::sleep(ms(rng.u64(..150))).await;
        }
        store.heal();
        for (n, (goes_away, task)) in tasks.into_iter().enumerate() {
            if goes_away {
                task.abort();
            }
            match timeout(Duration::from_secs(600), task).await {
                Ok(Ok(())) => {}
                Ok(Err(ended)) if ended.is_cancelled() => {}
                Ok(Err(ended)) => std::panic::resume_unwind(ended.into_panic()),
                Err(_) => panic!("seed {seed}: task {n} hangs"),
            }
        }
        for locks in &services {
            comes_free(locks, "k", Duration::from_secs(60), &format!("seed {seed}")).await;
            timeout(Duration::from_secs(60), locks.drain())
                .await
                .unwrap_or_else(|_| panic!("seed {seed}: not drained"));
        }
    }
}
