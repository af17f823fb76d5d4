//! The entity of these tests, and its homes.

use std::time::Duration;

use lockproof::{Error, LockOptions, Lockable, Locked, Persistent, Repository, Transient};
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

/// Locks account 1 for a short time, and lets the lock lapse.
pub(crate) async fn lapsed(accounts: &impl Repository<Account>) -> Locked<Persistent<Account>> {
    // The shortest of these for which the machine is fast enough just now.
    for millis in [50, 500, 5_000] {
        let options = LockOptions::new().ttl(Duration::from_millis(millis)).wait("1m");
        if let Ok(locked) = accounts.lock_with(&1, options).await {
            Locked::lost(&locked).await;
            return locked;
        }
    }
    panic!("account 1 cannot be locked");
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
