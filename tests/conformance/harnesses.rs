//! How the cases get at each store.

use std::{sync::Arc, time::Duration};

use lockproof::{
    LockStore, MemoryStore, StoreFuture,
    testing::{CaseFuture, Count, FaultyStore, Harness},
};

use crate::plain::PlainStore;

/// A memory store, whose time is tokio's and stands still while somebody computes.
#[derive(Default)]
pub(crate) struct Memory(MemoryStore);

impl Harness for Memory {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        opened(self.0.clone())
    }

    fn run(&self, case: CaseFuture<'_>) {
        in_no_time(case);
    }

    fn margin(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn many(&self) -> usize {
        100_000
    }

    fn count(&self) -> Option<Count> {
        let store = self.0.clone();
        Some(Box::new(move || {
            let count = store.len();
            Box::pin(async move { Ok(count) })
        }))
    }
}

/// The same behind a decorator and an `Arc<dyn LockStore>`.
#[derive(Default)]
pub(crate) struct Decorated(Memory);

impl Harness for Decorated {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let inner: Arc<dyn LockStore> = Arc::new(self.0.0.clone());
        opened(FaultyStore::over(inner))
    }

    fn run(&self, case: CaseFuture<'_>) {
        in_no_time(case);
    }

    fn margin(&self) -> Duration {
        self.0.margin()
    }
}

/// One that passes the cases that ask for no more than it must do.
#[derive(Default)]
pub(crate) struct Plain(PlainStore);

impl Harness for Plain {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        opened(self.0.clone())
    }

    fn run(&self, case: CaseFuture<'_>) {
        in_no_time(case);
    }

    fn margin(&self) -> Duration {
        // Waiters poll, each 200 ms at least and a quarter more at random.
        Memory::default().margin() + Duration::from_millis(250)
    }
}

fn opened(store: impl LockStore) -> StoreFuture<Arc<dyn LockStore>> {
    Box::pin(async { Ok(Arc::new(store) as Arc<dyn LockStore>) })
}

fn in_no_time(case: CaseFuture<'_>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().expect("a runtime").block_on(case);
}

/// Two pools on one file, as two processes have them.
#[cfg(feature = "sqlite")]
pub(crate) struct Sqlite(tempfile::TempDir);

#[cfg(feature = "sqlite")]
impl Sqlite {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }
}

#[cfg(feature = "sqlite")]
impl Harness for Sqlite {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let file = self.0.path().join("locks.db");
        Box::pin(async { Ok(Arc::new(lockproof::SqliteStore::open(file).await?) as Arc<dyn LockStore>) })
    }
}

/// Two pools to one table, as two processes have them. All tables are in one database, since one is not made as quickly
/// as a table.
#[cfg(all(feature = "postgres", unix))]
pub(crate) struct Postgres(lockproof::SqlOptions);

#[cfg(all(feature = "postgres", unix))]
impl Postgres {
    pub(crate) fn new() -> Self {
        static TABLES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = TABLES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let table = lockproof::TableName::new(&format!("locks_{number}")).expect("a name");
        // The machine may be busy with other things.
        let patience = Duration::from_secs(4);
        Self(lockproof::SqlOptions::new().max_connections(4).statement_timeout(patience).table(table))
    }
}

#[cfg(all(feature = "postgres", unix))]
impl Harness for Postgres {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let url = lockproof_test_servers::Postgres::shared().url();
        let options = self.0.clone();
        Box::pin(async move {
            Ok(Arc::new(lockproof::PostgresStore::open_with(&url, options).await?) as Arc<dyn LockStore>)
        })
    }
}

/// Two pools to one database, as two processes have them.
#[cfg(all(feature = "mysql", unix))]
pub(crate) struct MySql(String);

#[cfg(all(feature = "mysql", unix))]
impl MySql {
    pub(crate) fn new() -> Self {
        Self(lockproof_test_servers::mysql_database())
    }
}

#[cfg(all(feature = "mysql", unix))]
impl Harness for MySql {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let url = self.0.clone();
        Box::pin(async {
            let options = lockproof::SqlOptions::new().max_connections(4);
            Ok(Arc::new(lockproof::MySqlStore::open_with(url, options).await?) as Arc<dyn LockStore>)
        })
    }
}
