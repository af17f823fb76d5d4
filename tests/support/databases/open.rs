//! By a URL alone, so that another process can do it too.

use std::{sync::Arc, time::Duration};

use lockproof::{
    LockStore, Locks, MySqlDocuments, MySqlStore, PostgresDocuments, PostgresStore, Repository, SqlOptions,
    SqliteDocuments, SqliteStore, Storage, StoreError, Transient,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Database, MySql, MySqlConnection, PgConnection, Postgres,
    Sqlite,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use super::{
    Make,
    accounts::{Account, Home, Kept, Writing, table},
};

/// A lock store with connections of its own.
pub(crate) async fn store(url: &str) -> Result<Arc<dyn LockStore>, StoreError> {
    store_with(url, SqlOptions::new()).await
}

pub(crate) async fn store_with(url: &str, options: SqlOptions) -> Result<Arc<dyn LockStore>, StoreError> {
    Ok(match Make::of(url) {
        Make::MariaDb => Arc::new(MySqlStore::open_with(url, options).await?),
        Make::Postgres => Arc::new(PostgresStore::open_with(url, options).await?),
        Make::Sqlite => Arc::new(SqliteStore::open_with(url, options).await?),
    })
}

/// Deletes rows of locks that nobody has had for long.
pub(crate) async fn prune(url: &str, idle: Duration) -> Result<u64, StoreError> {
    match Make::of(url) {
        Make::MariaDb => MySqlStore::open(url).await?.prune(idle).await,
        Make::Postgres => PostgresStore::open(url).await?.prune(idle).await,
        Make::Sqlite => SqliteStore::open(url).await?.prune(idle).await,
    }
}

/// New accounts in a database, with one account, numbered 1.
pub(crate) async fn new_accounts(
    locks: &Locks,
    url: &str,
    kept: Kept,
    balance: i64,
) -> Arc<dyn Repository<Account>> {
    if kept == Kept::InATable {
        let make = "CREATE TABLE accounts
            (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL, fence BIGINT NOT NULL, version BIGINT NOT NULL)";
        execute(url, make.into()).await.expect("makes a table");
    }
    let writing = Writing { kept, ..Writing::default() };
    let accounts = accounts(locks, url, writing).await.expect("opens");
    accounts.insert(Transient::new(Account { id: 1, balance })).await.expect("inserted");
    accounts
}

/// The accounts in a database, with connections of their own, under the locks of `locks`.
pub(crate) async fn accounts(
    locks: &Locks,
    url: &str,
    writing: Writing,
) -> Result<Arc<dyn Repository<Account>>, StoreError> {
    let (make, kept) = (Make::of(url), writing.kept);
    Ok(match (make, kept) {
        (Make::MariaDb, Kept::AsDocuments) => under(locks, MySqlDocuments::open(url).await?, url, writing),
        (Make::Postgres, Kept::AsDocuments) => {
            under(locks, PostgresDocuments::open(url).await?, url, writing)
        }
        (Make::Sqlite, Kept::AsDocuments) => under(locks, SqliteDocuments::open(url).await?, url, writing),
        (Make::MariaDb, Kept::InATable) => {
            under(locks, table::<MySql>().pooled(pool(writing).connect(url).await?), url, writing)
        }
        (Make::Postgres, Kept::InATable) => {
            under(locks, table::<Postgres>().pooled(pool(writing).connect(url).await?), url, writing)
        }
        (Make::Sqlite, Kept::InATable) => {
            let pool = pool(writing).connect_with(file(url)).await?;
            under(locks, table::<Sqlite>().pooled(pool), url, writing)
        }
    })
}

/// For the connections of one home.
fn pool<D: Database>(writing: Writing) -> PoolOptions<D> {
    PoolOptions::new().max_connections(writing.connections)
}

fn file(path: &str) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    options.journal_mode(SqliteJournalMode::Wal).busy_timeout(Duration::from_secs(30))
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
        Make::MariaDb => sql.execute(&mut MySqlConnection::connect(url).await?).await.map(drop)?,
        Make::Postgres => sql.execute(&mut PgConnection::connect(url).await?).await.map(drop)?,
        Make::Sqlite => sql.execute(&mut file(url).connect().await?).await.map(drop)?,
    }
    Ok(())
}
