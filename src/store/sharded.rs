use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{ByKey, LockKey};

/// A map by keys, which come with their hash.
pub(crate) type KeyMap<V> = HashMap<LockKey, V, ByKey>;

/// State by key, in parts with a mutex each, so that keys seldom wait for one another.
#[derive(Debug)]
pub(crate) struct Sharded<S> {
    shards: Box<[Mutex<S>; SHARDS]>,
}

const SHARDS: usize = 64;

impl<S: Default> Default for Sharded<S> {
    fn default() -> Self {
        Self { shards: Box::new(std::array::from_fn(|_| Mutex::default())) }
    }
}

impl<S> Sharded<S> {
    /// The part that this key belongs to. Its mutex is never held over an await or a call to anybody else's code.
    pub(crate) fn of(&self, key: &LockKey) -> MutexGuard<'_, S> {
        // Bits that a map within the part does not look at: it would have only every 64th of its places otherwise.
        let hash = key.hash_code() >> 32;
        lock(&self.shards[hash as usize % SHARDS])
    }

    /// All parts, one after the other.
    pub(crate) fn each(&self) -> impl Iterator<Item = MutexGuard<'_, S>> {
        self.shards.iter().map(lock)
    }
}

/// Locks a mutex whose critical sections cannot leave half a change behind when they panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
