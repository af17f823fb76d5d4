//! What is left to be done after guards and callers have gone away: one queue per service, one task per queue.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use tokio::{sync::Notify, time::sleep};

use super::{
    hold::{Hold, Phase},
    service::Service,
    tasks::{Mark, Running},
};
use crate::{
    log::{debug, warn},
    model::clock::BootInstant,
    store::{Release, ReleaseReply, StoreError, StoreErrorKind, sharded::lock},
};

/// How long a waiter of this service may leave a hold that it was offered, before it is released all the same.
const OFFER: Duration = Duration::from_millis(50);
/// How long to wait before a release is sent once more.
const RETRY: Duration = Duration::from_millis(200);

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The queue. A send is a push under a mutex: it never waits, and needs no runtime.
#[derive(Default)]
pub(super) struct Releaser {
    queue: Mutex<Queue>,
    changed: Notify,
    running: Running,
    /// No handle is left: the task ends when it has nothing to do.
    closing: AtomicBool,
    /// Holds and calls that are not over.
    unsettled: AtomicUsize,
    idle: Notify,
}

#[derive(Default)]
struct Queue {
    now: Vec<Arc<Hold>>,
    /// By time, and by number where the times are equal.
    later: BTreeMap<(BootInstant, u64), Arc<Hold>>,
    number: u64,
    calls: Vec<Job>,
}

impl Releaser {
    /// Starts the task unless it is there. Says `false` if there is no runtime to start it in.
    pub(super) fn ensure(&self, service: &Arc<Service>) -> bool {
        self.running.ensure(|mark| run(Arc::clone(service), mark))
    }

    /// One more hold is leaving.
    pub(super) fn unsettled(&self) {
        self.unsettled.fetch_add(1, SeqCst);
    }

    /// A hold or a call is over.
    pub(super) fn settled(&self) {
        if self.unsettled.fetch_sub(1, SeqCst) == 1 {
            self.idle.notify_waiters();
        }
    }

    /// How many holds and calls are not over.
    pub(super) fn len(&self) -> usize {
        self.unsettled.load(SeqCst)
    }

    /// Releases a hold.
    pub(super) fn push(&self, hold: Arc<Hold>) {
        lock(&self.queue).now.push(hold);
        self.changed.notify_one();
    }

    /// Releases a hold, unless a waiter has taken it over by then.
    pub(super) fn push_offered(&self, hold: Arc<Hold>) {
        self.push_later(hold, OFFER);
    }

    /// Releases a hold once more, later.
    pub(super) fn push_again(&self, hold: Arc<Hold>) {
        self.push_later(hold, RETRY);
    }

    fn push_later(&self, hold: Arc<Hold>, delay: Duration) {
        let Some(at) = BootInstant::now().checked_add(delay) else { return self.push(hold) };
        let mut queue = lock(&self.queue);
        queue.number += 1;
        let slot = (at, queue.number);
        queue.later.insert(slot, hold);
        let is_next = queue.later.keys().next() == Some(&slot);
        drop(queue);
        if is_next {
            self.changed.notify_one();
        }
    }

    /// Drives a call to its end.
    pub(super) fn adopt(&self, call: Job) {
        self.unsettled();
        lock(&self.queue).calls.push(call);
        self.changed.notify_one();
    }

    /// Completes when nothing is left to be done.
    pub(super) async fn drained(&self) {
        loop {
            let idle = self.idle.notified();
            if self.len() == 0 {
                return;
            }
            idle.await;
        }
    }

    /// Lets the task end when it has nothing left to do.
    pub(super) fn close(&self) {
        self.closing.store(true, SeqCst);
        self.changed.notify_one();
    }

    /// The holds whose time has come, the calls to drive, and how long until the next hold's time.
    fn take(&self) -> (Vec<Arc<Hold>>, Vec<Job>, Option<Duration>) {
        let mut queue = lock(&self.queue);
        let mut due = std::mem::take(&mut queue.now);
        let mut wait = None;
        while let Some(next) = queue.later.first_entry() {
            let left = next.key().0.since(BootInstant::now());
            if !left.is_zero() {
                wait = Some(left);
                break;
            }
            due.push(next.remove());
        }
        (due, std::mem::take(&mut queue.calls), wait)
    }

    fn may_end(&self) -> bool {
        let queue = lock(&self.queue);
        self.closing.load(SeqCst) && queue.now.is_empty() && queue.later.is_empty() && queue.calls.is_empty()
    }
}

/// The task.
async fn run(service: Arc<Service>, mark: Mark) {
    let releaser = service.releaser();
    let mut mark = mark;
    let mut open: FuturesUnordered<Job> = FuturesUnordered::new();
    loop {
        let (due, calls, wait) = releaser.take();
        open.extend(calls);
        let batch: Vec<_> = due.into_iter().filter(|hold| hold.advance(Phase::Queued, Phase::Sent)).collect();
        if !batch.is_empty() {
            open.push(release(Sent { service: Arc::clone(&service), holds: batch }).boxed());
        }
        if open.is_empty() && wait.is_none() {
            mark = match mark.end_if(|| releaser.may_end()) {
                Some(mark) => mark,
                None => return,
            };
        }
        let sleep_on = async {
            match wait {
                Some(wait) => sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        let done = async {
            match open.next().await {
                Some(()) => {}
                None => std::future::pending().await,
            }
        };
        let changed = releaser.changed.notified();
        futures::pin_mut!(sleep_on, done, changed);
        futures::future::select(changed, futures::future::select(sleep_on, done)).await;
    }
}

/// Holds whose release was sent; those without an answer when it is dropped go back into the queue.
struct Sent {
    service: Arc<Service>,
    holds: Vec<Arc<Hold>>,
}

impl Drop for Sent {
    fn drop(&mut self) {
        for hold in self.holds.drain(..) {
            if hold.advance(Phase::Sent, Phase::Queued) {
                self.service.releaser().push(hold);
            }
        }
    }
}

async fn release(mut sent: Sent) {
    let service = Arc::clone(&sent.service);
    let requests = sent.holds.iter().map(|hold| Release::new(hold.key.clone(), hold.owner.clone())).collect();
    let limit = service.op_timeout();
    match tokio::time::timeout(limit, service.store().release_all(requests)).await {
        Ok(answers) => {
            let mut answers = answers.into_iter();
            for hold in sent.holds.drain(..) {
                let missing =
                    || Err(StoreError::new(StoreErrorKind::OutcomeUnknown, "fewer answers than requests"));
                conclude(&service, hold, answers.next().unwrap_or_else(missing));
            }
        }
        Err(_) => {
            for hold in sent.holds.drain(..) {
                conclude(&service, hold, Err(StoreError::no_answer(limit)));
            }
        }
    }
}

/// Takes the answer to a release that was sent for a hold.
pub(super) fn conclude(service: &Arc<Service>, hold: Arc<Hold>, answer: Result<ReleaseReply, StoreError>) {
    match answer {
        Ok(ReleaseReply::NotHeld) if hold.doubt_once_more() => service.try_release_again(&hold),
        Ok(reply) => service.settle(&hold, Ok(reply)),
        Err(error) if hold.deadline().has_passed() => {
            warn!("the lock {} was not released and has lapsed by now: {error}", hold.key);
            service.settle(&hold, Err(error));
        }
        Err(error) => {
            debug!("the lock {} is not released yet, this is tried again: {error}", hold.key);
            service.try_release_again(&hold);
        }
    }
}
