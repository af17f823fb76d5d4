//! The floor in memory: no ttl, no owner, no token; an entry goes when nobody uses it.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::support::Locker;

/// A tokio `Mutex` for each key in a sharded map.
#[derive(Clone)]
pub(crate) struct Floor(Arc<Inner>);

struct Inner {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
}

type Shard = HashMap<Arc<str>, Arc<AsyncMutex<()>>>;

impl Floor {
    pub(crate) fn new() -> Self {
        let shards = (0..64).map(|_| Mutex::default()).collect();
        Self(Arc::new(Inner { shards, hasher: RandomState::new() }))
    }

    fn shard(&self, key: &str) -> MutexGuard<'_, Shard> {
        let at = self.0.hasher.hash_one(key) as usize % self.0.shards.len();
        self.0.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Locker for Floor {
    type Guard = (Arc<str>, OwnedMutexGuard<()>);

    async fn acquire(&self, key: &str) -> Self::Guard {
        let key = Arc::<str>::from(key);
        let mutex = Arc::clone(self.shard(&key).entry(Arc::clone(&key)).or_default());
        (key, mutex.lock_owned().await)
    }

    async fn release(&self, (key, guard): Self::Guard) {
        drop(guard);
        let mut shard = self.shard(&key);
        if shard.get(&key).is_some_and(|mutex| Arc::strong_count(mutex) == 1) {
            shard.remove(&key);
        }
    }
}
