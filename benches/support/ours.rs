use lockproof::{Lease, LockStore, Locks, Wait};

use super::Locker;

/// Locks that are released and told how that went.
#[derive(Clone)]
pub(crate) struct Released(Locks);

/// Locks whose guards are dropped.
#[derive(Clone)]
pub(crate) struct Dropped(Locks);

pub(crate) fn service(store: impl LockStore) -> Locks {
    Locks::builder().store(store).wait(Wait::Forever).build().expect("valid")
}

impl Released {
    pub(crate) fn over(store: impl LockStore) -> Self {
        Self(service(store))
    }
}

impl Dropped {
    pub(crate) fn over(store: impl LockStore) -> Self {
        Self(service(store))
    }
}

impl Locker for Released {
    type Guard = Lease;

    async fn acquire(&self, key: &str) -> Lease {
        self.0.lock(key).acquire().await.expect("in time")
    }

    async fn release(&self, lease: Lease) {
        lease.release().await.expect("held");
    }
}

impl Locker for Dropped {
    type Guard = Lease;

    async fn acquire(&self, key: &str) -> Lease {
        self.0.lock(key).acquire().await.expect("in time")
    }

    async fn release(&self, lease: Lease) {
        drop(lease);
    }
}
