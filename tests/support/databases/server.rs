//! Where databases are, and what can be done to them.

use std::{
    ops::Deref,
    sync::atomic::{AtomicU32, Ordering},
};

use lockproof_test_servers::{MariaDb, Postgres};
use tempfile::TempDir;

use super::Make;

/// A place for databases of one make.
pub(crate) enum Server {
    Files { home: TempDir, count: AtomicU32 },
    MariaDb(Running<MariaDb>),
    Postgres(Running<Postgres>),
}

pub(crate) enum Running<S: 'static> {
    Own(Box<S>),
    Shared(&'static S),
}

impl<S> Deref for Running<S> {
    type Target = S;

    fn deref(&self) -> &S {
        match self {
            Self::Own(server) => server,
            Self::Shared(server) => server,
        }
    }
}

impl Server {
    /// One that the tests of this process share, for those that do nothing to it.
    pub(crate) fn shared(make: Make) -> Self {
        match make {
            Make::MariaDb => Self::MariaDb(Running::Shared(MariaDb::shared())),
            Make::Postgres => Self::Postgres(Running::Shared(Postgres::shared())),
            Make::Sqlite => {
                Self::Files { home: TempDir::new().expect("a directory"), count: AtomicU32::new(0) }
            }
        }
    }

    /// The URL of an empty database, or a path where there is no file yet.
    pub(crate) fn database(&self) -> String {
        match self {
            Self::Files { home, count } => {
                let file = format!("{}.db", count.fetch_add(1, Ordering::Relaxed));
                home.path().join(file).into_os_string().into_string().expect("UTF-8")
            }
            Self::MariaDb(server) => server.database(),
            Self::Postgres(server) => server.database(),
        }
    }

    /// What it has complained of since it was started: errors, and deadlocks that it had to end.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let lines = |log: String, words: &[&str]| -> Vec<String> {
            let bad = |line: &&str| words.iter().any(|word| line.contains(word));
            log.lines().filter(bad).map(str::to_owned).collect()
        };
        match self {
            Self::Files { .. } => Vec::new(),
            Self::MariaDb(server) => {
                let mut complaints = lines(server.log(), &["[ERROR]"]);
                complaints.push(server.sql("mysql", "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"));
                complaints
            }
            Self::Postgres(server) => lines(server.log(), &["ERROR:", "FATAL:", "PANIC:"]),
        }
    }
}
