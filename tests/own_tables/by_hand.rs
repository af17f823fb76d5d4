//! A `Storage` with all of its SQL written by hand, as for a client that the library does not know.

use lockproof::{
    Claim, Claimed, Delete, Filter, Insert, Inserted, Lockable, Locked, Order, Persistent, Query, Storage,
    StoreError, Stored, Update, Written, field, testing::StorageHarness,
};
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};

use crate::homes::File;

#[derive(Lockable, Clone, Debug, PartialEq)]
pub(crate) struct Account {
    #[lock(id)]
    id: i64,
    balance: i64,
}

pub(crate) struct Accounts(SqlitePool);

fn stored(row: &SqliteRow) -> Result<Stored<Account>, StoreError> {
    let entity = Account { id: row.try_get("id")?, balance: row.try_get("balance")? };
    Ok(Stored { entity, version: row.try_get("version")? })
}

impl Accounts {
    async fn why(&self, id: i64) -> Result<Option<(i64, i64)>, StoreError> {
        let sql = "SELECT fence, version FROM accounts WHERE id = $1";
        Ok(sqlx::query_as(sql).bind(id).fetch_optional(&self.0).await?)
    }
}

impl Storage<Account> for Accounts {
    async fn find(&self, id: &i64) -> Result<Option<Stored<Account>>, StoreError> {
        let sql = "SELECT id, balance, version FROM accounts WHERE id = $1";
        sqlx::query(sql).bind(id).fetch_optional(&self.0).await?.as_ref().map(stored).transpose()
    }

    async fn find_all(&self, query: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
        let sql = "SELECT id, balance, version FROM accounts";
        let rows = sqlx::query(sql).fetch_all(&self.0).await?;
        Ok(query.select(rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?))
    }

    async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
        let sql =
            "UPDATE accounts SET fence = $1 WHERE id = $2 AND fence < $3 RETURNING id, balance, version";
        let read = sqlx::query(sql).bind(claim.fence()).bind(claim.id()).bind(claim.below());
        match read.fetch_optional(&self.0).await? {
            Some(row) => Ok(Claimed::Loaded(stored(&row)?)),
            None => claim.refused(self.why(*claim.id()).await?.map(|(fence, _)| fence)),
        }
    }

    async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
        let sql = "INSERT INTO accounts (id, balance, fence, version) VALUES ($1, $2, 0, $3) \
                   ON CONFLICT (id) DO NOTHING";
        let insertion =
            sqlx::query(sql).bind(insert.id()).bind(insert.entity().balance).bind(insert.version());
        match insertion.execute(&self.0).await?.rows_affected() {
            0 => Ok(Inserted::Exists),
            _ => Ok(Inserted::Done { version: insert.version() }),
        }
    }

    async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
        let sql = "UPDATE accounts SET balance = $1, version = $2 \
                   WHERE id = $3 AND fence = $4 AND version BETWEEN $5 AND $6";
        let (first, last) = update.versions().into_inner();
        let write = sqlx::query(sql).bind(update.entity().balance).bind(update.version());
        let write = write.bind(update.id()).bind(update.fence()).bind(first).bind(last);
        match write.execute(&self.0).await?.rows_affected() {
            0 => update.refused(self.why(*update.id()).await?),
            _ => Ok(Written::Done),
        }
    }

    async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
        let sql = "DELETE FROM accounts WHERE id = $1 AND fence = $2 AND version BETWEEN $3 AND $4";
        let (first, last) = delete.versions().into_inner();
        let write = sqlx::query(sql).bind(delete.id()).bind(delete.fence()).bind(first).bind(last);
        match write.execute(&self.0).await?.rows_affected() {
            0 => delete.refused(self.why(*delete.id()).await?),
            _ => Ok(Written::Done),
        }
    }
}
impl StorageHarness for File {
    type Entity = Account;
    type Storage = Accounts;

    async fn open(&self) -> Result<Accounts, StoreError> {
        let pool = SqlitePool::connect(&self.url()).await?;
        let schema = "CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL,
                      fence INTEGER NOT NULL, version INTEGER NOT NULL)";
        sqlx::query(schema).execute(&pool).await?;
        Ok(Accounts(pool))
    }

    fn entity(&self, id: u32, balance: i64) -> Account {
        Account { id: id.into(), balance }
    }

    fn number(&self, account: &Account) -> i64 {
        account.balance
    }

    fn set_number(&self, account: &mut Account, balance: i64) {
        account.balance = balance;
    }

    fn having(&self, balance: i64) -> Option<Filter<Account>> {
        Some(field!(Account.balance).eq(balance))
    }

    fn by_number(&self) -> Option<Order<Account>> {
        Some(field!(Account.balance).ascending())
    }

    fn swap(&self, one: &mut Locked<Persistent<Account>>, two: &mut Locked<Persistent<Account>>) -> bool {
        std::mem::swap(&mut **one, &mut **two);
        true
    }
}

lockproof::testing::storage_conformance!(sqlite, File::new());
