use super::{Claim, Delete, Insert, Query, Update};
use crate::{
    model::FencingToken,
    proof::{Lockable, Stored},
    store::StoreError,
};

/// How entities of one type are kept: what a user writes for a table of their own.
///
/// Plain `async fn`s over one's own SQL. The writing ones get tickets, which only [`Repo`](crate::Repo) can make, after
/// it has checked the lock; each ticket says what belongs in the WHERE clause. The table needs two columns beside the
/// entity's: `fence` and `version`, both 64-bit integers.
///
/// ```sql
/// -- claim (the read under the lock, which stamps the row)
/// UPDATE accounts SET fence = $fence WHERE id = $id AND fence < $fence RETURNING id, balance, version;
/// -- insert
/// INSERT INTO accounts (id, balance, fence, version) VALUES ($id, $balance, 0, $version);
/// -- update
/// UPDATE accounts SET balance = $balance, version = $version
///  WHERE id = $id AND fence = $fence AND version BETWEEN $first AND $last;
/// -- delete
/// DELETE FROM accounts WHERE id = $id AND fence = $fence AND version BETWEEN $first AND $last;
/// -- after a claim, update or delete that hit no row: why?
/// SELECT fence, version FROM accounts WHERE id = $id;
/// ```
///
/// An error of the kind [`OutcomeUnknown`](crate::StoreErrorKind::OutcomeUnknown) leaves the write in doubt: the next
/// `save` of the same guard finds out. Every other kind says that nothing was written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a place where `{T}` is kept",
    label = "does not store `{T}`",
    note = "use `MemoryStorage<{T}>` or `SqliteDocuments<{T}>`, or implement `Storage<{T}>` for a table of your own"
)]
pub trait Storage<T: Lockable>: Send + Sync + 'static {
    /// Reads one entity, without a lock and without writing.
    fn find(&self, id: &T::Id) -> impl Future<Output = Result<Option<Stored<T>>, StoreError>> + Send;

    /// Reads the entities that a query asks for; [`Query::select`] does it over all of them in memory. A filter compares
    /// as `==` does: a column with a collation that takes upper case for lower needs another one here.
    fn find_all(&self, query: &Query<T>) -> impl Future<Output = Result<Vec<Stored<T>>, StoreError>> + Send;

    /// Reads one entity under its lock and stamps the row with the lock's token, in one statement: from there on no
    /// holder of a lower token can write it. A token claims a row once: another lock store, or another namespace, may
    /// have granted an equal one.
    fn claim(&self, claim: Claim<'_, T>) -> impl Future<Output = Result<Claimed<T>, StoreError>> + Send;

    /// Writes a new entity with a fence of 0; never over one that is there.
    fn insert(&self, insert: Insert<'_, T>) -> impl Future<Output = Result<Inserted, StoreError>> + Send;

    /// Writes an entity if its row still has this token and one of these versions.
    fn update(&self, update: Update<'_, T>) -> impl Future<Output = Result<Written, StoreError>> + Send;

    /// Removes an entity if its row still has this token and one of these versions.
    fn delete(&self, delete: Delete<'_, T>) -> impl Future<Output = Result<Written, StoreError>> + Send;
}

/// What came of a [`Claim`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claimed<T> {
    /// The row's token is not below that of the claim.
    Fenced {
        /// The token of the row.
        by: FencingToken,
    },
    /// There is no such row.
    Gone,
    /// The row is stamped, and this is what it holds.
    Loaded(Stored<T>),
}

/// What came of an [`Insert`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inserted {
    /// It is there.
    Done {
        /// The version that it was written with.
        version: i64,
    },
    /// There is one with this id; nothing was changed.
    Exists,
}

/// What came of an [`Update`] or [`Delete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Written {
    /// It was written.
    Done,
    /// A later holder of the lock has loaded the row; nothing was changed.
    Fenced {
        /// The token of the row.
        by: FencingToken,
    },
    /// There is no such row, or another one that was made since.
    Gone,
    /// Somebody wrote the row without the lock; nothing was changed.
    Stale {
        /// The version of the row.
        found: i64,
    },
}
