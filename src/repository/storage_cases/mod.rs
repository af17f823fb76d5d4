//! What every storage does, on each that comes with the crate.

mod cases;
#[cfg(feature = "sqlite")]
mod documents;

use std::ops::RangeInclusive;

use super::{
    Claimed, Inserted, MemoryStorage, Query, Storage, Written,
    tickets::{Expected, Row},
};
use crate::{
    model::{FencingToken, InvalidKey, LockKey},
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
        let ticket = Row { id: &id, key: &key }.insert(account, crate::model::clock::wall_micros() as i64);
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
        self.0.claim(Row { id: &id, key: &key }.claim(token(fence))).await.expect("answers")
    }

    /// As a lock with an owner of the user's own does it.
    async fn claim_seat(&self, id: &str, fence: u64) -> Claimed<Account> {
        let (id, key) = named(id);
        self.0.claim(Row { id: &id, key: &key }.claim_seat(token(fence))).await.expect("answers")
    }

    async fn update(&self, account: &Account, fence: u64, versions: RangeInclusive<i64>) -> Written {
        let (id, key) = named(&account.id);
        let expected = Expected { fence: token(fence), versions };
        self.0.update(Row { id: &id, key: &key }.update(account, expected)).await.expect("answers")
    }

    async fn delete(&self, id: &str, fence: u64, versions: RangeInclusive<i64>) -> Written {
        let (id, key) = named(id);
        let expected = Expected { fence: token(fence), versions };
        self.0.delete(Row { id: &id, key: &key }.delete(expected)).await.expect("answers")
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
                    super::cases::$case(Home(MemoryStorage::<Account>::new())).await;
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
                    super::cases::$case(Home(documents::open(&directory).await)).await;
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
    the_token_of_a_seat_claims_a_row_again,
    unicode_and_big_and_empty_texts_survive,
    updates_under_fence_and_version_only,
];
