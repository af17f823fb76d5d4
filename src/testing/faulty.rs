//! A store that fails as it is told, and what may go wrong with it.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{FutureExt, StreamExt, future::join_all, stream};

pub use super::fault::{Fault, HANGS, Op, REPLY_HANGS, REPLY_LOST, Step, UNAVAILABLE, slow, slow_reply};
use super::tasks::start;
use crate::{
    model::Owner,
    store::{
        Acquire, AcquireReply, AskRelease, AskReply, BatchFuture, Extend, ExtendReply, ForceRelease,
        ForceReply, HeldKey, Holder, Inspect, List, LockStore, Release, ReleaseReply, Rotate, RotateReply,
        StoreCapabilities, StoreError, StoreErrorKind, StoreFuture, StoreId, WakeupStream,
    },
};

/// A store that fails as it is told, over one that does not. Its clones share the faults.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use lockproof::{Locks, MemoryStore};
/// use lockproof::testing::faulty::{FaultyStore, Op, REPLY_LOST};
///
/// let store = FaultyStore::over(MemoryStore::new());
/// let locks = Locks::new(store.clone());
/// let lease = locks.lock("order:42").acquire().await?;
/// store.once(Op::Release, [REPLY_LOST]);
/// lease.release().await?; // asked again, and told that it is free
/// assert_eq!(store.calls(Op::Release), 2);
/// # Ok::<(), lockproof::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct FaultyStore {
    inner: Arc<dyn LockStore>,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    once: HashMap<Op, VecDeque<Vec<Fault>>>,
    always: HashMap<Op, Vec<Fault>>,
    calls: HashMap<Op, usize>,
    owners: Vec<(Op, Owner)>,
    no_wakeups: bool,
    deaf: bool,
}

/// How the store is asked for many, and how for one.
type Work<Q, T> = (fn(&dyn LockStore, Vec<Q>) -> BatchFuture<T>, fn(&dyn LockStore, Q) -> StoreFuture<T>);

impl FaultyStore {
    /// Does what `store` does, until it is told otherwise.
    pub fn over(store: impl LockStore) -> Self {
        Self { inner: Arc::new(store), script: Arc::default() }
    }

    /// Says whether anybody still has this store or a clone of it.
    pub fn in_use(&self) -> impl Fn() -> bool + use<> {
        let script = Arc::downgrade(&self.script);
        move || script.strong_count() > 0
    }

    /// The next call of this kind that is not spoken for.
    pub fn once(&self, op: Op, faults: impl Into<Vec<Fault>>) -> &Self {
        self.script().once.entry(op).or_default().push_back(faults.into());
        self
    }

    /// Every call of this kind that has no fault of its own.
    pub fn always(&self, op: Op, faults: impl Into<Vec<Fault>>) -> &Self {
        self.script().always.insert(op, faults.into());
        self
    }

    /// Every call that has no fault of its own.
    pub fn all(&self, fault: Fault) -> &Self {
        for op in Op::SINGLE {
            self.always(op, [fault]);
        }
        self
    }

    /// No faults from now on; what hangs goes on hanging.
    pub fn heal(&self) -> &Self {
        let mut script = self.script();
        script.once.clear();
        script.always.clear();
        drop(script);
        self
    }

    /// Waiters have to poll.
    #[must_use]
    pub fn without_wakeups(self) -> Self {
        self.script().no_wakeups = true;
        self
    }

    /// There are wake-ups, but nothing is ever announced.
    #[must_use]
    pub fn deaf(self) -> Self {
        self.script().deaf = true;
        self
    }

    /// How many calls of this kind there were.
    pub fn calls(&self, op: Op) -> usize {
        self.script().calls.get(&op).copied().unwrap_or(0)
    }

    /// How many calls there were; what was asked in a batch is counted one by one.
    pub fn all_calls(&self) -> usize {
        let script = self.script();
        Op::SINGLE.iter().filter_map(|op| script.calls.get(op)).sum()
    }

    /// For whom there were calls of this kind.
    pub fn owners(&self, op: Op) -> Vec<Owner> {
        self.script().owners.iter().filter(|(of, _)| *of == op).map(|(_, owner)| owner.clone()).collect()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call when it is first polled, and says what goes wrong with it.
    fn begin(&self, op: Op, owner: Option<Owner>) -> Vec<Fault> {
        let mut script = self.script();
        *script.calls.entry(op).or_default() += 1;
        script.owners.extend(owner.map(|owner| (op, owner)));
        let once = script.once.get_mut(&op).and_then(VecDeque::pop_front);
        once.or_else(|| script.always.get(&op).cloned()).unwrap_or_default()
    }

    fn call<T: Send + 'static>(&self, op: Op, owner: Option<&Owner>, work: StoreFuture<T>) -> StoreFuture<T> {
        let (store, owner) = (self.clone(), owner.cloned());
        async move { with_faults(store.begin(op, owner), work).await }.boxed()
    }

    /// A batch, whose own faults concern all of it; what has none goes to the store in one call, as without faults.
    fn batch<Q: Send + 'static, T: Send + 'static>(
        &self,
        (all, each): (Op, Op),
        requests: Vec<Q>,
        owner: fn(&Q) -> &Owner,
        work: Work<Q, T>,
    ) -> BatchFuture<T> {
        let store = self.clone();
        async move {
            let count = requests.len();
            let of_all = store.begin(all, None);
            let of_each: Vec<_> =
                requests.iter().map(|one| store.begin(each, Some(owner(one).clone()))).collect();
            let answers = async move {
                if of_each.iter().all(Vec::is_empty) {
                    return Ok(work.0(&*store.inner, requests).await);
                }
                let call = |(request, faults)| with_faults(faults, work.1(&*store.inner, request));
                Ok(join_all(requests.into_iter().zip(of_each).map(call)).await)
            };
            with_faults(of_all, answers.boxed()).await.unwrap_or_else(|error| {
                (0..count).map(|_| Err(StoreError::new(error.kind(), "the batch failed"))).collect()
            })
        }
        .boxed()
    }
}

async fn with_faults<T: Send + 'static>(faults: Vec<Fault>, work: StoreFuture<T>) -> Result<T, StoreError> {
    let detached = faults.iter().any(|fault| matches!(fault, Fault::Detached));
    for fault in &faults {
        if let Fault::Straggles(delay) = *fault {
            start(async move {
                tokio::time::sleep(delay).await;
                work.await.map(drop)
            });
            return Err(StoreError::new(StoreErrorKind::OutcomeUnknown, "still on its way"));
        }
    }
    let call = async move {
        for fault in &faults {
            if let Fault::Before(step) = fault {
                step.take().await?;
            }
        }
        let answer = work.await;
        for fault in &faults {
            if let Fault::After(step) = fault {
                step.take().await?;
            }
        }
        answer
    };
    if detached { start(call).await.expect("a call runs to its end") } else { call.await }
}

impl LockStore for FaultyStore {
    fn id(&self) -> StoreId {
        self.inner.id()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> StoreCapabilities {
        let mut capabilities = self.inner.capabilities();
        capabilities.wakeups &= !self.script().no_wakeups;
        capabilities
    }

    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
        let owner = request.owner.clone();
        self.call(Op::Acquire, Some(&owner), self.inner.acquire(request))
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        let owner = request.owner.clone();
        self.call(Op::Extend, Some(&owner), self.inner.extend(request))
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        let owner = request.owner.clone();
        self.call(Op::Release, Some(&owner), self.inner.release(request))
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        let owner = request.to.clone();
        self.call(Op::Rotate, Some(&owner), self.inner.rotate(request))
    }

    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
        self.call(Op::Force, None, self.inner.force_release(request))
    }

    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
        self.call(Op::Inspect, None, self.inner.inspect(request))
    }

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        self.call(Op::List, None, self.inner.list(request))
    }

    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        self.call(Op::Ask, None, self.inner.ask_release(request))
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        let script = self.script();
        match (script.no_wakeups, script.deaf) {
            (true, _) => None,
            (false, true) => Some(stream::pending().boxed()),
            (false, false) => self.inner.wakeups(),
        }
    }

    fn extend_all(&self, requests: Vec<Extend>) -> BatchFuture<ExtendReply> {
        let ops = (Op::ExtendAll, Op::Extend);
        self.batch(
            ops,
            requests,
            |request| &request.owner,
            (|store, all| store.extend_all(all), |store, one| store.extend(one)),
        )
    }

    fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
        let ops = (Op::ReleaseAll, Op::Release);
        self.batch(
            ops,
            requests,
            |request| &request.owner,
            (|store, all| store.release_all(all), |store, one| store.release(one)),
        )
    }
}

impl fmt::Debug for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStore").field("over", &self.inner.name()).finish_non_exhaustive()
    }
}
