use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use super::{Claim, Claimed, Delete, Insert, Inserted, Query, Storage, Update, Written};
use crate::{
    proof::{Lockable, Stored},
    store::{StoreError, sharded::lock},
};

/// Entities in memory: for tests, and for services of one process. Its clones share the entities.
///
/// It checks fence and version as the databases do.
pub struct MemoryStorage<T: Lockable> {
    rows: Arc<Mutex<HashMap<T::Id, Row<T>>>>,
}

struct Row<T> {
    entity: T,
    fence: i64,
    version: i64,
}

impl<T: Lockable> MemoryStorage<T> {
    /// Without entities.
    pub fn new() -> Self {
        Self { rows: Arc::default() }
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<T::Id, Row<T>>> {
        lock(&self.rows)
    }
}

impl<T: Clone> Row<T> {
    fn stored(&self) -> Stored<T> {
        Stored { entity: self.entity.clone(), version: self.version }
    }
}

impl<T: Lockable + Clone> Storage<T> for MemoryStorage<T> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        Ok(self.rows().get(id).map(Row::stored))
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        Ok(query.select(self.rows().values().map(Row::stored)))
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        match self.rows().get_mut(claim.id()) {
            Some(row) if row.fence <= claim.fence() => {
                row.fence = claim.fence();
                Ok(Claimed::Loaded(row.stored()))
            }
            row => claim.refused(row.map(|row| row.fence)),
        }
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        let mut rows = self.rows();
        if rows.contains_key(insert.id()) {
            return Ok(Inserted::Exists);
        }
        let version = insert.version();
        rows.insert(insert.id().clone(), Row { entity: insert.entity().clone(), fence: 0, version });
        Ok(Inserted::Done { version })
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        match self.rows().get_mut(update.id()) {
            Some(row) if row.fence == update.fence() && update.versions().contains(&row.version) => {
                row.entity = update.entity().clone();
                row.version = update.version();
                Ok(Written::Done)
            }
            row => update.refused(row.map(|row| (row.fence, row.version))),
        }
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        let mut rows = self.rows();
        match rows.get(delete.id()) {
            Some(row) if row.fence == delete.fence() && delete.versions().contains(&row.version) => {
                rows.remove(delete.id());
                Ok(Written::Done)
            }
            row => delete.refused(row.map(|row| (row.fence, row.version))),
        }
    }
}

impl<T: Lockable> Default for MemoryStorage<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Lockable> Clone for MemoryStorage<T> {
    fn clone(&self) -> Self {
        Self { rows: Arc::clone(&self.rows) }
    }
}

impl<T: Lockable> fmt::Debug for MemoryStorage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStorage({} of kind {})", self.rows().len(), T::KIND)
    }
}
