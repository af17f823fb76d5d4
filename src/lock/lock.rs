use std::{borrow::Cow, fmt, sync::Arc};

use super::{
    AcquireError, Lease, LockFuture, OnLost, OnStoreError, Retry,
    hold::Hold,
    options::{LockOptions, Resolved},
    retry, seat,
    service::Handle,
    wait::{IntoWait, Wait},
};
use crate::model::{IntoOwner, IntoTtl, InvalidKey, Label, LockKey};

/// The setters of `LockOptions`, once more on the lock itself.
macro_rules! delegate_setters {
    ($($name:ident($($arg:ident: $type:ty)?);)*) => {$(
        #[doc = concat!("See [`LockOptions::", stringify!($name), "`].")]
        pub fn $name(mut self $(, $arg: $type)?) -> Self {
            let options = self.options.get_or_insert_default();
            **options = std::mem::take(&mut **options).$name($($arg)?);
            self
        }
    )*};
}

/// A lock that is not held: a name and how to take it. Cheap to clone.
///
/// What is wrong with the name or an option is reported when the lock is acquired.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// # let locks = lockproof::Locks::memory();
/// let import = locks.lock(("import", "prices")).ttl("2m").wait("10s").label("importer 3");
///
/// if let Some(lease) = import.try_acquire().await? {
///     // Nobody else imports prices now.
///     lease.release().await?;
/// }
/// let lease = import.acquire().await?; // waits, for 10 s at most
/// assert_eq!(lease.key().as_str(), "import:prices");
/// # Ok::<(), lockproof::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
#[must_use = "a `Lock` is not held until `acquire` or `try_acquire` has given a `Lease`"]
pub struct Lock {
    pub(super) handle: Arc<Handle>,
    pub(super) key: Result<LockKey, InvalidKey>,
    /// Boxed: most locks have none of their own, and a lock is moved about.
    pub(super) options: Option<Box<LockOptions>>,
}

impl Lock {
    pub(crate) fn new(handle: Arc<Handle>, key: Result<LockKey, InvalidKey>) -> Self {
        Self { handle, key, options: None }
    }

    /// All options at once; those that were set before are gone.
    pub fn with(mut self, options: LockOptions) -> Self {
        self.options = Some(Box::new(options));
        self
    }

    delegate_setters! {
        ttl(ttl: impl IntoTtl);
        never_expires();
        keep_alive();
        max_hold(limit: impl IntoTtl);
        owner(owner: impl IntoOwner);
        label(label: impl Into<Label>);
        wait(wait: impl IntoWait);
        attempts(attempts: u32);
        delay(delay: impl IntoTtl);
        on_store_error(what: OnStoreError);
        on_lost(what: OnLost);
        retry(retry: impl Into<Retry>);
    }

    /// Takes the lock, waiting for it as long as the options say.
    ///
    /// # Errors
    /// [`AcquireError::Timeout`] if it is held by somebody else to the end; the other kinds if the store cannot say,
    /// the name or an option is not valid, there is no tokio runtime with a timer, or the service was shut down.
    ///
    /// # Cancel safety
    /// The place in line is given up. A request that is under way is seen to its end in the background, and a lock
    /// that it brings is released.
    pub async fn acquire(&self) -> Result<Lease, AcquireError> {
        let (key, options) = self.resolve()?;
        let hold = retry::take(self.handle.service(), key, &options, false).await?;
        Ok(self.lease(key, hold.expect("only a try ends without the lock and without an error")))
    }

    /// As [`acquire`](Self::acquire), but waits at most this long, whatever the options say.
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire).
    pub fn acquire_within(&self, limit: impl IntoWait) -> LockFuture<'_, Lease, AcquireError> {
        let lock = self.clone().wait(limit);
        Box::pin(async move { lock.acquire().await })
    }

    /// Takes the lock if it is free now, and says `None` if somebody else holds it.
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire), but never [`AcquireError::Timeout`].
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire).
    pub async fn try_acquire(&self) -> Result<Option<Lease>, AcquireError> {
        let (key, options) = self.resolve()?;
        let hold = retry::take(self.handle.service(), key, &options, true).await?;
        Ok(hold.map(|hold| self.lease(key, hold)))
    }

    /// The lease of a seat that its [`owner`](LockOptions::owner) holds already, for another request or process: under
    /// the same token, and with the time that is left. `None` if it is free, or somebody else's. Nothing is taken.
    ///
    /// # Errors
    /// [`AcquireError::InvalidOption`] without an owner of one's own; the other kinds as for
    /// [`acquire`](Self::acquire), but never [`AcquireError::Timeout`].
    ///
    /// # Cancel safety
    /// Asks only; can be dropped at any time.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # let locks = lockproof::Locks::memory();
    /// let seat = locks.lock(("seat", 7)).owner(("user", 12)).ttl("10m");
    /// let taken = seat.acquire().await?;
    /// let token = taken.fence();
    /// drop(taken); // the request ends, and the seat stands
    ///
    /// let again = seat.adopt().await?.expect("it is still the user's");
    /// assert_eq!(again.fence(), token);
    /// again.release().await?; // only this frees it, or the end of its ttl
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    pub async fn adopt(&self) -> Result<Option<Lease>, AcquireError> {
        let (key, options) = self.resolve()?;
        let hold = seat::adopt(self.handle.service(), key, &options).await?;
        Ok(hold.map(|hold| self.lease(key, hold)))
    }

    /// How long [`acquire`](Self::acquire) waits.
    pub(crate) fn longest_wait(&self) -> Result<Wait, AcquireError> {
        Ok(self.resolve()?.1.wait)
    }

    pub(super) fn resolve(&self) -> Result<(&LockKey, Cow<'_, Resolved>), AcquireError> {
        let key = self.key.as_ref().map_err(Clone::clone)?;
        let defaults = self.handle.service().defaults();
        match self.options.as_ref().map(|options| options.resolve(defaults)) {
            None => Ok((key, Cow::Borrowed(defaults))),
            Some(Ok(options)) => Ok((key, Cow::Owned(options))),
            Some(Err((option, source))) => {
                Err(AcquireError::InvalidOption { key: key.clone(), option, source })
            }
        }
    }

    fn lease(&self, key: &LockKey, hold: Arc<Hold>) -> Lease {
        Lease::new(Arc::clone(&self.handle), key.clone(), hold)
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("key", &self.key).field("options", &self.options).finish_non_exhaustive()
    }
}
