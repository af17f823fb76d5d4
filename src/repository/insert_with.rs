//! New entities whose ids the storage makes.

use std::fmt;

use super::{Insert, InsertError, Inserted, Repo, Storage, tickets::Row};
use crate::{
    model::{LockKey, Namespace, clock},
    proof::{Lockable, Persistent, Stored},
    store::{StoreError, StoreErrorKind},
};

/// Makes an entity of the id that the storage has for it.
pub type MakeEntity<'a, T> = dyn Fn(<T as Lockable>::Id) -> T + Send + Sync + 'a;

/// A new entity that has no id yet.
pub struct InsertWith<'a, T: Lockable> {
    make: &'a MakeEntity<'a, T>,
    namespace: &'a Namespace,
    version: i64,
}

/// A new entity with the id that the storage has made for it.
pub struct Made<'a, T: Lockable> {
    entity: T,
    id: T::Id,
    key: LockKey,
    namespace: &'a Namespace,
    version: i64,
}

/// What came of an [`InsertWith`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InsertedWith<T> {
    /// It is there.
    Done(Stored<T>),
    /// There is one with the id that was made for it; nothing was changed.
    Exists {
        /// Its lock.
        key: LockKey,
    },
}

impl<'a, T: Lockable> InsertWith<'a, T> {
    /// The first version: that of [`Insert::version`].
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The entity with an id that is made for it. May be called again with another id, if that one will not do.
    ///
    /// # Errors
    /// [`Rejected`](StoreErrorKind::Rejected) if the entity does not take the id that it is given, or if the id makes no
    /// lock key.
    pub fn make(&self, id: T::Id) -> Result<Made<'a, T>, StoreError> {
        let rejected = |what| StoreError::new(StoreErrorKind::Rejected, what);
        let key = T::lock_key(&id)
            .map_err(|error| rejected("the id that was made for it makes no lock key").caused_by(error))?;
        let entity = (self.make)(id.clone());
        if entity.id() != id {
            return Err(rejected(
                "the entity has another id than the one that was made for it; the closure of `insert_with` has to use the \
                 id that it is given",
            ));
        }
        Ok(Made { entity, id, key, namespace: self.namespace, version: self.version })
    }

    /// What a storage says that makes no ids.
    pub(super) fn unsupported(&self) -> StoreError {
        let what = format!(
            "this storage makes no ids for `{}`; make one (a UUID, say) and `insert` the entity. A table makes them by \
             `.makes_ids(..)` of its `SqlTable`, a `MemoryStorage` by `with_ids(..)`",
            T::KIND
        );
        StoreError::new(StoreErrorKind::Unsupported, what)
    }
}

impl<T: Lockable> Made<'_, T> {
    /// The entity.
    pub fn entity(&self) -> &T {
        &self.entity
    }

    /// The entity as it is inserted with an id of its own: `self.insert(made.ticket())`.
    pub fn ticket(&self) -> Insert<'_, T> {
        Row { id: &self.id, key: &self.key, namespace: self.namespace }.insert(&self.entity, self.version)
    }

    /// What came of it.
    pub fn inserted(self, inserted: Inserted) -> InsertedWith<T> {
        match inserted {
            Inserted::Done { version } => InsertedWith::Done(Stored { entity: self.entity, version }),
            Inserted::Exists => InsertedWith::Exists { key: self.key },
        }
    }
}

pub(super) async fn insert_with<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    make: &MakeEntity<'_, T>,
) -> Result<Persistent<T>, InsertError> {
    repo.check_kind()?;
    let insert = InsertWith { make, namespace: repo.namespace(), version: first_version() };
    match repo.storage().insert_with(insert).await {
        Ok(InsertedWith::Done(stored)) => Ok(Persistent::from_stored(stored)),
        Ok(InsertedWith::Exists { key }) => Err(InsertError::AlreadyExists { key }),
        Err(source) => Err(InsertError::NoId { kind: T::KIND, source }),
    }
}

/// Microseconds since 1970.
pub(super) fn first_version() -> i64 {
    i64::try_from(clock::wall_micros()).unwrap_or(i64::MAX)
}

impl<T: Lockable> fmt::Debug for InsertWith<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InsertWith({})", T::KIND)
    }
}

impl<T: Lockable> fmt::Debug for Made<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Made({})", self.key)
    }
}
