//! Pools of the application's own: what every store must do, where SQLite makes it hard.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use lockproof::{
    LockStore, Owner, ReleaseReply, SqlOptions, SqliteStore, StoreFuture, TableName, Wakeup,
    testing::{CASES, Harness},
};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{
    calls::{acquire, release},
    sqlite::File,
};

/// Stores over pools that this function makes.
struct Pools<F>(F);

impl<F: Fn() -> SqlitePool> Harness for Pools<F> {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let pool = (self.0)();
        Box::pin(async { Ok(Arc::new(SqliteStore::from_pool(pool).await?) as Arc<dyn LockStore>) })
    }
}

/// All cases that many processes at once and hints are about.
fn hard_cases(on: impl Fn() -> Box<dyn Harness>) {
    const HARD: [&str; 3] = ["store_contention__", "store_token__", "store_wakeups__"];
    let hard = CASES.iter().filter(|case| HARD.iter().any(|subject| case.name.starts_with(subject)));
    assert!(hard.clone().count() > 20);
    hard.for_each(|case| case.run(&*on()));
}

#[test]
fn works_over_pools_of_the_application() {
    hard_cases(|| {
        let file = File::new();
        Box::new(Pools(move || {
            // Rollback journal, one connection, no busy timeout: as bad as it gets.
            let options = file.options().create_if_missing(true).busy_timeout(Duration::ZERO);
            SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options)
        }))
    });
}

#[test]
fn works_in_a_shared_memory_database() {
    hard_cases(|| {
        // The options are the database: each other `:memory:` is another one.
        let options: SqliteConnectOptions = "sqlite::memory:".parse().expect("a valid URL");
        Box::new(Pools(move || {
            SqlitePoolOptions::new().max_connections(3).connect_lazy_with(options.clone())
        }))
    });
}

#[tokio::test]
async fn who_waits_for_a_lock_in_an_attached_file_hears_of_its_release() {
    const PATIENCE: Duration = Duration::from_secs(20);

    let (main, attached) = (File::new(), File::new());
    let open = async || {
        let path = attached.options().get_filename().to_str().expect("UTF-8").to_owned();
        let pool = SqlitePoolOptions::new().max_connections(2).after_connect(move |connection, _| {
            let attach = sqlx::query("ATTACH ? AS app").bind(path.clone());
            Box::pin(async { attach.execute(connection).await.map(drop) })
        });
        let pool = pool.connect_lazy_with(main.options().create_if_missing(true));
        let options = SqlOptions::new().table(TableName::new("app.locks").expect("a name"));
        SqliteStore::from_pool_with(pool, options).await.expect("opens")
    };
    let (one, other) = (open().await, open().await);
    let me = Owner::unique();
    acquire(&one, "k", &me).await;
    let mut hints = other.wakeups().expect("some");
    let mut next = async || tokio::time::timeout(PATIENCE, hints.next()).await.expect("in time");
    assert_eq!(next().await, Some(Wakeup::All), "it listens");
    assert_eq!(release(&one, "k", &me).await, ReleaseReply::Released);
    assert_eq!(next().await, Some(Wakeup::All), "there was a commit");
}
