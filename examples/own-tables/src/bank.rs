//! The application. It has repositories and knows nothing of databases but in [`Bank::open`].

use std::{error::Error, str::FromStr, sync::Arc, time::Duration};

use lockproof::{
    Locks, MySqlStore, Persistent, PostgresStore, Query, Repository, RepositoryExt, Result, SqlDatabase,
    SqlValue, SqliteStore, Transient, field,
};
use sqlx::{
    AssertSqlSafe, FromRow, MySqlPool, PgPool, Pool, SqlitePool, raw_sql,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::{
    account::{self, Account, accounts},
    receipt::{self, Receipt, receipts},
};

/// Accounts, and receipts of what was paid in.
#[derive(Clone)]
pub struct Bank {
    accounts: Arc<dyn Repository<Account>>,
    receipts: Arc<dyn Repository<Receipt>>,
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
        let schema = |id: &str| AssertSqlSafe(format!("{};{}", account::SCHEMA, receipt::schema(id)));
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => {
                // Readers do not wait for the writer then, nor it for them.
                let options = SqliteConnectOptions::from_str(url)?
                    .journal_mode(SqliteJournalMode::Wal)
                    .busy_timeout(Duration::from_secs(30));
                let pool = SqlitePool::connect_with(options).await?;
                raw_sql(schema("INTEGER PRIMARY KEY")).execute(&pool).await?;
                Self::over(Locks::new(SqliteStore::from_pool(pool.clone()).await?), pool)
            }
            Some("postgres" | "postgresql") => {
                let pool = PgPool::connect(url).await?;
                raw_sql(schema("BIGSERIAL PRIMARY KEY")).execute(&pool).await?;
                Self::over(Locks::new(PostgresStore::from_pool(pool.clone()).await?), pool)
            }
            Some("mysql" | "mariadb") => {
                let pool = MySqlPool::connect(url).await?;
                raw_sql(schema("BIGINT AUTO_INCREMENT PRIMARY KEY")).execute(&pool).await?;
                Self::over(Locks::new(MySqlStore::from_pool(pool.clone()).await?), pool)
            }
            _ => Err("give a URL that begins with sqlite:, postgres: or mysql:".into()),
        }
    }

    fn over<D: SqlDatabase>(locks: Locks, pool: Pool<D>) -> Result<Self, Box<dyn Error + Send + Sync>>
    where
        i64: SqlValue<D>,
        String: SqlValue<D>,
        Account: for<'r> FromRow<'r, D::Row>,
        Receipt: for<'r> FromRow<'r, D::Row>,
    {
        Ok(Self {
            accounts: Arc::new(locks.repository(accounts()?.pooled(pool.clone()))),
            receipts: Arc::new(locks.repository(receipts()?.pooled(pool))),
        })
    }

    /// Opens an account, unless there is one with this id.
    ///
    /// # Errors
    /// [`InsertError`](lockproof::InsertError).
    ///
    /// # Cancel safety
    /// It may have been opened.
    pub async fn open_account(&self, id: i64, owner: &str) -> Result<()> {
        let account = Account { id, owner: owner.into(), balance: 0 };
        self.accounts.insert(Transient::new(account)).await.map(drop)
    }

    /// Pays in, and gives the receipt.
    ///
    /// # Errors
    /// If the account was not locked or not saved: then nothing was paid in, unless
    /// [`outcome`](lockproof::Error::outcome) says that it may have been.
    ///
    /// # Cancel safety
    /// It may have been paid in, without a receipt.
    pub async fn pay_in(&self, id: i64, amount: i64) -> Result<Persistent<Receipt>> {
        self.accounts
            .with_lock(&id, async |account, _| {
                account.balance += amount;
                Ok::<_, lockproof::Error>(())
            })
            .await?;
        self.receipts.insert_with(|number| Receipt { id: number, account: id, amount }).await
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
