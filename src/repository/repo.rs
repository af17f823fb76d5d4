use std::{any::TypeId, fmt, marker::PhantomData};

use super::{
    Consuming, Filter, FindError, InsertError, Inserted, KindTaken, Locking, LockingAll, MakeEntity, Query,
    Rejected, Repository, RepositoryFuture, Storage, force, insert_with, load, load_all, tickets::Row, write,
};
use crate::{
    error::Result,
    lock::{Kind, LockOptions, Locks},
    model::{LockKey, Namespace},
    proof::{Lockable, Locked, Persistent, Stored, Transient},
    store::{ForceReply, StoreError, StoreErrorKind},
};

/// The library's repository over a [`Storage`]: locks, loads, checks, and hands out the tickets.
///
/// Made by [`Locks::repository`].
pub struct Repo<T, S> {
    locks: Locks,
    storage: S,
    /// Whether the kind of `T` is its own in this service; each call says so if not.
    kind: Result<(), KindTaken>,
    entity: PhantomData<fn() -> T>,
}

impl Locks {
    /// The entities that are kept in `storage`, under the locks of this service.
    ///
    /// One service has one entity of each [`KIND`](Lockable::KIND): for the second type with the same one, each call
    /// gives [`KindTaken`]. One type may have as many repositories as there are storages of it.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use lockproof::{Lockable, Locks, MemoryStorage, Repository};
    ///
    /// #[derive(Lockable, Clone)]
    /// struct Account { #[lock(id)] id: u64, balance: i64 }
    ///
    /// let locks = Locks::memory();
    /// let accounts: Arc<dyn Repository<Account>> = Arc::new(locks.repository(MemoryStorage::new()));
    /// ```
    pub fn repository<T: Lockable, S: Storage<T>>(&self, storage: S) -> Repo<T, S> {
        let wanted = Kind { id: TypeId::of::<T>(), name: std::any::type_name::<T>() };
        let kind = match T::NAMESPACE {
            Some(namespace) => format!("{namespace}/{}", T::KIND),
            None => T::KIND.to_owned(),
        };
        let owner = self.handle().service().claim_kind(kind.clone(), wanted);
        let kind = if owner.id == wanted.id {
            Ok(())
        } else {
            Err(KindTaken { kind, taken_by: owner.name, refused: wanted.name })
        };
        Repo { locks: self.clone(), storage, kind, entity: PhantomData }
    }
}

impl<T: Lockable, S: Storage<T>> Repo<T, S> {
    /// The storage, for queries of one's own; what they find becomes a [`Persistent`] by
    /// [`from_stored`](Persistent::from_stored).
    pub fn storage(&self) -> &S {
        &self.storage
    }

    /// The storage, for what is done under a lock.
    pub(super) fn locked_storage(&self) -> Result<&S, StoreError> {
        let held_in = self.locks.handle().service().domain().store();
        if self.storage.pinned_to().is_none_or(|pinned| pinned == held_in) {
            return Ok(&self.storage);
        }
        let what = "the rows of this storage are pinned by another lock store than that of the repository's `Locks`, so \
                    nobody would be kept from writing them; make the `Locks` of the very store that the storage was \
                    given, or of a clone of it";
        Err(StoreError::new(StoreErrorKind::Misconfigured, what))
    }

    pub(super) fn row<'a>(&'a self, id: &'a T::Id, key: &'a LockKey) -> Row<'a, T> {
        Row { id, key, namespace: self.namespace() }
    }

    pub(super) fn namespace(&self) -> &Namespace {
        self.locks.handle().service().namespace()
    }

    pub(super) fn locks(&self) -> &Locks {
        &self.locks
    }

    pub(super) fn check_kind(&self) -> Result<(), KindTaken> {
        self.kind.clone()
    }

    async fn find_checked(&self, query: Query<T>) -> Result<Vec<Persistent<T>>> {
        self.check_kind().map_err(FindError::from)?;
        let found = self.storage.find_all(&query).await;
        let found = found.map_err(|source| FindError::Store { kind: T::KIND, source })?;
        Ok(found.into_iter().map(Persistent::from_stored).collect())
    }

    async fn insert_checked(&self, entity: &T) -> Result<i64, InsertError> {
        self.check_kind()?;
        let id = entity.id();
        let key = T::lock_key(&id)?;
        let insert = self.row(&id, &key).insert(entity, insert_with::first_version());
        match self.storage.insert(insert).await {
            Ok(Inserted::Done { version }) => Ok(version),
            Ok(Inserted::Exists) => Err(InsertError::AlreadyExists { key }),
            Err(source) => Err(InsertError::Store { key, source }),
        }
    }
}

impl<T: Lockable, S: Storage<T>> Repository<T> for Repo<T, S> {
    fn find<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, Option<Persistent<T>>> {
        Box::pin(async move {
            self.check_kind().map_err(FindError::from)?;
            let found = self.storage.find(id).await;
            let found = found.map_err(|source| FindError::Store { kind: T::KIND, source })?;
            Ok(found.map(Persistent::from_stored))
        })
    }

    fn find_one(&self, filter: Filter<T>) -> RepositoryFuture<'_, Option<Persistent<T>>> {
        Box::pin(async move { Ok(self.find_checked(Query::from(filter).limit(1)).await?.pop()) })
    }

    fn find_all(&self, query: Query<T>) -> RepositoryFuture<'_, Vec<Persistent<T>>> {
        Box::pin(self.find_checked(query))
    }

    fn lock_with<'a>(&'a self, id: &'a T::Id, options: LockOptions) -> Locking<'a, T> {
        Locking::new(async move { Ok(load::lock(self, id, options).await?) })
    }

    fn lock_all_with<'a>(&'a self, ids: &'a [T::Id], options: LockOptions) -> LockingAll<'a, T> {
        LockingAll::new(ids, async move { Ok(load_all::lock_all(self, ids, options).await?) })
    }

    fn lock_one(&self, filter: Filter<T>) -> Locking<'_, T> {
        Locking::new(load::lock_one(self, filter))
    }

    fn try_lock<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, Option<Locked<Persistent<T>>>> {
        Box::pin(async move { Ok(load::try_lock(self, id).await?) })
    }

    fn insert<'a>(&'a self, entity: Transient<T>) -> Consuming<'a, Transient<T>, Persistent<T>>
    where
        T: 'a,
    {
        Consuming::new(async move {
            match self.insert_checked(&entity).await {
                Ok(version) => {
                    let entity = Transient::into_inner(entity);
                    Ok(Persistent::from_stored(Stored { entity, version }))
                }
                Err(error) => Err(Rejected::new(entity, error)),
            }
        })
    }

    fn insert_with_dyn<'a>(&'a self, make: Box<MakeEntity<'a, T>>) -> RepositoryFuture<'a, Persistent<T>>
    where
        T: 'a,
    {
        Box::pin(async move { Ok(insert_with::insert_with(self, &*make).await?) })
    }

    fn save<'a>(&'a self, entity: &'a mut Locked<Persistent<T>>) -> RepositoryFuture<'a, ()> {
        Box::pin(async move { Ok(write::save(self, entity).await?) })
    }

    fn save_and_release<'a>(
        &'a self,
        mut entity: Locked<Persistent<T>>,
    ) -> Consuming<'a, Locked<Persistent<T>>, Persistent<T>>
    where
        T: 'a,
    {
        Consuming::new(async move {
            match write::save(self, &mut entity).await {
                Ok(()) => Ok(entity.release_quietly().await),
                Err(error) => Err(Rejected::new(entity, error)),
            }
        })
    }

    fn delete<'a>(&'a self, mut entity: Locked<Persistent<T>>) -> Consuming<'a, Locked<Persistent<T>>, ()>
    where
        T: 'a,
    {
        Consuming::new(async move {
            match write::delete(self, &mut entity).await {
                Ok(()) => {
                    entity.release_quietly().await;
                    Ok(())
                }
                Err(error) => Err(Rejected::new(entity, error)),
            }
        })
    }

    fn delete_by_id<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, bool> {
        Box::pin(async move {
            match self.lock(id).optional().await? {
                Some(locked) => self.delete(locked).await.map(|()| true),
                None => Ok(false),
            }
        })
    }

    fn force_release<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, ForceReply> {
        Box::pin(async move { Ok(force::force_release(self, id).await?) })
    }
}

impl<T, S: Clone> Clone for Repo<T, S> {
    fn clone(&self) -> Self {
        Self {
            locks: self.locks.clone(),
            storage: self.storage.clone(),
            kind: self.kind.clone(),
            entity: PhantomData,
        }
    }
}

impl<T: Lockable, S> fmt::Debug for Repo<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repo").field("kind", &T::KIND).field("locks", &self.locks).finish_non_exhaustive()
    }
}
