use lockproof::{Lockable, Locks, MemoryStorage, MemoryStore, Repo};

use crate::account::{Account, fill};

pub(crate) type Accounts = Repo<Account, MemoryStorage<Account>>;

/// A home of other entities.
pub(crate) async fn rows_of<T: Lockable + Clone>() -> (Repo<T, MemoryStorage<T>>, ()) {
    (Locks::memory().repository(MemoryStorage::new()), ())
}

/// Locks and entities in memory; the last part keeps the home.
pub(crate) async fn bank() -> (Locks, Accounts, ()) {
    let locks = Locks::memory();
    let accounts = locks.repository(MemoryStorage::new());
    fill(&accounts).await;
    (locks, accounts, ())
}

/// The entities of one home under the locks of one store, in two services as two processes have them. The `Locks` are
/// those of the first.
pub(crate) async fn two_services() -> (Locks, Accounts, Accounts, ()) {
    let (store, rows) = (MemoryStore::new(), MemoryStorage::new());
    let (locks, others) = (Locks::new(store.clone()), Locks::new(store));
    let (first, second) = (locks.repository(rows.clone()), others.repository(rows));
    fill(&first).await;
    (locks, first, second, ())
}
