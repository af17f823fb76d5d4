//! What only documents in a file can do.

use std::error::Error;

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{Account, Home, named, token};
use crate::{
    model::{InvalidKey, LockKey, TokenExhausted},
    proof::Lockable,
    repository::{Claim, Insert, Query, SqliteDocuments, Storage, tickets::Row},
    store::{SqliteStore, StoreErrorKind},
};

pub(super) async fn open(directory: &tempfile::TempDir) -> SqliteDocuments<Account> {
    SqliteDocuments::open(directory.path().join("documents.db")).await.expect("opens")
}

async fn run(directory: &tempfile::TempDir, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(directory.path().join("documents.db"));
    let mut connection = options.connect().await.expect("connects");
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("runs");
    connection.close().await.expect("closes");
}

/// Another type in the same file.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Rate {
    id: u64,
    factors: std::collections::BTreeMap<(i32, i32), f64>,
}

impl Lockable for Rate {
    type Id = u64;
    type Mut<'lock> = &'lock mut Self;

    const KIND: &'static str = "account";
    const NAMESPACE: Option<&'static str> = Some("rates");

    fn id(&self) -> u64 {
        self.id
    }

    fn lock_key(id: &u64) -> Result<LockKey, InvalidKey> {
        LockKey::new(format!("rates/account:{id}"))
    }

    fn view_mut(&mut self) -> &mut Self {
        self
    }
}

#[tokio::test]
async fn a_document_that_no_longer_reads_names_the_key_and_the_reason() {
    let directory = tempfile::tempdir().expect("a directory");
    let home = Home(open(&directory).await);
    home.inserted(&Account::new("a", 7)).await;
    home.inserted(&Account::new("b", 7)).await;
    run(
        &directory,
        "UPDATE lockproof_documents SET doc = json_remove(doc, '$.balance') WHERE key = 'account:b'",
    )
    .await;
    let all = home.0.find_all(&Query::all()).await.map(drop);
    for outcome in [home.0.find(&"b".into()).await.map(drop), all] {
        let error = outcome.expect_err("no longer reads");
        assert_eq!(error.kind(), StoreErrorKind::Rejected);
        let words = error.to_string();
        assert!(words.contains("account:b") && words.contains("missing field `balance`"), "{words}");
    }
    assert_eq!(home.ids(Query::all().limit(1)).await, ["a"], "it is read no further than to the page's end");
}

#[tokio::test]
async fn a_fence_out_of_range_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let home = Home(open(&directory).await);
    home.inserted(&Account::new("a", 7)).await;
    run(&directory, "UPDATE lockproof_documents SET fence = 9223372036854775807").await;
    let (id, key) = named("a");
    let claim = Claim::new(Row { id: &id, key: &key }, token(5));
    let error = home.0.claim(claim).await.expect_err("out of range");
    assert!(error.source().is_some_and(|source| source.is::<TokenExhausted>()), "{error:?}");
}

#[tokio::test]
async fn types_share_the_file_with_the_locks_and_keep_apart() {
    let directory = tempfile::tempdir().expect("a directory");
    let accounts = Home(open(&directory).await);
    accounts.inserted(&Account::new("1", 7)).await;
    let path = directory.path().join("documents.db");
    SqliteStore::open(&path).await.expect("opens");
    let rates = SqliteDocuments::<Rate>::open(&path).await.expect("opens");
    assert_eq!(rates.find_all(&Query::all()).await.expect("answers"), []);

    let rate = Rate { id: 1, factors: [((1, 2), 0.5)].into() };
    let key = Rate::lock_key(&1).expect("legal");
    let error = rates.insert(Insert::new(Row { id: &1, key: &key }, &rate, 1)).await.expect_err("no JSON");
    assert!(error.to_string().contains("rates/account:1"), "{error}");
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    let rate = Rate { id: 1, factors: Default::default() };
    rates.insert(Insert::new(Row { id: &1, key: &key }, &rate, 1)).await.expect("answers");
    assert_eq!(rates.find(&1).await.expect("answers").map(|stored| stored.entity), Some(rate));
    assert_eq!(accounts.ids(Query::all()).await, ["1"]);
}

#[tokio::test]
async fn a_storage_can_use_the_question_mark_on_sqlx() {
    async fn broken(path: std::path::PathBuf) -> Result<(), crate::StoreError> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut connection = options.connect().await?;
        sqlx::query("SELECT balance FROM accounts").fetch_one(&mut connection).await?;
        Ok(())
    }
    let directory = tempfile::tempdir().expect("a directory");
    let error = broken(directory.path().join("x.db")).await.expect_err("no table");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    assert!(error.to_string().contains("no such table: accounts"), "{error}");
    let error = broken(directory.path().join("no/x.db")).await.expect_err("no directory");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
}
