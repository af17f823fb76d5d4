//! What a service knows of the holder of a lock, and what it tells its own guards of a lock.

use std::sync::Arc;

use super::{
    hold::Hold,
    phase::Phase,
    registry::{Registry, hint},
    service::Service,
};
use crate::{
    log::warn,
    model::{Deadline, FencingToken, LockKey, Owner},
};

impl Service {
    /// The guards here that hold the lock: one, or as many as there are leases of a seat.
    pub(super) fn guards_of(&self, key: &LockKey) -> Vec<Arc<Hold>> {
        let seats = self.seats().of(key).into_iter().filter(|hold| hold.is_running());
        self.registry().held_here(key).into_iter().chain(seats).collect()
    }

    /// Whether this owner has got the lock through this service, which is not through with it.
    pub(super) fn is_ours(&self, key: &LockKey, owner: &Owner) -> bool {
        self.registry().is_owner(key, owner) || self.guards_of(key).iter().any(|hold| hold.owner == *owner)
    }

    /// The lock was freed by force: whoever has got it here under a lower token has lost it.
    pub(super) fn forced(&self, key: &LockKey, token: FencingToken) {
        let seats = self.seats().of(key).into_iter().filter(|hold| hold.token() < token);
        for hold in seats.chain(self.registry().forced(key, token)) {
            if hold.end_renewal(Deadline::PASSED) {
                warn!("the lock {} of {} is lost: it was freed by force", hold.key, hold.label);
            }
        }
    }
}

impl Registry {
    fn is_owner(&self, key: &LockKey, owner: &Owner) -> bool {
        let shard = self.0.of(key);
        let hold = shard.get(key).and_then(|entry| entry.hold.as_ref());
        hold.is_some_and(|hold| hold.owner == *owner && hold.phase() != Phase::Gone)
    }

    /// Gives the hold that was granted under a lower token; one whose grant is not answered yet will be refused.
    fn forced(&self, key: &LockKey, token: FencingToken) -> Option<Arc<Hold>> {
        let mut shard = self.0.of(key);
        let entry = shard.get_mut(key)?;
        let past = entry.past.get_or_insert_default();
        past.forced = past.forced.max(Some(token));
        let evicted = entry.hold.clone().filter(|hold| hold.token() < token);
        let first = entry.first();
        drop(shard);
        hint(first.as_deref());
        evicted
    }
}
