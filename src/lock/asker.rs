//! One acquisition, and how it speaks to the store.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use super::{
    OnStoreError,
    abandoned::{Abandoned, Grant, give_back, lapsed},
    call::{Call, Finish},
    hold::Hold,
    looks::Looks,
    nap::Until,
    place::Place,
    seen::Seen,
    service::Service,
    tasks::at_most,
    ticks::Ticks,
    wanted::Wanted,
};
use crate::{
    model::{Deadline, FencingToken, Owner, clock::BootInstant},
    store::{
        Acquire, AcquireReply, Holder, Outcome, ReleaseReply, Rotate, RotateReply, StoreError,
        StoreErrorKind, StoreFuture,
    },
};

pub(super) struct Asker<'a> {
    pub(super) service: &'a Arc<Service>,
    pub(super) wanted: Wanted,
    /// More than one try is allowed.
    pub(super) patient: bool,
    pub(super) begun: BootInstant,
    /// The time is still that of the beginning.
    pub(super) now_is_begun: bool,
    pub(super) limit: Option<Duration>,
    pub(super) on_store_error: Option<OnStoreError>,
    pub(super) ticks: Option<Ticks>,
    /// How often it has looked at the store itself.
    pub(super) looks: u32,
    /// The looks of its line, unless it was the first from the beginning.
    pub(super) line: Option<Arc<Looks>>,
    /// How many of them there were when it came, while it is not the first.
    pub(super) before: Option<u32>,
    /// What became known during the wait, for the error at its end.
    pub(super) seen: Seen,
}

/// Why an acquisition ended without the lock.
pub(super) enum Ended {
    Closed,
    Failed(StoreError),
    /// Its time was up.
    Time,
    /// Its attempts were used up.
    UsedUp,
}

impl Asker<'_> {
    fn now(&mut self) -> BootInstant {
        if std::mem::take(&mut self.now_is_begun) { self.begun } else { BootInstant::now() }
    }

    /// Asks the store: the hold, or how long somebody else holds it.
    pub(super) async fn ask(
        &mut self,
        place: &mut Place<'_>,
    ) -> Result<Result<Arc<Hold>, Option<Duration>>, Ended> {
        let _asking = self.service.releaser().asking();
        let Wanted { key, owner, label, ttl, .. } = self.wanted.clone();
        let sent = self.now();
        self.looks = self.looks.saturating_add(1);
        let call = self.service.store().acquire(Acquire::new(key, owner, label, ttl));
        let (answer, answered) = self.call(sent, call, None).await;
        let ended = match answer {
            Ok(AcquireReply::Granted { token }) => {
                return self.grant(place, token, (sent, answered), None).map(Ok);
            }
            Ok(AcquireReply::Held { remaining, holder }) => {
                self.note_holder(holder);
                Ok(Err(remaining))
            }
            Err(error) => Err(Ended::Failed(error)),
        };
        self.service.registry().note_look(&self.wanted.key, answered);
        ended
    }

    /// Takes over a lock that a guard of this service has let go of; `None` if that is no longer to be had.
    pub(super) async fn take_over(
        &mut self,
        place: &mut Place<'_>,
        left: Arc<Hold>,
    ) -> Result<Option<Arc<Hold>>, Ended> {
        let _asking = self.service.releaser().asking();
        let Wanted { key, owner, label, ttl, .. } = self.wanted.clone();
        let sent = self.now();
        let rotate = Rotate::new(key, left.owner.clone(), owner, label, ttl, None);
        let call = self.service.store().rotate(rotate);
        let (answer, answered) = self.call(sent, call, Some(&left)).await;
        match answer {
            Ok(RotateReply::Granted { .. }) if self.wanted.seat => {
                self.service.settle(&left, Ok(ReleaseReply::Released));
                // Its owner may have had it already, for nobody knows how long: to acquire it again says that.
                Ok(self.ask(place).await?.ok())
            }
            Ok(RotateReply::Granted { token }) => {
                self.grant(place, token, (sent, answered), Some(&left)).map(Some)
            }
            Ok(RotateReply::NotHeld) => {
                lapsed(self.service, left);
                Ok(None)
            }
            Err(error) => {
                if error.outcome() == Outcome::NotDone {
                    give_back(self.service, &left);
                }
                Err(Ended::Failed(error))
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
        let call = Call::new(self.service, call, &abandoned);
        let patience = match self.on_store_error {
            // Who wants to ask again does not wait for one answer until the end.
            Some(OnStoreError::RetryUntilDeadline) => self.service.op_timeout(),
            _ => self.service.patience(),
        };
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
        place: &mut Place<'_>,
        token: FencingToken,
        (sent, answered): (BootInstant, BootInstant),
        taken_over: Option<&Arc<Hold>>,
    ) -> Result<Arc<Hold>, Ended> {
        let deadline = Deadline::counted_from(sent, self.wanted.ttl);
        let hold = Hold::granted(&self.wanted, token, deadline, answered.wall_micros());
        let deadline = if hold.seat {
            self.service.registry().seat_granted(&hold, answered);
            hold.deadline()
        } else {
            place.granted(&hold, taken_over.is_some(), answered)
        };
        if let Some(left) = taken_over {
            self.service.settle(left, Ok(ReleaseReply::Released));
        }
        if self.service.is_closed() {
            self.service.let_go(&hold);
            return Err(Ended::Closed);
        }
        if deadline.had_passed(answered) {
            self.renew_owner();
            self.service.let_go(&hold);
            let late = "the grant came when the lock was over, lapsed or freed by force; use a longer ttl";
            return Err(Ended::Failed(StoreError::new(StoreErrorKind::Unavailable, late)));
        }
        self.service.keeper().granted(self.service, &hold, deadline);
        Ok(hold)
    }

    /// The release of a grant, or perhaps one, may still be on its way when the next one comes: that must be another
    /// owner's. One of the user's own stays, since nothing is released for it.
    fn renew_owner(&mut self) {
        if !self.wanted.seat {
            self.wanted.owner = Owner::unique();
        }
    }

    pub(super) fn note_holder(&mut self, holder: Option<Holder>) {
        self.service.registry().note_holder(&self.wanted.key, holder.as_ref());
        self.seen = Seen::held_by(holder);
    }

    /// What to wait for after a failure, unless it ends the wait.
    pub(super) fn retry_after(&mut self, error: StoreError) -> Result<Until, Ended> {
        let goes_on = match self.on_store_error {
            Some(OnStoreError::FailFast) => false,
            Some(OnStoreError::RetryUntilDeadline) => error.is_retryable(),
            None => error.kind() == StoreErrorKind::Unavailable,
        };
        if !(goes_on && self.patient) || self.is_used_up() {
            return Err(Ended::Failed(error));
        }
        if error.outcome() == Outcome::Unknown {
            self.renew_owner();
        }
        Ok(Until::Back(self.seen.failed(error)))
    }

    /// Whether its looks are counted.
    pub(super) fn is_counted(&self) -> bool {
        self.ticks.is_some_and(|ticks| ticks.counted().is_some())
    }

    /// How often the store was looked at for it.
    pub(super) fn attempts(&self) -> u32 {
        self.ticks.and_then(|ticks| ticks.counted()).unwrap_or_else(|| self.looks_made())
    }

    /// How often it has looked at the store, and the first in line while it stood there.
    pub(super) fn looks_made(&self) -> u32 {
        let others = self.line.as_ref().zip(self.before);
        let others = others.map_or(0, |(looks, before)| looks.made.load(SeqCst).wrapping_sub(before));
        self.looks.saturating_add(others)
    }

    /// Whether a look is due.
    pub(super) fn is_due(&self) -> bool {
        self.ticks.is_some_and(|ticks| ticks.left(self.waited()).is_zero())
    }

    /// Whether no attempt is left.
    pub(super) fn is_used_up(&self) -> bool {
        self.ticks.is_some_and(|ticks| ticks.used_up())
    }

    /// Takes note of a look that was due.
    pub(super) fn count(&mut self) {
        let elapsed = self.waited();
        if let Some(ticks) = &mut self.ticks {
            ticks.count(elapsed);
        }
    }

    pub(super) fn waited(&self) -> Duration {
        BootInstant::now().since(self.begun)
    }
}
