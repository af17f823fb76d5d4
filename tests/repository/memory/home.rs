use lockproof::{Locks, MemoryStorage, Repo};

use crate::account::{Account, fill};

/// Locks and entities in memory; the last part keeps the home.
pub(crate) async fn bank() -> (Locks, Repo<Account, MemoryStorage<Account>>, ()) {
    let locks = Locks::memory();
    let accounts = locks.repository(MemoryStorage::new());
    fill(&accounts).await;
    (locks, accounts, ())
}
