use std::{
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};

use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Lockable, Locks, Query, Storage, StoreError, StoreErrorKind,
    Stored, Update, Written,
};
use rustix::process::{Signal, getpid, kill_process};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    protocol::{Fault, Report},
    worker::Reporter,
};

/// Another storage, in whose `update` a fault happens if one is set: the repository has checked the deadline by then,
/// and nothing is written yet.
pub(crate) struct Faulty<S> {
    inner: S,
    trap: Arc<Trap>,
}

/// The fault that waits for the next update.
pub(crate) struct Trap {
    set: Mutex<Option<(usize, Fault)>>,
    locks: Locks,
    report: Reporter,
}

impl<S> Faulty<S> {
    pub(crate) fn new(inner: S, trap: Arc<Trap>) -> Self {
        Self { inner, trap }
    }
}

impl Trap {
    pub(crate) fn new(locks: Locks, report: Reporter) -> Self {
        Self { set: Mutex::default(), locks, report }
    }

    /// Sets or removes the fault of the next update.
    pub(crate) fn set(&self, fault: Option<(usize, Fault)>) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    async fn spring(&self) -> Result<(), StoreError> {
        let set = self.set.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((nth, fault)) = set else { return Ok(()) };
        match fault {
            Fault::AwaitKill => {
                (self.report)(Report::Faulting { nth, fault });
                pending().await
            }
            Fault::Stop => {
                // Nothing may be under way in the background: a process that is stopped in the middle of a
                // transaction holds up all the others.
                self.locks.drain().await;
                let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw())).map_err(failed)?;
                (self.report)(Report::Faulting { nth, fault });
                kill_process(getpid(), Signal::STOP).map_err(failed)?;
                // A stop takes a moment to reach every thread. The write waits for the signal to go on.
                continued.recv().await;
                Ok(())
            }
        }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, "the fault could not be made").caused_by(error)
}

impl<T: Lockable, S: Storage<T>> Storage<T> for Faulty<S> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        self.inner.find(id).await
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        self.inner.find_all(query).await
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        self.inner.claim(claim).await
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        self.inner.insert(insert).await
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        self.trap.spring().await?;
        self.inner.update(update).await
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        self.inner.delete(delete).await
    }
}
