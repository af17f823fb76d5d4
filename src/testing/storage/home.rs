//! What a case gets: a storage, and short ways to the tickets that `Repo` makes in earnest.

use std::{error::Error, ops::RangeInclusive};

use super::{FaultyStorage, StorageHarness};
use crate::{
    error::Result,
    lock::Locks,
    model::{FencingToken, LockKey, Namespace, clock},
    proof::{Lockable, Locked, Persistent, Stored, Transient},
    repository::{Claimed, Expected, Inserted, Query, Repo, Repository, Row, Storage, Written},
    store::StoreError,
    testing::say::is,
};

pub(super) type Id<H> = <<H as StorageHarness>::Entity as Lockable>::Id;
pub(super) type Accounts<H> = Repo<<H as StorageHarness>::Entity, <H as StorageHarness>::Storage>;
pub(super) type Faulty<H> =
    Repo<<H as StorageHarness>::Entity, FaultyStorage<<H as StorageHarness>::Storage>>;

pub(super) struct Home<'a, H: StorageHarness> {
    pub(super) harness: &'a H,
    storage: H::Storage,
}

impl<'a, H: StorageHarness> Home<'a, H> {
    pub(super) async fn of(harness: &'a H) -> Self {
        Self { harness, storage: answered(harness.open().await) }
    }

    pub(super) fn entity(&self, id: u32, number: i64) -> H::Entity {
        self.harness.entity(id, number)
    }

    pub(super) fn id(&self, id: u32) -> Id<H> {
        self.entity(id, 0).id()
    }

    /// The service that entities are locked with.
    pub(super) async fn locks(&self) -> Locks {
        answered(self.harness.locks().await)
    }

    /// The rows again, behind the locks of this service.
    pub(super) async fn repository(&self, locks: &Locks) -> Accounts<H> {
        locks.repository(self.again().await)
    }

    /// The same over a storage that fails as it is told.
    pub(super) async fn faulty(&self, locks: &Locks) -> Faulty<H> {
        locks.repository(FaultyStorage::over(self.again().await))
    }

    async fn again(&self) -> H::Storage {
        answered(self.harness.open().await)
    }

    /// A repository with two entities: 1 with the number 10, and 2 with 20.
    pub(super) async fn accounts(&self) -> (Locks, Accounts<H>) {
        let locks = self.locks().await;
        let accounts = self.repository(&locks).await;
        self.fill(&accounts).await;
        (locks, accounts)
    }

    /// The same over a storage that fails as it is told.
    pub(super) async fn faulty_accounts(&self) -> (Locks, Faulty<H>) {
        let locks = self.locks().await;
        let accounts = self.faulty(&locks).await;
        self.fill(&accounts).await;
        (locks, accounts)
    }

    async fn fill(&self, accounts: &impl Repository<H::Entity>) {
        for (id, number) in [(1, 10), (2, 20)] {
            if let Err(error) = accounts.insert(Transient::new(self.entity(id, number))).await {
                panic!("a new entity cannot be inserted: {}", chain(&error));
            }
        }
    }

    /// The number that is stored for an id; `None` if there is no such row.
    pub(super) async fn stored_number(&self, id: u32) -> Option<i64> {
        self.find(id).await.map(|stored| self.harness.number(&stored.entity))
    }

    // --- The calls of a storage ---

    pub(super) async fn find(&self, id: u32) -> Option<Stored<H::Entity>> {
        self.find_by(&self.id(id)).await
    }

    pub(super) async fn find_by(&self, id: &Id<H>) -> Option<Stored<H::Entity>> {
        answered(self.storage.find(id).await)
    }

    pub(super) async fn find_all(&self, query: &Query<H::Entity>) -> Vec<H::Entity> {
        answered(self.storage.find_all(query).await).into_iter().map(|stored| stored.entity).collect()
    }

    pub(super) async fn insert(&self, entity: &H::Entity) -> Inserted {
        self.insert_with_version(entity, clock::wall_micros().cast_signed()).await
    }

    pub(super) async fn insert_with_version(&self, entity: &H::Entity, version: i64) -> Inserted {
        let (id, key) = named(entity);
        answered(self.storage.insert(row(&id, &key).insert(entity, version)).await)
    }

    /// The version of a new row.
    pub(super) async fn inserted(&self, entity: &H::Entity) -> i64 {
        match self.insert(entity).await {
            Inserted::Done { version } => version,
            Inserted::Exists => panic!("`insert` of a new entity: the answer was that it exists"),
        }
    }

    pub(super) async fn claim(&self, id: u32, fence: u64) -> Claimed<H::Entity> {
        let (id, key) = named(&self.entity(id, 0));
        self.taken(&key, fence).await;
        answered(self.storage.claim(row(&id, &key).claim(token(fence))).await)
    }

    /// As a lock with an owner of the user's own does it.
    pub(super) async fn claim_for_seat(&self, id: u32, fence: u64) -> Claimed<H::Entity> {
        let (id, key) = named(&self.entity(id, 0));
        self.taken(&key, fence).await;
        answered(self.storage.claim(row(&id, &key).claim_seat(token(fence))).await)
    }

    /// Claims what must be below this fence.
    pub(super) async fn claimed(&self, entity: &H::Entity, fence: u64) -> Stored<H::Entity> {
        let (id, key) = named(entity);
        self.taken(&key, fence).await;
        match answered(self.storage.claim(row(&id, &key).claim(token(fence))).await) {
            Claimed::Loaded(stored) => stored,
            refused => {
                panic!("`claim` of a row with a lower fence: the answer was {refused:?}, and must be the row")
            }
        }
    }

    pub(super) async fn update(
        &self,
        entity: &H::Entity,
        fence: u64,
        versions: RangeInclusive<i64>,
    ) -> Written {
        self.taken(&named(entity).1, fence).await;
        self.update_as_it_is(entity, fence, versions).await
    }

    /// The same, whether the row can have been claimed or not.
    pub(super) async fn update_as_it_is(
        &self,
        entity: &H::Entity,
        fence: u64,
        versions: RangeInclusive<i64>,
    ) -> Written {
        let (id, key) = named(entity);
        let expected = Expected { fence: token(fence), versions };
        answered(self.storage.update(row(&id, &key).update(entity, expected)).await)
    }

    pub(super) async fn delete(&self, id: u32, fence: u64, versions: RangeInclusive<i64>) -> Written {
        let (id, key) = named(&self.entity(id, 0));
        self.taken(&key, fence).await;
        let expected = Expected { fence: token(fence), versions };
        answered(self.storage.delete(row(&id, &key).delete(expected)).await)
    }

    /// Whether the rows have no fence of their own: what is written is compared with the row of the lock.
    pub(super) fn is_pinned(&self) -> bool {
        self.storage.pinned_to().is_some()
    }

    /// A row without a fence of its own can only be claimed by who has the lock.
    async fn taken(&self, key: &LockKey, fence: u64) {
        if self.is_pinned() {
            let key = Namespace::NONE.qualify(key).expect("the harness makes legal ids");
            answered(self.harness.taken(&key, token(fence)).await);
        }
    }

    /// Somebody else takes the lock and loads the row, and the service of the guard knows nothing of it.
    pub(super) async fn supersede(&self, guard: &Locked<Persistent<H::Entity>>) -> Result<FencingToken> {
        if self.is_pinned() {
            let above = Locked::fence(guard).get() + 1;
            self.taken(Locked::key(guard), above).await;
            return Ok(token(above));
        }
        let other = self.repository(&Locks::memory()).await;
        Ok(Locked::fence(&other.lock(Locked::id(guard)).await?))
    }

    /// Writes a row as somebody does who knows its fence and nothing of the lock.
    pub(super) async fn write_behind(&self, id: u32, number: i64, fence: FencingToken) {
        let version = self.find(id).await.map_or(0, |stored| stored.version);
        let written = self.update(&self.entity(id, number), fence.get(), version..=version).await;
        is("`update` with the fence and the version of the row", written, Written::Done);
    }
}

fn row<'a, T: Lockable>(id: &'a T::Id, key: &'a LockKey) -> Row<'a, T> {
    Row { id, key, namespace: &Namespace::NONE }
}

pub(super) fn token(number: u64) -> FencingToken {
    FencingToken::new(number).expect("the cases use legal tokens")
}

fn named<T: Lockable>(entity: &T) -> (T::Id, LockKey) {
    let id = entity.id();
    let key = T::lock_key(&id).expect("the harness makes legal ids");
    (id, key)
}

fn answered<T>(answer: std::result::Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| panic!("the storage did not answer: {}", chain(&error)))
}

/// An error with all that is behind it.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}
