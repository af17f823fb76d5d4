//! What is counted, and a storage of it that can be made careless.

use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Lockable, Query, SqlDatabase, SqlTable, SqlValue, Storage,
    StoreError, Stored, Update, Written, field,
};
use serde::{Deserialize, Serialize};
use sqlx::{ColumnIndex, Decode, Row};

use super::execute;

#[derive(Lockable, Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Account {
    #[lock(id)]
    pub(crate) id: i64,
    pub(crate) balance: i64,
}

/// A plain table.
pub(super) fn table<D: SqlDatabase>() -> SqlTable<Account, D>
where
    i64: SqlValue<D> + for<'r> Decode<'r, D>,
    for<'c> &'c str: ColumnIndex<D::Row>,
{
    SqlTable::builder("accounts")
        .id(field!(Account.id), |id| id)
        .column(field!(Account.balance))
        .build_with(|row| Ok(Account { id: row.try_get("id")?, balance: row.try_get("balance")? }))
        .expect("a table")
}

/// What an update looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    FenceAndVersion,
    Nothing,
}

impl Check {
    pub(crate) fn as_text(self) -> &'static str {
        match self {
            Self::FenceAndVersion => "fence-and-version",
            Self::Nothing => "nothing",
        }
    }

    pub(crate) fn from_text(text: &str) -> Self {
        if text == Self::Nothing.as_text() { Self::Nothing } else { Self::FenceAndVersion }
    }
}

/// How accounts are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    AsDocuments,
    InATable,
}

impl Kept {
    pub(crate) fn as_text(self) -> &'static str {
        match self {
            Self::AsDocuments => "documents",
            Self::InATable => "table",
        }
    }

    pub(crate) fn from_text(text: &str) -> Self {
        if text == Self::AsDocuments.as_text() { Self::AsDocuments } else { Self::InATable }
    }
}

/// How accounts are kept and written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing {
    pub(crate) kept: Kept,
    pub(crate) check: Check,
    /// Where a process may be stopped: after all checks that it can make itself, and before the write.
    pub(crate) before_update: fn(),
    /// How many connections there are at most.
    pub(crate) connections: u32,
}

impl Default for Writing {
    fn default() -> Self {
        Self { kept: Kept::InATable, check: Check::FenceAndVersion, before_update: || (), connections: 8 }
    }
}

/// A home of the library's, written to as it is said.
pub(super) struct Home<S> {
    pub(super) home: S,
    pub(super) url: String,
    pub(super) writing: Writing,
}

impl<S: Storage<Account>> Storage<Account> for Home<S> {
    async fn find(&self, id: &i64) -> Result<Option<Stored<Account>>, StoreError> {
        self.home.find(id).await
    }

    async fn find_all(&self, query: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
        self.home.find_all(query).await
    }

    async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
        self.home.claim(claim).await
    }

    async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
        self.home.insert(insert).await
    }

    async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
        (self.writing.before_update)();
        if self.writing.check == Check::FenceAndVersion {
            return self.home.update(update).await;
        }
        // As one writes it who trusts the lock alone.
        let Account { id, balance } = update.entity();
        let sql = match self.writing.kept {
            // There is one in this database.
            Kept::AsDocuments => {
                format!(r#"UPDATE lockproof_documents SET doc = '{{"id": {id}, "balance": {balance}}}'"#)
            }
            Kept::InATable => format!("UPDATE accounts SET balance = {balance} WHERE id = {id}"),
        };
        execute(&self.url, sql).await?;
        Ok(Written::Done)
    }

    async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
        self.home.delete(delete).await
    }
}
