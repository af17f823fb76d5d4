use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use super::{
    Claim, Claimed, Delete, Insert, InsertWith, Inserted, InsertedWith, Query, Storage, Update, Written,
};
use crate::{
    proof::{Lockable, Stored},
    store::{StoreError, sharded},
};

/// Entities in this process's memory: for tests and examples. Its clones share the entities.
///
/// The fence and the version are checked as every other storage does it. `find_all` without an order gives the entities
/// in the order in which they were inserted.
pub struct MemoryStorage<T: Lockable> {
    table: Arc<Mutex<Table<T>>>,
    make_id: Option<Arc<MakeId<T>>>,
}

type MakeId<T> = dyn Fn() -> <T as Lockable>::Id + Send + Sync;

struct Table<T: Lockable> {
    rows: HashMap<T::Id, Row<T>>,
    inserted: u64,
}

struct Row<T> {
    /// Shared, so that it is cloned (which is the user's code) outside the mutex.
    entity: Arc<T>,
    fence: i64,
    version: i64,
    /// The place among the insertions.
    nth: u64,
}

impl<T: Lockable> MemoryStorage<T> {
    /// An empty storage.
    pub fn new() -> Self {
        Self { table: Arc::new(Mutex::new(Table { rows: HashMap::new(), inserted: 0 })), make_id: None }
    }

    /// An empty storage that makes ids by this, for [`insert_with`](crate::RepositoryExt::insert_with). No id may come
    /// twice.
    pub fn with_ids(make: impl Fn() -> T::Id + Send + Sync + 'static) -> Self {
        Self { make_id: Some(Arc::new(make)), ..Self::new() }
    }

    fn table(&self) -> MutexGuard<'_, Table<T>> {
        sharded::lock(&self.table)
    }
}

impl<T: Lockable> Table<T> {
    /// The row, if a write under this fence and one of these versions may have it.
    fn writable(
        &mut self,
        id: &T::Id,
        fence: i64,
        versions: std::ops::RangeInclusive<i64>,
    ) -> Option<&mut Row<T>> {
        self.rows.get_mut(id).filter(|row| row.fence == fence && versions.contains(&row.version))
    }

    fn fence_and_version(&self, id: &T::Id) -> Option<(i64, i64)> {
        self.rows.get(id).map(|row| (row.fence, row.version))
    }
}

impl<T: Lockable + Clone> Storage<T> for MemoryStorage<T> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        let found = self.table().rows.get(id).map(|row| (Arc::clone(&row.entity), row.version));
        Ok(found.map(stored))
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        let mut all: Vec<_> = {
            let table = self.table();
            table.rows.values().map(|row| (row.nth, (Arc::clone(&row.entity), row.version))).collect()
        };
        all.sort_by_key(|(nth, _)| *nth);
        let matching = all.into_iter().map(|(_, row)| row).filter(|(entity, _)| query.matches(entity));
        Ok(query.select(matching.map(stored)))
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        let loaded = {
            let mut table = self.table();
            match table.rows.get_mut(claim.id()) {
                Some(row) if row.fence < claim.below() => {
                    row.fence = claim.fence();
                    (Arc::clone(&row.entity), row.version)
                }
                row => return claim.refused(row.map(|row| row.fence)),
            }
        };
        Ok(Claimed::Loaded(stored(loaded)))
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        let entity = Arc::new(insert.entity().clone());
        let version = insert.version();
        let mut table = self.table();
        if table.rows.contains_key(insert.id()) {
            return Ok(Inserted::Exists);
        }
        table.inserted += 1;
        let row = Row { entity, fence: 0, version, nth: table.inserted };
        table.rows.insert(insert.id().clone(), row);
        Ok(Inserted::Done { version })
    }

    async fn insert_with(&self, insert: InsertWith<'_, T>) -> Result<InsertedWith<T>, StoreError> {
        let Some(make_id) = &self.make_id else { return Err(insert.unsupported()) };
        let made = insert.make(make_id())?;
        let inserted = self.insert(made.ticket()).await?;
        Ok(made.inserted(inserted))
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        let mut entity = Arc::new(update.entity().clone());
        let mut table = self.table();
        match table.writable(update.id(), update.fence(), update.versions()) {
            Some(row) => {
                // Swapped out, so that the old one is dropped outside the mutex too.
                std::mem::swap(&mut row.entity, &mut entity);
                row.version = update.version();
                drop(table);
                Ok(Written::Done)
            }
            None => update.refused(table.fence_and_version(update.id())),
        }
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        let mut table = self.table();
        if table.writable(delete.id(), delete.fence(), delete.versions()).is_none() {
            return delete.refused(table.fence_and_version(delete.id()));
        }
        let row = table.rows.remove(delete.id());
        drop(table);
        drop(row);
        Ok(Written::Done)
    }
}

fn stored<T: Clone>((entity, version): (Arc<T>, i64)) -> Stored<T> {
    Stored { entity: Arc::unwrap_or_clone(entity), version }
}

impl<T: Lockable> Default for MemoryStorage<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Lockable> Clone for MemoryStorage<T> {
    fn clone(&self) -> Self {
        Self { table: Arc::clone(&self.table), make_id: self.make_id.clone() }
    }
}

impl<T: Lockable> fmt::Debug for MemoryStorage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStorage({} x {})", self.table().rows.len(), T::KIND)
    }
}
