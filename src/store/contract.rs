use std::{future::ready, pin::Pin, sync::Arc};

use futures::future::join_all;

use super::{
    Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey,
    Holder, Inspect, List, Release, ReleaseReply, Rotate, RotateReply, StoreCapabilities, StoreError,
    StoreErrorKind, StoreId, WakeupStream,
};

/// One call to a store: owns what it needs, so that it can be driven to its end by whoever has it.
pub type StoreFuture<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// Where locks live: a small contract for authors of stores. Waiting, retries, time-outs and hand-over are written
/// once, above it.
///
/// Every call has three outcomes: *yes* and *no* are replies, *unknown* is a [`StoreError`] of the kind
/// [`OutcomeUnknown`](super::StoreErrorKind::OutcomeUnknown). "Held by somebody else" is never an error, and an error
/// is never "held by somebody else".
///
/// Expiry is judged by the store's clock. A token is `max(last token of the key + 1, store clock in microseconds)` and
/// must not be forgotten with the lock; [`FencingToken::next`](crate::FencingToken::next) has the arithmetic.
///
/// The feature `testing` has a test of each thing that a store must do (`lockproof::testing::conformance!`), and
/// `examples/custom-store` shows a store from the first line to the last.
///
/// # Errors
/// Each call gives a [`StoreError`] if the store could not be asked or did not answer; its
/// [kind](super::StoreErrorKind) says whether anything may have been done.
///
/// # Cancel safety
/// Calls return owned futures that do nothing until polled; one that is dropped half-way counts as unknown. Who calls
/// sends the same request again, with the same owner, or releases that owner.
pub trait LockStore: Send + Sync + 'static {
    /// Which instance this is: made once with the store, shared by its clones, passed on by decorators.
    fn id(&self) -> StoreId;

    /// What kind of store this is, for messages: `"memory"`, `"sqlite"`.
    fn name(&self) -> &str;

    /// What it can do.
    fn capabilities(&self) -> StoreCapabilities;

    /// Takes the lock if it is free or has lapsed. For an owner that holds it already the answer is `Granted` with
    /// the token it has, and the lock then stands for the longer of what was left and `ttl`.
    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply>;

    /// Lets a running lock of this owner stand for `ttl` from now. A lapsed one is `NotHeld`, even if nobody took it.
    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply>;

    /// Frees the lock if it is this owner's and runs.
    fn release(&self, request: Release) -> StoreFuture<ReleaseReply>;

    /// Hands a running lock over to another owner under a new token (above `above`, if given). If `to` holds it
    /// already, the answer is the token it has, unless `above` asks for more.
    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply>;

    /// Frees the lock whoever holds it, and raises its token.
    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply>;

    /// Tells who holds the lock, or `None`.
    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>>;

    /// Lists held keys, by key where [`ordered_list`](StoreCapabilities::ordered_list) says so.
    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>>;

    /// Leaves word for the holder of a running lock that somebody asks for it; nothing else changes. A later reason
    /// takes the place of an earlier one.
    ///
    /// The word belongs to the grant: [`extend`](Self::extend) and [`inspect`](Self::inspect) tell it for as long as the
    /// same owner holds the lock, through [`acquire`](Self::acquire) and [`rotate`](Self::rotate) to itself too. It goes
    /// with a release, forced or not, with a hand-over to another owner and with a new grant.
    ///
    /// A store that does not have this answers
    /// [`Unsupported`](StoreErrorKind::Unsupported), as this does, and says so in
    /// [`asking`](StoreCapabilities::asking).
    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        let what = format!(
            "the {} store cannot leave word for the holder of {:?}; wait for it, or free it by force",
            self.name(),
            request.key.as_str()
        );
        Box::pin(ready(Err(StoreError::new(StoreErrorKind::Unsupported, what))))
    }

    /// Hints for waiters, or `None` where the store has none. It is polled only while somebody waits; its first item
    /// is [`Wakeup::All`](super::Wakeup::All), as soon as it listens.
    ///
    /// Who waits looks again after that one, and whenever it wakes. A store may keep to the keys for which it has
    /// answered [`Held`](AcquireReply::Held) since the stream began, not long ago.
    fn wakeups(&self) -> Option<WakeupStream>;

    /// Extends many; the answers stand in the order of the requests.
    fn extend_all(&self, requests: Vec<Extend>) -> BatchFuture<ExtendReply> {
        Box::pin(join_all(requests.into_iter().map(|request| self.extend(request))))
    }

    /// Releases many; the answers stand in the order of the requests.
    fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
        Box::pin(join_all(requests.into_iter().map(|request| self.release(request))))
    }
}

/// A call about many locks: one answer each.
pub type BatchFuture<T> = Pin<Box<dyn Future<Output = Vec<Result<T, StoreError>>> + Send>>;

impl<S: LockStore + ?Sized> LockStore for Arc<S> {
    fn id(&self) -> StoreId {
        (**self).id()
    }

    fn name(&self) -> &str {
        (**self).name()
    }

    fn capabilities(&self) -> StoreCapabilities {
        (**self).capabilities()
    }

    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
        (**self).acquire(request)
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        (**self).extend(request)
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        (**self).release(request)
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        (**self).rotate(request)
    }

    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
        (**self).force_release(request)
    }

    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
        (**self).inspect(request)
    }

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        (**self).list(request)
    }

    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        (**self).ask_release(request)
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        (**self).wakeups()
    }

    fn extend_all(&self, requests: Vec<Extend>) -> BatchFuture<ExtendReply> {
        (**self).extend_all(requests)
    }

    fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
        (**self).release_all(requests)
    }
}
