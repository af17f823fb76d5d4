//! A store that is right but for the calls that somebody writes anew.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use lockproof::{
    Acquire, AcquireReply, AskRelease, AskReply, BatchFuture, Extend, ExtendReply, ForceRelease, ForceReply,
    HeldKey, Holder, Inspect, List, LockKey, LockStore, MemoryStore, Release, ReleaseReply, Rotate,
    RotateReply, StoreCapabilities, StoreError, StoreFuture, StoreId, WakeupStream,
};

/// The calls of a store; each does what is right unless it is overridden.
pub(crate) trait Twist: Default + Send + Sync + 'static {
    fn right(&self) -> &MemoryStore;

    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
        self.right().acquire(request)
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        self.right().extend(request)
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        self.right().release(request)
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        self.right().rotate(request)
    }

    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
        self.right().force_release(request)
    }

    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
        self.right().inspect(request)
    }

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        self.right().list(request)
    }

    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        self.right().ask_release(request)
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        self.right().wakeups()
    }

    fn extend_all(&self, requests: Vec<Extend>) -> BatchFuture<ExtendReply> {
        self.right().extend_all(requests)
    }

    fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
        self.right().release_all(requests)
    }
}

#[derive(Default)]
pub(crate) struct Wrong<T>(T);

impl<T: Twist> LockStore for Wrong<T> {
    fn id(&self) -> StoreId {
        self.0.right().id()
    }

    fn name(&self) -> &str {
        "wrong"
    }

    fn capabilities(&self) -> StoreCapabilities {
        self.0.right().capabilities()
    }

    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
        self.0.acquire(request)
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        self.0.extend(request)
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        self.0.release(request)
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        self.0.rotate(request)
    }

    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
        self.0.force_release(request)
    }

    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
        self.0.inspect(request)
    }

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        self.0.list(request)
    }

    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        self.0.ask_release(request)
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        self.0.wakeups()
    }

    fn extend_all(&self, requests: Vec<Extend>) -> BatchFuture<ExtendReply> {
        self.0.extend_all(requests)
    }

    fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
        self.0.release_all(requests)
    }
}

/// Nothing is wrong with it.
#[derive(Default)]
pub(crate) struct Right(MemoryStore);

impl Twist for Right {
    fn right(&self) -> &MemoryStore {
        &self.0
    }
}

/// Who was last seen with each lock: what some wrong stores go by.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<HashMap<LockKey, Holder>>>);

impl Seen {
    pub(crate) fn all(&self) -> MutexGuard<'_, HashMap<LockKey, Holder>> {
        self.0.lock().expect("no panic")
    }

    pub(crate) fn of(&self, key: &LockKey) -> Option<Holder> {
        self.all().get(key).cloned()
    }

    /// Takes down who holds a lock now; whoever held it last stays there if nobody does.
    pub(crate) async fn note(&self, store: &MemoryStore, key: &LockKey) -> Result<(), StoreError> {
        if let Some(holder) = holder(store, key).await? {
            self.all().insert(key.clone(), holder);
        }
        Ok(())
    }
}

pub(crate) async fn holder(store: &MemoryStore, key: &LockKey) -> Result<Option<Holder>, StoreError> {
    store.inspect(Inspect::new(key.clone())).await
}

/// A store that is wrong in the calls that are written here, with the right one as `right` and a memory as `seen`.
macro_rules! wrong {
    ($(#[$doc:meta])* $name:ident { $($calls:tt)* }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(crate) struct $name {
            right: MemoryStore,
            #[allow(dead_code, reason = "not every one has something to remember")]
            seen: $crate::twist::Seen,
        }

        impl Twist for $name {
            fn right(&self) -> &MemoryStore {
                &self.right
            }

            $($calls)*
        }
    };
}
pub(crate) use wrong;

/// Takes down who got what.
macro_rules! noting_acquire {
    () => {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let (right, seen) = (self.right.clone(), self.seen.clone());
            Box::pin(async move {
                let key = request.key.clone();
                let reply = right.acquire(request).await;
                seen.note(&right, &key).await?;
                reply
            })
        }
    };
}
pub(crate) use noting_acquire;
