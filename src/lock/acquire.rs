//! How a lock is acquired: in line, and in as few words with the store as can be.

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use futures::{
    FutureExt,
    future::{Either, select},
};

use super::{
    AcquireError, Wait,
    asker::{Asker, Ended},
    hints::Listening,
    hold::Hold,
    nap::{CAP, Until, nap},
    options::Resolved,
    place::Place,
    registry::Opening,
    seen::Seen,
    service::Service,
    tasks::{at_most, has_runtime},
    ticks::Ticks,
    wanted::Wanted,
};
use crate::{
    model::{LockKey, Owner, clock::BootInstant},
    store::sharded::lock,
};

/// Acquires the lock once, as part of something that has `begun` then, if that is not now; `None` if it is held and
/// `tries`, which does not wait.
pub(super) async fn acquire(
    service: &Arc<Service>,
    name: &LockKey,
    options: &Resolved,
    tries: bool,
    begun: Option<BootInstant>,
) -> Result<Option<Arc<Hold>>, AcquireError> {
    let key = service.namespace().qualify(name)?;
    let closing = service.closing();
    if service.is_closed() {
        return Err(AcquireError::Closed { key: name.clone() });
    }
    if !has_runtime() {
        return Err(AcquireError::NoRuntime { key: name.clone() });
    }
    service.ensure_tasks();
    let wait = if tries { Wait::Never } else { options.wait };
    let patient = wait != Wait::Never;
    let limit = match wait {
        Wait::Forever => None,
        Wait::Never => Some(service.op_timeout()),
        Wait::Within(limit) => Some(limit),
    };
    let ticks = if patient { Ticks::wished_for(options) } else { None };
    let now = BootInstant::now();
    let Resolved { ttl, kept_alive, on_store_error, .. } = *options;
    let (owner, seat) = match &options.seat {
        Some(owner) => (owner.clone(), true),
        None => (Owner::made_at(now), false),
    };
    let label = options.label.clone();
    let mut asker = Asker {
        service,
        wanted: Wanted { key, owner, label, ttl, kept_alive, seat },
        patient,
        begun: begun.unwrap_or(now),
        now_is_begun: begun.is_none(),
        limit,
        on_store_error,
        ticks,
        looks: 0,
        line: None,
        before: None,
        seen: Seen::default(),
    };
    let left = match (limit, begun) {
        (Some(limit), Some(_)) if patient => Some(limit.saturating_sub(asker.waited())),
        _ => limit,
    };
    let ended = {
        // Pinned where it is made: it is large, and most of it is never looked at.
        let waiting = pin!(asker.wait());
        let waiting = pin!(async {
            match left {
                None => waiting.await,
                Some(left) => at_most(left, waiting).await.unwrap_or(Err(Ended::Time)),
            }
        });
        match select(waiting, pin!(closing)).await {
            Either::Left((ended, _)) => ended,
            Either::Right(_) => Err(Ended::Closed),
        }
    };
    let waited = match ended {
        Ok(Some(hold)) => return Ok(Some(hold)),
        Ok(None) if tries => return Ok(None),
        Ok(None) => Duration::ZERO,
        Err(Ended::Closed) => return Err(AcquireError::Closed { key: name.clone() }),
        Err(Ended::Failed(source)) => return Err(AcquireError::Store { key: name.clone(), source }),
        Err(Ended::Time) => limit.unwrap_or_default(),
        Err(Ended::UsedUp) => asker.waited(),
    };
    let attempts = asker.attempts();
    // Who stood further back in line has seen nothing; the first in line has left word.
    let word = asker.line.as_ref().and_then(|looks| lock(&looks.holder).clone());
    Err(asker.seen.at_the_end(service, name, &asker.wanted.key, waited, attempts, word))
}

impl Asker<'_> {
    /// The lock; `None` if it is held and only one try is allowed.
    async fn wait(&mut self) -> Result<Option<Arc<Hold>>, Ended> {
        let mut place = Place::take(self.service, &self.wanted);
        if !self.patient && !place.is_first() {
            // Others are ahead and will have it first; one look tells whether it is free all the same.
            return self.ask(&mut place).await.map(Result::ok);
        }
        if self.is_counted() {
            // Who looks seldom must not miss that somebody wakes it.
            place.line_up();
        }
        let mut listening: Option<Listening> = None;
        let mut polls = 0;
        let mut look = false;
        loop {
            if !place.is_first() {
                self.now_is_begun = false;
                if let Some(hold) = self.stand_behind(&mut place).await? {
                    return Ok(Some(hold));
                }
            }
            if self.service.is_closed() {
                return Err(Ended::Closed);
            }
            // The runtime that the service's tasks ran in may have ended meanwhile.
            self.service.ensure_tasks();
            listening.iter().for_each(Listening::go_on);
            look |= place.was_hinted();
            let due = self.is_due();
            let until = match place.open() {
                Opening::TakeOver(left) => match self.take_over(&mut place, left).await {
                    Ok(Some(hold)) => return Ok(Some(hold)),
                    Ok(None) => continue,
                    Err(Ended::Failed(error)) => self.retry_after(error)?,
                    Err(ended) => return Err(ended),
                },
                Opening::StandBack if self.patient => {
                    self.now_is_begun = false;
                    tokio::time::sleep(self.service.stand_back()).await;
                    continue;
                }
                Opening::Unsettled if !look => Until::Settled,
                Opening::Overdue => Until::Settled,
                Opening::HeldHere(hold) if self.patient && !look && !due => {
                    self.note_holder(Some(hold.as_holder()));
                    Until::Free(hold.deadline().remaining())
                }
                _ => {
                    if due {
                        self.count();
                    }
                    match self.ask(&mut place).await {
                        Ok(Ok(hold)) => return Ok(Some(hold)),
                        Ok(Err(_)) if !self.patient => return Ok(None),
                        Ok(Err(_)) if self.is_used_up() => return Err(Ended::UsedUp),
                        Ok(Err(remaining)) => Until::Free(remaining),
                        Err(Ended::Failed(error)) => self.retry_after(error)?,
                        Err(ended) => return Err(ended),
                    }
                }
            };
            if listening.is_none()
                && matches!(until, Until::Free(_))
                && self.service.store().capabilities().wakeups
            {
                // The store is listened to before it is asked again: a release in between is not missed, because the
                // stream begins with a hint.
                listening = Some(self.service.hints().listen(self.service));
            }
            if let Until::Back(_) = until {
                // The failure itself may have woken this one, which is no reason to go on at once.
                _ = place.woken().now_or_never();
            }
            polls += 1;
            self.now_is_begun = false;
            look = match until {
                Until::Back(_) | Until::Free(_) if self.is_counted() => self.doze(&mut place, until).await,
                _ => {
                    let nap = self.until_last_call(nap(until, polls, listening.is_some()));
                    let nap = self.ticks.map_or(nap, |ticks| nap.min(ticks.every()));
                    tokio::time::timeout(nap, place.woken()).await.is_err()
                }
            };
        }
    }

    /// Waits for its turn; the lock, if somebody else of the same seat has it first.
    async fn stand_behind(&mut self, place: &mut Place<'_>) -> Result<Option<Arc<Hold>>, Ended> {
        self.line = place.looks().cloned();
        self.before = self.line.as_ref().map(|looks| looks.made.load(SeqCst));
        let mut glance = self.wanted.seat;
        while !place.is_first() {
            if glance || self.wanted.seat && place.was_hinted() {
                match self.ask(place).await {
                    Ok(Ok(hold)) => return Ok(Some(hold)),
                    Ok(Err(_)) => {}
                    Err(Ended::Failed(error)) => _ = self.retry_after(error)?,
                    Err(ended) => return Err(ended),
                }
            }
            if self.is_due() && !self.have_looked(place).await? {
                continue;
            }
            let tick = self.ticks.map(|ticks| ticks.left(self.waited()));
            let nap = if self.wanted.seat { Some(tick.map_or(CAP, |tick| tick.min(CAP))) } else { tick };
            glance = match nap {
                None => {
                    place.woken().await;
                    false
                }
                Some(nap) => tokio::time::timeout(nap, place.woken()).await.is_err() && self.wanted.seat,
            };
        }
        self.looks = self.looks_made();
        self.before = None;
        if self.is_due() && self.ticks.is_some_and(|ticks| place.is_looked_at(ticks.every())) {
            // The one before it has looked and gone away.
            self.count();
        }
        if self.is_used_up() { Err(Ended::UsedUp) } else { Ok(None) }
    }

    /// Has the first in line look at the store, unless somebody has just done so. Says `false` if it does not know yet
    /// whether that was done.
    async fn have_looked(&mut self, place: &mut Place<'_>) -> Result<bool, Ended> {
        let (Some(ticks), Some(looks)) = (self.ticks, place.looks().cloned()) else { return Ok(true) };
        let more = looks.more.notified();
        if !place.is_looked_at(ticks.every()) && ticks.is_last() {
            // What this look finds decides. Who is asked for it may be hung up, or no longer polled.
            let woken = place.woken();
            futures::pin_mut!(more, woken);
            let told = tokio::time::timeout(self.service.op_timeout(), select(more, woken)).await;
            if told.is_ok() {
                return Ok(false);
            }
        }
        self.count();
        if self.is_used_up() { Err(Ended::UsedUp) } else { Ok(true) }
    }

    /// Sleeps as one whose looks are counted: until the next one is due, the holder's lease ends, or somebody wakes it.
    /// Says whether the store is to be looked at then.
    async fn doze(&self, place: &mut Place<'_>, until: Until) -> bool {
        let asleep = self.waited();
        let expiry = until.expiry().map(|left| asleep.saturating_add(left));
        loop {
            let now = self.waited();
            let tick = self.ticks.map_or(CAP, |ticks| ticks.left(now));
            let free = expiry.map_or(CAP, |expiry| expiry.saturating_sub(now));
            if tokio::time::timeout(tick.min(free).min(CAP), place.woken()).await.is_ok() {
                return false;
            }
            // Those behind rely on this one, who may look more seldom than they want.
            let now = self.waited();
            if self.is_due() || expiry.is_some_and(|expiry| expiry <= now) || place.others_wait() {
                return true;
            }
        }
    }

    /// Cuts a nap short so that the last try goes out while there is time for its answer.
    fn until_last_call(&self, nap: Duration) -> Duration {
        let last = self.limit.and_then(|limit| limit.checked_sub(self.service.last_call()));
        let left = last.and_then(|last| last.checked_sub(self.waited()));
        left.filter(|left| !left.is_zero()).map_or(nap, |left| left.min(nap))
    }
}
