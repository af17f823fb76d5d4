//! How a lock is acquired: in line, and in as few words with the store as can be.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{
    AcquireError, Wait,
    call::{Call, Finish},
    hints::Listening,
    hold::{Hold, Phase, Wanted},
    options::Resolved,
    place::Place,
    registry::Opening,
    releaser::conclude,
    service::Service,
};
use crate::{
    model::{Deadline, FencingToken, LockKey, Owner, clock::BootInstant},
    store::{
        Acquire, AcquireReply, Holder, Outcome, ReleaseReply, Rotate, RotateReply, StoreError,
        StoreErrorKind, StoreFuture, sharded::lock,
    },
};

/// Acquires the lock, or says `None` if the options allow one try and somebody else holds it.
pub(super) async fn acquire(
    service: &Arc<Service>,
    name: &LockKey,
    options: Resolved,
) -> Result<Option<Arc<Hold>>, AcquireError> {
    let key = service.namespace().qualify(name)?;
    if service.is_closed() {
        return Err(AcquireError::Closed { key: name.clone() });
    }
    if !service.releaser().ensure(service) {
        return Err(AcquireError::NoRuntime { key: name.clone() });
    }
    let Resolved { ttl, wait, label } = options;
    let wanted = Wanted { key, owner: Owner::unique(), label, ttl };
    let begun = BootInstant::now();
    let limit = match wait {
        Wait::Forever => None,
        Wait::Never => Some(service.op_timeout()),
        Wait::Within(limit) => Some(limit),
    };
    let asker = Asker { service, wanted, patient: wait != Wait::Never, begun, limit, seen: Mutex::default() };
    let ended = match limit {
        None => asker.wait().await,
        Some(limit) => tokio::time::timeout(limit, asker.wait()).await.unwrap_or(Err(Ended::Time)),
    };
    match ended {
        Ok(hold) => Ok(hold),
        Err(Ended::Closed) => Err(AcquireError::Closed { key: name.clone() }),
        Err(Ended::Failed(source)) => Err(AcquireError::Store { key: name.clone(), source }),
        Err(Ended::Time) => Err(asker.out_of_time(name)),
    }
}

/// One acquisition.
struct Asker<'a> {
    service: &'a Arc<Service>,
    wanted: Wanted,
    patient: bool,
    begun: BootInstant,
    limit: Option<Duration>,
    /// What became known during the wait, for the error at its end.
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Somebody held it when the store was last asked, or when its own guards were looked at.
    held: bool,
    holder: Option<Holder>,
    failure: Option<StoreError>,
}

/// Why an acquisition ended without the lock.
enum Ended {
    Closed,
    Failed(StoreError),
    Time,
}

/// Why to sleep before the next look.
enum Until {
    /// It is held for this long, if nobody says otherwise (`None` for ever).
    Held(Option<Duration>),
    /// The store failed, for the n-th time in a row.
    Failed(u32),
}

impl Asker<'_> {
    async fn wait(&self) -> Result<Option<Arc<Hold>>, Ended> {
        let mut place = Place::take(self.service, &self.wanted.key);
        if !self.patient && !place.is_first() {
            // Others are ahead and will have it first; one look tells whether it is free all the same.
            return self.ask().await.map(|answer| answer.ok());
        }
        let mut listening = None;
        let mut failures = 0;
        let mut polls = 0;
        let mut look = false;
        loop {
            place.turn().await;
            if self.service.is_closed() {
                return Err(Ended::Closed);
            }
            look |= place.was_hinted();
            let until = match place.open() {
                Opening::TakeOver(left) => match self.take_over(left).await {
                    Ok(Some(hold)) => return Ok(Some(hold)),
                    Ok(None) => continue,
                    Err(error) => self.retry_after(error, &mut failures)?,
                },
                Opening::Unsettled => {
                    place.woken().await;
                    continue;
                }
                Opening::HeldHere(hold) if self.patient && !look => {
                    self.note_holder(Some(hold.as_holder()));
                    Until::Held(hold.deadline().remaining())
                }
                Opening::HeldHere(_) | Opening::Ask => match self.ask().await {
                    Ok(Ok(hold)) => return Ok(Some(hold)),
                    Ok(Err(_)) if !self.patient => return Ok(None),
                    Ok(Err(remaining)) => {
                        failures = 0;
                        Until::Held(remaining)
                    }
                    Err(Ended::Failed(error)) => self.retry_after(error, &mut failures)?,
                    Err(ended) => return Err(ended),
                },
            };
            if listening.is_none() && self.service.store().capabilities().wakeups {
                // The store is listened to before it is asked again: a release in between is not missed, because the
                // stream begins with a hint.
                listening = Some(self.service.hints().listen(self.service));
            }
            polls += 1;
            look = self.sleep(&mut place, until, polls, listening.as_ref()).await;
        }
    }

    /// Sleeps until another look is worth it; says whether it must be at the store itself.
    async fn sleep(
        &self,
        place: &mut Place,
        until: Until,
        polls: u32,
        listening: Option<&Listening>,
    ) -> bool {
        const CAP: Duration = Duration::from_secs(2);
        const POLL: Duration = Duration::from_millis(200);
        const BACK_OFF: Duration = Duration::from_secs(1);

        let nap = match until {
            Until::Held(remaining) => {
                let poll = doubled(Duration::from_millis(5), polls, POLL);
                let cap = if listening.is_some() { CAP } else { jittered(poll) };
                let expiry = remaining.map(|left| left + Duration::from_millis(fastrand::u64(1..=10)));
                expiry.map_or(cap, |expiry| expiry.min(cap))
            }
            Until::Failed(failures) => jittered(doubled(Duration::from_millis(50), failures, BACK_OFF)),
        };
        // The last try goes out while there is time for its answer.
        let nap = match self.limit.and_then(|limit| limit.checked_sub(self.service.last_call())) {
            Some(last) => match last.checked_sub(BootInstant::now().since(self.begun)) {
                Some(left) if !left.is_zero() => nap.min(left),
                _ => nap,
            },
            None => nap,
        };
        tokio::time::timeout(nap, place.woken()).await.is_err()
    }

    /// Asks the store: the hold, or how long somebody else holds it.
    async fn ask(&self) -> Result<Result<Arc<Hold>, Option<Duration>>, Ended> {
        let Wanted { key, owner, label, ttl } = self.wanted.clone();
        let sent = BootInstant::now();
        let deadline = Deadline::counted_from(sent, ttl);
        let call = self.service.store().acquire(Acquire::new(key, owner, label, ttl));
        let finish = Abandoned { wanted: self.wanted.clone(), deadline, from: None };
        match self.call(sent, call, finish).await? {
            AcquireReply::Granted { token } => {
                self.grant(Hold::granted(&self.wanted, token, deadline), None).map(Ok)
            }
            AcquireReply::Held { remaining, holder } => {
                self.note_holder(holder);
                Ok(Err(remaining))
            }
        }
    }

    /// Takes over a lock that a guard of this service has let go of; `None` if it had lapsed by then.
    async fn take_over(&self, left: Arc<Hold>) -> Result<Option<Arc<Hold>>, StoreError> {
        let Wanted { key, owner, label, ttl } = self.wanted.clone();
        let sent = BootInstant::now();
        let deadline = Deadline::counted_from(sent, ttl);
        let rotate = Rotate::new(key, left.owner.clone(), owner, label, ttl, None);
        let call = self.service.store().rotate(rotate);
        let finish = Abandoned { wanted: self.wanted.clone(), deadline, from: Some(Arc::clone(&left)) };
        let answer = match self.call(sent, call, finish).await {
            Ok(answer) => answer,
            Err(Ended::Failed(error)) => {
                if error.outcome() == Outcome::NotDone {
                    give_back(self.service, &left);
                }
                return Err(error);
            }
            Err(_) => return Ok(None),
        };
        match answer {
            RotateReply::Granted { token } => {
                let hold = Hold::granted(&self.wanted, token, deadline);
                Ok(self.grant(hold, Some(&left)).ok())
            }
            RotateReply::NotHeld => {
                lapsed(self.service, left);
                Ok(None)
            }
        }
    }

    /// A call of this acquisition, which goes on without it if it must.
    async fn call<T: Send + 'static>(
        &self,
        sent: BootInstant,
        call: StoreFuture<T>,
        finish: impl Finish<T>,
    ) -> Result<T, Ended> {
        let answer = Call::new(self.service, call, finish).within(self.service.patience()).await;
        self.service.observe(sent);
        answer.map_err(Ended::Failed)
    }

    /// Registers a grant that has come in time.
    fn grant(&self, hold: Hold, taken_over: Option<&Arc<Hold>>) -> Result<Arc<Hold>, Ended> {
        let hold = Arc::new(hold);
        self.service.registry().granted(&hold, taken_over.is_some());
        if let Some(left) = taken_over {
            self.service.settle(left, Ok(ReleaseReply::Released));
        }
        if self.service.is_closed() {
            self.service.let_go(&hold);
            return Err(Ended::Closed);
        }
        if hold.deadline().has_passed() {
            self.service.let_go(&hold);
            let late = "the lock was granted after its ttl was over; use a longer ttl";
            return Err(Ended::Failed(StoreError::new(StoreErrorKind::Unavailable, late)));
        }
        Ok(hold)
    }

    fn note_holder(&self, holder: Option<Holder>) {
        self.service.registry().note_holder(&self.wanted.key, holder.as_ref());
        *lock(&self.seen) = Seen { held: true, holder, failure: None };
    }

    /// A store that cannot be reached is tried again for as long as there is time.
    fn retry_after(&self, error: StoreError, failures: &mut u32) -> Result<Until, Ended> {
        if !self.patient || error.kind() != StoreErrorKind::Unavailable {
            return Err(Ended::Failed(error));
        }
        *failures += 1;
        lock(&self.seen).failure = Some(error);
        Ok(Until::Failed(*failures))
    }

    fn out_of_time(&self, name: &LockKey) -> AcquireError {
        let key = name.clone();
        let waited = self.limit.unwrap_or_default();
        let Seen { held, holder, failure } = std::mem::take(&mut *lock(&self.seen));
        // Who stood further back in line has seen nothing; the first in line has left word.
        let holder = holder.or_else(|| self.service.registry().holder(&self.wanted.key));
        match failure {
            Some(source) => AcquireError::Store { key, source },
            None if self.patient && (held || holder.is_some()) => {
                AcquireError::Timeout { key, waited, holder: holder.map(Box::new) }
            }
            None => AcquireError::Store { key, source: StoreError::no_answer(waited) },
        }
    }
}

/// What to do about an acquisition whose caller has gone away while the store was asked.
struct Abandoned {
    wanted: Wanted,
    deadline: Deadline,
    /// From whom the lock was being taken over.
    from: Option<Arc<Hold>>,
}

impl Abandoned {
    fn orphan(&self, service: &Arc<Service>, token: Option<FencingToken>) {
        let orphan = Arc::new(Hold::orphaned(&self.wanted, token, self.deadline));
        service.releaser().unsettled();
        service.registry().answered(&self.wanted.key, Some(&orphan));
        service.pass_on(&orphan);
    }

    fn end(self, service: &Arc<Service>, token: Result<Option<FencingToken>, Outcome>) {
        match token {
            Ok(Some(token)) => {
                self.orphan(service, Some(token));
                if let Some(left) = &self.from {
                    service.settle(left, Ok(ReleaseReply::Released));
                }
            }
            Ok(None) => {
                service.registry().answered(&self.wanted.key, None);
                if let Some(left) = self.from {
                    lapsed(service, left);
                }
            }
            Err(outcome) => {
                match outcome {
                    Outcome::Unknown => self.orphan(service, None),
                    Outcome::NotDone => service.registry().answered(&self.wanted.key, None),
                }
                if let Some(left) = &self.from {
                    give_back(service, left);
                }
            }
        }
    }
}

/// The answer, as far as an abandoned acquisition cares.
trait Grant {
    fn token(&self) -> Option<FencingToken>;
}

impl Grant for AcquireReply {
    fn token(&self) -> Option<FencingToken> {
        match self {
            Self::Granted { token } => Some(*token),
            Self::Held { .. } => None,
        }
    }
}

impl Grant for RotateReply {
    fn token(&self) -> Option<FencingToken> {
        match self {
            Self::Granted { token } => Some(*token),
            Self::NotHeld => None,
        }
    }
}

impl<T: Grant> Finish<T> for Abandoned {
    fn abandoned(&self, service: &Arc<Service>) {
        service.registry().abandon(&self.wanted.key);
    }

    fn finish(self, service: &Arc<Service>, answer: Option<Result<T, StoreError>>) {
        self.end(
            service,
            match answer {
                Some(Ok(answer)) => Ok(answer.token()),
                Some(Err(error)) => Err(error.outcome()),
                None => Err(Outcome::Unknown),
            },
        );
    }
}

/// A take-over came to nothing: the hold is there for the next one, and is released if there is none.
fn give_back(service: &Arc<Service>, left: &Arc<Hold>) {
    if left.advance(Phase::Taken, Phase::Queued) {
        service.releaser().push_offered(Arc::clone(left));
    }
}

/// A hold that was to be taken over is no longer ours.
fn lapsed(service: &Arc<Service>, left: Arc<Hold>) {
    service.registry().forget(&left);
    if left.advance(Phase::Taken, Phase::Sent) {
        conclude(service, left, Ok(ReleaseReply::NotHeld));
    }
}

/// `first`, twice as much each time, up to `most`.
fn doubled(first: Duration, times: u32, most: Duration) -> Duration {
    first.saturating_mul(1 << times.saturating_sub(1).min(16)).min(most)
}

/// Three quarters of it to five quarters, at random: pollers would fall into step otherwise.
fn jittered(delay: Duration) -> Duration {
    delay.mul_f64(0.75 + fastrand::f64() / 2.0)
}
