//! What those who wait for a key tell each other about the store.

use std::{
    sync::{Arc, Mutex, atomic::AtomicU32},
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    hold::Hold,
    registry::{Registry, hint},
};
use crate::{
    model::{Deadline, LockKey, clock::BootInstant},
    store::{Holder, sharded::lock},
};

/// The looks at the store since there is a line.
#[derive(Debug, Default)]
pub(super) struct Looks {
    pub(super) made: AtomicU32,
    /// One more was made.
    pub(super) more: Notify,
    /// Who held the lock then.
    pub(super) holder: Mutex<Option<Holder>>,
}

impl Registry {
    /// It is known who holds the lock.
    pub(super) fn note_holder(&self, key: &LockKey, holder: Option<&Holder>) {
        if let Some(contention) = self.0.of(key).get_mut(key).and_then(|entry| entry.contention.as_mut()) {
            *lock(&contention.looks.holder) = holder.cloned();
        }
    }

    /// Somebody here has asked the store, and has not got the lock.
    pub(super) fn note_look(&self, key: &LockKey, at: BootInstant) {
        let looks = self.0.of(key).get_mut(key).and_then(|entry| entry.looked(at));
        tell(looks);
    }

    /// Whether the store was looked at within this time; if not, the first in line is asked to.
    pub(super) fn is_looked_at(&self, key: &LockKey, within: Duration) -> bool {
        let shard = self.0.of(key);
        let Some(entry) = shard.get(key) else { return false };
        let looked_at = entry.contention.as_ref().and_then(|contention| contention.looked_at);
        let is_recent = looked_at.is_some_and(|at| BootInstant::now().since(at) < within);
        // Who stands in front of the line looks anyhow.
        let first = if entry.trying { None } else { entry.first() };
        drop(shard);
        if !is_recent {
            hint(first.as_deref());
        }
        is_recent
    }

    /// Whether anybody stands in line besides the first.
    pub(super) fn others_wait(&self, key: &LockKey) -> bool {
        let shard = self.0.of(key);
        let contention = shard.get(key).and_then(|entry| entry.contention.as_ref());
        contention.is_some_and(|contention| contention.line.len() > 1)
    }

    /// A new grant for an owner of the user's own. It is nobody's to take over, and those who wait for the same owner
    /// have the lock as well.
    pub(super) fn seat_granted(&self, hold: &Hold, at: BootInstant) {
        let mut shard = self.0.of(&hold.key);
        let Some(entry) = shard.get_mut(&hold.key) else { return };
        let looks = entry.looked(at);
        let is_over = entry.is_forced(hold.token());
        let line = entry.contention.iter().flat_map(|contention| contention.line.values());
        let same: Vec<_> = line.filter(|waiter| waiter.seat.as_ref() == Some(&hold.owner)).cloned().collect();
        drop(shard);
        tell(looks);
        if is_over {
            hold.end_renewal(Deadline::PASSED);
        }
        same.iter().for_each(|waiter| hint(Some(waiter)));
    }
}

/// Tells those in line that the store was looked at. As `wake`, never under the mutex of a shard.
pub(super) fn tell(looks: Option<Arc<Looks>>) {
    if let Some(looks) = looks {
        looks.more.notify_waiters();
    }
}
