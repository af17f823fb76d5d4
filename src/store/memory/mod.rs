//! Locks in this process's memory.

mod ops;
mod shard;

use std::sync::Arc;

use self::shard::Shard;
use super::{StoreId, announcer::Announcer, sharded::Sharded};
use crate::model::clock;

/// Locks in memory: for tests, and for services of one process. Its clones share the locks.
///
/// The semantics are those of the other stores: ttl, owners, fencing tokens. Time is tokio's, so that tests can pause
/// it; tokens start at the wall clock of the moment the store was made. An entry goes away with its lock.
#[derive(Clone, Debug)]
pub struct MemoryStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: StoreId,
    epoch: Epoch,
    shards: Sharded<Shard>,
    releases: Announcer,
}

/// Where the store's own clock started, on the boot-time clock and on the wall.
#[derive(Clone, Copy, Debug)]
struct Epoch {
    booted: clock::BootInstant,
    wall_micros: u64,
}

impl Epoch {
    fn micros(&self, at: clock::BootInstant) -> u64 {
        let since = u64::try_from(at.since(self.booted).as_micros()).unwrap_or(u64::MAX);
        self.wall_micros.saturating_add(since)
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            id: StoreId::unique(),
            epoch: Epoch { booted: clock::BootInstant::now(), wall_micros: clock::wall_micros() },
            shards: Sharded::default(),
            releases: Announcer::default(),
        }))
    }

    /// How many locks are in memory: the held ones, and lapsed ones that nobody has come upon since.
    pub fn len(&self) -> usize {
        self.0.shards.each().map(|shard| shard.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}
