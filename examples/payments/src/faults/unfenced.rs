use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Query, Storage, StoreError, StoreErrorKind, Stored, Update,
    Written,
};
use sqlx::SqlitePool;

use crate::domain::{Account, AccountId};

/// How not to do it: a table of accounts without the columns `fence` and `version`, whose rows are written by id alone.
///
/// The locks are the same, and so is the check of the deadline. Only what the database itself would refuse is missing.
pub(crate) struct UnfencedAccounts {
    pool: SqlitePool,
}

impl UnfencedAccounts {
    pub(crate) async fn open(pool: SqlitePool) -> Result<Self, StoreError> {
        sqlx::query(
            "CREATE TABLE IF NOT EXISTS unfenced_accounts (id INTEGER PRIMARY KEY, doc TEXT NOT NULL)",
        )
        .execute(&pool)
        .await?;
        Ok(Self { pool })
    }
}

impl Storage<Account> for UnfencedAccounts {
    async fn find(&self, id: &AccountId) -> Result<Option<Stored<Account>>, StoreError> {
        let doc: Option<String> = sqlx::query_scalar("SELECT doc FROM unfenced_accounts WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        doc.map(|doc| stored(&doc)).transpose()
    }

    async fn find_all(&self, query: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
        let docs: Vec<String> =
            sqlx::query_scalar("SELECT doc FROM unfenced_accounts ORDER BY id").fetch_all(&self.pool).await?;
        let accounts: Vec<_> = docs.iter().map(|doc| stored(doc)).collect::<Result<_, _>>()?;
        Ok(query.select(accounts))
    }

    /// A read that leaves no trace: the fence is not stamped.
    async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
        Ok(self.find(claim.id()).await?.map_or(Claimed::Gone, Claimed::Loaded))
    }

    async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
        let done =
            sqlx::query("INSERT INTO unfenced_accounts (id, doc) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(insert.id().0)
                .bind(document(insert.entity())?)
                .execute(&self.pool)
                .await?;
        Ok(match done.rows_affected() {
            0 => Inserted::Exists,
            _ => Inserted::Done { version: insert.version() },
        })
    }

    /// `WHERE id = ?`, and nothing of `update.fence()` and `update.versions()`.
    async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
        let done = sqlx::query("UPDATE unfenced_accounts SET doc = ? WHERE id = ?")
            .bind(document(update.entity())?)
            .bind(update.id().0)
            .execute(&self.pool)
            .await?;
        Ok(written(done.rows_affected()))
    }

    async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
        let done = sqlx::query("DELETE FROM unfenced_accounts WHERE id = ?")
            .bind(delete.id().0)
            .execute(&self.pool)
            .await?;
        Ok(written(done.rows_affected()))
    }
}

fn written(rows: u64) -> Written {
    if rows == 0 { Written::Gone } else { Written::Done }
}

fn document(account: &Account) -> Result<String, StoreError> {
    serde_json::to_string(account).map_err(unreadable)
}

fn stored(doc: &str) -> Result<Stored<Account>, StoreError> {
    Ok(Stored { entity: serde_json::from_str(doc).map_err(unreadable)?, version: 0 })
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, "the document of an account").caused_by(error)
}
