//! A plain table with `fence` and `version` columns: the storage that a user would write, and a careless one.

use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Lockable, Locks, Query, Repo, SqliteStore, Storage, StoreError,
    Stored, Update, Written,
};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

#[derive(Lockable, Clone, Debug)]
pub(crate) struct Account {
    #[lock(id)]
    pub(crate) id: i64,
    pub(crate) balance: i64,
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

/// The table. `before_update` stands where a process may be stopped: after all checks that it can make itself, and
/// before the write.
pub(crate) struct Accounts {
    pool: SqlitePool,
    check: Check,
    before_update: fn(),
}

/// The service and the accounts of one process.
pub(crate) async fn open(file: &str, check: Check, before_update: fn()) -> (Locks, Repo<Account, Accounts>) {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await.expect("a database");
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS accounts (
            id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, fence INTEGER NOT NULL, version INTEGER NOT NULL
        )",
    )
    .execute(&pool)
    .await
    .expect("a table");
    let locks = Locks::new(SqliteStore::open(file).await.expect("a store"));
    let accounts = locks.repository(Accounts { pool, check, before_update });
    (locks, accounts)
}

impl Accounts {
    /// Fence and version of a row that was not hit.
    async fn why(&self, id: i64) -> Result<Option<(i64, i64)>, StoreError> {
        let row = sqlx::query_as("SELECT fence, version FROM accounts WHERE id = ?").bind(id);
        Ok(row.fetch_optional(&self.pool).await?)
    }
}

fn stored((id, balance, version): (i64, i64, i64)) -> Stored<Account> {
    Stored { entity: Account { id, balance }, version }
}

impl Storage<Account> for Accounts {
    async fn find(&self, id: &i64) -> Result<Option<Stored<Account>>, StoreError> {
        let row = sqlx::query_as("SELECT id, balance, version FROM accounts WHERE id = ?").bind(id);
        Ok(row.fetch_optional(&self.pool).await?.map(stored))
    }

    async fn find_all(&self, query: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
        let rows = sqlx::query_as("SELECT id, balance, version FROM accounts").fetch_all(&self.pool).await?;
        Ok(query.select(rows.into_iter().map(stored)))
    }

    async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
        let row = sqlx::query_as(
            "UPDATE accounts SET fence = ?1 WHERE id = ?2 AND fence < ?3 RETURNING id, balance, version",
        );
        match row.bind(claim.fence()).bind(claim.id()).bind(claim.below()).fetch_all(&self.pool).await?.pop()
        {
            Some(row) => Ok(Claimed::Loaded(stored(row))),
            None => claim.refused(self.why(*claim.id()).await?.map(|(fence, _)| fence)),
        }
    }

    async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
        let sql =
            "INSERT INTO accounts (id, balance, fence, version) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING";
        let row = sqlx::query(sql).bind(insert.id()).bind(insert.entity().balance).bind(insert.version());
        let done = row.execute(&self.pool).await?.rows_affected() == 1;
        Ok(if done { Inserted::Done { version: insert.version() } } else { Inserted::Exists })
    }

    async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
        (self.before_update)();
        let fenced = "UPDATE accounts SET balance = ?1, version = ?2
             WHERE id = ?3 AND fence = ?4 AND version BETWEEN ?5 AND ?6";
        let careless = "UPDATE accounts SET balance = ?1, version = ?2 WHERE id = ?3";
        let row = match self.check {
            Check::FenceAndVersion => sqlx::query(fenced),
            Check::Nothing => sqlx::query(careless),
        };
        let row = row.bind(update.entity().balance).bind(update.version()).bind(update.id());
        let row = match self.check {
            Check::FenceAndVersion => {
                row.bind(update.fence()).bind(*update.versions().start()).bind(*update.versions().end())
            }
            Check::Nothing => row,
        };
        if row.execute(&self.pool).await?.rows_affected() == 1 {
            return Ok(Written::Done);
        }
        update.refused(self.why(*update.id()).await?)
    }

    async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
        let row = sqlx::query("DELETE FROM accounts WHERE id = ? AND fence = ? AND version BETWEEN ? AND ?")
            .bind(delete.id())
            .bind(delete.fence())
            .bind(*delete.versions().start())
            .bind(*delete.versions().end());
        if row.execute(&self.pool).await?.rows_affected() == 1 {
            return Ok(Written::Done);
        }
        delete.refused(self.why(*delete.id()).await?)
    }
}
