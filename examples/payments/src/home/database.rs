use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use lockproof::{LockStore, Result, SqliteDocuments, SqliteStore, Storage};
use serde::{Deserialize, Serialize};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::Home;
use crate::{
    domain::Account,
    faults::{Unfenced, Unguarded},
    worker::Reporter,
};

/// A database that processes share. All that differs from one make to the other is in this file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Database {
    Sqlite {
        path: PathBuf,
        /// The file will not outlive this run, so it need not outlive a power failure: accounts are written at the
        /// speed of the program and not of the disk. (For the locks that is so in any case.)
        throw_away: bool,
    },
}

/// What a worker process has to know. It is told that by its standard input, since anybody can see its arguments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Workplace {
    pub(crate) database: Database,
    /// The accounts are written as they must not be.
    pub(crate) unfenced: bool,
}

impl Workplace {
    /// With somebody to report to, faults can be set.
    pub(crate) async fn open(&self, report: Option<Reporter>) -> Result<Home> {
        match &self.database {
            Database::Sqlite { path, throw_away } => {
                let store = SqliteStore::open(path).await?;
                let pool = sqlite_pool(path, *throw_away);
                let accounts = SqliteDocuments::from_pool(pool.clone()).await?;
                self.home(store, accounts, Unguarded::Sqlite(pool), report)
            }
        }
    }

    fn home(
        &self,
        store: impl LockStore,
        accounts: impl Storage<Account>,
        rows: Unguarded,
        report: Option<Reporter>,
    ) -> Result<Home> {
        let store = Arc::new(store);
        if self.unfenced {
            Home::over(store, Unfenced::new(accounts, rows), report)
        } else {
            Home::over(store, accounts, report)
        }
    }
}

impl Database {
    /// What to do about accounts that are there already.
    pub(crate) fn way_out(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "give a new file, or remove this one",
        }
    }
}

/// How a user would name it.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path, .. } => path.display().fmt(f),
        }
    }
}

fn sqlite_pool(path: &Path, throw_away: bool) -> SqlitePool {
    let synchronous = if throw_away { SqliteSynchronous::Off } else { SqliteSynchronous::Full };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_secs(10))
        .synchronous(synchronous);
    SqlitePool::connect_lazy_with(options)
}
