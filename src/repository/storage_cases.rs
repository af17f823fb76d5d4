//! What every storage does, on each that comes with the crate.

use std::ops::RangeInclusive;

use super::{
    Claim, Claimed, Delete, Insert, Inserted, MemoryStorage, Query, Storage, Update, Written,
    tickets::{Expected, Row},
};
use crate::{
    field,
    model::{FencingToken, InvalidKey, LockKey, TokenExhausted},
    proof::{Lockable, Stored},
};

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Account {
    id: String,
    name: String,
    balance: i64,
}

impl Account {
    fn new(id: &str, balance: i64) -> Self {
        Self { id: id.into(), name: format!("account {id}"), balance }
    }
}

impl Lockable for Account {
    type Id = String;
    type Mut<'lock> = &'lock mut Self;

    const KIND: &'static str = "account";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn lock_key(id: &String) -> Result<LockKey, InvalidKey> {
        LockKey::from_parts(&[&"account", id])
    }

    fn view_mut(&mut self) -> &mut Self {
        self
    }
}

/// A storage, and short ways to the tickets that `Repo` makes in earnest.
struct Home<S>(S);

impl<S: Storage<Account>> Home<S> {
    async fn find(&self, id: &str) -> Option<Stored<Account>> {
        self.0.find(&id.into()).await.expect("answers")
    }

    async fn insert(&self, account: &Account) -> Inserted {
        let (id, key) = named(&account.id);
        let ticket =
            Insert::new(Row { id: &id, key: &key }, account, crate::model::clock::wall_micros() as i64);
        self.0.insert(ticket).await.expect("answers")
    }

    /// The version of a new row.
    async fn inserted(&self, account: &Account) -> i64 {
        match self.insert(account).await {
            Inserted::Done { version } => version,
            Inserted::Exists => panic!("{account:?} exists"),
        }
    }

    async fn claim(&self, id: &str, fence: u64) -> Claimed<Account> {
        let (id, key) = named(id);
        self.0.claim(Claim::new(Row { id: &id, key: &key }, token(fence))).await.expect("answers")
    }

    async fn update(&self, account: &Account, fence: u64, versions: RangeInclusive<i64>) -> Written {
        let (id, key) = named(&account.id);
        let expected = Expected { fence: token(fence), versions };
        self.0.update(Update::new(Row { id: &id, key: &key }, account, expected)).await.expect("answers")
    }

    async fn delete(&self, id: &str, fence: u64, versions: RangeInclusive<i64>) -> Written {
        let (id, key) = named(id);
        let expected = Expected { fence: token(fence), versions };
        self.0.delete(Delete::new(Row { id: &id, key: &key }, expected)).await.expect("answers")
    }

    async fn ids(&self, query: Query<Account>) -> Vec<String> {
        let found = self.0.find_all(&query).await.expect("answers");
        found.into_iter().map(|stored| stored.entity.id).collect()
    }
}

fn named(id: &str) -> (String, LockKey) {
    let id = id.to_owned();
    let key = Account::lock_key(&id).expect("legal");
    (id, key)
}

fn token(number: u64) -> FencingToken {
    FencingToken::new(number).expect("in range")
}

fn loaded(entity: &Account, version: i64) -> Claimed<Account> {
    Claimed::Loaded(Stored { entity: entity.clone(), version })
}

/// Makes each case a test of each storage, from one list.
macro_rules! storages {
    ($($case:ident),* $(,)?) => {
        mod memory {
            use super::*;

            $(
                #[tokio::test]
                async fn $case() {
                    super::$case(Home(MemoryStorage::<Account>::new())).await;
                }
            )*
        }

        #[cfg(feature = "sqlite")]
        mod sqlite {
            use super::*;

            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $case() {
                    let directory = tempfile::tempdir().expect("a directory");
                    super::$case(Home(documents::open(&directory).await)).await;
                }
            )*
        }
    };
}

storages![
    a_claim_stamps_and_a_lower_one_is_fenced,
    a_guard_from_before_a_delete_is_refused,
    an_attempt_in_doubt_is_repeated_and_a_late_one_refused,
    comes_back_as_it_went_in,
    deletes_under_fence_and_version_only,
    finds_all_by_filter_order_and_page,
    insert_never_writes_over,
    only_one_of_many_updates_of_a_version_lands,
    unicode_and_big_and_empty_texts_survive,
    updates_under_fence_and_version_only,
];

async fn comes_back_as_it_went_in(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    assert_eq!(home.find("a").await, None);
    assert_eq!(home.claim("a", 9).await, Claimed::Gone);
    let version = home.inserted(&account).await;
    assert!(version > 1_700_000_000_000_000, "microseconds since 1970: {version}");
    assert_eq!(home.find("a").await, Some(Stored { entity: account.clone(), version }));
    assert_eq!(home.claim("a", 9).await, loaded(&account, version));
    let richer = Account { balance: 8, ..account };
    assert_eq!(home.update(&richer, 9, version..=version).await, Written::Done);
    assert_eq!(home.find("a").await, Some(Stored { entity: richer, version: version + 1 }));
    assert_eq!(home.delete("a", 9, version + 1..=version + 1).await, Written::Done);
    assert_eq!(home.find("a").await, None);
}

async fn insert_never_writes_over(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    assert_eq!(home.insert(&Account::new("a", 0)).await, Inserted::Exists);
    assert_eq!(home.find("a").await, Some(Stored { entity: account.clone(), version }));
    home.claim("a", 9).await;
    assert_eq!(home.insert(&Account::new("a", 0)).await, Inserted::Exists);
    assert_eq!(home.claim("a", 8).await, Claimed::Fenced { by: token(9) }, "the fence stands");
}

async fn a_claim_stamps_and_a_lower_one_is_fenced(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    assert_eq!(home.claim("a", 5).await, loaded(&account, version));
    assert_eq!(home.claim("a", 5).await, loaded(&account, version), "twice by the same holder");
    assert_eq!(home.claim("a", 8).await, loaded(&account, version));
    assert_eq!(home.claim("a", 5).await, Claimed::Fenced { by: token(8) });
    assert_eq!(home.claim("a", FencingToken::MAX.get()).await, loaded(&account, version));
}

async fn updates_under_fence_and_version_only(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    let poorer = Account { balance: 0, ..account.clone() };
    assert_eq!(home.update(&poorer, 5, version..=version).await, Written::Gone, "never claimed under 5");
    home.claim("a", 5).await;
    assert_eq!(home.update(&poorer, 5, version + 1..=version + 2).await, Written::Stale { found: version });
    assert_eq!(home.update(&poorer, 5, version - 2..=version - 1).await, Written::Stale { found: version });
    home.claim("a", 8).await;
    assert_eq!(home.update(&poorer, 5, version..=version).await, Written::Fenced { by: token(8) });
    assert_eq!(home.find("a").await, Some(Stored { entity: account, version }), "nothing was changed");
    let missing = Account::new("b", 0);
    assert_eq!(home.update(&missing, 5, version..=version).await, Written::Gone);
    assert_eq!(home.find("b").await, None);
}

async fn deletes_under_fence_and_version_only(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    home.claim("a", 5).await;
    assert_eq!(home.delete("a", 5, version + 1..=version + 1).await, Written::Stale { found: version });
    home.claim("a", 8).await;
    assert_eq!(home.delete("a", 5, version..=version).await, Written::Fenced { by: token(8) });
    assert_eq!(home.find("a").await, Some(Stored { entity: account, version }));
    assert_eq!(home.delete("a", 8, version - 1..=version).await, Written::Done);
    assert_eq!(home.delete("a", 8, version..=version).await, Written::Gone);
}

async fn a_guard_from_before_a_delete_is_refused(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let first = home.inserted(&account).await;
    home.claim("a", 5).await;
    assert_eq!(home.delete("a", 5, first..=first).await, Written::Done);
    let second = home.inserted(&account).await;
    assert!(second > first, "{second} after {first}");
    assert_eq!(home.update(&account, 5, first..=first).await, Written::Gone);
    assert_eq!(home.delete("a", 5, first..=first).await, Written::Gone);
    home.claim("a", 5).await;
    assert_eq!(home.update(&account, 5, first..=first).await, Written::Stale { found: second });
    assert_eq!(home.find("a").await, Some(Stored { entity: account, version: second }));
}

async fn an_attempt_in_doubt_is_repeated_and_a_late_one_refused(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    home.claim("a", 5).await;
    let (first, second) = (Account { balance: 8, ..account.clone() }, Account { balance: 9, ..account });
    // The first attempt landed and its answer was lost: the second may follow it.
    assert_eq!(home.update(&first, 5, version..=version).await, Written::Done);
    assert_eq!(home.update(&second, 5, version..=version + 1).await, Written::Done);
    assert_eq!(home.find("a").await, Some(Stored { entity: second.clone(), version: version + 2 }));
    // The first attempt of the next save comes after the second.
    let base = version + 2;
    assert_eq!(home.update(&second, 5, base..=base + 1).await, Written::Done);
    assert_eq!(home.update(&first, 5, base..=base).await, Written::Stale { found: base + 2 });
    assert_eq!(home.find("a").await, Some(Stored { entity: second, version: base + 2 }));
}

async fn only_one_of_many_updates_of_a_version_lands(home: Home<impl Storage<Account>>) {
    let version = home.inserted(&Account::new("a", 7)).await;
    home.claim("a", 5).await;
    let accounts: Vec<_> = (0..20).map(|n| Account::new("a", n)).collect();
    let all =
        futures::future::join_all(accounts.iter().map(|it| home.update(it, 5, version..=version))).await;
    assert_eq!(all.iter().filter(|written| **written == Written::Done).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|it| **it == Written::Stale { found: version + 1 }).count(), 19, "{all:?}");
}

async fn finds_all_by_filter_order_and_page(home: Home<impl Storage<Account>>) {
    for (id, balance) in [("d", 3), ("a", 1), ("c", 3), ("b", 2), ("e", 3)] {
        home.inserted(&Account::new(id, balance)).await;
    }
    let threes = || Query::from(field!(Account.balance).eq(3));
    let by_name = || field!(Account.name).ascending();
    assert_eq!(home.ids(Query::all()).await, ["d", "a", "c", "b", "e"], "as inserted");
    assert_eq!(home.ids(Query::all().offset(1).limit(2)).await, ["a", "c"]);
    assert_eq!(home.ids(threes()).await, ["d", "c", "e"]);
    assert_eq!(home.ids(threes().offset(1).limit(1)).await, ["c"]);
    assert_eq!(home.ids(threes().limit(0)).await, [""; 0]);
    assert_eq!(home.ids(threes().offset(3)).await, [""; 0]);
    assert_eq!(home.ids(Query::all().order_by(by_name())).await, ["a", "b", "c", "d", "e"]);
    assert_eq!(home.ids(Query::all().order_by(by_name()).offset(3).limit(9)).await, ["d", "e"]);
    let richest = Query::all().order_by(field!(Account.balance).descending()).order_by(by_name());
    assert_eq!(home.ids(richest.limit(2)).await, ["c", "d"]);
    assert_eq!(home.ids(Query::from(field!(Account.name).eq("nobody"))).await, [""; 0]);
}

async fn unicode_and_big_and_empty_texts_survive(home: Home<impl Storage<Account>>) {
    let texts = ["", "ä \u{1F600} \"quoted\" \\ \n \0 '; --", &"é".repeat(500_000)];
    for (at, text) in texts.into_iter().enumerate() {
        let id = format!("{text:.9}{at}: %_/\u{1F600}").replace('\0', "");
        let account = Account { name: text.into(), ..Account::new(&id, i64::MIN) };
        let version = home.inserted(&account).await;
        assert_eq!(home.claim(&id, 5).await, loaded(&account, version));
        assert_eq!(home.update(&account, 5, version..=version).await, Written::Done);
        assert_eq!(home.find(&id).await, Some(Stored { entity: account, version: version + 1 }));
    }
    assert_eq!(home.ids(Query::all()).await.len(), 3);
}

#[cfg(feature = "sqlite")]
mod documents {
    use std::error::Error;

    use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

    use super::*;
    use crate::{SqliteDocuments, SqliteStore, StoreErrorKind};

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
        assert_eq!(
            home.ids(Query::all().limit(1)).await,
            ["a"],
            "it is read no further than to the page's end"
        );
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
        let error =
            rates.insert(Insert::new(Row { id: &1, key: &key }, &rate, 1)).await.expect_err("no JSON");
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
}
