use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use lockproof::{
    LockStore, MySqlDocuments, MySqlStore, PostgresDocuments, PostgresStore, Result, SqlOptions,
    SqliteDocuments, SqliteStore, Storage, StoreError,
};
use serde::{Deserialize, Serialize};
use sqlx::{
    MySqlPool, PgPool, SqlitePool,
    mysql::MySqlConnectOptions,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Home, PATIENCE, server::Server};
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
    Postgres(Server),
    /// Or MariaDB.
    MySql(Server),
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
            Database::Postgres(Server { url, .. }) => {
                let store = PostgresStore::open_with(url, few_connections()).await?;
                let accounts = PostgresDocuments::open_with(url, few_connections()).await?;
                let pool = PgPool::connect_lazy(url).map_err(StoreError::from)?;
                self.home(store, accounts, Unguarded::Postgres(pool), report)
            }
            Database::MySql(Server { url, .. }) => {
                let store = MySqlStore::open_with(url, few_connections()).await?;
                let accounts = MySqlDocuments::open_with(url, few_connections()).await?;
                let pool = MySqlPool::connect_lazy(url).map_err(StoreError::from)?;
                self.home(store, accounts, Unguarded::MySql(pool), report)
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
            Self::Postgres(_) | Self::MySql(_) => {
                "give another database, or drop its table lockproof_documents"
            }
        }
    }
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unusable = |error: sqlx::Error| format!("the URL is not usable: {error}");
        match text.split_once(':') {
            Some(("sqlite", "")) => Err("the path is missing after `sqlite:`".into()),
            Some(("sqlite", path)) => Ok(Self::Sqlite { path: path.into(), throw_away: false }),
            Some(("postgres" | "postgresql", _)) => {
                let at = PgConnectOptions::from_str(text).map_err(unusable)?;
                let (host, port, socket) = (at.get_host(), at.get_port(), at.get_socket());
                Ok(Self::Postgres(Server::new(text, host, port, socket, at.get_database())))
            }
            Some(("mysql" | "mariadb", _)) => {
                let at = MySqlConnectOptions::from_str(text).map_err(unusable)?;
                let (host, port, socket) = (at.get_host(), at.get_port(), at.get_socket());
                Ok(Self::MySql(Server::new(text, host, port, socket, at.get_database())))
            }
            _ => Err("there is `memory`, `sqlite`, `sqlite:PATH`, `postgres://..` and `mysql://..`".into()),
        }
    }
}

/// How a user would name it.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path, .. } => path.display().fmt(f),
            Self::Postgres(server) | Self::MySql(server) => server.fmt(f),
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

/// A process works on one payment after the other, and servers have a limit for all.
fn few_connections() -> SqlOptions {
    SqlOptions::new().max_connections(2).statement_timeout(PATIENCE)
}
