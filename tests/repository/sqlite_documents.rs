//! What only documents in a file can do.

use std::{collections::BTreeMap, path::PathBuf};

use lockproof::{
    Error, InsertError, Lockable, Locks, Query, Repo, Repository, SqliteDocuments, SqliteStore, StoreError,
    StoreErrorKind, Transient,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::account::{Account, account, chain, fill};

struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(TempDir::new().expect("a directory"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("documents.db")
    }

    async fn documents<T>(&self, locks: &Locks) -> Repo<T, SqliteDocuments<T>>
    where
        T: Lockable + Serialize + DeserializeOwned,
    {
        locks.repository(SqliteDocuments::open(self.path()).await.expect("opens"))
    }

    async fn run(&self, sql: &'static str) {
        let mut connection =
            SqliteConnectOptions::new().filename(self.path()).connect().await.expect("connects");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("runs");
        connection.close().await.expect("closes");
    }
}

/// Another type in the same file.
#[derive(Lockable, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[lock(kind = "account", namespace = "rates")]
struct Rate {
    #[lock(id)]
    id: u64,
    factors: BTreeMap<(i32, i32), f64>,
}

#[tokio::test]
async fn a_document_that_no_longer_reads_names_the_key_and_the_reason() {
    let (file, locks) = (File::new(), Locks::memory());
    let accounts = file.documents::<Account>(&locks).await;
    fill(&accounts).await;
    file.run("UPDATE lockproof_documents SET doc = json_remove(doc, '$.balance') WHERE key = 'account:2'")
        .await;
    let found = [accounts.find(&2).await.map(drop), accounts.find_all(Query::all()).await.map(drop)];
    for error in found.map(|found| found.expect_err("no longer reads")) {
        let words = chain(&error);
        assert!(words.contains("account:2") && words.contains("missing field `balance`"), "{words}");
        assert!(!error.is_retryable());
    }
    let first =
        accounts.find_all(Query::all().limit(1)).await.expect("it is read no further than to the page's end");
    assert_eq!(first[0].id, 1);
}

#[tokio::test]
async fn a_fence_out_of_range_is_an_error() {
    let (file, locks) = (File::new(), Locks::memory());
    let accounts = file.documents::<Account>(&locks).await;
    fill(&accounts).await;
    file.run("UPDATE lockproof_documents SET fence = 9223372036854775807").await;
    let error = accounts.lock(&1).await.expect_err("out of range");
    assert!(chain(&error).contains("out of range"), "{error:?}");
}

#[tokio::test]
async fn types_share_the_file_with_the_locks_and_keep_apart() {
    let file = File::new();
    let locks = Locks::new(SqliteStore::open(file.path()).await.expect("opens"));
    let accounts = file.documents::<Account>(&locks).await;
    accounts.insert(Transient::new(account(1, 7))).await.expect("new");
    let rates = file.documents::<Rate>(&locks).await;
    assert_eq!(rates.find_all(Query::all()).await.expect("answers"), []);

    let rate = Rate { id: 1, factors: [((1, 2), 0.5)].into() };
    let error = rates.insert(Transient::new(rate)).await.expect_err("no JSON");
    let Error::Insert(InsertError::Store { source, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), StoreErrorKind::Rejected);
    assert!(chain(&error).contains("rates/account:1"), "{error:?}");
    let rate = Rate { id: 1, factors: BTreeMap::new() };
    rates.insert(Transient::new(rate.clone())).await.expect("new");
    assert_eq!(rates.find(&1).await.expect("answers").map(|found| found.into_inner()), Some(rate));
    assert_eq!(accounts.find_all(Query::all()).await.expect("answers").len(), 1);
}

#[tokio::test]
async fn a_storage_can_use_the_question_mark_on_sqlx() {
    async fn broken(path: PathBuf) -> Result<(), StoreError> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut connection = options.connect().await?;
        sqlx::query("SELECT balance FROM accounts").fetch_one(&mut connection).await?;
        Ok(())
    }
    let file = File::new();
    let error = broken(file.path()).await.expect_err("no table");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    assert!(error.to_string().contains("no such table: accounts"), "{error}");
    let error = broken(file.0.path().join("no/x.db")).await.expect_err("no directory");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
}
