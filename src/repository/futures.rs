//! Named futures: the same mistake in a call is then one compile error and not three.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    error::{Error, Result},
    proof::{Lockable, Locked, Persistent},
};

use super::LockError;

/// What a repository's methods give back.
pub type RepositoryFuture<'a, V> = Pin<Box<dyn Future<Output = Result<V>> + Send + 'a>>;

/// An entity that is being locked and loaded: await it. Given back by [`Repository::lock`](super::Repository::lock).
///
/// # Cancel safety
/// As for [`Repository::lock`](super::Repository::lock): the lock is released.
#[must_use = "nothing is locked until this is awaited"]
pub struct Locking<'a, T: Lockable>(RepositoryFuture<'a, Locked<Persistent<T>>>);

impl<'a, T: Lockable> Locking<'a, T> {
    /// For a repository of one's own.
    pub fn new(future: impl Future<Output = Result<Locked<Persistent<T>>>> + Send + 'a) -> Self {
        Self(Box::pin(future))
    }

    /// `None` where there is no such entity, instead of [`LockError::NotFound`] or [`LockError::NoneMatches`].
    ///
    /// An entity that somebody else holds is still an error; [`try_lock`](super::Repository::try_lock) has `None` for
    /// that.
    pub fn optional(self) -> OptionalLocking<'a, T> {
        OptionalLocking(self.0)
    }
}

impl<T: Lockable> Future for Locking<'_, T> {
    type Output = Result<Locked<Persistent<T>>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

/// As [`Locking`], with `None` where there is no such entity.
///
/// # Cancel safety
/// As for [`Locking`].
#[must_use = "nothing is locked until this is awaited"]
pub struct OptionalLocking<'a, T: Lockable>(RepositoryFuture<'a, Locked<Persistent<T>>>);

impl<T: Lockable> Future for OptionalLocking<'_, T> {
    type Output = Result<Option<Locked<Persistent<T>>>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map(|locked| match locked {
            Ok(locked) => Ok(Some(locked)),
            Err(Error::Lock(LockError::NotFound { .. } | LockError::NoneMatches { .. })) => Ok(None),
            Err(error) => Err(error),
        })
    }
}

/// Entities that are being locked and loaded, all or none: await it. Given back by
/// [`Repository::lock_all`](super::Repository::lock_all).
///
/// # Cancel safety
/// As for [`Repository::lock_all`](super::Repository::lock_all): all locks are released.
#[must_use = "nothing is locked until this is awaited"]
pub struct LockingAll<'a, T: Lockable> {
    all: RepositoryFuture<'a, Vec<Locked<Persistent<T>>>>,
    entities: usize,
}

impl<'a, T: Lockable> LockingAll<'a, T> {
    /// For a repository of one's own: `all` gives the guards in the order of the `ids`.
    pub fn new(
        ids: &'a [T::Id],
        all: impl Future<Output = Result<Vec<Locked<Persistent<T>>>>> + Send + 'a,
    ) -> Self {
        Self { all: Box::pin(all), entities: ids.len() }
    }

    /// The guards by name: `let [mut from, mut to] = accounts.lock_all(&[a, b]).array().await?`.
    ///
    /// With another number of names than of ids, nothing is locked and the answer is [`LockError::WrongLength`].
    pub fn array<const N: usize>(self) -> LockingArray<'a, T, N> {
        LockingArray(self)
    }
}

impl<T: Lockable> Future for LockingAll<'_, T> {
    type Output = Result<Vec<Locked<Persistent<T>>>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.all.as_mut().poll(context)
    }
}

/// As [`LockingAll`], with the guards in an array.
///
/// # Cancel safety
/// As for [`LockingAll`].
#[must_use = "nothing is locked until this is awaited"]
pub struct LockingArray<'a, T: Lockable, const N: usize>(LockingAll<'a, T>);

impl<T: Lockable, const N: usize> Future for LockingArray<'_, T, N> {
    type Output = Result<[Locked<Persistent<T>>; N]>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let wrong_length = |entities| LockError::WrongLength { entities, places: N }.into();
        if self.0.entities != N {
            return Poll::Ready(Err(wrong_length(self.0.entities)));
        }
        let array = |all: Vec<_>| all.try_into().map_err(|all: Vec<_>| wrong_length(all.len()));
        self.0.all.as_mut().poll(context).map(|all| all.and_then(array))
    }
}

/// A call that takes a guard for good: await it. On failure the guard goes with it, unless it is
/// [kept](Self::keep_guard).
///
/// # Cancel safety
/// The guard is dropped, and its lock released; what was asked for may have been done.
#[must_use = "nothing is written until this is awaited"]
pub struct Consuming<'a, G, V>(Pin<Box<dyn Future<Output = Result<V, Rejected<G>>> + Send + 'a>>);

impl<'a, G, V> Consuming<'a, G, V> {
    /// For a repository of one's own.
    pub fn new(future: impl Future<Output = Result<V, Rejected<G>>> + Send + 'a) -> Self {
        Self(Box::pin(future))
    }

    /// Gives the guard back if it fails.
    ///
    /// ```
    /// # use lockproof::{Lockable, Locked, Persistent, Repository};
    /// # use lockproof::Outcome;
    /// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, balance: i64 }
    /// async fn close(
    ///     accounts: &dyn Repository<Account>,
    ///     account: Locked<Persistent<Account>>,
    /// ) -> lockproof::Result<()> {
    ///     match accounts.delete(account).keep_guard().await {
    ///         // No answer came. The guard knows that, so it can simply be asked again.
    ///         Err(rejected) if rejected.error.outcome() == Outcome::Unknown => {
    ///             accounts.delete(rejected.guard).await
    ///         }
    ///         deleted => Ok(deleted?),
    ///     }
    /// }
    /// ```
    pub fn keep_guard(self) -> KeepingGuard<'a, G, V> {
        KeepingGuard(self.0)
    }
}

impl<G, V> Future for Consuming<'_, G, V> {
    type Output = Result<V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map_err(Error::from)
    }
}

/// As [`Consuming`], with the guard in the error.
///
/// # Cancel safety
/// As for [`Consuming`].
#[must_use = "nothing is written until this is awaited"]
pub struct KeepingGuard<'a, G, V>(Pin<Box<dyn Future<Output = Result<V, Rejected<G>>> + Send + 'a>>);

impl<G, V> Future for KeepingGuard<'_, G, V> {
    type Output = Result<V, Rejected<G>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

/// A call that was refused, with the guard that it had taken.
#[non_exhaustive]
pub struct Rejected<G> {
    /// What was handed in.
    pub guard: G,
    /// Why it was refused.
    pub error: Error,
}

impl<G> Rejected<G> {
    /// For a repository of one's own.
    pub fn new(guard: G, error: impl Into<Error>) -> Self {
        Self { guard, error: error.into() }
    }
}

impl<G> fmt::Debug for Rejected<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<G> fmt::Display for Rejected<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<G> std::error::Error for Rejected<G> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

macro_rules! opaque_debug {
    ($([$($generics:tt)*] $future:ty),* $(,)?) => {$(
        impl<$($generics)*> fmt::Debug for $future {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($future))
            }
        }
    )*};
}

opaque_debug!(
    [T: Lockable] Locking<'_, T>,
    [T: Lockable] OptionalLocking<'_, T>,
    [T: Lockable] LockingAll<'_, T>,
    [T: Lockable, const N: usize] LockingArray<'_, T, N>,
    [G, V] Consuming<'_, G, V>,
    [G, V] KeepingGuard<'_, G, V>,
);
