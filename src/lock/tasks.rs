//! The one place where tasks are started: `tests/architecture` fails on a task spawned anywhere else.
#![cfg_attr(not(test), expect(clippy::disallowed_methods, reason = "the one place where tasks are started"))]

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::Poll,
    time::Duration,
};

use tokio::{runtime::Handle, task::unconstrained, time::sleep};

use crate::store::{StoreError, StoreErrorKind};

/// Whether a background task is there. It belongs to a runtime, which may end before the service does: whoever needs
/// the task starts it again.
#[derive(Debug, Default)]
pub(super) struct Running(Arc<AtomicBool>);

/// Held by the task; marks its end, however it ends.
pub(super) struct Mark(Option<Arc<AtomicBool>>);

impl Running {
    /// Starts the task in the current runtime unless it is there.
    pub(super) fn ensure<F>(&self, task: impl FnOnce(Mark) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if self.is_there() {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if !self.0.swap(true, SeqCst) {
            runtime.spawn(task(Mark(Some(Arc::clone(&self.0)))));
        }
    }

    pub(super) fn is_there(&self) -> bool {
        self.0.load(SeqCst)
    }
}

impl Mark {
    /// Ends the task if there is nothing to do; gives the mark back if there is, also if it came up just now.
    pub(super) fn end_if(mut self, idle: impl Fn() -> bool) -> Option<Self> {
        if !idle() {
            return Some(self);
        }
        let running = self.0.take()?;
        running.store(false, SeqCst);
        // Who came in between saw a running task and relies on it, unless somebody has started another since.
        (!idle() && !running.swap(true, SeqCst)).then_some(Self(Some(running)))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if let Some(running) = &self.0 {
            running.store(false, SeqCst);
        }
    }
}

/// Whether there is a runtime to wait in.
pub(super) fn has_runtime() -> bool {
    Handle::try_current().is_ok()
}

/// The output, or `Err` with the limit if it takes longer. Outside a runtime, where there is no timer, nothing is begun
/// and the error is `None`.
pub(super) async fn within<T>(
    limit: Duration,
    future: impl Future<Output = T>,
) -> Result<T, Option<Duration>> {
    if !has_runtime() {
        return Err(None);
    }
    at_most(limit, future).await.map_err(|_| Some(limit))
}

/// The output, or `Err` if it takes longer. As tokio's `timeout`, but what is there at the first look costs no timer: an
/// answer of the memory store is.
pub(super) async fn at_most<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, Elapsed> {
    let mut future = pin!(future);
    let mut timer = pin!(None);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        if timer.is_none() {
            // Unconstrained: a future that uses up its task's budget each time must not keep the timer from its turn.
            timer.set(Some(unconstrained(sleep(limit))));
        }
        match timer.as_mut().as_pin_mut() {
            Some(timer) => timer.poll(context).map(|()| Err(Elapsed)),
            None => Poll::Pending,
        }
    })
    .await
}

/// The time is up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elapsed;

/// What a store call ends in that nobody can wait for.
pub(super) fn no_runtime() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "call this inside a tokio runtime with its timer enabled")
}
