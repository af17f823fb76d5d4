use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures::future::select;

use super::{
    ExtendError, Extending, IntoExtension, ReleaseError,
    hold::Hold,
    release::release,
    renew,
    service::{Domain, Handle},
};
use crate::{
    model::{FencingToken, Label, LockKey, Owner},
    store::{ExtendReply, RotateReply, StoreError},
};

/// A lock that is held. Dropping it releases the lock in the background; [`release`](Self::release) tells how that
/// went.
///
/// It is a lease: at the store it ends with its ttl, so that a process that dies blocks nobody for longer.
/// [`is_lost`](Self::is_lost) says so a little before the store does.
///
/// - Where no ttl is named, and with [`keep_alive`](crate::LockOptions::keep_alive), it is renewed in the background while
///   the guard is there, when a third of the ttl has gone. A store that fails is asked again until the deadline. That
///   ends at [`max_hold`](crate::LockOptions::max_hold), with a line in the log, so a guard that is never dropped does not
///   hold the lock for ever. It is done in the tokio runtime of the service's first acquisition, and if that has ended, of
///   the next one: a runtime that nobody drives keeps nothing alive.
/// - Where a ttl is named, it is fixed: [`extend`](Self::extend) makes it longer, and nothing else does.
/// - With an [`owner`](crate::LockOptions::owner) of one's own it is one lease of a seat: dropping it releases nothing, it is
///   never kept alive, and [`release`](Self::release) ends the seat with all leases of it.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// # let locks = lockproof::Locks::memory();
/// let lease = locks.lock("nightly-report").ttl("1m").acquire().await?;
/// for page in 1..=3 {
///     // Send `lease.fence()` along with what is written, and have the other side refuse lower tokens.
///     println!("page {page} under token {}", lease.fence());
///     lease.extend(None).await?; // another minute from now, or an error if the lock is lost
/// }
/// lease.release().await?;
/// # Ok::<(), lockproof::Error>(()) }).unwrap();
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct Lease {
    handle: Arc<Handle>,
    key: LockKey,
    hold: Arc<Hold>,
}

impl Lease {
    pub(super) fn new(handle: Arc<Handle>, key: LockKey, hold: Arc<Hold>) -> Self {
        if hold.seat {
            handle.service().seats().enter(&hold);
        }
        Self { handle, key, hold }
    }

    /// The name of the lock.
    pub fn key(&self) -> &LockKey {
        &self.key
    }

    /// The owner, as the store has it.
    pub fn owner(&self) -> &Owner {
        &self.hold.owner
    }

    /// The fencing token of this grant: higher than that of any before. Pass it along with every write that the lock
    /// protects, and have the other side refuse lower ones.
    pub fn fence(&self) -> FencingToken {
        self.hold.token()
    }

    /// When it was granted, by this machine's clock.
    pub fn acquired_at(&self) -> SystemTime {
        self.hold.acquired_at()
    }

    /// The time left: zero once it is lost, `None` if it never expires.
    pub fn remaining(&self) -> Option<Duration> {
        if self.hold.is_running() { self.hold.deadline().remaining() } else { Some(Duration::ZERO) }
    }

    /// Whether its deadline has passed, or it turned out to be no longer ours.
    pub fn is_lost(&self) -> bool {
        !self.hold.is_running()
    }

    /// Completes at the deadline, whatever the store is doing, or when it turns out to be no longer ours; never for a
    /// lease that never expires and is not lost in another way.
    ///
    /// # Cancel safety
    /// Waits only; can be dropped at any time.
    pub async fn lost(&self) {
        loop {
            let changed = self.hold.changed();
            if self.is_lost() {
                return;
            }
            let passed = self.hold.deadline().passed();
            futures::pin_mut!(changed, passed);
            select(passed, changed).await;
        }
    }

    /// Restarts the lease: it stands for this long from now, which may be shorter than what is left. `None` is its
    /// original ttl. A seat is never shortened: other leases of it may rely on what is left.
    ///
    /// A lease that is kept alive is kept alive by this ttl from now on, and its longest hold is counted anew. By
    /// [`Ttl::Never`](crate::Ttl::Never) it never expires from now on: it stands until it is released or forced, also if
    /// this process dies.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # let locks = lockproof::Locks::memory();
    /// # let lease = locks.lock("nightly-report").ttl("1m").acquire().await?;
    /// lease.extend("2m").await?;
    /// lease.extend(std::time::Duration::from_secs(90)).await?;
    /// lease.extend(None).await?;
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`ExtendError::Lost`] if it has lapsed, also while the store was asked: it is not revived.
    /// [`ExtendError::NeverExpires`] if there is nothing to extend. [`ExtendError::InvalidTtl`] if this is no length of
    /// time. [`ExtendError::Store`] if the store cannot say: of the old deadline and the new one the earlier holds.
    ///
    /// # Cancel safety
    /// The store may have extended it; of the old deadline and the new one the earlier holds here.
    pub fn extend(&self, ttl: impl IntoExtension) -> Extending<'_> {
        let ttl = ttl.into_extension();
        Extending::new(async move {
            let key = || self.key.clone();
            let ttl = match ttl {
                Ok(ttl) => ttl.unwrap_or(self.hold.ttl),
                Err(source) => return Err(ExtendError::InvalidTtl { key: key(), source }),
            };
            if self.hold.never_ends() {
                return Err(ExtendError::NeverExpires { key: key() });
            }
            match renew::extend(self.handle.service(), &self.hold, ttl).await {
                Ok(ExtendReply::Extended { .. }) => Ok(()),
                // An extension that was under way has made it one that never ends.
                Ok(ExtendReply::NotHeld) if self.hold.never_ends() => {
                    Err(ExtendError::NeverExpires { key: key() })
                }
                Ok(ExtendReply::NotHeld) => Err(ExtendError::Lost { key: key() }),
                Err(source) => Err(ExtendError::Store { key: key(), source }),
            }
        })
    }

    /// Why somebody has asked for the lock, if somebody has: with [`ask_release`](crate::Lock::ask_release). Nothing
    /// happens by itself: the holder decides whether to come to an end.
    ///
    /// What is asked in another process comes here with the next renewal or extension.
    pub fn asked(&self) -> Option<Label> {
        self.hold.asked()
    }

    /// Completes when somebody has asked for the lock, and says why; at once if somebody has already. Never, if nobody
    /// does, also when the lock is lost.
    ///
    /// # Cancel safety
    /// Waits only; can be dropped at any time.
    pub async fn until_asked(&self) -> Label {
        loop {
            let changed = self.hold.changed();
            if let Some(reason) = self.asked() {
                return reason;
            }
            changed.await;
        }
    }

    /// Releases the lock and tells how that went. A lost reply or a short outage is waited out, for as long as a call
    /// to the store may take.
    ///
    /// # Errors
    /// [`ReleaseError::Lost`] if it was no longer ours; [`ReleaseError::Store`] if the store cannot say: a release
    /// goes on in the background, unless trying again is no use. A lease whose deadline has passed here and not yet at
    /// the store is released without an error.
    ///
    /// # Cancel safety
    /// The release goes on in the background.
    pub async fn release(self) -> Result<(), ReleaseError> {
        release(self.handle.service(), &self.hold, &self.key).await
    }

    /// Raises the token above `above`, or says that the lock is no longer ours.
    ///
    /// # Cancel safety
    /// The store may have raised it; here the old one holds, which the row refuses as it did before.
    pub(crate) async fn raise_above(&self, above: FencingToken) -> Result<RotateReply, StoreError> {
        renew::raise_above(self.handle.service(), &self.hold, above).await
    }

    /// Whether others have its token too: those who come with the same owner.
    pub(crate) fn is_seat(&self) -> bool {
        self.hold.seat
    }

    /// Whether another lease of the same seat is here, and relies on it.
    pub(super) fn is_shared_here(&self) -> bool {
        let leases = self.handle.service().seats().of(&self.hold.key);
        leases.iter().any(|other| {
            !Arc::ptr_eq(other, &self.hold) && other.owner == self.hold.owner && other.is_running()
        })
    }

    /// Which locks this one excludes.
    pub(crate) fn domain(&self) -> Domain {
        self.handle.service().domain()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let service = self.handle.service();
        service.let_go(&self.hold);
        if self.hold.seat {
            service.seats().leave(&self.hold);
        }
        // The runtime that the lock was acquired in may have ended.
        service.releaser().ensure(service);
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("key", &self.key)
            .field("fence", &self.fence())
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}
