use lockproof::{Lockable, Locks, PostgresDocuments, PostgresStore, Repo};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    account::{Account, fill},
    places::PostgresDatabase,
};

pub(crate) type Accounts = Repo<Account, PostgresDocuments<Account>>;

/// A home of other entities.
pub(crate) async fn rows_of<T: Lockable + Serialize + DeserializeOwned>()
-> (Repo<T, PostgresDocuments<T>>, ()) {
    let (_, rows) = service(&PostgresDatabase::new()).await;
    (rows, ())
}

/// Locks and entities in one database; the last part keeps the home.
pub(crate) async fn bank() -> (Locks, Accounts, PostgresDatabase) {
    let home = PostgresDatabase::new();
    let (locks, accounts) = service(&home).await;
    fill(&accounts).await;
    (locks, accounts, home)
}

/// Two services over one database, as two processes have them. The `Locks` are those of the first.
pub(crate) async fn two_services() -> (Locks, Accounts, Accounts, PostgresDatabase) {
    let (locks, first, home) = bank().await;
    let (_, second) = service(&home).await;
    (locks, first, second, home)
}

async fn service<T: Lockable + Serialize + DeserializeOwned>(
    home: &PostgresDatabase,
) -> (Locks, Repo<T, PostgresDocuments<T>>) {
    let url = home.at();
    let locks = Locks::new(PostgresStore::open(&url).await.expect("a store"));
    let rows = locks.repository(PostgresDocuments::open(&url).await.expect("a home"));
    (locks, rows)
}
