use std::path::Path;

use lockproof::{Lockable, Locks, Repo, SqliteDocuments, SqliteStore};
use serde::{Serialize, de::DeserializeOwned};
use tempfile::TempDir;

use crate::account::{Account, fill};

pub(crate) type Accounts = Repo<Account, SqliteDocuments<Account>>;

/// A home of other entities.
pub(crate) async fn rows_of<T: Lockable + Serialize + DeserializeOwned>()
-> (Repo<T, SqliteDocuments<T>>, TempDir) {
    let home = TempDir::new().expect("a directory");
    let (_, rows) = service(home.path()).await;
    (rows, home)
}

/// Locks and entities in one SQLite file; the last part keeps the home.
pub(crate) async fn bank() -> (Locks, Accounts, TempDir) {
    let home = TempDir::new().expect("a directory");
    let (locks, accounts) = service(home.path()).await;
    fill(&accounts).await;
    (locks, accounts, home)
}

/// Two services over one file, as two processes have them. The `Locks` are those of the first.
pub(crate) async fn two_services() -> (Locks, Accounts, Accounts, TempDir) {
    let (locks, first, home) = bank().await;
    let (_, second) = service(home.path()).await;
    (locks, first, second, home)
}

async fn service<T: Lockable + Serialize + DeserializeOwned>(
    home: &Path,
) -> (Locks, Repo<T, SqliteDocuments<T>>) {
    let file = home.join("bank.db");
    let locks = Locks::new(SqliteStore::open(&file).await.expect("a store"));
    let rows = locks.repository(SqliteDocuments::open(&file).await.expect("a home"));
    (locks, rows)
}
