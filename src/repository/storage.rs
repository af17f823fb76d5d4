use super::{Claim, Delete, Insert, InsertWith, InsertedWith, Query, Update};
use crate::{
    model::FencingToken,
    proof::{Lockable, Stored},
    store::{StoreError, StoreId},
};

/// How entities of one type are kept: what a user writes for a table of their own.
///
/// Six plain `async fn`s over one's own SQL. The writing ones get tickets, which only [`Repo`](crate::Repo) can make, after
/// it has checked the lock; each ticket says what belongs in the WHERE clause. The table needs two columns beside the
/// entity's: `fence` and `version`, both 64-bit integers. This is what `SqlTable` writes, and what one writes by hand for
/// another client than sqlx:
///
/// ```sql
/// -- claim (the read under the lock, which stamps the row)
/// UPDATE accounts SET fence = $fence WHERE id = $id AND fence < $below RETURNING id, balance, version;
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
/// # Errors
/// An error of the kind [`OutcomeUnknown`](crate::StoreErrorKind::OutcomeUnknown) leaves the write in doubt: the next
/// `save` of the same guard finds out. Every other kind says that nothing was written. A row that is not there, or has
/// another fence or version, is no error but an answer. With the feature of a database, `?` makes a [`StoreError`] of an
/// error of sqlx, with the right kind; for another database client, [`StoreError::new`] takes the kind.
///
/// # Cancel safety
/// Each call may be dropped at any await. A write that was cut off may have been done; `Repo` counts it as in doubt, so
/// nothing has to be done about it here.
///
/// # Example
/// A table of one's own over sqlx: an `SqlTable` writes the statements, so that nothing can be missing
/// in a WHERE clause. If it has no queries of its own, `SqlTable::pooled` is all of this.
///
/// ```
/// # #[cfg(all(feature = "macros", feature = "sqlite"))] {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use lockproof::{
///     Claim, Claimed, Delete, Insert, Inserted, Lockable, Query, SqlTable, Storage, StoreError, Stored, Update, Written,
///     field,
/// };
/// use sqlx::{Row, Sqlite, SqlitePool};
///
/// #[derive(Lockable)]
/// struct Account { #[lock(id)] id: i64, balance: i64 }
///
/// struct Accounts { pool: SqlitePool, table: SqlTable<Account, Sqlite> }
///
/// impl Accounts {
///     fn new(pool: SqlitePool) -> Self {
///         let table = SqlTable::<Account, Sqlite>::builder("accounts")
///             .id(field!(Account.id), |id| id)
///             .column(field!(Account.balance))
///             // Shorter with `#[derive(sqlx::FromRow)]` on the entity: `.build()`.
///             .build_with(|row| Ok(Account { id: row.try_get("id")?, balance: row.try_get("balance")? }));
///         Self { pool, table: table.expect("names of columns") }
///     }
///
///     /// A query of one's own. It reads; what it finds is written under its lock only.
///     async fn total(&self) -> Result<i64, StoreError> {
///         Ok(sqlx::query_scalar("SELECT coalesce(sum(balance), 0) FROM accounts").fetch_one(&self.pool).await?)
///     }
/// }
///
/// impl Storage<Account> for Accounts {
///     async fn find(&self, id: &i64) -> Result<Option<Stored<Account>>, StoreError> {
///         self.table.find(&self.pool, id).await
///     }
///
///     async fn find_all(&self, query: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
///         self.table.find_all(&self.pool, query).await
///     }
///
///     async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
///         self.table.claim(&self.pool, &claim).await
///     }
///
///     async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
///         self.table.insert(&self.pool, &insert).await
///     }
///
///     async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
///         self.table.update(&self.pool, &update).await
///     }
///
///     async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
///         self.table.delete(&self.pool, &delete).await
///     }
/// }
/// # use lockproof::{Locked, Locks, Repository, Transient};
/// # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
/// # sqlx::query("CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER, fence INTEGER, version INTEGER)")
/// #     .execute(&pool).await.unwrap();
/// # let accounts = Locks::memory().repository(Accounts::new(pool));
/// # let new = || Transient::new(Account { id: 1, balance: 5 });
/// # accounts.insert(new()).await?;
/// # assert!(accounts.insert(new()).await.is_err());
/// # let mut account = accounts.lock(&1).await?;
/// # account.balance += 10;
/// # accounts.save(&mut account).await?;
/// # accounts.save_and_release(account).await?;
/// # assert_eq!(accounts.find(&1).await?.expect("it is there").balance, 15);
/// # assert_eq!(accounts.find_all(Query::all()).await?.len(), 1);
/// # assert_eq!(accounts.storage().total().await?, 15);
/// # assert!(accounts.delete_by_id(&1).await?);
/// # assert!(accounts.lock(&1).optional().await?.is_none());
/// # Ok::<(), lockproof::Error>(()) }).unwrap(); }
/// ```
///
/// The feature `testing` has a test of each thing that a storage must do (`lockproof::testing::storage_conformance!`).
///
/// Queries of one's own are methods beside these: [`Repo::storage`](crate::Repo::storage) gives the storage back, and
/// [`Persistent::from_stored`](crate::Persistent::from_stored) makes entities of what they find.
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
    /// holder of a lower token can write it. The row's `fence` must be below [`Claim::below`]: the token of a grant
    /// claims a row once, since another lock store, or another namespace, may have granted an equal one.
    fn claim(&self, claim: Claim<'_, T>) -> impl Future<Output = Result<Claimed<T>, StoreError>> + Send;

    /// Writes a new entity with a fence of 0 and the version of the ticket; never over one that is there.
    fn insert(&self, insert: Insert<'_, T>) -> impl Future<Output = Result<Inserted, StoreError>> + Send;

    /// Writes a new entity, as [`insert`](Self::insert) does, with an id that is made here: for
    /// [`RepositoryExt::insert_with`](crate::RepositoryExt::insert_with). The default makes none and is
    /// [`Unsupported`](crate::StoreErrorKind::Unsupported).
    ///
    /// Where the database has a sequence it is three lines:
    ///
    /// ```ignore
    /// let made = insert.make(self.next_id().await?)?;
    /// let inserted = self.insert(made.ticket()).await?;
    /// Ok(made.inserted(inserted))
    /// ```
    fn insert_with(
        &self,
        insert: InsertWith<'_, T>,
    ) -> impl Future<Output = Result<InsertedWith<T>, StoreError>> + Send {
        async move { Err(insert.unsupported()) }
    }

    /// Writes an entity if its row still has this token and one of these versions, and gives the row the new version
    /// of the ticket.
    fn update(&self, update: Update<'_, T>) -> impl Future<Output = Result<Written, StoreError>> + Send;

    /// Removes an entity if its row still has this token and one of these versions.
    fn delete(&self, delete: Delete<'_, T>) -> impl Future<Output = Result<Written, StoreError>> + Send;

    /// The lock store whose rows this storage pins instead of stamping its own, if it does: a repository over it refuses
    /// the locks of any other store.
    fn pinned_to(&self) -> Option<StoreId> {
        None
    }
}

/// What came of a [`Claim`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claimed<T> {
    /// The row's token is not below what the claim says.
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
    /// Nobody holds the lock any more, says its row, which the storage has pinned; nothing was changed.
    Lost,
    /// Somebody wrote the row without the lock, or under the same token; nothing was changed.
    Stale {
        /// The version of the row.
        found: i64,
    },
}
