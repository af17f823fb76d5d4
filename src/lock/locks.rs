use std::{fmt, sync::Arc, time::Duration};

use super::{
    Lock, LockFuture, LocksBuilder, ShutdownError,
    options::Resolved,
    releaser::Releaser,
    service::{Handle, Service},
    tasks::within,
};
use crate::{
    model::{IntoLockKey, IntoTtl, Namespace},
    store::{LockStore, MemoryStore},
};

/// The lock service: one per application and store, cheap to clone.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use lockproof::Locks;
///
/// let locks = Locks::memory();
/// let lease = locks.lock("nightly-report").acquire().await?;
/// assert!(locks.lock("nightly-report").try_acquire().await?.is_none());
/// lease.release().await?;
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Locks {
    handle: Arc<Handle>,
}

impl Locks {
    /// A service over a store, with a ttl of 30 s and a wait of 5 s.
    pub fn new(store: impl LockStore) -> Self {
        Self::of(Service::new(Arc::new(store), Namespace::NONE, Resolved::defaults(), Duration::from_secs(1)))
    }

    /// A service over a memory store of its own: for tests, and for locks within one process.
    pub fn memory() -> Self {
        Self::new(MemoryStore::new())
    }

    /// A service that is set up in detail.
    pub fn builder() -> LocksBuilder {
        LocksBuilder::default()
    }

    pub(super) fn of(service: Service) -> Self {
        Self { handle: Handle::new(service) }
    }

    /// A lock by name: a string, or parts. Nothing is acquired yet.
    ///
    /// ```
    /// # let locks = lockproof::Locks::memory();
    /// let report = locks.lock("nightly-report").ttl("1m");
    /// let order = locks.lock(("order", 42));
    /// ```
    pub fn lock(&self, key: impl IntoLockKey) -> Lock {
        Lock::new(Arc::clone(&self.handle), key.into_lock_key())
    }

    pub(crate) fn handle(&self) -> &Arc<Handle> {
        &self.handle
    }

    /// Completes when all that guards left behind is released: for the end of `main`, and for tests.
    ///
    /// A lock whose release fails is tried again until its ttl is over, so this can take as long.
    ///
    /// # Cancel safety
    /// The releases go on without it.
    pub async fn drain(&self) {
        let service = self.handle.service();
        service.releaser().ensure(service);
        service.releaser().drained(Releaser::unsettled_len).await;
    }

    /// How many releases were given up since the service was made: the store failed until the lease was over, or for good.
    /// Such a lock was held by nobody until its ttl had passed. For a gauge on a dashboard.
    pub fn releases_given_up(&self) -> u64 {
        self.handle.service().outage().given_up()
    }

    /// Ends the service: releases what is held and what is queued, and refuses whatever comes later. Guards that are
    /// still there have lost their locks. The limit is a `Duration`, or text like `"5s"`.
    ///
    /// # Errors
    /// [`ShutdownError`] if not all was released within `limit`, an acquisition's call is not answered, or the limit is
    /// not valid. The service is ended in any case.
    ///
    /// # Cancel safety
    /// The service is ended all the same, and the releases go on.
    pub fn shutdown(&self, limit: impl IntoTtl) -> LockFuture<'_, (), ShutdownError> {
        let limit = limit.into_ttl();
        Box::pin(async move {
            let service = self.handle.service();
            service.close();
            service.releaser().ensure(service);
            let drained = service.releaser().drained(Releaser::open_len);
            let Some(limit) = limit?.as_duration() else {
                drained.await;
                return Ok(());
            };
            let drained = within(limit, drained).await;
            match service.releaser().open_len() {
                unsettled if drained.is_err() && unsettled > 0 => {
                    Err(ShutdownError::Unsettled { unsettled, waited: limit })
                }
                _ => Ok(()),
            }
        })
    }
}

impl fmt::Debug for Locks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.handle.service();
        f.debug_struct("Locks")
            .field("store", &service.store().name())
            .field("namespace", &service.namespace().as_str())
            .finish_non_exhaustive()
    }
}
