use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::model::LockKey;

/// Which keys were held by somebody else at the last try, so that the next one looks before it writes.
///
/// A try that goes straight to the write is one call where the lock is free, but takes the lock of the row or of the file
/// where it is not, and gets in the way of the holder's release. Two keys that share a slot cost one read too many.
#[derive(Debug)]
pub(crate) struct Contended {
    slots: Box<[AtomicBool]>,
}

impl Default for Contended {
    fn default() -> Self {
        const SLOTS: usize = 1024;
        Self { slots: (0..SLOTS).map(|_| AtomicBool::new(false)).collect() }
    }
}

impl Contended {
    pub(crate) fn get(&self, key: &LockKey) -> bool {
        self.slot(key).load(Relaxed)
    }

    pub(crate) fn set(&self, key: &LockKey, held: bool) {
        self.slot(key).store(held, Relaxed);
    }

    fn slot(&self, key: &LockKey) -> &AtomicBool {
        &self.slots[key.hash_code() as usize % self.slots.len()]
    }
}
