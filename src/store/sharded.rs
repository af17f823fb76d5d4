use std::{
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::LockKey;

/// State by key, in parts with a mutex each, so that keys seldom wait for one another.
#[derive(Debug)]
pub(crate) struct Sharded<S> {
    shards: Box<[Mutex<S>]>,
    hasher: RandomState,
}

impl<S: Default> Default for Sharded<S> {
    fn default() -> Self {
        const SHARDS: usize = 64;
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl<S> Sharded<S> {
    /// The part that this key belongs to. Its mutex is never held over an await or a call to anybody else's code.
    pub(crate) fn of(&self, key: &LockKey) -> MutexGuard<'_, S> {
        let hash = self.hasher.hash_one(key);
        lock(&self.shards[hash as usize % self.shards.len()])
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
