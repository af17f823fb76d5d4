//! What the benches of databases have in common.

use std::{ops::Range, sync::Arc, time::Duration};

use criterion::Criterion;
use lockproof::{LockStore, Lockable, Locked, Persistent, Repository, Storage, Transient};
use serde::{Deserialize, Serialize};

use crate::support::{Locker, ours::service, work::key};

/// The numbers of all keys that are in use.
pub(crate) const KEYS: Range<u64> = 0..64;

/// What takes milliseconds is measured less often: a whole run is over in two minutes.
pub(crate) fn in_short() -> Criterion {
    let second = Duration::from_secs(1);
    Criterion::default().sample_size(30).warm_up_time(second).measurement_time(3 * second)
}

/// What is saved.
#[derive(Clone, Debug, Lockable, Serialize, Deserialize)]
pub(crate) struct Account {
    #[lock(id)]
    id: String,
    balance: i64,
}

/// Entities that are locked, loaded, changed and saved; the guards are released, or dropped.
#[derive(Clone)]
pub(crate) struct Saved {
    accounts: Arc<dyn Repository<Account>>,
    releases: bool,
}

impl Saved {
    /// Makes the entities that are to be locked.
    pub(crate) async fn over(store: impl LockStore, accounts: impl Storage<Account>) -> Self {
        let accounts = service(store).repository(accounts);
        for id in KEYS.map(key) {
            accounts.insert(Transient::new(Account { id, balance: 0 })).await.expect("a new one");
        }
        Self { accounts: Arc::new(accounts), releases: true }
    }

    pub(crate) fn dropped(&self) -> Self {
        Self { releases: false, ..self.clone() }
    }
}

impl Locker for Saved {
    type Guard = Locked<Persistent<Account>>;

    async fn acquire(&self, key: &str) -> Self::Guard {
        let mut account = self.accounts.lock(&key.to_owned()).await.expect("in time");
        account.balance += 1;
        self.accounts.save(&mut account).await.expect("held");
        account
    }

    async fn release(&self, account: Self::Guard) {
        if self.releases {
            Locked::release(account).await.expect("held");
        }
    }
}
