use std::{collections::BTreeMap, future::ready};

use futures::{
    FutureExt, StreamExt,
    stream::{self},
};

use super::{Inner, MemoryStore};
use crate::{
    model::{TokenExhausted, clock::BootInstant},
    store::{
        Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey,
        Holder, Inspect, List, LockStore, Release, ReleaseReply, Rotate, RotateReply, StoreCapabilities,
        StoreError, StoreErrorKind, StoreFuture, StoreId, Wakeup, WakeupStream,
    },
};

impl LockStore for MemoryStore {
    fn id(&self) -> StoreId {
        self.0.id
    }

    fn name(&self) -> &str {
        "memory"
    }

    fn capabilities(&self) -> StoreCapabilities {
        StoreCapabilities { shared_between_processes: false, ..StoreCapabilities::default() }
    }

    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
        self.call(|inner, now| {
            let mut shard = inner.shards.of(&request.key);
            shard.acquire(request, now, &inner.epoch).map_err(exhausted)
        })
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        self.call(move |inner, now| Ok(inner.shards.of(&request.key).extend(&request, now)))
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        self.call(move |inner, now| {
            let freed = inner.shards.of(&request.key).release(request, now);
            let Some(key) = freed else { return Ok(ReleaseReply::NotHeld) };
            inner.releases.announce(&key);
            Ok(ReleaseReply::Released)
        })
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        self.call(|inner, now| {
            let mut shard = inner.shards.of(&request.key);
            shard.rotate(request, now, &inner.epoch).map_err(exhausted)
        })
    }

    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
        self.call(move |inner, now| {
            let reply = inner.shards.of(&request.key).force_release(&request.key, now, &inner.epoch);
            inner.releases.announce(&request.key);
            reply.map_err(exhausted)
        })
    }

    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        self.call(move |inner, now| Ok(inner.shards.of(&request.key).ask_release(request, now)))
    }

    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
        self.call(move |inner, now| {
            Ok(inner.shards.of(&request.key).inspect(&request.key, now, &inner.epoch))
        })
    }

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        self.call(move |inner, now| {
            // The lowest keys so far: no more are kept than were asked for.
            let mut lowest = BTreeMap::new();
            for shard in inner.shards.each() {
                shard.list(&request, now, &inner.epoch, &mut lowest);
            }
            Ok(lowest.into_iter().map(|(key, holder)| HeldKey::new(key, holder)).collect())
        })
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        Some(stream::once(ready(Wakeup::All)).chain(self.0.releases.listen()).boxed())
    }
}

impl MemoryStore {
    /// A call that does its work when it is first polled, as a remote one would.
    fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner, BootInstant) -> Result<T, StoreError> + Send + 'static,
    ) -> StoreFuture<T> {
        let store = self.clone();
        futures::future::lazy(move |_| work(&store.0, BootInstant::now())).boxed()
    }
}

fn exhausted(error: TokenExhausted) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, error.to_string()).caused_by(error)
}
