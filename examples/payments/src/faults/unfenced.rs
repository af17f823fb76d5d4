use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Query, Storage, StoreError, StoreErrorKind, Stored, Update,
    Written,
};
use sqlx::{MySqlPool, PgPool, SqlitePool};

use crate::domain::{Account, AccountId};

/// How not to do it: the accounts of another storage, loaded without stamping the row and written by id alone.
///
/// The locks are the same, and so is the check of the deadline. Only what the database itself would refuse is missing.
pub(crate) struct Unfenced<S> {
    inner: S,
    rows: Unguarded,
}

/// The table that the documents are in, without what guards it.
pub(crate) enum Unguarded {
    Sqlite(SqlitePool),
    Postgres(PgPool),
    MySql(MySqlPool),
}

impl<S> Unfenced<S> {
    pub(crate) fn new(inner: S, rows: Unguarded) -> Self {
        Self { inner, rows }
    }
}

impl Unguarded {
    /// `WHERE key = ?`, and nothing of fence and version. Says how many rows there were.
    async fn write(&self, key: &str, document: String) -> Result<u64, sqlx::Error> {
        macro_rules! execute {
            ($pool:ident, $sql:literal) => {
                sqlx::query($sql).bind(document).bind(key).execute($pool).await?.rows_affected()
            };
        }
        Ok(match self {
            Self::Sqlite(pool) => execute!(pool, "UPDATE lockproof_documents SET doc = ? WHERE key = ?"),
            Self::Postgres(pool) => {
                execute!(
                    pool,
                    "UPDATE lockproof_documents SET doc = $1::json WHERE key = convert_to($2, 'UTF8')"
                )
            }
            Self::MySql(pool) => execute!(pool, "UPDATE lockproof_documents SET doc = ? WHERE `key` = ?"),
        })
    }
}

impl<S: Storage<Account>> Storage<Account> for Unfenced<S> {
    async fn find(&self, id: &AccountId) -> Result<Option<Stored<Account>>, StoreError> {
        self.inner.find(id).await
    }

    async fn find_all(&self, query: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
        self.inner.find_all(query).await
    }

    /// A read that leaves no trace.
    async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
        Ok(self.find(claim.id()).await?.map_or(Claimed::Gone, Claimed::Loaded))
    }

    async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
        self.inner.insert(insert).await
    }

    /// Without a look at `update.fence()` and `update.versions()`.
    async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
        let document = serde_json::to_string(update.entity()).map_err(|error| {
            StoreError::new(StoreErrorKind::Rejected, "the document of an account").caused_by(error)
        })?;
        let rows = self.rows.write(update.key().as_str(), document).await?;
        Ok(if rows == 0 { Written::Gone } else { Written::Done })
    }

    async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
        self.inner.delete(delete).await
    }
}
