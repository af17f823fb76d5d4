use std::{any::type_name, fmt, marker::PhantomData, ops::ControlFlow, path::Path, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{
    Row, SqlSafeStr, SqlitePool,
    sqlite::{SqliteRow, SqliteSynchronous},
};

use super::{
    super::{Claim, Claimed, Delete, Insert, Inserted, Query, Storage, Update, Written},
    sqlite_schema as schema,
};
use crate::{
    model::LockKey,
    proof::{Lockable, Stored},
    store::{SqlOptions, StoreError, StoreErrorKind, sql::sqlite::connection::Database},
};

/// Entities of one type as JSON documents in an SQLite file: nothing to write but `#[derive(Serialize, Deserialize)]`.
/// Its clones share the connections.
///
/// ```no_run
/// # async fn example<Account>() -> Result<(), lockproof::StoreError>
/// # where Account: lockproof::Lockable + serde::Serialize + serde::de::DeserializeOwned {
/// let accounts = lockproof::SqliteDocuments::<Account>::open("service.db").await?;
/// # Ok(())
/// # }
/// ```
///
/// One table, `lockproof_documents`, holds all types; the key of a document is the entity's lock key, its kind
/// [`Lockable::KIND`] with the namespace, if there is one. It may be the file of a [`SqliteStore`](crate::SqliteStore).
///
/// `find_all` is a scan: it reads and parses the documents of the kind one after the other, in the order of insertion,
/// until the page is full; with an order it has to read them all. For more than some thousands of them a table of one's
/// own, with columns and indexes, is the better storage.
///
/// JSON has no NaN and no infinities: floats that may be either do not come back.
pub struct SqliteDocuments<T> {
    database: Arc<Database>,
    kind: Arc<str>,
    of: PhantomData<fn() -> T>,
}

impl<T: Lockable + Serialize + DeserializeOwned> SqliteDocuments<T> {
    /// The table and its index as SQL text, for those who make their tables themselves.
    pub const SCHEMA: &'static [&'static str] = &schema::SCHEMA;

    /// Opens a file, making it and the table where they are not there; any number of processes may do so at once.
    ///
    /// The file is switched to WAL mode for good. Every write is on the disk before it is answered.
    ///
    /// # Errors
    /// [`Misconfigured`](StoreErrorKind::Misconfigured) if the directory is missing, the file is no SQLite file or
    /// cannot be written, or the table has other columns; [`Unavailable`](StoreErrorKind::Unavailable) if the file
    /// stays locked for half a minute.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the file may have been made.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::over(Database::open(path.as_ref(), SqliteSynchronous::Full, &SqlOptions::new()).await?).await
    }

    /// Uses a pool of the application's own, with its settings, making the table where it is not there.
    ///
    /// # Errors
    /// As for [`open`](Self::open); also for `:memory:` without a shared cache, where each connection has a database of
    /// its own.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; the table may have been made.
    pub async fn from_pool(pool: SqlitePool) -> Result<Self, StoreError> {
        Self::over(Database::of_pool(pool, &SqlOptions::new())?).await
    }

    async fn over(database: Database) -> Result<Self, StoreError> {
        let schema = schema::SCHEMA.map(SqlSafeStr::into_sql_str);
        database.ensure(&schema, &schema::PROBE.into_sql_str()).await?;
        let kind = T::NAMESPACE.map_or_else(|| T::KIND.into(), |name| format!("{name}/{}", T::KIND).into());
        Ok(Self { database: Arc::new(database), kind, of: PhantomData })
    }

    /// Fence and version of a row that a write did not hit.
    async fn why(&self, key: &LockKey) -> Result<Option<(i64, i64)>, StoreError> {
        let rows = self.database.read(|| sqlx::query(schema::WHY).bind(key.as_str())).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let read = || Ok((row.try_get("fence")?, row.try_get("version")?));
        read().map(Some).map_err(|error| damaged(key.as_str(), error))
    }

    async fn scan(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        // Only without an order are the first ones that match the page.
        let first_ones_do = query.orders().is_empty();
        let (mut skip, limit) = match query.page() {
            (offset, limit) if first_ones_do => (offset, limit.unwrap_or(usize::MAX)),
            _ => (0, usize::MAX),
        };
        let mut matching = Vec::new();
        let statement = || sqlx::query(schema::SCAN).bind(&*self.kind);
        let each = |row: &SqliteRow| {
            if matching.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            let stored = stored(row.try_get("key")?, row)?;
            match query.matches(&stored.entity) {
                true if skip > 0 => skip -= 1,
                true => matching.push(stored),
                false => {}
            }
            Ok(ControlFlow::Continue(()))
        };
        self.database.each(statement, each).await?;
        Ok(if first_ones_do { matching } else { query.select(matching) })
    }
}

impl<T: Lockable + Serialize + DeserializeOwned> Storage<T> for SqliteDocuments<T> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        let key = T::lock_key(id)
            .map_err(|error| StoreError::new(StoreErrorKind::Rejected, "no such id").caused_by(error))?;
        let rows = self.database.read(|| sqlx::query(schema::FIND).bind(key.as_str())).await?;
        rows.first().map(|row| stored(key.as_str(), row)).transpose()
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        self.scan(query).await
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        let key = claim.key().as_str();
        let rows = self
            .database
            .write(|| sqlx::query(schema::CLAIM).bind(key).bind(claim.fence()).bind(claim.below()));
        match rows.await?.first() {
            Some(row) => stored(key, row).map(Claimed::Loaded),
            None => claim.refused(self.why(claim.key()).await?.map(|(fence, _)| fence)),
        }
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        let key = insert.key().as_str();
        let doc = document(key, insert.entity())?;
        let rows = self.database.write(|| {
            sqlx::query(schema::INSERT).bind(key).bind(&*self.kind).bind(doc.as_str()).bind(insert.version())
        });
        Ok(match rows.await?.first() {
            Some(row) => Inserted::Done { version: row.try_get("version")? },
            None => Inserted::Exists,
        })
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        let key = update.key().as_str();
        let doc = document(key, update.entity())?;
        let versions = update.versions();
        let rows = self.database.write(|| {
            sqlx::query(schema::UPDATE)
                .bind(key)
                .bind(update.fence())
                .bind(versions.start())
                .bind(versions.end())
                .bind(doc.as_str())
                .bind(update.version())
        });
        if rows.await?.is_empty() { update.refused(self.why(update.key()).await?) } else { Ok(Written::Done) }
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        let versions = delete.versions();
        let rows = self.database.write(|| {
            sqlx::query(schema::DELETE)
                .bind(delete.key().as_str())
                .bind(delete.fence())
                .bind(versions.start())
                .bind(versions.end())
        });
        if rows.await?.is_empty() { delete.refused(self.why(delete.key()).await?) } else { Ok(Written::Done) }
    }
}

fn document<T: Serialize>(key: &str, entity: &T) -> Result<String, StoreError> {
    serde_json::to_string(entity).map_err(|error| {
        let what = format!("{key:?} cannot be written as a JSON document: {error}");
        StoreError::new(StoreErrorKind::Rejected, what).caused_by(error)
    })
}

/// The entity of a row with `doc` and `version`.
fn stored<T: DeserializeOwned>(key: &str, row: &SqliteRow) -> Result<Stored<T>, StoreError> {
    let read = || Ok((row.try_get("doc")?, row.try_get("version")?));
    let (doc, version): (&str, i64) = read().map_err(|error| damaged(key, error))?;
    match serde_json::from_str(doc) {
        Ok(entity) => Ok(Stored { entity, version }),
        Err(error) => {
            let what = format!("the document of {key:?} does not read as `{}`: {error}", type_name::<T>());
            Err(StoreError::new(StoreErrorKind::Rejected, what).caused_by(error))
        }
    }
}

fn damaged(key: &str, error: sqlx::Error) -> StoreError {
    let what = format!("the row of {key:?} in lockproof_documents is damaged: {error}");
    StoreError::new(StoreErrorKind::Rejected, what).caused_by(error)
}

impl<T> Clone for SqliteDocuments<T> {
    fn clone(&self) -> Self {
        Self { database: Arc::clone(&self.database), kind: Arc::clone(&self.kind), of: PhantomData }
    }
}

impl<T> fmt::Debug for SqliteDocuments<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteDocuments")
            .field("kind", &self.kind)
            .field("path", &self.database.path())
            .finish_non_exhaustive()
    }
}
