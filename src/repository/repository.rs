use super::{Consuming, Filter, Locking, LockingAll, MakeEntity, Query, RepositoryFuture};
use crate::{
    lock::LockOptions,
    proof::{Lockable, Locked, Persistent, Transient},
    store::ForceReply,
};

/// Entities of one type: free to read, and written only with proof of their lock.
///
/// Object-safe: domain code takes `&dyn Repository<Account>` or `Arc<dyn Repository<Account>>`, or a trait of its own,
/// `trait AccountRepository: Repository<Account>`. References, `Arc` and `Box` forward it.
///
/// ```
/// # use lockproof::{Lockable, Locked, Persistent, Repository};
/// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, balance: i64 }
/// async fn refund(
///     accounts: &dyn Repository<Account>,
///     account: &mut Locked<Persistent<Account>>,
///     cents: i64,
/// ) -> lockproof::Result<()> {
///     account.balance += cents;
///     accounts.save(account).await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a repository of `{T}`",
    label = "not a `Repository<{T}>`",
    note = "`locks.repository(storage)` makes one"
)]
pub trait Repository<T: Lockable>: Send + Sync {
    /// Reads an entity, without a lock.
    ///
    /// # Errors
    /// [`FindError`](crate::FindError).
    ///
    /// # Cancel safety
    /// Reads only.
    fn find<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, Option<Persistent<T>>>;

    /// Reads an entity that passes a filter, without a lock.
    ///
    /// # Errors
    /// [`FindError`](crate::FindError).
    ///
    /// # Cancel safety
    /// Reads only.
    fn find_one(&self, filter: Filter<T>) -> RepositoryFuture<'_, Option<Persistent<T>>>;

    /// Reads the entities that a query asks for, without locks.
    ///
    /// ```
    /// # use lockproof::{Lockable, Persistent, Repository};
    /// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, owner: String, balance: i64 }
    /// use lockproof::{Query, field};
    ///
    /// async fn richest(accounts: &dyn Repository<Account>) -> lockproof::Result<Vec<Persistent<Account>>> {
    ///     let of_ada = Query::from(field!(Account.owner).eq("Ada"));
    ///     accounts.find_all(of_ada.order_by(field!(Account.balance).descending()).limit(10)).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`FindError`](crate::FindError).
    ///
    /// # Cancel safety
    /// Reads only.
    fn find_all(&self, query: Query<T>) -> RepositoryFuture<'_, Vec<Persistent<T>>>;

    /// Locks an entity, then loads it.
    ///
    /// It waits for one that somebody else holds: 5 s, unless the service or
    /// [`lock_with`](Self::lock_with) says otherwise.
    ///
    /// ```
    /// # use lockproof::{Lockable, Repository};
    /// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, balance: i64 }
    /// async fn close(accounts: &dyn Repository<Account>, id: u64) -> lockproof::Result<()> {
    ///     match accounts.lock(&id).optional().await? {
    ///         Some(account) => accounts.delete(account).await,
    ///         None => Ok(()), // there is no such account
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`LockError`](crate::LockError): not found (see [`Locking::optional`]), held by somebody else for longer than
    /// the service waits, or a store that cannot say.
    ///
    /// # Cancel safety
    /// The lock is released; the row may be stamped with its token, which changes nothing for anybody.
    fn lock<'a>(&'a self, id: &'a T::Id) -> Locking<'a, T> {
        self.lock_with(id, LockOptions::new())
    }

    /// Locks an entity with options of its own, such as a ttl, a wait or a label, then loads it.
    ///
    /// With an [`owner`](LockOptions::owner) of the caller's own it is a seat, as for a document that is open in an
    /// editor: each request of that owner locks it anew, under the same token, and a dropped guard releases nothing. Its
    /// guards do not exclude each other; the second one to save what both have read is refused as
    /// [`StaleVersion`](crate::SaveError::StaleVersion).
    ///
    /// ```
    /// # use lockproof::{Lockable, Locked, Persistent, Repository};
    /// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, balance: i64 }
    /// use lockproof::LockOptions;
    ///
    /// async fn opened(
    ///     accounts: &dyn Repository<Account>,
    ///     user: u64,
    ///     id: u64,
    /// ) -> lockproof::Result<Locked<Persistent<Account>>> {
    ///     accounts.lock_with(&id, LockOptions::new().owner(("user", user)).ttl("10m")).await
    /// }
    /// ```
    ///
    /// # Errors
    /// As for [`lock`](Self::lock). A seat is not released then: its owner may have had it before.
    ///
    /// # Cancel safety
    /// As for [`lock`](Self::lock); a seat may stay taken until its ttl is over.
    fn lock_with<'a>(&'a self, id: &'a T::Id, options: LockOptions) -> Locking<'a, T>;

    /// Locks several entities, all or none, then loads them; the guards stand in the order of the ids.
    ///
    /// The locks are taken in the order of their keys, whatever the order of the ids: two calls that want the same
    /// entities never wait for each other in a circle. Who locks one after the other by [`lock`](Self::lock), or
    /// entities of two types, has to see to the order. No row is read before all locks are held.
    ///
    /// ```
    /// # use lockproof::{Lockable, Repository};
    /// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, balance: i64 }
    /// async fn transfer(accounts: &dyn Repository<Account>, ids: [u64; 2], cents: i64) -> lockproof::Result<()> {
    ///     let [mut from, mut to] = accounts.lock_all(&ids).array().await?;
    ///     from.balance -= cents;
    ///     to.balance += cents;
    ///     accounts.save(&mut from).await?;
    ///     accounts.save(&mut to).await // two writes: if this one fails, the first stands
    /// }
    /// ```
    ///
    /// # Errors
    /// As for [`lock`](Self::lock), for the first that is not to be had: then all the others are released before this
    /// is told. An id that is given twice is [`LockError::Duplicate`](crate::LockError::Duplicate), a lock that lapses
    /// while others are waited for is [`LockError::Lost`](crate::LockError::Lost).
    ///
    /// # Cancel safety
    /// All locks are released; rows may be stamped with their tokens, which changes nothing for anybody.
    fn lock_all<'a>(&'a self, ids: &'a [T::Id]) -> LockingAll<'a, T> {
        self.lock_all_with(ids, LockOptions::new())
    }

    /// Locks several entities with options of their own, such as a ttl, a wait or a label.
    ///
    /// The wait is for all of them together: when it is over, what is left is taken if it is free at the first look.
    ///
    /// # Errors
    /// As for [`lock_all`](Self::lock_all).
    ///
    /// # Cancel safety
    /// As for [`lock_all`](Self::lock_all).
    fn lock_all_with<'a>(&'a self, ids: &'a [T::Id], options: LockOptions) -> LockingAll<'a, T>;

    /// Locks the entity that passes a filter: finds it, locks it, loads it anew and checks the filter again; if it
    /// does not pass any more, looks for another one.
    ///
    /// It waits for an entity that is held, as [`lock`](Self::lock) does, and does not pass it over for a free one: who
    /// takes jobs from a queue with it takes turns with the others.
    ///
    /// ```
    /// # use lockproof::{Lockable, Locked, Persistent, Repository};
    /// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, email: String }
    /// use lockproof::field;
    ///
    /// async fn by_email(
    ///     accounts: &dyn Repository<Account>,
    ///     email: &str,
    /// ) -> lockproof::Result<Option<Locked<Persistent<Account>>>> {
    ///     accounts.lock_one(field!(Account.email).eq(email)).optional().await
    /// }
    /// ```
    ///
    /// # Errors
    /// As for [`lock`](Self::lock); none that passes is
    /// [`LockError::NoneMatches`](crate::LockError::NoneMatches).
    ///
    /// # Cancel safety
    /// As for [`lock`](Self::lock).
    fn lock_one(&self, filter: Filter<T>) -> Locking<'_, T>;

    /// Locks an entity if nobody holds it now, then loads it; `None` if somebody does.
    ///
    /// With a ttl or a label of its own: [`lock_with`](Self::lock_with) and [`Wait::Never`](crate::Wait::Never), where
    /// "somebody does" is an error.
    ///
    /// # Errors
    /// As for [`lock`](Self::lock); a missing entity is [`LockError::NotFound`](crate::LockError::NotFound).
    ///
    /// # Cancel safety
    /// As for [`lock`](Self::lock).
    fn try_lock<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, Option<Locked<Persistent<T>>>>;

    /// Stores a new entity; never over one that is there.
    ///
    /// # Errors
    /// [`InsertError`](crate::InsertError); one with this id is [`AlreadyExists`](crate::InsertError::AlreadyExists)
    /// and is not changed.
    ///
    /// # Cancel safety
    /// It may have been stored.
    fn insert<'a>(&'a self, entity: Transient<T>) -> Consuming<'a, Transient<T>, Persistent<T>>
    where
        T: 'a;

    /// [`RepositoryExt::insert_with`](super::RepositoryExt::insert_with), for implementors.
    ///
    /// # Errors
    /// As for [`RepositoryExt::insert_with`](super::RepositoryExt::insert_with).
    ///
    /// # Cancel safety
    /// It may have been stored, under an id that nobody is told.
    fn insert_with_dyn<'a>(&'a self, make: Box<MakeEntity<'a, T>>) -> RepositoryFuture<'a, Persistent<T>>
    where
        T: 'a;

    /// Writes a locked entity. The lock is checked here and, by its token and the row's version, in the write itself.
    ///
    /// # Errors
    /// [`SaveError`](crate::SaveError). Where the outcome is unknown, saving again with the same guard is safe: it
    /// writes once, or says [`InDoubt`](crate::SaveError::InDoubt) if it is refused and the earlier save may have landed.
    ///
    /// # Cancel safety
    /// It may have been written; saving again with the same guard is safe.
    fn save<'a>(&'a self, entity: &'a mut Locked<Persistent<T>>) -> RepositoryFuture<'a, ()>;

    /// Writes a locked entity and releases its lock.
    ///
    /// # Errors
    /// As for [`save`](Self::save). A lock that could not be released is no error: the write stands, and the release
    /// goes on in the background.
    ///
    /// # Cancel safety
    /// It may have been written; the lock is released.
    fn save_and_release<'a>(
        &'a self,
        entity: Locked<Persistent<T>>,
    ) -> Consuming<'a, Locked<Persistent<T>>, Persistent<T>>
    where
        T: 'a;

    /// Removes a locked entity and releases its lock.
    ///
    /// # Errors
    /// As for [`save`](Self::save).
    ///
    /// # Cancel safety
    /// It may have been removed; the lock is released.
    fn delete<'a>(&'a self, entity: Locked<Persistent<T>>) -> Consuming<'a, Locked<Persistent<T>>, ()>
    where
        T: 'a;

    /// Removes the entity with this id, if there is one; takes the lock itself. Says whether there was one.
    ///
    /// # Errors
    /// As for [`lock`](Self::lock) and [`delete`](Self::delete), but a missing entity is none.
    ///
    /// # Cancel safety
    /// It may have been removed; the lock is released.
    fn delete_by_id<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, bool>;

    /// Frees the entity's lock, whoever holds it, and keeps that holder from writing: from here on its `save` is
    /// refused, also if nobody has locked the entity since. Nobody's lock is [`ForceReply::NotHeld`].
    ///
    /// ```
    /// # use lockproof::{Lockable, Repository};
    /// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, balance: i64 }
    /// use lockproof::ForceReply;
    ///
    /// /// For the one who is on call. What the holder has not saved by now is lost.
    /// async fn evict(accounts: &dyn Repository<Account>, id: u64) -> lockproof::Result<()> {
    ///     match accounts.force_release(&id).await? {
    ///         ForceReply::Forced { token } => println!("free; no token below {token} can write it"),
    ///         _ => println!("nobody held it"),
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ForceError`](crate::ForceError). If the lock is free and the row could not be stamped, it is
    /// [`NotStamped`](crate::ForceError::NotStamped); [`lock`](Self::lock) the entity then, which stamps it too, and so
    /// if nobody can say whether the lock was freed: to force it again would find nobody.
    ///
    /// # Cancel safety
    /// The lock may be free, or be freed a moment later from whoever holds it by then, and the row not stamped yet.
    fn force_release<'a>(&'a self, id: &'a T::Id) -> RepositoryFuture<'a, ForceReply>;
}
