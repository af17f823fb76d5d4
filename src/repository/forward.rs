//! A repository behind a reference, an `Arc` or a `Box` is one.

use std::sync::Arc;

use super::{Consuming, Filter, Locking, LockingAll, MakeEntity, Query, Repository, RepositoryFuture};
use crate::{
    lock::LockOptions,
    proof::{Lockable, Locked, Persistent, Transient},
    store::ForceReply,
};

macro_rules! forward {
    ($($pointer:ty),* $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Lockable, R: Repository<T> + ?Sized> Repository<T> for $pointer {
            fn find<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, Option<Persistent<T>>> {
                (**self).find(id)
            }

            fn find_one(&self, filter: Filter<T>) -> RepositoryFuture<'_, Option<Persistent<T>>> {
                (**self).find_one(filter)
            }

            fn find_all(&self, query: Query<T>) -> RepositoryFuture<'_, Vec<Persistent<T>>> {
                (**self).find_all(query)
            }

            fn lock<'a>(&'a self, id: &'a T::Id) -> Locking<'a, T> {
                (**self).lock(id)
            }

            fn lock_with<'a>(&'a self, id: &'a T::Id, options: LockOptions) -> Locking<'a, T> {
                (**self).lock_with(id, options)
            }

            fn lock_all<'a>(&'a self, ids: &'a [T::Id]) -> LockingAll<'a, T> {
                (**self).lock_all(ids)
            }

            fn lock_all_with<'a>(&'a self, ids: &'a [T::Id], options: LockOptions) -> LockingAll<'a, T> {
                (**self).lock_all_with(ids, options)
            }

            fn lock_one(&self, filter: Filter<T>) -> Locking<'_, T> {
                (**self).lock_one(filter)
            }

            fn try_lock<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, Option<Locked<Persistent<T>>>> {
                (**self).try_lock(id)
            }

            fn insert<'a>(&'a self, entity: Transient<T>) -> Consuming<'a, Transient<T>, Persistent<T>>
            where
                T: 'a,
            {
                (**self).insert(entity)
            }

            fn insert_with_dyn<'a>(
                &'a self,
                make: Box<MakeEntity<'a, T>>,
            ) -> RepositoryFuture<'a, Persistent<T>>
            where
                T: 'a,
            {
                (**self).insert_with_dyn(make)
            }

            fn save<'a>(&'a self, entity: &'a mut Locked<Persistent<T>>) -> RepositoryFuture<'a, ()> {
                (**self).save(entity)
            }

            fn save_and_release<'a>(
                &'a self,
                entity: Locked<Persistent<T>>,
            ) -> Consuming<'a, Locked<Persistent<T>>, Persistent<T>>
            where
                T: 'a,
            {
                (**self).save_and_release(entity)
            }

            fn delete<'a>(&'a self, entity: Locked<Persistent<T>>) -> Consuming<'a, Locked<Persistent<T>>, ()>
            where
                T: 'a,
            {
                (**self).delete(entity)
            }

            fn delete_by_id<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, bool> {
                (**self).delete_by_id(id)
            }

            fn force_release<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, ForceReply> {
                (**self).force_release(id)
            }
        }
    )*};
}

forward!(&R, Arc<R>, Box<R>);
