use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{
    calls::{LONG, acquire, holder, is_released, try_acquire},
    faulty::FaultyStore,
    harness::{Count, Harness},
    say::{holds, is},
};
use crate::{
    lock::{Lease, Lock, Locks},
    model::{FencingToken, Owner, Ttl},
    store::{Holder, LockStore},
};

/// What a case gets: two handles to the same empty place for locks, as two processes have them, and how much time
/// things take there.
pub(super) struct Stage {
    store: Arc<dyn LockStore>,
    other: Arc<dyn LockStore>,
    /// The ttl of a lease that is left to lapse.
    pub(super) short: Duration,
    /// How late an answer or a wake-up may come.
    pub(super) margin: Duration,
    /// How many keys and turns are many.
    pub(super) many: usize,
    /// How many locks the store has in mind, if it can say.
    pub(super) count: Option<Count>,
}

/// In which state the lock `k` is.
#[derive(Clone, Copy)]
pub(super) enum State {
    /// It was held, and released.
    Missing,
    Running,
    Never,
    Lapsed,
}

impl Stage {
    pub(super) async fn open(harness: &dyn Harness) -> Self {
        let open = async || match harness.open().await {
            Ok(store) => store,
            Err(error) => {
                panic!("the store cannot be opened: {error}: {:?}", std::error::Error::source(&error))
            }
        };
        Self {
            store: open().await,
            other: open().await,
            short: harness.short(),
            margin: harness.margin(),
            many: harness.many(),
            count: harness.count(),
        }
    }

    pub(super) fn store(&self) -> &dyn LockStore {
        &*self.store
    }

    /// The same locks from another process.
    pub(super) fn other(&self) -> &dyn LockStore {
        &*self.other
    }

    pub(super) fn store_arc(&self) -> Arc<dyn LockStore> {
        Arc::clone(&self.store)
    }

    pub(super) fn other_arc(&self) -> Arc<dyn LockStore> {
        Arc::clone(&self.other)
    }

    /// Brings the lock `k` into a state, through the first handle. Tells whose it is or was, and under which token.
    pub(super) async fn bring(&self, state: State) -> (Owner, FencingToken) {
        let owner = Owner::unique();
        let store = self.store();
        let token = match state {
            State::Missing => {
                let token = acquire(store, "k", &owner).await;
                is_released(store, "k", &owner).await;
                token
            }
            State::Running => acquire(store, "k", &owner).await,
            State::Never => try_acquire(store, "k", &owner, Ttl::Never).await.expect("the lock `k` is free"),
            State::Lapsed => {
                let token = try_acquire(store, "k", &owner, self.short).await.expect("the lock `k` is free");
                self.lapse().await;
                token
            }
        };
        (owner, token)
    }

    /// A service over the first handle.
    pub(super) fn locks(&self) -> Locks {
        self.over(self.store_arc())
    }

    /// A service over the handle of another process.
    pub(super) fn elsewhere(&self) -> Locks {
        self.over(self.other_arc())
    }

    /// The first handle with faults, and a service over that.
    pub(super) fn faulty(&self) -> (FaultyStore, Locks) {
        let store = FaultyStore::over(self.store_arc());
        let locks = self.over(store.clone());
        (store, locks)
    }

    /// The same with a service that is soon done with a call that hangs.
    pub(super) fn hanging(&self) -> (FaultyStore, Locks) {
        let store = FaultyStore::over(self.store_arc());
        (store.clone(), Locks::new(store))
    }

    /// A service that gives a busy machine time to answer.
    pub(super) fn over(&self, store: impl LockStore) -> Locks {
        let limit = self.op_timeout();
        Locks::builder().store(store).op_timeout(limit).build().expect("the cases use legal settings")
    }

    /// How long a call to the store may take.
    pub(super) fn op_timeout(&self) -> Duration {
        Duration::from_secs(1) + self.margin
    }

    /// A guard of this service for the lock `k`, in this state.
    pub(super) async fn mine(&self, locks: &Locks, state: State) -> Lease {
        self.taken_in(state, locks.lock("k").label("mine")).await
    }

    /// The seat `k` of the owner `user-7`, in this state.
    pub(super) async fn seat(&self, state: State) -> Lease {
        self.taken_in(state, self.locks().lock("k").owner("user-7")).await
    }

    async fn taken_in(&self, state: State, lock: Lock) -> Lease {
        match state {
            State::Never => taken(&lock.ttl(Ttl::Never)).await,
            State::Missing | State::Running => taken(&lock.ttl(LONG)).await,
            State::Lapsed => {
                let lease = taken_for_a_while(&lock.ttl(self.short)).await;
                self.lapse().await;
                lease
            }
        }
    }

    /// The lock `k` held by another process.
    pub(super) async fn others(&self) -> Lease {
        taken(&self.elsewhere().lock("k").ttl(LONG).label("other")).await
    }

    /// The lock is still this guard's, for both processes.
    pub(super) async fn is_still(&self, lease: &Lease) {
        for (process, store) in [("here", self.store()), ("elsewhere", self.other())] {
            let held = holder(store, "k").await.map(|held| (held.owner, held.token));
            is(
                &format!("who holds the lock, asked {process}"),
                held,
                Some((lease.owner().clone(), lease.fence())),
            );
        }
        holds("`is_lost` of its guard", lease.is_lost(), !lease.is_lost(), "false");
    }

    /// Waits until what was taken for `short` has lapsed.
    pub(super) async fn lapse(&self) {
        sleep(self.short * 2).await;
    }

    /// The lock `k` is still that of `bring`, in the same state, for both processes.
    pub(super) async fn is_untouched(&self, state: State, owner: &Owner, token: FencingToken) {
        for (process, store) in [("here", self.store()), ("elsewhere", self.other())] {
            let what = format!("who holds the lock, asked {process}");
            let held = holder(store, "k").await;
            let Some(Holder { owner: now, token: its, remaining, .. }) = &held else {
                panic!("{what}: the answer was nobody, and must be {owner:?} as before");
            };
            is(&what, (now, *its), (owner, token));
            match state {
                State::Never => is("the time that is left, of a lock that never expires", *remaining, None),
                _ => {
                    let between = remaining.is_some_and(|left| left <= LONG && left > LONG / 2);
                    holds("the time that is left", remaining, between, "what it was before");
                }
            }
        }
    }

    /// Nobody holds the lock `k`, for both processes.
    pub(super) async fn is_free(&self) {
        is("who holds the lock, asked here", holder(self.store(), "k").await, None);
        is("who holds the lock, asked elsewhere", holder(self.other(), "k").await, None);
    }
}

/// Takes what must be free.
pub(super) async fn taken(lock: &Lock) -> Lease {
    match lock.try_acquire().await {
        Ok(Some(lease)) => lease,
        Ok(None) => {
            panic!("`try_acquire`: the answer was `None`, and must be a lease: nobody holds {lock:?}")
        }
        Err(error) => panic!("`try_acquire`: the answer was {error:?}, and must be a lease"),
    }
}

/// Takes what must be free, for a ttl so short that a busy machine may need several tries.
pub(super) async fn taken_for_a_while(lock: &Lock) -> Lease {
    match lock.clone().wait(LONG).acquire().await {
        Ok(lease) => lease,
        Err(error) => {
            panic!("`acquire`: the answer was {error:?}, and must be a lease: nobody holds {lock:?}")
        }
    }
}
