use lockproof::{Lockable, Locks, MySqlDocuments, MySqlStore, Repo};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    account::{Account, fill},
    places::MySqlDatabase,
};

pub(crate) type Accounts = Repo<Account, MySqlDocuments<Account>>;

/// A home of other entities.
pub(crate) async fn rows_of<T: Lockable + Serialize + DeserializeOwned>() -> (Repo<T, MySqlDocuments<T>>, ())
{
    let (_, rows) = service(&MySqlDatabase::new()).await;
    (rows, ())
}

/// Locks and entities in one database; the last part keeps the home.
pub(crate) async fn bank() -> (Locks, Accounts, MySqlDatabase) {
    let home = MySqlDatabase::new();
    let (locks, accounts) = service(&home).await;
    fill(&accounts).await;
    (locks, accounts, home)
}

/// Two services over one database, as two processes have them. The `Locks` are those of the first.
pub(crate) async fn two_services() -> (Locks, Accounts, Accounts, MySqlDatabase) {
    let (locks, first, home) = bank().await;
    let (_, second) = service(&home).await;
    (locks, first, second, home)
}

async fn service<T: Lockable + Serialize + DeserializeOwned>(
    home: &MySqlDatabase,
) -> (Locks, Repo<T, MySqlDocuments<T>>) {
    let url = home.at();
    let locks = Locks::new(MySqlStore::open(&url).await.expect("a store"));
    let rows = locks.repository(MySqlDocuments::open(&url).await.expect("a home"));
    (locks, rows)
}
