//! The application. It has repositories and knows nothing of databases but in [`Bank::open`].

use std::{error::Error, str::FromStr, sync::Arc, time::Duration};

use lockproof::{
    LockRows, Locks, MySqlStore, Persistent, PostgresStore, Query, Repository, RepositoryExt, Result,
    SqlDatabase, SqlValue, SqliteStore, Transient, field,
};
use sqlx::{
    AssertSqlSafe, FromRow, MySqlPool, PgPool, Pool, SqlitePool, raw_sql,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::{
    account::{self, Account, accounts},
    quota::{self, Quota, quotas},
    receipt::{self, Receipt, receipts},
};

/// Accounts, receipts of what was paid in, and how much more that may be.
#[derive(Clone)]
pub struct Bank {
    accounts: Arc<dyn Repository<Account>>,
    receipts: Arc<dyn Repository<Receipt>>,
    quotas: Arc<dyn Repository<Quota>>,
}

impl Bank {
    /// The bank in the database of this URL, `sqlite:`, `postgres:` or `mysql:`, with its locks. What is not there is made.
    ///
    /// # Errors
    /// If it is another URL, or the database does not do it.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; tables may have been made.
    pub async fn open(url: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let schema = |id: &str| {
            AssertSqlSafe(format!("{};{};{}", account::SCHEMA, quota::SCHEMA, receipt::schema(id)))
        };
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => {
                // Readers do not wait for the writer then, nor it for them.
                let options = SqliteConnectOptions::from_str(url)?
                    .journal_mode(SqliteJournalMode::Wal)
                    .busy_timeout(Duration::from_secs(30));
                let pool = SqlitePool::connect_with(options).await?;
                raw_sql(schema("INTEGER PRIMARY KEY")).execute(&pool).await?;
                Self::over(SqliteStore::from_pool(pool.clone()).await?, pool).await
            }
            Some("postgres" | "postgresql") => {
                let pool = PgPool::connect(url).await?;
                raw_sql(schema("BIGSERIAL PRIMARY KEY")).execute(&pool).await?;
                Self::over(PostgresStore::from_pool(pool.clone()).await?, pool).await
            }
            Some("mysql" | "mariadb") => {
                let pool = MySqlPool::connect(url).await?;
                raw_sql(schema("BIGINT AUTO_INCREMENT PRIMARY KEY")).execute(&pool).await?;
                Self::over(MySqlStore::from_pool(pool.clone()).await?, pool).await
            }
            _ => Err("give a URL that begins with sqlite:, postgres: or mysql:".into()),
        }
    }

    async fn over<D: SqlDatabase>(
        store: impl LockRows<D> + Clone,
        pool: Pool<D>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>>
    where
        i64: SqlValue<D>,
        String: SqlValue<D>,
        Account: for<'r> FromRow<'r, D::Row>,
        Quota: for<'r> FromRow<'r, D::Row>,
        Receipt: for<'r> FromRow<'r, D::Row>,
    {
        let locks = Locks::new(store.clone());
        Ok(Self {
            quotas: Arc::new(locks.repository(quotas()?.pinned(pool.clone(), &store).await?)),
            accounts: Arc::new(locks.repository(accounts()?.pooled(pool.clone()))),
            receipts: Arc::new(locks.repository(receipts()?.pooled(pool))),
        })
    }

    /// Opens an account, unless there is one with this id, into which so much can be paid.
    ///
    /// # Errors
    /// [`InsertError`](lockproof::InsertError).
    ///
    /// # Cancel safety
    /// It may have been opened.
    pub async fn open_account(&self, id: i64, owner: &str, quota: i64) -> Result<()> {
        let account = Account { id, owner: owner.into(), balance: 0 };
        self.accounts.insert(Transient::new(account)).await?;
        self.quotas.insert(Transient::new(Quota { account: id, left: quota })).await.map(drop)
    }

    /// Pays in, and gives the receipt; nothing if that would be more than may be.
    ///
    /// # Errors
    /// If quota or account were not locked or not saved: then nothing was paid in, unless
    /// [`outcome`](lockproof::Error::outcome) says that it may have been.
    ///
    /// # Cancel safety
    /// It may have been paid in, without a receipt.
    pub async fn pay_in(&self, id: i64, amount: i64) -> Result<Option<Persistent<Receipt>>> {
        let mut quota = self.quotas.lock(&id).await?;
        if quota.left < amount {
            return Ok(None);
        }
        quota.left -= amount;
        self.quotas.save_and_release(quota).await?;
        self.accounts
            .with_lock(&id, async |account, _| {
                account.balance += amount;
                Ok::<_, lockproof::Error>(())
            })
            .await?;
        self.receipts.insert_with(|number| Receipt { id: number, account: id, amount }).await.map(Some)
    }

    /// What is on an account.
    ///
    /// # Errors
    /// [`FindError`](lockproof::FindError).
    ///
    /// # Cancel safety
    /// Reads only.
    pub async fn balance(&self, id: i64) -> Result<Option<i64>> {
        Ok(self.accounts.find(&id).await?.map(|account| account.balance))
    }

    /// The last receipts of an account, the latest first: the database filters, orders and cuts.
    ///
    /// # Errors
    /// [`FindError`](lockproof::FindError).
    ///
    /// # Cancel safety
    /// Reads only.
    pub async fn last_receipts(&self, id: i64, limit: usize) -> Result<Vec<Persistent<Receipt>>> {
        let query = Query::from(field!(Receipt.account).eq(id));
        self.receipts.find_all(query.order_by(field!(Receipt.id).descending()).limit(limit)).await
    }
}
