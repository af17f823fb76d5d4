//! Listens to a store's wake-ups while somebody waits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures::{StreamExt, future::Either};
use tokio::sync::Notify;

use super::{
    service::Service,
    tasks::{Mark, Running},
};
use crate::store::{Wakeup, WakeupStream};

#[derive(Debug, Default)]
pub(super) struct Hints {
    listeners: AtomicUsize,
    changed: Notify,
    running: Running,
}

/// Somebody waits; the store is listened to for as long.
pub(super) struct Listening(Arc<Service>);

impl Hints {
    /// Makes sure that the store is listened to.
    pub(super) fn listen(&self, service: &Arc<Service>) -> Listening {
        self.listeners.fetch_add(1, SeqCst);
        self.ensure(service);
        Listening(Arc::clone(service))
    }

    fn ensure(&self, service: &Arc<Service>) {
        self.running.ensure(|mark| run(Arc::clone(service), mark));
    }

    fn nobody_listens(&self) -> bool {
        self.listeners.load(SeqCst) == 0
    }

    /// Completes some time after the last waiter has gone, if none has come since.
    async fn deserted(&self) {
        const LINGER: Duration = Duration::from_secs(1);
        loop {
            self.changed.notified().await;
            tokio::time::sleep(LINGER).await;
            if self.nobody_listens() {
                return;
            }
        }
    }
}

impl Listening {
    /// Goes on listening if the runtime has ended in which that was done.
    pub(super) fn go_on(&self) {
        self.0.hints().ensure(&self.0);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let hints = self.0.hints();
        if hints.listeners.fetch_sub(1, SeqCst) == 1 {
            hints.changed.notify_one();
        }
    }
}

/// The task. It stays a while after the last waiter has gone, since waiters come in bursts.
async fn run(service: Arc<Service>, mark: Mark) {
    const RECONNECT: Duration = Duration::from_millis(100);

    let mut mark = mark;
    loop {
        if let Some(stream) = service.store().wakeups() {
            listen(&service, stream).await;
        }
        mark = match mark.end_if(|| service.hints().nobody_listens()) {
            Some(mark) => mark,
            None => return,
        };
        tokio::time::sleep(RECONNECT).await;
    }
}

/// Passes hints on until the store has none any more, or nobody has wanted any for a while.
async fn listen(service: &Arc<Service>, mut stream: WakeupStream) {
    let deserted = service.hints().deserted();
    futures::pin_mut!(deserted);
    loop {
        match futures::future::select(stream.next(), &mut deserted).await {
            Either::Left((Some(Wakeup::Key(key)), _)) => service.registry().hint(&key),
            Either::Left((Some(Wakeup::All), _)) => service.registry().hint_all(),
            Either::Left((None, _)) | Either::Right(_) => return,
        }
    }
}
