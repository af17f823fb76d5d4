//! Where the accounts and their locks live.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use lockproof::{
    BuildError, Holder, Inspect, LockStore, Lockable, Locks, MemoryStorage, MemoryStore, Repository, Result,
    SqliteDocuments, SqliteStore, Storage,
};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    domain::{Account, AccountId},
    faults::{Faulty, Trap, UnfencedAccounts},
    worker::Reporter,
};

/// So short that a run does not wait long for the lease of a worker that is gone, so long that a worker on a busy
/// machine keeps it.
const TTL: Duration = Duration::from_secs(2);

/// Longer than any lease, with time to spare.
const WAIT: Duration = Duration::from_secs(30);

/// An SQLite file for both.
#[derive(Clone, Debug, Args)]
pub(crate) struct Database {
    pub(crate) path: PathBuf,
    /// The accounts are kept as they must not be.
    #[arg(long)]
    pub(crate) unfenced: bool,
    /// The file will not outlive this run, so it need not outlive a power failure: accounts are written at the speed of
    /// the program and not of the disk. (For the locks that is so in any case.)
    #[arg(long)]
    pub(crate) throw_away: bool,
}

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
        let store = Arc::new(MemoryStore::new());
        let locks = locks(Arc::clone(&store) as _)?;
        Ok(Self::over(locks, store, MemoryStorage::new(), None))
    }

    /// With somebody to report to, faults can be set.
    pub(crate) async fn sqlite(database: &Database, report: Option<Reporter>) -> Result<Self> {
        let Database { path, .. } = database;
        let store = Arc::new(SqliteStore::open(path).await?);
        let locks = locks(Arc::clone(&store) as _)?;
        let trap = report.map(|report| Arc::new(Trap::new(locks.clone(), report)));
        Ok(match database {
            Database { unfenced: true, .. } => {
                let accounts = UnfencedAccounts::open(database.pool()).await?;
                Self::over(locks, store, accounts, trap)
            }
            Database { throw_away: true, .. } => {
                Self::over(locks, store, SqliteDocuments::from_pool(database.pool()).await?, trap)
            }
            _ => Self::over(locks, store, SqliteDocuments::open(path).await?, trap),
        })
    }

    fn over(
        locks: Locks,
        store: Arc<dyn LockStore>,
        storage: impl Storage<Account>,
        trap: Option<Arc<Trap>>,
    ) -> Self {
        let accounts: Arc<dyn Repository<Account>> = match &trap {
            Some(trap) => Arc::new(locks.repository(Faulty::new(storage, Arc::clone(trap)))),
            None => Arc::new(locks.repository(storage)),
        };
        Self { locks, accounts, trap, store }
    }

    /// Who holds the lock of an account now.
    pub(crate) async fn holder(&self, account: AccountId) -> Result<Option<Holder>> {
        let key = Account::lock_key(&account)?;
        Ok(self.store.inspect(Inspect::new(key)).await?)
    }
}

impl Database {
    fn pool(&self) -> SqlitePool {
        let synchronous = if self.throw_away { SqliteSynchronous::Off } else { SqliteSynchronous::Full };
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(10))
            .synchronous(synchronous);
        SqlitePool::connect_lazy_with(options)
    }
}

fn locks(store: Arc<dyn LockStore>) -> Result<Locks, BuildError> {
    Locks::builder()
        .store(store)
        .ttl(TTL)
        .wait(WAIT)
        // A slow disk is no reason to ask twice.
        .op_timeout(Duration::from_secs(5))
        .label(label(std::process::id()))
        .build()
}
