//! What only a file can do to a lock store.

use std::{
    error::Error,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use futures::future::join_all;
use lockproof::{
    Acquire, AcquireReply, Inspect, LockStore, Owner, Release, SqliteStore, StoreError, StoreErrorKind,
    TokenExhausted,
};
use sqlx::{
    ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::calls::{LONG, acquire, key, release, ttl};

/// A path in a directory of its own, which goes away with it.
pub(crate) struct File {
    directory: tempfile::TempDir,
}

impl File {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("locks.db")
    }

    pub(crate) async fn store(&self) -> SqliteStore {
        SqliteStore::open(self.path()).await.expect("opens")
    }

    pub(crate) fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new().filename(self.path())
    }

    /// Does to the table what its checks would not allow.
    pub(crate) async fn tamper(&self, sql: &'static str) {
        let mut connection = self.options().connect().await.expect("connects");
        sqlx::raw_sql("PRAGMA ignore_check_constraints = ON").execute(&mut connection).await.expect("runs");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("runs");
        connection.close().await.expect("closes");
    }
}

fn refused(result: Result<SqliteStore, StoreError>, kind: StoreErrorKind, words: &[&str]) {
    let error = result.expect_err("refused");
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} is missing in: {error}");
    }
}

#[test]
fn opens_from_fifty_processes_at_once() {
    let file = File::new();
    let child = |_| {
        Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "sqlite::a_process_that_opens_and_locks", "--ignored", "--nocapture"])
            .env("LOCKPROOF_TEST_FILE", file.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("starts")
    };
    let children: Vec<_> = (0..50).map(child).collect();
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    let count = std::fs::read_to_string(file.path().with_extension("count")).expect("reads");
    assert_eq!(count, "200", "two were inside at once");
}

/// Counts in a file beside the locks, under a lock, so that two inside at once would lose a step.
#[tokio::test]
#[ignore = "runs as each process of `opens_from_fifty_processes_at_once`"]
async fn a_process_that_opens_and_locks() {
    let path = PathBuf::from(std::env::var_os("LOCKPROOF_TEST_FILE").expect("the other test sets it"));
    let store = SqliteStore::open(&path).await.expect("opens");
    let counter = path.with_extension("count");
    let me = Owner::unique();
    for _ in 0..4 {
        while !matches!(
            store
                .acquire(Acquire::new(key("count"), me.clone(), "".into(), ttl(LONG)))
                .await
                .expect("answers"),
            AcquireReply::Granted { .. }
        ) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let before: u64 = std::fs::read_to_string(&counter).map_or(0, |text| text.parse().expect("a number"));
        std::fs::write(&counter, (before + 1).to_string()).expect("writes");
        release(&store, "count", &me).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_contended_tries_from_four_pools_give_no_error() {
    let file = File::new();
    let worker = |store: SqliteStore| async move {
        let me = Owner::unique();
        let mut granted = 0;
        for _ in 0..250 {
            let request = Acquire::new(key("k"), me.clone(), "".into(), ttl(LONG));
            if let AcquireReply::Granted { .. } = store.acquire(request).await.expect("answers") {
                granted += 1;
                tokio::task::yield_now().await;
                store.release(Release::new(key("k"), me.clone())).await.expect("answers");
            }
        }
        granted
    };
    let mut workers = Vec::new();
    for _ in 0..4 {
        workers.push(tokio::spawn(worker(file.store().await)));
    }
    let granted: Vec<i32> =
        join_all(workers).await.into_iter().map(|count| count.expect("no panic")).collect();
    assert!(granted.iter().sum::<i32>() > 0, "{granted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_for_a_long_write_of_somebody_else() {
    let file = File::new();
    let store = file.store().await;
    let mut connection = file.options().connect().await.expect("connects");
    let writing = connection.begin_with("BEGIN IMMEDIATE").await.expect("begins");
    let waiting = tokio::spawn(async move { acquire(&store, "k", &Owner::unique()).await });
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!waiting.is_finished());
    writing.rollback().await.expect("ends");
    waiting.await.expect("granted");
}

#[tokio::test]
async fn says_when_the_file_stays_busy() {
    let file = File::new();
    let store = file.store().await;
    let mut connection = file.options().connect().await.expect("connects");
    let _writing = connection.begin_with("BEGIN IMMEDIATE").await.expect("begins");
    let request = Acquire::new(key("k"), Owner::unique(), "".into(), ttl(LONG));
    let error = store.acquire(request).await.expect_err("busy");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("database busy"), "{error}");
    assert_eq!(store.inspect(Inspect::new(key("k"))).await.expect("reads beside the writer"), None);
}

#[tokio::test]
async fn refuses_what_is_no_database_and_names_the_remedy() {
    use StoreErrorKind::Misconfigured;

    let file = File::new();
    std::fs::write(
        file.path(),
        "This is a letter, and it is longer than a header of SQLite has to be. ".repeat(20),
    )
    .expect("writes");
    refused(
        SqliteStore::open(file.path()).await,
        Misconfigured,
        &["locks.db", "not a database", "another kind"],
    );
    let missing = file.directory.path().join("no/such/locks.db");
    refused(SqliteStore::open(&missing).await, Misconfigured, &["no/such/locks.db", "directory"]);
    refused(SqliteStore::open(file.directory.path()).await, Misconfigured, &["path of a file"]);
    refused(SqliteStore::open("locks\0.db").await, Misconfigured, &["NUL"]);
    refused(SqliteStore::open(":memory:").await, Misconfigured, &[":memory:", "MemoryStore"]);
    refused(SqliteStore::open("").await, Misconfigured, &["MemoryStore"]);
    refused(SqliteStore::open("sqlite:locks.db").await, Misconfigured, &["without `sqlite:`"]);
}

#[tokio::test]
async fn refuses_a_read_only_file() {
    let file = File::new();
    let read_only = || SqlitePoolOptions::new().connect_lazy_with(file.options().read_only(true));
    let empty = SqliteConnectOptions::new().filename(file.path()).create_if_missing(true);
    empty.connect().await.expect("connects").close().await.expect("closes");
    let refusal = SqliteStore::from_pool(read_only()).await;
    refused(refusal, StoreErrorKind::Misconfigured, &["locks.db", "read-only", "grant"]);

    file.store().await;
    let store = SqliteStore::from_pool(read_only()).await.expect("the table is there");
    let request = Acquire::new(key("k"), Owner::unique(), "".into(), ttl(LONG));
    let error = store.acquire(request).await.expect_err("read-only");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error}");
    assert!(error.to_string().contains("locks.db"), "{error}");
}

#[tokio::test]
async fn says_when_the_table_went_away_and_makes_it_again() {
    let file = File::new();
    let store = file.store().await;
    file.tamper("DROP TABLE lockproof_locks").await;
    let error = store.inspect(Inspect::new(key("k"))).await.expect_err("no table");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    assert!(error.to_string().contains("`SqliteStore` has `ensure_schema()`"), "{error}");
    store.ensure_schema().await.expect("makes it");
    acquire(&store, "k", &Owner::unique()).await;
}

#[tokio::test]
async fn a_row_that_was_tampered_with_is_an_error_or_free() {
    let file = File::new();
    let store = file.store().await;
    let me = Owner::unique();
    let again = || store.acquire(Acquire::new(key("k"), Owner::unique(), "".into(), ttl(LONG)));
    acquire(&store, "k", &me).await;

    file.tamper("UPDATE lockproof_locks SET owner = NULL").await;
    assert_eq!(store.inspect(Inspect::new(key("k"))).await.expect("answers"), None, "nobody's, so free");
    acquire(&store, "k", &me).await;

    for sql in [
        "UPDATE lockproof_locks SET token = 9223372036854775807",
        "UPDATE lockproof_locks SET token = -1",
        "UPDATE lockproof_locks SET token = 'many'",
        "UPDATE lockproof_locks SET token = 5, owner = ''",
        "UPDATE lockproof_locks SET owner = 'me', expires_at = 1e300",
    ] {
        file.tamper(sql).await;
        let error = again().await.expect_err(sql);
        assert_eq!(error.kind(), StoreErrorKind::Rejected, "{sql}: {error}");
        assert!(error.source().is_some(), "{sql}: {error}");
    }

    file.tamper("UPDATE lockproof_locks SET owner = NULL, expires_at = 0, token = 9223372036854775807").await;
    let error = again().await.expect_err("no token above");
    assert!(error.source().is_some_and(|source| source.is::<TokenExhausted>()), "{error:?}");
    file.tamper("UPDATE lockproof_locks SET token = -1").await;
    acquire(&store, "k", &me).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_dropped_leaves_the_store_usable() {
    let file = File::new();
    let store = file.store().await;
    for round in 0..200_u64 {
        let call =
            store.acquire(Acquire::new(key(&format!("k:{round}")), Owner::unique(), "".into(), ttl(LONG)));
        let _ = tokio::time::timeout(Duration::from_micros(round), call).await;
    }
    acquire(&store, "k", &Owner::unique()).await;
    assert!(!format!("{store:?}").contains("pool"));
}
