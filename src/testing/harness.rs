use std::{pin::Pin, sync::Arc, time::Duration};

use super::tasks;
use crate::store::{LockStore, StoreFuture};

/// A case while it runs.
pub type CaseFuture<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// How the cases get at a store. One value of it is one empty place for locks: each case makes its own.
///
/// Only [`open`](Self::open) must be written. The other methods are for stores that are slower or faster than usual.
pub trait Harness {
    /// One more handle to the locks of this place, as another process has it: a pool or a connection of its own, if
    /// the store has such a thing. Called several times by each case; the first time the place is empty.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError) if the store cannot be reached, which fails the case.
    ///
    /// # Cancel safety
    /// It is never dropped half-way.
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>>;

    /// Drives a case to its end: on a tokio runtime with several threads and in real time, unless it is overridden.
    ///
    /// A store whose time is tokio's can pause it, on a runtime of one thread, and the cases then take no time.
    fn run(&self, case: CaseFuture<'_>) {
        in_real_time(case);
    }

    /// The ttl of a lease that a case lets lapse; 100 ms unless it is overridden. Too short is no risk for a case's
    /// outcome, too long only takes time. Not shorter than the steps of the store's clock.
    fn short(&self) -> Duration {
        Duration::from_millis(100)
    }

    /// How late an answer or a wake-up may come when the machine is busy; 2 s unless it is overridden.
    fn margin(&self) -> Duration {
        Duration::from_secs(2)
    }

    /// How many keys and turns are many for this store; 1,000 unless it is overridden.
    fn many(&self) -> usize {
        1_000
    }

    /// How long a case may take before it counts as stuck; 5 minutes unless it is overridden.
    fn limit(&self) -> Duration {
        Duration::from_secs(300)
    }

    /// How many locks the store has in mind, free ones included, for a case that looks whether that stays bounded;
    /// `None`, unless it is overridden, where nobody can say.
    fn count(&self) -> Option<Count> {
        None
    }
}

/// Asks how many locks a store has in mind.
pub type Count = Box<dyn Fn() -> StoreFuture<usize> + Send + Sync>;

/// Drives a case to its end on a runtime of its own with two threads, in real time.
pub fn in_real_time(case: CaseFuture<'_>) {
    tasks::runtime().block_on(case);
}
