//! Keeps leases alive for as long as their guards live: one task for all of a service.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
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
    releaser::BATCH,
    renew::{By, Meaning, Renewal},
    service::Service,
    tasks::{Mark, Running, within},
    term::{Need, due},
};
use crate::{
    log::warn,
    model::{Deadline, clock::BootInstant},
};

/// Nothing is to be renewed.
const NEVER: u64 = u64::MAX;
/// How often the clock is looked at: the runtime's timer stands still while the machine sleeps.
const LOOK: Duration = Duration::from_secs(1);

/// When the task is needed next. Who has a lease that is due later need not tell it: it goes through all holds then.
pub(super) struct Keeper {
    /// As `BootInstant::as_nanos`.
    next: AtomicU64,
    changed: Notify,
    running: Running,
    /// No handle is left, and so no lease.
    closing: AtomicBool,
}

impl Default for Keeper {
    fn default() -> Self {
        Self {
            next: AtomicU64::new(NEVER),
            changed: Notify::new(),
            running: Running::default(),
            closing: AtomicBool::new(false),
        }
    }
}

impl Keeper {
    /// Starts the task again if its runtime has ended and there is something to renew.
    pub(super) fn ensure(&self, service: &Arc<Service>) {
        if self.next.load(SeqCst) != NEVER {
            self.running.ensure(|mark| run(Arc::clone(service), mark));
        }
    }

    /// A lease was granted that is to be kept alive.
    pub(super) fn granted(&self, service: &Arc<Service>, hold: &Hold, deadline: Deadline) {
        if hold.is_kept_alive() {
            let due = hold.ttl.as_duration().and_then(|ttl| due(ttl, deadline));
            self.at(service, due);
        }
    }

    /// The time of a lease has changed.
    pub(super) fn watch(&self, service: &Arc<Service>, hold: &Hold) {
        self.at(service, hold.due(BootInstant::now()).map(|(due, _)| due));
    }

    /// Lets the task end.
    pub(super) fn close(&self) {
        self.closing.store(true, SeqCst);
        self.changed.notify_one();
    }

    fn at(&self, service: &Arc<Service>, due: Option<BootInstant>) {
        let Some(due) = due else { return };
        let due = due.as_nanos();
        if due < self.next.load(SeqCst) {
            self.next.fetch_min(due, SeqCst);
            self.ensure(service);
            self.changed.notify_one();
        }
    }

    /// How long until it is needed: zero if it is needed now.
    fn wait(&self, now: BootInstant) -> Option<Duration> {
        match self.next.load(SeqCst) {
            NEVER => None,
            next => Some(Duration::from_nanos(next.saturating_sub(now.as_nanos()))),
        }
    }

    /// The renewals that are to be sent now, each with the time that its answer may take.
    fn take(&self, service: &Arc<Service>, now: BootInstant) -> Vec<(Duration, Renewal)> {
        // What changes from here on counts besides what is found.
        self.next.store(NEVER, SeqCst);
        let mut soon = Vec::new();
        let mut others = None;
        service.registry().each_hold(|hold| match hold.due(now) {
            Some((due, early)) if now.checked_add(early).is_some_and(|now| due <= now) => {
                soon.push((due, Arc::clone(hold)));
            }
            Some((due, _)) => others = Some(others.map_or(due, |other: BootInstant| other.min(due))),
            None => {}
        });
        let first = soon.iter().map(|(due, _)| *due).min();
        self.next.fetch_min(others.map_or(NEVER, BootInstant::as_nanos), SeqCst);
        if first.is_none_or(|first| first > now) {
            // Nobody has to go, so nobody goes along.
            self.next.fetch_min(first.map_or(NEVER, BootInstant::as_nanos), SeqCst);
            return Vec::new();
        }
        soon.into_iter().filter_map(|(_, hold)| begin(service, &hold, now)).collect()
    }
}

/// Begins the renewal of a lease that is due, if it can still be renewed.
fn begin(service: &Arc<Service>, hold: &Arc<Hold>, now: BootInstant) -> Option<(Duration, Renewal)> {
    let Hold { key, label, .. } = &**hold;
    let need = hold.need(now);
    if let Need::Renewal { ends_in: Some(left), .. } | Need::End { ends_in: left } = need {
        warn!(
            "the lock {key} of {label} was held for its longest time: it is lost in {left:?} unless it is extended"
        );
    }
    match need {
        Need::Renewal { ttl, limit, .. } => {
            Some((limit, Renewal::begin(service, hold, ttl, now, By::Keeper)?))
        }
        Need::Lapsed => {
            warn!("the lock {key} of {label} is lost: it was not renewed in time");
            None
        }
        Need::End { .. } | Need::Nothing => None,
    }
}

/// Leases that are renewed in one call: not too many, and none whose answer is awaited for twice as long as another's.
fn batches(mut due: Vec<(Duration, Renewal)>) -> Vec<(Duration, Vec<Renewal>)> {
    due.sort_by_key(|(limit, _)| *limit);
    let mut batches: Vec<(Duration, Vec<Renewal>)> = Vec::new();
    for (limit, renewal) in due {
        match batches.last_mut() {
            Some((shortest, batch)) if batch.len() < BATCH && limit <= shortest.saturating_mul(2) => {
                batch.push(renewal);
            }
            _ => batches.push((limit, vec![renewal])),
        }
    }
    batches
}

/// The task.
async fn run(service: Arc<Service>, mark: Mark) {
    let keeper = service.keeper();
    let _mark = mark;
    let mut open = FuturesUnordered::new();
    // Whatever was renewed by a task before is looked at once.
    keeper.next.fetch_min(0, SeqCst);
    while !keeper.closing.load(SeqCst) {
        let now = BootInstant::now();
        if keeper.wait(now) == Some(Duration::ZERO) {
            for (limit, batch) in batches(keeper.take(&service, now)) {
                // A store that panics ends its own call and no other.
                open.push(AssertUnwindSafe(renew(&service, limit, batch)).catch_unwind());
            }
        }
        let wait = keeper.wait(now).map(|wait| wait.min(LOOK));
        let due = wait.map_or_else(|| Either::Right(pending()), |wait| Either::Left(sleep(wait)));
        let done = if open.is_empty() { Either::Right(pending()) } else { Either::Left(open.next()) };
        let changed = keeper.changed.notified();
        futures::pin_mut!(due, changed);
        if let Either::Right((Either::Left((Some(Err(_)), _)), _)) = select(changed, select(done, due)).await
        {
            warn!("the lock store panicked in the background");
        }
    }
}

/// Renews the leases of a batch.
async fn renew(service: &Arc<Service>, limit: Duration, batch: Vec<Renewal>) {
    let requests = batch.iter().map(Renewal::request).collect();
    // What is dropped without an answer counts as unknown. Its leases cannot be extended before that.
    let answers = within(limit.min(service.patience()), service.store().extend_all(requests)).await;
    service.outage().heard_all(answers.as_deref());
    let mut answers = answers.into_iter().flatten();
    for renewal in batch {
        let hold = Arc::clone(renewal.hold());
        let answer = answers.next();
        if let Some(Ok(reply)) = &answer {
            hold.heard(reply);
        }
        let meaning = answer.as_ref().map_or(Meaning::Unknown, Meaning::of_extension);
        if renewal.end(meaning) && matches!(meaning, Meaning::Lost) {
            warn!("the lock {} of {} is lost: the store does not have it any more", hold.key, hold.label);
        }
    }
}
