use std::{fmt, ops::Deref};

use super::{Repository, RepositoryFuture};
use crate::{
    error::Error,
    proof::{Lockable, Locked, Persistent},
};

/// What every repository can do besides; for callers, not for implementors.
pub trait RepositoryExt<T: Lockable>: Repository<T> {
    /// Stores a new entity with an id that the storage makes: `BIGSERIAL`, `AUTO_INCREMENT`, `INTEGER PRIMARY KEY`.
    ///
    /// `make` gets the id and makes the entity of it. It may be called with an id that is not used in the end, so it should
    /// do nothing else.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
    /// use lockproof::{Lockable, Locks, MemoryStorage, Repository, RepositoryExt};
    ///
    /// #[derive(Lockable, Clone)]
    /// struct Account { #[lock(id)] id: u64, owner: String }
    ///
    /// let last = AtomicU64::new(0);
    /// let storage = MemoryStorage::with_ids(move || last.fetch_add(1, Ordering::Relaxed) + 1);
    /// let accounts: Arc<dyn Repository<Account>> = Arc::new(Locks::memory().repository(storage));
    ///
    /// let ada = accounts.insert_with(|id| Account { id, owner: "Ada".into() }).await?;
    /// assert_eq!(ada.id, 1);
    /// assert_eq!(accounts.lock(&1).await?.owner, "Ada");
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    ///
    /// For a table of one's own it takes `makes_ids` of the `SqlTable`.
    ///
    /// # Errors
    /// [`InsertError`](crate::InsertError): [`NoId`](crate::InsertError::NoId) if the storage makes no ids, or has not
    /// answered; then another call may store it once more.
    /// [`AlreadyExists`](crate::InsertError::AlreadyExists) if somebody has taken that id by hand; nothing is changed.
    ///
    /// # Cancel safety
    /// It may have been stored, under an id that nobody is told.
    fn insert_with<'a>(
        &'a self,
        make: impl Fn(T::Id) -> T + Send + Sync + 'a,
    ) -> RepositoryFuture<'a, Persistent<T>>
    where
        T: 'a,
    {
        self.insert_with_dyn(Box::new(make))
    }

    /// The scoped form: locks and loads the entity, runs `body`, saves what it changed, and releases the lock.
    ///
    /// If `body` gives an error, nothing is saved. What it saved itself stands. It is saved if the body has had it as
    /// `&mut`: what is changed through a shared reference (an atomic, a mutex in the entity) the body saves itself.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// use lockproof::{Lockable, Locks, MemoryStorage, Repository, RepositoryExt, Transient};
    ///
    /// #[derive(Lockable, Clone)]
    /// struct Account { #[lock(id)] id: u64, balance: i64 }
    ///
    /// let locks = Locks::memory();
    /// let accounts = locks.repository(MemoryStorage::<Account>::new());
    /// accounts.insert(Transient::new(Account { id: 1, balance: 5 })).await?;
    ///
    /// let balance = accounts
    ///     .with_lock(&1, async |account, _| {
    ///         account.balance += 10;
    ///         Ok::<_, lockproof::Error>(account.balance)
    ///     })
    ///     .await?;
    /// assert_eq!(balance, 15);
    /// assert_eq!(accounts.find(&1).await?.unwrap().balance, 15);
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Those of `body`, of [`lock`](Repository::lock) and of [`save`](Repository::save).
    ///
    /// # Cancel safety
    /// The lock is released; what was changed may have been saved.
    fn with_lock<V, E, F>(&self, id: &T::Id, body: F) -> impl Future<Output = Result<V, E>>
    where
        E: From<Error>,
        F: AsyncFnOnce(&mut Locked<Persistent<T>>, Scoped<'_, T>) -> Result<V, E>,
    {
        async move {
            let mut locked = self.lock(id).await?;
            let value = match body(&mut locked, Scoped(&self)).await {
                Ok(value) => value,
                Err(error) => {
                    locked.discard_edits();
                    locked.release_quietly().await;
                    return Err(error);
                }
            };
            if locked.is_edited() {
                self.save(&mut locked).await?;
            }
            locked.release_quietly().await;
            Ok(value)
        }
    }
}

/// The repository, for the body of [`with_lock`](RepositoryExt::with_lock): derefs to `dyn Repository<T>`.
///
/// A type of its own and no plain reference, since the compiler cannot tell that a future is `Send` if a closure in it
/// takes `&dyn Repository<T>`; over an `Arc<dyn Repository<T>>` the body could not run in a spawned task.
pub struct Scoped<'a, T: Lockable>(&'a dyn Repository<T>);

impl<'a, T: Lockable> Deref for Scoped<'a, T> {
    type Target = dyn Repository<T> + 'a;

    fn deref(&self) -> &Self::Target {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl<T: Lockable, R: Repository<T> + ?Sized> RepositoryExt<T> for R {}

impl<T: Lockable> fmt::Debug for Scoped<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scoped(repository of {})", T::KIND)
    }
}
