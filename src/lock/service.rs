use std::{
    any::TypeId,
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::sync::{Notify, futures::Notified};

use super::{
    hints::Hints,
    hold::Hold,
    keeper::Keeper,
    nap::longest_poll,
    options::Resolved,
    outage::Outage,
    phase::{Phase, Settled},
    registry::Registry,
    releaser::Releaser,
    seats::Seats,
    tasks::within,
};
use crate::{
    model::{Namespace, clock::BootInstant},
    store::{LockStore, StoreError, StoreId, sharded::lock},
};

/// What all handles, locks and leases of a service share.
pub(crate) struct Service {
    store: Arc<dyn LockStore>,
    namespace: Namespace,
    defaults: Resolved,
    op_timeout: Duration,
    registry: Registry,
    seats: Seats,
    releaser: Releaser,
    keeper: Keeper,
    hints: Hints,
    outage: Outage,
    /// A smoothed round trip to the store, in microseconds.
    round_trip: AtomicU64,
    closed: AtomicBool,
    closing: Notify,
    kinds: Mutex<HashMap<String, Kind>>,
}

/// The type that has taken a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

/// The user's hold on a service: when the last one goes, so do the service's tasks, as soon as they are done.
pub(crate) struct Handle(Arc<Service>);

/// Which locks exclude each other: those of one store and one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Domain {
    store: StoreId,
    namespace: Namespace,
}

impl Domain {
    pub(crate) fn store(&self) -> StoreId {
        self.store
    }
}

impl Service {
    pub(super) fn new(
        store: Arc<dyn LockStore>,
        namespace: Namespace,
        defaults: Resolved,
        op_timeout: Duration,
    ) -> Self {
        Self {
            store,
            namespace,
            defaults,
            op_timeout,
            registry: Registry::default(),
            seats: Seats::default(),
            releaser: Releaser::default(),
            keeper: Keeper::default(),
            hints: Hints::default(),
            outage: Outage::default(),
            round_trip: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            closing: Notify::new(),
            kinds: Mutex::default(),
        }
    }

    pub(super) fn store(&self) -> &Arc<dyn LockStore> {
        &self.store
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    pub(super) fn defaults(&self) -> &Resolved {
        &self.defaults
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(super) fn seats(&self) -> &Seats {
        &self.seats
    }

    pub(super) fn releaser(&self) -> &Releaser {
        &self.releaser
    }

    pub(super) fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    pub(super) fn hints(&self) -> &Hints {
        &self.hints
    }

    /// How the store's calls have gone lately.
    pub(super) fn outage(&self) -> &Outage {
        &self.outage
    }

    /// Starts the tasks that are needed and not there: the runtime that they ran in may have ended.
    pub(super) fn ensure_tasks(self: &Arc<Self>) {
        self.releaser.ensure(self);
        self.keeper.ensure(self);
    }

    /// How long a call to the store may take before its outcome counts as unknown.
    pub(super) fn op_timeout(&self) -> Duration {
        self.op_timeout
    }

    /// How long a call is driven on after its caller has gone, before it is taken to be dead.
    pub(super) fn patience(&self) -> Duration {
        self.op_timeout.saturating_mul(10)
    }

    /// The answer to a call to the store, for which it may take this long; `None` without a runtime, where nothing is
    /// asked.
    pub(super) async fn in_time<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Option<Result<T, StoreError>> {
        match within(limit, call).await {
            Ok(answer) => {
                self.outage.heard(&answer);
                Some(answer)
            }
            Err(None) => None,
            Err(Some(limit)) => Some(Err(self.outage.no_answer(limit))),
        }
    }

    pub(crate) fn domain(&self) -> Domain {
        Domain { store: self.store.id(), namespace: self.namespace.clone() }
    }

    /// The type that this kind of entity belongs to: `kind` itself, unless another was there first.
    pub(crate) fn claim_kind(&self, name: String, kind: Kind) -> Kind {
        *lock(&self.kinds).entry(name).or_insert(kind)
    }

    /// Completes when the service is closed, if it is not closed yet.
    pub(super) fn closing(&self) -> Notified<'_> {
        self.closing.notified()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(SeqCst)
    }

    /// Takes note of how long a call took.
    pub(super) fn observe(&self, sent: BootInstant, answered: BootInstant) {
        let micros = u64::try_from(answered.since(sent).as_micros()).unwrap_or(u64::MAX);
        let smoothed = self.round_trip.load(Relaxed);
        let next = if smoothed == 0 { micros } else { smoothed - smoothed / 8 + micros / 8 };
        self.round_trip.store(next, Relaxed);
    }

    /// How long before the end of a wait the last try must be sent to be answered in time.
    pub(super) fn last_call(&self) -> Duration {
        const MIN: Duration = Duration::from_millis(5);
        Duration::from_micros(self.round_trip.load(Relaxed)).saturating_mul(2).max(MIN)
    }

    /// How long a lock is handed on here before others go first. Where nobody tells them, they need long to come, so
    /// that they are waited for more seldom.
    pub(super) fn chain(&self) -> Duration {
        Duration::from_millis(if self.store.capabilities().wakeups { 50 } else { 1_000 })
    }

    /// How long to let other services go first after a lock was handed on here for a while: until they are told, or
    /// have looked by themselves.
    pub(super) fn stand_back(&self) -> Duration {
        let look = if self.store.capabilities().wakeups { Duration::from_millis(1) } else { longest_poll() };
        Duration::from_micros(self.round_trip.load(Relaxed)).saturating_mul(2) + look
    }

    /// The guard of a hold is gone: somebody here takes the lock over, or it is released in the background.
    pub(super) fn let_go(&self, hold: &Arc<Hold>) {
        if hold.is_gone() {
            return;
        }
        if hold.seat {
            // It is its owner's to release, and stands without a guard.
            hold.advance(Phase::Held, Phase::Gone);
        } else if hold.advance(Phase::Held, Phase::Queued) {
            self.releaser.unsettled();
            self.pass_on(hold);
        }
    }

    /// Offers a queued hold to whoever waits here, or has it released.
    pub(super) fn pass_on(&self, hold: &Arc<Hold>) {
        if !self.offer(hold) {
            self.releaser.push(Arc::clone(hold));
        }
    }

    /// Offers a queued hold to whoever waits here. Says whether there is somebody.
    pub(super) fn offer(&self, hold: &Arc<Hold>) -> bool {
        let is_offered = hold.may_be_wanted() && self.registry.offer(hold, self.chain());
        if is_offered {
            self.releaser.push_offered(Arc::clone(hold));
        }
        is_offered
    }

    /// A release that was sent and has failed this often is sent once more, later, unless somebody here takes the lock
    /// over before.
    pub(super) fn try_release_again(&self, hold: &Arc<Hold>, failures: u8) {
        if hold.advance(Phase::Sent, Phase::Queued) {
            self.releaser.push_again(Arc::clone(hold), failures);
            self.registry.wake(&hold.key);
        }
    }

    /// A hold that is leaving is over.
    pub(super) fn settle(&self, hold: &Arc<Hold>, how: Settled) {
        if hold.settle(how) {
            self.registry.settled(hold);
            self.releaser.settled();
        }
    }

    /// Refuses all that comes from now on, and releases what is held.
    pub(super) fn close(&self) {
        self.closed.store(true, SeqCst);
        self.closing.notify_waiters();
        let mut held = self.seats.all();
        self.registry.each_hold(|hold| held.push(Arc::clone(hold)));
        for hold in held {
            self.let_go(&hold);
            hold.tell();
        }
    }
}

impl Handle {
    pub(super) fn new(service: Service) -> Arc<Self> {
        Arc::new(Self(Arc::new(service)))
    }

    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.0
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.releaser.close(&self.0);
        self.0.keeper.close();
    }
}
