use std::{fmt, pin::Pin, sync::Arc};

use sqlx::{Acquire, Pool, error::BoxDynError};

use super::{
    builder::SqlTableBuilder,
    column::{Column, IdColumn, Identity},
    dialect::{Prepared, SqlDatabase},
    failures::Failures,
    pooled::Pooled,
    run::{self, Hit},
    text::{Names, Texts},
};
use crate::{
    model::LockKey,
    proof::{Lockable, Stored},
    repository::{Claim, Claimed, Delete, Insert, Inserted, Update, Written},
    store::{StoreError, StoreId},
};

/// A table of one's own, for entities of one type: the statements of a [`Storage`](crate::Storage), with the lock's
/// conditions in every WHERE clause. One says which column holds what; the rest is written here, so it cannot be
/// forgotten.
///
/// ```
/// # #[cfg(all(feature = "macros", feature = "sqlite"))] {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use lockproof::{Lockable, Locks, Repository, SqlTable, Transient, field};
/// use sqlx::{Row, Sqlite};
///
/// #[derive(Lockable)]
/// struct Account { #[lock(id)] id: i64, owner: String, balance: i64 }
///
/// # let dir = tempfile::tempdir().unwrap();
/// # let url = format!("sqlite:{}?mode=rwc", dir.path().join("app.db").display());
/// let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
/// sqlx::query(
///     "CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, balance INTEGER NOT NULL,
///                             fence INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0)",
/// )
/// .execute(&pool).await.unwrap();
///
/// let table = SqlTable::<Account, Sqlite>::builder("accounts")
///     .id(field!(Account.id), |id| id)
///     .column(field!(Account.owner))
///     .column(field!(Account.balance))
///     .build_with(|row| {
///         Ok(Account { id: row.try_get("id")?, owner: row.try_get("owner")?, balance: row.try_get("balance")? })
///     })
///     .unwrap();
///
/// let accounts = Locks::memory().repository(table.pooled(pool));
/// accounts.insert(Transient::new(Account { id: 1, owner: "Ada".into(), balance: 5 })).await?;
/// let mut account = accounts.lock(&1).await?; // UPDATE accounts SET fence = .. WHERE id = .. AND fence < ..
/// account.balance += 10;
/// accounts.save(&mut account).await?; // UPDATE .. WHERE id = .. AND fence = .. AND version BETWEEN .. AND ..
/// # assert_eq!(accounts.find(&1).await?.unwrap().balance, 15);
/// # Ok::<(), lockproof::Error>(()) }).unwrap(); }
/// ```
///
/// With `#[derive(sqlx::FromRow)]` on the entity it is `.build()`. [`pooled`](Self::pooled) is a storage as it is; a
/// `Storage` of one's own, with queries of its own, has one line for each of its functions:
/// `self.table.update(&self.pool, &update).await`. Each takes a pool, a connection or a transaction.
///
/// Its clones share what it consists of.
pub struct SqlTable<T: Lockable, D: SqlDatabase>(pub(super) Arc<Inner<T, D>>);

/// What a call to an [`SqlTable`] gives.
pub type SqlFuture<'a, V> = Pin<Box<dyn Future<Output = Result<V, StoreError>> + Send + 'a>>;

/// Makes an entity of a row.
pub(super) type ReadRow<T, D> = dyn Fn(&<D as sqlx::Database>::Row) -> sqlx::Result<T> + Send + Sync;

/// Makes an id of the number that the database has for it.
pub(super) type MakeId<T> = dyn Fn(i64) -> <T as Lockable>::Id + Send + Sync;

pub(super) struct Inner<T: Lockable, D: SqlDatabase> {
    pub(super) names: Names,
    pub(super) texts: Texts,
    pub(super) ids: Vec<IdColumn<T, D>>,
    pub(super) columns: Vec<Column<T, D>>,
    pub(super) make_id: Option<Arc<MakeId<T>>>,
    pub(super) pinned_to: Option<StoreId>,
    pub(super) read: Arc<ReadRow<T, D>>,
}

impl<T: Lockable, D: SqlDatabase> SqlTable<T, D> {
    /// A table with this name, `accounts` or `billing.accounts`, of which the columns are still to be named.
    pub fn builder(table: &str) -> SqlTableBuilder<T, D> {
        SqlTableBuilder::new(table)
    }

    /// The table in the database of this pool: a storage.
    pub fn pooled(self, pool: Pool<D>) -> Pooled<T, D> {
        Pooled { table: self, pool }
    }

    /// Reads one entity under its lock and stamps its row, as [`Storage::claim`](crate::Storage::claim).
    ///
    /// # Errors
    /// [`StoreError`], with the table and the key; so for all the others.
    ///
    /// # Cancel safety
    /// The row may be stamped, which changes nothing for anybody.
    pub fn claim<'a>(
        &'a self,
        on: impl Acquire<'a, Database = D> + 'a,
        claim: &'a Claim<'_, T>,
    ) -> SqlFuture<'a, Claimed<T>> {
        let acquiring = on.acquire();
        Box::pin(async move {
            let failures = self.failures(Some(claim.key()));
            if let Some(lock) = self.lock(|| claim.held_key())? {
                let mut connection = failures.connected(acquiring.await)?;
                return self.load(&mut connection, claim, &lock).await;
            }
            let row = Identity { id: claim.id(), key: claim.key() };
            let prepare = || {
                let mut stamp = self.prepared(&self.0.texts.claim);
                D::bind(&mut stamp.arguments, claim.fence())?;
                self.bind_ids(&row, &mut stamp)?;
                D::bind(&mut stamp.arguments, claim.below())?;
                let mut claimed = self.by_id(&row, &self.0.texts.claimed)?;
                D::bind(&mut claimed.arguments, claim.fence())?;
                Ok((stamp, claimed, self.by_id(&row, &self.0.texts.why)?))
            };
            let (stamp, claimed, why) = prepare().map_err(|error| failures.value(error))?;
            let mut connection = failures.connected(acquiring.await)?;
            let hit = run::claim::<D>(&mut connection, stamp, claimed, why).await;
            let Names { fence, version, .. } = &self.0.names;
            let failed = |error| match is_too_large(&error) {
                true => failures.held(fence, version, error),
                false => failures.sent(error),
            };
            match hit.map_err(failed)? {
                Hit::Row(row) => Ok(Claimed::Loaded(self.stored(&row, failures)?)),
                Hit::Missed(found) => {
                    claim.refused(self.held(found.as_ref(), failures)?.map(|(fence, _)| fence))
                }
            }
        })
    }

    /// Writes a new entity, as [`Storage::insert`](crate::Storage::insert).
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// # Cancel safety
    /// It may have been written.
    pub fn insert<'a>(
        &'a self,
        on: impl Acquire<'a, Database = D> + 'a,
        insert: &'a Insert<'_, T>,
    ) -> SqlFuture<'a, Inserted> {
        let acquiring = on.acquire();
        Box::pin(async move {
            let failures = self.failures(Some(insert.key()));
            let mut connection = failures.connected(acquiring.await)?;
            self.insert_row(&mut connection, insert, failures).await
        })
    }

    pub(super) async fn insert_row(
        &self,
        connection: &mut D::Connection,
        insert: &Insert<'_, T>,
        failures: Failures<'_>,
    ) -> Result<Inserted, StoreError> {
        let row = Identity { id: insert.id(), key: insert.key() };
        let prepare = || {
            let mut new = self.prepared(&self.0.texts.insert);
            self.bind_ids(&row, &mut new)?;
            self.bind_columns(insert.entity(), &mut new)?;
            Ok((new, self.by_id(&row, &self.0.texts.why)?))
        };
        let (new, why) = prepare().map_err(|error| failures.value(error))?;
        let mut first = self.prepared(&self.0.texts.first_version);
        D::bind(&mut first.arguments, insert.version()).map_err(|error| failures.value(error))?;
        let version = run::insert::<D>(connection, new, first, insert.version(), why).await;
        Ok(match version.map_err(|error| failures.sent(error))? {
            Some(version) => Inserted::Done { version },
            None => Inserted::Exists,
        })
    }

    /// Writes an entity if its row has the token and the version of the ticket, as
    /// [`Storage::update`](crate::Storage::update).
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// # Cancel safety
    /// It may have been written.
    pub fn update<'a>(
        &'a self,
        on: impl Acquire<'a, Database = D> + 'a,
        update: &'a Update<'_, T>,
    ) -> SqlFuture<'a, Written> {
        let acquiring = on.acquire();
        Box::pin(async move {
            let failures = self.failures(Some(update.key()));
            let row = Identity { id: update.id(), key: update.key() };
            let lock = self.lock(|| update.held_key())?;
            let lock = lock.as_ref();
            let prepare = || {
                let mut write = self.prepared(&self.0.texts.update);
                self.bind_columns(update.entity(), &mut write)?;
                D::bind(&mut write.arguments, update.version())?;
                self.bind_ids(&row, &mut write)?;
                self.bind_held(&mut write, lock, update.fence(), update.versions())?;
                Ok((self.before_write(lock)?, write, self.why(&row, lock)?))
            };
            let (pin, write, why) = prepare().map_err(|error| failures.value(error))?;
            let mut connection = failures.connected(acquiring.await)?;
            let missed = run::write::<D>(&mut connection, pin, write, why).await;
            let missed = missed.map_err(|error| failures.sent(error))?;
            self.written(missed, lock, update.fence(), failures, |held| update.refused(held))
        })
    }

    /// Removes an entity if its row has the token and the version of the ticket, as
    /// [`Storage::delete`](crate::Storage::delete).
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// # Cancel safety
    /// It may have been removed.
    pub fn delete<'a>(
        &'a self,
        on: impl Acquire<'a, Database = D> + 'a,
        delete: &'a Delete<'_, T>,
    ) -> SqlFuture<'a, Written> {
        let acquiring = on.acquire();
        Box::pin(async move {
            let failures = self.failures(Some(delete.key()));
            let row = Identity { id: delete.id(), key: delete.key() };
            let lock = self.lock(|| delete.held_key())?;
            let lock = lock.as_ref();
            let prepare = || {
                let mut write = self.by_id(&row, &self.0.texts.delete)?;
                self.bind_held(&mut write, lock, delete.fence(), delete.versions())?;
                Ok((self.before_write(lock)?, write, self.why(&row, lock)?))
            };
            let (pin, write, why) = prepare().map_err(|error| failures.value(error))?;
            let mut connection = failures.connected(acquiring.await)?;
            let missed = run::write::<D>(&mut connection, pin, write, why).await;
            let missed = missed.map_err(|error| failures.sent(error))?;
            self.written(missed, lock, delete.fence(), failures, |held| delete.refused(held))
        })
    }

    /// The entity and the version of a row that has all the columns.
    pub(super) fn stored(&self, row: &D::Row, failures: Failures<'_>) -> Result<Stored<T>, StoreError> {
        let Names { fence, version, .. } = &self.0.names;
        let entity = (self.0.read)(row).map_err(|error| failures.row(error))?;
        let version = D::number(row, version).map_err(|error| failures.held(fence, version, error))?;
        Ok(Stored { entity, version })
    }

    /// What came of a write; if it hit no row, why: by the row of the lock if that was pinned, else by what `refused` makes
    /// of fence and version.
    fn written(
        &self,
        missed: Option<Option<D::Row>>,
        lock: Option<&LockKey>,
        fence: i64,
        failures: Failures<'_>,
        refused: impl FnOnce(Option<(i64, i64)>) -> Result<Written, StoreError>,
    ) -> Result<Written, StoreError> {
        match missed {
            None => Ok(Written::Done),
            Some(found) if lock.is_some() => self.refused(found.as_ref(), fence, failures),
            Some(found) => refused(self.held(found.as_ref(), failures)?),
        }
    }

    /// Fence and version of a row that was not hit.
    fn held(&self, row: Option<&D::Row>, failures: Failures<'_>) -> Result<Option<(i64, i64)>, StoreError> {
        let Names { fence, version, .. } = &self.0.names;
        let read = |row| Ok((D::number(row, fence)?, D::number(row, version)?));
        row.map(read).transpose().map_err(|error| failures.held(fence, version, error))
    }

    pub(super) fn failures<'a>(&'a self, key: Option<&'a LockKey>) -> Failures<'a> {
        Failures { table: self.0.names.table.as_str(), key }
    }

    pub(super) fn prepared(&self, sql: &sqlx::SqlStr) -> Prepared<D> {
        Prepared { sql: sql.clone(), arguments: D::Arguments::default() }
    }

    pub(super) fn by_id(
        &self,
        row: &Identity<'_, T>,
        sql: &sqlx::SqlStr,
    ) -> Result<Prepared<D>, BoxDynError> {
        let mut statement = self.prepared(sql);
        self.bind_ids(row, &mut statement)?;
        Ok(statement)
    }

    pub(super) fn bind_ids(&self, row: &Identity<'_, T>, to: &mut Prepared<D>) -> Result<(), BoxDynError> {
        self.0.ids.iter().try_for_each(|id| (id.bind)(row, &mut to.arguments))
    }

    pub(super) fn bind_columns(&self, entity: &T, to: &mut Prepared<D>) -> Result<(), BoxDynError> {
        self.0.columns.iter().try_for_each(|column| (column.bind)(entity, &mut to.arguments))
    }
}

/// Whether a number did not fit into its column.
fn is_too_large(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|answer| answer.code().as_deref() == Some("22003"))
}

pub(super) fn bind_all<D: SqlDatabase>(
    statement: &mut Prepared<D>,
    numbers: impl IntoIterator<Item = i64>,
) -> Result<(), BoxDynError> {
    numbers.into_iter().try_for_each(|number| D::bind(&mut statement.arguments, number))
}

impl<T: Lockable, D: SqlDatabase> Clone for SqlTable<T, D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Lockable, D: SqlDatabase> fmt::Debug for SqlTable<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlTable({} in {})", self.0.names.table, D::NAME)
    }
}
