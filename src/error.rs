use std::time::Duration;

use crate::{
    lock::{AcquireError, AdminError, BuildError, ExtendError, ReleaseError, RunError, ShutdownError},
    model::{InvalidDuration, InvalidKey, InvalidOwner, TokenExhausted},
    repository::{FindError, ForceError, InsertError, LockError, Rejected, SaveError},
    store::{Outcome, StoreError},
};

/// Every error of this library; `?` works into it from each of them.
///
/// The methods of a repository give this type. Those of a [`Lock`](crate::Lock) and a [`Lease`](crate::Lease) give one
/// of their own, and `?` converts only once: an error type of the application that has `From<Error>` takes the first by
/// itself. For the others, put a function that returns [`lockproof::Result`](Result) in between, or write
/// `.map_err(lockproof::Error::from)`.
///
/// ```
/// use lockproof::{Error, Lease, LockError, Locks, Outcome};
///
/// #[derive(Debug, thiserror::Error)]
/// enum Failure {
///     #[error("no report today")]
///     NoReport,
///     #[error(transparent)]
///     Lock(#[from] Error),
/// }
///
/// async fn report(locks: &Locks) -> Result<Lease, Failure> {
///     Ok(locks.lock("nightly-report").acquire().await.map_err(Error::from)?)
/// }
///
/// /// The status of a response.
/// fn status(error: &Error) -> u16 {
///     match error {
///         Error::Lock(LockError::NotFound { .. }) => 404,
///         // It may have been done: look before it is done once more.
///         error if error.outcome() == Outcome::Unknown => 500,
///         // With `error.retry_after()`, where that is known.
///         error if error.is_retryable() => 503,
///         _ => 500,
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A lock was not acquired.
    #[error(transparent)]
    Acquire(#[from] AcquireError),
    /// A lock was not looked at, asked for or freed by force.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// A service was not set up.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A lease was not extended.
    #[error(transparent)]
    Extend(#[from] ExtendError),
    /// Entities were not read.
    #[error(transparent)]
    Find(#[from] FindError),
    /// An entity was not freed by force.
    #[error(transparent)]
    Force(#[from] ForceError),
    /// An entity was not inserted.
    #[error(transparent)]
    Insert(#[from] InsertError),
    /// A length of time cannot be.
    #[error(transparent)]
    InvalidDuration(#[from] InvalidDuration),
    /// A key cannot be.
    #[error(transparent)]
    InvalidKey(#[from] InvalidKey),
    /// An owner cannot be.
    #[error(transparent)]
    InvalidOwner(#[from] InvalidOwner),
    /// An entity was not locked.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A lock was not released.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// Code did not run to its end under its lock.
    #[error(transparent)]
    Run(RunError<()>),
    /// An entity was not saved or deleted.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// A service ended with releases unsent.
    #[error(transparent)]
    Shutdown(#[from] ShutdownError),
    /// A store could not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fencing token is out of range.
    #[error(transparent)]
    TokenExhausted(#[from] TokenExhausted),
}

/// `Ok` or an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether doing the whole thing again (lock, load, change, save) may succeed. Look at [`outcome`](Self::outcome)
    /// too: what was done in spite of the error would be done twice.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Acquire(AcquireError::Timeout { .. })
            | Self::Lock(LockError::Acquire(AcquireError::Timeout { .. }) | LockError::Lost { .. })
            | Self::Extend(ExtendError::Lost { .. })
            | Self::Release(ReleaseError::Lost { .. })
            | Self::Run(RunError::Lost { .. } | RunError::LostAfter { .. })
            | Self::Save(
                SaveError::Fenced { .. }
                | SaveError::InDoubt { .. }
                | SaveError::Lost { .. }
                | SaveError::StaleVersion { .. },
            ) => true,
            _ => self.store_error().is_some_and(StoreError::is_retryable),
        }
    }

    /// Whether what was asked was done in spite of the error; for a save or a delete, by this call or an earlier one of
    /// the same guard.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Force(ForceError::NotStamped { .. })
            | Self::Save(SaveError::InDoubt { .. })
            // Some of it, or all.
            | Self::Run(RunError::Lost { .. } | RunError::LostAfter { .. }) => Outcome::Unknown,
            _ => self.store_error().map_or(Outcome::NotDone, StoreError::outcome),
        }
    }

    /// When a lock that somebody else holds becomes free, if nothing is done about it; for a `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Acquire(AcquireError::Timeout { holder, .. })
            | Self::Lock(LockError::Acquire(AcquireError::Timeout { holder, .. })) => {
                holder.as_ref()?.remaining
            }
            _ => None,
        }
    }

    /// The error of a store or storage behind this one.
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Acquire(AcquireError::Store { source, .. })
            | Self::Admin(AdminError::Store { source, .. })
            | Self::Extend(ExtendError::Store { source, .. })
            | Self::Find(FindError::Store { source, .. })
            | Self::Force(ForceError::Admin(AdminError::Store { source, .. }))
            | Self::Insert(InsertError::NoId { source, .. } | InsertError::Store { source, .. })
            | Self::Lock(
                LockError::Store { source, .. } | LockError::Acquire(AcquireError::Store { source, .. }),
            )
            | Self::Release(ReleaseError::Store { source, .. })
            | Self::Save(SaveError::Store { source, .. })
            | Self::Store(source) => Some(source),
            _ => None,
        }
    }
}

impl<T> From<RunError<T>> for Error {
    /// The value of a body that has ended goes.
    fn from(error: RunError<T>) -> Self {
        match error.without_value() {
            RunError::Acquire(error) => Self::Acquire(error),
            error => Self::Run(error),
        }
    }
}

impl<G> From<Rejected<G>> for Error {
    /// The guard goes, and with it the lock.
    fn from(rejected: Rejected<G>) -> Self {
        rejected.error
    }
}
