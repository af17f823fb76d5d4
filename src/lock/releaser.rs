//! What is left to be done after guards and callers have gone away: one queue per service, one task per queue.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    future::{Either, pending, select},
    stream::FuturesUnordered,
};
use tokio::{sync::Notify, time::sleep};

use super::{
    hold::Hold,
    service::Service,
    tasks::{Mark, Running, within},
};
use crate::{
    log::warn,
    model::clock::BootInstant,
    store::{Outcome, Release, ReleaseReply, StoreError, StoreErrorKind, sharded::lock},
};

/// How long a waiter of this service may leave a hold that it was offered, before it is released all the same.
const OFFER: Duration = Duration::from_millis(50);
/// How long to wait before a release is sent once more; twice as long each time that it fails.
const RETRY: Duration = Duration::from_millis(200);
/// But not longer than this.
const MAX_RETRY: Duration = Duration::from_secs(2);
/// How many locks are released, or renewed, in one call.
pub(super) const BATCH: usize = 500;

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
    /// How many acquisitions have a call open.
    asking: AtomicUsize,
    idle: Notify,
    /// Somebody has waited for that, ever: few services are drained twice.
    is_awaited: AtomicBool,
}

/// A hold with its ticket.
type Queued = (Arc<Hold>, u32);

#[derive(Default)]
struct Queue {
    now: Vec<Queued>,
    /// By time, and by number where the times are equal.
    later: BTreeMap<(BootInstant, u64), Queued>,
    number: u64,
    calls: Vec<Job>,
}

impl Releaser {
    /// Starts the task unless it is there, or there is no runtime to start it in.
    pub(super) fn ensure(&self, service: &Arc<Service>) {
        self.running.ensure(|mark| run(Arc::clone(service), mark));
    }

    /// One more hold is leaving.
    pub(super) fn unsettled(&self) {
        self.unsettled.fetch_add(1, SeqCst);
    }

    /// A hold or a call is over.
    pub(super) fn settled(&self) {
        if self.unsettled.fetch_sub(1, SeqCst) == 1 {
            self.tell_drained();
        }
    }

    /// An acquisition asks the store; when it is dropped without an answer, its call is adopted first.
    pub(super) fn asking(&self) -> Asking<'_> {
        self.asking.fetch_add(1, SeqCst);
        Asking(self)
    }

    /// How many holds and calls are not over.
    pub(super) fn unsettled_len(&self) -> usize {
        self.unsettled.load(SeqCst)
    }

    /// The same, with the calls that somebody waits for.
    pub(super) fn open_len(&self) -> usize {
        // In this order: a call that is adopted in between is counted twice, not missed.
        self.asking.load(SeqCst) + self.unsettled_len()
    }

    /// Releases a hold.
    pub(super) fn push(&self, hold: Arc<Hold>) {
        let ticket = hold.queue_up();
        lock(&self.queue).now.push((hold, ticket));
        self.changed.notify_one();
    }

    /// Releases a hold, unless a waiter has taken it over by then.
    pub(super) fn push_offered(&self, hold: Arc<Hold>) {
        self.push_later(hold, OFFER);
    }

    /// Releases a hold once more, after `failures` that failed.
    pub(super) fn push_again(&self, hold: Arc<Hold>, failures: u8) {
        let doubled = RETRY.saturating_mul(1 << failures.saturating_sub(1).min(8));
        self.push_later(hold, doubled.min(MAX_RETRY));
    }

    fn push_later(&self, hold: Arc<Hold>, delay: Duration) {
        let Some(at) = BootInstant::now().checked_add(delay) else { return self.push(hold) };
        let ticket = hold.queue_up();
        let mut queue = lock(&self.queue);
        queue.number += 1;
        let slot = (at, queue.number);
        queue.later.insert(slot, (hold, ticket));
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

    /// A count is at zero; between two acquisitions it often is.
    fn tell_drained(&self) {
        if self.is_awaited.load(SeqCst) {
            self.idle.notify_waiters();
        }
    }

    /// Completes when nothing is left to be done, by this count.
    pub(super) async fn drained(&self, open: impl Fn(&Self) -> usize) {
        self.is_awaited.store(true, SeqCst);
        loop {
            let idle = self.idle.notified();
            if open(self) == 0 {
                return;
            }
            idle.await;
        }
    }

    /// Lets the task end when it has nothing left to do.
    pub(super) fn close(&self, service: &Arc<Service>) {
        self.closing.store(true, SeqCst);
        self.changed.notify_one();
        if !self.has_work() {
            return;
        }
        self.ensure(service);
        if !self.running.is_there() {
            // Nobody will ever drive these; they keep the service, and the service keeps them.
            let calls = std::mem::take(&mut lock(&self.queue).calls);
            drop(calls);
        }
    }

    /// The holds whose time has come, the calls to drive, and how long until the next hold's time.
    fn take(&self) -> (Vec<Queued>, Vec<Job>, Option<Duration>) {
        let mut queue = lock(&self.queue);
        let mut due = std::mem::take(&mut queue.now);
        let mut wait = None;
        let now = BootInstant::now();
        while let Some(next) = queue.later.first_entry() {
            let left = next.key().0.since(now);
            if !left.is_zero() {
                wait = Some(left);
                break;
            }
            due.push(next.remove());
        }
        (due, std::mem::take(&mut queue.calls), wait)
    }

    fn has_work(&self) -> bool {
        let queue = lock(&self.queue);
        !(queue.now.is_empty() && queue.later.is_empty() && queue.calls.is_empty())
    }

    fn may_end(&self) -> bool {
        self.closing.load(SeqCst) && !self.has_work()
    }
}

/// A call of an acquisition, from when it is made until its answer is seen to.
pub(super) struct Asking<'a>(&'a Releaser);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if self.0.asking.fetch_sub(1, SeqCst) == 1 {
            self.0.tell_drained();
        }
    }
}

/// The task.
async fn run(service: Arc<Service>, mark: Mark) {
    let releaser = service.releaser();
    let mut mark = mark;
    let mut open = FuturesUnordered::new();
    // A store that panics ends its own call and no other.
    let guarded = |job: Job| AssertUnwindSafe(job).catch_unwind();
    loop {
        let (due, calls, wait) = releaser.take();
        open.extend(calls.into_iter().map(guarded));
        let due = due.into_iter().filter_map(|(hold, ticket)| hold.may_send(ticket).then_some(hold));
        let due: Vec<_> = due.filter(|hold| !has_lapsed(&service, hold)).collect();
        for batch in due.chunks(BATCH) {
            let sent = Sent { service: Arc::clone(&service), holds: batch.to_vec() };
            open.push(guarded(release(sent).boxed()));
        }
        if open.is_empty() && wait.is_none() {
            mark = match mark.end_if(|| releaser.may_end()) {
                Some(mark) => mark,
                None => return,
            };
        }
        let due = wait.map_or_else(|| Either::Right(pending()), |wait| Either::Left(sleep(wait)));
        let done = if open.is_empty() { Either::Right(pending()) } else { Either::Left(open.next()) };
        let changed = releaser.changed.notified();
        futures::pin_mut!(due, changed);
        if let Either::Right((Either::Left((Some(Err(_)), _)), _)) = select(changed, select(done, due)).await
        {
            warn!("the lock store panicked in the background");
        }
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
            let failures = hold.release_failed(Outcome::Unknown);
            self.service.try_release_again(&hold, failures);
        }
    }
}

async fn release(mut sent: Sent) {
    let service = Arc::clone(&sent.service);
    let requests = sent.holds.iter().map(|hold| Release::new(hold.key.clone(), hold.owner.clone())).collect();
    let limit = service.op_timeout();
    let answers = within(limit, service.store().release_all(requests)).await;
    service.outage().heard_all(answers.as_deref());
    let answered = answers.is_ok();
    let missing = || match answered {
        true => StoreError::new(StoreErrorKind::OutcomeUnknown, "fewer answers than requests"),
        false => StoreError::no_answer(limit),
    };
    let mut answers = answers.into_iter().flatten();
    for hold in sent.holds.drain(..) {
        conclude(&service, hold, answers.next().unwrap_or_else(|| Err(missing())));
    }
}

/// Takes the answer to a release that was sent for a hold.
pub(super) fn conclude(service: &Arc<Service>, hold: Arc<Hold>, answer: Result<ReleaseReply, StoreError>) {
    match answer {
        Ok(ReleaseReply::NotHeld) if hold.doubt_once_more() => service.try_release_again(&hold, 1),
        Ok(ReleaseReply::NotHeld) if hold.was_maybe_released() => {
            service.settle(&hold, Ok(ReleaseReply::Released));
        }
        Ok(reply) => service.settle(&hold, Ok(reply)),
        Err(error) => {
            if !try_again(service, &hold, &error) {
                give_up(service, &hold, error);
            }
        }
    }
}

/// A release that has failed before is dropped once the lease is over: the queue is no longer than what was held.
fn has_lapsed(service: &Arc<Service>, hold: &Arc<Hold>) -> bool {
    let lapsed = hold.has_failures() && hold.deadline().has_passed();
    if lapsed {
        let late = "the lock was not released before its ttl was over";
        give_up(service, hold, StoreError::new(StoreErrorKind::OutcomeUnknown, late));
    }
    lapsed
}

/// No release is sent any more: the lock ends with its ttl.
pub(super) fn give_up(service: &Service, hold: &Arc<Hold>, error: StoreError) {
    service.outage().gave_up();
    service.settle(hold, Err(error));
}

/// Sends a release that has failed once more, later. Says `false` if that is no use.
pub(super) fn try_again(service: &Arc<Service>, hold: &Arc<Hold>, error: &StoreError) -> bool {
    // A seat may be taken again by the same owner meanwhile, and is not to be lost then.
    if hold.seat || !error.is_retryable() || hold.deadline().has_passed() {
        return false;
    }
    let failures = hold.release_failed(error.outcome());
    service.try_release_again(hold, failures);
    true
}
