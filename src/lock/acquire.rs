//! How a lock is acquired: in line, and in as few words with the store as can be.

use std::{sync::Arc, time::Duration};

use futures::future::{Either, select};

use super::{
    AcquireError, Wait,
    abandoned::{Abandoned, Grant, give_back, lapsed},
    call::{Call, Finish},
    hints::Listening,
    hold::{Hold, Wanted},
    nap::{Until, nap},
    options::Resolved,
    place::Place,
    registry::Opening,
    seen::Seen,
    service::Service,
    tasks::{at_most, has_runtime},
};
use crate::{
    model::{Deadline, LockKey, Owner, clock::BootInstant},
    store::{
        Acquire, AcquireReply, Holder, Outcome, ReleaseReply, Rotate, RotateReply, StoreError,
        StoreErrorKind, StoreFuture,
    },
};

/// The lock, or else whoever held it when the options allowed one try.
pub(super) type Asked = Result<Arc<Hold>, Option<Holder>>;

/// Acquires the lock.
pub(super) async fn acquire(
    service: &Arc<Service>,
    name: &LockKey,
    options: Resolved,
) -> Result<Asked, AcquireError> {
    let key = service.namespace().qualify(name)?;
    let closing = service.closing();
    if service.is_closed() {
        return Err(AcquireError::Closed { key: name.clone() });
    }
    if !has_runtime() {
        return Err(AcquireError::NoRuntime { key: name.clone() });
    }
    service.releaser().ensure(service);
    let Resolved { ttl, wait, label, .. } = options;
    let wanted = Wanted { key, owner: Owner::unique(), label, ttl };
    let begun = BootInstant::now();
    let limit = match wait {
        Wait::Forever => None,
        Wait::Never => Some(service.op_timeout()),
        Wait::Within(limit) => Some(limit),
    };
    let mut asker = Asker {
        service,
        wanted,
        patient: wait != Wait::Never,
        begun,
        now_is_begun: true,
        limit,
        seen: Seen::default(),
    };
    let ended = {
        let waiting = async {
            match limit {
                None => asker.wait().await,
                Some(limit) => at_most(limit, asker.wait()).await.unwrap_or(Err(Ended::Time)),
            }
        };
        futures::pin_mut!(waiting, closing);
        match select(waiting, closing).await {
            Either::Left((ended, _)) => ended,
            Either::Right(_) => Err(Ended::Closed),
        }
    };
    match ended {
        Ok(Some(hold)) => Ok(Ok(hold)),
        Ok(None) => Ok(Err(asker.seen.into_holder())),
        Err(Ended::Closed) => Err(AcquireError::Closed { key: name.clone() }),
        Err(Ended::Failed(source)) => Err(AcquireError::Store { key: name.clone(), source }),
        Err(Ended::Time) => {
            // Who stood further back in line has seen nothing; the first in line has left word.
            let word = service.registry().holder(&asker.wanted.key);
            Err(asker.seen.at_the_end(name, limit.unwrap_or_default(), wait, word))
        }
    }
}

/// One acquisition.
struct Asker<'a> {
    service: &'a Arc<Service>,
    wanted: Wanted,
    patient: bool,
    begun: BootInstant,
    /// The time is still that of the beginning.
    now_is_begun: bool,
    limit: Option<Duration>,
    /// What became known during the wait, for the error at its end.
    seen: Seen,
}

/// Why an acquisition ended without the lock.
enum Ended {
    Closed,
    Failed(StoreError),
    Time,
}

impl Asker<'_> {
    /// The lock; `None` if it is held and only one try is allowed.
    async fn wait(&mut self) -> Result<Option<Arc<Hold>>, Ended> {
        let mut place = Place::take(self.service, &self.wanted.key);
        if !self.patient && !place.is_first() {
            // Others are ahead and will have it first; one look tells whether it is free all the same.
            return self.ask().await.map(Result::ok);
        }
        let mut listening: Option<Listening> = None;
        let mut polls = 0;
        let mut look = false;
        loop {
            if !place.is_first() {
                self.now_is_begun = false;
                place.turn().await;
            }
            if self.service.is_closed() {
                return Err(Ended::Closed);
            }
            // The runtime that the service's tasks ran in may have ended meanwhile.
            self.service.releaser().ensure(self.service);
            listening.iter().for_each(Listening::go_on);
            look |= place.was_hinted();
            let until = match place.open() {
                Opening::TakeOver(left) => match self.take_over(left).await {
                    Ok(Some(hold)) => return Ok(Some(hold)),
                    Ok(None) => continue,
                    Err(error) => self.retry_after(error)?,
                },
                Opening::StandBack if self.patient => {
                    self.now_is_begun = false;
                    tokio::time::sleep(self.service.stand_back()).await;
                    continue;
                }
                Opening::Unsettled if !look => Until::Settled,
                Opening::HeldHere(hold) if self.patient && !look => {
                    self.note_holder(Some(hold.as_holder()));
                    Until::Free(hold.deadline().remaining())
                }
                _ => match self.ask().await {
                    Ok(Ok(hold)) => return Ok(Some(hold)),
                    Ok(Err(_)) if !self.patient => return Ok(None),
                    Ok(Err(remaining)) => Until::Free(remaining),
                    Err(Ended::Failed(error)) => self.retry_after(error)?,
                    Err(ended) => return Err(ended),
                },
            };
            if listening.is_none()
                && matches!(until, Until::Free(_))
                && self.service.store().capabilities().wakeups
            {
                // The store is listened to before it is asked again: a release in between is not missed, because the
                // stream begins with a hint.
                listening = Some(self.service.hints().listen(self.service));
            }
            polls += 1;
            self.now_is_begun = false;
            let nap = self.until_last_call(nap(until, polls, listening.is_some()));
            look = tokio::time::timeout(nap, place.woken()).await.is_err();
        }
    }

    /// Cuts a nap short so that the last try goes out while there is time for its answer.
    fn until_last_call(&self, nap: Duration) -> Duration {
        let last = self.limit.and_then(|limit| limit.checked_sub(self.service.last_call()));
        let left = last.and_then(|last| last.checked_sub(BootInstant::now().since(self.begun)));
        left.filter(|left| !left.is_zero()).map_or(nap, |left| left.min(nap))
    }

    fn now(&mut self) -> BootInstant {
        if std::mem::take(&mut self.now_is_begun) { self.begun } else { BootInstant::now() }
    }

    /// Asks the store: the hold, or how long somebody else holds it.
    async fn ask(&mut self) -> Result<Result<Arc<Hold>, Option<Duration>>, Ended> {
        let _asking = self.service.releaser().asking();
        let Wanted { key, owner, label, ttl } = self.wanted.clone();
        let sent = self.now();
        let call = self.service.store().acquire(Acquire::new(key, owner, label, ttl));
        let (answer, answered) = self.call(sent, call, None).await;
        match answer.map_err(Ended::Failed)? {
            AcquireReply::Granted { token } => {
                let deadline = Deadline::counted_from(sent, self.wanted.ttl);
                self.grant(Hold::granted(&self.wanted, token, deadline), answered, None).map(Ok)
            }
            AcquireReply::Held { remaining, holder } => {
                self.note_holder(holder);
                Ok(Err(remaining))
            }
        }
    }

    /// Takes over a lock that a guard of this service has let go of; `None` if that is no longer to be had.
    async fn take_over(&mut self, left: Arc<Hold>) -> Result<Option<Arc<Hold>>, StoreError> {
        let _asking = self.service.releaser().asking();
        let Wanted { key, owner, label, ttl } = self.wanted.clone();
        let sent = self.now();
        let rotate = Rotate::new(key, left.owner.clone(), owner, label, ttl, None);
        let call = self.service.store().rotate(rotate);
        let (answer, answered) = self.call(sent, call, Some(&left)).await;
        match answer {
            Ok(RotateReply::Granted { token }) => {
                let deadline = Deadline::counted_from(sent, ttl);
                match self.grant(Hold::granted(&self.wanted, token, deadline), answered, Some(&left)) {
                    Ok(hold) => Ok(Some(hold)),
                    Err(Ended::Failed(error)) => Err(error),
                    Err(_) => Ok(None),
                }
            }
            Ok(RotateReply::NotHeld) => {
                lapsed(self.service, left);
                Ok(None)
            }
            Err(error) => {
                if error.outcome() == Outcome::NotDone {
                    give_back(self.service, &left);
                }
                Err(error)
            }
        }
    }

    /// A call of this acquisition, which goes on without it if it must; and when it was answered.
    async fn call<T: Grant + Send + 'static>(
        &self,
        sent: BootInstant,
        call: StoreFuture<T>,
        from: Option<&Arc<Hold>>,
    ) -> (Result<T, StoreError>, BootInstant) {
        let abandoned = || Abandoned {
            wanted: self.wanted.clone(),
            deadline: Deadline::counted_from(sent, self.wanted.ttl),
            from: from.cloned(),
        };
        let call = Call::new(self.service, call, abandoned());
        let patience = self.service.patience();
        let answer = match self.limit {
            Some(limit) if limit <= patience => Some(call.await),
            _ => at_most(patience, call).await.ok(),
        };
        let answered = BootInstant::now();
        self.service.observe(sent, answered);
        if let Some(Err(error)) = &answer
            && error.outcome() == Outcome::Unknown
        {
            // Whatever the store did, it is not answered to us: that much has to be cleaned up.
            Finish::<T>::abandoned(&abandoned(), self.service);
            Finish::<T>::finish(abandoned(), self.service, None);
        }
        (answer.unwrap_or_else(|| Err(StoreError::no_answer(patience))), answered)
    }

    /// Registers a grant, and lets go of it if it has come too late.
    fn grant(
        &mut self,
        hold: Hold,
        answered: BootInstant,
        taken_over: Option<&Arc<Hold>>,
    ) -> Result<Arc<Hold>, Ended> {
        let hold = Arc::new(hold);
        self.service.registry().granted(&hold, taken_over.is_some());
        if let Some(left) = taken_over {
            self.service.settle(left, Ok(ReleaseReply::Released));
        }
        if self.service.is_closed() {
            self.service.let_go(&hold);
            return Err(Ended::Closed);
        }
        if hold.deadline().had_passed(answered) {
            // The release of this grant may still be on its way when the next one comes: that must be another owner's.
            self.wanted.owner = Owner::unique();
            self.service.let_go(&hold);
            let late = "the lock was granted after its ttl was over; use a longer ttl";
            return Err(Ended::Failed(StoreError::new(StoreErrorKind::Unavailable, late)));
        }
        Ok(hold)
    }

    fn note_holder(&mut self, holder: Option<Holder>) {
        self.service.registry().note_holder(&self.wanted.key, holder.as_ref());
        self.seen = Seen::held_by(holder);
    }

    /// A store that cannot be reached is tried again for as long as there is time.
    fn retry_after(&mut self, error: StoreError) -> Result<Until, Ended> {
        if !self.patient || error.kind() != StoreErrorKind::Unavailable {
            return Err(Ended::Failed(error));
        }
        Ok(Until::Back(self.seen.failed(error)))
    }
}
