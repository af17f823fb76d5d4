//! Locks in memory against their floor, a tokio `Mutex` for each key in a sharded map: ratios in one run, since
//! absolute figures hold for one machine on one day.
//!
//!     cargo bench --bench memory

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use lockproof::{LockKey, Locks};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Mutex as AsyncMutex, OwnedMutexGuard},
};

/// The floor: no ttl, no owner, no token; an entry goes when nobody uses it.
struct Floor {
    shards: Vec<Shard>,
    hasher: RandomState,
}

type Shard = Mutex<HashMap<Arc<str>, Arc<AsyncMutex<()>>>>;

impl Floor {
    fn new() -> Self {
        Self { shards: (0..64).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }

    fn shard(&self, key: &str) -> &Shard {
        &self.shards[self.hasher.hash_one(key) as usize % self.shards.len()]
    }

    async fn acquire(&self, key: &Arc<str>) -> OwnedMutexGuard<()> {
        let mutex = {
            let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shard.entry(Arc::clone(key)).or_default())
        };
        mutex.lock_owned().await
    }

    fn release(&self, key: &Arc<str>, guard: OwnedMutexGuard<()>) {
        drop(guard);
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        if shard.get(key).is_some_and(|mutex| Arc::strong_count(mutex) == 1) {
            shard.remove(key);
        }
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime")
}

/// One task, one pair of acquire and release after another.
fn alone(criterion: &mut Criterion) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group("memory, one task");
    let (floor, locks) = (Arc::new(Floor::new()), Locks::memory());
    let name: Arc<str> = "account:42".into();
    let key = LockKey::new("account:42").expect("valid");
    group.bench_function("floor", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let guard = floor.acquire(&name).await;
            floor.release(&name, guard);
        });
    });
    group.bench_function("lockproof, released", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let lease = locks.lock(&key).acquire().await.expect("free");
            lease.release().await.expect("held");
        });
    });
    group.bench_function("lockproof, dropped", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            drop(locks.lock(&key).acquire().await.expect("free"));
        });
    });
    group.finish();
}

/// 16 tasks on one key: how long it takes until each has had it 16 times.
fn crowded(criterion: &mut Criterion) {
    const TASKS: usize = 16;
    const TURNS: usize = 16;

    let runtime = runtime();
    let mut group = criterion.benchmark_group("memory, 16 tasks on one key, 256 turns");
    group.bench_function("floor", |bencher| {
        bencher.to_async(&runtime).iter_batched(
            || (Arc::new(Floor::new()), Arc::<str>::from("account:42")),
            |(floor, name)| async move {
                let tasks = (0..TASKS).map(|_| {
                    let (floor, name) = (Arc::clone(&floor), Arc::clone(&name));
                    tokio::spawn(async move {
                        for _ in 0..TURNS {
                            let guard = floor.acquire(&name).await;
                            tokio::task::yield_now().await;
                            floor.release(&name, guard);
                        }
                    })
                });
                futures::future::join_all(tasks.collect::<Vec<_>>()).await;
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("lockproof", |bencher| {
        bencher.to_async(&runtime).iter_batched(
            Locks::memory,
            |locks| async move {
                let tasks = (0..TASKS).map(|_| {
                    let lock = locks.lock("account:42");
                    tokio::spawn(async move {
                        for _ in 0..TURNS {
                            let lease = lock.acquire().await.expect("in time");
                            tokio::task::yield_now().await;
                            drop(lease);
                        }
                    })
                });
                futures::future::join_all(tasks.collect::<Vec<_>>()).await;
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, alone, crowded);
criterion_main!(benches);
