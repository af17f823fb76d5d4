//! The entity of these tests, and its homes.

use lockproof::{Error, Lockable, Locks, MemoryStorage, Repo, Repository, Transient};
use serde::{Deserialize, Serialize};

#[derive(Lockable, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    #[lock(id)]
    pub id: u64,
    pub owner: String,
    pub balance: i64,
}

pub(crate) fn account(id: u64, balance: i64) -> Account {
    Account { id, owner: format!("owner {id}"), balance }
}

/// Two accounts, 1 with a balance of 10 and 2 with 20.
pub(crate) async fn fill(accounts: &impl Repository<Account>) {
    for (id, balance) in [(1, 10), (2, 20)] {
        accounts.insert(Transient::new(account(id, balance))).await.expect("a new account");
    }
}

/// Both of them in memory, with their locks.
pub(crate) async fn bank() -> (Locks, Repo<Account, MemoryStorage<Account>>) {
    let locks = Locks::memory();
    let accounts = locks.repository(MemoryStorage::new());
    fill(&accounts).await;
    (locks, accounts)
}

/// An error with all that is behind it.
pub(crate) fn chain(error: &Error) -> String {
    use std::error::Error as _;
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}
