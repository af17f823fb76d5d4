//! A store that fails as it is told, over one that does not.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{FutureExt, StreamExt, future::join_all, stream};
use lockproof::{
    Acquire, AcquireReply, AskRelease, AskReply, BatchFuture, Extend, ExtendReply, ForceRelease, ForceReply,
    HeldKey, Holder, Inspect, List, LockStore, Owner, Release, ReleaseReply, Rotate, RotateReply,
    StoreCapabilities, StoreError, StoreErrorKind, StoreFuture, StoreId, WakeupStream,
};

/// Which call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Acquire,
    Ask,
    Extend,
    /// A batch; the extensions in it are counted and fail one by one as well.
    ExtendAll,
    Force,
    Inspect,
    List,
    Release,
    /// The same for releases.
    ReleaseAll,
    Rotate,
}

/// What goes wrong, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// It takes this many polls longer.
    Yields(u32),
    /// It takes this long.
    Sleep(Duration),
    /// It never ends.
    Hang,
    /// It ends here.
    Fail(StoreErrorKind),
    /// It panics.
    Panic,
}

/// A step before the store has done what it was asked, or after it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Before(Step),
    After(Step),
    /// From here on the call goes on although its caller has gone away.
    Detached,
    /// It is answered as unknown at once, and done this much later.
    Straggles(Duration),
}

/// The store could not be reached, nothing was done.
pub(crate) const UNAVAILABLE: Fault = Fault::Before(Step::Fail(StoreErrorKind::Unavailable));
/// It was done, and the answer was lost.
pub(crate) const REPLY_LOST: Fault = Fault::After(Step::Fail(StoreErrorKind::OutcomeUnknown));
/// Nothing is done and no answer comes.
pub(crate) const HANGS: Fault = Fault::Before(Step::Hang);
/// It is done and no answer comes.
pub(crate) const REPLY_HANGS: Fault = Fault::After(Step::Hang);

/// Done this much later.
pub(crate) fn slow(millis: u64) -> Fault {
    Fault::Before(Step::Sleep(Duration::from_millis(millis)))
}

/// Answered this much later.
pub(crate) fn slow_reply(millis: u64) -> Fault {
    Fault::After(Step::Sleep(Duration::from_millis(millis)))
}

#[derive(Clone)]
pub(crate) struct FaultyStore {
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

impl FaultyStore {
    pub(crate) fn over(store: impl LockStore) -> Self {
        Self { inner: Arc::new(store), script: Arc::default() }
    }

    /// Says whether anybody still has this store.
    pub(crate) fn script_alive(&self) -> impl Fn() -> bool + use<> {
        let script = Arc::downgrade(&self.script);
        move || script.strong_count() > 0
    }

    /// The next call of this kind that is not spoken for.
    pub(crate) fn once(&self, op: Op, faults: impl Into<Vec<Fault>>) -> &Self {
        self.script().once.entry(op).or_default().push_back(faults.into());
        self
    }

    /// Every call of this kind that has no fault of its own.
    pub(crate) fn always(&self, op: Op, faults: impl Into<Vec<Fault>>) -> &Self {
        self.script().always.insert(op, faults.into());
        self
    }

    /// Every call.
    pub(crate) fn all(&self, fault: Fault) -> &Self {
        use Op::{Acquire, Ask, Extend, Force, Inspect, List, Release, Rotate};
        for op in [Acquire, Ask, Extend, Force, Inspect, List, Release, Rotate] {
            self.always(op, [fault]);
        }
        self
    }

    /// No faults from now on.
    pub(crate) fn heal(&self) -> &Self {
        let mut script = self.script();
        script.once.clear();
        script.always.clear();
        drop(script);
        self
    }

    /// Waiters have to poll.
    pub(crate) fn without_wakeups(self) -> Self {
        self.script().no_wakeups = true;
        self
    }

    /// There are wake-ups, but nothing is ever announced.
    pub(crate) fn deaf(self) -> Self {
        self.script().deaf = true;
        self
    }

    /// How many calls of this kind there were.
    pub(crate) fn calls(&self, op: Op) -> usize {
        self.script().calls.get(&op).copied().unwrap_or(0)
    }

    /// How many calls there were, those in batches one by one.
    pub(crate) fn all_calls(&self) -> usize {
        let script = self.script();
        let batches = [Op::ExtendAll, Op::ReleaseAll];
        script.calls.iter().filter(|(op, _)| !batches.contains(op)).map(|(_, calls)| calls).sum()
    }

    /// For whom there were calls of this kind.
    pub(crate) fn owners(&self, op: Op) -> Vec<Owner> {
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

    fn call<T: Send + 'static>(&self, op: Op, owner: Option<Owner>, work: StoreFuture<T>) -> StoreFuture<T> {
        let store = self.clone();
        Box::pin(async move {
            let faults = store.begin(op, owner);
            let detached = faults.iter().any(|fault| matches!(fault, Fault::Detached));
            for fault in &faults {
                if let Fault::Straggles(delay) = *fault {
                    tokio::spawn(async move {
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
            if detached { tokio::spawn(call).await.expect("a call runs to its end") } else { call.await }
        })
    }
}

impl Step {
    pub(crate) async fn take(self) -> Result<(), StoreError> {
        match self {
            Self::Yields(polls) => {
                for _ in 0..polls {
                    tokio::task::yield_now().await;
                }
                Ok(())
            }
            Self::Sleep(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Self::Hang => std::future::pending().await,
            Self::Fail(kind) => Err(StoreError::new(kind, "as the test has it")),
            Self::Panic => panic!("the store panics as the test has it"),
        }
    }
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
        self.call(Op::Acquire, Some(owner), self.inner.acquire(request))
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        let owner = request.owner.clone();
        self.call(Op::Extend, Some(owner), self.inner.extend(request))
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        let owner = request.owner.clone();
        self.call(Op::Release, Some(owner), self.inner.release(request))
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        let owner = request.to.clone();
        self.call(Op::Rotate, Some(owner), self.inner.rotate(request))
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
        let store = self.clone();
        async move {
            store.begin(Op::ExtendAll, None);
            join_all(requests.into_iter().map(|request| store.extend(request))).await
        }
        .boxed()
    }

    fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
        let store = self.clone();
        async move {
            store.begin(Op::ReleaseAll, None);
            join_all(requests.into_iter().map(|request| store.release(request))).await
        }
        .boxed()
    }
}
