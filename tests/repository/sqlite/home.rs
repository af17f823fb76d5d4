use lockproof::{Locks, Repo, SqliteDocuments, SqliteStore};
use tempfile::TempDir;

use crate::account::{Account, fill};

/// Locks and entities in one SQLite file; the last part keeps the home.
pub(crate) async fn bank() -> (Locks, Repo<Account, SqliteDocuments<Account>>, TempDir) {
    let home = TempDir::new().expect("a directory");
    let file = home.path().join("bank.db");
    let locks = Locks::new(SqliteStore::open(&file).await.expect("a store"));
    let accounts = locks.repository(SqliteDocuments::open(&file).await.expect("a home"));
    fill(&accounts).await;
    (locks, accounts, home)
}
