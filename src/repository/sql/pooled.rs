use std::fmt;

use sqlx::Pool;

use super::{dialect::SqlDatabase, table::SqlTable};
use crate::{
    proof::{Lockable, Stored},
    repository::{
        Claim, Claimed, Delete, Insert, InsertWith, Inserted, InsertedWith, Query, Storage, Update, Written,
    },
    store::{StoreError, StoreId},
};

/// An [`SqlTable`] and the pool of its database: a storage. Made by [`SqlTable::pooled`].
pub struct Pooled<T: Lockable, D: SqlDatabase> {
    pub(super) table: SqlTable<T, D>,
    pub(super) pool: Pool<D>,
}

impl<T: Lockable, D: SqlDatabase> Pooled<T, D> {
    /// The table.
    pub fn table(&self) -> &SqlTable<T, D> {
        &self.table
    }

    /// The pool, for queries of one's own.
    pub fn pool(&self) -> &Pool<D> {
        &self.pool
    }
}

impl<T: Lockable, D: SqlDatabase> Storage<T> for Pooled<T, D> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        self.table.find(&self.pool, id).await
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        self.table.find_all(&self.pool, query).await
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        self.table.claim(&self.pool, &claim).await
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        self.table.insert(&self.pool, &insert).await
    }

    async fn insert_with(&self, insert: InsertWith<'_, T>) -> Result<InsertedWith<T>, StoreError> {
        self.table.insert_with(&self.pool, &insert).await
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        self.table.update(&self.pool, &update).await
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        self.table.delete(&self.pool, &delete).await
    }

    fn pinned_to(&self) -> Option<StoreId> {
        self.table.pinned_to()
    }
}

impl<T: Lockable, D: SqlDatabase> Clone for Pooled<T, D> {
    fn clone(&self) -> Self {
        Self { table: self.table.clone(), pool: self.pool.clone() }
    }
}

impl<T: Lockable, D: SqlDatabase> fmt::Debug for Pooled<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pooled").field("table", &self.table).finish_non_exhaustive()
    }
}
