use std::fmt::Debug;

use crate::{
    lock::Locks,
    model::{FencingToken, LockKey},
    proof::{Lockable, Locked, Persistent},
    repository::{Filter, MakeEntity, Order, Storage},
    store::{StoreError, StoreErrorKind},
    testing::harness::{CaseFuture, in_real_time},
};

type Guard<T> = Locked<Persistent<T>>;

/// How the cases get at a storage and at entities for it. One value of it is one empty home: each case makes its own.
///
/// The entities are the author's: all that the cases ask of them is an id and a number that can be changed. What else
/// they can show is optional, and a case that needs it passes without it.
pub trait StorageHarness {
    /// What is stored. All that comes back from the storage is compared.
    type Entity: Lockable + Clone + PartialEq + Debug;
    /// What is tested.
    type Storage: Storage<Self::Entity>;

    /// One more handle to the rows of this home. Called several times by a case; the first time the home is empty.
    ///
    /// # Errors
    /// [`StoreError`] if the home cannot be reached, which fails the case.
    ///
    /// # Cancel safety
    /// It is never dropped half-way.
    fn open(&self) -> impl Future<Output = Result<Self::Storage, StoreError>>;

    /// The service that entities are locked with; locks in memory unless it is overridden. Called once by a case.
    ///
    /// # Errors
    /// [`StoreError`] if the lock store cannot be reached, which fails the case.
    ///
    /// # Cancel safety
    /// It is never dropped half-way.
    fn locks(&self) -> impl Future<Output = Result<Locks, StoreError>> {
        async { Ok(Locks::memory()) }
    }

    /// Has somebody have taken this lock under at least this token, for a time that has passed: only for a storage that
    /// [pins](crate::Storage::pinned_to) the row of the lock, whose rows have no fence of their own to claim. A lock whose
    /// token is not below this one stays as it is. The key is as the store has it.
    ///
    /// # Errors
    /// [`StoreError`] if the lock store cannot be reached, which fails the case.
    ///
    /// # Cancel safety
    /// It is never dropped half-way.
    fn taken(&self, _key: &LockKey, _token: FencingToken) -> impl Future<Output = Result<(), StoreError>> {
        async {
            let what = "the storage pins the rows of locks, so its harness has to say how a lock is `taken`";
            Err(StoreError::new(StoreErrorKind::Unsupported, what))
        }
    }

    /// An entity with an id that belongs to `id` alone, and with this number, which lies between 0 and 1000.
    fn entity(&self, id: u32, number: i64) -> Self::Entity;

    /// The number of an entity.
    fn number(&self, entity: &Self::Entity) -> i64;

    /// Changes the number of an entity.
    fn set_number(&self, entity: <Self::Entity as Lockable>::Mut<'_>, number: i64);

    /// An entity with this text in a field that is as free as the storage allows; `None` unless it is overridden.
    fn with_text(&self, _id: u32, _text: &str) -> Option<Self::Entity> {
        None
    }

    /// An entity with this text as its id; `None` unless it is overridden.
    fn with_id(&self, _id: &str) -> Option<Self::Entity> {
        None
    }

    /// Makes an entity with this number of an id that the storage has made; `None`, as for a storage that makes none, unless
    /// it is overridden.
    fn with_made_id(&self, _number: i64) -> Option<Box<MakeEntity<'static, Self::Entity>>> {
        None
    }

    /// The entities that have this number; `None` unless it is overridden.
    fn having(&self, _number: i64) -> Option<Filter<Self::Entity>> {
        None
    }

    /// From the lowest number to the highest; `None` unless it is overridden.
    fn by_number(&self) -> Option<Order<Self::Entity>> {
        None
    }

    /// Swaps two entities in their guards and says that it did; the default does not. Only entities that are changed
    /// through [`edit`](crate::LockProof::edit) alone cannot be swapped; for all others it is
    /// `std::mem::swap(&mut **one, &mut **two); true`.
    fn swap(&self, _one: &mut Guard<Self::Entity>, _two: &mut Guard<Self::Entity>) -> bool {
        false
    }

    /// Drives a case to its end: on a tokio runtime with several threads, unless it is overridden.
    fn run(&self, case: CaseFuture<'_>) {
        in_real_time(case);
    }
}
