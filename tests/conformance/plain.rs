//! A store that can do only what it must: no hints, no order, no wishes. It passes the cases that ask for no more.

use std::sync::Arc;

use lockproof::{
    Acquire, AcquireReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey, Holder, Inspect, List,
    LockStore, MemoryStore, Release, ReleaseReply, Rotate, RotateReply, StoreCapabilities, StoreFuture,
    StoreId, WakeupStream,
    testing::{CaseFuture, Harness},
};

use crate::harnesses::{Memory, in_no_time, opened};

#[derive(Clone, Default)]
pub(crate) struct Plain(MemoryStore);

impl Harness for Plain {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        opened(self.clone())
    }

    fn run(&self, case: CaseFuture<'_>) {
        in_no_time(case);
    }

    fn margin(&self) -> std::time::Duration {
        // Waiters poll, each 200 ms at least and a quarter more at random.
        Memory::default().margin() + std::time::Duration::from_millis(250)
    }
}

impl LockStore for Plain {
    fn id(&self) -> StoreId {
        self.0.id()
    }

    fn name(&self) -> &str {
        "plain"
    }

    fn capabilities(&self) -> StoreCapabilities {
        let mut capabilities = self.0.capabilities();
        capabilities.asking = false;
        capabilities.ordered_list = false;
        capabilities.wakeups = false;
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

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        let (limit, all) = (request.limit, self.0.list(List::new(request.prefix, request.after, usize::MAX)));
        Box::pin(async move { Ok(all.await?.into_iter().rev().take(limit).collect()) })
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        None
    }
}
