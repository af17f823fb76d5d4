//! Where the accounts and their locks live.

mod database;
mod server;

use std::{sync::Arc, time::Duration};

use lockproof::{
    BuildError, Holder, Inspect, LockStore, Lockable, Locks, MemoryStorage, MemoryStore, Repository, Result,
    Storage,
};

pub(crate) use self::database::{Database, Workplace};
use crate::{
    domain::{Account, AccountId},
    faults::{Faulty, Trap},
    worker::Reporter,
};

/// So short that a run does not wait long for the lease of a worker that is gone, so long that a worker on a busy
/// machine keeps it.
const TTL: Duration = Duration::from_secs(2);

/// Longer than any lease, with time to spare.
const WAIT: Duration = Duration::from_secs(30);

/// For one statement: a slow disk is no reason to ask twice.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) locks: Locks,
    pub(crate) accounts: Arc<dyn Repository<Account>>,
    /// What sets a fault, where faults can happen.
    pub(crate) trap: Option<Arc<Trap>>,
    store: Arc<dyn LockStore>,
}

/// How this process is named to those who wait for its locks.
pub(crate) fn label(pid: u32) -> String {
    format!("payments/{pid}")
}

impl Home {
    pub(crate) fn memory() -> Result<Self> {
        Self::over(Arc::new(MemoryStore::new()), MemoryStorage::new(), None)
    }

    /// With somebody to report to, faults can be set.
    fn over(
        store: Arc<dyn LockStore>,
        storage: impl Storage<Account>,
        report: Option<Reporter>,
    ) -> Result<Self> {
        let locks = locks(Arc::clone(&store))?;
        let trap = report.map(|report| Arc::new(Trap::new(locks.clone(), report)));
        let accounts: Arc<dyn Repository<Account>> = match &trap {
            Some(trap) => Arc::new(locks.repository(Faulty::new(storage, Arc::clone(trap)))),
            None => Arc::new(locks.repository(storage)),
        };
        Ok(Self { locks, accounts, trap, store })
    }

    /// Who holds the lock of an account now.
    pub(crate) async fn holder(&self, account: AccountId) -> Result<Option<Holder>> {
        let key = Account::lock_key(&account)?;
        Ok(self.store.inspect(Inspect::new(key)).await?)
    }
}

fn locks(store: Arc<dyn LockStore>) -> Result<Locks, BuildError> {
    Locks::builder()
        .store(store)
        .ttl(TTL)
        .wait(WAIT)
        .op_timeout(PATIENCE)
        .label(label(std::process::id()))
        .build()
}
