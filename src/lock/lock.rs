use std::{fmt, sync::Arc, time::Duration};

use super::{
    AcquireError, Lease, OnLost, OnStoreError, Retry,
    acquire::acquire,
    options::{LockOptions, Resolved},
    service::Handle,
    wait::{IntoWait, Wait},
};
use crate::{
    model::{IntoOwner, IntoTtl, InvalidKey, Label, LockKey},
    store::Holder,
};

/// The setters of `LockOptions`, once more on the lock itself.
macro_rules! delegate_setters {
    ($($name:ident($($arg:ident: $type:ty)?);)*) => {$(
        #[doc = concat!("See [`LockOptions::", stringify!($name), "`].")]
        pub fn $name(mut self $(, $arg: $type)?) -> Self {
            self.options = self.options.$name($($arg)?);
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
    options: LockOptions,
}

impl Lock {
    pub(crate) fn new(handle: Arc<Handle>, key: Result<LockKey, InvalidKey>, options: LockOptions) -> Self {
        Self { handle, key, options }
    }

    /// All options at once; those that were set before are gone.
    pub fn with(mut self, options: LockOptions) -> Self {
        self.options = options;
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
        self.take(&key, options).await?.map_err(|holder| AcquireError::Timeout {
            key,
            waited: Duration::ZERO,
            attempts: 1,
            held_here: false,
            holder: holder.map(Box::new),
        })
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
        Ok(self.take(&key, Resolved { wait: Wait::Never, ..options }).await?.ok())
    }

    fn resolve(&self) -> Result<(LockKey, Resolved), AcquireError> {
        let key = self.key.clone()?;
        match self.options.resolve(self.handle.service().defaults()) {
            Ok(options) => Ok((key, options)),
            Err((option, source)) => Err(AcquireError::InvalidOption { key, option, source }),
        }
    }

    async fn take(
        &self,
        key: &LockKey,
        options: Resolved,
    ) -> Result<Result<Lease, Option<Holder>>, AcquireError> {
        let asked = acquire(self.handle.service(), key, options).await?;
        Ok(asked.map(|hold| Lease::new(Arc::clone(&self.handle), key.clone(), hold)))
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("key", &self.key).field("options", &self.options).finish_non_exhaustive()
    }
}
