use std::sync::Arc;

use super::hold::Hold;
use crate::{
    model::LockKey,
    store::sharded::{KeyMap, Sharded},
};

/// The leases of seats that this service has given out: of one key there may be many. All other leases are in the
/// registry.
#[derive(Debug, Default)]
pub(super) struct Seats(Sharded<KeyMap<Vec<Arc<Hold>>>>);

impl Seats {
    /// A lease begins.
    pub(super) fn enter(&self, hold: &Arc<Hold>) {
        self.0.of(&hold.key).entry(hold.key.clone()).or_default().push(Arc::clone(hold));
    }

    /// It is gone.
    pub(super) fn leave(&self, hold: &Arc<Hold>) {
        let mut shard = self.0.of(&hold.key);
        let Some(leases) = shard.get_mut(&hold.key) else { return };
        leases.retain(|lease| !Arc::ptr_eq(lease, hold));
        if leases.is_empty() {
            shard.remove(&hold.key);
        }
    }

    /// Those of a key.
    pub(super) fn of(&self, key: &LockKey) -> Vec<Arc<Hold>> {
        self.0.of(key).get(key).cloned().unwrap_or_default()
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Arc<Hold>> {
        self.0.each().flat_map(|shard| shard.values().flatten().cloned().collect::<Vec<_>>()).collect()
    }
}
