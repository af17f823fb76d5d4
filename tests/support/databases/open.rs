//! By a URL alone, so that another process can do it too.

use std::{sync::Arc, time::Duration};

use lockproof::{
    LockStore, Locks, Repository, SqlOptions, SqliteDocuments, SqliteStore, Storage, StoreError,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{
    Make,
    accounts::{Account, Home, Writing},
};

/// A lock store with connections of its own.
pub(crate) async fn store(url: &str) -> Result<Arc<dyn LockStore>, StoreError> {
    store_with(url, SqlOptions::new()).await
}

pub(crate) async fn store_with(url: &str, options: SqlOptions) -> Result<Arc<dyn LockStore>, StoreError> {
    Ok(match Make::of(url) {
        Make::MariaDb => unimplemented!(),
        Make::Postgres => unimplemented!(),
        Make::Sqlite => Arc::new(SqliteStore::open_with(url, options).await?),
    })
}

/// Deletes rows of locks that nobody has had for long.
pub(crate) async fn prune(url: &str, idle: Duration) -> Result<u64, StoreError> {
    match Make::of(url) {
        Make::MariaDb => unimplemented!(),
        Make::Postgres => unimplemented!(),
        Make::Sqlite => SqliteStore::open(url).await?.prune(idle).await,
    }
}

/// The accounts in a database, with connections of their own, under the locks of `locks`.
pub(crate) async fn accounts(
    locks: &Locks,
    url: &str,
    writing: Writing,
) -> Result<Arc<dyn Repository<Account>>, StoreError> {
    Ok(match Make::of(url) {
        Make::MariaDb => unimplemented!(),
        Make::Postgres => unimplemented!(),
        Make::Sqlite => under(locks, SqliteDocuments::open(url).await?, url, writing),
    })
}

fn under(
    locks: &Locks,
    home: impl Storage<Account>,
    url: &str,
    writing: Writing,
) -> Arc<dyn Repository<Account>> {
    Arc::new(locks.repository(Home { home, url: url.to_owned(), writing }))
}

/// Runs one statement of the test's own, on a connection of its own.
pub(crate) async fn execute(url: &str, sql: String) -> Result<(), StoreError> {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    match Make::of(url) {
        Make::MariaDb => sql.execute(&mut sqlx::MySqlConnection::connect(url).await?).await.map(drop)?,
        Make::Postgres => sql.execute(&mut sqlx::PgConnection::connect(url).await?).await.map(drop)?,
        Make::Sqlite => {
            let mut file = SqliteConnectOptions::new().filename(url).connect().await?;
            sql.execute(&mut file).await.map(drop)?;
        }
    }
    Ok(())
}
