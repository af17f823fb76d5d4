//! A store that can do no more than the contract demands.

use futures::FutureExt;
use lockproof::{
    Acquire, AcquireReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey, Holder, Inspect, List,
    LockStore, MemoryStore, Release, ReleaseReply, Rotate, RotateReply, StoreCapabilities, StoreFuture,
    StoreId, WakeupStream,
};

/// No wake-ups, no order, no wishes.
#[derive(Clone, Default)]
pub(crate) struct PlainStore(pub(crate) MemoryStore);

impl LockStore for PlainStore {
    fn id(&self) -> StoreId {
        self.0.id()
    }

    fn name(&self) -> &str {
        "plain"
    }

    fn capabilities(&self) -> StoreCapabilities {
        let mut capabilities = self.0.capabilities();
        (capabilities.wakeups, capabilities.ordered_list, capabilities.asking) = (false, false, false);
        capabilities
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

    /// The last keys first.
    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        let limit = request.limit;
        let all = self.0.list(List::new(request.prefix, request.after, usize::MAX));
        all.map(move |lines| Ok(lines?.into_iter().rev().take(limit).collect())).boxed()
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        None
    }
}
